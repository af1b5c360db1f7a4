#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

/* The daemon's own settings: one optional JSON file, every member of which has a default. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"
#include "model/definition/fault.h"

struct settings {
	const char *owner; /* names this installation in our tags */
	const char *region, *endpoint_url; /* NULL where not given */
	double resync_interval; /* seconds between two passes */
	double runs_interval; /* seconds between two looks at runs */
	struct {
		unsigned max_batches, max_percent; /* the brake */
		unsigned grace_minutes;
		bool enabled; /* false: what left is disabled, never deleted */
	} deletion;
	unsigned keep_revisions;
	const json_t *rates; /* {"<service>": requests a second}; NULL where not given */
	const json_t *assume_roles; /* globs of the roles that definitions may take on; NULL = all */
	const char *profile; /* credentials.profile; NULL where not given */
	bool read_only; /* nothing is ever written */

	struct fault *faults; /* in the order of the file */
	size_t fault_count;
	bool broken; /* at least one fault is not a warning */
	json_t *owned; /* what is written, which keeps every JSON value above alive; NULL where it is no JSON */
	const char *file;
};

enum { SETTINGS_LIMIT = 64 * 1024 }; /* bytes of a file */

/* The settings that this text says; `file` is where it was read from, for faults. */
struct settings *settings_read(struct arena *arena, const char *file, const char *text, size_t length);

/*
 * Reads the settings from `path` (NULL = /etc/fargate-batchd.json). Where `must_exist` is false a missing
 * file means all defaults. What is wrong in the file becomes faults, and then all of it keeps its defaults;
 * that others may write it (trust.h) is a fault where `strict`, and it is not read, else a warning. NULL and
 * `error` only for a file that cannot be read at all. Lives in `arena`, but for the JSON values
 * (settings_free).
 */
struct settings *settings_load(
	struct arena *arena, const char *path, bool must_exist, bool strict, struct error *error);

/* Releases the JSON values; the rest goes with the arena. Accepts NULL, returns NULL. */
struct settings *settings_free(struct settings *settings);

#endif
