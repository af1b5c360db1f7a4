#ifndef COMMON_FILES_H
#define COMMON_FILES_H

/* Reading files whole, and listing folders, by their paths. Files of our own are in a folder (folder.h). */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "arena.h"
#include "error.h"

/*
 * Opens a regular file of at most `limit` bytes for reading, its size into `size`; -1 and `error` where it is
 * none. Opens without blocking, so a FIFO or a device is an error and never a wait. `missing` (if not NULL)
 * tells "no such file" apart.
 */
int file_open(const char *path, size_t limit, size_t *size, bool *missing, struct error *error);

/*
 * Reads `size` bytes, or what there is of them, from an opened file into the arena (terminated; the length
 * into `length`); `path` is for the error.
 */
char *file_read_opened(
	struct arena *arena, int file, const char *path, size_t size, size_t *length, struct error *error);

/* The names in an opened folder, sorted by byte, without "." and ".."; from the arena. */
bool folder_list(struct arena *arena, int opened, const char *path, const char *const **names, size_t *count,
	struct error *error);

/* Closes a descriptor that is one. */
void file_close(int *file);
#define CLEANUP_FILE CLEANUP(file_close)

#endif
