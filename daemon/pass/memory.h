#ifndef DAEMON_PASS_MEMORY_H
#define DAEMON_PASS_MEMORY_H

/* What a pass takes from the state beyond the reading, and what its actions leave behind there. */

#include "pass.h"

/* A field that keeps being changed back is not fought over: the daemon waits longer each time. */
void memory_keep_calm(struct pass *pass, struct pass_site *site);

/* What came back since it was approved, or left, is out of its plan. */
void memory_review_approvals(const struct pass *pass);
/* Whether the removal was approved before, with the plan that it left under. */
bool memory_covers(const struct pass *pass, const struct action *action);

/* The ARNs of what was disabled in the hour before this
 * pass, without what a person approved; from the arena. */
const char **memory_recently_left(const struct pass *pass, size_t *count);

/* Keeps what the site's actions have done. */
void memory_keep(struct pass *pass, struct pass_site *site);

#endif
