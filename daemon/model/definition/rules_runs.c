#include "rules.h"

#include <string.h>

#include "model/duration.h"
#include "schema_check.h"

/* What app and batch say of their runs. The spot is that of the app or batch. */

/* AWS keeps the token by which no repetition starts twice for an hour at least, so nothing may wait longer. */
enum { RETRY_LATEST = 45 * 60 };

unsigned long check_duration(struct reader *reader, const struct spot *spot, const json_t *object)
{
	const json_t *value = json_object_get(object, spot->key);
	const char *text = json_string_value(value), *message;
	unsigned long seconds = 0;

	if (json_is_integer(value) && json_integer_value(value) > 0)
		return (unsigned long)json_integer_value(value);
	if (!text || strcmp(text, "0") == 0 || duration_parse(text, &seconds))
		return seconds;
	message = arena_printf(reader->arena, "%s is longer than a year", quoted(reader, text));
	fault_at(reader, spot, AT_VALUE, message, "write at most \"365d\"");
	yield_last(reader, spot, message);
	return 0;
}

/* A member that a batch does not have is its app's, unless the batch switches all of them off. */
static bool has_end(const json_t *expect, const json_t *above)
{
	const json_t *own = json_object_get(expect, "maxDuration");

	return own ? !json_is_null(own) : says_something(json_object_get(above, "maxDuration"));
}

static void check_expect(
	struct reader *reader, const struct spot *spot, const json_t *expect, const json_t *above)
{
	check_duration(reader, MEMBER(spot, "maxDuration"), expect);
	check_duration(reader, MEMBER(spot, "mustStartWithin"), expect);
	if (strcmp(json_text_of(expect, "onOverlap", ""), "stopNewer") == 0 && !has_end(expect, above))
		warn_at(reader, MEMBER(spot, "onOverlap"), AT_VALUE,
			"\"stopNewer\" without \"maxDuration\": one run that hangs would silence the batch",
			"write \"maxDuration\" and \"onOverrun\": \"stop\" beside it");
}

void check_runs(struct reader *reader, const struct spot *spot, const json_t *written, const json_t *above)
{
	const json_t *retry = json_object_get(written, "retry");
	const struct spot *after = MEMBER(MEMBER(spot, "retry"), "after");

	check_expect(reader, MEMBER(spot, "expect"), json_object_get(written, "expect"),
		json_object_get(above, "expect"));
	if (check_duration(reader, after, retry) > RETRY_LATEST)
		fault_at(reader, after, AT_VALUE,
			"\"after\" is over 45 minutes, and AWS may forget by then that a repetition was started",
			"write at most \"45m\"");
}
