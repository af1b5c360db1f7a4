#ifndef DAEMON_PASS_SHARED_H
#define DAEMON_PASS_SHARED_H

/*
 * IAM has no regions: what several sites of one account ask of it at the same time is asked once, and each
 * hears the answer. Only what is under way is shared, so that nobody hears what was true before he asked.
 */

#include "ask.h"

struct flight;

/* All of one pass; begins with its arena alone. */
struct shared {
	struct arena *arena;
	struct flight *flights; /* under way */
};

/*
 * As ask_reading, for a reading that may be shared: with a site of the same account that has asked the same,
 * and of whose answer nothing has come yet. A failure is shared among the sites of one identity: another's
 * rights may be others, and it asks itself.
 */
void shared_ask(struct shared *shared, const struct line *line, const struct view *view,
	const struct reading *reading, const struct subject *subject, call_page *page, call_done *done,
	void *data);

#endif
