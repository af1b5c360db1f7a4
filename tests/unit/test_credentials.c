#include "aws/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/call.h"
#include "common/text.h"
#include "scripted.h"

#include "../check.h"

static char folder[] = "/tmp/test_credentials_XXXXXX";
static struct arena *arena;
static struct error error;

static const char *file(const char *name)
{
	return arena_printf(arena, "%s/%s", folder, name);
}

static void write_file(const char *name, const char *text)
{
	FILE *out = fopen(file(name), "w");

	CHECK(out != NULL);
	fputs(text, out);
	fclose(out);
}

/* No keys anywhere, two empty files. */
static void begin(void)
{
	static const char *const names[] = { "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
		"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"CREDENTIALS_DIRECTORY", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_USE_FIPS_ENDPOINT",
		"AWS_USE_DUALSTACK_ENDPOINT" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		unsetenv(names[i]);
	setenv("HOME", folder, 1);
	setenv("AWS_CONFIG_FILE", file("config"), 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "~/credentials", 1);
	write_file("config", "");
	write_file("credentials", "");
	write_file("aws", "");
	error = (struct error){ 0 };
}

static const struct source *find_with(const char *flag, const char *setting)
{
	static const struct source broken;
	struct configuration configuration;

	error = (struct error){ 0 };
	if (!configuration_read(&configuration, arena, flag, setting, true, &error))
		return &broken;
	return credentials_find(&configuration, arena);
}

static const struct source *find(const char *profile)
{
	return find_with(profile, NULL);
}

#define HAS(text, part) \
	(CHECK((text) && strstr((text), (part))) ? (void)0 \
						 : (void)printf("  %s\n", (text) ? (text) : "(null)"))

static void file_forms(void)
{
	struct profiles profiles = { 0 };
	const struct profile *profile;

	CHECK(profiles_add(&profiles, arena, PROFILES_CONFIG, "config",
		"\xef\xbb\xbf# a comment\r\n; another\r\n\r\n[default]\r\nregion = eu-west-1\r\n  Output=json  \r\n"
		"s3 =\r\n  max_concurrent_requests = 10\r\n  nested = x\r\n[profile  \"two words\" ] # why not\n"
		"\taws_access_key_id\t=\tAKID ; not part of it\n\taws_secret_access_key = a#b;c=d\nempty =\n"
		"[services local]\necs =\n  endpoint_url = http://localhost\n[sso-session x]\nregion = us-east-1\n"
		"[default]\nregion = eu-west-2",
		&error));
	CHECK_NUMBER(profiles.count, 2);
	profile = profiles_find(&profiles, "default");
	CHECK_TEXT(profile_get(profile, "region"), "eu-west-2");
	CHECK(!profile_get(profile, "output"));
	CHECK(!profile_get(profile, "nested"));
	profile = profiles_find(&profiles, "two words");
	CHECK_TEXT(profile_get(profile, "aws_access_key_id"), "AKID");
	CHECK_TEXT(profile_get(profile, "aws_secret_access_key"), "a#b;c=d");
	CHECK(!profile_get(profile, "empty"));
	CHECK(!profile_get(NULL, "region"));
	CHECK(!profiles_find(&profiles, "x"));
}

static void broken_files(void)
{
	static const char *const cases[][2] = {
		{ "[default\nx = 1", "f:1: a section without ]" },
		{ "x = 1", "f:1: a line before the first [section]" },
		{ "[default]\n\nwhat is this", "f:3: neither a [section] nor key = value" },
		{ "[default]\n= 1", "f:2: neither a [section] nor key = value" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct profiles profiles = { 0 };

		CHECK(!profiles_add(&profiles, arena, PROFILES_CREDENTIALS, "f", cases[i][0], &error));
		CHECK_TEXT(error.text, cases[i][1]);
	}
	begin();
	write_file("credentials", "[default]\nrubbish\n");
	find(NULL);
	HAS(error.text, "credentials:2: neither");
	/* One cannot see keys in an error. */
	write_file("credentials", "[default]\naws_secret_access_key planted-secret\n");
	find(NULL);
	CHECK(error.text[0] && !strstr(error.text, "planted-secret"));
}

/* In the service's own file a slip of the pen means that there are no keys yet, which ends no daemon. */
static void a_slip_in_the_keys_of_the_service(void)
{
	const struct source *source;

	begin();
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	write_file("credentials", "[default]\naws_access_key_id = OTHER\naws_secret_access_key = x\n");
	write_file("aws", "[default]\naws_access_key_id = A\naws_secret_access_key planted-secret\n");
	source = find(NULL);
	CHECK_TEXT(error.text, "");
	CHECK_TEXT(source->problem, arena_printf(arena,
					    "%s:3: neither a [section] nor key = value; put new ones into "
					    "/etc/fargate-batchd/credentials and restart fargate-batchd",
					    file("aws")));
	source = find("absent");
	CHECK_TEXT(error.text, "");
	HAS(source->problem, "aws:3: ");
	/* The environment comes before. */
	setenv("AWS_ACCESS_KEY_ID", "E", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
	CHECK_TEXT(find(NULL)->keys.access_key, "E");
}

/* Who may write one of them says whose keys are used. */
static void what_others_may_write(void)
{
	static const char *const names[] = { "config", "credentials", "aws" };
	const char *keys = "[default]\naws_access_key_id = A\naws_secret_access_key = S\n";

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		struct configuration configuration;
		const char *text =
			arena_printf(arena, "%s: others may write to the file (mode 0602); run chmod go-w %s",
				file(names[i]), file(names[i]));

		begin();
		setenv("CREDENTIALS_DIRECTORY", folder, 1);
		write_file(names[i], keys);
		CHECK(chmod(file(names[i]), 0602) == 0);
		CHECK(!configuration_read(&configuration, arena, NULL, NULL, true, &error));
		CHECK_TEXT(error.text, text);
		CHECK(configuration_read(&configuration, arena, NULL, NULL, false, &error));
		CHECK_TEXT(configuration.warning, text);
		CHECK_TEXT(credentials_find(&configuration, arena)->keys.access_key, "A");
		CHECK(chmod(file(names[i]), 0644) == 0);
		CHECK(configuration_read(&configuration, arena, NULL, NULL, true, &error));
		CHECK(!configuration.warning);
	}
}

static void order(void)
{
	begin();
	HAS(find(NULL)->problem,
		"no AWS credentials: neither AWS_ACCESS_KEY_ID in the environment nor a profile \"default\"");
	HAS(find(NULL)->problem, file("credentials"));
	write_file("config", "[default]\naws_access_key_id=C\naws_secret_access_key=s\n");
	CHECK_TEXT(find(NULL)->keys.access_key, "C");
	write_file("credentials",
		"[default]\naws_access_key_id=D\naws_secret_access_key=s\naws_session_token=t\n");
	CHECK_TEXT(find(NULL)->keys.access_key, "D");
	CHECK_TEXT(find(NULL)->keys.session_token, "t");
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/token", 1);
	HAS(find(NULL)->problem, "a web identity is not supported yet");
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	write_file("aws", "[default]\naws_access_key_id=L\naws_secret_access_key=s\n");
	CHECK_TEXT(find(NULL)->keys.access_key, "L");
	setenv("AWS_ACCESS_KEY_ID", "E", 1);
	HAS(find(NULL)->problem, "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not");
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	CHECK_TEXT(find(NULL)->keys.access_key, "E");
	CHECK(!find(NULL)->keys.session_token);
	/* A profile asked for by flag beats keys in the environment, one asked for otherwise does not. */
	write_file("credentials", "[other]\naws_access_key_id=O\naws_secret_access_key=s\n"
				  "[set]\naws_access_key_id=S\naws_secret_access_key=s\n");
	CHECK_TEXT(find_with("other", "set")->keys.access_key, "O");
	CHECK_TEXT(find_with(NULL, "set")->keys.access_key, "E");
	setenv("AWS_PROFILE", "other", 1);
	CHECK_TEXT(find_with(NULL, "set")->keys.access_key, "E");
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	unsetenv("AWS_WEB_IDENTITY_TOKEN_FILE");
	CHECK_TEXT(find_with(NULL, "set")->keys.access_key, "O");
	unsetenv("AWS_PROFILE");
	CHECK_TEXT(find_with(NULL, "set")->keys.access_key, "S");
}

static void unknown_profile(void)
{
	begin();
	write_file("config", "[profile production]\nregion=x\n[profile staging]\nregion=x\n");
	find("prodcution");
	HAS(error.text, "there is no profile \"prodcution\"");
	HAS(error.text, "did you mean \"production\"");
	setenv("AWS_PROFILE", "nothing-like-it", 1);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	find(NULL);
	HAS(error.text, "there is no profile \"nothing-like-it\"");
	HAS(error.text, file("aws"));
	CHECK(!strstr(error.text, "did you mean"));
	/* In the config file a section without "profile" is none. */
	write_file("config", "[production]\nregion=x\n");
	find("production");
	HAS(error.text, "there is no profile");
}

static void roles(void)
{
	const struct source *source;

	begin();
	write_file("credentials", "[base]\naws_access_key_id=B\naws_secret_access_key=s\n");
	write_file("config",
		"[profile a]\nrole_arn=arn:aws:iam::1:role/a\nsource_profile=b\nexternal_id=x\nduration_seconds=900\n"
		"[profile b]\nrole_arn=arn:aws:iam::1:role/b\nsource_profile=base\nrole_session_name=me\n"
		"[profile circle]\nrole_arn=r\nsource_profile=circle2\n[profile circle2]\nrole_arn=r\nsource_profile=circle\n"
		"[profile itself]\nrole_arn=arn:i\nsource_profile=itself\naws_access_key_id=I\naws_secret_access_key=s\n"
		"[profile env]\nrole_arn=arn:e\ncredential_source=Environment\n"
		"[profile imds]\nrole_arn=arn:e\ncredential_source=Ec2InstanceMetadata\n"
		"[profile alone]\nrole_arn=arn:e\n[profile lost]\nrole_arn=arn:e\nsource_profile=nobody\n"
		"[profile process]\ncredential_process=/bin/true\n[profile sso]\nsso_session=x\n"
		"[profile web]\nweb_identity_token_file=/x\nrole_arn=arn:w\n[profile half]\naws_access_key_id=H\n"
		"[profile none]\nregion=eu-west-1\n"
		"[profile mfa]\nrole_arn=arn:e\nsource_profile=base\nmfa_serial=arn:m\n"
		"[profile long]\nrole_arn=arn:e\nsource_profile=base\nduration_seconds=1h\n");
	source = find("a");
	CHECK_TEXT(source->role_arn, "arn:aws:iam::1:role/a");
	CHECK_TEXT(source->external_id, "x");
	CHECK_NUMBER(source->duration, 900);
	CHECK_TEXT(source->session_name, "fargate-batchd");
	CHECK_TEXT(source->from->role_arn, "arn:aws:iam::1:role/b");
	CHECK_TEXT(source->from->session_name, "me");
	CHECK_TEXT(source->from->from->keys.access_key, "B");
	CHECK_TEXT(find("itself")->from->keys.access_key, "I");
	HAS(find("circle")->problem, "in a circle");
	HAS(find("env")->problem, "takes its keys from the environment, where AWS_ACCESS_KEY_ID is not set");
	setenv("AWS_ACCESS_KEY_ID", "E", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	CHECK_TEXT(find("env")->from->keys.access_key, "E");
	HAS(find("imds")->problem, "credential_source = Ec2InstanceMetadata, which is not supported yet");
	HAS(find("alone")->problem, "neither source_profile nor credential_source");
	HAS(find("lost")->problem, "source_profile = nobody, which is not there");
	HAS(find("process")->problem,
		"a credential process (credential_process), which is not supported yet");
	HAS(find("sso")->problem, "IAM Identity Center");
	HAS(find("web")->problem, "a web identity");
	HAS(find("half")->problem, " has aws_access_key_id but no aws_secret_access_key; put new ones there");
	HAS(find("mfa")->problem, "a code of an MFA device");
	HAS(find("long")->problem, "duration_seconds = 1h; write a number");
	HAS(find("none")->problem, "the profile \"none\" holds no keys");
	unsetenv("AWS_ACCESS_KEY_ID");
	setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x", 1);
	unsetenv("AWS_SECRET_ACCESS_KEY");
	HAS(find(NULL)->problem, "container's endpoint");
}

/* The client over profiles and roles. */

static struct scripted *scripted;
static struct aws *aws;

static struct aws *client(const char *profile)
{
	struct aws_options options = { .profile_flag = profile };

	scripted = scripted_new();
	options.transport = scripted_transport(scripted);
	return aws = aws_new(&options, &error);
}

static void client_end(void)
{
	aws = aws_free(aws);
	CHECK_NUMBER(scripted_pending(scripted), 0);
	scripted_free(scripted);
}

struct outcome {
	int done;
	bool ok;
	struct failure failure;
};

static void on_done(const struct call_result *result, void *data)
{
	struct outcome *outcome = data;

	outcome->done++;
	outcome->ok = result->ok;
	outcome->failure = result->failure;
}

static void ask(struct identity *identity, struct outcome *outcome)
{
	struct call_options options = { .service = "ecs",
		.operation = "ListClusters",
		.identity = identity,
		.done = on_done,
		.data = outcome };

	*outcome = (struct outcome){ 0 };
	aws_call(aws, &options);
	scripted_run(scripted);
}

/* An answer to AssumeRole whose keys live so many seconds. */
static const char *role_keys(const char *access_key, double seconds)
{
	char expiry[ISO8601_SIZE];

	text_iso8601(expiry, (time_t)(scripted_now(scripted) + seconds));
	return arena_printf(arena,
		"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>%s</AccessKeyId>"
		"<SecretAccessKey>s</SecretAccessKey><SessionToken>T-%s</SessionToken><Expiration>%s</"
		"Expiration>"
		"</Credentials></AssumeRoleResult></AssumeRoleResponse>",
		access_key, access_key, expiry);
}

#define SAY(...) scripted_say(scripted, (struct scripted_answer){ __VA_ARGS__ })

static const struct scripted_request *last(void)
{
	return scripted_request(scripted, scripted_count(scripted) - 1);
}

static void begin_roles(void)
{
	begin();
	write_file(
		"credentials", "[base]\naws_access_key_id=BASE\naws_secret_access_key=s\nregion=eu-west-1\n");
}

static void a_role_is_assumed_once(void)
{
	struct outcome outcomes[30] = { 0 };
	struct identity *identity;
	int ok = 0;

	begin_roles();
	client("base");
	CHECK_TEXT(aws_region(aws), "eu-west-1");
	identity = aws_identity(aws, "arn:aws:iam::2:role/deploy");
	CHECK(identity == aws_identity(aws, "arn:aws:iam::2:role/deploy"));
	CHECK(identity != aws_identity(aws, "arn:aws:iam::2:role/other"));
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("ROLE", 3600), .delay = 0.5);
	SAY(.status = 200, .body = "{}", .for_ever = true);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		aws_call(aws, &(struct call_options){ .service = "ecs",
				      .operation = "ListClusters",
				      .identity = identity,
				      .done = on_done,
				      .data = &outcomes[i] });
	scripted_run(scripted);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		ok += outcomes[i].ok;
	CHECK_NUMBER(ok, 30);
	CHECK_NUMBER(scripted_count(scripted), 31);
	CHECK_TEXT(scripted_request(scripted, 0)->url, "https://sts.eu-west-1.amazonaws.com/");
	CHECK_TEXT(scripted_request(scripted, 0)->body,
		"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A2%3Arole%2Fdeploy&RoleSessionName=fargate-batchd");
	HAS(scripted_header(scripted_request(scripted, 0), "Authorization"), "Credential=BASE/");
	HAS(scripted_header(last(), "Authorization"), "Credential=ROLE/");
	CHECK_TEXT(scripted_header(last(), "X-Amz-Security-Token"), "T-ROLE");
	client_end();
}

static void a_role_is_refreshed(void)
{
	struct outcome outcome;
	struct identity *role;

	begin_roles();
	client("base");
	role = aws_identity(aws, "arn:r");
	SAY(.match = "ListClusters", .status = 200, .body = "{}", .for_ever = true);
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("ONE", 3600));
	ask(role, &outcome);
	CHECK_NUMBER(scripted_count(scripted), 2);
	/* Well before the end: nothing. */
	scripted_pass(scripted, 3600 - 16 * 60);
	ask(role, &outcome);
	CHECK_NUMBER(scripted_count(scripted), 3);
	/* In the last quarter of an hour: in the background, and a failure does no harm yet. */
	scripted_pass(scripted, 2 * 60);
	SAY(.match = "AssumeRole", .status = 403, .body = "", .delay = 5);
	ask(role, &outcome);
	CHECK(outcome.ok);
	CHECK_NUMBER(scripted_count(scripted), 5);
	HAS(scripted_header(last(), "Authorization"), "Credential=ONE/");
	/* Not asked for again within a minute. */
	scripted_pass(scripted, 30);
	ask(role, &outcome);
	CHECK_NUMBER(scripted_count(scripted), 6);
	/* In the last ten minutes calls wait for it. */
	scripted_pass(scripted, 5 * 60);
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("TWO", 3600), .delay = 5);
	ask(role, &outcome);
	CHECK(outcome.ok);
	HAS(scripted_header(last(), "Authorization"), "Credential=TWO/");
	client_end();
}

