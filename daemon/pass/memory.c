#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "drift.h"
#include "model/tags.h"
#include "sites.h"

/* The brake counts what left in so long a time. */
enum { BRAKE_SECONDS = 3600 };

/* Names a difference by what is put back, so that a new wish is never taken for the same fight. */
static char *fight_key(struct arena *arena, const struct difference *difference)
{
	return arena_printf(arena, "%s=%s", difference->path, difference->after ? difference->after : "");
}

/* A target has no ARN; its rule's name tells it from others. */
static const char *fought_over(const struct action *action)
{
	return *action->arn ? action->arn : action->name;
}

/* What somebody else may change back: a field, and that a schedule that left is disabled. */
static bool can_be_fought(const struct action *action, const struct difference *difference)
{
	return action->verb == VERB_UPDATE ||
	       (action->verb == VERB_DISABLE && strcmp(difference->path, "state") == 0);
}

void memory_keep_calm(struct pass *pass, struct pass_site *site)
{
	if (pass->options.forget_fights)
		state_forget_fights(site->memory);
	for (size_t i = 0; pass->options.resident && i < site->plan->action_count; i++) {
		struct action *action = site->plan->actions[i];

		for (size_t d = 0; d < action->differences.count; d++) {
			const struct difference *difference = &action->differences.items[d];
			char when[ISO8601_SIZE];
			time_t until;

			if (!can_be_fought(action, difference))
				continue;
			until = state_calm_until(
				site->memory, fought_over(action), fight_key(pass->arena, difference));
			if (until <= pass->now)
				continue;
			text_iso8601(when, until);
			action->outcome = OUTCOME_HELD;
			action->fought = true;
			action->error = arena_printf(pass->arena,
				"%s keeps being changed outside: not fought over before %s; a reload (systemctl reload fargate-batchd) writes it at once",
				difference->path, when);
		}
	}
}

/* What the plans of a pass say of ARNs, each sorted. */
struct standing {
	struct arena *arena;
	const char **leaving, **wanted;
	size_t leaving_count, leaving_capacity, wanted_count, wanted_capacity;
	bool all_known; /* what is in neither is not there, or has not left */
};

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_among(const char *const *arns, size_t count, const char *arn)
{
	return count && bsearch(&arn, arns, count, sizeof arn, compare_texts);
}

static bool is_back(const char *arn, void *data)
{
	const struct standing *standing = data;

	return is_among(standing->wanted, standing->wanted_count, arn) ||
	       (standing->all_known && !is_among(standing->leaving, standing->leaving_count, arn));
}

static void add_leaving(struct standing *standing, const char *arn)
{
	arena_grow(standing->arena, &standing->leaving, sizeof arn, standing->leaving_count,
		&standing->leaving_capacity);
	standing->leaving[standing->leaving_count++] = arn;
}

static void add_standing(struct standing *standing, const struct plan *plan)
{
	for (size_t i = 0; i < plan->action_count; i++)
		if (plan->actions[i]->removal)
			add_leaving(standing, plan->actions[i]->arn);
	for (size_t i = 0; i < plan->wait_count; i++)
		add_leaving(standing, plan->waits[i].arn);
	for (size_t i = 0; i < plan->wants.count; i++) {
		const struct resource *want = plan->wants.items[i];
		const struct resource *have =
			resources_find(&plan->observed->all, want->kind, want->name, NULL);

		if (!have)
			continue;
		arena_grow(standing->arena, &standing->wanted, sizeof have->arn, standing->wanted_count,
			&standing->wanted_capacity);
		standing->wanted[standing->wanted_count++] = have->arn;
	}
}

static struct standing standing_of(const struct pass *pass)
{
	struct standing standing = { .arena = pass->arena, .all_known = sites_all_known(pass) };

	for (size_t i = 0; i < pass->site_count; i++)
		if (pass->sites[i].plan)
			add_standing(&standing, pass->sites[i].plan);
	if (standing.leaving_count)
		qsort(standing.leaving, standing.leaving_count, sizeof *standing.leaving, compare_texts);
	if (standing.wanted_count)
		qsort(standing.wanted, standing.wanted_count, sizeof *standing.wanted, compare_texts);
	return standing;
}

/* What waits in its grace was disabled, also where the pass that did it was killed before it kept that. */
static void keep_disabled(const struct pass *pass, const struct plan *plan)
{
	struct approvals *approvals = state_approvals(pass->options.state);

	for (size_t i = 0; i < plan->wait_count; i++)
		if (approvals_await(approvals, plan->waits[i].arn, pass->now))
			approvals_disabled(approvals, plan->waits[i].arn, pass->now);
}

