#include "model/region.h"
#include "schema.h"
#include "schema_runs.h"

/* Definition files: apps, batches, and what is in them. Patterns and limits are the services' own. */

/* --- names of AWS's things */

#define REPOSITORY_WORD "[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*"
#define REPOSITORY_NAME \
	.pattern = "^" REPOSITORY_WORD "(/" REPOSITORY_WORD ")*$", .what = "a repository name", \
	.shortest = 2, .longest = 256, .example = "\"team/jobs\""
#define CLUSTER_NAME \
	.pattern = "^[A-Za-z0-9_-]+$", .what = "a cluster name", .longest = 255, .example = "\"jobs\"", \
	.remedy = "write letters, digits, \"-\" and \"_\", for example \"jobs\""
#define LOG_GROUP_NAME \
	.pattern = "^[A-Za-z0-9_./#-]+$", .what = "a log group name", .longest = 512, \
	.example = "\"/fargate/jobs\""

/* --- members that stand in several places */

static const struct schema_member tag_key = {
	.types = SCHEMA_STRING, .shortest = 1, .longest = 128, .example = "\"team\""
};
static const struct schema_member tag_value = {
	.types = SCHEMA_STRING, .longest = 256, .example = "\"night shift\""
};
static const struct schema schema_tags = { .map_key = &tag_key, .map_value = &tag_value };

#define TAGS \
	{ \
		.key = "tags", .types = SCHEMA_OBJECT, .object = &schema_tags, \
		.example = "{\"team\": \"x\"}", \
		.description = "Tags on everything that takes tags, beside those that others put there." \
	}

static const struct schema_member subnet = { .types = SCHEMA_STRING,
	.pattern = "^subnet-[A-Za-z0-9]+$",
	.what = "a subnet id",
	.example = "\"subnet-0123456789abcdef0\"" };
static const struct schema_member security_group = { .types = SCHEMA_STRING,
	.pattern = "^sg-[A-Za-z0-9]+$",
	.what = "a security group id",
	.example = "\"sg-0123456789abcdef0\"" };

static const struct schema_member network_members[] = {
	{ .key = "subnets",
		.types = SCHEMA_ARRAY,
		.element = &subnet,
		.shortest = 1,
		.longest = 16,
		.required = true,
		.example = "[\"subnet-0123456789abcdef0\"]",
		.description = "The subnets that tasks start in." },
	{ .key = "securityGroups",
		.types = SCHEMA_ARRAY,
		.element = &security_group,
		.longest = 5,
		.example = "[\"sg-0123456789abcdef0\"]",
		.description = "The security groups of the tasks; the default one of the VPC where absent." },
	{ .key = "assignPublicIp",
		.types = SCHEMA_STRING,
		.values = VALUES("ENABLED", "DISABLED"),
		.description = "ENABLED in a public subnet, or the image cannot be pulled." },
	{ .key = "awsvpcConfiguration",
		.mark = SCHEMA_MISTAKE,
		.remedy = "write its members here, without it" },
};
static const struct schema schema_network = SCHEMA(network_members);

static const struct schema_member image_members[] = {
	{ .key = "tag",
		.types = SCHEMA_STRING,
		.pattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]*$",
		.longest = 128,
		.what = "an image tag",
		.example = "\"latest\"",
		.description = "A tag in the app's repository." },
	{ .key = "digest",
		.types = SCHEMA_STRING,
		.pattern = "^sha256:[0-9a-f]{64}$",
		.what = "an image digest",
		.remedy = "write \"sha256:\" and 64 digits from 0 to 9 and a to f",
		.description = "One image of the app's repository, whatever its tags." },
	{ .key = "uri",
		.types = SCHEMA_STRING,
		IMAGE_NAME,
		.description = "An image anywhere, by its full name." },
	{ .key = "pin",
		.mark = SCHEMA_LATER,
		.remedy = "write \"digest\" to fix one image, and change it when a new one is pushed" },
};
static const struct schema schema_image = SCHEMA(image_members);

