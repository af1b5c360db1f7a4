#include "batch_state.h"

#include <string.h>

#include "common/lookup.h"

static const char *const words[BATCH_STATES] = {
	[BATCH_IN_SYNC] = "in sync",
	[BATCH_DISABLED] = "disabled",
	[BATCH_DIFFERS] = "differs",
	[BATCH_MISSING] = "missing",
	[BATCH_MOVING] = "moving",
	[BATCH_LEAVING] = "leaving",
	[BATCH_WAITING] = "waiting",
	[BATCH_HELD] = "held",
	[BATCH_CONFLICT] = "conflict",
	[BATCH_BLOCKED] = "blocked",
	[BATCH_FAILING] = "failing",
	[BATCH_UNKNOWN] = "unknown",
};

const char *batch_state_word(enum batch_state state)
{
	return words[state];
}

bool batch_state_of_word(const char *word, enum batch_state *state)
{
	for (size_t i = 0; i < BATCH_STATES; i++)
		if (strcmp(words[i], word) == 0) {
			*state = (enum batch_state)i;
			return true;
		}
	return false;
}

/* What the plans say under one key: of problems, then of actions. */
enum {
	SAYS_CONFLICT = 1 << 0,
	SAYS_UNREAD = 1 << 1,
	SAYS_LATE = 1 << 2,
	SAYS_STOPPED = 1 << 3,
	SAYS_FAILED = 1 << 4,
	SAYS_BLOCKED = 1 << 5,
	SAYS_HELD = 1 << 6,
	SAYS_MOVING = 1 << 7,
	SAYS_MISSING = 1 << 8,
	SAYS_OPEN = 1 << 9,
	SAYS_GONE = 1 << 10,
};

struct mark {
	const char *first, *second;
	unsigned says;
};

struct batch_states {
	/* By app and batch: an app's own with the batch "", what a batch leaves behind elsewhere with the app
	 * "". */
	struct lookup by_name;
	struct lookup by_arn; /* schedules whose batches left; the second key is "" */
};

static uint64_t hash_of(const struct mark *key)
{
	return lookup_hash(lookup_hash(0, key->first), key->second);
}

static bool same_key(const void *item, const void *key)
{
	const struct mark *one = item, *other = key;

	return strcmp(one->first, other->first) == 0 && strcmp(one->second, other->second) == 0;
}

static struct mark key_of(const char *first, const char *second)
{
	return (struct mark){ .first = first ? first : "", .second = second ? second : "" };
}

/* Marks what is under a key. */
static void mark(
	struct arena *arena, struct lookup *all, const char *first, const char *second, unsigned says)
{
	struct mark key = key_of(first, second);
	void **at = lookup_place(arena, all, hash_of(&key), same_key, &key);

	if (!*at) {
		*at = arena_alloc(arena, sizeof key);
		*(struct mark *)*at = key;
	}
	((struct mark *)*at)->says |= says;
}

static unsigned says_of(const struct lookup *all, const char *first, const char *second)
{
	struct mark key = key_of(first, second);
	const struct mark *found = lookup_find(all, hash_of(&key), same_key, &key);

	return found ? found->says : 0;
}

static unsigned of_problem(const struct problem *problem)
{
	if (problem->conflict)
		return SAYS_CONFLICT;
	if (problem->late)
		return SAYS_LATE;
	return problem->unreadable ? SAYS_UNREAD : SAYS_STOPPED;
}

/* Why it was not carried out: what was skipped follows the first of its needs that did not go well, and where
 * all of them did, somebody asked the pass to stop. */
static enum outcome cause_of(const struct action *action)
{
	if (action->outcome != OUTCOME_SKIPPED)
		return action->outcome;
	for (size_t i = 0; i < action->need_count; i++) {
		enum outcome outcome = action->needs[i]->outcome;

		if (outcome == OUTCOME_FAILED || outcome == OUTCOME_HELD || outcome == OUTCOME_SKIPPED)
			return cause_of(action->needs[i]);
	}
	return OUTCOME_PENDING;
}

/* What is still to be done. */
static unsigned of_open(const struct action *action)
{
	unsigned says = SAYS_OPEN;

	if (action->retiring || action->moved)
		says |= SAYS_MOVING;
	if (action->kind->shape == SHAPE_SCHEDULE && action->verb == VERB_CREATE)
		says |= SAYS_MISSING;
	return says;
}

static unsigned of_action(const struct action *action)
{
	switch (cause_of(action)) {
	case OUTCOME_FAILED:
		return action->outcome == OUTCOME_FAILED ? SAYS_FAILED : SAYS_BLOCKED;
	case OUTCOME_HELD:
		return SAYS_HELD;
	case OUTCOME_DONE:
	case OUTCOME_UNNEEDED:
		return action->verb == VERB_DELETE ? SAYS_GONE : 0;
	default:
		return of_open(action);
	}
}

