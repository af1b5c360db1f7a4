#include "made.h"

/*
 * The document of `lifecyclePolicy`. ECR allows one rule that selects untagged images, and one that selects
 * any, which comes last. So the three short forms are, in this order:
 *
 *   keepUntagged     untagged: all but the newest n
 *   expireAfterDays  any: older than n days; beside keepLast, which has to be the one for any, it is a rule for
 *                    whatever is tagged, and one for what is not where keepUntagged says nothing about it
 *   keepLast         any: all but the newest n
 */

static void add_rule(json_t *rules, char *description, json_t *selection)
{
	json_add(rules, json_must(json_pack("{s:i, s:s, s:o, s:{s:s}}", "rulePriority",
				(int)json_array_size(rules) + 1, "description", description, "selection",
				selection, "action", "type", "expire")));
}

static void add_count_rule(struct reader *reader, json_t *rules, const char *status, json_int_t count)
{
	bool untagged = status[0] == 'u', one = count == 1;
	json_t *selection = json_must(json_pack("{s:s, s:s, s:I}", "tagStatus", status, "countType",
		"imageCountMoreThan", "countNumber", count));
	char *number = arena_printf(reader->arena, "%lld", (long long)count);

	add_rule(rules,
		arena_printf(reader->arena, "Keep only %s %simage%s, expire all others", one ? "one" : number,
			untagged ? "untagged " : "", one ? "" : "s"),
		selection);
}

static void add_age_rule(struct reader *reader, json_t *rules, const char *status, json_int_t days)
{
	json_t *selection = json_must(json_pack("{s:s, s:s, s:s, s:I}", "tagStatus", status, "countType",
		"sinceImagePushed", "countUnit", "days", "countNumber", days));
	const char *which = status[0] == 'a' ? "" : status[0] == 't' ? "tagged " : "untagged ";

	/* A rule for tagged images has to say which tags. */
	if (status[0] == 't')
		json_put(selection, "tagPatternList", json_pack("[s]", "*"));
	add_rule(rules,
		arena_printf(reader->arena, "Expire %simages pushed more than %lld day%s ago", which,
			(long long)days, days == 1 ? "" : "s"),
		selection);
}

json_t *lifecycle_document(struct reader *reader, const json_t *policy)
{
	json_int_t untagged = json_integer_of(policy, "keepUntagged", 0);
	json_int_t last = json_integer_of(policy, "keepLast", 0);
	json_int_t days = json_integer_of(policy, "expireAfterDays", 0);
	json_t *rules;

	if (json_is_object(json_object_get(policy, "raw"))) {
		drop_nulls(json_object_get(policy, "raw"));
		return json_incref(json_object_get(policy, "raw"));
	}
	rules = json_must(json_array());
	if (untagged > 0)
		add_count_rule(reader, rules, "untagged", untagged);
	else if (last > 0 && days > 0)
		add_age_rule(reader, rules, "untagged", days);
	if (days > 0)
		add_age_rule(reader, rules, last > 0 ? "tagged" : "any", days);
	if (last > 0)
		add_count_rule(reader, rules, "any", last);
	if (json_array_size(rules))
		return json_must(json_pack("{s:o}", "rules", rules));
	json_decref(rules);
	return NULL;
}
