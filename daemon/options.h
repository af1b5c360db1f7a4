#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

/* The command line of both programs: flags in any place, and what is left over. */

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"

/* Which flags a verb takes beside those that everything takes. */
enum flag_set {
	FLAG_JSON = 1 << 0,
	FLAG_HIDE_VALUES = 1 << 1,
	FLAG_COUNT = 1 << 2,
	FLAG_APPROVE = 1 << 3,
	FLAG_TIMEOUT = 1 << 4,
	FLAG_RELOADED = 1 << 5,
	FLAG_LOG_FORMAT = 1 << 6,
	FLAG_ALIVE = 1 << 7,
	FLAG_FORMAT = 1 << 8,
	FLAG_FILES = 1 << 9,
	FLAG_AWS = 1 << 10,
	/* Whatever takes flags takes these; --help tells them where they mean something. */
	FLAG_COMMON = FLAG_FILES | FLAG_AWS,
	FLAG_ANY = FLAG_JSON | FLAG_HIDE_VALUES | FLAG_COUNT | FLAG_APPROVE | FLAG_TIMEOUT | FLAG_RELOADED |
		   FLAG_ALIVE | FLAG_FORMAT,
};

struct options {
	const char *settings, *definitions, *endpoint_url, *region, *profile; /* NULL where not given */
	const char *log_format; /* the daemon's; NULL where not given */
	const char *format; /* "text" or "github"; NULL where not given */
	bool debug, help, version, json, hide_values, alive;
	bool strict; /* what others may write is not read: for the daemon, and for root */
	const char **approve; /* every value of a flag that may come more than once */
	size_t approve_count;
	unsigned long count, timeout, reloaded; /* 0 where not given; the timeout in seconds */
	const char **words; /* everything that is no flag, in order */
	size_t word_count;
};

#define DEFAULT_SETTINGS    "/etc/fargate-batchd.json"
#define DEFAULT_DEFINITIONS "/etc/fargate-batch.d"

/*
 * Reads all arguments. `allowed` are FLAG_… of the verb; a flag that is known and not allowed, or unknown, is
 * an error that names the nearest one. "--" ends the flags. After an error `out` holds what stood before it.
 */
bool options_read(struct arena *arena, int argc, char *const *argv, unsigned allowed, struct options *out,
	struct error *error);

/* The lines of --help for these flags, and for --help and --version; terminated by newlines. */
char *options_help(struct arena *arena, unsigned allowed);

#endif
