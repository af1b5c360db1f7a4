#include <string.h>

#include "common/text.h"
#include "model/tags.h"
#include "parts.h"

/* What is ours and in nobody's definitions any more: disabled, left alone for the grace, then deleted. */

struct leaver {
	struct plan *plan;
	const struct view *view;
	const struct plan_options *options;
	const struct resource *have;
	const char *app, *batch;
	enum claim claim;
	struct served served;
	bool early; /* something that stays still needs it: it may be marked, not deleted */
	bool started; /* a schedule that is deleted in this pass starts its family */
	struct action *last; /* what has to be done before the next step */
	const char *moved; /* as of an action */
};

static bool is_wanted(const struct plan *plan, const struct resource *have)
{
	return resources_find(&plan->wants, have->kind, have->name, NULL) != NULL;
}

static bool named_in(const struct definitions *definitions, const char *app)
{
	return definitions_app(definitions, app) != NULL;
}

/* Of several sites that see the same resource, only one plans its end: its app's, else the first. */
static bool is_for_this_site(const struct leaver *leaver)
{
	const struct app *app = definitions_app(leaver->view->definitions, leaver->app);

	if (app && site_may_share(leaver->view, app))
		return site_has(leaver->view, app);
	return site_is_first(leaver->view);
}

/*
 * Whether the batch is still defined here. A schedule of it under another name has moved, which is planned
 * with the new name; revisions of a family that it had before stay, so that going back finds them.
 */
static bool is_defined(const struct leaver *leaver)
{
	const struct definitions *definitions = leaver->view->definitions;

	for (size_t i = 0; leaver->batch && i < definitions->batch_count; i++)
		if (strcmp(definitions->batches[i].name, leaver->batch) == 0 &&
			site_may_share(leaver->view, definitions->batches[i].app))
			return true;
	return !leaver->batch && named_in(definitions, leaver->app);
}

static void mark(struct leaver *leaver, struct action *action)
{
	action->app = leaver->app;
	action->batch = leaver->batch;
	action->removal = true;
	action->moved = leaver->moved;
	action->claim = leaver->claim;
	plan_hold_unread(leaver->plan, action);
	plan_need(leaver->plan, action, leaver->last);
	leaver->last = action;
}

static struct action *add_leaving(struct leaver *leaver, const char *left)
{
	struct arena *arena = leaver->plan->arena;
	struct action *action = plan_add(leaver->plan, VERB_DISABLE, NULL, leaver->have);
	struct difference *differences = arena_alloc(arena, 2 * sizeof *differences);
	const struct kind *kind = leaver->have->kind;
	char now[ISO8601_SIZE];
	size_t count = 0;

	text_iso8601(now, leaver->options->now);
	if (leaver->have->kind->shape == SHAPE_SCHEDULE && !resource_is_stopped(leaver->have))
		differences[count++] = (struct difference){ kind->state_path,
			fields_value(&leaver->have->fields, kind->state_path), kind->stopped };
	tags_set(arena, &action->set_tags, TAG_LEAVING, now);
	differences[count++] = (struct difference){ "tags[" TAG_LEAVING "]", left, arena_copy(arena, now) };
	action->differences = (struct differences){ differences, count };
	action->leaves =
		leaver->have->kind->shape == SHAPE_SCHEDULE && (!left || !resource_is_stopped(leaver->have));
	action->counts = action->leaves;
	mark(leaver, action);
	return action;
}

static bool has_foreign_target(const struct plan *plan, const struct resource *schedule)
{
	const struct resources *all = &plan->observed->all;

	for (size_t i = 0; i < all->count; i++)
		if (all->items[i]->kind->shape == SHAPE_TARGET &&
			strcmp(all->items[i]->name, schedule->name) == 0 &&
			!resource_has_own_id(all->items[i]))
			return true;
	return false;
}

