#include "sigv4.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

/* A header as it is signed; `position` keeps headers of one name in the order they came. */
struct signed_header {
	const char *name, *value;
	size_t position;
};

enum { HEADERS_LIMIT = 64 };

/* Canonical path: no empty, "." and ".." segments, and every character encoded once more. */
static void add_path(struct text *out, const char *path)
{
	struct text plain = { 0 };
	const char *last = path + strlen(path);

	while (*path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && !memcmp(path, "..", 2)) {
			while (plain.length && plain.data[--plain.length] != '/')
				;
			if (plain.data)
				plain.data[plain.length] = '\0';
		} else if (length && !(length == 1 && *path == '.')) {
			text_add_char(&plain, '/');
			text_add_n(&plain, path, length);
		}
		path += length;
		path += strspn(path, "/");
	}
	if (!plain.length || last[-1] == '/')
		text_add_char(&plain, '/');
	text_add_percent(out, plain.data, true);
	text_free(&plain);
}

struct parameter {
	const char *name, *value;
	size_t name_length, value_length;
};

static int compare_part(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order ? order : (a_length > b_length) - (a_length < b_length);
}

static int compare_parameters(const void *a, const void *b)
{
	const struct parameter *x = a, *y = b;
	int order = compare_part(x->name, x->name_length, y->name, y->name_length);

	return order ? order : compare_part(x->value, x->value_length, y->value, y->value_length);
}

static size_t split_query(const char *query, struct parameter *parameters)
{
	size_t count = 0;

	for (;;) {
		size_t length = strcspn(query, "&"), name = strcspn(query, "=&");
		size_t value = name < length ? name + 1 : length;

		parameters[count++] = (struct parameter){ query, query + value, name, length - value };
		if (!query[length])
			return count;
		query += length + 1;
	}
}

static void add_query(struct text *out, const char *query)
{
	size_t room = 1, count;
	CLEANUP_FREE struct parameter *parameters = NULL;

	if (!query || !*query)
		return;
	for (const char *c = query; *c; c++)
		room += *c == '&';
	parameters = must_alloc(room * sizeof *parameters);
	count = split_query(query, parameters);
	qsort(parameters, count, sizeof *parameters, compare_parameters);
	for (size_t i = 0; i < count; i++) {
		if (i)
			text_add_char(out, '&');
		text_add_n(out, parameters[i].name, parameters[i].name_length);
		text_add_char(out, '=');
		text_add_n(out, parameters[i].value, parameters[i].value_length);
	}
}

static int compare_headers(const void *a, const void *b)
{
	const struct signed_header *x = a, *y = b;
	int order = strcasecmp(x->name, y->name);

	return order ? order : (x->position > y->position) - (x->position < y->position);
}

static void add_lower(struct text *out, const char *name)
{
	for (; *name; name++)
		text_add_char(out, (char)tolower((unsigned char)*name));
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Blanks at the ends go, and a run of them inside is one. */
static void add_trimmed(struct text *out, const char *value)
{
	bool begun = false, gap = false;

	for (; *value; value++) {
		if (is_space(*value)) {
			gap = true;
			continue;
		}
		if (gap && begun)
			text_add_char(out, ' ');
		text_add_char(out, *value);
		begun = true;
		gap = false;
	}
}

static void add_headers(struct text *out, const struct signed_header *headers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool again = i && !strcasecmp(headers[i].name, headers[i - 1].name);

		if (again) {
			text_add_char(out, ',');
		} else {
			if (i)
				text_add_char(out, '\n');
			add_lower(out, headers[i].name);
			text_add_char(out, ':');
		}
		add_trimmed(out, headers[i].value);
	}
	text_add_char(out, '\n');
}

static void add_header_names(struct text *out, const struct signed_header *headers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i && !strcasecmp(headers[i].name, headers[i - 1].name))
			continue;
		if (i)
			text_add_char(out, ';');
		add_lower(out, headers[i].name);
	}
}

static size_t collect_headers(const struct sigv4_request *request, const struct sigv4_signature *signature,
	struct signed_header headers[HEADERS_LIMIT])
{
	size_t count = 0;

