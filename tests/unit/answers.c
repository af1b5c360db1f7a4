#include "answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

/* What each operation is asked about, and what it says where there is nothing. */
static const struct operation {
	const char *name, *subject; /* the member that names the subject; NULL = none */
	const char *nothing; /* the answer where no row fits; NULL: an error */
	const char *code;
	bool form; /* asked as a form, answered in XML */
} operations[] = {
	{ "GetResources", NULL, "{\"ResourceTagMappingList\": []}", NULL, false },
	{ "ListRules", NULL, "{\"Rules\": []}", NULL, false },
	{ "ListTargetsByRule", "Rule", "{\"Targets\": []}", NULL, false },
	{ "ListRuleNamesByTarget", "TargetArn", "{\"RuleNames\": []}", NULL, false },
	{ "ListClusters", NULL, "{\"clusterArns\": []}", NULL, false },
	{ "ListTaskDefinitions", "familyPrefix", "{\"taskDefinitionArns\": []}", NULL, false },
	{ "DescribeTaskDefinition", "taskDefinition", NULL, "ClientException", false },
	{ "DescribeClusters", "clusters", "{\"clusters\": [], \"failures\": []}", NULL, false },
	{ "DescribeRepositories", "repositoryNames", NULL, "RepositoryNotFoundException", false },
	{ "GetLifecyclePolicy", "repositoryName", NULL, "LifecyclePolicyNotFoundException", false },
	{ "DescribeLogGroups", "logGroupNamePrefix", "{\"logGroups\": []}", NULL, false },
	{ "GetCallerIdentity", NULL, NULL, NULL, true },
	{ "GetRole", "RoleName", NULL, "NoSuchEntity", true },
	{ "ListAttachedRolePolicies", "RoleName", "{\"AttachedPolicies\": [], \"IsTruncated\": \"false\"}",
		NULL, true },
};

const char *answers_operation(const struct scripted_request *request)
{
	const char *dot = strrchr(request->target, '.');

	return dot ? dot + 1 : request->target;
}

/* The part of an ARN behind its account; any other text as it is. */
static const char *tail_of(const char *text)
{
	for (int colons = 0; strncmp(text, "arn:", 4) == 0 || (colons && colons < 5); colons++) {
		const char *colon = strchr(text, ':');

		if (!colon)
			break;
		text = colon + 1;
	}
	return text;
}

/* The value of one member of a form; the names in these tests need no decoding. */
static const char *form_value(struct arena *arena, const char *body, const char *name)
{
	const char *found = strstr(body, arena_printf(arena, "&%s=", name));

	found = found ? found + strlen(name) + 2 : "";
	return arena_copy_n(arena, found, strcspn(found, "&"));
}

static const char *json_subject(struct arena *arena, const char *body, const char *name)
{
	json_t *params = json_loads(body, 0, NULL), *value = json_object_get(params, name), *first;
	const char *text;

	/* ListTagsForResource spells its one member in two ways. */
	if (!value)
		value = json_object_get(params, strcmp(name, "ResourceARN") == 0 ? "resourceArn" : name);
	first = json_is_array(value) ? json_array_get(value, 0) : value;
	text = arena_copy(arena, tail_of(json_is_string(first) ? json_string_value(first) : ""));
	json_decref(params);
	return text;
}

static const char *subject_of(
	struct arena *arena, const struct scripted_request *request, const struct operation *operation)
{
	const char *member = operation ? operation->subject : "ResourceARN";

	if (!member)
		return "";
	return operation && operation->form ? form_value(arena, request->body, member)
					    : json_subject(arena, request->body, member);
}

static bool row_is(const json_t *row, const char *operation, const char *subject)
{
	return strcmp(json_text_of(row, "operation", ""), operation) == 0 &&
	       strcmp(json_text_of(row, "subject", subject), subject) == 0;
}

static json_t *find_row(const json_t *rows, const char *operation, const char *subject)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (row_is(row, operation, subject))
			return row;
	return NULL;
}

static void add_escaped(struct text *out, const char *text)
{
	for (; *text; text++)
		if (strchr("<>&", *text))
			text_printf(out, "&#%d;", *text);
		else
			text_add_char(out, *text);
}

static void add_xml(struct text *out, const json_t *value)
{
	const char *key;
	json_t *each;
	size_t i;

	if (json_is_string(value))
		add_escaped(out, json_string_value(value));
	json_object_foreach ((json_t *)(uintptr_t)value, key, each) {
		text_printf(out, "<%s>", key);
		add_xml(out, each);
		text_printf(out, "</%s>", key);
	}
	json_array_foreach (value, i, each) {
		text_add(out, "<member>");
		add_xml(out, each);
		text_add(out, "</member>");
	}
}

static const char *body_of(struct arena *arena, const struct operation *operation, const json_t *reply)
{
	CLEANUP_TEXT struct text out = { 0 };

	if (!operation || !operation->form)
		return json_canonical(arena, reply);
	text_printf(&out, "<%sResponse><%sResult>", operation->name, operation->name);
	add_xml(&out, reply);
	text_printf(&out, "</%sResult></%sResponse>", operation->name, operation->name);
	return arena_copy(arena, text_string(&out));
}

static void refuse(struct answers *answers, struct scripted_answer *answer, const struct operation *operation,
	long status, const char *code, const char *message)
{
	answer->status = status;
	if (operation && operation->form)
		answer->body = arena_printf(answers->arena,
			"<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>",
			code, message);
	else
		answer->body =
			arena_printf(answers->arena, "{\"__type\":\"%s\",\"message\":\"%s\"}", code, message);
}

