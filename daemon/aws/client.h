#ifndef DAEMON_AWS_CLIENT_H
#define DAEMON_AWS_CLIENT_H

/*
 * The inside of `struct aws`, for the files of this folder alone: what its calls share, the lanes in which
 * they wait for their turn, and the calls themselves. What is done with them: lane.h, dispatch.h, exchange.h, finish.h.
 */

#include <stdint.h>

#include "call.h"
#include "credentials.h"
#include "endpoint.h"
#include "rate.h"
#include "retry.h"
#include "service.h"
#include "sigv4.h"
#include "wire.h"

/* All calls that share a rate: one identity, region and service (RegisterTaskDefinition its own); first come,
 * first served. */
struct lane {
	struct lane *next;
	struct identity *identity;
	const struct service *service;
	const char *region, *operation; /* operation: NULL = all others */
	struct endpoint endpoint;
	bool usable; /* the endpoint could be resolved; otherwise why not: */
	struct error problem;
	struct sigv4_scope scope;
	struct rate rate;
	struct retry_bucket retries;
	struct call *waiting; /* by `number` */
};

struct call {
	struct call *next;
	struct aws *aws;
	struct lane *lane;
	unsigned long number; /* of arrival, kept through retries and pages */
	char *operation;
	struct call_options options; /* operation and params below in place of the caller's */
	json_t *params; /* our copy, for the next page; NULL = one page */
	struct wire wire;
	double began, ready_at;
	unsigned attempt; /* transient faults and throttling without deadline, on this page */
	unsigned throttled; /* in a row */
	double spent; /* retry tokens on this page */
	bool refreshed, corrected;
	double silent_since; /* when the first try went out that nothing has answered since; 0 = none has */
	double skew; /* with which the exchange under way was signed */
	size_t count; /* index of the counters */
	unsigned char (*seen)[DIGEST_SIZE]; /* the page tokens so far */
	size_t pages, seen_capacity;
	size_t bytes; /* of the answers so far */
	char *access_key; /* with which the exchange under way was signed */
	json_t *reply;
	struct call_result result;
};

struct aws {
	struct transport *transport;
	struct arena *arena;
	struct configuration configuration;
	struct endpoint_sources endpoints;
	const char *region;
	json_t *rates;
	struct identity *identities, *own;
	struct lane *lanes;
	struct call *finished, **finished_end; /* to be told from the next event */
	struct call *flying; /* with an exchange under way */
	unsigned in_flight, in_flight_limit;
	unsigned long numbers;
	uint64_t random;
	double skew; /* what AWS's clock is taken to be ahead of ours where requests are signed, seconds */
	double ahead; /* the same as the last answer shows it */
	bool stopped;
	double wake_at; /* of the one alarm that is set, 0 = none */
	struct call_count *counts;
	size_t count_length, count_capacity;
	call_trace_function *trace;
	void *trace_data;
	struct sigv4_signature signature;
};

static inline double aws_now(struct aws *aws)
{
	return aws->transport->now(aws->transport);
}

#endif
