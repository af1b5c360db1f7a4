#include "model/plan/batch_state.h"

#include "kinds/kinds.h"

#include "../check.h"

/* The one answer to how a batch stands, case by case, over plans made by hand. */

static struct arena *arena;
static struct app jobs = { .name = "jobs", .enabled = true }, other = { .name = "other", .enabled = true };
static struct batch enabled = { .name = "no1", .app = &jobs, .enabled = true };
static struct batch disabled = { .name = "no1", .app = &jobs };

/* An action of a case: the app's own where `batch` is
 * NULL; `after`: 1 + the index of the one that it needs. */
struct step {
	enum verb verb;
	const struct kind *kind;
	const char *app, *batch;
	enum outcome outcome;
	bool retiring, removal;
	const char *moved;
	enum claim claim;
	size_t after;
};

/* One that stops the app (`batch` NULL), or a batch. */
struct stop {
	const char *app, *batch;
	bool conflict, unreadable, late;
};

#define NO1   "jobs", "no1"
#define NO2   "jobs", "no2"
#define JOBS  "jobs", NULL
#define OTHER "other", NULL

#define RULE     &kind_rule
#define TARGET   &kind_target
#define CLUSTER  &kind_cluster
#define REVISION &kind_task_definition

struct state_case {
	const char *name;
	const char *of_batch, *of_disabled, *of_app;
	struct stop stops[3];
	struct step steps[4];
};

static struct plan *plan_of(const struct state_case *test)
{
	struct plan *plan = arena_alloc(arena, sizeof *plan);

	plan->arena = arena;
	plan->actions = arena_alloc(arena, ARRAY_LENGTH(test->steps) * sizeof *plan->actions);
	plan->problems = arena_alloc(arena, ARRAY_LENGTH(test->stops) * sizeof *plan->problems);
	for (const struct stop *stop = test->stops; stop < test->stops + 3 && stop->app; stop++)
		plan->problems[plan->problem_count++] = (struct problem){ .app = stop->app,
			.batch = stop->batch,
			.conflict = stop->conflict,
			.unreadable = stop->unreadable,
			.late = stop->late };
	for (const struct step *step = test->steps; step < test->steps + 4 && step->app; step++) {
		struct action *action = arena_alloc(arena, sizeof *action);

		*action = (struct action){ .verb = step->verb,
			.kind = step->kind,
			.app = step->app,
			.batch = step->batch,
			.arn = "arn:r",
			.outcome = step->outcome,
			.retiring = step->retiring,
			.removal = step->removal,
			.moved = step->moved,
			.claim = step->claim };
		if (step->after) {
			action->needs = arena_alloc(arena, sizeof *action->needs);
			action->needs[action->need_count++] = plan->actions[step->after - 1];
		}
		plan->actions[plan->action_count++] = action;
	}
	return plan;
}

