#ifndef DAEMON_DOCUMENT_H
#define DAEMON_DOCUMENT_H

/* One JSON object that is kept as a file of the state directory, mode 0600. */

#include <jansson.h>
#include <stdbool.h>

#include "error.h"
#include "folder.h"

struct document {
	const struct folder *folder; /* NULL: kept nowhere */
	char *name; /* of the file */
	json_t *json; /* never NULL once it is open */
	bool dirty; /* changed since it was loaded or saved */
};

/* Opens and loads it; the folder (which may be NULL) has to outlive it. */
void document_open(struct document *document, const struct folder *folder, const char *name);
void document_close(struct document *document);

/* Reads it anew. What cannot be read counts as empty: everything is found again from AWS. */
void document_load(struct document *document);
/* Writes it where it is dirty. */
bool document_save(struct document *document, struct error *error);

#endif
