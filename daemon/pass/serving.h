#ifndef DAEMON_PASS_SERVING_H
#define DAEMON_PASS_SERVING_H

/* Whom a pass serves: its part of the definitions, its sites, and when an app or a site is served no more. */

#include "pass.h"

/* Fills the pass's sites, and the definitions that it works with. */
void serving_find(struct pass *pass);

/* Whether another site of the pass reads the same account and region, and no app is left to this one. */
bool serving_covers(const struct pass_site *site);

/* Keeps in the state what the pass is about to serve. */
void serving_keep(struct pass *pass);
/* Forgets apps and sites of which nothing of ours is left; not where only a part was looked at. */
void serving_forget(struct pass *pass);

/* Whether everything of every site was read; false where only some batches were looked at. */
bool serving_knows_all(const struct pass *pass);

#endif
