#include "definition.h"

#include "made.h"
#include "rules.h"
#include "schema_check.h"

/* Texts in, a set out: the order of work, as entries.h tells it. */

static void read_sources(struct draft *draft)
{
	for (size_t i = 0; i < draft->source_count; i++) {
		const struct definition_text *text = &draft->texts[i];
		struct source *source = &draft->sources[i];

		source->file = arena_copy(draft->reader->arena, text->file);
		source->aside = text->role == TEXT_ASIDE;
		read_source(draft->reader, source, text->text, text->length, draft->scratch);
	}
}

/* A task definition by itself, told once and not member by member. */
static bool is_task_definition(struct reader *reader, const struct source *source)
{
	static const char *const marks[] = { "containerDefinitions", "taskDefinition" };
	const struct spot *top = TOP(source);

	for (size_t i = 0; i < ARRAY_LENGTH(marks); i++) {
		if (!json_object_get(source->root, marks[i]))
			continue;
		fault_at(reader, MEMBER(top, marks[i]), AT_KEY,
			"this is a task definition, and the file has to hold apps or batches",
			"write it as the \"taskDefinition\" of an app: {\"apps\": {\"jobs\": {\"taskDefinition\": {...}}}}");
		return true;
	}
	return false;
}

static void check_members(struct draft *draft)
{
	const struct source **files = arena_alloc(draft->scratch, (draft->source_count + 1) * sizeof *files);
	size_t count = 0;

	for (size_t i = 0; i < draft->source_count; i++)
		if (!is_task_definition(draft->reader, &draft->sources[i]))
			files[count++] = &draft->sources[i];
	check_sources(draft->reader, files, count, &schema_definitions);
}

/* Batches of apps that nobody defines are faults, and not in the set. */
static void make_set(struct draft *draft)
{
	struct definitions *set = draft->set;
	struct entries *batches = &draft->batches;
	size_t kept = 0;

	set->apps = arena_alloc(draft->reader->arena, (draft->apps.count + 1) * sizeof *set->apps);
	for (size_t i = 0; i < draft->apps.count; i++)
		make_app(draft->reader, &draft->apps.items[i], &set->apps[i]);
	set->app_count = draft->apps.count;
	set->batches = arena_alloc(draft->reader->arena, (batches->count + 1) * sizeof *set->batches);
	for (size_t i = 0; i < batches->count; i++) {
		struct app *app = app_of_batch(draft, &batches->items[i]);

		if (!app)
			continue;
		batches->items[kept] = batches->items[i];
		make_batch(draft->reader, &batches->items[kept], app, &set->batches[kept]);
		kept++;
	}
	batches->count = set->batch_count = kept;
	find_unused(draft);
}

static void check_all(struct draft *draft)
{
	for (size_t i = 0; i < draft->apps.count; i++)
		check_app(draft, &draft->apps.items[i], &draft->set->apps[i]);
	for (size_t i = 0; i < draft->batches.count; i++)
		check_batch(draft, &draft->batches.items[i], &draft->set->batches[i]);
	check_set(draft);
}

static size_t count_aside(const struct entries *entries)
{
	size_t count = 0;

	for (size_t i = 0; i < entries->count; i++)
		count += entries->items[i].source->aside;
	return count;
}

/* What the apps and batches are made of, and what they say together. */
static void read_entries(struct draft *draft)
{
	for (size_t i = 0; i < draft->batches.count; i++)
		check_alone(draft->reader, &draft->batches.items[i]);
	make_set(draft);
	draft->set->aside_apps = count_aside(&draft->apps);
	draft->set->aside_batches = count_aside(&draft->batches);
	check_all(draft);
}

struct definitions *definitions_read(struct arena *arena, const struct definition_text *texts, size_t count)
{
	CLEANUP_ARENA struct arena *scratch = arena_new();
	struct definitions *set = arena_alloc(arena, sizeof *set);
	struct reader reader = { .arena = arena, .owned = json_must(json_array()) };
	struct draft draft = { &reader, set, scratch, .texts = texts, .source_count = count };

	draft.sources = arena_alloc(scratch, (count + 1) * sizeof *draft.sources);
	read_sources(&draft);
	check_members(&draft);
	collect_entries(&draft);
	if (!reader.too_long)
		read_entries(&draft);
	end_faults(&reader);
	set->arena = arena;
	set->owned = reader.owned;
	set->faults = reader.faults;
	set->fault_count = reader.fault_count;
	set->broken = reader.broken;
	return set;
}
