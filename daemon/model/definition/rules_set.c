#include "rules.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "common/text.h"
#include "made.h"

/* What several apps and batches say together, in one file or in many. */

static const struct spot *batch_spot(const struct entry *entry, struct spot steps[3])
{
	steps[0] = (struct spot){ .source = entry->source };
	steps[1] = (struct spot){ .source = entry->source, .up = &steps[0], .key = "batches" };
	steps[2] = (struct spot){ .source = entry->source, .up = &steps[1], .key = entry->name };
	return &steps[2];
}

/* --- names that two batches come to */

static int compare_rules(const void *a, const void *b)
{
	const struct batch *x = *(const struct batch *const *)a, *y = *(const struct batch *const *)b;
	int names = strcmp(x->rule_name, y->rule_name);

	return names ? names : strcmp(x->name, y->name);
}

static int compare_families(const void *a, const void *b)
{
	const struct batch *x = *(const struct batch *const *)a, *y = *(const struct batch *const *)b;
	int names = strcmp(x->family, y->family);

	return names ? names : strcmp(x->name, y->name);
}

static int compare_small(const void *a, const void *b)
{
	const struct batch *x = *(const struct batch *const *)a, *y = *(const struct batch *const *)b;
	int names = strcasecmp(x->name, y->name);

	return names ? names : strcmp(x->name, y->name);
}

static void same_name(struct draft *draft, const struct batch *batch, const struct batch *other,
	const char *message, const char *remedy)
{
	struct spot steps[3];
	const struct entry *entry = &draft->batches.items[batch - draft->set->batches];
	const struct spot *spot = batch_spot(entry, steps);
	bool written = json_object_get(entry->json, "ruleName") != NULL;

	fault_at(draft->reader, written ? MEMBER(spot, "ruleName") : spot, AT_KEY,
		arena_printf(draft->reader->arena, "%s batch %s at %s", message,
			quoted(draft->reader, other->name), place_text(draft->reader, other->at)),
		remedy);
}

static void check_rules(struct draft *draft, const struct batch **all, size_t count)
{
	qsort(all, count, sizeof(const struct batch *), compare_rules);
	for (size_t i = 1; i < count; i++)
		if (strcmp(all[i]->rule_name, all[i - 1]->rule_name) == 0)
			same_name(draft, all[i], all[i - 1],
				arena_printf(draft->reader->arena, "the rule %s is also that of",
					quoted(draft->reader, all[i]->rule_name)),
				"write another \"ruleName\", or rename one of the two");
}

static void check_families(struct draft *draft, const struct batch **all, size_t count)
{
	qsort(all, count, sizeof(const struct batch *), compare_families);
	for (size_t i = 1; i < count; i++)
		/* Where the rules are the same too, that is told already. */
		if (strcmp(all[i]->family, all[i - 1]->family) == 0 && all[i]->app != all[i - 1]->app &&
			strcmp(all[i]->rule_name, all[i - 1]->rule_name) != 0)
			same_name(draft, all[i], all[i - 1],
				arena_printf(draft->reader->arena,
					"the task-definition family %s is also that of",
					quoted(draft->reader, all[i]->family)),
				"rename one of the two batches, or its app");
}

/* People, and some of AWS's consoles, do not tell Nightly and nightly apart. */
static void check_case(struct draft *draft, const struct batch **all, size_t count)
{
	qsort(all, count, sizeof(const struct batch *), compare_small);
	for (size_t i = 1; i < count; i++)
		if (strcasecmp(all[i]->name, all[i - 1]->name) == 0)
			same_name(draft, all[i], all[i - 1],
				arena_printf(draft->reader->arena, "%s differs only in its capitals from",
					quoted(draft->reader, all[i]->name)),
				"rename one of the two");
}

/* --- a network for every batch */

static void check_networks(struct draft *draft)
{
	const struct definitions *set = draft->set;
	CLEANUP_FREE bool *told = must_alloc((set->app_count + 1) * sizeof *told);

	for (size_t i = 0; i < set->batch_count; i++) {
		const struct batch *batch = &set->batches[i];
		const struct entry *app = &draft->apps.items[batch->app - set->apps];
		const struct spot *top = TOP(app->source), *apps = MEMBER(top, "apps");

		/* A network that is written wrongly has its own fault. */
		if (batch->network || json_object_get(app->json, "network") ||
			json_object_get(draft->batches.items[i].json, "network"))
			continue;
		if (!told[batch->app - set->apps])
			fault_at(draft->reader, MEMBER(apps, app->name), AT_KEY,
				arena_printf(draft->reader->arena,
					"%s has no \"network\", and its batch %s none of its own",
					quoted(draft->reader, app->name), quoted(draft->reader, batch->name)),
				"write \"network\": {\"subnets\": [\"subnet-0123456789abcdef0\"]}");
		told[batch->app - set->apps] = true;
	}
}

