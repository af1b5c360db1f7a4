#include "apply.h"

#include <stdio.h>
#include <string.h>

#include "common/http.h"
#include "common/json.h"
#include "common/text.h"
#include "model/tags.h"
#include "pauses.h"

/* How long a role is new: so long IAM takes at most to tell everybody of it. */
enum { NEW_ROLE_SECONDS = 120 };

/* All plans of a pass: an action may need one of another plan. */
struct worklist {
	struct applying *plans;
	size_t count;
	unsigned running;
	bool finished, going;
	void (*done)(void *data);
	void *data;
};

struct applying {
	struct worklist *worklist;
	struct apply_options options;
	struct arena *arena;
	char now[ISO8601_SIZE];
};

/* One action under way. */
struct work {
	struct applying *applying;
	struct action *action;
	struct resource *confirmed; /* whose tags are being read */
	struct requests requests;
	size_t next;
	bool tags_read, state_read; /* each is asked once */
	size_t absent; /* so many kinds of the table have been looked at for what has to be absent */
	const struct kind *absent_kind; /* the one that is being asked for */
	struct pause pause;
	struct call_result *taken; /* a creation found its name taken: AWS's answer */
};

static void advance(struct worklist *worklist);
static void work_on(struct work *work);

static bool is_over(const struct action *action)
{
	return action->outcome != OUTCOME_PENDING && action->outcome != OUTCOME_RUNNING;
}

static bool went_well(const struct action *action)
{
	return action->outcome == OUTCOME_DONE || action->outcome == OUTCOME_UNNEEDED;
}

static void settle(struct applying *applying, struct action *action, enum outcome outcome)
{
	action->outcome = outcome;
	if (applying->options.progress)
		applying->options.progress(action, applying->options.data);
}

static void finish(struct work *work, enum outcome outcome)
{
	requests_clear(&work->requests);
	work->applying->worklist->running--;
	settle(work->applying, work->action, outcome);
	advance(work->applying->worklist);
}

static void fail(struct work *work, const char *text)
{
	work->action->error = arena_copy(work->applying->arena, text);
	finish(work, OUTCOME_FAILED);
}

/* Which call it was, for the record of the action; of a repeated one the last try. */
static void note_call(struct work *work, const struct call_result *result)
{
	struct arena *arena = work->applying->arena;
	struct action *action = work->action;

	if (text_compare(action->request_id, result->request_id) == 0)
		return;
	action->request_id = arena_copy(arena, result->request_id);
	action->service = arena_copy(arena, result->service);
	action->operation = arena_copy(arena, result->operation);
	if (work->pause.said && action->call_count)
		action->call_count--;
	arena_grow(arena, &action->calls, sizeof *action->calls, action->call_count, &action->call_capacity);
	action->calls[action->call_count++] = (struct answered_call){ action->operation, action->request_id };
}

static void fail_with(struct work *work, const struct call_result *result)
{
	struct arena *arena = work->applying->arena;
	struct action *action = work->action;
	struct error error = { 0 };

	note_call(work, result);
	ask_error(arena, result, &error);
	if (result->failure.class == FAILURE_CANCELLED && work->pause.said)
		action->error = arena_printf(arena, "stopped while it waited: %s", work->pause.said);
	else
		action->error = arena_copy(arena, error.text);
	action->error_code = arena_copy(arena, error.call.code);
	finish(work, result->failure.class == FAILURE_CANCELLED ? OUTCOME_SKIPPED : OUTCOME_FAILED);
}

/* Whoever runs a new revision now gets its ARN in place of "family:(new)". */
static void pass_on(struct work *work)
{
	const struct action *action = work->action;
	const struct plan *plan = work->applying->options.plan;

	if (action->kind->shape != SHAPE_REVISIONS || action->verb != VERB_CREATE || !action->made)
		return;
	for (size_t i = 0; i < plan->wants.count; i++) {
		struct resource *want = plan->wants.items[i];

		if (want->batch && want->kind->starts == action->kind &&
			strcmp(want->batch->family, action->name) == 0)
			want->revision_arn = action->made;
	}
}

