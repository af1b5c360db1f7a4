#include "zoneinfo.h"

#include <stdlib.h>

#include "../check.h"
#include "common/files.h"
#include "common/text.h"
#include "written.h"

/* The folder of this machine's zones is compared with Python's in tests/schedule/compare.py. */

static struct arena *arena;

static time_t instant(const char *text)
{
	time_t when = 0;

	CHECK(text_parse_iso8601(text, &when));
	return when;
}

static struct zone zone_of(const char *name)
{
	struct zone zone = { 0 };
	const char *near;

	CHECK_NUMBER(zoneinfo_read(arena, name, &zone, &near), ZONE_FOUND);
	return zone;
}

static void test_offsets(void)
{
	struct zone berlin = zone_of("Europe/Berlin"), dublin = zone_of("Europe/Dublin");

	CHECK_NUMBER(zone_offset(&berlin, instant("2027-03-28T00:59:59Z")), 3600);
	CHECK_NUMBER(zone_offset(&berlin, instant("2027-03-28T01:00:00Z")), 7200);
	CHECK_NUMBER(zone_offset(&berlin, instant("2150-07-01T00:00:00Z")), 7200);
	CHECK_NUMBER(zone_offset(&dublin, instant("2150-07-01T00:00:00Z")), 3600);
	CHECK_NUMBER(zone_offset(&dublin, instant("2150-12-31T23:59:59Z")), 0);
}

static void test_walls(void)
{
	struct zone berlin = zone_of("Europe/Berlin");
	time_t found = 0;

	CHECK(!zone_instant(&berlin, instant("2027-03-28T02:00:00Z"), &found));
	CHECK(!zone_instant(&berlin, instant("2027-03-28T02:59:59Z"), &found));
	CHECK(zone_instant(&berlin, instant("2027-03-28T03:00:00Z"), &found));
	CHECK_NUMBER(found, instant("2027-03-28T01:00:00Z"));
	/* comes twice: at 00:30 and 01:30 */
	CHECK(zone_instant(&berlin, instant("2027-10-31T02:30:00Z"), &found));
	CHECK_NUMBER(found, instant("2027-10-31T00:30:00Z"));
	CHECK(zone_instant(&berlin, instant("2027-10-31T03:00:00Z"), &found));
	CHECK_NUMBER(found, instant("2027-10-31T02:00:00Z"));
}

/* What is cut, damaged or of another kind is none, wherever. */
static void test_broken(void)
{
	struct error error = { 0 };
	struct zone zone;
	size_t length;
	char *bytes = read_file(arena, arena_printf(arena, "%s/Europe/Berlin", zoneinfo_folder()), 1 << 16,
		&length, NULL, &error);

	if (!CHECK(bytes != NULL))
		return;
	for (size_t cut = 0; cut < length; cut++) {
		char *part = must_alloc(cut + 1);

		memcpy(part, bytes, cut);
		CHECK(!zone_decode(arena, part, cut, &zone));
		free(part);
	}
	for (size_t i = 0; i < length; i++) {
		char *other = must_alloc(length), was = bytes[i];
		time_t found;

		memcpy(other, bytes, length);
		other[i] = (char)(was ^ 0x5a);
		if (zone_decode(arena, other, length, &zone))
			zone_instant(&zone, zone_offset(&zone, instant("2051-03-01T00:00:00Z")), &found);
		free(other);
	}
	CHECK(zone_decode(arena, bytes, length, &zone));
}

static void test_names(void)
{
	static const char *const unknown[][2] = {
		{ "Asia/Tokio", "Asia/Tokyo" },
		{ "asia/tokyo", "Asia/Tokyo" },
		{ "Tokyo", "Asia/Tokyo" },
		{ "Europe/Berln", "Europe/Berlin" },
		{ "utc", "UTC" },
		{ "Lord Howe", NULL },
		{ "../zoneinfo/UTC", NULL },
		{ "posix/Europe/Berlin", NULL },
		{ "right/Europe/Berlin", NULL },
		{ "Factory", NULL },
		{ "Europe", NULL },
		{ "zone.tab", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(unknown); i++) {
		const char *near = "";
		struct zone zone;

		CHECK_NUMBER(zoneinfo_read(arena, unknown[i][0], &zone, &near), ZONE_UNKNOWN);
		if (!CHECK_TEXT(near ? near : "", unknown[i][1] ? unknown[i][1] : ""))
			printf("  %s\n", unknown[i][0]);
	}
}

static void test_no_database(void)
{
	const char *near;
	struct zone zone;

	setenv("TZDIR", "/nowhere", 1);
	CHECK_NUMBER(zoneinfo_read(arena, "Asia/Tokyo", &zone, &near), ZONE_NO_DATABASE);
	CHECK(!near);
	unsetenv("TZDIR");
}

int main(void)
{
	arena = arena_new();
	test_offsets();
	test_walls();
	test_broken();
	test_names();
	test_no_database();
	arena_free(arena);
	return check_end();
}
