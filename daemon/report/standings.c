#include "standings.h"

#include "common/text.h"
#include "model/tags.h"

const struct pass_site *standings_site(const struct pass *pass, const struct app *app)
{
	for (size_t i = 0; i < pass->site_count; i++)
		if (site_has(&pass->sites[i].view, app))
			return &pass->sites[i];
	return NULL;
}

static struct batch_states *states_of(const struct pass *pass)
{
	struct plan **plans = arena_alloc(pass->arena, (pass->site_count + 1) * sizeof(struct plan *));
	size_t count = 0;

	for (size_t i = 0; i < pass->site_count; i++)
		if (pass->sites[i].plan)
			plans[count++] = pass->sites[i].plan;
	return batch_states_of(pass->arena, plans, count);
}

static void add(const struct pass *pass, struct standings *all, size_t *capacity, struct standing one)
{
	arena_grow(pass->arena, &all->items, sizeof one, all->count, capacity);
	all->items[all->count++] = one;
}

static void add_defined(const struct pass *pass, struct standings *all, size_t *capacity)
{
	for (size_t i = 0; i < pass->definitions.batch_count; i++) {
		const struct batch *batch = &pass->definitions.batches[i];
		const struct pass_site *site = standings_site(pass, batch->app);

		add(pass, all, capacity,
			(struct standing){
				.app = batch->app->name,
				.batch = batch->name,
				.site = site,
				.defined = batch,
				.state = batch_state_of(all->states, site ? site->plan : NULL, batch),
			});
	}
}

/* A schedule of ours that starts no batch of the definitions. */
static bool has_left(const struct pass_site *site, const struct resource *have)
{
	const char *batch = tags_value(&have->tags, TAG_BATCH);

	return have->kind->shape == SHAPE_SCHEDULE && is_ours(&site->view, have) && batch &&
	       !definitions_batch(&site->pass->definitions, batch);
}

static void add_leavers(const struct pass_site *site, struct standings *all, size_t *capacity)
{
	for (size_t i = 0; i < site->observed->all.count; i++) {
		const struct resource *have = site->observed->all.items[i];
		struct standing one = {
			.app = tags_value(&have->tags, TAG_APP),
			.batch = tags_value(&have->tags, TAG_BATCH),
			.site = site,
			.have = have,
		};

		if (has_left(site, have) && batch_state_of_leaver(all->states, have, &one.state))
			add(site->pass, all, capacity, one);
	}
}

static int compare(const void *a, const void *b)
{
	const struct standing *left = a, *right = b;
	int order = text_compare(left->app, right->app);

	return order ? order : text_compare(left->batch, right->batch);
}

struct standings standings_of(const struct pass *pass)
{
	struct standings all = { .states = states_of(pass) };
	size_t capacity = 0;

	add_defined(pass, &all, &capacity);
	for (size_t i = 0; i < pass->site_count && !pass->options.only_count; i++)
		if (pass->sites[i].plan)
			add_leavers(&pass->sites[i], &all, &capacity);
	if (all.count)
		qsort(all.items, all.count, sizeof *all.items, compare);
	return all;
}

enum batch_state standings_of_app(
	const struct standings *standings, const struct pass *pass, const struct app *app)
{
	const struct pass_site *site = standings_site(pass, app);

	return batch_state_of_app(standings->states, site ? site->plan : NULL, app);
}
