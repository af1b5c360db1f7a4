#include <string.h>

#include "common/text.h"
#include "model/tags.h"
#include "moves.h"
#include "parts.h"

/* Schedules and what they start; a schedule under a new name takes over from the old one without a doubled
 * run. */

static const char *tag_of(const struct resource *have, const char *key)
{
	const char *value = tags_value(&have->tags, key);

	return value ? value : "";
}

static struct resource *wanted(const struct plan *plan, const struct kind *kind, const char *name)
{
	return kind ? resources_find(&plan->wants, kind, name, NULL) : NULL;
}

/* Whether the batch that this schedule started is the one that is wanted now, of this app or of one that we
 * served. */
static bool was_of(const struct view *view, const struct plan_options *options, const struct resource *have,
	const struct resource *want)
{
	const char *app = tag_of(have, TAG_APP);

	return is_ours(view, have) && strcmp(tag_of(have, TAG_BATCH), want->batch->name) == 0 &&
	       (strcmp(app, want->app->name) == 0 || plan_serves(view, options, app));
}

/*
 * The schedules under other names that carry the same batch's tags: those that are ours it had before, more
 * than one where a move was broken off.
 */
static struct resources others_of(struct plan *plan, const struct view *view,
	const struct plan_options *options, const struct resource *want, enum claim claim)
{
	struct resources olds = { 0 };

	for (size_t i = 0; i < plan->unwanted.count; i++) {
		struct resource *have = plan->unwanted.items[i];

		if (!was_of(view, options, have, want) || plan_claim(plan, view, options, have) != claim)
			continue;
		arena_grow(plan->arena, &olds.items, sizeof have, olds.count, &olds.capacity);
		olds.items[olds.count++] = have;
	}
	return olds;
}

static bool has_left(const struct view *view, const struct plan_options *options, const struct runner *runner,
	const struct resource *want)
{
	const char *app = tag_of(runner->have, TAG_APP);

	return !site_may_share(runner->view, want->app) &&
	       (strcmp(app, want->app->name) == 0 || plan_serves(view, options, app));
}

/* From this one on, the first that the batch left behind in another site and that runs there still; NULL:
 * none. */
static const struct runner *left_behind(const struct view *view, const struct plan_options *options,
	const struct runner *runner, const struct resource *want)
{
	while (runner && !has_left(view, options, runner, want))
		runner = runner->next;
	return runner;
}

static const struct runner *runs_elsewhere(
	const struct view *view, const struct plan_options *options, const struct resource *want)
{
	if (!options->runners)
		return NULL;
	return left_behind(view, options, moves_runners(options->runners, want->batch->name), want);
}

/* All of them have to stop before it starts here. */
static void await(struct plan *plan, const struct view *view, const struct plan_options *options,
	const struct resource *want, struct action *start)
{
	const struct runner *runner = runs_elsewhere(view, options, want);

	for (; runner; runner = left_behind(view, options, runner->next, want)) {
		arena_grow(plan->arena, &start->awaits, sizeof(struct runner *), start->awaits_count,
			&start->awaits_capacity);
		start->awaits[start->awaits_count++] = runner;
	}
}

/* Schedules of ours under names that nothing wants: moved, left, or another's. */
static void gather_schedules(struct plan *plan, const struct view *view, const struct plan_options *options)
{
	struct resources *unwanted = &plan->unwanted;

	for (size_t i = 0; i < plan->observed->all.count; i++) {
		struct resource *have = plan->observed->all.items[i];

		if (have->kind->shape != SHAPE_SCHEDULE || !is_ours(view, have))
			continue;
		if (wanted(plan, have->kind, have->name)) {
			plan->owned_batches += site_is_first(view);
			continue;
		}
		plan->owned_batches +=
			site_is_first(view) && plan_claim(plan, view, options, have) != CLAIM_DOUBTFUL;
		arena_grow(plan->arena, &unwanted->items, sizeof have, unwanted->count, &unwanted->capacity);
		unwanted->items[unwanted->count++] = have;
	}
}

/* Its state as a difference, from what it reads to stopped. */
static struct difference stopping(const struct resource *have)
{
	const struct kind *kind = have->kind;

	return (struct difference){ kind->state_path, fields_value(&have->fields, kind->state_path),
		kind->stopped };
}

static struct action *add_old(struct plan *plan, enum verb verb, const struct resource *old,
	const struct resource *want, struct action *after)
{
	struct action *action = plan_add(plan, verb, NULL, old);

	action->app = want->app->name;
	action->batch = want->batch->name;
	action->retiring = true;
	plan_need(plan, action, after);
	plan_hold_unread(plan, action);
	return action;
}

