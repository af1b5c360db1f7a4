#include "settings.h"

#include <string.h>

#include "common/files.h"
#include "common/http.h"
#include "common/json.h"
#include "common/text.h"
#include "common/trust.h"
#include "model/region.h"
#include "options.h"

enum { DEPTH_LIMIT = 32, OWNER_LONGEST = 128 };

enum form {
	FORM_TEXT,
	FORM_NUMBER, /* double */
	FORM_COUNT, /* unsigned */
	FORM_SWITCH, /* bool */
	FORM_SECTION, /* an object with members of its own */
	FORM_RATES, /* kept as it is; its members are all numbers */
};

struct form_words {
	const char *what; /* "a string" */
	const char *write; /* the remedy, before the example */
};

static const struct form_words words[] = {
	[FORM_TEXT] = { "a string", "write text in quotes" },
	[FORM_NUMBER] = { "a number", "write a number" },
	[FORM_COUNT] = { "a whole number", "write a whole number" },
	[FORM_SWITCH] = { "true or false", "write true or false without quotes" },
	[FORM_SECTION] = { "an object", "write an object" },
	[FORM_RATES] = { "an object", "write an object" },
};

/* One row: what a member of the settings takes and where it goes. */
struct member {
	const char *key;
	enum form form;
	size_t offset; /* in struct settings */
	double least, most; /* FORM_NUMBER, FORM_COUNT */
	const char *like; /* an example, for remedies */
	/* FORM_TEXT: whether it is written well; the error says what is wrong, `*remedy` may be set. */
	bool (*check)(const char *text, const char **remedy, struct error *error);
	const struct member *below; /* FORM_SECTION, FORM_RATES: ends with a row without key */
	bool growing; /* FORM_SECTION: members that others know are still to come */
};

struct load {
	struct arena *arena;
	struct settings *settings;
	const struct json_places *places;
	size_t capacity;
	size_t more; /* faults that are not told */
};

/* The letters, digits and marks that every service takes in the value of a tag. */
static bool check_owner(const char *text, const char **remedy, struct error *error)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.:/=+-@";
	size_t length = strlen(text);

	*remedy = "write 1 to 128 letters, digits, spaces and _ . : / = + - @, for example \"default\"";
	if (!length)
		return error_set(error, ERROR_INPUT, "\"owner\" is empty");
	if (length > OWNER_LONGEST)
		return error_set(error, ERROR_INPUT, "\"owner\" has %zu characters, more than %d", length,
			OWNER_LONGEST);
	if (text[strspn(text, allowed)])
		return error_set(error, ERROR_INPUT,
			"\"owner\" holds a character that the value of a tag may not have");
	if (text[0] == ' ' || text[length - 1] == ' ')
		return error_set(error, ERROR_INPUT, "\"owner\" begins or ends with a space");
	return true;
}

static bool check_region(const char *text, const char **remedy, struct error *error)
{
	*remedy = "write a region's name, for example \"ap-northeast-1\"";
	return region_check(text, NULL) ||
	       error_set(error, ERROR_INPUT, "\"%s\" is not the name of a region", text);
}

static bool check_endpoint(const char *text, const char **remedy, struct error *error)
{
	*remedy = "write an https:// URL, or http:// and an address of this machine";
	return http_endpoint_allowed(text, error);
}

static bool check_profile(const char *text, const char **remedy, struct error *error)
{
	*remedy = "write the name of a profile of the shared AWS files, for example \"default\"";
	return *text || error_set(error, ERROR_INPUT, "\"profile\" is empty");
}

#define AT(member) offsetof(struct settings, member)

static const struct member deletion_members[] = {
	{ "maxBatches", FORM_COUNT, AT(deletion.max_batches), 0, 1000000, "5", NULL, NULL, false },
	{ "maxPercent", FORM_COUNT, AT(deletion.max_percent), 0, 100, "30", NULL, NULL, false },
	{ "graceMinutes", FORM_COUNT, AT(deletion.grace_minutes), 0, 5256000, "15", NULL, NULL, false },
	{ "enabled", FORM_SWITCH, AT(deletion.enabled), 0, 0, "true", NULL, NULL, false },
	{ 0 },
};

static const struct member credentials_members[] = {
	{ "profile", FORM_TEXT, AT(profile), 0, 0, "\"default\"", check_profile, NULL, false },
	{ 0 },
};

#define RATE(service) \
	{ \
		service, FORM_NUMBER, 0, 0.01, 10000, "20", NULL, NULL, false \
	}

static const struct member rates_members[] = { RATE("ec2"), RATE("ecr"), RATE("ecs"), RATE("events"),
	RATE("iam"), RATE("logs"), RATE("pipes"), RATE("scheduler"), RATE("sts"), RATE("tagging"), { 0 } };

