#include "definition.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "faults.h"

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

bool definitions_are_judged(const struct definitions *definitions, struct position at)
{
	for (size_t i = 0; i < definitions->text_count; i++)
		if (definitions->texts[i].role == TEXT_ASIDE &&
			strcmp(definitions->texts[i].file, at.file) == 0)
			return false;
	return true;
}

static bool is_matched(const json_t *globs, const char *text)
{
	json_t *glob;
	size_t i;

	json_array_foreach (globs, i, glob)
		if (fnmatch(json_string_value(glob), text, FNM_NOESCAPE) == 0)
			return true;
	return false;
}

void definitions_limit_roles(struct definitions *definitions, const json_t *globs)
{
	size_t told = 0;

	for (size_t i = 0; globs && i < definitions->app_count && told < FAULTS_TOLD; i++) {
		const struct app *app = &definitions->apps[i];

		if (!app->assume_role_arn || is_matched(globs, app->assume_role_arn) ||
			!definitions_are_judged(definitions, app->assume_role_at))
			continue;
		told++;
		definitions_add_fault(definitions,
			(struct fault){ .at = app->assume_role_at,
				.message = arena_printf(definitions->arena,
					"%s is none of the roles that \"assumeRoles\" in the settings lets definitions take on",
					app->assume_role_arn),
				.remedy = "write one that it matches, or leave \"assumeRoleArn\" out" });
	}
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

const struct wish *wish_at(const struct app *app, size_t member)
{
	return (const struct wish *)(const void *)((const char *)app + member);
}

const char *app_container(const struct app *app)
{
	const json_t *containers = json_object_get(app->task_definition, "containerDefinitions");

	return json_text_of(json_array_get(containers, 0), "name", app->name);
}

/* The tag at the end of an image's name: after the last colon that is no port's. NULL where it has none. */
static const char *tag_of_uri(struct arena *arena, const char *uri)
{
	const char *slash = strrchr(uri, '/'), *colon = strchr(slash ? slash : uri, ':');

	return colon ? arena_copy_n(arena, colon + 1, strcspn(colon + 1, "@")) : NULL;
}

/* What stands for {tag}: the tag, the first digits of a digest, or "latest", as a puller would take it. */
static const char *tag_of(struct arena *arena, const struct batch *batch)
{
	const struct image *own = &batch->image;
	const struct image *image = own->tag || own->digest || own->uri ? own : &batch->app->image;
	const json_t *containers = json_object_get(batch->app->task_definition, "containerDefinitions");
	const char *uri = json_text_of(json_array_get(containers, 0), "image", image->uri);
	const char *tag = uri ? tag_of_uri(arena, uri) : image->tag;

	if (!tag && image->digest)
		tag = arena_copy_n(arena, image->digest + strlen("sha256:"), 12);
	return tag ? tag : "latest";
}

char *batch_log_prefix(struct arena *arena, const struct batch *batch)
{
	CLEANUP_TEXT struct text prefix = { 0 };

	for (const char *at = batch->app->log_stream_prefix; *at;) {
		if (text_starts(at, "{app}")) {
			text_add(&prefix, batch->app->name);
			at += strlen("{app}");
		} else if (text_starts(at, "{batch}")) {
			text_add(&prefix, batch->name);
			at += strlen("{batch}");
		} else if (text_starts(at, "{tag}")) {
			text_add(&prefix, tag_of(arena, batch));
			at += strlen("{tag}");
		} else {
			text_add_char(&prefix, *at++);
		}
	}
	return arena_copy(arena, text_string(&prefix));
}
