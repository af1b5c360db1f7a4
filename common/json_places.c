#include "json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* One member or element, in the order of the text; what is inside of it follows, up to `after`. */
struct entry {
	uint32_t key; /* offset of the member's key with its quotes; 0 for an element and for the whole */
	uint32_t after; /* index of the first entry that is not inside */
	struct children *children; /* NULL until one of them is asked for */
	struct json_place begin, value;
};

struct child {
	const char *name; /* NULL for an element */
	uint32_t length, index;
};

/* Members by name, elements in their order: whichever is asked for, in whatever order, is found at once. */
struct children {
	size_t count;
	struct child items[];
};

struct json_places {
	const char *text;
	size_t length;
	struct arena *arena;
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
		places->entries[index] = (struct entry){ key, places->count, NULL, begin, value };
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

	*places = (struct json_places){ .text = text, .length = length, .arena = arena };
	/* Counted first, so that the index takes no more room than it needs. */
	scan_all(places);
	places->entries = arena_alloc(arena, places->count * sizeof *places->entries);
	scan_all(places);
	return places;
}

/* The key at this offset without its quotes; escapes are left to Jansson. */
static struct child named(const struct json_places *places, uint32_t offset)
{
	const char *key = places->text + offset, *end = string_end(key, places->text + places->length);
	size_t length = (size_t)(end - key);
	json_t *value;
	char *name;

	if (!memchr(key, '\\', length))
		return (struct child){ .name = key + 1, .length = (uint32_t)length - 2 };
	value = json_must(json_loadb(key, length, JSON_DECODE_ANY, NULL));
	length = json_string_length(value);
	name = arena_copy_n(places->arena, json_string_value(value), length);
	json_decref(value);
	return (struct child){ .name = name, .length = (uint32_t)length };
}

static int compare_children(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return memcmp(x->name, y->name, x->length);
}

static struct children *children_of(const struct json_places *places, uint32_t parent)
{
	const struct entry *entries = places->entries;
	uint32_t after = entries[parent].after;
	struct children *children;
	size_t count = 0;

	for (uint32_t i = parent + 1; i < after; i = entries[i].after)
		count++;
	children = arena_alloc(places->arena, sizeof *children + count * sizeof *children->items);
	for (uint32_t i = parent + 1; i < after; i = entries[i].after) {
		struct child *child = &children->items[children->count++];

		if (entries[i].key)
			*child = named(places, entries[i].key);
		child->index = i;
	}
	if (count && children->items[0].name)
		qsort(children->items, count, sizeof *children->items, compare_children);
	return children;
}

/* The element that these digits name; as RFC 6901 has them, without a zero in front. */
static const struct child *element_of(const struct children *children, const char *digits, size_t length)
{
	size_t number = 0;

	if (!length || (length > 1 && *digits == '0'))
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (digits[i] < '0' || digits[i] > '9' || number > children->count)
			return NULL;
		number = number * 10 + (size_t)(digits[i] - '0');
	}
	return number < children->count ? &children->items[number] : NULL;
}

/* The entry inside of `parent` that a step of a pointer names; 0, which is the whole, where there is none. */
static uint32_t child_of(const struct json_places *places, uint32_t parent, const char *name, size_t length)
{
	struct entry *above = &places->entries[parent];
	const struct child wanted = { .name = name, .length = (uint32_t)length }, *found;

	if (parent + 1 >= above->after)
		return 0;
	if (!above->children)
		above->children = children_of(places, parent);
	if (places->entries[parent + 1].key)
		found = bsearch(&wanted, above->children->items, above->children->count, sizeof wanted,
			compare_children);
	else
		found = element_of(above->children, name, length);
	return found ? found->index : 0;
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
