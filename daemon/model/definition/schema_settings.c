#include "model/region.h"
#include "schema.h"
#include "schema_runs.h"

/* The daemon's own settings. */

static const struct schema_member deletion_members[] = {
	{ .key = "maxBatches",
		.types = SCHEMA_INTEGER,
		.most = 1000000,
		.example = "5",
		.description =
			"So many batches may leave within an hour; more of them wait for an approval. 5 where absent." },
	{ .key = "maxPercent",
		.types = SCHEMA_INTEGER,
		.most = 100,
		.example = "30",
		.description = "The same in percent of all, where there are ten or more. 30 where absent." },
	{ .key = "graceMinutes",
		.types = SCHEMA_INTEGER,
		.most = 5256000,
		.example = "15",
		.description =
			"Minutes between disabling and deletion of a batch that left. 15 where absent." },
	{ .key = "enabled",
		.types = SCHEMA_BOOLEAN,
		.example = "true",
		.description = "false: what left is disabled, never deleted." },
};
static const struct schema schema_deletion = SCHEMA(deletion_members);

static const struct schema_member credentials_members[] = {
	{ .key = "profile",
		.types = SCHEMA_STRING,
		.shortest = 1,
		.example = "\"default\"",
		.remedy = "write the name of a profile of the shared AWS files, for example \"default\"",
		.description = "A profile of the shared AWS files." },
};
static const struct schema schema_credentials = SCHEMA(credentials_members);

#define RATE(service) \
	{ \
		.key = service, .types = SCHEMA_NUMBER, .least = 0.01, .most = 10000, .example = "20" \
	}
static const struct schema_member rates_members[] = { RATE("ec2"), RATE("ecr"), RATE("ecs"), RATE("events"),
	RATE("iam"), RATE("logs"), RATE("pipes"), RATE("scheduler"), RATE("sts"), RATE("tagging") };
static const struct schema schema_rates = SCHEMA(rates_members);

static const struct schema_member role_glob = {
	.types = SCHEMA_STRING,
	.pattern = "^[*A-Za-z0-9_+=,.@:/-]+$",
	.longest = 2048,
	.what = "the ARN of a role, with * for any text",
	.example = "\"arn:aws:iam::123456789012:role/deploy-*\"",
};

enum { YEAR = 365 * 86400 };

#define TIME_SPAN(the_key, the_pattern, the_example, the_description) \
	{ \
		.key = the_key, .types = SCHEMA_STRING | SCHEMA_INTEGER, .least = 1, .most = YEAR, \
		.pattern = the_pattern, .what = "a duration", .example = the_example, \
		.remedy = "write seconds, or a text like \"90s\", \"15m\", \"2h\" or \"1d\"", \
		.description = the_description \
	}

static const struct schema_member history_members[] = {
	TIME_SPAN("keep", "^[1-9][0-9]{0,7}[smhd]?$", "\"90d\"", "Older runs go; 90d where absent."),
	{ .key = "maxRuns",
		.types = SCHEMA_INTEGER,
		.least = 1,
		.most = 1000000,
		.example = "200000",
		.description = "Of more runs the oldest go; 200000 where absent." },
};
static const struct schema schema_history = SCHEMA(history_members);

static const struct schema_member heartbeat_members[] = {
	{ .key = "url",
		.types = SCHEMA_STRING,
		.required = true,
		.pattern = SECRET_URL_PATTERN,
		.longest = 2048,
		.what = "an https URL",
		.example = "\"https://hc-ping.com/c0ffee\"",
		.description = "Where; https, or http to this machine." },
	TIME_SPAN("every", "^[1-9][0-9]{0,7}[smhd]?$", "\"1m\"", "How often; 1m where absent."),
};
static const struct schema schema_heartbeat = SCHEMA(heartbeat_members);

static const struct schema_member event = { .types = SCHEMA_STRING,
	.values = VALUES("succeeded", "failed", "notStarted", "interrupted", "missed", "late", "overrun",
		"overlap", "doubled", "recovered", "rollback", "held", "conflict", "degraded", "drift") };
static const struct schema_member name_glob = { .types = SCHEMA_STRING,
	.pattern = "^[A-Za-z0-9_*?-]+$",
	.longest = 64,
	.what = "a name, with * for any text",
	.example = "\"night-*\"" };
static const struct schema_member word = { .types = SCHEMA_STRING, .longest = 4096, .example = "\"--now\"" };

#define NAME_GLOBS(the_key, the_description) \
	{ \
		.key = the_key, .types = SCHEMA_ARRAY, .element = &name_glob, .shortest = 1, .longest = 100, \
		.example = "[\"night-*\"]", .description = the_description \
	}

