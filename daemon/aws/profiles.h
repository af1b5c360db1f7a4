#ifndef DAEMON_AWS_PROFILES_H
#define DAEMON_AWS_PROFILES_H

/* The shared files of the AWS tools, ~/.aws/config and ~/.aws/credentials, read into profiles with keys and
 * values. */

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"

/* In which of the two spellings sections are named: "[profile x]" or "[x]". */
enum profiles_form { PROFILES_CONFIG, PROFILES_CREDENTIALS };

struct profile_entry {
	const char *key, *value; /* the key in lower case */
	const char *file; /* that said it last */
};

struct profile {
	const char *name;
	struct profile_entry *entries;
	size_t count, capacity;
};

/* Zeroed before the first file; all from the arena. */
struct profiles {
	struct profile *list;
	size_t count, capacity;
};

/*
 * Adds what a file's text says; what is said again, here or in a file before, is replaced. Comments (# and
 * ;), blank lines, CRLF, and values that are nested below a key (which we do not use) are understood;
 * anything else is an error with "file:line".
 */
bool profiles_add(struct profiles *profiles, struct arena *arena, enum profiles_form form, const char *file,
	const char *text, struct error *error);

const struct profile *profiles_find(const struct profiles *profiles, const char *name);

/* The file that said a key which the profile has. */
const char *profile_file(const struct profile *profile, const char *key);

/* The value of a key, NULL where the profile (which may be NULL) does not have it or has it empty. */
const char *profile_get(const struct profile *profile, const char *key);

#endif
