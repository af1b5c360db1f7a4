#include "schema_check.h"

#include <regex.h>
#include <stdint.h>
#include <string.h>

#include "common/text.h"
#include "schema_words.h"

/* One walk over a file, held against the tables: whatever is wrong with a member by itself is told here. */

/* Compiling an expression takes longer than using it, so each is compiled once for all files. */
struct pattern {
	const char *text;
	regex_t compiled;
};

struct walk {
	struct reader *reader;
	struct pattern *patterns;
	size_t pattern_count, pattern_capacity;
	bool open; /* inside an object of AWS's own */
};

static void check_value(
	struct walk *walk, const struct spot *spot, const struct schema_member *member, const json_t *value);

static const regex_t *compiled(struct walk *walk, const char *text)
{
	struct pattern *pattern;

	for (size_t i = 0; i < walk->pattern_count; i++)
		if (walk->patterns[i].text == text)
			return &walk->patterns[i].compiled;
	arena_grow(walk->reader->arena, &walk->patterns, sizeof *walk->patterns, walk->pattern_count,
		&walk->pattern_capacity);
	pattern = &walk->patterns[walk->pattern_count++];
	pattern->text = text;
	if (regcomp(&pattern->compiled, text, REG_EXTENDED | REG_NOSUB) != 0)
		abort();
	return &pattern->compiled;
}

static const char *remedy_of(struct walk *walk, const struct schema_member *member)
{
	if (member->remedy)
		return member->remedy;
	return arena_printf(
		walk->reader->arena, "write for example %s", member->example ? member->example : "\"text\"");
}

/* Go's and others' zero value of an enumeration: nothing was meant. */
static void empty_value(struct walk *walk, const struct spot *spot)
{
	const char *message;

	if (fault_is_cut(walk->reader))
		return;
	message = arena_printf(walk->reader->arena, "%s is empty", spot_label(walk->reader, spot));
	fault_at(walk->reader, spot, AT_VALUE, message, "leave it out");
	yield_last(walk->reader, spot, message);
}

/* What an enumeration does not hold: in AWS's own objects it may be new there, and is passed on. */
static void unknown_value(
	struct walk *walk, const struct spot *spot, const struct schema_member *member, const char *text)
{
	struct arena *arena = walk->reader->arena;
	const char *near, *message, *all;
	size_t count = 0;

	if (!walk->open && fault_is_cut(walk->reader))
		return;
	all = schema_values(arena, member);
	while (member->values[count])
		count++;
	near = text_nearest(text, member->values, count);
	message = arena_printf(
		arena, "%s cannot be %s", spot_label(walk->reader, spot), quoted(walk->reader, text));
	if (walk->open && !near) {
		message = arena_printf(arena, "%s, as far as is known here; it is passed on", message);
		warn_at(walk->reader, spot, AT_VALUE, message,
			arena_printf(arena, "write %s, unless it is new on AWS", all));
	} else {
		fault_at(walk->reader, spot, AT_VALUE, message,
			arena_printf(arena, "write %s", near ? quoted(walk->reader, near) : all));
	}
	yield_last(walk->reader, spot, message);
}

static void wrong_length(
	struct walk *walk, const struct spot *spot, const struct schema_member *member, const char *text)
{
	struct arena *arena = walk->reader->arena;
	size_t length = text_columns(text);
	const char *label;

	if (fault_is_cut(walk->reader))
		return;
	label = spot_label(walk->reader, spot);
	if (length < member->shortest && !length)
		fault_at(walk->reader, spot, AT_VALUE, arena_printf(arena, "%s is empty", label),
			member->required || !spot->key || spot->name
				? remedy_of(walk, member)
				: arena_printf(arena, "%s, or leave it out", remedy_of(walk, member)));
	else if (length < member->shortest)
		fault_at(walk->reader, spot, AT_VALUE,
			arena_printf(
				arena, "%s is %zu character%s long", label, length, length == 1 ? "" : "s"),
			arena_printf(arena, "write at least %zu characters", member->shortest));
	else
		fault_at(walk->reader, spot, AT_VALUE,
			arena_printf(arena, "%s is %zu characters long", label, length),
			arena_printf(arena, "write at most %zu characters", member->longest));
}

static bool length_fits(const struct schema_member *member, const char *text)
{
	size_t length;

	if (!member->shortest && !member->longest)
		return true;
	length = text_columns(text);
	return length >= member->shortest && (!member->longest || length <= member->longest);
}

static void wrong_form(
	struct walk *walk, const struct spot *spot, const struct schema_member *member, const char *text)
{
	struct arena *arena = walk->reader->arena;
	const char *near = NULL;
	size_t count = 0;

	if (fault_is_cut(walk->reader))
		return;
	while (member->known && member->known[count])
		count++;
	if (count)
		near = text_nearest(text, member->known, count);
	fault_at(walk->reader, spot, AT_VALUE,
		arena_printf(arena, "%s is not %s", told_text(walk->reader, spot, text), member->what),
		near ? arena_printf(arena, "write %s", quoted(walk->reader, near)) : remedy_of(walk, member));
}

