#include "reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/json.h"
#include "common/macros.h"
#include "common/text.h"
#include "common/xml.h"

static bool is_form(const struct service *service)
{
	return service->protocol == PROTOCOL_QUERY || service->protocol == PROTOCOL_EC2;
}

/* What is repeated may hold variables and words of commands; where it is one word, the place says whether. */
static bool is_private(const char *value, size_t length, const char *place)
{
	static const char *const places[] = { "environment", "command", "entryPoint", "input", "options" };
	char where[128];

	for (size_t i = 0; i < length; i++)
		if (strchr("[{=", value[i]))
			return true;
	snprintf(where, sizeof where, "%.*s", place ? (int)strcspn(place, "'") : 0, place ? place : "");
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++)
		if (strcasestr(where, places[i]))
			return true;
	return false;
}

/* AWS repeats what it refuses: "Value '[Target(…, input=…)]' at 'targets' failed to satisfy constraint". */
static void add_without_values(struct text *out, const char *said)
{
	static const char before[] = "alue '", behind[] = "' at '";

	for (const char *value; (value = strstr(said, before)); said = value) {
		const char *end;
		size_t length;

		value += strlen(before);
		text_add_n(out, said, (size_t)(value - said));
		end = strstr(value, behind);
		length = end ? (size_t)(end - value) : strlen(value);
		if (is_private(value, length, end ? end + strlen(behind) : NULL))
			text_add(out, "…");
		else
			text_add_n(out, value, length);
		value += length;
	}
	text_add(out, said);
}

/*
 * Copies what was answered for people to read. What is said of a signature that was not taken repeats what
 * had been sent: from there on it is for nobody's eyes.
 */
static void copy_said(char *out, size_t size, const char *said)
{
	static const char *const secret[] = { "The Canonical String", "The String-to-Sign",
		"AWS4-HMAC-SHA256", "x-amz-security-token" };
	CLEANUP_TEXT struct text shown = { 0 };

	add_without_values(&shown, said);
	text_copy_mended(out, size, text_string(&shown));
	for (size_t i = 0; i < ARRAY_LENGTH(secret); i++) {
		char *start = strcasestr(out, secret[i]);

		if (start)
			memcpy(start, "…", sizeof "…");
	}
}

/* Begins with what came in place of an answer, except where that may hold keys. */
static bool rubbish(const char *operation, const struct http_response *response, struct failure *failure,
	const char *what)
{
	char start[64] = "";

	*failure = (struct failure){ .class = FAILURE_RUBBISH, .status = response->status };
	if (!text_starts(operation, "AssumeRole"))
		copy_said(start, sizeof start, response->body);
	snprintf(failure->message, sizeof failure->message, "HTTP %ld with %s%s%s", response->status, what,
		*start ? ": " : "", start);
	return false;
}

static json_t *parse_json(const struct http_response *response)
{
	json_t *value = json_loadb(response->body, response->body_length, 0, NULL);

	if (value && !json_is_object(value)) {
		json_decref(value);
		value = NULL;
	}
	return value;
}

/* The members of an XML answer; NULL where the root or the result is not the operation's. */
static json_t *parse_xml(
	const struct service *service, const char *operation, const struct http_response *response)
{
	char root[128] = "", wanted[128];
	json_t *whole = xml_to_json(response->body, response->body_length, root, sizeof root, NULL), *result;

	snprintf(wanted, sizeof wanted, "%sResponse", operation);
	if (!whole || strcmp(root, wanted) != 0) {
		json_decref(whole);
		return NULL;
	}
	if (service->protocol == PROTOCOL_EC2)
		return whole;
	snprintf(wanted, sizeof wanted, "%sResult", operation);
	result = json_object_get(whole, wanted);
	if (json_is_object(result))
		json_incref(result);
	else
		result = result || service_answers_nothing(service, operation) ? json_must(json_object())
									       : NULL;
	json_decref(whole);
	return result;
}

