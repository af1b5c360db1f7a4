#include "parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/shared.h"
#include "common/text.h"
#include "model/tags.h"

const char *verb_name(enum verb verb)
{
	static const char *const names[] = { "create", "update", "disable", "delete" };

	return names[verb];
}

/* What was not read may be what would keep it. */
void plan_hold_unread(struct plan *plan, struct action *action)
{
	if (observed_complete(plan->observed))
		return;
	action->outcome = OUTCOME_HELD;
	action->error = arena_printf(
		plan->arena, "held: a reading was not complete: %s", plan->observed->incomplete.text);
}

struct action *plan_add(
	struct plan *plan, enum verb verb, const struct resource *want, const struct resource *have)
{
	const struct resource *one = have ? have : want;
	struct action *action = arena_alloc(plan->arena, sizeof *action);

	*action = (struct action){
		.verb = verb,
		.kind = one->kind,
		.name = one->name,
		.id = one->id,
		.arn = have ? have->arn : "",
		.app = want ? want->app->name : tags_value(&have->tags, TAG_APP),
		.batch = want ? (want->batch ? want->batch->name : NULL) : tags_value(&have->tags, TAG_BATCH),
		.want = want,
		.have = have,
	};
	arena_grow(plan->arena, &plan->actions, sizeof action, plan->action_count, &plan->action_capacity);
	plan->actions[plan->action_count++] = action;
	return action;
}

void plan_need(struct plan *plan, struct action *action, struct action *needed)
{
	if (!needed)
		return;
	arena_grow(plan->arena, &action->needs, sizeof needed, action->need_count, &action->need_capacity);
	action->needs[action->need_count++] = needed;
}

static void add_problem(struct plan *plan, struct problem problem)
{
	arena_grow(
		plan->arena, &plan->problems, sizeof problem, plan->problem_count, &plan->problem_capacity);
	plan->problems[plan->problem_count++] = problem;
}

void plan_problem(struct plan *plan, const struct resource *want, const struct resource *have, bool conflict,
	const char *format, ...)
{
	const struct error *unread = observed_unreadable(plan->observed, want->kind, want->name);
	bool unlisted = observed_unlisted(plan->observed, want->kind, want->name) != NULL;
	struct problem problem = {
		.want = want,
		.batch = want->batch ? want->batch->name : NULL,
		.conflict = conflict,
		.arn = have ? have->arn : "",
		.owner = have ? tags_value(&have->tags, TAG_OWNER) : NULL,
		.unreadable = unread || unlisted,
		.late = unlisted && !unread,
		.have = have,
	};
	va_list arguments;
	char text[512];

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	problem.text = arena_copy(plan->arena, text_mend(text));
	if (unread)
		problem.call = unread->call;
	problem.app = want->app->name;
	problem.at = want->at;
	add_problem(plan, problem);
	/* What several apps share stops each of them. */
	for (size_t i = 0; i < want->sharer_count; i++) {
		if (want->sharers[i].elsewhere)
			continue;
		problem.app = want->sharers[i].app->name;
		problem.at = want->sharers[i].at;
		add_problem(plan, problem);
	}
}

void plan_conflict(struct plan *plan, const struct resource *want, const struct resource *have)
{
	const char *owner = tags_value(&have->tags, TAG_OWNER);

	if (have->managed_by)
		plan_problem(plan, want, have, true, "%s %s is managed by %s", want->kind->name, want->name,
			have->managed_by);
	else if (owner)
		plan_problem(plan, want, have, true, "%s %s belongs to the owner \"%s\"", want->kind->name,
			want->name, owner);
	else
		plan_problem(plan, want, have, true, "%s %s is not ours: it has no owner tag",
			want->kind->name, want->name);
}

bool plan_blocked(const struct plan *plan, const struct app *app, const struct batch *batch)
{
	for (size_t i = 0; i < plan->problem_count; i++) {
		const struct problem *problem = &plan->problems[i];

		if (strcmp(problem->app, app->name) == 0 &&
			(!problem->batch || (batch && strcmp(problem->batch, batch->name) == 0)))
			return true;
	}
	return false;
}

bool is_ours(const struct view *view, const struct resource *have)
{
	return text_compare(tags_value(&have->tags, TAG_OWNER), view->owner) == 0;
}

void want_fields(const struct view *view, struct resource *want)
{
	json_t *body = want->kind->body(view, want);

	want->fields = fields_of(view->arena, want->kind->rules, want->kind->rule_count, body);
	want->content_read = true;
	json_decref(body);
	if (want->kind->finish)
		want->kind->finish(view, want, &want->fields);
}

/* Many carry the same tags, so the path is kept once. */
static const char *tag_path(struct plan *plan, const char *key)
{
	CLEANUP_TEXT struct text path = { 0 };

	text_printf(&path, "tags[%s]", key);
	return share_text(plan->arena, text_string(&path))->text;
}