static const struct member members[] = {
	{ "owner", FORM_TEXT, AT(owner), 0, 0, "\"default\"", check_owner, NULL, false },
	{ "region", FORM_TEXT, AT(region), 0, 0, "\"ap-northeast-1\"", check_region, NULL, false },
	{ "endpointUrl", FORM_TEXT, AT(endpoint_url), 0, 0, "\"http://127.0.0.1:5000\"", check_endpoint, NULL,
		false },
	{ "resyncInterval", FORM_NUMBER, AT(resync_interval), 1, 31536000, "300", NULL, NULL, false },
	{ "runsInterval", FORM_NUMBER, AT(runs_interval), 1, 31536000, "60", NULL, NULL, false },
	{ "deletion", FORM_SECTION, 0, 0, 0, "{\"maxBatches\": 5}", NULL, deletion_members, false },
	{ "keepRevisions", FORM_COUNT, AT(keep_revisions), 1, 1000000, "5", NULL, NULL, false },
	{ "rates", FORM_RATES, AT(rates), 0, 0, "{\"events\": 20}", NULL, rates_members, false },
	{ "credentials", FORM_SECTION, 0, 0, 0, "{\"profile\": \"default\"}", NULL, credentials_members,
		true },
	{ "readOnly", FORM_SWITCH, AT(read_only), 0, 0, "true", NULL, NULL, false },
	{ 0 },
};

static void keep_fault(
	struct load *load, struct json_place place, const char *message, const char *remedy, bool warning)
{
	struct settings *settings = load->settings;

	arena_grow(load->arena, &settings->faults, sizeof *settings->faults, settings->fault_count,
		&load->capacity);
	settings->faults[settings->fault_count++] =
		(struct fault){ .at = { settings->file, place.line, place.column },
			.message = message,
			.remedy = remedy,
			.warning = warning };
	settings->broken = settings->broken || !warning;
}

static void add_fault(struct load *load, struct json_place place, const char *message, const char *remedy)
{
	struct settings *settings = load->settings;

	if (settings->fault_count == FAULTS_TOLD) {
		load->more++;
		return;
	}
	keep_fault(load, place, message, remedy, false);
}

static void tell_rest(struct load *load)
{
	const struct position last = load->settings->faults[FAULTS_TOLD - 1].at;

	keep_fault(load, (struct json_place){ last.line, last.column },
		arena_printf(load->arena, "%zu more fault%s not told", load->more,
			load->more == 1 ? " is" : "s are"),
		"mend those above first", false);
}

static const char *got(const json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number with a fraction",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	return names[json_typeof(value)];
}

static bool has_form(enum form form, json_t *value)
{
	switch (form) {
	case FORM_TEXT:
		return json_is_string(value);
	case FORM_NUMBER:
		return json_is_number(value);
	case FORM_COUNT:
		return json_is_integer(value);
	case FORM_SWITCH:
		return json_is_boolean(value);
	case FORM_SECTION:
	case FORM_RATES:
		return json_is_object(value);
	}
	return false;
}

static void wrong_form(struct load *load, const struct member *member, json_t *value, const char *pointer)
{
	add_fault(load, json_place_of_value(load->places, pointer),
		arena_printf(load->arena, "\"%s\" has to be %s, got %s", member->key,
			words[member->form].what, got(value)),
		arena_printf(load->arena, "%s, for example \"%s\": %s", words[member->form].write,
			member->key, member->like));
}

static void read_text(struct load *load, const struct member *member, json_t *value, const char *pointer)
{
	const char *text = json_string_value(value), *remedy = NULL;
	struct error error = { 0 };

	if (member->check(text, &remedy, &error))
		*(const char **)(void *)((char *)load->settings + member->offset) = text;
	else
		add_fault(load, json_place_of_value(load->places, pointer),
			arena_copy(load->arena, error.text), remedy);
}

/* Whether the number is in the member's range; adds the fault where it is not. */
static bool in_range(struct load *load, const struct member *member, json_t *value, const char *pointer)
{
	double number = json_number_value(value);
	const char *noun = member->form == FORM_COUNT ? "a whole number" : "a number";

	if (number >= member->least && number <= member->most)
		return true;
	add_fault(load, json_place_of_value(load->places, pointer),
		arena_printf(load->arena, "\"%s\" is %s, out of range", member->key,
			json_canonical(load->arena, value)),
		arena_printf(load->arena, "write %s from %.10g to %.10g", noun, member->least, member->most));
	return false;
}

static void read_members(
	struct load *load, const struct member *known, bool growing, json_t *object, const char *pointer);

static void read_value(struct load *load, const struct member *member, json_t *value, const char *pointer)
{
	char *into = (char *)load->settings + member->offset;

	if (!has_form(member->form, value)) {
		wrong_form(load, member, value, pointer);
		return;
	}
	switch (member->form) {
	case FORM_TEXT:
		read_text(load, member, value, pointer);
		return;
	case FORM_NUMBER: /* one of `rates` goes nowhere: the object is kept as it is */
		if (in_range(load, member, value, pointer) && member->offset)
			*(double *)(void *)into = json_number_value(value);
		return;
	case FORM_COUNT:
		if (in_range(load, member, value, pointer))
			*(unsigned *)(void *)into = (unsigned)json_integer_value(value);
		return;
	case FORM_SWITCH:
		*(bool *)(void *)into = json_is_true(value);
		return;
	case FORM_RATES:
		*(const json_t **)(void *)into = value;
		break;
	case FORM_SECTION:
		break;
	}
	read_members(load, member->below, member->growing, value, pointer);
}

