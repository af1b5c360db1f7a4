#ifndef DAEMON_MODEL_DEFINITION_SCHEMA_CHECK_H
#define DAEMON_MODEL_DEFINITION_SCHEMA_CHECK_H

/* Holds what is read against the tables of schema.h, every member by itself. Pure. */

#include "faults.h"
#include "schema.h"

/* Tells the faults of these sources; `file` says what one may be. Sources without a root are passed over. */
void check_sources(struct reader *reader, const struct source *const *sources, size_t count,
	const struct schema_member *file);

/* Whether a member says anything: neither absent, nor null, false, 0 or empty. */
bool says_something(const json_t *value);

#endif
