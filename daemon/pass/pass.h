#ifndef DAEMON_PASS_PASS_H
#define DAEMON_PASS_PASS_H

/*
 * One pass: who are we, what is there, what has to change, may it, change it. The daemon, diff, apply and
 * list all run this; what they print is read from it when it is done. Everything lives in the pass's arena.
 */

#include "aws/call.h"
#include "model/plan/guard.h"
#include "pauses.h"
#include "shared.h"
#include "state/state.h"

struct pass;
struct pass_site;

struct pass_options {
	struct aws *aws;
	struct transport *transport; /* for the clock */
	const struct definitions *definitions;
	struct state *state;
	const char *owner;
	unsigned keep_revisions;
	struct {
		unsigned max_batches, max_percent, grace_minutes;
		bool enabled;
	} deletion;
	const char *const *only; /* these batches and what they need, nothing deleted; NULL = all */
	size_t only_count;
	const char *const *approve; /* plans that a person lets pass in this pass alone */
	size_t approve_count;
	const char *by; /* who that is */
	bool write; /* false: nothing is written to AWS */
	/* The daemon: a field that keeps being changed back is not fought over, and a silent network is
	 * borne. */
	bool resident;
	bool forget_fights; /* a person has asked for it: what is fought over is written once more */
	double timeout; /* seconds that throttled calls may wait in all */
	/* Why nothing may be written in the account and region
	 * of a site, once they are known; NULL: it may. */
	const char *(*forbids)(const struct pass_site *site, void *data);
	/* While it works; each may be NULL. */
	void (*planned)(const struct pass *pass, void *data);
	void (*progress)(const struct pass_site *site, const struct action *action, void *data);
	void (*waits)(const struct pass *pass, const struct wait *wait, void *data);
	void (*done)(struct pass *pass, void *data);
	void *data; /* for `forbids`, `planned`, `progress` and `waits` */
	void *done_data; /* for `done` */
};

struct pass_site {
	struct pass *pass;
	struct site site;
	struct identity *identity;
	struct observed *observed;
	struct view view;
	struct plan *plan; /* NULL where nothing can be said of the site */
	struct state_site *memory;
	struct error error; /* why */
	bool could_not_run; /* keys, account, region or endpoint: a person has to change something */
	bool unsettled; /* more is being read for its plan */
	bool users_read; /* who starts something on the clusters in use here */
	bool covered; /* serves no app any more, and another site reads the same account and region */
};

struct pass {
	struct arena *arena;
	struct pass_options options;
	struct definitions definitions; /* those of the options, or the part of them that was asked for */
	struct pass_site *sites;
	size_t site_count;
	struct guard guard;
	struct approval *approvals; /* of each of the guard's approved plans */
	time_t now;
	double started, ended;
	double ahead; /* seconds that AWS's clock is ahead of this machine's, when it ended */
	bool stopped; /* somebody asked us to stop */
	const char *state_error; /* why the state could not be kept; NULL = it was */

	size_t waiting;
	size_t step; /* the next one */
	unsigned readings; /* how often a plan showed that more had to be read */
	struct pauses pauses;
	struct shared shared;
};

/* The counts of the closing line. */
struct pass_summary {
	size_t create, update, disable, delete; /* planned */
	size_t done, failed, skipped, held; /* carried out */
	size_t open; /* still to be written: all of it where nothing may be */
	size_t problems, conflicts, errors, unreadable;
};

/* Starts a pass; `done` is called once, never from inside. The pass lives until pass_free. */
struct pass *pass_start(const struct pass_options *options);
struct pass *pass_free(struct pass *pass);

/* No new write from now on; what is in flight is waited for, then `done` comes. */
void pass_stop(struct pass *pass);

struct pass_summary pass_summary(const struct pass *pass);
/* Nothing left to change, nothing refused, nothing held, all of it read. */
bool pass_in_sync(const struct pass *pass);

/* Whether nothing could be said of a site because AWS was away: no connection, no answer, 5xx. */
bool pass_found_nobody(const struct pass *pass);

/* When the first grace of what left will be over; 0 = nothing waits for that. */
time_t pass_next_deletion(const struct pass *pass);

/* Every action of all sites, in the order in which people read them: app, batch, then as planned. From the
 * arena. */
struct action **pass_actions(const struct pass *pass, size_t *count);

#endif
