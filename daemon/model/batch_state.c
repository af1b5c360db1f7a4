#include "model/batch_state.h"

#include <string.h>

#include "lookup.h"

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

/* What the plans say under one key. */
struct mark {
	const char *first, *second;
	bool conflict, unread, waiting, stopped; /* problems */
	bool failing, blocked, held, moving, missing, differs, gone; /* actions */
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

static struct mark *place(struct arena *arena, struct lookup *all, const char *first, const char *second)
{
	struct mark key = key_of(first, second);
	void **at = lookup_place(arena, all, hash_of(&key), same_key, &key);

	if (!*at) {
		*at = arena_alloc(arena, sizeof key);
		*(struct mark *)*at = key;
	}
	return *at;
}

/* Adds to `sum` what is marked under a key. */
static void sum_up(struct mark *sum, const struct lookup *all, const char *first, const char *second)
{
	struct mark key = key_of(first, second);
	const struct mark *found = lookup_find(all, hash_of(&key), same_key, &key);

	if (!found)
		return;
	sum->conflict |= found->conflict;
	sum->unread |= found->unread;
	sum->waiting |= found->waiting;
	sum->stopped |= found->stopped;
	sum->failing |= found->failing;
	sum->blocked |= found->blocked;
	sum->held |= found->held;
	sum->moving |= found->moving;
	sum->missing |= found->missing;
	sum->differs |= found->differs;
	sum->gone |= found->gone;
}

static void add_problem(struct mark *mark, const struct problem *problem)
{
	mark->conflict |= problem->conflict;
	mark->waiting |= problem->late;
	mark->unread |= problem->unreadable && !problem->late;
	mark->stopped |= !problem->conflict && !problem->unreadable;
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

static void add_action(struct mark *mark, const struct action *action)
{
	enum outcome cause = cause_of(action);
	bool open = cause == OUTCOME_PENDING || cause == OUTCOME_RUNNING;
	bool schedule = action->kind->shape == SHAPE_SCHEDULE;

	mark->failing |= action->outcome == OUTCOME_FAILED;
	mark->blocked |= action->outcome != OUTCOME_FAILED && cause == OUTCOME_FAILED;
	mark->held |= cause == OUTCOME_HELD;
	mark->differs |= open;
	mark->moving |= open && (action->retiring || action->moved);
	mark->missing |= open && schedule && action->verb == VERB_CREATE;
	mark->gone |= schedule && action->verb == VERB_DELETE &&
		      (cause == OUTCOME_DONE || cause == OUTCOME_UNNEEDED);
}

/* What several apps share is each of theirs. */
static void add_wanted(struct arena *arena, struct batch_states *states, const struct action *action)
{
	const struct resource *want = action->want;

	add_action(place(arena, &states->by_name, action->app, action->batch), action);
	for (size_t i = 0; want && i < want->sharer_count; i++)
		if (!want->sharers[i].elsewhere)
			add_action(place(arena, &states->by_name, want->sharers[i].app->name, NULL), action);
}

/*
 * What a batch had elsewhere counts for the batch. Where nothing but a tag says that it had it, it says
 * nothing of the batch: others write tags too.
 */
static void add_removal(struct arena *arena, struct batch_states *states, const struct action *action)
{
	if (action->kind->shape != SHAPE_SCHEDULE)
		return;
	add_action(place(arena, &states->by_arn, action->arn, NULL), action);
	if (action->moved && action->batch && action->claim == CLAIM_OURS)
		add_action(place(arena, &states->by_name, NULL, action->batch), action);
}

static void add_plan(struct arena *arena, struct batch_states *states, const struct plan *plan)
{
	for (size_t i = 0; i < plan->problem_count; i++) {
		const struct problem *problem = &plan->problems[i];

		add_problem(place(arena, &states->by_name, problem->app, problem->batch), problem);
	}
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
static enum batch_state worst(const struct mark *mark, bool enabled)
{
	const struct {
		bool holds;
		enum batch_state state;
	} order[] = {
		{ mark->conflict, BATCH_CONFLICT },
		{ mark->unread, BATCH_UNKNOWN },
		{ mark->waiting, BATCH_WAITING },
		{ mark->stopped, BATCH_BLOCKED },
		{ mark->failing, BATCH_FAILING },
		{ mark->blocked, BATCH_BLOCKED },
		{ mark->held, BATCH_HELD },
		{ mark->moving, BATCH_MOVING },
		{ mark->missing, BATCH_MISSING },
		{ mark->differs, BATCH_DIFFERS },
		{ !enabled, BATCH_DISABLED },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(order); i++)
		if (order[i].holds)
			return order[i].state;
	return BATCH_IN_SYNC;
}

enum batch_state batch_state_of(
	const struct batch_states *states, const struct plan *plan, const struct batch *batch)
{
	struct mark sum = { 0 };

	if (!plan)
		return BATCH_UNKNOWN;
	sum_up(&sum, &states->by_name, batch->app->name, NULL);
	/* What failed is the app's: the batch waits for that. */
	sum.blocked |= sum.failing;
	sum.failing = false;
	sum_up(&sum, &states->by_name, batch->app->name, batch->name);
	sum_up(&sum, &states->by_name, NULL, batch->name);
	return worst(&sum, batch->enabled);
}

enum batch_state batch_state_of_app(
	const struct batch_states *states, const struct plan *plan, const struct app *app)
{
	struct mark sum = { 0 };

	if (!plan)
		return BATCH_UNKNOWN;
	sum_up(&sum, &states->by_name, app->name, NULL);
	return worst(&sum, app->enabled);
}

bool batch_state_of_leaver(
	const struct batch_states *states, const struct resource *schedule, enum batch_state *state)
{
	struct mark sum = { 0 };

	sum_up(&sum, &states->by_arn, schedule->arn, NULL);
	*state = sum.failing || sum.blocked ? BATCH_FAILING : sum.held ? BATCH_HELD : BATCH_LEAVING;
	return !sum.gone;
}

enum batch_state batch_state_tried(enum batch_state planned, enum batch_state last)
{
	bool open = planned == BATCH_DIFFERS || planned == BATCH_MISSING || planned == BATCH_MOVING ||
		    planned == BATCH_LEAVING;
	bool tried = last == BATCH_FAILING || last == BATCH_BLOCKED || last == BATCH_HELD;

	return open && tried ? last : planned;
}
