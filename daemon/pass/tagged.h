#ifndef DAEMON_PASS_TAGGED_H
#define DAEMON_PASS_TAGGED_H

/*
 * The tagging API, and what it costs: which types of resources it is asked for, and what it still names
 * though it is long gone.
 */

#include "aws/failure.h"
#include "model/observed.h"
#include "state/state.h"

/* What to ask for: all types of ours but those that were refused in this region within a day. */
struct subject tagged_subject(struct arena *arena, const struct state_site *memory, time_t now);

/*
 * Leaves out what the API refuses here: the types that it names, or all where it names none, so that it
 * answers for every type. False where the failure is not about them.
 */
bool tagged_leave_out(
	struct subject *subject, const struct failure *failure, struct state_site *memory, time_t now);

/*
 * Whether a family that it names by this revision may have an ACTIVE one. One that is deregistered is named
 * for ever and never comes back: a revision that a list of its family once lacked is not asked for again.
 */
bool tagged_may_be_active(const struct state_site *memory, const char *family, const char *arn);
void tagged_keep_inactive(struct state_site *memory, const char *family, const char *arn);

#endif
