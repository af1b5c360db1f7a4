#include "model/definition/definition.h"

#include "common/json.h"
#include "common/text.h"
#include "model/definition/input.h"
#include "report/faults.h"

#include <time.h>

#include "../check.h"
#include "written.h"

/*
 * What the reader makes of definitions: every file of tests/definitions/{good,bad} by itself against the
 * lines beside it, and what the structures then hold. `test_definition --print FILE…` prints those lines.
 */

#define FOLDER "tests/definitions/"

static struct arena *arena;

static struct definitions *read_texts(size_t count, const char *const *texts)
{
	struct definition_text *all = arena_alloc(arena, (count + 1) * sizeof *all);

	for (size_t i = 0; i < count; i++)
		all[i] = (struct definition_text){ .file = arena_printf(arena, "%c.json", (char)('a' + i)),
			.text = texts[i],
			.length = strlen(texts[i]) };
	return definitions_read(arena, all, count);
}

#define READ(...) \
	read_texts(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), \
		(const char *const[]){ __VA_ARGS__ })

/* As fargate-batchctl check prints them. */
static const char *lines_of(const struct definitions *definitions)
{
	CLEANUP_FREE char *lines = NULL;
	size_t length;
	FILE *file = open_memstream(&lines, &length);

	if (!file)
		abort();
	faults_show(file, definitions->faults, definitions->fault_count);
	fclose(file);
	return arena_copy(arena, lines);
}

/* The lines of one file, which is told without its folder. */
static const char *lines_of_file(const char *path, bool *broken)
{
	const char *slash = strrchr(path, '/'), *lines;
	struct definition_text text = { .file = slash ? slash + 1 : path };
	struct definitions *definitions;
	struct error error = { 0 };

	text.text = read_file(arena, path, 1 << 20, &text.length, NULL, &error);
	if (!text.text)
		return arena_copy(arena, error.text);
	definitions = definitions_read(arena, &text, 1);
	*broken = definitions->broken;
	lines = lines_of(definitions);
	definitions_free(definitions);
	return lines;
}

static void one_file(const char *folder, const char *name, bool good)
{
	char *path = arena_printf(arena, FOLDER "%s/%s", folder, name), *expected;
	const char *lines;
	size_t length;
	bool broken = good;

	lines = lines_of_file(path, &broken);
	expected = arena_printf(arena, "%.*s.expected", (int)(strlen(path) - strlen(".json")), path);
	expected = read_file(arena, expected, 1 << 20, &length, NULL, NULL);
	CHECK(broken != good);
	if (!CHECK_TEXT(lines, expected ? expected : ""))
		printf("  in   %s\n", path);
}

static void all_files(const char *folder, bool good, size_t at_least)
{
	const char *const *names;
	size_t count, files = 0;

	if (!CHECK(list_folder(arena, arena_printf(arena, FOLDER "%s", folder), &names, &count)))
		return;
	for (size_t i = 0; i < count; i++) {
		if (!text_ends(names[i], ".json"))
			continue;
		one_file(folder, names[i], good);
		files++;
	}
	CHECK(files >= at_least);
}

