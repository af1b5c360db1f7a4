#ifndef DAEMON_MODEL_DEFINITION_INSIDE_H
#define DAEMON_MODEL_DEFINITION_INSIDE_H

/*
 * What the files that read definitions share: a set in the making. The order of work is:
 * schema_check.c looks at every member by itself, app.c and batch.c make the structures, and rules*.c look at
 * what several members, or several files, say together.
 */

#include "definition.h"
#include "faults.h"

/* An app or a batch as it is written. */
struct entry {
	const struct source *source;
	const char *name;
	json_t *json;
	struct position at;
};

struct entries {
	struct entry *items; /* sorted by name */
	size_t count, capacity;
};

/* A set in the making. */
struct draft {
	struct reader *reader;
	struct definitions *set;
	struct arena *scratch; /* goes when the set is made: places, entries */
	struct source *sources;
	const struct definition_text *texts; /* text i is what sources[i] was read from */
	size_t source_count;
	struct entries apps, batches; /* entry i is what apps[i] and batches[i] of the set are made of */
};

/* Collects the apps and batches of all sources, sorted by name; tells names that come twice. */
void collect_entries(struct draft *draft);
/* The app that a batch names; NULL where it names none, or none that is defined, which is told. */
struct app *app_of_batch(struct draft *draft, const struct entry *entry);

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

/* What the rules of a raw policy say together; the spot is that of the list. */
void check_lifecycle_rules(struct reader *reader, const struct spot *spot, const json_t *rules);
/* A null means the same as an absent member in AWS's own
 * objects, and would be refused by AWS in some places. */
void drop_nulls(json_t *value);
/* The document that AWS takes for `lifecyclePolicy`; a new reference, NULL where it says nothing. */
json_t *lifecycle_document(struct reader *reader, const json_t *policy);

/* What members say together: of one app, of one batch, of the whole set. */
void check_alone(struct reader *reader, const struct entry *entry); /* of a batch, whatever its app */
void check_app(struct draft *draft, const struct entry *entry, const struct app *app);
void check_batch(struct draft *draft, const struct entry *entry, const struct batch *batch);
/* What an app or batch says of its runs; the spot is its own, `above` the app of a batch as it is written, or
 * NULL. */
void check_runs(struct reader *reader, const struct spot *spot, const json_t *written, const json_t *above);
/* What it says of when it fires; the spot is the batch's. */
void check_timing(
	struct reader *reader, const struct spot *spot, const struct batch *batch, const json_t *written);
void check_task_definition(
	struct reader *reader, const struct spot *spot, const struct entry *entry, const struct app *app);
void check_containers(
	struct reader *reader, const struct spot *spot, const struct entry *entry, const struct app *app);
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
