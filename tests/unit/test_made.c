#include "model/definition/definition.h"

#include "common/json.h"
#include "model/definition/fargate.h"

#include "../check.h"

/* What is made of single members: task definitions as they were pasted, lifecycle policies, sizes, wishes. */

static struct arena *arena;

static struct definitions *read_app(const char *members)
{
	struct definition_text text = { .file = "a.json" };

	text.text = arena_printf(arena, "{\"apps\": {\"jobs\": {%s}}}", members);
	text.length = strlen(text.text);
	return definitions_read(arena, &text, 1);
}

/* The first fault's message, "" where there is none. */
static const char *first_message(const struct definitions *set)
{
	return set->fault_count ? set->faults[0].message : "";
}

static void task_of(const char *written, const char *kept)
{
	struct definitions *set = read_app(arena_printf(arena, "\"taskDefinition\": %s", written));

	CHECK_TEXT(first_message(set), "");
	CHECK_TEXT(json_canonical(arena, set->apps[0].task_definition), kept);
	definitions_free(set);
}

static void pasted_task_definitions(void)
{
	task_of("{\"taskDefinitionArn\": \"x\", \"revision\": 3, \"status\": \"ACTIVE\", "
		"\"requiresAttributes\": [{}], "
		"\"compatibilities\": [\"FARGATE\"], \"registeredAt\": 1.5, \"registeredBy\": \"x\", "
		"\"deregisteredAt\": \"x\", \"deleteRequestedAt\": \"x\", \"enableFaultInjection\": false}",
		"{\"enableFaultInjection\":false}");
	task_of("{\"ipcMode\": null, \"cpu\": null, \"family\": null, \"tags\": [], "
		"\"containerDefinitions\": [{\"name\": \"jobs\", \"healthCheck\": null, \"command\": "
		"[\"a\"]}]}",
		"{\"containerDefinitions\":[{\"command\":[\"a\"],\"name\":\"jobs\"}],\"tags\":[]}");
}

static void faults_of(const char *members, const char *message)
{
	struct definitions *set = read_app(members);

	CHECK(set->broken);
	CHECK_TEXT(first_message(set), message);
	definitions_free(set);
}

static void where_aws_ends(void)
{
	/* Inside a task definition a strange key is passed on; beside it, it is not. */
	faults_of("\"taskDefinition\": {\"volumes\": [{\"name\": \"x\"}]}, \"strange\": 1",
		"unknown key \"strange\"");
	faults_of("\"taskDefinition\": {\"volumes\": [{\"name\": null}]}",
		"element 1 of \"volumes\" has no \"name\"");
	faults_of("\"taskDefinition\": {\"CPU\": \"256\", \"memory\": \"512\"}", "unknown key \"CPU\"");
	faults_of("\"taskDefinition\": {\"ipcMode\": null}, \"enabled\": null",
		"\"enabled\" has to be true or false, not null");
}

/* Status and count of each rule, in order. */
static const char *policy_of(const char *members)
{
	struct definitions *set =
		read_app(arena_printf(arena, "\"repository\": {\"lifecyclePolicy\": {%s}}", members));
	const json_t *rules = json_object_get(set->apps[0].repository.lifecycle_policy.value, "rules");
	const char *all = first_message(set);

	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i),
			     *selection = json_object_get(rule, "selection");
		const json_t *patterns = json_object_get(selection, "tagPatternList");

		CHECK_NUMBER(json_integer_of(rule, "rulePriority", 0), i + 1);
		all = arena_printf(arena, "%s%s%s%s %s %lld", all, *all ? ", " : "",
			json_text_of(selection, "tagStatus", ""),
			patterns ? json_canonical(arena, patterns) : "",
			json_text_of(selection, "countUnit", "images"),
			(long long)json_integer_of(selection, "countNumber", 0));
	}
	all = arena_copy(arena, all);
	definitions_free(set);
	return all;
}

/* ECR: one rule at most for untagged images and one for any, which comes last. */
static void lifecycle_policies(void)
{
	CHECK_TEXT(policy_of("\"keepUntagged\": 1"), "untagged images 1");
	CHECK_TEXT(policy_of("\"keepLast\": 9"), "any images 9");
	CHECK_TEXT(policy_of("\"expireAfterDays\": 30"), "any days 30");
	CHECK_TEXT(policy_of("\"keepUntagged\": 2, \"keepLast\": 9"), "untagged images 2, any images 9");
	CHECK_TEXT(
		policy_of("\"keepUntagged\": 2, \"expireAfterDays\": 30"), "untagged images 2, any days 30");
	CHECK_TEXT(policy_of("\"keepLast\": 9, \"expireAfterDays\": 30"),
		"untagged days 30, tagged[\"*\"] days 30, any images 9");
	CHECK_TEXT(policy_of("\"keepLast\": 9, \"expireAfterDays\": 30, \"keepUntagged\": 2"),
		"untagged images 2, tagged[\"*\"] days 30, any images 9");
}