static const struct member *find_member(const struct member *known, const char *key)
{
	while (known->key && strcmp(known->key, key) != 0)
		known++;
	return known->key ? known : NULL;
}

static void unknown_key(
	struct load *load, const struct member *known, bool growing, const char *key, const char *pointer)
{
	CLEANUP_TEXT struct text list = { 0 };
	struct json_place place = json_place_of(load->places, pointer);
	const char *names[16], *nearest;
	size_t count = 0;

	for (; known->key && count < ARRAY_LENGTH(names); known++) {
		text_printf(&list, "%s\"%s\"", count ? ", " : "", known->key);
		names[count++] = known->key;
	}
	nearest = text_nearest(key, names, count);
	if (growing && !nearest)
		add_fault(load, place, arena_printf(load->arena, "\"%s\" is not supported yet", key),
			arena_printf(
				load->arena, "leave it out; this version knows %s here", text_string(&list)));
	else if (nearest)
		add_fault(load, place, arena_printf(load->arena, "unknown key \"%s\"", key),
			arena_printf(load->arena, "write \"%s\" if that was meant", nearest));
	else
		add_fault(load, place, arena_printf(load->arena, "unknown key \"%s\"", key),
			arena_printf(load->arena, "leave it out; known here are %s", text_string(&list)));
}

/* The pointer of a member, its key escaped as RFC 6901 wants it. */
static char *below(struct arena *arena, const char *pointer, const char *key)
{
	CLEANUP_TEXT struct text text = { 0 };

	text_printf(&text, "%s/", pointer);
	for (; *key; key++)
		if (*key == '~' || *key == '/')
			text_add(&text, *key == '~' ? "~0" : "~1");
		else
			text_add_char(&text, *key);
	return arena_copy(arena, text_string(&text));
}

static void read_members(
	struct load *load, const struct member *known, bool growing, json_t *object, const char *pointer)
{
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value) {
		const struct member *member = find_member(known, key);
		const char *here = below(load->arena, pointer, key);

		if (member)
			read_value(load, member, value, here);
		else
			unknown_key(load, known, growing, key, here);
	}
}

static void read_object(struct load *load, const char *text, size_t length)
{
	struct settings *settings = load->settings;
	struct json_places *places = NULL;
	struct json_place where = { 1, 1 };
	struct error error = { 0 };

	settings->owned = json_read(text, length, DEPTH_LIMIT, load->arena, &places, &where, &error);
	load->places = places;
	if (!settings->owned)
		add_fault(load, where, arena_printf(load->arena, "no valid JSON: %s", error.text),
			"write one JSON object, for example {\"resyncInterval\": 300}");
	else if (!json_is_object(settings->owned))
		add_fault(load, json_place_of_value(places, ""),
			arena_printf(load->arena, "the settings have to be an object, got %s",
				got(settings->owned)),
			"write one JSON object, for example {\"resyncInterval\": 300}");
	else
		read_members(load, members, false, settings->owned, "");
	if (load->more)
		tell_rest(load);
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
	return (struct load){ .arena = arena, .settings = settings };
}

struct settings *settings_read(struct arena *arena, const char *file, const char *text, size_t length)
{
	struct load load = begin(arena, file);

	read_object(&load, text, length);
	return load.settings;
}

/* Whether the file may command us; told where not, and where strict it may not be read. */
static bool trusted(struct load *load, int file, const char *path, bool strict)
{
	struct distrust why;

	if (trust_opened(load->arena, file, "file", path, &why))
		return true;
	keep_fault(load, (struct json_place){ 1, 1 }, why.message, why.remedy, !strict);
	return !strict;
}

struct settings *settings_load(
	struct arena *arena, const char *path, bool must_exist, bool strict, struct error *error)
{
	const char *name = path ? path : DEFAULT_SETTINGS;
	struct load load = begin(arena, name);
	struct error unread = { 0 };
	bool missing = false;
	size_t length = 0;
	CLEANUP_FILE int file = file_open(name, SETTINGS_LIMIT, &length, &missing, &unread);
	char *text = NULL;

	if (missing && !must_exist)
		return load.settings;
	if (file >= 0 && !trusted(&load, file, name, strict))
		return load.settings;
	if (file >= 0)
		text = file_read_opened(arena, file, name, length, &length, &unread);
	if (!text)
		return error_set(error, unread.code, "%s", unread.text), NULL;
	read_object(&load, text, length);
	return load.settings;
}

struct settings *settings_free(struct settings *settings)
{
	if (settings)
		json_decref(settings->owned);
	return NULL;
}
