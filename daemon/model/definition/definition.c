#include "definition.h"

#include <stdlib.h>
#include <string.h>

#include "inside.h"

/* Deeper than anything AWS takes, and shallow enough for every recursion here. */
enum { DEPTH_MOST = 32 };

static void read_source(struct reader *reader, const struct definition_text *text, struct source *source)
{
	struct json_place where = { 1, 1 };
	struct error error = { 0 };

	source->file = arena_copy(reader->arena, text->file);
	source->role = text->role;
	source->root = json_read(
		text->text, text->length, DEPTH_MOST, reader->scratch, &source->places, &where, &error);
	if (source->root)
		json_add(reader->set->owned, source->root);
	else if (source->role != TEXT_ASIDE)
		fault_in_text(reader, source->file, where, &error);
}

static int compare_faults(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;
	int files = strcmp(x->at.file, y->at.file);

	if (x->rest != y->rest)
		return x->rest ? 1 : -1;
	if (files)
		return files;
	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	if (x->at.column != y->at.column)
		return x->at.column < y->at.column ? -1 : 1;
	return strcmp(x->message, y->message);
}

/* Batches of apps that nobody defines are faults, and not in the set. */
static void make_set(struct reader *reader)
{
	struct definitions *set = reader->set;
	struct entries *batches = &reader->batches;
	size_t kept = 0;

	set->apps = arena_alloc(reader->arena, (reader->apps.count + 1) * sizeof *set->apps);
	for (size_t i = 0; i < reader->apps.count; i++)
		make_app(reader, &reader->apps.items[i], &set->apps[i]);
	set->app_count = reader->apps.count;
	set->batches = arena_alloc(reader->arena, (batches->count + 1) * sizeof *set->batches);
	for (size_t i = 0; i < batches->count; i++) {
		struct app *app = app_of_batch(reader, &batches->items[i]);

		if (!app)
			continue;
		batches->items[kept] = batches->items[i];
		make_batch(reader, &batches->items[kept], app, &set->batches[kept]);
		kept++;
	}
	batches->count = set->batch_count = kept;
	find_unused(reader);
}

static void check_all(struct reader *reader)
{
	for (size_t i = 0; i < reader->apps.count; i++)
		check_app(reader, &reader->apps.items[i], &reader->set->apps[i]);
	for (size_t i = 0; i < reader->batches.count; i++)
		check_batch(reader, &reader->batches.items[i], &reader->set->batches[i]);
	check_set(reader);
}

static size_t count_aside(const struct entries *entries)
{
	size_t count = 0;

	for (size_t i = 0; i < entries->count; i++)
		count += entries->items[i].source->role == TEXT_ASIDE;
	return count;
}

/* What the apps and batches are made of, and what they say together. */
static void read_entries(struct reader *reader)
{
	for (size_t i = 0; i < reader->batches.count; i++)
		check_alone(reader, &reader->batches.items[i]);
	make_set(reader);
	reader->set->aside_apps = count_aside(&reader->apps);
	reader->set->aside_batches = count_aside(&reader->batches);
	check_all(reader);
}

static void sort_faults(struct definitions *set)
{
	if (set->fault_count)
		qsort(set->faults, set->fault_count, sizeof(struct fault), compare_faults);
}

struct definitions *definitions_read(struct arena *arena, const struct definition_text *texts, size_t count)
{
	CLEANUP_ARENA struct arena *scratch = arena_new();
	struct reader reader = { .arena = arena, .scratch = scratch, .source_count = count };

	reader.set = arena_alloc(arena, sizeof *reader.set);
	reader.set->arena = arena;
	reader.set->owned = json_must(json_array());
	reader.sources = arena_alloc(scratch, (count + 1) * sizeof *reader.sources);
	for (size_t i = 0; i < count; i++)
		read_source(&reader, &texts[i], &reader.sources[i]);
	check_members(&reader);
	collect_entries(&reader);
	if (!reader.too_long)
		read_entries(&reader);
	sort_faults(reader.set);
	drop_yielding(&reader);
	tell_rest(&reader);
	return reader.set;
}

void definitions_add_fault(struct definitions *definitions, struct fault fault)
{
	size_t count = definitions->fault_count, at = count;
	struct fault *all = arena_alloc(definitions->arena, (count + 1) * sizeof *all);

	while (at > 0 && compare_faults(&definitions->faults[at - 1], &fault) > 0)
		at--;
	for (size_t i = 0; i < count; i++)
		all[i < at ? i : i + 1] = definitions->faults[i];
	all[at] = fault;
	definitions->faults = all;
	definitions->fault_count++;
	definitions->broken = definitions->broken || !fault.warning;
}

struct definitions *definitions_free(struct definitions *definitions)
{
	if (definitions)
		json_decref(definitions->owned);
	return NULL;
}

static int compare_app(const void *name, const void *app)
{
	return strcmp(name, ((const struct app *)app)->name);
}

static int compare_batch(const void *name, const void *batch)
{
	return strcmp(name, ((const struct batch *)batch)->name);
}

struct app *definitions_app(const struct definitions *definitions, const char *name)
{
	if (!definitions->app_count)
		return NULL;
	return bsearch(name, definitions->apps, definitions->app_count, sizeof(struct app), compare_app);
}

struct batch *definitions_batch(const struct definitions *definitions, const char *name)
{
	if (!definitions->batch_count)
		return NULL;
	return bsearch(
		name, definitions->batches, definitions->batch_count, sizeof(struct batch), compare_batch);
}
