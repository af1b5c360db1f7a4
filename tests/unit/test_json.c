#include "common/json.h"

#include <time.h>

#include "common/text.h"

#include "../check.h"

static struct json_place where;
static struct error error;

/* The reading's outcome as one text: "" where it is good, else "line:column message". */
static const char *outcome_of(struct arena *arena, const char *text, size_t length)
{
	json_t *value;

	where = (struct json_place){ 0 };
	error = (struct error){ 0 };
	value = json_read(text, length, 4, arena, NULL, &where, &error);
	json_decref(value);
	return value ? "" : arena_printf(arena, "%u:%u %s", where.line, where.column, error.text);
}

static const char *outcome(struct arena *arena, const char *text)
{
	return outcome_of(arena, text, strlen(text));
}

static const char *long_key(struct arena *arena)
{
	CLEANUP_TEXT struct text key = { 0 };

	for (int i = 0; i < 100; i++)
		text_add(&key, "語");
	return arena_copy(arena, text_string(&key));
}

static void refusals(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	CHECK_TEXT(outcome(arena, "{}"), "");
	CHECK_TEXT(outcome(arena, " \n{ \"a\": [1, 2.5, null, true, \"x\"] }\n"), "");
	CHECK_TEXT(outcome(arena, ""), "1:1 the file is empty");
	CHECK_TEXT(outcome(arena, " \n\t "), "1:1 the file is empty");
	CHECK_TEXT(outcome(arena, "\xEF\xBB\xBF{}"), "1:1 the file begins with a byte order mark");
	CHECK_TEXT(outcome_of(arena, "\xFF\xFE{\0}\0", 6), "1:1 the file is UTF-16");
	CHECK_TEXT(outcome_of(arena, "{}\n\0", 4), "2:1 the file holds a NUL byte");
	CHECK_TEXT(
		outcome(arena, "{\n  \"a\": 1,\n  \"b\": {\n    \"ü\": 1,\n    \"c\": 2, \"ü\": 3\n  }\n}"),
		"5:13 the key \"ü\" comes twice, the first time at line 4, column 5");
	/* The same key elsewhere, or as a value, is not the first one. */
	CHECK_TEXT(
		outcome(arena, "{\"x\": {\"a\": \"a\"}, \"b\": [{\"a\": 1}, \"a\"],\n \"a\" : 1, \"a\": 2}"),
		"2:11 the key \"a\" comes twice, the first time at line 2, column 2");
	CHECK_TEXT(outcome(arena, "{\"a\": 1, \"x\": [{\"a\": 1}, {\"a\": 1,\n\"a\": 2}]}"),
		"2:1 the key \"a\" comes twice, the first time at line 1, column 27");
	CHECK_TEXT(
		outcome(arena, "{ \"a\": \"\\ud800\" }"), "1:8 half of a character that \\u writes in two");
	CHECK_TEXT(
		outcome(arena,
			"{\"a long key that jansson does not quote\": 1,\n \"a long key that jansson does not quote\": 2}"),
		"2:2 the key \"a long key that jansson does not quote\" comes twice, the first time at line 1, column 2");
	CHECK_TEXT(outcome(arena, "{\"a\\\"b\": 1, \"a\\\"b\": 1}"),
		"1:13 the key \"a\\\"b\" comes twice, the first time at line 1, column 2");
	CHECK_TEXT(outcome(arena, "{\"\": 1, \"\": 1}"),
		"1:9 the key \"\" comes twice, the first time at line 1, column 2");
	/* A long one is told in part, but never in part of a character. */
	for (int shift = 0; shift < 3; shift++) {
		char *key = arena_printf(arena, "%.*s%s", shift, "ab", long_key(arena)), *told;
		json_t *whole;

		told = arena_copy(
			arena, outcome(arena, arena_printf(arena, "{\"%s\": 1, \"%s\": 2}", key, key)));
		whole = json_string(told);
		CHECK(strstr(told, "comes twice") && strlen(told) < 300 && whole);
		json_decref(whole);
	}
	CHECK_TEXT(outcome(arena, "{} x"), "1:4 more text after the end of the JSON");
	CHECK_TEXT(outcome(arena, "{ \"apps\": {\n\n"), "1:12 the file ends in the middle");
	CHECK_TEXT(outcome(arena, "{ \"a\": \"\\u0000\" }"), "1:8 the character \\u0000");
	CHECK_TEXT(outcome(arena, "{ \"a\": \"b\tc\" }"), "1:8 a control character inside quotes");
	CHECK_TEXT(outcome(arena, "12"), "1:1 the file does not begin with {");
	CHECK(text_starts(
		outcome(arena, "{ \"a\": 99999999999999999999 }"), "1:8 a number of too many digits"));
	CHECK(text_starts(outcome(arena, "{ \"a\": NaN }"), "1:8 not JSON: "));
	CHECK(text_starts(outcome(arena, "{ // comment\n}"), "1:3 not JSON: "));
	CHECK(text_starts(outcome(arena, "{ 'a': 1 }"), "1:3 not JSON: "));
	CHECK_TEXT(outcome(arena, "{ \"a\": \"\xC3\x28\" }"), "1:8 a byte that is not UTF-8");
}

