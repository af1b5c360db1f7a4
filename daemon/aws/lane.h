#ifndef DAEMON_AWS_LANE_H
#define DAEMON_AWS_LANE_H

/* Where calls that share a rate wait for their turn. */

#include "client.h"

/* The lane of an operation, made where it is the first. `region` NULL = the client's own. */
struct lane *lane_of(struct aws *aws, struct identity *identity, const struct service *service,
	const char *region, const char *operation);

/* Puts the call where its number belongs. */
void lane_add(struct lane *lane, struct call *call);

/*
 * Takes the first call out that may go now. NULL where none may; `wake` is then lowered to when one might.
 * Calls that have waited beyond their deadline are finished.
 */
struct call *lane_take(struct lane *lane, double now, double *wake);

#endif
