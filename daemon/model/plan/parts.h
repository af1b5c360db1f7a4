#ifndef DAEMON_MODEL_PLAN_PARTS_H
#define DAEMON_MODEL_PLAN_PARTS_H

/*
 * What plan_make (make.c) is made of, for the files of this folder alone. Nothing knows make.c, and no file needs one
 * that needs it.
 */

#include "plan.h"

/* The parts, in the order of their work; each adds to the plan. */
void plan_revisions(struct plan *plan, const struct view *view, const struct plan_options *options);
void plan_schedules(struct plan *plan, const struct view *view, const struct plan_options *options);
void plan_removals(struct plan *plan, const struct view *view, const struct plan_options *options);

/* Asks for what decides in it and is known from the tagging API alone, which is late. */
void plan_confirm(struct plan *plan);

/* Notes what the definitions could ask for and need not. */
void plan_notes(struct plan *plan, const struct view *view);

/* Whether the app is named in the definitions, or was ever served from here. */
bool plan_serves(const struct view *view, const struct plan_options *options, const char *app);
/* What our owner tag on this resource is worth. */
enum claim plan_claim(struct plan *plan, const struct view *view, const struct plan_options *options,
	const struct resource *have);
/* What this state directory knows of it. */
struct served plan_served(const struct plan_options *options, const struct resource *have);
/* Adds the deregistration of a revision; NULL where a schedule goes on naming it. */
struct action *plan_retire(struct plan *plan, const struct resource *revision);
/* Of a wanted family: adds it where more than `keep` newer ones exist, or another says the same, and no
 * schedule names it any more. */
void plan_retire_old(
	struct plan *plan, const struct view *view, const struct resource *revision, unsigned keep);
/* Has the resource read from its own service, where it was not yet asked. */
void plan_read(struct plan *plan, const struct resource *have);
void plan_note(struct plan *plan, struct note note);
/* Notes the tags that a stranger set in other capitals where AWS takes them for ours: they stay. */
void plan_note_tags(struct plan *plan, const struct resource *want, const struct resource *have);
struct action *plan_add(
	struct plan *plan, enum verb verb, const struct resource *want, const struct resource *have);
void plan_need(struct plan *plan, struct action *action, struct action *needed);
/* Holds an action that stops or removes something, where this site could not be read to the end. */
void plan_hold_unread(struct plan *plan, struct action *action);
void plan_problem(struct plan *plan, const struct resource *want, const struct resource *have, bool conflict,
	const char *format, ...) PRINTF_LIKE(5, 6);
/* Whether a schedule's target starts this revision: by its ARN, or by its family of which it is the newest.
 */
bool plan_starts(const struct plan *plan, const struct resource *target, const struct resource *revision);
/* The name is somebody else's. */
void plan_conflict(struct plan *plan, const struct resource *want, const struct resource *have);
/* Whether we may write to what has this name; where not, and it is not a role to be used as it is, adds the
 * problem. */
bool plan_may_use(
	struct plan *plan, const struct view *view, const struct resource *want, const struct resource *have);
/* Compares content and tags and adds a creation or an update where they differ; NULL where they do not. */
struct action *plan_compare(
	struct plan *plan, const struct view *view, const struct resource *want, const struct resource *have);
/* The content of a wanted resource; also keeps it in the resource. */
void want_fields(const struct view *view, struct resource *want);
/* Shows a target's move to a revision that is there already as what differs between that and the one it
 * leaves. */
void plan_show_move(struct plan *plan, const struct resource *family, struct action *target);

#endif
