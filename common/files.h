#ifndef COMMON_FILES_H
#define COMMON_FILES_H

/* Reading files whole, listing folders, replacing files so that a reader sees the old or the new one, never
 * half. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "arena.h"
#include "error.h"

/*
 * Reads a regular file of at most `limit` bytes into the arena (terminated; the length into `length`). Opens
 * without blocking, so a FIFO or a device is an error and never a wait. `missing` (if not NULL) tells "no
 * such file" apart.
 */
char *file_read(struct arena *arena, const char *path, size_t limit, size_t *length, bool *missing,
	struct error *error);

/*
 * Writes to a new file beside `path`, syncs it, and renames it over `path`, with this mode and the owner
 * that file_give gives it.
 */
bool file_replace(const char *path, const char *data, size_t length, mode_t mode, struct error *error);

/*
 * Where the process is root and the folder of `path` belongs to somebody else, gives the opened file to the
 * folder's owner and group. False, with errno, where the kernel refuses.
 */
bool file_give(int file, const char *path);

/* The names in a folder, sorted by byte, without "." and ".."; from the arena. */
bool folder_list(
	struct arena *arena, const char *path, const char *const **names, size_t *count, struct error *error);

/* Makes the folder and its parents with this mode where they are missing. */
bool folder_make(const char *path, mode_t mode, struct error *error);

#endif
