#ifndef DAEMON_MODEL_FIELDS_H
#define DAEMON_MODEL_FIELDS_H

/*
 * A resource's content as a sorted list of paths and values, in one form whatever order, defaults and empty
 * members it came with. A kind says in one table of rules what its members mean; making the list and
 * comparing two of them is the same code for every kind. A member that is null, empty or equal to its default
 * is absent.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"

enum field_form {
	FIELD_VALUE = 0, /* a scalar, or an array whose order counts */
	FIELD_SET, /* an array of scalars or objects whose order does not count */
	FIELD_LIST, /* an array of objects whose order counts: one value */
	FIELD_KEYED, /* an array of objects known by their member `key` ("containerPort+protocol" for two) */
	FIELD_PAIRS, /* an array of objects that are a name (`key`) and one value (`value`) */
	FIELD_MAP, /* an object whose member names are the user's own */
	FIELD_JSON, /* a string that holds JSON: compared as what it holds */
	FIELD_CPU, /* CPU units: "0.25 vCPU" is "256" */
	FIELD_MEMORY, /* MiB: "1 GB" is "1024" */
	FIELD_IGNORED, /* AWS's own: never compared */
};

/* One row: what the member at `path` means. Paths are camelCase, "[]" stands for any element, "*" for any map
 * member. */
struct field_rule {
	const char *path;
	enum field_form form;
	const char *key, *value; /* FIELD_KEYED, FIELD_PAIRS */
	const char *absent; /* the default: a member of this value counts as absent */
	const char *same_as; /* the sibling whose value is the default */
	const char *beside; /* `absent` counts only where this sibling is there */
	bool declared; /* compared only where the definition says something about it */
};

struct member {
	const char *path; /* "containerDefinitions[batch].environment[arg1]" */
	const char *value; /* a string as it is, anything else as canonical JSON; NULL = nothing may be there
			      or below */
	bool known; /* a rule knows it: it counts even where only AWS has it */
	bool later; /* the first way of making the list did not see it, or not in this order */
};

struct fields {
	struct member *items; /* sorted by path */
	size_t count;
};

/* Makes the list of one body, whatever case its member names begin with. */
struct fields fields_of(
	struct arena *arena, const struct field_rule *rules, size_t rule_count, const json_t *body);

struct difference {
	const char *path;
	const char *before, *after; /* NULL = absent */
};

struct differences {
	struct difference *items; /* sorted by path */
	size_t count;
};

/*
 * What has to change so that `have` becomes `want`. A member that only `have` holds counts where a rule knows
 * it: AWS adds members, and what nobody knows is never a difference.
 */
struct differences fields_compare(struct arena *arena, const struct fields *want, const struct fields *have);

/* Both lists as one, for a content that is read in more than one answer. */
struct fields fields_joined(struct arena *arena, const struct fields *a, const struct fields *b);

/* Adds the wish that nothing stands at this path or below it. */
void fields_add_removed(struct arena *arena, struct fields *fields, const char *path);

/*
 * A digest of the list: "v1-" or "v2-" and 40 hexadecimal digits. The version names the way of making the
 * list: "v2-" where it holds what the first way left out or put in another order, so that all other contents
 * keep the digest that they always had. With `known_only` what no rule knows is left out, so that a member
 * AWS adds one day does not change it.
 */
char *fields_digest(struct arena *arena, const struct fields *fields, bool known_only);

/* Whether both digests were made in the same way; false where one is NULL. */
bool fields_same_version(const char *digest, const char *other);

/* The value at a path, NULL where absent. */
const char *fields_value(const struct fields *fields, const char *path);

#endif
