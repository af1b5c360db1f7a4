#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

/* What a verb or the daemon works with: settings, definitions, the loop, the way to AWS, the state. */

#include <ev.h>

#include "aws/call.h"
#include "load.h"
#include "options.h"
#include "pass/pass.h"
#include "settings.h"

struct session {
	struct arena *arena;
	const struct options *options;
	struct settings *settings;
	struct definitions *definitions;
	struct ev_loop *loop;
	struct transport *transport;
	struct aws *aws;
	const char *world; /* the endpoint that the calls go to, "aws" for AWS itself */
	struct state *state;
	bool filled; /* the ledger has names of the last good set, which it has to keep before that is
			replaced */
	const char *passed_over; /* what is to be told of the last good set; NULL = nothing */
	struct folder_lock *lock; /* the state directory's; NULL = not taken */
};

/* The exit codes of contract 1.3. */
enum { EXIT_OK = 0, EXIT_DIFFERENT = 1, EXIT_TROUBLE = 2, EXIT_CONFIGURATION = 78, EXIT_INTERRUPTED = 130 };

/* Says one sentence on standard error, with the program's name in front. Returns EXIT_TROUBLE. */
int session_complain(const char *format, ...) PRINTF_LIKE(1, 2);

/* Reads settings and definitions; faults are in them. False: they could not be read at all. */
bool session_load(struct session *session, struct error *error);
/*
 * The set that was last in force, as session_keep kept it; false where there is none, with `error` where
 * there was one. A damaged file of it is put aside.
 */
bool session_load_last_good(struct session *session, struct error *error);
/* What is wrong with a file of the state and what that costs, each once; NULL where all is told. */
const char *session_passed_over(struct session *session);
/* Says all that on standard error. */
void session_tell_state(struct session *session);
/* Keeps the texts of this set, so that a restart with a broken file goes on with it. */
bool session_keep(const struct session *session, struct error *error);
/* Where a version served from here that kept no names: gives the ledger those of the last good set. */
void session_fill_ledger(struct session *session);
/* The same as session_load, and says every fault on standard error; false where there is one. */
bool session_load_valid(struct session *session);

/* Opens the way to AWS and the state, and gives each app without a region the one that holds. */
bool session_connect(struct session *session, struct error *error);

/* The pass that these settings ask for; the caller fills in the callbacks. */
struct pass_options session_pass(const struct session *session);

/* Runs one pass to its end; SIGINT, SIGTERM and SIGHUP stop it. The session's owner frees the pass. */
struct pass *session_run_pass(struct session *session, struct pass_options *options);

void session_close(struct session *session);

#endif
