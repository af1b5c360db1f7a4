#include "rules.h"

#include <string.h>

#include "common/text.h"

/* What the members of one app say together. */

/* An app's name is also its repository's where none is written, and ECR is stricter. */
static void check_repository_name(struct reader *reader, const struct spot *spot, const struct app *app)
{
	size_t length = strlen(app->name);

	if (app->repository.use.name != app->name || !length || app->repository.use.unused)
		return;
	if (length > 1 && app->name[0] != '-' && app->name[length - 1] != '-')
		return;
	fault_at(reader, spot, AT_KEY,
		arena_printf(reader->arena, "a repository cannot be called %s like its app",
			quoted(reader, app->name)),
		"write \"repository\": {\"name\": \"...\"}, or false where the image is elsewhere");
}

/* What is somebody else's is never written to, so there is nothing to say about it. */
static void check_unmanaged(struct reader *reader, const struct spot *spot, const json_t *used)
{
	const struct spot *managed;
	const char *key;
	json_t *value;

	if (json_bool_of(used, "managed", true))
		return;
	json_object_foreach ((json_t *)(uintptr_t)used, key, value) {
		managed = MEMBER(spot, key);
		if (strcmp(key, "managed") != 0 && strcmp(key, "name") != 0)
			fault_at(reader, managed, AT_KEY,
				arena_printf(reader->arena,
					"\"%s\" beside \"managed\": false, which never writes", key),
				"leave one of the two out");
	}
}

/* Which tags are excluded belongs to the values that exclude some, and to them alone. */
static void check_exclusions(struct reader *reader, const struct spot *spot, const json_t *repository)
{
	const char *value = json_text_of(repository, "imageTagMutability", "");
	bool excludes = text_ends(value, "_WITH_EXCLUSION");
	const json_t *filters = json_object_get(repository, "imageTagMutabilityExclusionFilters");

	if (excludes && !filters)
		fault_at(reader, MEMBER(spot, "imageTagMutability"), AT_VALUE,
			arena_printf(
				reader->arena, "%s, and nothing says of which tags", quoted(reader, value)),
			"write \"imageTagMutabilityExclusionFilters\": [{\"filterType\": \"WILDCARD\", \"filter\": \"latest*\"}] beside it");
	if (filters && !excludes)
		fault_at(reader, MEMBER(spot, "imageTagMutabilityExclusionFilters"), AT_KEY,
			"\"imageTagMutabilityExclusionFilters\" without a value of \"imageTagMutability\" that excludes",
			"write \"MUTABLE_WITH_EXCLUSION\" or \"IMMUTABLE_WITH_EXCLUSION\", or leave it out");
	check_no_twice(reader, MEMBER(spot, "imageTagMutabilityExclusionFilters"), filters, "filter");
}

static void check_lifecycle(struct reader *reader, const struct spot *spot, const json_t *policy)
{
	if (!json_is_object(policy))
		return;
	if (!json_object_size(policy))
		fault_at(reader, spot, AT_KEY, "\"lifecyclePolicy\" says nothing",
			"write \"keepUntagged\", \"keepLast\" or \"expireAfterDays\" in it, or null to remove the policy");
	else if (json_object_get(policy, "raw") && json_object_size(policy) > 1)
		fault_at(reader, MEMBER(spot, "raw"), AT_KEY, "\"raw\" beside a short form",
			"write all rules in \"raw\", or none");
	check_lifecycle_rules(reader, MEMBER(MEMBER(spot, "raw"), "rules"),
		json_object_get(json_object_get(policy, "raw"), "rules"));
}

/* A batch that has no image of its own, NULL where each has one. */
static const struct batch *without_image(const struct definitions *set, const struct app *app)
{
	for (size_t i = 0; i < set->batch_count; i++) {
		const struct batch *batch = &set->batches[i];

		if (batch->app == app && !batch->image.uri && !batch->image.tag && !batch->image.digest)
			return batch;
	}
	return NULL;
}

/* Without a repository the image has a name of its own. */
static void check_no_repository(
	struct draft *draft, const struct spot *spot, const struct entry *entry, const struct app *app)
{
	const json_t *image = json_object_get(entry->json, "image");

	if (app->repository.use.name || app->image.uri || json_object_get(first_container(app), "image"))
		return;
	if (image || without_image(draft->set, app))
		fault_at(draft->reader, image ? MEMBER(spot, "image") : MEMBER(spot, "repository"), AT_KEY,
			"there is no repository that the image could be in",
			"write \"image\": {\"uri\": \"...\"}, or \"repository\": {\"name\": \"...\", \"managed\": false}");
}

static void check_log_group(
	struct reader *reader, const struct spot *spot, const struct entry *entry, const struct app *app)
{
	const struct spot *group = MEMBER(spot, "logGroup");
	bool object = json_is_object(json_object_get(entry->json, "logGroup"));

	if (text_starts(app->log_group.use.name, "aws/"))
		fault_at(reader, object ? MEMBER(group, "name") : group, AT_VALUE,
			arena_printf(reader->arena, "%s begins with \"aws/\", which is AWS's own",
				quoted(reader, app->log_group.use.name)),
			"write for example \"/fargate/jobs\"");
	else if (strchr(app->log_group.use.name, '#') && app->log_group.use.managed)
		fault_at(reader, object ? MEMBER(group, "name") : group, AT_VALUE,
			arena_printf(reader->arena,
				"%s has a \"#\", and AWS refuses the tags of such a log group",
				quoted(reader, app->log_group.use.name)),
			"leave \"#\" out, or write \"managed\": false where it is there already");
}

