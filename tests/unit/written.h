#ifndef TESTS_UNIT_WRITTEN_H
#define TESTS_UNIT_WRITTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/files.h"

/* Writes a file for a test, with this mode whatever the umask is; in place of one that is there. */
bool make_file(const char *path, const char *data, size_t length, mode_t mode);

/* The names in a folder, as folder_list gives them. */
bool list_folder(struct arena *arena, const char *path, const char *const **names, size_t *count);

/* Opens and reads a file as files.h does. */
char *read_file(struct arena *arena, const char *path, size_t limit, size_t *length, bool *missing,
	struct error *error);

#endif
