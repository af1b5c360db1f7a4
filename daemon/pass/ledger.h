#ifndef DAEMON_PASS_LEDGER_H
#define DAEMON_PASS_LEDGER_H

/*
 * The names under which something was served from here: what says that a resource is ours where its tags and
 * its name alone do not, and that an app's things may go with it.
 */

#include "pass.h"

/* Whether the app, and what of this resource, was served from here; `data` is the pass's site. */
bool ledger_served(const char *app, void *data);
struct served ledger_knows(const struct resource *have, void *data);

/* Keeps the names that the site's plan serves: before the first write. */
void ledger_serve(struct pass_site *site);
/*
 * Keeps the names of a set that was served by a version which kept none, as far as its apps were served;
 * `region`: of apps that name none.
 */
void ledger_fill(struct state *state, struct definitions *kept, const char *region);
/* Keeps what the site's actions have done, and forgets the names of which nothing is left. */
void ledger_keep(struct pass_site *site);

#endif
