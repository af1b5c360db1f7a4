#include "report/pass_json.h"
#include "verb.h"

/* 2 beats 1: what could not be read may hide any difference. */
static int exit_code(const struct pass *pass)
{
	struct pass_summary summary = pass_summary(pass);

	if (pass->stopped)
		return EXIT_INTERRUPTED;
	if (summary.errors || summary.unreadable)
		return EXIT_TROUBLE;
	return pass_in_sync(pass) ? EXIT_OK : EXIT_DIFFERENT;
}

/* The answer goes to standard output; where there is none, why goes to standard error. */
static void tell(const struct pass *pass, const struct show_options *show)
{
	bool answered = false;

	for (size_t i = 0; i < pass->site_count; i++)
		answered = answered || pass->sites[i].plan;
	show_diff(answered ? stdout : stderr, pass, show);
	show_notes(stderr, pass);
}

int verb_diff(struct session *session, const struct options *options)
{
	struct show_options show = verb_show(options, stdout);
	struct error error = { 0 };
	struct pass_options pass_options;
	struct pass *pass;
	int code;

	if (!session_load_valid(session) || !verb_batches(session->definitions, options))
		return EXIT_TROUBLE;
	if (!session_connect(session, &error))
		return session_complain("%s", error.text);
	pass_options = session_pass(session);
	pass_options.only = options->words;
	pass_options.only_count = options->word_count;
	pass = session_run_pass(session, &pass_options);
	code = exit_code(pass);
	if (options->json)
		show_object(pass_json(pass, show.hide_values));
	else
		tell(pass, &show);
	pass_free(pass);
	return code;
}
