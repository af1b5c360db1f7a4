#ifndef DAEMON_MODEL_DEFINITION_FAULTS_H
#define DAEMON_MODEL_DEFINITION_FAULTS_H

/* Reading files that people write: where something stands in them, and the faults that are found on the way. */

#include "common/json.h"
#include "common/macros.h"
#include "fault.h"

/* One file: what it holds, and where. */
struct source {
	const char *file; /* path as it is told to people */
	json_t *root; /* NULL where it is no JSON */
	struct json_places *places;
	bool aside; /* what is wrong with it is not told */
};

/* A fault by its message, and where the member that it is about is named. */
struct yielding {
	const char *message;
	struct position key;
};

struct reader {
	struct arena *arena; /* of what is read, and of the faults */
	json_t *owned; /* array: keeps every JSON value that is read alive */
	struct fault *faults;
	size_t fault_count, fault_capacity;
	bool broken; /* at least one of them is not a warning */
	size_t told[2], more[2]; /* faults and warnings: one by one, and counted only */
	bool too_long; /* a list that nobody looks into: the rules of what stands in it are not asked */
	struct yielding *yielding; /* faults that are not told beside another about the same member */
	size_t yielding_count, yielding_capacity;
};

/*
 * Reads the text of `source`, whose file is set; its places live in `scratch`. What is no JSON is told, and
 * leaves its root NULL.
 */
void read_source(
	struct reader *reader, struct source *source, const char *text, size_t length, struct arena *scratch);

/* Keeps a JSON value alive as long as what is read: takes the new reference, and gives it back borrowed. */
const json_t *keep_json(struct reader *reader, json_t *value);

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

/* Adds a fault, but for a file aside; message and remedy live in the arena. Where the member is absent it is
 * told at what encloses it. */
void fault_at(struct reader *reader, const struct spot *spot, enum told told, const char *message,
	const char *remedy);
void warn_at(struct reader *reader, const struct spot *spot, enum told told, const char *message,
	const char *remedy);
/* Whether a further fault would only be counted, which is done: where there may be thousands, nobody makes a
 * sentence for it. */
bool fault_is_cut(struct reader *reader);
/* The fault added last is not told where another one stands at its place: two messages would gainsay each
 * other. */
void yield_last(struct reader *reader, const struct spot *spot, const char *message);
/* The fault added last says that the object lacks this key: it is not told where the key is there with a slip
 * of the pen, which is told itself. */
void yield_to_slip(struct reader *reader, const struct spot *spot, const json_t *object, const char *key,
	const char *message);
/* A fault, or a warning, that no spot has. */
void fault_add(struct reader *reader, struct fault fault);
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

/*
 * The last word: sorts the faults by their places, takes out what yields to another, and says how many more
 * there are.
 */
void end_faults(struct reader *reader);
/* The order of faults: by file, line, column, message. */
int compare_faults(const struct fault *a, const struct fault *b);

#endif
