#include "messages.h"

#include <stdarg.h>
#include <stdio.h>

#include "journal.h"

static const struct {
	const char *id;
	int priority;
} table[] = {
#define MESSAGE(name, id, priority, subject) { id, priority },
	MESSAGES
#undef MESSAGE
};

void message_send(
	enum message message, const struct message_field *fields, size_t count, const char *format, ...)
{
	struct journal_record record = { 0 };
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	journal_begin(&record, table[message].priority, text);
	journal_add(&record, "MESSAGE_ID", table[message].id);
	for (size_t i = 0; i < count; i++)
		journal_add(&record, fields[i].name, fields[i].value);
	journal_send(&record);
}
