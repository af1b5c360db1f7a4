#include <math.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "kinds/kinds.h"
#include "pass_json.h"
#include "standings.h"
#include "status.h"

/* An event bus holds so many rules unless AWS was asked for more. */
enum { RULES_QUOTA = 300 };

static void put_place(json_t *object, const struct position *at)
{
	json_put(object, "definitionFile", at->file ? json_string(at->file) : json_null());
	json_put(object, "definitionLine", at->file ? json_integer(at->line) : json_null());
}

static json_t *apps_json(const struct pass *pass, const struct standings *standings)
{
	json_t *all = json_must(json_array());

	for (size_t i = 0; i < pass->definitions.app_count; i++) {
		const struct app *app = &pass->definitions.apps[i];
		const struct pass_site *site = standings_site(pass, app);
		enum batch_state state = standings_of_app(standings, pass, app);
		json_t *one = json_must(json_pack("{s:s, s:s, s:s?, s:s, s:i}", "app", app->name, "region",
			app->region, "account", site ? site->site.account : NULL, "state",
			batch_state_word(state), "batches", (int)app->batch_count));

		put_place(one, &app->at);
		json_add(all, one);
	}
	return all;
}

static json_t *batch_json(const struct standing *standing)
{
	const struct batch *batch = standing->defined;
	const struct resource *have = standing->have;
	json_t *one = json_must(json_pack("{s:s?, s:s, s:s, s:s?, s:s}", "app", standing->app, "batch",
		standing->batch, "state", batch_state_word(standing->state), "schedule",
		batch ? batch->schedule : fields_value(&have->fields, have->kind->expression_path), "rule",
		batch ? batch->rule_name : have->name));

	put_place(one, batch ? &batch->at : &have->at);
	return one;
}

static json_t *batches_json(const struct standings *standings)
{
	json_t *all = json_must(json_array());

	for (size_t i = 0; i < standings->count; i++)
		json_add(all, batch_json(&standings->items[i]));
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

/* The shape is the same whatever it is about: who knows more puts it in. */
static json_t *problem_json(const char *about, const char *app, const char *batch, const char *kind,
	const char *name, const char *text)
{
	json_t *one = json_must(json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:s, s:n, s:n}", "about", about,
		"app", app, "batch", batch, "kind", kind, "name", name, "text", text ? text : "?",
		"errorCode", "requestId"));

	put_place(one, &(struct position){ 0 });
	return one;
}

static void put_call(json_t *problem, const char *error_code, const char *request_id)
{
	json_put_text(problem, "errorCode", error_code && *error_code ? error_code : NULL);
	json_put_text(problem, "requestId", request_id && *request_id ? request_id : NULL);
}

/* What could not be read of a site. */
static json_t *site_problem(const char *about, const struct pass_site *site, const struct error *error)
{
	json_t *one = problem_json(about, NULL, NULL, NULL, site->site.region, error->text);

	put_call(one, error->call.code, error->call.request_id);
	return one;
}

static json_t *action_problem(const struct action *action)
{
	json_t *one = problem_json(
		"change", action->app, action->batch, action->kind->name, action->name, action->error);

	put_call(one, action->error_code, action->request_id);
	if (action->want)
		put_place(one, &action->want->at);
	return one;
}

/* The site as a whole first, then what stops an app or batch, then what failed. */
static void add_problems(const struct pass_site *site, json_t *problems, json_t *conflicts)
{
	const struct plan *plan = site->plan;

	if (site->error.code != ERROR_NONE)
		json_add(problems, site_problem("site", site, &site->error));
	if (plan && !observed_complete(site->observed))
		json_add(problems, site_problem("reading", site, &site->observed->incomplete));
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
		put_call(one, problem->call.code, problem->call.request_id);
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
	for (size_t i = 0; i < plan->wait_count; i++)
		json_add(leaving, waiting_json(&plan->waits[i]));
	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];
		const struct waiting wait = { action->app, action->batch, action->arn,
			pass->options.deletion.enabled ? pass->now + pass->options.deletion.grace_minutes * 60
						       : 0,
			action->moved, action->have };

		if (action->leaves && action->outcome == OUTCOME_DONE && pass->options.deletion.grace_minutes)
			json_add(leaving, waiting_json(&wait));
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
	json_put_time(one, "began", (time_t)pass->started);
	json_put_time(one, "ended", (time_t)pass->ended);
	json_put(one, "seconds", json_real(round((pass->ended - pass->started) * 1000) / 1000));
	return one;
}

void status_put_lists(json_t *status, json_t *(*make)(void))
{
	static const char *const lists[] = { "sites", "apps", "batches", "leaving", "leftovers", "conflicts",
		"problems", "held", "fights" };

	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
		json_put(status, lists[i], make());
}

void status_add_pass(json_t *status, const struct pass *pass, size_t number)
{
	json_t *problems = json_must(json_array()), *conflicts = json_must(json_array());
	json_t *fights = json_must(json_array()), *leaving = json_must(json_array()),
	       *sites = json_must(json_array());
	const struct standings standings = standings_of(pass);

	/* What the pass before found is large where there are many batches: it goes before its successor is made, and
	 * its place in the object stays. */
	status_put_lists(status, json_null);
	for (size_t i = 0; i < pass->site_count; i++) {
		const struct pass_site *site = &pass->sites[i];

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
	json_put(status, "apps", apps_json(pass, &standings));
	json_put(status, "batches", batches_json(&standings));
	json_put(status, "leaving", leaving);
	json_put(status, "leftovers", leftovers_json(pass));
	json_put(status, "conflicts", conflicts);
	json_put(status, "problems", problems);
	json_put(status, "held", held_json(pass));
	json_put(status, "fights", fights);
}
