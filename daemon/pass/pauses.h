#ifndef DAEMON_PASS_PAUSES_H
#define DAEMON_PASS_PAUSES_H

/*
 * What passes by itself on AWS (aws/passing.h) is waited for within the pass: pauses that grow, that end at
 * once when somebody asks the pass to stop, and that say what they wait for while they do.
 */

#include "ask.h"
#include "aws/passing.h"

/* What is waited for, as a person is told. */
struct wait {
	const struct resource *what; /* the resource that AWS does not take, or does not know, yet */
	const char *until; /* "IAM has told all services of the role" */
	const char *said; /* what AWS said, as a failure would tell it */
	const char *error_code; /* AWS's */
	double most; /* seconds that are left */
	bool news; /* nobody was told of this cause in this pass */
};

/* All of one pass. */
struct pauses {
	struct arena *arena;
	struct transport *transport;
	void (*waits)(const struct wait *wait, void *data); /* at each pause; may be NULL */
	void *data;
	struct pause *first; /* under way */
	const struct passing **causes; /* that were told */
	size_t cause_count, cause_capacity;
	bool stopped;
};

/* That of one action or question; begins empty. */
struct pause {
	struct pauses *all;
	struct pause *next;
	double seconds, waited; /* the last one, and all of them so far */
	const char *said;
	void (*again)(void *data);
	void *data;
};

/*
 * Whether this refusal is waited for: `again` is then called when it is worth another try, or at once when
 * the pass is stopped. False where it does not pass by itself, or has had as long as AWS takes. `new_role`:
 * whether a role was made or changed a moment ago. `what` lives as long as the pass.
 */
bool pause_before(struct pauses *all, struct pause *pause, const struct resource *what,
	const struct call_result *result, bool new_role, void (*again)(void *data), void *data);

/* Ends them all now: whoever waits asks AWS once more, which answers nothing any more. */
void pauses_stop(struct pauses *all);

#endif
