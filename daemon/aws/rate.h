#ifndef DAEMON_AWS_RATE_H
#define DAEMON_AWS_RATE_H

/*
 * How fast one service may be asked: a token bucket that begins full, so that a whole pass goes at once, and
 * that AWS's own throttling teaches how fast it may refill. Pure: the caller tells the time.
 */

#include <stdbool.h>

struct rate {
	double sustained; /* requests a second, where throttling begins from */
	double ceiling; /* what growth never passes */
	double burst; /* room of the bucket while AWS does not throttle */
	double step; /* how much each success adds while AWS throttles */
	double now_rate, tokens;
	double at; /* when the tokens were counted */
	double cut_at; /* when AWS last made us slow down */
	double too_fast; /* the rate at which it did */
	unsigned cuts; /* how often since it began to throttle; 0 = it does not */
	bool succeeded; /* a request that left after that came through */
};

/* By default a burst of 1000 requests, and growth past `sustained` where AWS allows more. */
struct rate rate_new(double sustained);
/* What a person has set: never more than `sustained` a second, with one second's worth at once. */
struct rate rate_fixed(double sustained);
/* For RegisterTaskDefinition, whose refill at AWS is one a second: the same burst, careful growth. */
struct rate rate_careful(double sustained);

/* Takes a token and returns 0, or returns the seconds until there will be one. */
double rate_take(struct rate *rate, double now);

/* The same question without taking. */
double rate_wait(struct rate *rate, double now);

/* An answer came to a request that left at `sent`. */
void rate_answered(struct rate *rate, double now, double sent, bool throttled);

#endif