	headers[count++] = (struct signed_header){ "host", request->host, 0 };
	headers[count++] = (struct signed_header){ "x-amz-date", signature->date, 0 };
	if (signature->session_token)
		headers[count++] =
			(struct signed_header){ "x-amz-security-token", signature->session_token, 0 };
	for (size_t i = 0; i < request->header_count && count < HEADERS_LIMIT; i++)
		headers[count++] =
			(struct signed_header){ request->headers[i].name, request->headers[i].value, i + 1 };
	qsort(headers, count, sizeof headers[0], compare_headers);
	return count;
}

static void make_canonical(const struct sigv4_request *request, const struct signed_header *headers,
	size_t count, struct text *out)
{
	char body[DIGEST_HEX_SIZE];

	text_clear(out);
	text_add(out, request->method);
	text_add_char(out, '\n');
	add_path(out, *request->path ? request->path : "/");
	text_add_char(out, '\n');
	add_query(out, request->query);
	text_add_char(out, '\n');
	add_headers(out, headers, count);
	text_add_char(out, '\n');
	add_header_names(out, headers, count);
	text_add_char(out, '\n');
	digest_text(request->body_length ? request->body : "", request->body_length, body);
	text_add(out, body);
}

static void hmac_text(const unsigned char key[DIGEST_SIZE], const char *data, unsigned char out[DIGEST_SIZE])
{
	digest_hmac(key, DIGEST_SIZE, data, strlen(data), out);
}

static void prepare_key(struct sigv4_scope *scope, const char *secret, const char day[9])
{
	unsigned char digest[DIGEST_SIZE], step[DIGEST_SIZE];
	struct text first = { 0 };

	digest_sha256(secret, strlen(secret), digest);
	if (!strcmp(scope->day, day) && !memcmp(scope->secret, digest, sizeof digest))
		return;
	text_printf(&first, "AWS4%s", secret);
	digest_hmac(first.data, first.length, day, strlen(day), step);
	hmac_text(step, scope->region, scope->key);
	hmac_text(scope->key, scope->service, step);
	hmac_text(step, "aws4_request", scope->key);
	memcpy(scope->day, day, sizeof scope->day);
	memcpy(scope->secret, digest, sizeof scope->secret);
	explicit_bzero(first.data, first.length);
	explicit_bzero(step, sizeof step);
	text_free(&first);
}

static void make_signature(
	const struct sigv4_scope *scope, const struct sigv4_signature *signature, char out[DIGEST_HEX_SIZE])
{
	unsigned char digest[DIGEST_SIZE];
	char hash[DIGEST_HEX_SIZE];
	struct text string = { 0 };

	digest_text(signature->canonical.data, signature->canonical.length, hash);
	text_printf(&string, ALGORITHM "\n%s\n%s/%s/%s/aws4_request\n%s", signature->date, scope->day,
		scope->region, scope->service, hash);
	hmac_text(scope->key, string.data, digest);
	digest_hex(digest, out);
	text_free(&string);
}

void sigv4_sign(const struct sigv4_request *request, const struct sigv4_keys *keys, struct sigv4_scope *scope,
	time_t when, struct sigv4_signature *signature)
{
	struct signed_header headers[HEADERS_LIMIT];
	char day[9], hex[DIGEST_HEX_SIZE];
	struct tm parts;
	size_t count;

	if (!gmtime_r(&when, &parts) ||
		!strftime(signature->date, sizeof signature->date, "%Y%m%dT%H%M%SZ", &parts))
		memcpy(signature->date, "19700101T000000Z", sizeof signature->date);
	memcpy(day, signature->date, 8);
	day[8] = '\0';
	signature->session_token = keys->session_token && *keys->session_token ? keys->session_token : NULL;
	count = collect_headers(request, signature, headers);
	make_canonical(request, headers, count, &signature->canonical);
	prepare_key(scope, keys->secret_key, day);
	make_signature(scope, signature, hex);
	text_clear(&signature->authorization);
	text_printf(&signature->authorization,
		ALGORITHM " Credential=%s/%s/%s/%s/aws4_request, SignedHeaders=", keys->access_key,
		scope->day, scope->region, scope->service);
	add_header_names(&signature->authorization, headers, count);
	text_printf(&signature->authorization, ", Signature=%s", hex);
}

void sigv4_signature_free(struct sigv4_signature *signature)
{
	text_free(&signature->authorization);
	text_free(&signature->canonical);
}
