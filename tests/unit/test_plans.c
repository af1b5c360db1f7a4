/*
 * Golden plans: for each folder of tests/plans, what is wanted (desired.json, a definitions file) and what
 * AWS says (observed.json) go through a whole pass that writes nothing, and its plan as text has to be
 * expected.txt. With PLANS_WRITE=1 the files are written instead; read every line of such a change.
 */

#include <dirent.h>
#include <ftw.h>
#include <unistd.h>

#include "answers.h"
#include "common/json.h"
#include "common/text.h"
#include "kinds/kinds.h"
#include "pass/pass.h"
#include "scripted.h"

#include "../check.h"
#include "written.h"

#define PLANS "tests/plans"

enum { FILE_LIMIT = 1 << 20 };

struct plan_test {
	struct arena *arena;
	const char *folder;
	json_t *observed; /* with those it is like already in it */
	struct definitions *definitions;
	struct scripted *scripted;
	struct answers answers;
	struct aws *aws;
	struct state *state;
	struct pass *pass; /* when it is done */
};

/* What the test asks for. */

static char *read_text(struct arena *arena, const char *folder, const char *name, size_t *length)
{
	struct error error = { 0 };
	char *text = read_file(
		arena, arena_printf(arena, PLANS "/%s/%s", folder, name), FILE_LIMIT, length, NULL, &error);

	if (!text)
		printf("FAIL %s\n", error.text);
	return text;
}

/* The observed.json of a folder on top of the one that it is like. */
static json_t *read_observed(struct arena *arena, const char *folder)
{
	size_t length = 0;
	json_error_t fault;
	char *text = read_text(arena, folder, "observed.json", &length);
	json_t *own = text ? json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault) : NULL, *all, *answers;
	const char *like = json_text_of(own, "like", NULL);

	if (text && !own)
		printf("FAIL %s/observed.json:%d: %s\n", folder, fault.line, fault.text);
	all = own && like ? read_observed(arena, like) : json_object();
	if (!own || !all)
		return json_decref(own), json_decref(all), NULL;
	answers = json_object_get(all, "answers");
	answers = answers ? json_incref(answers) : json_array();
	answers_change(answers, json_object_get(own, "answers"));
	json_object_update(all, own);
	json_put(all, "answers", answers);
	json_decref(own);
	return all;
}

static bool read_test(struct plan_test *test)
{
	struct definition_text desired = { .file = "desired.json" };

	test->observed = read_observed(test->arena, test->folder);
	desired.text = read_text(test->arena, test->folder, "desired.json", &desired.length);
	if (!test->observed || !desired.text)
		return false;
	test->definitions = definitions_read(test->arena, &desired, 1);
	for (size_t i = 0; i < test->definitions->fault_count; i++)
		printf("FAIL %s/desired.json:%u:%u: %s\n", test->folder, test->definitions->faults[i].at.line,
			test->definitions->faults[i].at.column, test->definitions->faults[i].message);
	return !test->definitions->fault_count;
}

static time_t now_of(const struct plan_test *test)
{
	time_t now = SCRIPTED_START;

	text_parse_iso8601(json_text_of(test->observed, "now", ""), &now);
	return now;
}

static unsigned option(const struct plan_test *test, const char *name, unsigned otherwise)
{
	return (unsigned)json_integer_of(json_object_get(test->observed, "options"), name, otherwise);
}

/* {"rule/batch-no2": {"app": …}, …}: what was served under these names. */
static void fill_names(struct plan_test *test, struct state_site *site)
{
	const char *name;
	json_t *record;

	json_object_foreach (json_object_get(test->observed, "names"), name, record) {
		const char *slash = strchr(name, '/');
		const char *kind = arena_copy_n(test->arena, name, (size_t)(slash - name));
		const char *app = json_text_of(record, "app", "batch");

		state_serve_name(site, kind, slash + 1, app, json_bool_of(record, "onDelete", false));
		if (json_bool_of(record, "left", false))
			state_leave_name(site, kind, slash + 1, app);
	}
}

