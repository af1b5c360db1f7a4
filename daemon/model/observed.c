#include "observed.h"

#include <string.h>

#include "common/text.h"
#include "tags.h"

struct identity_key {
	const struct kind *kind;
	const char *name, *id;
};

static bool has_identity(const void *item, const void *key)
{
	const struct resource *resource = item;
	const struct identity_key *identity = key;

	return resource->kind == identity->kind && strcmp(resource->name, identity->name) == 0 &&
	       strcmp(resource->id, identity->id) == 0;
}

struct resource *observed_add(
	struct observed *observed, const struct kind *kind, const char *name, const char *id, const char *arn)
{
	struct identity_key key = { kind, name, id ? id : "" };
	uint64_t hash = lookup_hash(lookup_hash(lookup_hash(0, kind->name), name), key.id);
	void **place = lookup_place(observed->arena, &observed->by_identity, hash, has_identity, &key);
	struct resource *resource = *place;

	if (!resource)
		*place = resource = resources_add(observed->arena, &observed->all, kind, name, id);
	if (*arn && strcmp(resource->arn, arn) != 0)
		resource->arn = arena_copy(observed->arena, arn);
	return resource;
}

static bool has_arn(const void *item, const void *arn)
{
	return strcmp(((const struct tagged *)item)->arn, arn) == 0;
}

static struct tagged *new_tagged(struct observed *observed, const char *arn)
{
	struct tagged *tagged = arena_alloc(observed->arena, sizeof *tagged);

	tagged->arn = arena_copy(observed->arena, arn);
	arena_grow(observed->arena, &observed->tagged, sizeof tagged, observed->tagged_count,
		&observed->tagged_capacity);
	return observed->tagged[observed->tagged_count++] = tagged;
}

void observed_add_tagged(struct observed *observed, const char *arn, struct tags tags)
{
	void **place = lookup_place(observed->arena, &observed->by_arn, lookup_hash(0, arn), has_arn, arn);

	if (!*place)
		*place = new_tagged(observed, arn);
	((struct tagged *)*place)->tags = tags;
}

struct asked {
	const struct reading *reading;
	const struct resource *resource;
	const char *name;
};

static bool is_question(const void *item, const void *key)
{
	const struct asked *asked = item, *question = key;

	return asked->reading == question->reading && asked->resource == question->resource &&
	       strcmp(asked->name, question->name) == 0;
}

bool observed_ask(struct observed *observed, const struct reading *reading, const struct subject *subject)
{
	struct asked question = { reading, subject->resource, subject->name };
	uint64_t hash = lookup_hash(lookup_hash(0, reading->operation), subject->name);
	struct asked *asked;
	void **place;

	if (subject->resource)
		hash = lookup_hash(hash, subject->resource->id);
	place = lookup_place(observed->arena, &observed->asked, hash, is_question, &question);
	if (*place)
		return false;
	*place = asked = arena_alloc(observed->arena, sizeof *asked);
	*asked = question;
	asked->name = arena_copy(observed->arena, subject->name);
	return true;
}

bool observed_complete(const struct observed *observed)
{
	return observed->incomplete.code == ERROR_NONE;
}

void observed_add_unreadable(
	struct observed *observed, const struct kind *kind, const char *name, const struct error *error)
{
	arena_grow(observed->arena, &observed->unreadable, sizeof *observed->unreadable,
		observed->unreadable_count, &observed->unreadable_capacity);
	observed->unreadable[observed->unreadable_count++] = (struct unreadable){
		.kind = kind, .name = arena_copy(observed->arena, name), .error = error
	};
}

const struct error *observed_unreadable(
	const struct observed *observed, const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < observed->unreadable_count; i++)
		if (observed->unreadable[i].kind == kind && strcmp(observed->unreadable[i].name, name) == 0)
			return observed->unreadable[i].error;
	return NULL;
}

const struct resource *observed_unlisted(
	const struct observed *observed, const struct kind *kind, const char *family)
{
	const struct resources *all = &observed->all;

	for (size_t i = resources_from(all, kind, family); i < all->count; i++) {
		const struct resource *have = all->items[i];

		if (have->kind != kind || strcmp(have->name, family) != 0)
			return NULL;
		if (have->unlisted)
			return have;
	}
	return NULL;
}

static int compare_tagged(const void *a, const void *b)
{
	return strcmp((*(struct tagged *const *)a)->arn, (*(struct tagged *const *)b)->arn);
}

const struct tags *observed_tags(const struct observed *observed, const char *arn)
{
	const struct tagged *found = lookup_find(&observed->by_arn, lookup_hash(0, arn), has_arn, arn);

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
