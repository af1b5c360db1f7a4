#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

/*
 * What the daemon tells of a pass: every change is one record; a trouble is told once, then hourly, then when
 * it ends; a pass that changed nothing and found nothing says nothing.
 */

#include <time.h>

#include "pass.h"
#include "text.h"

struct report;

struct report *report_new(void);
struct report *report_free(struct report *report);

/* New definitions are in force: what the next pass changes is asked for by them, not drift. */
void report_new_definitions(struct report *report);

/* Tells an action that came to an end. */
void report_action(struct report *report, const struct pass *pass, const struct action *action);
/* Tells what a pass found, and keeps what it tells again later. */
void report_pass(struct report *report, const struct pass *pass);

/* A file beside the pass could not be written, with `error` as it is told; the same as every other trouble.
 */
void report_unwritten(struct report *report, const char *error, time_t now);

/* "in sync: 3 apps, 41 batches; 1 failing: app/no7", for STATUS=. */
void report_status(const struct report *report, const struct pass *pass, struct text *out);

/* Whether something needs a person. */
bool report_degraded(const struct report *report);

#endif
