#include "lane.h"

#include <string.h>

#include "common/text.h"
#include "finish.h"

/* AWS refills one registration a second, whatever it allows for the rest of the service. */
#define REGISTER      "RegisterTaskDefinition"
#define REGISTER_RATE 1.0

static struct rate rate_for(const struct aws *aws, const struct service *service, const char *operation)
{
	const json_t *set = json_object_get(aws->rates, service->name);
	double own = json_number_value(set);

	if (operation)
		return own > 0 && own < REGISTER_RATE ? rate_fixed(own) : rate_careful(REGISTER_RATE);
	return own > 0 ? rate_fixed(own) : rate_new(service->rate);
}

static struct lane *lane_new(struct aws *aws, struct identity *identity, const struct service *service,
	const char *region, const char *operation)
{
	struct lane *lane = arena_alloc(aws->arena, sizeof *lane);

	lane->identity = identity;
	lane->service = service;
	lane->region = arena_copy(aws->arena, region);
	lane->operation = operation;
	lane->rate = rate_for(aws, service, operation);
	lane->retries = retry_bucket_new();
	lane->usable = endpoint_resolve(
		&aws->endpoints, service, lane->region, aws->arena, &lane->endpoint, &lane->problem);
	lane->scope.region = lane->endpoint.signing_region;
	lane->scope.service = service->signing_name;
	lane->next = aws->lanes;
	aws->lanes = lane;
	return lane;
}

struct lane *lane_of(struct aws *aws, struct identity *identity, const struct service *service,
	const char *region, const char *operation)
{
	const char *own = !strcmp(operation, REGISTER) ? REGISTER : NULL;

	for (struct lane *lane = aws->lanes; lane; lane = lane->next)
		if (lane->identity == identity && lane->service == service && !strcmp(lane->region, region) &&
			!text_compare(lane->operation, own))
			return lane;
	return lane_new(aws, identity, service, region, own);
}

void lane_add(struct lane *lane, struct call *call)
{
	struct call **place = &lane->waiting;

	while (*place && (*place)->number < call->number)
		place = &(*place)->next;
	call->next = *place;
	*place = call;
}

/* Calls that were to be told by now that their turn has not come. */
static void give_up_late(struct lane *lane, double now, double *wake)
{
	struct call **place = &lane->waiting;

	while (*place) {
		struct call *call = *place;
		double deadline = call->options.deadline;
		struct failure failure = { .class = FAILURE_THROTTLED };

		if (deadline <= 0 || now < deadline) {
			if (deadline > 0 && deadline < *wake)
				*wake = deadline;
			place = &call->next;
			continue;
		}
		*place = call->next;
		if (call->throttled)
			failure = call->result.failure;
		else
			strcpy(failure.message,
				"did not get its turn in time: AWS allows fewer requests a second");
		call_finish(call, &failure);
	}
}

/* A wait that no rule of ours makes comes from a clock that was set back. */
static bool is_ready(const struct call *call, double now)
{
	const double longest = 30;

	return call->ready_at <= now || call->ready_at > now + longest;
}

struct call *lane_take(struct lane *lane, double now, double *wake)
{
	struct call **place = &lane->waiting;
	double soonest = 0;

	if (!lane->waiting)
		return NULL;
	while (*place && !is_ready(*place, now)) {
		if (soonest == 0 || (*place)->ready_at < soonest)
			soonest = (*place)->ready_at;
		place = &(*place)->next;
	}
	if (*place) {
		double wait = rate_take(&lane->rate, now);
		struct call *call = *place;

		if (wait == 0) {
			*place = call->next;
			return call;
		}
		soonest = now + wait;
	}
	if (soonest < *wake)
		*wake = soonest;
	give_up_late(lane, now, wake);
	return NULL;
}
