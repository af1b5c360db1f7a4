#ifndef DAEMON_VERBS_READERS_H
#define DAEMON_VERBS_READERS_H

#include "daemon/session.h"

/*
 * Adds a fault for each file of the service that the daemon's user could not read, though root could: so root
 * hears of it before a reload does. Nothing where the service is not installed, or another folder is read.
 */
void readers_check(struct session *session);

#endif
