#ifndef DAEMON_PASS_SITES_H
#define DAEMON_PASS_SITES_H

/* Which accounts and regions a pass has to look at: those of the definitions, and those ever served. */

#include "pass.h"

/* Fills the pass's sites, and the definitions that it works with. */
void sites_find(struct pass *pass);

/* Whether another site of the pass reads the same account and region, and no app is left to this one. */
bool site_is_covered(const struct pass_site *site);

/* Keeps in the state what the pass is about to serve. */
void sites_serve(struct pass *pass);
/* Forgets apps and sites of which nothing of ours is left; not where only a part was looked at. */
void sites_forget(struct pass *pass);

/* Whether everything of every site was read; false where only some batches were looked at. */
bool sites_all_known(const struct pass *pass);

#endif
