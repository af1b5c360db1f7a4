#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

bool error_set(struct error *error, enum error_code code, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return false;
	error->code = code;
	error->call = (struct error_call){ 0 };
	va_start(arguments, format);
	if (vsnprintf(error->text, sizeof error->text, format, arguments) < 0)
		error->text[0] = '\0';
	va_end(arguments);
	text_mend(error->text);
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
	if ((size_t)length < sizeof error->text &&
		snprintf(error->text + length, sizeof error->text - (size_t)length, ": %s", inner.text) < 0)
		error->text[length] = '\0';
	text_mend(error->text);
	return false;
}
