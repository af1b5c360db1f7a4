#include "journal.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "say.h"

/* The journal wants its own helper fields left out: the records name files of definitions, not lines of this
 * program. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

static void add(struct journal_record *record, const char *name, const char *value)
{
	struct text *field = &record->fields[record->count++];

	text_add(field, name);
	text_add_char(field, '=');
	text_add_visible(field, value, "");
}

void journal_add(struct journal_record *record, const char *name, const char *value)
{
	if (value && record->count < JOURNAL_FIELDS)
		add(record, name, value);
}

void journal_begin(struct journal_record *record, int priority, const char *message)
{
	char number[16];

	*record = (struct journal_record){ .priority = priority };
	snprintf(number, sizeof number, "%d", priority);
	add(record, "MESSAGE", message);
	add(record, "PRIORITY", number);
}

/* systemd sets JOURNAL_STREAM to the device and inode of the stream that it gave us as standard error. */
static bool is_collected(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long device, inode;
	struct stat status;

	return stream && sscanf(stream, "%lu:%lu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

void journal_send(struct journal_record *record)
{
	struct iovec parts[JOURNAL_FIELDS];

	for (size_t i = 0; i < record->count; i++)
		parts[i] = (struct iovec){ record->fields[i].data, record->fields[i].length };
	if (!is_collected() || sd_journal_sendv(parts, (int)record->count) < 0)
		say(stderr, "%s\n", record->fields[0].data + strlen("MESSAGE="));
	for (size_t i = 0; i < record->count; i++)
		text_free(&record->fields[i]);
	record->count = 0;
}
