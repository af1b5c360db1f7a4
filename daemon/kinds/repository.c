#include <string.h>

#include "arns.h"
#include "common/json.h"
#include "desired.h"
#include "kinds.h"
#include "model/tags.h"

/* ECR repository with its lifecycle policy. A member the app does not mention is unmanaged: nobody compares
 * it. */

static const struct field_rule rules[] = {
	{ .path = "lifecyclePolicy", .form = FIELD_MAP, .declared = true },
	{ .path = "scanOnPush", .declared = true },
	{ .path = "imageTagMutability", .declared = true },
	{ .path = "imageTagMutabilityExclusionFilters", .form = FIELD_SET, .declared = true },
};

#define EXCLUSIONS "imageTagMutabilityExclusionFilters"

#define POLICY offsetof(struct app, repository.lifecycle_policy)

/* Whether an app of this site says something about the lifecycle policy of a repository that is ours to write
 * to. */
static bool policy_matters(const struct view *view, const char *name)
{
	for (size_t i = 0; i < view->definitions->app_count; i++) {
		const struct app *app = &view->definitions->apps[i];

		if (site_shares(view, app) && app->repository.use.name && app->repository.use.managed &&
			strcmp(app->repository.use.name, name) == 0 && wish_at(app, POLICY)->is)
			return true;
	}
	return false;
}

static void want_repository(const struct view *view, struct resources *all, struct app *app)
{
	if (app->repository.use.name && !app->repository.use.unused)
		want_of_app(view, all, &kind_repository, app, &app->repository.use);
}

static void repository_want(const struct view *view, struct resources *all)
{
	want_of_apps(view, all, site_shares, want_repository);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

/* ECR gives lists of tags back in its own order. */
static void sort_tags(json_t *selection, const char *key)
{
	json_t *list = json_object_get(selection, key), *sorted, **items, *item;
	size_t i, count = 0;

	if (!json_array_size(list))
		return;
	items = must_alloc(json_array_size(list) * sizeof(json_t *));
	json_array_foreach (list, i, item)
		if (json_is_string(item))
			items[count++] = item;
	qsort(items, count, sizeof(json_t *), compare_strings);
	sorted = json_must(json_array());
	for (i = 0; i < count; i++)
		json_add(sorted, json_incref(items[i]));
	free(items);
	json_put(selection, key, sorted);
}

/* Rules known by their priority, whatever order they come in; lists of tags sorted. */
static json_t *policy_by_priority(const json_t *policy)
{
	json_t *all = json_must(json_object()), *rule;
	const json_t *list = json_object_get(policy, "rules");
	size_t i;

	json_array_foreach (list, i, rule) {
		char priority[32];

		snprintf(priority, sizeof priority, "%lld",
			(long long)json_integer_of(rule, "rulePriority", 0));
		rule = json_must(json_deep_copy(rule));
		sort_tags(json_object_get(rule, "selection"), "tagPrefixList");
		sort_tags(json_object_get(rule, "selection"), "tagPatternList");
		json_put(all, priority, rule);
	}
	return json_must(json_pack("{s:o}", "rules", all));
}

static json_t *repository_body(const struct view *view, const struct resource *want)
{
	const struct wish *scan = wish_of_apps(want, offsetof(struct app, repository.scan_on_push));
	const struct wish *mutability = wish_of_apps(want, offsetof(struct app, repository.mutability));
	const struct wish *exclusions = wish_of_apps(want, offsetof(struct app, repository.exclusions));
	const struct wish *policy = wish_of_apps(want, POLICY);
	json_t *body = json_must(json_object());

	(void)view;
	if (scan->is)
		json_put(body, "scanOnPush", json_boolean(json_is_true(scan->value)));
	if (mutability->is)
		json_put_text(body, "imageTagMutability",
			mutability->is == WISH_VALUE ? json_string_value(mutability->value) : "MUTABLE");
	if (mutability->is && exclusions->is)
		json_put(body, EXCLUSIONS, json_deep_copy(exclusions->value));
	if (policy->is == WISH_VALUE)
		json_put(body, "lifecyclePolicy", policy_by_priority(policy->value));
	return body;
}

static void repository_finish(const struct view *view, const struct resource *want, struct fields *fields)
{
	if (wish_of_apps(want, POLICY)->is == WISH_REMOVED)
		fields_add_removed(view->arena, fields, "lifecyclePolicy");
}

static json_t *named(const struct resource *want)
{
	return json_must(json_pack("{s:s}", "repositoryName", want->name));
}

/* A value that excludes some tags needs them beside it in each request. */
static void put_mutability(json_t *params, const json_t *body)
{
	json_t *exclusions = json_object_get(body, EXCLUSIONS);

	json_put_text(params, "imageTagMutability", json_text_of(body, "imageTagMutability", NULL));
	if (exclusions)
		json_put(params, EXCLUSIONS, json_incref(exclusions));
}

static json_t *create_params(const struct resource *want, const json_t *body)
{
	json_t *params = named(want), *scan = json_object_get(body, "scanOnPush");

	if (scan)
		json_put(params, "imageScanningConfiguration", json_pack("{s:O}", "scanOnPush", scan));
	put_mutability(params, body);
	json_put(params, "tags", tags_list(&want->tags, false));
	return params;
}

static void put_policy(const struct view *view, const struct resource *want, struct requests *out)
{
	const struct wish *policy = wish_of_apps(want, POLICY);
	json_t *params = named(want);

	if (policy->is == WISH_VALUE) {
		json_put_text(params, "lifecyclePolicyText", json_canonical(view->arena, policy->value));
		requests_add(out, "ecr", "PutLifecyclePolicy", params);
	} else {
		requests_add(out, "ecr", "DeleteLifecyclePolicy", params);
	}
}

static void update(
	const struct view *view, const struct change *change, const json_t *body, struct requests *out)
{
	const struct resource *want = change->want;
	json_t *params;

	if (changes(change, "imageTagMutability") || changes(change, EXCLUSIONS)) {
		params = named(want);
		put_mutability(params, body);
		requests_add(out, "ecr", "PutImageTagMutability", params);
	}
	if (changes(change, "scanOnPush")) {
		params = named(want);
		json_put(params, "imageScanningConfiguration",
			json_pack("{s:O}", "scanOnPush", json_object_get(body, "scanOnPush")));
		requests_add(out, "ecr", "PutImageScanningConfiguration", params);
	}
	if (changes(change, "lifecyclePolicy"))
		put_policy(view, want, out);
	requests_tag(out, change);
}

static void repository_requests(const struct view *view, const struct change *change, struct requests *out)
{
	const struct resource *want = change->want;
	json_t *body, *params;

	if (change->verb == VERB_DELETE) {
		params = named(change->have);
		if (change->force)
			json_put(params, "force", json_true());
		requests_add(out, "ecr", "DeleteRepository", params);
		return;
	}
	if (change->verb == VERB_DISABLE) {
		requests_tag(out, change);
		return;
	}
	body = repository_body(view, want);
	if (change->verb == VERB_CREATE) {
		requests_add(out, "ecr", "CreateRepository", create_params(want, body))->once = true;
		if (wish_of_apps(want, POLICY)->is == WISH_VALUE)
			put_policy(view, want, out);
	} else {
		update(view, change, body, out);
	}
	json_decref(body);
}

static json_t *lifecycle_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	return json_must(json_pack("{s:s}", "repositoryName", subject->name));
}