static const struct state_case cases[] = {
	{ "nothing to do", "in sync", "disabled", "in sync", { { 0 } }, { { 0 } } },
	{ "all of it carried out", "in sync", "disabled", "in sync", { { 0 } },
		{ { VERB_CREATE, CLUSTER, JOBS, .outcome = OUTCOME_DONE },
			{ VERB_CREATE, RULE, NO1, .outcome = OUTCOME_DONE },
			{ VERB_UPDATE, TARGET, NO1, .outcome = OUTCOME_UNNEEDED } } },
	{ "its rule is to be changed", "differs", "differs", "in sync", { { 0 } },
		{ { VERB_UPDATE, RULE, NO1, .outcome = OUTCOME_PENDING } } },
	{ "another batch is to be changed", "in sync", "disabled", "in sync", { { 0 } },
		{ { VERB_UPDATE, RULE, NO2, .outcome = OUTCOME_PENDING } } },
	{ "what its app needs is to be changed", "differs", "differs", "differs", { { 0 } },
		{ { VERB_UPDATE, CLUSTER, JOBS, .outcome = OUTCOME_PENDING } } },
	{ "an old revision goes", "in sync", "disabled", "in sync", { { 0 } },
		{ { VERB_DELETE, REVISION, NO1, .outcome = OUTCOME_PENDING, .retiring = true } } },
	{ "no rule yet", "missing", "missing", "differs", { { 0 } },
		{ { VERB_CREATE, CLUSTER, JOBS, .outcome = OUTCOME_PENDING },
			{ VERB_CREATE, REVISION, NO1, .outcome = OUTCOME_PENDING },
			{ VERB_CREATE, RULE, NO1, .outcome = OUTCOME_PENDING } } },
	{ "the pass was stopped before it was its turn", "missing", "missing", "in sync", { { 0 } },
		{ { VERB_CREATE, REVISION, NO1, .outcome = OUTCOME_DONE },
			{ VERB_CREATE, RULE, NO1, .outcome = OUTCOME_SKIPPED, .after = 1 } } },
	{ "another rule name", "moving", "moving", "in sync", { { 0 } },
		{ { VERB_CREATE, RULE, NO1, .outcome = OUTCOME_PENDING },
			{ VERB_DISABLE, RULE, NO1, .outcome = OUTCOME_PENDING, .retiring = true,
				.after = 1 } } },
	{ "another rule name, half way", "moving", "moving", "in sync", { { 0 } },
		{ { VERB_CREATE, RULE, NO1, .outcome = OUTCOME_DONE },
			{ VERB_DELETE, RULE, NO1, .outcome = OUTCOME_PENDING, .retiring = true,
				.after = 1 } } },
	{ "another rule name, over", "in sync", "disabled", "in sync", { { 0 } },
		{ { VERB_CREATE, RULE, NO1, .outcome = OUTCOME_DONE },
			{ VERB_DELETE, RULE, NO1, .outcome = OUTCOME_DONE, .retiring = true, .after = 1 } } },
	{ "another rule name, and nobody knows which one is its old one", "held", "held", "in sync",
		{ { 0 } },
		{ { VERB_CREATE, RULE, NO1, .outcome = OUTCOME_DONE },
			{ VERB_UPDATE, RULE, NO1, .outcome = OUTCOME_HELD, .after = 1 } } },
	{ "another region", "moving", "moving", "in sync", { { 0 } },
		{ { VERB_CREATE, RULE, NO1, .outcome = OUTCOME_PENDING },
			{ VERB_DISABLE, RULE, NO1, .outcome = OUTCOME_PENDING, .removal = true,
				.moved = "from a to b" } } },
	{ "another region, stopped in the old one", "in sync", "disabled", "in sync", { { 0 } },
		{ { VERB_CREATE, RULE, NO1, .outcome = OUTCOME_DONE },
			{ VERB_DISABLE, RULE, NO1, .outcome = OUTCOME_DONE, .removal = true,
				.moved = "from a to b" } } },
	{ "another region, held in the old one", "held", "held", "in sync", { { 0 } },
		{ { VERB_CREATE, RULE, NO1, .outcome = OUTCOME_DONE },
			{ VERB_DISABLE, RULE, NO1, .outcome = OUTCOME_HELD, .removal = true,
				.moved = "from a to b" } } },
	{ "another region and app", "moving", "moving", "in sync", { { 0 } },
		{ { VERB_DISABLE, RULE, "before", "no1", .outcome = OUTCOME_PENDING, .removal = true,
			.moved = "from a to b" } } },
	{ "a stranger's rule with its tags in another region", "in sync", "disabled", "in sync", { { 0 } },
		{ { VERB_DISABLE, RULE, NO1, .outcome = OUTCOME_HELD, .removal = true, .moved = "from a to b",
			.claim = CLAIM_DOUBTFUL } } },
	{ "a stranger's rule with its tags", "in sync", "disabled", "in sync", { { 0 } },
		{ { VERB_DISABLE, RULE, NO1, .outcome = OUTCOME_HELD, .removal = true,
			.claim = CLAIM_DOUBTFUL } } },
	{ "a fight over its rule", "held", "held", "in sync", { { 0 } },
		{ { VERB_UPDATE, RULE, NO1, .outcome = OUTCOME_HELD } } },
	{ "it waits for what is held", "held", "held", "held", { { 0 } },
		{ { VERB_UPDATE, CLUSTER, JOBS, .outcome = OUTCOME_HELD },
			{ VERB_CREATE, RULE, NO1, .outcome = OUTCOME_SKIPPED, .after = 1 } } },
	{ "its rule failed", "failing", "failing", "in sync", { { 0 } },
		{ { VERB_CREATE, RULE, NO1, .outcome = OUTCOME_FAILED },
			{ VERB_CREATE, TARGET, NO1, .outcome = OUTCOME_SKIPPED, .after = 1 } } },
	{ "its app failed", "blocked", "blocked", "failing", { { 0 } },
		{ { VERB_CREATE, CLUSTER, JOBS, .outcome = OUTCOME_FAILED },
			{ VERB_CREATE, REVISION, NO1, .outcome = OUTCOME_SKIPPED, .after = 1 },
			{ VERB_CREATE, RULE, NO1, .outcome = OUTCOME_SKIPPED, .after = 2 } } },
	{ "it and its app failed", "failing", "failing", "failing", { { 0 } },
		{ { VERB_UPDATE, CLUSTER, JOBS, .outcome = OUTCOME_FAILED },
			{ VERB_UPDATE, RULE, NO1, .outcome = OUTCOME_FAILED } } },
	{ "what it shares with another app failed there", "blocked", "blocked", "in sync", { { 0 } },
		{ { VERB_CREATE, CLUSTER, OTHER, .outcome = OUTCOME_FAILED },
			{ VERB_CREATE, RULE, NO1, .outcome = OUTCOME_SKIPPED, .after = 1 } } },
	{ "another app failed", "in sync", "disabled", "in sync", { { 0 } },
		{ { VERB_CREATE, CLUSTER, OTHER, .outcome = OUTCOME_FAILED } } },
	{ "the name of its rule is taken", "conflict", "conflict", "in sync", { { NO1, .conflict = true } },
		{ { 0 } } },
	{ "a name of its app is taken", "conflict", "conflict", "conflict", { { JOBS, .conflict = true } },
		{ { 0 } } },
	{ "a name of another batch is taken", "in sync", "disabled", "in sync", { { NO2, .conflict = true } },
		{ { 0 } } },
	{ "something of its app was not read", "unknown", "unknown", "unknown",
		{ { JOBS, .unreadable = true } }, { { 0 } } },
	{ "one name is taken, another was not read", "conflict", "conflict", "unknown",
		{ { JOBS, .unreadable = true }, { NO1, .conflict = true } }, { { 0 } } },
	{ "a list of AWS is late", "waiting", "waiting", "in sync",
		{ { NO1, .unreadable = true, .late = true } }, { { 0 } } },
	{ "what its app needs is not there", "blocked", "blocked", "blocked", { { .app = "jobs" } },
		{ { VERB_CREATE, RULE, NO1, .outcome = OUTCOME_PENDING } } },
};

