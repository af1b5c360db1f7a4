#include "report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "image_moves.h"
#include "model/secret.h"
#include "model/tags.h"
#include "pass/drift.h"
#include "pass/words.h"
#include "troubles.h"

#define UNWRITTEN "unwritten"
#define UNKEPT    "unkept"

/* Those of a record of an action that stand once. */
enum { ACTION_FIELDS = 10 };

struct report {
	struct troubles troubles;
	struct troubles notes; /* that were told */
	double clock; /* what AWS's clock was ahead of ours when that was told; 0 = it is right */
};

struct report *report_new(void)
{
	return must_alloc(sizeof(struct report));
}

struct report *report_free(struct report *report)
{
	if (report) {
		troubles_free(&report->troubles);
		troubles_free(&report->notes);
	}
	free(report);
	return NULL;
}

static void say_over(const struct trouble *trouble)
{
	const struct message_field fields[] = {
		{ "APP", *trouble->app ? trouble->app : NULL },
		{ "BATCH", *trouble->batch ? trouble->batch : NULL },
		{ "RESOURCE_KIND", *trouble->kind ? trouble->kind : NULL },
		{ "RESOURCE", *trouble->resource ? trouble->resource : NULL },
	};

	message_send(MESSAGE_ENDED, fields, ARRAY_LENGTH(fields), "over: %s", trouble->over);
}

void report_new_definitions(struct report *report)
{
	troubles_drop(&report->troubles, TROUBLE_DEFINITIONS, say_over);
}

void report_not_in_force(
	struct report *report, enum message message, const char *what, const char *why, time_t now)
{
	CLEANUP_TEXT struct text text = { 0 };
	struct trouble *trouble;
	bool tell;

	text_printf(&text, "%s: %s", what, why);
	trouble = troubles_note(&report->troubles, TROUBLE_DEFINITIONS, message,
		"the definitions and settings in the files are in force", text_string(&text), NULL, now,
		&tell);
	trouble->standing = true;
	/* Each time that somebody asked for a reload, whatever was told before; the faults have been told. */
	message_send(message, NULL, 0, "%s; what is wrong is told above", what);
}

static char *pass_name(const struct pass *pass)
{
	return arena_printf(pass->arena, "%lld", (long long)pass->now);
}

