#include "pass_json.h"

#include "common/json.h"
#include "common/text.h"
#include "model/secret.h"

static void add_fields(json_t *fields, const struct differences *differences, bool hide_values)
{
	for (size_t i = 0; i < differences->count; i++) {
		const struct difference *one = &differences->items[i];
		bool hidden = hide_values && is_secret_path(one->path);

		json_add(fields, json_must(json_pack("{s:s, s:o, s:o}", "path", one->path, "old",
					 json_text(one->before && hidden ? "(hidden)" : one->before), "new",
					 json_text(one->after && hidden ? "(hidden)" : one->after))));
	}
}

static json_t *request_ids(const struct action *action)
{
	json_t *all = json_must(json_array());

	for (size_t i = 0; i < action->call_count; i++)
		json_add(all, json_text(action->calls[i].request_id));
	return all;
}

/* Null where there is none: the shape is the same for all. */
static void put_known(json_t *object, const char *key, const char *value)
{
	json_put(object, key, json_text(value && *value ? value : NULL));
}

static json_t *action_json(const struct action *action, bool hide_values)
{
	static const char *const outcomes[] = { "pending", "running", "done", "unneeded", "failed", "skipped",
		"held" };
	json_t *fields = json_must(json_array());
	json_t *change = json_must(
		json_pack("{s:o, s:o, s:s, s:s, s:s, s:o, s:o}", "app", json_text(action->app), "batch",
			json_text(action->batch), "kind", action->kind->name, "name", action->name, "action",
			verb_name(action->verb), "fields", fields, "error", json_text(action->error)));

	add_fields(fields, &action->differences, hide_values);
	add_fields(fields, &action->revisions, hide_values);
	put_known(change, "arn", *action->arn ? action->arn : action->made);
	json_put_text(change, "outcome", outcomes[action->outcome]);
	put_known(change, "errorCode", action->error_code);
	put_known(change, "requestId", action->request_id);
	json_put(change, "requestIds", request_ids(action));
	return change;
}

static json_t *problem_json(const struct problem *problem)
{
	json_t *change = json_must(json_pack("{s:s, s:o, s:s, s:s, s:s, s:[], s:s}", "app", problem->app,
		"batch", json_text(problem->batch), "kind", problem->want->kind->name, "name",
		problem->want->name, "action", problem->conflict ? "conflict" : "blocked", "fields", "error",
		problem->text));

	put_known(change, "arn", problem->arn);
	put_known(change, "owner", problem->owner);
	put_known(change, "definitionFile", problem->at.file);
	json_put(change, "definitionLine", problem->at.file ? json_integer(problem->at.line) : json_null());
	return change;
}

static json_t *texts_json(const char *const *texts, size_t count)
{
	json_t *all = json_must(json_array());

	for (size_t i = 0; i < count; i++)
		json_add(all, json_text(texts[i]));
	return all;
}

static json_t *approved_json(const struct pass *pass)
{
	json_t *all = json_must(json_array());

	for (size_t i = 0; i < pass->guard.approved_count; i++) {
		const struct approval *approval = &pass->approvals[i];
		const struct held *plan = &pass->guard.approved[i];
		char at[ISO8601_SIZE];

		text_iso8601(at, approval->at);
		json_add(all, json_must(json_pack("{s:s, s:o, s:s, s:o}", "plan", approval->plan, "by",
				      json_text(approval->by), "at", at, "resources",
				      texts_json(plan->arns, plan->arn_count))));
	}
	return all;
}

json_t *held_json(const struct pass *pass)
{
	json_t *all = json_must(json_array());

	for (size_t i = 0; i < pass->guard.held_count; i++) {
		const struct held *held = &pass->guard.held[i];

		json_add(all,
			json_must(json_pack("{s:s, s:s, s:o, s:o, s:o}", "plan", held->plan, "reason",
				held->reason, "resources", texts_json(held->arns, held->arn_count), "command",
				json_sprintf("fargate-batchctl approve %s", held->plan), "untag",
				held->untag ? texts_json(held->untag, held->arn_count) : json_null())));
	}
	return all;
}

