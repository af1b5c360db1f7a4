#include <string.h>

#include "arns.h"
#include "common/json.h"
#include "common/text.h"
#include "desired.h"
#include "kinds.h"
#include "model/tags.h"

/*
 * ECS task definition: the app's own members passed through, with what the app leaves out put in. A
 * revision's content never changes, so a change registers a new one; the hash tag finds an old one again.
 */

#define CONTAINER "containerDefinitions[]"

/* What DescribeTaskDefinition fills in, reorders or adds, and what nobody has to compare. */
static const struct field_rule rules[] = {
	{ .path = "taskDefinitionArn", .form = FIELD_IGNORED },
	{ .path = "revision", .form = FIELD_IGNORED },
	{ .path = "status", .form = FIELD_IGNORED },
	{ .path = "requiresAttributes", .form = FIELD_IGNORED },
	{ .path = "compatibilities", .form = FIELD_IGNORED },
	{ .path = "registeredAt", .form = FIELD_IGNORED },
	{ .path = "registeredBy", .form = FIELD_IGNORED },
	{ .path = "deregisteredAt", .form = FIELD_IGNORED },
	{ .path = "deleteRequestedAt", .form = FIELD_IGNORED },
	{ .path = "tags", .form = FIELD_IGNORED },
	{ .path = "family" },
	{ .path = "taskRoleArn" },
	{ .path = "executionRoleArn" },
	{ .path = "networkMode" },
	{ .path = "cpu", .form = FIELD_CPU },
	{ .path = "memory", .form = FIELD_MEMORY },
	{ .path = "pidMode" },
	{ .path = "ipcMode" },
	{ .path = "requiresCompatibilities", .form = FIELD_SET },
	{ .path = "ephemeralStorage.sizeInGiB", .absent = "20" },
	{ .path = "runtimePlatform.cpuArchitecture", .absent = "X86_64" },
	{ .path = "runtimePlatform.operatingSystemFamily", .absent = "LINUX" },
	{ .path = "enableFaultInjection", .absent = "false" },
	{ .path = "placementConstraints", .form = FIELD_SET },
	{ .path = "placementConstraints[].type" },
	{ .path = "placementConstraints[].expression" },
	{ .path = "proxyConfiguration.type", .absent = "APPMESH" },
	{ .path = "proxyConfiguration.containerName" },
	{ .path = "proxyConfiguration.properties", .form = FIELD_PAIRS, .key = "name", .value = "value" },
	{ .path = "volumes", .form = FIELD_KEYED, .key = "name" },
	{ .path = "volumes[].name" },
	{ .path = "volumes[].host.sourcePath" },
	{ .path = "volumes[].configuredAtLaunch", .absent = "false" },
	{ .path = "volumes[].efsVolumeConfiguration.fileSystemId" },
	{ .path = "volumes[].efsVolumeConfiguration.rootDirectory", .absent = "/" },
	{ .path = "volumes[].efsVolumeConfiguration.transitEncryption", .absent = "DISABLED" },
	{ .path = "volumes[].efsVolumeConfiguration.transitEncryptionPort", .absent = "0" },
	{ .path = "volumes[].efsVolumeConfiguration.authorizationConfig.accessPointId" },
	{ .path = "volumes[].efsVolumeConfiguration.authorizationConfig.iam", .absent = "DISABLED" },
	{ .path = "volumes[].dockerVolumeConfiguration.autoprovision", .absent = "false" },
	{ .path = "volumes[].dockerVolumeConfiguration.scope", .absent = "task" },
	{ .path = "volumes[].dockerVolumeConfiguration.driver", .declared = true },
	{ .path = "volumes[].dockerVolumeConfiguration.driverOpts", .form = FIELD_MAP },
	{ .path = "volumes[].dockerVolumeConfiguration.labels", .form = FIELD_MAP },
	{ .path = "containerDefinitions", .form = FIELD_KEYED, .key = "name" },
	{ .path = CONTAINER ".name" },
	{ .path = CONTAINER ".image" },
	{ .path = CONTAINER ".cpu", .absent = "0" },
	{ .path = CONTAINER ".memory" },
	{ .path = CONTAINER ".memoryReservation" },
	{ .path = CONTAINER ".essential", .absent = "true" },
	{ .path = CONTAINER ".links", .form = FIELD_SET },
	{ .path = CONTAINER ".portMappings", .form = FIELD_KEYED, .key = "containerPort+protocol" },
	{ .path = CONTAINER ".portMappings[].containerPort" },
	{ .path = CONTAINER ".portMappings[].containerPortRange" },
	/* With awsvpc the host's port is the container's. */
	{ .path = CONTAINER ".portMappings[].hostPort", .same_as = "containerPort", .absent = "0" },
	{ .path = CONTAINER ".portMappings[].protocol", .absent = "tcp" },
	{ .path = CONTAINER ".portMappings[].name" },
	{ .path = CONTAINER ".portMappings[].appProtocol" },
	{ .path = CONTAINER ".entryPoint" },
	{ .path = CONTAINER ".command" },
	{ .path = CONTAINER ".environment", .form = FIELD_PAIRS, .key = "name", .value = "value" },
	/* Read from the top down: the order decides which value a variable has that two of them set. */
	{ .path = CONTAINER ".environmentFiles", .form = FIELD_LIST },
	{ .path = CONTAINER ".environmentFiles[].type" },
	{ .path = CONTAINER ".environmentFiles[].value" },
	{ .path = CONTAINER ".secrets", .form = FIELD_PAIRS, .key = "name", .value = "valueFrom" },
	{ .path = CONTAINER ".mountPoints", .form = FIELD_KEYED, .key = "containerPath" },
	{ .path = CONTAINER ".mountPoints[].containerPath" },
	{ .path = CONTAINER ".mountPoints[].sourceVolume" },
	{ .path = CONTAINER ".mountPoints[].readOnly", .absent = "false" },
	{ .path = CONTAINER ".volumesFrom", .form = FIELD_KEYED, .key = "sourceContainer" },
	{ .path = CONTAINER ".volumesFrom[].sourceContainer" },
	{ .path = CONTAINER ".volumesFrom[].readOnly", .absent = "false" },
	{ .path = CONTAINER ".dependsOn", .form = FIELD_KEYED, .key = "containerName" },
	{ .path = CONTAINER ".dependsOn[].containerName" },
	{ .path = CONTAINER ".dependsOn[].condition" },
	{ .path = CONTAINER ".startTimeout" },
	{ .path = CONTAINER ".stopTimeout" },
	{ .path = CONTAINER ".hostname" },
	/* AWS gives the log router the root user by itself. */
	{ .path = CONTAINER ".user", .absent = "0", .beside = "firelensConfiguration" },
	{ .path = CONTAINER ".workingDirectory" },
	{ .path = CONTAINER ".disableNetworking", .absent = "false" },
	{ .path = CONTAINER ".privileged", .absent = "false" },
	{ .path = CONTAINER ".readonlyRootFilesystem", .absent = "false" },
	{ .path = CONTAINER ".interactive", .absent = "false" },
	{ .path = CONTAINER ".pseudoTerminal", .absent = "false" },
	{ .path = CONTAINER ".versionConsistency", .absent = "enabled" },
	{ .path = CONTAINER ".dnsServers" },
	{ .path = CONTAINER ".dnsSearchDomains" },
	{ .path = CONTAINER ".dockerSecurityOptions" },
	{ .path = CONTAINER ".credentialSpecs" },
	{ .path = CONTAINER ".dockerLabels", .form = FIELD_MAP },
	{ .path = CONTAINER ".extraHosts", .form = FIELD_KEYED, .key = "hostname+ipAddress" },
	{ .path = CONTAINER ".extraHosts[].hostname" },
	{ .path = CONTAINER ".extraHosts[].ipAddress" },
	{ .path = CONTAINER ".ulimits", .form = FIELD_KEYED, .key = "name" },
	{ .path = CONTAINER ".ulimits[].name" },
	{ .path = CONTAINER ".ulimits[].softLimit" },
	{ .path = CONTAINER ".ulimits[].hardLimit" },
	{ .path = CONTAINER ".systemControls", .form = FIELD_PAIRS, .key = "namespace", .value = "value" },
	{ .path = CONTAINER ".resourceRequirements", .form = FIELD_SET },
	{ .path = CONTAINER ".resourceRequirements[].type" },
	{ .path = CONTAINER ".resourceRequirements[].value" },
	{ .path = CONTAINER ".repositoryCredentials.credentialsParameter" },
	{ .path = CONTAINER ".restartPolicy.enabled", .declared = true },
	{ .path = CONTAINER ".restartPolicy.ignoredExitCodes", .form = FIELD_SET, .declared = true },
	{ .path = CONTAINER ".restartPolicy.restartAttemptPeriod", .declared = true },
	{ .path = CONTAINER ".logConfiguration.logDriver" },
	{ .path = CONTAINER ".logConfiguration.options", .form = FIELD_MAP },
	{ .path = CONTAINER ".logConfiguration.secretOptions",
		.form = FIELD_PAIRS,
		.key = "name",
		.value = "valueFrom" },
	{ .path = CONTAINER ".firelensConfiguration.type" },
	{ .path = CONTAINER ".firelensConfiguration.options", .form = FIELD_MAP },
	{ .path = CONTAINER ".healthCheck.command" },
	{ .path = CONTAINER ".healthCheck.interval", .absent = "30" },
	{ .path = CONTAINER ".healthCheck.timeout", .absent = "5" },
	{ .path = CONTAINER ".healthCheck.retries", .absent = "3" },
	{ .path = CONTAINER ".healthCheck.startPeriod", .absent = "0" },
	{ .path = CONTAINER ".linuxParameters.capabilities.add" },
	{ .path = CONTAINER ".linuxParameters.capabilities.drop" },
	{ .path = CONTAINER ".linuxParameters.devices", .form = FIELD_SET },
	{ .path = CONTAINER ".linuxParameters.devices[].hostPath" },
	{ .path = CONTAINER ".linuxParameters.devices[].containerPath" },
	{ .path = CONTAINER ".linuxParameters.devices[].permissions" },
	{ .path = CONTAINER ".linuxParameters.initProcessEnabled", .absent = "false" },
	{ .path = CONTAINER ".linuxParameters.sharedMemorySize" },
	{ .path = CONTAINER ".linuxParameters.tmpfs", .form = FIELD_KEYED, .key = "containerPath" },
	{ .path = CONTAINER ".linuxParameters.tmpfs[].containerPath" },
	{ .path = CONTAINER ".linuxParameters.tmpfs[].size" },
	{ .path = CONTAINER ".linuxParameters.tmpfs[].mountOptions" },
	{ .path = CONTAINER ".linuxParameters.maxSwap" },
	{ .path = CONTAINER ".linuxParameters.swappiness" },
};

