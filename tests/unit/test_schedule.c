#include "model/definition/schedule.h"

#include "../check.h"
#include "common/text.h"

static time_t instant(const char *text)
{
	time_t when = 0;

	CHECK(text_parse_iso8601(text, &when));
	return when;
}

/* The next `want_count` fire times after an instant; fewer wanted than there are is right, "" ends them. */
struct fires {
	const char *expression, *after;
	const char *want[4]; /* NULL: no further question; "" = never again */
};

static void check_fires(struct arena *arena, const struct fires *row)
{
	const char *message = NULL, *remedy = NULL;
	time_t at = instant(row->after);
	struct schedule schedule;
	size_t offset;

	if (!CHECK(schedule_parse(arena, row->expression, &schedule, &message, &remedy, &offset))) {
		printf("  %s: %s; %s\n", row->expression, message, remedy);
		return;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(row->want) && row->want[i]; i++) {
		char got[ISO8601_SIZE] = "";

		if (schedule_next(&schedule, NULL, at, &at))
			text_iso8601(got, at);
		if (!CHECK_TEXT(got, row->want[i]))
			printf("  %s after %s\n", row->expression, row->after);
	}
}

/* January 2026 begins on a Thursday. */
static const struct fires fires[] = {
	/* one time */
	{ "at(2026-12-24T18:00:05)", "2026-12-24T18:00:04Z", { "2026-12-24T18:00:05Z", "" } },
	{ "at(2026-12-24T18:00:05)", "2026-12-24T18:00:05Z", { "" } },
	/* plain fields, steps, lists, ranges, names */
	{ "cron(0/5 * * * ? *)", "2026-01-01T00:00:00Z", { "2026-01-01T00:05:00Z", "2026-01-01T00:10:00Z" } },
	{ "cron(0/5 * * * ? *)", "2026-01-01T00:04:59Z", { "2026-01-01T00:05:00Z" } },
	{ "cron(*/20 * * * ? *)", "2026-01-01T00:20:00Z",
		{ "2026-01-01T00:40:00Z", "2026-01-01T01:00:00Z" } },
	{ "cron(1/10 0 * * ? *)", "2026-01-01T00:45:00Z",
		{ "2026-01-01T00:51:00Z", "2026-01-02T00:01:00Z" } },
	{ "cron(50/20 * * * ? *)", "2026-01-01T00:00:00Z",
		{ "2026-01-01T00:50:00Z", "2026-01-01T01:50:00Z" } },
	{ "cron(0 8-18/4 * * ? *)", "2026-01-01T08:00:00Z",
		{ "2026-01-01T12:00:00Z", "2026-01-01T16:00:00Z", "2026-01-02T08:00:00Z" } },
	{ "cron(0,30 9,17 * * ? *)", "2026-01-01T09:30:00Z",
		{ "2026-01-01T17:00:00Z", "2026-01-01T17:30:00Z" } },
	{ "cron(0 12 1,15 * ? *)", "2026-01-01T12:00:00Z",
		{ "2026-01-15T12:00:00Z", "2026-02-01T12:00:00Z" } },
	{ "cron(0 0 1 1/3 ? *)", "2026-01-01T00:00:00Z", { "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z" } },
	{ "cron(0 0 1 MAR-MAY ? *)", "2026-04-02T00:00:00Z",
		{ "2026-05-01T00:00:00Z", "2027-03-01T00:00:00Z" } },
	{ "cron(0 0 1 mar ? *)", "2026-01-01T00:00:00Z", { "2026-03-01T00:00:00Z" } },
	{ "cron(0 0 10/7 * ? *)", "2026-01-17T00:00:00Z",
		{ "2026-01-24T00:00:00Z", "2026-01-31T00:00:00Z" } },
	{ "cron(05 007 * * ? *)", "2026-01-01T00:00:00Z", { "2026-01-01T07:05:00Z" } },
	{ "  cron( 0  9\t* * ? * )  ", "2026-01-01T00:00:00Z", { "2026-01-01T09:00:00Z" } },
	/* days of the week: 1 is Sunday */
	{ "cron(0 9 ? * MON-FRI *)", "2026-01-02T09:00:00Z", { "2026-01-05T09:00:00Z" } },
	{ "cron(0 9 ? * 2-6 *)", "2026-01-02T09:00:00Z", { "2026-01-05T09:00:00Z" } },
	{ "cron(0 9 ? * 1 *)", "2026-01-01T00:00:00Z", { "2026-01-04T09:00:00Z" } },
	{ "cron(0 9 ? * sat,SUN *)", "2026-01-01T00:00:00Z",
		{ "2026-01-03T09:00:00Z", "2026-01-04T09:00:00Z" } },
	{ "cron(0 9 ? * L *)", "2026-01-01T00:00:00Z", { "2026-01-03T09:00:00Z", "2026-01-10T09:00:00Z" } },
	{ "cron(0 9 ? * * *)", "2026-01-01T09:00:00Z", { "2026-01-02T09:00:00Z" } },
	/* the last of a month */
	{ "cron(0 0 L * ? *)", "2026-01-31T00:00:00Z",
		{ "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z", "2026-04-30T00:00:00Z" } },
	{ "cron(0 0 L 2 ? *)", "2027-03-01T00:00:00Z", { "2028-02-29T00:00:00Z", "2029-02-28T00:00:00Z" } },
	{ "cron(0 0 1,L * ? *)", "2026-01-01T00:00:00Z", { "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z" } },
	{ "cron(0 0 ? * 6L *)", "2026-01-01T00:00:00Z", { "2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z" } },
	{ "cron(0 0 ? * saTl *)", "2026-01-01T00:00:00Z",
		{ "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z" } },
	{ "cron(0 0 LW * ? *)", "2026-01-01T00:00:00Z",
		{ "2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z", "2026-03-31T00:00:00Z" } },
	{ "cron(0 0 LW 5 ? *)", "2026-01-01T00:00:00Z", { "2026-05-29T00:00:00Z" } },
	/* the working day nearest, never in another month */
	{ "cron(0 0 3W * ? 2026)", "2026-01-01T00:00:00Z",
		{ "2026-01-02T00:00:00Z", "2026-02-03T00:00:00Z" } },
	{ "cron(0 0 4w 1 ? *)", "2026-01-01T00:00:00Z", { "2026-01-05T00:00:00Z" } },
	{ "cron(0 0 1W 8 ? 2026)", "2026-01-01T00:00:00Z", { "2026-08-03T00:00:00Z", "" } },
	{ "cron(0 0 1W 2 ? 2026)", "2026-01-01T00:00:00Z", { "2026-02-02T00:00:00Z" } },
	{ "cron(0 0 31W 5 ? 2026)", "2026-01-01T00:00:00Z", { "2026-05-29T00:00:00Z", "" } },
	{ "cron(0 0 31W 1 ? 2026)", "2026-01-01T00:00:00Z", { "2026-01-30T00:00:00Z" } },
	{ "cron(0 0 28W 2 ? 2027)", "2026-01-01T00:00:00Z", { "2027-02-26T00:00:00Z" } },
	{ "cron(0 0 31W * ? *)", "2026-03-31T00:00:00Z", { "2026-05-29T00:00:00Z", "2026-07-31T00:00:00Z" } },
	{ "cron(0 0 1W,15W * ? *)", "2026-08-03T00:00:00Z", { "2026-08-14T00:00:00Z" } },
	/* the nth of a month */
	{ "cron(0 0 ? * 3#2 *)", "2026-01-01T00:00:00Z", { "2026-01-13T00:00:00Z", "2026-02-10T00:00:00Z" } },
	{ "cron(0 0 ? * THU#1 *)", "2026-01-01T00:00:00Z", { "2026-02-05T00:00:00Z" } },
	{ "cron(0 0 ? * SAT#5 *)", "2026-01-01T00:00:00Z",
		{ "2026-01-31T00:00:00Z", "2026-05-30T00:00:00Z" } },
	{ "cron(0 0 ? 2 1#5 *)", "2026-01-01T00:00:00Z", { "2032-02-29T00:00:00Z", "2060-02-29T00:00:00Z" } },
	/* leap years: 2100 is none, 2000 was one */
	{ "cron(0 0 29 2 ? *)", "2096-02-29T00:00:00Z", { "2104-02-29T00:00:00Z" } },
	{ "cron(0 0 29 2 ? *)", "2026-01-01T00:00:00Z", { "2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z" } },
	{ "cron(0 0 29 2 ? *)", "1999-01-01T00:00:00Z", { "2000-02-29T00:00:00Z" } },
	{ "cron(0 0 31 * ? *)", "2026-01-31T00:00:00Z", { "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z" } },
	/* the end of a year, of the last year, of all years named */
	{ "cron(59 23 31 12 ? *)", "2026-12-31T23:59:00Z", { "2027-12-31T23:59:00Z" } },
	{ "cron(0 0 * * ? *)", "2026-12-31T00:00:00Z", { "2027-01-01T00:00:00Z" } },
	{ "cron(0 0 1 1 ? *)", "2199-01-01T00:00:00Z", { "" } },
	{ "cron(59 23 31 12 ? 2199)", "2026-01-01T00:00:00Z", { "2199-12-31T23:59:00Z", "" } },
	{ "cron(* * * * ? *)", "2199-12-31T23:58:59Z", { "2199-12-31T23:59:00Z", "" } },
	{ "cron(0 0 1 1 ? 2027,2030)", "2026-01-01T00:00:00Z",
		{ "2027-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "" } },
	{ "cron(0 0 1 1 ? 2026/10)", "2026-01-01T00:00:00Z", { "2036-01-01T00:00:00Z" } },
	{ "cron(0 0 1 1 ? 2028-2029)", "2026-01-01T00:00:00Z",
		{ "2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z", "" } },
};

/* What is wrong, from which byte on, and what to write. */
struct refusal {
	const char *expression;
	size_t offset;
	const char *message, *remedy;
};

#define ANY         "write for example cron(0/5 * * * ? *) or rate(5 minutes)"
#define DAY_VALUES  "write 1 to 31, L, LW, a day with W like 15W, or ?"
#define WEEK_VALUES "write 1 (Sunday) to 7 (Saturday), SUN to SAT, one with L or # like 6L or 6#2, or ?"
#define AT_EXAMPLE  "write year-month-dayThours:minutes:seconds, for example at(2027-12-24T18:00:00)"
#define NO_SUCH     "this cron never fires: no such day in these months and years"
#define OTHER_DAY   "write a day that these months have, or L for their last one"

static const struct refusal refusals[] = {
	{ "", 0, "the schedule is empty", ANY },
	{ "every day", 0, "\"every day\" is none of cron(…), rate(…) and at(…)", ANY },
	{ "Cron(0 0 * * ? *)", 0, "\"Cron(0 0 * * ? *)\" is none of cron(…), rate(…) and at(…)", ANY },
	{ "0 12 * * *", 0, "\"0 12 * * *\" is none of cron(…), rate(…) and at(…)",
		"write cron(0 12 * * ? *)" },
	{ "0 12 * * ? *", 0, "\"0 12 * * ? *\" is none of cron(…), rate(…) and at(…)",
		"write cron(0 12 * * ? *)" },
	{ "at(2026-12-24)", 3, "\"2026-12-24\" is no time", AT_EXAMPLE },
	{ "at(2026-12-24T18:00)", 3, "\"2026-12-24T18:00\" is no time", AT_EXAMPLE },
	{ "at(2026-02-29T18:00:00)", 3, "\"2026-02-29T18:00:00\" is no time", AT_EXAMPLE },
	{ "at( 2026-12-24T18:00:00)", 3, "\" 2026-12-24T18:00:00\" is no time", AT_EXAMPLE },
	{ "at()", 3, "\"\" is no time", AT_EXAMPLE },
	{ "at(2026-12-24T18:00:00+09:00)", 22, "at(…) takes a time by the clock, and nothing behind it",
		"write at(2026-12-24T18:00:00), and beside it \"timezone\" where it is not UTC" },
	{ "at(2026-12-24T18:00:00", 22, "at(… has no closing parenthesis", "write at(2026-12-24T18:00:00)" },
	{ "cron(0 0 * * ? *", 16, "cron(… has no closing parenthesis", "write cron(0 0 * * ? *)" },
	{ "cron(0 0 * * ? *);", 17, "something stands behind the closing parenthesis",
		"write cron(0 0 * * ? *)" },
	/* the number of fields */
	{ "cron(0/5 * * * *)", 5, "this cron has 5 fields, not six", "write cron(0/5 * * * ? *)" },
	{ "cron(0 12 * * 1-5)", 5, "this cron has 5 fields, not six", "write cron(0 12 ? * MON-FRI *)" },
	{ "cron(0 12 * * 0,7)", 5, "this cron has 5 fields, not six", "write cron(0 12 ? * SUN,SUN *)" },
	{ "cron(0 12 13 * 5)", 5, "this cron has 5 fields, not six",
		"write cron(0 12 13 * ? *), or cron(0 12 ? * FRI *), or one batch for each" },
	{ "cron(0 0 12 * * ? *)", 5, "this cron has 7 fields, not six",
		"leave the seconds out: cron(0 12 * * ? *)" },
	{ "cron(5)", 5, "this cron has 1 field, not six",
		"write six fields: minutes hours day-of-month month day-of-week year, for example cron(0 12 * * ? *)" },
	/* exactly one of the day fields is ? */
	{ "cron(0 12 * * * *)", 10, "neither day-of-month nor day-of-week is ?", "write cron(0 12 * * ? *)" },
	{ "cron(0 12 * * MON *)", 10, "neither day-of-month nor day-of-week is ?",
		"write cron(0 12 ? * MON *)" },
	{ "cron(0 12 1 * MON 2027)", 10, "neither day-of-month nor day-of-week is ?",
		"write cron(0 12 1 * ? 2027), or cron(0 12 ? * MON 2027), or one batch for each" },
	{ "cron(0 12 ? * ? *)", 10, "both day-of-month and day-of-week are ?", "write cron(0 12 * * ? *)" },
	{ "cron(0 12 ?,1 * ? *)", 10, "? in day-of-month has to stand alone",
		"write ? or the days, not both" },
	{ "cron(? 12 * * ? *)", 5, "? is not for minutes", "write * for every value" },
	/* values */
	{ "cron(60 * * * ? *)", 5, "60 is out of range for minutes", "write 0 to 59" },
	{ "cron(0 24 * * ? *)", 7, "24 is out of range for hours", "write 0 to 23" },
	{ "cron(0 0 0 * ? *)", 9, "0 is out of range for day-of-month", DAY_VALUES },
	{ "cron(0 0 32 * ? *)", 9, "32 is out of range for day-of-month", DAY_VALUES },
	{ "cron(0 0 1 13 ? *)", 11, "13 is out of range for month", "write 1 to 12 or JAN to DEC" },
	{ "cron(0 0 1 JUNE ? *)", 11, "\"JUNE\" is no value for month", "write 1 to 12 or JAN to DEC" },
	{ "cron(0 0 ? * 0 *)", 13, "0 is out of range for day-of-week", WEEK_VALUES },
	{ "cron(0 0 ? * MONDAY *)", 13, "\"MONDAY\" is no value for day-of-week", WEEK_VALUES },
	{ "cron(0 0 1 1 ? 2200)", 15, "2200 is out of range for year", "write 1970 to 2199" },
	{ "cron(0 0 1 1 ? 1969)", 15, "1969 is out of range for year", "write 1970 to 2199" },
	{ "cron(-5 * * * ? *)", 5, "a value is missing in minutes", "write 0 to 59" },
	{ "cron(1,,5 * * * ? *)", 7, "a value is missing in minutes", "write 0 to 59" },
	{ "cron(1-2-3 * * * ? *)", 7, "\"2-3\" is no value for minutes", "write 0 to 59" },
	{ "cron(99999999999 * * * ? *)", 5, "\"99999999999\" is no value for minutes", "write 0 to 59" },
	/* ranges and steps */
	{ "cron(0 22-2 * * ? *)", 7, "the range 22-2 in hours runs backwards", "write 22-23,0-2" },
	{ "cron(0 0 ? * FRI-MON *)", 13, "the range FRI-MON in day-of-week runs backwards",
		"write FRI-SAT,SUN-MON" },
	{ "cron(0 0 ? * 7-1 *)", 13, "the range 7-1 in day-of-week runs backwards", "write 7,1" },
	{ "cron(0 0 1 1 ? 2030-2027)", 15, "the range 2030-2027 in year runs backwards", "write 2027-2030" },
	{ "cron(0/0 * * * ? *)", 7, "\"0\" is no step for minutes",
		"write a number from 1 to 60 behind the slash, for example 0/5" },
	{ "cron(0/90 * * * ? *)", 7, "\"90\" is no step for minutes",
		"write a number from 1 to 60 behind the slash, for example 0/5" },
	{ "cron(/5 * * * ? *)", 5, "a step in minutes has no start",
		"write where it begins, for example 0/5" },
	{ "cron(0 0 ? * MON/2 *)", 16, "day-of-week takes no step",
		"list the days, for example MON,WED,FRI" },
	/* L, W, # */
	{ "cron(0 0 W * ? *)", 9, "W in day-of-month has to follow one day",
		"write for example 15W, the working day nearest to the 15th, or MON-FRI in day-of-week" },
	{ "cron(0 0 1-5W * ? *)", 9, "W in day-of-month has to follow one day",
		"write for example 15W, the working day nearest to the 15th, or MON-FRI in day-of-week" },
	{ "cron(0 0 32W * ? *)", 9, "32 is out of range for day-of-month", DAY_VALUES },
	{ "cron(0 0 L-3 * ? *)", 9, "\"L\" is no value for day-of-month", DAY_VALUES },
	{ "cron(0 L * * ? *)", 7, "\"L\" is no value for hours", "write 0 to 23" },
	{ "cron(0 0 ? * 8L *)", 13, "8 is out of range for day-of-week", WEEK_VALUES },
	{ "cron(0 0 ? * 3#6 *)", 15, "\"6\" behind # is no week of a month",
		"write 1 to 5, for example 3#1" },
	{ "cron(0 0 ? * MON# *)", 17, "\"\" behind # is no week of a month",
		"write 1 to 5, for example MON#1" },
	{ "cron(0 0 ? * 3#1,6#3 *)", 13, "# in day-of-week has to stand alone",
		"write one day like 3#1, and a batch more for each other day" },
	/* what never fires */
	{ "cron(0 0 30 FEB ? *)", 9, NO_SUCH, OTHER_DAY },
	{ "cron(0 0 31 4,6,9,11 ? *)", 9, NO_SUCH, OTHER_DAY },
	{ "cron(0 0 29 2 ? 2027)", 9, NO_SUCH, OTHER_DAY },
	{ "cron(0 0 ? 2 SUN#5 2027)", 9, NO_SUCH, OTHER_DAY },
	{ "cron(0 0 1 1 ? 2020-2025)", 15, "this cron fires only in the past", "write * for every year" },
	/* rates */
	{ "rate(1 minutes)", 7, "the unit of 1 is not \"minutes\"", "write rate(1 minute)" },
	{ "rate(5 minute)", 7, "the unit of 5 is not \"minute\"", "write rate(5 minutes)" },
	{ "rate(2 Hours)", 7, "the unit of 2 is not \"Hours\"", "write rate(2 hours)" },
	{ "rate(5minutes)", 6, "a rate needs a space in front of its unit", "write rate(5 minutes)" },
	{ "rate(0 days)", 5, "a rate of 0 days is out of range", "write rate(1 day)" },
	{ "rate(30 seconds)", 8, "\"seconds\" is no unit of a rate", "write rate(1 minute)" },
	{ "rate(90 seconds)", 8, "\"seconds\" is no unit of a rate", "write rate(2 minutes)" },
	{ "rate(2 weeks)", 7, "\"weeks\" is no unit of a rate", "write rate(14 days)" },
	{ "rate(2 months)", 7, "\"months\" is no unit of a rate",
		"write minutes, hours or days, for example rate(5 minutes)" },
	{ "rate(5)", 6, "a rate needs a unit", "write minutes, hours or days, for example rate(5 minutes)" },
	{ "rate(1.5 hours)", 5, "\"1.5 hours\" is no rate",
		"write a whole number and minutes, hours or days, for example rate(5 minutes)" },
	{ "rate(-5 minutes)", 5, "\"-5 minutes\" is no rate",
		"write a whole number and minutes, hours or days, for example rate(5 minutes)" },
	{ "@daily", 0, "\"@daily\" is none of cron(…), rate(…) and at(…)", "write cron(0 0 * * ? *)" },
	{ "@weekly", 0, "\"@weekly\" is none of cron(…), rate(…) and at(…)", "write cron(0 0 ? * SUN *)" },
	{ "*/5 * * * * *", 0, "\"*/5 * * * * *\" is none of cron(…), rate(…) and at(…)",
		"write cron(*/5 * * * ? *)" },
	{ "H 3 * * *", 0, "\"H 3 * * *\" is none of cron(…), rate(…) and at(…)",
		"write for example cron(0/5 * * * ? *) or rate(5 minutes); here, \"H\" is no value for minutes" },
	{ "rate(999999999 days)", 5, "a rate of 999999999 days is out of range", "write rate(1 day)" },
};

/* Nobody is told to write what would be refused: each schedule in a remedy is one. */
static void check_told(struct arena *arena, const char *remedy)
{
	static const char *const begins[] = { "cron(", "rate(" };
	const char *message, *other;
	struct schedule schedule;
	size_t offset;

	for (size_t i = 0; i < ARRAY_LENGTH(begins); i++)
		for (const char *at = strstr(remedy, begins[i]); at; at = strstr(at + 1, begins[i])) {
			const char *told = arena_copy_n(arena, at, strcspn(at, ")") + 1);

			if (strchr(told, ')') && strncmp(told, "cron(minutes ", 13) != 0 &&
				!CHECK(schedule_parse(arena, told, &schedule, &message, &other, &offset)))
				printf("  told: %s\n", told);
		}
}

/* What people bring from crontab, Jenkins, Quartz and Kubernetes. */
static void check_crontabs(struct arena *arena)
{
	static const char *const fields[][6] = {
		{ "*/5", "0", "61", "H", "0-59/15", "*/90" },
		{ "*", "3", "25", "*/2", "9-17", "22-2" },
		{ "*", "1", "31", "?", "L", "1,15" },
		{ "*", "2", "JAN", "13", "*/3", "jan,jul" },
		{ "*", "1-5", "0", "7", "MON#6", "sun" },
	};
	const char *message, *remedy;
	struct schedule schedule;
	size_t offset;

	for (unsigned i = 0; i < 6 * 6 * 6 * 6 * 6; i++) {
		const char *text = arena_printf(arena, "%s%s %s %s %s %s", i % 7 ? "" : "0 ",
			fields[0][i % 6], fields[1][i / 6 % 6], fields[2][i / 36 % 6], fields[3][i / 216 % 6],
			fields[4][i / 1296]);

		CHECK(!schedule_parse(arena, text, &schedule, &message, &remedy, &offset));
		check_told(arena, remedy);
	}
}

static void check_refusal(struct arena *arena, const struct refusal *row)
{
	const char *message = NULL, *remedy = NULL;
	struct schedule schedule;
	size_t offset = 0;

	if (!CHECK(!schedule_parse(arena, row->expression, &schedule, &message, &remedy, &offset))) {
		printf("  %s\n", row->expression);
		return;
	}
	CHECK_TEXT(message, row->message);
	CHECK_TEXT(remedy, row->remedy);
	check_told(arena, remedy);
	if (!CHECK_NUMBER(offset, row->offset))
		printf("  %s\n", row->expression);
}

static void check_rate(struct arena *arena, const char *expression, unsigned seconds)
{
	const char *message, *remedy;
	struct schedule schedule;
	size_t offset;
	time_t next;

	CHECK(schedule_parse(arena, expression, &schedule, &message, &remedy, &offset));
	CHECK_NUMBER(schedule.kind, SCHEDULE_RATE);
	CHECK_NUMBER(schedule.rate_seconds, seconds);
	CHECK(!schedule_next(&schedule, NULL, 0, &next));
}

/* Instants that no calendar here holds. */
static void check_far(struct arena *arena)
{
	const char *message, *remedy;
	struct schedule schedule;
	size_t offset;
	time_t next = 0;

	CHECK(schedule_parse(arena, "cron(0 0 * * ? *)", &schedule, &message, &remedy, &offset));
	CHECK(schedule_next(&schedule, NULL, -1000000, &next));
	CHECK_NUMBER(next, 0);
	CHECK(!schedule_next(&schedule, NULL, (time_t)1 << 40, &next));
	CHECK(!schedule_next(&schedule, NULL, (time_t)1 << 60, &next));
}

int main(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < ARRAY_LENGTH(fires); i++)
		check_fires(arena, &fires[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(refusals); i++)
		check_refusal(arena, &refusals[i]);
	check_crontabs(arena);
	check_rate(arena, "rate(1 minute)", 60);
	check_rate(arena, "rate(5 minutes)", 300);
	check_rate(arena, "rate(1 hour)", 3600);
	check_rate(arena, "rate(12 hours)", 43200);
	check_rate(arena, "rate(1 day)", 86400);
	check_rate(arena, " rate( 7  days ) ", 604800);
	check_far(arena);
	return check_end();
}