static const struct operation *find_operation(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(operations); i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	return NULL;
}

/* What the tagging API says of it; NULL where it says nothing. */
static json_t *tagged(const struct answers *answers, const char *subject)
{
	const json_t *list =
		json_object_get(json_object_get(find_row(answers->rows, "GetResources", ""), "reply"),
			"ResourceTagMappingList");
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (strcmp(tail_of(json_text_of(item, "ResourceARN", "")), subject) == 0)
			return json_object_get(item, "Tags");
	return NULL;
}

/* Tags read from a resource's own service: where no row says otherwise, the same. */
static json_t *tags_of(const struct answers *answers, const char *subject)
{
	const char *member = strncmp(subject, "rule/", 5) == 0 ? "Tags" : "tags";
	json_t *tags = tagged(answers, subject);

	return tags ? json_pack("{s:O}", member, tags) : json_object();
}

/* What nobody has to write down: who is asking, what its tags are, and that something is not there. */
static void answer_by_itself(
	struct answers *answers, struct scripted_answer *answer, const char *name, const char *subject)
{
	const struct operation *operation = find_operation(name);
	json_t *reply;

	if (strcmp(name, "GetCallerIdentity") == 0)
		reply = json_pack("{s:s, s:s, s:s}", "Account", answers->account, "UserId", "AIDATEST", "Arn",
			"arn:aws:iam::123456789012:user/test");
	else if (strcmp(name, "DescribeTaskDefinition") == 0 && tagged(answers, subject))
		reply = json_pack("{s:{s:s}, s:O}", "taskDefinition", "status", "ACTIVE", "tags",
			tagged(answers, subject));
	else if (strcmp(name, "ListTagsForResource") == 0)
		reply = tags_of(answers, subject);
	else if (operation && operation->nothing)
		reply = json_loads(operation->nothing, 0, NULL);
	else {
		answers->unknown += !operation;
		refuse(answers, answer, operation, 400,
			operation ? operation->code : "UnknownOperationException",
			"Unable to describe task definition: not there");
		return;
	}
	answer->body = body_of(answers->arena, operation, reply);
	json_decref(reply);
}

void answers_serve(const struct scripted_request *request, struct scripted_answer *answer, void *data)
{
	struct answers *answers = data;
	const char *name = answers_operation(request);
	const struct operation *operation = find_operation(name);
	const char *subject = subject_of(answers->arena, request, operation);
	const json_t *row = find_row(answers->rows, name, subject), *error;

	*answer = (struct scripted_answer){ .status = 200, .delay = 0.01 };
	error = json_object_get(row, "error");
	if (error)
		refuse(answers, answer, operation, (long)json_integer_of(error, "status", 400),
			json_text_of(error, "code", ""), json_text_of(error, "message", ""));
	else if (json_object_get(row, "reply"))
		answer->body = body_of(answers->arena, operation, json_object_get(row, "reply"));
	else
		answer_by_itself(answers, answer, name, subject);
}

/* Goes down one step of a pointer; "~1" in it is a slash. */
static json_t *step_into(json_t *value, const char *step)
{
	return json_is_array(value) ? json_array_get(value, (size_t)atoi(step))
				    : json_object_get(value, step);
}

static const char *unescaped(struct arena *arena, const char *step, size_t length)
{
	char *text = arena_copy_n(arena, step, length), *to = text;

	for (const char *from = text; *from; from++)
		if (from[0] == '~' && (from[1] == '0' || from[1] == '1'))
			*to++ = *++from == '1' ? '/' : '~';
		else
			*to++ = *from;
	*to = '\0';
	return text;
}

static void put(json_t *into, const char *step, json_t *value)
{
	if (json_is_array(into) && strcmp(step, "-") == 0)
		json_add(into, json_incref(value));
	else if (json_is_array(into) && json_is_null(value))
		json_array_remove(into, (size_t)atoi(step));
	else if (json_is_array(into))
		json_array_set(into, (size_t)atoi(step), value);
	else if (json_is_null(value))
		json_object_del(into, step);
	else
		json_put(into, step, json_incref(value));
}

static void set_at(struct arena *arena, json_t *document, const char *pointer, json_t *value)
{
	for (const char *at = pointer; *at == '/';) {
		size_t length = strcspn(at + 1, "/");
		const char *step = unescaped(arena, at + 1, length);

		at += 1 + length;
		if (*at)
			document = step_into(document, step);
		else
			put(document, step, value);
		if (!document) {
			fprintf(stderr, "no place %s in this answer\n", pointer);
			abort();
		}
	}
}

static void change_row(struct arena *arena, json_t *rows, const json_t *change)
{
	const char *operation = json_text_of(change, "operation", ""),
		   *subject = json_text_of(change, "subject", "");
	json_t *row = find_row(rows, operation, subject), *set = json_object_get(change, "set"), *value;
	const char *pointer;

	if (!row) {
		json_add(rows, json_deep_copy(change));
		row = json_array_get(rows, json_array_size(rows) - 1);
	}
	if (json_object_get(change, "reply") || json_object_get(change, "error")) {
		json_object_del(row, "reply");
		json_object_del(row, "error");
		json_object_update(row, (json_t *)(uintptr_t)change);
	}
	json_object_foreach (set, pointer, value)
		set_at(arena, json_object_get(row, "reply"), pointer, value);
}

void answers_change(json_t *rows, const json_t *changes)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	json_t *change;
	size_t i;

	json_array_foreach (changes, i, change)
		change_row(arena, rows, change);
}