/* The tags that only task definitions have. */
static void add_own_tags(const struct view *view, struct resource *want)
{
	tags_gather_user(view->arena, &want->user, want->app->task_tags, false);
	tags_add_user(view->arena, &want->tags, &want->user);
}

/* One family per batch, or one for all batches of the app. */
static void task_definition_want(const struct view *view, struct resources *all)
{
	const struct definitions *definitions = view->definitions;

	for (size_t i = 0; i < definitions->batch_count; i++) {
		struct batch *batch = &definitions->batches[i];
		struct used_name family = { .name = batch->family, .managed = true, .at = batch->at };
		struct resource *want;

		if (!site_has(view, batch->app))
			continue;
		/* With logStreams "app" a batch of another image still needs a family of its own. */
		if (strcmp(batch->family, batch->app->name) != 0)
			want = want_of_batch(view, all, &kind_task_definition, batch, batch->family, NULL);
		else
			want = want_of_app(view, all, &kind_task_definition, batch->app, &family);
		add_own_tags(view, want);
	}
}

static void put_default(json_t *object, const char *key, json_t *value)
{
	if (json_object_get(object, key))
		json_decref(value);
	else
		json_put(object, key, value);
}

/* The definition's log configuration, or the app's group with a stream prefix that names the batch. */
static json_t *log_configuration(const struct view *view, const struct app *app, const char *prefix)
{
	return json_must(json_pack("{s:s, s:{s:s, s:s, s:s}}", "logDriver", "awslogs", "options",
		"awslogs-group", app->log_group.use.name, "awslogs-region", view->site->region,
		"awslogs-stream-prefix", prefix));
}

