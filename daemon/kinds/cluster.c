#include <stdint.h>
#include <string.h>

#include "arns.h"
#include "common/json.h"
#include "desired.h"
#include "kinds.h"
#include "model/tags.h"

/* ECS cluster; settings and capacity providers are compared only where the app mentions them. */

static const struct field_rule rules[] = {
	{ .path = "settings", .form = FIELD_PAIRS, .key = "name", .value = "value", .declared = true },
	{ .path = "capacityProviders", .form = FIELD_SET, .declared = true },
	{ .path = "defaultCapacityProviderStrategy", .form = FIELD_KEYED, .key = "capacityProvider" },
	{ .path = "defaultCapacityProviderStrategy[].capacityProvider" },
	{ .path = "defaultCapacityProviderStrategy[].base", .absent = "0" },
	{ .path = "defaultCapacityProviderStrategy[].weight", .absent = "0" },
};

static void want_cluster(const struct view *view, struct resources *all, struct app *app)
{
	want_of_app(view, all, &kind_cluster, app, &app->cluster.use);
}

static void cluster_want(const struct view *view, struct resources *all)
{
	want_of_apps(view, all, site_shares, want_cluster);
}

#define SETTINGS  offsetof(struct app, cluster.settings)
#define PROVIDERS offsetof(struct app, cluster.capacity_providers)
#define STRATEGY  offsetof(struct app, cluster.default_strategy)

/* Whether an app says itself which providers there shall be. */
static bool providers_are_listed(const struct resource *want)
{
	bool listed = want->app->cluster.providers_listed;

	for (size_t i = 0; i < want->sharer_count; i++)
		listed = listed || want->sharers[i].app->cluster.providers_listed;
	return listed;
}

static void add_providers(json_t *all, const json_t *more)
{
	json_t *provider;
	size_t i, at;

	json_array_foreach (more, i, provider) {
		json_t *known;

		json_array_foreach (all, at, known)
			if (json_equal(known, provider))
				break;
		if (at == json_array_size(all))
			json_add(all, json_incref(provider));
	}
}

/* What stands there already stays, where no app says which providers there shall be. */
static void add_live_providers(const struct view *view, const struct resource *want, json_t *all)
{
	const struct resource *have = resources_find(&view->observed->all, &kind_cluster, want->name, NULL);
	json_t *live = have && have->document ? json_loads(have->document, 0, NULL) : NULL;

	add_providers(all, json_object_get(live, "capacityProviders"));
	json_decref(live);
}

/* What any of the apps that share the cluster wants its tasks to run on. */
static json_t *providers(const struct view *view, const struct resource *want)
{
	json_t *all = json_must(json_array());

	add_providers(all, want->app->cluster.capacity_providers.value);
	for (size_t i = 0; i < want->sharer_count; i++)
		add_providers(all, want->sharers[i].app->cluster.capacity_providers.value);
	if (!providers_are_listed(want))
		add_live_providers(view, want, all);
	if (json_array_size(all))
		return all;
	json_decref(all);
	return NULL;
}

static bool holds(const json_t *names, const char *name)
{
	json_t *one;
	size_t i;

	json_array_foreach (names, i, one)
		if (strcmp(json_string_value(one) ? json_string_value(one) : "", name) == 0)
			return true;
	return false;
}

static void remark_on_batch(const struct view *view, const struct resource *want, const json_t *live,
	const struct batch *batch, struct notes *notes)
{
	json_t *step;
	size_t i;

	json_array_foreach (batch->capacity_provider_strategy, i, step) {
		const char *provider = json_text_of(step, "capacityProvider", "");

		if (holds(live, provider))
			continue;
		notes_add(view->arena, notes,
			(struct note){
				.app = batch->app->name,
				.kind = want->kind->name,
				.name = want->name,
				.overruled = true,
				.batch = batch->name,
				.text = arena_printf(view->arena,
					"cluster %s: no run can start: its capacityProviderStrategy names %s, which the cluster lacks, and which is not ours to add there; let the cluster's owner add it, or leave it out of the strategy",
					want->name, provider),
			});
	}
}

/* To a cluster of ours they are added. */
static void cluster_remark(const struct view *view, const struct resource *want, const struct resource *have,
	struct notes *notes)
{
	json_t *document = have->document ? json_loads(have->document, 0, NULL) : NULL;
	const json_t *live = json_object_get(document, "capacityProviders");

