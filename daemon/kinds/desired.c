#include "desired.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "model/tags.h"

static struct resource *already(const struct resources *all, const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i]->kind == kind && strcmp(all->items[i]->name, name) == 0)
			return all->items[i];
	return NULL;
}

static void drop_tag(struct tags *tags, const char *key)
{
	size_t kept = 0;

	for (size_t i = 0; i < tags->count; i++)
		if (strcmp(tags->items[i].key, key) != 0)
			tags->items[kept++] = tags->items[i];
	tags->count = kept;
}

static void add_sharer(
	struct arena *arena, struct resource *want, struct app *app, struct position at, bool elsewhere)
{
	if (want->app == app || (want->sharer_count && want->sharers[want->sharer_count - 1].app == app))
		return;
	arena_grow(arena, &want->sharers, sizeof *want->sharers, want->sharer_count, &want->sharer_capacity);
	want->sharers[want->sharer_count++] = (struct sharer){ app, at, elsewhere };
	tags_gather_user(arena, &want->user, app->tags, false);
	tags_add_user(arena, &want->tags, &want->user);
}

struct resource *want_of_app(const struct view *view, struct resources *all, const struct kind *kind,
	struct app *app, const struct used_name *use)
{
	struct resource *want = already(all, kind, use->name);
	bool elsewhere = !site_has(view, app);

	if (want) {
		add_sharer(view->arena, want, app, use->at, elsewhere);
		want->managed = want->managed || (use->managed && !elsewhere);
		if (!app->delete_with_last)
			drop_tag(&want->tags, TAG_ON_DELETE);
		return want;
	}
	if (elsewhere)
		return NULL;
	want = resources_add(view->arena, all, kind, use->name, "");
	want->app = app;
	want->at = use->at;
	want->managed = use->managed;
	tags_set(view->arena, &want->tags, TAG_OWNER, view->owner);
	tags_set(view->arena, &want->tags, TAG_APP, app->name);
	if (app->delete_with_last && kind->shape == SHAPE_PLAIN)
		tags_set(view->arena, &want->tags, TAG_ON_DELETE, "delete");
	tags_gather_user(view->arena, &want->user, app->tags, false);
	tags_add_user(view->arena, &want->tags, &want->user);
	return want;
}

/* The apps that want it stand in one array, so that each site takes their words in the same order. */
static int compare_sharers(const void *a, const void *b)
{
	const struct app *left = ((const struct sharer *)a)->app, *right = ((const struct sharer *)b)->app;

	return left < right ? -1 : left > right;
}

/* The tags as every site that shares it wants them: of two values of one key the first app's. */
static void gather_anew(struct arena *arena, struct resource *want)
{
	struct sharer *everyone = arena_alloc(arena, (want->sharer_count + 1) * sizeof *everyone);

	memcpy(everyone, want->sharers, want->sharer_count * sizeof *everyone);
	everyone[want->sharer_count] = (struct sharer){ .app = want->app };
	qsort(everyone, want->sharer_count + 1, sizeof *everyone, compare_sharers);
	want->user = (struct tags){ 0 };
	for (size_t i = 0; i <= want->sharer_count; i++)
		tags_gather_user(arena, &want->user, everyone[i].app->tags, false);
	tags_add_user(arena, &want->tags, &want->user);
}

void want_of_apps(const struct view *view, struct resources *all,
	bool (*shares)(const struct view *view, const struct app *app),
	void (*wants)(const struct view *view, struct resources *all, struct app *app))
{
	struct app *apps = view->definitions->apps;
	size_t count = view->definitions->app_count, before = all->count;

	for (size_t i = 0; i < count; i++)
		if (site_has(view, &apps[i]))
			wants(view, all, &apps[i]);
	for (size_t i = 0; i < count; i++)
		if (!site_has(view, &apps[i]) && shares(view, &apps[i]))
			wants(view, all, &apps[i]);
	for (size_t i = before; i < all->count; i++) {
		const struct resource *want = all->items[i];

		if (want->sharer_count && want->sharers[want->sharer_count - 1].elsewhere)
			gather_anew(view->arena, all->items[i]);
	}
}