/* Apps served before, batches that left within the hour, plans that somebody approved. */
static void fill_state(struct plan_test *test)
{
	const json_t *served = json_object_get(test->observed, "served");
	const json_t *approved = json_object_get(test->observed, "approved");
	json_int_t left = json_integer_of(test->observed, "leftWithinTheHour", 0);
	struct state_site *site = state_site(test->state, test->answers.account, "ap-northeast-1");
	CLEANUP(json_decrefp) json_t *none = json_array();
	struct error error = { 0 };
	json_t *each;
	size_t i;

	json_array_foreach (served, i, each)
		state_serve(test->state, json_string_value(each), "123456789012");
	if (json_array_size(served))
		state_serve_site(test->state, "123456789012", "ap-northeast-1", NULL);
	fill_names(test, site);
	json_array_foreach (approved, i, each)
		CHECK(approvals_give(state_approvals(test->state), json_string_value(each), "somebody", none,
			now_of(test) - 60, &error));
	for (i = 0; i < (size_t)left; i++)
		state_left(site,
			arena_printf(test->arena, "arn:aws:events:ap-northeast-1:1:rule/gone-%zu", i),
			now_of(test) - 600);
}

static void done(struct pass *pass, void *data)
{
	struct plan_test *test = data;

	test->pass = pass;
}

static struct pass_options options_of(struct plan_test *test)
{
	const json_t *options = json_object_get(test->observed, "options"),
		     *only = json_object_get(options, "only");
	const char **names = arena_alloc(test->arena, (json_array_size(only) + 1) * sizeof *names);

	for (size_t i = 0; i < json_array_size(only); i++)
		names[i] = json_string_value(json_array_get(only, i));
	return (struct pass_options){
		.aws = test->aws,
		.transport = scripted_transport(test->scripted),
		.definitions = test->definitions,
		.state = test->state,
		.owner = json_text_of(test->observed, "owner", "default"),
		.keep_revisions = option(test, "keepRevisions", 5),
		.deletion = {
			.max_batches = option(test, "maxBatches", 5),
			.max_percent = option(test, "maxPercent", 30),
			.grace_minutes = option(test, "graceMinutes", 15),
			.enabled = json_bool_of(options, "deletion", true),
		},
		.only = json_array_size(only) ? names : NULL,
		.only_count = json_array_size(only),
		.timeout = 600,
		.done = done,
		.done_data = test,
	};
}

/* The plan as text. */

static void print_action_name(struct text *out, const struct action *action)
{
	const struct kind *kind = action->kind;

	text_printf(out, "%s %s ", verb_name(action->verb), kind->name);
	if (kind->shape == SHAPE_REVISIONS && *action->arn)
		text_add(out, strrchr(action->arn, '/') + 1);
	else
		text_add(out, action->name);
	if (kind->shape == SHAPE_TARGET)
		text_printf(out, " %s", action->id);
}

static void print_differences(struct text *out, const struct differences *differences)
{
	for (size_t i = 0; i < differences->count; i++) {
		const struct difference *one = &differences->items[i];

		text_printf(out, "    %s: ", one->path);
		if (one->before && one->after)
			text_printf(out, "%s -> %s\n", one->before, one->after);
		else if (one->after)
			text_printf(out, "+ %s\n", one->after);
		else
			text_printf(out, "- %s\n", one->before);
	}
}

/* The operations that would carry the action out. */
static void print_calls(struct text *out, const struct pass_site *site, const struct action *action)
{
	struct requests requests = { 0 };
	struct change change = action_change(action, "");

	action->kind->requests(&site->view, &change, &requests);
	for (size_t i = 0; i < requests.count; i++)
		text_printf(out, "    calls %s:%s\n", requests.items[i].service, requests.items[i].operation);
	requests_clear(&requests);
}

