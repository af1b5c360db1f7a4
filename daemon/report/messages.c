#include "messages.h"

#include <stdarg.h>

#include "common/journal.h"
#include "common/text.h"

/* "journalctl -o json" shows no field above 4 KiB. */
enum { MESSAGE_LIMIT = 4000 };

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
	CLEANUP_TEXT struct text text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	text_vprintf(&text, format, arguments);
	va_end(arguments);
	text_tidy(&text, MESSAGE_LIMIT);
	journal_begin(&record, table[message].priority, text_string(&text));
	journal_add(&record, "MESSAGE_ID", table[message].id);
	for (size_t i = 0; i < count; i++)
		journal_add(&record, fields[i].name, fields[i].value);
	journal_send(&record);
}
