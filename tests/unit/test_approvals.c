#include "state/approvals.h"

#include <string.h>

#include "common/json.h"
#include "state/state.h"

#include "../check.h"

/* What a person let pass: for one plan, for one hour, once. */

enum { NOW = 100000, HOUR = 3600 };

static const char *const arns[] = { "arn:a", "arn:b" };

struct world {
	struct state *state;
	struct approvals *approvals;
};

static struct world begin(void)
{
	struct state *state = state_open("aws", NULL);

	return (struct world){ state, state_approvals(state) };
}

/* As another program finds it that starts now. */
static void anew(struct world *world)
{
	CHECK(state_save(world->state, true, NULL));
	state_close(world->state);
	*world = begin();
}

static void end(struct world *world)
{
	char command[128];

	snprintf(command, sizeof command, "rm -f %s/*", state_directory(world->state));
	state_close(world->state);
	CHECK(system(command) == 0);
}

static void give(const struct world *world, const char *plan, time_t now)
{
	CLEANUP(json_decrefp) json_t *names = json_pack("[s,s]", arns[0], arns[1]);

	CHECK(approvals_give(world->approvals, plan, "alice", names, now, NULL));
}

static bool is_given(const struct world *world, const char *plan, time_t now)
{
	struct approval approval;

	return approvals_find(world->approvals, plan, now, &approval);
}

static void use(const struct world *world, const char *plan, time_t now)
{
	struct approval approval;

	if (CHECK(approvals_find(world->approvals, plan, now, &approval)))
		approvals_use(world->approvals, &approval, arns, ARRAY_LENGTH(arns));
}

static bool is_this(const char *arn, void *data)
{
	const char *const *back = data;

	return *back && strcmp(arn, *back) == 0;
}

/* A pass in which this has come back (NULL: nothing has). */
static void review(const struct world *world, time_t now, const char *back)
{
	approvals_review(world->approvals, now, is_this, &back);
}

static void for_one_hour(void)
{
	struct world world = begin();
	struct approval approval;

	CHECK(!is_given(&world, "plan", NOW));
	give(&world, "plan", NOW);
	anew(&world);
	if (CHECK(approvals_find(world.approvals, "plan", NOW, &approval))) {
		CHECK_TEXT(approval.by, "alice");
		CHECK_NUMBER(approval.at, NOW);
	}
	CHECK(is_given(&world, "plan", NOW + HOUR - 1) && !is_given(&world, "plan", NOW + HOUR));
	CHECK(!is_given(&world, "other", NOW));
	/* What is over goes with the next one. */
	give(&world, "other", NOW + HOUR);
	CHECK_NUMBER(json_object_size(world.approvals->given.json), 1);
	end(&world);
}

static void once(void)
{
	struct world world = begin();

	give(&world, "plan", NOW);
	use(&world, "plan", NOW);
	anew(&world);
	CHECK(!is_given(&world, "plan", NOW));
	CHECK(approvals_await(world.approvals, "arn:a", NOW));
	approvals_disabled(world.approvals, "arn:a", NOW + 1);
	approvals_deleted(world.approvals, "arn:b");
	review(&world, NOW + 2, NULL);
	CHECK(!is_given(&world, "plan", NOW + 2));
	/* A second one, though it be of the same second. */
	give(&world, "plan", NOW);
	CHECK(is_given(&world, "plan", NOW));
	end(&world);
}

static void the_rest_of_a_plan(void)
{
	struct world world = begin();

	give(&world, "plan", NOW);
	use(&world, "plan", NOW);
	approvals_disabled(world.approvals, "arn:a", NOW + 10);
	anew(&world);
	/* What was disabled is deleted whenever its grace is over, not what left again later. */
	CHECK(!approvals_await(world.approvals, "arn:a", NOW + 11));
	CHECK(approvals_cover(world.approvals, "arn:a", NOW + 10));
	CHECK(!approvals_cover(world.approvals, "arn:a", NOW + 11));
	review(&world, NOW + 100 * HOUR, NULL);
	CHECK(approvals_cover(world.approvals, "arn:a", NOW + 10));
	/* What could not be disabled within the hour is out of it. */
	CHECK(!approvals_know(world.approvals, "arn:b") && !approvals_cover(world.approvals, "arn:b", NOW));
	CHECK_NUMBER(json_object_size(json_object_get(world.approvals->used.json, "plans")), 1);
	approvals_deleted(world.approvals, "arn:a");
	review(&world, NOW + 100 * HOUR, NULL);
	CHECK(!approvals_any(world.approvals, NOW + 100 * HOUR));
	end(&world);
}

