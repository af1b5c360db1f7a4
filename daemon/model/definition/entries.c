#include "entries.h"

#include <stdlib.h>
#include <string.h>

#include "common/text.h"

/* The apps and batches of all files as one list each, and how batches find their app. */

static void collect(
	struct draft *draft, const struct source *source, const char *key, struct entries *entries)
{
	const struct spot *top = TOP(source), *above = MEMBER(top, key);
	const char *name;
	json_t *json;

	json_object_foreach (json_object_get(source->root, key), name, json) {
		arena_grow(draft->scratch, &entries->items, sizeof *entries->items, entries->count,
			&entries->capacity);
		entries->items[entries->count++] = (struct entry){
			.source = source,
			.name = name,
			.json = json,
			.at = position_of(draft->reader, MEMBER(above, name), AT_KEY),
		};
	}
}

/* By name; the same name in the order of the files, which lie in one array. */
static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int names = strcmp(x->name, y->name);

	return names ? names : (x->source > y->source) - (x->source < y->source);
}

static enum text_role role_of(const struct draft *draft, const struct entry *entry)
{
	return draft->texts[entry->source - draft->sources].role;
}

/* One file cannot hold a name twice, so the second comes from another one; the first counts. */
static void drop_twice(struct draft *draft, const char *key, struct entries *entries)
{
	size_t kept = 0;

	if (entries->count)
		qsort(entries->items, entries->count, sizeof *entries->items, compare_entries);
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = &entries->items[i],
				   *first = kept ? &entries->items[kept - 1] : NULL;
		const struct spot *top = TOP(entry->source), *above = MEMBER(top, key);

		if (!first || strcmp(first->name, entry->name) != 0) {
			entries->items[kept++] = *entry;
			continue;
		}
		if (role_of(draft, entry) == TEXT_JUDGED_ALONE && role_of(draft, first) == TEXT_ASIDE)
			entries->items[kept - 1] = *entry;
		else if (!fault_is_cut(draft->reader))
			fault_at(draft->reader, MEMBER(above, entry->name), AT_KEY,
				arena_printf(draft->reader->arena, "the %s %s is defined already at %s",
					key[0] == 'a' ? "app" : "batch", quoted(draft->reader, entry->name),
					place_text(draft->reader, first->at)),
				"give one of them another name, or remove it");
	}
	entries->count = kept;
}

void collect_entries(struct draft *draft)
{
	for (size_t i = 0; i < draft->source_count; i++) {
		collect(draft, &draft->sources[i], "apps", &draft->apps);
		collect(draft, &draft->sources[i], "batches", &draft->batches);
	}
	drop_twice(draft, "apps", &draft->apps);
	drop_twice(draft, "batches", &draft->batches);
}

/* A file that is no JSON, which may define what is missing; NULL where there is none. */
static const char *broken_file(const struct draft *draft)
{
	for (size_t i = 0; i < draft->source_count; i++)
		if (!draft->sources[i].root)
			return draft->sources[i].file;
	return NULL;
}

/* What the name may have been meant to be; NULL where nothing is near. */
static const char *nearest_entry(const char *name, const struct entries *entries)
{
	CLEANUP_FREE const char **known = must_alloc((entries->count + 1) * sizeof *known);

	for (size_t i = 0; i < entries->count; i++)
		known[i] = entries->items[i].name;
	return text_nearest(name, known, entries->count);
}

struct app *app_of_batch(struct draft *draft, const struct entry *entry)
{
	const char *name = json_text_of(entry->json, "app", NULL), *broken = broken_file(draft), *near;
	struct app *app = name ? definitions_app(draft->set, name) : NULL;
	const struct spot *top = TOP(entry->source);

	if (app || !name)
		return app;
	if (fault_is_cut(draft->reader))
		return NULL;
	near = nearest_entry(name, &draft->apps);
	fault_at(draft->reader, MEMBER(MEMBER(MEMBER(top, "batches"), entry->name), "app"), AT_VALUE,
		arena_printf(draft->reader->arena, "there is no app %s", quoted(draft->reader, name)),
		near     ? arena_printf(draft->reader->arena, "write %s, or define the app",
				   quoted(draft->reader, near))
		: broken ? arena_printf(draft->reader->arena, "mend %s first, which may define it", broken)
			 : "write the name of an app under \"apps\", or define this one there");
	return NULL;
}
