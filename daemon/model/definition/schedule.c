#include "schedule.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "common/text.h"

/* No schedule that ended before this second, 2026-01-01T00:00:00Z, can be meant to fire again. */
static const time_t PAST = 1767225600;

static const char *const month_names[] = { "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP",
	"OCT", "NOV", "DEC" };
static const char *const weekday_names[] = { "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT" };

enum field_number { MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS, YEARS, FIELDS };

/* One row: what a field of a cron takes. */
static const struct field {
	const char *name;
	unsigned least, most;
	const char *const *names; /* of the values from `least` on */
	const char *steps; /* what to write for a step; NULL: takes none */
	const char *values; /* what to write */
} fields[FIELDS] = {
	[MINUTES] = { "minutes", 0, 59, NULL, "0/5", "0 to 59" },
	[HOURS] = { "hours", 0, 23, NULL, "0/2", "0 to 23" },
	[DAYS] = { "day-of-month", 1, 31, NULL, "1/2", "1 to 31, L, LW, a day with W like 15W, or ?" },
	[MONTHS] = { "month", 1, 12, month_names, "1/3", "1 to 12 or JAN to DEC" },
	[WEEKDAYS] = { "day-of-week", 1, 7, weekday_names, NULL,
		"1 (Sunday) to 7 (Saturday), SUN to SAT, one with L or # like 6L or 6#2, or ?" },
	[YEARS] = { "year", SCHEDULE_FIRST_YEAR, SCHEDULE_LAST_YEAR, NULL, "2026/2", "1970 to 2199" },
};

/* A part of the text. */
struct span {
	const char *at;
	size_t length;
};
#define SPAN(span) (int)(span).length, (span).at

struct parse {
	struct arena *arena;
	const char *text;
	struct schedule *out;
	struct span words[FIELDS + 2]; /* of a cron; more than fit are only counted */
	size_t count;
	const char *message, *remedy;
	const char *bad;
};

/* Keeps what is wrong at a place. Returns false, to be returned on. */
static bool wrong(struct parse *parse, const char *at, const char *message, const char *remedy)
{
	parse->bad = at;
	parse->message = message;
	parse->remedy = remedy;
	return false;
}
#define SAY(...) arena_printf(parse->arena, __VA_ARGS__)

static bool is(struct span span, const char *word)
{
	return span.length == strlen(word) && strncasecmp(span.at, word, span.length) == 0;
}

static struct span trim(struct span span)
{
	while (span.length && isspace((unsigned char)*span.at)) {
		span.at++;
		span.length--;
	}
	while (span.length && isspace((unsigned char)span.at[span.length - 1]))
		span.length--;
	return span;
}

static bool has(struct span span, char c)
{
	return memchr(span.at, c, span.length) != NULL;
}

/* Cuts `whole` at the first `c`; false where there is none. */
static bool cut(struct span whole, char c, struct span *before, struct span *behind)
{
	const char *found = memchr(whole.at, c, whole.length);

	if (!found)
		return false;
	*before = (struct span){ whole.at, (size_t)(found - whole.at) };
	*behind = (struct span){ found + 1, whole.length - before->length - 1 };
	return true;
}

/* A number of digits alone; false also where it is too long to be meant. */
static bool number_of(struct span span, unsigned *number)
{
	*number = 0;
	for (size_t i = 0; i < span.length; i++) {
		if (!isdigit((unsigned char)span.at[i]))
			return false;
		*number = *number * 10 + (unsigned)(span.at[i] - '0');
	}
	return span.length > 0 && span.length <= 9;
}

/* Sets of values. Only the years do not fit into one number. */

static void add_value(struct schedule *out, enum field_number number, unsigned value)
{
	switch (number) {
	case MINUTES:
		out->minutes |= (uint64_t)1 << value;
		break;
	case HOURS:
		out->hours |= (uint32_t)1 << value;
		break;
	case DAYS:
		out->days |= (uint32_t)1 << value;
		break;
	case MONTHS:
		out->months |= (uint32_t)1 << value;
		break;
	case WEEKDAYS:
		out->weekdays = (uint8_t)(out->weekdays | 1U << value);
		break;
	case YEARS:
		value -= SCHEDULE_FIRST_YEAR;
		out->years[value / 8] = (uint8_t)(out->years[value / 8] | 1U << value % 8);
		break;
	case FIELDS:
		break;
	}
}

