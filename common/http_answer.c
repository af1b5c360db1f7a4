#include <stdio.h>
#include <string.h>

#include "http_inside.h"
#include "macros.h"

/* From the network to the caller. */

enum { HEADERS_LIMIT = 64 * 1024 };

#define HEADERS_TOO_LARGE "the headers of the answer are larger than 64 KiB"

/* One line that is too long for libcurl itself: older ones call it so, and memory that runs out aborts. */
static bool is_long_line(CURLcode result)
{
#if LIBCURL_VERSION_NUM >= 0x080600
	if (result == CURLE_TOO_LARGE)
		return true;
#endif
	return result == CURLE_OUT_OF_MEMORY;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
	struct exchange *exchange = user;

	if (exchange->body.length + size * count > HTTP_BODY_LIMIT) {
		exchange->too_large = "the answer is larger than 8 MiB";
		return 0;
	}
	text_add_n(&exchange->body, data, size * count);
	return size * count;
}

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
	struct exchange *exchange = user;

	(void)line;
	exchange->headers_size += size * count;
	if (exchange->headers_size > HEADERS_LIMIT) {
		exchange->too_large = HEADERS_TOO_LARGE;
		return 0;
	}
	return size * count;
}

void answer_prepare(struct exchange *exchange)
{
	CURL *easy = exchange->easy;

	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->detail);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE, (long)HTTP_BODY_LIMIT);
}

/* Of the last answer alone, what a 1xx one said left out; copied, as libcurl's own may go with its next call.
 */
static size_t take_headers(struct exchange *exchange, struct http_header *headers, size_t room)
{
	struct text *copy = &exchange->headers;
	struct curl_header *one = NULL;
	const char *at;
	size_t count = 0;

	text_clear(copy);
	while (count < room && (one = curl_easy_nextheader(exchange->easy, CURLH_HEADER, -1, one))) {
		text_add_n(copy, one->name, strlen(one->name) + 1);
		text_add_n(copy, one->value, strlen(one->value) + 1);
		count++;
	}
	at = copy->data;
	for (size_t i = 0; i < count; i++) {
		headers[i].name = at;
		headers[i].value = at + strlen(at) + 1;
		at = headers[i].value + strlen(headers[i].value) + 1;
	}
	return count;
}

/* libcurl repeats the address of a proxy that it cannot use, with the user's name and password. */
static void hide_passwords(char *text)
{
	for (char *at = strchr(text, '@'); at; at = strchr(at + 1, '@')) {
		char *begin = at;

		while (begin > text && !strchr(" '\"", begin[-1]))
			begin--;
		memmove(begin, at, strlen(at) + 1);
		at = begin;
	}
}

static const char *reason(struct exchange *exchange, const char *url)
{
	const char *proxy = url ? proxy_misspelt(url) : NULL;

	if (exchange->too_large)
		return exchange->too_large;
	if (is_long_line(exchange->result))
		return HEADERS_TOO_LARGE;
	/* libcurl speaks of what it may not send again, and not of why it would have to. */
	if (exchange->result == CURLE_SEND_FAIL_REWIND)
		return "the connection ended before an answer came";
	hide_passwords(exchange->detail);
	if (proxy)
		snprintf(exchange->detail, sizeof exchange->detail,
			"%s; the proxy of %s is not [SCHEME://][USER:PASSWORD@]HOST[:PORT]; marks in the password are written as %%2F",
			curl_easy_strerror(exchange->result), proxy);
	return exchange->detail[0] ? exchange->detail : curl_easy_strerror(exchange->result);
}

static void describe_failure(struct exchange *exchange, struct http_response *response)
{
	long request_size = 0;
	char *url = NULL;

	curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &request_size);
	curl_easy_getinfo(exchange->easy, CURLINFO_EFFECTIVE_URL, &url);
	response->status = 0;
	response->maybe_processed = request_size > 0;
	error_set(&response->error, ERROR_NETWORK, "%s: %s", url ? url : "no URL", reason(exchange, url));
}

static void deliver(struct exchange *exchange)
{
	struct http *http = exchange->http;
	struct http_header headers[64];
	struct http_response response = { .headers = headers,
		.body = text_string(&exchange->body),
		.body_length = exchange->body.length,
		.sent = exchange->sent };

	response.received = http->base.now(&http->base);
	if (exchange->result == CURLE_OK) {
		curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &response.status);
		response.header_count = take_headers(exchange, headers, ARRAY_LENGTH(headers));
	} else {
		describe_failure(exchange, &response);
	}
	exchange->done(&response, exchange->data);
}

/* The next request may be larger or smaller; what one large answer needed is not kept. */
void exchange_idle(struct exchange *exchange)
{
	enum { KEPT = 64 * 1024 };

	curl_slist_free_all(exchange->request_headers);
	exchange->request_headers = NULL;
	if (exchange->body.capacity > KEPT)
		text_free(&exchange->body);
	if (exchange->request.capacity > KEPT)
		text_free(&exchange->request);
	LIST_REMOVE(exchange);
	LIST_ADD(exchange->http->idle, exchange);
}

void deliver_finished(struct http *http)
{
	while (http->finished) {
		struct exchange *exchange = http->finished;

		/* Oldest first: the list grows at its head. */
		while (exchange->next)
			exchange = exchange->next;
		deliver(exchange);
		exchange_idle(exchange);
	}
}

void exchange_finish(struct exchange *exchange, CURLcode result)
{
	exchange->result = result;
	LIST_REMOVE(exchange);
	LIST_ADD(exchange->http->finished, exchange);
}
