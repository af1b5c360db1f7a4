#include "pass.h"

#include <string.h>

#include "apply.h"
#include "common/http.h"
#include "common/json.h"
#include "drift.h"
#include "fights.h"
#include "guard.h"
#include "kinds/kinds.h"
#include "ledger.h"
#include "model/plan/moves.h"
#include "observe.h"
#include "outcomes.h"
#include "serving.h"

/* How long a person waits for the first answer; a daemon has time, and bears what a network does. */
static const double FIRST_ANSWER_SECONDS = 10;

/* So often a plan may show that more has to be read; two or three are usual. */
enum { MOST_READINGS = 16 };

static void identify(struct pass *pass);
static void observe(struct pass *pass);
static void plan(struct pass *pass);
static void read_more(struct pass *pass);
static void plan_again(struct pass *pass);
static void apply(struct pass *pass);
static void remember(struct pass *pass);
static void report(struct pass *pass);

/* The pass is a row of steps; a step that waits ends when its last answer has come. */
static void (*const steps[])(struct pass *) = {
	identify,
	observe,
	plan,
	read_more,
	plan_again,
	pass_guard,
	apply,
	remember,
	report,
};

/* Runs steps until one of them waits for an answer. */
static void go_on(struct pass *pass)
{
	while (!pass->waiting && pass->step < ARRAY_LENGTH(steps)) {
		size_t step = pass->step++;
		bool last = pass->step == ARRAY_LENGTH(steps);

		steps[step](pass);
		/* Whoever was told of the end may have freed the pass. */
		if (last)
			return;
	}
}

static void answered(struct pass *pass)
{
	pass->waiting--;
	go_on(pass);
}

static struct line line_of(struct pass_site *site)
{
	return (struct line){
		.aws = site->pass->options.aws,
		.identity = site->identity,
		.region = site->site.region,
		.deadline = site->pass->started + site->pass->options.timeout,
		.pauses = &site->pass->pauses,
	};
}

/* The account that the app says, or that it was first
 * applied to, has to be the one that the keys belong to. */
static bool right_account(struct pass_site *site, const struct app *app)
{
	const char *before = state_account_of(site->pass->options.state, app->name);
	const char *account = site->site.account;

	if (app->account_id && strcmp(app->account_id, account) != 0)
		return error_set(&site->error, ERROR_INPUT,
			"%s:%u: app %s is of account %s, but these keys are of %s; nothing was touched",
			app->at.file, app->at.line, app->name, app->account_id, account);
	if (!app->account_id && before && strcmp(before, account) != 0)
		return error_set(&site->error, ERROR_INPUT,
			"app %s was applied to account %s before, and these keys are of %s; name \"accountId\" in %s:%u if it has moved; nothing was touched",
			app->name, before, account, app->at.file, app->at.line);
	return true;
}

static void check_accounts(struct pass_site *site)
{
	struct pass *pass = site->pass;
	const char *why = pass->options.forbids ? pass->options.forbids(site, pass->options.data) : NULL;

	if (why) {
		error_set(&site->error, ERROR_INPUT, "%s", why);
		site->could_not_run = true;
	}

	for (size_t i = 0; i < pass->definitions.app_count && site->error.code == ERROR_NONE; i++)
		if (site_has(&site->view, &pass->definitions.apps[i]))
			site->could_not_run = !right_account(site, &pass->definitions.apps[i]);
}

static void identified(const struct call_result *result, void *data)
{
	struct pass_site *first = data;
	struct pass *pass = first->pass;

	for (size_t i = 0; i < pass->site_count; i++) {
		struct pass_site *site = &pass->sites[i];

		if (site->identity != first->identity)
			continue;
		if (result->ok) {
			site->site.account =
				arena_copy(pass->arena, json_text_of(result->reply, "Account", ""));
			site->observed->site = site->site;
			site->memory = state_site(pass->options.state, site->site.account, site->site.region);
			check_accounts(site);
		} else {
			site->could_not_run = result->failure.class != FAILURE_CANCELLED;
			ask_error(pass->arena, result, &site->error);
		}
	}
	answered(pass);
}

static bool is_first_of_identity(const struct pass *pass, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (pass->sites[i].identity == pass->sites[at].identity)
			return false;
	return true;
}

