#ifndef COMMON_LOOKUP_H
#define COMMON_LOOKUP_H

/* Finds things by their key, however many there are: a table of pointers that grows in an arena. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

struct lookup_slot;

/* Zero it to begin. */
struct lookup {
	struct lookup_slot *slots;
	size_t count, size;
};

/* Whether this item has the key. */
typedef bool lookup_same(const void *item, const void *key);

/* One more text of a key: the first one goes onto 0. */
uint64_t lookup_hash(uint64_t hash, const char *text);

/*
 * Where the item with this key stands. NULL stands there where it is new: the caller puts the item in its
 * place before the next look-up.
 */
void **lookup_place(
	struct arena *arena, struct lookup *lookup, uint64_t hash, lookup_same *same, const void *key);

/* The item with this key, NULL where there is none. */
void *lookup_find(const struct lookup *lookup, uint64_t hash, lookup_same *same, const void *key);

#endif