static void check_case(const struct state_case *test)
{
	struct plan *plan = plan_of(test);
	struct batch_states *states = batch_states_of(arena, &plan, 1);

	CHECK_TEXT(batch_state_word(batch_state_of(states, plan, &enabled)), test->of_batch);
	CHECK_TEXT(batch_state_word(batch_state_of(states, plan, &disabled)), test->of_disabled);
	CHECK_TEXT(batch_state_word(batch_state_of_app(states, plan, &jobs)), test->of_app);
	CHECK_TEXT(batch_state_word(batch_state_of(states, NULL, &enabled)), "unknown");
	CHECK_TEXT(batch_state_word(batch_state_of_app(states, NULL, &jobs)), "unknown");
}

static void all_cases(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		int failed = checks_failed;

		check_case(&cases[i]);
		if (checks_failed > failed)
			printf("  case: %s\n", cases[i].name);
	}
}

/* What an app shares with the one that the action names is its own too, unless another site tells of it. */
static void shared(void)
{
	struct sharer sharers[] = { { .app = &jobs }, { .app = &other, .elsewhere = true } };
	struct resource want = { .sharers = sharers, .sharer_count = 2 };
	struct plan *plan = plan_of(&(struct state_case){
		.steps = { { VERB_UPDATE, CLUSTER, "first", NULL, .outcome = OUTCOME_FAILED } } });
	struct batch_states *states;

	plan->actions[0]->want = &want;
	states = batch_states_of(arena, &plan, 1);
	CHECK_NUMBER(batch_state_of_app(states, plan, &jobs), BATCH_FAILING);
	CHECK_NUMBER(batch_state_of(states, plan, &enabled), BATCH_BLOCKED);
	CHECK_NUMBER(batch_state_of_app(states, plan, &other), BATCH_IN_SYNC);
}

