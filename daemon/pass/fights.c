#include "fights.h"

#include <string.h>

#include "common/text.h"
#include "drift.h"

/* Names a difference by what is put back, so that a new wish is never taken for the same fight. */
static char *fight_key(struct arena *arena, const struct difference *difference)
{
	return arena_printf(arena, "%s=%s", difference->path, difference->after ? difference->after : "");
}

/* A target has no ARN; its rule's name tells it from others. */
static const char *fought_over(const struct action *action)
{
	return *action->arn ? action->arn : action->name;
}

/* What somebody else may change back: a field, and that a schedule that left is disabled. */
static bool can_be_fought(const struct action *action, const struct difference *difference)
{
	return action->verb == VERB_UPDATE ||
	       (action->verb == VERB_DISABLE &&
		       text_compare(action->kind->state_path, difference->path) == 0);
}

void fights_hold(struct pass_site *site)
{
	const struct pass *pass = site->pass;

	if (pass->options.forget_fights)
		state_forget_fights(site->memory);
	for (size_t i = 0; pass->options.resident && i < site->plan->action_count; i++) {
		struct action *action = site->plan->actions[i];

		for (size_t d = 0; d < action->differences.count; d++) {
			const struct difference *difference = &action->differences.items[d];
			char when[ISO8601_SIZE];
			time_t until;

			if (!can_be_fought(action, difference))
				continue;
			until = state_calm_until(
				site->memory, fought_over(action), fight_key(pass->arena, difference));
			if (until <= pass->now)
				continue;
			text_iso8601(when, until);
			action->outcome = OUTCOME_HELD;
			action->fought = true;
			action->error = arena_printf(pass->arena,
				"%s keeps being changed outside: not fought over before %s; a reload (systemctl reload fargate-batchd) writes it at once",
				difference->path, when);
		}
	}
}

/* Only what the daemon repairs by itself is a fight; a wish and an apply by hand are none. */
static void count_fights(struct pass_site *site, const struct action *action)
{
	for (size_t i = 0; i < action->differences.count; i++) {
		const struct difference *difference = &action->differences.items[i];

		if (can_be_fought(action, difference) && !drift_asked_for(site, action, difference))
			state_put_back(site->memory, fought_over(action),
				fight_key(site->pass->arena, difference), site->pass->now);
	}
}

void fights_keep(struct pass_site *site)
{
	for (size_t i = 0; i < site->plan->action_count && site->pass->options.resident; i++)
		if (site->plan->actions[i]->outcome == OUTCOME_DONE)
			count_fights(site, site->plan->actions[i]);
}
