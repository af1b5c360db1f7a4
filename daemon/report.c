#include "report.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "messages.h"
#include "text.h"

enum { TELL_AGAIN = 3600 };

/* A trouble that was told: its key, when, and whether this pass has found it again. */
struct trouble {
	char *key, *text;
	time_t told;
	bool seen;
	struct trouble *next;
};

struct report {
	struct trouble *troubles;
	bool settled; /* a pass with these definitions has converged: what differs from now on was changed
			 outside */
	size_t passes;
};

struct report *report_new(void)
{
	return must_alloc(sizeof(struct report));
}

static void drop(struct trouble *trouble)
{
	free(trouble->key);
	free(trouble->text);
	free(trouble);
}

struct report *report_free(struct report *report)
{
	while (report && report->troubles) {
		struct trouble *next = report->troubles->next;

		drop(report->troubles);
		report->troubles = next;
	}
	free(report);
	return NULL;
}

void report_new_definitions(struct report *report)
{
	report->settled = false;
}

bool report_degraded(const struct report *report)
{
	return report->troubles != NULL;
}

static struct trouble *find(const struct report *report, const char *key)
{
	for (struct trouble *trouble = report->troubles; trouble; trouble = trouble->next)
		if (strcmp(trouble->key, key) == 0)
			return trouble;
	return NULL;
}

/* Whether it has to be told now: the first time, and then hourly. */
static bool tell(struct report *report, const char *key, const char *text, time_t now)
{
	struct trouble *trouble = find(report, key);

	if (!trouble) {
		trouble = must_alloc(sizeof *trouble);
		trouble->key = must_copy(key);
		trouble->text = must_copy(text);
		trouble->next = report->troubles;
		report->troubles = trouble;
	} else if (trouble->told + TELL_AGAIN > now) {
		trouble->seen = true;
		return false;
	}
	trouble->seen = true;
	trouble->told = now;
	return true;
}

static char *pass_name(const struct pass *pass)
{
	return arena_printf(pass->arena, "%lld", (long long)pass->now);
}

static const char *line_text(struct arena *arena, const struct resource *want)
{
	return want && want->at.file ? arena_printf(arena, "%u", want->at.line) : NULL;
}

/* "scheduleExpression: rate(5 minutes) → rate(1 hour)", with the names of environment variables and not their
 * values. */
static char *change_text(struct arena *arena, const struct action *action)
{
	CLEANUP_TEXT struct text all = { 0 };

	for (size_t i = 0; i < action->differences.count && action->verb != VERB_CREATE; i++) {
		const struct difference *one = &action->differences.items[i];
		bool secret = strstr(one->path, "environment[") || strcmp(one->path, "input") == 0;

		text_printf(&all, "%s%s", i ? ", " : ": ", one->path);
		if (!secret)
			text_printf(&all, ": %s → %s", one->before ? one->before : "(none)",
				one->after ? one->after : "(none)");
	}
	return arena_copy(arena, text_string(&all));
}

static void send_action(
	enum message message, const struct pass *pass, const struct action *action, const char *text)
{
	struct arena *arena = pass->arena;
	const struct resource *want = action->want;
	bool changed = action->outcome == OUTCOME_DONE;
	const struct message_field fields[] = {
		{ "APP", action->app ? action->app : "" },
		{ "BATCH", action->batch },
		{ "RESOURCE_KIND", action->kind->name },
		{ "RESOURCE", action->made   ? action->made
			      : *action->arn ? action->arn
					     : action->name },
		{ "ACTION", changed ? verb_name(action->verb) : NULL },
		{ "PASS", pass_name(pass) },
		{ "DEFINITION_FILE", want ? want->at.file : NULL },
		{ "DEFINITION_LINE", line_text(arena, want) },
		{ "AWS_OPERATION", action->operation },
		{ "AWS_ERROR_CODE", action->error_code && *action->error_code ? action->error_code : NULL },
		{ "AWS_REQUEST_ID", action->request_id },
	};

	message_send(message, fields, ARRAY_LENGTH(fields), "%s", text);
}

static char *whose(struct arena *arena, const struct action *action)
{
	return action->batch ? arena_printf(arena, "batch %s", action->batch)
			     : arena_printf(arena, "app %s", action->app ? action->app : "?");
}

