#ifndef DAEMON_STATE_INSIDE_H
#define DAEMON_STATE_INSIDE_H

/* For the files of this folder alone: state.c opens and saves, served.c, cache.c and ledger.c know what is kept. */

#include "document.h"
#include "state.h"

struct state_site {
	char *name; /* "<account>-<region>" */
	struct document cache; /* what was read and cannot change */
	struct document ledger; /* what was done */
	struct state_site *next;
};

struct state {
	struct folder *folder; /* NULL: none can be had, and nothing is kept */
	struct error no_folder; /* why */
	char endpoint[9];
	struct document served, held;
	struct approvals approvals;
	struct state_site *sites;
};

#endif
