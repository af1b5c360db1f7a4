#include "report/report.h"

#include <fcntl.h>
#include <unistd.h>

#include "kinds/kinds.h"
#include "model/secret.h"
#include "pass/drift.h"
#include "report/troubles.h"

#include "../check.h"

/* What the daemon tells over many passes, on a clock of our own. Outside systemd records are lines of text.
 */

static struct arena *arena;
static int lines_file;

/* What was told since the last time. */
static const char *told(void)
{
	static char text[16384];
	ssize_t length = pread(lines_file, text, sizeof text - 1, 0);

	text[length > 0 ? length : 0] = '\0';
	if (ftruncate(lines_file, 0) != 0 || lseek(lines_file, 0, SEEK_SET) != 0)
		abort();
	return text;
}

static struct observed nothing_missing = { 0 };
static struct state *state;
/* Each story has an account of its own, of which nothing is kept when it begins. */
static unsigned account;

/* One app with so many batches: "b00" and so on. */
static struct definitions definitions_of(size_t count)
{
	static struct app app = { .name = "jobs", .region = "eu-west-1", .enabled = true };
	struct definitions definitions = { .apps = &app, .app_count = 1, .batch_count = count };

	definitions.batches = arena_alloc(arena, count * sizeof *definitions.batches);
	for (size_t i = 0; i < count; i++)
		definitions.batches[i] = (struct batch){
			.name = arena_printf(arena, "b%02zu", i), .app = &app, .enabled = true
		};
	return definitions;
}

/* A pass of one site, with room for some actions. */
static struct pass *pass_at(time_t now, size_t action_count)
{
	struct pass *pass = arena_alloc(arena, sizeof *pass);
	struct pass_site *site = arena_alloc(arena, sizeof *site);
	struct plan *plan = arena_alloc(arena, sizeof *plan);

	*pass = (struct pass){
		.arena = arena, .sites = site, .site_count = 1, .now = now, .ended = (double)now
	};
	pass->options.write = true;
	pass->definitions = definitions_of(action_count > 2 ? action_count : 2);
	*site = (struct pass_site){ .pass = pass, .plan = plan, .observed = &nothing_missing };
	site->site.region = "eu-west-1";
	site->view = (struct view){ .arena = arena, .site = &site->site, .owner = "team" };
	site->memory = state_site(state, arena_printf(arena, "%u", account), "eu-west-1");
	plan->arena = arena;
	plan->observed = &nothing_missing;
	plan->action_count = action_count;
	plan->actions = arena_alloc(arena, (action_count + 1) * sizeof *plan->actions);
	for (size_t i = 0; i < action_count; i++) {
		plan->actions[i] = arena_alloc(arena, sizeof **plan->actions);
		*plan->actions[i] =
			(struct action){ .verb = VERB_UPDATE, .kind = &kind_rule, .id = "", .arn = "" };
	}
	return pass;
}

/* The rule of this batch as it is wanted. */
static struct resource *want_of(struct pass *pass, const char *batch)
{
	static struct app app = { .name = "jobs" };
	static struct member enabled = { "state", "ENABLED", true, false };
	struct plan *plan = pass->sites[0].plan;
	struct resource *want =
		resources_add(arena, &plan->wants, &kind_rule, arena_printf(arena, "jobs-%s", batch), "");

	want->app = &app;
	want->managed = want->content_read = true;
	want->fields = (struct fields){ &enabled, 1 };
	return want;
}

static struct action *action_of(struct pass *pass, size_t at, const char *batch, enum outcome outcome)
{
	struct action *action = pass->sites[0].plan->actions[at];
	static struct difference enabled = { "state", "DISABLED", "ENABLED" };

	action->app = "jobs";
	action->batch = batch;
	action->name = arena_printf(arena, "jobs-%s", batch);
	action->outcome = outcome;
	action->want = want_of(pass, batch);
	action->differences = (struct differences){ &enabled, 1 };
	return action;
}

static void tell(struct report *report, struct pass *pass)
{
	struct plan *plan = pass->sites[0].plan;

	for (size_t i = 0; plan && i < plan->action_count; i++)
		report_action(report, &pass->sites[0], plan->actions[i]);
	if (plan)
		drift_keep(&pass->sites[0]);
	report_pass(report, pass);
}

static const char *status_of(const struct report *report, struct pass *pass)
{
	static struct text text;

	text_clear(&text);
	report_status(report, pass, &text);
	return text_string(&text);
}