/* One value: a number in the field's range, or one of its names. */
static bool read_value(struct parse *parse, const struct field *field, struct span span, unsigned *value)
{
	if (!number_of(span, value)) {
		for (unsigned i = 0; field->names && i <= field->most - field->least; i++)
			if (is(span, field->names[i]))
				return *value = field->least + i, true;
		return wrong(parse, span.at,
			span.length ? SAY("\"%.*s\" is no value for %s", SPAN(span), field->name)
				    : SAY("a value is missing in %s", field->name),
			SAY("write %s", field->values));
	}
	if (*value >= field->least && *value <= field->most)
		return true;
	return wrong(parse, span.at, SAY("%.*s is out of range for %s", SPAN(span), field->name),
		SAY("write %s", field->values));
}

/* How a person would write a value of the field: by its name where it has one and names were used. */
static const char *value_text(struct parse *parse, const struct field *field, unsigned value, bool named)
{
	return named ? field->names[value - field->least] : SAY("%u", value);
}

/* FRI-MON: AWS's reference knows ranges only upwards, so the two halves are to be written. */
static bool backwards(
	struct parse *parse, const struct field *field, struct span range, unsigned from, unsigned to)
{
	bool named = field->names && !isdigit((unsigned char)*range.at);
	const char *first = value_text(parse, field, from, named),
		   *last = value_text(parse, field, to, named);
	const char *top = value_text(parse, field, field->most, named);
	const char *bottom = value_text(parse, field, field->least, named);
	const char *upper = from == field->most ? first : SAY("%s-%s", first, top);
	const char *lower = to == field->least ? last : SAY("%s-%s", bottom, last);

	return wrong(parse, range.at, SAY("the range %.*s in %s runs backwards", SPAN(range), field->name),
		field == &fields[YEARS] ? SAY("write %s-%s", last, first) : SAY("write %s,%s", upper, lower));
}

static bool read_range(struct parse *parse, const struct field *field, struct span range, bool open,
	unsigned *from, unsigned *to)
{
	struct span first, last;

	if (is(range, "*")) {
		*from = field->least;
		*to = field->most;
		return true;
	}
	if (!cut(range, '-', &first, &last)) {
		if (!read_value(parse, field, range, from))
			return false;
		*to = open ? field->most : *from;
		return true;
	}
	if (!read_value(parse, field, first, from) || !read_value(parse, field, last, to))
		return false;
	return *from <= *to || backwards(parse, field, range, *from, *to);
}

static bool read_step(struct parse *parse, const struct field *field, struct span text, unsigned *step)
{
	unsigned most = field->most - field->least + 1;

	if (!field->steps)
		return wrong(parse, text.at - 1, SAY("%s takes no step", field->name),
			"list the days, for example MON,WED,FRI");
	if (number_of(text, step) && *step >= 1 && *step <= most)
		return true;
	return wrong(parse, text.at, SAY("\"%.*s\" is no step for %s", SPAN(text), field->name),
		SAY("write a number from 1 to %u behind the slash, for example %s", most, field->steps));
}

/* "*", "n", "n-m", each also with "/step"; "n/step" goes on to the field's end. */
static bool read_plain(struct parse *parse, enum field_number number, struct span element)
{
	const struct field *field = &fields[number];
	struct span range = element, behind;
	unsigned from, to, step = 1;
	bool stepped = cut(element, '/', &range, &behind);

	if (stepped && !range.length)
		return wrong(parse, element.at, SAY("a step in %s has no start", field->name),
			SAY("write where it begins, for example %s", field->steps ? field->steps : "MON"));
	if (!read_range(parse, field, range, stepped, &from, &to))
		return false;
	if (stepped && !read_step(parse, field, behind, &step))
		return false;
	for (unsigned value = from; value <= to; value += step)
		add_value(parse->out, number, value);
	return true;
}

