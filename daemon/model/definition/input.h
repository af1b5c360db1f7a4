#ifndef DAEMON_MODEL_DEFINITION_INPUT_H
#define DAEMON_MODEL_DEFINITION_INPUT_H

/* What a schedule tells ECS to run otherwise than the task definition says: the target's input. */

#include "definition.h"

/* EventBridge takes so many characters of it. */
enum { INPUT_LONGEST = 8192 };

/*
 * {"containerOverrides": [{"name", "environment", "command"}], "cpu", "memory"} with what the batch
 * overrides, environment sorted by name; NULL where it overrides nothing. A new reference.
 */
json_t *target_input(const struct batch *batch);

/* The length of that in its compact form, in characters as AWS counts them (UTF-16 units). */
size_t input_length(const json_t *input);

#endif
