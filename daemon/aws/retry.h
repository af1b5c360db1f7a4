#ifndef DAEMON_AWS_RETRY_H
#define DAEMON_AWS_RETRY_H

/*
 * How long to wait before the next try, and whether there may be one: full jitter, and a bucket of retry
 * tokens that keeps an outage from being answered with a storm. The figures are those of the SDKs' standard
 * mode. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

struct retry_bucket {
	double tokens;
};

enum { RETRY_ATTEMPTS = 3 };

enum retry_kind { RETRY_TRANSIENT, RETRY_THROTTLED };

struct retry_bucket retry_bucket_new(void);

/* Takes what one more try costs (added to `spent`); false where the bucket does not hold it. */
bool retry_allowed(struct retry_bucket *bucket, enum retry_kind kind, double *spent);

/* A success gives back what its retries have cost, or one token where it needed none. */
void retry_succeeded(struct retry_bucket *bucket, double spent);

/*
 * Seconds before try number `attempt` + 1 (1 = after the first try): random × min(base × 2^(attempt-1), 20).
 * What AWS asks for (x-amz-retry-after in milliseconds; NULL = nothing) counts where it is longer, by at most
 * 5 seconds.
 */
double retry_delay(uint64_t *random, enum retry_kind kind, unsigned attempt, const char *retry_after);

/* The same for a call that waits for its turn under throttling, where the rate already paces all calls. */
double retry_turn(uint64_t *random, unsigned attempt, const char *retry_after);

#endif
