#ifndef COMMON_SHARED_H
#define COMMON_SHARED_H

/* Texts that many say, once each in an arena. */

#include "arena.h"

/* Such a text, and what was last kept beside it: the user's own, NULL to begin with. */
struct shared_text {
	const char *text;
	const char *last;
};

/* The one copy of this text in the arena. */
struct shared_text *share_text(struct arena *arena, const char *text);

#endif