static char *asked_by(struct arena *arena, const struct action *action)
{
	if (!action->want || !action->want->at.file)
		return arena_copy(arena, "");
	return arena_printf(arena, " (%s:%u)", action->want->at.file, action->want->at.line);
}

static void tell_change(struct report *report, const struct pass *pass, const struct action *action)
{
	static const char *const done[] = { "created", "changed", "disabled", "deleted" };
	struct arena *arena = pass->arena;
	bool drift = report->settled && (action->verb == VERB_UPDATE || action->verb == VERB_CREATE);
	char *differences = change_text(arena, action);

	if (drift && action->verb == VERB_UPDATE)
		send_action(MESSAGE_DRIFT, pass, action,
			arena_printf(arena, "%s: changed outside: %s %s%s; put back%s", whose(arena, action),
				action->kind->name, action->name, differences, asked_by(arena, action)));
	else
		send_action(drift ? MESSAGE_DRIFT : MESSAGE_CHANGED, pass, action,
			arena_printf(arena, "%s: %s%s %s %s%s%s", whose(arena, action),
				drift ? "gone outside: " : "", done[action->verb], action->kind->name,
				action->made && strrchr(action->made, '/') ? strrchr(action->made, '/') + 1
									   : action->name,
				differences, asked_by(arena, action)));
}

void report_action(struct report *report, const struct pass *pass, const struct action *action)
{
	struct arena *arena = pass->arena;
	char *key = arena_printf(arena, "action/%s/%s/%s/%s", action->kind->name, action->name,
		verb_name(action->verb), action->error_code ? action->error_code : "");

	char *what;

	if (action->outcome == OUTCOME_DONE)
		tell_change(report, pass, action);
	if (action->outcome != OUTCOME_FAILED)
		return;
	what = arena_printf(arena, "%s: cannot %s %s %s", whose(arena, action), verb_name(action->verb),
		action->kind->name, action->name);
	if (tell(report, key, what, pass->now))
		send_action(MESSAGE_CHANGE_FAILED, pass, action,
			arena_printf(arena, "%s: %s%s", what, action->error ? action->error : "?",
				asked_by(arena, action)));
}

static void tell_problem(struct report *report, const struct pass *pass, const struct problem *problem)
{
	struct arena *arena = pass->arena;
	const struct resource *want = problem->want;
	const struct message_field fields[] = {
		{ "APP", problem->app },
		{ "BATCH", problem->batch },
		{ "RESOURCE_KIND", want->kind->name },
		{ "RESOURCE", problem->arn && *problem->arn ? problem->arn : want->name },
		{ "PASS", pass_name(pass) },
		{ "DEFINITION_FILE", problem->at.file },
		{ "DEFINITION_LINE", arena_printf(arena, "%u", problem->at.line) },
	};
	char *key = arena_printf(arena, "problem/%s/%s/%s/%d", want->kind->name, want->name, problem->app,
		problem->unreadable);

	if (tell(report, key, problem->text, pass->now))
		message_send(problem->conflict ? MESSAGE_CONFLICT : MESSAGE_BLOCKED, fields,
			ARRAY_LENGTH(fields), "%s %s: %s%s%s (%s:%u)", problem->batch ? "batch" : "app",
			problem->batch ? problem->batch : problem->app, problem->text,
			problem->arn && *problem->arn ? ": " : "", problem->arn ? problem->arn : "",
			problem->at.file ? problem->at.file : "?", problem->at.line);
}

static void tell_calm(struct report *report, const struct pass *pass, const struct action *action)
{
	char *key = arena_printf(pass->arena, "fight/%s/%s", action->kind->name, action->name);

	if (action->outcome == OUTCOME_HELD && action->error && tell(report, key, action->error, pass->now))
		send_action(MESSAGE_FIGHT, pass, action,
			arena_printf(pass->arena, "%s: %s %s: %s", whose(pass->arena, action),
				action->kind->name, action->name, action->error));
}

static void tell_waits(struct report *report, const struct pass *pass, const struct plan *plan)
{
	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];
		const struct message_field fields[] = {
			{ "APP", action->app ? action->app : "" },
			{ "BATCH", action->batch },
			{ "RESOURCE", action->arn },
		};

		if (action->leaves && action->outcome == OUTCOME_DONE && pass->options.deletion.enabled)
			message_send(MESSAGE_WAITING, fields, ARRAY_LENGTH(fields),
				"%s has left the definitions: deleted in %u minutes unless it comes back",
				whose(pass->arena, action), pass->options.deletion.grace_minutes);
	}
	(void)report;
}