/* Removes a schedule that has been taken over: its target of ours, then itself unless a stranger's target is
 * on it. */
static void remove_old(
	struct plan *plan, const struct resource *old, const struct resource *want, struct action *after)
{
	const struct resources *all = &plan->observed->all;
	bool foreign = false;

	for (size_t i = 0; i < all->count; i++) {
		struct resource *have = all->items[i];

		if (have->kind->shape != SHAPE_TARGET || strcmp(have->name, old->name) != 0)
			continue;
		foreign = foreign || !resource_has_own_id(have);
		if (resource_has_own_id(have))
			after = add_old(plan, VERB_DELETE, have, want, after);
	}
	if (!foreign)
		add_old(plan, VERB_DELETE, old, want, after);
}

/* The new schedule was made disabled; it starts once the actions from `stops` on have stopped the old ones.
 */
static struct action *add_start(
	struct plan *plan, const struct view *view, struct resource *want, struct action *made, size_t stops)
{
	struct resource *have = resources_find(&plan->observed->all, want->kind, want->name, NULL);
	struct resource *started = arena_alloc(plan->arena, sizeof *started);
	struct action *start;
	size_t end = plan->action_count;

	*started = *want;
	started->start_disabled = false;
	want_fields(view, started);
	start = plan_add(plan, VERB_UPDATE, started, have);
	start->differences = fields_compare(plan->arena, &started->fields, &want->fields);
	if (stops == end)
		plan_need(plan, start, made);
	for (size_t i = stops; i < end; i++)
		plan_need(plan, start, plan->actions[i]);
	plan_hold_unread(plan, start);
	return start;
}

/* The first that is not stopped, NULL where all are. */
static const struct resource *one_that_runs(const struct resources *schedules)
{
	for (size_t i = 0; i < schedules->count; i++)
		if (!resource_is_stopped(schedules->items[i]))
			return schedules->items[i];
	return NULL;
}

static struct action *add_stop(
	struct plan *plan, const struct resource *old, const struct resource *want, struct action *after)
{
	struct action *stop = add_old(plan, VERB_DISABLE, old, want, after);
	struct difference *difference = arena_alloc(plan->arena, sizeof *difference);

	*difference = stopping(old);
	stop->differences = (struct differences){ difference, 1 };
	return stop;
}

/* What names the revision that its batch runs: a target, or a schedule that has none. */
static struct action *plan_starter(struct plan *plan, const struct view *view, struct resource *want)
{
	const struct resource *family = wanted(plan, want->kind->starts, want->batch->family);
	const struct resource *have = resources_find(&plan->observed->all, want->kind, want->name, want->id);
	struct action *action;

	want->revision_arn = family ? family->revision_arn : NULL;
	want_fields(view, want);
	action = plan_compare(plan, view, want, have);
	if (action && action->have && family)
		plan_show_move(plan, family, action);
	return action;
}

static struct action *plan_schedule(
	struct plan *plan, const struct view *view, struct resource *want, const struct resource *have)
{
	if (want->kind->revision_path)
		return plan_starter(plan, view, want);
	want_fields(view, want);
	return plan_compare(plan, view, want, have);
}

/* What a schedule's action waits for: its revision, and for the target the schedule itself. */
static void add_needs(
	struct plan *plan, const struct resource *rule, struct action *schedule, struct action *target)
{
	const struct resource *family = wanted(plan, kind_of_revisions(rule->kind), rule->batch->family);
	struct action *registration = family ? plan_action(plan, family->kind, family->name, NULL) : NULL;

	if (registration && registration->verb != VERB_CREATE)
		registration = NULL;
	if (schedule && (schedule->verb == VERB_CREATE || rule->kind->revision_path))
		plan_need(plan, schedule, registration);
	if (target) {
		plan_need(plan, target, registration);
		plan_need(plan, target, schedule);
	}
}

/* Nothing of the move is done before a person has said what the other schedule is. */
static void doubt(struct plan *plan, size_t from, const struct resource *other)
{
	for (size_t i = from; i < plan->action_count; i++) {
		plan->actions[i]->claim = CLAIM_DOUBTFUL;
		plan->actions[i]->error = arena_printf(plan->arena,
			"held: %s %s carries this batch's tags, and nothing else says that it is ours; of two never both run",
			other->kind->name, other->name);
	}
}

