#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/http.h"
#include "common/text.h"
#include "model/duration.h"
#include "model/region.h"

enum { PID_MAX = 4194304 }; /* the kernel's own limit, 2^22 */

/* One flag: where its value goes; the same table reads the command line and prints the help. */
struct flag {
	const char *name, *value, *help;
	unsigned set; /* 0 = everything takes it */
	size_t at;
	enum { FLAG_TEXT, FLAG_SWITCH, FLAG_NUMBER, FLAG_DURATION, FLAG_PLAN } form;
	unsigned long most; /* of a number */
	bool (*check)(const char *value, struct error *error); /* NULL: any text will do */
};

#define AT(member) offsetof(struct options, member)

static bool format_known(const char *value, struct error *error)
{
	return strcmp(value, "text") == 0 || strcmp(value, "github") == 0 ||
	       error_set(error, ERROR_INPUT, "%s: write text or github", value);
}

static const struct flag flags[] = {
	{ "--json", NULL, "one JSON object on standard output", FLAG_JSON, AT(json), FLAG_SWITCH, 0, NULL },
	{ "--format", "FORMAT", "text, or github: faults as annotations of a workflow", FLAG_FORMAT,
		AT(format), FLAG_TEXT, 0, format_known },
	{ "--hide-values", NULL, "names of variables and commands, not their values", FLAG_HIDE_VALUES,
		AT(hide_values), FLAG_SWITCH, 0, NULL },
	{ "--count", "N", "how many fire times (5)", FLAG_COUNT, AT(count), FLAG_NUMBER, 1000, NULL },
	{ "--timeout", "TIME", "how long to wait: 90, 90s, 15m, 2h (5m)", FLAG_TIMEOUT, AT(timeout),
		FLAG_DURATION, 0, NULL },
	{ "--reloaded", "PID", "let this daemon reload too, and wait until it has heard of it", FLAG_RELOADED,
		AT(reloaded), FLAG_NUMBER, PID_MAX, NULL },
	{ "--approve", "PLAN", "let this held plan pass, in this pass alone; may come more than once",
		FLAG_APPROVE, 0, FLAG_PLAN, 0, NULL },
	{ "--alive", NULL, "only whether the daemon lives, whatever AWS and the files are like", FLAG_ALIVE,
		AT(alive), FLAG_SWITCH, 0, NULL },
	{ "--log-format", "FORMAT",
		"text, or json: one object a line, where no journal listens (FARGATE_BATCHD_LOG)",
		FLAG_LOG_FORMAT, AT(log_format), FLAG_TEXT, 0, NULL },
	{ "--settings", "FILE", "settings of the daemon (" DEFAULT_SETTINGS ")", FLAG_FILES, AT(settings),
		FLAG_TEXT, 0, NULL },
	{ "--definitions", "DIR", "folder of definitions (" DEFAULT_DEFINITIONS ")", FLAG_FILES,
		AT(definitions), FLAG_TEXT, 0, NULL },
	{ "--endpoint-url", "URL",
		"AWS endpoint for all services (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>)", FLAG_AWS,
		AT(endpoint_url), FLAG_TEXT, 0, http_endpoint_allowed },
	{ "--region", "REGION", "where an app names no region (AWS_REGION)", FLAG_AWS, AT(region), FLAG_TEXT,
		0, region_check },
	{ "--profile", "NAME", "profile of the shared AWS files (AWS_PROFILE)", FLAG_AWS, AT(profile),
		FLAG_TEXT, 0, NULL },
	{ "--debug", NULL, "one line for each call to AWS, on standard error", FLAG_AWS, AT(debug),
		FLAG_SWITCH, 0, NULL },
	{ "--help", NULL, "this text", 0, AT(help), FLAG_SWITCH, 0, NULL },
	{ "--version", NULL, "the version", 0, AT(version), FLAG_SWITCH, 0, NULL },
};

static const struct flag *find_flag(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_LENGTH(flags); i++)
		if (strlen(flags[i].name) == length && strncmp(flags[i].name, name, length) == 0)
			return &flags[i];
	return NULL;
}

static bool takes(const struct flag *flag, unsigned allowed)
{
	return !flag->set || (flag->set & (allowed | FLAG_COMMON));
}

