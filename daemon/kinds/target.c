#include <string.h>

#include "arns.h"
#include "common/json.h"
#include "common/text.h"
#include "desired.h"
#include "kinds.h"
#include "model/definition/input.h"

/* What a rule starts: one ECS target with the Id
 * `fargate-batchd`. Targets of other Ids are somebody else's. */

#define TARGET_ID "fargate-batchd"

static const struct field_rule rules[] = {
	{ .path = "id", .form = FIELD_IGNORED },
	{ .path = "arn" },
	{ .path = "roleArn" },
	{ .path = "input", .form = FIELD_JSON },
	{ .path = "inputPath" },
	{ .path = "inputTransformer.inputPathsMap", .form = FIELD_MAP },
	{ .path = "inputTransformer.inputTemplate" },
	{ .path = "ecsParameters.taskDefinitionArn" },
	{ .path = "ecsParameters.taskCount", .absent = "1" },
	{ .path = "ecsParameters.launchType" },
	{ .path = "ecsParameters.platformVersion", .absent = "LATEST" },
	{ .path = "ecsParameters.group" },
	{ .path = "ecsParameters.networkConfiguration.awsvpcConfiguration.subnets", .form = FIELD_SET },
	{ .path = "ecsParameters.networkConfiguration.awsvpcConfiguration.securityGroups",
		.form = FIELD_SET },
	{ .path = "ecsParameters.networkConfiguration.awsvpcConfiguration.assignPublicIp",
		.absent = "DISABLED" },
	{ .path = "ecsParameters.capacityProviderStrategy", .form = FIELD_KEYED, .key = "capacityProvider" },
	{ .path = "ecsParameters.capacityProviderStrategy[].capacityProvider" },
	{ .path = "ecsParameters.capacityProviderStrategy[].base", .absent = "0" },
	{ .path = "ecsParameters.capacityProviderStrategy[].weight", .absent = "0" },
	{ .path = "ecsParameters.enableECSManagedTags", .absent = "false" },
	{ .path = "ecsParameters.enableExecuteCommand", .absent = "false" },
	{ .path = "ecsParameters.propagateTags" },
	{ .path = "ecsParameters.referenceId" },
	{ .path = "ecsParameters.placementConstraints", .form = FIELD_SET },
	{ .path = "ecsParameters.placementConstraints[].type" },
	{ .path = "ecsParameters.placementConstraints[].expression" },
	{ .path = "ecsParameters.placementStrategy" },
	{ .path = "ecsParameters.tags", .form = FIELD_PAIRS, .key = "key", .value = "value" },
	{ .path = "retryPolicy.maximumRetryAttempts", .absent = "185" },
	{ .path = "retryPolicy.maximumEventAgeInSeconds", .absent = "86400" },
	{ .path = "deadLetterConfig.arn" },
};

static void target_want(const struct view *view, struct resources *all)
{
	for (size_t i = 0; i < view->definitions->batch_count; i++) {
		struct batch *batch = &view->definitions->batches[i];

		if (site_has(view, batch->app))
			want_of_batch(view, all, &kind_target, batch, batch->rule_name, TARGET_ID);
	}
}

static json_t *vpc_configuration(const json_t *network)
{
	json_t *vpc = json_must(json_object());
	json_t *groups = json_object_get(network, "securityGroups");

	json_put(vpc, "Subnets", json_deep_copy(json_object_get(network, "subnets")));
	if (json_array_size(groups))
		json_put(vpc, "SecurityGroups", json_deep_copy(groups));
	json_put_text(vpc, "AssignPublicIp", json_text_of(network, "assignPublicIp", NULL));
	return json_must(json_pack("{s:o}", "awsvpcConfiguration", vpc));
}

static json_t *ecs_parameters(const struct resource *want)
{
	const struct batch *batch = want->batch;
	json_t *ecs = json_must(json_pack("{s:s, s:i}", "TaskDefinitionArn",
		want->revision_arn ? want->revision_arn : "", "TaskCount", batch->task_count));

	/* A launch type and a capacity provider strategy exclude each other. */
	if (batch->capacity_provider_strategy)
		json_put(ecs, "CapacityProviderStrategy", json_deep_copy(batch->capacity_provider_strategy));
	else
		json_put_text(ecs, "LaunchType", "FARGATE");
	json_put(ecs, "NetworkConfiguration", vpc_configuration(batch->network));
	json_put_text(ecs, "PlatformVersion", batch->platform_version);
	if (batch->propagate_tags)
		json_put_text(ecs, "PropagateTags", "TASK_DEFINITION");
	if (batch->enable_ecs_managed_tags)
		json_put(ecs, "EnableECSManagedTags", json_true());
	return ecs;
}

static json_t *retry_policy(const struct batch *batch)
{
	json_t *policy;

	if (batch->retry_attempts < 0 && batch->retry_age < 0)
		return NULL;
	policy = json_must(json_object());
	if (batch->retry_attempts >= 0)
		json_put(policy, "MaximumRetryAttempts", json_integer(batch->retry_attempts));
	if (batch->retry_age >= 0)
		json_put(policy, "MaximumEventAgeInSeconds", json_integer(batch->retry_age));
	return policy;
}

