#ifndef DAEMON_AWS_CALL_H
#define DAEMON_AWS_CALL_H

/*
 * The one asynchronous object: a call of an AWS operation. It waits for its turn (rate), signs (sigv4) with
 * the keys of its identity (credentials), sends, classifies the answer (failure), backs off and tries again,
 * asks for the next page, and calls `done` exactly once, never from inside aws_call(). It knows no resource
 * kinds.
 */

#include <jansson.h>
#include <stdbool.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/http.h"
#include "failure.h"

struct aws; /* all that calls share: transport, configuration, rates, identities */
struct identity; /* whose keys: the chain's own, or a role assumed with them */

struct call_result {
	bool ok;
	const json_t *reply; /* ok: the answer's members ({} where empty); of the last page; borrowed for the
				callback */
	struct failure failure; /* not ok: what AWS or the network said */
	const char *service, *operation;
	char request_id[80]; /* AWS's, "" where none came */
	/* The id of the access key that signed it last (NULL = it never left), where that key comes from, and
	 * how a new one comes into use (both NULL where there are no keys). */
	const char *key_id, *key_origin, *key_renewal;
	unsigned tries; /* requests sent, over all pages */
	double seconds; /* from aws_call() to now */
};

/* Each page but the last; false ends the reading here, and `done` then comes with this page as the last. */
typedef bool call_page(const json_t *reply, void *data);
typedef void call_done(const struct call_result *result, void *data);

struct call_options {
	const char *service; /* botocore's name: "ecr", "ecs", "events", "logs", "iam", "sts", "tagging", … */
	const char *operation; /* "DescribeClusters" */
	const json_t *params; /* the operation's members spelled as the service does; borrowed until aws_call
				 returns */
	struct identity *identity;
	const char *region;
	/*
	 * The operation must not be repeated when it may have been carried out (no client token): an answer
	 * that was lost, or a 5xx, then ends the call as FAILURE_UNKNOWN. Throttling is still waited out.
	 */
	bool once;
	/* Paging: the request's and the answer's token members;
	 * NULL page_in = one page. `page` may be NULL. */
	const char *page_in, *page_out;
	call_page *page;
	call_done *done;
	void *data;
	/* Until when (transport's clock) a throttled call may wait for its turn; 0 = three tries and no
	 * longer. */
	double deadline;
	/*
	 * So many seconds without an answer, over all tries, and nobody is taken to be there; 0 = each try
	 * waits as long as the transport does. Any answer, also a throttling, starts them anew.
	 */
	double silence;
};

/*
 * One line of each exchange for --debug, without keys or signatures: service, operation, region, HTTP status
 * (0 = none), which try, milliseconds, request id, error code ("" = none).
 */
struct call_trace {
	const char *service, *operation, *region, *request_id, *error_code;
	long status;
	unsigned try;
	double milliseconds;
};
typedef void call_trace_function(const struct call_trace *trace, void *data);

struct aws_options {
	struct transport *transport;
	/* Flag, settings: NULL where not given. The order of 1.2 is kept inside: flag, environment, settings,
	 * profile. */
	const char *endpoint_url_flag, *endpoint_url_setting;
	const char *region_flag, *region_setting;
	/* --profile, and the settings' profile, which AWS_PROFILE comes before; both NULL: "default". */
	const char *profile_flag, *profile_setting;
	bool strict; /* a configuration file that others may write is an error, not only a warning */
	const json_t *rates; /* the settings' `rates`: {"<service>": requests per second}; NULL = defaults */
	unsigned in_flight; /* exchanges under way at most; 0 = 20 */
	call_trace_function *trace;
	void *trace_data;
};

/* Reads the environment and the shared files once; a file that is there and broken is an error. */
struct aws *aws_new(const struct aws_options *options, struct error *error);
/* Ends everything without calling back, not to be called
 * from a callback. Before its transport; accepts NULL. */
struct aws *aws_free(struct aws *aws);

/* A sentence about a configuration file that others may write; NULL where there is none. */
const char *aws_warning(const struct aws *aws);

/* The region where nothing more special is said; NULL where neither flag, environment, settings nor profile
 * names one. */
const char *aws_region(const struct aws *aws);
/* "aws", "aws-cn", "aws-us-gov" …, by the region. */
const char *aws_partition(const char *region);
/* "amazonaws.com" …, what the partition's host names end with. */
const char *aws_suffix(const char *region);
/*
 * Which world the calls go to, from the arena: "aws" for AWS itself, whatever partition and region, else the
 * URL of the endpoint that somebody set. NULL and `error` where the endpoint cannot be used.
 */
char *aws_world(const struct aws *aws, struct arena *arena, struct error *error);

/* The identity for a role ARN (NULL = the chain's own keys); the same ARN gives the same object. Lives as
 * long as `aws`. */
struct identity *aws_identity(struct aws *aws, const char *role_arn);

/* How many seconds AWS's clock is ahead of this machine's, as the answers show it; 0 before one did. */
double aws_clock(const struct aws *aws);
/* Goes on with what another one has learnt of the clock. */
void aws_keep_clock(struct aws *aws, const struct aws *before);

void aws_call(struct aws *aws, const struct call_options *options);

/* No new request leaves from now on: what is in flight is waited for, the rest is done with
 * FAILURE_CANCELLED. */
void aws_stop(struct aws *aws);

/* Counters since the start by (service, operation), for metrics and benchmarks. */
/* calls: requests sent, each try and page; errors: answers
 * that were none of success, among them: throttled. */
struct call_count {
	const char *service, *operation;
	unsigned long calls, errors, throttled;
};
size_t aws_counts(const struct aws *aws, const struct call_count **counts);

/* When the chain's own keys expire (seconds since the epoch), 0 = never or not known. */
double aws_credentials_expiry(const struct aws *aws);

#endif