static const struct schema_member strategy_members[] = {
	{ .key = "capacityProvider",
		.types = SCHEMA_STRING,
		.required = true,
		.pattern = "^[A-Za-z0-9_-]+$",
		.what = "a capacity provider",
		.longest = 255,
		.example = "\"FARGATE_SPOT\"",
		.description = "FARGATE, FARGATE_SPOT, or one of the cluster's own." },
	{ .key = "weight",
		.types = SCHEMA_INTEGER,
		.least = 0,
		.most = 1000,
		.example = "1",
		.description = "Its share of the tasks." },
	{ .key = "base",
		.types = SCHEMA_INTEGER,
		.least = 0,
		.most = 100000,
		.example = "0",
		.description = "So many tasks run on it first." },
};
static const struct schema schema_strategy = SCHEMA(strategy_members);
static const struct schema_member strategy = { .types = SCHEMA_OBJECT,
	.object = &schema_strategy,
	.example = "{\"capacityProvider\": \"FARGATE_SPOT\", \"weight\": 1}" };

#define STRATEGY(the_key, more_types, the_description) \
	{ \
		.key = the_key, .types = SCHEMA_ARRAY | (more_types), .element = &strategy, .shortest = 1, \
		.longest = 20, .description = the_description, \
		.example = "[{\"capacityProvider\": \"FARGATE_SPOT\", \"weight\": 1}]" \
	}

#define MANAGED \
	{ \
		.key = "managed", .types = SCHEMA_BOOLEAN, .example = "false", \
		.description = "false: it is somebody else's; it is used and never written to." \
	}

#define ADOPT \
	{ \
		.key = "adopt", .mark = SCHEMA_LATER, \
		.remedy = "choose names that nobody has, or tag what exists as this owner's by hand" \
	}
#define READ_ONLY \
	{ \
		.key = "readOnly", .mark = SCHEMA_LATER, \
		.remedy = "leave it out, and use diff, which never writes" \
	}

/* --- apps */

static const struct schema_member provider = { .types = SCHEMA_STRING,
	.pattern = "^[A-Za-z0-9_-]+$",
	.what = "a capacity provider",
	.longest = 255,
	.example = "\"FARGATE_SPOT\"" };

static const struct schema_member setting_members[] = {
	{ .key = "name", .types = SCHEMA_STRING, .values = VALUES("containerInsights"), .required = true },
	{ .key = "value",
		.types = SCHEMA_STRING,
		.values = VALUES("enabled", "disabled", "enhanced"),
		.required = true },
};
static const struct schema schema_setting = SCHEMA(setting_members);
static const struct schema_member setting = { .types = SCHEMA_OBJECT,
	.object = &schema_setting,
	.example = "{\"name\": \"containerInsights\", \"value\": \"enabled\"}" };

static const struct schema_member cluster_members[] = {
	{ .key = "name",
		.types = SCHEMA_STRING,
		CLUSTER_NAME,
		.description = "The app's name where absent." },
	MANAGED,
	{ .key = "settings",
		.types = SCHEMA_ARRAY | SCHEMA_NULL,
		.element = &setting,
		.shortest = 1,
		.example = "[{\"name\": \"containerInsights\", \"value\": \"enabled\"}]",
		.description = "Container Insights; null switches it off, absent leaves it as it is." },
	{ .key = "capacityProviders",
		.types = SCHEMA_ARRAY | SCHEMA_NULL,
		.element = &provider,
		.longest = 20,
		.example = "[\"FARGATE\", \"FARGATE_SPOT\"]",
		.description = "Those that the batches' strategies name are added; null removes all." },
	STRATEGY("defaultCapacityProviderStrategy", SCHEMA_NULL,
		"For tasks that name neither strategy nor type."),
	{ .key = "containerInsights",
		.mark = SCHEMA_MISTAKE,
		.remedy = "write \"settings\": [{\"name\": \"containerInsights\", \"value\": \"enabled\"}]" },
};
static const struct schema schema_cluster = SCHEMA(cluster_members);

static const struct schema_member log_group_members[] = {
	{ .key = "name",
		.types = SCHEMA_STRING,
		LOG_GROUP_NAME,
		.description = "/fargate/<app> where absent." },
	MANAGED,
	{ .key = "retentionInDays",
		.types = SCHEMA_INTEGER | SCHEMA_NULL,
		.numbers = (const int[]){ 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096,
			1827, 2192, 2557, 2922, 3288, 3653, 0 },
		.example = "30",
		.description = "Days until an event expires; null = never, absent leaves it as it is." },
};
static const struct schema schema_log_group = SCHEMA(log_group_members);