static json_t *target_body(const struct view *view, const struct resource *want)
{
	const struct batch *batch = want->batch;
	const char *queue = batch->dead_letter_queue;
	json_t *input = target_input(batch);
	json_t *body = json_must(json_pack("{s:s, s:s, s:s, s:o}", "Id", want->id, "Arn",
		arn_of(view, "ecs", arena_printf(view->arena, "cluster/%s", batch->app->cluster.use.name)),
		"RoleArn", role_arn(view, batch->app->roles.events), "EcsParameters", ecs_parameters(want)));

	if (input) {
		CLEANUP_ARENA struct arena *scratch = arena_new();

		json_put_text(body, "Input", json_canonical(scratch, input));
	}
	json_decref(input);
	json_put(body, "RetryPolicy", retry_policy(batch));
	if (queue)
		json_put(body, "DeadLetterConfig",
			json_pack("{s:s}", "Arn",
				text_starts(queue, "arn:") ? queue : arn_of(view, "sqs", queue)));
	return body;
}

static void target_requests(const struct view *view, const struct change *change, struct requests *out)
{
	if (change->verb == VERB_DELETE)
		requests_add(out, "events", "RemoveTargets",
			json_must(json_pack(
				"{s:s, s:[s]}", "Rule", change->have->name, "Ids", change->have->id)));
	else
		requests_add(out, "events", "PutTargets",
			json_must(json_pack("{s:s, s:[o]}", "Rule", change->want->name, "Targets",
				target_body(view, change->want))));
}

static json_t *targets_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	return json_must(json_pack("{s:s}", "Rule", subject->name));
}

static bool targets_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	const json_t *list = reply ? listed(reply, "Targets", "Id", error) : NULL;
	json_t *target;
	size_t i;

	if (reply && !list)
		return false;
	json_array_foreach (list, i, target) {
		struct resource *have = observed_add(hearing->observed, &kind_target, hearing->subject.name,
			json_text_of(target, "Id", ""), "");

		have->fields = fields_of(hearing->observed->arena, rules, ARRAY_LENGTH(rules), target);
		have->content_read = true;
	}
	return true;
}

const struct reading reading_targets = {
	.service = "events",
	.operation = "ListTargetsByRule",
	.page_in = "NextToken",
	.page_out = "NextToken",
	.params = targets_params,
	.heard = targets_heard,
};

static json_t *users_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	return json_must(json_pack("{s:s}", "TargetArn", subject->name));
}

/* Rules of strangers run tasks on our clusters too, and a revision that one of them names has to stay. */
static bool users_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	const json_t *list = reply ? listed(reply, "RuleNames", NULL, error) : NULL;
	json_t *name;
	size_t i;

	if (reply && !list)
		return false;
	json_array_foreach (list, i, name) {
		struct subject subject = { .name = json_string_value(name) };

		if (!subject.name)
			continue;
		subject.name = arena_copy(hearing->observed->arena, subject.name);
		hearing->ask(hearing->context, &reading_targets, &subject);
	}
	return true;
}

const struct reading reading_users = {
	.service = "events",
	.operation = "ListRuleNamesByTarget",
	.page_in = "NextToken",
	.page_out = "NextToken",
	.params = users_params,
	.heard = users_heard,
};

static json_t *all_clusters_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	(void)subject;
	return json_must(json_pack("{s:i}", "maxResults", 100));
}

/* A stranger's rule may run our revision on a cluster that is none of ours. */
static bool all_clusters_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	const json_t *list = reply ? listed(reply, "clusterArns", NULL, error) : NULL;
	json_t *arn;
	size_t i;

	if (reply && !list)
		return false;
	json_array_foreach (list, i, arn) {
		struct subject subject = { .name = json_string_value(arn) };

		if (!subject.name)
			continue;
		subject.name = arena_copy(hearing->observed->arena, subject.name);
		hearing->ask(hearing->context, &reading_users, &subject);
	}
	return true;
}

const struct reading reading_all_clusters = {
	.service = "ecs",
	.operation = "ListClusters",
	.page_in = "nextToken",
	.page_out = "nextToken",
	.params = all_clusters_params,
	.heard = all_clusters_heard,
};

/* PutTargets and RemoveTargets answer 200 with the entries that failed inside. */
static bool target_done(const struct view *view, const struct request *request, const json_t *reply,
	struct said *said, struct error *error)
{
	const json_t *entry = json_array_get(json_object_get(reply, "FailedEntries"), 0);

	(void)request;
	(void)error;
	if (json_integer_of(reply, "FailedEntryCount", 0) == 0 && !entry)
		return true;
	said->code = arena_copy(view->arena, json_text_of(entry, "ErrorCode", "FailedEntryCount is not 0"));
	said->message = arena_copy(view->arena, json_text_of(entry, "ErrorMessage", "no message"));
	return true;
}

const struct kind kind_target = {
	.name = "target",
	.shape = SHAPE_TARGET,
	.rank = 6,
	.starts = &kind_task_definition,
	.carrier = &kind_rule,
	.own_id = TARGET_ID,
	.revision_path = "ecsParameters.taskDefinitionArn",
	.rules = rules,
	.rule_count = ARRAY_LENGTH(rules),
	.want = target_want,
	.body = target_body,
	.requests = target_requests,
	.done = target_done,
};
