#include "model/region.h"
#include "schema.h"

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
	{ .key = "readOnly",
		.types = SCHEMA_BOOLEAN,
		.example = "true",
		.description = "true: nothing is ever written to AWS." },
	NOT_YET("feed", "leave it out"),
	NOT_YET("heartbeat", "leave it out; fargate-batchctl status --alive asks whether the daemon lives"),
	NOT_YET("history", "leave it out"),
	NOT_YET("notify", "leave it out; fargate-batchctl status says what is wrong"),
};
static const struct schema settings_object = SCHEMA(settings_members);

const struct schema_member schema_settings = {
	.types = SCHEMA_OBJECT,
	.object = &settings_object,
	.example = "{\"resyncInterval\": 300}",
	.description =
		"What /etc/fargate-batchd.json holds. `fargate-batchctl check` says more than a schema can."
};
