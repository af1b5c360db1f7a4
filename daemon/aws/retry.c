#include "retry.h"

#include <stdlib.h>

#define BUCKET        500.0
#define LONGEST_S     20.0
#define RETRY_AFTER_S 5.0

static const struct {
	double cost, base;
} kinds[] = { [RETRY_TRANSIENT] = { 14, 0.05 }, [RETRY_THROTTLED] = { 5, 1.0 } };

struct retry_bucket retry_bucket_new(void)
{
	return (struct retry_bucket){ BUCKET };
}

bool retry_allowed(struct retry_bucket *bucket, enum retry_kind kind, double *spent)
{
	if (bucket->tokens < kinds[kind].cost)
		return false;
	bucket->tokens -= kinds[kind].cost;
	*spent += kinds[kind].cost;
	return true;
}

void retry_succeeded(struct retry_bucket *bucket, double spent)
{
	bucket->tokens += spent > 0 ? spent : 1;
	if (bucket->tokens > BUCKET)
		bucket->tokens = BUCKET;
}

/* Jitter needs no secrecy: splitmix64. */
static double chance(uint64_t *random)
{
	uint64_t z = *random += 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double doubled(double base, unsigned times, double longest)
{
	while (times-- > 0 && base < longest)
		base *= 2;
	return base < longest ? base : longest;
}

static double honoured(double delay, const char *retry_after)
{
	double asked = retry_after ? strtod(retry_after, NULL) / 1000.0 : 0;

	if (asked > delay)
		delay = asked < delay + RETRY_AFTER_S ? asked : delay + RETRY_AFTER_S;
	return delay;
}

double retry_delay(uint64_t *random, enum retry_kind kind, unsigned attempt, const char *retry_after)
{
	return honoured(chance(random) * doubled(kinds[kind].base, attempt - 1, LONGEST_S), retry_after);
}

double retry_turn(uint64_t *random, unsigned attempt, const char *retry_after)
{
	return honoured(chance(random) * doubled(0.25, attempt, 2.0), retry_after);
}