/*
 * Another site's action in this pass has made it, or a pass before it, or we did and the answer was lost; or
 * a stranger has. What a late list did not show is asked for by its name.
 */
static bool is_taken(const struct work *work, const struct call_result *result)
{
	return result->failure.class == FAILURE_EXISTS && work->action->kind->by_name;
}

static bool gone_already(const struct work *work, const struct call_result *result)
{
	return result->failure.class == FAILURE_NOT_FOUND && work->action->verb == VERB_DELETE;
}

/* Whether a role that the app uses was made or changed so lately that not every service knows of it. */
static bool role_is_new(const struct work *work)
{
	const struct apply_options *options = &work->applying->options;
	const struct resources *all = &options->plan->observed->all;

	for (size_t i = 0; i < options->plan->action_count; i++)
		if (options->plan->actions[i]->kind->shape == SHAPE_ROLE &&
			options->plan->actions[i]->outcome == OUTCOME_DONE)
			return true;
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i]->kind->shape == SHAPE_ROLE &&
			llabs((long long)(options->now - all->items[i]->made)) < NEW_ROLE_SECONDS)
			return true;
	return false;
}

/* Whether the answer is one that passes by itself; then `again` follows. */
static bool waits(struct work *work, const struct call_result *result, void (*again)(void *data))
{
	const struct action *action = work->action;

	return pause_before(work->applying->options.line.pauses, &work->pause,
		action->want ? action->want : action->have, result, role_is_new(work), again, work);
}

static void try_again(void *data)
{
	work_on(data);
}

/* What hangs on the resource is not needed to know whose it is. */
static void ask_nothing(void *context, const struct reading *reading, const struct subject *subject)
{
	(void)context;
	(void)reading;
	(void)subject;
}

static void read_owner(void *data);
static void read_tags(void *data);

/* One of ours is completed; a stranger's role is used as it is. */
static void owner_known(struct work *work, const struct resource *have)
{
	if (is_ours(work->applying->options.view, have)) {
		work->next++;
		work_on(work);
	} else if (have->kind->shape == SHAPE_ROLE) {
		finish(work, OUTCOME_UNNEEDED);
	} else {
		fail(work,
			arena_printf(work->applying->arena, "%s; it is not ours: it has %s",
				ask_failure(work->applying->arena, work->taken),
				tags_value(&have->tags, TAG_OWNER) ? "another's owner tag" : "no owner tag"));
	}
}

/* A list is late where a creation is not. */
static void not_shown(struct work *work)
{
	if (!waits(work, work->taken, read_owner))
		fail_with(work, work->taken);
}

static bool hear_owner(struct work *work, const json_t *reply, struct error *error)
{
	struct hearing hearing = {
		.view = work->applying->options.view,
		.observed = work->applying->options.view->observed,
		.subject = { .name = work->action->name },
		.ask = ask_nothing,
	};

	return work->action->kind->by_name->heard(&hearing, reply, error);
}

static bool owner_page(const json_t *reply, void *data)
{
	struct error error = { 0 };

	return hear_owner(data, reply, &error);
}

static void owner_read(const struct call_result *result, void *data)
{
	struct work *work = data;
	struct observed *observed = work->applying->options.view->observed;
	struct resource *have;
	struct error error = { 0 };

	if (waits(work, result, read_owner))
		return;
	if (!result->ok) {
		fail_with(work, result);
		return;
	}
	if (!hear_owner(work, result->reply, &error)) {
		fail(work, error.text);
		return;
	}
	observed_sort(observed);
	have = resources_find(&observed->all, work->action->kind, work->action->name, NULL);
	work->confirmed = have;
	if (!have)
		not_shown(work);
	else if (have->kind->tags_reading && have->tags_read != TAGS_STRONG)
		read_tags(work);
	else
		owner_known(work, have);
}

static void read_owner(void *data)
{
	struct work *work = data;
	const char *const names[] = { work->action->name };
	struct subject subject = { .name = work->action->name, .names = names, .name_count = 1 };

	ask_reading(&work->applying->options.line, work->applying->options.view, work->action->kind->by_name,
		&subject, owner_page, owner_read, work);
}

