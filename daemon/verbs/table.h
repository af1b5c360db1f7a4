#ifndef DAEMON_VERBS_TABLE_H
#define DAEMON_VERBS_TABLE_H

/* Rows of text in aligned columns. */

#include <stdio.h>

#include "common/arena.h"

struct table {
	struct arena *arena;
	size_t columns;
	const char **cells; /* the heading first */
	size_t count, capacity;
};

/* Adds one cell, row by row; NULL and "" show as "-". */
void table_add(struct table *table, const char *cell);
void table_print(FILE *file, const struct table *table);

#endif
