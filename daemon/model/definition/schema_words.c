#include "schema_words.h"

#include <string.h>
#include <strings.h>

#include "command_words.h"
#include "common/text.h"

const char *spot_label(struct reader *reader, const struct spot *spot)
{
	if (!spot->up)
		return "the file";
	if (!spot->key)
		return arena_printf(
			reader->arena, "element %zu of %s", spot->index + 1, spot_label(reader, spot->up));
	if (spot->name)
		return arena_printf(reader->arena, "the name %s", told_text(reader, spot, spot->key));
	return told_text(reader, spot, spot->key);
}

static const char *list_words(struct arena *arena, const char *const *words, size_t count, const char *last)
{
	CLEANUP_TEXT struct text list = { 0 };

	for (size_t i = 0; i < count; i++)
		text_printf(&list, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : last, words[i]);
	return arena_copy(arena, text_string(&list));
}

static const char *types_text(struct arena *arena, unsigned types)
{
	static const struct {
		enum schema_type type;
		const char *word;
	} known[] = {
		{ SCHEMA_STRING, "a text" },
		{ SCHEMA_INTEGER, "a whole number" },
		{ SCHEMA_NUMBER, "a number" },
		{ SCHEMA_BOOLEAN, "true or false" },
		{ SCHEMA_OBJECT, "an object" },
		{ SCHEMA_ARRAY, "a list" },
		{ SCHEMA_NULL, "null" },
	};
	const char *words[ARRAY_LENGTH(known)];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
		if (types & known[i].type)
			words[count++] = known[i].word;
	return list_words(arena, words, count, " or ");
}

static const char *got(struct reader *reader, const struct spot *spot, const json_t *value)
{
	if (json_is_object(value))
		return "an object";
	if (json_is_array(value))
		return "a list";
	if (json_is_string(value) && spot_is_secret(spot))
		return "a text";
	if (json_is_number(value) && spot_is_secret(spot))
		return "a number";
	if (json_is_string(value))
		return arena_printf(reader->arena, "the text %s", quoted_json(reader, value));
	return quoted_json(reader, value);
}

const char *type_message(struct reader *reader, const struct spot *spot, const struct schema_member *member,
	const json_t *value)
{
	return arena_printf(reader->arena, "%s has to be %s, not %s", spot_label(reader, spot),
		types_text(reader->arena, member->types), got(reader, spot, value));
}

/* What people write for true and false elsewhere; NULL where it is neither. */
static json_t *truth_of(const json_t *value)
{
	static const char *const words[][4] = { { "false", "no", "off", "0" }, { "true", "yes", "on", "1" } };
	const char *text = json_string_value(value);

	if (json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= 1)
		return json_boolean(json_integer_value(value));
	for (int truth = 0; text && truth < 2; truth++)
		for (size_t i = 0; i < ARRAY_LENGTH(words[truth]); i++)
			if (strcasecmp(text, words[truth][i]) == 0)
				return json_boolean(truth);
	return NULL;
}

/* "a, b" as ["a", "b"]; NULL where there is nothing. */
static json_t *listed(const char *text)
{
	json_t *list = json_must(json_array());

	for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
		size_t length = strcspn(text, ", ");

		json_add(list, json_must(json_stringn(text, length)));
		text += length;
	}
	if (!json_array_size(list)) {
		json_decref(list);
		return NULL;
	}
	return list;
}

/* The same value in a form that is right, where there is one: "3" for 3, true for "yes", [x] for x. */
static json_t *converted(const struct schema_member *member, const json_t *value)
{
	const char *text = json_string_value(value);
	CLEANUP_FREE char *scalar = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	if (text && member->types & (SCHEMA_INTEGER | SCHEMA_NUMBER) && *text && strlen(text) < 10 &&
		strspn(text, "0123456789") == strlen(text))
		return json_integer(atoi(text));
	if (member->types & SCHEMA_BOOLEAN)
		return truth_of(value);
	if (json_is_real(value) && member->types & SCHEMA_INTEGER && json_real_value(value) > -1e9 &&
		json_real_value(value) < 1e9 && json_real_value(value) == (double)(int)json_real_value(value))
		return json_integer((int)json_real_value(value));
	/* Where a number is right too, or an example says more, quotes alone do not make it right. */
	if ((json_is_number(value) || json_is_boolean(value)) && member->types == SCHEMA_STRING &&
		!member->pattern && !member->values && !member->what)
		return json_string(scalar);
	if (text && member->types & SCHEMA_ARRAY && member->element->types & SCHEMA_STRING)
		return listed(text);
	return NULL;
}

