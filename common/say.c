#include "say.h"

#include <stdarg.h>
#include <string.h>

#include "json.h"
#include "text.h"

static void say_with(FILE *to, enum colour colour, const char *format, va_list arguments) PRINTF_LIKE(3, 0);
static void say_with(FILE *to, enum colour colour, const char *format, va_list arguments)
{
	static const char *const codes[] = { "\033[0m", "\033[32m", "\033[33m", "\033[31m", "\033[1m",
		"\033[2m" };
	CLEANUP_TEXT struct text text = { 0 }, seen = { 0 };
	bool ends = text_ends(format, "\n");

	text_vprintf(&text, format, arguments);
	if (ends && text.length)
		text.data[text.length - 1] = '\0';
	if (colour != PLAIN)
		text_add(&seen, codes[colour]);
	text_add_visible(&seen, text_string(&text), "");
	if (colour != PLAIN)
		text_add(&seen, codes[PLAIN]);
	if (ends)
		text_add_char(&seen, '\n');
	fputs(text_string(&seen), to);
}

void say(FILE *to, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_with(to, PLAIN, format, arguments);
	va_end(arguments);
}

void say_in(FILE *to, enum colour colour, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_with(to, colour, format, arguments);
	va_end(arguments);
}

void say_lines(FILE *to, const char *lines)
{
	CLEANUP_TEXT struct text seen = { 0 };

	text_add_visible(&seen, lines, "\n\t");
	fputs(text_string(&seen), to);
}

void say_json(FILE *to, const json_t *value)
{
	CLEANUP_FREE char *text = json_told(value);

	fputs(text, to);
	fputc('\n', to);
}

void say_nothing(FILE *to)
{
	fputs("\r\033[K", to);
}