/* L, LW and 15W, which only the days of a month know. */
static bool read_day(struct parse *parse, struct span element)
{
	struct schedule *out = parse->out;
	unsigned day;

	if (is(element, "L"))
		return out->last_day = true;
	if (is(element, "LW"))
		return out->last_workday = true;
	if (!element.length || !strchr("Ww", element.at[element.length - 1]))
		return read_plain(parse, DAYS, element);
	element.length--;
	if (!element.length || has(element, '-') || has(element, '/') || has(element, '*'))
		return wrong(parse, element.at, "W in day-of-month has to follow one day",
			"write for example 15W, the working day nearest to the 15th, or MON-FRI in day-of-week");
	if (!read_value(parse, &fields[DAYS], element, &day))
		return false;
	out->days_near |= (uint32_t)1 << day;
	return true;
}

static bool read_nth(struct parse *parse, struct span weekday, struct span nth)
{
	unsigned day, count;

	if (!read_value(parse, &fields[WEEKDAYS], weekday, &day))
		return false;
	if (has(parse->words[WEEKDAYS], ','))
		return wrong(parse, parse->words[WEEKDAYS].at, "# in day-of-week has to stand alone",
			"write one day like 3#1, and a batch more for each other day");
	if (!number_of(nth, &count) || count < 1 || count > 5)
		return wrong(parse, nth.at, SAY("\"%.*s\" behind # is no week of a month", SPAN(nth)),
			SAY("write 1 to 5, for example %.*s#1", SPAN(weekday)));
	parse->out->nth_weekday = (uint8_t)day;
	parse->out->nth = (uint8_t)count;
	return true;
}

/* 6#2, 6L and L (the last day of a week: Saturday), which only the days of a week know. */
static bool read_weekday(struct parse *parse, struct span element)
{
	struct schedule *out = parse->out;
	struct span weekday, nth;
	unsigned day;

	if (cut(element, '#', &weekday, &nth))
		return read_nth(parse, weekday, nth);
	if (is(element, "L"))
		return add_value(out, WEEKDAYS, 7), true;
	if (!element.length || !strchr("Ll", element.at[element.length - 1]))
		return read_plain(parse, WEEKDAYS, element);
	element.length--;
	if (!read_value(parse, &fields[WEEKDAYS], element, &day))
		return false;
	out->last_of_week = (uint8_t)(out->last_of_week | 1U << day);
	return true;
}

static bool read_element(struct parse *parse, enum field_number number, struct span element)
{
	if (has(element, '?'))
		return wrong(parse, element.at,
			number == DAYS || number == WEEKDAYS
				? SAY("? in %s has to stand alone", fields[number].name)
				: SAY("? is not for %s", fields[number].name),
			number == DAYS || number == WEEKDAYS ? "write ? or the days, not both"
							     : "write * for every value");
	if (number == DAYS)
		return read_day(parse, element);
	return number == WEEKDAYS ? read_weekday(parse, element) : read_plain(parse, number, element);
}

static bool read_field(struct parse *parse, enum field_number number)
{
	struct span rest = parse->words[number], element, behind;

	if (is(rest, "?") && (number == DAYS || number == WEEKDAYS))
		return true;
	while (cut(rest, ',', &element, &behind)) {
		if (!read_element(parse, number, element))
			return false;
		rest = behind;
	}
	return read_element(parse, number, rest);
}

/* The six fields again, with other words for the days. */
static const char *cron_with(struct parse *parse, const char *days, const char *weekdays, const char *year)
{
	const struct span *words = parse->words;

	return SAY("cron(%.*s %.*s %s %.*s %s %s)", SPAN(words[MINUTES]), SPAN(words[HOURS]), days,
		SPAN(words[MONTHS]), weekdays, year);
}

static const char *word(struct parse *parse, enum field_number number)
{
	return arena_copy_n(parse->arena, parse->words[number].at, parse->words[number].length);
}

