#include <string.h>

#include "common/text.h"
#include "model/tags.h"
#include "parts.h"

/* Revisions that go: none while a schedule starts it, and of a family that is wanted only what is too old. */

/* Whether an action takes the target away from the revision that it names. */
static bool moves_away(const struct action *action)
{
	if (action->verb == VERB_DELETE)
		return true;
	for (size_t i = 0; i < action->differences.count; i++)
		if (text_compare(action->differences.items[i].path, action->kind->revision_path) == 0)
			return true;
	return false;
}

/* Lets the action wait for whatever takes schedules away from the revision; false where one of them stays. */
static bool wait_for_users(struct plan *plan, struct action *retirement, const struct resource *revision)
{
	const struct resources *all = &plan->observed->all;

	for (size_t i = 0; i < all->count; i++) {
		struct action *user;

		if (!plan_starts(plan, all->items[i], revision))
			continue;
		user = plan_action(plan, all->items[i]->kind, all->items[i]->name, all->items[i]->id);
		if (!user || !moves_away(user))
			return false;
		plan_need(plan, retirement, user);
	}
	return true;
}

struct action *plan_retire(struct plan *plan, const struct resource *revision)
{
	struct action *action = plan_add(plan, VERB_DELETE, NULL, revision);

	if (wait_for_users(plan, action, revision))
		return action;
	plan->action_count--;
	return NULL;
}

static const struct resource *wanted_of(const struct plan *plan, const struct resource *revision)
{
	return resources_find(&plan->wants, revision->kind, revision->name, NULL);
}

/* How many revisions of ours in the same family are newer, with the one that is about to be registered. */
static unsigned count_newer(const struct plan *plan, const struct view *view, const struct resource *revision,
	struct action **registration)
{
	const struct resources *all = &plan->observed->all;
	unsigned newer = 0;

	for (size_t i = resources_from(all, revision->kind, revision->name); i < all->count; i++) {
		if (all->items[i]->kind != revision->kind || strcmp(all->items[i]->name, revision->name) != 0)
			break;
		newer += all->items[i]->revision > revision->revision && is_ours(view, all->items[i]);
	}
	*registration = plan_action(plan, revision->kind, revision->name, "");
	if (*registration && (*registration)->verb != VERB_CREATE)
		*registration = NULL;
	return newer + (*registration != NULL);
}

/*
 * Whether another revision of ours says the same, as a registration leaves behind whose answer was lost. Only
 * where both read as they were written: what AWS says in its own way is known by its coming twice.
 */
static bool is_double(
	const struct plan *plan, const struct view *view, const struct resource *revision, const char *wanted)
{
	const struct resources *all = &plan->observed->all;

	if (!revision->hash || text_compare(revision->hash, revision->digest) != 0)
		return false;
	for (size_t i = resources_from(all, revision->kind, revision->name); i < all->count; i++) {
		const struct resource *other = all->items[i];

		if (other->kind != revision->kind || strcmp(other->name, revision->name) != 0)
			return false;
		if (is_ours(view, other) && text_compare(other->hash, revision->hash) == 0 &&
			text_compare(other->digest, revision->digest) == 0 &&
			(other->revision > revision->revision || strcmp(other->arn, wanted) == 0))
			return true;
	}
	return false;
}

void plan_retire_old(
	struct plan *plan, const struct view *view, const struct resource *revision, unsigned keep)
{
	const struct resource *want = wanted_of(plan, revision);
	struct action *registration, *action;

	if (strcmp(want->arn, revision->arn) == 0 || plan_blocked(plan, want->app, want->batch) ||
		observed_unlisted(plan->observed, revision->kind, revision->name) ||
		(count_newer(plan, view, revision, &registration) <= keep &&
			!is_double(plan, view, revision, want->arn)))
		return;
	action = plan_retire(plan, revision);
	if (!action)
		return;
	action->retiring = true;
	plan_need(plan, action, registration);
}