static const struct schema_member notifier_members[] = {
	{ .key = "on",
		.types = SCHEMA_ARRAY,
		.element = &event,
		.shortest = 1,
		.longest = 15,
		.example = "[\"failed\", \"recovered\"]",
		.description = "Of what; all but succeeded where absent." },
	NAME_GLOBS("apps", "Of which apps; all where absent."),
	NAME_GLOBS("batches", "Of which batches; all where absent."),
	TIME_SPAN("repeat", "^(each|[1-9][0-9]{0,7}[smhd]?)$", "\"1d\"",
		"How often it is reminded of what goes on; each: every event by itself."),
	{ .key = "logLines",
		.types = SCHEMA_INTEGER,
		.most = 1000,
		.example = "20",
		.description = "So many last lines of the log go with it; 0 where absent." },
	{ .key = "command",
		.types = SCHEMA_ARRAY,
		.element = &word,
		.shortest = 1,
		.longest = 100,
		.example = "[\"/usr/local/bin/page\"]",
		.description = "A program and its words, which gets a JSON object on its standard input." },
	{ .key = "webhook",
		.types = SCHEMA_STRING,
		.pattern = SECRET_URL_PATTERN,
		.longest = 2048,
		.what = "an https URL",
		.example = "\"https://example.com/hook\"",
		.description = "What a JSON object is sent to; https, or http to this machine." },
	{ .key = "secret",
		.types = SCHEMA_STRING,
		.pattern = "^[A-Za-z0-9_.-]+$",
		.longest = 255,
		.what = "the name of a credential",
		.example = "\"hook-key\"",
		.description = "The credential of the unit that signs what the webhook gets." },
	{ .key = "format",
		.types = SCHEMA_STRING,
		.values = VALUES("json", "slack"),
		.description = "What the webhook takes." },
	{ .key = "sns",
		.types = SCHEMA_STRING,
		.pattern = "^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
		.what = "the ARN of a standard SNS topic",
		.example = "\"arn:aws:sns:eu-west-1:123456789012:night\"",
		.description = "A topic that it is published to." },
};
static const struct schema schema_notifier = SCHEMA(notifier_members);
static const struct schema_member notifier = { .types = SCHEMA_OBJECT,
	.object = &schema_notifier,
	.example = "{\"command\": [\"/usr/local/bin/page\"]}" };

/* The letters, digits and marks that every service takes in the value of a tag, without spaces at its ends. */
#define OWNER_MARKS   "A-Za-z0-9_.:/=+@-"
#define OWNER_PATTERN "^[" OWNER_MARKS "]([ " OWNER_MARKS "]*[" OWNER_MARKS "])?$"

static const struct schema_member settings_members[] = {
	COMMENT,
	SCHEMA_OF_FILE,
	{ .key = "owner",
		.types = SCHEMA_STRING,
		.shortest = 1,
		.longest = 128,
		.pattern = OWNER_PATTERN,
		.what = "the name of an owner",
		.example = "\"default\"",
		.remedy =
			"write 1 to 128 letters, digits and _ . : / = + - @, with spaces only between them, for example \"default\"",
		.description = "Names this installation in its tags; \"default\" where absent." },
	{ .key = "region",
		.types = SCHEMA_STRING,
		.pattern = REGION_PATTERN,
		.known = known_regions,
		.what = "a region",
		.example = "\"ap-northeast-1\"",
		.description = "Where apps live that name no region." },
	{ .key = "endpointUrl",
		.types = SCHEMA_STRING,
		.shortest = 1,
		.example = "\"http://127.0.0.1:5000\"",
		.remedy = "write an https:// URL, or http:// and an address of this machine",
		.description =
			"The endpoint of all services: https, or http to an address of this machine." },
	{ .key = "resyncInterval",
		.types = SCHEMA_NUMBER,
		.least = 1,
		.most = 31536000,
		.example = "300",
		.description = "Seconds between two passes; 300 where absent." },
	{ .key = "runsInterval",
		.types = SCHEMA_NUMBER,
		.least = 1,
		.most = 31536000,
		.example = "60",
		.description = "Seconds between two looks at the runs of batches; 60 where absent." },
	{ .key = "deletion",
		.types = SCHEMA_OBJECT,
		.object = &schema_deletion,
		.example = "{\"maxBatches\": 5}",
		.description = "What may be removed." },
	{ .key = "keepRevisions",
		.types = SCHEMA_INTEGER,
		.least = 1,
		.most = 1000000,
		.example = "5",
		.description =
			"So many newer revisions have to exist before an unused one is deregistered; 5 where absent." },
	{ .key = "rates",
		.types = SCHEMA_OBJECT,
		.object = &schema_rates,
		.example = "{\"events\": 20}",
		.description = "Most requests a second, by service." },
	{ .key = "credentials",
		.types = SCHEMA_OBJECT,
		.object = &schema_credentials,
		.example = "{\"profile\": \"default\"}",
		.description = "Where keys come from." },
	{ .key = "assumeRoles",
		.types = SCHEMA_ARRAY,
		.element = &role_glob,
		.longest = 1000,
		.example = "[\"arn:aws:iam::123456789012:role/deploy-*\"]",
		.description =
			"Which roles \"assumeRoleArn\" of an app may name; * is any text. All where absent." },
	{ .key = "history",
		.types = SCHEMA_OBJECT,
		.object = &schema_history,
		.example = "{\"keep\": \"90d\"}",
		.description = "How much of past runs is kept. Not in force yet." },
	{ .key = "heartbeat",
		.types = SCHEMA_OBJECT,
		.object = &schema_heartbeat,
		.example = "{\"url\": \"https://hc-ping.com/c0ffee\"}",
		.description = "What is asked for while all goes well. Not in force yet." },
	{ .key = "notify",
		.types = SCHEMA_ARRAY,
		.element = &notifier,
		.longest = 100,
		.example = "[{\"command\": [\"/usr/local/bin/page\"]}]",
		.description = "Who is told of what happens. Not in force yet." },
	{ .key = "readOnly",
		.types = SCHEMA_BOOLEAN,
		.example = "true",
		.description = "true: nothing is ever written to AWS." },
	NOT_YET("feed", "leave it out"),
};
static const struct schema settings_object = SCHEMA(settings_members);

const struct schema_member schema_settings = {
	.types = SCHEMA_OBJECT,
	.object = &settings_object,
	.example = "{\"resyncInterval\": 300}",
	.description =
		"What /etc/fargate-batchd.json holds. `fargate-batchctl check` says more than a schema can."
};
