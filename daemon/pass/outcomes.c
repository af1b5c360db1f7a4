#include "outcomes.h"

#include "model/tags.h"

/* What was registered a moment ago is known without reading it. */
static void remember_registration(struct pass_site *site, const struct action *action)
{
	const char *hash = tags_value(&action->want->tags, TAG_HASH);

	if (action->made && hash)
		state_keep_revision(site->memory, action->made, hash,
			fields_digest(site->pass->arena, &action->want->fields, true));
}

static void remember_removal(struct pass_site *site, const struct action *action)
{
	struct approvals *approvals = state_approvals(site->pass->options.state);

	if (action->counts && !action->approved)
		state_left(site->memory, action->arn, site->pass->now);
	if (action->verb == VERB_DELETE || !action->approved)
		approvals_deleted(approvals, action->arn);
	else
		approvals_disabled(approvals, action->arn, site->pass->now);
}

void outcomes_keep(struct pass_site *site)
{
	for (size_t i = 0; i < site->plan->action_count; i++) {
		const struct action *action = site->plan->actions[i];

		if (action->outcome != OUTCOME_DONE)
			continue;
		if (action->kind->shape == SHAPE_REVISIONS && action->verb == VERB_CREATE)
			remember_registration(site, action);
		if (action->removal)
			remember_removal(site, action);
		/* A person approved it: from now on its grace is ours to watch. */
		if (action->leaves && action->claim != CLAIM_OURS)
			state_serve(site->pass->options.state, action->app, site->site.account);
	}
}
