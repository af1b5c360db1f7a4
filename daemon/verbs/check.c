#include "verb.h"

#include "json.h"

/* Both lists of faults as the one that --json prints. */
static void add_faults(json_t *all, const struct fault *faults, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_t *one = json_must(json_pack("{s:s, s:i, s:i, s:s, s:s, s:s}", "file", faults[i].at.file,
			"line", (int)faults[i].at.line, "column", (int)faults[i].at.column, "message",
			faults[i].message, "remedy", faults[i].remedy ? faults[i].remedy : "", "severity",
			faults[i].warning ? "warning" : "error"));

		json_add(all, one);
	}
}

static void say_settings(const struct settings *settings)
{
	struct definitions faults = { .faults = settings->faults, .fault_count = settings->fault_count };

	show_faults(stdout, &faults);
}

static bool load(struct session *session, const struct options *options, struct error *error)
{
	if (!options->word_count)
		return session_load(session, error);
	session->settings =
		settings_load(session->arena, options->settings, options->settings != NULL, error);
	if (!session->settings)
		return false;
	session->definitions =
		load_definition_files(session->arena, options->words, options->word_count, error);
	return session->definitions != NULL;
}

int verb_check(struct session *session, const struct options *options)
{
	struct error error = { 0 };
	bool broken;

	if (!load(session, options, &error))
		return session_complain("%s", error.text);
	broken = session->settings->broken || session->definitions->broken;
	if (options->json) {
		json_t *faults = json_must(json_array());

		add_faults(faults, session->settings->faults, session->settings->fault_count);
		add_faults(faults, session->definitions->faults, session->definitions->fault_count);
		show_object(json_must(json_pack("{s:b, s:i, s:i, s:o}", "valid", !broken, "apps",
			(int)session->definitions->app_count, "batches",
			(int)session->definitions->batch_count, "faults", faults)));
		return broken ? EXIT_DIFFERENT : EXIT_OK;
	}
	say_settings(session->settings);
	show_faults(stdout, session->definitions);
	if (!broken)
		fprintf(stderr, "valid: %zu app%s, %zu batch%s\n", session->definitions->app_count,
			session->definitions->app_count == 1 ? "" : "s", session->definitions->batch_count,
			session->definitions->batch_count == 1 ? "" : "es");
	return broken ? EXIT_DIFFERENT : EXIT_OK;
}
