#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/sigv4.h"

/*
 * Signs what it reads, for the comparison with another signer: one JSON object a line on standard input, with
 * method, host, path, query, headers ([[name, value], …]), body, accessKey, secretKey, token, region,
 * service, time; one line of JSON with the canonical request and the authorization back.
 */

enum { HEADERS = 32 };

static const char *text_of(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static size_t read_headers(const json_t *list, struct http_header headers[HEADERS])
{
	size_t count = 0;

	for (; count < json_array_size(list) && count < HEADERS; count++) {
		const json_t *pair = json_array_get(list, count);

		headers[count].name = json_string_value(json_array_get(pair, 0));
		headers[count].value = json_string_value(json_array_get(pair, 1));
	}
	return count;
}

/* One scope for all lines where they agree, so that the kept key is compared too. */
static struct sigv4_scope *scope_for(const char *region, const char *service)
{
	static struct sigv4_scope scopes[64];
	static char names[64][2][64];
	size_t i = 0;

	while (i < 63 && scopes[i].region &&
		(strcmp(names[i][0], region) != 0 || strcmp(names[i][1], service) != 0))
		i++;
	snprintf(names[i][0], sizeof names[i][0], "%s", region);
	snprintf(names[i][1], sizeof names[i][1], "%s", service);
	scopes[i].region = names[i][0];
	scopes[i].service = names[i][1];
	return &scopes[i];
}

static void sign(const json_t *line, struct sigv4_signature *signature)
{
	struct http_header headers[HEADERS];
	const json_t *body = json_object_get(line, "body");
	struct sigv4_keys keys = { text_of(line, "accessKey"), text_of(line, "secretKey"),
		text_of(line, "token") };
	struct sigv4_request request = { .method = text_of(line, "method"),
		.host = text_of(line, "host"),
		.path = text_of(line, "path"),
		.query = text_of(line, "query"),
		.headers = headers,
		.header_count = read_headers(json_object_get(line, "headers"), headers),
		.body = json_string_value(body),
		.body_length = json_string_length(body) };
	json_t *out;

	sigv4_sign(&request, &keys, scope_for(text_of(line, "region"), text_of(line, "service")),
		(time_t)json_integer_value(json_object_get(line, "time")), signature);
	out = json_pack("{s:s, s:s}", "canonical", text_string(&signature->canonical), "authorization",
		text_string(&signature->authorization));
	json_dumpf(out, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(out);
}

int main(void)
{
	struct sigv4_signature signature = { 0 };
	json_t *line;

	while ((line = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, NULL))) {
		sign(line, &signature);
		json_decref(line);
	}
	sigv4_signature_free(&signature);
	return 0;
}