static const char *line_text(struct arena *arena, const struct position *at)
{
	return at && at->file ? arena_printf(arena, "%u", at->line) : NULL;
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

/* Of the call that something failed with. */
#define CALL_FIELDS(call) \
	{ "AWS_SERVICE", or_null((call)->service) }, { "AWS_OPERATION", or_null((call)->operation) }, \
		{ "AWS_ERROR_CODE", or_null((call)->code) }, \
	{ \
		"AWS_REQUEST_ID", or_null((call)->request_id) \
	}

static const struct error_call no_call;

static const char *resource_of(const struct action *action)
{
	if (or_null(action->made))
		return action->made;
	return or_null(action->arn) ? action->arn : action->name;
}

/* It differs because a revision is registered in this pass. */
static bool is_new_revision(const struct difference *one)
{
	return one->after && text_ends(one->after, ":(new)");
}

/* What is wanted, where it was not known before this pass had registered it. */
static const char *after_of(const struct action *action, const struct difference *one)
{
	const char *made = action->want ? action->want->revision_arn : NULL;

	return made && is_new_revision(one) ? made : one->after;
}

/* "batch-no1:3" of its ARN, "batch:2" of an image. */
static const char *in_short(const char *path, const char *value, const char *other)
{
	const char *revision = value ? strstr(value, ":task-definition/") : NULL;

	if (value && other && text_ends(path, "].image"))
		return image_in_short(value, other);
	return !value ? "(none)" : revision ? revision + strlen(":task-definition/") : value;
}

static void add_changes(struct text *all, const struct action *action, const struct differences *differences)
{
	for (size_t i = 0; i < differences->count; i++) {
		const struct difference *one = &differences->items[i];
		const char *before = one->before, *after = after_of(action, one);

		text_printf(all, "%s%s", all->length ? ", " : ": ", one->path);
		if (!is_secret_path(one->path))
			text_printf(all, ": %s → %s", in_short(one->path, before, after),
				in_short(one->path, after, before));
	}
}

/*
 * "scheduleExpression: rate(5 minutes) → rate(1 hour)", with the names of environment variables and not their
 * values. Of what is made all is new, unless it takes over from an older revision; of a move to another
 * revision what differs between the two is part of it.
 */
static char *change_text(
	struct arena *arena, const struct action *action, const struct differences *differences)
{
	CLEANUP_TEXT struct text all = { 0 };

	if (action->verb != VERB_CREATE || action->replaces)
		add_changes(&all, action, differences);
	for (size_t i = 0; i < differences->count; i++)
		if (text_compare(differences->items[i].path, action->kind->revision_path) == 0)
			add_changes(&all, action, &action->revisions);
	return arena_copy(arena, text_string(&all));
}

/* A change of several calls has a pair of AWS_OPERATION and AWS_REQUEST_ID for each. */
static void send_action(
	enum message message, const struct pass *pass, const struct action *action, const char *text)
{
	const struct position *at = action->want ? &action->want->at : NULL;
	struct message_field fields[ACTION_FIELDS + 2 * REQUESTS_MOST] = {
		{ "APP", action->app ? action->app : "" },
		{ "BATCH", action->batch },
		{ "RESOURCE_KIND", action->kind->name },
		{ "RESOURCE", resource_of(action) },
		{ "ACTION", action->outcome == OUTCOME_DONE ? verb_name(action->verb) : NULL },
		{ "PASS", pass_name(pass) },
		{ "DEFINITION_FILE", at ? at->file : NULL },
		{ "DEFINITION_LINE", line_text(pass->arena, at) },
		{ "AWS_SERVICE", action->operation ? action->service : NULL },
		{ "AWS_ERROR_CODE", or_null(action->error_code) },
	};
	size_t count = ACTION_FIELDS;

	for (size_t i = 0; i < action->call_count && count < ARRAY_LENGTH(fields); i++) {
		fields[count++] = (struct message_field){ "AWS_OPERATION", action->calls[i].operation };
		fields[count++] =
			(struct message_field){ "AWS_REQUEST_ID", or_null(action->calls[i].request_id) };
	}
	message_send(message, fields, count, "%s", text);
}

static char *whose(struct arena *arena, const char *app, const char *batch)
{
	return batch ? arena_printf(arena, "batch %s", batch)
		     : arena_printf(arena, "app %s", app ? app : "?");
}

static char *asked_by(struct arena *arena, const struct position *at)
{
	return at && at->file ? arena_printf(arena, " (%s:%u)", at->file, at->line) : arena_copy(arena, "");
}

static const struct position *place_of(const struct action *action)
{
	return action->want ? &action->want->at : NULL;
}

/* What of an update was asked for (or was not), in the arena. */
static struct differences part_of(const struct pass_site *site, const struct action *action, bool asked)
{
	struct arena *arena = site->pass->arena;
	struct differences part = { arena_alloc(arena, (action->differences.count + 1) * sizeof *part.items),
		0 };

	for (size_t i = 0; i < action->differences.count; i++) {
		const struct difference *one = &action->differences.items[i];

		if ((is_new_revision(one) || drift_asked_for(site, action, one)) == asked)
			part.items[part.count++] = *one;
	}
	return part;
}

/* One record of what the definitions asked for, and one of what was changed outside. */
static void tell_update(const struct pass_site *site, const struct action *action)
{
	const struct differences asked = part_of(site, action, true), drift = part_of(site, action, false);
	struct arena *arena = site->pass->arena;
	char *who = whose(arena, action->app, action->batch), *by = asked_by(arena, place_of(action));

	if (asked.count || !drift.count)
		send_action(MESSAGE_CHANGED, site->pass, action,
			arena_printf(arena, "%s: changed %s %s%s%s", who, action->kind->name,
				words_name(action), change_text(arena, action, &asked), by));
	if (drift.count)
		send_action(MESSAGE_DRIFT, site->pass, action,
			arena_printf(arena, "%s: changed outside: %s %s%s; put back%s", who,
				action->kind->name, words_name(action), change_text(arena, action, &drift),
				by));
}

/* What AWS has of the things that start this batch: the one whose content names a revision; NULL = none. */
static const struct resource *starter_of(const struct plan *plan, const struct batch *batch)
{
	for (size_t i = 0; i < plan->wants.count; i++) {
		const struct resource *want = plan->wants.items[i];

		if (want->batch == batch && want->kind->revision_path)
			return resources_find(&plan->observed->all, want->kind, want->name, NULL);
	}
	return NULL;
}

/* What its schedule started until now is the revision that somebody has deregistered. */
static const char *gone_text(const struct pass_site *site, const struct action *action)
{
	const struct batch *batch = action->want->batch;
	const struct resource *starts;

	if (action->kind->shape != SHAPE_REVISIONS)
		return "gone outside: ";
	starts = batch ? starter_of(site->plan, batch) : NULL;
	return starts ? arena_printf(site->pass->arena,
				"%s was deregistered outside: ", in_short("", resource_starts(starts), NULL))
		      : "deregistered outside: ";
}

static void tell_change(const struct pass_site *site, const struct action *action)
{
	static const char *const done[] = { "created", "changed", "disabled", "deleted" };
	struct arena *arena = site->pass->arena;
	bool drift = action->verb == VERB_CREATE && !drift_asked_for(site, action, NULL);
	const char *gone = drift ? gone_text(site, action) : "";

	if (action->verb == VERB_UPDATE) {
		tell_update(site, action);
		return;
	}
	send_action(drift ? MESSAGE_DRIFT : MESSAGE_CHANGED, site->pass, action,
		arena_printf(arena, "%s: %s%s%s %s %s%s%s", whose(arena, action->app, action->batch), gone,
			action->moved ? arena_printf(arena, "moved %s: ", action->moved) : "",
			done[action->verb], action->kind->name, words_name(action),
			change_text(arena, action, &action->differences), asked_by(arena, place_of(action))));
}

/* A trouble with one action, as a record with all that is known of it. */
static void tell_action(struct report *report, const struct pass_site *site, const struct action *action,
	enum message message, const char *what, const char *over)
{
	const struct pass *pass = site->pass;
	struct arena *arena = pass->arena;
	const struct trouble_about about = { action->app, action->batch, action->kind->name,
		resource_of(action) };
	char *key = arena_printf(arena, "%d/%s/%s/%s/%s/%s", (int)message, site->site.region,
		action->kind->name, action->name, action->id ? action->id : "", verb_name(action->verb));
	char *text = arena_printf(arena, "%s: %s%s", what, action->error ? action->error : "?",
		asked_by(arena, place_of(action)));
	bool tell;

	troubles_note(&report->troubles, key, message, over, text, &about, pass->now, &tell);
	if (tell)
		send_action(message, pass, action, text);
}

static void tell_failed(struct report *report, const struct pass_site *site, const struct action *action)
{
	struct arena *arena = site->pass->arena;
	char *who = whose(arena, action->app, action->batch);
	const char *verb = verb_name(action->verb), *kind = action->kind->name;

	tell_action(report, site, action, MESSAGE_CHANGE_FAILED,
		arena_printf(arena, "%s: cannot %s %s %s", who, verb, kind, words_name(action)),
		arena_printf(arena, "%s: nothing fails any more to %s %s %s", who, verb, kind,
			words_name(action)));
}

void report_action(struct report *report, const struct pass_site *site, const struct action *action)
{
	if (action->outcome == OUTCOME_DONE)
		tell_change(site, action);
	if (action->outcome == OUTCOME_FAILED)
		tell_failed(report, site, action);
}

void report_wait(const struct pass *pass, const struct wait *wait)
{
	const struct resource *what = wait->what;
	const char *app = what->app ? what->app->name : tags_value(&what->tags, TAG_APP);
	const char *batch = what->batch ? what->batch->name : tags_value(&what->tags, TAG_BATCH);
	const struct message_field fields[] = {
		{ "APP", app },
		{ "BATCH", batch },
		{ "RESOURCE_KIND", what->kind->name },
		{ "RESOURCE", or_null(what->arn) ? what->arn : what->name },
		{ "PASS", pass_name(pass) },
		{ "AWS_ERROR_CODE", wait->error_code },
	};

	if (wait->news)
		message_send(MESSAGE_NOT_YET, fields, ARRAY_LENGTH(fields),
			"%s: %s %s: waiting up to %.0f s until %s: %s", whose(pass->arena, app, batch),
			what->kind->name, what->name, wait->most, wait->until, wait->said);
}

static void tell_problem(struct report *report, const struct pass *pass, const struct problem *problem)
{
	struct arena *arena = pass->arena;
	const struct resource *want = problem->want;
	const char *resource = or_null(problem->arn) ? problem->arn : want->name;
	const struct trouble_about about = { problem->app, problem->batch, want->kind->name, resource };
	const struct message_field fields[] = {
		{ "APP", problem->app },
		{ "BATCH", problem->batch },
		{ "RESOURCE_KIND", want->kind->name },
		{ "RESOURCE", resource },
		{ "PASS", pass_name(pass) },
		{ "DEFINITION_FILE", problem->at.file },
		{ "DEFINITION_LINE", line_text(arena, &problem->at) },
		CALL_FIELDS(&problem->call),
	};
	enum message message = problem->conflict ? MESSAGE_CONFLICT : MESSAGE_BLOCKED;
	char *key = arena_printf(arena, "problem/%s/%s/%s", want->kind->name, want->name, problem->app);
	char *what = arena_printf(arena, "%s: %s", whose(arena, problem->app, problem->batch), problem->text);
	char *text = arena_printf(arena, "%s%s%s%s", what, or_null(problem->arn) ? ": " : "",
		problem->arn ? problem->arn : "", asked_by(arena, &problem->at));
	char *over = arena_printf(arena,
		problem->conflict ? "%s: the conflict over %s %s is settled"
				  : "%s: nothing stops it at %s %s any more",
		whose(arena, problem->app, problem->batch), want->kind->name, want->name);
	bool tell;

	troubles_note(&report->troubles, key, message, over, text, &about, pass->now, &tell);
	if (tell)
		message_send(message, fields, ARRAY_LENGTH(fields), "%s", text);
}

static void tell_calm(struct report *report, const struct pass_site *site, const struct action *action)
{
	struct arena *arena = site->pass->arena;

	char *who = whose(arena, action->app, action->batch);

	if (action->fought)
		tell_action(report, site, action, MESSAGE_FIGHT,
			arena_printf(arena, "%s: %s %s", who, action->kind->name, words_name(action)),
			arena_printf(arena, "%s: %s %s is not fought over any more", who, action->kind->name,
				words_name(action)));
}

static void tell_leaving(const struct pass *pass, const struct action *action)
{
	unsigned minutes = pass->options.deletion.grace_minutes;
	const struct message_field fields[] = {
		{ "APP", action->app ? action->app : "" },
		{ "BATCH", action->batch },
		{ "RESOURCE_KIND", action->kind->name },
		{ "RESOURCE", action->arn },
		{ "PASS", pass_name(pass) },
	};

	/* Without a grace it is deleted in the same pass, which is told as that. */
	if (action->leaves && action->outcome == OUTCOME_DONE && pass->options.deletion.enabled && minutes)
		message_send(MESSAGE_WAITING, fields, ARRAY_LENGTH(fields),
			"%s %s: deleted%s in %u minute%s unless it comes back",
			whose(pass->arena, action->app, action->batch),
			words_departure(pass->arena, action->moved), action->moved ? " there" : "", minutes,
			minutes == 1 ? "" : "s");
}

/* A trouble of a pass that is of no app in particular. */
static void tell_of_pass(struct report *report, const struct pass *pass, enum message message,
	const char *key, const char *over, const char *text, const struct error_call *call)
{
	const struct message_field fields[] = {
		{ "PASS", pass_name(pass) },
		CALL_FIELDS(call),
	};
	bool tell;

	troubles_note(&report->troubles, key, message, over, text, NULL, pass->now, &tell);
	if (tell)
		message_send(message, fields, ARRAY_LENGTH(fields), "%s", text);
}

/* Said once: it is no trouble, and stays as long as the account is as it is. */
static void tell_note(struct report *report, const struct pass_site *site, const struct note *note)
{
	const struct pass *pass = site->pass;
	const struct message_field fields[] = {
		{ "APP", note->app },
		{ "BATCH", note->batch },
		{ "RESOURCE_KIND", note->kind },
		{ "RESOURCE", note->name },
		{ "PASS", pass_name(pass) },
	};
	char *key = arena_printf(pass->arena, "%s/%s/%s/%s/%s", site->site.region, note->kind, note->name,
		note->app, note->batch ? note->batch : "");
	bool known = troubles_find(&report->notes, key), tell;

	if (!note->overruled)
		return;
	troubles_note(&report->notes, key, MESSAGE_NOTE, note->text, note->text, NULL, pass->now, &tell);
	if (!known)
		message_send(MESSAGE_NOTE, fields, ARRAY_LENGTH(fields), "%s: %s",
			whose(pass->arena, note->app, note->batch), note->text);
}

static void forget(const struct trouble *trouble)
{
	(void)trouble;
}

static void tell_site(struct report *report, const struct pass *pass, const struct pass_site *site)
{
	struct arena *arena = pass->arena;
	const char *role = site->site.role_arn;
	char *where = arena_printf(arena, "%s%s%s", site->site.region, role ? " as " : "", role ? role : "");

	if (site->error.code != ERROR_NONE && site->error.code != ERROR_CANCELLED)
		tell_of_pass(report, pass, MESSAGE_SITE_FAILED, arena_printf(arena, "site/%s", where),
			arena_printf(arena, "%s can be worked on again", where),
			arena_printf(arena, "%s: %s", where, site->error.text), &site->error.call);
	if (!site->plan)
		return;
	if (!observed_complete(site->observed))
		tell_of_pass(report, pass, MESSAGE_INCOMPLETE, arena_printf(arena, "incomplete/%s", where),
			arena_printf(
				arena, "%s was read to the end again, and what has to be deleted is", where),
			arena_printf(arena, "%s: nothing is deleted in this pass: %s", where,
				site->observed->incomplete.text),
			&site->observed->incomplete.call);
	for (size_t i = 0; i < site->plan->notes.count; i++)
		tell_note(report, site, &site->plan->notes.items[i]);
	for (size_t i = 0; i < site->plan->problem_count; i++)
		tell_problem(report, pass, &site->plan->problems[i]);
	for (size_t i = 0; i < site->plan->action_count; i++) {
		tell_calm(report, site, site->plan->actions[i]);
		tell_leaving(pass, site->plan->actions[i]);
	}
}

static void tell_held(struct report *report, const struct pass *pass)
{
	for (size_t i = 0; i < pass->guard.held_count; i++) {
		const struct held *held = &pass->guard.held[i];

		tell_of_pass(report, pass, MESSAGE_HELD, arena_printf(pass->arena, "held/%s", held->plan),
			arena_printf(pass->arena, "the brake has let go: plan %s waits no more", held->plan),
			arena_printf(pass->arena,
				"%zu removal%s held, because %s: if this is what you want: fargate-batchctl approve %s%s%s",
				held->arn_count, held->arn_count == 1 ? " is" : "s are", held->reason,
				held->plan,
				held->untag ? "; what is not ours is left alone once our tag is off: " : "",
				held->untag ? held->untag[0] : ""),
			&no_call);
	}
}

static void tell_approval(const struct pass *pass, const struct held *plan, const struct approval *approval)
{
	CLEANUP_TEXT struct text arns = { 0 };
	const struct message_field fields[] = { { "PASS", pass_name(pass) } };
	char at[ISO8601_SIZE];

	text_iso8601(at, approval->at);
	for (size_t i = 0; i < plan->arn_count; i++)
		text_printf(&arns, "%s%s", i ? ", " : "", plan->arns[i]);
	message_send(MESSAGE_APPROVED, fields, ARRAY_LENGTH(fields),
		"plan %s, approved by %s at %s, is carried out: %zu removal%s: %s", plan->plan, approval->by,
		at, plan->arn_count, plan->arn_count == 1 ? "" : "s", text_string(&arns));
}

/* Before its parts: a record for each batch, and none that says what they have in common. */
static void tell_moves(const struct pass *pass)
{
	size_t count;
	const struct image_move *moves = image_moves(pass, &count);

	for (size_t i = 0; i < count; i++) {
		const struct message_field fields[] = { { "APP", moves[i].app },
			{ "PASS", pass_name(pass) } };

		message_send(MESSAGE_IMAGE, fields, ARRAY_LENGTH(fields), "app %s: %s", moves[i].app,
			moves[i].text);
	}
}

void report_planned(const struct pass *pass)
{
	if (pass->options.write)
		tell_moves(pass);
	for (size_t i = 0; i < pass->guard.approved_count && pass->options.write; i++)
		tell_approval(pass, &pass->guard.approved[i], &pass->approvals[i]);
}

static bool same_owner(const struct action *a, const struct action *b)
{
	return text_compare(a->app, b->app) == 0 && text_compare(a->batch, b->batch) == 0;
}

/* Where nothing may be written: what differs, one record for each app and batch. */
static void tell_unwritten(
	struct report *report, const struct pass *pass, struct action *const *actions, size_t count)
{
	CLEANUP_TEXT struct text all = { 0 };
	struct arena *arena = pass->arena;
	const struct action *first = actions[0];
	const struct trouble_about about = { first->app, first->batch, NULL, NULL };
	const struct message_field fields[] = {
		{ "APP", first->app },
		{ "BATCH", first->batch },
		{ "PASS", pass_name(pass) },
		{ "DEFINITION_FILE", first->want ? first->want->at.file : NULL },
		{ "DEFINITION_LINE", line_text(arena, place_of(first)) },
	};
	char *what = arena_printf(arena, "%s differs, and readOnly forbids to write it",
		whose(arena, first->app, first->batch));
	bool tell;

	for (size_t i = 0; i < count; i++)
		text_printf(&all, "%s%s %s %s%s", i ? "; " : ": ", verb_name(actions[i]->verb),
			actions[i]->kind->name, words_name(actions[i]),
			change_text(arena, actions[i], &actions[i]->differences));
	text_add(&all, asked_by(arena, place_of(first)));
	troubles_note(&report->troubles,
		arena_printf(arena, "differs/%s/%s", first->app ? first->app : "",
			first->batch ? first->batch : ""),
		MESSAGE_DIFFERS,
		arena_printf(arena, "%s is as the definitions say", whose(arena, first->app, first->batch)),
		arena_printf(arena, "%s%s", what, text_string(&all)), &about, pass->now, &tell);
	if (tell)
		message_send(MESSAGE_DIFFERS, fields, ARRAY_LENGTH(fields), "%s%s", what, text_string(&all));
}

static void tell_differences(struct report *report, const struct pass *pass)
{
	size_t count, next;
	struct action **actions = pass_actions(pass, &count);

	for (size_t i = 0; i < count && !pass->options.write; i = next) {
		for (next = i + 1; next < count && same_owner(actions[i], actions[next]);)
			next++;
		tell_unwritten(report, pass, actions + i, next - i);
	}
}

/* What no pass finds, and stands all the same. */
static void tell_again(struct report *report, time_t now)
{
	for (struct trouble *trouble = report->troubles.first; trouble; trouble = trouble->next)
		if (trouble->standing && trouble_is_due(trouble, now))
			message_send(trouble->message, NULL, 0, "%s", trouble->text);
}

/* Once, and again where it has moved or is right: a clock is nobody's change to make here. */
static void tell_clock(struct report *report, const struct pass *pass)
{
	const char *wrong = words_clock(pass->arena, pass->ahead);

	if (wrong && (report->clock == 0 || fabs(pass->ahead - report->clock) > 60)) {
		message_send(MESSAGE_CLOCK, NULL, 0, "%s", wrong);
		report->clock = pass->ahead;
	} else if (!wrong && report->clock != 0) {
		message_send(MESSAGE_ENDED, NULL, 0, "over: this machine's clock is right");
		report->clock = 0;
	}
}

void report_pass(struct report *report, const struct pass *pass)
{
	struct pass_summary summary = pass_summary(pass);
	const struct message_field fields[] = { { "PASS", pass_name(pass) } };

	/* A pass that was broken off says nothing of what is over. */
	if (pass->stopped)
		return;
	for (size_t i = 0; i < pass->site_count; i++)
		tell_site(report, pass, &pass->sites[i]);
	tell_held(report, pass);
	tell_differences(report, pass);
	if (pass->state_error)
		tell_of_pass(report, pass, MESSAGE_STATE_FAILED, "state", "the state is kept again",
			pass->state_error, &no_call);
	tell_clock(report, pass);
	tell_again(report, pass->now);
	troubles_end(&report->troubles, say_over);
	troubles_end(&report->notes, forget);
	if (summary.done)
		message_send(MESSAGE_PASS, fields, ARRAY_LENGTH(fields),
			"pass: %zu done, %zu failed, %zu skipped, %zu held, in %.1f s", summary.done,
			summary.failed, summary.skipped, summary.held, pass->ended - pass->started);
}

const struct troubles *report_troubles(const struct report *report)
{
	return &report->troubles;
}

/* What no pass finds: told and over only here. */
static void tell_standing(
	struct report *report, const char *key, const char *over, const char *error, time_t now)
{
	struct trouble *trouble;
	bool tell;

	if (!error) {
		troubles_drop(&report->troubles, key, say_over);
		return;
	}
	trouble = troubles_note(&report->troubles, key, MESSAGE_STATE_FAILED, over, error, NULL, now, &tell);
	trouble->standing = true;
	if (tell)
		message_send(MESSAGE_STATE_FAILED, NULL, 0, "%s", error);
}

void report_files(struct report *report, const char *error, time_t now)
{
	tell_standing(report, UNWRITTEN, "status.json and metrics.prom are written again", error, now);
}

void report_kept(struct report *report, const char *error, time_t now)
{
	tell_standing(report, UNKEPT, "the set in force is kept for the next start", error, now);
}
