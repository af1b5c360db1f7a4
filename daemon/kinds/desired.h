#ifndef DAEMON_KINDS_DESIRED_H
#define DAEMON_KINDS_DESIRED_H

/* What the kinds have in common when they say what should be there. */

#include "kinds.h"

/*
 * Lets each app of the site say what it needs, then those that `shares` says live beside it in other sites or
 * were not asked for: two sites of one account want the same of what they share.
 */
void want_of_apps(const struct view *view, struct resources *all,
	bool (*shares)(const struct view *view, const struct app *app),
	void (*wants)(const struct view *view, struct resources *all, struct app *app));

/*
 * The wanted resource of this name, new or already wanted by another app: then it is shared, the first app
 * stays its app, and it goes with the last app only if every one of them says so. `use` says the name and
 * whether it is ours. NULL where an app of another site wants what no app of this one does.
 */
struct resource *want_of_app(const struct view *view, struct resources *all, const struct kind *kind,
	struct app *app, const struct used_name *use);

/*
 * Of the apps that share a resource, the first that wishes something of the member at this offset of struct app;
 * the first of all where none does. And what it wishes.
 */
const struct app *app_that_wishes(const struct resource *want, size_t member);
const struct wish *wish_of_apps(const struct resource *want, size_t member);

/* The wanted resource of one batch. */
struct resource *want_of_batch(const struct view *view, struct resources *all, const struct kind *kind,
	struct batch *batch, const char *name, const char *id);

/* The requests that tag what is there, and take tags away, where there is something to do. */
void requests_tag(struct requests *out, const struct change *change);

/*
 * A list of an answer, each of whose items has this member as its name (NULL: the items are names); NULL with
 * the error set where it is none. What cannot be read may be what is looked for, so it is not passed over.
 */
const json_t *listed(const json_t *reply, const char *list, const char *member, struct error *error);

/* The parameters of ListTagsForResource for the subject's resource; a new reference. */
json_t *tags_params(const struct view *view, const struct subject *subject);
/* Its answer: the tags of the subject's resource, read strongly. */
bool tags_heard(const struct hearing *hearing, const json_t *reply, struct error *error);

/* Whether one of an action's differences is at `path` or below it. */
bool changes(const struct change *change, const char *path);

#endif
