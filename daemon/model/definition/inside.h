#ifndef DAEMON_MODEL_DEFINITION_INSIDE_H
#define DAEMON_MODEL_DEFINITION_INSIDE_H

/*
 * What the files that read definitions share: a set in the making, where something stands in it, and
 * faults. The order of work is: schema_check.c looks at every member by itself, app.c and batch.c make the
 * structures, and rules*.c look at what several members, or several files, say together.
 */

#include "common/json.h"
#include "common/macros.h"
#include "definition.h"

/* One file: what it holds, and where. */
struct source {
	const char *file;
	json_t *root; /* NULL where it is no JSON */
	struct json_places *places;
	enum text_role role;
};

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

/* A fault by its message, and where the member that it is about is named. */
struct yielding {
	const char *message;
	struct position key;
};

struct reader {
	struct arena *arena; /* the set's */
	struct arena *scratch; /* goes when the set is made: places, entries */
	struct definitions *set;
	struct source *sources;
	size_t source_count;
	size_t fault_capacity;
	size_t told[2], more[2]; /* faults and warnings: in the set, and no longer */
	bool too_long; /* a list that nobody looks into: the rules of what stands in it are not asked */
	struct yielding *yielding; /* faults that are not told beside another about the same member */
	size_t yielding_count, yielding_capacity;
	struct entries apps, batches; /* entry i is what apps[i] and batches[i] of the set are made of */
};

/* A member or an element on the way to it from the top of a file. Lives on the stack: nothing is built until
 * a fault. */
struct spot {
	const struct source *source;
	const struct spot *up; /* NULL: the file's top */
	const char *key; /* NULL: an element */
	size_t index;
	bool name; /* the fault is in the key itself, which is a name of the user's own */
};

#define TOP(the_source) (&(const struct spot){ .source = (the_source) })
#define MEMBER(above, the_key) \
	(&(const struct spot){ .source = (above)->source, .up = (above), .key = (the_key) })
#define ELEMENT(above, the_index) \
	(&(const struct spot){ .source = (above)->source, .up = (above), .index = (the_index) })

/* Where a fault is told: at the member's name, or at its value. */
enum told { AT_KEY, AT_VALUE };

/* Adds a fault; message and remedy live in the arena. Where the member is absent it is told at what encloses
 * it. */
void fault_at(struct reader *reader, const struct spot *spot, enum told told, const char *message,
	const char *remedy);
void warn_at(struct reader *reader, const struct spot *spot, enum told told, const char *message,
	const char *remedy);
/* Whether a further fault would only be counted, which is done: where there may be thousands, nobody makes a
 * sentence for it. */
bool fault_is_cut(struct reader *reader);
/* The last word, on those that were only counted. */
void tell_rest(struct reader *reader);
/* The fault added last is not told where another one stands at its place: two messages would gainsay each
 * other. */
void yield_last(struct reader *reader, const struct spot *spot, const char *message);
/* The fault added last says that the object lacks this key: it is not told where the key is there with a slip
 * of the pen, which is told itself. */
void yield_to_slip(struct reader *reader, const struct spot *spot, const json_t *object, const char *key,
	const char *message);
/* Takes out what yields to another. */
void drop_yielding(struct reader *reader);
void fault_in_text(
	struct reader *reader, const char *file, struct json_place place, const struct error *error);
struct position position_of(struct reader *reader, const struct spot *spot, enum told told);

/* "file:line", for a message about a second place. */
const char *place_text(struct reader *reader, struct position at);

/* A text as it may stand in a message: in double quotes, escaped, shortened; from the arena. */
const char *quoted(struct reader *reader, const char *text);
const char *quoted_json(struct reader *reader, const json_t *value);
/* Whether what stands there may be the user's secret, as in all variables and commands. */
bool spot_is_secret(const struct spot *spot);
/* A text, or a key, in quotes; where it may be a variable together with its secret, up to the "=". */
const char *told_text(struct reader *reader, const struct spot *spot, const char *text);

/* What `text` may have been meant to be, as "; …" parts of a remedy want it; NULL where nothing is near. */
const char *nearest_entry(const char *name, const struct entries *entries);

/* Every member by itself, against the tables of schema.c. */
void check_members(struct reader *reader);

/* Collects the apps and batches of all sources, sorted by name; tells names that come twice. */
void collect_entries(struct reader *reader);
/* The app that a batch names; NULL where it names none, or none that is defined, which is told. */
struct app *app_of_batch(struct reader *reader, const struct entry *entry);

/* An app or a batch made from what is written, with all that it leaves out. Wrong members count as absent. */
void make_app(struct reader *reader, const struct entry *entry, struct app *app);
void make_batch(struct reader *reader, const struct entry *entry, struct app *app, struct batch *batch);

/* Those of "expect", "retry" and "ping" that are there, as people are told them; NULL: none. */
const char *told_of_runs(struct reader *reader, const json_t *written);

/* The time zone that an app or batch names; the spot is that of the app or batch. */
struct timezone_name timezone_of(struct reader *reader, const struct spot *spot, const json_t *written);

/* Marks what nothing of an app would use, when all batches are made. */
void find_unused(struct reader *reader);

/* Keeps a JSON value alive as long as the set. */
const json_t *keep_json(struct reader *reader, json_t *value);
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
void check_app(struct reader *reader, const struct entry *entry, const struct app *app);
void check_batch(struct reader *reader, const struct entry *entry, const struct batch *batch);
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
void check_set(struct reader *reader);
void check_shared_tags(struct reader *reader);

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
/* Whether a member says anything: neither absent, nor null, false, 0 or empty. */
bool says_something(const json_t *value);

#endif