/* Told where it belongs: behind what it should follow, which may be lines above what the parser stumbles
 * over. */
static void commas(void)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
		{ "{\n  \"a\": 1\n  \"b\": 2\n}", "2:9 a comma is missing" },
		{ "{\n  \"a\": \"ü\"\n\n  \"a key too long for jansson to quote\": 2\n}",
			"2:11 a comma is missing" },
		{ "{ \"a\": [ \"x\", \"y\"\n \"z\" ] }", "1:18 a comma is missing" },
		{ "{ \"a\": { \"b\": 1 }\n { \"c\": 1 } }", "1:18 a comma is missing" },
		{ "{ \"a\": [ 1 2 ] }", "1:11 a comma is missing" },
		{ "{ \"a\": \",\\\"\" true }", "1:13 a comma is missing" },
		{ "{\n  \"a\": 1,\n}", "2:9 a comma with nothing behind it" },
		{ "{ \"a\": [ 1, ] }", "1:11 a comma with nothing behind it" },
	};
	static const char *const others[] = { "{ \"a\" \"b\" }", "{ \"a\": [ 1 }", "{ \"a\": 1 ]", "{ , }",
		"{ \"a\": [ 1: 2 ] }", "{ \"a\":, \"b\": 1 }", "{ \"a\": x }", "{ \"a\" }" };
	CLEANUP_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		CHECK_TEXT(outcome(arena, cases[i].text), cases[i].told);
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		CHECK(strstr(outcome(arena, others[i]), "not JSON: "));
}

static void every_refusal_has_a_remedy(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	outcome(arena, "");
	CHECK_TEXT(json_remedy(&error), "write one object, {} at least");
	outcome(arena, "{\"a\":1,\"a\":1}");
	CHECK_TEXT(json_remedy(&error), "keep one of the two");
	outcome(arena, "{\"a\":1,}");
	CHECK_TEXT(json_remedy(&error), "leave it out: a comma stands between two, not behind the last");
	outcome(arena, "{\"a\":1 \"b\":2}");
	CHECK_TEXT(json_remedy(&error), "write , here, between this one and the next");
	outcome(arena, "{\"a\":x}");
	CHECK_TEXT(json_remedy(&error),
		"mind the quotes, commas and brackets: no comments, no comma after the last member");
	outcome(arena, "[[[[[]]]]]");
	CHECK_TEXT(json_remedy(&error), "write it flatter");
}

static void depth(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	CLEANUP_TEXT struct text deep = { 0 };

	CHECK_TEXT(outcome(arena, "[[[[]]]]"), "");
	CHECK_TEXT(outcome(arena, "[[\n[[[]]]]]"), "2:3 nested deeper than 4 levels");
	CHECK_TEXT(outcome(arena, "{\"[[[[[[\": \"{{{{{\\\"[[[[[\"}"), "");
	/* Far deeper than any stack: told before anything goes down there. */
	for (int i = 0; i < 1000000; i++)
		text_add_char(&deep, '[');
	CHECK_TEXT(outcome(arena, text_string(&deep)), "1:5 nested deeper than 4 levels");
}