static void add_deletion(struct leaver *leaver)
{
	const struct resources *all = &leaver->plan->observed->all;
	struct action *deletion;

	for (size_t i = 0; i < all->count; i++) {
		struct resource *target = all->items[i];

		if (target->kind->shape == SHAPE_TARGET && strcmp(target->name, leaver->have->name) == 0)
			mark(leaver, plan_add(leaver->plan, VERB_DELETE, NULL, target));
	}
	deletion = plan_add(leaver->plan, VERB_DELETE, NULL, leaver->have);
	/* Whoever disabled it, the brake has not counted it. */
	deletion->counts = leaver->have->kind->shape == SHAPE_SCHEDULE && !leaver->served.left;
	deletion->force = leaver->served.on_delete;
	mark(leaver, deletion);
}

/* Only what is marked already waits; what is marked in this pass is a change of it. */
static void add_wait(struct leaver *leaver, time_t until)
{
	struct plan *plan = leaver->plan;

	if (!tags_value(&leaver->have->tags, TAG_LEAVING) || leaver->claim == CLAIM_DOUBTFUL)
		return;
	arena_grow(plan->arena, &plan->waits, sizeof *plan->waits, plan->wait_count, &plan->wait_capacity);
	plan->waits[plan->wait_count++] = (struct waiting){ leaver->app, leaver->batch, leaver->have->arn,
		until, leaver->moved, leaver->have };
}

/* The batch moves to its schedule under another name only
 * when this one, which may be its old one, is stopped. */
static void let_move_wait(struct leaver *leaver, struct action *stop)
{
	const struct plan *plan = leaver->plan;

	for (size_t i = 0; i < plan->action_count; i++) {
		struct action *action = plan->actions[i];

		if (action->claim == CLAIM_DOUBTFUL && !action->removal &&
			text_compare(action->batch, leaver->batch) == 0)
			plan_need(leaver->plan, action, stop);
	}
}

/*
 * One step further, or two where there is no grace; never deletes what does not read DISABLED. What is in
 * doubt is always a step that a person has to let pass, so that it is told.
 */
static void leave(struct leaver *leaver)
{
	const char *left = tags_value(&leaver->have->tags, TAG_LEAVING);
	bool schedule = leaver->have->kind->shape == SHAPE_SCHEDULE;
	/* What nobody can stop waits from when it was marked from here: others may write that tag too. */
	bool stopped = schedule ? resource_is_stopped(leaver->have) : leaver->served.left;
	bool never = !leaver->options->deletion_enabled ||
		     (schedule && has_foreign_target(leaver->plan, leaver->have));
	time_t now = leaver->options->now, grace = (time_t)leaver->options->grace_seconds, since = now, until;
	bool marked = left && stopped && text_parse_iso8601(left, &since);

	/* A time that nobody can read, or a schedule that
	 * somebody has started again: the grace begins anew. */
	if (!marked || (leaver->claim == CLAIM_DOUBTFUL && (never || leaver->early || since + grace > now))) {
		since = now;
		let_move_wait(leaver, add_leaving(leaver, left));
	}
	until = never ? 0 : since + grace;
	if (until > now && leaver->claim != CLAIM_DOUBTFUL)
		leaver->plan->in_grace = true;
	if (never || leaver->early || until > now)
		add_wait(leaver, until);
	else
		add_deletion(leaver);
}

/* The app that has it now, wherever; NULL where the definitions do not name it any more. */
static const struct app *app_now(const struct leaver *leaver)
{
	const struct definitions *definitions = leaver->view->definitions;

	for (size_t i = 0; leaver->batch && i < definitions->batch_count; i++)
		if (strcmp(definitions->batches[i].name, leaver->batch) == 0)
			return definitions->batches[i].app;
	return leaver->batch ? NULL : definitions_app(definitions, leaver->app);
}

/* Where a batch or app went that is defined in another region, or with another role, now; NULL: nowhere. */
static const char *move_of(const struct leaver *leaver)
{
	const struct site *site = leaver->view->site;
	const struct app *app = app_now(leaver);

	if (!app || !app->region || site_has(leaver->view, app))
		return NULL;
	if (strcmp(app->region, site->region) != 0)
		return arena_printf(leaver->plan->arena, "from %s to %s", site->region, app->region);
	return arena_printf(leaver->plan->arena, "from %s to %s, both in %s",
		site->role_arn ? site->role_arn : "the keys' own account",
		app->assume_role_arn ? app->assume_role_arn : "the keys' own account", site->region);
}

