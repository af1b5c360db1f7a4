#include "made.h"

#include <string.h>

#include "schema.h"

/* The task definition of an app as it is passed on: what was pasted and says nothing is left out. */

void drop_nulls(json_t *value)
{
	json_t *member;
	const char *key;
	void *next;
	size_t i;

	json_object_foreach_safe(value, next, key, member)
	{
		if (json_is_null(member))
			json_object_del(value, key);
		else
			drop_nulls(member);
	}
	json_array_foreach (value, i, member)
		drop_nulls(member);
}

/* ECS's list of tags as the object that tags are elsewhere. */
static const json_t *tags_of(struct reader *reader, const json_t *list)
{
	json_t *tags, *tag;
	size_t i;

	if (!json_array_size(list))
		return NULL;
	tags = json_must(json_object());
	json_array_foreach (list, i, tag)
		json_put_text(tags, json_text_of(tag, "key", ""), json_text_of(tag, "value", ""));
	return keep_json(reader, tags);
}

/* A variable that is written without a value has an empty one; AWS takes no other. */
static void fill_variables(json_t *task)
{
	json_t *container, *variable;
	size_t i, at;

	json_array_foreach (json_object_get(task, "containerDefinitions"), i, container)
		json_array_foreach (json_object_get(container, "environment"), at, variable)
			if (json_object_get(variable, "name") && !json_object_get(variable, "value"))
				json_put_text(variable, "value", "");
}

/* An empty text says as much as an absent member; sent, AWS would keep what nobody compares. */
static void drop_empty_texts(json_t *object, const struct schema *schema)
{
	json_t *element;
	size_t at;

	for (size_t i = 0; i < schema->count; i++) {
		const struct schema_member *member = &schema->members[i];
		json_t *value = json_object_get(object, member->key);

		if (json_is_string(value) && !json_string_length(value) && !member->required &&
			!member->shortest && strcmp(member->key, "value") != 0)
			json_object_del(object, member->key);
		else if (json_is_object(value) && member->object)
			drop_empty_texts(value, member->object);
		else if (json_is_array(value) && member->element && member->element->object)
			json_array_foreach (value, at, element)
				drop_empty_texts(element, member->element->object);
	}
}

void make_task_definition(struct reader *reader, const struct entry *entry, struct app *app)
{
	json_t *written = json_object_get(entry->json, "taskDefinition");

	if (!json_is_object(written))
		return;
	for (const char *const *key = schema_task_definition.ignored; *key; key++)
		json_object_del(written, *key);
	for (size_t i = 0; i < schema_task_definition.count; i++)
		if (schema_task_definition.members[i].mark == SCHEMA_LEFT_OUT)
			json_object_del(written, schema_task_definition.members[i].key);
	drop_nulls(written);
	drop_empty_texts(written, &schema_task_definition);
	fill_variables(written);
	app->task_definition = written;
	app->task_tags = tags_of(reader, json_object_get(written, "tags"));
}
