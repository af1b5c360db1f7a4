#include "guard.h"

#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "consent.h"
#include "fights.h"
#include "model/plan/moves.h"
#include "model/tags.h"
#include "serving.h"

/* The brake counts what left in so long a time. */
enum { BRAKE_SECONDS = 3600 };

/* The approval of the plan that is kept, else the one that this pass was given. */
static bool find_approval(const struct pass *pass, const char *plan, struct approval *approval)
{
	if (approvals_find(state_approvals(pass->options.state), plan, pass->now, approval))
		return true;
	*approval = (struct approval){ plan, pass->options.by, pass->now };
	for (size_t i = 0; i < pass->options.approve_count; i++)
		if (strcmp(pass->options.approve[i], plan) == 0)
			return true;
	return false;
}

static bool approved(const char *name, void *data)
{
	struct approval approval;

	return find_approval(data, name, &approval);
}

static bool covered(const struct action *action, void *data)
{
	return consent_covers(data, action);
}

/* Each approval is used by the first pass that writes
 * under it; one for this pass alone leaves nothing to use. */
static void use_approvals(struct pass *pass)
{
	struct approvals *approvals = state_approvals(pass->options.state);
	struct approval kept;

	pass->approvals =
		arena_alloc(pass->arena, (pass->guard.approved_count + 1) * sizeof *pass->approvals);
	for (size_t i = 0; i < pass->guard.approved_count; i++) {
		const struct held *plan = &pass->guard.approved[i];
		struct approval *approval = &pass->approvals[i];

		find_approval(pass, plan->plan, approval);
		approval->by = arena_copy(pass->arena, approval->by);
		if (!pass->options.write)
			continue;
		if (approvals_find(approvals, plan->plan, pass->now, &kept))
			approvals_use(approvals, approval, plan->arns, plan->arn_count);
		else
			approvals_use_now(approvals, approval, plan->arns, plan->arn_count);
	}
}

static void keep_held(const struct pass *pass)
{
	json_t *plans = json_must(json_object());

	for (size_t i = 0; i < pass->guard.held_count; i++) {
		const struct held *held = &pass->guard.held[i];
		json_t *arns = json_must(json_array());

		for (size_t a = 0; a < held->arn_count; a++)
			json_add(arns, json_text(held->arns[a]));
		json_put(plans, held->plan, arns);
	}
	/* A look with other definitions does not end what those in force hold. */
	state_hold(pass->options.state, plans,
		serving_knows_all(pass) && (pass->options.write || pass->options.resident));
}

/* Marked by a pass that was killed before it could keep a record, or before the state was emptied. */
static bool left_unrecorded(const struct pass_site *site, const struct resource *have)
{
	const char *app = tags_value(&have->tags, TAG_APP), *left = tags_value(&have->tags, TAG_LEAVING);
	const struct action *action = plan_action(site->plan, have->kind, have->name, NULL);
	time_t since = 0;

	/* What others may have tagged is no batch that left. */
	if (action && action->claim == CLAIM_DOUBTFUL)
		return false;
	return left && app && text_parse_iso8601(left, &since) && since >= site->pass->now - BRAKE_SECONDS &&
	       !state_knows_left(site->memory, have->arn) &&
	       !state_name(site->memory, have->kind->name, have->name).left &&
	       !approvals_know(state_approvals(site->pass->options.state), have->arn) &&
	       (definitions_app(&site->pass->definitions, app) ||
		       state_served(site->pass->options.state, app));
}

/* The ARNs of what was disabled in the hour before this pass, without what a person approved; from the arena. */
static const char **recently_left(const struct pass *pass, size_t *count)
{
	size_t capacity;
	const char **arns = state_left_since(
		pass->options.state, pass->now - BRAKE_SECONDS, pass->arena, count, &capacity);

	for (size_t s = 0; s < pass->site_count; s++) {
		const struct pass_site *site = &pass->sites[s];

		if (!site->plan || !site_is_first(&site->view))
			continue;
		for (size_t i = 0; i < site->plan->unwanted.count; i++) {
			const struct resource *have = site->plan->unwanted.items[i];

			if (!left_unrecorded(site, have))
				continue;
			arena_grow(pass->arena, &arns, sizeof *arns, *count, &capacity);
			arns[(*count)++] = have->arn;
		}
	}
	return arns;
}

void pass_guard(struct pass *pass)
{
	struct plan **plans = arena_alloc(pass->arena, (pass->site_count + 1) * sizeof(struct plan *));
	size_t count = 0, left_count;
	const char **left;

	for (size_t i = 0; i < pass->site_count; i++) {
		if (!pass->sites[i].plan)
			continue;
		plans[count++] = pass->sites[i].plan;
		fights_hold(&pass->sites[i]);
	}
	moves_tie(pass->arena, plans, count);
	consent_review(pass);
	left = recently_left(pass, &left_count);
	pass->guard = guard_plans(pass->arena, plans, count,
		&(struct guard_options){
			.max_batches = pass->options.deletion.max_batches,
			.max_percent = pass->options.deletion.max_percent,
			.recently_left = left,
			.recently_left_count = left_count,
			.nothing_defined = !pass->definitions.batch_count,
			.approved = approved,
			.covered = covered,
			.data = pass,
		});
	use_approvals(pass);
	keep_held(pass);
	if (pass->options.planned)
		pass->options.planned(pass, pass->options.data);
}