/* A schedule whose batch is in no definition. */
static void leavers(void)
{
	static const struct {
		struct step steps[4];
		bool there;
		enum batch_state state;
	} ends[] = {
		{ { { 0 } }, true, BATCH_LEAVING },
		{ { { VERB_DISABLE, RULE, NO1, .outcome = OUTCOME_PENDING, .removal = true } }, true,
			BATCH_LEAVING },
		{ { { VERB_DISABLE, RULE, NO1, .outcome = OUTCOME_DONE, .removal = true } }, true,
			BATCH_LEAVING },
		{ { { VERB_DISABLE, RULE, NO1, .outcome = OUTCOME_HELD, .removal = true } }, true,
			BATCH_HELD },
		{ { { VERB_DISABLE, RULE, NO1, .outcome = OUTCOME_FAILED, .removal = true } }, true,
			BATCH_FAILING },
		{ { { VERB_DELETE, TARGET, NO1, .outcome = OUTCOME_FAILED, .removal = true },
			  { VERB_DELETE, RULE, NO1, .outcome = OUTCOME_SKIPPED, .removal = true,
				  .after = 1 } },
			true, BATCH_FAILING },
		{ { { VERB_DELETE, TARGET, NO1, .outcome = OUTCOME_DONE, .removal = true },
			  { VERB_DELETE, RULE, NO1, .outcome = OUTCOME_DONE, .removal = true, .after = 1 } },
			false, BATCH_LEAVING },
	};
	struct resource rule = { .arn = "arn:r" };

	for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
		struct state_case test = { 0 };
		struct plan *plan;
		enum batch_state state;

		memcpy(test.steps, ends[i].steps, sizeof test.steps);
		plan = plan_of(&test);
		CHECK_NUMBER(batch_state_of_leaver(batch_states_of(arena, &plan, 1), &rule, &state),
			ends[i].there);
		CHECK_NUMBER(state, ends[i].state);
	}
}

/* Each word once, and back to its state. */
static void both_ways(void)
{
	enum batch_state state;

	for (size_t i = 0; i < BATCH_STATES; i++)
		CHECK(batch_state_of_word(batch_state_word((enum batch_state)i), &state) && state == i);
	CHECK(!batch_state_of_word("idle", &state));
}

static void tried(void)
{
	CHECK_NUMBER(batch_state_tried(BATCH_MISSING, BATCH_FAILING), BATCH_FAILING);
	CHECK_NUMBER(batch_state_tried(BATCH_DIFFERS, BATCH_HELD), BATCH_HELD);
	CHECK_NUMBER(batch_state_tried(BATCH_MOVING, BATCH_BLOCKED), BATCH_BLOCKED);
	CHECK_NUMBER(batch_state_tried(BATCH_LEAVING, BATCH_FAILING), BATCH_FAILING);
	/* What was mended, or has another cause now, is as it is. */
	CHECK_NUMBER(batch_state_tried(BATCH_IN_SYNC, BATCH_FAILING), BATCH_IN_SYNC);
	CHECK_NUMBER(batch_state_tried(BATCH_CONFLICT, BATCH_FAILING), BATCH_CONFLICT);
	CHECK_NUMBER(batch_state_tried(BATCH_DIFFERS, BATCH_IN_SYNC), BATCH_DIFFERS);
	CHECK_NUMBER(batch_state_tried(BATCH_DIFFERS, BATCH_UNKNOWN), BATCH_DIFFERS);
}

int main(void)
{
	arena = arena_new();
	all_cases();
	shared();
	leavers();
	both_ways();
	tried();
	arena_free(arena);
	return check_end();
}
