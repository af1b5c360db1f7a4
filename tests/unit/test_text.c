#include "common/text.h"

#include "common/arena.h"
#include "common/error.h"

#include "../check.h"

static void times(void)
{
	char out[ISO8601_SIZE];
	time_t when = 0;

	text_iso8601(out, 1700000000);
	CHECK_TEXT(out, "2023-11-14T22:13:20Z");
	CHECK(text_parse_iso8601(out, &when) && when == 1700000000);
	CHECK(!text_parse_iso8601("2023-02-30T00:00:00Z", &when));
	CHECK(!text_parse_iso8601("2023-11-14T22:13:20", &when));
	CHECK(!text_parse_iso8601("2023-11-14T22:13:20Zx", &when));
}

static void nearest(void)
{
	static const char *const known[] = { "schedule", "description", "environment", "cpu" };

	CHECK_TEXT(text_nearest("shedule", known, ARRAY_LENGTH(known)), "schedule");
	CHECK_TEXT(text_nearest("Schedule", known, ARRAY_LENGTH(known)), "schedule");
	CHECK_TEXT(text_nearest("enviroment", known, ARRAY_LENGTH(known)), "environment");
	CHECK_TEXT(text_nearest("cup", known, ARRAY_LENGTH(known)), "cpu");
	CHECK(!text_nearest("quite-different", known, ARRAY_LENGTH(known)));
}

static void builder(void)
{
	CLEANUP_TEXT struct text text = { 0 };

	CHECK_TEXT(text_string(&text), "");
	text_add(&text, "a");
	text_printf(&text, "%d-%s", 7, "b");
	text_add_char(&text, '!');
	CHECK_TEXT(text_string(&text), "a7-b!");
	text_clear(&text);
	text_add_percent(&text, "a b/ü~", false);
	CHECK_TEXT(text_string(&text), "a%20b%2F%C3%BC~");
	text_clear(&text);
	text_add_percent(&text, "a/b", true);
	CHECK_TEXT(text_string(&text), "a/b");
	CHECK_NUMBER(text_columns("aü→"), 3);
}

static void percent_decoding(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	CHECK_TEXT(text_percent_decoded(arena, "%7B%22a%22%3a%22b+c%22%7d"), "{\"a\":\"b+c\"}");
	CHECK_TEXT(text_percent_decoded(arena, "50% of %zz and %2"), "50% of %zz and %2");
	CHECK_TEXT(text_percent_decoded(arena, ""), "");
}

static void errors(void)
{
	struct error error = { 0 };

	CHECK(!error_set(&error, ERROR_IO, "no %s", "disk"));
	error_wrap(&error, "batch '%s'", "no1");
	CHECK_TEXT(error.text, "batch 'no1': no disk");
	CHECK(error.code == ERROR_IO);
	CHECK(!error_set(NULL, ERROR_IO, "nobody listens"));
}

static void arenas(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	int *numbers = NULL;
	size_t capacity = 0;

	for (int i = 0; i < 5000; i++) {
		arena_grow(arena, &numbers, sizeof *numbers, (size_t)i, &capacity);
		numbers[i] = i;
	}
	CHECK_NUMBER(numbers[4999], 4999);
	CHECK_NUMBER(numbers[0], 0);
	CHECK_TEXT(arena_printf(arena, "%s-%d", "x", 3), "x-3");
	CHECK_TEXT(arena_copy_n(arena, "abcdef", 3), "abc");
	CHECK(!arena_copy(arena, NULL));
	char *large = arena_alloc(arena, 1 << 20);
	CHECK(large[0] == 0 && large[(1 << 20) - 1] == 0);
}

static const char *mended(const char *text)
{
	static char copy[64];

	snprintf(copy, sizeof copy, "%s", text);
	return text_mend(copy);
}

static void mending(void)
{
	CHECK_TEXT(mended(""), "");
	CHECK_TEXT(
		mended("plain, \u00e9, \u65e5\u672c, \U0001F600"), "plain, \u00e9, \u65e5\u672c, \U0001F600");
	CHECK_TEXT(mended("a\xff.json"), "a?.json");
	CHECK_TEXT(mended("caf\xe9 x"), "caf? x");
	CHECK_TEXT(mended("\x80\xbfx"), "??x");
	/* Overlong, a surrogate, beyond the last code point. */
	CHECK_TEXT(mended("\xc0\xaf|\xe0\x80\xaf|\xed\xa0\x80|\xf4\x90\x80\x80|\xf0\x80\x80\xaf."),
		"??|???|???|????|????.");
	/* Cut off. */
	CHECK_TEXT(mended("x\xe6\x97"), "x");
	CHECK_TEXT(mended("x\xf0\x9f\x98"), "x");
	CHECK_TEXT(mended("x\xe6"), "x");
}

