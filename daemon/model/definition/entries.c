#include "inside.h"

#include <stdlib.h>
#include <string.h>

/* The apps and batches of all files as one list each, and how batches find their app. */

static void collect(
	struct reader *reader, const struct source *source, const char *key, struct entries *entries)
{
	const struct spot *top = TOP(source), *above = MEMBER(top, key);
	const char *name;
	json_t *json;

	json_object_foreach (json_object_get(source->root, key), name, json) {
		arena_grow(reader->scratch, &entries->items, sizeof *entries->items, entries->count,
			&entries->capacity);
		entries->items[entries->count++] = (struct entry){
			.source = source,
			.name = name,
			.json = json,
			.at = position_of(reader, MEMBER(above, name), AT_KEY),
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

/* One file cannot hold a name twice, so the second comes from another one; the first counts. */
static void drop_twice(struct reader *reader, const char *key, struct entries *entries)
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
		if (entry->source->role == TEXT_JUDGED_ALONE && first->source->role == TEXT_ASIDE)
			entries->items[kept - 1] = *entry;
		else if (!fault_is_cut(reader))
			fault_at(reader, MEMBER(above, entry->name), AT_KEY,
				arena_printf(reader->arena, "the %s %s is defined already at %s",
					key[0] == 'a' ? "app" : "batch", quoted(reader, entry->name),
					place_text(reader, first->at)),
				"give one of them another name, or remove it");
	}
	entries->count = kept;
}

void collect_entries(struct reader *reader)
{
	for (size_t i = 0; i < reader->source_count; i++) {
		collect(reader, &reader->sources[i], "apps", &reader->apps);
		collect(reader, &reader->sources[i], "batches", &reader->batches);
	}
	drop_twice(reader, "apps", &reader->apps);
	drop_twice(reader, "batches", &reader->batches);
}

/* A file that is no JSON, which may define what is missing; NULL where there is none. */
static const char *broken_file(const struct reader *reader)
{
	for (size_t i = 0; i < reader->source_count; i++)
		if (!reader->sources[i].root)
			return reader->sources[i].file;
	return NULL;
}

struct app *app_of_batch(struct reader *reader, const struct entry *entry)
{
	const char *name = json_text_of(entry->json, "app", NULL), *broken = broken_file(reader), *near;
	struct app *app = name ? definitions_app(reader->set, name) : NULL;
	const struct spot *top = TOP(entry->source);

	if (app || !name)
		return app;
	if (fault_is_cut(reader))
		return NULL;
	near = nearest_entry(name, &reader->apps);
	fault_at(reader, MEMBER(MEMBER(MEMBER(top, "batches"), entry->name), "app"), AT_VALUE,
		arena_printf(reader->arena, "there is no app %s", quoted(reader, name)),
		near     ? arena_printf(reader->arena, "write %s, or define the app", quoted(reader, near))
		: broken ? arena_printf(reader->arena, "mend %s first, which may define it", broken)
			 : "write the name of an app under \"apps\", or define this one there");
	return NULL;
}
