#include <math.h>
#include <string.h>

#include "json.h"
#include "kinds/kinds.h"
#include "show.h"
#include "standings.h"
#include "status.h"
#include "text.h"

/* An event bus holds so many rules unless AWS was asked for more. */
enum { RULES_QUOTA = 300 };

static void put_time(json_t *object, const char *key, time_t when)
{
	char text[ISO8601_SIZE];

	text_iso8601(text, when);
	json_put(object, key, when ? json_string(text) : json_null());
}

static void put_place(json_t *object, const struct position *at)
{
	json_put(object, "definitionFile", at->file ? json_string(at->file) : json_null());
	json_put(object, "definitionLine", at->file ? json_integer(at->line) : json_null());
}

/* The site of an app, and how its names stand; neither where no site has it. */
struct place {
	const struct pass_site *site;
	const struct standings *standings;
};

static struct place place_of(
	const struct pass *pass, struct standings *const *standings, const struct app *app)
{
	for (size_t i = 0; i < pass->site_count; i++)
		if (site_has(&pass->sites[i].view, app))
			return (struct place){ &pass->sites[i], standings[i] };
	return (struct place){ 0 };
}

static const char *state_of(struct place place, const struct app *app, const char *batch, bool enabled)
{
	return place.site ? standings_state(place.standings, app->name, batch, enabled) : "unknown";
}

static json_t *apps_json(const struct pass *pass, struct standings *const *standings)
{
	json_t *all = json_must(json_array());

	for (size_t i = 0; i < pass->definitions.app_count; i++) {
		const struct app *app = &pass->definitions.apps[i];
		struct place place = place_of(pass, standings, app);
		json_t *one = json_must(json_pack("{s:s, s:s, s:s?, s:s, s:i}", "app", app->name, "region",
			app->region, "account", place.site ? place.site->site.account : NULL, "state",
			state_of(place, app, NULL, app->enabled), "batches", (int)app->batch_count));

		put_place(one, &app->at);
		json_add(all, one);
	}
	return all;
}

static json_t *batches_json(const struct pass *pass, struct standings *const *standings)
{
	json_t *all = json_must(json_array());

	for (size_t i = 0; i < pass->definitions.batch_count; i++) {
		const struct batch *batch = &pass->definitions.batches[i];
		struct place place = place_of(pass, standings, batch->app);
		json_t *one = json_must(
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "app", batch->app->name, "batch", batch->name,
				"state", state_of(place, batch->app, batch->name, batch->enabled), "schedule",
				batch->schedule, "rule", batch->rule_name));

		put_place(one, &batch->at);
		json_add(all, one);
	}
	return all;
}

static json_t *conflict_json(const struct problem *problem)
{
	json_t *one = json_must(json_pack("{s:s, s:s?, s:s, s:s, s:s?, s:s?, s:s}", "app", problem->app,
		"batch", problem->batch, "kind", problem->want->kind->name, "name", problem->want->name,
		"arn", problem->arn && *problem->arn ? problem->arn : NULL, "owner", problem->owner, "text",
		problem->text));

	put_place(one, &problem->at);
	return one;
}

static json_t *problem_json(const char *about, const char *app, const char *batch, const char *kind,
	const char *name, const char *text)
{
	return json_must(json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:s}", "about", about, "app", app, "batch",
		batch, "kind", kind, "name", name, "text", text ? text : "?"));
}

static json_t *action_problem(const struct action *action)
{
	json_t *one = problem_json(
		"change", action->app, action->batch, action->kind->name, action->name, action->error);

	json_put(one, "errorCode",
		action->error_code && *action->error_code ? json_string(action->error_code) : json_null());
	json_put(one, "requestId",
		action->request_id && *action->request_id ? json_string(action->request_id) : json_null());
	if (action->want)
		put_place(one, &action->want->at);
	return one;
}

/* The site as a whole first, then what stops an app or batch, then what failed. */
static void add_problems(const struct pass_site *site, json_t *problems, json_t *conflicts)
{
	const struct plan *plan = site->plan;

	if (site->error.code != ERROR_NONE)
		json_add(problems,
			problem_json("site", NULL, NULL, NULL, site->site.region, site->error.text));
	if (plan && *site->observed->incomplete)
		json_add(problems, problem_json("reading", NULL, NULL, NULL, site->site.region,
					   site->observed->incomplete));
	for (size_t i = 0; plan && i < plan->problem_count; i++) {
		const struct problem *problem = &plan->problems[i];
		json_t *one;

		if (problem->conflict) {
			json_add(conflicts, conflict_json(problem));
			continue;
		}
		one = problem_json("need", problem->app, problem->batch, problem->want->kind->name,
			problem->want->name, problem->text);
		put_place(one, &problem->at);
		json_add(problems, one);
	}
	for (size_t i = 0; plan && i < plan->action_count; i++)
		if (plan->actions[i]->outcome == OUTCOME_FAILED)
			json_add(problems, action_problem(plan->actions[i]));
}

