#ifndef DAEMON_MODEL_DEFINITION_ENTRIES_H
#define DAEMON_MODEL_DEFINITION_ENTRIES_H

/*
 * A set in the making, and the apps and batches as they are written. The order of work is: schema_check.c
 * looks at every member by itself, what made.h names makes the structures, and what rules.h names looks at what
 * several members, or several files, say together.
 */

#include "definition.h"
#include "faults.h"

/* An app or a batch as it is written. */
struct entry {
	const struct source *source;
	const char *name;
	json_t *json;
	struct position at;
};

struct entries {
	struct entry *items; /* sorted by name */
	size_t count, capacity;
};

/* A set in the making. */
struct draft {
	struct reader *reader;
	struct definitions *set;
	struct arena *scratch; /* goes when the set is made: places, entries */
	struct source *sources;
	const struct definition_text *texts; /* text i is what sources[i] was read from */
	size_t source_count;
	struct entries apps, batches; /* entry i is what apps[i] and batches[i] of the set are made of */
};

/* Collects the apps and batches of all sources, sorted by name; tells names that come twice. */
void collect_entries(struct draft *draft);
/* The app that a batch names; NULL where it names none, or none that is defined, which is told. */
struct app *app_of_batch(struct draft *draft, const struct entry *entry);

#endif