static void add_tag_differences(struct plan *plan, struct action *action)
{
	struct differences *all = &action->differences;
	const struct tags *set = &action->set_tags, *remove = &action->remove_tags;
	struct difference *items =
		arena_alloc(plan->arena, (all->count + set->count + remove->count) * sizeof *items);

	if (all->count)
		memcpy(items, all->items, all->count * sizeof *items);
	all->items = items;
	for (size_t i = 0; i < set->count; i++) {
		const struct tag *tag = &set->items[i];
		const char *before = action->have ? tags_value(&action->have->tags, tag->key) : NULL;

		items[all->count++] = (struct difference){ tag_path(plan, tag->key), before, tag->value };
	}
	for (size_t i = 0; i < remove->count; i++)
		items[all->count++] = (struct difference){ tag_path(plan, remove->items[i].key),
			remove->items[i].value, NULL };
}

static struct action *add_creation(struct plan *plan, const struct resource *want)
{
	struct action *action = plan_add(plan, VERB_CREATE, want, NULL);
	struct fields nothing = { 0 };

	action->differences = fields_compare(plan->arena, &want->fields, &nothing);
	action->set_tags = want->tags;
	if (want->kind->tagged)
		add_tag_differences(plan, action);
	return action;
}

struct action *plan_compare(
	struct plan *plan, const struct view *view, const struct resource *want, const struct resource *have)
{
	struct differences differences;
	struct tags set = { 0 }, remove = { 0 };
	struct action *action;

	if (!have)
		return add_creation(plan, want);
	differences = fields_compare(plan->arena, &want->fields, &have->fields);
	if (want->kind->tagged) {
		tags_compare(view->arena, &want->tags, &have->tags, &set, &remove);
		plan_note_tags(plan, want, have);
		/* Back in the files before its grace was over. */
		if (tags_value(&have->tags, TAG_LEAVING))
			tags_set(view->arena, &remove, TAG_LEAVING, tags_value(&have->tags, TAG_LEAVING));
	}
	if (!differences.count && !set.count && !remove.count)
		return NULL;
	action = plan_add(plan, VERB_UPDATE, want, have);
	action->differences = differences;
	action->set_tags = set;
	action->remove_tags = remove;
	add_tag_differences(plan, action);
	return action;
}

struct action *plan_action(const struct plan *plan, const struct kind *kind, const char *name, const char *id)
{
	for (size_t i = plan->action_count; i-- > 0;) {
		struct action *action = plan->actions[i];

		if (action->kind == kind && strcmp(action->name, name) == 0 &&
			(!id || strcmp(action->id, id) == 0))
			return action;
	}
	return NULL;
}

struct change action_change(const struct action *action, const char *time)
{
	return (struct change){
		.verb = action->verb,
		.want = action->want,
		.have = action->have,
		.differences = &action->differences,
		.set_tags = &action->set_tags,
		.remove_tags = &action->remove_tags,
		.time = time,
		.force = action->force,
	};
}

/* A role that is written with its ARN is that one: a name
 * under another path, or in another account, is not. */
static bool is_elsewhere(
	struct plan *plan, const struct view *view, const struct resource *want, const struct resource *have)
{
	const char *account = *want->arn ? strstr(want->arn, "::") : NULL;

	if (want->kind->shape != SHAPE_ROLE || !account)
		return false;
	if (have && strcmp(have->arn, want->arn) != 0)
		plan_problem(plan, want, have, true,
			"role %s is %s, and the definitions name %s: write the one that is there, or another name",
			want->name, have->arn, want->arn);
	else if (!have && strncmp(account + 2, view->site->account, strlen(view->site->account)) != 0)
		plan_problem(plan, want, NULL, true,
			"%s is a role of another account, and tasks of account %s cannot have it", want->arn,
			view->site->account);
	else
		return false;
	return true;
}

bool plan_may_use(
	struct plan *plan, const struct view *view, const struct resource *want, const struct resource *have)
{
	const struct error *unreadable = observed_unreadable(plan->observed, want->kind, want->name);

	if (unreadable) {
		plan_problem(plan, want, have, false, "%s", unreadable->text);
		return false;
	}
	if (is_elsewhere(plan, view, want, have))
		return false;
	if (!want->managed) {
		if (!have)
			plan_problem(plan, want, NULL, false,
				"%s %s does not exist, and \"managed\": false says that it is not ours to make",
				want->kind->name, want->name);
		return false;
	}
	if (!have || is_ours(view, have))
		return true;
	/* A stranger's role is used as it is. */
	if (want->kind->shape == SHAPE_ROLE)
		return false;
	if (have->tags_read == TAGS_UNREAD) {
		plan_problem(plan, want, have, false,
			"the tags of %s %s could not be read, so nobody knows whose it is", want->kind->name,
			want->name);
		return false;
	}
	plan_conflict(plan, want, have);
	return false;
}
