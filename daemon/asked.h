#ifndef DAEMON_ASKED_H
#define DAEMON_ASKED_H

/*
 * What the definitions in force have asked for and has not been carried out yet. All else that a pass has to
 * change was as the definitions say before, so somebody has changed it outside.
 */

#include <jansson.h>

#include "pass.h"

struct asked {
	bool seen; /* a pass with these definitions has ended */
	json_t *open; /* the names of what is still to be done, of what stops it, and of what could not be
			 read */
};

/* New definitions are in force: everything is asked for. */
void asked_anew(struct asked *asked);
void asked_free(struct asked *asked);

/* Whether this change is asked for; false: it undoes one that was made outside. */
bool asked_for(const struct asked *asked, const struct pass_site *site, const struct action *action);

/* A pass has ended. */
void asked_pass(struct asked *asked, const struct pass *pass);

#endif
