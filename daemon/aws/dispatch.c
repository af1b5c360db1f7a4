#include "dispatch.h"

#include <string.h>

#include "common/text.h"
#include "exchange.h"
#include "finish.h"
#include "identity.h"
#include "lane.h"

/* The way of a call between its lane and whoever asked. */

static void on_wake(void *data)
{
	struct aws *aws = data;

	aws->wake_at = 0;
	aws_dispatch(aws);
	aws_deliver(aws);
}

/* One alarm, for the soonest of all waits. */
static void wake(struct aws *aws, double at, double now)
{
	if (aws->wake_at > 0 && aws->wake_at <= at)
		return;
	aws->transport->forget(aws->transport, aws);
	aws->wake_at = at;
	aws->transport->after(aws->transport, at > now ? at - now : 0, on_wake, aws);
}

void lane_finish(struct lane *lane, const struct failure *failure)
{
	while (lane->waiting) {
		struct call *call = lane->waiting;

		lane->waiting = call->next;
		call_finish(call, failure);
	}
}

static void refuse_lane(struct lane *lane)
{
	struct failure failure = { .class = FAILURE_REJECTED };

	text_copy_mended(failure.message, sizeof failure.message, lane->problem.text);
	lane_finish(lane, &failure);
}

/* Sends one call of the lane where one may go. */
static bool send_next(struct lane *lane, double now, double *wake_at)
{
	struct sigv4_keys keys;
	struct failure failure;
	struct call *call = NULL;

	if (!lane->waiting)
		return false;
	if (!lane->usable) {
		refuse_lane(lane);
		return false;
	}
	switch (identity_keys(lane->identity, lane->waiting, now, &keys, &failure)) {
	case IDENTITY_READY:
		call = lane_take(lane, now, wake_at);
		break;
	case IDENTITY_FAILED:
		lane_finish(lane, &failure);
		break;
	case IDENTITY_WAITING:
		break;
	}
	if (call)
		exchange_start(call, &keys, now);
	return call != NULL;
}

void aws_deliver_soon(struct aws *aws)
{
	if (aws->finished)
		wake(aws, aws_now(aws), aws_now(aws));
}

void aws_dispatch(struct aws *aws)
{
	double now = aws_now(aws), far = now + 365 * 86400.0, wake_at = far;
	bool sent = true;

	/* In turn, so that a long queue of one service does not hold up the others. */
	while (sent) {
		sent = false;
		for (struct lane *lane = aws->lanes; lane && aws->in_flight < aws->in_flight_limit;
			lane = lane->next)
			sent |= send_next(lane, now, &wake_at);
	}
	if (wake_at < far)
		wake(aws, wake_at, now);
}
