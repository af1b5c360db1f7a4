#ifndef COMMON_TRUST_H
#define COMMON_TRUST_H

/*
 * Whoever may write what a program reads may command it. Trusted are root, the user that runs the program,
 * and the user whom FARGATE_BATCHD_DEFINITIONS_UID names (in a container, where files belong to somebody
 * outside).
 */

#include <stdbool.h>

#include "arena.h"

struct distrust {
	const char *message; /* "the file belongs to user 1000, …" */
	const char *remedy; /* what to do about it */
};

/*
 * Whether what is opened as `file` belongs to somebody trusted, and nobody else may write it: a group that is
 * the owner's own and has no other member is nobody else. False with `why` filled from the arena. `what` is
 * "file" or "folder".
 */
bool trust_opened(struct arena *arena, int file, const char *what, const char *path, struct distrust *why);

#endif
