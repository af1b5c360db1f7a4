#include "approvals.h"

#include <string.h>

#include "common/json.h"
#include "common/text.h"

enum { APPROVAL_SECONDS = 3600 };

void approvals_open(struct approvals *approvals, const struct folder *folder, const char *endpoint)
{
	document_open(&approvals->given, folder, KEPT_APPROVALS, endpoint);
	document_open(&approvals->used, folder, KEPT_APPROVALS_USED, endpoint);
}

void approvals_close(struct approvals *approvals)
{
	document_close(&approvals->given);
	document_close(&approvals->used);
}

/* 0 where it has none. A time that is far ahead is of a file that was spoilt, or of a clock that was wrong.
 */
static time_t given_at(const json_t *approval, time_t now)
{
	/* A version without records wrote when it ends. */
	json_int_t at = json_is_integer(approval) ? json_integer_value(approval) - APPROVAL_SECONDS
						  : json_integer_of(approval, "at", 0);

	return at > 0 && at <= now + APPROVAL_SECONDS ? (time_t)at : 0;
}

static bool is_over(const json_t *approval, time_t now)
{
	return given_at(approval, now) + APPROVAL_SECONDS <= now;
}

static json_t *used_plan(const struct approvals *approvals, const char *plan)
{
	return json_object_get(json_object_get(approvals->used.json, "plans"), plan);
}

static json_t *used_arn(const struct approvals *approvals, const char *arn)
{
	return json_object_get(json_object_get(approvals->used.json, "arns"), arn);
}

static bool is_usable(const struct approvals *approvals, const char *plan, time_t now)
{
	const json_t *given = json_object_get(approvals->given.json, plan);

	return !is_over(given, now) && given_at(used_plan(approvals, plan), now) < given_at(given, now);
}

bool approvals_find(
	const struct approvals *approvals, const char *plan, time_t now, struct approval *approval)
{
	const json_t *given = json_object_get(approvals->given.json, plan);

	if (!is_usable(approvals, plan, now))
		return false;
	*approval = (struct approval){ plan, json_text_of(given, "by", "?"), given_at(given, now) };
	return true;
}

static void drop_over(json_t *all, time_t now)
{
	const char *plan;
	json_t *given;
	void *next;

	json_object_foreach_safe(all, next, plan, given)
	{
		if (is_over(given, now))
			json_object_del(all, plan);
	}
}

/* One of the same second as that before it is told from it by being later: that one may be used. */
static time_t time_for(const struct approvals *approvals, const char *plan, time_t now)
{
	time_t given = given_at(json_object_get(approvals->given.json, plan), now);
	time_t used = given_at(used_plan(approvals, plan), now), last = given > used ? given : used;

	return last >= now ? last + 1 : now;
}

bool approvals_give(struct approvals *approvals, const char *plan, const char *by, json_t *arns, time_t now,
	struct error *error)
{
	json_int_t at = (json_int_t)time_for(approvals, plan, now);

	drop_over(approvals->given.json, now);
	json_put(approvals->given.json, plan,
		json_must(json_pack("{s:I, s:o, s:O}", "at", at, "by", json_text(by), "arns", arns)));
	approvals->given.dirty = true;
	return document_save(&approvals->given, error);
}

/* From now on it counts for nothing but what is named in "arns". */
static void use_up(struct approvals *approvals, const struct approval *approval)
{
	json_put(json_object_in(approvals->used.json, "plans"), approval->plan,
		json_must(json_pack(
			"{s:I, s:o}", "at", (json_int_t)approval->at, "by", json_text(approval->by))));
	approvals->used.dirty = true;
}

void approvals_use(
	struct approvals *approvals, const struct approval *approval, const char *const *arns, size_t count)
{
	json_t *all = json_object_in(approvals->used.json, "arns");

	use_up(approvals, approval);
	for (size_t i = 0; i < count; i++)
		json_put(all, arns[i], json_must(json_pack("{s:s}", "plan", approval->plan)));
}

