#ifndef COMMON_JOURNAL_H
#define COMMON_JOURNAL_H

/* Structured records to journald; the same as one line of text to standard error where no journal listens. */

#include "text.h"

enum { JOURNAL_FIELDS = 32 };

struct journal_record {
	int priority;
	struct text fields[JOURNAL_FIELDS]; /* "NAME=value" each; the first is MESSAGE */
	size_t count;
};

/* Starts a record with its sentence and its priority (LOG_… of syslog.h). */
void journal_begin(struct journal_record *record, int priority, const char *message);
/* Adds a field; NULL adds nothing. */
void journal_add(struct journal_record *record, const char *name, const char *value);
/* Sends and empties it. */
void journal_send(struct journal_record *record);

#endif
