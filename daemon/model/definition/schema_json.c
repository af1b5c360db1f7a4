#include "schema_json.h"

#include "common/json.h"

static json_t *of_member(const struct schema_member *member, bool open);

static const struct {
	enum schema_type type;
	const char *word;
} types[] = {
	{ SCHEMA_STRING, "string" },
	{ SCHEMA_INTEGER, "integer" },
	{ SCHEMA_BOOLEAN, "boolean" },
	{ SCHEMA_OBJECT, "object" },
	{ SCHEMA_ARRAY, "array" },
	{ SCHEMA_NULL, "null" },
	{ SCHEMA_NUMBER, "number" },
};

static void put_types(json_t *out, unsigned of)
{
	json_t *list = json_must(json_array());

	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (of & types[i].type)
			json_add(list, json_string(types[i].word));
	if (json_array_size(list) == 1)
		json_put(out, "type", json_incref(json_array_get(list, 0)));
	else
		json_put(out, "type", json_incref(list));
	json_decref(list);
}

/*
 * An enumeration holds for every type, so what is no text or number has to be in it too. AWS's own may have
 * grown, so there it is what an editor offers, and no more.
 */
static void put_enumeration(json_t *out, const struct schema_member *member, unsigned of, bool open)
{
	json_t *list = json_must(json_array());

	for (const char *const *value = member->values; value && *value; value++)
		json_add(list, json_string(*value));
	for (const int *number = member->numbers; number && *number; number++)
		json_add(list, json_integer(*number));
	if (of & SCHEMA_BOOLEAN) {
		json_add(list, json_true());
		json_add(list, json_false());
	}
	if (of & SCHEMA_NULL)
		json_add(list, json_null());
	if (open)
		json_put(out, "anyOf", json_pack("[{s:o}, {}]", "enum", list));
	else
		json_put(out, "enum", list);
}

static void put_limit(json_t *out, const char *key, size_t limit)
{
	if (limit)
		json_put(out, key, json_integer((json_int_t)limit));
}

/* Without a fraction where it has none. */
static json_t *number_of(double number)
{
	return (double)(json_int_t)number == number ? json_integer((json_int_t)number) : json_real(number);
}

static void put_limits(json_t *out, const struct schema_member *member)
{
	bool text = member->types & SCHEMA_STRING;

	put_limit(out, text ? "minLength" : "minItems", member->shortest);
	put_limit(out, text ? "maxLength" : "maxItems", member->longest);
	json_put_text(out, "pattern", member->pattern);
	if (member->least < member->most) {
		json_put(out, "minimum", number_of(member->least));
		json_put(out, "maximum", number_of(member->most));
	}
}

/* Members that are not supported yet, or never, are no members; in AWS's objects, where others are let in,
 * they are barred. */
static void put_member(
	json_t *out, json_t *required, const struct schema *schema, const struct schema_member *member)
{
	if (member->mark == SCHEMA_MEMBER) {
		json_put(out, member->key, of_member(member, schema->open));
		if (member->required)
			json_add(required, json_string(member->key));
	} else if (schema->open && member->mark != SCHEMA_LEFT_OUT) {
		json_put(out, member->key, json_pack("{s:[n,s,[]]}", "enum", ""));
	}
}

static void put_object(json_t *out, const struct schema *schema)
{
	json_t *properties, *required;

	if (schema->map_value) {
		json_put(out, "propertyNames", of_member(schema->map_key, false));
		json_put(out, "additionalProperties", of_member(schema->map_value, schema->open));
		return;
	}
	properties = json_must(json_object());
	required = json_must(json_array());
	for (size_t i = 0; i < schema->count; i++)
		put_member(properties, required, schema, &schema->members[i]);
	json_put(out, "properties", properties);
	if (json_array_size(required))
		json_put(out, "required", json_incref(required));
	json_decref(required);
	if (!schema->open)
		json_put(out, "additionalProperties", json_false());
}

/* Where AWS's own object is meant (`open`), null is the same as absent. */
static json_t *of_member(const struct schema_member *member, bool open)
{
	json_t *out = json_must(json_object());
	json_t *example = member->example ? json_loads(member->example, JSON_DECODE_ANY, NULL) : NULL;
	unsigned of = member->types | (open && member->key && !member->required ? SCHEMA_NULL : 0U);

	json_put_text(out, "description", member->description);
	put_types(out, of);
	if (member->values || member->numbers)
		put_enumeration(out, member, of, open);
	put_limits(out, member);
	if (member->element)
		json_put(out, "items", of_member(member->element, open));
	if (member->object)
		put_object(out, member->object);
	if (example && !member->values)
		json_put(out, "examples", json_pack("[o]", example));
	else
		json_decref(example);
	return out;
}

const struct shipped_schema shipped_schemas[SHIPPED_SCHEMAS] = {
	{ "fargate-batch", "Definitions of fargate-batchd", &schema_definitions },
	{ "fargate-batchd", "Settings of fargate-batchd", &schema_settings },
};

json_t *schema_json(const struct shipped_schema *schema)
{
	json_t *out = json_must(json_pack("{s:s, s:s}", "$schema",
		"https://json-schema.org/draft/2020-12/schema", "title", schema->title));
	json_t *rest = of_member(schema->file, false);

	json_object_update(out, rest);
	json_decref(rest);
	return out;
}
