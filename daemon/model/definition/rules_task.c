#include "rules.h"

#include <string.h>

#include "common/text.h"
#include "fargate.h"
#include "schema_check.h"

enum { TASK_MOST = 65536 };

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
	static const char *const members[] = { "ipcMode", "placementConstraints", "inferenceAccelerators",
		"trustedExecutionConfiguration" };

	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		if (says_something(json_object_get(task, members[i])))
			fault_at(reader, MEMBER(spot, members[i]), AT_KEY,
				arena_printf(reader->arena, "\"%s\" does not work on Fargate", members[i]),
				"leave it out");
	if (strcmp(json_text_of(task, "pidMode", "task"), "host") == 0)
		fault_at(reader, MEMBER(spot, "pidMode"), AT_VALUE,
			"\"pidMode\" cannot be \"host\" on Fargate", "write \"task\", or leave it out");
}

/* An access point brings its own root. */
static void check_root(
	struct reader *reader, const struct spot *spot, const json_t *files, const json_t *access_point)
{
	const char *root = json_text_of(files, "rootDirectory", "/");

	if (says_something(access_point) && *root && strcmp(root, "/") != 0)
		fault_at(reader, MEMBER(spot, "rootDirectory"), AT_VALUE,
			"\"rootDirectory\" beside an access point, which has a root of its own",
			"leave it out, or write \"/\"");
}

static void check_efs(struct reader *reader, const struct spot *spot, const json_t *efs)
{
	const json_t *access = json_object_get(efs, "authorizationConfig");
	bool encrypts = strcmp(json_text_of(efs, "transitEncryption", ""), "ENABLED") == 0;
	bool iam = strcmp(json_text_of(access, "iam", ""), "ENABLED") == 0;
	const json_t *point = json_object_get(access, "accessPointId");

	if (!encrypts && (iam || says_something(point)))
		fault_at(reader, MEMBER(MEMBER(spot, "authorizationConfig"), iam ? "iam" : "accessPointId"),
			AT_KEY,
			arena_printf(reader->arena, "\"%s\" without \"transitEncryption\"",
				iam ? "iam" : "accessPointId"),
			"write \"transitEncryption\": \"ENABLED\" beside \"authorizationConfig\"");
	else if (!encrypts && says_something(json_object_get(efs, "transitEncryptionPort")))
		fault_at(reader, MEMBER(spot, "transitEncryptionPort"), AT_KEY,
			"\"transitEncryptionPort\" without \"transitEncryption\"",
			"write \"transitEncryption\": \"ENABLED\" beside it");
	check_root(reader, spot, efs, point);
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
	check_efs(reader, MEMBER(spot, "efsVolumeConfiguration"),
		json_object_get(volume, "efsVolumeConfiguration"));
	check_root(reader, MEMBER(spot, "s3filesVolumeConfiguration"),
		json_object_get(volume, "s3filesVolumeConfiguration"),
		json_object_get(json_object_get(volume, "s3filesVolumeConfiguration"), "accessPointArn"));
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

/* AWS takes 64 KiB of a task definition. */
static void check_length(struct reader *reader, const struct spot *spot, const json_t *task)
{
	size_t length = length_as_json(task);

	if (length > TASK_MOST)
		fault_at(reader, spot, AT_KEY,
			arena_printf(reader->arena,
				"the task definition comes to %zu bytes, and ECS takes %d", length,
				TASK_MOST),
			"move variables into an \"environmentFiles\" or into the image");
}

/* Windows on Fargate has sizes of its own, and less of everything else. */
static void check_windows(struct reader *reader, const struct spot *spot, const json_t *task)
{
	static const char *const members[] = { "ephemeralStorage", "pidMode" };
	const json_t *platform = json_object_get(task, "runtimePlatform");
	const struct spot *written = MEMBER(spot, "runtimePlatform");

	if (!fargate_is_windows(task))
		return;
	if (!fargate_has_windows_cpu(
		    json_object_get(task, "cpu") ? fargate_cpu(json_object_get(task, "cpu")) : 256))
		fault_at(reader,
			json_object_get(task, "cpu") ? MEMBER(spot, "cpu")
						     : MEMBER(written, "operatingSystemFamily"),
			json_object_get(task, "cpu") ? AT_VALUE : AT_KEY,
			"Fargate has no Windows tasks of this size",
			"write \"cpu\": \"1024\", \"2048\" or \"4096\", and a \"memory\" that goes with it");
	if (strcmp(json_text_of(platform, "cpuArchitecture", ""), "ARM64") == 0)
		fault_at(reader, MEMBER(written, "cpuArchitecture"), AT_VALUE,
			"Fargate has no Windows tasks of ARM64", "write \"X86_64\", or leave it out");
	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		if (says_something(json_object_get(task, members[i])))
			fault_at(reader, MEMBER(spot, members[i]), AT_KEY,
				arena_printf(reader->arena, "\"%s\" does not work with Windows on Fargate",
					members[i]),
				"leave it out");
}

/* Something else was pasted: an answer around it, a template, a service. */
static void check_any_member(struct reader *reader, const struct spot *spot, const json_t *task)
{
	bool known = !json_object_size(task);

	for (size_t i = 0; !known && i < schema_task_definition.count; i++)
		known = json_object_get(task, schema_task_definition.members[i].key);
	if (!known)
		fault_at(reader, spot, AT_KEY,
			"nothing in \"taskDefinition\" is a member of a task definition",
			"write the members of RegisterTaskDefinition, for example {\"cpu\": \"256\", \"memory\": \"512\"}");
}

void check_task_definition(
	struct reader *reader, const struct spot *spot, const struct entry *entry, const struct app *app)
{
	const json_t *task = app->task_definition;

	check_any_member(reader, spot, task);
	check_length(reader, spot, task);
	check_windows(reader, spot, task);
	check_sizes(reader, spot, task);
	check_kind_of_task(reader, spot, task);
	check_off_fargate(reader, spot, task);
	check_task_tags(reader, MEMBER(spot, "tags"), app);
	check_volumes(reader, MEMBER(spot, "volumes"), json_object_get(task, "volumes"));
	check_containers(reader, MEMBER(spot, "containerDefinitions"), entry, app);
}
