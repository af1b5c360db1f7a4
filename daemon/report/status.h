#ifndef DAEMON_REPORT_STATUS_H
#define DAEMON_REPORT_STATUS_H

/*
 * What the daemon last did and what is wrong now, for people and programs beside it: status.json and
 * metrics.prom in $RUNTIME_DIRECTORY, both replaced whole at the end of every pass and when a
 * reload was asked for and taken. Where no such directory is named nothing is written. The shape of
 * status.json is told in fargate-batchctl(1).
 */

#include <jansson.h>

#include "common/error.h"
#include "model/definition/definition.h"
#include "pass/pass.h"

enum { STATUS_VERSION = 1 };

struct status;

/* A set of files, in force or refused: what status tells of it. */
struct status_set {
	const struct definitions *definitions; /* NULL: not even its faults could be read */
	const char *directory; /* of the definitions */
	const struct fault *settings_faults;
	size_t settings_fault_count;
	const char *owner, *endpoint; /* those of a set in force, as the rest */
	double resync_interval; /* seconds */
};

struct status *status_new(time_t now);
struct status *status_free(struct status *status);

/*
 * What was read is not in force: a reload was refused, or (before the first status_loaded) the files are
 * broken and the last good set is to take their place. `broken` holds the faults as far as they could be
 * read.
 */
void status_refused(struct status *status, const struct status_set *broken, const char *reason, time_t now);

/* A reload was asked for: counted at once, though it waits for the end of the pass that is under way. */
void status_asked(struct status *status, time_t now);

/* This set is in force from now on; `from_files` false: the last good one, after status_refused said why. */
void status_loaded(struct status *status, const struct status_set *set, bool from_files, time_t now);

/* Whether the set in force is kept for a start with broken files: `error` as it is told, NULL = it is. */
void status_kept(struct status *status, const char *error);

/* A pass begins: from now on it is under way. */
void status_began(struct status *status, time_t now);

/* A pass has ended; `next` is when the next one begins, `expiry` when the keys end (0 = not, or not known). */
void status_passed(struct status *status, const struct pass *pass, time_t next, time_t expiry);

/* Replaces metrics.prom alone, whose age says that the loop lives; the rest as status_write. */
bool status_write_metrics(struct status *status, time_t now, struct error *error);

/* Replaces both files; false with `error` where one of them could not be written. */
bool status_write(struct status *status, time_t now, struct error *error);

/* status_pass.c: what a pass found, as members of the object ("lastPass", "apps", "batches", "problems" …).
 */
void status_add_pass(json_t *status, const struct pass *pass, size_t number);
/* Gives each of its lists the value that json_array or json_null makes. */
void status_put_lists(json_t *status, json_t *(*make)(void));

#define STATUS_FILE  "status.json"
#define METRICS_FILE "metrics.prom"

/* metrics.prom is never older than that, whatever the daemon waits for. */
enum { METRICS_SECONDS = 60 };

/* $RUNTIME_DIRECTORY, or (`or_default`) /run/fargate-batchd, or NULL; free() it. */
char *status_directory(bool or_default);

#endif