/* Two schedules where both days are given: AWS has no "or". */
static const char *for_days(struct parse *parse, const char *days, const char *weekdays, const char *year)
{
	if (strcmp(weekdays, "*") == 0 || strcmp(weekdays, "?") == 0)
		return SAY("write %s", cron_with(parse, strcmp(days, "?") == 0 ? "*" : days, "?", year));
	if (strcmp(days, "*") == 0 || strcmp(days, "?") == 0)
		return SAY("write %s", cron_with(parse, "?", weekdays, year));
	return SAY("write %s, or %s, or one batch for each", cron_with(parse, days, "?", year),
		cron_with(parse, "?", weekdays, year));
}

static bool check_days(struct parse *parse)
{
	bool day = is(parse->words[DAYS], "?"), weekday = is(parse->words[WEEKDAYS], "?");

	if (day != weekday)
		return true;
	return wrong(parse, parse->words[DAYS].at,
		day ? "both day-of-month and day-of-week are ?" : "neither day-of-month nor day-of-week is ?",
		for_days(parse, word(parse, DAYS), word(parse, WEEKDAYS), word(parse, YEARS)));
}

/* Days of the week as cron(8) counts them, 0 or 7 = Sunday, by name; what has no number stays as it is. */
static const char *unix_weekdays(struct parse *parse, const char *written)
{
	CLEANUP_TEXT struct text text = { 0 };

	for (const char *at = written; *at; at++)
		if (*at >= '0' && *at <= '7' && !isdigit((unsigned char)at[1]) &&
			(at == written || strchr(",-", at[-1])))
			text_add(&text, weekday_names[(*at - '0') % 7]);
		else
			text_add_char(&text, *at);
	return arena_copy(parse->arena, text_string(&text));
}

static bool wrong_count(struct parse *parse, struct span body)
{
	static const char six[] =
		"write six fields: minutes hours day-of-month month day-of-week year, for example cron(0 12 * * ? *)";
	const char *remedy = six;

	if (parse->count == FIELDS - 1)
		remedy = for_days(parse, word(parse, DAYS), unix_weekdays(parse, word(parse, WEEKDAYS)), "*");
	if (parse->count == FIELDS + 1)
		remedy = SAY("leave the seconds out: cron(%.*s)",
			(int)(body.length - (size_t)(parse->words[1].at - body.at)), parse->words[1].at);
	return wrong(parse, body.at,
		SAY("this cron has %zu field%s, not six", parse->count, parse->count == 1 ? "" : "s"),
		remedy);
}

static void split(struct parse *parse, struct span body)
{
	struct span rest = trim(body);

	for (; rest.length; rest = trim(rest)) {
		size_t length = 0;

		while (length < rest.length && !isspace((unsigned char)rest.at[length]))
			length++;
		if (parse->count < ARRAY_LENGTH(parse->words))
			parse->words[parse->count] = (struct span){ rest.at, length };
		parse->count++;
		rest.at += length;
		rest.length -= length;
	}
}

static bool read_cron(struct parse *parse, struct span body)
{
	time_t next;

	parse->out->kind = SCHEDULE_CRON;
	split(parse, body);
	if (parse->count != FIELDS)
		return wrong_count(parse, trim(body));
	for (enum field_number number = MINUTES; number < FIELDS; number++)
		if (!read_field(parse, number))
			return false;
	if (!check_days(parse))
		return false;
	if (!schedule_next(parse->out, NULL, -1, &next))
		return wrong(parse, parse->words[DAYS].at,
			"this cron never fires: no such day in these months and years",
			"write a day that these months have, or L for their last one");
	if (!schedule_next(parse->out, NULL, PAST - 1, &next))
		return wrong(parse, parse->words[YEARS].at, "this cron fires only in the past",
			"write * for every year");
	return true;
}

/* Rates. */

static const struct unit {
	const char *one, *many;
	unsigned seconds;
} units[] = { { "minute", "minutes", 60 }, { "hour", "hours", 3600 }, { "day", "days", 86400 } };

