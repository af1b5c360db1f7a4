#include "show.h"

#include <string.h>
#include <unistd.h>

#include "common/say.h"
#include "common/text.h"
#include "kinds/kinds.h"
#include "model/secret.h"
#include "pass/words.h"
#include "report/image_moves.h"

static enum colour hue(const struct show_options *options, enum colour colour)
{
	return options->colour ? colour : PLAIN;
}

bool show_in_colour(FILE *file)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(file)) && !(no && *no) && terminal && strcmp(terminal, "dumb") != 0;
}

/* With --hide-values what may be a password is shown by its name alone. */
static bool is_hidden(const struct show_options *options, const char *path)
{
	return options->hide_values && is_secret_path(path);
}

static const char *value_of(const struct show_options *options, const char *path, const char *value)
{
	if (!value)
		return "(none)";
	if (is_hidden(options, path))
		return "(hidden)";
	return *value ? value : "\"\"";
}

static void show_difference(FILE *file, const struct action *action, const struct difference *difference,
	const struct show_options *options)
{
	const char *before = value_of(options, difference->path, difference->before);
	const char *after = value_of(options, difference->path, difference->after);

	say(file, "      %s: ", difference->path);
	if (action->verb == VERB_CREATE && !difference->before) {
		say(file, "%s\n", after);
	} else {
		say_in(file, hue(options, RED), "%s", before);
		say(file, " → ");
		say_in(file, hue(options, GREEN), "%s\n", after);
	}
}

static void show_differences(FILE *file, const struct action *action, const struct differences *differences,
	const struct show_options *options)
{
	for (size_t i = 0; i < differences->count; i++)
		show_difference(file, action, &differences->items[i], options);
}

static void show_change(FILE *file, const struct action *action, const struct show_options *options)
{
	static const char signs[] = { '+', '~', '~', '-' };
	static const enum colour colours[] = { GREEN, YELLOW, YELLOW, RED };
	const char *what = action->verb != VERB_DISABLE        ? ""
			   : action->retiring || action->moved ? " (moved: disabled)"
							       : " (leaving: disabled)";

	say_in(file, hue(options, colours[action->verb]), "  %c %s %s%s%s%s%s\n", signs[action->verb],
		action->kind->name, words_name(action), action->moved ? " moves " : "",
		action->moved ? action->moved : "", what, action->outcome == OUTCOME_HELD ? " (held)" : "");
	show_differences(file, action, &action->differences, options);
	show_differences(file, action, &action->revisions, options);
	if (action->outcome == OUTCOME_HELD && action->error)
		say(file, "      %s\n", action->error);
}

static void show_heading(FILE *file, const struct action *action, const struct show_options *options)
{
	const char *app = action->app ? action->app : "?";

	say_in(file, hue(options, BOLD), action->batch ? "batch %s" : "app %s",
		action->batch ? action->batch : app);
	if (action->batch)
		say(file, " (app %s)", app);
	say(file, "\n");
}

static void show_place(FILE *file, const struct position *at)
{
	if (at->file)
		say(file, " (wanted by %s:%u)", at->file, at->line);
}

/* Using what is there comes first: to remove a repository or a log group loses what is in it. */
static void show_way_out(FILE *file, const struct problem *problem)
{
	const struct kind *kind = problem->want->kind;
	const char *key = kind == &kind_repository ? "repository"
			  : kind == &kind_cluster  ? "cluster"
						   : "logGroup";

	if (kind->shape == SHAPE_ROLE)
		return;
	if (kind->shape == SHAPE_PLAIN)
		say(file,
			"; write \"%s\": {\"name\": \"%s\", \"managed\": false} to use it as it is, or give yours another name",
			key, problem->want->name);
	else
		say(file, "; give yours another name, or remove the other");
}