/* A pass in which one change fails with this sentence. */
static void failing(struct report *report, time_t now, const char *error)
{
	struct pass *pass = pass_at(now, 1);

	action_of(pass, 0, "a", OUTCOME_FAILED)->error = error;
	tell(report, pass);
}

static void once_then_hourly_then_at_its_end(void)
{
	struct report *report = report_new();

	failing(report, 10000, "denied (request id 1a-b, 2 tries)");
	CHECK_TEXT(told(), "batch a: cannot update rule jobs-a: denied (request id 1a-b, 2 tries)\n");
	failing(report, 10300, "denied (request id 2c-d, 3 tries)");
	failing(report, 10600, "denied (request id 2d-e)");
	failing(report, 13599, "denied (request id 3e-f, 3 tries)");
	CHECK_TEXT(told(), "");
	failing(report, 13600, "denied (request id 4a-b, 3 tries)");
	CHECK_TEXT(told(), "batch a: cannot update rule jobs-a: denied (request id 4a-b, 3 tries)\n");
	tell(report, pass_at(13900, 0));
	CHECK_TEXT(told(), "over: batch a: nothing fails any more to update rule jobs-a\n");
	tell(report, pass_at(14200, 0));
	CHECK_TEXT(told(), "");
	report_free(report);
}

static void another_sentence_is_told_at_once_and_only_once(void)
{
	struct report *report = report_new();

	failing(report, 10000, "denied");
	told();
	failing(report, 10300, "throttled");
	CHECK_TEXT(told(), "batch a: cannot update rule jobs-a: throttled\n");
	failing(report, 10600, "denied");
	failing(report, 10900, "throttled");
	CHECK_TEXT(told(), "");
	tell(report, pass_at(11200, 0));
	CHECK_TEXT(told(), "over: batch a: nothing fails any more to update rule jobs-a\n");
	report_free(report);
}

static void a_broken_off_pass_ends_nothing(void)
{
	struct report *report = report_new();
	struct pass *pass = pass_at(10300, 0);

	failing(report, 10000, "denied");
	told();
	pass->stopped = true;
	tell(report, pass);
	CHECK_TEXT(told(), "");
	report_free(report);
}

/* One batch that fails for ever takes nothing from the story of the others. */
static void drift_beside_a_batch_that_fails(void)
{
	struct report *report = report_new();
	struct pass *pass;

	for (time_t now = 10000; now <= 10300; now += 300) {
		pass = pass_at(now, 2);
		action_of(pass, 0, "a", OUTCOME_FAILED)->error = "denied";
		action_of(pass, 1, "b", OUTCOME_DONE);
		tell(report, pass);
		if (now == 10000)
			CHECK(strstr(told(), "batch b: changed rule jobs-b: state: DISABLED → ENABLED\n") !=
				NULL);
	}
	CHECK(strstr(told(),
		      "batch b: changed outside: rule jobs-b: state: DISABLED → ENABLED; put back\n") !=
		NULL);
	/* What failed until now was asked for by the definitions, and once it is done no more. */
	pass = pass_at(10600, 1);
	action_of(pass, 0, "a", OUTCOME_DONE);
	tell(report, pass);
	CHECK(strstr(told(), "batch a: changed rule jobs-a") != NULL);
	pass = pass_at(10900, 1);
	action_of(pass, 0, "a", OUTCOME_DONE);
	tell(report, pass);
	CHECK(strstr(told(), "batch a: changed outside: rule jobs-a") != NULL);
	report_free(report);
}

/* Whatever was reloaded or restarted: the wish for the field is the same. A new wish beside it is told as
 * that. */
static void drift_after_a_reload_and_after_a_start(void)
{
	static struct member wanted[] = { { "description", "new", true, false },
		{ "state", "ENABLED", true, false } };
	static struct difference both[] = { { "description", "old", "new" },
		{ "state", "DISABLED", "ENABLED" } };
	struct report *report = report_new();
	struct pass *pass = pass_at(10000, 0);
	struct resource *want;

	want_of(pass, "a");
	tell(report, pass);
	report_new_definitions(report);
	pass = pass_at(10300, 1);
	action_of(pass, 0, "a", OUTCOME_DONE);
	tell(report, pass);
	CHECK(strstr(told(), "batch a: changed outside: rule jobs-a: state: DISABLED → ENABLED") != NULL);
	report_free(report);
	report = report_new();
	pass = pass_at(10600, 1);
	want = want_of(pass, "a");
	want->fields = (struct fields){ wanted, 2 };
	action_of(pass, 0, "a", OUTCOME_DONE)->want = want;
	pass->sites[0].plan->actions[0]->differences = (struct differences){ both, 2 };
	tell(report, pass);
	CHECK(text_starts(told(),
		"batch a: changed rule jobs-a: description: old → new\n"
		"batch a: changed outside: rule jobs-a: state: DISABLED → ENABLED; put back\n"));
	report_free(report);
}

