#include "verb.h"

#include <string.h>

#include "common/json.h"
#include "common/say.h"
#include "common/text.h"
#include "model/definition/schedule.h"

enum { DEFAULT_COUNT = 5 };

/* The fire times of one batch, in UTC; of a rate AWS alone knows the phase. */
static json_t *times_of(struct arena *arena, const struct batch *batch, unsigned long count, unsigned *every)
{
	json_t *times = json_must(json_array());
	const char *message, *remedy;
	struct schedule schedule;
	time_t at = time(NULL);
	size_t offset;

	*every = 0;
	if (!schedule_parse(arena, batch->schedule, &schedule, &message, &remedy, &offset))
		return times;
	if (schedule.kind == SCHEDULE_RATE)
		*every = schedule.rate_seconds;
	for (unsigned i = 0; i < count && !*every && schedule_next(&schedule, NULL, at, &at); i++) {
		char when[ISO8601_SIZE];

		text_iso8601(when, at);
		json_add(times, json_string(when));
	}
	return times;
}

/* "rate(5 minutes)" reads as "every 5 minutes". */
static void tell(const struct batch *batch, const json_t *times, unsigned every)
{
	json_t *time;
	size_t i;

	say(stdout, "%s (app %s): %s%s\n", batch->name, batch->app->name, batch->schedule,
		batch->enabled ? "" : ", disabled");
	if (every)
		say(stdout, "  every %.*s, counted from when the rule was made\n",
			(int)strcspn(batch->schedule + 5, ")"), batch->schedule + 5);
	else if (!json_array_size(times))
		say(stdout, "  never again\n");
	json_array_foreach (times, i, time)
		say(stdout, "  %s\n", json_string_value(time));
}

static void add(
	struct session *session, const struct batch *batch, const struct options *options, json_t *all)
{
	unsigned every;
	json_t *times =
		times_of(session->arena, batch, options->count ? options->count : DEFAULT_COUNT, &every);

	if (!options->json) {
		tell(batch, times, every);
		json_decref(times);
		return;
	}
	/* Rules go by UTC. */
	json_add(all,
		json_must(json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o}", "app", batch->app->name, "batch",
			batch->name, "schedule", batch->schedule, "timezone", "UTC", "enabled",
			batch->enabled, "times", times, "every", every ? json_integer(every) : json_null())));
}

int verb_next(struct session *session, const struct options *options)
{
	json_t *all = json_must(json_array());

	if (!session_load_valid(session))
		return json_decref(all), EXIT_TROUBLE;
	for (size_t i = 0; i < options->word_count; i++)
		if (!verb_batch(session->definitions, options->words[i]))
			return json_decref(all), EXIT_TROUBLE;
	for (size_t i = 0; i < options->word_count; i++)
		add(session, definitions_batch(session->definitions, options->words[i]), options, all);
	for (size_t i = 0; !options->word_count && i < session->definitions->batch_count; i++)
		add(session, &session->definitions->batches[i], options, all);
	if (options->json)
		show_object(json_must(json_pack("{s:O}", "batches", all)));
	json_decref(all);
	return EXIT_OK;
}
