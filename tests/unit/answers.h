#ifndef TESTS_ANSWERS_H
#define TESTS_ANSWERS_H

/*
 * An AWS that answers from a table: {"operation", "subject", "reply"} rows, the subject being what the call
 * is about (a name, or the last part of an ARN); a row without subject answers for all. What no row answers
 * is not there.
 */

#include <jansson.h>

#include "common/arena.h"
#include "scripted.h"

struct answers {
	struct arena *arena;
	const json_t *rows; /* array of rows; borrowed */
	const char *account;
	size_t unknown; /* requests that nobody knows how to answer */
};

/* A scripted_server; its data is a struct answers. */
void answers_serve(const struct scripted_request *request, struct scripted_answer *answer, void *data);

/* "ListRules" of a request, from its headers or its form. */
const char *answers_operation(const struct scripted_request *request);

/*
 * Changes the table as a test asks: each change names a row by operation and subject and replaces its
 * "reply", sets its "error", or edits the reply by "set" ({"/pointer": value}; null removes, "/-" appends). A
 * row that is not there is new.
 */
void answers_change(json_t *rows, const json_t *changes);

#endif