static void wishes(void)
{
	struct definitions *set =
		read_app("\"repository\": {\"scanOnPush\": null, \"imageTagMutability\": null, "
			 "\"lifecyclePolicy\": null}, \"logGroup\": {\"retentionInDays\": null}, "
			 "\"cluster\": {\"settings\": null, \"capacityProviders\": null}");
	const struct app *app = &set->apps[0];

	CHECK_TEXT(first_message(set), "");
	CHECK(app->repository.scan_on_push.is == WISH_REMOVED &&
		app->repository.mutability.is == WISH_REMOVED);
	CHECK(app->repository.lifecycle_policy.is == WISH_REMOVED &&
		app->log_group.retention_in_days.is == WISH_REMOVED);
	CHECK(app->cluster.settings.is == WISH_REMOVED && app->cluster.capacity_providers.is == WISH_REMOVED);
	definitions_free(set);
	set = read_app("\"repository\": {\"scanOnPush\": false}");
	CHECK(set->apps[0].repository.scan_on_push.is == WISH_VALUE &&
		json_is_false(set->apps[0].repository.scan_on_push.value));
	CHECK(set->apps[0].log_group.retention_in_days.is == WISH_UNMANAGED &&
		set->apps[0].cluster.settings.is == WISH_UNMANAGED);
	definitions_free(set);
	/* What is wrong counts as absent, so that the rest of the file can be looked at. */
	set = read_app(
		"\"cluster\": {\"capacityProviders\": {\"x\": 1}, \"defaultCapacityProviderStrategy\": [{\"capacityProvider\": \"FARGATE\"}]}");
	CHECK(set->broken && set->fault_count == 1);
	definitions_free(set);
}

/* The table of the developer guide: least, most and step of the memory for each cpu. */
static void sizes(void)
{
	static const int table[][4] = { { 512, 1024, 4096, 1024 }, { 1024, 2048, 8192, 1024 },
		{ 2048, 4096, 16384, 1024 }, { 4096, 8192, 30720, 1024 }, { 8192, 16384, 61440, 4096 },
		{ 16384, 32768, 122880, 8192 } };

	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		const int *row = table[i];
		int pairs = 0, steps = (row[2] - row[1]) / row[3] + 1;

		for (int memory = 1; memory <= 131072; memory++)
			pairs += fargate_has_pair(row[0], memory);
		CHECK_NUMBER(pairs, steps);
		CHECK(fargate_has_pair(row[0], row[1]) && fargate_has_pair(row[0], row[2]));
		CHECK(!fargate_has_pair(row[0], row[1] + row[3] / 2) &&
			!fargate_has_pair(row[0], row[2] + row[3]));
	}
	CHECK(fargate_has_pair(256, 512) && fargate_has_pair(256, 1024) && fargate_has_pair(256, 2048));
	CHECK(!fargate_has_pair(256, 1536) && !fargate_has_pair(256, 3072) && !fargate_has_pair(256, 513));
	CHECK(!fargate_has_pair(300, 512) && !fargate_has_pair(0, 0));
}

static void size_is(const char *text, int cpu, int memory)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
	int cpu_right = CHECK_NUMBER(fargate_cpu(value), cpu);
	int memory_right = CHECK_NUMBER(fargate_memory(value), memory);

	if (!cpu_right || !memory_right)
		printf("  in   %s\n", text);
	json_decref(value);
}

static void words_for_sizes(void)
{
	static const struct {
		const char *text;
		int cpu, memory;
	} cases[] = { { "256", 256, 256 }, { "\"256\"", 256, 256 }, { "\"0.25 vCPU\"", 256, 0 },
		{ "\".5 vcpu\"", 512, 0 }, { "\"2vCPU\"", 2048, 0 }, { "\"0.5 GB\"", 0, 512 },
		{ "\"30GB\"", 0, 30720 }, { "\"1 gb\"", 0, 1024 }, { "\"\"", 0, 0 }, { "\" 256\"", 0, 0 },
		{ "\"256 \"", 0, 0 }, { "\"-256\"", 0, 0 }, { "-256", 0, 0 }, { "0", 0, 0 },
		{ "\"1.2.3 GB\"", 0, 0 }, { "\"0x100\"", 0, 0 }, { "\"1e3 GB\"", 0, 0 },
		{ "\"0.0001 vCPU\"", 0, 0 }, { "\"99999999999\"", 0, 0 }, { "99999999999", 0, 0 },
		{ "1.5", 0, 0 }, { "true", 0, 0 }, { "null", 0, 0 }, { "\"512 MB\"", 0, 0 },
		{ "\".\"", 0, 0 }, { "\"2000 GB\"", 0, 0 } };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		size_is(cases[i].text, cases[i].cpu, cases[i].memory);
}

int main(void)
{
	arena = arena_new();
	pasted_task_definitions();
	where_aws_ends();
	lifecycle_policies();
	wishes();
	sizes();
	words_for_sizes();
	arena_free(arena);
	return check_end();
}
