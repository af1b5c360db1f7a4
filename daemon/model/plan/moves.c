#include "moves.h"

#include <string.h>

#include "common/text.h"
#include "model/tags.h"
#include "parts.h"

static bool starts_batch(const void *item, const void *batch)
{
	return strcmp(((const struct runner *)item)->batch, batch) == 0;
}

void moves_add(struct runners *runners, const struct view *view)
{
	for (size_t i = 0; i < view->observed->all.count; i++) {
		const struct resource *have = view->observed->all.items[i];
		const char *batch = tags_value(&have->tags, TAG_BATCH);
		struct runner *runner;
		void **place;

		if (have->kind->shape != SHAPE_SCHEDULE || !batch || !is_ours(view, have) ||
			resource_is_stopped(have))
			continue;
		place = lookup_place(
			view->arena, &runners->by_batch, lookup_hash(0, batch), starts_batch, batch);
		runner = arena_alloc(view->arena, sizeof *runner);
		*runner = (struct runner){ batch, view, have, *place };
		*place = runner;
	}
}

const struct runner *moves_runners(const struct runners *runners, const char *batch)
{
	return lookup_find(&runners->by_batch, lookup_hash(0, batch), starts_batch, batch);
}

static bool stops(const void *action, const void *arn)
{
	return strcmp(((const struct action *)action)->arn, arn) == 0;
}

static void add_stops(struct arena *arena, struct lookup *all, const struct plan *plan)
{
	for (size_t i = 0; i < plan->action_count; i++) {
		struct action *action = plan->actions[i];

		if (action->verb == VERB_DISABLE && action->kind->shape == SHAPE_SCHEDULE)
			*lookup_place(arena, all, lookup_hash(0, action->arn), stops, action->arn) = action;
	}
}

/* What nothing stops in this pass runs on, and the new one waits for a pass that does. */
static void tie(struct plan *plan, struct action *start, const struct lookup *all)
{
	for (size_t i = 0; i < start->awaits_count; i++) {
		const struct resource *old = start->awaits[i]->have;
		struct action *stop = lookup_find(all, lookup_hash(0, old->arn), stops, old->arn);

		if (start->outcome != OUTCOME_HELD)
			start->error = arena_printf(plan->arena,
				"held: %s %s runs in %s until it is disabled there; of two never both run",
				old->kind->name, old->name, start->awaits[i]->view->site->region);
		if (stop) {
			plan_need(plan, stop, start->stands);
			plan_need(plan, start, stop);
		} else {
			start->outcome = OUTCOME_HELD;
		}
	}
}

void moves_tie(struct arena *arena, struct plan *const *plans, size_t count)
{
	struct lookup all = { 0 };

	for (size_t p = 0; p < count; p++)
		add_stops(arena, &all, plans[p]);
	for (size_t p = 0; p < count; p++)
		for (size_t i = 0; i < plans[p]->action_count; i++)
			if (plans[p]->actions[i]->awaits_count)
				tie(plans[p], plans[p]->actions[i], &all);
}
