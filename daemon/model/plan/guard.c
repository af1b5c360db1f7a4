#include "guard.h"

#include <string.h>

#include "common/digest.h"
#include "common/text.h"

/* From this many owned batches on, the share counts too. */
enum { SHARE_FROM = 10 };

struct gathering {
	struct arena *arena;
	const char **arns;
	size_t count, capacity;
};

static void add_arn(struct gathering *all, const char *arn)
{
	arena_grow(all->arena, &all->arns, sizeof arn, all->count, &all->capacity);
	all->arns[all->count++] = arn;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once. */
static void settle(struct gathering *all)
{
	size_t kept = 0;

	if (all->count)
		qsort(all->arns, all->count, sizeof *all->arns, compare_texts);
	for (size_t i = 0; i < all->count; i++)
		if (!kept || strcmp(all->arns[kept - 1], all->arns[i]) != 0)
			all->arns[kept++] = all->arns[i];
	all->count = kept;
}

static bool has_arn(const struct gathering *all, const char *arn)
{
	return all->count && bsearch(&arn, all->arns, all->count, sizeof arn, compare_texts);
}

/*
 * What a plan names: schedules and what apps leave behind; targets go with them, and so do revisions, but for
 * those that are in doubt themselves.
 */
static bool is_named(const struct action *action)
{
	return action->removal && action->outcome != OUTCOME_HELD &&
	       (action->kind->shape == SHAPE_SCHEDULE || action->kind->shape == SHAPE_PLAIN ||
		       (action->kind->shape == SHAPE_REVISIONS && action->claim == CLAIM_DOUBTFUL));
}

static bool is_uncovered(const struct action *action)
{
	return is_named(action) && !action->approved;
}

/* What no approval covers: of this claim, or of any (NULL). */
static struct gathering gather(
	struct arena *arena, struct plan *const *plans, size_t count, const enum claim *claim)
{
	struct gathering all = { .arena = arena };

	for (size_t p = 0; p < count; p++)
		for (size_t i = 0; i < plans[p]->action_count; i++)
			if (is_uncovered(plans[p]->actions[i]) &&
				(!claim || plans[p]->actions[i]->claim == *claim))
				add_arn(&all, plans[p]->actions[i]->have->arn);
	settle(&all);
	return all;
}

static char *plan_name(struct arena *arena, const struct gathering *all)
{
	CLEANUP_TEXT struct text joined = { 0 };
	char hex[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < all->count; i++) {
		text_add(&joined, all->arns[i]);
		text_add_char(&joined, '\n');
	}
	digest_text(text_string(&joined), joined.length, hex);
	return arena_printf(arena, "%.12s", hex);
}

/* With the targets that go before it. */
static void decide_one(struct action *action, bool approved)
{
	action->approved = approved;
	if (!approved)
		action->outcome = OUTCOME_HELD;
	for (size_t i = 0; i < action->need_count; i++)
		if (action->needs[i]->removal && action->needs[i]->kind->shape == SHAPE_TARGET)
			decide_one(action->needs[i], approved);
}

/* Lets the removals wait, or marks them as what a person let pass. */
static void decide(struct plan *const *plans, size_t count, const struct gathering *all, bool approved)
{
	for (size_t p = 0; p < count; p++)
		for (size_t i = 0; i < plans[p]->action_count; i++)
			if (is_named(plans[p]->actions[i]) && has_arn(all, plans[p]->actions[i]->have->arn))
				decide_one(plans[p]->actions[i], approved);
}

/* What an earlier approval names goes on under it: all that is to be done with it, or nothing. */
static void decide_covered(
	struct arena *arena, struct plan *const *plans, size_t count, const struct guard_options *options)
{
	struct gathering rest;

	for (size_t p = 0; p < count && options->covered; p++)
		for (size_t i = 0; i < plans[p]->action_count; i++)
			if (is_named(plans[p]->actions[i]))
				plans[p]->actions[i]->approved =
					options->covered(plans[p]->actions[i], options->data);
	rest = gather(arena, plans, count, NULL);
	for (size_t p = 0; p < count; p++)
		for (size_t i = 0; i < plans[p]->action_count; i++)
			if (is_named(plans[p]->actions[i]) && has_arn(&rest, plans[p]->actions[i]->have->arn))
				plans[p]->actions[i]->approved = false;
}

/* What is newly disabled in this pass and in the hour
 * before it; what came back and leaves again counts once. */
static size_t count_leaving(
	struct arena *arena, struct plan *const *plans, size_t count, const struct guard_options *options)
{
	struct gathering all = { .arena = arena };

	for (size_t i = 0; i < options->recently_left_count; i++)
		add_arn(&all, options->recently_left[i]);
	for (size_t p = 0; p < count; p++)
		for (size_t i = 0; i < plans[p]->action_count; i++)
			if (plans[p]->actions[i]->counts && plans[p]->actions[i]->claim == CLAIM_OURS &&
				is_uncovered(plans[p]->actions[i]))
				add_arn(&all, plans[p]->actions[i]->arn);
	settle(&all);
	return all.count;
}

/* Why everything that leaves in this pass has to wait; NULL where nothing has to. */
static char *brake(
	struct arena *arena, struct plan *const *plans, size_t count, const struct guard_options *options)
{
	size_t owned = 0, leaving = count_leaving(arena, plans, count, options);

	for (size_t p = 0; p < count; p++)
		owned += plans[p]->owned_batches;
	if (options->nothing_defined)
		return arena_printf(
			arena, "the definitions hold no batch at all, and AWS has %zu of ours", owned);
	if (leaving > options->max_batches)
		return arena_printf(arena, "%zu batch%s within an hour, and deletion.maxBatches is %u",
			leaving, leaving == 1 ? " leaves" : "es leave", options->max_batches);
	if (owned >= SHARE_FROM && leaving * 100 > (size_t)options->max_percent * owned)
		return arena_printf(arena,
			"%zu of %zu batches leave within an hour, and deletion.maxPercent is %u", leaving,
			owned, options->max_percent);
	return NULL;
}

static void add_held(struct arena *arena, struct held **all, size_t *count, struct held one)
{
	struct held *held = arena_alloc(arena, (*count + 1) * sizeof *held);

	if (*count)
		memcpy(held, *all, *count * sizeof *held);
	held[(*count)++] = one;
	*all = held;
}

static bool is_held(const struct action *action)
{
	return action->outcome == OUTCOME_HELD;
}

/* Whether anything that left, or that moved, is held or waits in its grace. */
static bool is_waiting(const struct plan *plan)
{
	for (size_t i = 0; i < plan->action_count; i++)
		if (is_held(plan->actions[i]) && (plan->actions[i]->removal || plan->actions[i]->retiring))
			return true;
	return plan->in_grace;
}

static bool needs_what_is_held(const struct action *action)
{
	for (size_t i = 0; i < action->need_count; i++)
		if (is_held(action->needs[i]))
			return true;
	return false;
}

/*
 * Revisions are the way back. Those of a batch that left stay while anything is held or waits, of whatever
 * site; those of a batch that is served, while what starts them may not be moved. What goes with something
 * held is shown with it.
 */
static void keep_revisions(struct plan *plan, bool waiting)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->action_count; i++) {
		struct action *action = plan->actions[i];
		bool goes = action->kind->shape == SHAPE_REVISIONS && action->verb == VERB_DELETE &&
			    action->claim != CLAIM_DOUBTFUL;
		bool stays = goes && needs_what_is_held(action);

		if (stays && action->removal)
			action->outcome = OUTCOME_HELD;
		if (!goes || is_held(action) || !(action->removal ? waiting : stays))
			plan->actions[kept++] = action;
	}
	plan->action_count = kept;
}

