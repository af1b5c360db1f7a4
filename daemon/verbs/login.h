#ifndef DAEMON_VERBS_LOGIN_H
#define DAEMON_VERBS_LOGIN_H

#include "common/arena.h"

/*
 * The person at the other end, for records: the one who called sudo, else the one who logged in, else the
 * user that runs the program. A name, or "uid 1000" where it has none; from the arena.
 */
char *login_name(struct arena *arena);

#endif
