#ifndef DAEMON_MODEL_PLAN_MOVES_H
#define DAEMON_MODEL_PLAN_MOVES_H

/*
 * A batch that is defined in another region, or with another role, now: its schedule there is made disabled,
 * and starts when the one that it leaves behind has stopped. So of two never both run, and where the old one
 * is held it is the old one that goes on. Pure, over all sites of a pass.
 */

#include "plan.h"

/* Adds what of ours runs in this site, by batch; zero `runners` to begin. From the view's arena. */
void moves_add(struct runners *runners, const struct view *view);

/* Of this batch, the first that runs; the others follow it by `next`. NULL where none does. */
const struct runner *moves_runners(const struct runners *runners, const char *batch);

/* Ties the plans: what was made stands before the old one stops, which stops before the new one starts. */
void moves_tie(struct arena *arena, struct plan *const *plans, size_t count);

#endif
