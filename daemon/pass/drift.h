#ifndef DAEMON_PASS_DRIFT_H
#define DAEMON_PASS_DRIFT_H

/*
 * What the definitions asked for when AWS was last so, field by field, kept in the state. A field that
 * differs although its wish is still that one was changed outside, whatever was reloaded or restarted
 * meanwhile; all else is asked for by the definitions.
 */

#include "pass.h"

/*
 * Whether the definitions ask for this difference of the action, or for the action itself (NULL: a creation);
 * false: it undoes what was changed outside.
 */
bool drift_asked_for(
	const struct pass_site *site, const struct action *action, const struct difference *difference);

/* A pass has written: keeps what is now as it was asked for. */
void drift_keep(struct pass_site *site);

#endif