static void keep_taken(struct work *work, const struct call_result *result)
{
	work->taken = arena_alloc(work->applying->arena, sizeof *work->taken);
	*work->taken = *result;
	work->taken->operation = arena_copy(work->applying->arena, result->operation);
}

/* The answer as it would read where what failed inside of it had failed outside. */
static struct call_result seen_through(const struct call_result *result, const struct said *said)
{
	struct call_result seen = *result;
	struct failure *failure = &seen.failure;

	if (!said->code)
		return seen;
	seen.ok = false;
	failure->class = failure_classify(result->service, 400, said->code, said->message);
	failure->status = 200;
	text_copy_mended(failure->code, sizeof failure->code, said->code);
	text_copy_mended(failure->message, sizeof failure->message, said->message);
	return seen;
}

/* False where the answer could not be read, and the action has failed. */
static bool hear(struct work *work, const struct call_result *result, struct said *said)
{
	const struct kind *kind = work->action->kind;
	struct error error = { 0 };

	if (!result->ok || kind_done(kind, work->applying->options.view, &work->requests.items[work->next],
				   result->reply, said, &error))
		return true;
	error_wrap(&error, "%s %s", result->service, result->operation);
	fail(work, arena_printf(work->applying->arena, "%s (request id %s)", error.text, result->request_id));
	return false;
}

static void carried_out(const struct call_result *result, void *data)
{
	struct work *work = data;
	struct said said = { 0 };
	struct call_result seen;

	note_call(work, result);
	if (!hear(work, result, &said))
		return;
	seen = seen_through(result, &said);
	if (seen.ok || gone_already(work, &seen)) {
		work->action->made = said.arn ? said.arn : work->action->made;
		work->pause = (struct pause){ 0 };
		work->next++;
		work_on(work);
	} else if (is_taken(work, &seen)) {
		keep_taken(work, &seen);
		read_owner(work);
	} else if (!waits(work, &seen, try_again)) {
		fail_with(work, &seen);
	}
}

static void write_next(struct work *work)
{
	if (work->next < work->requests.count) {
		ask_request(
			&work->applying->options.line, &work->requests.items[work->next], carried_out, work);
		return;
	}
	pass_on(work);
	finish(work, OUTCOME_DONE);
}

/* Whose tags say who owns it: the thing itself, or of a target the schedule that carries it. */
static const struct resource *owned(const struct work *work)
{
	const struct action *action = work->action;
	const struct resources *all = &work->applying->options.plan->observed->all;

	if (!action->kind->carrier)
		return action->have;
	return resources_find(all, action->kind->carrier, action->name, NULL);
}

/* What has to be confirmed before the first write. */
static struct resource *to_confirm(const struct work *work)
{
	const struct resources *all = &work->applying->options.plan->observed->all;
	const struct resource *have = owned(work);

	if (!have || have->tags_read == TAGS_STRONG || !have->kind->tags_reading)
		return NULL;
	return resources_find(all, have->kind, have->name, have->id);
}

/* The tags may have been changed since the tagging API heard of them. */
static bool still_needed(struct work *work)
{
	struct action *action = work->action;
	struct tags set = { 0 }, remove = { 0 };

	if (action->verb != VERB_UPDATE || !action->kind->tagged || !action->have)
		return true;
	tags_compare(work->applying->arena, &action->want->tags, &action->have->tags, &set, &remove);
	if (tags_value(&action->have->tags, TAG_LEAVING))
		tags_set(work->applying->arena, &remove, TAG_LEAVING,
			tags_value(&action->have->tags, TAG_LEAVING));
	action->set_tags = set;
	action->remove_tags = remove;
	if (set.count || remove.count)
		return true;
	for (size_t i = 0; i < action->differences.count; i++)
		if (!text_starts(action->differences.items[i].path, "tags["))
			return true;
	return false;
}

