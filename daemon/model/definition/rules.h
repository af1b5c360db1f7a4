#ifndef DAEMON_MODEL_DEFINITION_RULES_H
#define DAEMON_MODEL_DEFINITION_RULES_H

/* What several members, or several files, say together: rules.c and the files that are named like it. */

#include "entries.h"

/* What the rules of a raw policy say together; the spot is that of the list. */
void check_lifecycle_rules(struct reader *reader, const struct spot *spot, const json_t *rules);
/* What members say together: of one app, of one batch, of the whole set. */
void check_alone(struct reader *reader, const struct entry *entry); /* of a batch, whatever its app */
void check_app(struct draft *draft, const struct entry *entry, const struct app *app);
void check_batch(struct draft *draft, const struct entry *entry, const struct batch *batch);
/* What an app or batch says of its runs; the spot is its own, `above` the app of a batch as it is written, or
 * NULL. */
void check_runs(struct reader *reader, const struct spot *spot, const json_t *written, const json_t *above);
/* A duration as people write it, in seconds; 0 where it is absent, or wrong, which is told. The spot is its
 * own, `object` what it is a member of. */
unsigned long check_duration(struct reader *reader, const struct spot *spot, const json_t *object);
/* What it says of when it fires; the spot is the batch's. */
void check_timing(
	struct reader *reader, const struct spot *spot, const struct batch *batch, const json_t *written);
void check_task_definition(
	struct reader *reader, const struct spot *spot, const struct entry *entry, const struct app *app);
void check_containers(
	struct reader *reader, const struct spot *spot, const struct entry *entry, const struct app *app);
/* What the containers take of the task's size together; the spot is that of their list, `all`. */
void check_shares(struct reader *reader, const struct spot *spot, const struct app *app, const json_t *all);
void check_set(struct draft *draft);
void check_shared_tags(struct draft *draft);

/* What apps and batches both may have. The spot is that of the value. */
void check_tags(struct reader *reader, const struct spot *spot, const json_t *tags);
/* Those of the task definition; the spot is that of the list. */
void check_task_tags(struct reader *reader, const struct spot *spot, const struct app *app);
/* Together with those of the app, NULL where these are the app's. */
void check_tag_count(
	struct reader *reader, const struct spot *spot, const json_t *tags, const struct app *app);
void check_image(struct reader *reader, const struct spot *spot, const json_t *image);
void check_network(struct reader *reader, const struct spot *spot, const json_t *network);
void check_strategy(struct reader *reader, const struct spot *spot, const json_t *strategy);
/* A list in which nothing may come twice; `key` names the member of its objects that counts, NULL: its texts
 * do. */
void check_no_twice(struct reader *reader, const struct spot *spot, const json_t *list, const char *key);
/* Whether Fargate has tasks of this size; where not, the fault is told at `spot`. */
bool check_pair(struct reader *reader, const struct spot *spot, int cpu, int memory, bool memory_written);
/* CPU units or MiB as a number; 0 where it is absent, or not understood, which is told. */
int check_cpu(struct reader *reader, const struct spot *spot, const json_t *value);
int check_memory(struct reader *reader, const struct spot *spot, const json_t *value);

/* How long a value is as JSON without blanks, in bytes. */
size_t length_as_json(const json_t *value);
/* What the app's containers take of a task together. */
void container_shares(const struct app *app, json_int_t *cpu, json_int_t *memory);
/* The first container as it is written; NULL where there is none. */
const json_t *first_container(const struct app *app);

#endif
