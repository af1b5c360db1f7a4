#ifndef DAEMON_MODEL_DEFINITION_SCHEMA_RUNS_H
#define DAEMON_MODEL_DEFINITION_SCHEMA_RUNS_H

/* What app and batch may say of their runs: what is expected of one, what is repeated, who hears of it. */

#include "schema.h"

extern const struct schema schema_expect, schema_repeat;

/* Who knows such a URL may use it: https, or http to this machine. */
#define SECRET_URL_PATTERN \
	"^(https://[A-Za-z0-9.-]+|http://(localhost|127[.]0[.]0[.]1|\\[::1\\]))(:[0-9]{1,5})?(/[!-~]*)?$"

#define EXPECT \
	{ \
		.key = "expect", .types = SCHEMA_OBJECT | SCHEMA_NULL, .object = &schema_expect, \
		.example = "{\"maxDuration\": \"2h\"}", \
		.description = \
			"What makes a run late, stuck or failed; merged member by member with the app's." \
	}
#define RETRY \
	{ \
		.key = "retry", .types = SCHEMA_OBJECT | SCHEMA_NULL, .object = &schema_repeat, \
		.example = "{\"attempts\": 2, \"after\": \"1m\"}", \
		.description = "What is started again when a run did not succeed." \
	}
#define PING \
	{ \
		.key = "ping", .types = SCHEMA_STRING | SCHEMA_NULL, .longest = 2048, \
		.pattern = SECRET_URL_PATTERN, .what = "an https URL", \
		.example = "\"https://hc-ping.com/c0ffee\"", \
		.description = "Is told of each run's begin and end, as Healthchecks and its kin take it." \
	}

#endif
