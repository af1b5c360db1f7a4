#include "lookup.h"

struct lookup_slot {
	uint64_t hash;
	void *item; /* NULL: free */
};

enum { FIRST_SIZE = 64 };

/* FNV-1a, with the end of each text as a byte of its own. */
uint64_t lookup_hash(uint64_t hash, const char *text)
{
	hash ^= UINT64_C(0xcbf29ce484222325);
	do
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	while (*text++);
	return hash;
}

/* The slot of the key, or the free one where it belongs; the table is never full. */
static struct lookup_slot *slot_of(
	const struct lookup *lookup, uint64_t hash, lookup_same *same, const void *key)
{
	size_t at = (size_t)(hash ^ hash >> 32) & (lookup->size - 1);

	while (lookup->slots[at].item &&
		(lookup->slots[at].hash != hash || !same || !same(lookup->slots[at].item, key)))
		at = (at + 1) & (lookup->size - 1);
	return &lookup->slots[at];
}

/* Half of it stays free, so that a search is short. */
static void grow(struct arena *arena, struct lookup *lookup)
{
	struct lookup bigger = { .count = lookup->count,
		.size = lookup->size ? lookup->size * 2 : FIRST_SIZE };

	bigger.slots = arena_alloc(arena, bigger.size * sizeof *bigger.slots);
	for (size_t i = 0; i < lookup->size; i++)
		if (lookup->slots[i].item)
			*slot_of(&bigger, lookup->slots[i].hash, NULL, NULL) = lookup->slots[i];
	*lookup = bigger;
}

void **lookup_place(
	struct arena *arena, struct lookup *lookup, uint64_t hash, lookup_same *same, const void *key)
{
	struct lookup_slot *slot;

	if (lookup->count * 2 >= lookup->size)
		grow(arena, lookup);
	slot = slot_of(lookup, hash, same, key);
	slot->hash = hash;
	lookup->count += !slot->item;
	return &slot->item;
}

void *lookup_find(const struct lookup *lookup, uint64_t hash, lookup_same *same, const void *key)
{
	return lookup->size ? slot_of(lookup, hash, same, key)->item : NULL;
}
