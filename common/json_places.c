#include "json.h"

#include <stdint.h>
#include <string.h>

#include "text.h"

/* One member or element, in the order of the text; what is inside of it follows, up to `after`. */
struct entry {
	uint32_t key; /* offset of the member's key with its quotes; 0 for an element and for the whole */
	uint32_t after; /* index of the first entry that is not inside */
	uint32_t found, number; /* the child that was asked for last, and the how-manieth it is */
	struct json_place begin, value;
};

struct json_places {
	const char *text;
	size_t length;
	struct entry *entries; /* NULL while they are counted */
	uint32_t count;
};

/* A walk through a text that is known to be right, so nothing is checked again. */
struct scan {
	const char *text, *at, *end;
	struct json_place place;
	struct json_places *places;
};

static void scan_value(struct scan *scan);

static void step(struct scan *scan)
{
	if (*scan->at == '\n') {
		scan->place.line++;
		scan->place.column = 1;
	} else if (((unsigned char)*scan->at & 0xC0) != 0x80) {
		scan->place.column++;
	}
	scan->at++;
}

static void skip_space(struct scan *scan)
{
	while (scan->at < scan->end && strchr(" \t\r\n", *scan->at))
		step(scan);
}

/* The byte behind a string that begins at `at`. */
static const char *string_end(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\';
	return at < end ? at + 1 : end;
}

static void skip_string(struct scan *scan)
{
	const char *end = string_end(scan->at, scan->end);

	while (scan->at < end)
		step(scan);
}

/* One entry from here to the end of its value; `key` is the offset of the key, `begin` where the whole
 * begins. */
static void scan_entry(struct scan *scan, uint32_t key, struct json_place begin)
{
	struct json_places *places = scan->places;
	uint32_t index = places->count++;
	struct json_place value = scan->place;

	scan_value(scan);
	if (places->entries)
		places->entries[index] = (struct entry){ key, places->count, 0, 0, begin, value };
}

static void scan_member(struct scan *scan)
{
	struct json_place begin = scan->place;
	uint32_t key = (uint32_t)(scan->at - scan->text);

	skip_string(scan);
	skip_space(scan);
	if (scan->at < scan->end)
		step(scan); /* the colon */
	skip_space(scan);
	scan_entry(scan, key, begin);
}

static void scan_container(struct scan *scan, char close)
{
	step(scan);
	skip_space(scan);
	while (scan->at < scan->end && *scan->at != close) {
		if (close == '}')
			scan_member(scan);
		else
			scan_entry(scan, 0, scan->place);
		skip_space(scan);
		if (scan->at < scan->end && *scan->at == ',')
			step(scan);
		skip_space(scan);
	}
	if (scan->at < scan->end)
		step(scan);
}

static void scan_value(struct scan *scan)
{
	if (scan->at >= scan->end)
		return;
	if (*scan->at == '{' || *scan->at == '[')
		scan_container(scan, *scan->at == '{' ? '}' : ']');
	else if (*scan->at == '"')
		skip_string(scan);
	else
		while (scan->at < scan->end && !strchr(",]} \t\r\n", *scan->at))
			step(scan);
}

static void scan_all(struct json_places *places)
{
	struct scan scan = {
		.text = places->text,
		.at = places->text,
		.end = places->text + places->length,
		.place = { 1, 1 },
		.places = places,
	};

	places->count = 0;
	skip_space(&scan);
	scan_entry(&scan, 0, scan.place);
}

struct json_places *json_places_of(const char *text, size_t length, struct arena *arena)
{
	struct json_places *places = arena_alloc(arena, sizeof *places);

	*places = (struct json_places){ .text = text, .length = length };
	/* Counted first, so that the index takes no more room than it needs. */
	scan_all(places);
	places->entries = arena_alloc(arena, places->count * sizeof *places->entries);
	scan_all(places);
	return places;
}

/* Whether the key at this offset reads as `name`; escapes are left to Jansson. */
static bool key_is(const struct json_places *places, uint32_t offset, const char *name, size_t length)
{
	const char *key = places->text + offset, *end = string_end(key, places->text + places->length);
	json_t *value;
	bool same;

	if (!memchr(key, '\\', (size_t)(end - key)))
		return (size_t)(end - key) == length + 2 && memcmp(key + 1, name, length) == 0;
	value = json_loadb(key, (size_t)(end - key), JSON_DECODE_ANY, NULL);
	same = json_string_length(value) == length && memcmp(json_string_value(value), name, length) == 0;
	json_decref(value);
	return same;
}

static bool child_is(
	const struct json_places *places, uint32_t index, uint32_t number, const char *name, size_t length)
{
	char digits[24];

	if (places->entries[index].key)
		return key_is(places, places->entries[index].key, name, length);
	return (size_t)snprintf(digits, sizeof digits, "%u", number) == length &&
	       memcmp(digits, name, length) == 0;
}

/*
 * The entry inside of `parent` that a step of a pointer names; 0, which is the whole, where there is none.
 * Places are asked for in the order of the text, so the search begins where the last one ended.
 */
static uint32_t child_of(const struct json_places *places, uint32_t parent, const char *name, size_t length)
{
	struct entry *above = &places->entries[parent];
	uint32_t first = parent + 1, start = above->found ? above->found : first, i = start;
	uint32_t number = above->number;

	if (first >= above->after)
		return 0;
	do {
		if (child_is(places, i, number, name, length)) {
			above->found = i;
			above->number = number;
			return i;
		}
		i = places->entries[i].after;
		number++;
		if (i >= above->after)
			i = first, number = 0;
	} while (i != start);
	return 0;
}

/* One step of a pointer, with ~1 and ~0 as / and ~; returns what follows it. */
static const char *read_step(const char *pointer, struct text *step)
{
	text_clear(step);
	for (pointer++; *pointer && *pointer != '/'; pointer++) {
		if (*pointer == '~' && (pointer[1] == '0' || pointer[1] == '1'))
			text_add_char(step, *++pointer == '0' ? '~' : '/');
		else
			text_add_char(step, *pointer);
	}
	return pointer;
}

/* The entry itself, or the nearest enclosing one. */
static const struct entry *nearest_entry(const struct json_places *places, const char *pointer)
{
	CLEANUP_TEXT struct text step = { 0 };
	uint32_t index = 0;

	while (*pointer == '/') {
		uint32_t child;

		pointer = read_step(pointer, &step);
		child = child_of(places, index, text_string(&step), step.length);
		if (!child)
			break;
		index = child;
	}
	return &places->entries[index];
}

struct json_place json_place_of(const struct json_places *places, const char *pointer)
{
	return places ? nearest_entry(places, pointer)->begin : (struct json_place){ 0 };
}

struct json_place json_place_of_value(const struct json_places *places, const char *pointer)
{
	return places ? nearest_entry(places, pointer)->value : (struct json_place){ 0 };
}
