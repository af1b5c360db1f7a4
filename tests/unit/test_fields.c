#include "model/fields.h"

#include "common/json.h"

#include "../check.h"

/* Normalisation and comparison, against what AWS really answers: other orders, defaults, empty members. */

static const struct field_rule rules[] = {
	{ .path = "name" },
	{ .path = "essential", .absent = "true" },
	{ .path = "size", .form = FIELD_MEMORY },
	{ .path = "units", .form = FIELD_CPU },
	{ .path = "set", .form = FIELD_SET },
	{ .path = "files", .form = FIELD_LIST },
	{ .path = "list" },
	{ .path = "things", .form = FIELD_SET },
	{ .path = "things[].type" },
	{ .path = "things[].value" },
	{ .path = "settings", .form = FIELD_PAIRS, .key = "name", .value = "value", .declared = true },
	{ .path = "environment", .form = FIELD_PAIRS, .key = "name", .value = "value" },
	{ .path = "containers", .form = FIELD_KEYED, .key = "name" },
	{ .path = "containers[].name" },
	{ .path = "containers[].ports", .form = FIELD_KEYED, .key = "containerPort+protocol" },
	{ .path = "containers[].ports[].containerPort" },
	{ .path = "containers[].ports[].hostPort", .same_as = "containerPort" },
	{ .path = "containers[].ports[].protocol", .absent = "tcp" },
	{ .path = "containers[].user", .absent = "0", .beside = "router" },
	{ .path = "labels", .form = FIELD_MAP },
	{ .path = "input", .form = FIELD_JSON },
	{ .path = "arn", .form = FIELD_IGNORED },
	{ .path = "managed", .declared = true },
};

static struct fields fields_from(struct arena *arena, const char *text)
{
	json_t *body = json_loads(text, 0, NULL);
	struct fields fields = fields_of(arena, rules, ARRAY_LENGTH(rules), body);

	CHECK(body != NULL);
	json_decref(body);
	return fields;
}

static size_t differences(const char *want, const char *have)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct fields a = fields_from(arena, want), b = fields_from(arena, have);

	return fields_compare(arena, &a, &b).count;
}

/* What AWS adds one day, at any depth, is no difference; what a definition asks for is one, known or not. */
static void unknown_members(void)
{
	static const char known
		[] = "{\"things\": [{\"type\": \"a\", \"value\": \"b\"}, {\"type\": \"c\"}]}",
	   more[] =
		   "{\"things\": [{\"type\": \"c\", \"deep\": {\"x\": [{\"y\": 1}]}}, {\"type\": \"a\", \"value\": \"b\", \"new\": true}], \"top\": 1}";
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct fields a = fields_from(arena, known), b = fields_from(arena, more);

	CHECK_NUMBER(differences(known, more), 0);
	CHECK_NUMBER(differences(more, known), 3);
	CHECK_TEXT(fields_digest(arena, &a, true), fields_digest(arena, &b, true));
	CHECK_NUMBER(differences(known, "{\"things\": [{\"type\": \"a\", \"value\": \"b\"}]}"), 1);
	CHECK_NUMBER(differences("{\"environment\": [{\"name\": \"a\", \"value\": \"1\"}]}",
			     "{\"environment\": [{\"name\": \"a\", \"value\": \"1\", \"new\": \"x\"}]}"),
		0);
	CHECK_NUMBER(differences("{\"environment\": [{\"name\": \"a\", \"value\": \"1\", \"new\": \"x\"}]}",
			     "{\"environment\": [{\"name\": \"a\", \"value\": \"1\"}]}"),
		1);
	CHECK_NUMBER(
		differences("{\"settings\": [{\"name\": \"a\", \"value\": \"1\"}]}",
			"{\"settings\": [{\"name\": \"a\", \"value\": \"1\"}, {\"name\": \"b\", \"value\": \"2\"}]}"),
		0);
	CHECK_NUMBER(differences("{\"settings\": [{\"name\": \"a\", \"value\": \"1\"}]}",
			     "{\"settings\": [{\"name\": \"a\", \"value\": \"2\"}]}"),
		1);
}

