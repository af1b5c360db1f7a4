#ifndef DAEMON_STATE_APPROVALS_H
#define DAEMON_STATE_APPROVALS_H

/*
 * Held plans that a person let pass. `approve` writes who gave what and when; whoever does the passes writes,
 * in a file of its own, what became of it, so that neither overwrites the other's. An approval is for one
 * plan, for one hour; once it is used its plan is carried out to the end, and it counts for nothing else.
 */

#include "document.h"

#include <time.h>

struct approvals {
	struct document given; /* {PLAN: {"at", "by", "arns": […]}} */
	struct document used; /* {"plans": {PLAN: {"at", "by"}}, "arns": {ARN: {"plan", "disabled"}}} */
};

struct approval {
	const char *plan, *by;
	time_t at;
};

void approvals_open(struct approvals *approvals, const struct folder *folder, const char *endpoint);
void approvals_close(struct approvals *approvals);

/* Approves the plan, which names these ARNs (borrowed), and keeps that at once. */
bool approvals_give(struct approvals *approvals, const char *plan, const char *by, json_t *arns, time_t now,
	struct error *error);

/* The plan's approval, where it has one that is neither used nor over; its texts are borrowed until the next
 * change. */
bool approvals_find(
	const struct approvals *approvals, const char *plan, time_t now, struct approval *approval);

/* The plan that was approved is carried out from now on. */
void approvals_use(
	struct approvals *approvals, const struct approval *approval, const char *const *arns, size_t count);

/* The same for this pass alone: only what it disables goes on under it. */
void approvals_use_now(
	struct approvals *approvals, const struct approval *approval, const char *const *arns, size_t count);

/* Whether a plan in use names it, and it may still be disabled (or deleted) under that, within the hour. */
bool approvals_await(const struct approvals *approvals, const char *arn, time_t now);
/* Whether it was disabled under an approval, at `leaving` or later: its deletion needs none of its own. */
bool approvals_cover(const struct approvals *approvals, const char *arn, time_t leaving);
/* Whether either is the case, or was until the hour was over. */
bool approvals_know(const struct approvals *approvals, const char *arn);

/* What a pass has done under an approval; nothing where there is none for it. */
void approvals_disabled(struct approvals *approvals, const char *arn, time_t now);
void approvals_deleted(struct approvals *approvals, const char *arn);

/* What a version without records has disabled under an approval goes on under it. */
void approvals_take_over(struct approvals *approvals, const char *arn, time_t disabled);

/* Whether there is anything for approvals_review to look at. */
bool approvals_any(const struct approvals *approvals, time_t now);
/*
 * Takes what came back out of its plan: it needs an approval of its own when it leaves again, and one that
 * names it and was not used yet is void. Forgets what is over.
 */
void approvals_review(
	struct approvals *approvals, time_t now, bool (*is_back)(const char *arn, void *data), void *data);

#endif
