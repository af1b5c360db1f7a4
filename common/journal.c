#include "journal.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
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
bool journal_is_collected(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long device, inode;
	struct stat status;

	return stream && sscanf(stream, "%lu:%lu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

static bool as_json;

bool journal_format(const char *name)
{
	as_json = strcmp(name, "json") == 0;
	return as_json || strcmp(name, "text") == 0;
}

/* A field that stands several times has all its values in an array, as journalctl shows it. */
static void put_field(json_t *object, const char *name, const char *value)
{
	json_t *before = json_object_get(object, name);

	if (!before) {
		json_put_text(object, name, value);
		return;
	}
	if (!json_is_array(before)) {
		json_t *all = json_must(json_array());

		json_add(all, json_incref(before));
		json_put(object, name, all);
		before = all;
	}
	json_add(before, json_text(value));
}

/* The fields by their names, and when it was: whoever collects lines may not keep that. */
static void say_object(const struct journal_record *record)
{
	CLEANUP(json_decrefp) json_t *object = json_must(json_object());
	CLEANUP_FREE char *line = NULL;
	struct timespec now;

	for (size_t i = 0; i < record->count; i++) {
		char *name = record->fields[i].data, *equals = strchr(name, '=');

		*equals = '\0';
		put_field(object, name, equals + 1);
		*equals = '=';
	}
	clock_gettime(CLOCK_REALTIME, &now);
	json_put(object, "_SOURCE_REALTIME_TIMESTAMP",
		json_sprintf("%lld%06ld", (long long)now.tv_sec, now.tv_nsec / 1000));
	line = json_told_line(object);
	say_lines(stderr, line);
	say_lines(stderr, "\n");
}

static void say_record(const struct journal_record *record)
{
	if (as_json)
		say_object(record);
	else
		say(stderr, "%s\n", record->fields[0].data + strlen("MESSAGE="));
}

void journal_send(struct journal_record *record)
{
	struct iovec parts[JOURNAL_FIELDS];

	for (size_t i = 0; i < record->count; i++)
		parts[i] = (struct iovec){ record->fields[i].data, record->fields[i].length };
	if (!journal_is_collected() || sd_journal_sendv(parts, (int)record->count) < 0)
		say_record(record);
	for (size_t i = 0; i < record->count; i++)
		text_free(&record->fields[i]);
	record->count = 0;
}
