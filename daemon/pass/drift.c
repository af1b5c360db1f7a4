#include "drift.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "model/tags.h"

/* A record holds so many letters for each field: half of them name its path, the other half its value. */
enum { LETTERS = 4, MARK = 2 * LETTERS };

/* FNV-1a: a change has to be seen, nobody has to be kept from making one up. */
static void add_letters(struct text *out, const char *value)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint64_t hash = 14695981039346656037U;

	for (; *value; value++)
		hash = (hash ^ (unsigned char)*value) * 1099511628211U;
	hash ^= hash >> 32;
	for (size_t i = 0; i < LETTERS; i++, hash >>= 6)
		text_add_char(out, letters[hash & 63]);
}

static void add_mark(struct text *out, const char *path, const char *value)
{
	add_letters(out, path);
	add_letters(out, value);
}

static const char *name_of(struct text *name, const struct resource *want)
{
	text_clear(name);
	text_printf(name, "%s %s%s%s", want->kind->name, want->name, *want->id ? " " : "", want->id);
	return text_string(name);
}

static const char *kept_of(const struct pass_site *site, const struct resource *want)
{
	CLEANUP_TEXT struct text name = { 0 };

	return state_fulfilled(site->memory, site->site.role_arn, name_of(&name, want));
}

static const char *hash_of(const struct plan *plan, const struct resource *want)
{
	const struct resource *family =
		resources_find(&plan->wants, want->kind->starts, want->batch->family, NULL);

	return family ? tags_value(&family->tags, TAG_HASH) : NULL;
}

/* Of a revision and of what starts it the content is asked for, by whatever number. */
static const char *wish(const struct plan *plan, const struct resource *want, const char *path)
{
	size_t length = strlen(path);

	if (want->batch && text_compare(want->kind->revision_path, path) == 0)
		return hash_of(plan, want);
	if (text_starts(path, "tags[") && want->kind->tagged) {
		char *key = arena_copy(plan->arena, path + strlen("tags["));

		key[length - strlen("tags[]")] = '\0';
		return tags_value(&want->tags, key);
	}
	return fields_value(&want->fields, path);
}

/* The letters of the kept value, NULL where none was asked for at this path. */
static const char *kept_value(const char *kept, const char *path)
{
	CLEANUP_TEXT struct text name = { 0 };

	add_letters(&name, path);
	for (; strlen(kept) >= MARK; kept += MARK)
		if (strncmp(kept, text_string(&name), LETTERS) == 0)
			return kept + LETTERS;
	return NULL;
}

static bool is_as_kept(const char *kept, const char *path, const char *value)
{
	CLEANUP_TEXT struct text now = { 0 };
	const char *before = kept_value(kept, path);

	if (!before || !value)
		return !before && !value;
	add_letters(&now, value);
	return strncmp(before, text_string(&now), LETTERS) == 0;
}

/* A revision of another content is asked for; one that is there, and reads otherwise, is nobody's removal. */
static bool is_new_content(const struct plan *plan, const struct resource *want, const char *kept)
{
	const char *hash = tags_value(&want->tags, TAG_HASH);
	const struct resources *all = &plan->observed->all;

	if (!is_as_kept(kept, "tags[" TAG_HASH "]", hash))
		return true;
	for (size_t i = resources_from(all, want->kind, want->name);
		i < all->count && all->items[i]->kind == want->kind &&
		strcmp(all->items[i]->name, want->name) == 0;
		i++)
		if (text_compare(all->items[i]->hash, hash) == 0)
			return true;
	return false;
}

bool drift_asked_for(
	const struct pass_site *site, const struct action *action, const struct difference *difference)
{
	const struct resource *want = action->want;
	const char *kept;

	/* What left is stopped once; who starts it again does that outside. */
	if (!want)
		return action->verb != VERB_DISABLE ||
		       !state_name(site->memory, action->kind->name, action->name).left;
	kept = kept_of(site, want);
	if (!kept)
		return true;
	if (action->verb == VERB_CREATE)
		return want->kind->shape == SHAPE_REVISIONS && is_new_content(site->plan, want, kept);
	return difference && !is_as_kept(kept, difference->path, wish(site->plan, want, difference->path));
}

/* Its record; the content of a revision is its hash, which is a tag. */
static const char *record_of(struct text *record, const struct plan *plan, const struct resource *want)
{
	text_clear(record);
	for (size_t i = 0; i < want->fields.count && want->kind->shape != SHAPE_REVISIONS; i++) {
		const char *value = wish(plan, want, want->fields.items[i].path);

		if (value)
			add_mark(record, want->fields.items[i].path, value);
	}
	for (size_t i = 0; i < want->tags.count && want->kind->tagged; i++) {
		CLEANUP_TEXT struct text path = { 0 };

		text_printf(&path, "tags[%s]", want->tags.items[i].key);
		add_mark(record, text_string(&path), want->tags.items[i].value);
	}
	return text_string(record);
}

static int compare_wants(const void *a, const void *b)
{
	const struct resource *left = *(const struct resource *const *)a,
			      *right = *(const struct resource *const *)b;

	return left < right ? -1 : left > right;
}

/* What this pass has not made as it was asked for, sorted. */
static const struct resource **unfulfilled(const struct plan *plan, size_t *count)
{
	const struct resource **open =
		arena_alloc(plan->arena, (plan->action_count + 1) * sizeof(const struct resource *));

	*count = 0;
	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];

		if (action->want && action->outcome != OUTCOME_DONE && action->outcome != OUTCOME_UNNEEDED)
			open[(*count)++] = action->want;
	}
	qsort(open, *count, sizeof *open, compare_wants);
	return open;
}

/* What only stands by, or is stopped, keeps what was kept of it. */
static bool is_fulfilled(const struct pass_site *site, const struct resource *want,
	const struct resource *const *open, size_t count)
{
	return want->managed && want->content_read && !plan_blocked(site->plan, want->app, want->batch) &&
	       !(count && bsearch(&want, open, count, sizeof *open, compare_wants));
}

static bool is_wanted(const char *name, void *data)
{
	return json_object_get(data, name) != NULL;
}

/* What nothing wants any more was, if it comes back, never so before. */
static void drop_unwanted(struct pass_site *site)
{
	CLEANUP(json_decrefp) json_t *wanted = NULL;
	CLEANUP_TEXT struct text name = { 0 };

	if (site->pass->options.only_count ||
		state_fulfilled_count(site->memory, site->site.role_arn) <= site->plan->wants.count)
		return;
	wanted = json_must(json_object());
	for (size_t i = 0; i < site->plan->wants.count; i++)
		json_put(wanted, name_of(&name, site->plan->wants.items[i]), json_true());
	state_drop_fulfilled(site->memory, site->site.role_arn, is_wanted, wanted);
}

void drift_keep(struct pass_site *site)
{
	CLEANUP_TEXT struct text name = { 0 }, record = { 0 };
	const struct plan *plan = site->plan;
	size_t count;
	const struct resource **open = unfulfilled(plan, &count);

	for (size_t i = 0; i < plan->wants.count; i++) {
		const struct resource *want = plan->wants.items[i];

		if (is_fulfilled(site, want, open, count))
			state_fulfil(site->memory, site->site.role_arn, name_of(&name, want),
				record_of(&record, plan, want));
	}
	drop_unwanted(site);
}