/* One question for each identity, before anything else. */
static void identify(struct pass *pass)
{
	CLEANUP(json_decrefp) json_t *nothing = json_must(json_object());

	for (size_t i = 0; i < pass->site_count; i++) {
		struct line line = line_of(&pass->sites[i]);

		if (!is_first_of_identity(pass, i))
			continue;
		pass->waiting++;
		aws_call(line.aws, &(struct call_options){
					   .service = "sts",
					   .operation = "GetCallerIdentity",
					   .params = nothing,
					   .identity = line.identity,
					   .region = line.region,
					   .done = identified,
					   .data = &pass->sites[i],
					   .deadline = line.deadline,
					   .silence = pass->options.resident ? 0 : FIRST_ANSWER_SECONDS,
				   });
	}
}

static void observed(const struct error *failed, void *data)
{
	struct pass_site *site = data;

	if (failed)
		site->error = *failed;
	answered(site->pass);
}

static struct observe_options observe_options_of(struct pass_site *site)
{
	return (struct observe_options){
		.line = line_of(site),
		.shared = &site->pass->shared,
		.view = &site->view,
		.observed = site->observed,
		.memory = site->memory,
		.kinds = kinds,
		.kind_count = kind_count,
		.now = site->pass->now,
		.part = site->pass->options.only_count > 0,
		.done = observed,
		.data = site,
	};
}

static void observe(struct pass *pass)
{
	for (size_t i = 0; i < pass->site_count; i++) {
		struct observe_options options = observe_options_of(&pass->sites[i]);

		pass->sites[i].covered = serving_covers(&pass->sites[i]);
		if (pass->sites[i].error.code != ERROR_NONE || pass->sites[i].covered)
			continue;
		pass->waiting++;
		observe_site(pass->arena, &options);
	}
}

/* Before a revision goes, everybody's rules are asked
 * whether they start it; what nobody lets pass does not go. */
static bool retires(const struct pass_site *site)
{
	const struct pass *pass = site->pass;
	bool in_doubt =
		pass->options.approve_count || approvals_any(state_approvals(pass->options.state), pass->now);

	for (size_t i = 0; i < site->plan->action_count; i++) {
		const struct action *action = site->plan->actions[i];

		if (action->kind->shape == SHAPE_REVISIONS && action->verb == VERB_DELETE &&
			(action->claim != CLAIM_DOUBTFUL || in_doubt))
			return true;
	}
	return false;
}

/* What runs in which site, as it is known now: another reading may tell of more. */
static const struct runners *find_runners(struct pass *pass)
{
	struct runners *runners = arena_alloc(pass->arena, sizeof *runners);

	for (size_t i = 0; pass->site_count > 1 && i < pass->site_count; i++)
		moves_add(runners, &pass->sites[i].view);
	return runners;
}

static void plan_site(struct pass_site *site, const struct runners *runners)
{
	const struct pass *pass = site->pass;
	struct plan_options options = {
		.now = pass->now,
		.keep_revisions = pass->options.keep_revisions,
		.grace_seconds = pass->options.deletion.grace_minutes * 60,
		.deletion_enabled = pass->options.deletion.enabled,
		.removals = !pass->options.only_count,
		.served = ledger_served,
		.knows = ledger_knows,
		.data = site,
		.runners = runners,
	};

	site->plan = plan_make(&site->view, kinds, kind_count, &options);
}

static void plan(struct pass *pass)
{
	const struct runners *runners = find_runners(pass);

	for (size_t i = 0; i < pass->site_count; i++)
		if (pass->sites[i].error.code == ERROR_NONE && !pass->sites[i].covered)
			plan_site(&pass->sites[i], runners);
}

/* Asked last, when nothing else may change what goes. */
static bool needs_users(const struct pass_site *site)
{
	return site->plan && !site->plan->unread_count && !site->users_read && retires(site);
}

static bool needs_more(const struct pass_site *site)
{
	return (site->plan && site->plan->unread_count) || needs_users(site);
}

/* What only this plan shows to be needed: strong tags of what it would change, the content of revisions that
 * are replaced, the users of those that go. */
static void read_more(struct pass *pass)
{
	for (size_t i = 0; i < pass->site_count; i++) {
		struct pass_site *site = &pass->sites[i];
		struct observe_options options = observe_options_of(site);
		bool users = needs_users(site);

		site->unsettled = needs_more(site);
		if (!site->unsettled)
			continue;
		site->users_read = site->users_read || users;
		pass->waiting++;
		observe_more(pass->arena, &options, site->plan->unread, site->plan->unread_count, users);
	}
}

/* Nothing is asked twice, so this ends by itself; the bound is for what nobody has thought of. */
static bool may_read_more(struct pass_site *site)
{
	if (!needs_more(site))
		return false;
	if (site->pass->readings < MOST_READINGS)
		return true;
	site->plan = NULL;
	error_set(&site->error, ERROR_AWS,
		"%s: after %u readings the plan still asks for more: nothing is written here in this pass",
		site->site.region, MOST_READINGS);
	return false;
}

