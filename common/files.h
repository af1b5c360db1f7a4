#ifndef COMMON_FILES_H
#define COMMON_FILES_H

/* Reading files whole, and listing folders, by their paths. Files of our own are in a folder (folder.h). */

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

/* Reads `size` bytes, or what there is of them, from an opened file; `path` is for the error. */
char *file_read_opened(
	struct arena *arena, int file, const char *path, size_t size, size_t *length, struct error *error);

/* The names in a folder, sorted by byte, without "." and ".."; from the arena. */
bool folder_list(
	struct arena *arena, const char *path, const char *const **names, size_t *count, struct error *error);

/* Closes a descriptor that is one. */
void file_close(int *file);
#define CLEANUP_FILE CLEANUP(file_close)

#endif
