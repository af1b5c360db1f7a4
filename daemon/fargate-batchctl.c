#include <stdio.h>
#include <string.h>

#include "text.h"
#include "verbs/verb.h"

/* fargate-batchctl: one verb, its flags, its words. */

static const struct verb_entry verbs[] = {
	{ "check", "[FILE…]", "validate definitions and settings, offline",
		"Reads the definitions (or only the FILEs) and the settings, and prints one line for each "
		"fault:\n"
		"file:line:column: what is wrong; what to write instead. Never calls AWS.\n"
		"Exit code: 0 valid, 1 faults, 2 could not be read.\n\n"
		"  fargate-batchctl check --definitions ./jobs\n",
		FLAG_JSON, 10000, verb_check },
	{ "diff", "", "show what a pass would change, and write nothing",
		"Reads AWS and prints every difference, batch by batch, field by field, old → new.\n"
		"Exit code: 0 in sync, 1 differences (conflicts and held plans too), 2 something could not "
		"be read.\n\n"
		"  fargate-batchctl diff --definitions ./jobs --hide-values\n",
		FLAG_JSON | FLAG_HIDE_VALUES, 0, verb_diff },
	{ "apply", "[BATCH…]", "make AWS match the definitions, once, in the foreground",
		"One pass: creates, changes, disables and deletes what the definitions ask for. With names: "
		"only these\n"
		"batches and what they need, and nothing is deleted.\n"
		"Exit code: 0 converged, 1 something failed, was refused or is held, 2 could not run, 130 "
		"interrupted.\n\n"
		"  fargate-batchctl apply --definitions ./jobs\n"
		"  fargate-batchctl apply nightly-report\n",
		FLAG_JSON | FLAG_HIDE_VALUES, 10000, verb_apply },
	{ "list", "", "one row per batch: schedule, next run, image, revision, state",
		"States: in sync, differs, missing, disabled, leaving, conflict, unknown.\n"
		"Exit code: 0, or 2 where something could not be read.\n\n"
		"  fargate-batchctl list\n",
		FLAG_JSON, 0, verb_list },
	{ "next", "[BATCH…]", "the next fire times, in UTC",
		"Counted from the schedule expression alone; never calls AWS.\n"
		"Exit code: 0, or 2 for wrong use or broken definitions.\n\n"
		"  fargate-batchctl next nightly-report --count 3\n",
		FLAG_JSON | FLAG_COUNT, 10000, verb_next },
	{ "run", "BATCH", "start a batch now and follow it", "", 0, 10000, NULL },
	{ "runs", "[BATCH]", "recent runs of the batches", "", FLAG_JSON, 10000, NULL },
	{ "logs", "BATCH", "the log of a run", "", 0, 10000, NULL },
	{ "status", "", "what the daemon last did, and what is wrong now",
		"Reads what the daemon wrote at the end of its last pass ($RUNTIME_DIRECTORY, "
		"/run/fargate-batchd);\n"
		"never calls AWS.\n"
		"Exit code: 0 healthy, 1 degraded, 2 unknown (the daemon does not run).\n\n"
		"  fargate-batchctl status\n",
		FLAG_JSON, 0, verb_status },
	{ "import", "", "print definitions of what already exists", "", 0, 10000, NULL },
	{ "approve", "PLAN", "let one held deletion plan pass",
		"Where too much would be removed at once, nothing is, and diff, apply and status show the "
		"held plan's name.\n"
		"The approval holds for exactly that plan, for one hour, from the next pass on.\n"
		"Exit code: 0, or 2 where no such plan is held.\n\n"
		"  fargate-batchctl approve 3f9a0c2d41aa\n",
		0, 1, verb_approve },
	{ "policy", "", "the least IAM policy that the daemon needs", "", 0, 10000, NULL },
};

static void usage(void)
{
	puts("Scheduled Fargate tasks from definition files.\n\nusage: fargate-batchctl VERB [FLAG…] "
	     "[WORD…]\n");
	for (size_t i = 0; i < ARRAY_LENGTH(verbs); i++)
		printf("  %-8s %s%s\n", verbs[i].name, verbs[i].summary,
			verbs[i].run ? "" : " (not built yet)");
	fputs("\nfargate-batchctl VERB --help says more, with an example.\n", stdout);
}

static int teach(struct arena *arena, const struct verb_entry *verb)
{
	printf("usage: fargate-batchctl %s [FLAG…]%s%s\n\n%s\nflags:\n%s", verb->name,
		*verb->arguments ? " " : "", verb->arguments, verb->help, options_help(arena, verb->flags));
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

static int run_verb(const struct verb_entry *verb, struct arena *arena, int argc, char **argv)
{
	struct options options;
	struct session session = { .arena = arena, .options = &options };
	struct error error = { 0 };
	int code;

	if (!options_read(arena, argc, argv, verb->flags, &options, &error))
		return session_complain("%s", error.text);
	if (options.help && verb->run)
		return teach(arena, verb);
	if (options.version)
		return puts("fargate-batchctl " VERSION), EXIT_OK;
	if (!verb->run)
		return session_complain("%s is not built yet", verb->name);
	if (options.word_count > verb->most_words)
		return session_complain("%s: one word too many; see fargate-batchctl %s --help",
			options.words[verb->most_words], verb->name);
	code = verb->run(&session, &options);
	session_close(&session);
	return code;
}

/* The first word is the verb; flags may stand before it too. */
static int find_first_word(struct arena *arena, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct options options;

		if (argv[i][0] == '-')
			continue;
		/* A word right behind a flag may be its value: then reading up to it leaves no word over. */
		if (options_read(
			    arena, i, argv + 1, FLAG_JSON | FLAG_HIDE_VALUES | FLAG_COUNT, &options, NULL) &&
			options.word_count == 1)
			return i;
	}
	return 0;
}

int main(int argc, char **argv)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	const struct verb_entry *verb;
	int at = find_first_word(arena, argc, argv);

	if (!at) {
		bool help = argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);

		if (argc > 1 && strcmp(argv[1], "--version") == 0)
			return puts("fargate-batchctl " VERSION), EXIT_OK;
		if (!help)
			return session_complain("no verb given; see fargate-batchctl --help");
		usage();
		return EXIT_OK;
	}
	verb = find_verb(argv[at]);
	if (!verb)
		return unknown_verb(argv[at]);
	/* The verb itself goes; the flags before it stay where they are. */
	memmove(argv + at, argv + at + 1, (size_t)(argc - at) * sizeof *argv);
	return run_verb(verb, arena, argc - 2, argv + 1);
}
