#include "model/definition_inside.h"

#include <string.h>

#include "model/fargate.h"
#include "text.h"

/* What a task definition has to be so that Fargate runs it and EventBridge starts it. */

static void check_sizes(struct reader *reader, const struct spot *spot, const json_t *task)
{
	const json_t *cpu = json_object_get(task, "cpu"), *memory = json_object_get(task, "memory");
	int units = check_cpu(reader, MEMBER(spot, "cpu"), cpu),
	    mib = check_memory(reader, MEMBER(spot, "memory"), memory);

	if (cpu && !memory)
		fault_at(reader, MEMBER(spot, "cpu"), AT_KEY, "\"cpu\" without \"memory\"",
			fargate_has_cpu(units)
				? arena_printf(reader->arena, "write both: with cpu %d a memory of %s", units,
					  fargate_memories(reader->arena, units))
				: "write both, or neither for 256 and 512");
	else if (memory && !cpu)
		fault_at(reader, MEMBER(spot, "memory"), AT_KEY, "\"memory\" without \"cpu\"",
			"write both, or neither for 256 and 512");
	check_pair(reader, spot, units, mib, true);
}

static void check_kind_of_task(struct reader *reader, const struct spot *spot, const json_t *task)
{
	const json_t *compatibilities = json_object_get(task, "requiresCompatibilities");
	const char *mode = json_text_of(task, "networkMode", "awsvpc");
	bool fargate = !json_array_size(compatibilities);

	if (strcmp(mode, "awsvpc") != 0)
		fault_at(reader, MEMBER(spot, "networkMode"), AT_VALUE,
			arena_printf(reader->arena, "\"networkMode\" cannot be %s on Fargate",
				quoted(reader, mode)),
			"write \"awsvpc\", or leave it out");
	for (size_t i = 0; i < json_array_size(compatibilities); i++) {
		const char *one = json_string_value(json_array_get(compatibilities, i));

		fargate = fargate || (one && strcmp(one, "FARGATE") == 0);
	}
	if (!fargate)
		fault_at(reader, MEMBER(spot, "requiresCompatibilities"), AT_VALUE,
			"\"requiresCompatibilities\" does not name FARGATE",
			"write [\"FARGATE\"], or leave it out");
}

static void check_off_fargate(struct reader *reader, const struct spot *spot, const json_t *task)
{
	static const char *const members[] = { "ipcMode", "placementConstraints" };

	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		if (says_something(json_object_get(task, members[i])))
			fault_at(reader, MEMBER(spot, members[i]), AT_KEY,
				arena_printf(reader->arena, "\"%s\" does not work on Fargate", members[i]),
				"leave it out");
	if (strcmp(json_text_of(task, "pidMode", "task"), "host") == 0)
		fault_at(reader, MEMBER(spot, "pidMode"), AT_VALUE,
			"\"pidMode\" cannot be \"host\" on Fargate", "write \"task\", or leave it out");
}

static void check_volume(struct reader *reader, const struct spot *spot, const json_t *volume)
{
	static const char *const members[] = { "dockerVolumeConfiguration",
		"fsxWindowsFileServerVolumeConfiguration" };

	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		if (json_object_get(volume, members[i]))
			fault_at(reader, MEMBER(spot, members[i]), AT_KEY,
				arena_printf(reader->arena, "\"%s\" does not work on Fargate", members[i]),
				"write a volume with a name alone, or with \"efsVolumeConfiguration\"");
	if (says_something(json_object_get(json_object_get(volume, "host"), "sourcePath")))
		fault_at(reader, MEMBER(MEMBER(spot, "host"), "sourcePath"), AT_KEY,
			"\"sourcePath\" does not work on Fargate: there is no host to mount from",
			"write a volume with a name alone, or with \"efsVolumeConfiguration\"");
	if (json_bool_of(volume, "configuredAtLaunch", false))
		fault_at(reader, MEMBER(spot, "configuredAtLaunch"), AT_KEY,
			"a volume that is configured at launch, which EventBridge cannot do",
			"write \"efsVolumeConfiguration\", or use the task's own storage");
}

static void check_volumes(struct reader *reader, const struct spot *spot, const json_t *volumes)
{
	check_no_twice(reader, spot, volumes, "name");
	for (size_t i = 0; i < json_array_size(volumes); i++)
		check_volume(reader, ELEMENT(spot, i), json_array_get(volumes, i));
}

void check_task_definition(
	struct reader *reader, const struct spot *spot, const struct entry *entry, const struct app *app)
{
	const json_t *task = app->task_definition;

	check_sizes(reader, spot, task);
	check_kind_of_task(reader, spot, task);
	check_off_fargate(reader, spot, task);
	check_task_tags(reader, MEMBER(spot, "tags"), app);
	check_volumes(reader, MEMBER(spot, "volumes"), json_object_get(task, "volumes"));
	check_containers(reader, MEMBER(spot, "containerDefinitions"), entry, app);
}
