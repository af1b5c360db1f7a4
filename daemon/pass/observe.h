#ifndef DAEMON_PASS_OBSERVE_H
#define DAEMON_PASS_OBSERVE_H

/*
 * Reads one site: the lists, what the definitions name, then what the answers show to be needed. One
 * worklist: what does not depend on each other is in flight together, and nothing is asked twice.
 */

#include "ask.h"
#include "model/observed.h"
#include "shared.h"
#include "state/state.h"

struct observe_options {
	struct line line;
	struct shared *shared;
	const struct view *view; /* `observed` is what is being filled */
	struct observed *observed;
	struct state_site *memory;
	const struct kind *const *kinds;
	size_t kind_count;
	time_t now;
	bool part; /* only some of the definitions' names are read: what is not seen may be there all the same
		    */
	/* Called once; `failed` (NULL = nothing): why nothing can be said of this site. */
	void (*done)(const struct error *failed, void *data);
	void *data;
};

void observe_site(struct arena *arena, const struct observe_options *options);

/*
 * Reads what a plan needs to know beyond that: the tags of these resources from their own services (of a
 * revision its content too), and with `users` which rules of anybody start something on the clusters that are
 * in use here.
 */
void observe_more(struct arena *arena, const struct observe_options *options,
	struct resource *const *resources, size_t count, bool users);

#endif