void memory_review_approvals(const struct pass *pass)
{
	struct approvals *approvals = state_approvals(pass->options.state);
	struct standing standing;

	if (!approvals_any(approvals, pass->now))
		return;
	standing = standing_of(pass);
	for (size_t i = 0; i < pass->site_count; i++)
		if (pass->sites[i].plan)
			keep_disabled(pass, pass->sites[i].plan);
	approvals_review(approvals, pass->now, is_back, &standing);
}

bool memory_covers(const struct pass *pass, const struct action *action)
{
	const struct approvals *approvals = state_approvals(pass->options.state);
	const char *left = tags_value(&action->have->tags, TAG_LEAVING);
	time_t since = 0;

	return approvals_await(approvals, action->arn, pass->now) ||
	       (action->verb == VERB_DELETE && left && text_parse_iso8601(left, &since) &&
		       approvals_cover(approvals, action->arn, since));
}

/* Marked by a pass that was killed before it could keep a record, or before the state was emptied. */
static bool left_unrecorded(const struct pass_site *site, const struct resource *have)
{
	const char *app = tags_value(&have->tags, TAG_APP), *left = tags_value(&have->tags, TAG_LEAVING);
	const struct action *action = plan_action(site->plan, have->kind, have->name, NULL);
	time_t since = 0;

	/* What others may have tagged is no batch that left. */
	if (action && action->claim == CLAIM_DOUBTFUL)
		return false;
	return left && app && text_parse_iso8601(left, &since) && since >= site->pass->now - BRAKE_SECONDS &&
	       !state_knows_left(site->memory, have->arn) &&
	       !state_name(site->memory, have->kind->name, have->name).left &&
	       !approvals_know(state_approvals(site->pass->options.state), have->arn) &&
	       (definitions_app(&site->pass->definitions, app) ||
		       state_served(site->pass->options.state, app));
}

const char **memory_recently_left(const struct pass *pass, size_t *count)
{
	size_t capacity;
	const char **arns = state_left_since(
		pass->options.state, pass->now - BRAKE_SECONDS, pass->arena, count, &capacity);

	for (size_t s = 0; s < pass->site_count; s++) {
		const struct pass_site *site = &pass->sites[s];

		if (!site->plan || !site_is_first(&site->view))
			continue;
		for (size_t i = 0; i < site->plan->unwanted.count; i++) {
			const struct resource *have = site->plan->unwanted.items[i];

			if (!left_unrecorded(site, have))
				continue;
			arena_grow(pass->arena, &arns, sizeof *arns, *count, &capacity);
			arns[(*count)++] = have->arn;
		}
	}
	return arns;
}

/* What was registered a moment ago is known without reading it. */
static void remember_registration(struct pass *pass, struct pass_site *site, const struct action *action)
{
	const char *hash = tags_value(&action->want->tags, TAG_HASH);

	if (action->made && hash)
		state_keep_revision(site->memory, action->made, hash,
			fields_digest(pass->arena, &action->want->fields, true));
}

/* Only what the daemon repairs by itself is a fight; a wish and an apply by hand are none. */
static void remember_fights(struct pass *pass, struct pass_site *site, const struct action *action)
{
	for (size_t i = 0; i < action->differences.count && pass->options.resident; i++) {
		const struct difference *difference = &action->differences.items[i];

		if (can_be_fought(action, difference) && !asked_for(site, action, difference))
			state_put_back(site->memory, fought_over(action), fight_key(pass->arena, difference),
				pass->now);
	}
}

static void remember_removal(struct pass *pass, struct pass_site *site, const struct action *action)
{
	struct approvals *approvals = state_approvals(pass->options.state);

	if (action->counts && !action->approved)
		state_left(site->memory, action->arn, pass->now);
	if (action->verb == VERB_DELETE || !action->approved)
		approvals_deleted(approvals, action->arn);
	else
		approvals_disabled(approvals, action->arn, pass->now);
}

void memory_keep(struct pass *pass, struct pass_site *site)
{
	for (size_t i = 0; i < site->plan->action_count; i++) {
		const struct action *action = site->plan->actions[i];

		if (action->outcome != OUTCOME_DONE)
			continue;
		if (action->kind->shape == SHAPE_REVISIONS && action->verb == VERB_CREATE)
			remember_registration(pass, site, action);
		if (action->removal)
			remember_removal(pass, site, action);
		/* A person approved it: from now on its grace is ours to watch. */
		if (action->leaves && action->claim != CLAIM_OURS)
			state_serve(pass->options.state, action->app, site->site.account);
		remember_fights(pass, site, action);
	}
}