static const struct schema_member tag_pattern = {
	.types = SCHEMA_STRING, .shortest = 1, .example = "\"prod*\""
};

static const struct schema_member selection_members[] = {
	{ .key = "tagStatus",
		.types = SCHEMA_STRING,
		.required = true,
		.values = VALUES("tagged", "untagged", "any") },
	{ .key = "tagPatternList", .types = SCHEMA_ARRAY, .element = &tag_pattern, .example = "[\"prod*\"]" },
	{ .key = "tagPrefixList", .types = SCHEMA_ARRAY, .element = &tag_pattern, .example = "[\"prod\"]" },
	{ .key = "storageClass", .types = SCHEMA_STRING, .values = VALUES("standard", "archive") },
	{ .key = "countType",
		.types = SCHEMA_STRING,
		.required = true,
		.values = VALUES("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled",
			"sinceImageTransitioned") },
	{ .key = "countUnit", .types = SCHEMA_STRING, .values = VALUES("days") },
	{ .key = "countNumber",
		.types = SCHEMA_INTEGER,
		.required = true,
		.least = 1,
		.most = 1000000,
		.example = "1" },
};
static const struct schema schema_selection = {
	.members = selection_members, .count = ARRAY_LENGTH(selection_members), .open = true
};

static const struct schema_member action_members[] = {
	{ .key = "type", .types = SCHEMA_STRING, .required = true, .values = VALUES("expire", "transition") },
	{ .key = "targetStorageClass", .types = SCHEMA_STRING, .values = VALUES("archive") },
};
static const struct schema schema_action = {
	.members = action_members, .count = ARRAY_LENGTH(action_members), .open = true
};

static const struct schema_member lifecycle_rule_members[] = {
	{ .key = "rulePriority",
		.types = SCHEMA_INTEGER,
		.least = 1,
		.most = 999999999,
		.required = true,
		.example = "1" },
	{ .key = "description", .types = SCHEMA_STRING },
	{ .key = "selection",
		.types = SCHEMA_OBJECT,
		.object = &schema_selection,
		.required = true,
		.example =
			"{\"tagStatus\": \"untagged\", \"countType\": \"imageCountMoreThan\", \"countNumber\": 1}" },
	{ .key = "action",
		.types = SCHEMA_OBJECT,
		.object = &schema_action,
		.required = true,
		.example = "{\"type\": \"expire\"}" },
};
static const struct schema schema_lifecycle_rule = {
	.members = lifecycle_rule_members, .count = ARRAY_LENGTH(lifecycle_rule_members), .open = true
};
static const struct schema_member lifecycle_rule = { .types = SCHEMA_OBJECT,
	.object = &schema_lifecycle_rule };

static const struct schema_member raw_members[] = {
	{ .key = "rules",
		.types = SCHEMA_ARRAY,
		.element = &lifecycle_rule,
		.shortest = 1,
		.longest = 50,
		.required = true,
		.example =
			"[{\"rulePriority\": 1, \"selection\": {...}, \"action\": {\"type\": \"expire\"}}]" },
};
static const struct schema schema_raw = SCHEMA(raw_members);

static const struct schema_member lifecycle_members[] = {
	{ .key = "keepUntagged",
		.types = SCHEMA_INTEGER,
		.least = 1,
		.most = 1000000,
		.example = "1",
		.description = "So many untagged images stay, the newest." },
	{ .key = "keepLast",
		.types = SCHEMA_INTEGER,
		.least = 1,
		.most = 1000000,
		.example = "50",
		.description = "So many images stay, the newest, whatever their tags." },
	{ .key = "expireAfterDays",
		.types = SCHEMA_INTEGER,
		.least = 1,
		.most = 100000,
		.example = "90",
		.description = "Images older than this go." },
	{ .key = "raw",
		.types = SCHEMA_OBJECT,
		.object = &schema_raw,
		.example = "{\"rules\": [...]}",
		.description = "The policy document as ECR takes it, in place of the short forms." },
	{ .key = "rules", .mark = SCHEMA_MISTAKE, .remedy = "write \"raw\": {\"rules\": [...]}" },
};
static const struct schema schema_lifecycle = SCHEMA(lifecycle_members);

