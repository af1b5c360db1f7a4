#ifndef DAEMON_MODEL_PLAN_BATCH_STATE_H
#define DAEMON_MODEL_PLAN_BATCH_STATE_H

/*
 * How a batch stands, in one word: the same in list, status, metrics and JSON. Pure, over the plans of a pass
 * and what became of their actions: where nothing was carried out it says how AWS differs, after a pass what
 * is left of that.
 */

#include "plan.h"

/* In the order in which they are counted for people: what needs nobody first. */
enum batch_state {
	BATCH_IN_SYNC,
	BATCH_DISABLED, /* as its definition says, which says disabled */
	BATCH_DIFFERS, /* it, or what it needs, is to be changed */
	BATCH_MISSING, /* nothing starts it yet */
	BATCH_MOVING, /* to another rule name, region or identity: what it had there is still to be stopped or
			 removed */
	BATCH_LEAVING, /* in no definition any more */
	BATCH_WAITING, /* AWS does not show yet what it has: that passes by itself */
	BATCH_HELD, /* a change of it waits for a person, or until a fight is over */
	BATCH_CONFLICT, /* a name is somebody else's */
	BATCH_BLOCKED, /* its app failed, or what it needs is not there */
	BATCH_FAILING, /* a change of it failed */
	BATCH_UNKNOWN, /* it was not read */
	BATCH_STATES /* so many there are */
};

/* "in sync", as people and programs read it. */
const char *batch_state_word(enum batch_state state);

/* The state of this word; false where there is none. */
bool batch_state_of_word(const char *word, enum batch_state *state);

struct batch_states;

/* From all plans of one pass, in one walk; what is asked of them then is found by name. */
struct batch_states *batch_states_of(struct arena *arena, struct plan *const *plans, size_t count);

/* `plan`: the one of its app's site; NULL: nothing can be said of that. */
enum batch_state batch_state_of(
	const struct batch_states *states, const struct plan *plan, const struct batch *batch);

/* The same of what an app itself needs. */
enum batch_state batch_state_of_app(
	const struct batch_states *states, const struct plan *plan, const struct app *app);

/* Of a schedule whose batch is in no definition; false: it is deleted. */
bool batch_state_of_leaver(
	const struct batch_states *states, const struct resource *schedule, enum batch_state *state);

/*
 * Where a plan that nobody has carried out says `planned`, and the last pass of a daemon ended with `last`:
 * what became of a change that is still to be made says more than that it is.
 */
enum batch_state batch_state_tried(enum batch_state planned, enum batch_state last);

#endif
