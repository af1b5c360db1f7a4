#include "settings.h"

#include <string.h>

#include "common/files.h"
#include "common/http.h"
#include "common/json.h"
#include "common/text.h"
#include "common/trust.h"
#include "model/definition/rules.h"
#include "model/definition/schema_check.h"
#include "options.h"

struct load {
	struct reader reader;
	struct settings *settings;
};

/* Which URLs are far, and which near, is asked of what will talk to them. */
static void check_endpoint(struct reader *reader, const struct source *source)
{
	const char *url = json_text_of(source->root, "endpointUrl", "");
	const struct spot *top = TOP(source);
	struct error error = { 0 };

	if (*url && !http_endpoint_allowed(url, &error))
		fault_at(reader, MEMBER(top, "endpointUrl"), AT_VALUE, arena_copy(reader->arena, error.text),
			"write an https:// URL, or http:// and an address of this machine");
}

/* Exactly one way to reach somebody, and only with a webhook what is a webhook's. */
static void check_notifier(struct reader *reader, const struct spot *spot, const json_t *notifier)
{
	const char *const ways[] = { "command", "webhook", "sns" }, *const of_webhook[] = { "secret",
		"format" };
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(ways); i++)
		count += json_object_get(notifier, ways[i]) != NULL;
	if (json_is_object(notifier) && count != 1)
		fault_at(reader, spot, AT_VALUE,
			count ? "one notifier has several ways out" : "the notifier has no way out",
			"write exactly one of \"command\", \"webhook\" and \"sns\"");
	for (size_t i = 0; i < ARRAY_LENGTH(of_webhook); i++)
		if (json_object_get(notifier, of_webhook[i]) && !json_object_get(notifier, "webhook"))
			fault_at(reader, MEMBER(spot, of_webhook[i]), AT_KEY,
				arena_printf(reader->arena, "\"%s\" is for a webhook", of_webhook[i]),
				"leave it out");
}

