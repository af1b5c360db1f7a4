#ifndef DAEMON_MODEL_PLAN_PLAN_H
#define DAEMON_MODEL_PLAN_PLAN_H

/*
 * The plan is data made by one pure function: what the definitions want against what AWS has, both sorted,
 * walked side by side. diff prints it, apply carries it out, journal and golden tests read it.
 */

#include <time.h>

#include "model/observed.h"
#include "ownership.h"

/* A call that was answered, for the record of its action. */
struct answered_call {
	const char *operation, *request_id;
};

enum outcome {
	OUTCOME_PENDING,
	OUTCOME_RUNNING,
	OUTCOME_DONE,
	OUTCOME_UNNEEDED, /* a strong read showed that nothing was left to do */
	OUTCOME_FAILED,
	OUTCOME_SKIPPED, /* something it needs failed, or we were asked to stop */
	OUTCOME_HELD, /* the brake, or nobody here may remove it */
};

struct action {
	enum verb verb;
	const struct kind *kind;
	const char *name, *id, *arn; /* arn "" for what is to be created */
	const char *app, *batch; /* names; batch NULL for what an app needs */
	const struct resource *want, *have;
	struct differences differences; /* tags are in it as "tags[key]" */
	/* What differs between the two revisions that a target moves between; its paths begin with
	 * "taskDefinition." */
	struct differences revisions;
	struct tags set_tags, remove_tags;
	struct action **needs;
	size_t need_count, need_capacity;
	bool removal; /* a batch or app left: stands under the grace, the brake and complete readings */
	bool retiring; /* a revision or a moved schedule goes: needs complete readings, but is no batch that
			  left */
	bool leaves; /* a batch is newly disabled by it */
	const char
		*moved; /* "from eu-west-1 to eu-west-3": it is defined there now; NULL = it left, or stays */
	size_t order; /* of the whole pass, for showing */
	bool fought; /* held, because somebody keeps changing it back */
	bool counts; /* the brake counts it: a batch leaves, and nothing here knows of it yet */
	bool force; /* with what is in it: its app said so while it was served from here */
	enum claim claim; /* what is not ours waits for a person */
	bool approved; /* a person let it pass */

	enum outcome outcome;
	const char *made; /* the ARN that it yielded */
	const char *error; /* AWS's code and message, or ours */
	const char *error_code; /* AWS's */
	const char *request_id; /* of the last answer */
	struct answered_call *calls; /* all of them, in order */
	size_t call_count, call_capacity;
	const char *service, *operation; /* of the last request */
	/* A start: what has to stop in other sites first, and what stands here before that stops. */
	const struct runner **awaits;
	size_t awaits_count, awaits_capacity;
	struct action *stands;
	const struct resource *replaces; /* a new revision: what it takes over from, where that was read */
};

/* A name that is taken, missing, or whose owner could not be read: it stops an app or a batch. */
struct problem {
	const struct resource *want;
	const char *app, *batch;
	struct position at; /* where this app or batch asks for it */
	bool conflict; /* somebody else's; otherwise something that has to be there is not, or could not be
			  read */
	const char *arn; /* the other's */
	const char *owner; /* the other's, NULL where it has none */
	const char *text; /* one sentence */
	bool unreadable; /* it is a reading that failed, or that lacks something */
	struct error_call call; /* the one that failed */
	bool late; /* AWS's own list lacks what AWS has, which passes by itself */
	const struct resource *have; /* the other, NULL where nothing is there */
};

/* A batch that left and waits in its grace, or is disabled and never deleted. */
struct waiting {
	const char *app, *batch, *arn;
	time_t until; /* 0: never deleted */
	const char *moved; /* as of an action */
	const struct resource *have;
};

/* Removals that wait for a person. */
struct held {
	const char *plan; /* its name, for approve */
	const char *reason;
	const char **arns;
	size_t arn_count;
	const char *
		*untag; /* for each, the command that takes our tag off; NULL where all of them are ours */
};

/* What stays though its tag says that it shall go with its app: nothing here served it as such, or its app
 * goes on without it. */
struct leftover {
	const char *app;
	const char *why; /* one sentence */
	const struct resource *have;
};

struct plan {
	struct arena *arena;
	const struct observed *observed;
	struct resources wants;
	struct action **actions; /* in an order in which they could be carried out one by one */
	size_t action_count, action_capacity;
	struct problem *problems;
	size_t problem_count, problem_capacity;
	struct waiting *waits;
	size_t wait_count, wait_capacity;
	struct leftover *leftovers;
	size_t leftover_count, leftover_capacity;
	struct notes notes;
	/* What its own service has yet to say before the plan counts: tags that it rests on, the content of
	 * revisions that makes differences readable. Read it and plan again. */
	struct resource **unread;
	size_t unread_count, unread_capacity;
	size_t owned_batches; /* schedules of ours that AWS has */
	bool in_grace; /* something that left waits in its grace, or begins to */
	struct resources unwanted; /* those of them under names that nothing wants */
	const struct kind *const *kinds; /* the table, in order of rank */
	size_t kind_count;
};

/* A schedule of ours that runs, in whatever site of the pass. */
struct runner {
	const char *batch;
	const struct view *view;
	const struct resource *have;
	const struct runner *next; /* of the same batch */
};

/* All of them; see moves.h. */
struct runners {
	struct lookup by_batch;
};

struct plan_options {
	time_t now;
	unsigned keep_revisions;
	unsigned grace_seconds;
	bool deletion_enabled; /* false: what left is disabled, never deleted */
	bool removals; /* false: nothing that left is touched (apply with names) */
	/* Whether this state directory has served an app that the definitions do not name. */
	bool (*served)(const char *app, void *data);
	/* What it knows of this resource; NULL: nothing of any. */
	struct served (*knows)(const struct resource *have, void *data);
	void *data;
	const struct runners *runners; /* what runs in all sites of the pass; NULL: there is one site */
};

/* Pure: makes the plan of one site. `kinds` is the table, in order of rank. */
struct plan *plan_make(const struct view *view, const struct kind *const *kinds, size_t kind_count,
	const struct plan_options *options);

/* What an action has to do, as its kind is asked for requests. */
struct change action_change(const struct action *action, const char *time);

/* "create", "update", "disable", "delete". */
const char *verb_name(enum verb verb);

/* Whether a problem stops the app, or this batch of it (`batch` may be NULL). */
bool plan_blocked(const struct plan *plan, const struct app *app, const struct batch *batch);
bool is_ours(const struct view *view, const struct resource *have);
/* The action on this resource, NULL where there is none. */
struct action *plan_action(
	const struct plan *plan, const struct kind *kind, const char *name, const char *id);

#endif
