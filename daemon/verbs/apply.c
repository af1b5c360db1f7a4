#include "pass/words.h"
#include "report/pass_json.h"
#include "verb.h"

#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/say.h"
#include "common/text.h"
#include "login.h"
#include "written.h"

struct applying {
	const json_t *written; /* by the daemon that runs here; NULL = none does */
	const char *endpoint; /* which world the calls go to */
	struct show_options show;
	bool json, terminal;
	size_t total, ended;
};

static void clear_count(const struct applying *applying)
{
	if (applying->terminal)
		say_nothing(stdout);
}

/* What a terminal shows last: how far it is, and what it waits for. */
static void show_count(const struct applying *applying, const struct wait *wait)
{
	bool counts = applying->ended < applying->total;

	if (applying->terminal && counts)
		say(stdout, "%zu of %zu", applying->ended, applying->total);
	if (applying->terminal && wait)
		say(stdout, "%swaiting up to %.0f s until %s", counts ? ", " : "", wait->most, wait->until);
	fflush(stdout);
}

static void planned(const struct pass *pass, void *data)
{
	struct applying *applying = data;
	struct pass_summary summary = pass_summary(pass);

	clear_count(applying);
	applying->total = summary.create + summary.update + summary.disable + summary.delete - summary.held;
}

/* The cause once. */
static void waits(const struct pass *pass, const struct wait *wait, void *data)
{
	const struct applying *applying = data;

	clear_count(applying);
	fflush(stdout);
	if (wait->news)
		say(stderr, "%s\n", words_wait(pass->arena, wait));
	show_count(applying, wait);
}

/* A line for each change; on a terminal the count stays on the last line. */
static void progressed(const struct pass_site *site, const struct action *action, void *data)
{
	struct applying *applying = data;

	(void)site;
	applying->ended++;
	if (applying->json)
		return;
	clear_count(applying);
	show_action(stdout, action, &applying->show);
	show_count(applying, NULL);
}

static void say_end(const struct pass *pass, const struct applying *applying)
{
	struct pass_summary summary = pass_summary(pass);

	show_troubles(stderr, stderr, pass, &applying->show);
	show_notes(stderr, pass);
	if (pass_in_sync(pass) && !summary.done)
		say(stdout, "in sync: nothing to change\n");
	else if (!summary.errors || summary.done)
		say(stdout, "%zu done, %zu failed, %zu skipped, %zu held\n", summary.done, summary.failed,
			summary.skipped, summary.held);
}

/*
 * Where a daemon serves the same account, region and owner, this is its work: with a state of one's own
 * beside it the brake, graces and approvals would count twice.
 */
static const char *forbids(const struct pass_site *site, void *data)
{
	const struct applying *applying = data;
	const struct pass *pass = site->pass;

	if (!applying->written ||
		!written_serves(applying->written, pass->options.owner, applying->endpoint, &site->site))
		return NULL;
	return arena_printf(pass->arena,
		"the daemon (process %lld) serves account %s in %s for the owner %s: let it do the work with systemctl reload fargate-batchd",
		(long long)json_integer_of(applying->written, "pid", 0), site->site.account,
		site->site.region, pass->options.owner);
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

/* What can be said before AWS is asked; false after a line that says it. */
static bool may_begin(struct session *session, const struct options *options)
{
	if (!session_load_valid(session))
		return false;
	if (session->settings->read_only) {
		session_complain(
			"\"readOnly\" is set in %s: nothing is written; fargate-batchctl diff shows what would be",
			session->settings->file);
		return false;
	}
	if (options->approve_count && options->word_count) {
		session_complain(
			"--approve beside names of batches: with names nothing is removed, so there is nothing to approve; leave one of them out");
		return false;
	}
	return verb_batches(session->definitions, options);
}

/* What was to be approved and was not held: its batches came back, or the name is another plan's. */
static void say_unused(const struct pass *pass, const struct options *options)
{
	for (size_t i = 0; i < options->approve_count; i++) {
		bool used = false;

		for (size_t p = 0; p < pass->guard.approved_count; p++)
			used = used || strcmp(pass->guard.approved[p].plan, options->approve[i]) == 0;
		if (!used)
			session_complain(
				"--approve %s: no such plan was held in this pass; nothing was approved",
				options->approve[i]);
	}
}

/* The state directory is its holder's until that has ended: a daemon does the same work after a reload. */
static bool lock_state(struct session *session, struct error *error)
{
	struct error held = { 0 };

	session->lock = state_lock(session->state, "fargate-batchctl apply", &held);
	if (session->lock)
		return true;
	if (held.code != ERROR_INPUT)
		return error_set(error, held.code, "%s", held.text);
	return error_set(error, held.code, "%s; %s", held.text,
		strstr(held.text, "by fargate-batchctl apply")
			? "wait until that has ended"
			: "reload the daemon instead: systemctl reload fargate-batchd");
}

static struct pass_options options_of(
	const struct session *session, const struct options *options, struct applying *applying)
{
	struct pass_options pass = session_pass(session);

	pass.only = options->words;
	pass.only_count = options->word_count;
	pass.approve = options->approve;
	pass.approve_count = options->approve_count;
	pass.by = login_name(session->arena);
	pass.write = true;
	pass.forbids = forbids;
	pass.planned = planned;
	pass.progress = progressed;
	pass.waits = waits;
	pass.data = applying;
	return pass;
}

int verb_apply(struct session *session, const struct options *options)
{
	struct applying applying = { .show = verb_show(options, stdout), .json = options->json };
	CLEANUP(json_decrefp) json_t *written = NULL;
	struct error error = { 0 };
	struct pass_options pass_options;
	struct pass *pass;
	bool missing;
	int code;

	if (!may_begin(session, options))
		return EXIT_TROUBLE;
	if (!session_connect(session, &error) || !lock_state(session, &error))
		return session_complain("%s", error.text);
	written = written_read(session->arena, &missing, NULL);
	applying.written = written;
	applying.endpoint = session->world;
	applying.terminal = isatty(STDOUT_FILENO) && !options->json;
	pass_options = options_of(session, options, &applying);
	pass = session_run_pass(session, &pass_options);
	code = exit_code(pass);
	if (options->json)
		show_object(pass_json(pass, applying.show.hide_values));
	else
		say_end(pass, &applying);
	say_unused(pass, options);
	if (pass->state_error)
		session_complain("%s", pass->state_error);
	pass_free(pass);
	return code;
}