/* Throttling of STS is waited out as long as the call that needs the keys may wait. */
static void a_role_that_is_throttled(void)
{
	struct outcome outcome = { 0 };

	begin_roles();
	client("base");
	for (size_t i = 0; i < 12; i++)
		SAY(.match = "AssumeRole", .status = 400,
			.body = "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>");
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("ROLE", 3600));
	SAY(.match = "ListClusters", .status = 200, .body = "{}", .for_ever = true);
	aws_call(aws, &(struct call_options){ .service = "ecs",
			      .operation = "ListClusters",
			      .identity = aws_identity(aws, "arn:r"),
			      .done = on_done,
			      .data = &outcome,
			      .deadline = SCRIPTED_START + 600 });
	scripted_run(scripted);
	CHECK(outcome.ok);
	client_end();
}

/* Our clock is two hours ahead: keys that AWS gives for an hour are good. */
static void a_role_under_a_wrong_clock(void)
{
	struct outcome outcome;

	begin_roles();
	client("base");
	SAY(.match = "AssumeRole", .status = 403,
		.body = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>",
		.headers = { { "date", "Mon, 23 Nov 2026 22:00:00 GMT" } });
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("ROLE", -3600));
	SAY(.match = "ListClusters", .status = 200, .body = "{}", .for_ever = true);
	ask(aws_identity(aws, "arn:r"), &outcome);
	CHECK(outcome.ok);
	CHECK_NUMBER(scripted_count(scripted), 3);
	client_end();
}

