#ifndef TESTS_UNIT_WRITTEN_H
#define TESTS_UNIT_WRITTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Writes a file for a test, with this mode whatever the umask is; in place of one that is there. */
bool make_file(const char *path, const char *data, size_t length, mode_t mode);

#endif