static void show_problem(FILE *file, const struct problem *problem, const struct show_options *options)
{
	say_in(file, hue(options, RED), "! %s ", problem->conflict ? "conflict:" : "cannot go on:");
	if (problem->batch)
		say(file, "batch %s (app %s): ", problem->batch, problem->app);
	else
		say(file, "app %s: ", problem->app);
	say(file, "%s", problem->text);
	if (problem->conflict && problem->arn && *problem->arn)
		say(file, ": %s", problem->arn);
	show_place(file, &problem->at);
	if (problem->conflict)
		show_way_out(file, problem);
	say(file, "\n");
}

static void show_held(FILE *file, const struct held *held, const struct show_options *options)
{
	say_in(file, hue(options, RED), "! held:");
	say(file, " %zu to remove, because %s:\n", held->arn_count, held->reason);
	for (size_t i = 0; i < held->arn_count; i++)
		say(file, "    %s\n", held->arns[i]);
	say(file, "  if this is what you want: fargate-batchctl approve %s\n", held->plan);
	if (held->untag)
		say(file, "  what is not ours is left alone once our tag is off:\n");
	for (size_t i = 0; held->untag && i < held->arn_count; i++)
		say(file, "    %s\n", held->untag[i]);
}

static void show_site_error(FILE *file, const struct pass_site *site, const struct show_options *options)
{
	say_in(file, hue(options, RED), "!");
	say(file, " %s%s%s: %s\n", site->site.region, site->site.role_arn ? " as " : "",
		site->site.role_arn ? site->site.role_arn : "", site->error.text);
}

static void show_incomplete(FILE *file, const struct pass_site *site, const struct show_options *options)
{
	say_in(file, hue(options, YELLOW), "!");
	say(file, " %s: nothing is deleted here in this pass: %s\n", site->site.region,
		site->observed->incomplete.text);
}

void show_troubles(FILE *answer, FILE *aside, const struct pass *pass, const struct show_options *options)
{
	for (size_t i = 0; i < pass->site_count; i++) {
		const struct pass_site *site = &pass->sites[i];

		if (site->error.code != ERROR_NONE)
			show_site_error(aside, site, options);
		for (size_t p = 0; site->plan && p < site->plan->problem_count; p++)
			show_problem(site->plan->problems[p].conflict ? answer : aside,
				&site->plan->problems[p], options);
		if (site->plan && !observed_complete(site->observed))
			show_incomplete(aside, site, options);
	}
	for (size_t i = 0; i < pass->guard.held_count; i++)
		show_held(answer, &pass->guard.held[i], options);
}

/* A batch that this pass has disabled has its grace before it. */
static void show_departures(FILE *file, const struct pass *pass, const struct plan *plan)
{
	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];

		if (!action->leaves || action->outcome != OUTCOME_DONE)
			continue;
		say(file, "note: batch %s (app %s) %s: ", action->batch, action->app,
			words_departure(pass->arena, action->moved));
		if (pass->options.deletion.enabled)
			say(file, "deleted after %u minutes, unless it comes back\n",
				pass->options.deletion.grace_minutes);
		else
			say(file, "disabled, and kept\n");
	}
}

static void show_approval(FILE *file, const struct held *plan, const struct approval *approval)
{
	char at[ISO8601_SIZE];

	text_iso8601(at, approval->at);
	say(file, "note: plan %s: approved by %s at %s, %zu to remove\n", plan->plan, approval->by, at,
		plan->arn_count);
}

static void show_leftover(FILE *file, const struct pass *pass, const struct leftover *leftover)
{
	say(file, "note: %s %s stays: %s; to remove it: %s\n", leftover->have->kind->name,
		leftover->have->name, leftover->why, ownership_removal_command(pass->arena, leftover->have));
}

static void show_note(FILE *file, const struct note *note)
{
	say(file, "note: %s %s: %s\n", note->batch ? "batch" : "app", note->batch ? note->batch : note->app,
		note->text);
}

/* An apply that has nothing to do is quiet about what is as it is asked for. */
static void show_plan_notes(FILE *file, const struct pass *pass, const struct plan *plan)
{
	bool quiet = pass->options.write && !plan->action_count;

	for (size_t i = 0; i < plan->notes.count; i++)
		if (!quiet || plan->notes.items[i].overruled)
			show_note(file, &plan->notes.items[i]);
}

