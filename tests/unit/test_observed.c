#include "model/observed.h"

#include <stdio.h>

#include "kinds/kinds.h"
#include "model/tags.h"

#include "../check.h"

enum { MANY = 50000 };

static struct tags tagged_with(struct arena *arena, const char *owner)
{
	struct tags tags = { 0 };

	tags_set(arena, &tags, TAG_OWNER, owner);
	return tags;
}

/* Named again it is the same one, with all that was read of it. */
static void each_identity_once(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct observed observed = { .arena = arena };
	struct resource *first = observed_add(&observed, &kind_rule, "no1", NULL, "arn:no1");

	first->tags_read = TAGS_STRONG;
	CHECK(observed_add(&observed, &kind_rule, "no1", NULL, "arn:no1") == first);
	CHECK(first->tags_read == TAGS_STRONG);
	CHECK_NUMBER(observed.all.count, 1);
	/* Kind, name and id are each a part of it. */
	CHECK(observed_add(&observed, &kind_cluster, "no1", NULL, "arn:no1") != first);
	CHECK(observed_add(&observed, &kind_rule, "no2", NULL, "arn:no2") != first);
	CHECK(observed_add(&observed, &kind_target, "no1", "a", "") !=
		observed_add(&observed, &kind_target, "no1", "b", ""));
	CHECK(observed_add(&observed, &kind_target, "no", "1a", "") !=
		observed_add(&observed, &kind_target, "no1", "a", ""));
	CHECK_NUMBER(observed.all.count, 6);
}

static void an_arn_is_kept(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct observed observed = { .arena = arena };

	observed_add(&observed, &kind_rule, "no1", NULL, "");
	CHECK_TEXT(observed_add(&observed, &kind_rule, "no1", NULL, "arn:no1")->arn, "arn:no1");
	CHECK_TEXT(observed_add(&observed, &kind_rule, "no1", NULL, "")->arn, "arn:no1");
}

/* It goes on being found when the list has been sorted and the table has grown. */
static void however_many(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct observed observed = { .arena = arena };
	char name[32];

	for (int again = 0; again < 2; again++) {
		for (int i = MANY; i-- > 0;) {
			snprintf(name, sizeof name, "rule-%d", i);
			observed_add(&observed, &kind_rule, name, NULL, name);
			observed_add_tagged(&observed, name, tagged_with(arena, again ? "second" : "first"));
		}
		observed_sort(&observed);
		CHECK_NUMBER(observed.all.count, MANY);
		CHECK_NUMBER(observed.tagged_count, MANY);
	}
	/* What was known of it stays, though the tagging API says otherwise now. */
	CHECK_TEXT(tags_value(&resources_find(&observed.all, &kind_rule, "rule-7", NULL)->tags, TAG_OWNER),
		"first");
	CHECK_TEXT(tags_value(observed_tags(&observed, "rule-7"), TAG_OWNER), "second");
	CHECK(!observed_tags(&observed, "rule-"));
}

static void each_question_once(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct observed observed = { .arena = arena };
	struct resource *rule = observed_add(&observed, &kind_rule, "no1", NULL, "arn:no1");
	struct subject name = { .name = "no1" }, thing = { .name = "no1", .resource = rule };

	CHECK(observed_ask(&observed, &reading_targets, &name));
	CHECK(!observed_ask(&observed, &reading_targets, &name));
	CHECK(observed_ask(&observed, &reading_users, &name));
	CHECK(observed_ask(&observed, kind_rule.tags_reading, &thing));
	CHECK(!observed_ask(&observed, kind_rule.tags_reading, &thing));
}

int main(void)
{
	each_identity_once();
	an_arn_is_kept();
	however_many();
	each_question_once();
	return check_end();
}
