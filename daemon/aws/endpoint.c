#include "endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/http.h"
#include "common/text.h"

/* Partitions by the beginning of a region's name; the last row is for all others. */
struct partition {
	const char *begins, *id, *suffix, *dual_suffix;
	/* IAM is one per partition: the region that it is signed for, and its host's name before the suffix:
	 * plain, FIPS, dual-stack, both. */
	const char *iam_region, *iam[4];
};

static const struct partition partitions[] = {
	{ "cn-", "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-north-1",
		{ "iam.cn-north-1", "iam-fips", "iam.global", "iam-fips" } },
	{ "us-gov-", "aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1",
		{ "iam.us-gov", "iam.us-gov", "iam.us-gov", "iam.us-gov" } },
	{ "us-iso-", "aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1",
		{ "iam.us-iso-east-1", "iam-fips.us-iso-east-1", "iam", "iam-fips" } },
	{ "us-isob-", "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1",
		{ "iam.us-isob-east-1", "iam-fips.us-isob-east-1", "iam", "iam-fips" } },
	{ "us-isof-", "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1",
		{ "iam.us-isof-south-1", "iam-fips", "iam", "iam-fips" } },
	{ "eu-isoe-", "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1",
		{ "iam.eu-isoe-west-1", "iam-fips", "iam", "iam-fips" } },
	{ "eusc-", "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1",
		{ "iam.eusc-de-east-1", "iam-fips", "iam.global", "iam-fips" } },
	{ "", "aws", "amazonaws.com", "api.aws", "us-east-1",
		{ "iam", "iam-fips", "iam.global", "iam-fips.global" } },
};

static const struct partition *partition_of(const char *region)
{
	const struct partition *partition = partitions;

	while (!text_starts(region, partition->begins))
		partition++;
	return partition;
}

const char *region_partition(const char *region)
{
	return partition_of(region)->id;
}

const char *region_suffix(const char *region)
{
	return partition_of(region)->suffix;
}

bool region_is_label(const char *region)
{
	size_t length = strlen(region);

	return length > 0 && length <= 63 &&
	       strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* AWS's own names. */

/* The part of the host name before the suffix, where a variant has a name of its own. */
static const char *variant_name(const struct endpoint_sources *sources, const struct service *service,
	const struct partition *partition, const char *region, struct arena *arena)
{
	const char *prefix = service->prefix;
	/* In GovCloud the common names of these are FIPS
	 * endpoints already, of the first dual-stack ones too. */
	static const char *const gov_fips[] = { "events", "logs", "sts", "ec2", "sqs" };
	size_t count = sources->dual_stack ? 1 : ARRAY_LENGTH(gov_fips);

	if (sources->fips && !strcmp(partition->id, "aws-us-gov"))
		for (size_t i = 0; i < count; i++)
			if (!strcmp(service->name, gov_fips[i]))
				return arena_printf(arena, "%s.%s", prefix, region);
	if (!strcmp(service->name, "ecr") && (sources->fips || sources->dual_stack))
		prefix = "ecr";
	return arena_printf(arena, "%s%s.%s", prefix, sources->fips ? "-fips" : "", region);
}

static void aws_name(const struct endpoint_sources *sources, const struct service *service,
	const char *region, struct arena *arena, struct endpoint *endpoint)
{
	const struct partition *partition = partition_of(region);
	const char *name;

	if (!strcmp(service->name, "iam"))
		name = partition->iam[(sources->fips ? 1 : 0) + (sources->dual_stack ? 2 : 0)];
	else
		name = variant_name(sources, service, partition, region, arena);
	endpoint->host = arena_printf(
		arena, "%s.%s", name, sources->dual_stack ? partition->dual_suffix : partition->suffix);
	endpoint->url = arena_printf(arena, "https://%s", endpoint->host);
	endpoint->path = "";
}

/* Endpoints that somebody gave. */

static const char *environment_url(const char *suffix)
{
	char name[64];
	const char *value;

	snprintf(name, sizeof name, "AWS_ENDPOINT_URL%s%s", suffix ? "_" : "", suffix ? suffix : "");
	value = getenv(name);
	return value && *value ? value : NULL;
}

static const char *given_url(
	const struct endpoint_sources *sources, const struct service *service, const char **where)
{
	bool configured = !sources->ignore_configured;
	const char *own = configured ? environment_url(service->environment) : NULL;
	const char *all = configured ? environment_url(NULL) : NULL;
	const char *profile = configured ? sources->profile : NULL;
	const struct {
		const char *url, *where;
	} order[] = { { sources->flag, "--endpoint-url" }, { own, "AWS_ENDPOINT_URL_<service>" },
		{ all, "AWS_ENDPOINT_URL" }, { sources->setting, "the settings' endpointUrl" },
		{ profile, "the profile's endpoint_url" } };

	for (size_t i = 0; i < ARRAY_LENGTH(order); i++)
		if (order[i].url) {
			*where = order[i].where;
			return order[i].url;
		}
	return NULL;
}

static bool use_url(const char *url, const char *where, struct arena *arena, struct endpoint *endpoint,
	struct error *error)
{
	struct http_parts parts;

	if (!http_endpoint_parts(url, arena, &parts, error))
		return error_wrap(error, "endpoint from %s", where);
	if (strpbrk(url, "?#"))
		return error_set(error, ERROR_INPUT,
			"endpoint from %s: the URL has a query or a fragment; leave it out", where);
	endpoint->host = parts.host;
	endpoint->path = parts.path;
	endpoint->url = arena_printf(arena, "%s://%s%s", parts.scheme, parts.host, parts.path);
	endpoint->custom = true;
	return true;
}

bool endpoint_resolve(const struct endpoint_sources *sources, const struct service *service,
	const char *region, struct arena *arena, struct endpoint *endpoint, struct error *error)
{
	const char *where, *url = given_url(sources, service, &where);
	bool iam = !strcmp(service->name, "iam");

	*endpoint = (struct endpoint){ 0 };
	if (!region_is_label(region))
		return error_set(error, ERROR_INPUT, "\"%.64s\" is not a region", region);
	endpoint->signing_region = iam ? partition_of(region)->iam_region : arena_copy(arena, region);
	if (url)
		return use_url(url, where, arena, endpoint, error);
	aws_name(sources, service, region, arena, endpoint);
	return true;
}