static void print_action(struct text *out, const struct pass_site *site, const struct action *action)
{
	static const char *const claims[] = { "", " stray", " doubtful" };

	print_action_name(out, action);
	text_printf(out, " (app %s", action->app ? action->app : "?");
	if (action->batch)
		text_printf(out, ", batch %s", action->batch);
	text_printf(out, ")%s%s%s%s%s\n", action->removal ? " removal" : "",
		action->retiring ? " retiring" : "", action->leaves ? " leaves" : "", claims[action->claim],
		action->outcome == OUTCOME_HELD ? " HELD" : "");
	print_differences(out, &action->differences);
	print_differences(out, &action->revisions);
	print_calls(out, site, action);
	for (size_t i = 0; i < action->need_count; i++) {
		text_add(out, i ? ", " : "    after ");
		print_action_name(out, action->needs[i]);
	}
	text_add(out, action->need_count ? "\n" : "");
}

static void print_problem(struct text *out, const struct problem *problem)
{
	text_printf(out, "%s (app %s", problem->conflict ? "conflict" : "problem", problem->app);
	if (problem->batch)
		text_printf(out, ", batch %s", problem->batch);
	text_printf(out, "): %s\n", problem->text);
	if (problem->arn && *problem->arn)
		text_printf(out, "    the other: %s\n", problem->arn);
	text_printf(out, "    wanted by: %s:%u:%u\n", problem->want->at.file ? problem->want->at.file : "?",
		problem->want->at.line, problem->want->at.column);
}

static void print_wait(struct text *out, const struct waiting *wait)
{
	char until[ISO8601_SIZE];

	text_iso8601(until, wait->until);
	text_printf(out, "waits (app %s%s%s): %s%s\n    %s\n", wait->app, wait->batch ? ", batch " : "",
		wait->batch ? wait->batch : "", wait->until ? "deleted after " : "never deleted",
		wait->until ? until : "", wait->arn);
}

static void print_leftover(struct text *out, const struct leftover *leftover)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	text_printf(
		out, "stays (app %s): %s\n", leftover->app, ownership_removal_command(arena, leftover->have));
}

static void print_note(struct text *out, const struct note *note)
{
	text_printf(out, "note (app %s%s%s): %s\n", note->app, note->batch ? ", batch " : "",
		note->batch ? note->batch : "", note->text);
}

static void print_site(struct text *out, const struct pass_site *site)
{
	const struct plan *plan = site->plan;

	if (site->error.code != ERROR_NONE)
		text_printf(out, "error: %s\n", site->error.text);
	if (!observed_complete(site->observed))
		text_printf(out, "incomplete: %s\n", site->observed->incomplete.text);
	for (size_t i = 0; plan && i < plan->problem_count; i++)
		print_problem(out, &plan->problems[i]);
	for (size_t i = 0; plan && i < plan->action_count; i++)
		print_action(out, site, plan->actions[i]);
	for (size_t i = 0; plan && i < plan->notes.count; i++)
		print_note(out, &plan->notes.items[i]);
	for (size_t i = 0; plan && i < plan->wait_count; i++)
		print_wait(out, &plan->waits[i]);
	for (size_t i = 0; plan && i < plan->leftover_count; i++)
		print_leftover(out, &plan->leftovers[i]);
}

static void print_held(struct text *out, const struct held *held)
{
	text_printf(out, "held %s: %s\n", held->plan, held->reason);
	for (size_t i = 0; i < held->arn_count; i++)
		text_printf(out, "    %s\n", held->untag ? held->untag[i] : held->arns[i]);
}

static void print_pass(struct text *out, const struct pass *pass)
{
	for (size_t i = 0; i < pass->site_count; i++)
		print_site(out, &pass->sites[i]);
	for (size_t i = 0; i < pass->guard.held_count; i++)
		print_held(out, &pass->guard.held[i]);
	text_add(out, pass_in_sync(pass) ? "in sync\n" : "not in sync\n");
}

/* Running one. */

/* Nothing but questions, none of them twice. */
static void check_requests(const struct plan_test *test)
{
	for (size_t i = 0; i < scripted_count(test->scripted); i++) {
		const struct scripted_request *one = scripted_request(test->scripted, i);
		const char *operation = answers_operation(one);

		if (!CHECK(text_starts(operation, "Get") || text_starts(operation, "List") ||
			    text_starts(operation, "Describe")))
			printf("  %s: %s\n", test->folder, operation);
		for (size_t before = 0; before < i; before++) {
			const struct scripted_request *other = scripted_request(test->scripted, before);
			bool same = strcmp(one->target, other->target) == 0 &&
				    strcmp(one->body, other->body) == 0 && strcmp(one->url, other->url) == 0;

			if (same && !CHECK(!same))
				printf("  %s: asked twice: %s %s\n", test->folder, operation, one->body);
		}
	}
	CHECK_NUMBER(test->answers.unknown, 0);
}

