#include "json.h"

#include <stdint.h>
#include <string.h>

#include "text.h"

/* One member or element: its pointer, and where its key and its value begin. */
struct entry {
	const char *pointer;
	struct json_place key, value;
};

struct json_places {
	struct entry *entries; /* sorted by pointer */
	size_t count, capacity;
};

/* A reading of a text that Jansson has already found right, so nothing has to be checked again. */
struct scan {
	const char *at, *end;
	struct json_place place;
	struct arena *arena;
	struct json_places *places;
	struct text pointer;
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

static void skip_string(struct scan *scan)
{
	step(scan);
	while (scan->at < scan->end && *scan->at != '"') {
		if (*scan->at == '\\')
			step(scan);
		step(scan);
	}
	if (scan->at < scan->end)
		step(scan);
}

static void add_entry(struct scan *scan, struct json_place key)
{
	struct json_places *places = scan->places;

	arena_grow(scan->arena, &places->entries, sizeof *places->entries, places->count, &places->capacity);
	places->entries[places->count++] = (struct entry){
		.pointer = arena_copy(scan->arena, text_string(&scan->pointer)),
		.key = key,
		.value = scan->place,
	};
}

/* Adds the key between two places of the text to the pointer: unescaped by Jansson, escaped for a pointer. */
static void push_key(struct scan *scan, const char *from, const char *to)
{
	json_t *key = json_loadb(from, (size_t)(to - from), JSON_DECODE_ANY, NULL);
	const char *text = json_string_value(key);

	text_add_char(&scan->pointer, '/');
	for (; text && *text; text++) {
		if (*text == '~' || *text == '/')
			text_add(&scan->pointer, *text == '~' ? "~0" : "~1");
		else
			text_add_char(&scan->pointer, *text);
	}
	json_decref(key);
}

static void pop(struct scan *scan, size_t length)
{
	scan->pointer.length = length;
	scan->pointer.data[length] = '\0';
}

static void scan_member(struct scan *scan)
{
	size_t length = scan->pointer.length;
	struct json_place key = scan->place;
	const char *from = scan->at;

	skip_string(scan);
	push_key(scan, from, scan->at);
	skip_space(scan);
	step(scan); /* the colon */
	skip_space(scan);
	add_entry(scan, key);
	scan_value(scan);
	pop(scan, length);
}

static void scan_element(struct scan *scan, size_t index)
{
	size_t length = scan->pointer.length;

	text_printf(&scan->pointer, "/%zu", index);
	add_entry(scan, scan->place);
	scan_value(scan);
	pop(scan, length);
}

static void scan_container(struct scan *scan, char close)
{
	size_t index = 0;

	step(scan);
	skip_space(scan);
	while (scan->at < scan->end && *scan->at != close) {
		if (close == '}')
			scan_member(scan);
		else
			scan_element(scan, index++);
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

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->pointer, ((const struct entry *)b)->pointer);
}

static struct json_places *find_places(const char *text, size_t length, struct arena *arena)
{
	struct scan scan = { .at = text, .end = text + length, .place = { 1, 1 }, .arena = arena };

	scan.places = arena_alloc(arena, sizeof *scan.places);
	text_add(&scan.pointer, "");
	skip_space(&scan);
	add_entry(&scan, scan.place);
	scan_value(&scan);
	text_free(&scan.pointer);
	qsort(scan.places->entries, scan.places->count, sizeof *scan.places->entries, compare_entries);
	return scan.places;
}

static json_t *refuse(struct json_place *where, struct json_place place, struct error *error, const char *reason)
{
	*where = place;
	error_set(error, ERROR_INPUT, "%s", reason);
	return NULL;
}

/* Where a byte stands, for Jansson's own errors. */
static struct json_place place_at(const char *text, size_t position)
{
	struct scan scan = { .at = text, .end = text + position, .place = { 1, 1 } };

	while (scan.at < scan.end)
		step(&scan);
	return scan.place;
}

/* Brackets outside of strings; told before any recursion goes that deep. */
static bool too_deep(const char *text, size_t length, unsigned depth, struct json_place *where)
{
	bool quoted = false;
	unsigned level = 0;

	for (size_t i = 0; i < length; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == '{' || text[i] == '['))
			level++;
		else if (!quoted && (text[i] == '}' || text[i] == ']'))
			level -= level > 0;
		if (level > depth) {
			*where = place_at(text, i);
			return true;
		}
	}
	return false;
}

json_t *json_read(const char *text, size_t length, unsigned depth, struct arena *arena, struct json_places **places,
	struct json_place *where, struct error *error)
{
	struct json_place start = { 1, 1 };
	json_error_t fault;
	json_t *value;

	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		return refuse(where, start, error, "the file begins with a byte order mark");
	if (strspn(text, " \t\r\n") == length)
		return refuse(where, start, error, "the file is empty");
	if (memchr(text, '\0', length))
		return refuse(where, place_at(text, strlen(text)), error, "a NUL byte");
	if (too_deep(text, length, depth, where)) {
		error_set(error, ERROR_INPUT, "nested deeper than %u levels", depth);
		return NULL;
	}
	value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault);
	if (!value) {
		size_t position = fault.position > 0 ? (size_t)fault.position : 0;

		return refuse(where, place_at(text, position < length ? position : length), error, fault.text);
	}
	if (places)
		*places = find_places(text, length, arena);
	return value;
}

static const struct entry *find_entry(const struct json_places *places, const char *pointer)
{
	struct entry key = { .pointer = pointer };

	return bsearch(&key, places->entries, places->count, sizeof key, compare_entries);
}

/* The entry itself, or the nearest enclosing one. */
static const struct entry *nearest_entry(const struct json_places *places, const char *pointer)
{
	CLEANUP_TEXT struct text up = { 0 };
	const struct entry *found;

	text_add(&up, pointer);
	while (!(found = find_entry(places, text_string(&up)))) {
		char *slash = strrchr(up.data, '/');

		if (!slash)
			return NULL;
		pop(&(struct scan){ .pointer = up }, (size_t)(slash - up.data));
		up.length = (size_t)(slash - up.data);
	}
	return found;
}

struct json_place json_place_of(const struct json_places *places, const char *pointer)
{
	const struct entry *entry = places ? nearest_entry(places, pointer) : NULL;

	return entry ? entry->key : (struct json_place){ 0 };
}

struct json_place json_place_of_value(const struct json_places *places, const char *pointer)
{
	const struct entry *entry = places ? nearest_entry(places, pointer) : NULL;

	return entry ? entry->value : (struct json_place){ 0 };
}

json_t *json_must(json_t *value)
{
	if (!value)
		abort();
	return value;
}

char *json_canonical(struct arena *arena, const json_t *value)
{
	char *dumped = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	char *text;

	if (!dumped)
		abort();
	text = arena_copy(arena, dumped);
	free(dumped);
	return text;
}

const char *json_text_of(const json_t *object, const char *key, const char *otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value) ? json_string_value(value) : otherwise;
}

json_int_t json_integer_of(const json_t *object, const char *key, json_int_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool json_bool_of(const json_t *object, const char *key, bool otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

void json_put(json_t *object, const char *key, json_t *value)
{
	if (value && json_object_set_new(object, key, value) != 0)
		abort();
}

void json_put_text(json_t *object, const char *key, const char *value)
{
	if (value)
		json_put(object, key, json_must(json_string(value)));
}

void json_add(json_t *array, json_t *value)
{
	if (value && json_array_append_new(array, value) != 0)
		abort();
}
