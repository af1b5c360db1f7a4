#include "rules.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "fargate.h"
#include "input.h"
#include "schedule.h"

/* What the members of one batch say together, and with its app. */

enum { RULE_NAME_MOST = 64, STRATEGY_MOST = 6 };

/* The fault is within the text: behind its quote, at the byte where the bad part begins. */
static void fault_in_schedule(struct reader *reader, const struct spot *spot, size_t offset,
	const char *message, const char *remedy)
{
	size_t before = reader->fault_count;

	fault_at(reader, spot, AT_VALUE, message, remedy);
	/* Of a file aside, and where there are too many, it is not told. */
	if (reader->fault_count > before)
		reader->faults[before].at.column += (unsigned)offset + 1;
}

static void no_schedule(struct reader *reader, const struct spot *batch, const json_t *written)
{
	const char *message;

	/* Another way to start is told as not supported yet. */
	if (json_object_get(written, "queue") || json_object_get(written, "eventPattern") ||
		json_object_get(written, "after"))
		return;
	message = arena_printf(reader->arena, "%s has no \"schedule\"", quoted(reader, batch->key));
	fault_at(reader, batch, AT_KEY, message,
		"write \"schedule\": \"cron(0 3 * * ? *)\" or \"rate(1 day)\"");
	yield_to_slip(reader, batch, written, "schedule", message);
}

static void check_schedule(struct reader *reader, const struct spot *batch, const json_t *written)
{
	const struct spot *spot = MEMBER(batch, "schedule");
	const char *text = json_string_value(json_object_get(written, "schedule")), *message, *remedy;
	struct schedule schedule;
	size_t offset;

	if (!json_object_get(written, "schedule")) {
		no_schedule(reader, batch, written);
	} else if (text && !schedule_parse(reader->arena, text, &schedule, &message, &remedy, &offset)) {
		fault_in_schedule(reader, spot, offset, message, remedy);
	} else if (text && (isspace((unsigned char)*text) || !text_ends(text, ")"))) {
		fault_at(reader, spot, AT_VALUE,
			"the schedule begins or ends with a space, which AWS refuses", "leave it out");
	}
}

static void check_rule_name(
	struct reader *reader, const struct spot *spot, const struct batch *batch, const json_t *written)
{
	size_t length = strlen(batch->rule_name);

	if (!json_object_get(written, "ruleName") && length > RULE_NAME_MOST)
		fault_at(reader, spot, AT_KEY,
			arena_printf(reader->arena, "the rule's name, %s, is %zu characters long",
				quoted(reader, batch->rule_name), length),
			arena_printf(reader->arena,
				"write a \"ruleName\" of at most %d, or shorten the name of app or batch",
				RULE_NAME_MOST));
}

static void check_own_image(struct reader *reader, const struct spot *spot, const struct batch *batch)
{
	const struct app *app = batch->app;

	if (!batch->image.tag && !batch->image.digest && !batch->image.uri)
		return;
	if (json_object_get(first_container(app), "image"))
		fault_at(reader, spot, AT_KEY,
			"the app's first container has an \"image\", which would count",
			"write the app's image as \"image\": {\"uri\": \"...\"} instead");
	else if (!app->repository.use.name && !batch->image.uri)
		fault_at(reader, spot, AT_KEY, "the app has no repository that the image could be in",
			"write \"uri\", or give the app a repository");
}

/* The app's own size where the task definition says it well, else the default. */
static void app_size(const struct app *app, int *cpu, int *memory)
{
	const json_t *cpu_written = json_object_get(app->task_definition, "cpu");
	const json_t *memory_written = json_object_get(app->task_definition, "memory");

	*cpu = cpu_written || memory_written ? fargate_cpu(cpu_written) : 256;
	*memory = cpu_written || memory_written ? fargate_memory(memory_written) : 512;
}

static void check_share(
	struct reader *reader, const struct spot *spot, const char *what, json_int_t needed, int has)
{
	if (has && needed > has)
		fault_at(reader, MEMBER(spot, what), AT_VALUE,
			arena_printf(reader->arena,
				"the app's containers need %s %lld, and the task would have %d", what,
				(long long)needed, has),
			"give the task more, or the containers less");
}

/* ECS refuses to start a task that is smaller than its containers. */
static void check_room(
	struct reader *reader, const struct spot *spot, const struct batch *batch, int cpu, int memory)
{
	json_int_t cpus, memories;

	container_shares(batch->app, &cpus, &memories);
	if (batch->cpu)
		check_share(reader, spot, "cpu", cpus, cpu);
	if (batch->memory)
		check_share(reader, spot, "memory", memories, memory);
}

static void check_size(
	struct reader *reader, const struct spot *spot, const struct batch *batch, const json_t *written)
{
	const json_t *cpu = json_object_get(written, "cpu"), *memory = json_object_get(written, "memory");
	int units, mib;

	if (!cpu && !memory)
		return;
	app_size(batch->app, &units, &mib);
	if (cpu)
		units = check_cpu(reader, MEMBER(spot, "cpu"), cpu);
	if (memory)
		mib = check_memory(reader, MEMBER(spot, "memory"), memory);
	if (cpu && fargate_has_cpu(units) && fargate_is_windows(batch->app->task_definition) &&
		!fargate_has_windows_cpu(units))
		fault_at(reader, MEMBER(spot, "cpu"), AT_VALUE, "Fargate has no Windows tasks of this size",
			"write \"1024\", \"2048\" or \"4096\"");
	if (check_pair(reader, spot, units, mib, memory != NULL))
		check_room(reader, spot, batch, units, mib);
}

