#include "pass/pauses.h"

#include <stdio.h>
#include <string.h>

#include "scripted.h"

#include "../check.h"

/* What passes by itself, how long it is waited for, and what ends the waiting. */

static struct call_result refusal(
	const char *service, const char *operation, const char *code, const char *message)
{
	struct call_result result = { .service = service, .operation = operation, .tries = 1 };

	result.failure.class = FAILURE_REJECTED;
	result.failure.status = 400;
	snprintf(result.failure.code, sizeof result.failure.code, "%s", code);
	snprintf(result.failure.message, sizeof result.failure.message, "%s", message);
	return result;
}

static double seconds_for(
	const char *service, const char *operation, const char *code, const char *message, bool new_role)
{
	struct call_result result = refusal(service, operation, code, message);
	const struct passing *row = passing_find(service, operation, &result.failure, new_role);

	return row ? row->seconds : 0;
}

#define NOT_ASSUMED \
	"Provided role 'arn:aws:iam::1:role/ecsEventRole' cannot be assumed by principal " \
	"'events.amazonaws.com'."
#define PASS_ROLE \
	"User: x is not authorized to perform: iam:PassRole on resource: y because no policy allows it"

static void the_table(void)
{
	static const struct {
		const char *service, *operation, *code, *message;
		int anyway, new_role; /* seconds */
	} cases[] = {
		{ "events", "PutTargets", "ValidationException", NOT_ASSUMED, 0, 120 },
		{ "events", "PutTargets", "ValidationException", "Parameter Rule is not valid.", 0, 0 },
		{ "events", "PutTargets", "AccessDeniedException", PASS_ROLE, 0, 120 },
		{ "ecs", "RegisterTaskDefinition", "ClientException", PASS_ROLE, 0, 120 },
		{ "events", "PutTargets", "AccessDeniedException",
			"User: x is not authorized to perform: events:PutTargets", 0, 0 },
		{ "events", "PutTargets", "AccessDeniedException",
			PASS_ROLE ", with an explicit deny in a service control policy", 0, 0 },
		{ "ecs", "RegisterTaskDefinition", "ClientException", "Role is not valid", 0, 120 },
		{ "ecs", "RegisterTaskDefinition", "ClientException", "Invalid 'cpu' setting for task.", 0,
			0 },
		{ "ecs", "RegisterTaskDefinition", "ClientException",
			"Too many concurrent attempts to create a new revision of the specified family.", 30,
			30 },
		{ "ecs", "CreateCluster", "InvalidParameterException",
			"Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
			120, 120 },
		{ "ecs", "CreateCluster", "InvalidParameterException", "Invalid cluster name.", 0, 0 },
		{ "ecs", "DeleteCluster", "UpdateInProgressException", "", 30, 30 },
		{ "ecs", "PutClusterCapacityProviders", "ClientException", "Cluster was not ACTIVE.", 30,
			30 },
		{ "ecs", "PutClusterCapacityProviders", "ResourceInUseException", "in use", 0, 0 },
		{ "logs", "PutRetentionPolicy", "ResourceNotFoundException", "", 30, 30 },
		{ "logs", "CreateLogGroup", "OperationAbortedException", "", 30, 30 },
		{ "logs", "CreateLogGroup", "LimitExceededException", "", 0, 0 },
		{ "ecr", "PutLifecyclePolicy", "RepositoryNotFoundException", "", 30, 30 },
		{ "ecr", "PutLifecyclePolicy", "LifecyclePolicyNotFoundException", "", 0, 0 },
		{ "events", "DeleteRule", "ValidationException",
			"Rule can't be deleted since it has targets.", 30, 30 },
		{ "events", "PutTargets", "ConcurrentModificationException", "", 30, 30 },
		{ "events", "PutTargets", "ResourceNotFoundException", "", 30, 30 },
		{ "events", "PutRule", "ManagedRuleException", "", 0, 0 },
		{ "iam", "AttachRolePolicy", "NoSuchEntity", "The role with name x cannot be found.", 120,
			120 },
		{ "iam", "AttachRolePolicy", "NoSuchEntity",
			"Policy arn:aws:iam::aws:policy/x does not exist or is not attachable.", 0, 0 },
		{ "iam", "TagRole", "EntityTemporarilyUnmodifiable", "", 120, 120 },
		{ "iam", "TagRole", "EntityTemporarilyUnmodifiableException", "", 120, 120 },
		{ "iam", "TagRole", "ConcurrentModification", "", 120, 120 },
		{ "iam", "TagRole", "ConcurrentModificationOfSomething", "", 0, 0 },
		{ "iam", "TagRole", "", "The role with name x cannot be found.", 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		double anyway = seconds_for(
			cases[i].service, cases[i].operation, cases[i].code, cases[i].message, false);
		double new_role = seconds_for(
			cases[i].service, cases[i].operation, cases[i].code, cases[i].message, true);
		bool same = anyway == cases[i].anyway;

		if (!CHECK(same))
			printf("  %s %s: %s: %g\n", cases[i].code, cases[i].message, cases[i].operation,
				anyway);
		same = new_role == cases[i].new_role;
		if (!CHECK(same))
			printf("  %s %s: %s, new role: %g\n", cases[i].code, cases[i].message,
				cases[i].operation, new_role);
	}
}

/* Somebody who asks, is refused, and waits. */
struct asker {
	struct arena *arena;
	struct scripted *scripted;
	struct pauses pauses;
	struct pause pause;
	struct call_result refusal;
	const char *asked, *told; /* seconds since the start; of what was told, what was left */
	unsigned news;
	bool gave_up;
};

static void told(const struct wait *wait, void *data)
{
	struct asker *asker = data;

	asker->told =
		arena_printf(asker->arena, "%s%s%.0f", asker->told, *asker->told ? " " : "", wait->most);
	asker->news += wait->news;
}

static void ask(void *data)
{
	struct asker *asker = data;

	asker->asked = arena_printf(asker->arena, "%s%s%.0f", asker->asked, *asker->asked ? " " : "",
		scripted_now(asker->scripted) - SCRIPTED_START);
	asker->gave_up =
		!pause_before(&asker->pauses, &asker->pause, NULL, &asker->refusal, false, ask, asker);
}

static struct asker begin(struct arena *arena, struct call_result result)
{
	struct asker asker = {
		.arena = arena, .scripted = scripted_new(), .refusal = result, .asked = "", .told = ""
	};

	asker.pauses = (struct pauses){
		.arena = arena, .transport = scripted_transport(asker.scripted), .waits = told
	};
	return asker;
}

static void as_long_as_aws_takes(struct call_result result, const char *asked, const char *left)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct asker asker = begin(arena, result);

	asker.pauses.data = &asker;
	ask(&asker);
	scripted_run(asker.scripted);
	CHECK(asker.gave_up);
	CHECK_TEXT(asker.asked, asked);
	CHECK_TEXT(asker.told, left);
	CHECK_NUMBER(asker.news, 1);
	scripted_free(asker.scripted);
}