static void what_is_gone(void)
{
	struct report *report = report_new();
	struct pass *pass = pass_at(10000, 1);

	action_of(pass, 0, "a", OUTCOME_DONE)->verb = VERB_CREATE;
	tell(report, pass);
	CHECK(text_starts(told(), "batch a: created rule jobs-a\n"));
	pass = pass_at(10300, 1);
	action_of(pass, 0, "a", OUTCOME_DONE)->verb = VERB_CREATE;
	tell(report, pass);
	CHECK(text_starts(told(), "batch a: gone outside: created rule jobs-a\n"));
	/* Once nothing wants it, it comes back as a wish. */
	tell(report, pass_at(10600, 0));
	pass = pass_at(10900, 1);
	action_of(pass, 0, "a", OUTCOME_DONE)->verb = VERB_CREATE;
	tell(report, pass);
	CHECK(text_starts(told(), "batch a: created rule jobs-a\n"));
	report_free(report);
}

static void what_could_not_be_read_before_is_no_drift(void)
{
	struct report *report = report_new();
	struct pass *pass = pass_at(10000, 0);

	pass->sites[0].plan = NULL;
	error_set(&pass->sites[0].error, ERROR_NETWORK, "no answer after 12 ms");
	tell(report, pass);
	CHECK_TEXT(told(), "eu-west-1: no answer after 12 ms\n");
	CHECK(strstr(status_of(report, pass),
		      "degraded: 1 app, 2 batches, as of 1970-01-01T02:46:40Z; eu-west-1: no answer after 12 ms") !=
		NULL);
	error_set(&pass->sites[0].error, ERROR_NETWORK, "no answer after 9 ms");
	tell(report, pass);
	CHECK_TEXT(told(), "");
	pass = pass_at(10300, 1);
	action_of(pass, 0, "a", OUTCOME_DONE);
	tell(report, pass);
	CHECK(strstr(told(), "batch a: changed rule jobs-a") != NULL);
	/* An outage later changes nothing in that. */
	pass = pass_at(10600, 0);
	pass->sites[0].plan = NULL;
	error_set(&pass->sites[0].error, ERROR_NETWORK, "no answer");
	tell(report, pass);
	pass = pass_at(10900, 1);
	action_of(pass, 0, "a", OUTCOME_DONE);
	tell(report, pass);
	CHECK(strstr(told(), "batch a: changed outside") != NULL);
	report_free(report);
}

static void a_refused_reload_is_not_forgotten(void)
{
	struct report *report = report_new();
	struct pass *pass = pass_at(10300, 0);

	report_not_in_force(report, MESSAGE_RELOAD_REFUSED, "refused", "a.json:1:2: wrong", 10000);
	report_not_in_force(report, MESSAGE_RELOAD_REFUSED, "refused", "a.json:1:2: wrong", 10001);
	CHECK_TEXT(told(), "refused; what is wrong is told above\nrefused; what is wrong is told above\n");
	tell(report, pass);
	CHECK_TEXT(told(), "");
	CHECK_TEXT(status_of(report, pass),
		"degraded: refused: a.json:1:2: wrong; AWS in sync: 1 app, 2 batches, as of 1970-01-01T02:51:40Z");
	tell(report, pass_at(13600, 0));
	CHECK_TEXT(told(), "refused: a.json:1:2: wrong\n");
	report_new_definitions(report);
	CHECK_TEXT(told(), "over: the definitions and settings in the files are in force\n");
	report_free(report);
}