void show_notes(FILE *file, const struct pass *pass)
{
	for (size_t i = 0; i < pass->guard.approved_count; i++)
		show_approval(file, &pass->guard.approved[i], &pass->approvals[i]);
	for (size_t i = 0; i < pass->site_count; i++) {
		const struct plan *plan = pass->sites[i].plan;

		if (plan && pass->options.deletion.grace_minutes)
			show_departures(file, pass, plan);
		if (plan)
			show_plan_notes(file, pass, plan);
		for (size_t w = 0; plan && w < plan->wait_count; w++) {
			const struct waiting *wait = &plan->waits[w];
			char until[ISO8601_SIZE];

			text_iso8601(until, wait->until);
			say(file, "note: %s%s (app %s) %s: %s\n", wait->batch ? "batch " : wait->arn,
				wait->batch ? wait->batch : "", wait->app,
				words_departure(pass->arena, wait->moved),
				wait->until ? arena_printf(pass->arena, "deleted after %s", until)
					    : "disabled, and kept");
		}
		for (size_t l = 0; plan && l < plan->leftover_count; l++)
			show_leftover(file, pass, &plan->leftovers[l]);
	}
}

static void show_closing_line(FILE *file, const struct pass_summary *summary)
{
	say(file, "%zu to create, %zu to change, %zu to delete", summary->create, summary->update,
		summary->delete);
	if (summary->disable)
		say(file, ", %zu to disable", summary->disable);
	if (summary->held)
		say(file, "; %zu held", summary->held);
	if (summary->conflicts)
		say(file, "; %zu in conflict", summary->conflicts);
	say(file, "\n");
}

/* What many batches have in common, before what is planned for each. */
static void show_moves(FILE *file, const struct pass *pass, const struct show_options *options)
{
	size_t count;
	const struct image_move *moves = image_moves(pass, &count);

	for (size_t i = 0; i < count; i++)
		say_in(file, hue(options, BOLD), "app %s: %s\n", moves[i].app, moves[i].text);
}

void show_diff(FILE *file, const struct pass *pass, const struct show_options *options)
{
	struct pass_summary summary = pass_summary(pass);
	size_t count;
	struct action **actions;

	show_moves(file, pass, options);
	actions = pass_actions(pass, &count);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || text_compare(actions[i]->app, actions[i - 1]->app) != 0 ||
			text_compare(actions[i]->batch, actions[i - 1]->batch) != 0)
			show_heading(file, actions[i], options);
		show_change(file, actions[i], options);
	}
	show_troubles(file, stderr, pass, options);
	if (pass_in_sync(pass))
		say(file, "in sync\n");
	else if (summary.errors < pass->site_count)
		show_closing_line(file, &summary);
}

void show_action(FILE *file, const struct action *action, const struct show_options *options)
{
	static const char *const done[] = { "created", "changed", "disabled", "deleted" };
	static const char *const to[] = { "create", "change", "disable", "delete" };
	bool failed = action->outcome == OUTCOME_FAILED || action->outcome == OUTCOME_SKIPPED;

	if (action->outcome == OUTCOME_UNNEEDED)
		return;
	if (failed)
		say_in(file, hue(options, RED), "%s",
			action->outcome == OUTCOME_FAILED ? "failed" : "skipped");
	if (failed)
		say(file, " to %s ", to[action->verb]);
	else
		say(file, "%s ", done[action->verb]);
	say(file, "%s %s", action->kind->name, words_name(action));
	if (action->batch)
		say(file, " (batch %s)", action->batch);
	else
		say(file, " (app %s)", action->app ? action->app : "?");
	if (failed && action->error)
		say(file, ": %s", action->error);
	say(file, "\n");
}

void show_object(json_t *object)
{
	say_json(stdout, object);
	json_decref(object);
}
