#ifndef DAEMON_LOAD_H
#define DAEMON_LOAD_H

/* Reads definition files from disk, and nothing that is no plain file of somebody trusted. */

#include "error.h"
#include "model/definition.h"

/*
 * All `*.json` of a folder, in name order; dot files are skipped. NULL and `error` where the folder cannot be
 * read. A file that cannot be read, is too large, is no regular file or could have been written by strangers
 * is a fault of the set. An empty folder is an empty set.
 */
struct definitions *load_definitions(struct arena *arena, const char *directory, struct error *error);

/* The same of these files, whatever they are called; NULL and `error` where one of them cannot be opened or
 * is a folder. */
struct definitions *load_definition_files(
	struct arena *arena, const char *const *files, size_t count, struct error *error);

#endif
