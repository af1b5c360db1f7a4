#ifndef DAEMON_REPORT_TROUBLES_H
#define DAEMON_REPORT_TROUBLES_H

/*
 * What is wrong now, remembered over passes, so that each trouble is told once, then hourly, then once when
 * it is over. A trouble whose sentence changes is told again at once; numbers and request ids are no change.
 */

#include <stdbool.h>
#include <time.h>

#include "messages.h"

/* Whom a trouble is about; each may be NULL. */
struct trouble_about {
	const char *app, *batch, *kind, *resource;
};

/* The key of the trouble that the files are not in force. */
#define TROUBLE_DEFINITIONS "definitions"

struct telling;

struct trouble {
	char *key;
	char *over; /* what is over, for when it is */
	char *text; /* as it was last found */
	enum message message;
	char *app, *batch, *kind, *resource; /* "" = none */
	struct telling *tellings;
	bool standing; /* over only when somebody says so */
	bool seen; /* since the last troubles_end */
	struct trouble *before, *next;
};

/* In the order in which they began. */
struct troubles {
	struct trouble *first, *last;
	void *by_key; /* the same ones, as a tree of the C library */
};

void troubles_free(struct troubles *troubles);
struct trouble *troubles_find(const struct troubles *troubles, const char *key);

/* Notes that it is there, and gives it; `tell` says whether it has to be told now. */
struct trouble *troubles_note(struct troubles *troubles, const char *key, enum message message,
	const char *over, const char *text, const struct trouble_about *about, time_t now, bool *tell);

/* Whether it has to be told now: its sentence is new, or was told an hour ago. */
bool trouble_is_due(struct trouble *trouble, time_t now);

/* Calls `over` for each that was not noted since the last time, and forgets it. */
void troubles_end(struct troubles *troubles, void (*over)(const struct trouble *trouble));
/* The same for one of them, if it is there. */
void troubles_drop(struct troubles *troubles, const char *key, void (*over)(const struct trouble *trouble));

#endif
