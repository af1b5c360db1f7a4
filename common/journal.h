#ifndef COMMON_JOURNAL_H
#define COMMON_JOURNAL_H

/*
 * Structured records to journald; where no journal listens the same to standard error, as one line of text or
 * as one JSON object a line.
 */

#include <stdbool.h>

#include "text.h"

enum { JOURNAL_FIELDS = 32 };

struct journal_record {
	int priority;
	struct text fields[JOURNAL_FIELDS]; /* "NAME=value" each; the first is MESSAGE */
	size_t count;
};

/*
 * How records look where no journal listens: "text" (the sentence alone) or "json" (every field by its name,
 * and _SOURCE_REALTIME_TIMESTAMP, microseconds since 1970). False for any other name.
 */
bool journal_format(const char *name);

/* Whether standard error goes to the journal: systemd started this program, or one of its commands. */
bool journal_is_collected(void);

/* Starts a record with its sentence and its priority (LOG_… of syslog.h). */
void journal_begin(struct journal_record *record, int priority, const char *message);
/* Adds a field; NULL adds nothing. */
void journal_add(struct journal_record *record, const char *name, const char *value);
/* Sends and empties it. */
void journal_send(struct journal_record *record);

#endif
