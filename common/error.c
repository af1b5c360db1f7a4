#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *error, enum error_code code, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return false;
	error->code = code;
	va_start(arguments, format);
	if (vsnprintf(error->text, sizeof error->text, format, arguments) < 0)
		error->text[0] = '\0';
	va_end(arguments);
	return false;
}

bool error_wrap(struct error *error, const char *format, ...)
{
	struct error inner;
	va_list arguments;
	int length;

	if (!error)
		return false;
	inner = *error;
	va_start(arguments, format);
	length = vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	if (length < 0)
		length = 0;
	if ((size_t)length + 3 < sizeof error->text) {
		memcpy(error->text + length, ": ", 3);
		length += 2;
		strncpy(error->text + length, inner.text, sizeof error->text - (size_t)length - 1);
	}
	error->text[sizeof error->text - 1] = '\0';
	return false;
}
