#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

/* The resident program: passes on a timer with jitter, SIGHUP reloads, SIGTERM ends cleanly. */

#include "options.h"

/* Runs until it is told to stop; the exit code: 0, or 78 where the configuration does not let it start. */
int daemon_run(const struct options *options);

#endif
