#include "made.h"
#include "rules.h"

#include <string.h>

#include "common/text.h"

/*
 * A repository or log group that no member asks for, and that nothing of the app would use: a pasted task
 * definition brings its own image and group. They are not made.
 */

/* Whether an image's full name is one of this repository, in whatever registry of ECR. */
static bool is_in_repository(const char *uri, const char *repository)
{
	const char *slash = strchr(uri, '/');
	size_t length = strlen(repository);

	return slash && strstr(uri, ".dkr.ecr") && strncmp(slash + 1, repository, length) == 0 &&
	       (!slash[1 + length] || strchr(":@", slash[1 + length]));
}

static bool names_tag(const struct image *image)
{
	return image->tag || image->digest;
}

/* Whether a container runs an image of the app's repository. */
static bool containers_use(const struct app *app)
{
	const json_t *containers = json_object_get(app->task_definition, "containerDefinitions");

	for (size_t i = 0; i < json_array_size(containers); i++)
		if (is_in_repository(json_text_of(json_array_get(containers, i), "image", ""),
			    app->repository.use.name))
			return true;
	return app->image.uri && is_in_repository(app->image.uri, app->repository.use.name);
}

/* What the batches of one app run. */
struct runs {
	bool tags; /* one at least an image of the app's repository */
	size_t elsewhere, all;
};

static void count_batch(struct runs *runs, const struct batch *batch)
{
	const char *uri = batch->image.uri, *repository = batch->app->repository.use.name;

	runs->tags = runs->tags || names_tag(&batch->image) ||
		     (uri && repository && is_in_repository(uri, repository));
	runs->elsewhere += uri != NULL;
	runs->all++;
}

/* The first container's own image wins over all others. */
static bool uses_repository(const struct app *app, const struct runs *runs)
{
	if (containers_use(app))
		return true;
	if (json_object_get(first_container(app), "image"))
		return false;
	return runs->tags || names_tag(&app->image) ||
	       (!app->image.uri && (runs->elsewhere < runs->all || !runs->all));
}

/* A container without a log configuration logs to the app's group, and so does awslogs without a group. */
static bool logs_to_app(const struct app *app, const json_t *container)
{
	const json_t *logs = json_object_get(container, "logConfiguration");
	const char *driver = json_text_of(logs, "logDriver", "");
	const char *group = json_text_of(json_object_get(logs, "options"), "awslogs-group", NULL);

	if (!json_is_object(logs))
		return true;
	return strcmp(driver, "awslogs") == 0 && (!group || strcmp(group, app->log_group.use.name) == 0);
}

static bool uses_log_group(const struct app *app)
{
	const json_t *containers = json_object_get(app->task_definition, "containerDefinitions");

	for (size_t i = 0; i < json_array_size(containers); i++)
		if (logs_to_app(app, json_array_get(containers, i)))
			return true;
	return !json_array_size(containers);
}

void find_unused(struct draft *draft)
{
	struct definitions *set = draft->set;
	struct runs *runs = arena_alloc(draft->scratch, (set->app_count + 1) * sizeof *runs);

	for (size_t i = 0; i < set->batch_count; i++)
		count_batch(&runs[set->batches[i].app - set->apps], &set->batches[i]);
	for (size_t i = 0; i < set->app_count; i++) {
		struct app *app = &set->apps[i];

		if (app->repository.use.name && !json_object_get(draft->apps.items[i].json, "repository"))
			app->repository.use.unused = !uses_repository(app, &runs[i]);
		if (!json_object_get(draft->apps.items[i].json, "logGroup"))
			app->log_group.use.unused = !uses_log_group(app);
	}
}
