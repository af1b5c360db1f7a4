#include "zone.h"

#include <ctype.h>
#include <string.h>

#include "calendar.h"

enum { HEADER = 44, DAY = 86400 };

/* --- the rule behind the last change: the POSIX form of TZ, as RFC 8536 extends it */

/* Three letters or more, or anything between < and >. */
static bool read_name(const char **at)
{
	const char *from = *at;

	if (**at == '<') {
		*at = strchr(*at, '>');
		if (*at)
			++*at;
		return *at != NULL;
	}
	while (isalpha((unsigned char)**at))
		++*at;
	return *at - from >= 3;
}

static bool read_number(const char **at, int most, int *out)
{
	int number = 0;

	if (!isdigit((unsigned char)**at))
		return false;
	while (isdigit((unsigned char)**at) && number <= most)
		number = number * 10 + (*(*at)++ - '0');
	*out = number;
	return number <= most;
}

/* "3", "-2:30", "167:00:00" in seconds. */
static bool read_time(const char **at, int *out)
{
	int sign = **at == '-' ? -1 : 1, part = 0, unit = 3600, seconds = 0;

	if (**at == '-' || **at == '+')
		++*at;
	do {
		if (!read_number(at, unit == 3600 ? 167 : 59, &part))
			return false;
		seconds += part * unit;
		unit /= 60;
	} while (unit && **at == ':' && (++*at, true));
	*out = sign * seconds;
	return true;
}

/* "M3.2.0", "J60", "59"; each with "/time". */
static bool read_change(const char **at, struct zone_change *out)
{
	bool good;

	out->second = 2 * 3600;
	if (*(*at)++ != ',')
		return false;
	if (**at == 'M') {
		++*at;
		out->form = ZONE_WEEKDAY;
		good = read_number(at, 12, &out->month) && out->month && *(*at)++ == '.' &&
		       read_number(at, 5, &out->week) && out->week && *(*at)++ == '.' &&
		       read_number(at, 6, &out->day);
	} else {
		out->form = **at == 'J' ? ZONE_DAY_NO_LEAP : ZONE_DAY_OF_YEAR;
		*at += **at == 'J';
		good = read_number(at, 365, &out->day);
	}
	if (good && **at == '/')
		return ++*at, read_time(at, &out->second);
	return good;
}

/* Offsets stand there as seconds west. */
static bool read_rule(const char *text, struct zone *out)
{
	const char *at = text;
	int west;

	out->ruled = *text != '\0';
	if (!out->ruled)
		return true;
	if (!read_name(&at) || !read_time(&at, &west))
		return false;
	out->standard = out->summer = -west;
	out->changes = *at != '\0';
	if (!out->changes)
		return true;
	if (!read_name(&at))
		return false;
	out->summer = out->standard + 3600;
	if (*at != ',') {
		if (!read_time(&at, &west))
			return false;
		out->summer = -west;
	}
	return read_change(&at, &out->begin) && read_change(&at, &out->end) && !*at;
}

/* --- the file */

/* The number in so many bytes, the highest first. */
static int64_t number_in(const unsigned char *at, size_t bytes)
{
	uint64_t number = *at & 0x80 ? ~(uint64_t)0 : 0;

	for (size_t i = 0; i < bytes; i++)
		number = number << 8 | at[i];
	return (int64_t)number;
}

/* How many there are of each thing, in the header's order. */
struct counts {
	uint32_t universal, standard, leaps, times, types, letters;
};

/* False where it is no header; then `size` bytes follow it, where a time has `width`. */
static bool read_header(
	const unsigned char *at, size_t length, size_t width, struct counts *counts, size_t *size)
{
	uint32_t numbers[6];

	if (length < HEADER || memcmp(at, "TZif", 4) != 0 || at[4] < '2')
		return false;
	for (size_t i = 0; i < 6; i++) {
		numbers[i] = (uint32_t)number_in(at + 20 + 4 * i, 4);
		if (numbers[i] > length)
			return false;
	}
	*counts = (struct counts){ numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5] };
	*size = counts->times * (width + 1) + counts->types * 6 + counts->letters +
		counts->leaps * (width + 4) + counts->standard + counts->universal;
	return *size <= length - HEADER;
}