/* What is over is named, not what was: no sentence of a trouble stands behind "over:". */
static void what_is_over(void)
{
	struct report *report = report_new();
	struct pass *pass = pass_at(10000, 1);
	struct held held = { .plan = "abc123", .reason = "too many", .arn_count = 7 };
	struct problem problems[] = {
		{ .app = "jobs", .batch = "b", .conflict = true, .text = "rule jobs-b is not ours" },
		{ .app = "jobs", .text = "role r does not exist" },
	};
	struct action *action = action_of(pass, 0, "a", OUTCOME_HELD);

	action->fought = true;
	action->error = "keeps being changed";
	problems[0].want = want_of(pass, "b");
	problems[1].want = want_of(pass, "c");
	pass->sites[0].plan->problems = problems;
	pass->sites[0].plan->problem_count = 2;
	pass->guard = (struct guard){ .held = &held, .held_count = 1 };
	pass->state_error = "No space left on device";
	tell(report, pass);
	told();
	tell(report, pass_at(10300, 0));
	CHECK_TEXT(told(), "over: batch b: the conflict over rule jobs-b is settled\n"
			   "over: app jobs: nothing stops it at rule jobs-c any more\n"
			   "over: batch a: rule jobs-a is not fought over any more\n"
			   "over: the brake has let go: plan abc123 waits no more\n"
			   "over: the state is kept again\n");
	pass = pass_at(10600, 1);
	pass->options.write = false;
	action_of(pass, 0, "a", OUTCOME_PENDING);
	error_set(&pass->sites[0].error, ERROR_NETWORK, "no answer");
	tell(report, pass);
	told();
	tell(report, pass_at(10900, 0));
	CHECK_TEXT(told(), "over: eu-west-1 can be worked on again\n"
			   "over: batch a is as the definitions say\n");
	report_free(report);
}

static void a_file_that_could_not_be_written(void)
{
	struct report *report = report_new();

	report_files(report, "status.json: No space left on device", 10000);
	report_files(report, "status.json: No space left on device", 10300);
	tell(report, pass_at(10600, 0));
	CHECK_TEXT(told(), "status.json: No space left on device\n");
	report_files(report, NULL, 10600);
	CHECK_TEXT(told(), "over: status.json and metrics.prom are written again\n");
	report_files(report, NULL, 10900);
	CHECK_TEXT(told(), "");
	report_free(report);
}

static void what_may_not_be_written(void)
{
	struct report *report = report_new();
	struct pass *pass = pass_at(10000, 3);
	const char *line;

	pass->options.write = false;
	action_of(pass, 0, "a", OUTCOME_PENDING);
	action_of(pass, 1, "b", OUTCOME_PENDING)->verb = VERB_CREATE;
	action_of(pass, 2, "b", OUTCOME_PENDING)->kind = &kind_target;
	tell(report, pass);
	CHECK_TEXT(told(),
		"batch a differs, and readOnly forbids to write it: update rule jobs-a: state: DISABLED → "
		"ENABLED\nbatch b differs, and readOnly forbids to write it: create rule jobs-b; update "
		"target "
		"jobs-b: state: DISABLED → ENABLED\n");
	line = status_of(report, pass);
	CHECK(text_starts(line, "degraded: ") &&
		strstr(line, "; 3 changes not written (readOnly): jobs/a, jobs/b;"));
	tell(report, pass);
	CHECK_TEXT(told(), "");
	report_free(report);
}

/* However much is wrong, the command that a person has to run is in the line, and the line is not too long.
 */
static void the_status_line(void)
{
	struct report *report = report_new();
	struct pass *pass = pass_at(10000, 40);
	struct held held = { .plan = "abc123", .reason = "too many", .arn_count = 7 };
	const char *line;

	for (size_t i = 0; i < 40; i++)
		action_of(pass, i, arena_printf(arena, "b%02zu", i), OUTCOME_FAILED)->error =
			arena_printf(arena, "%0*d", 2000, 0);
	pass->guard = (struct guard){ .held = &held, .held_count = 1 };
	tell(report, pass);
	line = status_of(report, pass);
	CHECK(strstr(line,
		      "; 40 failing: jobs/b00, jobs/b01, jobs/b02, jobs/b03, jobs/b04, …; 7 removals are held") !=
		NULL);
	CHECK(strstr(line, "fargate-batchctl approve abc123; batch b00: cannot update rule jobs-b00: 000") !=
		NULL);
	CHECK(strlen(line) <= 1500 && text_ends(line, "…"));
	told();
	pass = pass_at(10300, 0);
	tell(report, pass);
	CHECK_TEXT(status_of(report, pass), "in sync: 1 app, 2 batches, as of 1970-01-01T02:51:40Z");
	told();
	report_free(report);
}

/* In the words of list, the worst of each batch first. */
static void the_states_in_the_status_line(void)
{
	struct report *report = report_new();
	struct pass *pass = pass_at(10000, 4);
	struct problem taken = { .app = "jobs", .batch = "b01", .text = "taken", .conflict = true };

	action_of(pass, 0, "b00", OUTCOME_FAILED)->error = "denied";
	action_of(pass, 1, "b01", OUTCOME_FAILED)->error = "denied";
	action_of(pass, 2, "b02", OUTCOME_HELD);
	action_of(pass, 3, "b03", OUTCOME_DONE);
	taken.want = pass->sites[0].plan->actions[1]->want;
	pass->sites[0].plan->problems = &taken;
	pass->sites[0].plan->problem_count = 1;
	tell(report, pass);
	CHECK(strstr(status_of(report, pass),
		      "; 1 failing: jobs/b00; 1 conflict: jobs/b01; 1 held: jobs/b02; ") != NULL);
	told();
	report_free(report);
}