static void confirmed(const struct call_result *result, void *data)
{
	struct work *work = data;
	struct hearing hearing = {
		.view = work->applying->options.view,
		.observed = work->applying->options.view->observed,
		.subject = { .name = work->confirmed->name, .resource = work->confirmed },
	};
	struct error error = { 0 };

	if (gone_already(work, result)) {
		finish(work, OUTCOME_UNNEEDED);
		return;
	}
	if (waits(work, result, read_tags))
		return;
	if (!result->ok) {
		fail_with(work, result);
		return;
	}
	if (!work->confirmed->kind->tags_reading->heard(&hearing, result->reply, &error)) {
		fail(work, error.text);
		return;
	}
	if (work->taken) {
		owner_known(work, work->confirmed);
		return;
	}
	work->confirmed = NULL;
	work_on(work);
}

static void read_tags(void *data)
{
	struct work *work = data;
	struct subject subject = { .name = work->confirmed->name, .resource = work->confirmed };

	ask_reading(&work->applying->options.line, work->applying->options.view,
		work->confirmed->kind->tags_reading, &subject, NULL, confirmed, work);
}

/* Reads the tags before the first write; false: nothing had to be read. */
static bool confirm(struct work *work)
{
	struct resource *have = to_confirm(work);

	if (!have)
		return false;
	if (work->tags_read) {
		fail(work,
			arena_printf(work->applying->arena,
				"its tags were asked for and did not become known (%s %s): nothing was written",
				have->kind->tags_reading->service, have->kind->tags_reading->operation));
		return true;
	}
	work->tags_read = true;
	work->confirmed = have;
	read_tags(work);
	return true;
}

static void state_answered(const struct call_result *result, void *data)
{
	struct work *work = data;
	struct resource *have = work->confirmed;
	struct hearing hearing = {
		.view = work->applying->options.view,
		.subject = { .name = have->name, .resource = have },
	};
	struct error error = { 0 };

	if (!result->ok && result->failure.class != FAILURE_NOT_FOUND) {
		fail_with(work, result);
		return;
	}
	have->kind->state_reading->heard(&hearing, result->ok ? result->reply : NULL, &error);
	work->confirmed = NULL;
	work->state_read = true;
	if (result->ok && !resource_is_stopped(have))
		fail(work, arena_printf(work->applying->arena,
				   "it does not read %s: left alone, the next pass looks again",
				   have->kind->stopped));
	else
		work_on(work);
}

/* A schedule, and the target it starts, only goes when the schedule reads DISABLED now. */
static bool check_state(struct work *work)
{
	const struct action *action = work->action;
	const struct resources *all = &work->applying->options.plan->observed->all;
	struct subject subject = { .name = action->name };

	if (action->verb != VERB_DELETE || work->state_read)
		return false;
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i]->kind->state_reading && strcmp(all->items[i]->name, action->name) == 0 &&
			(action->kind->carrier == all->items[i]->kind || action->have == all->items[i]))
			subject.resource = all->items[i];
	if (!subject.resource)
		return false;
	work->confirmed = subject.resource;
	ask_reading(&work->applying->options.line, work->applying->options.view,
		subject.resource->kind->state_reading, &subject, NULL, state_answered, work);
	return true;
}

/* Whether nothing of this kind may be there under the action's name, and no list has told that it is. */
static bool must_be_absent(const struct work *work, const struct kind *kind)
{
	const struct action *action = work->action;
	bool left_over = action->kind->shape == SHAPE_REVISIONS && action->removal && !action->need_count &&
			 kind->shape == SHAPE_SCHEDULE;

	return kind->state_reading && (action->verb == VERB_CREATE ? kind == action->kind : left_over) &&
	       !resources_find(&work->applying->options.plan->observed->all, kind, action->name, NULL);
}

/* The next kind that has to be absent; NULL where none has, or each was asked for. */
static const struct kind *next_absent(struct work *work)
{
	const struct plan *plan = work->applying->options.plan;

	while (work->absent < plan->kind_count) {
		const struct kind *kind = plan->kinds[work->absent++];

		if (must_be_absent(work, kind))
			return kind;
	}
	return NULL;
}

