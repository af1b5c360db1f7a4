#include "arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "last_words.h"

/* Under the address sanitizer every allocation is its own block, so that overruns and late uses are seen. */
#ifdef SANITIZED
enum { BLOCK_SIZE = 0 };
#else
enum { BLOCK_SIZE = 16 * 1024 };
#endif

struct block {
	struct block *next;
	size_t used, size;
	max_align_t data[];
};

struct arena {
	struct block *blocks;
	size_t used;
	struct lookup *shared; /* shared.c */
};

void *must_realloc(void *block, size_t size)
{
	void *memory = realloc(block, size ? size : 1);

	if (!memory)
		say_and_abort("out of memory");
	return memory;
}

void *must_alloc(size_t size)
{
	return memset(must_realloc(NULL, size), 0, size ? size : 1);
}

char *must_copy(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(must_realloc(NULL, size), text, size);
}

struct arena *arena_new(void)
{
	return must_alloc(sizeof(struct arena));
}

struct arena *arena_free(struct arena *arena)
{
	while (arena && arena->blocks) {
		struct block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	free(arena);
	return NULL;
}

static struct block *block_add(struct arena *arena, size_t size)
{
	struct block *block = must_realloc(NULL, sizeof *block + size);

	*block = (struct block){ .size = size };
	/* A block of its own for something large must not hide the room that is left in the current one. */
	if (arena->blocks && size > BLOCK_SIZE) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

static size_t round_up(size_t size, size_t align)
{
	return (size + align - 1) / align * align;
}

static char *take(struct arena *arena, size_t size, size_t align)
{
	struct block *block = arena->blocks;
	size_t at = block ? round_up(block->used, align) : 0;

	if (size > SIZE_MAX / 2)
		abort();
	if (!block || at > block->size || block->size - at < size) {
		block = block_add(arena, size > BLOCK_SIZE ? size : BLOCK_SIZE);
		at = 0;
	}
	block->used = at + size;
	arena->used += size;
	return (char *)block->data + at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return memset(take(arena, size, _Alignof(max_align_t)), 0, size);
}

/* Text needs no alignment. */
char *arena_copy_n(struct arena *arena, const char *text, size_t length)
{
	char *copy = take(arena, length + 1, 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *arena_copy(struct arena *arena, const char *text)
{
	return text ? arena_copy_n(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments, again;
	char *text;
	int length;

	va_start(arguments, format);
	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		abort();
	text = take(arena, (size_t)length + 1, 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

struct lookup **arena_shared(struct arena *arena)
{
	return &arena->shared;
}

void arena_grow(struct arena *arena, void *array, size_t element, size_t count, size_t *capacity)
{
	void **elements = array;
	void *larger;

	if (count < *capacity)
		return;
	*capacity = *capacity ? *capacity * 2 : 8;
	larger = arena_alloc(arena, element * *capacity);
	if (count)
		memcpy(larger, *elements, element * count);
	*elements = larger;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}