static void a_role_that_cannot_be_assumed(void)
{
	struct outcome outcome;
	struct identity *role;

	begin_roles();
	client("base");
	role = aws_identity(aws, "arn:r");
	SAY(.match = "AssumeRole", .status = 403,
		.body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>",
		.headers = { { "x-amzn-requestid", "id-7" } });
	ask(role, &outcome);
	CHECK_NUMBER(outcome.failure.class, FAILURE_CREDENTIALS);
	CHECK_TEXT(outcome.failure.code, "AccessDenied");
	CHECK_TEXT(outcome.failure.message, "cannot assume arn:r: not you (request id id-7)");
	CHECK_NUMBER(scripted_count(scripted), 1);
	/* The next call within the minute knows already. */
	ask(role, &outcome);
	CHECK_NUMBER(outcome.failure.class, FAILURE_CREDENTIALS);
	CHECK_NUMBER(scripted_count(scripted), 1);
	scripted_pass(scripted, 61);
	SAY(.match = "AssumeRole", .status = 200,
		.body = "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>");
	ask(role, &outcome);
	HAS(outcome.failure.message, "without complete credentials");
	scripted_pass(scripted, 61);
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("LATE", 900));
	SAY(.match = "ListClusters", .status = 200, .body = "{}", .for_ever = true);
	ask(role, &outcome);
	CHECK(outcome.ok);
	client_end();
}