/* Of a value that may be a secret and is not to be told again. */
static const char *secret_remedy(struct reader *reader, const struct spot *spot, const json_t *value)
{
	if (json_is_number(value))
		return "write it in quotes";
	if (spot->up && spot->up->key && strcmp(spot->up->key, "healthCheck") == 0)
		return "write [\"CMD-SHELL\", \"…\"] with this text for the …";
	return command_remedy(reader->arena, json_string_value(value));
}

const char *type_remedy(struct reader *reader, const struct spot *spot, const struct schema_member *member,
	const json_t *value)
{
	json_t *right = converted(member, value);
	const char *example = member->example, *remedy;

	if (right && spot_is_secret(spot) && !json_is_boolean(value)) {
		json_decref(right);
		return secret_remedy(reader, spot, value);
	}
	if (right) {
		remedy = arena_printf(reader->arena, "write %s", quoted_json(reader, right));
		json_decref(right);
		return remedy;
	}
	if (json_is_null(value) && !member->required)
		return "leave it out";
	if (member->remedy)
		return member->remedy;
	if (member->values)
		return arena_printf(reader->arena, "write %s", schema_values(reader->arena, member));
	return example ? arena_printf(reader->arena, "write for example %s", example)
		       : arena_printf(reader->arena, "write %s", types_text(reader->arena, member->types));
}

const char *schema_values(struct arena *arena, const struct schema_member *member)
{
	size_t count = 0;
	const char **words;

	while (member->values[count])
		count++;
	words = arena_alloc(arena, (count + 1) * sizeof *words);
	for (size_t i = 0; i < count; i++)
		words[i] = arena_printf(arena, "\"%s\"", member->values[i]);
	return list_words(arena, words, count, " or ");
}

const char *schema_numbers(struct arena *arena, const struct schema_member *member)
{
	CLEANUP_TEXT struct text list = { 0 };

	for (const int *number = member->numbers; *number; number++)
		text_printf(&list, "%s%d",
			number == member->numbers ? "write "
			: number[1]               ? ", "
						  : " or ",
			*number);
	return arena_copy(arena, text_string(&list));
}

const char *schema_keys(struct arena *arena, const struct schema *schema)
{
	const char **words = arena_alloc(arena, (schema->count + 1) * sizeof *words);
	size_t count = 0;

	for (size_t i = 0; i < schema->count; i++)
		if (schema->members[i].mark == SCHEMA_MEMBER && schema->members[i].key[0] != '$')
			words[count++] = arena_printf(arena, "\"%s\"", schema->members[i].key);
	return list_words(arena, words, count, " or ");
}

const char *schema_example(struct arena *arena, const struct schema_member *member)
{
	static const char *const by_type[] = { "\"...\"", "1", "true", "{...}", "[...]" };

	if (member->example)
		return member->example;
	if (member->values)
		return schema_values(arena, member);
	for (size_t i = 0; i < ARRAY_LENGTH(by_type); i++)
		if (member->types & 1U << i)
			return by_type[i];
	return "null";
}

const char *schema_nearest_key(struct arena *arena, const struct schema *schema, const char *key)
{
	const char **known = arena_alloc(arena, (schema->count + 1) * sizeof *known);
	size_t count = 0;

	for (size_t i = 0; i < schema->count; i++)
		if (schema->members[i].mark == SCHEMA_MEMBER || schema->members[i].mark == SCHEMA_LATER)
			known[count++] = schema->members[i].key;
	return text_nearest(key, known, count);
}