/* A user's awslogs without a group or prefix gets ours; any other driver stays as it is written. */
static void complete_logs(
	const struct view *view, const struct app *app, json_t *container, const char *prefix)
{
	json_t *ours = log_configuration(view, app, prefix);
	json_t *given = json_object_get(container, "logConfiguration");

	if (!given) {
		json_put(container, "logConfiguration", ours);
		return;
	}
	if (strcmp(json_text_of(given, "logDriver", ""), "awslogs") == 0) {
		json_t *options = json_must(json_deep_copy(json_object_get(ours, "options")));

		json_object_update(options, json_object_get(given, "options"));
		json_put(given, "options", options);
	}
	json_decref(ours);
}

static char *log_prefix(const struct view *view, const struct resource *want)
{
	/* With one family for all batches the template knows no batch. */
	struct batch nobody = { .name = "", .app = want->app };

	return batch_log_prefix(view->arena, want->batch ? want->batch : &nobody);
}

static void complete_container(
	const struct view *view, const struct resource *want, json_t *container, size_t index)
{
	const char *name = json_text_of(container, "name", NULL);

	if (!name)
		json_put_text(container, "name", index ? NULL : want->app->name);
	if (index == 0)
		put_default(container, "image", json_string(image_uri(view, want->app, want->batch)));
	complete_logs(view, want->app, container, log_prefix(view, want));
}

