#ifndef DAEMON_REPORT_REPORT_H
#define DAEMON_REPORT_REPORT_H

/*
 * What the daemon tells of a pass: every change is one record; a trouble is told once, then hourly, then when
 * it ends; a pass that changed nothing and found nothing says nothing.
 */

#include <time.h>

#include "common/text.h"
#include "messages.h"
#include "pass/pass.h"

struct report;
struct troubles;

struct report *report_new(void);
struct report *report_free(struct report *report);

/* New definitions are in force. */
void report_new_definitions(struct report *report);
/*
 * The files are not in force: told at once, after their faults, then hourly with the reason until
 * report_new_definitions.
 */
void report_not_in_force(
	struct report *report, enum message message, const char *what, const char *why, time_t now);

/* Tells to which images many batches are about to move,
 * and whose approvals a pass is about to use, for what. */
void report_planned(const struct pass *pass);
/* Tells an action that came to an end. */
void report_action(struct report *report, const struct pass_site *site, const struct action *action);
/* Tells what a pass waits for. */
void report_wait(const struct pass *pass, const struct wait *wait);
/* Tells what a pass found, and keeps what it tells again later. */
void report_pass(struct report *report, const struct pass *pass);

/* Whether the files beside a pass could be written: `error` as it is told, NULL = they were. */
void report_files(struct report *report, const char *error, time_t now);
/* The same of the set in force, which is kept for the next start. */
void report_kept(struct report *report, const char *error, time_t now);

/* What is wrong now. */
const struct troubles *report_troubles(const struct report *report);

/*
 * status_line.c: "in sync: 3 apps, 41 batches, as of 2026-11-24T03:04:05Z", or "degraded: …; 1 failing:
 * app/no7; …", for STATUS=. What waits for a person's command comes first.
 */
void report_status(const struct report *report, const struct pass *pass, struct text *out);

#endif