static json_t *leftover_json(const struct pass *pass, const struct leftover *leftover)
{
	return json_must(json_pack("{s:s, s:n, s:s, s:s, s:s, s:n, s:s, s:s}", "app", leftover->app, "batch",
		"kind", leftover->have->kind->name, "name", leftover->have->name, "arn", leftover->have->arn,
		"deletedAfter", "why", leftover->why, "command",
		ownership_removal_command(pass->arena, leftover->have)));
}

json_t *leftovers_json(const struct pass *pass)
{
	json_t *all = json_must(json_array());

	for (size_t i = 0; i < pass->site_count; i++)
		for (size_t l = 0; pass->sites[i].plan && l < pass->sites[i].plan->leftover_count; l++)
			json_add(all, leftover_json(pass, &pass->sites[i].plan->leftovers[l]));
	return all;
}

static json_t *note_json(const struct note *note)
{
	return json_must(json_pack("{s:s, s:o, s:s, s:s, s:s}", "app", note->app, "batch",
		json_text(note->batch), "kind", note->kind, "name", note->name, "text", note->text));
}

json_t *waiting_json(const struct waiting *wait)
{
	char until[ISO8601_SIZE];

	text_iso8601(until, wait->until);
	return json_must(json_pack("{s:o, s:o, s:s, s:o, s:o}", "app", json_text(wait->app), "batch",
		json_text(wait->batch), "arn", wait->arn, "deletedAfter",
		wait->until ? json_string(until) : json_null(), "moved", json_text(wait->moved)));
}

static json_t *notes_json(const struct pass *pass)
{
	json_t *all = json_must(json_array());

	for (size_t i = 0; i < pass->site_count; i++) {
		const struct plan *plan = pass->sites[i].plan;

		for (size_t n = 0; plan && n < plan->notes.count; n++)
			json_add(all, note_json(&plan->notes.items[n]));
		for (size_t w = 0; plan && w < plan->wait_count; w++)
			json_add(all, waiting_json(&plan->waits[w]));
		for (size_t l = 0; plan && l < plan->leftover_count; l++)
			json_add(all, leftover_json(pass, &plan->leftovers[l]));
	}
	return all;
}

static void add_errors(const struct pass *pass, json_t *errors)
{
	for (size_t i = 0; i < pass->site_count; i++) {
		const struct pass_site *site = &pass->sites[i];

		if (site->error.code != ERROR_NONE)
			json_add(errors, json_must(json_pack("{s:s, s:o, s:s}", "region", site->site.region,
						 "assumeRoleArn", json_text(site->site.role_arn), "error",
						 site->error.text)));
	}
}

json_t *pass_json(const struct pass *pass, bool hide_values)
{
	struct pass_summary summary = pass_summary(pass);
	json_t *changes = json_must(json_array()), *errors = json_must(json_array());
	size_t count;
	struct action **actions = pass_actions(pass, &count);

	for (size_t i = 0; i < count; i++)
		json_add(changes, action_json(actions[i], hide_values));
	for (size_t i = 0; i < pass->site_count; i++)
		for (size_t p = 0; pass->sites[i].plan && p < pass->sites[i].plan->problem_count; p++)
			json_add(changes, problem_json(&pass->sites[i].plan->problems[p]));
	add_errors(pass, errors);
	return json_must(json_pack(
		"{s:b, s:o, s:o, s:o, s:o, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}}",
		"inSync", pass_in_sync(pass), "changes", changes, "held", held_json(pass), "approved",
		approved_json(pass), "notes", notes_json(pass), "errors", errors, "summary", "create",
		(json_int_t)summary.create, "change", (json_int_t)summary.update, "disable",
		(json_int_t)summary.disable, "delete", (json_int_t)summary.delete, "conflicts",
		(json_int_t)summary.conflicts, "blocked", (json_int_t)summary.problems, "done",
		(json_int_t)summary.done, "failed", (json_int_t)summary.failed, "skipped",
		(json_int_t)summary.skipped, "held", (json_int_t)summary.held));
}