static void the_article(void)
{
	struct definition_text text = { .file = "article.json" };
	struct definitions *set;
	const struct app *app;
	const struct batch *batch;
	json_t *input;

	text.text = read_file(arena, "config/examples/article.json", 1 << 20, &text.length, NULL, NULL);
	set = definitions_read(arena, &text, 1);
	CHECK_TEXT(lines_of(set), "");
	CHECK(!set->broken && set->app_count == 1 && set->batch_count == 2);
	app = definitions_app(set, "batch");
	CHECK_TEXT(app->region, "ap-northeast-1");
	CHECK_TEXT(app->repository.use.name, "batch");
	CHECK_NUMBER(app->repository.lifecycle_policy.is, WISH_VALUE);
	CHECK_TEXT(json_canonical(arena, app->repository.lifecycle_policy.value),
		"{\"rules\":[{\"action\":{\"type\":\"expire\"},\"description\":\"Keep only one untagged "
		"image, expire all "
		"others\",\"rulePriority\":1,\"selection\":{\"countNumber\":1,\"countType\":"
		"\"imageCountMoreThan\","
		"\"tagStatus\":\"untagged\"}}]}");
	CHECK_NUMBER(json_integer_value(app->log_group.retention_in_days.value), 30);
	CHECK_NUMBER(app->at.line, 3);
	CHECK_NUMBER(app->repository.use.at.line, 5);
	batch = definitions_batch(set, "no1");
	CHECK(batch && batch->app == app && batch->at.line == 24 && batch->at.column == 5);
	CHECK_TEXT(batch->rule_name, "batch-no1");
	CHECK_TEXT(batch->family, "batch-no1");
	CHECK_TEXT(batch_log_prefix(arena, batch), "batch/no1");
	input = target_input(batch);
	CHECK_TEXT(json_canonical(arena, input),
		"{\"containerOverrides\":[{\"environment\":[{\"name\":\"batch\",\"value\":\"no1\"}],\"name\":\"batch\"}]}");
	json_decref(input);
	CHECK(!definitions_batch(set, "no3") && !definitions_app(set, ""));
	definitions_free(set);
}

static void what_an_app_leaves_out(void)
{
	struct definitions *set =
		READ("{\"apps\": {\"x-1\": {\"network\": {\"subnets\": [\"subnet-1\"]}}},"
		     "\"batches\": {\"B_1\": {\"app\": \"x-1\", \"schedule\": \"rate(1 day)\"}}}");
	const struct app *app = &set->apps[0];
	const struct batch *batch = &set->batches[0];

	CHECK_TEXT(lines_of(set), "");
	CHECK(!app->region && !app->account_id && !app->assume_role_arn && !app->task_definition &&
		!app->tags);
	CHECK_TEXT(app->repository.use.name, "x-1");
	CHECK_TEXT(app->cluster.use.name, "x-1");
	CHECK_TEXT(app->log_group.use.name, "/fargate/x-1");
	CHECK(app->repository.use.managed && app->cluster.use.managed && app->log_group.use.managed);
	CHECK_TEXT(app->roles.execution, "ecsTaskExecutionRole");
	CHECK_TEXT(app->roles.task, "ecsTaskExecutionRole");
	CHECK_TEXT(app->roles.events, "ecsEventRole");
	CHECK(app->repository.lifecycle_policy.is == WISH_UNMANAGED &&
		app->repository.scan_on_push.is == WISH_UNMANAGED &&
		app->repository.mutability.is == WISH_UNMANAGED &&
		app->log_group.retention_in_days.is == WISH_UNMANAGED &&
		app->cluster.settings.is == WISH_UNMANAGED &&
		app->cluster.capacity_providers.is == WISH_UNMANAGED);
	CHECK(app->enabled && !app->delete_with_last && app->log_streams == LOG_STREAMS_BATCH);
	CHECK_TEXT(app_container(app), "x-1");
	CHECK_NUMBER(app->batch_count, 1);
	CHECK_TEXT(batch->rule_name, "x-1-B_1");
	CHECK_TEXT(batch->family, "x-1-B_1");
	CHECK(batch->enabled && batch->task_count == 1 && batch->retry_attempts == -1 &&
		batch->retry_age == -1);
	CHECK(!batch->environment && !batch->command && !batch->cpu && !batch->memory && !batch->description);
	CHECK(!batch->capacity_provider_strategy && !batch->dead_letter_queue && !batch->platform_version);
	CHECK(batch->network == app->network &&
		json_array_size(json_object_get(batch->network, "subnets")) == 1);
	CHECK(target_input(batch) == NULL);
	definitions_free(set);
}

#define NETWORK "\"network\": {\"subnets\": [\"subnet-1\"]}"

#define NIGHTLY(more) "\"nightly\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"" more "}"

