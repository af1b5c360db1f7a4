#include "fargate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/macros.h"
#include "common/text.h"

struct size {
	int cpu, least, most, step;
};

/* 256 units go with 512, 1024 and 2048 MiB; every other row is even. */
static const struct size sizes[] = {
	{ 256, 512, 2048, 0 },
	{ 512, 1024, 4096, 1024 },
	{ 1024, 2048, 8192, 1024 },
	{ 2048, 4096, 16384, 1024 },
	{ 4096, 8192, 30720, 1024 },
	{ 8192, 16384, 61440, 4096 },
	{ 16384, 32768, 122880, 8192 },
};

static const struct size *size_of(int cpu)
{
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
		if (sizes[i].cpu == cpu)
			return &sizes[i];
	return NULL;
}

/* Digits alone, or a number of `unit`s of 1024 each. */
static int read_size(const json_t *value, const char *unit)
{
	const char *text = json_string_value(value), *at = text;
	char *end;
	double number;

	if (json_is_integer(value))
		return json_integer_value(value) > 0 && json_integer_value(value) < 1 << 20
			       ? (int)json_integer_value(value)
			       : 0;
	if (!text || !strchr("0123456789.", *text) || !*text)
		return 0;
	at += strspn(at, "0123456789");
	if (!*at)
		return strlen(text) < 8 ? atoi(text) : 0;
	number = strtod(text, &end);
	at = text + strspn(text, "0123456789.");
	if (end != at)
		return 0;
	at += strspn(at, " ");
	if (strcasecmp(at, unit) != 0 || number <= 0 || number >= 1024 ||
		floor(number * 1024) != number * 1024)
		return 0;
	return (int)(number * 1024);
}

int fargate_cpu(const json_t *value)
{
	return read_size(value, "vCPU");
}

int fargate_memory(const json_t *value)
{
	return read_size(value, "GB");
}

bool fargate_has_cpu(int cpu)
{
	return size_of(cpu) != NULL;
}

bool fargate_has_pair(int cpu, int memory)
{
	const struct size *size = size_of(cpu);

	if (!size || memory < size->least || memory > size->most)
		return false;
	return size->step ? (memory - size->least) % size->step == 0 : memory == 512 || memory % 1024 == 0;
}

/* Of the first row the steps are no arithmetic. */
static int least_memory_of(const struct size *size, json_int_t memory)
{
	int step = size->step ? size->step : 1024;

	if (memory <= size->least)
		return size->least;
	if (!size->step)
		return memory <= 1024 ? 1024 : 2048;
	return size->least + (int)((memory - size->least + step - 1) / step) * step;
}

bool fargate_least(json_int_t cpu, json_int_t memory, int *least_cpu, int *least_memory)
{
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		if (cpu > sizes[i].cpu || memory > sizes[i].most)
			continue;
		*least_cpu = sizes[i].cpu;
		*least_memory = least_memory_of(&sizes[i], memory);
		return true;
	}
	return false;
}

bool fargate_is_windows(const json_t *task)
{
	const json_t *platform = json_object_get(task, "runtimePlatform");
	const char *family = json_string_value(json_object_get(platform, "operatingSystemFamily"));

	return family && text_starts(family, "WINDOWS");
}

bool fargate_has_windows_cpu(int cpu)
{
	return cpu == 1024 || cpu == 2048 || cpu == 4096;
}

const char *fargate_memories(struct arena *arena, int cpu)
{
	const struct size *size = size_of(cpu);

	if (!size)
		return "";
	if (!size->step)
		return "512, 1024 or 2048";
	return arena_printf(arena, "%d to %d in steps of %d", size->least, size->most, size->step);
}

const char *fargate_cpus(struct arena *arena)
{
	CLEANUP_TEXT struct text list = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
		text_printf(&list, "%s%d",
			i == 0                        ? ""
			: i + 1 < ARRAY_LENGTH(sizes) ? ", "
						      : " or ",
			sizes[i].cpu);
	return arena_copy(arena, text_string(&list));
}
