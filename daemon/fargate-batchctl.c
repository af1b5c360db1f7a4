#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/say.h"
#include "common/text.h"
#include "streams.h"
#include "surroundings.h"
#include "verbs/verb.h"

/* fargate-batchctl: one verb, its flags, its words. */

static const struct verb_entry verbs[] = {
	{ "check", "[FILE…]", "validate definitions and settings, offline",
		"Reads the definitions (or only the FILEs) and the settings, and prints one line for each fault:\n"
		"file:line:column: what is wrong; what to write instead. Never calls AWS.\n"
		"What a FILE names may be defined in the other files of the folder, which are not judged.\n"
		"With --reloaded it then sends SIGHUP to the daemon and ends when that has arrived: what systemctl reload does.\n"
		"Exit code: 0 valid, 1 faults, 2 something could not be read.\n\n"
		"  fargate-batchctl check --definitions ./jobs --format github\n",
		FLAG_JSON | FLAG_FORMAT | FLAG_RELOADED | FLAG_FILES, 10000, verb_check },
	{ "diff", "[BATCH…]", "show what a pass would change, and write nothing",
		"Reads AWS and prints every difference, batch by batch, field by field, old → new. With names: only\n"
		"these batches and what they need.\n"
		"Exit code: 0 in sync, 1 differences (conflicts and held plans too), 2 something could not be read.\n\n"
		"  fargate-batchctl diff --definitions ./jobs --hide-values\n",
		FLAG_JSON | FLAG_HIDE_VALUES | FLAG_COMMON, 10000, verb_diff },
	{ "apply", "[BATCH…]", "make AWS match the definitions, once, in the foreground",
		"One pass: creates, changes, disables and deletes what the definitions ask for. With names: only these\n"
		"batches and what they need, and nothing is deleted.\n"
		"Exit code: 0 converged, 1 something failed, was refused or is held, 2 could not run, 130 interrupted.\n\n"
		"  fargate-batchctl apply --definitions ./jobs\n"
		"  fargate-batchctl apply nightly-report\n"
		"  fargate-batchctl apply --approve 1034424ddd66\n",
		FLAG_JSON | FLAG_HIDE_VALUES | FLAG_APPROVE | FLAG_COMMON, 10000, verb_apply },
	{ "list", "[BATCH…]", "one row per batch: schedule, next run, image, revision, state",
		"Reads AWS and prints a table; the image is the definitions', the revision the live one.\n"
		"States: in sync, disabled, differs, missing, moving, leaving, waiting, held, conflict, blocked,\n"
		"failing, unknown.\n"
		"Exit code: 0, or 2 where something could not be read.\n\n"
		"  fargate-batchctl list\n",
		FLAG_JSON | FLAG_COMMON, 10000, verb_list },
	{ "next", "[BATCH…]", "the next fire times, in UTC",
		"Counted from the schedule expression alone; never calls AWS, which alone knows when a rate(…) fires.\n"
		"Exit code: 0, or 2 for wrong use or broken definitions.\n\n"
		"  fargate-batchctl next nightly-report --count 3\n",
		FLAG_JSON | FLAG_COUNT | FLAG_FILES, 10000, verb_next },
	{ "run", "BATCH", "start a batch now and follow it", "", 0, 10000, NULL },
	{ "runs", "[BATCH]", "recent runs of the batches", "", FLAG_JSON, 10000, NULL },
	{ "logs", "BATCH", "the log of a run", "", 0, 10000, NULL },
	{ "status", "", "what the daemon last did, and what is wrong now",
		"Reads what the daemon wrote at the end of its last pass ($RUNTIME_DIRECTORY, /run/fargate-batchd);\n"
		"never calls AWS.\n"
		"Exit code: 0 healthy, 1 degraded, 2 unknown (the daemon does not run, or has not looked at AWS since the\n"
		"last reload).\n"
		"With --alive only whether its loop lives is asked: 0 alive, 1 stuck, 2 unknown; for health checks that restart.\n\n"
		"  fargate-batchctl status\n",
		FLAG_JSON | FLAG_ALIVE, 0, verb_status },
	{ "wait", "", "wait until the last reload was carried out, then status",
		"Waits until a pass has ended that began after the last reload (or start) was taken, and then says what\n"
		"status says. Never calls AWS.\n"
		"Exit code: as status; 2 where the time is over first.\n\n"
		"  systemctl reload fargate-batchd && fargate-batchctl wait --timeout 10m\n",
		FLAG_TIMEOUT, 0, verb_wait },
	{ "reload", "", "let the running daemon read its files anew, and wait for it",
		"Signals the daemon that holds the state directory, and waits as wait does: where there is no systemd.\n"
		"Files that are broken stay out of force, and say so.\n"
		"Exit code: as status; 2 where no daemon runs or the time is over first.\n\n"
		"  fargate-batchctl reload\n",
		FLAG_TIMEOUT, 0, verb_reload },
	{ "import", "", "print definitions of what already exists", "", 0, 10000, NULL },
	{ "approve", "PLAN", "let one held deletion plan pass",
		"Where too much would be removed at once, nothing is, and diff, apply and status show the held plan's name.\n"
		"The approval holds for exactly that plan, for one hour, from the next pass on. It is used up\n"
		"when all that it names is disabled; what comes back in between needs a new one.\n"
		"Exit code: 0, or 2 where no such plan is held.\n\n"
		"  fargate-batchctl approve 3f9a0c2d41aa\n",
		0, 1, verb_approve },
	{ "policy", "", "the least IAM policy that the daemon needs", "", 0, 10000, NULL },
	{ "release", "APP…|BATCH…", "take our tags off what is read-only", "", 0, 10000, NULL },
	{ "notify", "", "send a test to every notifier", "", 0, 10000, NULL },
};