/* STS takes its time: it is not asked a second time meanwhile. */
static void a_slow_refresh(void)
{
	struct outcome first = { 0 }, second = { 0 };
	struct call_options options = { .service = "ecs", .operation = "ListClusters", .done = on_done };

	begin_roles();
	client("base");
	options.identity = aws_identity(aws, "arn:r");
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("ROLE", 3600), .delay = 100);
	SAY(.match = "ListClusters", .status = 200, .body = "{}", .for_ever = true);
	options.data = &first;
	aws_call(aws, &options);
	scripted_run_until(scripted, SCRIPTED_START + 70);
	scripted_pass(scripted, 70);
	options.data = &second;
	aws_call(aws, &options);
	scripted_run(scripted);
	CHECK(first.ok && second.ok);
	CHECK_NUMBER(scripted_count(scripted), 3);
	client_end();
}

static void expired_role(void)
{
	struct outcome outcome;
	struct identity *role;

	begin_roles();
	client("base");
	role = aws_identity(aws, "arn:r");
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("ONE", 3600));
	SAY(.match = "ListClusters", .status = 200, .body = "{}");
	ask(role, &outcome);
	scripted_pass(scripted, 120);
	SAY(.match = "ListClusters", .status = 400, .body = "{\"__type\":\"ExpiredTokenException\"}");
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("TWO", 3600));
	SAY(.match = "ListClusters", .status = 200, .body = "{}");
	ask(role, &outcome);
	CHECK(outcome.ok);
	CHECK_NUMBER(scripted_count(scripted), 5);
	HAS(scripted_header(last(), "Authorization"), "Credential=TWO/");
	/* It says so again with fresh keys: then it is not the keys' age. */
	scripted_pass(scripted, 120);
	SAY(.match = "ListClusters", .status = 400, .body = "{\"__type\":\"ExpiredTokenException\"}",
		.for_ever = true);
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("THREE", 3600), .for_ever = true);
	ask(role, &outcome);
	CHECK_NUMBER(outcome.failure.class, FAILURE_CREDENTIALS);
	CHECK_NUMBER(scripted_count(scripted), 8);
	client_end();
}