/* Whether the app's repository and log group are made, as it is written here with these batches. */
static void check_made(const char *app, const char *batches, bool repository, bool log_group)
{
	struct definitions *set = READ(arena_printf(arena,
		"{\"apps\": {\"jobs\": {\"network\": {\"subnets\": [\"subnet-1\"]}, %s}}, \"batches\": {%s}}",
		app, batches));
	const struct app *made = definitions_app(set, "jobs");

	if (!CHECK(!set->broken && !made->repository.use.unused == repository &&
		    !made->log_group.use.unused == log_group))
		printf("  in   %s with %s\n  %s\n", app, batches, lines_of(set));
	definitions_free(set);
}

#define BOX "\"image\": \"busybox\""
#define OWN_GROUP \
	"\"logConfiguration\": {\"logDriver\": \"awslogs\", \"options\": {\"awslogs-group\": \"/g\"}}"
#define TASK(...) "\"taskDefinition\": {\"containerDefinitions\": [" __VA_ARGS__ "]}"
#define URI(uri)  "\"image\": {\"uri\": \"" uri "\"}"
#define ECR       "123456789012.dkr.ecr.eu-west-1.amazonaws.com/"

static void what_is_made(void)
{
	check_made("\"enabled\": true", NIGHTLY(""), true, true);
	check_made("\"enabled\": true", "", true, true);
	check_made(URI("busybox"), NIGHTLY(""), false, true);
	check_made(URI("busybox"), NIGHTLY(", \"image\": {\"tag\": \"green\"}"), true, true);
	check_made(URI(ECR "jobs:1"), NIGHTLY(""), true, true);
	check_made(URI(ECR "jobs2:1"), NIGHTLY(""), false, true);
	check_made(URI("busybox") ", \"repository\": {\"scanOnPush\": true}", NIGHTLY(""), true, true);
	check_made("\"enabled\": true", NIGHTLY(", " URI("busybox")), false, true);
	check_made("\"image\": {\"tag\": \"x\"}", NIGHTLY(", " URI("busybox")), true, true);
	check_made(TASK("{" BOX "}"), NIGHTLY(""), false, true);
	check_made(TASK("{" BOX "}, {\"name\": \"b\", \"image\": \"" ECR "jobs@sha256:1\"}"), NIGHTLY(""),
		true, true);
	check_made(TASK("{" OWN_GROUP "}"), NIGHTLY(""), true, false);
	check_made(TASK("{" OWN_GROUP "}") ", \"logGroup\": \"/g\"", NIGHTLY(""), true, true);
	check_made(TASK("{" OWN_GROUP "}, {\"name\": \"b\", " BOX "}"), NIGHTLY(""), true, true);
	check_made(TASK("{\"logConfiguration\": {\"logDriver\": \"splunk\"}}"), NIGHTLY(""), true, false);
}

static void wishes(void)
{
	struct definitions *set = READ(
		"{\"apps\": {"
		"\"gone\": {\"repository\": {\"lifecyclePolicy\": null, \"scanOnPush\": null, "
		"\"imageTagMutability\": null},"
		"  \"logGroup\": {\"retentionInDays\": null}, \"cluster\": {\"capacityProviders\": null, "
		"\"settings\": null}},"
		"\"here\": {\"repository\": {\"lifecyclePolicy\": {\"keepLast\": 3}, \"scanOnPush\": false, "
		"  \"imageTagMutability\": \"IMMUTABLE\"}, \"logGroup\": \"/x\", \"cluster\": {\"name\": "
		"\"c\", \"managed\": false}},"
		"\"none\": {\"repository\": false, \"image\": {\"uri\": \"busybox\"}},"
		"\"true\": {\"repository\": true}}}");
	const struct app *gone = definitions_app(set, "gone"), *here = definitions_app(set, "here");

	CHECK_TEXT(lines_of(set), "");
	CHECK(gone->repository.lifecycle_policy.is == WISH_REMOVED &&
		gone->repository.scan_on_push.is == WISH_REMOVED &&
		gone->repository.mutability.is == WISH_REMOVED &&
		gone->log_group.retention_in_days.is == WISH_REMOVED &&
		gone->cluster.capacity_providers.is == WISH_REMOVED &&
		gone->cluster.settings.is == WISH_REMOVED);
	CHECK_TEXT(gone->repository.use.name, "gone");
	CHECK(here->repository.scan_on_push.is == WISH_VALUE &&
		json_is_false(here->repository.scan_on_push.value));
	CHECK_TEXT(json_string_value(here->repository.mutability.value), "IMMUTABLE");
	CHECK_TEXT(here->log_group.use.name, "/x");
	CHECK(here->log_group.retention_in_days.is == WISH_UNMANAGED && !here->cluster.use.managed);
	CHECK(!definitions_app(set, "none")->repository.use.name);
	CHECK_TEXT(definitions_app(set, "true")->repository.use.name, "true");
	definitions_free(set);
}

