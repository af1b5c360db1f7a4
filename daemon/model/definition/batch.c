#include "made.h"

#include <string.h>

#include "common/text.h"
#include "fargate.h"
#include "schema_check.h"
#include "timing.h"

/* A batch as the rest of the program sees it. */

static const json_t *full_object(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_object_size(value) ? value : NULL;
}

static const json_t *full_array(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_array_size(value) ? value : NULL;
}

/* AWS takes sizes as strings; 0 is what cannot be read, and a fault already. */
static const char *size_text(struct reader *reader, int size)
{
	return size ? arena_printf(reader->arena, "%d", size) : NULL;
}

static bool propagates(const json_t *value)
{
	return json_is_true(value) ||
	       (json_is_string(value) && strcmp(json_string_value(value), "TASK_DEFINITION") == 0);
}

static void make_target(struct reader *reader, const json_t *written, struct batch *batch)
{
	const json_t *retry = json_object_get(written, "retryPolicy");

	batch->environment = full_object(written, "environment");
	batch->command = full_array(written, "command");
	batch->cpu = size_text(reader, fargate_cpu(json_object_get(written, "cpu")));
	batch->memory = size_text(reader, fargate_memory(json_object_get(written, "memory")));
	batch->task_count = (int)json_integer_of(written, "taskCount", 1);
	batch->platform_version = json_text_of(written, "platformVersion", NULL);
	batch->capacity_provider_strategy = full_array(written, "capacityProviderStrategy");
	batch->propagate_tags = propagates(json_object_get(written, "propagateTags"));
	batch->enable_ecs_managed_tags = json_bool_of(written, "enableECSManagedTags", false);
	batch->retry_attempts = (int)json_integer_of(retry, "maximumRetryAttempts", -1);
	batch->retry_age = (int)json_integer_of(retry, "maximumEventAgeInSeconds", -1);
	batch->dead_letter_queue = json_text_of(written, "deadLetterQueue", NULL);
}

const char *told_of_runs(struct reader *reader, const json_t *written)
{
	static const char *const keys[] = { "expect", "retry", "ping" };
	const char *told = NULL;

	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		if (says_something(json_object_get(written, keys[i])))
			told = told ? arena_printf(reader->arena, "%s, \"%s\"", told, keys[i])
				    : arena_printf(reader->arena, "\"%s\"", keys[i]);
	return told;
}

struct timezone_name timezone_of(struct reader *reader, const struct spot *spot, const json_t *written)
{
	const char *name = json_text_of(written, "timezone", NULL);

	if (!name)
		return (struct timezone_name){ 0 };
	return (struct timezone_name){ .name = name,
		.at = position_of(reader, MEMBER(spot, "timezone"), AT_VALUE) };
}

/* Seconds since the epoch; 0 where it is absent, or wrong, which is told. */
static time_t date_of(const json_t *written, const char *key)
{
	const char *text = json_text_of(written, key, NULL);
	time_t when;
	bool bare;

	return text && timing_read(text, &when, &bare) ? when : 0;
}

/* A rate counts what passes by, so that a time zone which is the app's changes nothing of it. */
static bool is_in_zone(const struct batch *batch)
{
	return batch->timezone.name && !timing_is_utc(batch->timezone.name) &&
	       (batch->own_timezone || !text_starts(batch->schedule, "rate("));
}

/* What a rule cannot do. */
static const char *need_of_scheduler(const struct batch *batch, const json_t *written)
{
	const char *via = json_text_of(written, "via", batch->app->via_scheduler ? "scheduler" : "rule");

	if (text_starts(batch->schedule, "at("))
		return "at(…)";
	if (is_in_zone(batch))
		return "\"timezone\"";
	if (batch->start || batch->end)
		return batch->start ? "\"startDate\"" : "\"endDate\"";
	if (batch->flexible_minutes)
		return "\"flexibleTimeWindow\"";
	return strcmp(via, "scheduler") == 0 ? "\"via\": \"scheduler\"" : NULL;
}

static void make_timing(
	struct reader *reader, const struct entry *entry, const struct app *app, struct batch *batch)
{
	const json_t *written = entry->json;

	batch->schedule = json_text_of(written, "schedule", "");
	batch->timezone =
		timezone_of(reader, MEMBER(MEMBER(TOP(entry->source), "batches"), entry->name), written);
	batch->own_timezone = batch->timezone.name != NULL;
	if (!batch->own_timezone)
		batch->timezone = app->timezone;
	batch->start = date_of(written, "startDate");
	batch->end = date_of(written, "endDate");
	batch->flexible_minutes = (int)json_integer_of(written, "flexibleTimeWindow", 0);
	batch->needs_scheduler = need_of_scheduler(batch, written);
}

/* One that runs another image than its app needs a family of its own, whatever the log streams. */
static bool has_image(const struct batch *batch)
{
	return batch->image.tag || batch->image.digest || batch->image.uri;
}

void make_batch(struct reader *reader, const struct entry *entry, struct app *app, struct batch *batch)
{
	const json_t *written = entry->json;
	char *both = arena_printf(reader->arena, "%s-%s", app->name, entry->name);

	batch->name = entry->name;
	batch->at = entry->at;
	batch->app = app;
	batch->description = json_text_of(written, "description", NULL);
	make_timing(reader, entry, app, batch);
	batch->told_of_runs = told_of_runs(reader, written);
	batch->rule_name = json_text_of(written, "ruleName", both);
	batch->image = image_of(json_object_get(written, "image"));
	batch->family = app->log_streams == LOG_STREAMS_APP && !has_image(batch) ? app->name : both;
	batch->enabled = app->enabled && json_bool_of(written, "enabled", true);
	batch->network = full_object(written, "network");
	if (!batch->network)
		batch->network = app->network;
	batch->tags = full_object(written, "tags");
	make_target(reader, written, batch);
	app->batch_count++;
	if (app->cluster.use.managed)
		add_providers(reader, app, batch->capacity_provider_strategy);
}
