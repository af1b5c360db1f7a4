#ifndef DAEMON_VERBS_SHOW_H
#define DAEMON_VERBS_SHOW_H

/* How a pass reads for people, and what verbs print beside it. */

#include <jansson.h>
#include <stdio.h>

#include "pass/pass.h"

struct show_options {
	bool colour;
	bool hide_values; /* what may be a password by its name alone */
};

/* Whether `file` is a terminal that wants colour (NO_COLOR unset, TERM not dumb). */
bool show_in_colour(FILE *file);

/*
 * Every difference, batch by batch, field by field; then conflicts, what is held, and the closing line. What
 * could not be read goes to standard error.
 */
void show_diff(FILE *file, const struct pass *pass, const struct show_options *options);

/* One line for one action that came to an end: "created rule batch-no1 (batch no1)". */
void show_action(FILE *file, const struct action *action, const struct show_options *options);

/*
 * What stops an app or a batch, what could not be read, what is held: conflicts and held
 * plans belong to the answer (`answer`), readings that failed to the way there (`aside`).
 */
void show_troubles(FILE *answer, FILE *aside, const struct pass *pass, const struct show_options *options);

/* What is to be known, plans that a person let pass, and batches that wait in their grace. */
void show_notes(FILE *file, const struct pass *pass);

/* One JSON object and a newline on standard output. Takes the reference. */
void show_object(json_t *object);

#endif
