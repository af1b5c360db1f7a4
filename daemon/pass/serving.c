#include "serving.h"

#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "model/tags.h"
#include "sites.h"

static bool is_asked_for(const struct pass *pass, const char *batch)
{
	for (size_t i = 0; i < pass->options.only_count; i++)
		if (strcmp(pass->options.only[i], batch) == 0)
			return true;
	return !pass->options.only_count;
}

static bool has_batch(const struct definitions *definitions, const struct app *app)
{
	for (size_t i = 0; i < definitions->batch_count; i++)
		if (definitions->batches[i].app == app)
			return true;
	return false;
}

/* With names: the batches of these names, of the apps that have one of them; other apps stand by. */
static void choose_definitions(struct pass *pass)
{
	const struct definitions *all = pass->options.definitions;
	struct definitions *part = &pass->definitions;

	*part = *all;
	if (!pass->options.only_count)
		return;
	part->batches = arena_alloc(pass->arena, (all->batch_count + 1) * sizeof *part->batches);
	part->batch_count = 0;
	for (size_t i = 0; i < all->batch_count; i++)
		if (is_asked_for(pass, all->batches[i].name))
			part->batches[part->batch_count++] = all->batches[i];
	part->apps = arena_alloc(pass->arena, (all->app_count + 1) * sizeof *part->apps);
	for (size_t i = 0; i < all->app_count; i++) {
		part->apps[i] = all->apps[i];
		part->apps[i].bystander = !has_batch(part, &all->apps[i]);
		for (size_t b = 0; b < part->batch_count; b++)
			if (part->batches[b].app == &all->apps[i])
				part->batches[b].app = &part->apps[i];
	}
}

static void complete(struct pass *pass, struct pass_site *site, const struct site *const *all)
{
	site->pass = pass;
	site->observed = arena_alloc(pass->arena, sizeof *site->observed);
	site->observed->arena = pass->arena;
	site->view = (struct view){
		.arena = pass->arena,
		.site = &site->site,
		.sites = all,
		.site_count = pass->site_count,
		.owner = pass->options.owner,
		.definitions = &pass->definitions,
		.observed = site->observed,
	};
}

void serving_find(struct pass *pass)
{
	struct sites found;
	const struct site **all;

	choose_definitions(pass);
	found = sites_find(pass->arena, pass->options.aws, &pass->definitions,
		pass->options.only_count ? NULL : pass->options.state);
	pass->site_count = found.count;
	pass->sites = arena_alloc(pass->arena, (found.count + 1) * sizeof *pass->sites);
	all = arena_alloc(pass->arena, (found.count + 1) * sizeof *all);
	for (size_t i = 0; i < found.count; i++) {
		pass->sites[i].site = found.items[i].site;
		pass->sites[i].identity = found.items[i].identity;
		all[i] = &pass->sites[i].site;
	}
	for (size_t i = 0; i < found.count; i++)
		complete(pass, &pass->sites[i], all);
}

/* Whether something of ours is still there that this daemon would have to watch: of one app, or of any
 * (NULL). */
static bool is_left(const struct pass_site *site, const char *app)
{
	for (size_t i = 0; i < site->observed->all.count; i++) {
		const struct resource *have = site->observed->all.items[i];
		const struct action *action;
		bool counts = have->kind->shape == SHAPE_SCHEDULE || have->kind->shape == SHAPE_REVISIONS ||
			      tags_value(&have->tags, TAG_ON_DELETE);

		if (!counts || !is_ours(&site->view, have) ||
			(app && text_compare(tags_value(&have->tags, TAG_APP), app) != 0))
			continue;
		action = plan_action(site->plan, have->kind, have->name, have->id);
		if (!action || action->verb != VERB_DELETE || action->outcome != OUTCOME_DONE)
			return true;
	}
	return false;
}

/* A site about which something is not known may hold anything; what another one covers is known there. */
static bool is_known(const struct pass_site *site)
{
	return site->covered || (site->plan && observed_complete(site->observed));
}

bool serving_knows_all(const struct pass *pass)
{
	for (size_t i = 0; i < pass->site_count; i++)
		if (!is_known(&pass->sites[i]))
			return false;
	return !pass->options.only_count;
}

static bool is_left_anywhere(const struct pass *pass, const char *app)
{
	for (size_t i = 0; i < pass->site_count; i++)
		if (!is_known(&pass->sites[i]) || (!pass->sites[i].covered && is_left(&pass->sites[i], app)))
			return true;
	return false;
}

static bool is_defined(const struct pass *pass, const char *app)
{
	for (size_t i = 0; i < pass->options.definitions->app_count; i++)
		if (strcmp(pass->options.definitions->apps[i].name, app) == 0)
			return true;
	return false;
}

static bool has_app(const struct pass_site *site)
{
	for (size_t i = 0; i < site->pass->definitions.app_count; i++)
		if (site_has(&site->view, &site->pass->definitions.apps[i]))
			return true;
	return false;
}

static void serve(struct pass_site *site)
{
	struct state *state = site->pass->options.state;

	for (size_t i = 0; i < site->pass->definitions.app_count; i++)
		if (site_has(&site->view, &site->pass->definitions.apps[i]))
			state_serve(state, site->pass->definitions.apps[i].name, site->site.account);
	if (has_app(site))
		state_serve_site(state, site->site.account, site->site.region, site->site.role_arn);
}

/* The site of the pass that a kept one names; NULL where it belongs to other keys. */
static const struct pass_site *find_site(const struct pass *pass, const json_t *kept)
{
	for (size_t i = 0; i < pass->site_count; i++)
		if (text_compare(pass->sites[i].site.account, json_text_of(kept, "account", NULL)) == 0 &&
			text_compare(pass->sites[i].site.region, json_text_of(kept, "region", NULL)) == 0 &&
			text_compare(pass->sites[i].site.role_arn, json_text_of(kept, "role", NULL)) == 0)
			return &pass->sites[i];
	return NULL;
}

void serving_forget(struct pass *pass)
{
	struct state *state = pass->options.state;
	const char *name;
	json_t *kept;
	void *next;

	json_object_foreach_safe(state_apps(state), next, name,
		kept) if (!is_defined(pass, name) && !is_left_anywhere(pass, name)) state_forget(state, name);
	json_object_foreach_safe(state_sites(state), next, name, kept)
	{
		const struct pass_site *site = find_site(pass, kept);

		if (site && is_known(site) && !has_app(site) && (site->covered || !is_left(site, NULL)))
			state_forget_site(state, name);
	}
}

bool serving_covers(const struct pass_site *site)
{
	return site->site.account && !has_app(site) && !site_is_first(&site->view);
}

void serving_keep(struct pass *pass)
{
	for (size_t i = 0; i < pass->site_count; i++)
		if (pass->sites[i].plan)
			serve(&pass->sites[i]);
}