static void wrong_placeholder(struct reader *reader, const struct spot *spot, const char *at, size_t length)
{
	static const char *const known[] = { "app", "batch", "tag" };
	char *word = arena_copy_n(reader->arena, at + 1, length);
	const char *near = text_nearest(word, known, ARRAY_LENGTH(known));

	fault_at(reader, spot, AT_VALUE,
		at[length + 1] == '}' ? arena_printf(reader->arena, "\"logStreamPrefix\" knows no %s",
						quoted(reader, arena_printf(reader->arena, "{%s}", word)))
				      : "\"logStreamPrefix\" has a { without }",
		near && at[length + 1] == '}' ? arena_printf(reader->arena, "write {%s}", near)
					      : "write {app}, {batch} or {tag}");
}

static void check_prefix(struct reader *reader, const struct spot *spot, const struct app *app)
{
	for (const char *at = strchr(app->log_stream_prefix, '{'); at; at = strchr(at + 1, '{')) {
		size_t length = strcspn(at + 1, "{}");

		if (text_starts(at, "{batch}") && app->log_streams == LOG_STREAMS_APP)
			fault_at(reader, spot, AT_VALUE,
				"\"logStreamPrefix\" has {batch}, and with \"logStreams\": \"app\" all batches share one prefix",
				"leave {batch} out, or write \"logStreams\": \"batch\"");
		else if (!text_starts(at, "{app}") && !text_starts(at, "{batch}") &&
			 !text_starts(at, "{tag}"))
			wrong_placeholder(reader, spot, at, length);
	}
}

/* The account is the one that the role to take on belongs to. */
static void check_account(struct reader *reader, const struct spot *spot, const struct app *app)
{
	const char *account = app->assume_role_arn ? strstr(app->assume_role_arn, "::") : NULL;

	if (!account || !app->account_id || strlen(app->account_id) != 12 ||
		strncmp(account + 2, app->account_id, 12) == 0)
		return;
	fault_at(reader, MEMBER(spot, "accountId"), AT_VALUE,
		"\"accountId\" is not the account of \"assumeRoleArn\"", "write the same account in both");
}

/* Described task definitions carry ARNs where people write names. */
static bool same_role(const char *ours, const char *theirs)
{
	const char *name = strrchr(ours, '/'), *other = strrchr(theirs, '/');

	if (text_starts(ours, "arn:") && text_starts(theirs, "arn:"))
		return strcmp(ours, theirs) == 0;
	return strcmp(name ? name + 1 : ours, other ? other + 1 : theirs) == 0;
}

/* What the task definition says itself beside what the app says about it. */
static void check_twice_said(
	struct reader *reader, const struct spot *spot, const struct entry *entry, const struct app *app)
{
	static const char *const roles[][2] = { { "execution", "executionRoleArn" },
		{ "task", "taskRoleArn" } };
	const struct spot *task = MEMBER(spot, "taskDefinition"),
			  *containers = MEMBER(task, "containerDefinitions");
	const json_t *written = json_object_get(entry->json, "roles");

	if (json_object_get(entry->json, "image") && json_object_get(first_container(app), "image"))
		fault_at(reader, MEMBER(ELEMENT(containers, 0), "image"), AT_KEY,
			"the first container has an \"image\", and so has the app", "keep one of the two");
	for (size_t i = 0; i < ARRAY_LENGTH(roles); i++) {
		const char *ours = json_text_of(written, roles[i][0], NULL);
		const char *theirs = json_text_of(app->task_definition, roles[i][1], NULL);

		if (ours && theirs && !same_role(ours, theirs))
			fault_at(reader, MEMBER(task, roles[i][1]), AT_VALUE,
				arena_printf(reader->arena,
					"\"%s\" is not the role that \"roles\" names as \"%s\"", roles[i][1],
					roles[i][0]),
				"keep one of the two");
	}
}

void check_app(struct draft *draft, const struct entry *entry, const struct app *app)
{
	struct reader *reader = draft->reader;
	const struct spot *top = TOP(entry->source), *apps = MEMBER(top, "apps"),
			  *spot = MEMBER(apps, entry->name);
	const struct spot *repository = MEMBER(spot, "repository"), *cluster = MEMBER(spot, "cluster");
	const json_t *written = entry->json,
		     *policy = json_object_get(json_object_get(written, "repository"), "lifecyclePolicy");

	check_repository_name(reader, spot, app);
	check_runs(reader, spot, written, NULL);
	check_unmanaged(reader, repository, json_object_get(written, "repository"));
	check_unmanaged(reader, cluster, json_object_get(written, "cluster"));
	check_unmanaged(reader, MEMBER(spot, "logGroup"), json_object_get(written, "logGroup"));
	check_lifecycle(reader, MEMBER(repository, "lifecyclePolicy"), policy);
	check_exclusions(reader, repository, json_object_get(written, "repository"));
	check_no_repository(draft, spot, entry, app);
	check_no_twice(reader, MEMBER(cluster, "capacityProviders"),
		json_object_get(json_object_get(written, "cluster"), "capacityProviders"), NULL);
	check_strategy(reader, MEMBER(cluster, "defaultCapacityProviderStrategy"),
		app->cluster.default_strategy.value);
	check_log_group(reader, spot, entry, app);
	check_image(reader, MEMBER(spot, "image"), json_object_get(written, "image"));
	check_prefix(reader, MEMBER(spot, "logStreamPrefix"), app);
	check_account(reader, spot, app);
	check_network(reader, MEMBER(spot, "network"), app->network);
	check_tags(reader, MEMBER(spot, "tags"), app->tags);
	check_tag_count(reader, MEMBER(spot, "tags"), app->tags, NULL);
	check_twice_said(reader, spot, entry, app);
	if (app->task_definition)
		check_task_definition(reader, MEMBER(spot, "taskDefinition"), entry, app);
}