static void check_text(
	struct walk *walk, const struct spot *spot, const struct schema_member *member, const char *text)
{
	if (member->values) {
		for (const char *const *value = member->values; *value; value++)
			if (strcmp(*value, text) == 0)
				return;
		if (!*text && !member->required)
			empty_value(walk, spot);
		else
			unknown_value(walk, spot, member, text);
	} else if (!length_fits(member, text)) {
		wrong_length(walk, spot, member, text);
	} else if (member->pattern && regexec(compiled(walk, member->pattern), text, 0, NULL, 0) != 0) {
		wrong_form(walk, spot, member, text);
	}
}

static bool number_fits(const struct schema_member *member, double number)
{
	if (!member->numbers)
		return member->least >= member->most || (number >= member->least && number <= member->most);
	for (const int *known = member->numbers; *known; known++)
		if (*known == number)
			return true;
	return false;
}

static void check_number(
	struct walk *walk, const struct spot *spot, const struct schema_member *member, const json_t *number)
{
	struct arena *arena = walk->reader->arena;
	const char *message;

	if (number_fits(member, json_number_value(number)) || fault_is_cut(walk->reader))
		return;
	message = arena_printf(
		arena, "%s cannot be %s", spot_label(walk->reader, spot), quoted_json(walk->reader, number));
	if (member->numbers)
		fault_at(walk->reader, spot, AT_VALUE, message, schema_numbers(arena, member));
	else
		fault_at(walk->reader, spot, AT_VALUE, message,
			arena_printf(
				arena, "write a number from %.10g to %.10g", member->least, member->most));
}

/*
 * More than AWS takes of anything in 64 KiB, which is all that a task definition may have: it is told, and
 * nobody looks at what is in it.
 */
enum { LIST_MOST = 3000 };

static bool is_too_long(struct walk *walk, const struct spot *spot, size_t count, const char *what)
{
	struct arena *arena = walk->reader->arena;

	if (count <= LIST_MOST)
		return false;
	walk->reader->too_long = true;
	fault_at(walk->reader, spot, AT_VALUE,
		arena_printf(arena, "%s has %zu %s", spot_label(walk->reader, spot), count, what),
		arena_printf(arena, "write at most %d", LIST_MOST));
	return true;
}

static void check_array(
	struct walk *walk, const struct spot *spot, const struct schema_member *member, const json_t *array)
{
	struct arena *arena = walk->reader->arena;
	size_t count = json_array_size(array), i;
	json_t *element;

	if (!member->longest && is_too_long(walk, spot, count, "elements"))
		return;
	if (count < member->shortest)
		fault_at(walk->reader, spot, AT_VALUE,
			arena_printf(arena, "%s is empty", spot_label(walk->reader, spot)),
			remedy_of(walk, member));
	if (member->longest && count > member->longest)
		fault_at(walk->reader, spot, AT_VALUE,
			arena_printf(arena, "%s has %zu elements", spot_label(walk->reader, spot), count),
			arena_printf(arena, "write at most %zu", member->longest));
	if (member->longest && count > LIST_MOST) {
		walk->reader->too_long = true;
		return;
	}
	json_array_foreach ((json_t *)(uintptr_t)array, i, element)
		check_value(walk, ELEMENT(spot, i), member->element, element);
}

static const struct schema_member *member_of(const struct schema *schema, const char *key)
{
	for (size_t i = 0; i < schema->count; i++)
		if (strcmp(schema->members[i].key, key) == 0)
			return &schema->members[i];
	return NULL;
}

bool says_something(const json_t *value)
{
	if (!value || json_is_null(value) || json_is_false(value))
		return false;
	if (json_is_array(value))
		return json_array_size(value) > 0;
	if (json_is_object(value))
		return json_object_size(value) > 0;
	if (json_is_integer(value))
		return json_integer_value(value) != 0;
	return !json_is_string(value) || json_string_length(value) > 0;
}

static bool is_empty(const json_t *value)
{
	return (json_is_string(value) && !json_string_length(value)) ||
	       ((json_is_array(value) || json_is_object(value)) && !says_something(value));
}

/* In AWS's own objects a pasted file may hold what says nothing. */
static void unknown_key(
	struct walk *walk, const struct spot *spot, const struct schema *schema, const json_t *value)
{
	struct arena *arena = walk->reader->arena;
	const char *near = schema_nearest_key(arena, schema, spot->key), *message;

	if (schema->open && (json_is_null(value) || (!near && is_empty(value))))
		return;
	if ((near || !schema->open) && fault_is_cut(walk->reader))
		return;
	message = arena_printf(arena, "unknown key %s", told_text(walk->reader, spot, spot->key));
	if (near)
		fault_at(walk->reader, spot, AT_KEY, message, arena_printf(arena, "write \"%s\"", near));
	else if (schema->open)
		warn_at(walk->reader, spot, AT_KEY,
			arena_printf(arena, "%s, as far as is known here; it is passed on", message),
			"look for a slip of the pen, unless it is new on AWS");
	else
		fault_at(walk->reader, spot, AT_KEY, message,
			arena_printf(arena, "remove it, or write %s%s", schema->count > 1 ? "one of " : "",
				schema_keys(arena, schema)));
}

