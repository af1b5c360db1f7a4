#include "standings.h"

#include <string.h>

#include "lookup.h"
#include "text.h"

/* What the plan says of one name: an app's own, with `batch` "", or a batch's. */
struct standing {
	const char *app, *batch;
	const struct problem *problem; /* the first */
	bool failing, differs;
};

struct standings {
	bool known;
	struct lookup by_name;
};

static uint64_t hash_of(const struct standing *name)
{
	return lookup_hash(lookup_hash(0, name->app), name->batch);
}

static bool same_name(const void *item, const void *key)
{
	const struct standing *one = item, *name = key;

	return strcmp(one->app, name->app) == 0 && strcmp(one->batch, name->batch) == 0;
}

static struct standing name_of(const char *app, const char *batch)
{
	return (struct standing){ .app = app ? app : "", .batch = batch ? batch : "" };
}

static struct standing *place(
	struct arena *arena, struct standings *standings, const char *app, const char *batch)
{
	struct standing name = name_of(app, batch);
	void **at = lookup_place(arena, &standings->by_name, hash_of(&name), same_name, &name);

	if (!*at) {
		*at = arena_alloc(arena, sizeof name);
		*(struct standing *)*at = name;
	}
	return *at;
}

static void add_action(struct standing *standing, const struct action *action)
{
	enum outcome outcome = action->outcome;

	standing->failing |= outcome == OUTCOME_FAILED || outcome == OUTCOME_SKIPPED;
	standing->differs |=
		outcome == OUTCOME_HELD || outcome == OUTCOME_PENDING || outcome == OUTCOME_RUNNING;
}

struct standings *standings_of(const struct pass_site *site)
{
	struct arena *arena = site->pass->arena;
	struct standings *standings = arena_alloc(arena, sizeof *standings);
	const struct plan *plan = site->plan;

	standings->known = plan != NULL;
	for (size_t i = 0; plan && i < plan->problem_count; i++) {
		const struct problem *problem = &plan->problems[i];
		struct standing *one = place(arena, standings, problem->app, problem->batch);

		one->problem = one->problem ? one->problem : problem;
	}
	for (size_t i = 0; plan && i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];

		if (!action->retiring)
			add_action(place(arena, standings, action->app, action->batch), action);
	}
	return standings;
}

static struct standing find(const struct standings *standings, const char *app, const char *batch)
{
	struct standing name = name_of(app, batch);
	const struct standing *found = lookup_find(&standings->by_name, hash_of(&name), same_name, &name);

	return found ? *found : name;
}

/* The one that the plan came to first. */
static const struct problem *first_of(const struct problem *a, const struct problem *b)
{
	return !a || (b && b < a) ? b : a;
}

const char *standings_state(
	const struct standings *standings, const char *app, const char *batch, bool enabled)
{
	struct standing of_app = find(standings, app, NULL), own = find(standings, app, batch);
	const struct problem *problem = first_of(of_app.problem, own.problem);

	if (!standings->known)
		return "unknown";
	if (problem)
		return problem->conflict ? "conflict" : "blocked";
	if (of_app.failing || own.failing)
		return "failing";
	if (of_app.differs || own.differs)
		return "differs";
	return enabled ? "in sync" : "disabled";
}