static void tell_site(struct report *report, const struct pass *pass, const struct pass_site *site)
{
	const char *region = site->site.region;

	if (site->error.code != ERROR_NONE && site->error.code != ERROR_CANCELLED) {
		char *key = arena_printf(
			pass->arena, "site/%s/%s", region, site->site.role_arn ? site->site.role_arn : "");

		if (tell(report, key, site->error.text, pass->now))
			message_send(MESSAGE_SITE_FAILED, NULL, 0, "%s: %s", region, site->error.text);
	}
	if (!site->plan)
		return;
	if (*site->observed->incomplete && tell(report, arena_printf(pass->arena, "incomplete/%s", region),
						   site->observed->incomplete, pass->now))
		message_send(MESSAGE_INCOMPLETE, NULL, 0, "%s: nothing is deleted in this pass: %s", region,
			site->observed->incomplete);
	for (size_t i = 0; i < site->plan->problem_count; i++)
		tell_problem(report, pass, &site->plan->problems[i]);
	for (size_t i = 0; i < site->plan->action_count; i++)
		tell_calm(report, pass, site->plan->actions[i]);
	tell_waits(report, pass, site->plan);
}

static void tell_held(struct report *report, const struct pass *pass)
{
	for (size_t i = 0; i < pass->guard.held_count; i++) {
		const struct held *held = &pass->guard.held[i];
		char *text = arena_printf(pass->arena,
			"%zu removals are held, because %s: if this is what you want: fargate-batchctl "
			"approve %s",
			held->arn_count, held->reason, held->plan);

		if (tell(report, arena_printf(pass->arena, "held/%s", held->plan), text, pass->now))
			message_send(MESSAGE_HELD, NULL, 0, "%s", text);
	}
}

/* What this pass has not found again is over. */
static void tell_ends(struct report *report)
{
	for (struct trouble **at = &report->troubles; *at;) {
		struct trouble *trouble = *at;

		if (trouble->seen) {
			trouble->seen = false;
			at = &trouble->next;
			continue;
		}
		message_send(MESSAGE_ENDED, NULL, 0, "over: %s", trouble->text);
		*at = trouble->next;
		drop(trouble);
	}
}

void report_pass(struct report *report, const struct pass *pass)
{
	struct pass_summary summary = pass_summary(pass);

	/* A pass that was broken off says nothing of what is over. */
	if (pass->stopped)
		return;
	for (size_t i = 0; i < pass->site_count; i++)
		tell_site(report, pass, &pass->sites[i]);
	tell_held(report, pass);
	if (pass->state_error && tell(report, "state", pass->state_error, pass->now))
		message_send(MESSAGE_STATE_FAILED, NULL, 0, "%s", pass->state_error);
	tell_ends(report);
	if (summary.done)
		message_send(MESSAGE_PASS, NULL, 0,
			"pass: %zu done, %zu failed, %zu skipped, %zu held, in %.1f s", summary.done,
			summary.failed, summary.skipped, summary.held, pass->ended - pass->started);
	report->passes++;
	if (!summary.failed && !summary.skipped && !summary.errors && !summary.problems)
		report->settled = true;
}

void report_unwritten(struct report *report, const char *error, time_t now)
{
	if (tell(report, "unwritten", error, now))
		message_send(MESSAGE_STATE_FAILED, NULL, 0, "%s", error);
}

void report_status(const struct report *report, const struct pass *pass, struct text *out)
{
	size_t troubles = 0;

	for (const struct trouble *trouble = report->troubles; trouble; trouble = trouble->next)
		troubles++;
	text_printf(out, "%s: %zu app%s, %zu batch%s", troubles ? "degraded" : "in sync",
		pass->definitions.app_count, pass->definitions.app_count == 1 ? "" : "s",
		pass->definitions.batch_count, pass->definitions.batch_count == 1 ? "" : "es");
	if (troubles)
		text_printf(out, "; %zu wrong: %s", troubles, report->troubles->text);
}
