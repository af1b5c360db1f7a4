#ifndef DAEMON_STATUS_H
#define DAEMON_STATUS_H

/*
 * What the daemon last did and what is wrong now, for people and programs beside it: status.json and metrics.prom in
 * $RUNTIME_DIRECTORY, both replaced whole at the end of every pass and when a reload is refused. Where no such directory
 * is named nothing is written. The shape of status.json is told in fargate-batchctl(1).
 */

#include "session.h"

enum { STATUS_VERSION = 1 };

struct status;

struct status *status_new(time_t now);
struct status *status_free(struct status *status);

/*
 * This session's definitions and settings are in force from now on. `degraded` (NULL = they are what the files say): why
 * they are the last good ones instead, with the session in whose files the faults are (NULL where none could be read).
 */
void status_loaded(struct status *status, const struct session *session, time_t now);
void status_degraded(struct status *status, const struct session *broken, const char *reason, time_t now);

/* A reload was refused: what is in force stays. `broken` holds the faults. Writes both files. */
bool status_refused(
	struct status *status, const struct session *broken, const char *reason, time_t now, struct error *error);

/* A pass has ended: takes over what it found, and writes both files. `next` is when the next one begins. */
bool status_passed(struct status *status, const struct session *session, const struct pass *pass, time_t next,
	struct error *error);

/* "degraded: …" in place of "in sync: …" for STATUS=, while the files on disk are not what is in force; NULL otherwise. */
const char *status_reason(const struct status *status);

/* status_pass.c: what a pass found, as members of the object ("lastPass", "apps", "batches", "problems" …). */
void status_add_pass(json_t *status, const struct pass *pass, size_t number);

/* The path of a file in $RUNTIME_DIRECTORY (/run/fargate-batchd where `or_default`), NULL without one; free() it. */
char *status_path(const char *name, bool or_default);

#endif
