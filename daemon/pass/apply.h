#ifndef DAEMON_PASS_APPLY_H
#define DAEMON_PASS_APPLY_H

/*
 * Carries plans out: a worklist, not a row of barriers. An action begins when what it needs is done; before
 * the first write to something that exists its tags are read from its own service, and before a schedule is
 * deleted its state.
 */

#include "ask.h"
#include "model/plan/plan.h"

struct apply_options {
	struct line line;
	const struct view *view;
	struct plan *plan;
	time_t now;
	/* After each action that came to an end; may be NULL. */
	void (*progress)(const struct action *action, void *data);
	void *data; /* for `progress` */
};

/* One worklist of the plans of all sites; `done` is called once, when every action has an outcome. */
void apply_plans(struct arena *arena, const struct apply_options *options, size_t count,
	void (*done)(void *data), void *data);

#endif