const struct app *app_that_wishes(const struct resource *want, size_t member)
{
	const struct app *first = wish_at(want->app, member)->is ? want->app : NULL;

	for (size_t i = 0; i < want->sharer_count; i++) {
		const struct app *app = want->sharers[i].app;

		if (wish_at(app, member)->is && (!first || app < first))
			first = app;
	}
	return first ? first : want->app;
}

const struct wish *wish_of_apps(const struct resource *want, size_t member)
{
	return wish_at(app_that_wishes(want, member), member);
}

struct resource *want_of_batch(const struct view *view, struct resources *all, const struct kind *kind,
	struct batch *batch, const char *name, const char *id)
{
	struct resource *want = resources_add(view->arena, all, kind, name, id);

	want->app = batch->app;
	want->batch = batch;
	want->at = batch->at;
	if (!kind->tagged)
		return want;
	tags_set(view->arena, &want->tags, TAG_OWNER, view->owner);
	tags_set(view->arena, &want->tags, TAG_APP, batch->app->name);
	tags_set(view->arena, &want->tags, TAG_BATCH, batch->name);
	tags_gather_user(view->arena, &want->user, batch->app->tags, false);
	tags_gather_user(view->arena, &want->user, batch->tags, true);
	tags_add_user(view->arena, &want->tags, &want->user);
	return want;
}

/* Services differ in how they write the members of such a request. */
static void request_tags(struct requests *out, const struct resource *have, const char *operation,
	const char *const members[2], json_t *value)
{
	const char *service = have->kind->tags_reading->service;
	json_t *params = json_must(json_pack("{s:s}", have->kind->tags_member, have->arn));

	json_put(params, members[strcmp(service, "events") == 0], value);
	requests_add(out, service, operation, params);
}

/* Takes away first: until that is done, the tag that remembers which keys are ours has to name them. */
void requests_tag(struct requests *out, const struct change *change)
{
	static const char *const keys[] = { "tagKeys", "TagKeys" }, *const tags[] = { "tags", "Tags" };
	const struct resource *have = change->have;
	bool lower = strcmp(have->kind->tags_reading->service, "ecs") == 0;

	if (change->remove_tags && change->remove_tags->count)
		request_tags(out, have, "UntagResource", keys, tags_keys(change->remove_tags));
	if (change->set_tags && change->set_tags->count)
		request_tags(out, have, "TagResource", tags, tags_list(change->set_tags, lower));
}

json_t *tags_params(const struct view *view, const struct subject *subject)
{
	const struct resource *have = subject->resource;

	(void)view;
	return json_must(json_pack("{s:s}", have->kind->tags_member, have->arn));
}

const json_t *listed(const json_t *reply, const char *list, const char *member, struct error *error)
{
	const json_t *all = json_object_get(reply, list);
	json_t *item;
	size_t i;

	if (!json_is_array(all)) {
		error_set(error, ERROR_REPLY, "the answer has no %s", list);
		return NULL;
	}
	json_array_foreach (all, i, item)
		if (!json_is_string(member ? json_object_get(item, member) : item)) {
			error_set(
				error, ERROR_REPLY, "the answer has an item in %s that cannot be read", list);
			return NULL;
		}
	return all;
}

bool tags_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	struct resource *have = hearing->subject.resource;
	const json_t *list = json_object_get(reply, "Tags");

	if (!list)
		list = json_object_get(reply, "tags");
	/* ECS leaves the member out where there are no tags; a resource that is gone has none either. */
	if (list && !json_is_array(list) && !json_is_object(list) && !json_is_null(list))
		return error_set(error, ERROR_REPLY, "the answer's tags are not a list");
	have->tags = tags_read(hearing->observed->arena, list);
	have->tags_read = TAGS_STRONG;
	have->hash = tags_value(&have->tags, TAG_HASH);
	return true;
}

bool changes(const struct change *change, const char *path)
{
	size_t length = strlen(path);

	for (size_t i = 0; change->differences && i < change->differences->count; i++) {
		const char *at = change->differences->items[i].path;

		if (strncmp(at, path, length) == 0 && (!at[length] || at[length] == '.' || at[length] == '['))
			return true;
	}
	return false;
}