static void same(void)
{
	CHECK_NUMBER(
		differences("{}",
			"{\"essential\": true, \"list\": [], \"labels\": {}, \"name\": null, \"set\": []}"),
		0);
	CHECK_NUMBER(differences("{\"size\": 1024, \"units\": \"0.25 vCPU\"}",
			     "{\"size\": \"1 GB\", \"units\": \"256\"}"),
		0);
	CHECK_NUMBER(differences("{\"set\": [\"b\", \"a\"]}", "{\"set\": [\"a\", \"b\"]}"), 0);
	CHECK_NUMBER(
		differences(
			"{\"environment\": [{\"name\": \"b\", \"value\": \"1\"}, {\"name\": \"a\", \"value\": \"\"}]}",
			"{\"environment\": [{\"name\": \"a\"}, {\"value\": \"1\", \"name\": \"b\"}]}"),
		0);
	CHECK_NUMBER(
		differences(
			"{\"containers\": [{\"name\": \"x\", \"ports\": [{\"containerPort\": 80}]}, {\"name\": \"y\"}]}",
			"{\"containers\": [{\"name\": \"y\"}, {\"name\": \"x\", \"ports\": [{\"containerPort\": 80, \"hostPort\": 80, \"protocol\": \"tcp\"}]}]}"),
		0);
	CHECK_NUMBER(
		differences("{\"containers\": [{\"name\": \"x\", \"router\": {\"type\": \"fluentbit\"}}]}",
			"{\"containers\": [{\"name\": \"x\", \"user\": \"0\", \"router\": {\"type\": \"fluentbit\"}}]}"),
		0);
	CHECK_NUMBER(differences("{\"containers\": [{\"name\": \"x\"}]}",
			     "{\"containers\": [{\"name\": \"x\", \"user\": \"0\"}]}"),
		1);
	CHECK_NUMBER(differences("{\"Name\": \"x\"}", "{\"name\": \"x\", \"arn\": \"arn:aws:x\"}"), 0);
	CHECK_NUMBER(differences("{\"input\": \"{\\\"a\\\": {\\\"b\\\": 1}, \\\"e\\\": []}\"}",
			     "{\"input\": \"{ \\\"a\\\" : {\\\"b\\\":1}}\"}"),
		0);
	CHECK_NUMBER(differences("{\"input\": \"not JSON\"}", "{\"input\": \"not JSON\"}"), 0);
	CHECK_NUMBER(differences("{}", "{\"input\": \"\"}"), 0);
	CHECK_NUMBER(differences("{}", "{\"input\": \"{}\"}"), 0);
	/* What nobody knows and only AWS says is no difference; what the definition says always counts. */
	CHECK_NUMBER(differences("{}", "{\"brandNew\": {\"mode\": \"fast\"}}"), 0);
	CHECK_NUMBER(differences("{}", "{\"managed\": \"yes\"}"), 0);
}

static void different(void)
{
	CHECK_NUMBER(differences("{\"list\": [\"b\", \"a\"]}", "{\"list\": [\"a\", \"b\"]}"), 1);
	CHECK_NUMBER(differences("{\"files\": [{\"v\": \"b\"}, {\"v\": \"a\"}]}",
			     "{\"files\": [{\"v\": \"a\"}, {\"v\": \"b\"}]}"),
		1);
	/* A variable without a value is there all the same. */
	CHECK_NUMBER(differences("{\"environment\": [{\"name\": \"a\", \"value\": \"\"}]}", "{}"), 1);
	CHECK_NUMBER(differences("{}", "{\"environment\": [{\"name\": \"a\"}]}"), 1);
	CHECK_NUMBER(differences("{}", "{\"essential\": false}"), 1);
	CHECK_NUMBER(differences("{\"managed\": \"yes\"}", "{}"), 1);
	CHECK_NUMBER(differences("{\"brandNew\": 1}", "{}"), 1);
	CHECK_NUMBER(differences("{}", "{\"labels\": {\"k\": \"v\"}}"), 1);
	CHECK_NUMBER(differences("{}", "{\"input\": \"{\\\"a\\\": {\\\"b\\\": 1}}\"}"), 1);
	CHECK_NUMBER(differences("{\"environment\": [{\"name\": \"a\", \"value\": \"1\"}]}",
			     "{\"environment\": [{\"name\": \"a\", \"value\": \"2\"}]}"),
		1);
	/* AWS keeps the user's own text as it is, empty values too. */
	CHECK_NUMBER(
		differences(
			"{\"input\": \"{\\\"environment\\\": [{\\\"name\\\": \\\"a\\\", \\\"value\\\": \\\"\\\"}]}\"}",
			"{}"),
		1);
	CHECK_NUMBER(differences("{\"labels\": {\"k\": \"\"}}", "{\"labels\": {\"k\": \"v\"}}"), 1);
	CHECK_NUMBER(differences("{\"labels\": {\"k\": \"\"}}", "{}"), 1);
}