#define EXCLUSIONS "[{\"filterType\": \"WILDCARD\", \"filter\": \"latest*\"}]"

static const struct schema_member exclusion_members[] = {
	{ .key = "filterType", .types = SCHEMA_STRING, .values = VALUES("WILDCARD"), .required = true },
	{ .key = "filter",
		.types = SCHEMA_STRING,
		.required = true,
		.shortest = 1,
		.longest = 128,
		.pattern = "^[0-9a-zA-Z._*-]+$",
		.what = "a pattern of tags",
		.example = "\"latest*\"",
		.remedy = "write letters, digits, \".\", \"_\", \"-\" and \"*\", for example \"latest*\"" },
};
static const struct schema schema_exclusion = SCHEMA(exclusion_members);
static const struct schema_member exclusion = { .types = SCHEMA_OBJECT,
	.object = &schema_exclusion,
	.example = "{\"filterType\": \"WILDCARD\", \"filter\": \"latest*\"}" };

static const struct schema_member repository_members[] = {
	{ .key = "name",
		.types = SCHEMA_STRING,
		REPOSITORY_NAME,
		.description = "The app's name where absent." },
	MANAGED,
	{ .key = "lifecyclePolicy",
		.types = SCHEMA_OBJECT | SCHEMA_NULL,
		.object = &schema_lifecycle,
		.example = "{\"keepUntagged\": 1}",
		.description = "Which images go; null removes the policy, absent leaves it as it is." },
	{ .key = "scanOnPush",
		.types = SCHEMA_BOOLEAN | SCHEMA_NULL,
		.example = "true",
		.description = "Whether images are scanned when they are pushed." },
	{ .key = "imageTagMutability",
		.types = SCHEMA_STRING | SCHEMA_NULL,
		.values =
			VALUES("MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"),
		.description = "Whether a tag can move to another image; of some tags the other way round." },
	{ .key = "imageTagMutabilityExclusionFilters",
		.types = SCHEMA_ARRAY,
		.element = &exclusion,
		.shortest = 1,
		.longest = 5,
		.example = EXCLUSIONS,
		.description = "The tags that the exclusion of imageTagMutability is about." },
};
static const struct schema schema_repository = SCHEMA(repository_members);

#define ROLE(the_key, the_name, the_description) \
	{ \
		.key = the_key, .types = SCHEMA_STRING, .pattern = ROLE_PATTERN, .what = "a role", \
		.longest = 2048, .example = "\"" the_name "\"", .description = the_description, \
		.remedy = "write the name or the ARN of a role, for example \"" the_name "\"" \
	}
static const struct schema_member role_members[] = {
	ROLE("execution", "ecsTaskExecutionRole", "Pulls the image and writes the log."),
	ROLE("task", "ecsTaskExecutionRole", "What the batch itself may do."),
	ROLE("events", "ecsEventRole", "Lets EventBridge start the task."),
};
static const struct schema schema_roles = SCHEMA(role_members);

#define FAMILY \
	NOT_YET("family", \
		"leave it out: the family is <app>-<batch>, or the app's name with \"logStreams\": " \
		"\"app\"")

#define TIMEZONE \
	{ \
		.key = "timezone", .types = SCHEMA_STRING, .pattern = "^[A-Za-z0-9_+/-]+$", \
		.what = "the name of a time zone", .longest = 50, .example = "\"Europe/Berlin\"", \
		.description = "Where the clock hangs that cron(...) and at(...) are read by; UTC where " \
			       "absent." \
	}
#define VIA \
	{ \
		.key = "via", .types = SCHEMA_STRING, .values = VALUES("rule", "scheduler"), \
		.description = "What starts it: an EventBridge rule, or EventBridge Scheduler." \
	}
#define DATE(the_key, the_description) \
	{ \
		.key = the_key, .types = SCHEMA_STRING, \
		.pattern = \
			"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?$", \
		.what = "a time", .example = "\"2027-01-31T00:00:00Z\"", .description = the_description \
	}

