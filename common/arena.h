#ifndef COMMON_ARENA_H
#define COMMON_ARENA_H

/*
 * The one memory idiom: what lives as long as a set of definitions or one pass comes from that thing's arena
 * and is never freed by itself. When memory runs out the process aborts by design, here and nowhere else: the
 * service manager restarts it, and a pass derives everything anew.
 */

#include <stddef.h>

#include "macros.h"

struct arena;

struct arena *arena_new(void);

/* Frees the arena and all that came from it; accepts NULL, returns NULL. */
struct arena *arena_free(struct arena *arena);

/* Zeroed memory, aligned for any type; never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* Copies of text; NULL stays NULL. `arena_copy_n` takes bytes that need not be terminated. */
char *arena_copy(struct arena *arena, const char *text);
char *arena_copy_n(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/*
 * Room for one more element in an array that grows by doubling: `array` is a pointer to the element pointer,
 * `count` the elements in use (not changed), `capacity` the room (changed). Old blocks stay in the arena.
 */
void arena_grow(struct arena *arena, void *array, size_t element, size_t count, size_t *capacity);

/* Where the texts that many say are kept (shared.h); NULL to begin with. */
struct lookup;
struct lookup **arena_shared(struct arena *arena);

/* Bytes handed out so far, for the benchmark and for tests. */
size_t arena_used(const struct arena *arena);

/* Memory from the heap that aborts instead of failing, for what outlives every arena; free() it. */
void *must_alloc(size_t size);
void *must_realloc(void *block, size_t size);
char *must_copy(const char *text);

static inline void arena_cleanup(struct arena **arena)
{
	arena_free(*arena);
}
#define CLEANUP_ARENA CLEANUP(arena_cleanup)

#endif
