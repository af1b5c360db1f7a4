#ifndef DAEMON_AWS_PASSING_H
#define DAEMON_AWS_PASSING_H

/*
 * What AWS refuses for a while and then does: one region of IAM has not told the others yet, one change is
 * still being made while the next is asked for. It is waited for and is no failure. Pure.
 */

#include <stdbool.h>

#include "failure.h"

struct passing {
	const char *service; /* NULL = any */
	const char *operation; /* NULL = any */
	const char *code; /* without "Exception" at its end; NULL = any */
	const char *says; /* a part of AWS's message; NULL = any */
	double seconds; /* as long as AWS takes at most */
	bool new_role; /* passes only where a role has just been made or changed; else it is a refusal */
	const char *until; /* what is waited for: "until …" */
};

/*
 * The row for a refusal, NULL where nothing is to be waited for. `new_role`: whether a role was made or
 * changed a moment ago.
 */
const struct passing *passing_find(
	const char *service, const char *operation, const struct failure *failure, bool new_role);

#endif
