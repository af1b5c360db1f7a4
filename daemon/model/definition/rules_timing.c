#include "rules.h"

#include <string.h>

#include "common/text.h"
#include "timing.h"

/* What a batch says of its time zone, its first and its last day, and of what is to start it. */

static bool fires_once(const struct batch *batch)
{
	return text_starts(batch->schedule, "at(");
}

/* Where the form is wrong too, that is told. */
static void no_time(struct reader *reader, const struct spot *spot, const char *text)
{
	const char *message = arena_printf(reader->arena, "there is no time %s", quoted(reader, text));

	fault_at(reader, spot, AT_VALUE, message, "write for example \"2027-01-31T00:00:00Z\"");
	yield_last(reader, spot, message);
}

/* With a time zone beside it nobody knows whether the time is meant in it, or in UTC as AWS takes it. */
static void check_date(
	struct reader *reader, const struct spot *spot, const struct batch *batch, const char *text)
{
	const char *zone = batch->timezone.name;
	time_t when;
	bool bare;

	if (!text)
		return;
	if (fires_once(batch))
		fault_at(reader, spot, AT_KEY,
			arena_printf(reader->arena, "\"%s\" does not count for at(…), which fires once",
				spot->key),
			"leave it out");
	else if (!timing_read(text, &when, &bare))
		no_time(reader, spot, text);
	else if (bare && zone && !timing_is_utc(zone))
		fault_at(reader, spot, AT_VALUE,
			arena_printf(reader->arena, "%s may be UTC, or a time in %s", quoted(reader, text),
				quoted(reader, zone)),
			arena_printf(reader->arena,
				"write \"%sZ\" for UTC, or with the zone's offset, like \"%s+09:00\"", text,
				text));
}

static void check_via(
	struct reader *reader, const struct spot *spot, const struct batch *batch, const json_t *written)
{
	if (batch->needs_scheduler && strcmp(json_text_of(written, "via", ""), "rule") == 0)
		fault_at(reader, MEMBER(spot, "via"), AT_VALUE,
			arena_printf(
				reader->arena, "a rule cannot do what %s asks for", batch->needs_scheduler),
			"leave \"via\" out, or write \"scheduler\"");
}

void check_timing(
	struct reader *reader, const struct spot *spot, const struct batch *batch, const json_t *written)
{
	check_date(reader, MEMBER(spot, "startDate"), batch, json_text_of(written, "startDate", NULL));
	check_date(reader, MEMBER(spot, "endDate"), batch, json_text_of(written, "endDate", NULL));
	if (batch->start && batch->end && batch->end <= batch->start)
		fault_at(reader, MEMBER(spot, "endDate"), AT_VALUE, "\"endDate\" is not after \"startDate\"",
			"write a later one, or leave one of the two out");
	check_via(reader, spot, batch, written);
}
