#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

/* Text: a builder that grows, time stamps, the nearest known word, percent-encoding. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "arena.h"
#include "macros.h"

/* A text that grows; start with {0}; `data` is terminated whenever it is not NULL. Aborts when memory runs
 * out. */
struct text {
	char *data;
	size_t length, capacity;
};

void text_add(struct text *text, const char *more);
void text_add_n(struct text *text, const char *more, size_t length);
void text_add_char(struct text *text, char c);
void text_printf(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_vprintf(struct text *text, const char *format, va_list arguments) PRINTF_LIKE(2, 0);
/* Empties the text and keeps its memory. */
void text_clear(struct text *text);
void text_free(struct text *text);
/*
 * Adds what people are to see, whoever wrote it: what a terminal would take as a command, what turns the
 * direction of writing and what ends a line shows as "\n", "\x1b", "\u009b" or "\u202e", a byte that is no
 * UTF-8 as "\xff". Of line ends and tabs those in `keep` ("", "\n\t") stay.
 */
void text_add_visible(struct text *text, const char *more, const char *keep);
/*
 * One line as people are to see it, of at most `most` bytes; what is too long ends in "…". For journal and
 * STATUS=, where another text would be lost as a whole.
 */
void text_tidy(struct text *text, size_t most);
/* The text itself, "" where nothing was added yet; valid until the next change. */
const char *text_string(const struct text *text);

#define CLEANUP_TEXT CLEANUP(text_free)

/* Percent-encodes all but the unreserved characters A-Za-z0-9-._~ (and '/' where `keep_slash`), as SigV4
 * wants it. */
void text_add_percent(struct text *text, const char *more, bool keep_slash);

/* The text that was percent-encoded so, from the arena; a % that begins no code stays. */
char *text_percent_decoded(struct arena *arena, const char *text);

/* "2026-11-24T03:04:05Z": `out` takes 21 bytes. */
enum { ISO8601_SIZE = 21 };
void text_iso8601(char out[ISO8601_SIZE], time_t when);
/* Reads exactly that form; false where it is anything else. */
bool text_parse_iso8601(const char *text, time_t *when);

bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
/* strcmp that takes NULL, which sorts first. */
int text_compare(const char *a, const char *b);

/* The member of `known` that is so near to `word` that a person may have meant it; NULL where none is. */
const char *text_nearest(const char *word, const char *const *known, size_t count);

/*
 * Makes UTF-8 of what is none, in place: a stray byte becomes '?', a last character that was cut off goes.
 * Returns the text.
 */
char *text_mend(char *text);

/* The same of a copy, cut between characters where it does not fit. */
void text_copy_mended(char *out, size_t size, const char *text);

/*
 * Whether a character is not shown to people as it is: C0 (line ends and tabs too), DEL, C1, marks of
 * direction (U+061C, U+200E, U+200F, U+202A-202E, U+2066-206F) and the separators U+2028 and U+2029.
 */
bool text_is_control(uint32_t character);
/*
 * The character that begins here and how many bytes it takes; 0 where none does, as at the end and at bytes
 * that are no UTF-8.
 */
size_t text_character(const char *at, uint32_t *character);

/* How many of the first `most` bytes (of at least as many) are whole characters. */
size_t text_whole(const char *text, size_t most);

/* Display columns of UTF-8 text, each code point counted as one. */
size_t text_columns(const char *text);

#endif
