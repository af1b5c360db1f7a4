#include "shared.h"

#include <string.h>

#include "lookup.h"

static bool is_text(const void *item, const void *text)
{
	return strcmp(((const struct shared_text *)item)->text, text) == 0;
}

struct shared_text *share_text(struct arena *arena, const char *text)
{
	struct lookup **all = arena_shared(arena);
	struct shared_text *shared;
	void **place;

	if (!*all)
		*all = arena_alloc(arena, sizeof **all);
	place = lookup_place(arena, *all, lookup_hash(0, text), is_text, text);
	shared = *place;
	if (!shared) {
		shared = *place = arena_alloc(arena, sizeof *shared);
		shared->text = arena_copy(arena, text);
	}
	return shared;
}