static bool unknown_flag(const char *name, unsigned allowed, struct error *error)
{
	const char *known[ARRAY_LENGTH(flags)], *nearest;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(flags); i++)
		if (takes(&flags[i], allowed))
			known[count++] = flags[i].name;
	nearest = text_nearest(name, known, count);
	/* What stands behind the "=" may be a password that was meant for another program. */
	return error_set(error, ERROR_INPUT, "unknown flag %.*s%s%s%s", (int)strcspn(name, "="), name,
		nearest ? "; did you mean " : "; see --help", nearest ? nearest : "", nearest ? "?" : "");
}

static bool read_number(const struct flag *flag, const char *value, unsigned long *out, struct error *error)
{
	char *end;
	unsigned long number = strtoul(value, &end, 10);

	if (*end || end == value || value[0] == '-' || number < 1 || number > flag->most)
		return error_set(error, ERROR_INPUT, "%s %s: write a number from 1 to %lu", flag->name, value,
			flag->most);
	*out = number;
	return true;
}

static bool set_flag(const struct flag *flag, const char *value, struct options *out, struct error *error)
{
	void *at = (char *)out + flag->at;

	if (flag->form == FLAG_SWITCH)
		*(bool *)at = true;
	else if (flag->form == FLAG_NUMBER)
		return read_number(flag, value, at, error);
	else if (flag->form == FLAG_PLAN)
		out->approve[out->approve_count++] = value;
	else if (flag->form == FLAG_DURATION)
		return duration_parse(value, at) ||
		       error_set(error, ERROR_INPUT, "%s %s: write a time such as 90, 90s, 15m or 2h",
			       flag->name, value);
	else if (flag->check && !flag->check(value, error))
		return error_wrap(error, "%s", flag->name);
	else
		*(const char **)at = value;
	return true;
}

/* "--flag value", "--flag=value" or "--switch"; moves *i past the value. */
static bool read_flag(
	int argc, char *const *argv, int *i, unsigned allowed, struct options *out, struct error *error)
{
	const char *word = argv[*i], *equals = strchr(word, '=');
	const struct flag *flag = find_flag(word, equals ? (size_t)(equals - word) : strlen(word));
	const char *value = equals ? equals + 1 : NULL;

	if (!flag || !takes(flag, allowed))
		return unknown_flag(word, allowed, error);
	if (flag->form == FLAG_SWITCH && value)
		return error_set(error, ERROR_INPUT, "%s takes no value", flag->name);
	if (flag->form != FLAG_SWITCH && !value) {
		if (*i + 1 >= argc)
			return error_set(error, ERROR_INPUT, "%s needs a value: %s %s", flag->name,
				flag->name, flag->value);
		value = argv[++*i];
	}
	if (flag->form != FLAG_SWITCH && !*value)
		return error_set(error, ERROR_INPUT, "%s has an empty value", flag->name);
	return set_flag(flag, value, out, error);
}

bool options_read(struct arena *arena, int argc, char *const *argv, unsigned allowed, struct options *out,
	struct error *error)
{
	bool flags_over = false;

	*out = (struct options){
		.words = arena_alloc(arena, ((size_t)argc + 1) * sizeof *out->words),
		.approve = arena_alloc(arena, ((size_t)argc + 1) * sizeof *out->approve),
	};
	for (int i = 0; i < argc; i++) {
		if (flags_over || argv[i][0] != '-' || !argv[i][1])
			out->words[out->word_count++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			flags_over = true;
		else if (strcmp(argv[i], "-h") == 0)
			out->help = true;
		else if (!read_flag(argc, argv, &i, allowed, out, error))
			return false;
	}
	return true;
}

char *options_help(struct arena *arena, unsigned allowed)
{
	CLEANUP_TEXT struct text all = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(flags); i++) {
		char left[64];

		if (flags[i].set && !(flags[i].set & allowed))
			continue;
		snprintf(left, sizeof left, "%s%s%s", flags[i].name, flags[i].value ? " " : "",
			flags[i].value ? flags[i].value : "");
		text_printf(&all, "  %-22s %s\n", left, flags[i].help);
	}
	return arena_copy(arena, text_string(&all));
}
