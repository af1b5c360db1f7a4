#include "timing.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "schedule.h"

bool timing_is_utc(const char *zone)
{
	return strcmp(zone, "UTC") == 0 || strcmp(zone, "Etc/UTC") == 0;
}

/* "+09:00" in seconds; a full day is none. */
static bool read_offset(const char *text, int *seconds)
{
	int hours, minutes, length = 0;

	if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &length) != 2 || length != 5 || text[6])
		return false;
	*seconds = (*text == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60;
}

bool timing_read(const char *text, time_t *when, bool *bare)
{
	enum { LENGTH = ISO8601_SIZE - 2 };
	char start[ISO8601_SIZE] = "";
	int offset = 0;

	if (strlen(text) < LENGTH)
		return false;
	memcpy(start, text, LENGTH);
	start[LENGTH] = 'Z';
	text += LENGTH;
	*bare = !*text;
	if (!text_parse_iso8601(start, when) ||
		(*text && strcmp(text, "Z") != 0 && !read_offset(text, &offset)))
		return false;
	*when -= offset;
	return true;
}

bool timing_is_known(const struct batch *batch)
{
	return !batch->timezone.name || timing_is_utc(batch->timezone.name) || batch->timezone.zone;
}

bool timing_next(struct arena *arena, const struct batch *batch, time_t after, time_t *next)
{
	const char *message, *remedy;
	struct schedule schedule;
	size_t offset;

	if (!timing_is_known(batch) ||
		!schedule_parse(arena, batch->schedule, &schedule, &message, &remedy, &offset))
		return false;
	if (batch->start > after)
		after = batch->start - 1;
	return schedule_next(&schedule, batch->timezone.zone, after, next) &&
	       (!batch->end || *next <= batch->end);
}