static const struct unit *find_unit(struct span text)
{
	for (size_t i = 0; i < ARRAY_LENGTH(units); i++)
		if (is(text, units[i].one) || is(text, units[i].many))
			return &units[i];
	return NULL;
}

static const char *rate_text(struct parse *parse, unsigned value, const struct unit *unit)
{
	return SAY("write rate(%u %s)", value, value == 1 ? unit->one : unit->many);
}

static bool wrong_unit(struct parse *parse, unsigned value, struct span text)
{
	static const char any[] = "write minutes, hours or days, for example rate(5 minutes)";
	const char *remedy = any;

	if (is(text, "second") || is(text, "seconds"))
		remedy = rate_text(parse, value / 60 + (value % 60 != 0 || !value), &units[0]);
	if ((is(text, "week") || is(text, "weeks")) && value && value < 10000)
		remedy = rate_text(parse, value * 7, &units[2]);
	return wrong(parse, text.at,
		text.length ? SAY("\"%.*s\" is no unit of a rate", SPAN(text)) : "a rate needs a unit",
		remedy);
}

static bool read_rate(struct parse *parse, struct span body)
{
	struct span text = trim(body), value = { text.at, 0 }, rest;
	const struct unit *unit;
	unsigned number;

	parse->out->kind = SCHEDULE_RATE;
	while (value.length < text.length && !isspace((unsigned char)text.at[value.length]) &&
		!isalpha((unsigned char)text.at[value.length]))
		value.length++;
	rest = trim((struct span){ text.at + value.length, text.length - value.length });
	if (!number_of(value, &number))
		return wrong(parse, text.at, SAY("\"%.*s\" is no rate", SPAN(text)),
			"write a whole number and minutes, hours or days, for example rate(5 minutes)");
	unit = find_unit(rest);
	if (!unit)
		return wrong_unit(parse, number, rest);
	if (!number || number > (unsigned)INT_MAX / unit->seconds)
		return wrong(parse, value.at, SAY("a rate of %u %s is out of range", number, unit->many),
			rate_text(parse, 1, unit));
	if (rest.at == value.at + value.length)
		return wrong(parse, rest.at, "a rate needs a space in front of its unit",
			rate_text(parse, number, unit));
	/* AWS takes the singular exactly for 1, and both only in lower case. */
	if (rest.length != strlen(number == 1 ? unit->one : unit->many) ||
		strncmp(rest.at, number == 1 ? unit->one : unit->many, rest.length) != 0)
		return wrong(parse, rest.at, SAY("the unit of %u is not \"%.*s\"", number, SPAN(rest)),
			rate_text(parse, number, unit));
	parse->out->rate_seconds = number * unit->seconds;
	return true;
}

/* One time. */

/* Of a zone's own letters AWS takes none here. */
static bool read_at(struct parse *parse, struct span body)
{
	const char *time = SAY("%.*sZ", SPAN(body));
	size_t known = strlen("yyyy-mm-ddThh:mm:ss");

	parse->out->kind = SCHEDULE_AT;
	if (text_parse_iso8601(time, &parse->out->at))
		return true;
	if (body.length > known && text_parse_iso8601(SAY("%.*sZ", (int)known, body.at), &parse->out->at))
		return wrong(parse, body.at + known, "at(…) takes a time by the clock, and nothing behind it",
			SAY("write at(%.*s), and beside it \"timezone\" where it is not UTC", (int)known,
				body.at));
	return wrong(parse, body.at, SAY("\"%.*s\" is no time", SPAN(body)),
		"write year-month-dayThours:minutes:seconds, for example at(2027-12-24T18:00:00)");
}

static const char any_schedule[] = "write for example cron(0/5 * * * ? *) or rate(5 minutes)";

