/* When a schedule fires: the sets of model/schedule.h walked month by month, at most to the last year that
 * AWS knows. */

#include "schedule.h"

#include "calendar.h"

/* The lowest member of a set from `from` on; -1 where there is none. */
static int lowest(uint64_t set, int from)
{
	set = from > 63 ? 0 : set & ~(uint64_t)0 << from;
	return set ? __builtin_ctzll(set) : -1;
}

static uint32_t day_bit(int day)
{
	return (uint32_t)1 << (day & 31);
}

/* The working day nearest to `day`, never in another month, as a bit. `first` is the weekday of the 1st. */
static uint32_t workday_near(int day, int first, int length)
{
	int weekday = (first - 1 + day - 1) % 7 + 1;

	if (weekday == 7)
		return day_bit(day == 1 ? 3 : day - 1);
	if (weekday == 1)
		return day_bit(day == length ? day - 2 : day + 1);
	return day_bit(day);
}

/* The days of one month on which the schedule fires. */
static uint32_t days_of(const struct schedule *schedule, int year, int month)
{
	int length = month_length(year, month), first = weekday_of(month_start(year, month));
	uint32_t set = schedule->days;

	if (schedule->last_day)
		set |= day_bit(length);
	if (schedule->last_workday)
		set |= workday_near(length, first, length);
	for (int day = 1; day <= length; day++) {
		int weekday = (first - 1 + day - 1) % 7 + 1;

		if (schedule->days_near >> day & 1)
			set |= workday_near(day, first, length);
		if (schedule->weekdays >> weekday & 1 ||
			(schedule->last_of_week >> weekday & 1 && day + 7 > length) ||
			(schedule->nth_weekday == weekday && (day - 1) / 7 + 1 == schedule->nth))
			set |= day_bit(day);
	}
	return set & (uint32_t)(((uint64_t)1 << (length + 1)) - 1);
}

/* The first minute of a day from `minute` on (of the day) at which it fires; -1 where none is left. */
static int minute_from(const struct schedule *schedule, int minute)
{
	int hour = minute / 60, found = lowest(schedule->minutes, minute % 60);

	if (minute >= 24 * 60)
		return -1;
	if (found >= 0 && schedule->hours >> hour & 1)
		return hour * 60 + found;
	hour = lowest(schedule->hours, hour + 1);
	return hour < 0 ? -1 : hour * 60 + lowest(schedule->minutes, 0);
}

/* Where the search stands: everything before it has been looked at. */
struct moment {
	int year, month, day, minute;
};

/* The first time in the moment's month that is not before it. */
static bool fires_in_month(const struct schedule *schedule, const struct moment *from, time_t *next)
{
	uint32_t days = days_of(schedule, from->year, from->month);

	for (int day = lowest(days, from->day); day > 0; day = lowest(days, day + 1)) {
		int minute = minute_from(schedule, day == from->day ? from->minute : 0);

		if (minute < 0)
			continue;
		*next = (time_t)(month_start(from->year, from->month) + day - 1) * 86400 +
			(time_t)minute * 60;
		return true;
	}
	return false;
}

static bool in_years(const struct schedule *schedule, int year)
{
	unsigned at = (unsigned)(year - SCHEDULE_FIRST_YEAR);

	return schedule->years[at / 8] >> at % 8 & 1;
}

/* The first time of a cron behind `after`, both by the clocks of wherever it is. */
static bool next_by_clock(const struct schedule *schedule, time_t after, time_t *next)
{
	struct moment at;
	struct tm parts;

	after = after < 0 ? 0 : after - after % 60 + 60;
	if (!gmtime_r(&after, &parts))
		return false;
	at = (struct moment){ parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
		parts.tm_hour * 60 + parts.tm_min };
	while (at.year <= SCHEDULE_LAST_YEAR) {
		if (in_years(schedule, at.year) && schedule->months >> at.month & 1 &&
			fires_in_month(schedule, &at, next))
			return true;
		at = (struct moment){ at.year + at.month / 12, at.month % 12 + 1, 1, 0 };
	}
	return false;
}

/* Where clocks were put back, some of what follows by the clock has been already. */
bool schedule_next(const struct schedule *schedule, const struct zone *zone, time_t after, time_t *next)
{
	time_t local = zone ? after + zone_offset(zone, after) : after, instant;

	if (schedule->kind == SCHEDULE_RATE)
		return false;
	if (schedule->kind == SCHEDULE_AT) {
		*next = schedule->at;
		return (!zone || zone_instant(zone, schedule->at, next)) && *next > after;
	}
	while (next_by_clock(schedule, local, &local)) {
		if (zone && !zone_instant(zone, local, &instant))
			continue;
		*next = zone ? instant : local;
		if (*next > after)
			return true;
	}
	return false;
}
