#include <stdlib.h>
#include <string.h>

#include "arns.h"
#include "common/json.h"
#include "common/text.h"
#include "desired.h"
#include "kinds.h"
#include "model/tags.h"

/* CloudWatch log group with its retention; an app that names no retention leaves it as it is. */

static const struct field_rule rules[] = {
	{ .path = "retentionInDays", .declared = true },
};

static void want_log_group(const struct view *view, struct resources *all, struct app *app)
{
	if (!app->log_group.use.unused)
		want_of_app(view, all, &kind_log_group, app, &app->log_group.use);
}

static void log_group_want(const struct view *view, struct resources *all)
{
	want_of_apps(view, all, site_shares, want_log_group);
}

#define RETENTION offsetof(struct app, log_group.retention_in_days)

static const struct wish *retention(const struct resource *want)
{
	return wish_of_apps(want, RETENTION);
}

/*
 * A retention policy of the account overrides each group's own: AWS takes another retention without a word
 * and goes on answering the policy's days. So there is nothing to write, at each pass anew, and something to
 * say.
 */
static bool is_overruled(const struct view *view, const struct resource *want)
{
	const struct resource *have = resources_find(&view->observed->all, &kind_log_group, want->name, NULL);

	return have && have->overruled_by;
}

static json_t *log_group_body(const struct view *view, const struct resource *want)
{
	const struct wish *days = retention(want);
	json_t *body = json_must(json_object());

	if (days->is == WISH_VALUE && !is_overruled(view, want))
		json_put(body, "retentionInDays", json_deep_copy(days->value));
	return body;
}

static void log_group_finish(const struct view *view, const struct resource *want, struct fields *fields)
{
	if (retention(want)->is == WISH_REMOVED && !is_overruled(view, want))
		fields_add_removed(view->arena, fields, "retentionInDays");
}

static void log_group_remark(const struct view *view, const struct resource *want,
	const struct resource *have, struct notes *notes)
{
	const struct wish *days = retention(want);
	const char *live = fields_value(&have->fields, "retentionInDays"), *asked = "no retention";

	if (days->is == WISH_VALUE)
		asked = arena_printf(view->arena, "%d days", (int)json_integer_value(days->value));
	if (!have->overruled_by || !days->is ||
		(live && days->is == WISH_VALUE && atoi(live) == json_integer_value(days->value)))
		return;
	notes_add(view->arena, notes,
		(struct note){
			.app = app_that_wishes(want, RETENTION)->name,
			.kind = want->kind->name,
			.name = want->name,
			.overruled = true,
			.text = arena_printf(view->arena,
				"log-group %s: %s is asked for, and the account's retention policy \"%s\" makes it %s%s, whatever is written: it overrides a group's own",
				want->name, asked, have->overruled_by, live ? live : "never expire",
				live ? " days" : ""),
		});
}

static json_t *named(const char *name)
{
	return json_must(json_pack("{s:s}", "logGroupName", name));
}

static json_t *tags_map(const struct tags *tags)
{
	json_t *map = json_must(json_object());

	for (size_t i = 0; i < tags->count; i++)
		json_put_text(map, tags->items[i].key, tags->items[i].value);
	return map;
}

static void put_retention(const struct resource *want, struct requests *out)
{
	const struct wish *days = retention(want);
	json_t *params = named(want->name);

	if (days->is == WISH_VALUE) {
		json_put(params, "retentionInDays", json_deep_copy(days->value));
		requests_add(out, "logs", "PutRetentionPolicy", params);
	} else {
		requests_add(out, "logs", "DeleteRetentionPolicy", params);
	}
}

static void tag(const struct change *change, struct requests *out)
{
	const char *arn = change->have->arn;

	if (change->remove_tags->count)
		requests_add(out, "logs", "UntagResource",
			json_must(json_pack("{s:s, s:o}", "resourceArn", arn, "tagKeys",
				tags_keys(change->remove_tags))));
	/* This service takes tags as a map. */
	if (change->set_tags->count)
		requests_add(out, "logs", "TagResource",
			json_must(json_pack(
				"{s:s, s:o}", "resourceArn", arn, "tags", tags_map(change->set_tags))));
}

static void log_group_requests(const struct view *view, const struct change *change, struct requests *out)
{
	const struct resource *want = change->want;
	json_t *params;

	(void)view;
	if (change->verb == VERB_DELETE) {
		requests_add(out, "logs", "DeleteLogGroup", named(change->have->name));
		return;
	}
	if (change->verb == VERB_CREATE) {
		params = named(want->name);
		json_put(params, "tags", tags_map(&want->tags));
		requests_add(out, "logs", "CreateLogGroup", params)->once = true;
	}
	if (want && (change->verb == VERB_CREATE ? retention(want)->is == WISH_VALUE
						 : changes(change, "retentionInDays")))
		put_retention(want, out);
	if (change->verb != VERB_CREATE)
		tag(change, out);
}

static json_t *log_group_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	return json_must(json_pack("{s:s}", "logGroupNamePrefix", subject->name));
}

/* The prefix finds others too; tags want the ARN without the ":*" at its end. */
static bool log_group_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	struct arena *arena = hearing->observed->arena;
	const json_t *list = reply ? listed(reply, "logGroups", "logGroupName", error) : NULL;
	json_t *one, *body;
	size_t i;

	if (reply && !list)
		return false;
	json_array_foreach (list, i, one) {
		char *arn = arena_copy(arena, json_text_of(one, "arn", ""));
		struct resource *have;

		if (strcmp(json_text_of(one, "logGroupName", ""), hearing->subject.name) != 0)
			continue;
		if (text_ends(arn, ":*"))
			arn[strlen(arn) - 2] = '\0';
		have = observed_add(hearing->observed, &kind_log_group, hearing->subject.name, NULL, arn);
		body = json_must(json_object());
		if (json_object_get(one, "retentionInDays"))
			json_put(body, "retentionInDays",
				json_incref(json_object_get(one, "retentionInDays")));
		have->overruled_by = arena_copy(arena, json_text_of(one, "retentionPolicyName", NULL));
		have->fields = fields_of(arena, rules, ARRAY_LENGTH(rules), body);
		have->content_read = true;
		json_decref(body);
	}
	return true;
}

static const struct reading reading_log_group = {
	.service = "logs",
	.operation = "DescribeLogGroups",
	.page_in = "nextToken",
	.page_out = "nextToken",
	.params = log_group_params,
	.heard = log_group_heard,
};

static const struct reading reading_log_group_tags = {
	.service = "logs",
	.operation = "ListTagsForResource",
	.params = tags_params,
	.heard = tags_heard,
};

const struct kind kind_log_group = {
	.name = "log-group",
	.shape = SHAPE_PLAIN,
	.rank = 2,
	.tagged = true,
	.name_prefix = "/fargate/",
	.removal_command = "logs delete-log-group --log-group-name",
	.tags_member = "resourceArn",
	.rules = rules,
	.rule_count = ARRAY_LENGTH(rules),
	.want = log_group_want,
	.body = log_group_body,
	.finish = log_group_finish,
	.remark = log_group_remark,
	.requests = log_group_requests,
	.tags_reading = &reading_log_group_tags,
	.by_name = &reading_log_group,
	.names_per_call = 1,
};
