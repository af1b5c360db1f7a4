#ifndef DAEMON_MODEL_DEFINITION_DEFINITION_H
#define DAEMON_MODEL_DEFINITION_DEFINITION_H

/*
 * Definition files in, apps and batches out, or the list of all faults of all files. Pure: the shell reads
 * the files, this reads their text. Everything lives in the arena given; JSON values belong to the set
 * (definitions_free).
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "common/arena.h"
#include "fault.h"
#include "zone.h"

/* Something an app may use without owning it. */
struct used_name {
	const char *name;
	bool managed; /* false: used, never written to */
	bool unused; /* nobody wrote it, and nothing of the app would use it: it is not made */
	struct position at;
};

/*
 * A member of a repository, cluster or log group: absent = unmanaged, null = removed, else the value. What
 * several apps share is asked of all of them alike: by the member's offset in struct app.
 */
struct wish {
	enum { WISH_UNMANAGED, WISH_REMOVED, WISH_VALUE } is;
	const json_t *value; /* NULL but for a value */
};

/* A time zone by its name. */
struct timezone_name {
	const char *name; /* NULL where not given: UTC */
	struct position at;
	const struct zone *zone; /* what the shell has found under it; NULL for UTC, or where it found none */
};

enum log_streams { LOG_STREAMS_BATCH, LOG_STREAMS_APP };

struct image {
	const char *tag, *digest, *uri; /* at most one is set; none = the app's, or "latest" */
};

struct app {
	const char *name;
	struct position at;
	const char *region, *assume_role_arn, *account_id; /* NULL where not given */
	struct position assume_role_at; /* where it is written */

	struct {
		struct used_name use; /* name NULL: `false`, the image is elsewhere */
		struct wish lifecycle_policy; /* the policy document that AWS takes: {"rules": […]} */
		struct wish scan_on_push; /* a boolean */
		struct wish mutability; /* "MUTABLE", "IMMUTABLE", or one with an exclusion */
		struct wish exclusions; /* [{"filterType", "filter"}], beside such a value */
	} repository;
	struct {
		struct used_name use;
		bool providers_listed; /* the app lists them itself: there shall be no others */
		struct wish capacity_providers; /* array of names, with those that strategies name */
		struct wish default_strategy; /* array */
		struct wish settings; /* [{"name": "containerInsights", "value": …}] */
	} cluster;
	struct {
		struct used_name use;
		struct wish retention_in_days;
	} log_group;
	struct {
		const char *execution, *task, *events; /* name or ARN, as written */
	} roles;
	struct image image;
	const json_t
		*task_definition; /* as written: RegisterTaskDefinition's members; NULL where not given */
	const json_t *task_tags; /* its tags, {"key": "value"}; NULL where there are none */
	enum log_streams log_streams;
	const char *log_stream_prefix; /* template; always set */
	const json_t *network; /* {"subnets", "securityGroups", "assignPublicIp"}; NULL where not given */
	struct timezone_name timezone; /* of its batches */
	bool via_scheduler; /* so are its batches */
	const char *told_of_runs; /* as of a batch */
	bool delete_with_last; /* onDelete: "delete" */
	bool enabled;
	const json_t *tags; /* {"key": "value"}; NULL where not given */
	size_t batch_count;
	bool bystander; /* a pass was not asked for it: only its word on what it shares counts */
};

struct batch {
	const char *name;
	struct position at;
	struct app *app;
	const char *description; /* NULL where not given */
	const char *schedule;
	struct timezone_name timezone; /* its own, else the app's */
	bool own_timezone;
	time_t start, end; /* the first and the last moment at which it may fire; 0 = none */
	int flexible_minutes; /* a window behind each fire time; 0 = none */
	const char *needs_scheduler; /* what asks for EventBridge Scheduler, as people are told it; NULL: a
					rule does */
	const char *told_of_runs; /* the keys of it that say something of its runs, as people are told them;
				     NULL: none */
	const char *rule_name; /* always set: ruleName or <app>-<batch> */
	const char *family; /* always set: <app>-<batch>, or <app> with logStreams "app" */
	const json_t *environment; /* {"NAME": "value"}; NULL where not given */
	const json_t *command; /* ["word"]; NULL where not given */
	const char *cpu, *memory; /* task size overrides as AWS's strings ("256"); NULL where not given */
	struct image image; /* none set: the app's */
	bool enabled; /* the batch's and the app's */
	int task_count; /* 1 where not given */
	const char *platform_version;
	const json_t *capacity_provider_strategy; /* array; NULL = launch type FARGATE */
	bool propagate_tags; /* TASK_DEFINITION */
	bool enable_ecs_managed_tags;
	int retry_attempts, retry_age; /* -1 where not given */
	const char *dead_letter_queue; /* ARN or name of an SQS queue; NULL where not given */
	const json_t *network; /* the batch's, else the app's; never NULL */
	const json_t *tags;
};

/* How a file counts: those aside are there for what they define, and what is wrong with them is not told. */
enum text_role {
	TEXT_JUDGED,
	TEXT_JUDGED_ALONE, /* and what it defines stands for what files aside define under the same name */
	TEXT_ASIDE,
};

/* One file as the shell has read it; those aside come first. */
struct definition_text {
	const char *file; /* path as it is told to people */
	const char *text;
	size_t length;
	enum text_role role;
};

struct definitions {
	struct arena *arena;
	struct app *apps; /* sorted by name */
	size_t app_count;
	struct batch *batches; /* sorted by name */
	size_t batch_count;
	struct fault *faults; /* in order of file, line, column */
	size_t fault_count;
	bool broken; /* at least one fault is not a warning */
	size_t aside_apps, aside_batches; /* how many of them are those of files aside */
	bool unread; /* the shell could not read one of the files */
	json_t *owned; /* keeps every JSON value above alive */
	const struct definition_text
		*texts; /* what the loader read, in its order; NULL where it was not the loader */
	size_t text_count;
};

/* Reads all texts as one set. Never fails: faults are in the set. The set lives in `arena`. */
struct definitions *definitions_read(struct arena *arena, const struct definition_text *texts, size_t count);

/* Adds a fault that the shell found (a file that cannot be read); keeps the order. */
void definitions_add_fault(struct definitions *definitions, struct fault fault);

/* Whether what is wrong at this place is told: not in a file that only stands beside those that are judged. */
bool definitions_are_judged(const struct definitions *definitions, struct position at);

/*
 * Adds a fault for each app that takes on a role which none of these globs matches; in them "*" is any text,
 * slashes too. NULL: any role may be taken on. They are the settings', which the set does not know.
 */
void definitions_limit_roles(struct definitions *definitions, const json_t *globs);

/* Releases the JSON values; the rest goes with the arena. Accepts NULL, returns NULL. */
struct definitions *definitions_free(struct definitions *definitions);

/* By name; NULL where there is none. */
struct app *definitions_app(const struct definitions *definitions, const char *name);
struct batch *definitions_batch(const struct definitions *definitions, const char *name);

/* What an app wishes of the member at this offset. */
const struct wish *wish_at(const struct app *app, size_t member);

/* The container that overrides and logs are about: the task definition's first one, or the app's name. */
const char *app_container(const struct app *app);

/* The log stream prefix of this batch: the app's template with {app}, {batch} and {tag} put in; from the
 * arena. */
char *batch_log_prefix(struct arena *arena, const struct batch *batch);

#endif
