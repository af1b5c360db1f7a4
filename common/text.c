#include "text.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "last_words.h"

static void text_reserve(struct text *text, size_t more)
{
	if (text->data && more < text->capacity - text->length)
		return;
	text->capacity = (text->length + more + 1) * 3 / 2 + 32;
	text->data = must_realloc(text->data, text->capacity);
}

void text_add_n(struct text *text, const char *more, size_t length)
{
	text_reserve(text, length);
	if (length)
		memcpy(text->data + text->length, more, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *more)
{
	text_add_n(text, more, strlen(more));
}

void text_add_char(struct text *text, char c)
{
	text_add_n(text, &c, 1);
}

void text_vprintf(struct text *text, const char *format, va_list arguments)
{
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return;
	text_reserve(text, (size_t)length);
	vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
	text->length += (size_t)length;
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_vprintf(text, format, arguments);
	va_end(arguments);
}

void text_clear(struct text *text)
{
	text->length = 0;
	if (text->data)
		text->data[0] = '\0';
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}

void text_tidy(struct text *text, size_t most)
{
	static const char more[] = "…";
	size_t fits = most - (sizeof more - 1);
	struct text seen = { 0 };

	if (!text->data)
		return;
	text_add_visible(&seen, text->data, "");
	text_free(text);
	*text = seen;
	if (text->length <= most)
		return;
	text->length = text_whole(text->data, fits);
	text->data[text->length] = '\0';
	text_add(text, more);
}

const char *text_string(const struct text *text)
{
	return text->data ? text->data : "";
}

void text_add_percent(struct text *text, const char *more, bool keep_slash)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *more; more++) {
		unsigned char c = (unsigned char)*more;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			     strchr("-._~", c) || (c == '/' && keep_slash);

		if (plain) {
			text_add_char(text, (char)c);
		} else {
			char escaped[3] = { '%', digits[c >> 4], digits[c & 15] };

			text_add_n(text, escaped, sizeof escaped);
		}
	}
}

char *text_percent_decoded(struct arena *arena, const char *text)
{
	char *plain = curl_easy_unescape(NULL, text, 0, NULL), *copy;

	if (!plain)
		say_and_abort("out of memory");
	copy = arena_copy(arena, plain);
	curl_free(plain);
	return copy;
}

void text_iso8601(char out[ISO8601_SIZE], time_t when)
{
	struct tm parts;

	if (!gmtime_r(&when, &parts) || !strftime(out, ISO8601_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts))
		out[0] = '\0';
}

bool text_parse_iso8601(const char *text, time_t *when)
{
	struct tm parts = { 0 };
	char again[ISO8601_SIZE];
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
	time_t seconds;

	if (!end || *end)
		return false;
	seconds = timegm(&parts);
	/* strptime takes 2026-02-31 and short fields; only what we would write ourselves is right. */
	text_iso8601(again, seconds);
	if (strcmp(again, text) != 0)
		return false;
	*when = seconds;
	return true;
}

bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
	size_t length = strlen(text), tail = strlen(suffix);

	return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

int text_compare(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

enum { NEAREST_LONGEST = 48 };

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance without regard to case, with one exchange of neighbours counted as one. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NEAREST_LONGEST + 1], n = strlen(a), m = strlen(b);
	size_t *before = rows[0], *last = rows[1], *here = rows[2];

	if (n > NEAREST_LONGEST || m > NEAREST_LONGEST)
		return NEAREST_LONGEST;
	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *spare = before;

		here[0] = i;
		for (size_t j = 1; j <= m; j++) {
			int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);

			here[j] = smaller(smaller(last[j], here[j - 1]) + 1, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
				tolower((unsigned char)a[i - 2]) == y)
				here[j] = smaller(here[j], before[j - 2] + 1);
		}
		before = last;
		last = here;
		here = spare;
	}
	return last[m];
}

const char *text_nearest(const char *word, const char *const *known, size_t count)
{
	const char *best = NULL;
	size_t length = strlen(word), least = length < 4 ? 2 : length < 8 ? 3 : 4;

	for (size_t i = 0; i < count; i++) {
		size_t other = strlen(known[i]), d;

		/* So many letters at least have to come or go. */
		if ((other > length ? other - length : length - other) >= least)
			continue;
		d = distance(word, known[i]);
		if (d < least) {
			least = d;
			best = known[i];
		}
	}
	return best;
}

/* How many bytes the character takes that begins with this one; 0 where none begins so. */
static size_t character_length(unsigned char first)
{
	return first < 0x80   ? 1
	       : first < 0xC2 ? 0
	       : first < 0xE0 ? 2
	       : first < 0xF0 ? 3
	       : first < 0xF5 ? 4
			      : 0;
}

/* Overlong forms, surrogates and what lies beyond U+10FFFF: told by the second byte. */
static bool is_forbidden(unsigned char first, unsigned char second)
{
	return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
	       (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
}

size_t text_character(const char *at, uint32_t *character)
{
	static const unsigned char bits[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	unsigned char first = (unsigned char)*at;
	size_t length = character_length(first);

	if (!first || !length || (length > 2 && is_forbidden(first, (unsigned char)at[1])))
		return 0;
	*character = first & bits[length];
	for (size_t i = 1; i < length; i++) {
		if (((unsigned char)at[i] & 0xC0) != 0x80)
			return 0;
		*character = *character << 6 | ((unsigned char)at[i] & 0x3F);
	}
	return length;
}

bool text_is_control(uint32_t character)
{
	return character < ' ' || (character >= 0x7F && character < 0xA0) || character == 0x061C ||
	       character == 0x200E || character == 0x200F || (character >= 0x2028 && character <= 0x202E) ||
	       (character >= 0x2066 && character <= 0x206F);
}

/* As C and JSON write it. */
static void add_control(struct text *text, uint32_t character)
{
	static const char named[] = "\t\n\r", names[] = "tnr";
	const char *name = character ? strchr(named, (int)character) : NULL;

	if (character < 0x80 && name)
		text_printf(text, "\\%c", names[name - named]);
	else
		text_printf(text, character < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)character);
}

void text_add_visible(struct text *text, const char *more, const char *keep)
{
	const char *plain = more;

	while (*more) {
		uint32_t character;
		size_t length = text_character(more, &character);

		if (length && (!text_is_control(character) || strchr(keep, *more))) {
			more += length;
			continue;
		}
		text_add_n(text, plain, (size_t)(more - plain));
		if (length)
			add_control(text, character);
		else
			text_printf(text, "\\x%02x", (unsigned char)*more);
		more += length ? length : 1;
		plain = more;
	}
	text_add_n(text, plain, (size_t)(more - plain));
}

char *text_mend(char *text)
{
	for (char *at = text; *at;) {
		unsigned char first = (unsigned char)*at;
		size_t length = character_length(first), had = 1;

		while (had < length && ((unsigned char)at[had] & 0xC0) == 0x80)
			had++;
		if (had < length && !at[had])
			*at = '\0';
		else if (had < length || !length || (length > 2 && is_forbidden(first, (unsigned char)at[1])))
			*at++ = '?';
		else
			at += length;
	}
	return text;
}

void text_copy_mended(char *out, size_t size, const char *text)
{
	size_t length = strnlen(text, size - 1);

	memcpy(out, text, length);
	out[length] = '\0';
	text_mend(out);
}

size_t text_whole(const char *text, size_t most)
{
	while (most && ((unsigned char)text[most] & 0xC0) == 0x80)
		most--;
	return most;
}

size_t text_columns(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += ((unsigned char)*text & 0xC0) != 0x80;
	return columns;
}