static bool read_success(const struct service *service, const char *operation,
	const struct http_response *response, json_t **reply, struct failure *failure)
{
	if (response->body_length == 0 && service_answers_nothing(service, operation)) {
		*reply = json_must(json_object());
		return true;
	}
	if (response->body_length == 0)
		return rubbish(operation, response, failure, "an empty body");
	*reply = is_form(service) ? parse_xml(service, operation, response) : parse_json(response);
	if (!*reply)
		return rubbish(operation, response, failure,
			is_form(service) ? "a body that is not the answer in XML"
					 : "a body that is not JSON");
	return true;
}

/* "com.amazonaws.ecs#ClientException:http://..." is ClientException. */
static void copy_code(struct failure *failure, const char *whole)
{
	char code[sizeof failure->code];
	const char *hash;

	text_copy_mended(code, sizeof code, whole);
	code[strcspn(code, ":;, ")] = '\0';
	hash = strrchr(code, '#');
	snprintf(failure->code, sizeof failure->code, "%s", hash ? hash + 1 : code);
}

static const char *member(const json_t *object, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *value = json_string_value(json_object_get(object, names[i]));

		if (value && *value)
			return value;
	}
	return NULL;
}

static void read_json_error(const struct http_response *response, struct failure *failure)
{
	static const char *const codes[] = { "__type", "code", "Code" };
	static const char *const messages[] = { "message", "Message", "errorMessage" };
	json_t *body = parse_json(response);
	const char *header = http_header_of(response, "x-amzn-errortype");
	const char *code = header && *header ? header : member(body, codes, ARRAY_LENGTH(codes));
	const char *message = member(body, messages, ARRAY_LENGTH(messages));

	if (code)
		copy_code(failure, code);
	if (message)
		copy_said(failure->message, sizeof failure->message, message);
	json_decref(body);
}

/* <ErrorResponse><Error>, EC2's <Response><Errors><Error>; the first error where there are several. */
static void read_xml_error(const struct http_response *response, struct failure *failure)
{
	static const char *const codes[] = { "Code" }, *const messages[] = { "Message" };
	json_t *body = xml_to_json(response->body, response->body_length, NULL, 0, NULL);
	const json_t *errors = json_object_get(body, "Errors"),
		     *error = json_object_get(errors ? errors : body, "Error");
	const char *code, *message;

	if (json_is_array(error))
		error = json_array_get(error, 0);
	code = member(error, codes, 1);
	message = member(error, messages, 1);
	if (code)
		copy_code(failure, code);
	if (message)
		copy_said(failure->message, sizeof failure->message, message);
	json_decref(body);
}

static void read_failure(
	const struct service *service, const struct http_response *response, struct failure *failure)
{
	*failure = (struct failure){ .status = response->status };
	if (is_form(service))
		read_xml_error(response, failure);
	else
		read_json_error(response, failure);
	failure->class = failure_classify(service->name, response->status, failure->code, failure->message);
	if (failure->message[0])
		return;
	if (response->status >= 300 && response->status < 400)
		snprintf(failure->message, sizeof failure->message,
			"HTTP %ld, a redirect; redirects are not followed, check the endpoint",
			response->status);
	else if (failure->code[0])
		snprintf(failure->message, sizeof failure->message, "HTTP %ld without a message",
			response->status);
	else
		snprintf(failure->message, sizeof failure->message, "HTTP %ld without an error code",
			response->status);
}

bool reply_read(const struct service *service, const char *operation, const struct http_response *response,
	json_t **reply, struct failure *failure)
{
	if (response->status >= 200 && response->status < 300)
		return read_success(service, operation, response, reply, failure);
	read_failure(service, response, failure);
	return false;
}

const char *reply_request_id(const struct http_response *response)
{
	const char *id = http_header_of(response, "x-amzn-requestid");

	if (!id)
		id = http_header_of(response, "x-amz-request-id");
	return id ? id : "";
}

bool reply_date(const struct http_response *response, double *date)
{
	const char *text = http_header_of(response, "date"), *end;
	struct tm parts = { 0 };

	if (!text || http_header_of(response, "age"))
		return false;
	end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
	if (!end || *end)
		return false;
	*date = (double)timegm(&parts);
	return true;
}
