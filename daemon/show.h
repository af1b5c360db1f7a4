#ifndef DAEMON_SHOW_H
#define DAEMON_SHOW_H

/* How a pass reads: as a diff for people, as JSON for programs. Both from the same plan. */

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

/* What an action is about: "batch-no1:3" of a revision, else the resource's own name. */
const char *show_name(const struct action *action);

/* One line for one action that came to an end: "created rule batch-no1 (batch no1)". */
void show_action(FILE *file, const struct action *action, const struct show_options *options);

/*
 * What stops an app or a batch, what could not be read, what is held: conflicts and held
 * plans belong to the answer (`answer`), readings that failed to the way there (`aside`).
 */
void show_troubles(FILE *answer, FILE *aside, const struct pass *pass, const struct show_options *options);

/* One line: what AWS does not take yet, how long that may last, and what it says. */
void show_wait(FILE *file, const struct wait *wait);

/* What is to be known, plans that a person let pass, and batches that wait in their grace. */
void show_notes(FILE *file, const struct pass *pass);

/* [{"plan", "reason", "resources", "command", "untag"}] of what waits for a person; a new reference. */
json_t *show_held_json(const struct pass *pass);
/* {"inSync", "changes", "held", "approved", "notes", "errors", "summary"}; a new reference. */
json_t *show_json(const struct pass *pass, const struct show_options *options);

/* One JSON object and a newline on standard output. Takes the reference. */
void show_object(json_t *object);

/*
 * One sentence where this machine's clock is more than a minute from AWS's, which is so many seconds ahead of
 * it; NULL where it is not. From the arena.
 */
char *show_clock(struct arena *arena, double ahead);

/* "1 app, 2 batches". From the arena. */
char *show_size(struct arena *arena, size_t apps, size_t batches);

/* "has left the definitions", or where it is defined elsewhere now "has moved from eu-west-1 to eu-west-3".
 */
char *show_departure(struct arena *arena, const char *moved);
/* {"app", "batch", "arn", "deletedAfter", "moved"}; a new reference. */
json_t *show_waiting_json(const struct waiting *wait);
/* What stays, for status: app, kind, name, arn, why, command; a new reference. */
json_t *show_leftovers_json(const struct pass *pass);

#endif
