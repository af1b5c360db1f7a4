#include "memory.h"

#include "model/tags.h"
#include "text.h"

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
	for (size_t i = 0; pass->options.resident && i < site->plan->action_count; i++) {
		struct action *action = site->plan->actions[i];

		for (size_t d = 0; d < action->differences.count; d++) {
			const struct difference *difference = &action->differences.items[d];
			time_t until = state_calm_until(
				site->memory, fought_over(action), fight_key(pass->arena, difference));
			char when[ISO8601_SIZE];

			if (until <= pass->now || !can_be_fought(action, difference))
				continue;
			text_iso8601(when, until);
			action->outcome = OUTCOME_HELD;
			action->fought = true;
			action->error = arena_printf(pass->arena,
				"%s keeps being changed outside: not fought over before %s; apply by hand "
				"writes it",
				difference->path, when);
		}
	}
}

/* Marked by a pass that was killed before it could keep a record, or before the state was emptied. */
static bool left_unrecorded(const struct pass_site *site, const struct resource *have)
{
	const char *app = tags_value(&have->tags, TAG_APP), *left = tags_value(&have->tags, TAG_LEAVING);
	time_t since = 0;

	return left && app && text_parse_iso8601(left, &since) && since >= site->pass->now - BRAKE_SECONDS &&
	       !state_knows_left(site->memory, have->arn) &&
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
	const struct pass_options *options = &pass->options;

	for (size_t i = 0; i < action->differences.count; i++) {
		const struct difference *difference = &action->differences.items[i];

		if (options->repairs && can_be_fought(action, difference) &&
			options->repairs(site, action, options->data))
			state_put_back(site->memory, fought_over(action), fight_key(pass->arena, difference),
				pass->now);
	}
}

void memory_keep(struct pass *pass, struct pass_site *site)
{
	for (size_t i = 0; i < site->plan->action_count; i++) {
		const struct action *action = site->plan->actions[i];

		if (action->outcome != OUTCOME_DONE)
			continue;
		if (action->kind->shape == SHAPE_REVISIONS && action->verb == VERB_CREATE)
			remember_registration(pass, site, action);
		if (action->leaves)
			state_left(site->memory, action->arn, action->approved, pass->now);
		/* A person approved it: from now on its grace is ours to watch. */
		if (action->leaves && action->stray)
			state_serve(pass->options.state, action->app, site->site.account);
		remember_fights(pass, site, action);
	}
}