/*
 * The new one stands and has its target before the old ones stop, and runs only when they have stopped; where
 * it is in doubt whether another one is its old one, when that has been approved and is stopped.
 */
static void take_over(struct plan *plan, const struct view *view, const struct plan_options *options,
	struct resource *want, struct action *schedule, struct action *target, const struct resources *olds,
	const struct resource *in_doubt)
{
	struct action *made = target ? target : schedule, *start = NULL;
	size_t stops = plan->action_count;

	for (size_t i = 0; i < olds->count; i++)
		if (!resource_is_stopped(olds->items[i]))
			plan_need(plan, add_stop(plan, olds->items[i], want, made), schedule);
	if (want->start_disabled && want->batch->enabled)
		start = add_start(plan, view, want, made, stops);
	if (start) {
		start->stands = made;
		await(plan, view, options, want, start);
	}
	for (size_t i = 0; i < olds->count && options->removals && options->deletion_enabled; i++) {
		const struct resource *old = olds->items[i];
		struct action *stop = plan_action(plan, old->kind, old->name, NULL);

		remove_old(plan, old, want, start ? start : stop ? stop : made);
	}
	if (in_doubt)
		doubt(plan, stops, in_doubt);
}

/* A batch that is switched off does not run, whatever stands there. */
static void switch_off(struct plan *plan, const struct resource *want, const struct resource *have)
{
	struct difference *difference = arena_alloc(plan->arena, sizeof *difference);
	struct action *action;

	if (resource_is_stopped(have))
		return;
	action = plan_add(plan, VERB_UPDATE, want, have);
	*difference = stopping(have);
	action->differences = (struct differences){ difference, 1 };
}

/*
 * A rule would run it at other times than its definition says, so none is made. One that is there from before
 * stays as it is and goes on: neither a run that was asked for is lost, nor is one made that was not.
 */
static void refuse(
	struct plan *plan, const struct view *view, const struct resource *want, const struct resource *have)
{
	bool ours = have && is_ours(view, have);
	const char *needs = arena_printf(plan->arena,
		"not in force yet: %s needs EventBridge Scheduler, which is not built yet",
		want->batch->needs_scheduler);

	if (want->batch->enabled) {
		plan_problem(plan, want, ours ? have : NULL, false, "%s; %s %s %s", needs, want->kind->name,
			want->name, ours ? "stays as it is, and goes on as before" : "is not made");
		return;
	}
	if (ours)
		switch_off(plan, want, have);
	plan_note(plan, (struct note){ .app = want->app->name,
				.batch = want->batch->name,
				.kind = want->kind->name,
				.name = want->name,
				.text = needs });
}

static void plan_batch(
	struct plan *plan, const struct view *view, struct resource *want, const struct plan_options *options)
{
	struct resource *have = resources_find(&plan->observed->all, want->kind, want->name, NULL);
	struct resource *target = wanted(plan, kind_of_target(want->kind), want->name);
	struct action *schedule, *starts;
	struct resources olds, doubtful;
	const struct resource *in_doubt;

	if (have && have->managed_by) {
		plan_conflict(plan, want, have);
		return;
	}
	if (want->batch->needs_scheduler) {
		refuse(plan, view, want, have);
		return;
	}
	if (!plan_may_use(plan, view, want, have) || plan_blocked(plan, want->app, want->batch))
		return;
	olds = others_of(plan, view, options, want, CLAIM_OURS);
	doubtful = others_of(plan, view, options, want, CLAIM_DOUBTFUL);
	/* Until the old name, or the old region's, has stopped, the new one
	 * must not run too; one that runs is not stopped for it. */
	want->start_disabled =
		(one_that_runs(&olds) || one_that_runs(&doubtful) || runs_elsewhere(view, options, want)) &&
		(!have || resource_is_stopped(have));
	in_doubt = want->start_disabled ? one_that_runs(&doubtful) : NULL;
	schedule = plan_schedule(plan, view, want, have);
	starts = target ? plan_starter(plan, view, target) : NULL;
	add_needs(plan, want, schedule, starts);
	take_over(plan, view, options, want, schedule, starts, &olds, in_doubt);
}

void plan_schedules(struct plan *plan, const struct view *view, const struct plan_options *options)
{
	gather_schedules(plan, view, options);
	for (size_t i = 0; i < plan->wants.count; i++)
		if (plan->wants.items[i]->kind->shape == SHAPE_SCHEDULE)
			plan_batch(plan, view, plan->wants.items[i], options);
}
