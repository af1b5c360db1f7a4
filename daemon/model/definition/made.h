#ifndef DAEMON_MODEL_DEFINITION_MADE_H
#define DAEMON_MODEL_DEFINITION_MADE_H

/* Apps and batches made from what is written: app.c, batch.c, and what these two are made of. */

#include "entries.h"

/* An app or a batch made from what is written, with all that it leaves out. Wrong members count as absent. */
void make_app(struct reader *reader, const struct entry *entry, struct app *app);
void make_batch(struct reader *reader, const struct entry *entry, struct app *app, struct batch *batch);

/* Those of "expect", "retry" and "ping" that are there, as people are told them; NULL: none. */
const char *told_of_runs(struct reader *reader, const json_t *written);

/* The time zone that an app or batch names; the spot is that of the app or batch. */
struct timezone_name timezone_of(struct reader *reader, const struct spot *spot, const json_t *written);

/* Marks what nothing of an app would use, when all batches are made. */
void find_unused(struct draft *draft);

void make_task_definition(struct reader *reader, const struct entry *entry, struct app *app);
struct image image_of(const json_t *written);
/* Adds the capacity providers that a strategy, or a list of names, holds to those of the app's cluster. */
void add_providers(struct reader *reader, struct app *app, const json_t *strategy);

/* A null means the same as an absent member in AWS's own objects, and would be refused by AWS in some places. */
void drop_nulls(json_t *value);
/* The document that AWS takes for `lifecyclePolicy`; a new reference, NULL where it says nothing. */
json_t *lifecycle_document(struct reader *reader, const json_t *policy);

#endif
