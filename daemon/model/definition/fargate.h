#ifndef DAEMON_MODEL_DEFINITION_FARGATE_H
#define DAEMON_MODEL_DEFINITION_FARGATE_H

/* The sizes of task that Fargate offers; source: the table "Task size" of the ECS developer guide. */

#include <jansson.h>
#include <stdbool.h>

#include "common/arena.h"

/*
 * CPU units and MiB as a number, a string of digits, or with a unit ("0.25 vCPU", "1 GB"); 0 where it is none
 * of these.
 */
int fargate_cpu(const json_t *value);
int fargate_memory(const json_t *value);

/* Whether there are tasks of so many CPU units. */
bool fargate_has_cpu(int cpu);
bool fargate_has_pair(int cpu, int memory);

/* "512, 1024 or 2048", "4096 to 16384 in steps of 1024": the memory beside so many CPU units, for a remedy.
 */
const char *fargate_memories(struct arena *arena, int cpu);
/* "256, 512, 1024, …": all sizes of CPU. */
const char *fargate_cpus(struct arena *arena);

/* The smallest size that has room for so much of both; false where none has. */
bool fargate_least(json_int_t cpu, json_int_t memory, int *least_cpu, int *least_memory);

/* Whether a task definition is one of Windows, and whether Fargate has Windows tasks of so many CPU units. */
bool fargate_is_windows(const json_t *task);
bool fargate_has_windows_cpu(int cpu);

#endif