static bool lifecycle_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	struct resource *have = hearing->subject.resource;
	json_t *policy, *body;
	struct fields more;

	if (!reply)
		return true;
	policy = json_loads(json_text_of(reply, "lifecyclePolicyText", ""), 0, NULL);
	if (!policy)
		return error_set(error, ERROR_REPLY, "the lifecycle policy is not JSON");
	body = json_must(json_pack("{s:o}", "lifecyclePolicy", policy_by_priority(policy)));
	more = fields_of(hearing->observed->arena, rules, ARRAY_LENGTH(rules), body);
	have->fields = fields_joined(hearing->observed->arena, &have->fields, &more);
	json_decref(body);
	json_decref(policy);
	return true;
}

static const struct reading reading_lifecycle = {
	.service = "ecr",
	.operation = "GetLifecyclePolicy",
	.params = lifecycle_params,
	.heard = lifecycle_heard,
};

static json_t *repository_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	return json_must(json_pack("{s:[s]}", "repositoryNames", subject->name));
}

static bool repository_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	const json_t *one = json_array_get(json_object_get(reply, "repositories"), 0);
	const json_t *scanning = json_object_get(one, "imageScanningConfiguration");
	struct subject subject = hearing->subject;
	struct resource *have;
	json_t *body;

	if (!reply)
		return true;
	if (!one || !json_text_of(one, "repositoryArn", NULL))
		return error_set(error, ERROR_REPLY, "the answer has no repository");
	have = observed_add(hearing->observed, &kind_repository, subject.name, NULL,
		json_text_of(one, "repositoryArn", ""));
	body = json_must(json_pack("{s:b, s:s}", "scanOnPush", json_bool_of(scanning, "scanOnPush", false),
		"imageTagMutability", json_text_of(one, "imageTagMutability", "MUTABLE")));
	if (json_object_get(one, EXCLUSIONS))
		json_put(body, EXCLUSIONS, json_incref(json_object_get(one, EXCLUSIONS)));
	have->fields = fields_of(hearing->observed->arena, rules, ARRAY_LENGTH(rules), body);
	have->content_read = true;
	json_decref(body);
	subject.resource = have;
	if (policy_matters(hearing->view, subject.name))
		hearing->ask(hearing->context, &reading_lifecycle, &subject);
	return true;
}

static const struct reading reading_repository = {
	.service = "ecr",
	.operation = "DescribeRepositories",
	.params = repository_params,
	.heard = repository_heard,
};

static const struct reading reading_repository_tags = {
	.service = "ecr",
	.operation = "ListTagsForResource",
	.params = tags_params,
	.heard = tags_heard,
};

const struct kind kind_repository = {
	.name = "repository",
	.shape = SHAPE_PLAIN,
	.rank = 1,
	.tagged = true,
	.removal_command = "ecr delete-repository --force --repository-name",
	.tags_member = "resourceArn",
	.made_path = "repository.repositoryArn",
	.rules = rules,
	.rule_count = ARRAY_LENGTH(rules),
	.want = repository_want,
	.body = repository_body,
	.finish = repository_finish,
	.requests = repository_requests,
	.tags_reading = &reading_repository_tags,
	.by_name = &reading_repository,
	.names_per_call = 1,
};