static void a_batch_in_full(void)
{
	struct definitions *set = READ(
		"{\"apps\": {\"jobs\": {\"enabled\": true, \"image\": {\"tag\": \"v1\"}, "
		"\"logStreamPrefix\": \"{batch}-{tag}\", "
		"\"taskDefinition\": {\"cpu\": 256, \"memory\": \"512\", \"containerDefinitions\": "
		"[{\"name\": \"main\"}]}, " NETWORK
		"}}, \"batches\": {\"b\": {\"app\": \"jobs\", \"schedule\": \"cron(0 3 * * ? *)\", \"cpu\": "
		"\"1 vCPU\", "
		"\"memory\": 2048, \"environment\": {\"Z\": \"1\", \"A\": \"é\\\"\"}, \"command\": [\"a\", "
		"\"b c\"], "
		"\"image\": {\"digest\": "
		"\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}, "
		"\"ruleName\": \"r\", \"enabled\": false, \"taskCount\": 2, \"platformVersion\": \"1.4.0\", "
		"\"propagateTags\": true, \"enableECSManagedTags\": true, \"retryPolicy\": "
		"{\"maximumRetryAttempts\": 0}, "
		"\"capacityProviderStrategy\": [{\"capacityProvider\": \"FARGATE_SPOT\", \"weight\": 1}], "
		"\"deadLetterQueue\": \"dead\", \"network\": {\"subnets\": [\"subnet-2\"]}, \"tags\": "
		"{\"a\": \"b\"}}}}");
	const struct batch *batch = &set->batches[0];
	json_t *input = target_input(batch);

	CHECK_TEXT(lines_of(set), "");
	CHECK_TEXT(json_canonical(arena, input), "{\"containerOverrides\":[{\"command\":[\"a\",\"b "
						 "c\"],\"environment\":[{\"name\":\"A\",\"value\":\"é\\\"\"},"
						 "{\"name\":\"Z\",\"value\":\"1\"}],\"name\":\"main\"}],"
						 "\"cpu\":\"1024\",\"memory\":\"2048\"}");
	json_decref(input);
	CHECK_TEXT(batch_log_prefix(arena, batch), "b-0123456789ab");
	CHECK_TEXT(batch->rule_name, "r");
	CHECK_TEXT(batch->family, "jobs-b");
	CHECK(!batch->enabled && batch->task_count == 2 && batch->propagate_tags &&
		batch->enable_ecs_managed_tags);
	CHECK(batch->retry_attempts == 0 && batch->retry_age == -1);
	CHECK_TEXT(json_text_of(json_array_get(batch->capacity_provider_strategy, 0), "capacityProvider", ""),
		"FARGATE_SPOT");
	CHECK_TEXT(json_canonical(arena, batch->app->cluster.capacity_providers.value), "[\"FARGATE_SPOT\"]");
	CHECK_NUMBER(batch->app->cluster.capacity_providers.is, WISH_VALUE);
	CHECK_TEXT(json_canonical(arena, batch->network), "{\"subnets\":[\"subnet-2\"]}");
	CHECK_TEXT(batch->dead_letter_queue, "dead");
	CHECK_TEXT(batch->platform_version, "1.4.0");
	definitions_free(set);
}