/* --- what several apps share: what one says about it holds for all, and two may not say different things */

/* A member of something that can be shared, as each app says it. */
struct shared {
	const char *object, *key; /* as they are written */
	const struct used_name *(*use)(const struct app *app);
	size_t wish; /* its offset in struct app */
};

static const struct used_name *repository_of(const struct app *app)
{
	return &app->repository.use;
}

static const struct used_name *cluster_of(const struct app *app)
{
	return &app->cluster.use;
}

static const struct used_name *log_group_of(const struct app *app)
{
	return &app->log_group.use;
}

static const struct shared shared[] = {
	{ "repository", "lifecyclePolicy", repository_of, offsetof(struct app, repository.lifecycle_policy) },
	{ "repository", "scanOnPush", repository_of, offsetof(struct app, repository.scan_on_push) },
	{ "repository", "imageTagMutability", repository_of, offsetof(struct app, repository.mutability) },
	{ "repository", "imageTagMutabilityExclusionFilters", repository_of,
		offsetof(struct app, repository.exclusions) },
	{ "cluster", "settings", cluster_of, offsetof(struct app, cluster.settings) },
	{ "cluster", "capacityProviders", cluster_of, offsetof(struct app, cluster.capacity_providers) },
	{ "cluster", "defaultCapacityProviderStrategy", cluster_of,
		offsetof(struct app, cluster.default_strategy) },
	{ "logGroup", "retentionInDays", log_group_of, offsetof(struct app, log_group.retention_in_days) },
};

/* An app that uses such a thing. */
struct user {
	const struct shared *member;
	struct app *app;
};

/* The same thing is the same name in the same place. */
static int compare_things(const struct user *a, const struct user *b)
{
	int order = strcmp(a->member->use(a->app)->name, b->member->use(b->app)->name);

	order = order ? order : text_compare(a->app->region, b->app->region);
	order = order ? order : text_compare(a->app->account_id, b->app->account_id);
	return order ? order : text_compare(a->app->assume_role_arn, b->app->assume_role_arn);
}

static int compare_users(const void *a, const void *b)
{
	const struct user *x = a, *y = b;
	int order = compare_things(x, y);

	return order ? order : strcmp(x->app->name, y->app->name);
}

static const json_t *said(const struct draft *draft, const struct shared *member, size_t app)
{
	return json_object_get(json_object_get(draft->apps.items[app].json, member->object), member->key);
}

/* None of these lists has an order. */
static bool same_said(const json_t *a, const json_t *b)
{
	size_t count = json_array_size(a), i = 0, at;

	if (!json_is_array(a) || !json_is_array(b) || json_array_size(b) != count)
		return json_equal(a, b);
	for (bool found = true; found && i < count; i += found)
		for (found = false, at = 0; !found && at < count; at++)
			found = json_equal(json_array_get(a, i), json_array_get(b, at));
	return i == count;
}

static void check_same_said(struct draft *draft, const struct shared *member, size_t one, size_t other)
{
	const json_t *a = said(draft, member, one), *b = said(draft, member, other);
	const struct entry *entry = &draft->apps.items[one];
	const struct spot *top = TOP(entry->source), *apps = MEMBER(top, "apps"),
			  *app = MEMBER(apps, entry->name);

	if (!a || !b || same_said(a, b))
		return;
	fault_at(draft->reader, MEMBER(MEMBER(app, member->object), member->key), AT_KEY,
		arena_printf(draft->reader->arena, "app %s shares this %s, and says another \"%s\" at %s",
			quoted(draft->reader, draft->apps.items[other].name), member->object, member->key,
			place_text(draft->reader, draft->apps.items[other].at)),
		"say it in one of the two apps, or the same in both");
}

/* What the first of the apps does not say, another may: whoever is asked has to know it. Providers add up. */
static void spread(struct reader *reader, const struct shared *member, struct app *to, const struct app *from)
{
	struct wish *wish = (struct wish *)(void *)((char *)to + member->wish);
	const struct wish *other = wish_at(from, member->wish);

	if (wish == &to->cluster.capacity_providers && other->is == WISH_VALUE)
		add_providers(reader, to, other->value);
	else if (wish->is == WISH_UNMANAGED)
		*wish = *other;
}

/* The first that says something is who the others are held against; the first of all gathers for all. */
static void check_users(struct draft *draft, const struct user *users, size_t count)
{
	const struct shared *member = users[0].member;
	const struct app *apps = draft->set->apps;
	const struct user *speaker = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct user *user = &users[i];

		if (speaker)
			check_same_said(
				draft, member, (size_t)(user->app - apps), (size_t)(speaker->app - apps));
		else if (said(draft, member, (size_t)(user->app - apps)))
			speaker = user;
		spread(draft->reader, member, users[0].app, user->app);
	}
	for (size_t i = 0; i < count; i++)
		spread(draft->reader, member, users[i].app, users[0].app);
}