static void keep_way_back(struct plan *const *plans, size_t count)
{
	bool waiting = false;

	for (size_t p = 0; p < count; p++)
		waiting = waiting || is_waiting(plans[p]);
	for (size_t p = 0; p < count; p++)
		keep_revisions(plans[p], waiting);
}

/* Whether a person let pass what is in doubt, and what the action waits for. */
static bool is_out_of_doubt(const struct action *action)
{
	for (size_t i = 0; i < action->need_count; i++)
		if (action->needs[i]->removal && action->needs[i]->claim == CLAIM_DOUBTFUL)
			return action->needs[i]->approved;
	return false;
}

/* It starts only where what it left behind in other sites may stop. */
static void hold_start(struct action *start)
{
	if (needs_what_is_held(start))
		start->outcome = OUTCOME_HELD;
	else if (!is_held(start))
		start->error = NULL;
}

/* A batch moves only when it is known which schedule is its old one. */
static void hold_moves(struct plan *plan)
{
	for (size_t i = 0; i < plan->action_count; i++) {
		struct action *action = plan->actions[i];

		if (action->awaits_count)
			hold_start(action);
		if (action->claim != CLAIM_DOUBTFUL || action->removal)
			continue;
		if (is_out_of_doubt(action))
			action->error = NULL;
		else
			action->outcome = OUTCOME_HELD;
	}
}

/* For each, the way out where it is not ours after all. */
static const char **untag_commands(struct arena *arena, const struct gathering *all)
{
	const char **commands = arena_alloc(arena, (all->count + 1) * sizeof *commands);

	for (size_t i = 0; i < all->count; i++)
		commands[i] = ownership_untag_command(arena, all->arns[i]);
	return commands;
}

/* Why what has this claim has to wait; NULL where nothing has to. */
static const char *reason_of(enum claim claim, struct arena *arena, struct plan *const *plans, size_t count,
	const struct guard_options *options)
{
	switch (claim) {
	case CLAIM_OURS:
		return brake(arena, plans, count, options);
	case CLAIM_STRAY:
		return "their app is in no definition that was ever applied from here";
	case CLAIM_DOUBTFUL:
		return "they carry our owner tag, and nothing else says that they are ours";
	}
	return NULL;
}

static void guard_claim(struct guard *guard, enum claim claim, struct arena *arena, struct plan *const *plans,
	size_t count, const struct guard_options *options)
{
	struct gathering all = gather(arena, plans, count, &claim);
	struct held one = {
		.arns = all.arns,
		.arn_count = all.count,
		.reason = reason_of(claim, arena, plans, count, options),
	};
	bool approved;

	if (!all.count || !one.reason)
		return;
	one.plan = plan_name(arena, &all);
	one.untag = claim == CLAIM_OURS ? NULL : untag_commands(arena, &all);
	approved = options->approved && options->approved(one.plan, options->data);
	decide(plans, count, &all, approved);
	if (approved)
		add_held(arena, &guard->approved, &guard->approved_count, one);
	else
		add_held(arena, &guard->held, &guard->held_count, one);
}

struct guard guard_plans(struct arena *arena, struct plan *const *plans, size_t plan_count,
	const struct guard_options *options)
{
	struct guard guard = { 0 };

	decide_covered(arena, plans, plan_count, options);
	guard_claim(&guard, CLAIM_OURS, arena, plans, plan_count, options);
	guard_claim(&guard, CLAIM_STRAY, arena, plans, plan_count, options);
	guard_claim(&guard, CLAIM_DOUBTFUL, arena, plans, plan_count, options);
	for (size_t p = 0; p < plan_count; p++)
		hold_moves(plans[p]);
	keep_way_back(plans, plan_count);
	return guard;
}
