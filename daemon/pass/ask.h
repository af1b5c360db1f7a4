#ifndef DAEMON_PASS_ASK_H
#define DAEMON_PASS_ASK_H

/* Where kinds and AWS meet: a reading or a request as a call, and what a failed call says to a person. */

#include "aws/call.h"
#include "model/kind.h"

/* What a site's calls have in common. */
struct line {
	struct aws *aws;
	struct identity *identity;
	const char *region;
	double deadline;
	struct pauses *pauses; /* for what passes by itself */
};

/* Asks one reading about one subject; `page` may be NULL. */
void ask_reading(const struct line *line, const struct view *view, const struct reading *reading,
	const struct subject *subject, call_page *page, call_done *done, void *data);

/* Carries one request out. */
void ask_request(const struct line *line, const struct request *request, call_done *done, void *data);

/*
 * "events PutRule: AccessDeniedException: … (request id …); allow events:PutRule to this identity": what
 * failed, AWS's own words, and what to do where that is known. From the arena.
 */
char *ask_failure(struct arena *arena, const struct call_result *result);

/*
 * The same as an error, with the call that failed: ERROR_AWS where AWS answered so, ERROR_NETWORK where nobody
 * did (5xx too), which passes by itself. Returns false, to be returned on.
 */
bool ask_error(struct arena *arena, const struct call_result *result, struct error *error);

#endif