static const struct schema_member app_members[] = {
	COMMENT,
	{ .key = "region",
		.types = SCHEMA_STRING,
		.pattern = REGION_PATTERN,
		.known = known_regions,
		.what = "a region",
		.example = "\"eu-west-1\"",
		.description = "Where the app lives; the daemon's own region where absent." },
	{ .key = "assumeRoleArn",
		.types = SCHEMA_STRING,
		.pattern = "^" ROLE_ARN "$",
		.what = "the ARN of a role",
		.longest = 2048,
		.example = "\"arn:aws:iam::123456789012:role/deploy\"",
		.description = "The role to take on for this app, in another account for example." },
	{ .key = "accountId",
		.types = SCHEMA_STRING,
		.pattern = "^[0-9]{12}$",
		.what = "an account",
		.example = "\"123456789012\"",
		.remedy = "write the 12 digits as a text, for example \"123456789012\"",
		.description = "The account it has to be; checked before any write." },
	{ .key = "repository",
		.types = SCHEMA_STRING | SCHEMA_BOOLEAN | SCHEMA_OBJECT,
		.object = &schema_repository,
		REPOSITORY_NAME,
		.description = "The ECR repository; false where the image is elsewhere." },
	{ .key = "cluster",
		.types = SCHEMA_STRING | SCHEMA_OBJECT,
		.object = &schema_cluster,
		CLUSTER_NAME,
		.description = "The ECS cluster." },
	{ .key = "logGroup",
		.types = SCHEMA_STRING | SCHEMA_OBJECT,
		.object = &schema_log_group,
		LOG_GROUP_NAME,
		.description = "The CloudWatch log group." },
	{ .key = "roles",
		.types = SCHEMA_OBJECT,
		.object = &schema_roles,
		.example = "{\"task\": \"jobsTaskRole\"}",
		.description = "Names or ARNs; a role that does not exist is made." },
	{ .key = "image",
		.types = SCHEMA_OBJECT,
		.object = &schema_image,
		.example = "{\"tag\": \"latest\"}",
		.description = "The image of the first container." },
	{ .key = "taskDefinition",
		.types = SCHEMA_OBJECT,
		.object = &schema_task_definition,
		.example = "{\"cpu\": \"256\", \"memory\": \"512\"}",
		.remedy =
			"write an object; a list of containers is its \"containerDefinitions\": {\"containerDefinitions\": [...]}",
		.description = "What RegisterTaskDefinition takes; what is absent here is put in." },
	{ .key = "logStreams",
		.types = SCHEMA_STRING,
		.values = VALUES("batch", "app"),
		.description =
			"batch: log streams name the batch; app: one task definition for all batches." },
	{ .key = "logStreamPrefix",
		.types = SCHEMA_STRING,
		.shortest = 1,
		.longest = 256,
		.pattern = "^[^:*]+$",
		.what = "a log stream prefix",
		.example = "\"{app}/{batch}\"",
		.remedy = "leave \":\" and \"*\" out, for example \"{app}/{batch}\"",
		.description = "A template of {app}, {batch} and {tag}." },
	{ .key = "network",
		.types = SCHEMA_OBJECT,
		.object = &schema_network,
		.example = "{\"subnets\": [\"subnet-0123456789abcdef0\"]}",
		.description = "Where tasks run." },
	TIMEZONE,
	VIA,
	{ .key = "onDelete",
		.types = SCHEMA_STRING,
		.values = VALUES("keep", "delete"),
		.description =
			"What happens to cluster, repository and log group when the app leaves the files." },
	{ .key = "enabled",
		.types = SCHEMA_BOOLEAN,
		.example = "false",
		.description = "false: the schedules of all its batches stop, and stay." },
	TAGS,
	ADOPT,
	READ_ONLY,
	FAMILY,
	EXPECT,
	RETRY,
	PING,
	{ .key = "containerDefinitions",
		.mark = SCHEMA_MISTAKE,
		.remedy = "write \"taskDefinition\": {\"containerDefinitions\": [...]}" },
	{ .key = "subnets", .mark = SCHEMA_MISTAKE, .remedy = "write \"network\": {\"subnets\": [...]}" },
	{ .key = "batches",
		.mark = SCHEMA_MISTAKE,
		.remedy = "write \"batches\" beside \"apps\", each with its \"app\"" },
};
static const struct schema schema_app = SCHEMA(app_members);

/* --- batches */

