#include "observed.h"

#include <string.h>

#include "model/tags.h"
#include "text.h"

struct resource *observed_add(
	struct observed *observed, const struct kind *kind, const char *name, const char *id, const char *arn)
{
	struct resource *resource = resources_add(observed->arena, &observed->all, kind, name, id);

	resource->arn = arena_copy(observed->arena, arn);
	return resource;
}

void observed_add_tagged(struct observed *observed, const char *arn, struct tags tags)
{
	arena_grow(observed->arena, &observed->tagged, sizeof *observed->tagged, observed->tagged_count,
		&observed->tagged_capacity);
	observed->tagged[observed->tagged_count++] =
		(struct tagged){ arena_copy(observed->arena, arn), tags };
}

void observed_add_unreadable(
	struct observed *observed, const struct kind *kind, const char *name, const char *text)
{
	arena_grow(observed->arena, &observed->unreadable, sizeof *observed->unreadable,
		observed->unreadable_count, &observed->unreadable_capacity);
	observed->unreadable[observed->unreadable_count++] = (struct unreadable){ kind,
		arena_copy(observed->arena, name), arena_copy(observed->arena, text) };
}

const char *observed_unreadable(const struct observed *observed, const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < observed->unreadable_count; i++)
		if (observed->unreadable[i].kind == kind && strcmp(observed->unreadable[i].name, name) == 0)
			return observed->unreadable[i].text;
	return NULL;
}

static int compare_tagged(const void *a, const void *b)
{
	return strcmp(((const struct tagged *)a)->arn, ((const struct tagged *)b)->arn);
}

const struct tags *observed_tags(const struct observed *observed, const char *arn)
{
	struct tagged key = { .arn = arn };
	const struct tagged *found = NULL;

	if (observed->tagged_count)
		found = bsearch(&key, observed->tagged, observed->tagged_count, sizeof key, compare_tagged);
	return found ? &found->tags : NULL;
}

void observed_sort(struct observed *observed)
{
	if (observed->tagged_count)
		qsort(observed->tagged, observed->tagged_count, sizeof *observed->tagged, compare_tagged);
	for (size_t i = 0; i < observed->all.count; i++) {
		struct resource *have = observed->all.items[i];
		const struct tags *tags;

		if (!have->kind->tagged || have->tags_read != TAGS_UNREAD)
			continue;
		tags = observed_tags(observed, have->arn);
		if (tags) {
			have->tags = *tags;
			have->tags_read = TAGS_LATE;
			have->hash = tags_value(tags, TAG_HASH);
		}
	}
	resources_sort(&observed->all);
}

bool site_has(const struct view *view, const struct app *app)
{
	return !app->bystander && text_compare(app->region, view->site->region) == 0 &&
	       text_compare(app->assume_role_arn, view->site->role_arn) == 0;
}

static bool same_account(const struct site *a, const struct site *b)
{
	return a->account && b->account && strcmp(a->account, b->account) == 0;
}

/* A site that is reached as the app is, NULL where the pass has none. */
static const struct site *site_of(const struct view *view, const struct app *app)
{
	for (size_t i = 0; i < view->site_count; i++)
		if (text_compare(view->sites[i]->role_arn, app->assume_role_arn) == 0)
			return view->sites[i];
	return NULL;
}

bool site_shares_account(const struct view *view, const struct app *app)
{
	const struct site *site = site_of(view, app);

	/* The same identity is the same account, whatever the region. */
	return text_compare(app->assume_role_arn, view->site->role_arn) == 0 ||
	       (site && same_account(site, view->site));
}

bool site_shares(const struct view *view, const struct app *app)
{
	return text_compare(app->region, view->site->region) == 0 && site_shares_account(view, app);
}

bool site_may_share(const struct view *view, const struct app *app)
{
	const struct site *site = site_of(view, app);

	return text_compare(app->region, view->site->region) == 0 &&
	       (site_shares_account(view, app) || (site && !site->account));
}

bool site_is_first(const struct view *view)
{
	for (size_t i = 0; i < view->site_count && view->sites[i] != view->site; i++)
		if (same_account(view->sites[i], view->site) &&
			text_compare(view->sites[i]->region, view->site->region) == 0)
			return false;
	return true;
}