static void paths(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct fields fields =
		fields_from(arena, "{\"environment\": [{\"name\": \"a.b\", \"value\": \"\\u00fc "
				   "\\\"x\\\"\"}], \"labels\": {\"Com.X\": \"1\"}, \"Set\": [2, 1],"
				   "\"input\": \"{\\\"containerOverrides\\\": [{\\\"name\\\": \\\"c\\\", "
				   "\\\"environment\\\": [{\\\"name\\\": "
				   "\\\"E\\\", \\\"value\\\": \\\"v\\\"}]}]}\"}");

	CHECK_TEXT(fields_value(&fields, "environment[a.b]"), "ü \"x\"");
	CHECK_TEXT(fields_value(&fields, "labels.Com.X"), "1");
	CHECK_TEXT(fields_value(&fields, "set"), "[1,2]");
	CHECK_TEXT(fields_value(&fields, "input.containerOverrides[c].environment[E]"), "v");
	CHECK(!fields_value(&fields, "input.containerOverrides[d].name"));
}

static void removed(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct fields want = fields_from(arena, "{\"name\": \"x\"}");
	struct fields have = fields_from(arena, "{\"name\": \"x\", \"managed\": \"yes\"}");
	struct fields below = fields_from(arena, "{\"name\": \"x\", \"managed\": {\"rules\": [1]}}");
	struct differences differences;

	fields_add_removed(arena, &want, "managed");
	differences = fields_compare(arena, &want, &have);
	CHECK_NUMBER(differences.count, 1);
	CHECK_TEXT(differences.items[0].before, "yes");
	CHECK(!differences.items[0].after);
	CHECK_NUMBER(fields_compare(arena, &want, &below).count, 1);
	have = fields_from(arena, "{\"name\": \"x\"}");
	CHECK_NUMBER(fields_compare(arena, &want, &have).count, 0);
}

static void digests(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct fields a = fields_from(arena, "{\"set\": [2, 1], \"essential\": true, \"name\": \"x\"}");
	struct fields b = fields_from(arena, "{\"name\": \"x\", \"set\": [1, 2], \"brandNew\": 1}");
	struct fields c = fields_from(arena, "{\"name\": \"y\", \"set\": [1, 2]}");

	CHECK(strncmp(fields_digest(arena, &a, false), "v1-", 3) == 0);
	CHECK_NUMBER(strlen(fields_digest(arena, &a, false)), 43);
	CHECK_TEXT(fields_digest(arena, &a, true), fields_digest(arena, &b, true));
	CHECK(strcmp(fields_digest(arena, &a, false), fields_digest(arena, &b, false)) != 0);
	CHECK(strcmp(fields_digest(arena, &a, true), fields_digest(arena, &c, true)) != 0);
}

static const char *digest_of(struct arena *arena, const char *text)
{
	struct fields fields = fields_from(arena, text);

	return fields_digest(arena, &fields, false);
}

/* Tags on AWS hold digests that older programs made: what they saw right keeps its digest for ever. */
static void versions_of_the_digest(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	const char *sorted = digest_of(arena, "{\"files\": [{\"v\": \"a\"}, {\"v\": \"b\"}]}");
	const char *turned = digest_of(arena, "{\"files\": [{\"v\": \"b\"}, {\"v\": \"a\"}]}");
	const char *full = digest_of(arena, "{\"environment\": [{\"name\": \"a\", \"value\": \"1\"}]}");
	const char *empty = digest_of(arena, "{\"environment\": [{\"name\": \"a\", \"value\": \"\"}]}");

	CHECK_TEXT(sorted, "v1-aa5bba0883c6859e01a37c71c15a3aff5e87f1cb");
	CHECK_TEXT(full, "v1-4e55b9cc574a0e71a3b0656760864f002d2c7159");
	CHECK(strncmp(turned, "v2-", 3) == 0 && strncmp(empty, "v2-", 3) == 0);
	CHECK(fields_same_version(sorted, full) && fields_same_version(turned, empty));
	CHECK(!fields_same_version(sorted, turned) && !fields_same_version("v10-1", "v1-1"));
	CHECK(!fields_same_version(NULL, sorted) && !fields_same_version(sorted, NULL));
}

int main(void)
{
	unknown_members();
	same();
	different();
	paths();
	removed();
	digests();
	versions_of_the_digest();
	return check_end();
}
