#include "parts.h"

/* What has to be read before a plan counts. The tagging API is seconds late: it finds names, and decides
 * nothing. */

void plan_read(struct plan *plan, const struct resource *have)
{
	struct resource *one = resources_find(&plan->observed->all, have->kind, have->name, have->id);

	if (!one || one->asked || !one->kind->tags_reading)
		return;
	for (size_t i = 0; i < plan->unread_count; i++)
		if (plan->unread[i] == one)
			return;
	arena_grow(plan->arena, &plan->unread, sizeof one, plan->unread_count, &plan->unread_capacity);
	plan->unread[plan->unread_count++] = one;
}

static void confirm(struct plan *plan, const struct resource *have)
{
	if (have && have->tags_read != TAGS_STRONG)
		plan_read(plan, have);
}

/* Whose tags an action rests on: its own, or of a target the schedule's that carries it. */
static const struct resource *tagged(const struct plan *plan, const struct action *action)
{
	if (!action->kind->carrier)
		return action->have;
	return resources_find(&plan->observed->all, action->kind->carrier, action->name, NULL);
}

void plan_confirm(struct plan *plan)
{
	for (size_t i = 0; i < plan->action_count; i++)
		confirm(plan, tagged(plan, plan->actions[i]));
	for (size_t i = 0; i < plan->problem_count; i++)
		confirm(plan, plan->problems[i].have);
	for (size_t i = 0; i < plan->leftover_count; i++)
		confirm(plan, plan->leftovers[i].have);
	for (size_t i = 0; i < plan->wait_count; i++)
		confirm(plan, plan->waits[i].until ? plan->waits[i].have : NULL);
}
