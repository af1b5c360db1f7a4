#include "rules.h"

#include <string.h>

#include "common/text.h"

/* What ECR wants of the rules of a lifecycle policy beyond what each member is by itself. */

/* AWS's limit for the document, and how many "*" a pattern of tags may have. */
enum { DOCUMENT_MOST = 30720, WILDCARDS_MOST = 4 };

static const char *status_of(const json_t *rule)
{
	return json_text_of(json_object_get(rule, "selection"), "tagStatus", "");
}

/* ECR keeps archived images in a class of their own, with a rule for any image of each. */
static const char *class_of(const json_t *rule)
{
	return json_text_of(json_object_get(rule, "selection"), "storageClass", "standard");
}

static void check_priority(struct reader *reader, const struct spot *spot, const json_t *rules, size_t at)
{
	json_int_t priority = json_integer_of(json_array_get(rules, at), "rulePriority", 0);

	for (size_t i = 0; priority && i < at; i++)
		if (json_integer_of(json_array_get(rules, i), "rulePriority", 0) == priority) {
			fault_at(reader, MEMBER(ELEMENT(spot, at), "rulePriority"), AT_VALUE,
				arena_printf(reader->arena, "\"rulePriority\" %lld comes twice",
					(long long)priority),
				"give each rule a number of its own");
			return;
		}
}

/* Whatever comes behind a rule for any image would never be looked at. */
static void check_any(struct reader *reader, const struct spot *spot, const json_t *rules, size_t at)
{
	const json_t *rule = json_array_get(rules, at);
	json_int_t priority = json_integer_of(rule, "rulePriority", 0);

	for (size_t i = 0; i < json_array_size(rules) && strcmp(status_of(rule), "any") == 0; i++) {
		const json_t *other = json_array_get(rules, i);
		bool same = strcmp(class_of(rule), class_of(other)) == 0;

		if (!same || json_integer_of(other, "rulePriority", 0) <= priority)
			continue;
		fault_at(reader, MEMBER(ELEMENT(spot, at), "rulePriority"), AT_VALUE,
			"the rule for \"any\" image is not the last one",
			"give it the highest \"rulePriority\" of all, and have one such rule alone");
		return;
	}
}

static bool has_entries(const json_t *selection, const char *key)
{
	return json_array_size(json_object_get(selection, key)) > 0;
}

/* Tagged images are named by their tags, and no others are. */
static void check_tags_of(struct reader *reader, const struct spot *spot, const json_t *selection)
{
	const char *status = json_text_of(selection, "tagStatus", "");
	bool prefixes = has_entries(selection, "tagPrefixList"),
	     patterns = has_entries(selection, "tagPatternList");

	if (strcmp(status, "tagged") == 0 && !prefixes && !patterns)
		fault_at(reader, MEMBER(spot, "tagStatus"), AT_VALUE,
			"\"tagged\", and nothing says with which tags",
			"write \"tagPatternList\": [\"*\"] for all of them");
	if (strcmp(status, "tagged") == 0 && prefixes && patterns)
		fault_at(reader, MEMBER(spot, "tagPrefixList"), AT_KEY,
			"\"tagPrefixList\" beside \"tagPatternList\"", "keep one of the two");
	if (strcmp(status, "tagged") != 0 && *status && (prefixes || patterns))
		fault_at(reader, MEMBER(spot, prefixes ? "tagPrefixList" : "tagPatternList"), AT_KEY,
			arena_printf(reader->arena, "a list of tags with \"tagStatus\": %s",
				quoted(reader, status)),
			"write \"tagStatus\": \"tagged\", or leave the list out");
}

static void check_wildcards(struct reader *reader, const struct spot *spot, const json_t *patterns)
{
	for (size_t i = 0; i < json_array_size(patterns); i++) {
		const char *text = json_string_value(json_array_get(patterns, i));
		size_t wildcards = 0;

		for (const char *at = text; at && *at; at++)
			wildcards += *at == '*';
		if (wildcards > WILDCARDS_MOST)
			fault_at(reader, ELEMENT(spot, i), AT_VALUE,
				arena_printf(
					reader->arena, "%s has %zu \"*\"", quoted(reader, text), wildcards),
				arena_printf(reader->arena, "write at most %d", WILDCARDS_MOST));
	}
}

/* What is counted in days says so; what is counted by number has no unit. */
static void check_count(struct reader *reader, const struct spot *spot, const json_t *selection)
{
	const char *type = json_text_of(selection, "countType", ""),
		   *unit = json_text_of(selection, "countUnit", NULL);
	bool days = text_starts(type, "sinceImage");

	if (days && !unit)
		fault_at(reader, MEMBER(spot, "countType"), AT_VALUE,
			arena_printf(reader->arena, "%s without a \"countUnit\"", quoted(reader, type)),
			"write \"countUnit\": \"days\"");
	if (strcmp(type, "imageCountMoreThan") == 0 && unit)
		fault_at(reader, MEMBER(spot, "countUnit"), AT_KEY,
			"\"countUnit\" beside \"imageCountMoreThan\", which counts images", "leave it out");
}

static void check_action(struct reader *reader, const struct spot *spot, const json_t *action)
{
	bool moves = strcmp(json_text_of(action, "type", ""), "transition") == 0;
	const char *to = json_text_of(action, "targetStorageClass", NULL);

	if (moves && !to)
		fault_at(reader, MEMBER(spot, "type"), AT_VALUE, "\"transition\", and nothing says where to",
			"write \"targetStorageClass\": \"archive\"");
	if (!moves && to)
		fault_at(reader, MEMBER(spot, "targetStorageClass"), AT_KEY,
			"\"targetStorageClass\" in an action that moves nothing",
			"write \"type\": \"transition\", or leave it out");
}

static void check_document(struct reader *reader, const struct spot *spot, const json_t *rules)
{
	size_t length = length_as_json(rules);

	if (length > DOCUMENT_MOST)
		fault_at(reader, spot, AT_KEY,
			arena_printf(reader->arena, "the policy comes to %zu characters", length),
			arena_printf(reader->arena, "write at most %d: shorter descriptions, or fewer rules",
				DOCUMENT_MOST));
}

void check_lifecycle_rules(struct reader *reader, const struct spot *spot, const json_t *rules)
{
	for (size_t i = 0; i < json_array_size(rules); i++) {
		const struct spot *rule = ELEMENT(spot, i), *selection = MEMBER(rule, "selection");
		const json_t *written = json_object_get(json_array_get(rules, i), "selection");

		check_priority(reader, spot, rules, i);
		check_any(reader, spot, rules, i);
		check_tags_of(reader, selection, written);
		check_wildcards(reader, MEMBER(selection, "tagPatternList"),
			json_object_get(written, "tagPatternList"));
		check_count(reader, selection, written);
		check_action(
			reader, MEMBER(rule, "action"), json_object_get(json_array_get(rules, i), "action"));
	}
	if (rules)
		check_document(reader, spot, rules);
}
