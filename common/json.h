#ifndef COMMON_JSON_H
#define COMMON_JSON_H

/* What Jansson does not do: say where a member stands, keep limits, write one canonical form. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "arena.h"
#include "error.h"

/* A place in a text: 1-based; column counts code points. {0,0} means unknown. */
struct json_place {
	unsigned line, column;
};

/* Where each member of one JSON text stands, by JSON pointer (RFC 6901: "/apps/batch/taskDefinition/cpu"). */
struct json_places;

/*
 * Reads one JSON text (terminated): UTF-8 without BOM, at most `depth` levels, no duplicate keys, no NUL.
 * Returns a new reference and, where `places` is not NULL, the index of places (from the arena; it goes on
 * using the text). On failure returns NULL, with what is wrong in `error` (json_remedy has what to write
 * instead) and where it is in `where` (1:1 where it has no better place).
 */
json_t *json_read(const char *text, size_t length, unsigned depth, struct arena *arena,
	struct json_places **places, struct json_place *where, struct error *error);

/*
 * About how many bytes a text takes once it is read: its values in Jansson, their places, and itself. Known
 * before anything of it is read, so that nobody runs out of memory on a text of brackets.
 */
size_t json_cost(const char *text, size_t length);

/* What to write instead of what json_read refused; static. */
const char *json_remedy(const struct error *error);

/*
 * The place of the member or element that the pointer names: of its key for a member of an object, of the
 * value for an element of an array; the nearest enclosing one that exists where it does not (an absent
 * member: its object).
 */
struct json_place json_place_of(const struct json_places *places, const char *pointer);

/* The index by itself, of a text that is known to be right. */
struct json_places *json_places_of(const char *text, size_t length, struct arena *arena);

/* Where the value itself begins, for a fault in the value rather than in the key. */
struct json_place json_place_of_value(const struct json_places *places, const char *pointer);

/* One canonical text: keys sorted, no spaces, UTF-8 as it is; from the arena. */
char *json_canonical(struct arena *arena, const json_t *value);

/*
 * The one form for people and their programs, in files, on standard output and in a log: over several lines,
 * with every character that text_is_control names as "\u009b", which reads back as the same value. Heap.
 */
char *json_told(const json_t *value);
/* The same on one line. */
char *json_told_line(const json_t *value);

/* Members by name, for reading replies: the given default where absent, null or of another type. Borrowed. */
const char *json_text_of(const json_t *object, const char *key, const char *otherwise);
/* The text at a path of members, "cluster.clusterArn"; NULL where there is none. Borrowed. */
const char *json_text_at(const json_t *object, const char *path);
json_int_t json_integer_of(const json_t *object, const char *key, json_int_t otherwise);
bool json_bool_of(const json_t *object, const char *key, bool otherwise);

/* Aborts when memory runs out, like every allocation here: takes the new reference and returns it. */
json_t *json_must(json_t *value);
/* A new string, or null for NULL; what is no UTF-8 in it is mended. */
json_t *json_text(const char *text);
/* Sets a member that takes the new reference; a NULL value leaves the member out. */
void json_put(json_t *object, const char *key, json_t *value);
void json_put_text(json_t *object, const char *key, const char *value);
/* Sets a member to "2026-11-24T03:04:05Z"; 0, which is never, to null. */
void json_put_time(json_t *object, const char *key, time_t when);
/* The object that a member is, borrowed; where it is none, it becomes an empty one. */
json_t *json_object_in(json_t *object, const char *key);
/* Adds an element that takes the new reference; NULL adds nothing. */
void json_add(json_t *array, json_t *value);

#endif
