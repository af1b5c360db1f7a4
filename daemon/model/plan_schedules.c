#include <string.h>

#include "model/plan.h"
#include "model/tags.h"
#include "text.h"

/* Schedules and what they start; a schedule under a new name takes over from the old one without a doubled run. */

static const char *tag_of(const struct resource *have, const char *key)
{
	const char *value = tags_value(&have->tags, key);

	return value ? value : "";
}

static struct resource *wanted(const struct plan *plan, enum shape shape, const char *name)
{
	for (size_t i = 0; i < plan->wants.count; i++) {
		struct resource *want = plan->wants.items[i];

		if (want->kind->shape == shape && strcmp(want->name, name) == 0)
			return want;
	}
	return NULL;
}

/* The schedule of ours that the same batch had under another name. */
static struct resource *moved_from(const struct plan *plan, const struct view *view, const struct resource *want)
{
	for (size_t i = 0; i < plan->observed->all.count; i++) {
		struct resource *have = plan->observed->all.items[i];

		if (have->kind->shape == SHAPE_SCHEDULE && is_ours(view, have) &&
			strcmp(tag_of(have, TAG_APP), want->app->name) == 0 &&
			strcmp(tag_of(have, TAG_BATCH), want->batch->name) == 0 &&
			!wanted(plan, SHAPE_SCHEDULE, have->name))
			return have;
	}
	return NULL;
}

/* Removes a schedule that has been taken over: its targets of ours, then itself unless a stranger's target is on it. */
static void remove_old(struct plan *plan, const struct resource *old, struct action *after)
{
	const struct resources *all = &plan->observed->all;
	struct action *removal = NULL;
	bool foreign = false;

	for (size_t i = 0; i < all->count; i++) {
		struct resource *have = all->items[i];
		struct action *action;

		if (have->kind->shape != SHAPE_TARGET || strcmp(have->name, old->name) != 0)
			continue;
		foreign = foreign || strcmp(have->id, "fargate-batchd") != 0;
		if (strcmp(have->id, "fargate-batchd") != 0)
			continue;
		action = plan_add(plan, VERB_DELETE, NULL, have);
		action->app = after->app;
		action->batch = after->batch;
		action->retiring = true;
		plan_need(plan, action, after);
		removal = action;
	}
	if (foreign)
		return;
	after = removal ? removal : after;
	removal = plan_add(plan, VERB_DELETE, NULL, old);
	removal->retiring = true;
	plan_need(plan, removal, after);
}

/* The new schedule was made disabled; it starts once the old one has stopped. */
static struct action *add_start(
	struct plan *plan, const struct view *view, struct resource *want, struct action *stopped)
{
	struct resource *started = arena_alloc(plan->arena, sizeof *started);
	struct action *start;

	*started = *want;
	started->start_disabled = false;
	want_fields(view, started);
	start = plan_add(plan, VERB_UPDATE, started, NULL);
	start->differences = fields_compare(plan->arena, &started->fields, &want->fields);
	plan_need(plan, start, stopped);
	return start;
}

static struct action *add_stop(struct plan *plan, const struct resource *old, const struct resource *want)
{
	struct action *stop = plan_add(plan, VERB_DISABLE, NULL, old);
	struct difference *difference = arena_alloc(plan->arena, sizeof *difference);

	*difference = (struct difference){ "state", fields_value(&old->fields, "state"), "DISABLED" };
	if (text_compare(difference->before, "DISABLED") != 0)
		stop->differences = (struct differences){ difference, 1 };
	stop->batch = want->batch->name;
	return stop;
}

static struct action *plan_target(struct plan *plan, const struct view *view, struct resource *want)
{
	const struct resource *family = wanted(plan, SHAPE_REVISIONS, want->batch->family);
	const struct resource *have = resources_find(&plan->observed->all, want->kind, want->name, want->id);

	want->revision_arn = family ? family->revision_arn : NULL;
	want_fields(view, want);
	return plan_compare(plan, view, want, have);
}

/* What a schedule's action waits for: its revision, and for the target the schedule itself. */
static void add_needs(struct plan *plan, const struct resource *rule, struct action *schedule, struct action *target)
{
	const struct resource *family = wanted(plan, SHAPE_REVISIONS, rule->batch->family);
	struct action *registration = family ? plan_action(plan, family->kind, family->name, NULL) : NULL;

	if (registration && registration->verb != VERB_CREATE)
		registration = NULL;
	if (schedule && schedule->verb == VERB_CREATE)
		plan_need(plan, schedule, registration);
	if (target) {
		plan_need(plan, target, registration);
		plan_need(plan, target, schedule);
	}
}

static void take_over(struct plan *plan, const struct view *view, struct resource *want, struct action *schedule,
	struct action *target, const struct resource *old)
{
	struct action *stop = add_stop(plan, old, want), *last = stop;

	plan_need(plan, stop, schedule);
	plan_need(plan, stop, target);
	if (want->start_disabled && want->batch->enabled)
		last = add_start(plan, view, want, stop);
	remove_old(plan, old, last);
}

static void plan_batch(struct plan *plan, const struct view *view, struct resource *want,
	const struct plan_options *options)
{
	struct resource *have = resources_find(&plan->observed->all, want->kind, want->name, NULL);
	struct resource *target = wanted(plan, SHAPE_TARGET, want->name), *old;
	struct action *schedule, *starts;

	if (have && have->managed_by) {
		plan_conflict(plan, want, have);
		return;
	}
	if (!plan_may_use(plan, view, want, have) || plan_blocked(plan, want->app, want->batch))
		return;
	old = options->removals && !*plan->observed->incomplete ? moved_from(plan, view, want) : NULL;
	/* Until the old name has stopped, the new one must not run too. */
	want->start_disabled = old &&
		(!have || text_compare(fields_value(&have->fields, "state"), "DISABLED") == 0);
	want_fields(view, want);
	schedule = plan_compare(plan, view, want, have);
	starts = target ? plan_target(plan, view, target) : NULL;
	add_needs(plan, want, schedule, starts);
	if (old)
		take_over(plan, view, want, schedule, starts, old);
}

void plan_schedules(struct plan *plan, const struct view *view, const struct plan_options *options)
{
	for (size_t i = 0; i < plan->observed->all.count; i++) {
		const struct resource *have = plan->observed->all.items[i];

		plan->owned_batches += have->kind->shape == SHAPE_SCHEDULE && is_ours(view, have);
	}
	for (size_t i = 0; i < plan->wants.count; i++)
		if (plan->wants.items[i]->kind->shape == SHAPE_SCHEDULE)
			plan_batch(plan, view, plan->wants.items[i], options);
}
