#include "environment_file.h"

#include <ctype.h>
#include <string.h>

#include "text.h"

struct scan {
	const char *at;
	unsigned line;
	const struct environment_reader *reader;
};

static bool is_end(char c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The character here, and one further. */
static char take(struct scan *scan)
{
	char c = *scan->at;

	if (c)
		scan->at++;
	scan->line += c == '\n';
	return c;
}

static void skip_line(struct scan *scan)
{
	while (*scan->at && take(scan) != '\n')
		;
}

static bool is_name(const char *name)
{
	if (!*name || isdigit((unsigned char)*name))
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

/* Up to the quote that ends it, over line ends too. */
static void take_quoted(struct scan *scan, char quote, struct text *value)
{
	char c;

	while ((c = take(scan)) && c != quote) {
		if (c == '\\' && quote == '"' && *scan->at) {
			c = take(scan);
			if (c == '\n')
				continue;
			if (!strchr("\"\\`$", c))
				text_add_char(value, '\\');
		}
		text_add_char(value, c);
	}
}

/* What stands without quotes: a quote in the middle of it is an ordinary character. Blanks at its end go. */
static void take_plain(struct scan *scan, struct text *value)
{
	size_t kept = value->length;

	while (!is_end(*scan->at)) {
		char c = take(scan);

		if (c != '\\') {
			text_add_char(value, c);
			kept = is_blank(c) ? kept : value->length;
			continue;
		}
		c = take(scan);
		if (c && c != '\n')
			text_add_char(value, c);
		kept = value->length;
	}
	if (value->length > kept)
		value->data[value->length = kept] = '\0';
}

static void take_value(struct scan *scan, struct text *value)
{
	for (;;) {
		while (is_blank(*scan->at))
			take(scan);
		if (*scan->at != '"' && *scan->at != '\'') {
			take_plain(scan, value);
			return;
		}
		take_quoted(scan, take(scan), value);
	}
}

/* "NAME" up to '=', without the blanks around it; false where the line has none. */
static bool take_name(struct scan *scan, struct text *name)
{
	size_t length = strcspn(scan->at, "=\n\r");
	const char *begin = scan->at;

	if (begin[length] != '=')
		return false;
	scan->at += length + 1;
	while (length && is_blank(begin[length - 1]))
		length--;
	text_add_n(name, begin, length);
	return true;
}

static bool is_utf8(const char *text)
{
	uint32_t character;

	while (*text) {
		size_t length = text_character(text, &character);

		if (!length)
			return false;
		text += length;
	}
	return true;
}

static void take_assignment(struct scan *scan)
{
	const struct environment_reader *reader = scan->reader;
	CLEANUP_TEXT struct text name = { 0 }, value = { 0 };
	unsigned line = scan->line;

	if (!take_name(scan, &name)) {
		reader->broken(line, "no \"=\" in it", reader->data);
		skip_line(scan);
		return;
	}
	take_value(scan, &value);
	if (!is_name(text_string(&name)))
		reader->broken(line, "what stands before \"=\" is no name of a variable", reader->data);
	else if (!is_utf8(text_string(&value)))
		reader->broken(line, "its value is no UTF-8", reader->data);
	else
		reader->assigned(text_string(&name), text_string(&value), reader->data);
}

void environment_file_read(const char *text, const struct environment_reader *reader)
{
	struct scan scan = { .at = text, .line = 1, .reader = reader };

	while (*scan.at) {
		if (is_blank(*scan.at) || is_end(*scan.at))
			take(&scan);
		else if (*scan.at == '#' || *scan.at == ';')
			skip_line(&scan);
		else
			take_assignment(&scan);
	}
}