static const char *place(struct arena *arena, const struct json_places *places, const char *pointer)
{
	struct json_place key = json_place_of(places, pointer), value = json_place_of_value(places, pointer);

	return arena_printf(arena, "%u:%u %u:%u", key.line, key.column, value.line, value.column);
}

static void places(void)
{
	static const char text[] = "{\n"
				   "  \"apps\": { \"é\": { \"a/b\": 1, \"c~d\" :\n"
				   "    [ 1, {\"x\": \"}]\\\"\"}, [ ] ] } },\n"
				   "\t\"\\u0061\\\"\": true, \"日本\": \"語\", \"last\": null\n"
				   "}\n";
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct json_places *index = NULL;
	json_t *value = json_read(text, strlen(text), 32, arena, &index, &where, &error);

	CHECK(value != NULL);
	CHECK_TEXT(place(arena, index, ""), "1:1 1:1");
	CHECK_TEXT(place(arena, index, "/apps"), "2:3 2:11");
	CHECK_TEXT(place(arena, index, "/apps/é"), "2:13 2:18");
	CHECK_TEXT(place(arena, index, "/apps/é/a~1b"), "2:20 2:27");
	CHECK_TEXT(place(arena, index, "/apps/é/c~0d"), "2:30 3:5");
	CHECK_TEXT(place(arena, index, "/apps/é/c~0d/0"), "3:7 3:7");
	CHECK_TEXT(place(arena, index, "/apps/é/c~0d/1"), "3:10 3:10");
	CHECK_TEXT(place(arena, index, "/apps/é/c~0d/1/x"), "3:11 3:16");
	CHECK_TEXT(place(arena, index, "/apps/é/c~0d/2"), "3:25 3:25");
	CHECK_TEXT(place(arena, index, "/a\""), "4:2 4:14");
	CHECK_TEXT(place(arena, index, "/日本"), "4:20 4:26");
	CHECK_TEXT(place(arena, index, "/last"), "4:31 4:39");
	/* What is not there is told where it would have to be. */
	CHECK_TEXT(place(arena, index, "/apps/é/absent/deeper"), "2:13 2:18");
	CHECK_TEXT(place(arena, index, "/apps/é/c~0d/3"), "2:30 3:5");
	CHECK_TEXT(place(arena, index, "/apps/é/c~0d/01"), "2:30 3:5");
	CHECK_TEXT(place(arena, index, "/nothing"), "1:1 1:1");
	CHECK_TEXT(place(arena, NULL, "/apps"), "0:0 0:0");
	json_decref(value);
}

/* Whoever looks at every member of a large file would otherwise wait for minutes. */
static void places_of_many_siblings(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	CLEANUP_TEXT struct text text = { 0 };
	struct json_places *index = NULL;
	json_t *value;
	clock_t begun;

	text_add(&text, "{\"list\": [0");
	for (int i = 1; i < 100000; i++)
		text_printf(&text, ",\n%d", i);
	text_add(&text, "]");
	for (int i = 0; i < 100000; i++)
		text_printf(&text, ",\n\"%d\": 0", i);
	text_add(&text, "}");
	value = json_read(text.data, text.length, 32, arena, &index, &where, &error);
	CHECK(value != NULL);
	begun = clock();
	for (unsigned i = 0; i < 100000; i++)
		CHECK_NUMBER(json_place_of(index, arena_printf(arena, "/list/%u", i)).line, i + 1);
	for (unsigned i = 0; i < 100000; i++)
		CHECK_NUMBER(json_place_of(index, arena_printf(arena, "/%u", i)).line, i + 100001);
	/* In any order, and in two lists by turns. */
	for (unsigned i = 0; i < 20000; i++) {
		unsigned at = i * 7919 % 100000;

		CHECK_NUMBER(json_place_of(index, arena_printf(arena, "/list/%u", at)).line, at + 1);
		CHECK_NUMBER(json_place_of(index, arena_printf(arena, "/%u", at)).line, at + 100001);
	}
	CHECK(clock() - begun < 5 * CLOCKS_PER_SEC);
	CHECK_NUMBER(json_place_of(index, "/99").line, 100100);
	CHECK_NUMBER(json_place_of(index, "/list/98").line, 99);
	json_decref(value);
}

