#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "call.h"
#include "client.h"
#include "finish.h"
#include "identity.h"

/* The client itself: what is read once, and what callers ask about it. */

enum { IN_FLIGHT = 20 };

static const char *first_of(const char *const *candidates, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (candidates[i] && *candidates[i])
			return candidates[i];
	return NULL;
}

static const char *choose_region(const struct aws_options *options, const struct profile *profile)
{
	const char *const order[] = { options->region_flag, environment("AWS_REGION"),
		environment("AWS_DEFAULT_REGION"), options->region_setting, profile_get(profile, "region") };

	return first_of(order, ARRAY_LENGTH(order));
}

static bool profile_on(const struct profile *profile, const char *key)
{
	const char *value = profile_get(profile, key);

	return value && !strcasecmp(value, "true");
}

static bool switched(const char *variable, const struct profile *profile, const char *key)
{
	return environment(variable) ? environment_on(variable) : profile_on(profile, key);
}

static void choose_endpoints(struct aws *aws, const struct aws_options *options)
{
	const struct profile *profile = aws->configuration.profile;

	aws->endpoints = (struct endpoint_sources){ .flag = arena_copy(
							    aws->arena, options->endpoint_url_flag),
		.setting = arena_copy(aws->arena, options->endpoint_url_setting),
		.profile = profile_get(profile, "endpoint_url"),
		.fips = switched("AWS_USE_FIPS_ENDPOINT", profile, "use_fips_endpoint"),
		.dual_stack = switched("AWS_USE_DUALSTACK_ENDPOINT", profile, "use_dualstack_endpoint"),
		.ignore_configured = switched(
			"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", profile, "ignore_configured_endpoint_urls") };
}

struct aws *aws_new(const struct aws_options *options, struct error *error)
{
	struct aws *aws = must_alloc(sizeof *aws);

	aws->transport = options->transport;
	aws->arena = arena_new();
	aws->finished_end = &aws->finished;
	aws->in_flight_limit = options->in_flight ? options->in_flight : IN_FLIGHT;
	aws->trace = options->trace;
	aws->trace_data = options->trace_data;
	if (!configuration_read(&aws->configuration, aws->arena, options->profile_flag,
		    options->profile_setting, options->strict, error))
		return aws_free(aws);
	aws->rates = options->rates ? json_deep_copy(options->rates) : NULL;
	aws->region = arena_copy(aws->arena, choose_region(options, aws->configuration.profile));
	choose_endpoints(aws, options);
	if (getrandom(&aws->random, sizeof aws->random, GRND_NONBLOCK) < 0)
		aws->random = (uint64_t)aws_now(aws);
	aws->own = identity_of_source(aws, credentials_find(&aws->configuration, aws->arena));
	return aws;
}

static void calls_free(struct call *list)
{
	while (list) {
		struct call *next = list->next;

		call_free(list);
		list = next;
	}
}

struct aws *aws_free(struct aws *aws)
{
	if (!aws)
		return NULL;
	aws->transport->forget(aws->transport, aws);
	for (struct call *call = aws->flying; call; call = call->next)
		aws->transport->forget(aws->transport, call);
	calls_free(aws->flying);
	calls_free(aws->finished);
	for (struct lane *lane = aws->lanes; lane; lane = lane->next)
		calls_free(lane->waiting);
	identities_free(aws->identities);
	sigv4_signature_free(&aws->signature);
	json_decref(aws->rates);
	arena_free(aws->arena);
	free(aws);
	return NULL;
}

const char *aws_warning(const struct aws *aws)
{
	return aws->configuration.warning;
}

double aws_clock(const struct aws *aws)
{
	return aws->ahead;
}

void aws_keep_clock(struct aws *aws, const struct aws *before)
{
	aws->skew = before->skew;
	aws->ahead = before->ahead;
}

const char *aws_region(const struct aws *aws)
{
	return aws->region;
}

const char *aws_partition(const char *region)
{
	return region_partition(region);
}

const char *aws_suffix(const char *region)
{
	return region_suffix(region);
}

char *aws_world(const struct aws *aws, struct arena *arena, struct error *error)
{
	/* Any region will do: what matters is whether somebody set an endpoint. */
	static const char region[] = "us-east-1";
	struct endpoint endpoint;

	if (!endpoint_resolve(&aws->endpoints, service_find("events"), region, arena, &endpoint, error))
		return NULL;
	/* An interface endpoint of one's own network leads to AWS too. */
	return arena_copy(
		arena, endpoint.custom && !text_ends(endpoint.url, ".amazonaws.com") ? endpoint.url : "aws");
}

size_t aws_counts(const struct aws *aws, const struct call_count **counts)
{
	*counts = aws->counts;
	return aws->count_length;
}

double aws_credentials_expiry(const struct aws *aws)
{
	return identity_expiry(aws->own);
}
