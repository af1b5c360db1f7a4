#include "consent.h"

#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "model/tags.h"
#include "serving.h"

/* What the plans of a pass say of ARNs, each sorted. */
struct whereabouts {
	struct arena *arena;
	const char **leaving, **wanted;
	size_t leaving_count, leaving_capacity, wanted_count, wanted_capacity;
	bool all_known; /* what is in neither is not there, or has not left */
};

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_among(const char *const *arns, size_t count, const char *arn)
{
	return count && bsearch(&arn, arns, count, sizeof arn, compare_texts);
}

static bool is_back(const char *arn, void *data)
{
	const struct whereabouts *found = data;

	return is_among(found->wanted, found->wanted_count, arn) ||
	       (found->all_known && !is_among(found->leaving, found->leaving_count, arn));
}

static void add_leaving(struct whereabouts *found, const char *arn)
{
	arena_grow(found->arena, &found->leaving, sizeof arn, found->leaving_count, &found->leaving_capacity);
	found->leaving[found->leaving_count++] = arn;
}

static void add_plan(struct whereabouts *found, const struct plan *plan)
{
	for (size_t i = 0; i < plan->action_count; i++)
		if (plan->actions[i]->removal)
			add_leaving(found, plan->actions[i]->arn);
	for (size_t i = 0; i < plan->wait_count; i++)
		add_leaving(found, plan->waits[i].arn);
	for (size_t i = 0; i < plan->wants.count; i++) {
		const struct resource *want = plan->wants.items[i];
		const struct resource *have =
			resources_find(&plan->observed->all, want->kind, want->name, NULL);

		if (!have)
			continue;
		arena_grow(found->arena, &found->wanted, sizeof have->arn, found->wanted_count,
			&found->wanted_capacity);
		found->wanted[found->wanted_count++] = have->arn;
	}
}

static struct whereabouts find_whereabouts(const struct pass *pass)
{
	struct whereabouts found = { .arena = pass->arena, .all_known = serving_knows_all(pass) };

	for (size_t i = 0; i < pass->site_count; i++)
		if (pass->sites[i].plan)
			add_plan(&found, pass->sites[i].plan);
	if (found.leaving_count)
		qsort(found.leaving, found.leaving_count, sizeof *found.leaving, compare_texts);
	if (found.wanted_count)
		qsort(found.wanted, found.wanted_count, sizeof *found.wanted, compare_texts);
	return found;
}

/* What waits in its grace was disabled, also where the pass that did it was killed before it kept that. */
static void keep_disabled(const struct pass *pass, const struct plan *plan)
{
	struct approvals *approvals = state_approvals(pass->options.state);

	for (size_t i = 0; i < plan->wait_count; i++)
		if (approvals_await(approvals, plan->waits[i].arn, pass->now))
			approvals_disabled(approvals, plan->waits[i].arn, pass->now);
}

void consent_review(const struct pass *pass)
{
	struct approvals *approvals = state_approvals(pass->options.state);
	struct whereabouts found;

	if (!approvals_any(approvals, pass->now))
		return;
	found = find_whereabouts(pass);
	for (size_t i = 0; i < pass->site_count; i++)
		if (pass->sites[i].plan)
			keep_disabled(pass, pass->sites[i].plan);
	approvals_review(approvals, pass->now, is_back, &found);
}

bool consent_covers(const struct pass *pass, const struct action *action)
{
	const struct approvals *approvals = state_approvals(pass->options.state);
	const char *left = tags_value(&action->have->tags, TAG_LEAVING);
	time_t since = 0;

	return approvals_await(approvals, action->arn, pass->now) ||
	       (action->verb == VERB_DELETE && left && text_parse_iso8601(left, &since) &&
		       approvals_cover(approvals, action->arn, since));
}