static void the_index_is_small(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	CLEANUP_TEXT struct text text = { 0 };
	struct json_places *index = NULL;
	json_t *value;

	text_add(&text, "{\"batches\": {");
	for (int i = 0; i < 300; i++)
		text_printf(&text,
			"%s\"b%d\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\", \"environment\": {\"A\": \"%d\"}}",
			i ? "," : "", i, i);
	text_add(&text, "}}");
	value = json_read(text.data, text.length, 32, arena, &index, &where, &error);
	CHECK(value != NULL);
	CHECK(arena_used(arena) < 48 * 1024);
	CHECK_NUMBER(json_place_of(index, "/batches/b299/environment/A").line, 1);
	json_decref(value);
}

static void canonical_form(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	json_t *value = json_pack("{s:i, s:[b, n, s], s:{}}", "z", 1, "a", 1, "é\n", "m");

	CHECK_TEXT(json_canonical(arena, value), "{\"a\":[true,null,\"é\\n\"],\"m\":{},\"z\":1}");
	json_decref(value);
}

static void members(void)
{
	json_t *value = json_pack("{s:s, s:i, s:b, s:n}", "text", "x", "number", 7, "flag", 1, "nothing");

	CHECK_TEXT(json_text_of(value, "text", "y"), "x");
	CHECK_TEXT(json_text_of(value, "number", "y"), "y");
	CHECK_TEXT(json_text_of(NULL, "text", NULL), NULL);
	CHECK_TEXT(json_text_at(value, "text"), "x");
	CHECK_TEXT(json_text_at(value, "text.more"), NULL);
	CHECK_TEXT(json_text_at(NULL, "cluster.clusterArn"), NULL);
	json_put(value, "cluster", json_pack("{s:s}", "clusterArn", "arn:c"));
	CHECK_TEXT(json_text_at(value, "cluster.clusterArn"), "arn:c");
	CHECK_TEXT(json_text_at(value, "cluster.none"), NULL);
	CHECK_NUMBER(json_integer_of(value, "number", 1), 7);
	CHECK_NUMBER(json_integer_of(value, "absent", 1), 1);
	CHECK(json_bool_of(value, "flag", false) && json_bool_of(value, "nothing", true));
	json_put_text(value, "none", NULL);
	json_put(value, "none", NULL);
	CHECK(!json_object_get(value, "none"));
	json_decref(value);
}

/* Every character that commands is escaped, and reads back as it was. */
static void told(void)
{
	static const char text[] =
		"\x01\t\n\r\x1b[1m\x7f\xc2\x80\xc2\x9b\u061c\u200f\u2028\u202e\u2069 \"\\/ ä漢😀";
	static const struct {
		const char *value, *want;
	} cases[] = {
		{ "\x1b[1m", "\"\\u001B[1m\"" },
		{ "\x7f\xc2\x9b\u2028\u202e", "\"\\u007F\\u009B\\u2028\\u202E\"" },
		{ "ä漢😀\u00a0", "\"ä漢😀\u00a0\"" },
		{ "\\u009b", "\"\\\\u009b\"" },
	};
	json_t *value = json_must(json_pack("{s:s, s:[s, i, f]}", text, text, "list", text, 3, 0.1)), *again;
	char *json = json_told(value);

	CHECK(json_equal(value, again = json_loads(json, 0, NULL)));
	for (const char *c = json; *c; c++)
		CHECK(*c == '\n' || ((unsigned char)*c >= ' ' && *c != 0x7F));
	CHECK(!strstr(json, "\xc2\x9b") && !strstr(json, "\u202e") && strstr(json, "漢"));
	json_decref(value);
	json_decref(again);
	free(json);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		value = json_text(cases[i].value);
		json = json_told(value);
		CHECK_TEXT(json, cases[i].want);
		json_decref(value);
		free(json);
	}
}

int main(void)
{
	refusals();
	commas();
	every_refusal_has_a_remedy();
	depth();
	places();
	places_of_many_siblings();
	the_index_is_small();
	canonical_form();
	members();
	told();
	return check_end();
}
