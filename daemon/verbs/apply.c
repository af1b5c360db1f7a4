#include "verb.h"

#include <string.h>
#include <unistd.h>

struct applying {
	struct show_options show;
	struct ev_loop *loop;
	bool json, terminal;
	size_t total, ended;
};

static void planned(const struct pass *pass, void *data)
{
	struct applying *applying = data;
	struct pass_summary summary = pass_summary(pass);

	applying->total = summary.create + summary.update + summary.disable + summary.delete - summary.held;
}

/* A line for each change; on a terminal the count stays on the last line. */
static void progressed(const struct pass *pass, const struct action *action, void *data)
{
	struct applying *applying = data;

	(void)pass;
	applying->ended++;
	if (applying->json)
		return;
	if (applying->terminal)
		fputs("\r\033[K", stdout);
	show_action(stdout, action, &applying->show);
	if (applying->terminal && applying->ended < applying->total)
		printf("%zu of %zu", applying->ended, applying->total);
	fflush(stdout);
}

static void say_end(const struct pass *pass, const struct applying *applying)
{
	struct pass_summary summary = pass_summary(pass);

	show_troubles(stderr, stderr, pass, &applying->show);
	show_notes(stderr, pass);
	if (pass->state_error)
		session_complain("%s", pass->state_error);
	if (pass_in_sync(pass) && !summary.done)
		puts("in sync: nothing to change");
	else if (!summary.errors || summary.done)
		printf("%zu done, %zu failed, %zu skipped, %zu held\n", summary.done, summary.failed,
			summary.skipped, summary.held);
}

static bool could_not_run(const struct pass *pass)
{
	for (size_t i = 0; i < pass->site_count; i++)
		if (pass->sites[i].could_not_run)
			return true;
	return false;
}

static int exit_code(const struct pass *pass)
{
	struct pass_summary summary = pass_summary(pass);

	if (pass->stopped)
		return EXIT_INTERRUPTED;
	if (could_not_run(pass))
		return EXIT_TROUBLE;
	return summary.failed + summary.skipped + summary.held + summary.problems + summary.conflicts +
			       summary.errors + pass->guard.held_count
		       ? EXIT_DIFFERENT
		       : EXIT_OK;
}

static bool name_batches(
	struct session *session, const struct options *options, struct pass_options *pass_options)
{
	for (size_t i = 0; i < options->word_count; i++)
		if (!verb_batch(session->definitions, options->words[i]))
			return false;
	pass_options->only = options->words;
	pass_options->only_count = options->word_count;
	return true;
}

static bool open_session(struct session *session, struct error *error)
{
	if (!session_connect(session, error))
		return false;
	session->lock = state_lock(session->state, "fargate-batchctl apply", error);
	if (session->lock < 0)
		return error_wrap(error, "cannot apply beside it; reload the daemon instead (systemctl "
					 "reload fargate-batchd)");
	return true;
}

int verb_apply(struct session *session, const struct options *options)
{
	struct applying applying = { .show = verb_show(options, stdout), .json = options->json };
	struct error error = { 0 };
	struct pass_options pass_options;
	struct pass *pass;
	int code;

	if (!session_load_valid(session))
		return EXIT_TROUBLE;
	if (!open_session(session, &error))
		return session_complain("%s", error.text);
	pass_options = session_pass(session);
	if (!name_batches(session, options, &pass_options))
		return EXIT_TROUBLE;
	applying.terminal = isatty(STDOUT_FILENO) && !options->json;
	applying.loop = session->loop;
	pass_options.write = !session->settings->read_only;
	pass_options.planned = planned;
	pass_options.progress = progressed;
	pass_options.data = &applying;
	pass = session_run_pass(session, &pass_options);
	code = exit_code(pass);
	if (options->json)
		show_object(show_json(pass, &applying.show));
	else
		say_end(pass, &applying);
	if (session->settings->read_only)
		code = session_complain("\"readOnly\" is set in the settings: nothing was written");
	pass_free(pass);
	return code;
}