static struct leaver leaver_of(struct plan *plan, const struct view *view, const struct plan_options *options,
	const struct resource *have)
{
	struct leaver leaver = { .plan = plan, .view = view, .options = options, .have = have };

	leaver.app = tags_value(&have->tags, TAG_APP);
	leaver.batch = tags_value(&have->tags, TAG_BATCH);
	leaver.app = leaver.app ? leaver.app : "";
	leaver.served = plan_served(options, have);
	leaver.claim = plan_claim(plan, view, options, have);
	leaver.moved = move_of(&leaver);
	return leaver;
}

/* Whether the schedule is one of the batch that the revision was for; without a batch, one of its app. */
static bool may_start(const struct leaver *leaver, const struct resource *schedule)
{
	const char *key = leaver->batch ? TAG_BATCH : TAG_APP;

	return is_ours(leaver->view, schedule) && text_compare(tags_value(&schedule->tags, key),
							  leaver->batch ? leaver->batch : leaver->app) == 0;
}

static bool is_started_by(const struct leaver *leaver, const struct resource *schedule)
{
	const struct kind *kind = kind_of_target(schedule->kind);
	const struct resource *starts =
		kind ? resources_find(&leaver->plan->observed->all, kind, schedule->name, kind->own_id)
		     : schedule;

	return starts && ownership_starts(starts, leaver->have);
}

/* Deletion goes backwards: what a schedule started goes
 * after it. False where a schedule of the batch stays. */
static bool wait_for_batch(struct leaver *leaver, struct action *action)
{
	const struct resources *all = &leaver->plan->observed->all;

	for (size_t i = 0; i < all->count; i++) {
		struct action *gone;

		if (all->items[i]->kind->shape != SHAPE_SCHEDULE || !may_start(leaver, all->items[i]))
			continue;
		gone = plan_action(leaver->plan, all->items[i]->kind, all->items[i]->name, NULL);
		if (!gone || gone->verb != VERB_DELETE)
			return false;
		plan_need(leaver->plan, action, gone);
		leaver->started = leaver->started || is_started_by(leaver, all->items[i]);
	}
	return true;
}

/*
 * Revisions are the way back: they go in the pass in which their batch goes, or later where that was broken
 * off, and none while anything that left waits in its grace.
 */
static void remove_revision(struct leaver *leaver)
{
	struct plan *plan = leaver->plan;
	struct action *action;

	if (is_defined(leaver) || !observed_complete(plan->observed) || plan->in_grace ||
		!leaver->options->deletion_enabled)
		return;
	action = plan_retire(plan, leaver->have);
	if (!action)
		return;
	/* Whoever may tag may name any batch: its schedule, or the ledger, says that this was its family. */
	if (wait_for_batch(leaver, action) &&
		(leaver->started || (leaver->served.known && leaver->claim == CLAIM_OURS)))
		mark(leaver, action);
	else
		plan->action_count--;
}

/* Whoever may tag may have tagged it: it is told, and waits for a person. */
static void doubt_revision(struct leaver *leaver)
{
	struct action *action =
		leaver->options->deletion_enabled ? plan_retire(leaver->plan, leaver->have) : NULL;

	if (action)
		mark(leaver, action);
}

static bool runs_on(const struct plan *plan, const struct resource *schedule, const struct resource *cluster)
{
	const struct resources *all = &plan->observed->all;

	for (size_t i = 0; i < all->count; i++)
		if (all->items[i]->kind->shape == SHAPE_TARGET &&
			strcmp(all->items[i]->name, schedule->name) == 0 &&
			text_compare(fields_value(&all->items[i]->fields, "arn"), cluster->arn) == 0)
			return true;
	return false;
}

/* Whether the other resource is a schedule of the app that is leaving, or of one that shared the cluster with
 * it. */
static bool is_schedule_of(const struct leaver *leaver, const struct resource *other)
{
	return other->kind->shape == SHAPE_SCHEDULE && is_ours(leaver->view, other) &&
	       (text_compare(tags_value(&other->tags, TAG_APP), leaver->app) == 0 ||
		       runs_on(leaver->plan, other, leaver->have));
}

