#include "model/definition_inside.h"

#include <string.h>

/* The apps and batches of all files as one list each, and how batches find their app. */

static const struct entry *find(const struct entries *entries, const char *name)
{
	for (size_t i = 0; i < entries->count; i++)
		if (strcmp(entries->items[i].name, name) == 0)
			return &entries->items[i];
	return NULL;
}

static void collect(struct reader *reader, const struct source *source, const char *key, struct entries *entries)
{
	const struct spot *top = TOP(source), *above = MEMBER(top, key);
	const char *name;
	json_t *json;

	json_object_foreach(json_object_get(source->root, key), name, json)
	{
		const struct spot *spot = MEMBER(above, name);
		struct position at = position_of(reader, spot, AT_KEY);
		const struct entry *first = find(entries, name);

		if (first) {
			fault_at(reader, spot, AT_KEY,
				arena_printf(reader->arena, "the %s %s is defined already at %s",
					key[0] == 'a' ? "app" : "batch", quoted(reader, name),
					place_text(reader, first->at)),
				"give one of them another name, or remove it");
			continue;
		}
		arena_grow(reader->arena, &entries->items, sizeof *entries->items, entries->count, &entries->capacity);
		entries->items[entries->count++] =
			(struct entry){ .source = source, .name = name, .json = json, .at = at };
	}
}

void collect_entries(struct reader *reader)
{
	for (size_t i = 0; i < reader->source_count; i++) {
		collect(reader, &reader->sources[i], "apps", &reader->apps);
		collect(reader, &reader->sources[i], "batches", &reader->batches);
	}
}

struct app *app_of_batch(struct reader *reader, const struct entry *entry)
{
	const char *name = json_text_of(entry->json, "app", NULL), *near;
	struct app *app = name ? definitions_app(reader->set, name) : NULL;
	const struct spot *top = TOP(entry->source);

	if (app || !name)
		return app;
	near = nearest_entry(reader, name, &reader->apps);
	fault_at(reader, MEMBER(MEMBER(MEMBER(top, "batches"), entry->name), "app"), AT_VALUE,
		arena_printf(reader->arena, "there is no app %s", quoted(reader, name)),
		near ? arena_printf(reader->arena, "write %s, or define the app", quoted(reader, near)) :
		       "write the name of an app under \"apps\", or define this one there");
	return NULL;
}
