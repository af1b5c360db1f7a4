#ifndef DAEMON_MODEL_DEFINITION_COMMAND_WORDS_H
#define DAEMON_MODEL_DEFINITION_COMMAND_WORDS_H

/* A command that was written as one text, as the list that it should have been. */

#include "common/arena.h"

/*
 * What to write instead, for a fault: `write its 4 words as a list: ["python", "job.py", "--day", "…"]`,
 * split as a shell splits quoted words; where only a shell would understand it, one is put in front. Any word
 * may be a password, so only names of well-known programs, of scripts and of flags are told. From the arena.
 */
const char *command_remedy(struct arena *arena, const char *command);

#endif
