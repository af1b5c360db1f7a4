#include "arns.h"

#include <string.h>

#include "common/text.h"
#include "kinds.h"

const char *role_name(const char *role)
{
	const char *slash = strrchr(role, '/');

	return text_starts(role, "arn:") && slash ? slash + 1 : role;
}

/* One app may name by its ARN, with a path, what another one names shortly. */
static const char *written_arn(const struct view *view, const char *name)
{
	for (size_t i = 0; i < view->definitions->app_count; i++) {
		const struct app *app = &view->definitions->apps[i];
		const char *const roles[] = { app->roles.execution, app->roles.task, app->roles.events };

		for (size_t r = 0; r < ARRAY_LENGTH(roles); r++)
			if (text_starts(roles[r], "arn:") && strcmp(role_name(roles[r]), name) == 0)
				return roles[r];
	}
	return NULL;
}

const char *role_arn(const struct view *view, const char *role)
{
	const struct resource *have;
	const char *written;

	if (text_starts(role, "arn:"))
		return role;
	have = resources_find(&view->observed->all, &kind_role, role, NULL);
	if (have)
		return have->arn;
	written = written_arn(view, role);
	if (written)
		return written;
	return arena_printf(
		view->arena, "arn:%s:iam::%s:role/%s", view->site->partition, view->site->account, role);
}

char *arn_of(const struct view *view, const char *service, const char *rest)
{
	return arena_printf(view->arena, "arn:%s:%s:%s:%s:%s", view->site->partition, service,
		view->site->region, view->site->account, rest);
}

const char *arn_tail(const char *arn)
{
	const char *tail = strrchr(arn, '/');

	if (!tail)
		tail = strrchr(arn, ':');
	return tail ? tail + 1 : arn;
}

char *image_uri(const struct view *view, const struct app *app, const struct batch *batch)
{
	bool own = batch && (batch->image.tag || batch->image.digest || batch->image.uri);
	const struct image *image = own ? &batch->image : &app->image;
	const char *repository = app->repository.use.name ? app->repository.use.name : app->name;

	if (image->uri)
		return arena_copy(view->arena, image->uri);
	return arena_printf(view->arena, "%s.dkr.ecr.%s.%s/%s%s%s", view->site->account, view->site->region,
		view->site->suffix, repository, image->digest ? "@" : ":",
		image->digest ? image->digest
		: image->tag  ? image->tag
			      : "latest");
}