static const struct schema_member variable_name = { .types = SCHEMA_STRING, .shortest = 1, VARIABLE_NAME };
static const struct schema_member variable_value = { .types = SCHEMA_STRING, .example = "\"text\"" };
static const struct schema schema_environment = { .map_key = &variable_name, .map_value = &variable_value };

static const struct schema_member word = { .types = SCHEMA_STRING, .example = "\"word\"" };

static const struct schema_member retry_members[] = {
	{ .key = "maximumRetryAttempts",
		.types = SCHEMA_INTEGER,
		.least = 0,
		.most = 185,
		.example = "2",
		.description = "How often EventBridge tries again to start the task." },
	{ .key = "maximumEventAgeInSeconds",
		.types = SCHEMA_INTEGER,
		.least = 60,
		.most = 86400,
		.example = "3600",
		.description = "For how long it tries." },
};
static const struct schema schema_retry = SCHEMA(retry_members);

static const struct schema_member batch_members[] = {
	COMMENT,
	{ .key = "app",
		.types = SCHEMA_STRING,
		.required = true,
		.shortest = 1,
		.example = "\"jobs\"",
		.description = "The app it is a batch of." },
	{ .key = "description",
		.types = SCHEMA_STRING,
		.longest = 512,
		.example = "\"every night\"",
		.description = "What people read on the rule." },
	{ .key = "schedule",
		.types = SCHEMA_STRING,
		.longest = 256,
		.what = "a schedule",
		.example = "\"cron(0 3 * * ? *)\"",
		.description =
			"cron(minutes hours day-of-month month day-of-week year), rate(value unit), or at(yyyy-mm-ddThh:mm:ss)." },
	VIA,
	{ .key = "environment",
		.types = SCHEMA_OBJECT,
		.object = &schema_environment,
		.example = "{\"STAGE\": \"night\"}",
		.remedy = "write names and values as an object, for example {\"STAGE\": \"night\"}",
		.description =
			"Environment variables of the first container, on top of the task definition's." },
	{ .key = "command",
		.types = SCHEMA_ARRAY,
		.element = &word,
		.example = "[\"python\", \"job.py\"]",
		.remedy = "write one text per word, for example [\"python\", \"job.py\"]",
		.description = "The command of the first container, word by word." },
	{ .key = "cpu",
		.types = SCHEMA_STRING | SCHEMA_INTEGER,
		.example = "\"512\"",
		.description = "The task's CPU units, in place of the task definition's." },
	{ .key = "memory",
		.types = SCHEMA_STRING | SCHEMA_INTEGER,
		.example = "\"1024\"",
		.description = "The task's MiB, in place of the task definition's." },
	{ .key = "image",
		.types = SCHEMA_OBJECT,
		.object = &schema_image,
		.example = "{\"tag\": \"green\"}",
		.description = "This batch's own image." },
	{ .key = "enabled",
		.types = SCHEMA_BOOLEAN,
		.example = "false",
		.description = "false: the schedule stops, and stays." },
	{ .key = "taskCount",
		.types = SCHEMA_INTEGER,
		.least = 1,
		.most = 10,
		.example = "1",
		.description = "Tasks to start each time." },
	{ .key = "platformVersion",
		.types = SCHEMA_STRING,
		.pattern = "^(LATEST|[0-9]+[.][0-9]+[.][0-9]+)$",
		.what = "a platform version",
		.example = "\"1.4.0\"",
		.remedy = "write \"LATEST\" or a version like \"1.4.0\"",
		.description = "Fargate's platform; LATEST where absent." },
	STRATEGY("capacityProviderStrategy", 0,
		"In place of launch type FARGATE; the cluster gets these providers."),
	{ .key = "propagateTags",
		.types = SCHEMA_BOOLEAN | SCHEMA_STRING,
		.values = VALUES("TASK_DEFINITION"),
		.example = "true",
		.description = "Whether tasks carry the tags of their task definition." },
	{ .key = "enableECSManagedTags",
		.types = SCHEMA_BOOLEAN,
		.example = "true",
		.description = "Whether ECS tags the tasks with their cluster." },
	{ .key = "retryPolicy",
		.types = SCHEMA_OBJECT,
		.object = &schema_retry,
		.example = "{\"maximumRetryAttempts\": 2}",
		.description = "What EventBridge does when the task cannot be started." },
	{ .key = "deadLetterQueue",
		.types = SCHEMA_STRING,
		.pattern = "^(arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:)?[A-Za-z0-9_-]{1,80}$",
		.what = "a standard SQS queue",
		.example = "\"failed-starts\"",
		.remedy = "write the name or the ARN of a standard queue, for example \"failed-starts\"",
		.description = "Where EventBridge puts what it could not start." },
	{ .key = "network",
		.types = SCHEMA_OBJECT,
		.object = &schema_network,
		.example = "{\"subnets\": [\"subnet-0123456789abcdef0\"]}",
		.description = "In place of the app's." },
	{ .key = "ruleName",
		.types = SCHEMA_STRING,
		.shortest = 1,
		.longest = 64,
		.pattern = "^[A-Za-z0-9._-]+$",
		.what = "a rule name",
		.example = "\"jobs-nightly\"",
		.remedy = "write letters, digits, \".\", \"-\" and \"_\"",
		.description = "The name of its EventBridge rule; <app>-<batch> where absent." },
	TAGS,
	ADOPT,
	READ_ONLY,
	TIMEZONE,
	DATE("startDate", "Nothing is started before; UTC, or with an offset."),
	DATE("endDate", "Nothing is started after; UTC, or with an offset."),
	{ .key = "flexibleTimeWindow",
		.types = SCHEMA_INTEGER,
		.least = 1,
		.most = 1440,
		.example = "15",
		.description =
			"Minutes behind each fire time within which EventBridge Scheduler may start it." },
	NOT_YET("queue", "write \"schedule\": \"rate(1 minute)\" and let the task read the queue"),
	NOT_YET("eventPattern", "write \"schedule\""),
	EXPECT,
	RETRY,
	PING,
	FAMILY,
	NOT_YET("after", "write \"schedule\""),
	NOT_YET("taskDefinition", "write it in an app of its own"),
	NOT_YET("enableExecuteCommand", "leave it out"),
	NOT_YET("group", "leave it out"),
	NOT_YET("referenceId", "leave it out"),
	{ .key = "scheduleExpression", .mark = SCHEMA_MISTAKE, .remedy = "write \"schedule\"" },
	{ .key = "name",
		.mark = SCHEMA_MISTAKE,
		.remedy = "the member's name is the batch's; \"ruleName\" names the rule" },
};
static const struct schema schema_batch = SCHEMA(batch_members);

