#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "desired.h"
#include "kinds.h"
#include "model/tags.h"

/* EventBridge rule on the default bus, with a schedule. PutRule overwrites a stranger's rule without a word,
 * so nothing here is written before the owner tag has been read. */

static const struct field_rule rules[] = {
	{ .path = "name", .form = FIELD_IGNORED },
	{ .path = "arn", .form = FIELD_IGNORED },
	{ .path = "createdBy", .form = FIELD_IGNORED },
	{ .path = "managedBy", .form = FIELD_IGNORED },
	{ .path = "eventBusName", .absent = "default" },
	{ .path = "scheduleExpression" },
	{ .path = "eventPattern", .form = FIELD_JSON },
	{ .path = "description" },
	{ .path = "roleArn" },
	{ .path = "state" },
};

static void rule_want(const struct view *view, struct resources *all)
{
	for (size_t i = 0; i < view->definitions->batch_count; i++) {
		struct batch *batch = &view->definitions->batches[i];

		if (site_has(view, batch->app))
			want_of_batch(view, all, &kind_rule, batch, batch->rule_name, NULL);
	}
}

static const char *wanted_state(const struct resource *want)
{
	return want->batch->enabled && !want->start_disabled ? "ENABLED" : "DISABLED";
}

static json_t *rule_body(const struct view *view, const struct resource *want)
{
	const struct batch *batch = want->batch;
	json_t *body =
		json_must(json_pack("{s:s, s:s}", "Name", want->name, "ScheduleExpression", batch->schedule));

	(void)view;
	json_put_text(body, "State", wanted_state(want));
	json_put_text(body, "Description", batch->description);
	return body;
}

static void name_rule(struct requests *out, const char *operation, const char *name)
{
	requests_add(out, "events", operation, json_must(json_pack("{s:s}", "Name", name)));
}

/* PutRule replaces the whole rule; where only the state differs, the smaller call does. */
static void update(const struct view *view, const struct change *change, struct requests *out)
{
	bool state = changes(change, "state");
	size_t others = 0;

	for (size_t i = 0; i < change->differences->count; i++)
		others += !text_starts(change->differences->items[i].path, "tags[");
	if (others > (state ? 1U : 0U))
		requests_add(out, "events", "PutRule", rule_body(view, change->want));
	else if (state)
		name_rule(out,
			strcmp(wanted_state(change->want), "ENABLED") == 0 ? "EnableRule" : "DisableRule",
			change->want->name);
	/* One that was made in this same pass carries its tags already. */
	if (change->have)
		requests_tag(out, change);
}

static void rule_requests(const struct view *view, const struct change *change, struct requests *out)
{
	json_t *params;

	switch (change->verb) {
	case VERB_CREATE:
		params = rule_body(view, change->want);
		json_put(params, "Tags", tags_list(&change->want->tags, false));
		requests_add(out, "events", "PutRule", params);
		break;
	case VERB_UPDATE:
		update(view, change, out);
		break;
	case VERB_DISABLE:
		if (!resource_is_stopped(change->have))
			name_rule(out, "DisableRule", change->have->name);
		requests_tag(out, change);
		break;
	case VERB_DELETE:
		name_rule(out, "DeleteRule", change->have->name);
		break;
	}
}

static json_t *rules_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	(void)subject;
	return json_must(json_pack("{s:i}", "Limit", 100));
}

/* State may also read ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS: enabled all the same. */
static void hear_rule(const struct hearing *hearing, const json_t *rule)
{
	struct arena *arena = hearing->observed->arena;
	struct resource *have = observed_add(hearing->observed, &kind_rule, json_text_of(rule, "Name", ""),
		NULL, json_text_of(rule, "Arn", ""));
	json_t *body = json_must(json_copy((json_t *)(uintptr_t)rule));

	if (text_starts(json_text_of(rule, "State", "ENABLED"), "ENABLED"))
		json_put_text(body, "State", "ENABLED");
	have->managed_by = arena_copy(arena, json_text_of(rule, "ManagedBy", NULL));
	have->fields = fields_of(arena, rules, ARRAY_LENGTH(rules), body);
	have->content_read = true;
	json_decref(body);
}

static bool rules_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	const json_t *list = reply ? listed(reply, "Rules", "Name", error) : NULL;
	json_t *rule;
	size_t i;

	if (reply && !list)
		return false;
	json_array_foreach (list, i, rule)
		hear_rule(hearing, rule);
	return true;
}

const struct reading reading_rules = {
	.service = "events",
	.operation = "ListRules",
	.page_in = "NextToken",
	.page_out = "NextToken",
	.params = rules_params,
	.heard = rules_heard,
};

static const struct reading reading_rule_tags = {
	.service = "events",
	.operation = "ListTagsForResource",
	.params = tags_params,
	.heard = tags_heard,
};

static json_t *state_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	return json_must(json_pack("{s:s}", "Name", subject->name));
}

static bool state_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	(void)error;
	if (reply)
		hearing->subject.resource->fields =
			fields_of(hearing->view->arena, rules, ARRAY_LENGTH(rules), reply);
	return true;
}

static const struct reading reading_rule_state = {
	.service = "events",
	.operation = "DescribeRule",
	.params = state_params,
	.heard = state_heard,
};

const struct kind kind_rule = {
	.name = "rule",
	.shape = SHAPE_SCHEDULE,
	.rank = 5,
	.tagged = true,
	.starts = &kind_target,
	.state_path = "state",
	.stopped = "DISABLED",
	.expression_path = "scheduleExpression",
	.tags_member = "ResourceARN",
	.made_path = "RuleArn",
	.rules = rules,
	.rule_count = ARRAY_LENGTH(rules),
	.want = rule_want,
	.body = rule_body,
	.requests = rule_requests,
	.tags_reading = &reading_rule_tags,
	.list = &reading_rules,
	.state_reading = &reading_rule_state,
};