/* What several apps share is each of theirs. */
static void add_wanted(struct arena *arena, struct batch_states *states, const struct action *action)
{
	const struct resource *want = action->want;

	mark(arena, &states->by_name, action->app, action->batch, of_action(action));
	for (size_t i = 0; want && i < want->sharer_count; i++)
		if (!want->sharers[i].elsewhere)
			mark(arena, &states->by_name, want->sharers[i].app->name, NULL, of_action(action));
}

/*
 * What a batch had elsewhere counts for the batch. Where nothing but a tag says that it had it, it says
 * nothing of the batch: others write tags too.
 */
static void add_removal(struct arena *arena, struct batch_states *states, const struct action *action)
{
	if (action->kind->shape != SHAPE_SCHEDULE)
		return;
	mark(arena, &states->by_arn, action->arn, NULL, of_action(action));
	if (action->moved && action->batch && action->claim == CLAIM_OURS)
		mark(arena, &states->by_name, NULL, action->batch, of_action(action));
}

static void add_plan(struct arena *arena, struct batch_states *states, const struct plan *plan)
{
	for (size_t i = 0; i < plan->problem_count; i++)
		mark(arena, &states->by_name, plan->problems[i].app, plan->problems[i].batch,
			of_problem(&plan->problems[i]));
	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];

		if (action->removal)
			add_removal(arena, states, action);
		/* An old revision that goes is nothing that a batch has to do with. */
		else if (!action->retiring || action->kind->shape != SHAPE_REVISIONS)
			add_wanted(arena, states, action);
	}
}

struct batch_states *batch_states_of(struct arena *arena, struct plan *const *plans, size_t count)
{
	struct batch_states *states = arena_alloc(arena, sizeof *states);

	for (size_t i = 0; i < count; i++)
		add_plan(arena, states, plans[i]);
	return states;
}

/* What is wrong comes before what is to be done: first what stops everything, then what was tried. */
static enum batch_state worst(unsigned says, bool enabled)
{
	static const struct {
		unsigned says;
		enum batch_state state;
	} order[] = {
		{ SAYS_CONFLICT, BATCH_CONFLICT },
		{ SAYS_UNREAD, BATCH_UNKNOWN },
		{ SAYS_LATE, BATCH_WAITING },
		{ SAYS_STOPPED, BATCH_BLOCKED },
		{ SAYS_FAILED, BATCH_FAILING },
		{ SAYS_BLOCKED, BATCH_BLOCKED },
		{ SAYS_HELD, BATCH_HELD },
		{ SAYS_MOVING, BATCH_MOVING },
		{ SAYS_MISSING, BATCH_MISSING },
		{ SAYS_OPEN, BATCH_DIFFERS },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(order); i++)
		if (says & order[i].says)
			return order[i].state;
	return enabled ? BATCH_IN_SYNC : BATCH_DISABLED;
}

enum batch_state batch_state_of(
	const struct batch_states *states, const struct plan *plan, const struct batch *batch)
{
	unsigned of_app = says_of(&states->by_name, batch->app->name, NULL);
	unsigned own = says_of(&states->by_name, batch->app->name, batch->name) |
		       says_of(&states->by_name, NULL, batch->name);

	if (!plan)
		return BATCH_UNKNOWN;
	/* What failed is the app's: the batch waits for that. */
	if (of_app & SAYS_FAILED)
		of_app = (of_app & ~(unsigned)SAYS_FAILED) | SAYS_BLOCKED;
	return worst(of_app | own, batch->enabled);
}

enum batch_state batch_state_of_app(
	const struct batch_states *states, const struct plan *plan, const struct app *app)
{
	return plan ? worst(says_of(&states->by_name, app->name, NULL), app->enabled) : BATCH_UNKNOWN;
}

bool batch_state_of_leaver(
	const struct batch_states *states, const struct resource *schedule, enum batch_state *state)
{
	unsigned says = says_of(&states->by_arn, schedule->arn, NULL);

	*state = says & (SAYS_FAILED | SAYS_BLOCKED) ? BATCH_FAILING
		 : says & SAYS_HELD                  ? BATCH_HELD
						     : BATCH_LEAVING;
	return !(says & SAYS_GONE);
}

enum batch_state batch_state_tried(enum batch_state planned, enum batch_state last)
{
	bool open = planned == BATCH_DIFFERS || planned == BATCH_MISSING || planned == BATCH_MOVING ||
		    planned == BATCH_LEAVING;
	bool tried = last == BATCH_FAILING || last == BATCH_BLOCKED || last == BATCH_HELD;

	return open && tried ? last : planned;
}
