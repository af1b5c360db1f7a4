#include "verb.h"

#include "common/text.h"

const struct batch *verb_batch(const struct definitions *definitions, const char *name)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	const char **known = arena_alloc(arena, (definitions->batch_count + 1) * sizeof *known);
	const struct batch *batch = definitions_batch(definitions, name);
	const char *nearest;

	if (batch)
		return batch;
	for (size_t i = 0; i < definitions->batch_count; i++)
		known[i] = definitions->batches[i].name;
	nearest = text_nearest(name, known, definitions->batch_count);
	session_complain("no batch %s in the definitions; %s%s%s", name,
		nearest ? "did you mean " : "fargate-batchctl list shows those that are",
		nearest ? nearest : "", nearest ? "?" : "");
	return NULL;
}

bool verb_batches(const struct definitions *definitions, const struct options *options)
{
	for (size_t i = 0; i < options->word_count; i++)
		if (!verb_batch(definitions, options->words[i]))
			return false;
	return true;
}

struct show_options verb_show(const struct options *options, FILE *file)
{
	return (struct show_options){ .colour = show_in_colour(file), .hide_values = options->hide_values };
}
