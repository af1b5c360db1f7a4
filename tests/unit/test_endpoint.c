#include "aws/endpoint.h"

#include <stdlib.h>

#include "common/text.h"

#include "../check.h"

static struct arena *arena;
static struct error error;

static const char *url(struct endpoint_sources sources, const char *service, const char *region)
{
	struct endpoint endpoint;

	error = (struct error){ 0 };
	if (!endpoint_resolve(&sources, service_find(service), region, arena, &endpoint, &error))
		return error.text;
	return endpoint.url;
}

/* As botocore's rules give them: plain, dual-stack, FIPS, both. */
static void aws_names(void)
{
	static const struct {
		const char *service, *region, *plain, *dual, *fips, *both;
	} cases[] = {
		{ "ecr", "eu-west-1", "api.ecr.eu-west-1.amazonaws.com", "ecr.eu-west-1.api.aws",
			"ecr-fips.eu-west-1.amazonaws.com", NULL },
		{ "ecr", "us-gov-west-1", "api.ecr.us-gov-west-1.amazonaws.com", "ecr.us-gov-west-1.api.aws",
			"ecr-fips.us-gov-west-1.amazonaws.com", "ecr-fips.us-gov-west-1.api.aws" },
		{ "ecr", "cn-north-1", "api.ecr.cn-north-1.amazonaws.com.cn",
			"ecr.cn-north-1.api.amazonwebservices.com.cn", NULL, NULL },
		{ "ecs", "eu-west-1", "ecs.eu-west-1.amazonaws.com", "ecs.eu-west-1.api.aws",
			"ecs-fips.eu-west-1.amazonaws.com", "ecs-fips.eu-west-1.api.aws" },
		{ "ecs", "us-iso-east-1", "ecs.us-iso-east-1.c2s.ic.gov", NULL,
			"ecs-fips.us-iso-east-1.c2s.ic.gov", NULL },
		{ "ecs", "eusc-de-east-1", "ecs.eusc-de-east-1.amazonaws.eu",
			"ecs.eusc-de-east-1.api.amazonwebservices.eu", NULL, NULL },
		{ "events", "us-gov-west-1", "events.us-gov-west-1.amazonaws.com",
			"events.us-gov-west-1.api.aws", "events.us-gov-west-1.amazonaws.com",
			"events.us-gov-west-1.api.aws" },
		{ "events", "cn-northwest-1", "events.cn-northwest-1.amazonaws.com.cn", NULL, NULL, NULL },
		{ "scheduler", "ap-northeast-1", "scheduler.ap-northeast-1.amazonaws.com", NULL, NULL, NULL },
		{ "pipes", "sa-east-1", "pipes.sa-east-1.amazonaws.com", NULL, NULL, NULL },
		{ "logs", "us-gov-west-1", "logs.us-gov-west-1.amazonaws.com", "logs.us-gov-west-1.api.aws",
			"logs.us-gov-west-1.amazonaws.com", "logs-fips.us-gov-west-1.api.aws" },
		{ "tagging", "eu-west-1", "tagging.eu-west-1.amazonaws.com", "tagging.eu-west-1.api.aws",
			"tagging-fips.eu-west-1.amazonaws.com", NULL },
		{ "sts", "us-gov-west-1", "sts.us-gov-west-1.amazonaws.com", NULL,
			"sts.us-gov-west-1.amazonaws.com", NULL },
		{ "iam", "eu-west-1", "iam.amazonaws.com", "iam.global.api.aws", "iam-fips.amazonaws.com",
			"iam-fips.global.api.aws" },
		{ "iam", "us-gov-east-1", "iam.us-gov.amazonaws.com", "iam.us-gov.api.aws",
			"iam.us-gov.amazonaws.com", "iam.us-gov.api.aws" },
		{ "iam", "cn-northwest-1", "iam.cn-north-1.amazonaws.com.cn",
			"iam.global.api.amazonwebservices.com.cn", NULL, NULL },
		{ "iam", "us-iso-west-1", "iam.us-iso-east-1.c2s.ic.gov", "iam.api.aws.ic.gov",
			"iam-fips.us-iso-east-1.c2s.ic.gov", NULL },
		{ "ecs", "us-isob-east-1", "ecs.us-isob-east-1.sc2s.sgov.gov",
			"ecs.us-isob-east-1.api.aws.scloud", NULL, NULL },
		{ "ecs", "us-isof-south-1", "ecs.us-isof-south-1.csp.hci.ic.gov",
			"ecs.us-isof-south-1.api.aws.hci.ic.gov", NULL, NULL },
		{ "ecs", "eu-isoe-west-1", "ecs.eu-isoe-west-1.cloud.adc-e.uk",
			"ecs.eu-isoe-west-1.api.cloud-aws.adc-e.uk", NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		for (int variant = 0; variant < 4; variant++) {
			const char *want[] = { cases[i].plain, cases[i].dual, cases[i].fips, cases[i].both };
			struct endpoint_sources sources = { .dual_stack = variant & 1, .fips = variant & 2 };

			if (want[variant])
				CHECK_TEXT(
					url(sources, cases[i].service, cases[i].region) + 8, want[variant]);
		}
}

static void signing_regions(void)
{
	static const char *const cases[][3] = { { "iam", "eu-west-1", "us-east-1" },
		{ "iam", "cn-northwest-1", "cn-north-1" }, { "iam", "us-gov-east-1", "us-gov-west-1" },
		{ "ecs", "eu-west-1", "eu-west-1" } };
	struct endpoint_sources sources = { .flag = "http://127.0.0.1:5000" };
	struct endpoint endpoint;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		CHECK(endpoint_resolve(
			&sources, service_find(cases[i][0]), cases[i][1], arena, &endpoint, &error));
		CHECK_TEXT(endpoint.signing_region, cases[i][2]);
		CHECK(endpoint.custom);
	}
	CHECK_TEXT(region_partition("eu-west-1"), "aws");
	CHECK_TEXT(region_partition("cn-north-1"), "aws-cn");
	CHECK_TEXT(region_partition("us-gov-west-1"), "aws-us-gov");
	CHECK_TEXT(region_partition("us-isob-east-1"), "aws-iso-b");
	CHECK_TEXT(region_partition("eu-isoe-west-1"), "aws-iso-e");
	CHECK_TEXT(region_partition("eusc-de-east-1"), "aws-eusc");
	CHECK_TEXT(region_suffix("eu-west-1"), "amazonaws.com");
	CHECK_TEXT(region_suffix("cn-north-1"), "amazonaws.com.cn");
	CHECK_TEXT(region_suffix("us-gov-west-1"), "amazonaws.com");
	CHECK_TEXT(region_suffix("us-iso-east-1"), "c2s.ic.gov");
	CHECK_TEXT(region_suffix("eusc-de-east-1"), "amazonaws.eu");
}

static void order(void)
{
	struct endpoint_sources sources = { "https://flag", "https://setting", "https://profile", false,
		false, false };

	setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", "https://own", 1);
	setenv("AWS_ENDPOINT_URL", "https://all", 1);
	CHECK_TEXT(url(sources, "events", "eu-west-1"), "https://flag");
	sources.flag = NULL;
	CHECK_TEXT(url(sources, "events", "eu-west-1"), "https://own");
	CHECK_TEXT(url(sources, "ecs", "eu-west-1"), "https://all");
	sources.ignore_configured = true;
	CHECK_TEXT(url(sources, "events", "eu-west-1"), "https://setting");
	sources.ignore_configured = false;
	unsetenv("AWS_ENDPOINT_URL_EVENTBRIDGE");
	CHECK_TEXT(url(sources, "events", "eu-west-1"), "https://all");
	setenv("AWS_ENDPOINT_URL", "", 1);
	CHECK_TEXT(url(sources, "events", "eu-west-1"), "https://setting");
	sources.setting = NULL;
	CHECK_TEXT(url(sources, "events", "eu-west-1"), "https://profile");
	sources.profile = NULL;
	CHECK_TEXT(url(sources, "events", "eu-west-1"), "https://events.eu-west-1.amazonaws.com");
	unsetenv("AWS_ENDPOINT_URL");
	setenv("AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API", "https://tags", 1);
	CHECK_TEXT(url(sources, "tagging", "eu-west-1"), "https://tags");
	unsetenv("AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API");
}

static void given_urls(void)
{
	static const struct {
		const char *given, *url, *host, *path;
	} cases[] = {
		{ "http://127.0.0.1:5000", "http://127.0.0.1:5000", "127.0.0.1:5000", "" },
		{ "http://LOCALHOST:5000/", "http://localhost:5000", "localhost:5000", "" },
		{ "http://[::1]:5000", "http://[::1]:5000", "[::1]:5000", "" },
		/* As libcurl reads it, which connects. */
		{ "http://127.1:5000", "http://127.0.0.1:5000", "127.0.0.1:5000", "" },
		{ "http://127.9.9.9:80", "http://127.9.9.9", "127.9.9.9", "" },
		{ "https://vpce-1.ecs.eu-west-1.vpce.amazonaws.com:443/",
			"https://vpce-1.ecs.eu-west-1.vpce.amazonaws.com",
			"vpce-1.ecs.eu-west-1.vpce.amazonaws.com", "" },
		{ "https://gateway.example:8443/aws/", "https://gateway.example:8443/aws",
			"gateway.example:8443", "/aws" },
	};
	static const char *const refused[] = { "http://example.com", "http://10.0.0.1:5000",
		"http://127.0.0.1.example.com", "http://127.0.0.1@example.com",
		"http://localhost@example.com/", "http://127.0.0.1:5000@example.com",
		"https://user:HUSH@example.com", "https://user:HUSH%40example.com", "user:HUSH@example.com",
		"https://user:HUSH", "https://us er:HUSH", "http://example.com/?HUSH",
		"https://example.com/?token=HUSH", "http://example.com/HUSH@", "http://example.com/#HUSH",
		"ftp://localhost", "localhost:5000", "https://", "https:///path", "https://exa mple.com",
		"http://localhost\\@example.com", "http://128.0.0.1", "http://127.0.0.256", "http://[::2]",
		"http://0x0a000001", "http://127.0.0.1:0", "http://127.0.0.1:65536",
		"http://127.0.0.1:99999999999999999999", "http://127.0.0.1:5000x", "http://[::1]:a",
		"https://caf\xc3\xa9.example", "http://localhost.example.com",
		/* They may give keys, and are not AWS. */
		"http://169.254.169.254", "http://169.254.170.2", "http://169.254.170.23",
		"http://[fd00:ec2::254]", "http://[fd00:ec2::23]", "https://host/?query", "https://host/#x",
		"" };
	struct endpoint endpoint;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct endpoint_sources sources = { .flag = cases[i].given };

		CHECK(endpoint_resolve(&sources, service_find("ecs"), "eu-west-1", arena, &endpoint, &error));
		CHECK_TEXT(endpoint.url, cases[i].url);
		CHECK_TEXT(endpoint.host, cases[i].host);
		CHECK_TEXT(endpoint.path, cases[i].path);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		struct endpoint_sources sources = { .flag = refused[i] };

		error = (struct error){ 0 };
		if (!CHECK(!endpoint_resolve(
			    &sources, service_find("ecs"), "eu-west-1", arena, &endpoint, &error)))
			printf("  %s\n", refused[i]);
		CHECK_NUMBER(error.code, ERROR_INPUT);
		CHECK(text_starts(error.text, "endpoint from --endpoint-url: "));
		CHECK(!strstr(error.text, "user:") && !strstr(error.text, "HUSH"));
	}
	CHECK_TEXT(url((struct endpoint_sources){ .setting = "http://example.com" }, "ecs", "eu-west-1"),
		"endpoint from the settings' endpointUrl: http://example.com is not encrypted: http:// is for this machine alone, use https://");
}

static void a_region_brings_no_host_of_its_own(void)
{
	static const char *const bad[] = { "", "eu-west-1.evil.example", "eu-west-1/", "a@b", "eu-west-1#" };

	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		const char *said = url((struct endpoint_sources){ 0 }, "ecs", bad[i]);

		if (!CHECK(text_ends(said, " is not a region")))
			printf("  %s\n", said);
	}
}

static void services(void)
{
	CHECK(!service_find("s3"));
	CHECK(service_answers_nothing(service_find("logs"), "CreateLogGroup"));
	CHECK(service_answers_nothing(service_find("ecs"), "TagResource"));
	CHECK(!service_answers_nothing(service_find("logs"), "DescribeLogGroups"));
	CHECK(!service_answers_nothing(service_find("events"), "PutRule"));
	CHECK(!service_rest(service_find("ecs"), "ListTasks"));
}

int main(void)
{
	arena = arena_new();
	aws_names();
	signing_regions();
	order();
	given_urls();
	a_region_brings_no_host_of_its_own();
	services();
	arena_free(arena);
	return check_end();
}
