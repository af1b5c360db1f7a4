#ifndef DAEMON_STATE_DOCUMENT_H
#define DAEMON_STATE_DOCUMENT_H

/*
 * One JSON object that is kept as a file of the state directory (kept.h). A file that is damaged counts as
 * empty, and is told and put aside; one that cannot be read now counts as empty and is left as it is.
 */

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "common/error.h"
#include "common/folder.h"
#include "kept.h"

struct document {
	const struct folder *folder; /* NULL: kept nowhere */
	enum kept which;
	char *name; /* of the file */
	json_t *json; /* never NULL once it is open */
	bool dirty; /* changed since it was loaded or saved */

	char *trouble; /* what is wrong with the file; NULL = nothing */
	char *aside; /* the name under which it was put aside; NULL = it was not */
	bool unreadable; /* it may be whole, so nothing takes its place */
	bool told;
};

/* Opens and loads it: the file of this row, of this world or site; the folder (which may be NULL) has to outlive it. */
void document_open(struct document *document, const struct folder *folder, enum kept which, const char *of);
void document_close(struct document *document);

/* Reads it anew. */
void document_load(struct document *document);
/* Puts the file aside where it is damaged: for whoever holds the state directory. */
void document_settle(struct document *document);
/* Writes it where it is dirty, after document_settle. False where that fails, or the file cannot be read. */
bool document_save(struct document *document, struct error *error);

/* What is wrong with the file and what that costs, once,
 * from the arena; NULL where there is nothing to tell. */
char *document_tell(struct document *document, struct arena *arena);

/* Drops the members of the object `key` that are times before this one. */
void document_forget_before(struct document *document, const char *key, time_t before);

#endif