/* What is read and right, and does nothing yet: nobody shall rely on it. */
static void warn_of_later(struct reader *reader, const struct source *source)
{
	static const struct {
		const char *key, *instead;
	} later[] = {
		{ "history", "leave it out: this version keeps no runs" },
		{ "heartbeat", "ask fargate-batchctl status --alive whether the daemon lives" },
		{ "notify", "ask fargate-batchctl status what is wrong" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(later); i++)
		if (says_something(json_object_get(source->root, later[i].key)))
			warn_at(reader, MEMBER(TOP(source), later[i].key), AT_KEY,
				arena_printf(reader->arena, "\"%s\" is not in force yet", later[i].key),
				later[i].instead);
}

static void check_later(struct reader *reader, const struct source *source)
{
	const struct spot *top = TOP(source), *notify = MEMBER(top, "notify");
	const json_t *notifiers = json_object_get(source->root, "notify");
	json_t *notifier;
	size_t i;

	check_duration(
		reader, MEMBER(MEMBER(top, "history"), "keep"), json_object_get(source->root, "history"));
	check_duration(reader, MEMBER(MEMBER(top, "heartbeat"), "every"),
		json_object_get(source->root, "heartbeat"));
	json_array_foreach (notifiers, i, notifier) {
		const struct spot *spot = ELEMENT(notify, i);

		if (strcmp(json_text_of(notifier, "repeat", ""), "each") != 0)
			check_duration(reader, MEMBER(spot, "repeat"), notifier);
		check_notifier(reader, spot, notifier);
	}
	warn_of_later(reader, source);
}

static double number_of(const json_t *object, const char *key, double otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : otherwise;
}

static unsigned count_of(const json_t *object, const char *key, unsigned otherwise)
{
	return (unsigned)json_integer_of(object, key, otherwise);
}

/* Takes over what is written and right; the rest keeps its default. */
static void take(struct settings *settings, const json_t *written)
{
	const json_t *deletion = json_object_get(written, "deletion");

	settings->owner = json_text_of(written, "owner", settings->owner);
	settings->region = json_text_of(written, "region", NULL);
	settings->endpoint_url = json_text_of(written, "endpointUrl", NULL);
	settings->resync_interval = number_of(written, "resyncInterval", settings->resync_interval);
	settings->runs_interval = number_of(written, "runsInterval", settings->runs_interval);
	settings->deletion.max_batches = count_of(deletion, "maxBatches", settings->deletion.max_batches);
	settings->deletion.max_percent = count_of(deletion, "maxPercent", settings->deletion.max_percent);
	settings->deletion.grace_minutes =
		count_of(deletion, "graceMinutes", settings->deletion.grace_minutes);
	settings->deletion.enabled = json_bool_of(deletion, "enabled", settings->deletion.enabled);
	settings->keep_revisions = count_of(written, "keepRevisions", settings->keep_revisions);
	settings->rates = json_object_get(written, "rates");
	settings->assume_roles = json_object_get(written, "assumeRoles");
	settings->profile = json_text_of(json_object_get(written, "credentials"), "profile", NULL);
	settings->read_only = json_bool_of(written, "readOnly", false);
}

static void read_object(struct load *load, const char *text, size_t length)
{
	CLEANUP_ARENA struct arena *scratch = arena_new();
	struct source source = { .file = load->settings->file };
	const struct source *const sources[] = { &source };

	read_source(&load->reader, &source, text, length, scratch);
	check_sources(&load->reader, sources, 1, &schema_settings);
	check_endpoint(&load->reader, &source);
	check_later(&load->reader, &source);
	load->settings->owned = json_incref(source.root);
	if (!load->reader.broken)
		take(load->settings, source.root);
}

static struct load begin(struct arena *arena, const char *file)
{
	struct settings *settings = arena_alloc(arena, sizeof *settings);

	*settings = (struct settings){
		.owner = "default",
		.resync_interval = 300,
		.runs_interval = 60,
		.deletion = { .max_batches = 5, .max_percent = 30, .grace_minutes = 15, .enabled = true },
		.keep_revisions = 5,
		.file = text_mend(arena_copy(arena, file)),
	};
	return (struct load){ .reader = { .arena = arena, .owned = json_must(json_array()) },
		.settings = settings };
}

static struct settings *end(struct load *load)
{
	struct reader *reader = &load->reader;

	end_faults(reader);
	json_decref(reader->owned);
	load->settings->faults = reader->faults;
	load->settings->fault_count = reader->fault_count;
	load->settings->broken = reader->broken;
	return load->settings;
}

struct settings *settings_read(struct arena *arena, const char *file, const char *text, size_t length)
{
	struct load load = begin(arena, file);

	read_object(&load, text, length);
	return end(&load);
}

/* Whether the file may command us; told where not, and where strict it may not be read. */
static bool trusted(struct load *load, int file, const char *path, bool strict)
{
	struct distrust why;

	if (trust_opened(load->reader.arena, file, "file", path, &why))
		return true;
	fault_add(&load->reader, (struct fault){ { load->settings->file, 1, 1 }, why.message, why.remedy,
					 .warning = !strict });
	return !strict;
}

/* The text of the file; NULL where there is none to read, with `error` where there should be. */
static char *read_text(
	struct load *load, const char *path, bool strict, size_t *length, bool *missing, struct error *error)
{
	CLEANUP_FILE int file = file_open(path, SETTINGS_LIMIT, length, missing, error);

	if (file < 0 || !trusted(load, file, path, strict))
		return NULL;
	return file_read_opened(load->reader.arena, file, path, *length, length, error);
}

struct settings *settings_load(
	struct arena *arena, const char *path, bool must_exist, bool strict, struct error *error)
{
	const char *name = path ? path : DEFAULT_SETTINGS;
	struct load load = begin(arena, name);
	struct error unread = { 0 };
	bool missing = false;
	size_t length = 0;
	char *text = read_text(&load, name, strict, &length, &missing, &unread);

	if (text)
		read_object(&load, text, length);
	end(&load);
	if (!text && unread.code && (!missing || must_exist))
		return error_set(error, unread.code, "%s", unread.text), NULL;
	return load.settings;
}

struct settings *settings_free(struct settings *settings)
{
	if (settings)
		json_decref(settings->owned);
	return NULL;
}
