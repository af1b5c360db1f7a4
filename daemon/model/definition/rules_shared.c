#include "rules.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "common/text.h"

/*
 * The tags of what several apps use: all their tags are on it together. Of an IAM role they are more
 * delicate: its keys know no case, and roles are shared over regions.
 */

/* AWS takes 50 tags on a resource; the daemon sets three of its own, and two more when one leaves. */
enum { TAGS_MOST_SHARED = 45 };

/* One app's use of a thing. */
struct sharing {
	const char *kind, *name;
	const struct app *app;
	size_t index; /* of the app */
};

struct sharings {
	struct sharing *items;
	size_t count, capacity;
};

static bool is_role(const struct sharing *sharing)
{
	return sharing->kind[0] == 'r' && sharing->kind[1] == 'o';
}

static void add_use(
	struct draft *draft, struct sharings *all, const char *kind, const char *name, size_t index)
{
	const struct app *app = &draft->set->apps[index];

	arena_grow(draft->scratch, &all->items, sizeof *all->items, all->count, &all->capacity);
	all->items[all->count++] = (struct sharing){ kind, name, app, index };
}

static void add_role(struct draft *draft, struct sharings *all, const char *role, size_t index)
{
	const char *slash = text_starts(role, "arn:") ? strrchr(role, '/') : NULL;

	add_use(draft, all, "role", slash ? slash + 1 : role, index);
}

static void add_uses(struct draft *draft, struct sharings *all, size_t index)
{
	const struct app *app = &draft->set->apps[index];

	add_role(draft, all, app->roles.execution, index);
	add_role(draft, all, app->roles.task, index);
	add_role(draft, all, app->roles.events, index);
	if (app->repository.use.name && app->repository.use.managed)
		add_use(draft, all, "repository", app->repository.use.name, index);
	if (app->cluster.use.managed)
		add_use(draft, all, "cluster", app->cluster.use.name, index);
	if (app->log_group.use.managed)
		add_use(draft, all, "log group", app->log_group.use.name, index);
}

/* The same name in the same place, as far as files tell. */
static int compare_places(const struct sharing *a, const struct sharing *b)
{
	int order = strcmp(a->kind, b->kind);

	order = order ? order : strcmp(a->name, b->name);
	order = order || is_role(a) ? order : text_compare(a->app->region, b->app->region);
	order = order ? order : text_compare(a->app->account_id, b->app->account_id);
	return order ? order : text_compare(a->app->assume_role_arn, b->app->assume_role_arn);
}

static int compare_sharings(const void *a, const void *b)
{
	const struct sharing *x = a, *y = b;
	int order = compare_places(x, y);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static const struct spot *tags_spot(struct draft *draft, const struct sharing *user, struct spot steps[4])
{
	const struct entry *entry = &draft->apps.items[user->index];

	steps[0] = (struct spot){ .source = entry->source };
	steps[1] = (struct spot){ .source = entry->source, .up = &steps[0], .key = "apps" };
	steps[2] = (struct spot){ .source = entry->source, .up = &steps[1], .key = entry->name };
	steps[3] = (struct spot){ .source = entry->source, .up = &steps[2], .key = "tags" };
	return &steps[3];
}

/* A key as it was first written, and who wrote it. */
struct key {
	const char *text;
	const struct sharing *user;
};

static void same_key(
	struct draft *draft, const struct sharing *user, const char *text, const struct key *first)
{
	struct spot steps[4], first_steps[4];
	const struct spot *there = MEMBER(tags_spot(draft, first->user, first_steps), first->text);

	fault_at(draft->reader, MEMBER(tags_spot(draft, user, steps), text), AT_KEY,
		arena_printf(draft->reader->arena,
			"the tag %s differs only in its capitals from %s at %s, and both are on the role %s, where AWS knows no case",
			quoted(draft->reader, text), quoted(draft->reader, first->text),
			place_text(draft->reader, position_of(draft->reader, there, AT_KEY)),
			quoted(draft->reader, user->name)),
		"write the same key in both places");
}

struct keys {
	struct key *items;
	size_t count, capacity;
};

/* The keys of all users so far; false where one is a fault, which is told once. */
static bool add_keys(struct draft *draft, const struct sharing *user, struct keys *keys)
{
	const char *text;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)user->app->tags, text, value) {
		size_t i = 0;

		while (i < keys->count &&
			(is_role(user) ? strcasecmp : strcmp)(keys->items[i].text, text) != 0)
			i++;
		if (i < keys->count && strcmp(keys->items[i].text, text) != 0) {
			same_key(draft, user, text, &keys->items[i]);
			return false;
		}
		if (i < keys->count)
			continue;
		arena_grow(draft->scratch, &keys->items, sizeof *keys->items, keys->count, &keys->capacity);
		keys->items[keys->count++] = (struct key){ text, user };
	}
	return true;
}

static void too_many(
	struct draft *draft, const struct sharing *user, const struct sharing *first, size_t count)
{
	struct spot steps[4];

	fault_at(draft->reader, tags_spot(draft, user, steps), AT_KEY,
		arena_printf(draft->reader->arena, "%zu tags on the %s %s together with app %s at %s", count,
			user->kind, quoted(draft->reader, user->name),
			quoted(draft->reader, first->app->name), place_text(draft->reader, first->app->at)),
		arena_printf(draft->reader->arena,
			"write at most %d on what apps share: AWS takes 50, and the daemon needs the rest",
			TAGS_MOST_SHARED));
}

/* An app that has too many by itself is told so elsewhere; here it is about what they come to together. */
static void check_users(
	struct draft *draft, const struct sharing *users, size_t user_count, struct keys *keys)
{
	keys->count = 0;
	for (size_t i = 0; i < user_count; i++) {
		if (json_object_size(users[i].app->tags) > TAGS_MOST_SHARED ||
			!add_keys(draft, &users[i], keys))
			return;
		if (keys->count > TAGS_MOST_SHARED && users[i].app != users[0].app) {
			too_many(draft, &users[i], &users[0], keys->count);
			return;
		}
	}
}

/* Whether the faults of these users were told already, of
 * other things of theirs; both are in the order of the apps. */
static bool told_before(
	const struct sharing *users, size_t count, const struct sharing *before, size_t before_count)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		while (at < before_count && before[at].index < users[i].index)
			at++;
		if (at == before_count || before[at].index != users[i].index)
			return false;
	}
	return true;
}

void check_shared_tags(struct draft *draft)
{
	struct sharings all = { 0 };
	struct keys keys = { 0 };
	size_t from = 0, before = 0, before_count = 0;

	for (size_t i = 0; i < draft->set->app_count; i++)
		add_uses(draft, &all, i);
	if (all.count)
		qsort(all.items, all.count, sizeof *all.items, compare_sharings);
	for (size_t i = 1; i <= all.count; i++) {
		size_t faults = draft->reader->fault_count;

		if (i < all.count && compare_places(&all.items[from], &all.items[i]) == 0)
			continue;
		if (!before_count ||
			!told_before(&all.items[from], i - from, &all.items[before], before_count))
			check_users(draft, &all.items[from], i - from, &keys);
		if (draft->reader->fault_count > faults) {
			before = from;
			before_count = i - from;
		}
		from = i;
	}
}