static void copies(void)
{
	struct error error = { 0 };
	char out[64];

	text_copy_mended(out, sizeof out, "caf\xe9\t\x1b.");
	CHECK_TEXT(out, "caf?\t\x1b.");
	text_copy_mended(out, 6, "abc漢d");
	CHECK_TEXT(out, "abc");
	text_copy_mended(out, 7, "abc漢d");
	CHECK_TEXT(out, "abc漢");
	/* An error keeps what was said, up to whole characters. */
	error_set(&error, ERROR_IO, "caf\xe9\n: %1015s漢", "x");
	CHECK(text_starts(error.text, "caf?\n: ") && text_ends(error.text, " x"));
	error_wrap(&error, "\xff");
	CHECK(text_starts(error.text, "?: caf?\n"));
}

static const char *seen(const char *text, const char *keep)
{
	static struct text out;

	text_clear(&out);
	text_add_visible(&out, text, keep);
	return text_string(&out);
}

static void visible(void)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "", "" },
		{ "plain → ä漢😀\u00a0\u200d", "plain → ä漢😀\u00a0\u200d" },
		{ "a\r\n\tb", "a\\r\\n\\tb" },
		{ "\x01\x1b[1m\x7f", "\\x01\\x1b[1m\\x7f" },
		{ "\xc2\x80\xc2\x9b\x33\x31m\xc2\x9f", "\\u0080\\u009b31m\\u009f" },
		{ "\u061c\u200e\u200f\u2028\u2029", "\\u061c\\u200e\\u200f\\u2028\\u2029" },
		{ "\u202a\u202b\u202c\u202d\u202e", "\\u202a\\u202b\\u202c\\u202d\\u202e" },
		{ "\u2066\u2067\u2068\u2069\u206f", "\\u2066\\u2067\\u2068\\u2069\\u206f" },
		{ "\u061b\u200d\u2010\u2027\u202f\u2065\u2070",
			"\u061b\u200d\u2010\u2027\u202f\u2065\u2070" },
		{ "caf\xe9.\xff", "caf\\xe9.\\xff" },
		/* C1 as a byte of its own, overlong, a surrogate, cut off. */
		{ "\x9b|\xc0\x9b|\xe0\x82\x9b|\xed\xa0\x80|\xe2\x80",
			"\\x9b|\\xc0\\x9b|\\xe0\\x82\\x9b|\\xed\\xa0\\x80|\\xe2\\x80" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		CHECK_TEXT(seen(cases[i].from, ""), cases[i].to);
	CHECK_TEXT(seen("a\n\tb\r\x1b\v", "\n\t"), "a\n\tb\\r\\x1b\\x0b");
}

static const char *tidied(const char *before, size_t most)
{
	static struct text text;

	text_clear(&text);
	text_add(&text, before);
	text_tidy(&text, most);
	return text_string(&text);
}

static void one_line(void)
{
	CHECK_TEXT(tidied("", 10), "");
	CHECK_TEXT(tidied("a → b", 10), "a → b");
	CHECK_TEXT(tidied("a\nREADY=1\t\x7f", 30), "a\\nREADY=1\\t\\x7f");
	CHECK_TEXT(tidied("a\xff"
			  "b\xe2\x86",
			   20),
		"a\\xffb\\xe2\\x86");
	CHECK_TEXT(tidied("0123456789", 10), "0123456789");
	CHECK_TEXT(tidied("0123456789x", 10), "0123456…");
	/* Never through the middle of a character. */
	CHECK_TEXT(tidied("012345→89x", 10), "012345…");
	CHECK_TEXT(tidied("\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 7), "\xf0\x9f\x98\x80…");
}

int main(void)
{
	mending();
	copies();
	visible();
	times();
	one_line();
	nearest();
	builder();
	percent_decoding();
	errors();
	arenas();
	return check_end();
}