static void what_left_waits_in_its_grace(void)
{
	struct report *report = report_new();

	for (unsigned minutes = 0; minutes < 2; minutes++) {
		struct pass *pass = pass_at(10000, 1);
		struct action *action = action_of(pass, 0, "a", OUTCOME_DONE);

		pass->options.deletion.enabled = true;
		pass->options.deletion.grace_minutes = minutes;
		action->verb = VERB_DISABLE;
		action->leaves = true;
		report_pass(report, pass);
		CHECK(text_starts(told(),
			minutes ? "batch a has left the definitions: deleted in 1 minute unless it comes back\n"
				: "pass: 1 done"));
	}
	report_free(report);
}

/* What may be a password is told by its name, wherever it stands. */
static void no_secret_by_its_value(void)
{
	static const char *const paths[] = { "input", "input.containerOverrides[x].environment[PASSWORD]",
		"input.containerOverrides[x].command", "input.containerOverrides[x].environment",
		"input.containerOverrides[x].environment[0].value",
		"containerDefinitions[x].environment[A.B]", "containerDefinitions[x].command",
		"containerDefinitions[x].entryPoint", "containerDefinitions[x].healthCheck.command",
		"containerDefinitions[x].logConfiguration.options.splunk-token",
		"containerDefinitions[x].firelensConfiguration.options.key",
		"containerDefinitions[x].dockerLabels.auth", "inputTransformer.inputTemplate",
		"Input.ContainerOverrides[x].Command[1]" };
	struct report *report = report_new();

	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
		struct pass *pass = pass_at(10000, 1);
		struct action *action = action_of(pass, 0, "a", OUTCOME_DONE);
		struct difference difference = { paths[i], "hunter2", "hunter3" };

		action->differences = (struct differences){ &difference, 1 };
		report_action(report, &pass->sites[0], action);
		CHECK_TEXT(told(), arena_printf(arena, "batch a: changed rule jobs-a: %s\n", paths[i]));
	}
	CHECK(!is_secret_path("containerDefinitions[command].image") && !is_secret_path("state"));
	report_free(report);
}

static void a_value_of_several_lines(void)
{
	static struct difference differences[] = { { "description", "a\nb", "c" },
		{ "input.containerOverrides[x].environment[PASSWORD]", "hunter2", "hunter3" } };
	struct report *report = report_new();
	struct pass *pass = pass_at(10000, 1);

	action_of(pass, 0, "a", OUTCOME_DONE)->differences = (struct differences){ differences, 2 };
	report_action(report, &pass->sites[0], pass->sites[0].plan->actions[0]);
	CHECK_TEXT(told(),
		"batch a: changed rule jobs-a: description: a\\nb → c, input.containerOverrides[x].environment[PASSWORD]\n");
	report_free(report);
}

static void (*const stories[])(void) = {
	once_then_hourly_then_at_its_end,
	another_sentence_is_told_at_once_and_only_once,
	a_broken_off_pass_ends_nothing,
	drift_beside_a_batch_that_fails,
	drift_after_a_reload_and_after_a_start,
	what_is_gone,
	what_could_not_be_read_before_is_no_drift,
	a_refused_reload_is_not_forgotten,
	what_is_over,
	a_file_that_could_not_be_written,
	what_may_not_be_written,
	the_status_line,
	the_states_in_the_status_line,
	what_left_waits_in_its_grace,
	a_value_of_several_lines,
	no_secret_by_its_value,
};

int main(void)
{
	char folder[] = "/tmp/fargate-batchd-told-XXXXXX";
	char name[] = "/tmp/fargate-batchd-told-XXXXXX";

	arena = arena_new();
	if (!mkdtemp(folder) || setenv("STATE_DIRECTORY", folder, 1) != 0)
		return 1;
	state = state_open("aws", NULL);
	lines_file = mkstemp(name);
	if (lines_file < 0 || unlink(name) != 0 || dup2(lines_file, STDERR_FILENO) < 0)
		return 1;
	for (size_t i = 0; i < ARRAY_LENGTH(stories); i++) {
		account++;
		stories[i]();
	}
	state_close(state);
	if (rmdir(folder) != 0)
		return 1;
	close(lines_file);
	arena_free(arena);
	return check_end();
}
