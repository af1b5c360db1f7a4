#ifndef COMMON_READABLE_H
#define COMMON_READABLE_H

/* What another user could read, which root, who may read everything, cannot see by reading it. */

#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "error.h"

/*
 * Fills `readable` for each of the paths, files or folders: whether this user, with the groups of the user
 * database, could open it for reading. Only root may ask. False with `error` where that cannot be told.
 */
bool readable_by(const struct passwd *user, const char *const *paths, size_t count, bool *readable,
	struct error *error);

/* What is to be done so that this user can read what root cannot see anything wrong with: a command where
 * there is one, as part of a remedy. From the arena. */
char *readable_remedy(struct arena *arena, const struct passwd *user, const char *path);

#endif
