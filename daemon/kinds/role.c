#include <fnmatch.h>
#include <string.h>

#include "arns.h"
#include "common/json.h"
#include "common/text.h"
#include "desired.h"
#include "kinds.h"
#include "model/tags.h"

/*
 * IAM role, as the article makes it: a trust policy that names the service, and one managed policy. Compared
 * by what has to be in it; whatever else a team trusts or attaches stays.
 */

#define ASSUME "sts:AssumeRole"
#define DENY   "deny"

enum role_use { USE_TASKS = 1, USE_EVENTS = 2 };

static const struct {
	enum role_use use;
	const char *service, *policy;
} uses[] = {
	{ USE_TASKS, "ecs-tasks.amazonaws.com", "service-role/AmazonECSTaskExecutionRolePolicy" },
	{ USE_EVENTS, "events.amazonaws.com", "service-role/AmazonEC2ContainerServiceEventsRole" },
};

static void want_role(
	const struct view *view, struct resources *all, struct app *app, const char *role, enum role_use use)
{
	struct used_name name = { .name = role_name(role), .managed = true, .at = app->at };
	struct resource *want;

	want = want_of_app(view, all, &kind_role, app, &name);
	if (!want)
		return;
	want->part |= use;
	want->tags.caseless = true;
	if (text_starts(role, "arn:") && !*want->arn)
		want->arn = arena_copy(view->arena, role);
}

static void want_roles(const struct view *view, struct resources *all, struct app *app)
{
	want_role(view, all, app, app->roles.execution, USE_TASKS);
	want_role(view, all, app, app->roles.task, USE_TASKS);
	want_role(view, all, app, app->roles.events, USE_EVENTS);
}

static void role_want(const struct view *view, struct resources *all)
{
	want_of_apps(view, all, site_shares_account, want_roles);
}

static char *policy_arn(const struct view *view, const char *policy)
{
	return arena_printf(view->arena, "arn:%s:iam::aws:policy/%s", view->site->partition, policy);
}

static json_t *role_body(const struct view *view, const struct resource *want)
{
	json_t *trust = json_must(json_object()), *policies = json_must(json_object());

	for (size_t i = 0; i < ARRAY_LENGTH(uses); i++) {
		if (!(want->part & uses[i].use))
			continue;
		json_put_text(trust, uses[i].service, ASSUME);
		json_put_text(policies, policy_arn(view, uses[i].policy), "attached");
	}
	return json_must(json_pack("{s:o, s:o}", "trust", trust, "managedPolicies", policies));
}

/* What would shut a service out has to go; anything else that a team trusts or denies stays. */
static void role_finish(const struct view *view, const struct resource *want, struct fields *fields)
{
	for (size_t i = 0; i < ARRAY_LENGTH(uses); i++)
		if (want->part & uses[i].use)
			fields_add_removed(view->arena, fields,
				arena_printf(view->arena, "trust." DENY "[%s]", uses[i].service));
}

static json_t *statement(const char *service)
{
	return json_must(json_pack(
		"{s:s, s:{s:s}, s:s}", "Effect", "Allow", "Principal", "Service", service, "Action", ASSUME));
}

static bool trusts(const struct fields *have, const char *service)
{
	char path[128];

	snprintf(path, sizeof path, "trust.%s", service);
	return fields_value(have, path) != NULL;
}

static bool names_service(const json_t *services, const char *service)
{
	json_t *each;
	size_t i;

	if (json_is_string(services))
		return strcmp(json_string_value(services), service) == 0;
	json_array_foreach (services, i, each)
		if (names_service(each, service))
			return true;
	return false;
}

/* IAM reads "*" and "?" in an action, and no case. */
static bool names_assuming(const json_t *actions)
{
	json_t *each;
	size_t i;

	if (json_is_string(actions))
		return fnmatch(json_string_value(actions), ASSUME, FNM_CASEFOLD | FNM_NOESCAPE) == 0;
	json_array_foreach (actions, i, each)
		if (names_assuming(each))
			return true;
	return false;
}

static bool is_about(const json_t *statement, const char *effect)
{
	const json_t *but = json_object_get(statement, "NotAction");

	return strcmp(json_text_of(statement, "Effect", ""), effect) == 0 &&
	       (but ? !names_assuming(but) : names_assuming(json_object_get(statement, "Action")));
}

/* With a Condition or without: a team that hardens its role has let the service in all the same. */
static bool lets_in(const json_t *statement, const char *service)
{
	const json_t *principal = json_object_get(statement, "Principal");

	return is_about(statement, "Allow") &&
	       (strcmp(json_string_value(principal) ? json_string_value(principal) : "", "*") == 0 ||
		       names_service(json_object_get(principal, "Service"), service));
}

