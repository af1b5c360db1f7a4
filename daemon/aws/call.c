#include "call.h"

#include <stdio.h>
#include <string.h>

#include "client.h"
#include "common/json.h"
#include "common/text.h"

/* The index of the counters of an operation: they move when there are more of them. */
static size_t count_of(struct aws *aws, const struct service *service, const char *operation)
{
	for (size_t i = 0; i < aws->count_length; i++)
		if (!strcmp(aws->counts[i].service, service->name) &&
			!strcmp(aws->counts[i].operation, operation))
			return i;
	arena_grow(aws->arena, &aws->counts, sizeof *aws->counts, aws->count_length, &aws->count_capacity);
	aws->counts[aws->count_length] = (struct call_count){ .service = service->name,
		.operation = arena_copy(aws->arena, operation) };
	return aws->count_length++;
}

void call_free(struct call *call)
{
	wire_free(&call->wire);
	json_decref(call->params);
	json_decref(call->reply);
	free(call->operation);
	free(call->access_key);
	free(call->seen);
	free(call);
}

void call_finish(struct call *call, const struct failure *failure)
{
	struct aws *aws = call->aws;

	call->result.ok = failure->class == FAILURE_NONE;
	call->result.failure = *failure;
	call->result.reply = call->result.ok ? call->reply : NULL;
	call->result.key_id = call->access_key;
	call->result.key_origin = identity_origin(call->options.identity);
	call->result.key_renewal = identity_renewal(call->options.identity);
	call->next = NULL;
	*aws->finished_end = call;
	aws->finished_end = &call->next;
}

void aws_deliver(struct aws *aws)
{
	while (aws->finished) {
		struct call *call = aws->finished;

		aws->finished = call->next;
		if (!aws->finished)
			aws->finished_end = &aws->finished;
		call->result.seconds = aws_now(aws) - call->began;
		call->options.done(&call->result, call->options.data);
		call_free(call);
	}
}

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

static void finish_lane(struct lane *lane, const struct failure *failure)
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
	finish_lane(lane, &failure);
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
		finish_lane(lane, &failure);
		break;
	case IDENTITY_WAITING:
		break;
	}
	if (call)
		exchange_start(call, &keys, now);
	return call != NULL;
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

/* The reason why the call cannot even wait for its turn; true where there is none, with its lane found. */
static bool find_lane(struct call *call, const char *region, struct failure *failure)
{
	struct aws *aws = call->aws;
	const struct service *service = service_find(call->options.service);
	struct error error;

	*failure = (struct failure){ .class = FAILURE_REJECTED };
	if (!region)
		region = aws->region;
	if (!service) {
		snprintf(failure->message, sizeof failure->message, "%s is no service that we know",
			call->options.service);
	} else if (!region) {
		strcpy(failure->message, "no region: give the app a region, or set --region or AWS_REGION");
	} else if (!wire_encode(service, call->operation, call->options.params, &call->wire, &error)) {
		text_copy_mended(failure->message, sizeof failure->message, error.text);
	} else {
		call->lane = lane_of(aws, call->options.identity, service, region, call->operation);
		call->count = count_of(aws, service, call->operation);
		return true;
	}
	return false;
}

static struct call *call_new(struct aws *aws, const struct call_options *options)
{
	struct call *call = must_alloc(sizeof *call);

	call->aws = aws;
	call->options = *options;
	call->operation = must_copy(options->operation);
	if (options->page_in)
		call->params = json_must(options->params ? json_deep_copy(options->params) : json_object());
	if (!call->options.identity)
		call->options.identity = aws->own;
	call->number = aws->numbers++;
	call->began = aws_now(aws);
	call->result.service = options->service;
	call->result.operation = call->operation;
	return call;
}

void aws_call(struct aws *aws, const struct call_options *options)
{
	static const struct failure cancelled = { .class = FAILURE_CANCELLED,
		.message = "stopped before it was sent" };
	struct call *call = call_new(aws, options);
	struct failure failure;
	bool found = find_lane(call, options->region, &failure);

	/* Encoded by now, and the caller's again. */
	call->options.params = NULL;
	if (aws->stopped) {
		call_finish(call, &cancelled);
	} else if (!found) {
		call_finish(call, &failure);
	} else {
		lane_add(call->lane, call);
		aws_dispatch(aws);
	}
	if (aws->finished)
		wake(aws, aws_now(aws), aws_now(aws));
}

void aws_stop(struct aws *aws)
{
	static const struct failure cancelled = { .class = FAILURE_CANCELLED,
		.message = "stopped before it was done" };

	aws->stopped = true;
	for (struct lane *lane = aws->lanes; lane; lane = lane->next)
		finish_lane(lane, &cancelled);
	if (aws->finished)
		wake(aws, aws_now(aws), aws_now(aws));
}
