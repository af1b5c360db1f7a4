#include "common/text.h"
#include "pass.h"

/* What is read from a pass when it is done: counts, whether
 * anything is left to do, and the changes in order. */

static void count_action(struct pass_summary *summary, const struct action *action)
{
	summary->create += action->verb == VERB_CREATE;
	summary->update += action->verb == VERB_UPDATE;
	summary->disable += action->verb == VERB_DISABLE;
	summary->delete += action->verb == VERB_DELETE;
	summary->done += action->outcome == OUTCOME_DONE || action->outcome == OUTCOME_UNNEEDED;
	summary->failed += action->outcome == OUTCOME_FAILED;
	summary->skipped += action->outcome == OUTCOME_SKIPPED;
	summary->held += action->outcome == OUTCOME_HELD;
	summary->open += action->outcome == OUTCOME_PENDING || action->outcome == OUTCOME_RUNNING;
}

struct pass_summary pass_summary(const struct pass *pass)
{
	struct pass_summary summary = { 0 };

	for (size_t i = 0; i < pass->site_count; i++) {
		const struct plan *of = pass->sites[i].plan;

		summary.errors += pass->sites[i].error.code != ERROR_NONE;
		summary.unreadable += pass->sites[i].observed->partly_read;
		for (size_t a = 0; of && a < of->action_count; a++)
			count_action(&summary, of->actions[a]);
		for (size_t p = 0; of && p < of->problem_count; p++) {
			summary.problems += !of->problems[p].conflict;
			summary.unreadable += of->problems[p].unreadable;
			summary.conflicts += of->problems[p].conflict;
		}
	}
	return summary;
}

bool pass_in_sync(const struct pass *pass)
{
	struct pass_summary summary = pass_summary(pass);
	size_t planned = summary.create + summary.update + summary.disable + summary.delete;

	/* What was carried out is in sync now. */
	return planned == summary.done && !summary.problems && !summary.unreadable && !summary.conflicts &&
	       !summary.errors && !pass->guard.held_count;
}

static void sooner(time_t *first, time_t when, time_t now)
{
	if (when > now && (!*first || when < *first))
		*first = when;
}

time_t pass_next_deletion(const struct pass *pass)
{
	time_t first = 0, grace = (time_t)pass->options.deletion.grace_minutes * 60;

	for (size_t i = 0; i < pass->site_count; i++) {
		const struct plan *of = pass->sites[i].plan;

		for (size_t w = 0; of && w < of->wait_count; w++)
			sooner(&first, of->waits[w].until, pass->now);
		for (size_t a = 0; of && a < of->action_count && pass->options.deletion.enabled; a++)
			if (of->actions[a]->leaves && of->actions[a]->outcome == OUTCOME_DONE)
				sooner(&first, pass->now + grace, pass->now);
	}
	return first;
}

static int compare_actions(const void *a, const void *b)
{
	const struct action *left = *(struct action *const *)a, *right = *(struct action *const *)b;
	int order = text_compare(left->app, right->app);

	if (!order)
		order = text_compare(left->batch, right->batch);
	return order ? order : left->order < right->order ? -1 : 1;
}

struct action **pass_actions(const struct pass *pass, size_t *count)
{
	struct action **all;
	size_t filled = 0, total = 0;

	for (size_t i = 0; i < pass->site_count; i++)
		total += pass->sites[i].plan ? pass->sites[i].plan->action_count : 0;
	all = arena_alloc(pass->arena, (total + 1) * sizeof(struct action *));
	for (size_t i = 0; i < pass->site_count; i++) {
		const struct plan *of = pass->sites[i].plan;

		for (size_t a = 0; of && a < of->action_count; a++) {
			of->actions[a]->order = filled;
			all[filled++] = of->actions[a];
		}
	}
	qsort(all, total, sizeof *all, compare_actions);
	*count = total;
	return all;
}
