#include <string.h>

#include "common/text.h"
#include "model/tags.h"
#include "parts.h"

/* What is told beside the plan: nothing is changed for it, and it is no difference. */

void plan_note(struct plan *plan, struct note note)
{
	notes_add(plan->arena, &plan->notes, note);
}

static void note_unused(struct plan *plan, const struct app *app)
{
	struct note note = { .app = app->name, .kind = "repository", .name = app->repository.use.name };

	if (note.name && app->repository.use.unused) {
		note.text = arena_printf(plan->arena,
			"repository %s is not made: every image of the app is elsewhere (\"repository\": \"%s\" would make it)",
			note.name, note.name);
		plan_note(plan, note);
	}
	note.kind = "log-group";
	note.name = app->log_group.use.name;
	if (app->log_group.use.unused) {
		note.text = arena_printf(plan->arena,
			"log group %s is not made: every container of the app logs elsewhere (\"logGroup\": \"%s\" would make it)",
			note.name, note.name);
		plan_note(plan, note);
	}
}

static void note_runs(struct plan *plan, const struct app *app, const struct batch *batch, const char *keys)
{
	if (keys)
		plan_note(plan, (struct note){ .app = app->name,
					.batch = batch ? batch->name : NULL,
					.kind = "run",
					.name = batch ? batch->name : app->name,
					.text = arena_printf(plan->arena,
						"not in force yet: %s; runs are not watched by this version",
						keys) });
}

/* Of the apps that have something to run in this site, each once. */
void plan_notes(struct plan *plan, const struct view *view)
{
	const struct definitions *definitions = view->definitions;
	bool *seen = arena_alloc(plan->arena, (definitions->app_count + 1) * sizeof *seen);

	for (size_t i = 0; i < plan->wants.count; i++) {
		const struct resource *want = plan->wants.items[i];
		size_t at = (size_t)(want->app - definitions->apps);

		if (want->kind->shape == SHAPE_SCHEDULE)
			note_runs(plan, want->app, want->batch, want->batch->told_of_runs);
		if (want->kind->shape != SHAPE_REVISIONS || seen[at])
			continue;
		seen[at] = true;
		note_unused(plan, want->app);
		note_runs(plan, want->app, NULL, want->app->told_of_runs);
	}
}

void plan_note_tags(struct plan *plan, const struct resource *want, const struct resource *have)
{
	for (size_t i = 0; want->tags.caseless && i < want->tags.count; i++) {
		const char *key = want->tags.items[i].key,
			   *other = tags_strangers_key(&want->tags, &have->tags, key);

		if (other)
			plan_note(plan,
				(struct note){ .app = want->app->name,
					.kind = want->kind->name,
					.name = want->name,
					.text = arena_printf(plan->arena,
						"the tag %s of %s %s stays as somebody else set it: AWS takes %s for the same key there",
						other, want->kind->name, want->name, key) });
	}
}
