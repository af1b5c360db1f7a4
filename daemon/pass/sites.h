#ifndef DAEMON_PASS_SITES_H
#define DAEMON_PASS_SITES_H

/*
 * Which accounts and regions there are to look at, and whose keys reach them. It needs no pass: whoever watches one of
 * them asks here too.
 */

#include "aws/call.h"
#include "state/state.h"

struct reached_site {
	struct site site;
	struct identity *identity; /* the client's */
};

struct sites {
	struct reached_site *items; /* each region and role once */
	size_t count;
};

/* Those of the apps that have something to do, then those ever served (`state` NULL: none); from the arena. */
struct sites sites_find(struct arena *arena, struct aws *aws, const struct definitions *definitions,
	const struct state *state);

#endif
