#include <string.h>

#include "model/plan.h"
#include "model/tags.h"
#include "text.h"

/* What is told beside the plan: nothing is changed for it, and it is no difference. */

void plan_note(struct plan *plan, struct note note)
{
	arena_grow(plan->arena, &plan->notes, sizeof note, plan->note_count, &plan->note_capacity);
	plan->notes[plan->note_count++] = note;
}

static void note_unused(struct plan *plan, const struct app *app)
{
	const char *name = app->repository.use.name;

	if (name && app->repository.use.unused)
		plan_note(plan, (struct note){ app->name, "repository", name,
					arena_printf(plan->arena,
						"repository %s is not made: every image of the app is "
						"elsewhere (\"repository\": "
						"\"%s\" would make it)",
						name, name) });
	name = app->log_group.use.name;
	if (app->log_group.use.unused)
		plan_note(plan, (struct note){ app->name, "log-group", name,
					arena_printf(plan->arena,
						"log group %s is not made: every container of the app logs "
						"elsewhere (\"logGroup\": "
						"\"%s\" would make it)",
						name, name) });
}

/* Of the apps that have something to run in this site, each once. */
void plan_notes(struct plan *plan, const struct view *view)
{
	const struct definitions *definitions = view->definitions;
	bool *seen = arena_alloc(plan->arena, (definitions->app_count + 1) * sizeof *seen);

	for (size_t i = 0; i < plan->wants.count; i++) {
		const struct resource *want = plan->wants.items[i];
		size_t at = (size_t)(want->app - definitions->apps);

		if (want->kind->shape != SHAPE_REVISIONS || seen[at])
			continue;
		seen[at] = true;
		note_unused(plan, want->app);
	}
}

void plan_note_tags(struct plan *plan, const struct resource *want, const struct resource *have)
{
	for (size_t i = 0; want->tags.caseless && i < want->tags.count; i++) {
		const char *key = want->tags.items[i].key,
			   *other = tags_strangers_key(&want->tags, &have->tags, key);

		if (other)
			plan_note(plan, (struct note){ want->app->name, want->kind->name, want->name,
						arena_printf(plan->arena,
							"the tag %s of %s %s stays as somebody else set it: "
							"AWS takes %s for the same key "
							"there",
							other, want->kind->name, want->name, key) });
	}
}