static void absence_answered(const struct call_result *result, void *data)
{
	struct work *work = data;

	if (result->ok)
		fail(work,
			arena_printf(work->applying->arena,
				"%s %s is there, though the list did not show it: left alone, the next pass looks whose it is",
				work->absent_kind->name, work->action->name));
	else if (result->failure.class != FAILURE_NOT_FOUND)
		fail_with(work, result);
	else
		work_on(work);
}

/*
 * PutRule takes over a stranger's rule without a word, a revision that is left over may be what a rule
 * starts, and a list may be late.
 */
static bool check_absence(struct work *work)
{
	const struct kind *kind = next_absent(work);
	struct subject subject = { .name = work->action->name };

	if (!kind)
		return false;
	work->absent_kind = kind;
	ask_reading(&work->applying->options.line, work->applying->options.view, kind->state_reading,
		&subject, NULL, absence_answered, work);
	return true;
}

/* The owner as it reads now. */
static bool ours_still(const struct work *work)
{
	const struct resource *have = owned(work);

	return !have || is_ours(work->applying->options.view, have);
}

static void work_on(struct work *work)
{
	struct change change;

	if (work->requests.count) {
		write_next(work);
		return;
	}
	if (confirm(work) || check_state(work) || check_absence(work))
		return;
	if (!ours_still(work)) {
		fail(work, "its owner tag is gone or another's: nothing was written");
		return;
	}
	if (!still_needed(work)) {
		finish(work, OUTCOME_UNNEEDED);
		return;
	}
	change = action_change(work->action, work->applying->now);
	work->action->kind->requests(work->applying->options.view, &change, &work->requests);
	write_next(work);
}

static void start(struct applying *applying, struct action *action)
{
	struct work *work = arena_alloc(applying->arena, sizeof *work);

	*work = (struct work){ .applying = applying, .action = action };
	action->outcome = OUTCOME_RUNNING;
	applying->worklist->running++;
	work_on(work);
}

/* Whether it may start; an action whose needs failed is skipped, and says why. */
static bool is_ready(struct applying *applying, struct action *action)
{
	for (size_t i = 0; i < action->need_count; i++) {
		const struct action *need = action->needs[i];

		if (is_over(need) && !went_well(need)) {
			action->error = arena_printf(applying->arena, "%s %s was not %s", need->kind->name,
				need->name, need->outcome == OUTCOME_HELD ? "approved" : "done");
			settle(applying, action, OUTCOME_SKIPPED);
			return false;
		}
		if (!is_over(need))
			return false;
	}
	return true;
}

/* Starts whatever is ready; whether anything moved. */
static bool advance_plan(struct applying *applying)
{
	const struct plan *plan = applying->options.plan;
	bool moved = false;

	for (size_t i = 0; i < plan->action_count; i++) {
		struct action *action = plan->actions[i];
		enum outcome before = action->outcome;

		if (before == OUTCOME_PENDING && is_ready(applying, action))
			start(applying, action);
		moved = moved || action->outcome != before;
	}
	return moved;
}

/* What is skipped may make others ready or skipped, so it looks until nothing moves. */
static void advance(struct worklist *worklist)
{
	bool moved = true;

	if (worklist->going)
		return;
	worklist->going = true;
	while (moved) {
		moved = false;
		for (size_t i = 0; i < worklist->count; i++)
			moved = advance_plan(&worklist->plans[i]) || moved;
	}
	worklist->going = false;
	if (!worklist->running && !worklist->finished) {
		worklist->finished = true;
		worklist->done(worklist->data);
	}
}

void apply_plans(struct arena *arena, const struct apply_options *options, size_t count,
	void (*done)(void *data), void *data)
{
	struct worklist *worklist = arena_alloc(arena, sizeof *worklist);

	*worklist = (struct worklist){ .count = count, .done = done, .data = data };
	worklist->plans = arena_alloc(arena, (count + 1) * sizeof *worklist->plans);
	for (size_t i = 0; i < count; i++) {
		worklist->plans[i] =
			(struct applying){ .worklist = worklist, .options = options[i], .arena = arena };
		text_iso8601(worklist->plans[i].now, options[i].now);
	}
	advance(worklist);
}