static void an_input_by_its_parts(void)
{
	struct definitions *set = READ(
		"{\"apps\": {\"jobs\": {" NETWORK "}}, \"batches\": {"
		"\"a\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\", \"cpu\": 512, \"memory\": 1024},"
		"\"b\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\", \"command\": [\"x\"]},"
		"\"c\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\", \"environment\": {}}}}");
	static const char *const expected[] = { "{\"cpu\":\"512\",\"memory\":\"1024\"}",
		"{\"containerOverrides\":[{\"command\":[\"x\"],\"name\":\"jobs\"}]}" };
	json_t *emoji = json_pack("[s]", "🚀é");

	CHECK_TEXT(lines_of(set), "");
	for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
		json_t *input = target_input(&set->batches[i]);

		CHECK_TEXT(json_canonical(arena, input), expected[i]);
		CHECK_NUMBER(input_length(input), strlen(expected[i]));
		json_decref(input);
	}
	CHECK(target_input(&set->batches[2]) == NULL);
	CHECK_NUMBER(input_length(emoji), 7);
	json_decref(emoji);
	definitions_free(set);
}

static void one_family_for_all(void)
{
	struct definitions *set =
		READ("{\"apps\": {\"jobs\": {\"logStreams\": \"app\", \"enabled\": false, " NETWORK "}}, "
		     "\"batches\": {\"a\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"},"
		     "\"b\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\", \"enabled\": true}}}");

	CHECK_TEXT(lines_of(set), "");
	CHECK_TEXT(set->batches[0].family, "jobs");
	CHECK_TEXT(set->batches[1].family, "jobs");
	CHECK_TEXT(batch_log_prefix(arena, &set->batches[1]), "jobs");
	CHECK(!set->batches[0].enabled && !set->batches[1].enabled);
	CHECK_NUMBER(set->apps[0].batch_count, 2);
	definitions_free(set);
}

static void files_are_one_set(void)
{
	struct definitions *set =
		READ("{\"batches\": {\"z\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"}}}",
			"{\"batches\": {\"a\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"}}}",
			"{\"apps\": {\"jobs\": {" NETWORK "}}}");

	CHECK_TEXT(lines_of(set), "");
	CHECK_TEXT(set->batches[0].name, "a");
	CHECK_TEXT(set->batches[0].at.file, "b.json");
	CHECK_TEXT(set->batches[1].at.file, "a.json");
	CHECK_TEXT(set->apps[0].at.file, "c.json");
	definitions_free(set);
	set = read_texts(0, NULL);
	CHECK(!set->broken && !set->app_count && !set->batch_count);
	definitions_free(set);
}

/* What is shared is one thing: whichever app is asked, it knows what any of them says. */
static void apps_share_what_they_say(void)
{
	struct definitions *set = READ(
		"{\"apps\": {\"a1\": {\"logGroup\": \"/x\", \"cluster\": \"c\", \"repository\": \"rr\"},"
		"\"b1\": {\"logGroup\": {\"name\": \"/x\", \"retentionInDays\": 7}, \"cluster\": \"c\", "
		"\"repository\": {\"name\": \"rr\", \"lifecyclePolicy\": {\"keepLast\": 2}}, " NETWORK
		"}}, \"batches\": {\"x\": {\"app\": \"b1\", \"schedule\": \"rate(1 day)\", "
		"\"capacityProviderStrategy\": [{\"capacityProvider\": \"FARGATE_SPOT\", \"weight\": 1}]}}}");
	const struct app *first = definitions_app(set, "a1");

	CHECK_TEXT(lines_of(set), "");
	CHECK(first->log_group.retention_in_days.is == WISH_VALUE &&
		json_integer_value(first->log_group.retention_in_days.value) == 7);
	CHECK(first->repository.lifecycle_policy.is == WISH_VALUE &&
		first->repository.lifecycle_policy.value);
	CHECK(first->cluster.capacity_providers.is == WISH_VALUE && first->cluster.capacity_providers.value);
	definitions_free(set);
}

