#include "verb.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/say.h"
#include "common/text.h"
#include "daemon/zoneinfo.h"
#include "model/definition/schedule.h"
#include "model/definition/timing.h"

enum { DEFAULT_COUNT = 5 };

/* What is told of one batch. */
struct firing {
	json_t *times, *local; /* in UTC, and by the clock of its zone; the latter NULL where that is UTC */
	unsigned every; /* of a rate, of which AWS alone knows the phase: its seconds; else 0 */
};

/* "2027-03-28T03:00:00+02:00" */
static json_t *by_clock(struct arena *arena, const struct zone *zone, time_t at)
{
	int offset = zone_offset(zone, at), minutes = abs(offset) / 60;
	char when[ISO8601_SIZE];

	text_iso8601(when, at + offset);
	when[strlen(when) - 1] = '\0';
	return json_string(arena_printf(
		arena, "%s%c%02d:%02d", when, offset < 0 ? '-' : '+', minutes / 60, minutes % 60));
}

static unsigned seconds_of_rate(struct arena *arena, const struct batch *batch)
{
	const char *message, *remedy;
	struct schedule schedule;
	size_t offset;

	if (!schedule_parse(arena, batch->schedule, &schedule, &message, &remedy, &offset))
		return 0;
	return schedule.kind == SCHEDULE_RATE ? schedule.rate_seconds : 0;
}

static struct firing firing_of(struct arena *arena, const struct batch *batch, unsigned long count)
{
	const struct zone *zone = batch->timezone.zone;
	struct firing firing = { .times = json_must(json_array()),
		.local = zone ? json_must(json_array()) : NULL,
		.every = seconds_of_rate(arena, batch) };
	time_t at = time(NULL);

	for (unsigned long i = 0; i < count && timing_next(arena, batch, at, &at); i++) {
		char when[ISO8601_SIZE];

		text_iso8601(when, at);
		json_add(firing.times, json_string(when));
		if (zone)
			json_add(firing.local, by_clock(arena, zone, at));
	}
	return firing;
}

/* "rate(5 minutes)" reads as "every 5 minutes". */
static void tell(const struct batch *batch, const struct firing *firing)
{
	json_t *time;
	size_t i;

	say(stdout, "%s (app %s): %s", batch->name, batch->app->name, batch->schedule);
	if (batch->timezone.zone && !firing->every)
		say(stdout, " in %s", batch->timezone.name);
	if (batch->flexible_minutes)
		say(stdout, ", within %d minute%s", batch->flexible_minutes,
			batch->flexible_minutes == 1 ? "" : "s");
	say(stdout, "%s\n", batch->enabled ? "" : ", disabled");
	if (firing->every)
		say(stdout, "  every %.*s, counted from when the %s was made\n",
			(int)strcspn(batch->schedule + 5, ")"), batch->schedule + 5,
			batch->needs_scheduler ? "schedule" : "rule");
	else if (!json_array_size(firing->times))
		say(stdout, "  never again\n");
	json_array_foreach (firing->times, i, time)
		say(stdout, firing->local ? "  %s  %s\n" : "  %s\n", json_string_value(time),
			json_string_value(json_array_get(firing->local, i)));
}

static void add(
	struct session *session, const struct batch *batch, const struct options *options, json_t *all)
{
	struct firing firing =
		firing_of(session->arena, batch, options->count ? options->count : DEFAULT_COUNT);
	int window = batch->flexible_minutes;

	if (!options->json) {
		tell(batch, &firing);
		json_decref(firing.times);
		json_decref(firing.local);
		return;
	}
	json_add(all, json_must(json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o}", "app",
			      batch->app->name, "batch", batch->name, "schedule", batch->schedule, "timezone",
			      batch->timezone.name ? batch->timezone.name : "UTC", "enabled", batch->enabled,
			      "times", firing.times, "localTimes", firing.local ? firing.local : json_null(),
			      "every", firing.every ? json_integer(firing.every) : json_null(),
			      "flexibleTimeWindow", window ? json_integer(window) : json_null())));
}

/* Nothing is told of a batch whose zone cannot be looked up here: a wrong time would be worse than none. */
static bool can_tell(const struct batch *batch)
{
	if (timing_is_known(batch))
		return true;
	session_complain("the times of batch %s cannot be told: no time zone %s in %s; install tzdata",
		batch->name, batch->timezone.name, zoneinfo_folder());
	return false;
}

static bool add_known(
	struct session *session, const struct batch *batch, const struct options *options, json_t *all)
{
	if (!can_tell(batch))
		return false;
	add(session, batch, options, all);
	return true;
}

int verb_next(struct session *session, const struct options *options)
{
	json_t *all = json_must(json_array());
	bool known = true;

	if (!session_load_valid(session))
		return json_decref(all), EXIT_TROUBLE;
	for (size_t i = 0; i < options->word_count; i++)
		if (!verb_batch(session->definitions, options->words[i]))
			return json_decref(all), EXIT_TROUBLE;
	for (size_t i = 0; i < options->word_count; i++)
		known &= add_known(
			session, definitions_batch(session->definitions, options->words[i]), options, all);
	for (size_t i = 0; !options->word_count && i < session->definitions->batch_count; i++)
		known &= add_known(session, &session->definitions->batches[i], options, all);
	if (options->json)
		show_object(json_must(json_pack("{s:O}", "batches", all)));
	json_decref(all);
	return known ? EXIT_OK : EXIT_TROUBLE;
}