static void what_came_back(void)
{
	struct world world = begin();

	give(&world, "plan", NOW);
	use(&world, "plan", NOW);
	approvals_disabled(world.approvals, "arn:a", NOW);
	review(&world, NOW, "arn:a");
	CHECK(!approvals_know(world.approvals, "arn:a") && approvals_await(world.approvals, "arn:b", NOW));
	review(&world, NOW, "arn:b");
	CHECK(!approvals_await(world.approvals, "arn:b", NOW));
	/* Before it was used: the plan is another one now. */
	give(&world, "second", NOW);
	review(&world, NOW, "arn:c");
	CHECK(is_given(&world, "second", NOW));
	review(&world, NOW, "arn:b");
	CHECK(!is_given(&world, "second", NOW));
	give(&world, "second", NOW);
	CHECK(is_given(&world, "second", NOW));
	end(&world);
}

static void in_a_second_plan(void)
{
	struct world world = begin();
	const struct approval second = { "second", "bob", NOW + 60 };
	const char *const overlapping[] = { "arn:b", "arn:c" };

	give(&world, "plan", NOW);
	use(&world, "plan", NOW);
	approvals_use(world.approvals, &second, overlapping, ARRAY_LENGTH(overlapping));
	/* The first one's hour is over, the second one's is not. */
	CHECK(!approvals_await(world.approvals, "arn:a", NOW + HOUR));
	CHECK(approvals_await(world.approvals, "arn:b", NOW + HOUR));
	CHECK(approvals_await(world.approvals, "arn:c", NOW + HOUR));
	end(&world);
}

/* A file that somebody spoilt approves nothing. */
static void spoilt(void)
{
	static const char *const texts[] = {
		"{\"given\": 1}",
		"{\"plan\": 200000}",
		"{\"plan\": {\"at\": 9223372036854775807}, \"plans\": {\"plan\": {\"at\": 200000}}}",
		"{\"plan\": {\"at\": -9223372036854775807, \"by\": 7, \"arns\": 7}}",
		"{\"plan\": {\"at\": \"now\", \"arns\": [7]}}",
		"{\"plans\": [], \"arns\": {\"arn:a\": 7, \"arn:b\": {\"plan\": 7, \"disabled\": \"x\"}}}",
		"{\"plans\": {\"plan\": 7}, \"arns\": []}",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct world world = begin();

		json_decref(world.approvals->given.json);
		world.approvals->given.json = json_loads(texts[i], 0, NULL);
		json_decref(world.approvals->used.json);
		world.approvals->used.json = json_loads(texts[i], 0, NULL);
		CHECK(!is_given(&world, "plan", NOW));
		review(&world, NOW, "arn:c");
		CHECK(!approvals_await(world.approvals, "arn:a", NOW));
		CHECK(!approvals_cover(world.approvals, "arn:b", NOW));
		approvals_disabled(world.approvals, "arn:a", NOW);
		approvals_deleted(world.approvals, "arn:b");
		give(&world, "plan", NOW);
		use(&world, "plan", NOW);
		CHECK(approvals_await(world.approvals, "arn:a", NOW));
		end(&world);
	}
}

int main(void)
{
	char directory[] = "/tmp/test-approvals-XXXXXX";

	CHECK(mkdtemp(directory) != NULL);
	setenv("STATE_DIRECTORY", directory, 1);
	for_one_hour();
	once();
	the_rest_of_a_plan();
	what_came_back();
	in_a_second_plan();
	spoilt();
	CHECK(remove(directory) == 0);
	return check_end();
}
