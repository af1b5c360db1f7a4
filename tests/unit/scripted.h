#ifndef TESTS_SCRIPTED_H
#define TESTS_SCRIPTED_H

/*
 * A transport for tests: answers come from a script or a function, the clock is virtual and jumps from one
 * event to the next, and every request is recorded.
 */

#include <stdbool.h>
#include <stddef.h>

#include "common/http.h"

struct scripted;

struct scripted_request {
	const char *method, *url, *body;
	const char *target; /* X-Amz-Target or the body's Action=…; "" = neither */
	double at; /* when it was sent */
	struct http_header headers[16];
	size_t header_count;
	double timeout; /* 0 = the transport's own */
	bool once;
};

struct scripted_answer {
	const char *match; /* a part of the request's target or URL; NULL = any request */
	long status; /* 0 = no answer */
	const char *body; /* NULL = "" */
	struct http_header headers[4];
	double delay; /* seconds from request to answer */
	bool maybe_processed; /* with status 0 */
	bool for_ever; /* for every request that matches, not only the next */
};

/* Answers what the script does not: fills `answer`, whose texts are copied before the next request. */
typedef void scripted_server(
	const struct scripted_request *request, struct scripted_answer *answer, void *data);

/* The clock begins at 2026-11-24T00:00:00Z. */
enum { SCRIPTED_START = 1795478400 };

struct scripted *scripted_new(void);
void scripted_free(struct scripted *scripted);
struct transport *scripted_transport(struct scripted *scripted);

/* Adds to the script; the first entry that matches a request answers it. What nothing answers gets a 599. */
void scripted_say(struct scripted *scripted, struct scripted_answer answer);
void scripted_serve(struct scripted *scripted, scripted_server *server, void *data);

/* From now on only the last few requests are kept, for
 * tests that measure memory; their number is counted on. */
void scripted_forgets(struct scripted *scripted);

/* Runs events in the order of time until none is left, or until the clock reaches `until`. */
void scripted_run(struct scripted *scripted);
void scripted_run_until(struct scripted *scripted, double until);
/* Sets the clock forward without an event. */
void scripted_pass(struct scripted *scripted, double seconds);
double scripted_now(const struct scripted *scripted);

size_t scripted_count(const struct scripted *scripted);
const struct scripted_request *scripted_request(const struct scripted *scripted, size_t index);
/* "" where the request has no such header. */
const char *scripted_header(const struct scripted_request *request, const char *name);
/* Exchanges and alarms that wait. */
size_t scripted_pending(const struct scripted *scripted);
/* The most exchanges that were under way at once. */
size_t scripted_most(const struct scripted *scripted);

#endif
