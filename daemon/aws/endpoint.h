#ifndef DAEMON_AWS_ENDPOINT_H
#define DAEMON_AWS_ENDPOINT_H

/* Where the calls of a service and region go, and for which region they are signed. */

#include <stdbool.h>

#include "common/arena.h"
#include "common/error.h"
#include "service.h"

/* Who may say where the endpoint is: NULL or false where nobody did. */
struct endpoint_sources {
	const char *flag, *setting,
		*profile; /* --endpoint-url, the settings' endpointUrl, the profile's endpoint_url */
	bool fips, dual_stack;
	bool ignore_configured; /* AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: environment and profile do not count
				 */
};

struct endpoint {
	const char *url; /* "https://ecs.eu-west-1.amazonaws.com", without a slash at the end */
	const char *host; /* as the Host header says it, with a port that is not the scheme's own */
	const char *path; /* what an endpoint URL has behind the host, "" as a rule */
	const char *signing_region;
	bool custom; /* somebody said so; not AWS's own name */
};

/* Whether the text may stand in a host's name, as every region does: nobody else's host comes of it. */
bool region_is_label(const char *region);

/* The partition's id by the region's name: "aws", "aws-cn", "aws-us-gov", … */
const char *region_partition(const char *region);
/* What its host names end with: "amazonaws.com", "amazonaws.com.cn", … */
const char *region_suffix(const char *region);

/*
 * Resolves, from the arena, in the order: flag, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, setting,
 * profile, AWS's own name. False where the URL given cannot be used or the region is none.
 */
bool endpoint_resolve(const struct endpoint_sources *sources, const struct service *service,
	const char *region, struct arena *arena, struct endpoint *endpoint, struct error *error);

#endif