	for (size_t i = 0; !want->managed && live && i < view->definitions->batch_count; i++) {
		const struct batch *batch = &view->definitions->batches[i];

		if (site_has(view, batch->app) && strcmp(batch->app->cluster.use.name, want->name) == 0)
			remark_on_batch(view, want, live, batch, notes);
	}
	json_decref(document);
}

static json_t *cluster_body(const struct view *view, const struct resource *want)
{
	const struct wish *settings = wish_of_apps(want, SETTINGS);
	const struct wish *strategy = wish_of_apps(want, STRATEGY);
	json_t *body = json_must(json_object());

	if (settings->is == WISH_VALUE)
		json_put(body, "settings", json_deep_copy(settings->value));
	if (settings->is == WISH_REMOVED)
		json_put(body, "settings",
			json_pack("[{s:s, s:s}]", "name", "containerInsights", "value", "disabled"));
	if (wish_of_apps(want, PROVIDERS)->is == WISH_VALUE)
		json_put(body, "capacityProviders", providers(view, want));
	if (strategy->is == WISH_VALUE)
		json_put(body, "defaultCapacityProviderStrategy", json_deep_copy(strategy->value));
	return body;
}

static void cluster_finish(const struct view *view, const struct resource *want, struct fields *fields)
{
	if (wish_of_apps(want, PROVIDERS)->is == WISH_REMOVED)
		fields_add_removed(view->arena, fields, "capacityProviders");
	if (wish_of_apps(want, STRATEGY)->is == WISH_REMOVED)
		fields_add_removed(view->arena, fields, "defaultCapacityProviderStrategy");
}

/* The list that is wanted; one that the app does not mention as it stands, one that goes empty. */
static void put_list(
	json_t *params, const char *name, const struct wish *wish, const json_t *body, const json_t *live)
{
	json_t *list = json_object_get(wish->is == WISH_UNMANAGED ? live : body, name);

	json_put(params, name, list ? json_incref(list) : json_array());
}

/* PutClusterCapacityProviders replaces both lists. */
static void put_providers(const struct change *change, const json_t *body, struct requests *out)
{
	const struct resource *want = change->want;
	json_t *params = json_must(json_pack("{s:s}", "cluster", want->name));
	json_t *live = change->have->document ? json_loads(change->have->document, 0, NULL) : NULL;

	put_list(params, "capacityProviders", wish_of_apps(want, PROVIDERS), body, live);
	put_list(params, "defaultCapacityProviderStrategy", wish_of_apps(want, STRATEGY), body, live);
	requests_add(out, "ecs", "PutClusterCapacityProviders", params);
	json_decref(live);
}

static void create(const struct resource *want, const json_t *body, struct requests *out)
{
	json_t *params = json_must(json_pack("{s:s}", "clusterName", want->name));

	json_object_update(params, (json_t *)(uintptr_t)body);
	json_put(params, "tags", tags_list(&want->tags, true));
	requests_add(out, "ecs", "CreateCluster", params)->once = true;
}

static void update(const struct change *change, const json_t *body, struct requests *out)
{
	if (changes(change, "settings")) {
		json_t *params = json_must(json_pack("{s:s}", "cluster", change->want->name));

		json_put(params, "settings", json_incref(json_object_get(body, "settings")));
		requests_add(out, "ecs", "UpdateCluster", params);
	}
	if (changes(change, "capacityProviders") || changes(change, "defaultCapacityProviderStrategy"))
		put_providers(change, body, out);
	requests_tag(out, change);
}

static void cluster_requests(const struct view *view, const struct change *change, struct requests *out)
{
	const struct resource *want = change->want;
	json_t *body = want ? cluster_body(view, want) : NULL;

	if (change->verb == VERB_DELETE)
		requests_add(out, "ecs", "DeleteCluster",
			json_must(json_pack("{s:s}", "cluster", change->have->name)));
	else if (!want || change->verb == VERB_DISABLE)
		requests_tag(out, change);
	else if (change->verb == VERB_CREATE)
		create(want, body, out);
	else
		update(change, body, out);
	json_decref(body);
}

