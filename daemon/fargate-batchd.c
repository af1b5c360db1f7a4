#include <sys/prctl.h>

#include "common/journal.h"
#include "common/macros.h"
#include "common/say.h"
#include "daemon.h"
#include "session.h"
#include "streams.h"
#include "surroundings.h"

/* fargate-batchd: reads its flags and stays. */

static int teach(struct arena *arena)
{
	say_lines(stdout,
		arena_printf(arena,
			"Keeps scheduled Fargate tasks as the definition files say, for ever.\n\n"
			"usage: fargate-batchd [FLAG…]\n\nflags:\n%s\n"
			"SIGHUP reads definitions and settings anew, SIGTERM ends after what is under way.\n"
			"Exit code: 0 ended as asked, 2 wrong use, 78 definitions, settings or state do not let it start.\n\n"
			"  fargate-batchd --definitions ./jobs --debug\n",
			options_help(arena, FLAG_LOG_FORMAT | FLAG_COMMON)));
	return EXIT_OK;
}

/* Keys for AWS are in its memory: no core, and no other process of the same user looks into it. */
static void keep_private(void)
{
	/* The leak check of the address sanitizer has to look. */
#ifndef SANITIZED
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

/* The flag, else the environment, else text. */
static bool choose_log(const struct options *options, struct error *error)
{
	const char *variable = getenv("FARGATE_BATCHD_LOG");
	const char *format = options->log_format     ? options->log_format
			     : variable && *variable ? variable
						     : "text";

	return journal_format(format) ||
	       error_set(error, ERROR_INPUT, "%s %s: write text or json",
		       options->log_format ? "--log-format" : "FARGATE_BATCHD_LOG", format);
}

static int run(struct arena *arena, int argc, char **argv)
{
	struct options options;
	struct error error = { 0 };

	if (!options_read(arena, argc, argv, FLAG_LOG_FORMAT, &options, &error))
		return session_complain("%s", error.text);
	if (options.help)
		return teach(arena);
	if (options.version)
		return say(stdout, "fargate-batchd " VERSION "\n"), EXIT_OK;
	if (options.word_count)
		return session_complain("%s: takes no arguments; see --help", options.words[0]);
	if (!choose_log(&options, &error))
		return session_complain("%s", error.text);
	options.strict = true;
	return daemon_run(&options);
}

int main(int argc, char **argv)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	keep_private();
	streams_begin();
	surroundings_take(arena);
	return streams_end(run(arena, argc - 1, argv + 1));
}