/* --- files */

static const struct schema_member app_name = { .types = SCHEMA_STRING,
	.shortest = 1,
	.longest = 64,
	.pattern = "^[a-z0-9-]+$",
	.what = "a name for an app",
	.remedy = "write small letters, digits and \"-\"" };
static const struct schema_member app_value = {
	.types = SCHEMA_OBJECT, .object = &schema_app, .example = "{\"network\": {...}}"
};
static const struct schema schema_apps = { .map_key = &app_name, .map_value = &app_value };

static const struct schema_member batch_name = { .types = SCHEMA_STRING,
	.shortest = 1,
	.longest = 64,
	.pattern = "^[A-Za-z0-9_-]+$",
	.what = "a name for a batch",
	.remedy = "write letters, digits, \"-\" and \"_\"" };
static const struct schema_member batch_value = { .types = SCHEMA_OBJECT,
	.object = &schema_batch,
	.example = "{\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"}" };
static const struct schema schema_batches = { .map_key = &batch_name, .map_value = &batch_value };

static const struct schema_member file_members[] = {
	COMMENT,
	SCHEMA_OF_FILE,
	{ .key = "apps",
		.types = SCHEMA_OBJECT,
		.object = &schema_apps,
		.example = "{\"jobs\": {...}}",
		.description = "Apps by name: what batches have in common." },
	{ .key = "batches",
		.types = SCHEMA_OBJECT,
		.object = &schema_batches,
		.example = "{\"nightly\": {...}}",
		.description =
			"Batches by name: a schedule, and what it starts otherwise than the app says." },
};
static const struct schema schema_file = SCHEMA(file_members);
const struct schema_member schema_definitions = {
	.types = SCHEMA_OBJECT,
	.object = &schema_file,
	.example = "{\"apps\": {...}}",
	.description =
		"What files in /etc/fargate-batch.d hold. `fargate-batchctl check` says more than a schema can."
};
