#ifndef DAEMON_MODEL_DEFINITION_SCHEDULE_H
#define DAEMON_MODEL_DEFINITION_SCHEDULE_H

/*
 * Schedule expressions of EventBridge: "cron(…)" with six fields, to the minute, "rate(…)", and
 * "at(…)" for one time, which Scheduler alone takes. Pure. The grammar is the one of AWS's cron reference; where that is silent, only what has one
 * meaning is taken.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "common/arena.h"
#include "zone.h"

enum { SCHEDULE_FIRST_YEAR = 1970, SCHEDULE_LAST_YEAR = 2199 };

enum schedule_kind { SCHEDULE_CRON, SCHEDULE_RATE, SCHEDULE_AT };

/* The sets hold one bit for each value that a field names, at the value's own number. */
struct schedule {
	enum schedule_kind kind;
	unsigned rate_seconds; /* of a rate */
	time_t at; /* of a single time: what the clock shows, as if it were UTC */

	uint64_t minutes;
	uint32_t hours, months;
	uint32_t days; /* of the month */
	uint32_t days_near; /* "3W": the working day nearest to the 3rd, within the month */
	bool last_day; /* "L" */
	bool last_workday; /* "LW" */
	uint8_t weekdays; /* 1 = Sunday */
	uint8_t last_of_week; /* "6L": the last Friday of the month */
	uint8_t nth_weekday; /* "3#2": the second Tuesday; 0 = not used */
	uint8_t nth;
	uint8_t years[(SCHEDULE_LAST_YEAR - SCHEDULE_FIRST_YEAR) / 8 + 1]; /* bit 0 of the first byte: 1970 */
};

/*
 * Reads an expression. False where it is wrong: `message` says what, `remedy` what to write instead (both
 * live as long as the arena), `offset` is where the bad part begins in the text, in bytes. Wrong is also what
 * can never fire again.
 */
bool schedule_parse(struct arena *arena, const char *text, struct schedule *out, const char **message,
	const char **remedy, size_t *offset);

/*
 * The first time of a cron, or the one of an at, strictly after `after`, in seconds since the epoch; false where it never fires
 * again, and always for a rate, of which AWS alone knows the phase. It is meant by the clocks of the
 * zone, NULL = UTC: a time that a change of clocks skips does not fire, one that comes twice fires the first
 * time, as with EventBridge Scheduler.
 */
bool schedule_next(const struct schedule *schedule, const struct zone *zone, time_t after, time_t *next);

#endif
