#ifndef DAEMON_STANDINGS_H
#define DAEMON_STANDINGS_H

/* How apps and batches stand after a pass: gathered in one walk over a site's plan, then found by name. */

#include "pass.h"

struct standings;

/* From the pass's arena. */
struct standings *standings_of(const struct pass_site *site);

/*
 * The state of an app or (`batch`) of a batch of it: "unknown" where nothing can be said of the site, else
 * "conflict", "blocked", "failing" or "differs", else "disabled" or "in sync" by `enabled`. What was carried
 * out is no difference any more.
 */
const char *standings_state(
	const struct standings *standings, const char *app, const char *batch, bool enabled);

#endif