static void chained_profile(void)
{
	struct outcome outcome;

	begin_roles();
	write_file("config",
		"[profile deploy]\nrole_arn=arn:two\nsource_profile=middle\nexternal_id=e x\nregion=us-east-1\n"
		"endpoint_url=http://localhost:99\n[profile middle]\nrole_arn=arn:one\nsource_profile=base\n");
	client("deploy");
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("ONE", 3600));
	SAY(.match = "AssumeRole", .status = 200, .body = role_keys("TWO", 1800));
	SAY(.match = "ListClusters", .status = 200, .body = "{}");
	ask(NULL, &outcome);
	CHECK(outcome.ok);
	CHECK_NUMBER(scripted_count(scripted), 3);
	HAS(scripted_header(scripted_request(scripted, 0), "Authorization"), "Credential=BASE/");
	HAS(scripted_request(scripted, 0)->body, "RoleArn=arn%3Aone");
	HAS(scripted_header(scripted_request(scripted, 1), "Authorization"), "Credential=ONE/");
	HAS(scripted_request(scripted, 1)->body, "ExternalId=e%20x");
	HAS(scripted_header(last(), "Authorization"), "Credential=TWO/");
	CHECK_TEXT(last()->url, "http://localhost:99/");
	CHECK_NUMBER(aws_credentials_expiry(aws), SCRIPTED_START + 1800);
	client_end();
}

