#include "input.h"

#include <stdint.h>
#include <string.h>

#include "common/json.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* {"NAME": "value"} as ECS takes it, in an order that the order in the file does not change. */
static json_t *environment_list(const json_t *environment)
{
	json_t *list = json_must(json_array()), *value;
	size_t count = json_object_size(environment), i = 0;
	CLEANUP_FREE const char **names = must_alloc((count + 1) * sizeof *names);
	const char *name;

	json_object_foreach ((json_t *)(uintptr_t)environment, name, value)
		names[i++] = name;
	qsort(names, count, sizeof *names, compare_names);
	for (i = 0; i < count; i++)
		json_add(list, json_must(json_pack("{s:s, s:O}", "name", names[i], "value",
				       json_object_get(environment, names[i]))));
	return list;
}

static json_t *container_override(const struct batch *batch)
{
	json_t *container = json_must(json_pack("{s:s}", "name", app_container(batch->app)));

	if (json_object_size(batch->environment))
		json_put(container, "environment", environment_list(batch->environment));
	if (batch->command)
		json_put(container, "command", json_deep_copy(batch->command));
	return container;
}

json_t *target_input(const struct batch *batch)
{
	bool container = json_object_size(batch->environment) || batch->command;
	json_t *input;

	if (!container && !batch->cpu && !batch->memory)
		return NULL;
	input = json_must(json_object());
	if (container)
		json_put(input, "containerOverrides", json_pack("[o]", container_override(batch)));
	json_put_text(input, "cpu", batch->cpu);
	json_put_text(input, "memory", batch->memory);
	return input;
}

size_t input_length(const json_t *input)
{
	CLEANUP_FREE char *text = json_dumps(input, JSON_COMPACT | JSON_SORT_KEYS);
	size_t length = 0;

	if (!text)
		abort();
	/* One unit for each code point, two beyond the basic plane, whose UTF-8 begins with 0xF0 or more. */
	for (const char *at = text; *at; at++)
		length += ((unsigned char)*at & 0xC0) != 0x80 ? ((unsigned char)*at >= 0xF0 ? 2 : 1) : 0;
	return length;
}
