#include "pass/words.h"
#include "verb.h"

#include <string.h>

#include "common/journal.h"
#include "common/json.h"
#include "common/say.h"
#include "readers.h"
#include "report/faults.h"
#include "written.h"

static bool load(struct session *session, const struct options *options, struct error *error)
{
	if (!options->word_count)
		return session_load(session, error);
	session->settings = settings_load(
		session->arena, options->settings, options->settings != NULL, options->strict, error);
	if (!session->settings)
		return false;
	session->definitions = load_definition_files(session->arena, options->words, options->word_count,
		options->definitions ? options->definitions : DEFAULT_DEFINITIONS, options->strict, error);
	if (session->definitions)
		definitions_limit_roles(session->definitions, session->settings->assume_roles);
	return session->definitions != NULL;
}

/* What could not be read may hide any fault. */
static int exit_code(const struct session *session)
{
	if (session->definitions->unread)
		return EXIT_TROUBLE;
	return session->settings->broken || session->definitions->broken ? EXIT_DIFFERENT : EXIT_OK;
}

static void tell_json(const struct session *session)
{
	const struct settings *settings = session->settings;
	const struct definitions *definitions = session->definitions;
	json_t *faults = json_must(json_array());

	faults_add_json(faults, settings->faults, settings->fault_count);
	faults_add_json(faults, definitions->faults, definitions->fault_count);
	show_object(json_must(
		json_pack("{s:b, s:i, s:i, s:o}", "valid", !settings->broken && !definitions->broken, "apps",
			(int)(definitions->app_count - definitions->aside_apps), "batches",
			(int)(definitions->batch_count - definitions->aside_batches), "faults", faults)));
}

static void tell(const struct session *session)
{
	const struct settings *settings = session->settings;
	const struct definitions *definitions = session->definitions;
	const char *format = session->options->format;
	void (*show)(FILE *, const struct fault *, size_t) =
		format && strcmp(format, "github") == 0 ? faults_annotate : faults_show;

	show(stdout, settings->faults, settings->fault_count);
	show(stdout, definitions->faults, definitions->fault_count);
	if (!session->settings->broken && !definitions->broken)
		say(stderr, "valid: %s\n",
			words_size(session->arena, definitions->app_count - definitions->aside_apps,
				definitions->batch_count - definitions->aside_batches));
}

static void answer(const struct session *session, const struct options *options)
{
	if (options->json)
		tell_json(session);
	else
		tell(session);
}

/*
 * The daemon is asked also where files are broken: it has to say so. Where both speak to the journal, it
 * alone does.
 */
static bool ask_daemon(struct session *session, const struct options *options)
{
	struct error error = { 0 };

	if (written_ask_reload(session->arena, (pid_t)options->reloaded, &error))
		return true;
	session_complain("%s", error.text);
	return false;
}

int verb_check(struct session *session, const struct options *options)
{
	struct error error = { 0 };
	bool loaded = load(session, options, &error);
	bool taken = options->reloaded && ask_daemon(session, options);
	int code;

	if (loaded)
		readers_check(session);
	code = loaded ? exit_code(session) : EXIT_TROUBLE;
	if (options->reloaded && !taken && code == EXIT_OK)
		code = EXIT_TROUBLE;
	if (taken && journal_is_collected())
		return code;
	if (!loaded)
		return session_complain("%s", error.text);
	answer(session, options);
	return code;
}
