#include "parts.h"

/* What stands for itself: it has neither revisions nor a schedule. */
static void add_plain(struct plan *plan, const struct view *view)
{
	for (size_t i = 0; i < plan->wants.count; i++) {
		struct resource *want = plan->wants.items[i];
		const struct resource *have =
			resources_find(&plan->observed->all, want->kind, want->name, NULL);

		if (want->kind->shape != SHAPE_PLAIN && want->kind->shape != SHAPE_ROLE)
			continue;
		if (have && want->kind->remark && (!want->managed || is_ours(view, have)))
			want->kind->remark(view, want, have, &plan->notes);
		if (!plan_may_use(plan, view, want, have))
			continue;
		want_fields(view, want);
		plan_compare(plan, view, want, have);
	}
}

/* An app that is stopped is stopped whole: what was planned for it before the problem was seen goes again. */
static void drop_blocked(struct plan *plan)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->action_count; i++) {
		const struct resource *want = plan->actions[i]->want;
		bool blocked = want && plan_blocked(plan, want->app, want->batch);

		for (size_t s = 0; blocked && s < want->sharer_count; s++)
			blocked =
				want->sharers[s].elsewhere || plan_blocked(plan, want->sharers[s].app, NULL);
		if (!blocked)
			plan->actions[kept++] = plan->actions[i];
	}
	plan->action_count = kept;
}

static bool wanted_by(const struct resource *want, const struct app *app)
{
	if (want->app == app)
		return true;
	for (size_t i = 0; i < want->sharer_count; i++)
		if (want->sharers[i].app == app)
			return true;
	return false;
}

/* What an app needs comes before its task definitions and schedules. */
static void add_app_needs(struct plan *plan)
{
	for (size_t i = 0; i < plan->action_count; i++) {
		struct action *action = plan->actions[i];
		bool late = action->kind->shape != SHAPE_PLAIN && action->kind->shape != SHAPE_ROLE;

		for (size_t n = 0; late && action->want && n < i; n++) {
			struct action *before = plan->actions[n];
			bool early = before->kind->shape == SHAPE_PLAIN || before->kind->shape == SHAPE_ROLE;

			if (early && before->want && wanted_by(before->want, action->want->app))
				plan_need(plan, action, before);
		}
	}
}

struct plan *plan_make(const struct view *view, const struct kind *const *kinds, size_t kind_count,
	const struct plan_options *options)
{
	struct plan *plan = arena_alloc(view->arena, sizeof *plan);

	plan->arena = view->arena;
	plan->observed = view->observed;
	plan->kinds = kinds;
	plan->kind_count = kind_count;
	for (size_t i = 0; i < kind_count; i++) {
		kinds[i]->want(view, &plan->wants);
	}
	resources_sort(&plan->wants);
	add_plain(plan, view);
	plan_revisions(plan, view, options);
	plan_schedules(plan, view, options);
	drop_blocked(plan);
	add_app_needs(plan);
	plan_notes(plan, view);
	plan_removals(plan, view, options);
	plan_confirm(plan);
	return plan;
}