void approvals_use_now(
	struct approvals *approvals, const struct approval *approval, const char *const *arns, size_t count)
{
	struct approval over = *approval;

	over.at -= APPROVAL_SECONDS;
	approvals_use(approvals, &over, arns, count);
}

static bool awaits(const struct approvals *approvals, const json_t *entry, time_t now)
{
	return entry && !json_object_get(entry, "disabled") &&
	       !is_over(used_plan(approvals, json_text_of(entry, "plan", "")), now);
}

bool approvals_await(const struct approvals *approvals, const char *arn, time_t now)
{
	return awaits(approvals, used_arn(approvals, arn), now);
}

bool approvals_cover(const struct approvals *approvals, const char *arn, time_t leaving)
{
	return json_integer_of(used_arn(approvals, arn), "disabled", -1) >= leaving;
}

bool approvals_know(const struct approvals *approvals, const char *arn)
{
	return used_arn(approvals, arn) != NULL;
}

void approvals_disabled(struct approvals *approvals, const char *arn, time_t now)
{
	json_t *entry = used_arn(approvals, arn);

	if (!json_is_object(entry))
		return;
	json_put(entry, "disabled", json_integer(now));
	approvals->used.dirty = true;
}

void approvals_take_over(struct approvals *approvals, const char *arn, time_t disabled)
{
	json_put(json_object_in(approvals->used.json, "arns"), arn,
		json_must(json_pack("{s:s, s:I}", "plan", "", "disabled", (json_int_t)disabled)));
	approvals->used.dirty = true;
}

void approvals_deleted(struct approvals *approvals, const char *arn)
{
	if (json_object_del(json_object_get(approvals->used.json, "arns"), arn) == 0)
		approvals->used.dirty = true;
}

bool approvals_any(const struct approvals *approvals, time_t now)
{
	const char *plan;
	json_t *given;

	json_object_foreach (approvals->given.json, plan, given)
		if (is_usable(approvals, plan, now))
			return true;
	return json_object_size(json_object_get(approvals->used.json, "plans")) ||
	       json_object_size(json_object_get(approvals->used.json, "arns"));
}

/* A plan is remembered for its hour, so that it is used
 * once, and while anything that it names is on its way. */
static void forget_plans(struct approvals *approvals, time_t now)
{
	json_t *plans = json_object_get(approvals->used.json, "plans"), *kept = json_must(json_object());
	const char *name;
	json_t *one, *entry;

	json_object_foreach (json_object_get(approvals->used.json, "arns"), name, entry) {
		const char *plan = json_text_of(entry, "plan", "");

		if (json_object_get(plans, plan))
			json_put(kept, plan, json_incref(json_object_get(plans, plan)));
	}
	json_object_foreach (plans, name, one)
		if (!is_over(one, now))
			json_put(kept, name, json_incref(one));
	if (json_object_size(kept) == json_object_size(plans)) {
		json_decref(kept);
		return;
	}
	json_put(approvals->used.json, "plans", kept);
	approvals->used.dirty = true;
}

static bool names_one(const json_t *arns, bool (*is_back)(const char *arn, void *data), void *data)
{
	json_t *arn;
	size_t i;

	json_array_foreach (arns, i, arn)
		if (json_is_string(arn) && is_back(json_string_value(arn), data))
			return true;
	return false;
}

void approvals_review(
	struct approvals *approvals, time_t now, bool (*is_back)(const char *arn, void *data), void *data)
{
	json_t *arns = json_object_get(approvals->used.json, "arns"), *one;
	struct approval approval;
	const char *name;
	void *next;

	json_object_foreach_safe(arns, next, name, one)
	{
		bool over = !json_object_get(one, "disabled") && !awaits(approvals, one, now);

		if (over || is_back(name, data))
			approvals_deleted(approvals, name);
	}
	json_object_foreach (approvals->given.json, name, one)
		if (names_one(json_object_get(one, "arns"), is_back, data) &&
			approvals_find(approvals, name, now, &approval))
			use_up(approvals, &approval);
	forget_plans(approvals, now);
}
