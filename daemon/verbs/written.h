#ifndef DAEMON_VERBS_WRITTEN_H
#define DAEMON_VERBS_WRITTEN_H

/* What the running daemon wrote last (status.json), and how it is asked for a reload. */

#include <sys/types.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/json.h"
#include "model/resource.h"

/* The file as an object, a new reference. NULL and `error` where there is none (`missing`), where it cannot
 * be read, or where the daemon that wrote it has ended. */
json_t *written_read(struct arena *arena, bool *missing, struct error *error);

/* Whether the daemon that wrote it works for this owner, on this endpoint, in this account and region. */
bool written_serves(const json_t *written, const char *owner, const char *endpoint, const struct site *site);

/* Which reload it speaks of: each SIGHUP counts one more, the start is number 0. */
long long written_reload(const json_t *written);

/* Whether the last reload (or the start) was looked at: a pass that began with it has ended, or it was
 * refused. */
bool written_is_current(const json_t *written);

/*
 * Whether the daemon that wrote it lives, whatever AWS and the files are like: the lock of its state
 * directory is held (where that may be looked at), and a pass is under way or ended within three intervals.
 * False with `error`.
 */
bool written_is_alive(const json_t *written, struct error *error);

/* The daemon that holds the state directory; 0 and `error` where none does, -1 where that cannot be told. */
pid_t written_find_daemon(struct error *error);

/*
 * Sends SIGHUP to the daemon and waits, 10 seconds at most, until it says that it has arrived. Where the
 * daemon writes no status.json there is nothing to wait for.
 */
bool written_ask_reload(struct arena *arena, pid_t process, struct error *error);

/* Waits until what is written is current: a new reference, or NULL
 * and `error` where no daemon runs, or after so many seconds. */
json_t *written_wait(struct arena *arena, unsigned long seconds, struct error *error);

#endif
