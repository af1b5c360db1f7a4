#include "call.h"

#include <stdio.h>
#include <string.h>

#include "client.h"
#include "common/json.h"
#include "common/text.h"
#include "dispatch.h"
#include "finish.h"
#include "lane.h"

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
	aws_deliver_soon(aws);
}

void aws_stop(struct aws *aws)
{
	static const struct failure cancelled = { .class = FAILURE_CANCELLED,
		.message = "stopped before it was done" };

	aws->stopped = true;
	for (struct lane *lane = aws->lanes; lane; lane = lane->next)
		lane_finish(lane, &cancelled);
	aws_deliver_soon(aws);
}