static void names_in_two_files(void)
{
	struct definitions *set = READ(
		"{\"apps\": {\n  \"jobs\": {" NETWORK "}},\n"
		"\"batches\": {\"x\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"}}}",
		"{\n\"apps\": { \"jobs\": {" NETWORK "}},\n"
		"\"batches\": {\"x\": {\"app\": \"jobs\", \"schedule\": \"rate(2 days)\"},\n"
		"  \"y\": {\"app\": \"jobs\", \"schedule\": \"rate(2 days)\", \"ruleName\": \"jobs-x\"}}}");
	const char *lines = lines_of(set);

	CHECK(set->broken);
	CHECK_NUMBER(set->fault_count, 3);
	CHECK(strstr(lines, "b.json:2:11: ") && strstr(lines, "b.json:3:13: "));
	CHECK(strstr(lines, "a.json:2:3") && strstr(lines, "a.json:3:13") && strstr(lines, "jobs-x"));
	definitions_free(set);
}

static void a_broken_file_may_define_what_is_missing(void)
{
	struct definitions *set = READ("{\"apps\": {\"jobs\": {" NETWORK "},}}",
		"{\"batches\": {\"x\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"}}}");

	CHECK_NUMBER(set->fault_count, 2);
	CHECK(strstr(lines_of(set), "there is no app \"jobs\"; mend a.json first, which may define it"));
	definitions_free(set);
}

static void faults_come_in_order(void)
{
	struct definitions *set = READ("{\n \"x\": 1, \"y\": 2,\n \"z\": 3 }", "", "{\"w\": 1}");
	struct fault late = { { "b.json", 1, 1 }, "zz", "r", false, false },
		     early = { { "a.json", 2, 5 }, "m", "r", true, false };

	CHECK_NUMBER(set->fault_count, 5);
	definitions_add_fault(set, late);
	definitions_add_fault(set, early);
	CHECK_NUMBER(set->fault_count, 7);
	for (size_t i = 1; i < set->fault_count; i++) {
		const struct position *a = &set->faults[i - 1].at, *b = &set->faults[i].at;
		int files = strcmp(a->file, b->file);

		CHECK(files < 0 || (files == 0 && (a->line < b->line ||
							  (a->line == b->line && a->column <= b->column))));
	}
	CHECK_TEXT(set->faults[1].message, "m");
	definitions_free(set);
}

static void a_warning_breaks_nothing(void)
{
	struct definitions *set = READ("{}");
	struct fault fault = { { "a.json", 1, 1 }, "m", "r", true, false };

	definitions_add_fault(set, fault);
	CHECK(!set->broken && set->fault_count == 1);
	fault.warning = false;
	definitions_add_fault(set, fault);
	CHECK(set->broken);
	definitions_free(set);
	definitions_free(NULL);
}

static int print(int count, char **paths)
{
	for (int i = 0; i < count; i++) {
		bool broken;

		fputs(lines_of_file(paths[i], &broken), stdout);
	}
	arena_free(arena);
	return 0;
}

/* `count` times a printed line, with its number for %d, between two texts; from the arena. */
static const char *many(const char *before, const char *each, int count, const char *after)
{
	CLEANUP_TEXT struct text text = { 0 };

	text_add(&text, before);
	for (int i = 0; i < count; i++) {
		const char *mark = strstr(each, "%d");

		text_printf(&text, "%s%.*s%05d%s", i ? ", " : "", (int)(mark - each), each, i, mark + 2);
	}
	text_add(&text, after);
	return arena_copy(arena, text_string(&text));
}

static void faults_are_cut(void)
{
	struct definitions *set = READ(many("{", "\"x%d\": 1", 300, "}"), "{\"y\": 2}");
	const struct fault *last = &set->faults[FAULTS_TOLD];

	CHECK(set->broken);
	CHECK_NUMBER(set->fault_count, FAULTS_TOLD + 1);
	CHECK_TEXT(last->message, "101 more faults are not told");
	CHECK(last->rest && !last->warning);
	CHECK_TEXT(last->at.file, "a.json");
	definitions_free(set);
	/* Warnings have a number of their own, so that they hide no fault. */
	set = READ(many(
		"{\"apps\": {\"jobs\": {\"network\": {\"subnets\": [\"subnet-1\"]}, \"taskDefinition\": {\"cpu\": \"256\", \"memory\": \"512\", ",
		"\"aMemberThatIsNewOnAws%d\": 1", FAULTS_TOLD + 1, "}}}}"));
	CHECK(!set->broken);
	CHECK_NUMBER(set->fault_count, FAULTS_TOLD + 1);
	CHECK_TEXT(set->faults[FAULTS_TOLD].message, "1 more warning is not told");
	definitions_free(set);
}