/* Times, then for each the number of its type, then the types: an offset, whether it is summer, a name. */
static bool read_changes(
	struct arena *arena, const unsigned char *at, const struct counts *counts, struct zone *out)
{
	const unsigned char *numbers = at + (size_t)counts->times * 8, *types = numbers + counts->times;
	int64_t *times = arena_alloc(arena, (counts->times + 1) * sizeof *times);
	int32_t *offsets = arena_alloc(arena, (counts->times + 1) * sizeof *offsets);

	if (!counts->types)
		return false;
	offsets[0] = (int32_t)number_in(types, 4);
	for (size_t i = 0; i < counts->times; i++) {
		times[i] = number_in(at + i * 8, 8);
		if (numbers[i] >= counts->types || (i && times[i] <= times[i - 1]))
			return false;
		offsets[i + 1] = (int32_t)number_in(types + numbers[i] * 6U, 4);
	}
	for (size_t i = 0; i <= counts->times; i++)
		if (offsets[i] <= -2 * DAY || offsets[i] >= 2 * DAY)
			return false;
	out->times = times;
	out->offsets = offsets;
	out->count = counts->times;
	return true;
}

bool zone_decode(struct arena *arena, const void *bytes, size_t length, struct zone *out)
{
	const unsigned char *at = bytes;
	struct counts counts;
	const char *rule;
	size_t size;

	*out = (struct zone){ 0 };
	/* The first block has times of four bytes, for readers of before 2038. */
	if (!read_header(at, length, 4, &counts, &size))
		return false;
	at += HEADER + size;
	length -= HEADER + size;
	if (!read_header(at, length, 8, &counts, &size) || counts.leaps ||
		!read_changes(arena, at + HEADER, &counts, out))
		return false;
	rule = (const char *)at + HEADER + size;
	length -= HEADER + size;
	if (length < 2 || rule[0] != '\n' || !memchr(rule + 1, '\n', length - 1))
		return false;
	return read_rule(arena_copy_n(arena, rule + 1, strcspn(rule + 1, "\n")), out);
}

/* --- what clocks show */

/* The second of the year's change by the clock before it, as if that were UTC. */
static int64_t change_in(const struct zone_change *change, int year)
{
	long first = month_start(year, change->form == ZONE_WEEKDAY ? change->month : 1), day = change->day;

	if (change->form == ZONE_WEEKDAY) {
		day = (change->day + 1 - weekday_of(first) + 7) % 7 + (change->week - 1) * 7;
		if (day >= month_length(year, change->month))
			day -= 7;
	} else if (change->form == ZONE_DAY_NO_LEAP) {
		day += month_length(year, 2) == 29 && change->day > 59 ? 0 : -1;
	}
	return (int64_t)(first + day) * DAY + change->second;
}

static int ruled_offset(const struct zone *zone, time_t instant)
{
	time_t local = instant + zone->standard;
	int64_t begin, end;
	struct tm parts;

	if (!zone->changes || !gmtime_r(&local, &parts) || parts.tm_year < 70)
		return zone->standard;
	begin = change_in(&zone->begin, parts.tm_year + 1900) - zone->standard;
	end = change_in(&zone->end, parts.tm_year + 1900) - zone->summer;
	/* South of the equator summer goes over the end of the year. */
	if (begin < end ? instant >= begin && instant < end : instant >= begin || instant < end)
		return zone->summer;
	return zone->standard;
}

int zone_offset(const struct zone *zone, time_t instant)
{
	size_t low = 0, high = zone->count;

	if (zone->ruled && (!zone->count || instant >= zone->times[zone->count - 1]))
		return ruled_offset(zone, instant);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zone->times[middle] <= instant)
			low = middle + 1;
		else
			high = middle;
	}
	return zone->offsets[low];
}

bool zone_instant(const struct zone *zone, time_t local, time_t *instant)
{
	/* No zone is a day off, and none has two changes within two: so these are what may be in force. */
	int before = zone_offset(zone, local - DAY), after = zone_offset(zone, local + DAY);
	time_t first = local - before, second = local - after;

	if (zone_offset(zone, first) == before)
		*instant = first;
	else if (zone_offset(zone, second) == after)
		*instant = second;
	else
		return false;
	return true;
}