/* What crontab takes in place of five fields; NULL where AWS has nothing like it. */
static const char *translated(struct span name)
{
	static const char *const names[][2] = {
		{ "@hourly", "write cron(0 * * * ? *)" },
		{ "@daily", "write cron(0 0 * * ? *)" },
		{ "@midnight", "write cron(0 0 * * ? *)" },
		{ "@weekly", "write cron(0 0 ? * SUN *)" },
		{ "@monthly", "write cron(0 0 1 * ? *)" },
		{ "@yearly", "write cron(0 0 1 1 ? *)" },
		{ "@annually", "write cron(0 0 1 1 ? *)" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (is(name, names[i][0]))
			return names[i][1];
	return NULL;
}

/* What crontab takes, without "cron(…)" around it. */
static bool wrong_bare(struct parse *parse, struct span all)
{
	const char *remedy = any_schedule;

	if (translated(all))
		remedy = translated(all);
	split(parse, all);
	if (parse->count == FIELDS - 1)
		remedy = for_days(parse, word(parse, DAYS), unix_weekdays(parse, word(parse, WEEKDAYS)), "*");
	if (parse->count == FIELDS)
		remedy = SAY("write cron(%.*s)", SPAN(all));
	return wrong(parse, all.at,
		all.length ? SAY("\"%.*s\" is none of cron(…), rate(…) and at(…)", SPAN(all))
			   : "the schedule is empty",
		remedy);
}

static bool read_expression(struct parse *parse)
{
	struct span all = trim((struct span){ parse->text, strlen(parse->text) }), name, body, inner, behind;

	if (!cut(all, '(', &name, &body))
		return wrong_bare(parse, all);
	if (strncmp(name.at, "cron(", 5) != 0 && strncmp(name.at, "rate(", 5) != 0 &&
		strncmp(name.at, "at(", 3) != 0)
		return wrong(parse, all.at, SAY("\"%.*s\" is none of cron(…), rate(…) and at(…)", SPAN(all)),
			any_schedule);
	if (!cut(body, ')', &inner, &behind))
		return wrong(parse, all.at + all.length, SAY("%.*s(… has no closing parenthesis", SPAN(name)),
			SAY("write %.*s)", SPAN(all)));
	if (behind.length)
		return wrong(parse, behind.at, "something stands behind the closing parenthesis",
			SAY("write %.*s(%.*s)", SPAN(name), SPAN(inner)));
	return *name.at == 'c'   ? read_cron(parse, inner)
	       : *name.at == 'r' ? read_rate(parse, inner)
				 : read_at(parse, inner);
}

/* Whether a remedy tells to write a schedule that would be refused itself; `parse` is then what is wrong with
 * it. */
static bool is_unsound(struct arena *arena, const char *remedy, struct parse *parse)
{
	static const char *const begins[] = { "cron(", "rate(" };

	for (size_t i = 0; i < ARRAY_LENGTH(begins); i++)
		for (const char *at = strstr(remedy, begins[i]); at; at = strstr(at + 1, begins[i])) {
			size_t length = strcspn(at, ")");

			*parse = (struct parse){ .arena = arena,
				.text = arena_copy_n(arena, at, length + (at[length] == ')')),
				.out = arena_alloc(arena, sizeof(struct schedule)) };
			if (at[length] && !text_starts(at, "cron(minutes ") && !read_expression(parse))
				return true;
		}
	return false;
}

/* What is wrong in a second place is mended in the same go, so that nobody is told to write a fault. */
static const char *sound_remedy(struct arena *arena, const char *remedy)
{
	struct parse second, third;

	if (!is_unsound(arena, remedy, &second))
		return remedy;
	if (strchr(second.remedy, '(') && !is_unsound(arena, second.remedy, &third))
		return second.remedy;
	return arena_printf(arena, "%s; here, %s", any_schedule, second.message);
}

bool schedule_parse(struct arena *arena, const char *text, struct schedule *out, const char **message,
	const char **remedy, size_t *offset)
{
	struct parse parse = { .arena = arena, .text = text, .out = out };

	*out = (struct schedule){ 0 };
	if (read_expression(&parse))
		return true;
	*message = parse.message;
	*remedy = sound_remedy(arena, parse.remedy);
	*offset = (size_t)(parse.bad - text);
	return false;
}
