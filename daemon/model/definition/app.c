#include "made.h"

#include <stdint.h>
#include <string.h>

#include "common/text.h"

/* An app as the rest of the program sees it: every default of its name put in, every wish told apart. */

static struct used_name used_name(
	struct reader *reader, const struct entry *entry, const char *key, const char *otherwise)
{
	const struct spot *top = TOP(entry->source), *app = MEMBER(MEMBER(top, "apps"), entry->name);
	const json_t *value = json_object_get(entry->json, key);
	struct used_name use = { .name = otherwise, .managed = true, .at = entry->at };

	if (!value)
		return use;
	use.at = position_of(reader, MEMBER(app, key), AT_KEY);
	if (json_is_string(value))
		use.name = json_string_value(value);
	use.name = json_text_of(value, "name", use.name);
	use.managed = json_bool_of(value, "managed", true);
	return use;
}

/* Absent (as what is of another type counts), null or there. */
static struct wish wish_of(const json_t *object, const char *key, json_type type)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_null(value))
		return (struct wish){ WISH_REMOVED, NULL };
	if (value && json_typeof(value) == type)
		return (struct wish){ WISH_VALUE, value };
	return (struct wish){ WISH_UNMANAGED, NULL };
}

/* As AWS takes it, which is more than is written; a policy that says nothing is none. */
static struct wish lifecycle_of(struct reader *reader, const json_t *repository)
{
	struct wish wish = wish_of(repository, "lifecyclePolicy", JSON_OBJECT);
	json_t *document;

	if (wish.is != WISH_VALUE)
		return wish;
	document = lifecycle_document(reader, wish.value);
	return document ? (struct wish){ WISH_VALUE, keep_json(reader, document) }
			: (struct wish){ WISH_UNMANAGED, NULL };
}

static void make_repository(struct reader *reader, const struct entry *entry, struct app *app)
{
	const json_t *written = json_object_get(entry->json, "repository");

	app->repository.use = used_name(reader, entry, "repository", app->name);
	if (json_is_false(written))
		app->repository.use.name = NULL;
	app->repository.lifecycle_policy = lifecycle_of(reader, written);
	/* Jansson has one type for true and one for false. */
	app->repository.scan_on_push = wish_of(written, "scanOnPush",
		json_is_true(json_object_get(written, "scanOnPush")) ? JSON_TRUE : JSON_FALSE);
	app->repository.mutability = wish_of(written, "imageTagMutability", JSON_STRING);
	app->repository.exclusions = wish_of(written, "imageTagMutabilityExclusionFilters", JSON_ARRAY);
}

static void make_cluster(struct reader *reader, const struct entry *entry, struct app *app)
{
	const json_t *written = json_object_get(entry->json, "cluster");
	struct wish *listed = &app->cluster.capacity_providers;

	app->cluster.use = used_name(reader, entry, "cluster", app->name);
	app->cluster.settings = wish_of(written, "settings", JSON_ARRAY);
	*listed = wish_of(written, "capacityProviders", JSON_ARRAY);
	app->cluster.providers_listed = listed->is != WISH_UNMANAGED;
	if (listed->is == WISH_VALUE)
		listed->value = keep_json(reader, json_must(json_deep_copy(listed->value)));
	app->cluster.default_strategy = wish_of(written, "defaultCapacityProviderStrategy", JSON_ARRAY);
	add_providers(reader, app, app->cluster.default_strategy.value);
	/* A cluster without providers cannot have a strategy either. */
	if (listed->is == WISH_REMOVED)
		app->cluster.default_strategy = (struct wish){ WISH_REMOVED, NULL };
}

void add_providers(struct reader *reader, struct app *app, const json_t *strategy)
{
	json_t *names = (json_t *)(uintptr_t)app->cluster.capacity_providers.value, *item, *known;
	size_t i, at;

	json_array_foreach ((json_t *)(uintptr_t)strategy, i, item) {
		json_t *name = json_is_object(item) ? json_object_get(item, "capacityProvider") : item;

		if (!names) {
			names = json_must(json_array());
			app->cluster.capacity_providers =
				(struct wish){ WISH_VALUE, keep_json(reader, names) };
		}
		json_array_foreach (names, at, known)
			if (json_equal(known, name))
				break;
		if (json_is_string(name) && at == json_array_size(names))
			json_add(names, json_incref(name));
	}
}

static void make_log_group(struct reader *reader, const struct entry *entry, struct app *app)
{
	const json_t *written = json_object_get(entry->json, "logGroup");

	app->log_group.use =
		used_name(reader, entry, "logGroup", arena_printf(reader->arena, "/fargate/%s", app->name));
	app->log_group.retention_in_days = wish_of(written, "retentionInDays", JSON_INTEGER);
}

/* A role that the task definition names is the app's, so that it is looked after like one. */
static void make_roles(const struct entry *entry, struct app *app)
{
	const json_t *written = json_object_get(entry->json, "roles");
	const json_t *task = json_object_get(entry->json, "taskDefinition");

	app->roles.execution = json_text_of(
		written, "execution", json_text_of(task, "executionRoleArn", "ecsTaskExecutionRole"));
	app->roles.task =
		json_text_of(written, "task", json_text_of(task, "taskRoleArn", "ecsTaskExecutionRole"));
	app->roles.events = json_text_of(written, "events", "ecsEventRole");
}

struct image image_of(const json_t *written)
{
	return (struct image){
		.tag = json_text_of(written, "tag", NULL),
		.digest = json_text_of(written, "digest", NULL),
		.uri = json_text_of(written, "uri", NULL),
	};
}

static const json_t *object_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_object(value) ? value : NULL;
}

void make_app(struct reader *reader, const struct entry *entry, struct app *app)
{
	const json_t *written = entry->json;

	app->name = entry->name;
	app->at = entry->at;
	app->region = json_text_of(written, "region", NULL);
	app->assume_role_arn = json_text_of(written, "assumeRoleArn", NULL);
	app->assume_role_at = position_of(reader,
		MEMBER(MEMBER(MEMBER(TOP(entry->source), "apps"), entry->name), "assumeRoleArn"), AT_VALUE);
	app->account_id = json_text_of(written, "accountId", NULL);
	make_repository(reader, entry, app);
	make_cluster(reader, entry, app);
	make_log_group(reader, entry, app);
	make_roles(entry, app);
	make_task_definition(reader, entry, app);
	app->image = image_of(json_object_get(written, "image"));
	app->log_streams = strcmp(json_text_of(written, "logStreams", ""), "app") == 0 ? LOG_STREAMS_APP
										       : LOG_STREAMS_BATCH;
	app->log_stream_prefix = json_text_of(
		written, "logStreamPrefix", app->log_streams == LOG_STREAMS_APP ? "{app}" : "{app}/{batch}");
	app->network = object_of(written, "network");
	app->told_of_runs = told_of_runs(reader, written);
	app->timezone = timezone_of(reader, MEMBER(MEMBER(TOP(entry->source), "apps"), entry->name), written);
	app->via_scheduler = strcmp(json_text_of(written, "via", ""), "scheduler") == 0;
	app->delete_with_last = strcmp(json_text_of(written, "onDelete", ""), "delete") == 0;
	app->enabled = json_bool_of(written, "enabled", true);
	app->tags = object_of(written, "tags");
}
