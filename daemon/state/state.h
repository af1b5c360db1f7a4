#ifndef DAEMON_STATE_STATE_H
#define DAEMON_STATE_STATE_H

/*
 * The state directory: a help, never the truth. It remembers what was served, what was read and cannot
 * change, what left within the hour, what a person approved. Files are replaced whole, mode 0600, kept apart
 * by endpoint, account, region.
 */

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "approvals.h"
#include "common/arena.h"
#include "common/error.h"
#include "common/folder.h"
#include "model/plan/ownership.h"

struct state;

/*
 * Opens $STATE_DIRECTORY, else /var/lib/fargate-batchd where this user may write there, else
 * $XDG_STATE_HOME/fargate-batchd (~/.local/state). `endpoint` tells worlds apart. What is there and is
 * damaged or cannot be read counts as empty, and is told by state_tell. Where no directory can be had nothing
 * is kept, and state_lock says why. NULL and `error` only where root may not take the rights of the
 * directory's owner.
 */
struct state *state_open(const char *endpoint, struct error *error);
/*
 * The state, of whatever endpoint, that holds this plan; where none does, one whose files are damaged,
 * because it may have been held there. NULL where there is neither, with `error` where none can be read.
 */
struct state *state_open_of_plan(const char *plan, struct error *error);
/* The directory alone, for what has to be read before the endpoint is known; NULL where none can be had. */
struct folder *state_open_folder(struct error *error);
/* $STATE_DIRECTORY or the system's, as a daemon on this machine has it; never made. NULL and `error` where it
 * cannot be opened, or (`missing`) is not there. */
struct folder *state_open_daemons_folder(bool *missing, struct error *error);
struct state *state_close(struct state *state);
const char *state_directory(const struct state *state); /* NULL where none can be had */

/* Reads anew what other programs may have written: before each pass. */
void state_refresh(struct state *state);
/*
 * Writes what changed, and puts damaged files aside. `ledger` false: only what was read from AWS (diff and
 * list write nothing else).
 */
bool state_save(struct state *state, bool ledger, struct error *error);
/* What is wrong with a file and what that costs, each once, from the arena; NULL where all is told. */
char *state_tell(struct state *state, struct arena *arena);

/*
 * Takes the directory until folder_unlock, and gives it its mode. NULL where it cannot be had: with
 * ERROR_INPUT and the holder's name where somebody else has it.
 */
struct folder_lock *state_lock(const struct state *state, const char *program, struct error *error);

/* Apps and sites (account, region, assumed role) ever served, until nothing of ours is left there. */
bool state_served(const struct state *state, const char *app);
const char *state_account_of(const struct state *state, const char *app); /* NULL = never applied */
void state_serve(struct state *state, const char *app, const char *account);
void state_serve_site(struct state *state, const char *account, const char *region, const char *role_arn);
void state_forget(struct state *state, const char *app);
void state_forget_site(struct state *state, const char *site);
/* {"account"} by the app's name, {"account", "region", "role"} by a name of the site's own; borrowed. */
json_t *state_apps(const struct state *state);
json_t *state_sites(const struct state *state);

/*
 * Held plans: takes the new object, by a plan's name the ARNs that it would remove. `all` false: only a part
 * was looked at, so what was held before stays held.
 */
void state_hold(struct state *state, json_t *plans, bool all);
json_t *state_held(
	const struct state *state, const char *plan); /* borrowed; NULL where no such plan is held */
/* What persons let pass; lives as long as the state. */
struct approvals *state_approvals(struct state *state);

/* What is remembered of one account and region; lives as long as the state. */
struct state_site;
struct state_site *state_site(struct state *state, const char *account, const char *region);

/* A revision's content digest, if it was read while its hash tag said `hash`; NULL otherwise. */
const char *state_revision(const struct state_site *site, const char *arn, const char *hash);
void state_keep_revision(struct state_site *site, const char *arn, const char *hash, const char *digest);
/* Drops the revisions that `known` says nothing of. */
void state_drop_revisions(struct state_site *site, bool (*known)(const char *arn, void *data), void *data);

/* The newest revision of a family up to which none is ACTIVE; 0 = not known. */
json_int_t state_inactive(const struct state_site *site, const char *family);
void state_keep_inactive(struct state_site *site, const char *family, json_int_t revision);

/* A rule that is nobody's business here, or a type that the tagging API refuses: asked about once a day. */
bool state_stranger(const struct state_site *site, const char *arn, time_t now);
void state_keep_stranger(struct state_site *site, const char *arn, time_t now);

/* Batches that left, for the brake: those that a person approved do not count. */
void state_left(struct state_site *site, const char *arn, time_t now);
/* Their ARNs, in an array of the arena that may grow. */
const char **state_left_since(
	const struct state *state, time_t since, struct arena *arena, size_t *count, size_t *capacity);
/* Whether this batch is one of them. */
bool state_knows_left(const struct state_site *site, const char *arn);

/*
 * Counts that a field was put back; the times within the last hour. From the third on nobody fights:
 * `state_calm_until` says until when the resource is left alone (0 = not), longer each time, until somebody
 * forgets it all.
 */
unsigned state_put_back(struct state_site *site, const char *arn, const char *path, time_t now);
void state_forget_fights(struct state_site *site);
time_t state_calm_until(const struct state_site *site, const char *arn, const char *path);

/*
 * What was asked for of a resource when it was last so, in the letters of pass/drift.h, by the site's assumed
 * role (NULL: none) and the resource's name; NULL = it never was.
 */
const char *state_fulfilled(const struct state_site *site, const char *role_arn, const char *name);
void state_fulfil(struct state_site *site, const char *role_arn, const char *name, const char *record);
size_t state_fulfilled_count(const struct state_site *site, const char *role_arn);
/* Drops those that are not wanted any more. */
void state_drop_fulfilled(struct state_site *site, const char *role_arn,
	bool (*wanted)(const char *name, void *data), void *data);

/*
 * The names of what was served, by kind, until nothing of it is left: under these names it is ours whatever
 * tags say. `left`: it was disabled or marked from here, or a person approved that it goes.
 */
struct served state_name(const struct state_site *site, const char *kind, const char *name);
void state_serve_name(
	struct state_site *site, const char *kind, const char *name, const char *app, bool on_delete);
void state_leave_name(struct state_site *site, const char *kind, const char *name, const char *app);
void state_drop_names(struct state_site *site,
	bool (*gone)(const char *kind, const char *name, const char *app, void *data), void *data);
/* Whether apps were served from here by a version that
 * kept no names; from state_has_names on they are kept. */
bool state_lacks_names(const struct state *state);
void state_has_names(struct state *state);

#endif