static bool is_ignored(const struct schema *schema, const char *key)
{
	for (const char *const *ignored = schema->ignored; ignored && *ignored; ignored++)
		if (strcmp(*ignored, key) == 0)
			return true;
	return false;
}

static void check_known(
	struct walk *walk, const struct spot *spot, const struct schema_member *member, const json_t *value)
{
	struct arena *arena = walk->reader->arena;

	if (member->mark == SCHEMA_LATER)
		fault_at(walk->reader, spot, AT_KEY,
			arena_printf(arena, "\"%s\" is not supported yet", member->key), member->remedy);
	else if (member->mark == SCHEMA_MISTAKE && walk->open && !says_something(value))
		return; /* pasted with its empties */
	else if (member->mark == SCHEMA_LEFT_OUT && says_something(value))
		warn_at(walk->reader, spot, AT_KEY,
			arena_printf(arena, "\"%s\" does not count here", member->key), member->remedy);
	else if (member->mark == SCHEMA_MISTAKE)
		fault_at(walk->reader, spot, AT_KEY,
			arena_printf(arena, "\"%s\" does not belong here", member->key), member->remedy);
	else if (member->mark == SCHEMA_MEMBER)
		check_value(walk, spot, member, value);
}

static void check_required(
	struct walk *walk, const struct spot *spot, const struct schema *schema, const json_t *object)
{
	struct arena *arena = walk->reader->arena;

	for (size_t i = 0; i < schema->count; i++) {
		const struct schema_member *member = &schema->members[i];
		const json_t *value = json_object_get(object, member->key);
		const char *message;

		if (!member->required || (value && !(schema->open && json_is_null(value))) ||
			fault_is_cut(walk->reader))
			continue;
		message =
			arena_printf(arena, "%s has no \"%s\"", spot_label(walk->reader, spot), member->key);
		fault_at(walk->reader, spot, AT_KEY, message,
			arena_printf(arena, "write \"%s\": %s", member->key, schema_example(arena, member)));
		yield_to_slip(walk->reader, spot, object, member->key, message);
	}
}

static void check_object(
	struct walk *walk, const struct spot *spot, const struct schema *schema, const json_t *object)
{
	bool open_above = walk->open;
	const char *key;
	json_t *value;

	/* Of apps and batches there may be as many as the files hold. */
	if (schema->map_value && !schema->map_value->object &&
		is_too_long(walk, spot, json_object_size(object), "members"))
		return;
	walk->open = schema->open;
	json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
		const struct spot *below = MEMBER(spot, key);
		const struct schema_member *member = member_of(schema, key);

		if (schema->map_value) {
			check_text(walk,
				&(struct spot){
					.source = below->source, .up = below->up, .key = key, .name = true },
				schema->map_key, key);
			check_value(walk, below, schema->map_value, value);
		} else if (member) {
			check_known(walk, below, member, value);
		} else if (!is_ignored(schema, key)) {
			unknown_key(walk, below, schema, value);
		}
	}
	check_required(walk, spot, schema, object);
	walk->open = open_above;
}

static unsigned type_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return SCHEMA_OBJECT;
	case JSON_ARRAY:
		return SCHEMA_ARRAY;
	case JSON_STRING:
		return SCHEMA_STRING;
	case JSON_INTEGER:
		return SCHEMA_INTEGER | SCHEMA_NUMBER;
	case JSON_REAL:
		return SCHEMA_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return SCHEMA_BOOLEAN;
	case JSON_NULL:
		return SCHEMA_NULL;
	}
	return 0;
}

static void check_value(
	struct walk *walk, const struct spot *spot, const struct schema_member *member, const json_t *value)
{
	/* In AWS's own objects null is the same as absent. */
	if (walk->open && json_is_null(value) && spot->key)
		return;
	if (!(type_of(value) & member->types)) {
		if (fault_is_cut(walk->reader))
			return;
		fault_at(walk->reader, spot, AT_VALUE, type_message(walk->reader, spot, member, value),
			type_remedy(walk->reader, spot, member, value));
		return;
	}
	if (json_is_string(value))
		check_text(walk, spot, member, json_string_value(value));
	else if (json_is_number(value))
		check_number(walk, spot, member, value);
	else if (json_is_array(value))
		check_array(walk, spot, member, value);
	else if (json_is_object(value) && member->object)
		check_object(walk, spot, member->object, value);
}

void check_sources(struct reader *reader, const struct source *const *sources, size_t count,
	const struct schema_member *file)
{
	struct walk walk = { .reader = reader };

	for (size_t i = 0; i < count; i++)
		if (sources[i]->root)
			check_value(&walk, TOP(sources[i]), file, sources[i]->root);
	for (size_t i = 0; i < walk.pattern_count; i++)
		regfree(&walk.patterns[i].compiled);
}