#define ONE_TASK "{\"apps\": {\"jobs\": {\"network\": {\"subnets\": [\"subnet-1\"]}, \"taskDefinition\": {"

/* More than AWS ever takes is told once, and nobody looks at each of them. */
static void lists_that_are_too_long(void)
{
	static const struct {
		const char *before, *each, *after, *told;
	} rows[] = {
		{ ONE_TASK "\"containerDefinitions\": [", "{\"name\": \"c%d\"}", "]}}}}",
			"a.json:1:101: \"containerDefinitions\" has 30000 elements; write at most 10\n" },
		{ ONE_TASK "\"containerDefinitions\": [{\"environment\": [", "{\"name\": \"c%d\"}", "]}]}}}}",
			"a.json:1:118: \"environment\" has 30000 elements; write at most 3000\n" },
		{ ONE_TASK "\"volumes\": [", "{\"name\": \"c%d\"}", "]}}}}",
			"a.json:1:88: \"volumes\" has 30000 elements; write at most 3000\n" },
		{ "{\"apps\": {\"jobs\": {\"tags\": {", "\"k%d\": \"v\"", "}}}}",
			"a.json:1:28: \"tags\" has 30000 members; write at most 3000\n" },
		{ "{\"apps\": {\"jobs\": {\"network\": {\"subnets\": [", "\"subnet-%d\"", "]}}}}",
			"a.json:1:43: \"subnets\" has 30000 elements; write at most 16\n" },
		{ "{\"batches\": {\"nightly\": {\"environment\": {", "\"K%d\": \"v\"", "}}}}",
			"a.json:1:41: \"environment\" has 30000 members; write at most 3000\n" },
		{ "{\"batches\": {\"nightly\": {\"command\": [", "\"%d\"", "]}}}",
			"a.json:1:37: \"command\" has 30000 elements; write at most 3000\n" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct definitions *set = READ(many(rows[i].before, rows[i].each, 30000, rows[i].after));
		size_t used = arena_used(arena);

		if (!CHECK(strstr(lines_of(set), rows[i].told) != NULL))
			printf("  got  %s", lines_of(set));
		CHECK(set->broken && set->fault_count <= 3);
		CHECK(arena_used(arena) - used < 16 * 1024);
		definitions_free(set);
	}
}

/* Time grows with the files, not with its square: where it did, each of these took minutes. */
static void many_of_everything(void)
{
	const char *names = many("{\"apps\": {", "\"a%d\": {\"cluster\": \"shared\"}", 15000, "}}");
	const char *lost = many("{\"batches\": {",
		"\"b%d\": {\"app\": \"a0-000\", \"schedule\": \"rate(1 day)\"}", 8000, "}}");
	const char *homeless = many("{\"apps\": {\"jobs\": {}}, \"batches\": {",
		"\"b%d\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"}", 10000, "}}");
	clock_t begun = clock();
	struct definitions *set = READ(names, names, names, names, lost);

	CHECK_NUMBER(set->fault_count, FAULTS_TOLD + 1);
	CHECK(text_ends(set->faults[FAULTS_TOLD].message, " more faults are not told"));
	definitions_free(set);
	set = READ(homeless);
	CHECK_NUMBER(set->fault_count, 1);
	CHECK(clock() - begun < 20 * CLOCKS_PER_SEC);
	definitions_free(set);
}

