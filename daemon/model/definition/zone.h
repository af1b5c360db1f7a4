#ifndef DAEMON_MODEL_DEFINITION_ZONE_H
#define DAEMON_MODEL_DEFINITION_ZONE_H

/*
 * Time zones as the tz database's compiled files (TZif, RFC 8536) hold them: what a wall clock shows at an
 * instant, and the other way round. Pure: the shell reads the files. libc knows one zone at a time, that of
 * TZ, and takes a name that it does not know for UTC, so it cannot be asked.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "common/arena.h"

/* A day of each year on which clocks change, and the second of that day by the clock before the change. */
struct zone_change {
	enum zone_day { ZONE_DAY_NO_LEAP, ZONE_DAY_OF_YEAR, ZONE_WEEKDAY } form;
	int day; /* of the year (from 1 without the 29th of February, from 0 with it), or of the week (0 =
		    Sunday) */
	int week, month; /* the nth such weekday of the month, 5 = its last */
	int second; /* may lie in another day */
};

struct zone {
	const int64_t *times; /* instants at which the offset changes, rising */
	const int32_t *offsets; /* seconds east of UTC; that of `times[i]` is `offsets[i + 1]` */
	size_t count;
	bool ruled; /* behind the last of them the rule holds */
	bool changes; /* the rule has two offsets */
	int standard, summer;
	struct zone_change begin, end; /* of the summer offset */
};

/* Reads a compiled file of version 2 or later. False where it is none, or counts leap seconds. */
bool zone_decode(struct arena *arena, const void *bytes, size_t length, struct zone *out);

/* Seconds east of UTC at an instant. */
int zone_offset(const struct zone *zone, time_t instant);

/*
 * The instant at which the zone's clocks show `local`, a wall time told as if it were UTC: the first one
 * where it comes twice. False where a change of clocks skips it.
 */
bool zone_instant(const struct zone *zone, time_t local, time_t *instant);

#endif
