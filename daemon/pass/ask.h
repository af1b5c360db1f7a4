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

/* Whether it is AWS that answered so, or nobody did (ERROR_NETWORK, 5xx too), which passes by itself. */
enum error_code ask_error_code(const struct call_result *result);

#endif