static void a_clock_that_is_set_lengthens_nothing(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct asker asker =
		begin(arena, refusal("logs", "PutRetentionPolicy", "OperationAbortedException", ""));

	asker.pauses.data = &asker;
	ask(&asker);
	scripted_run_until(asker.scripted, SCRIPTED_START + 3);
	scripted_pass(asker.scripted, -3600);
	scripted_run(asker.scripted);
	CHECK(asker.gave_up);
	CHECK_TEXT(asker.told, "30 29 27 23 15");
	scripted_free(asker.scripted);
}

static void a_stop_ends_it_at_once(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct asker asker = begin(arena, refusal("iam", "TagRole", "EntityTemporarilyUnmodifiable", "busy"));

	asker.pauses.data = &asker;
	ask(&asker);
	scripted_run_until(asker.scripted, SCRIPTED_START + 20);
	CHECK_TEXT(asker.asked, "0 1 3 7 15");
	pauses_stop(&asker.pauses);
	scripted_run_until(asker.scripted, SCRIPTED_START + 20);
	/* The last pause began at 15 and ends with the stop, and none begins after that. */
	CHECK_NUMBER(scripted_pending(asker.scripted), 0);
	CHECK(asker.gave_up);
	CHECK(strstr(asker.pause.said, "EntityTemporarilyUnmodifiable: busy") != NULL);
	scripted_free(asker.scripted);
}

int main(void)
{
	the_table();
	as_long_as_aws_takes(refusal("logs", "PutRetentionPolicy", "ResourceNotFoundException", ""),
		"0 1 3 7 15 30", "30 29 27 23 15");
	as_long_as_aws_takes(refusal("iam", "TagRole", "ConcurrentModification", ""),
		"0 1 3 7 15 31 47 63 79 95 111 120", "120 119 117 113 105 89 73 57 41 25 9");
	a_clock_that_is_set_lengthens_nothing();
	a_stop_ends_it_at_once();
	return check_end();
}