/* The deletion of each schedule comes first; one that stays keeps the app's resources. */
static void wait_for_schedules(struct leaver *leaver, struct action *deletion)
{
	const struct resources *all = &leaver->plan->observed->all;

	for (size_t i = 0; i < all->count; i++) {
		struct action *gone;

		if (!is_schedule_of(leaver, all->items[i]))
			continue;
		gone = plan_action(leaver->plan, all->items[i]->kind, all->items[i]->name, NULL);
		if (!gone || gone->verb != VERB_DELETE)
			leaver->early = true;
		else if (deletion)
			plan_need(leaver->plan, deletion, gone);
	}
}

/* It stays, and a person is told how to remove it. */
static void add_leftover(struct leaver *leaver, const char *why)
{
	struct plan *plan = leaver->plan;

	arena_grow(plan->arena, &plan->leftovers, sizeof *plan->leftovers, plan->leftover_count,
		&plan->leftover_capacity);
	plan->leftovers[plan->leftover_count++] = (struct leftover){ leaver->app, why, leaver->have };
}

/* The app goes on under another name of it, or elsewhere: it goes with its app alone, so a person is told. */
static void stay_behind(struct leaver *leaver)
{
	struct arena *arena = leaver->plan->arena;

	if (leaver->claim != CLAIM_OURS)
		return;
	add_leftover(leaver, leaver->moved
				     ? arena_printf(arena, "app %s has moved %s", leaver->app, leaver->moved)
				     : arena_printf(arena, "app %s uses it no more", leaver->app));
}

/*
 * What an app leaves behind goes only where the app said so, and after all of its schedules. That it said so
 * is on the tag, which others may write too, and in the ledger.
 */
static void remove_of_app(struct leaver *leaver)
{
	struct plan *plan = leaver->plan;
	size_t before = plan->action_count;
	bool served = leaver->served.on_delete || leaver->served.left;

	if (text_compare(tags_value(&leaver->have->tags, TAG_ON_DELETE), "delete") != 0)
		return;
	if (named_in(leaver->view->definitions, leaver->app)) {
		stay_behind(leaver);
		return;
	}
	wait_for_schedules(leaver, NULL);
	if (!served && leaver->claim != CLAIM_DOUBTFUL) {
		/* Another machine's app has its schedules still. */
		if (leaver->claim != CLAIM_STRAY || !leaver->early)
			add_leftover(leaver,
				arena_printf(plan->arena,
					"app %s has left the definitions, and was not applied from here with \"onDelete\": \"delete\"",
					leaver->app));
		return;
	}
	leave(leaver);
	if (plan->action_count > before)
		wait_for_schedules(leaver, plan->actions[plan->action_count - 1]);
}

void plan_removals(struct plan *plan, const struct view *view, const struct plan_options *options)
{
	static const enum shape order[] = { SHAPE_SCHEDULE, SHAPE_REVISIONS, SHAPE_PLAIN };

	if (!options->removals)
		return;
	for (size_t pass = 0; pass < ARRAY_LENGTH(order); pass++) {
		for (size_t i = 0; i < plan->observed->all.count; i++) {
			struct resource *have = plan->observed->all.items[i];
			struct leaver leaver;

			if (have->kind->shape != order[pass] || !is_ours(view, have))
				continue;
			if (is_wanted(plan, have)) {
				if (have->kind->shape == SHAPE_REVISIONS && observed_complete(plan->observed))
					plan_retire_old(plan, view, have, options->keep_revisions);
				continue;
			}
			leaver = leaver_of(plan, view, options, have);
			if (!is_for_this_site(&leaver))
				continue;
			if (have->kind->shape == SHAPE_REVISIONS && leaver.claim == CLAIM_DOUBTFUL)
				doubt_revision(&leaver);
			else if (have->kind->shape == SHAPE_REVISIONS)
				remove_revision(&leaver);
			else if (have->kind->shape == SHAPE_PLAIN)
				remove_of_app(&leaver);
			else if (leaver.claim == CLAIM_DOUBTFUL || !is_defined(&leaver))
				leave(&leaver);
		}
	}
}
