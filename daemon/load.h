#ifndef DAEMON_LOAD_H
#define DAEMON_LOAD_H

/* Reads definition files from disk, and nothing that is no plain file of somebody trusted. */

#include "common/error.h"
#include "model/definition/definition.h"

/*
 * All `*.json` of a folder, in name order; dot files are skipped. NULL and `error` where the folder cannot be
 * read. A file that cannot be read, is too large or is no regular file is a fault of the set; a folder or
 * file that others may write (trust.h) is one where `strict`, and is not read, else a warning. An empty
 * folder is an empty set.
 */
struct definitions *load_definitions(
	struct arena *arena, const char *directory, bool strict, struct error *error);

/*
 * The same of these files, whatever they are called; NULL and `error` where one of them cannot be opened or
 * is a folder. What they name may be defined in the other files of `directory`, which are aside (text_role)
 * where they can be read: a file of the same name, elsewhere, stands for the one that is there.
 */
struct definitions *load_definition_files(struct arena *arena, const char *const *files, size_t count,
	const char *directory, bool strict, struct error *error);

#endif
