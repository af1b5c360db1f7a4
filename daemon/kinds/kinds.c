#include "kinds.h"

#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "desired.h"
#include "model/tags.h"

const struct kind *const kinds[] = {
	&kind_role,
	&kind_repository,
	&kind_log_group,
	&kind_cluster,
	&kind_task_definition,
	&kind_rule,
	&kind_target,
};
const size_t kind_count = ARRAY_LENGTH(kinds);

/* How the resource part of an ARN begins, by service. */
static const struct {
	const char *service, *prefix;
	const struct kind *kind;
} arn_forms[] = {
	{ "iam", "role/", &kind_role },
	{ "ecr", "repository/", &kind_repository },
	{ "logs", "log-group:", &kind_log_group },
	{ "ecs", "cluster/", &kind_cluster },
	{ "ecs", "task-definition/", &kind_task_definition },
	{ "events", "rule/", &kind_rule },
};

/* The name behind the form's prefix: of a revision its family, of a log group without ":*". */
static const char *name_in(struct arena *arena, const struct kind *kind, const char *rest)
{
	const char *colon = strchr(rest, ':');

	if (kind == &kind_role)
		return arena_copy(arena, strrchr(rest, '/') ? strrchr(rest, '/') + 1 : rest);
	return colon ? arena_copy_n(arena, rest, (size_t)(colon - rest)) : arena_copy(arena, rest);
}

const struct kind *kind_of_arn(struct arena *arena, const char *arn, const char **name)
{
	const char *parts[6] = { arn }, *rest;

	/* arn:partition:service:region:account:resource */
	for (size_t i = 1; i < ARRAY_LENGTH(parts); i++) {
		const char *colon = strchr(parts[i - 1], ':');

		if (!colon)
			return NULL;
		parts[i] = colon + 1;
	}
	rest = parts[5];
	for (size_t i = 0; i < ARRAY_LENGTH(arn_forms); i++) {
		size_t length = strlen(arn_forms[i].service);

		if (strncmp(parts[2], arn_forms[i].service, length) == 0 && parts[2][length] == ':' &&
			text_starts(rest, arn_forms[i].prefix)) {
			*name = name_in(arena, arn_forms[i].kind, rest + strlen(arn_forms[i].prefix));
			return arn_forms[i].kind;
		}
	}
	return NULL;
}

const char *const tagged_types[] = { "ecs:cluster", "ecs:task-definition", "ecr:repository", "events:rule",
	"logs:log-group" };
const size_t tagged_type_count = ARRAY_LENGTH(tagged_types);

/* One page of 100 names rules, repositories, clusters, log groups and revisions of every owner. */
static json_t *tagged_params(const struct view *view, const struct subject *subject)
{
	json_t *params = json_must(
		json_pack("{s:i, s:[{s:s}]}", "ResourcesPerPage", 100, "TagFilters", "Key", TAG_OWNER));
	json_t *types = json_must(json_array());

	(void)view;
	for (size_t i = 0; i < subject->name_count; i++)
		json_add(types, json_string(subject->names[i]));
	json_put(params, "ResourceTypeFilters", json_array_size(types) ? json_incref(types) : NULL);
	json_decref(types);
	return params;
}

static bool tagged_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	const json_t *list = listed(reply, "ResourceTagMappingList", "ResourceARN", error);
	json_t *item;
	size_t i;

	if (!list)
		return false;
	json_array_foreach (list, i, item) {
		const char *arn = json_text_of(item, "ResourceARN", "");
		struct tags tags = tags_read(hearing->observed->arena, json_object_get(item, "Tags"));

		observed_add_tagged(hearing->observed, arn, tags);
	}
	return true;
}

const struct reading reading_tagged = {
	.service = "tagging",
	.operation = "GetResources",
	.page_in = "PaginationToken",
	.page_out = "PaginationToken",
	.params = tagged_params,
	.heard = tagged_heard,
};
