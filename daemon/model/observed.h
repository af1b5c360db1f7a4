#ifndef DAEMON_MODEL_OBSERVED_H
#define DAEMON_MODEL_OBSERVED_H

/* What AWS said in this pass, of one site. */

#include "common/error.h"
#include "common/lookup.h"
#include "kind.h"

struct tagged {
	const char *arn;
	struct tags tags;
};

/* Something whose reading failed: what wants it cannot be planned. */
struct unreadable {
	const struct kind *kind;
	const char *name;
	const struct error *error;
};

struct observed {
	struct arena *arena;
	struct site site;
	struct resources all; /* sorted by observed_sort */
	struct lookup by_identity; /* the same by kind, name and id: each stands in it once */

	struct tagged **tagged; /* what the tagging API named, sorted by observed_sort */
	size_t tagged_count, tagged_capacity;
	struct lookup by_arn; /* the same by ARN */

	struct lookup asked; /* the questions of the pass */

	struct unreadable *unreadable;
	size_t unreadable_count, unreadable_capacity;

	size_t size; /* bytes of memory that the answers took */
	bool partly_read; /* something may be there that nothing else would have told of */

	/* Why something could not be read (ERROR_NONE: all was): then nothing is deleted or disabled here. */
	struct error incomplete;
};

/*
 * The resource of this identity: what is read a second time, or named twice by a list, is what is known
 * already and keeps what was read of it.
 */
struct resource *observed_add(struct observed *observed, const struct kind *kind, const char *name,
	const char *id, const char *arn);
/* Of an ARN that is named twice the later tags count. */
void observed_add_tagged(struct observed *observed, const char *arn, struct tags tags);
/* `error` is borrowed: from the arena. */
void observed_add_unreadable(
	struct observed *observed, const struct kind *kind, const char *name, const struct error *error);
/* Whether all was read. */
bool observed_complete(const struct observed *observed);
/* A revision of this family, after observed_sort, that
 * the list should have shown; NULL where it is complete. */
const struct resource *observed_unlisted(
	const struct observed *observed, const struct kind *kind, const char *family);
/* Whether this question is new in the pass; from now on it is not. */
bool observed_ask(struct observed *observed, const struct reading *reading, const struct subject *subject);
/* Why this could not be read; NULL where it was. */
const struct error *observed_unreadable(
	const struct observed *observed, const struct kind *kind, const char *name);
/* Sorts all, and gives each resource the tags that the tagging API named where it has none of its own. */
void observed_sort(struct observed *observed);
/* The tags by ARN; NULL where the API named none. */
const struct tags *observed_tags(const struct observed *observed, const char *arn);

/* Whether an app is reached through this site. */
bool site_has(const struct view *view, const struct app *app);
/* Whether the app is here, or reached with another identity
 * in the same account: what is global is shared with it. */
bool site_shares_account(const struct view *view, const struct app *app);
/* The same in this site's region: names of every kind are shared with it. */
bool site_shares(const struct view *view, const struct app *app);
/* Whether it may be so: also where the account of the app's site is not known in this pass. */
bool site_may_share(const struct view *view, const struct app *app);
/* Of several sites of one account and region, the one that sees to what belongs to none of them. */
bool site_is_first(const struct view *view);

#endif
