#include "model/duration.h"

#include "common/macros.h"

#include "../check.h"

static void times(void)
{
	static const struct {
		const char *text;
		unsigned long seconds;
	} good[] = { { "1", 1 }, { "90", 90 }, { "90s", 90 }, { "15m", 900 }, { "2h", 7200 }, { "1d", 86400 },
		{ "365d", 31536000 }, { "007", 7 } };

	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		unsigned long seconds = 0;

		CHECK(duration_parse(good[i].text, &seconds));
		CHECK(seconds == good[i].seconds);
	}
}

static void what_is_none(void)
{
	static const char *const bad[] = { "", "0", "0s", "s", "m5", "-5", "+5", " 5", "5 m", "5M", "5ms",
		"1.5h", "366d", "99999999999999999999", "5m30s", "1w" };

	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		unsigned long seconds = 42;

		if (!CHECK(!duration_parse(bad[i], &seconds) && seconds == 42))
			printf("  %s\n", bad[i]);
	}
}

int main(void)
{
	times();
	what_is_none();
	return check_end();
}
