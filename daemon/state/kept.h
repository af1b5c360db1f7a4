#ifndef DAEMON_STATE_KEPT_H
#define DAEMON_STATE_KEPT_H

/*
 * Everything that is kept in the state directory, one row a file: its name, how large it may become, what it costs where
 * it is lost. All are replaced whole, mode 0600; a damaged one is put aside under another name (common/folder.h).
 */

#include "common/folder.h"
#include "common/text.h"

enum kept {
	KEPT_SERVED,
	KEPT_HELD,
	KEPT_APPROVALS,
	KEPT_APPROVALS_USED,
	KEPT_CACHE,
	KEPT_LEDGER,
	KEPT_LAST_GOOD,
	KEPT_LAST_GOOD_SETTINGS,
	KEPT_FILES,
};

enum {
	KEPT_MEBIBYTE = 1024 * 1024,
	KEPT_FOLDER_MODE = 0750, /* for a group of readers; the files are the owner's alone */
};

struct kept_file {
	const char
		*name; /* how its file begins: "held" of "held-WORLD.json", WORLD a digest of the endpoint */
	size_t limit; /* bytes */
	const char *
		loss; /* what it costs where its content is lost, as a sentence; NULL where its reader says it */
};

extern const struct kept_file kept_files[KEPT_FILES];

/* Adds the name of a file, of this world, or site and world; `of` NULL: there is one for all. */
void kept_name(struct text *out, enum kept which, const char *of);

/* As folder_read, within the file's limit. */
char *kept_read(const struct folder *folder, enum kept which, const char *name, struct arena *arena,
	size_t *length, enum found *found, struct error *error);

/* As folder_replace, with the mode that all of them have. */
bool kept_replace(
	const struct folder *folder, const char *name, const char *text, size_t length, struct error *error);

#endif