/* A Deny with a Condition is a guard, and stays. */
static bool shuts_out(const json_t *statement, const char *service)
{
	return is_about(statement, "Deny") && !json_object_get(statement, "Condition") &&
	       names_service(json_object_get(json_object_get(statement, "Principal"), "Service"), service);
}

/* The same Deny for what is not assuming the role; NULL where it says nothing more. */
static json_t *rest_of_denial(const json_t *denial, const char *service)
{
	const json_t *actions = json_object_get(denial, "Action");
	json_t *others = json_must(json_array()), *each, *rest = NULL;
	size_t i;

	json_array_foreach (actions, i, each)
		if (!names_assuming(each))
			json_add(others, json_incref(each));
	if (json_array_size(others))
		rest = json_must(json_pack("{s:s, s:{s:s}, s:O}", "Effect", "Deny", "Principal", "Service",
			service, "Action", others));
	json_decref(others);
	return rest;
}

/* Whoever else the statement shuts out stays shut out. */
static void drop_service(json_t *statements, size_t at, const char *service)
{
	json_t *principal = json_object_get(json_array_get(statements, at), "Principal");
	json_t *services = json_object_get(principal, "Service");

	for (size_t i = json_array_size(services); i-- > 0;)
		if (names_service(json_array_get(services, i), service))
			json_array_remove(services, i);
	if (!json_array_size(services))
		json_object_del(principal, "Service");
	if (!json_object_size(principal))
		json_array_remove(statements, at);
}

/* What denies the service alone, whatever the conditions, undoes whatever is allowed, so it goes. */
static void drop_denials(json_t *statements, const char *service)
{
	for (size_t i = json_array_size(statements); i-- > 0;) {
		json_t *rest;

		if (!shuts_out(json_array_get(statements, i), service))
			continue;
		rest = rest_of_denial(json_array_get(statements, i), service);
		drop_service(statements, i, service);
		if (rest)
			json_add(statements, rest);
	}
}

/* What stands there already, with a statement more for each service that nothing lets in. */
static char *trust_document(const struct view *view, const struct resource *want, const struct resource *have)
{
	json_t *document = have && have->document ? json_loads(have->document, 0, NULL) : NULL, *statements;
	char *text;

	if (!json_is_object(document)) {
		json_decref(document);
		document = json_must(json_pack("{s:s}", "Version", "2012-10-17"));
	}
	statements = json_object_get(document, "Statement");
	/* A policy of one statement may carry it without a list. */
	if (json_is_object(statements))
		json_object_set_new(document, "Statement", json_pack("[O]", statements));
	else if (!json_is_array(statements))
		json_object_set_new(document, "Statement", json_array());
	statements = json_object_get(document, "Statement");
	for (size_t i = 0; i < ARRAY_LENGTH(uses); i++) {
		if (!(want->part & uses[i].use))
			continue;
		drop_denials(statements, uses[i].service);
		if (!have || !trusts(&have->fields, uses[i].service))
			json_add(statements, statement(uses[i].service));
	}
	text = json_canonical(view->arena, document);
	json_decref(document);
	return text;
}

/* "/team/" of an ARN arn:aws:iam::1:role/team/name; NULL for the root. */
static char *role_path(const struct view *view, const char *arn)
{
	const char *from = strstr(arn, ":role/"), *to = strrchr(arn, '/');

	if (!from || from + 5 == to)
		return NULL;
	from += 5;
	return arena_copy_n(view->arena, from, (size_t)(to - from) + 1);
}

static void attach(const struct view *view, const struct change *change, struct requests *out)
{
	const struct resource *want = change->want;

	for (size_t i = 0; i < ARRAY_LENGTH(uses); i++) {
		char *arn = policy_arn(view, uses[i].policy);
		char *path = arena_printf(view->arena, "managedPolicies.%s", arn);

		if ((want->part & uses[i].use) &&
			!(change->have && fields_value(&change->have->fields, path)))
			requests_add(out, "iam", "AttachRolePolicy",
				json_must(json_pack("{s:s, s:s}", "RoleName", want->name, "PolicyArn", arn)));
	}
}

static void tag_role(const struct change *change, struct requests *out)
{
	json_t *params;

	if (change->remove_tags->count) {
		params = json_must(json_pack("{s:s}", "RoleName", change->want->name));
		json_put(params, "TagKeys", tags_keys(change->remove_tags));
		requests_add(out, "iam", "UntagRole", params);
	}
	if (change->set_tags->count) {
		params = json_must(json_pack("{s:s}", "RoleName", change->want->name));
		json_put(params, "Tags", tags_list(change->set_tags, false));
		requests_add(out, "iam", "TagRole", params);
	}
}