static json_t *clusters_params(const struct view *view, const struct subject *subject)
{
	json_t *names = json_must(json_array());

	(void)view;
	for (size_t i = 0; i < subject->name_count; i++)
		json_add(names, json_must(json_string(subject->names[i])));
	return json_must(json_pack("{s:o, s:[s,s]}", "clusters", names, "include", "TAGS", "SETTINGS"));
}

/* Whether an app of this site that uses the cluster mentions something about it. */
static bool mentioned(const struct view *view, const char *name, size_t member)
{
	for (size_t i = 0; i < view->definitions->app_count; i++) {
		const struct app *app = &view->definitions->apps[i];

		if (site_shares(view, app) && strcmp(app->cluster.use.name, name) == 0 &&
			wish_at(app, member)->is)
			return true;
	}
	return false;
}

/* A cluster that says nothing about Container Insights has them off. */
static void fill_in_settings(json_t *body)
{
	json_t *settings = json_object_get(body, "settings"), *setting;
	size_t i;

	if (!json_is_array(settings)) {
		settings = json_must(json_array());
		json_put(body, "settings", settings);
	}
	json_array_foreach (settings, i, setting)
		if (strcmp(json_text_of(setting, "name", ""), "containerInsights") == 0)
			return;
	json_add(settings,
		json_must(json_pack("{s:s, s:s}", "name", "containerInsights", "value", "disabled")));
}

/* What nobody mentions is the account's business, or another's: only what the definitions say is compared. */
static void keep_mentioned(const struct view *view, const char *name, json_t *body)
{
	if (mentioned(view, name, SETTINGS))
		fill_in_settings(body);
	else
		json_object_del(body, "settings");
	if (!mentioned(view, name, STRATEGY))
		json_object_del(body, "defaultCapacityProviderStrategy");
}

static void hear_cluster(const struct hearing *hearing, const json_t *one)
{
	static const char *const members[] = { "settings", "capacityProviders",
		"defaultCapacityProviderStrategy" };
	struct arena *arena = hearing->observed->arena;
	const char *name = json_text_of(one, "clusterName", "");
	struct resource *have = observed_add(
		hearing->observed, &kind_cluster, name, NULL, json_text_of(one, "clusterArn", ""));
	json_t *body = json_must(json_object());

	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		json_put(body, members[i], json_incref(json_object_get(one, members[i])));
	have->document = json_canonical(arena, body);
	keep_mentioned(hearing->view, name, body);
	have->fields = fields_of(arena, rules, ARRAY_LENGTH(rules), body);
	have->content_read = true;
	json_decref(body);
	have->tags = tags_read(arena, json_object_get(one, "tags"));
	have->tags_read = TAGS_STRONG;
}

/* A deleted cluster stays visible for a while as INACTIVE: that is absent. */
static bool clusters_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	const json_t *list = reply ? listed(reply, "clusters", "clusterName", error) : NULL,
		     *failures = json_object_get(reply, "failures");
	json_t *one;
	size_t i;

	if (reply && !list)
		return false;
	json_array_foreach (list, i, one)
		if (strcmp(json_text_of(one, "status", ""), "INACTIVE") != 0)
			hear_cluster(hearing, one);
	json_array_foreach (failures, i, one)
		if (strcmp(json_text_of(one, "reason", ""), "MISSING") != 0)
			return error_set(error, ERROR_REPLY, "cluster %s: %s", json_text_of(one, "arn", "?"),
				json_text_of(one, "reason", "failed"));
	return true;
}

static const struct reading reading_clusters = {
	.service = "ecs",
	.operation = "DescribeClusters",
	.params = clusters_params,
	.heard = clusters_heard,
};

static const struct reading reading_cluster_tags = {
	.service = "ecs",
	.operation = "ListTagsForResource",
	.params = tags_params,
	.heard = tags_heard,
};

const struct kind kind_cluster = {
	.name = "cluster",
	.shape = SHAPE_PLAIN,
	.rank = 3,
	.tagged = true,
	.removal_command = "ecs delete-cluster --cluster",
	.tags_member = "resourceArn",
	.made_path = "cluster.clusterArn",
	.rules = rules,
	.rule_count = ARRAY_LENGTH(rules),
	.want = cluster_want,
	.body = cluster_body,
	.finish = cluster_finish,
	.remark = cluster_remark,
	.requests = cluster_requests,
	.tags_reading = &reading_cluster_tags,
	.by_name = &reading_clusters,
	.names_per_call = 100,
};
