#include "rules.h"

#include "fargate.h"

/* What the containers of a task take of its size together. */

/* Of a task that says neither. */
enum { DEFAULT_CPU = 256, DEFAULT_MEMORY = 512 };

/* A number that is out of range is a fault already, and would not fit into a sum. */
static json_int_t share_of(const json_t *container, const char *key)
{
	json_int_t share = json_integer_of(container, key, 0);

	return share > 0 && share <= 1 << 30 ? share : 0;
}

/* A container's own memory: what it reserves, else what it may use. */
static json_int_t memory_of(const json_t *container)
{
	json_int_t reserved = share_of(container, "memoryReservation");

	return reserved ? reserved : share_of(container, "memory");
}

void container_shares(const struct app *app, json_int_t *cpu, json_int_t *memory)
{
	const json_t *all = json_object_get(app->task_definition, "containerDefinitions");

	*cpu = *memory = 0;
	for (size_t i = 0; i < json_array_size(all); i++) {
		*cpu += share_of(json_array_get(all, i), "cpu");
		*memory += memory_of(json_array_get(all, i));
	}
}

/* Nobody wrote the size that is too small. */
static void check_default_size(
	struct reader *reader, const struct spot *spot, json_int_t cpus, json_int_t memories)
{
	int cpu, memory;

	if (cpus <= DEFAULT_CPU && memories <= DEFAULT_MEMORY)
		return;
	fault_at(reader, spot, AT_KEY,
		arena_printf(reader->arena,
			"the containers want \"cpu\" %lld and memory %lld, and a task without sizes has %d and %d",
			(long long)cpus, (long long)memories, DEFAULT_CPU, DEFAULT_MEMORY),
		fargate_least(cpus, memories, &cpu, &memory)
			? arena_printf(reader->arena,
				  "write \"cpu\": \"%d\" and \"memory\": \"%d\" beside \"containerDefinitions\"",
				  cpu, memory)
			: "give the containers less: Fargate has no task of this size");
}

/* The task's size is what its containers share. */
void check_shares(struct reader *reader, const struct spot *spot, const struct app *app, const json_t *all)
{
	const json_t *cpu_written = json_object_get(app->task_definition, "cpu");
	const json_t *memory_written = json_object_get(app->task_definition, "memory");
	int cpu = cpu_written ? fargate_cpu(cpu_written) : DEFAULT_CPU,
	    memory = memory_written ? fargate_memory(memory_written) : DEFAULT_MEMORY;
	json_int_t cpus, memories;

	container_shares(app, &cpus, &memories);
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);
		json_int_t most = json_integer_of(one, "memory", 0),
			   reserved = json_integer_of(one, "memoryReservation", 0);

		if (most && reserved > most)
			fault_at(reader, MEMBER(ELEMENT(spot, i), "memoryReservation"), AT_VALUE,
				"\"memoryReservation\" is more than \"memory\"",
				"write less, or leave \"memory\" out");
	}
	if (!cpu_written && !memory_written) {
		check_default_size(reader, spot, cpus, memories);
		return;
	}
	if (cpu && cpus > cpu)
		fault_at(reader, spot, AT_KEY,
			arena_printf(reader->arena,
				"the containers' \"cpu\" comes to %lld, and the task has %d", (long long)cpus,
				cpu),
			"give the task more, or the containers less");
	if (memory && memories > memory)
		fault_at(reader, spot, AT_KEY,
			arena_printf(reader->arena,
				"the containers' memory comes to %lld, and the task has %d",
				(long long)memories, memory),
			"give the task more, or the containers less");
}