static void role_requests(const struct view *view, const struct change *change, struct requests *out)
{
	const struct resource *want = change->want;
	json_t *params = json_must(json_pack("{s:s}", "RoleName", want->name));

	if (change->verb == VERB_CREATE) {
		char *path = role_path(view, want->arn);

		json_put_text(params, "Path", path);
		json_put_text(params, "AssumeRolePolicyDocument", trust_document(view, want, NULL));
		json_put(params, "Tags", tags_list(&want->tags, false));
		requests_add(out, "iam", "CreateRole", params)->once = true;
	} else if (changes(change, "trust")) {
		json_put_text(params, "PolicyDocument", trust_document(view, want, change->have));
		requests_add(out, "iam", "UpdateAssumeRolePolicy", params);
	} else {
		json_decref(params);
	}
	attach(view, change, out);
	if (change->verb == VERB_UPDATE)
		tag_role(change, out);
}

static json_t *role_params(const struct view *view, const struct subject *subject)
{
	(void)view;
	return json_must(json_pack("{s:s}", "RoleName", subject->name));
}

/* What each service that counts here is let in by, and shut out by: a path under "trust" for each. */
static void hear_statement(json_t *trust, const json_t *statement)
{
	for (size_t i = 0; i < ARRAY_LENGTH(uses); i++) {
		char denied[128];

		snprintf(denied, sizeof denied, DENY "[%s]", uses[i].service);
		if (lets_in(statement, uses[i].service))
			json_put_text(trust, uses[i].service, ASSUME);
		if (shuts_out(statement, uses[i].service))
			json_put_text(trust, denied, ASSUME);
	}
}

static json_t *trusted_services(const char *text)
{
	json_t *trust = json_must(json_object()), *document = json_loads(text, 0, NULL), *each;
	json_t *statements = json_object_get(document, "Statement");
	size_t i;

	if (json_is_object(statements))
		hear_statement(trust, statements);
	json_array_foreach (statements, i, each)
		hear_statement(trust, each);
	json_decref(document);
	return trust;
}

static bool policies_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	struct resource *have = hearing->subject.resource;
	const json_t *list = json_object_get(reply, "AttachedPolicies");
	json_t *policies = json_must(json_object()), *body, *each;
	struct fields more;
	size_t i;

	/* An empty list is an empty text in XML. */
	if (reply && !list) {
		json_decref(policies);
		return error_set(error, ERROR_REPLY, "the answer has no AttachedPolicies");
	}
	json_array_foreach (list, i, each)
		json_put_text(policies, json_text_of(each, "PolicyArn", ""), "attached");
	body = json_must(json_pack("{s:o}", "managedPolicies", policies));
	more = fields_of(hearing->observed->arena, NULL, 0, body);
	have->fields = fields_joined(hearing->observed->arena, &have->fields, &more);
	json_decref(body);
	return true;
}

static const struct reading reading_policies = {
	.service = "iam",
	.operation = "ListAttachedRolePolicies",
	.page_in = "Marker",
	.page_out = "Marker",
	.global = true,
	.params = role_params,
	.heard = policies_heard,
};

static void read_role(const struct hearing *hearing, struct resource *have, const json_t *role)
{
	struct arena *arena = hearing->observed->arena;
	json_t *body;

	/* IAM answers policy documents percent-encoded. */
	have->document = text_percent_decoded(arena, json_text_of(role, "AssumeRolePolicyDocument", "{}"));
	body = json_must(json_pack("{s:o}", "trust", trusted_services(have->document)));
	have->fields = fields_of(arena, NULL, 0, body);
	have->content_read = true;
	json_decref(body);
	text_parse_iso8601(json_text_of(role, "CreateDate", ""), &have->made);
	have->tags = tags_read(arena, json_object_get(role, "Tags"));
	have->tags_read = TAGS_STRONG;
}

static bool role_heard(const struct hearing *hearing, const json_t *reply, struct error *error)
{
	const json_t *role = json_object_get(reply, "Role");
	struct subject subject = hearing->subject;
	const char *owner;

	if (!reply)
		return true;
	if (!json_is_object(role) || !json_object_get(role, "Arn"))
		return error_set(error, ERROR_REPLY, "the answer has no Role");
	subject.resource = observed_add(
		hearing->observed, &kind_role, subject.name, NULL, json_text_of(role, "Arn", ""));
	read_role(hearing, subject.resource, role);
	owner = tags_value(&subject.resource->tags, TAG_OWNER);
	/* A stranger's role is used as it is: nobody has to know what is attached to it. */
	if (owner && strcmp(owner, hearing->view->owner) == 0)
		hearing->ask(hearing->context, &reading_policies, &subject);
	return true;
}

static const struct reading reading_role = {
	.service = "iam",
	.operation = "GetRole",
	.global = true,
	.params = role_params,
	.heard = role_heard,
};

const struct kind kind_role = {
	.name = "role",
	.shape = SHAPE_ROLE,
	.rank = 0,
	.tagged = true,
	.made_path = "Role.Arn",
	.want = role_want,
	.body = role_body,
	.finish = role_finish,
	.requests = role_requests,
	.by_name = &reading_role,
	.names_per_call = 1,
};