static void compare(struct plan_test *test, const char *got)
{
	const char *path = arena_printf(test->arena, PLANS "/%s/expected.txt", test->folder);
	struct error error = { 0 };
	size_t length = 0, line = 1;
	const char *want;

	if (getenv("PLANS_WRITE") && !make_file(path, got, strlen(got), 0644))
		printf("FAIL %s could not be written\n", path);
	want = read_file(test->arena, path, FILE_LIMIT, &length, NULL, &error);
	if (CHECK(want && strcmp(got, want) == 0))
		return;
	if (!want) {
		printf("  %s; got:\n%s", error.text, got);
		return;
	}
	while (*got && *got == *want) {
		line += *got++ == '\n';
		want++;
	}
	printf("  %s:%zu: differs here\n  got  ...%.*s\n  want ...%.*s\n", path, line,
		(int)strcspn(got, "\n"), got, (int)strcspn(want, "\n"), want);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

static bool open_world(struct plan_test *test, char *state_folder)
{
	struct error error = { 0 };

	test->scripted = scripted_new();
	scripted_pass(test->scripted, (double)now_of(test) - scripted_now(test->scripted));
	scripted_serve(test->scripted, answers_serve, &test->answers);
	test->answers = (struct answers){
		.arena = test->arena,
		.rows = json_object_get(test->observed, "answers"),
		.account = json_text_of(test->observed, "account", "123456789012"),
	};
	test->aws = aws_new(&(struct aws_options){ .transport = scripted_transport(test->scripted) }, &error);
	if (mkdtemp(state_folder) && setenv("STATE_DIRECTORY", state_folder, 1) == 0)
		test->state = state_open("aws", NULL);
	if (!test->aws || !test->state)
		printf("FAIL %s\n", error.text);
	return test->aws && test->state;
}

static void close_world(struct plan_test *test, const char *state_folder)
{
	pass_free(test->pass);
	state_close(test->state);
	aws_free(test->aws);
	scripted_free(test->scripted);
	nftw(state_folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void run_world(struct plan_test *test)
{
	char state_folder[] = "/tmp/test-plans-XXXXXX";
	CLEANUP_TEXT struct text out = { 0 };
	struct pass_options options;

	if (CHECK(open_world(test, state_folder))) {
		fill_state(test);
		options = options_of(test);
		pass_start(&options);
		scripted_run(test->scripted);
		if (CHECK(test->pass != NULL)) {
			print_pass(&out, test->pass);
			compare(test, text_string(&out));
			check_requests(test);
		}
	}
	close_world(test, state_folder);
}

static void run_test(const char *folder)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct plan_test test = { .arena = arena, .folder = folder };

	if (CHECK(read_test(&test)))
		run_world(&test);
	definitions_free(test.definitions);
	json_decref(test.observed);
}

static void set_environment(void)
{
	static const char *const names[] = { "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
		"AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
		"CREDENTIALS_DIRECTORY", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_USE_FIPS_ENDPOINT",
		"AWS_USE_DUALSTACK_ENDPOINT" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		unsetenv(names[i]);
	setenv("HOME", "/nonexistent", 1);
	setenv("AWS_ACCESS_KEY_ID", "AKIATEST", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
}

/* All folders, or those named on the command line. */
int main(int argc, char **argv)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	const char *const *names = (const char *const *)(argv + 1);
	size_t count = (size_t)argc - 1;

	set_environment();
	if (!count && !CHECK(list_folder(arena, PLANS, &names, &count)))
		printf("  %s cannot be listed\n", PLANS);
	CHECK(count > 0);
	for (size_t i = 0; i < count; i++)
		run_test(names[i]);
	return check_end();
}
