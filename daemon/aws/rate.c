#include "rate.h"

/* What a pass over 300 batches needs of one service, and as much again. */
#define BURST 1000.0
/* After this long without throttling what AWS has taught is forgotten, as its own bucket is full again. */
#define FORGET_S 60.0
/* How much of a second's worth may come together while AWS throttles. */
#define LIMITED_BURST_S 0.25
#define SLOWER          0.85
/* Where not one request came through since. */
#define MUCH_SLOWER  0.6
#define STEP         0.05
#define LARGE_STEP   0.25
#define SLOWEST      0.1
#define CAREFUL      0.02
#define CAREFUL_FAR  0.12
#define GROWTH_LIMIT 20.0

static double least(double a, double b)
{
	return a < b ? a : b;
}

static double most(double a, double b)
{
	return a > b ? a : b;
}

struct rate rate_new(double sustained)
{
	sustained = most(sustained, SLOWEST);
	return (struct rate){ .sustained = sustained,
		.ceiling = sustained * GROWTH_LIMIT,
		.burst = BURST,
		.step = STEP,
		.now_rate = sustained,
		.tokens = BURST };
}

struct rate rate_fixed(double sustained)
{
	struct rate rate = rate_new(sustained);

	rate.ceiling = rate.sustained;
	rate.burst = rate.tokens = most(rate.sustained, 1.0);
	return rate;
}

struct rate rate_careful(double sustained)
{
	struct rate rate = rate_new(sustained);

	rate.step = CAREFUL;
	return rate;
}

/* Counts the tokens up to now. A clock that was set back adds none. */
static void refill(struct rate *rate, double now)
{
	double room = rate->burst;

	if (rate->cuts && (now - rate->cut_at > FORGET_S || now < rate->cut_at)) {
		rate->cuts = 0;
		rate->now_rate = most(rate->now_rate, rate->sustained);
	}
	if (rate->cuts)
		room = least(room, most(1.0, rate->now_rate * LIMITED_BURST_S));
	if (now > rate->at && rate->at > 0)
		rate->tokens += (now - rate->at) * rate->now_rate;
	rate->tokens = least(rate->tokens, room);
	rate->at = now;
}

double rate_wait(struct rate *rate, double now)
{
	/* A clock of seconds since 1970 counts in steps of 0.2 µs: what they lose must not cost another
	 * wake-up. */
	const double enough = 1.0 - 1e-3;

	refill(rate, now);
	return rate->tokens >= enough ? 0 : (1.0 - rate->tokens) / rate->now_rate;
}

double rate_take(struct rate *rate, double now)
{
	double wait = rate_wait(rate, now);

	if (wait == 0)
		rate->tokens -= 1.0;
	return wait;
}

/*
 * One slow-down for each round of answers: what left before the last one tells nothing about the new rate.
 * The first only goes back to the sustained rate, and growth from there is quick until AWS throttles again.
 */
static void slow_down(struct rate *rate, double now, double sent)
{
	rate->tokens = least(rate->tokens, 0);
	if (rate->cuts && sent < rate->cut_at)
		return;
	rate->too_fast = rate->cuts ? rate->now_rate : rate->ceiling;
	if (rate->cuts)
		rate->now_rate = most(rate->now_rate * (rate->succeeded ? SLOWER : MUCH_SLOWER), SLOWEST);
	else
		rate->now_rate = rate->sustained;
	rate->cuts++;
	rate->succeeded = false;
	rate->cut_at = now;
}

/* In large steps while it is well below what was too fast, in small ones from there. */
static double step(const struct rate *rate)
{
	bool far = rate->now_rate < rate->too_fast * 0.9;

	if (!far)
		return rate->step;
	return rate->step > CAREFUL ? LARGE_STEP : CAREFUL_FAR;
}

void rate_answered(struct rate *rate, double now, double sent, bool throttled)
{
	refill(rate, now);
	if (throttled) {
		slow_down(rate, now, sent);
	} else if (rate->cuts) {
		rate->succeeded |= sent >= rate->cut_at;
		rate->now_rate = least(rate->ceiling, rate->now_rate + step(rate));
	}
}