static void complete_containers(const struct view *view, const struct resource *want, json_t *body)
{
	json_t *containers = json_object_get(body, "containerDefinitions"), *container;
	size_t i;

	if (!json_array_size(containers)) {
		containers = json_pack("[{}]");
		json_put(body, "containerDefinitions", containers);
	}
	json_array_foreach (containers, i, container)
		complete_container(view, want, container, i);
}

/* RegisterTaskDefinition takes cpu and memory as strings. */
static void number_as_text(json_t *body, const char *key)
{
	const json_t *value = json_object_get(body, key);

	if (json_is_integer(value))
		json_put(body, key, json_sprintf("%lld", (long long)json_integer_value(value)));
}

static json_t *task_definition_body(const struct view *view, const struct resource *want)
{
	const struct app *app = want->app;
	json_t *body = app->task_definition ? json_must(json_deep_copy(app->task_definition))
					    : json_must(json_object());

	json_object_del(body, "tags");
	json_put_text(body, "family", want->name);
	put_default(body, "cpu", json_string("256"));
	put_default(body, "memory", json_string("512"));
	number_as_text(body, "cpu");
	number_as_text(body, "memory");
	put_default(body, "networkMode", json_string("awsvpc"));
	put_default(body, "requiresCompatibilities", json_pack("[s]", "FARGATE"));
	put_default(body, "executionRoleArn", json_string(app->roles.execution));
	put_default(body, "taskRoleArn", json_string(app->roles.task));
	json_put_text(body, "executionRoleArn", role_arn(view, json_text_of(body, "executionRoleArn", "")));
	json_put_text(body, "taskRoleArn", role_arn(view, json_text_of(body, "taskRoleArn", "")));
	complete_containers(view, want, body);
	return body;
}

static void task_definition_requests(
	const struct view *view, const struct change *change, struct requests *out)
{
	json_t *params;

	if (change->verb == VERB_CREATE) {
		params = task_definition_body(view, change->want);
		json_put(params, "tags", tags_list(&change->want->tags, true));
		requests_add(out, "ecs", "RegisterTaskDefinition", params)->once = true;
	} else if (change->verb == VERB_DELETE) {
		requests_add(out, "ecs", "DeregisterTaskDefinition",
			json_must(json_pack("{s:s}", "taskDefinition", change->have->arn)));
	} else {
		requests_tag(out, change);
	}
}

/* The subject's name is the family to ask for; "" asks for all of the account. */
static json_t *revisions_params(const struct view *view, const struct subject *subject)
{
	json_t *params = json_must(json_pack("{s:s, s:i}", "status", "ACTIVE", "maxResults", 100));

	(void)view;
	if (*subject->name)
		json_put_text(params, "familyPrefix", subject->name);
	return params;
}

/* NULL where it is no ARN of a revision. */
static struct resource *add_revision(const struct hearing *hearing, const char *arn)
{
	struct arena *arena = hearing->observed->arena;
	const char *tail = strrchr(arn, '/'), *colon = strrchr(arn, ':');
	struct resource *have;

	if (!tail || !colon || colon < tail)
		return NULL;
	have = observed_add(hearing->observed, &kind_task_definition,
		arena_copy_n(arena, tail + 1, (size_t)(colon - tail - 1)), arn, arn);
	have->revision = atoi(colon + 1);
	return have;
}

