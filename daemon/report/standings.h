#ifndef DAEMON_REPORT_STANDINGS_H
#define DAEMON_REPORT_STANDINGS_H

/*
 * Whom a pass is about, and how each of them stands (model/batch_state.h): the batches of its definitions
 * and, where it looked at everything, those that are in none any more. One list for whoever shows them.
 */

#include "model/plan/batch_state.h"
#include "pass/pass.h"

struct standing {
	const char *app, *batch; /* names */
	const struct pass_site *site; /* NULL: its app is in none of this pass */
	const struct batch
		*defined; /* NULL: it is in no definition any more, and `have` is what is left of it */
	const struct resource *have;
	enum batch_state state;
};

struct standings {
	struct batch_states *states;
	struct standing *items; /* sorted by app, then batch */
	size_t count;
};

/* From the pass's arena. */
struct standings standings_of(const struct pass *pass);

/* How what the app itself needs stands. */
enum batch_state standings_of_app(
	const struct standings *standings, const struct pass *pass, const struct app *app);

/* The site that an app is reached through, NULL where the pass has none of it. */
const struct pass_site *standings_site(const struct pass *pass, const struct app *app);

#endif