static void region_order(void)
{
	static const char *const want[] = { "flag", "env", "default-env", "setting", "profile" };
	struct aws_options options = {
		.profile_flag = "p", .region_flag = "flag", .region_setting = "setting"
	};

	begin();
	write_file("config", "[profile p]\nregion=profile\n");
	scripted = scripted_new();
	options.transport = scripted_transport(scripted);
	setenv("AWS_REGION", "env", 1);
	setenv("AWS_DEFAULT_REGION", "default-env", 1);
	for (size_t i = 0; i < ARRAY_LENGTH(want); i++) {
		aws = aws_new(&options, &error);
		CHECK_TEXT(aws_region(aws), want[i]);
		aws = aws_free(aws);
		if (i == 0)
			options.region_flag = NULL;
		if (i == 1)
			unsetenv("AWS_REGION");
		if (i == 2)
			unsetenv("AWS_DEFAULT_REGION");
		if (i == 3)
			options.region_setting = NULL;
	}
	options.profile_flag = "q";
	CHECK(!aws_new(&options, &error));
	HAS(error.text, "no profile \"q\"");
	scripted_free(scripted);
}

int main(void)
{
	arena = arena_new();
	CHECK(mkdtemp(folder) != NULL);
	file_forms();
	broken_files();
	a_slip_in_the_keys_of_the_service();
	what_others_may_write();
	order();
	unknown_profile();
	roles();
	a_role_is_assumed_once();
	a_role_is_refreshed();
	a_role_that_is_throttled();
	a_role_under_a_wrong_clock();
	a_role_that_cannot_be_assumed();
	a_slow_refresh();
	expired_role();
	chained_profile();
	region_order();
	unlink(file("config"));
	unlink(file("credentials"));
	unlink(file("aws"));
	rmdir(folder);
	arena_free(arena);
	return check_end();
}
