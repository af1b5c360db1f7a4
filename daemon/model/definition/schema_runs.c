#include "schema_runs.h"

enum { YEAR = 365 * 86400 };

#define DURATION(the_key, the_example, the_description) \
	{ \
		.key = the_key, .types = SCHEMA_STRING | SCHEMA_INTEGER | SCHEMA_NULL, .least = 1, \
		.most = YEAR, .pattern = "^[1-9][0-9]{0,7}[smhd]?$", .what = "a duration", \
		.example = the_example, \
		.remedy = "write seconds, or a text like \"90s\", \"15m\", \"2h\" or \"1d\"", \
		.description = the_description \
	}

static const struct schema_member exit_code = {
	.types = SCHEMA_INTEGER, .least = 0, .most = 255, .example = "0"
};
#define EXIT_CODES(the_key, the_example, the_description) \
	{ \
		.key = the_key, .types = SCHEMA_ARRAY, .element = &exit_code, .shortest = 1, .longest = 256, \
		.example = the_example, .description = the_description \
	}

static const struct schema_member code_members[] = {
	EXIT_CODES("success", "[0]", "0 where absent."),
	EXIT_CODES("warning", "[9]", "A success that is told as a warning."),
};
static const struct schema schema_codes = SCHEMA(code_members);

static const struct schema_member expect_members[] = {
	{ .key = "mustStartWithin",
		.types = SCHEMA_STRING | SCHEMA_INTEGER | SCHEMA_NULL,
		.least = 0,
		.most = YEAR,
		.pattern = "^(0|[1-9][0-9]{0,7}[smhd]?)$",
		.what = "a duration",
		.example = "\"5m\"",
		.remedy = "write seconds, a text like \"90s\", \"15m\", \"2h\" or \"1d\", or 0 for never",
		.description = "Without a task by then the run is missed; 5m where absent, 0: never told." },
	{ .key = "exitCodes",
		.types = SCHEMA_OBJECT | SCHEMA_NULL,
		.object = &schema_codes,
		.example = "{\"success\": [0], \"warning\": [9]}",
		.description = "What the container's exit code says." },
	DURATION("maxDuration", "\"2h\"", "A run that takes longer is told."),
	{ .key = "onOverrun",
		.types = SCHEMA_STRING | SCHEMA_NULL,
		.values = VALUES("tell", "stop"),
		.description = "What happens to a run that passes maxDuration." },
	{ .key = "noOverlap",
		.types = SCHEMA_BOOLEAN | SCHEMA_NULL,
		.example = "true",
		.description = "A second run beside one that runs is told." },
	{ .key = "onOverlap",
		.types = SCHEMA_STRING | SCHEMA_NULL,
		.values = VALUES("tell", "stopNewer", "stopOlder"),
		.description = "What happens where two runs overlap." },
	{ .key = "alertAfter",
		.types = SCHEMA_INTEGER | SCHEMA_NULL,
		.least = 1,
		.most = 1000,
		.example = "3",
		.description = "Failures in a row after which they are told as an error; 1 where absent." },
};
const struct schema schema_expect = SCHEMA(expect_members);

static const struct schema_member ending = { .types = SCHEMA_STRING,
	.values = VALUES("failed", "notStarted", "interrupted") };

static const struct schema_member repeat_members[] = {
	{ .key = "attempts",
		.types = SCHEMA_INTEGER | SCHEMA_NULL,
		.least = 1,
		.most = 1000,
		.example = "2",
		.description = "How often; 1 where absent." },
	DURATION("after", "\"1m\"",
		"How long after the end, doubled each time; 1m where absent, 45m at most."),
	{ .key = "on",
		.types = SCHEMA_ARRAY | SCHEMA_NULL,
		.element = &ending,
		.shortest = 1,
		.longest = 3,
		.example = "[\"notStarted\", \"interrupted\"]",
		.description = "After which ends; all three where absent." },
	{ .key = "exitCodes",
		.types = SCHEMA_ARRAY | SCHEMA_NULL,
		.element = &exit_code,
		.shortest = 1,
		.longest = 256,
		.example = "[75]",
		.description = "Of what failed only what ended with these." },
};
const struct schema schema_repeat = SCHEMA(repeat_members);
