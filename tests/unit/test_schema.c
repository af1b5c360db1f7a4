#include "model/definition/schema_json.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"

#include "../check.h"
#include "written.h"

/* Every table can be walked, and every row has what a fault about it would tell. */
static void rows_are_complete(const struct schema *schema)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct schema_member *member = &schema->members[i];
		bool twice = false;

		for (size_t before = 0; before < i; before++)
			twice = twice || strcmp(schema->members[before].key, member->key) == 0;
		CHECK(member->key && *member->key && !twice);
		if (!CHECK(member->mark == SCHEMA_MEMBER ? member->types != 0 : member->remedy != NULL))
			printf("  in   %s\n", member->key);
		if (!CHECK(!member->pattern || (member->what && (member->example || member->remedy))))
			printf("  in   %s\n", member->key);
		CHECK(!(member->types & SCHEMA_ARRAY) || member->element);
		if (member->object)
			rows_are_complete(member->object);
		if (member->element && member->element->object)
			rows_are_complete(member->element->object);
	}
	if (schema->map_value && schema->map_value->object)
		rows_are_complete(schema->map_value->object);
}

/* The file that is shipped is what print_schema prints. */
static void is_current(struct arena *arena, const struct shipped_schema *schema)
{
	const char *path = arena_printf(arena, "config/%s.schema.json", schema->name);
	json_t *json = schema_json(schema);
	CLEANUP_FREE char *text = json_told(json);
	size_t length = 0;
	const char *shipped = read_file(arena, path, 1 << 20, &length, NULL, NULL);

	json_decref(json);
	if (!CHECK(shipped && length == strlen(text) + 1 && strncmp(shipped, text, strlen(text)) == 0))
		printf("  %s is not current: make schema\n", path);
}

int main(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < SHIPPED_SCHEMAS; i++) {
		is_current(arena, &shipped_schemas[i]);
		rows_are_complete(shipped_schemas[i].file->object);
	}
	return check_end();
}
