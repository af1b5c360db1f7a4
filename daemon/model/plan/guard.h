#ifndef DAEMON_MODEL_PLAN_GUARD_H
#define DAEMON_MODEL_PLAN_GUARD_H

/*
 * The brake, over the plans of all sites of a pass: too many batches that leave at once, or removals that
 * nobody here may decide, wait for a person. Pure.
 */

#include "plan.h"

struct guard_options {
	unsigned max_batches, max_percent;
	/* ARNs of what was disabled in the hour before this pass, without what was approved. */
	const char *const *recently_left;
	size_t recently_left_count;
	bool nothing_defined; /* the definitions hold no batch at all */
	/* Whether a person has let this plan pass, and whether one that passed already names the action's
	 * resource: it is disabled, or deleted, without another. */
	bool (*approved)(const char *plan, void *data);
	bool (*covered)(const struct action *action, void *data);
	void *data;
};

struct guard {
	struct held *held;
	size_t held_count;
	struct held *approved; /* what would be held, had nobody let it pass */
	size_t approved_count;
};

/* Marks what has to wait as OUTCOME_HELD, and says under which names. */
struct guard guard_plans(struct arena *arena, struct plan *const *plans, size_t plan_count,
	const struct guard_options *options);

#endif