static void check_shared(struct draft *draft, const struct shared *member)
{
	struct definitions *set = draft->set;
	struct user *users = arena_alloc(draft->scratch, (set->app_count + 1) * sizeof *users);
	size_t count = 0, first = 0;

	for (size_t i = 0; i < set->app_count; i++)
		if (member->use(&set->apps[i])->name)
			users[count++] = (struct user){ member, &set->apps[i] };
	if (count)
		qsort(users, count, sizeof *users, compare_users);
	for (size_t i = 1; i <= count; i++) {
		if (i < count && compare_things(&users[first], &users[i]) == 0)
			continue;
		check_users(draft, &users[first], i - first);
		first = i;
	}
}

/* --- what a pass keeps of all task definitions together */

/*
 * What a pass takes of the memory of one daemon, as measured: for each batch, for each app with its
 * repository, cluster and log group, and for each family a copy of its app's task definition, with the app's
 * tags on it and on the rule. What a batch says itself is in its target's input and in the change, too.
 */
enum {
	PASS_MIB = 112,
	APP_COST = 20000,
	BATCH_COST = 10800,
	OWN_TIMES = 3,
	VALUE_COST = 75,
	TAG_COST = 320,
};

static size_t cost_of(const json_t *value)
{
	size_t cost = 0, i;
	const char *key;
	json_t *member;

	if (!json_is_object(value) && !json_is_array(value))
		return value ? VALUE_COST + json_string_length(value) : 0;
	json_object_foreach ((json_t *)(uintptr_t)value, key, member)
		cost += cost_of(member);
	json_array_foreach ((json_t *)(uintptr_t)value, i, member)
		cost += cost_of(member);
	return cost;
}

static size_t cost_of_tags(const json_t *tags)
{
	size_t cost = 0;
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)tags, key, value)
		cost += TAG_COST + strlen(key) + json_string_length(value);
	return cost;
}

static unsigned in_mib(size_t bytes)
{
	return (unsigned)(bytes >> 20) + 1;
}

static void tell_memory(struct draft *draft, const struct app *app, size_t cost, size_t total)
{
	const struct entry *entry = &draft->apps.items[app - draft->set->apps];
	const struct spot *top = TOP(entry->source), *apps = MEMBER(top, "apps");

	fault_at(draft->reader, MEMBER(apps, entry->name), AT_KEY,
		arena_printf(draft->reader->arena,
			"%zu apps with %zu batches, their task definitions and tags take %u MiB in a pass, %u of them here: more than %d is not what one daemon's memory is for",
			draft->set->app_count, draft->set->batch_count, in_mib(total), in_mib(cost),
			PASS_MIB),
		"write \"logStreams\": \"app\", so that all batches of an app share one task definition, or divide apps and batches between two daemons");
}

static void check_pass(struct draft *draft)
{
	const struct definitions *set = draft->set;
	CLEANUP_FREE size_t *families = must_alloc((set->app_count + 1) * sizeof *families);
	size_t total = 0, most = 0;
	const struct app *largest = NULL;

	for (size_t i = 0; i < set->batch_count; i++) {
		const struct batch *batch = &set->batches[i];
		size_t *of_app = &families[batch->app - set->apps];

		*of_app += !*of_app || strcmp(batch->family, batch->app->name) != 0;
		total += BATCH_COST + OWN_TIMES * cost_of(draft->batches.items[i].json);
	}
	for (size_t i = 0; i < set->app_count; i++) {
		const struct app *app = &set->apps[i];
		size_t cost =
			APP_COST + families[i] * (cost_of(app->task_definition) + cost_of_tags(app->tags));

		total += cost;
		if (cost > most)
			most = cost, largest = app;
	}
	if (total > (size_t)PASS_MIB << 20)
		tell_memory(draft, largest, most, total);
}

void check_set(struct draft *draft)
{
	size_t count = draft->set->batch_count;
	const struct batch **all = arena_alloc(draft->scratch, (count + 1) * sizeof *all);

	for (size_t i = 0; i < count; i++)
		all[i] = &draft->set->batches[i];
	if (count) {
		check_rules(draft, all, count);
		check_families(draft, all, count);
		check_case(draft, all, count);
	}
	check_networks(draft);
	for (size_t i = 0; i < ARRAY_LENGTH(shared); i++)
		check_shared(draft, &shared[i]);
	check_shared_tags(draft);
	check_pass(draft);
}
