#ifndef DAEMON_VERBS_VERB_H
#define DAEMON_VERBS_VERB_H

/* One row per verb of fargate-batchctl: what it is called, what it takes, what --help teaches. */

#include "daemon/session.h"
#include "show.h"

struct verb_entry {
	const char *name;
	const char *arguments; /* "[BATCH…]" */
	const char *summary; /* one line for the list of verbs */
	const char *help; /* what it does, its exit codes, an example */
	unsigned flags; /* FLAG_… */
	size_t most_words;
	/* The exit code; NULL: not built yet. */
	int (*run)(struct session *session, const struct options *options);
};

int verb_check(struct session *session, const struct options *options);
int verb_diff(struct session *session, const struct options *options);
int verb_apply(struct session *session, const struct options *options);
int verb_list(struct session *session, const struct options *options);
int verb_next(struct session *session, const struct options *options);
int verb_status(struct session *session, const struct options *options);
int verb_wait(struct session *session, const struct options *options);
int verb_reload(struct session *session, const struct options *options);
int verb_approve(struct session *session, const struct options *options);

/* Says what the daemon wrote last as `status` does, and gives its exit code. */
int status_tell(struct arena *arena, const json_t *written);

/* A batch of this name, or NULL after one line that names the nearest. */
const struct batch *verb_batch(const struct definitions *definitions, const char *name);

/* Whether every word is the name of a batch; false after one line about the first that is none. */
bool verb_batches(const struct definitions *definitions, const struct options *options);

/* The words that follow a flag decide: a terminal gets colour where it wants it. */
struct show_options verb_show(const struct options *options, FILE *file);

#endif
