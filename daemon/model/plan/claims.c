#include <string.h>

#include "model/tags.h"
#include "parts.h"

struct served plan_served(const struct plan_options *options, const struct resource *have)
{
	return options->knows ? options->knows(have, options->data) : (struct served){ 0 };
}

/* Whether one of the family's ACTIVE revisions is ours, by more than a tag. */
static bool is_revision_of_ours(struct plan *plan, const struct view *view,
	const struct plan_options *options, const struct resource *revision)
{
	bool named = ownership_named(revision) || plan_served(options, revision).known ||
		     resources_find(&plan->wants, revision->kind, revision->name, NULL);

	if (!named || !is_ours(view, revision))
		return false;
	if (revision->tags_read != TAGS_STRONG)
		plan_read(plan, revision);
	return true;
}

static bool starts_ours(struct plan *plan, const struct view *view, const struct plan_options *options,
	const struct resource *target)
{
	const struct resources *all = &plan->observed->all;

	for (size_t i = all->count; i-- > 0;) {
		const struct resource *revision = all->items[i];

		if (revision->kind->shape != SHAPE_REVISIONS || !ownership_starts(target, revision))
			continue;
		if (is_revision_of_ours(plan, view, options, revision))
			return true;
		/* Nobody has said yet whose it is. */
		if (revision->tags_read == TAGS_UNREAD && plan_starts(plan, target, revision))
			plan_read(plan, revision);
	}
	return false;
}

/* It starts a family of ours: by itself, or by exactly one target, of our Id. */
static bool looks_made_by_us(struct plan *plan, const struct view *view, const struct plan_options *options,
	const struct resource *schedule)
{
	const struct resources *all = &plan->observed->all;
	const struct kind *kind = kind_of_target(schedule->kind);
	size_t first, next;

	if (!kind)
		return starts_ours(plan, view, options, schedule);
	first = resources_from(all, kind, schedule->name);
	next = first + 1;
	if (first >= all->count || all->items[first]->kind != kind ||
		strcmp(all->items[first]->name, schedule->name) != 0 ||
		!resource_has_own_id(all->items[first]))
		return false;
	if (next < all->count && all->items[next]->kind == kind &&
		strcmp(all->items[next]->name, schedule->name) == 0)
		return false;
	return starts_ours(plan, view, options, all->items[first]);
}

bool plan_serves(const struct view *view, const struct plan_options *options, const char *app)
{
	return definitions_app(view->definitions, app) ||
	       (options->served && options->served(app, options->data));
}

enum claim plan_claim(struct plan *plan, const struct view *view, const struct plan_options *options,
	const struct resource *have)
{
	const char *app = tags_value(&have->tags, TAG_APP);

	if (have->managed_by)
		return CLAIM_DOUBTFUL;
	if (!plan_served(options, have).known) {
		if (!ownership_named(have))
			return CLAIM_DOUBTFUL;
		if (have->kind->shape == SHAPE_SCHEDULE && !looks_made_by_us(plan, view, options, have))
			return CLAIM_DOUBTFUL;
	}
	return app && plan_serves(view, options, app) ? CLAIM_OURS : CLAIM_STRAY;
}