static void add_fights(const struct plan *plan, json_t *fights)
{
	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];

		if (action->fought)
			json_add(
				fights, json_must(json_pack("{s:s?, s:s?, s:s, s:s, s:s}", "app", action->app,
						"batch", action->batch, "kind", action->kind->name, "name",
						action->name, "text", action->error)));
	}
}

static void add_leaving(const struct pass *pass, const struct plan *plan, json_t *leaving)
{
	for (size_t i = 0; i < plan->wait_count; i++) {
		const struct waiting *wait = &plan->waits[i];
		json_t *one = json_must(json_pack("{s:s, s:s?, s:s, s:s?}", "app", wait->app, "batch",
			wait->batch, "arn", wait->arn, "moved", wait->moved));

		put_time(one, "deletedAfter", wait->until);
		json_add(leaving, one);
	}
	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];
		json_t *one;

		if (!action->leaves || action->outcome != OUTCOME_DONE ||
			!pass->options.deletion.grace_minutes)
			continue;
		one = json_must(json_pack("{s:s?, s:s?, s:s, s:s?}", "app", action->app, "batch",
			action->batch, "arn", action->arn, "moved", action->moved));
		put_time(one, "deletedAfter",
			pass->options.deletion.enabled ? pass->now + pass->options.deletion.grace_minutes * 60
						       : 0);
		json_add(leaving, one);
	}
}

static size_t count_rules(const struct observed *observed)
{
	size_t count = 0;

	for (size_t i = 0; i < observed->all.count; i++)
		count += observed->all.items[i]->kind == &kind_rule;
	return count;
}

static json_t *site_json(const struct pass_site *site)
{
	json_t *one = json_must(json_pack("{s:s?, s:s, s:s?, s:s?}", "account", site->site.account, "region",
		site->site.region, "assumeRoleArn", site->site.role_arn, "error",
		site->error.code != ERROR_NONE ? site->error.text : NULL));

	json_put(one, "rules",
		site->plan ? json_must(json_pack("{s:I, s:i}", "used",
				     (json_int_t)count_rules(site->observed), "quota", RULES_QUOTA))
			   : json_null());
	return one;
}

/* After the pass AWS is what the definitions say: what differed was carried out, and nothing stands against
 * it. */
static bool in_sync(const struct pass *pass, const struct pass_summary *summary)
{
	return !(summary->failed + summary->skipped + summary->held + summary->problems + summary->conflicts +
		       summary->errors + pass->guard.held_count + summary->open) &&
	       !pass->stopped;
}

static json_t *last_pass_json(const struct pass *pass, size_t number)
{
	struct pass_summary summary = pass_summary(pass);
	json_t *one = json_must(json_pack("{s:I, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "number",
		(json_int_t)number, "inSync", in_sync(pass, &summary), "stopped", pass->stopped, "create",
		(json_int_t)summary.create, "change", (json_int_t)summary.update, "disable",
		(json_int_t)summary.disable, "delete", (json_int_t)summary.delete, "done",
		(json_int_t)summary.done, "failed", (json_int_t)summary.failed, "skipped",
		(json_int_t)summary.skipped, "held", (json_int_t)summary.held));

	json_put(one, "open", json_integer(pass->stopped ? 0 : (json_int_t)summary.open));
	put_time(one, "began", (time_t)pass->started);
	put_time(one, "ended", (time_t)pass->ended);
	json_put(one, "seconds", json_real(round((pass->ended - pass->started) * 1000) / 1000));
	return one;
}

/* What the pass before found is large where there are many batches: it goes before its successor is made, and
 * its place in the object stays. */
static void drop_last(json_t *status)
{
	static const char *const lists[] = { "sites", "apps", "batches", "leaving", "leftovers", "conflicts",
		"problems", "held", "fights" };

	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
		json_put(status, lists[i], json_null());
}

void status_add_pass(json_t *status, const struct pass *pass, size_t number)
{
	json_t *problems = json_must(json_array()), *conflicts = json_must(json_array());
	json_t *fights = json_must(json_array()), *leaving = json_must(json_array()),
	       *sites = json_must(json_array());
	struct standings **standings =
		arena_alloc(pass->arena, (pass->site_count + 1) * sizeof(struct standings *));

	drop_last(status);
	for (size_t i = 0; i < pass->site_count; i++) {
		const struct pass_site *site = &pass->sites[i];

		standings[i] = standings_of(site);
		json_add(sites, site_json(site));
		add_problems(site, problems, conflicts);
		if (!site->plan)
			continue;
		add_fights(site->plan, fights);
		add_leaving(pass, site->plan, leaving);
	}
	if (pass->state_error)
		json_add(problems, problem_json("state", NULL, NULL, NULL, NULL, pass->state_error));
	json_put(status, "lastPass", last_pass_json(pass, number));
	json_put(status, "sites", sites);
	json_put(status, "apps", apps_json(pass, standings));
	json_put(status, "batches", batches_json(pass, standings));
	json_put(status, "leaving", leaving);
	json_put(status, "leftovers", show_leftovers_json(pass));
	json_put(status, "conflicts", conflicts);
	json_put(status, "problems", problems);
	json_put(status, "held", show_held_json(pass));
	json_put(status, "fights", fights);
}
