#ifndef DAEMON_SURROUNDINGS_H
#define DAEMON_SURROUNDINGS_H

/*
 * The environment of the service on its own machine: what /etc/default/fargate-batchd assigns, which the unit
 * gives the daemon, holds for whoever works beside it, after the environment that is there already. The file
 * is read only where root owns it and nobody else may write it; a line that is no assignment is told and
 * passed over, as systemd does. What would have libcurl write down the keys of connections is left out.
 */

#include "common/arena.h"

void surroundings_take(struct arena *arena);

#endif