/* What a pass keeps of each app; and long texts weigh more than short ones. */
static void apps_and_long_texts(void)
{
	const char *apps = many("{\"apps\": {",
		"\"app%d\": {\"network\": {\"subnets\": [\"subnet-1\"], \"securityGroups\": [\"sg-1\"]}}",
		6000, "}}");
	const char *words = many("[",
		"\"a text of eighty characters that stands here as many times as there are batches: %d\"",
		600, "]");
	const char *batches = many(
		"{\"batches\": {", "\"b%d\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"}", 1200, "}}");
	struct definitions *set = READ(apps);

	CHECK_NUMBER(set->fault_count, 1);
	CHECK(text_starts(
		set->faults[0].message, "6000 apps with 0 batches, their task definitions and tags"));
	definitions_free(set);
	set = READ(
		arena_printf(arena,
			"{\"apps\": {\"jobs\": {\"network\": {\"subnets\": [\"subnet-1\"]}, \"taskDefinition\": {\"containerDefinitions\": [{\"command\": %s}]}}}}",
			words),
		batches);
	CHECK_NUMBER(set->fault_count, 1);
	CHECK(text_starts(set->faults[0].message, "1 apps with 1200 batches"));
	definitions_free(set);
}

/* Every batch's family is a copy of its app's task definition: a pass keeps them all. */
static void copies_of_task_definitions(void)
{
	const char *variables = many("", "{\"name\": \"V%d\", \"value\": \"x\"}", 800, "");
	const char *batches = many(
		"{\"batches\": {", "\"b%d\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"}", 900, "}}");
	const char *app =
		"{\"apps\": {\"jobs\": {%s\"network\": {\"subnets\": [\"subnet-1\"]}, \"taskDefinition\": {\"containerDefinitions\": [{\"environment\": [";
	const char *start = strstr(app, "%s");
	struct definitions *set =
		READ(arena_printf(arena, "%.*s%s%s]}]}}}}", (int)(start - app), app, start + 2, variables),
			batches);

	CHECK(set->broken);
	CHECK_NUMBER(set->fault_count, 1);
	CHECK(text_starts(
		set->faults[0].message, "1 apps with 900 batches, their task definitions and tags take 11"));
	CHECK(strstr(set->faults[0].remedy, "\"logStreams\": \"app\"") != NULL);
	definitions_free(set);
	set = READ(arena_printf(arena, "%.*s\"logStreams\": \"app\", %s%s]}]}}}}", (int)(start - app), app,
			   start + 2, variables),
		batches);
	CHECK_NUMBER(set->fault_count, 0);
	definitions_free(set);
}

/* What is wrong in a file that is not judged is not told, and the other file's faults stay where they are. */
static void files_aside(void)
{
	const char *aside =
		"{\"batches\": {\"nightly\": {\"app\": \"jobs\", \"schedule\": \"cron(99 * * * ? *)\"}}}";
	const char *right = "{\"apps\": {\"jobs\": {\"network\": {\"subnets\": [\"subnet-1\"]}}}}";
	const char *wrong = "{\"apps\": {\"jobs\": {\"network\": {\"subnets\": []}}}}";
	struct definition_text texts[] = {
		{ .file = "aside.json", .text = aside, .length = strlen(aside), .role = TEXT_ASIDE },
		{ .file = "own.json", .text = right, .length = strlen(right) },
	};
	struct definitions *set = definitions_read(arena, texts, ARRAY_LENGTH(texts));

	CHECK_TEXT(lines_of(set), "");
	definitions_free(set);
	texts[1].text = wrong;
	texts[1].length = strlen(wrong);
	set = definitions_read(arena, texts, ARRAY_LENGTH(texts));
	CHECK_TEXT(lines_of(set),
		"own.json:1:43: \"subnets\" is empty; write for example [\"subnet-0123456789abcdef0\"]\n");
	definitions_free(set);
}

int main(int argc, char **argv)
{
	arena = arena_new();
	if (argc > 1 && strcmp(argv[1], "--print") == 0)
		return print(argc - 2, argv + 2);
	all_files("good", true, 12);
	all_files("bad", false, 60);
	the_article();
	what_an_app_leaves_out();
	what_is_made();
	wishes();
	a_batch_in_full();
	an_input_by_its_parts();
	one_family_for_all();
	files_are_one_set();
	apps_share_what_they_say();
	names_in_two_files();
	a_broken_file_may_define_what_is_missing();
	faults_come_in_order();
	a_warning_breaks_nothing();
	faults_are_cut();
	files_aside();
	lists_that_are_too_long();
	many_of_everything();
	copies_of_task_definitions();
	apps_and_long_texts();
	arena_free(arena);
	return check_end();
}