/* What was read may show a different plan, which rests on something else again. */
static void plan_again(struct pass *pass)
{
	const struct runners *runners = find_runners(pass);
	bool more = false;

	pass->readings++;
	for (size_t i = 0; i < pass->site_count; i++) {
		struct pass_site *site = &pass->sites[i];

		if (!site->unsettled)
			continue;
		if (site->error.code == ERROR_NONE)
			plan_site(site, runners);
		else
			site->plan = NULL;
		more = may_read_more(site) || more;
	}
	if (more)
		pass->step -= 2; /* read_more */
}

static void progressed(const struct action *action, void *data)
{
	struct pass_site *site = data;

	if (site->pass->options.progress)
		site->pass->options.progress(site, action, site->pass->options.data);
}

static void applied(void *data)
{
	answered(data);
}

static void keep_served(struct pass *pass)
{
	struct error error = { 0 };

	serving_keep(pass);
	for (size_t i = 0; i < pass->site_count; i++)
		if (pass->sites[i].plan)
			ledger_serve(&pass->sites[i]);
	if (!state_save(pass->options.state, true, &error))
		pass->state_error = arena_copy(pass->arena, error.text);
}

static size_t applications(struct pass *pass, struct apply_options *all)
{
	size_t count = 0;

	for (size_t i = 0; pass->options.write && !pass->stopped && i < pass->site_count; i++) {
		struct pass_site *site = &pass->sites[i];

		if (site->plan && site->plan->action_count)
			all[count++] = (struct apply_options){
				.line = line_of(site),
				.view = &site->view,
				.plan = site->plan,
				.now = pass->now,
				.progress = progressed,
				.data = site,
			};
	}
	return count;
}

static void apply(struct pass *pass)
{
	struct apply_options *options = arena_alloc(pass->arena, (pass->site_count + 1) * sizeof *options);
	size_t count = applications(pass, options);

	/* Before the first write: a pass that is killed has still served what it wrote. */
	if (pass->options.write)
		keep_served(pass);
	/* One more, so that having nothing to do does not end the step before it is left. */
	pass->waiting += 2;
	apply_plans(pass->arena, options, count, applied, pass);
	pass->waiting--;
}

static void remember(struct pass *pass)
{
	struct error error = { 0 };

	for (size_t i = 0; i < pass->site_count; i++) {
		struct pass_site *site = &pass->sites[i];

		if (!site->plan || !pass->options.write)
			continue;
		outcomes_keep(site);
		fights_keep(site);
		ledger_keep(site);
		drift_keep(site);
	}
	if (pass->options.write && !pass->options.only_count)
		serving_forget(pass);
	if (!state_save(pass->options.state, pass->options.write, &error))
		pass->state_error = arena_copy(pass->arena, error.text);
}

static void report(struct pass *pass)
{
	pass->ended = pass->options.transport->now(pass->options.transport);
	pass->ahead = aws_clock(pass->options.aws);
	pass->options.done(pass, pass->options.done_data);
}

static void tell_wait(const struct wait *wait, void *data)
{
	const struct pass *pass = data;

	if (pass->options.waits)
		pass->options.waits(pass, wait, pass->options.data);
}

static void begin(void *data)
{
	go_on(data);
}

struct pass *pass_start(const struct pass_options *options)
{
	struct arena *arena = arena_new();
	struct pass *pass = arena_alloc(arena, sizeof *pass);

	pass->arena = arena;
	pass->options = *options;
	pass->started = options->transport->now(options->transport);
	pass->now = (time_t)pass->started;
	pass->shared.arena = pass->arena;
	pass->pauses = (struct pauses){
		.arena = arena, .transport = options->transport, .waits = tell_wait, .data = pass
	};
	state_refresh(options->state);
	serving_find(pass);
	/* Without a site there is nothing to wait for, and `done` must still not come from inside. */
	options->transport->after(options->transport, 0, begin, pass);
	return pass;
}

bool pass_found_nobody(const struct pass *pass)
{
	for (size_t i = 0; i < pass->site_count; i++)
		if (pass->sites[i].error.code == ERROR_NETWORK)
			return true;
	return false;
}

struct pass *pass_free(struct pass *pass)
{
	if (pass)
		arena_free(pass->arena);
	return NULL;
}

void pass_stop(struct pass *pass)
{
	pass->stopped = true;
	aws_stop(pass->options.aws);
	pauses_stop(&pass->pauses);
}
