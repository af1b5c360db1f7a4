#ifndef DAEMON_MODEL_DEFINITION_TIMING_H
#define DAEMON_MODEL_DEFINITION_TIMING_H

/* When a batch fires: its schedule, in its time zone, between its first and its last day. Pure. */

#include "definition.h"

/* What a rule takes for a schedule: its clock shows UTC. */
bool timing_is_utc(const char *zone);

/*
 * Reads "2027-01-01T00:00:00", with "Z" or an offset like "+09:00" behind it. `bare` is whether neither
 * stands there: it is then read as UTC. False where there is no such time.
 */
bool timing_read(const char *text, time_t *when, bool *bare);

/* Whether its times can be told: its time zone is UTC, or was found on this machine. */
bool timing_is_known(const struct batch *batch);

/*
 * The first time of the batch strictly after `after`; false where there is none, and always for a rate.
 * Neither before startDate nor after endDate anything fires.
 */
bool timing_next(struct arena *arena, const struct batch *batch, time_t after, time_t *next);

#endif