/* ECS refuses a start that overrides a secret by a variable. */
static void check_environment(struct reader *reader, const struct spot *spot, const struct batch *batch)
{
	const json_t *secrets = json_object_get(first_container(batch->app), "secrets");
	const char *name;
	json_t *value, *secret;
	size_t i;

	json_object_foreach ((json_t *)(uintptr_t)batch->environment, name, value) {
		if (json_is_string(value) && !json_string_length(value))
			warn_at(reader, MEMBER(spot, name), AT_VALUE,
				arena_printf(reader->arena, "%s is empty, and AWS may drop an empty variable",
					told_text(reader, spot, name)),
				"leave it out, or write a value");
		json_array_foreach ((json_t *)(uintptr_t)secrets, i, secret)
			if (strcmp(json_text_of(secret, "name", ""), name) == 0)
				fault_at(reader, MEMBER(spot, name), AT_KEY,
					arena_printf(reader->arena, "%s is a secret of the container",
						told_text(reader, spot, name)),
					"give the variable or the secret another name");
	}
}

static void check_input(
	struct reader *reader, const struct spot *spot, const struct batch *batch, const json_t *written)
{
	json_t *input = target_input(batch);
	size_t length = input ? input_length(input) : 0;
	bool environment = json_object_get(written, "environment") != NULL;

	json_decref(input);
	if (length > INPUT_LONGEST)
		fault_at(reader, MEMBER(spot, environment ? "environment" : "command"), AT_KEY,
			arena_printf(reader->arena,
				"what the batch overrides comes to %zu characters, and EventBridge takes %d",
				length, INPUT_LONGEST),
			"move what is the same for all batches into the task definition");
}

static void check_queue(struct reader *reader, const struct spot *spot, const struct batch *batch)
{
	const char *queue = batch->dead_letter_queue, *region = batch->app->region;
	const char *at = queue && text_starts(queue, "arn:") ? strstr(queue, ":sqs:") : NULL;

	if (!at || !region)
		return;
	at += strlen(":sqs:");
	if (strncmp(at, region, strlen(region)) != 0 || at[strlen(region)] != ':')
		fault_at(reader, spot, AT_VALUE,
			arena_printf(reader->arena, "the queue is not in the app's region, %s",
				quoted(reader, region)),
			"name a queue in the same region");
}

/* The two largest sizes came with platform 1.4.0. */
static void check_platform(struct reader *reader, const struct spot *spot, const struct batch *batch)
{
	const json_t *platform = json_object_get(batch->app->task_definition, "runtimePlatform");
	const char *version = batch->platform_version;
	bool older =
		version && (text_starts(version, "0.") ||
				   (text_starts(version, "1.") && version[2] < '4' && version[3] == '.'));
	int cpu, memory;

	app_size(batch->app, &cpu, &memory);
	if (batch->cpu)
		cpu = atoi(batch->cpu);
	if (older && cpu >= 8192 &&
		text_starts(json_text_of(platform, "operatingSystemFamily", "LINUX"), "L"))
		fault_at(reader, spot, AT_VALUE,
			arena_printf(reader->arena, "platform %s has no tasks of cpu %d", version, cpu),
			"write \"1.4.0\" or \"LATEST\"");
}

void check_batch(struct draft *draft, const struct entry *entry, const struct batch *batch)
{
	struct reader *reader = draft->reader;
	const struct spot *top = TOP(entry->source), *all = MEMBER(top, "batches"),
			  *spot = MEMBER(all, entry->name);
	const json_t *written = entry->json;

	check_timing(reader, spot, batch, written);
	check_runs(reader, spot, written, draft->apps.items[batch->app - draft->set->apps].json);
	check_rule_name(reader, spot, batch, written);
	check_own_image(reader, MEMBER(spot, "image"), batch);
	check_size(reader, spot, batch, written);
	check_platform(reader, MEMBER(spot, "platformVersion"), batch);
	check_environment(reader, MEMBER(spot, "environment"), batch);
	check_input(reader, spot, batch, written);
	check_queue(reader, MEMBER(spot, "deadLetterQueue"), batch);
	check_tag_count(reader, MEMBER(spot, "tags"), batch->tags, batch->app);
}

static void check_providers(struct reader *reader, const struct spot *spot, const json_t *strategy)
{
	check_strategy(reader, spot, strategy);
	if (json_array_size(strategy) > STRATEGY_MOST)
		fault_at(reader, spot, AT_KEY,
			"\"capacityProviderStrategy\" names more providers than EventBridge takes",
			arena_printf(reader->arena, "write at most %d", STRATEGY_MOST));
}

void check_alone(struct reader *reader, const struct entry *entry)
{
	const struct spot *top = TOP(entry->source), *all = MEMBER(top, "batches"),
			  *spot = MEMBER(all, entry->name);
	const json_t *written = entry->json;

	if (!json_is_object(written))
		return;
	check_schedule(reader, spot, written);
	check_image(reader, MEMBER(spot, "image"), json_object_get(written, "image"));
	check_providers(reader, MEMBER(spot, "capacityProviderStrategy"),
		json_object_get(written, "capacityProviderStrategy"));
	check_network(reader, MEMBER(spot, "network"), json_object_get(written, "network"));
	check_tags(reader, MEMBER(spot, "tags"), json_object_get(written, "tags"));
}
