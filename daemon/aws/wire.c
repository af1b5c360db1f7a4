#include "wire.h"

#include <string.h>

#include "common/arena.h"
#include "common/json.h"
#include "common/macros.h"

/* A scalar as query strings, paths and forms spell it; false for what has no such form. */
static bool scalar_text(const json_t *value, struct text *out)
{
	text_clear(out);
	if (json_is_string(value))
		text_add_n(out, json_string_value(value), json_string_length(value));
	else if (json_is_integer(value))
		text_printf(out, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		text_printf(out, "%.17g", json_real_value(value));
	else if (json_is_boolean(value))
		text_add(out, json_is_true(value) ? "true" : "false");
	else
		return false;
	return true;
}

static void add_pair(struct text *out, const char *name, const char *value)
{
	if (out->length)
		text_add_char(out, '&');
	text_add_percent(out, name, false);
	text_add_char(out, '=');
	text_add_percent(out, value, false);
}

static void add_json(struct text *out, const json_t *value)
{
	char *json = json_dumps(value, JSON_COMPACT);

	if (!json)
		abort();
	text_add(out, json);
	free(json);
}

/* JSON 1.0 and 1.1 */

static void encode_json(
	const struct service *service, const char *operation, const json_t *params, struct wire *wire)
{
	text_add(&wire->path, "/");
	text_printf(&wire->target, "%s.%s", service->target, operation);
	if (params)
		add_json(&wire->body, params);
	else
		text_add(&wire->body, "{}");
}

/* Forms: query and EC2 */

static void add_form(struct text *out, const char *name, const json_t *value, bool ec2);

static void add_form_list(struct text *out, const char *name, const json_t *list, bool ec2)
{
	struct text element = { 0 };
	size_t length = strlen(name);

	/* The query protocol says an empty list as an empty value, EC2 does not say it. */
	if (!ec2 && json_array_size(list) == 0)
		add_pair(out, name, "");
	/* EC2 calls a list by its singular: SubnetIds are SubnetId.1, SubnetId.2. */
	if (ec2 && length > 1 && name[length - 1] == 's')
		length--;
	for (size_t i = 0; i < json_array_size(list); i++) {
		text_clear(&element);
		text_printf(&element, "%.*s%s.%zu", (int)length, name, ec2 ? "" : ".member", i + 1);
		add_form(out, element.data, json_array_get(list, i), ec2);
	}
	text_free(&element);
}

static void add_form_object(struct text *out, const char *name, json_t *object, bool ec2)
{
	struct text member = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value) {
		text_clear(&member);
		text_printf(&member, "%s%s%s", name, *name ? "." : "", key);
		add_form(out, member.data, value, ec2);
	}
	text_free(&member);
}

static void add_form(struct text *out, const char *name, const json_t *value, bool ec2)
{
	struct text scalar = { 0 };

	if (json_is_array(value))
		add_form_list(out, name, value, ec2);
	else if (json_is_object(value))
		add_form_object(out, name, (json_t *)(uintptr_t)value, ec2);
	else if (scalar_text(value, &scalar))
		add_pair(out, name, text_string(&scalar));
	text_free(&scalar);
}

static void encode_form(
	const struct service *service, const char *operation, const json_t *params, struct wire *wire)
{
	text_add(&wire->path, "/");
	add_pair(&wire->body, "Action", operation);
	add_pair(&wire->body, "Version", service->version);
	if (params)
		add_form(&wire->body, "", params, service->protocol == PROTOCOL_EC2);
}

/* REST */

/* Puts members into the template and takes them out of `rest`. */
static bool add_path(
	const struct rest_operation *operation, json_t *rest, struct wire *wire, struct error *error)
{
	struct text value = { 0 };
	bool complete = true;

	for (const char *c = operation->path; *c && complete; c++) {
		char name[64] = "";
		size_t length;

		if (*c != '{') {
			text_add_char(&wire->path, *c);
			continue;
		}
		length = strcspn(c, "}") - 1;
		memcpy(name, c + 1, length);
		c += length + 1;
		complete = scalar_text(json_object_get(rest, name), &value) && value.length;
		text_add_percent(&wire->path, text_string(&value), false);
		json_object_del(rest, name);
		if (!complete)
			error_set(error, ERROR_INPUT, "%s:%s without %s", operation->service,
				operation->operation, name);
	}
	text_free(&value);
	return complete;
}

static void add_parameter(struct wire *wire, const char *name, const json_t *value)
{
	struct text scalar = { 0 };

	for (size_t i = 0; i < json_array_size(value); i++)
		if (scalar_text(json_array_get(value, i), &scalar))
			add_pair(&wire->query, name, text_string(&scalar));
	if (!json_is_array(value) && scalar_text(value, &scalar))
		add_pair(&wire->query, name, text_string(&scalar));
	text_free(&scalar);
}

static void add_query(const char *members, json_t *rest, struct wire *wire)
{
	CLEANUP_FREE char *copy = must_copy(members ? members : "");
	char *next = NULL;

	for (char *pair = strtok_r(copy, " ", &next); pair; pair = strtok_r(NULL, " ", &next)) {
		char *name = strchr(pair, '=');

		*name++ = '\0';
		add_parameter(wire, name, json_object_get(rest, pair));
		json_object_del(rest, pair);
	}
}

static bool encode_rest(const struct service *service, const char *operation, const json_t *params,
	struct wire *wire, struct error *error)
{
	const struct rest_operation *how = service_rest(service, operation);
	json_t *rest;
	bool complete;

	if (!how)
		return error_set(error, ERROR_INPUT, "%s has no operation %s", service->name, operation);
	rest = json_must(params ? json_copy((json_t *)(uintptr_t)params) : json_object());
	wire->method = how->method;
	complete = add_path(how, rest, wire, error);
	add_query(how->query, rest, wire);
	if (!strcmp(how->method, "POST") || !strcmp(how->method, "PUT"))
		add_json(&wire->body, rest);
	json_decref(rest);
	return complete;
}

bool wire_encode(const struct service *service, const char *operation, const json_t *params,
	struct wire *wire, struct error *error)
{
	bool encoded = true;

	text_clear(&wire->path);
	text_clear(&wire->query);
	text_clear(&wire->body);
	text_clear(&wire->target);
	wire->method = "POST";
	if (service->protocol == PROTOCOL_JSON)
		encode_json(service, operation, params, wire);
	else if (service->protocol == PROTOCOL_REST)
		encoded = encode_rest(service, operation, params, wire, error);
	else
		encode_form(service, operation, params, wire);
	wire->content_type = wire->body.length ? service->content_type : NULL;
	return encoded;
}

void wire_free(struct wire *wire)
{
	text_free(&wire->path);
	text_free(&wire->query);
	text_free(&wire->body);
	text_free(&wire->target);
}
