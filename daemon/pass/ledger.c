#include "ledger.h"

#include <string.h>

#include "kinds/kinds.h"
#include "model/tags.h"

bool ledger_served(const char *app, void *data)
{
	const struct pass_site *site = data;

	return state_served(site->pass->options.state, app);
}

struct served ledger_knows(const struct resource *have, void *data)
{
	const struct pass_site *site = data;
	struct served served = state_name(site->memory, have->kind->name, have->name);

	/* Also where a version that kept no names disabled it. */
	served.left = served.left || state_knows_left(site->memory, have->arn);
	return served;
}

/* What may be removed one day: neither roles nor targets, nor what is only used. */
static void serve(struct state_site *memory, const struct resource *want)
{
	if (want->managed && want->kind->tagged && want->kind->shape != SHAPE_ROLE)
		state_serve_name(memory, want->kind->name, want->name, want->app->name,
			tags_value(&want->tags, TAG_ON_DELETE) != NULL);
}

/* A name that is taken serves somebody else. Of a family its newest revision may be a stranger's. */
static bool is_free(const struct pass_site *site, const struct resource *want)
{
	const struct resource *have = resources_find(&site->observed->all, want->kind, want->name, NULL);

	return !plan_blocked(site->plan, want->app, want->batch) &&
	       (!have || want->kind->shape == SHAPE_REVISIONS || is_ours(&site->view, have));
}

void ledger_serve(struct pass_site *site)
{
	for (size_t i = 0; i < site->plan->wants.count; i++) {
		const struct resource *want = site->plan->wants.items[i];

		if (is_free(site, want))
			serve(site->memory, want);
	}
}

static void fill_site(struct state *state, const struct site *site, const struct definitions *kept)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct observed nothing = { .arena = arena, .site = *site };
	struct state_site *memory = state_site(state, site->account, site->region);
	struct resources wants = { 0 };
	struct view view = {
		.arena = arena,
		.site = site,
		.sites = &site,
		.site_count = 1,
		.owner = "",
		.definitions = kept,
		.observed = &nothing,
	};

	for (size_t i = 0; i < kind_count; i++)
		kinds[i]->want(&view, &wants);
	for (size_t i = 0; i < wants.count; i++)
		if (state_served(state, wants.items[i]->app->name))
			serve(memory, wants.items[i]);
}

void ledger_fill(struct state *state, struct definitions *kept, const char *region)
{
	for (size_t i = 0; i < kept->app_count; i++) {
		struct app *app = &kept->apps[i];
		const char *account = state_account_of(state, app->name);

		app->region = app->region ? app->region : region;
		if (account && app->region)
			fill_site(state,
				&(struct site){
					.role_arn = app->assume_role_arn,
					.region = app->region,
					.partition = "aws",
					.account = account,
				},
				kept);
	}
}

static const struct kind *kind_named(const char *name)
{
	for (size_t i = 0; i < kind_count; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

/* Whether something of this name is there after the pass. */
static bool is_there(const struct pass_site *site, const struct kind *kind, const char *name)
{
	const struct resources *all = &site->observed->all;

	for (size_t i = resources_from(all, kind, name); i < all->count; i++) {
		const struct resource *have = all->items[i];
		const struct action *action;

		if (have->kind != kind || strcmp(have->name, name) != 0)
			return false;
		action = plan_action(site->plan, kind, name, have->id);
		if (!action || action->verb != VERB_DELETE || action->outcome != OUTCOME_DONE)
			return true;
	}
	return false;
}

static bool is_gone(const char *kind_name, const char *name, const char *app, void *data)
{
	const struct pass_site *site = data;
	const struct kind *kind = kind_named(kind_name);

	if (!kind)
		return true;
	if (resources_find(&site->plan->wants, kind, name, NULL) || is_there(site, kind, name))
		return false;
	/* What an app leaves behind is looked for only where a tag, which may be late, says that it goes. */
	return kind->shape != SHAPE_PLAIN || !state_served(site->pass->options.state, app);
}

void ledger_keep(struct pass_site *site)
{
	for (size_t i = 0; i < site->plan->action_count; i++) {
		const struct action *action = site->plan->actions[i];

		if (action->removal && action->verb == VERB_DISABLE && action->outcome == OUTCOME_DONE)
			state_leave_name(site->memory, action->kind->name, action->name, action->app);
	}
	/* Only where all was read, what is not there is gone. */
	if (!site->pass->options.only_count && observed_complete(site->observed))
		state_drop_names(site->memory, is_gone, site);
}
