#include "asked.h"

#include "json.h"
#include "text.h"

static char *site_key(const struct pass_site *site)
{
	return arena_printf(site->pass->arena, "site %s %s", site->site.region,
		site->site.role_arn ? site->site.role_arn : "");
}

static char *action_key(const struct pass_site *site, const struct action *action)
{
	return arena_printf(site->pass->arena, "%s %s %s %s", site_key(site), action->kind->name,
		action->name, action->id ? action->id : "");
}

/* What stops an app, or (`batch`) one batch of it. */
static char *block_key(struct arena *arena, const char *app, const char *batch)
{
	return arena_printf(arena, "blocked %s %s", app ? app : "", batch ? batch : "");
}

static bool has(const struct asked *asked, const char *key)
{
	return !asked->seen || json_object_get(asked->open, key);
}

void asked_anew(struct asked *asked)
{
	asked_free(asked);
	*asked = (struct asked){ .open = json_must(json_object()) };
}

void asked_free(struct asked *asked)
{
	json_decref(asked->open);
	asked->open = NULL;
}

bool asked_for(const struct asked *asked, const struct pass_site *site, const struct action *action)
{
	struct arena *arena = site->pass->arena;

	return has(asked, site_key(site)) || has(asked, action_key(site, action)) ||
	       has(asked, block_key(arena, action->app, NULL)) ||
	       has(asked, block_key(arena, action->app, action->batch));
}

/* What of this site's actions and problems stays asked for. */
static void keep_site(const struct asked *asked, const struct pass_site *site, json_t *open)
{
	const struct plan *plan = site->plan;
	struct arena *arena = site->pass->arena;

	if (!plan || site->error.code != ERROR_NONE) {
		if (has(asked, site_key(site)))
			json_put(open, site_key(site), json_true());
		return;
	}
	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];

		if (action->outcome != OUTCOME_DONE && action->outcome != OUTCOME_UNNEEDED &&
			asked_for(asked, site, action))
			json_put(open, action_key(site, action), json_true());
	}
	for (size_t i = 0; i < plan->problem_count; i++) {
		const struct problem *problem = &plan->problems[i];
		char *key = block_key(arena, problem->app, problem->batch);

		if (has(asked, site_key(site)) || has(asked, key))
			json_put(open, key, json_true());
	}
}

void asked_pass(struct asked *asked, const struct pass *pass)
{
	json_t *open = json_must(json_object());

	for (size_t i = 0; i < pass->site_count; i++)
		keep_site(asked, &pass->sites[i], open);
	json_decref(asked->open);
	asked->open = open;
	asked->seen = true;
}
