#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

/* Text: a builder that grows, time stamps, the nearest known word, percent-encoding. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

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
 * One line (as text_to_line makes it) of at most `most` bytes; what is too long ends in "…". For journal and
 * STATUS=, where another text would be lost as a whole.
 */
void text_tidy(struct text *text, size_t most);
/* The text itself, "" where nothing was added yet; valid until the next change. */
const char *text_string(const struct text *text);

#define CLEANUP_TEXT CLEANUP(text_free)

/* Percent-encodes all but the unreserved characters A-Za-z0-9-._~ (and '/' where `keep_slash`), as SigV4
 * wants it. */
void text_add_percent(struct text *text, const char *more, bool keep_slash);

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

/* text_mend, and control characters become blanks: what somebody else wrote, as one line. Returns the text.
 */
char *text_to_line(char *text);
/* The same of a copy, cut where it does not fit. */
void text_copy_line(char *out, size_t size, const char *text);

/* How many of the first `most` bytes (of at least as many) are whole characters. */
size_t text_whole(const char *text, size_t most);

/* Display columns of UTF-8 text, each code point counted as one. */
size_t text_columns(const char *text);

#endif