/* familyPrefix is documented as the whole family; what else comes back is not ours to judge. */
static bool is_asked_for(const struct hearing *hearing, const char *arn)
{
	const char *family = hearing->subject.name, *tail = strrchr(arn, '/');
	size_t length = strlen(family);

	return !length || !tail || (strncmp(tail + 1, family, length) == 0 && tail[1 + length] == ':');
}

static bool revisions_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	const json_t *list = reply ? listed(reply, "taskDefinitionArns", NULL, error) : NULL;
	json_t *arn;
	size_t i;

	if (reply && !list)
		return false;
	json_array_foreach (list, i, arn)
		if (is_asked_for(hearing, json_string_value(arn)) &&
			!add_revision(hearing, json_string_value(arn)))
			return error_set(error, ERROR_REPLY, "the answer has \"%s\" in taskDefinitionArns",
				json_string_value(arn));
	return true;
}

const struct reading reading_revisions = {
	.service = "ecs",
	.operation = "ListTaskDefinitions",
	.page_in = "nextToken",
	.page_out = "nextToken",
	.params = revisions_params,
	.heard = revisions_heard,
};

static json_t *revision_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	return json_must(
		json_pack("{s:s, s:[s]}", "taskDefinition", subject->resource->arn, "include", "TAGS"));
}

static bool revision_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	struct arena *arena = hearing->observed->arena;
	struct resource *have = hearing->subject.resource;
	const json_t *body = json_object_get(reply, "taskDefinition");

	if (!reply) {
		have->tags = (struct tags){ 0 };
		have->tags_read = TAGS_STRONG;
		return true;
	}
	if (!json_is_object(body))
		return error_set(error, ERROR_REPLY, "the answer has no taskDefinition");
	have->fields = fields_of(arena, rules, ARRAY_LENGTH(rules), body);
	have->digest = fields_digest(arena, &have->fields, true);
	have->content_read = true;
	have->tags = tags_read(arena, json_object_get(reply, "tags"));
	have->tags_read = TAGS_STRONG;
	have->hash = tags_value(&have->tags, TAG_HASH);
	return true;
}

static const struct reading reading_revision = {
	.service = "ecs",
	.operation = "DescribeTaskDefinition",
	.params = revision_params,
	.heard = revision_heard,
};

/* The subject's name is what a schedule starts. */
static json_t *started_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	return json_must(json_pack("{s:s, s:[s]}", "taskDefinition", subject->name, "include", "TAGS"));
}

/* Gone, which a schedule does not notice, or the list was late. */
static bool started_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	const json_t *body = json_object_get(reply, "taskDefinition");
	struct hearing about = *hearing;

	if (!reply)
		return true;
	if (!json_is_object(body))
		return error_set(error, ERROR_REPLY, "the answer has no taskDefinition");
	if (strcmp(json_text_of(body, "status", "ACTIVE"), "ACTIVE") != 0)
		return true;
	about.subject.resource = add_revision(hearing, json_text_of(body, "taskDefinitionArn", ""));
	if (!about.subject.resource)
		return error_set(error, ERROR_REPLY, "the answer has no taskDefinitionArn");
	about.subject.resource->unlisted = true;
	return revision_heard(&about, reply, error);
}

const struct reading reading_started = {
	.service = "ecs",
	.operation = "DescribeTaskDefinition",
	.params = started_params,
	.heard = started_heard,
};

static bool task_definition_done(const struct view *view, const struct request *request, const json_t *reply,
	struct said *said, struct error *error)
{
	const char *made = json_text_of(json_object_get(reply, "taskDefinition"), "taskDefinitionArn", NULL);

	if (strcmp(request->operation, "RegisterTaskDefinition") != 0)
		return true;
	if (!made)
		return error_set(error, ERROR_REPLY, "the answer has no taskDefinitionArn");
	said->arn = arena_copy(view->arena, made);
	return true;
}

const struct kind kind_task_definition = {
	.name = "task-definition",
	.shape = SHAPE_REVISIONS,
	.rank = 4,
	.tagged = true,
	.tags_member = "resourceArn",
	.rules = rules,
	.rule_count = ARRAY_LENGTH(rules),
	.want = task_definition_want,
	.body = task_definition_body,
	.requests = task_definition_requests,
	.done = task_definition_done,
	.tags_reading = &reading_revision,
	.list = &reading_revisions,
};