static void usage(struct arena *arena)
{
	say_lines(stdout,
		"Scheduled Fargate tasks from definition files.\n\nusage: fargate-batchctl VERB [FLAG…] [WORD…]\n\n");
	for (size_t i = 0; i < ARRAY_LENGTH(verbs); i++)
		say(stdout, "  %-8s %s%s\n", verbs[i].name, verbs[i].summary,
			verbs[i].run ? "" : " (not built yet)");
	say_lines(stdout,
		arena_printf(arena,
			"\nflags of most verbs:\n%s\nfargate-batchctl VERB --help says more, with an example.\n",
			options_help(arena, FLAG_COMMON)));
}

static int say_version(void)
{
	say(stdout, "fargate-batchctl " VERSION "\n");
	return EXIT_OK;
}

static int teach(struct arena *arena, const struct verb_entry *verb)
{
	if (!verb->run) {
		say(stdout, "fargate-batchctl %s: %s (not built yet)\n", verb->name, verb->summary);
		return EXIT_OK;
	}
	say_lines(stdout, arena_printf(arena, "usage: fargate-batchctl %s [FLAG…]%s%s\n\n%s\nflags:\n%s",
				  verb->name, *verb->arguments ? " " : "", verb->arguments, verb->help,
				  options_help(arena, verb->flags)));
	return EXIT_OK;
}

static const struct verb_entry *find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int unknown_verb(const char *name)
{
	const char *known[ARRAY_LENGTH(verbs)], *nearest;

	for (size_t i = 0; i < ARRAY_LENGTH(verbs); i++)
		known[i] = verbs[i].name;
	nearest = text_nearest(name, known, ARRAY_LENGTH(known));
	return session_complain("unknown verb %s%s%s%s", name,
		nearest ? "; did you mean " : "; see fargate-batchctl --help", nearest ? nearest : "",
		nearest ? "?" : "");
}

/* Flags and words as one verb takes them; the verb itself is the first word. */
static int run_verb(const struct verb_entry *verb, struct arena *arena, int argc, char **argv)
{
	struct options options;
	struct session session = { .arena = arena, .options = &options };
	struct error error = { 0 };
	int code;

	if (!options_read(arena, argc, argv, verb->flags, &options, &error))
		return session_complain("%s", error.text);
	/* What a reload asks, it asks in place of the daemon. */
	options.strict = geteuid() == 0 || options.reloaded;
	options.words++;
	options.word_count--;
	if (options.help)
		return teach(arena, verb);
	if (options.version)
		return say_version();
	if (options.word_count > verb->most_words)
		return session_complain("%s: one word too many; see fargate-batchctl %s --help",
			options.words[verb->most_words], verb->name);
	code = verb->run(&session, &options);
	session_close(&session);
	return code;
}

/* The flags of a verb that is not built are not known: only this one, up to the "--". */
static bool asks_for_help(int argc, char *const *argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

/* The first word is the verb, wherever flags stand; only the verb tells which flags those may be. */
static int run(struct arena *arena, int argc, char **argv)
{
	struct options options;
	struct error error = { 0 };
	bool read = options_read(arena, argc, argv, FLAG_ANY, &options, &error);
	const struct verb_entry *verb = options.word_count ? find_verb(options.words[0]) : NULL;

	if (verb && verb->run)
		return run_verb(verb, arena, argc, argv);
	if (verb)
		return asks_for_help(argc, argv) ? teach(arena, verb)
						 : session_complain("%s is not built yet", verb->name);
	if (options.word_count)
		return unknown_verb(options.words[0]);
	if (!read)
		return session_complain("%s", error.text);
	if (options.version)
		return say_version();
	if (!options.help)
		return session_complain("no verb given; see fargate-batchctl --help");
	usage(arena);
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	streams_begin();
	surroundings_take(arena);
	return streams_end(run(arena, argc - 1, argv + 1));
}
