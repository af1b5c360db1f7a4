#include "pass/apply.h"

#include <stdlib.h>

#include "common/json.h"
#include "pass/pauses.h"
#include "scripted.h"

#include "../check.h"

/* A service whose answer never tells whose the thing is. */

static json_t *no_params(const struct view *view, const struct subject *subject)
{
	(void)view, (void)subject;
	return json_must(json_object());
}

static bool heard_nothing(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	(void)hearing, (void)reply, (void)error;
	return true;
}

static const struct reading silent = {
	.service = "ecs",
	.operation = "ListTagsForResource",
	.params = no_params,
	.heard = heard_nothing,
};

static void write_it(const struct view *view, const struct change *change, struct requests *out)
{
	(void)view, (void)change;
	requests_add(out, "ecs", "UpdateCluster", json_must(json_object()));
}

static const struct kind kind = {
	.name = "thing",
	.tagged = true,
	.requests = write_it,
	.tags_reading = &silent,
};

static void note_end(void *data)
{
	++*(int *)data;
}

static void what_stays_unknown_is_asked_once(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct scripted *scripted = scripted_new();
	struct error error = { 0 };
	struct aws *aws = aws_new(&(struct aws_options){ .transport = scripted_transport(scripted) }, &error);
	struct observed observed = { .arena = arena };
	struct view view = { .arena = arena, .owner = "default", .observed = &observed };
	struct resource *have = observed_add(&observed, &kind, "one", NULL, "arn:one");
	struct action action = {
		.verb = VERB_UPDATE, .kind = &kind, .name = "one", .have = have, .want = have
	};
	struct action *actions[] = { &action };
	struct plan plan = { .arena = arena, .observed = &observed, .actions = actions, .action_count = 1 };
	struct pauses pauses = { .arena = arena, .transport = scripted_transport(scripted) };
	int ended = 0;

	have->tags_read = TAGS_LATE;
	scripted_say(scripted, (struct scripted_answer){ .status = 200, .body = "{}", .for_ever = true });
	apply_plans(arena,
		&(struct apply_options){
			.line = { .aws = aws, .region = "us-east-1", .pauses = &pauses },
			.view = &view,
			.plan = &plan,
		},
		1, note_end, &ended);
	scripted_run_until(scripted, scripted_now(scripted) + 1);
	CHECK_NUMBER(ended, 1);
	CHECK_NUMBER(scripted_count(scripted), 1);
	CHECK(action.outcome == OUTCOME_FAILED);
	CHECK_TEXT(action.error,
		"its tags were asked for and did not become known (ecs ListTagsForResource): nothing was written");
	aws_free(aws);
	scripted_free(scripted);
}

int main(void)
{
	setenv("AWS_ACCESS_KEY_ID", "AKIATEST", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	what_stays_unknown_is_asked_once();
	return check_end();
}
