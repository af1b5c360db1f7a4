#include "http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "arena.h"
#include "http_inside.h"

/* From the caller to the network, and the transport itself. */

enum { CONNECTIONS = 20, CONNECT_MS = 5000, IDLE_REUSE_S = 20, SLOW_BYTES = 100, SLOW_S = 10 };
#define TIMEOUT_S 30.0

static struct http *of(struct transport *transport)
{
	/* `base` is the first member. */
	return (struct http *)(void *)transport;
}

const char *http_header_of(const struct http_response *response, const char *name)
{
	for (size_t i = 0; i < response->header_count; i++)
		if (!strcasecmp(response->headers[i].name, name))
			return response->headers[i].value;
	return NULL;
}

static size_t on_request_body(char *data, size_t size, size_t count, void *user)
{
	struct exchange *exchange = user;
	size_t length = exchange->request.length - exchange->request_read;

	if (length > size * count)
		length = size * count;
	memcpy(data, text_string(&exchange->request) + exchange->request_read, length);
	exchange->request_read += length;
	return length;
}

static void easy_prepare(struct exchange *exchange)
{
	const struct http *http = exchange->http;
	CURL *easy = exchange->easy;

	answer_prepare(exchange);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_request_body);
	curl_easy_setopt(easy, CURLOPT_READDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_REUSE_S);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	/* Debian's libcurl names a folder beside the bundle, and with a folder reads both for each
	 * connection. */
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (http->ca_bundle)
		curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_bundle);
	if (http->user_agent)
		curl_easy_setopt(easy, CURLOPT_USERAGENT, http->user_agent);
}

static struct exchange *exchange_take(struct http *http)
{
	struct exchange *exchange = http->idle;

	if (exchange) {
		LIST_REMOVE(exchange);
	} else {
		exchange = must_alloc(sizeof *exchange);
		exchange->http = http;
		exchange->easy = curl_easy_init();
		if (!exchange->easy)
			abort();
		easy_prepare(exchange);
	}
	text_clear(&exchange->body);
	exchange->headers_size = 0;
	text_clear(&exchange->request);
	exchange->request_read = 0;
	exchange->too_large = NULL;
	exchange->detail[0] = '\0';
	LIST_ADD(http->active, exchange);
	return exchange;
}

static void set_body(struct exchange *exchange, const struct http_request *request)
{
	bool piecewise = request->once && request->body_length;

	text_add_n(&exchange->request, request->body ? request->body : "", request->body_length);
	curl_easy_setopt(exchange->easy, CURLOPT_POST, 1L);
	/*
	 * libcurl sends a POST again when a kept-alive connection dies before the answer, unless it cannot
	 * have the body a second time: one that it reads piece by piece, with no way to seek, ends in an
	 * error instead.
	 */
	curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDS,
		piecewise ? NULL : (const char *)text_string(&exchange->request));
	curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDSIZE, (long)request->body_length);
	curl_easy_setopt(exchange->easy, CURLOPT_FRESH_CONNECT, (long)(request->once && !piecewise));
}

static void set_method(struct exchange *exchange, const struct http_request *request)
{
	bool posts = !strcmp(request->method, "POST"), body = posts || request->body;

	if (body) {
		set_body(exchange, request);
	} else {
		curl_easy_setopt(exchange->easy, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(exchange->easy, CURLOPT_FRESH_CONNECT, (long)request->once);
	}
	curl_easy_setopt(exchange->easy, CURLOPT_CUSTOMREQUEST,
		posts || (!body && !strcmp(request->method, "GET")) ? NULL : request->method);
}

static void set_headers(struct exchange *exchange, const struct http_request *request)
{
	struct text line = { 0 };
	/* libcurl would wait a second for a "100 Continue" before a large body. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (size_t i = 0; list && i < request->header_count; i++) {
		struct curl_slist *longer;

		text_clear(&line);
		text_add(&line, request->headers[i].name);
		text_add(&line, ": ");
		text_add(&line, request->headers[i].value);
		longer = curl_slist_append(list, line.data);
		if (!longer)
			abort();
		list = longer;
	}
	text_free(&line);
	exchange->request_headers = list;
	curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, list);
}

static bool start(struct exchange *exchange, const struct http_request *request)
{
	struct http *http = exchange->http;
	double timeout = request->timeout > 0 ? request->timeout : TIMEOUT_S;
	struct error error;

	if (http->unusable) {
		snprintf(exchange->detail, sizeof exchange->detail, "%s", http->unusable);
		return false;
	}
	if (!http_url_allowed(request->url, &error)) {
		snprintf(exchange->detail, sizeof exchange->detail, "%.*s", (int)sizeof exchange->detail - 1,
			error.text);
		return false;
	}
	curl_easy_setopt(exchange->easy, CURLOPT_URL, request->url);
	curl_easy_setopt(exchange->easy, CURLOPT_TIMEOUT_MS, (long)(timeout * 1000));
	/* What is on this machine is never asked for through a proxy. */
	curl_easy_setopt(
		exchange->easy, CURLOPT_NOPROXY, http_url_is_near(request->url) ? (const char *)"*" : NULL);
	set_method(exchange, request);
	set_headers(exchange, request);
	return curl_multi_add_handle(http->multi, exchange->easy) == CURLM_OK;
}

static void http_send(
	struct transport *transport, const struct http_request *request, http_done *done, void *data)
{
	struct http *http = of(transport);
	struct exchange *exchange = exchange_take(http);

	exchange->done = done;
	exchange->data = data;
	exchange->sent = transport->now(transport);
	if (start(exchange, request))
		return;
	exchange_finish(exchange, CURLE_FAILED_INIT);
	deliver_soon(http);
}

static double http_now(struct transport *transport)
{
	struct timespec now;

	(void)transport;
	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void http_after(struct transport *transport, double seconds, void (*fire)(void *data), void *data)
{
	alarm_set(of(transport), seconds, fire, data);
}

static void ignore(const struct http_response *response, void *data)
{
	(void)response;
	(void)data;
}

static void http_forget(struct transport *transport, const void *data)
{
	struct http *http = of(transport);

	alarms_forget(http, data);
	for (struct exchange *exchange = http->active, *next; exchange; exchange = next) {
		next = exchange->next;
		if (exchange->data == data) {
			curl_multi_remove_handle(http->multi, exchange->easy);
			exchange_idle(exchange);
		}
	}
	/* One of these may be just telling its caller. */
	for (struct exchange *exchange = http->finished; exchange; exchange = exchange->next)
		if (exchange->data == data)
			exchange->done = ignore;
}

struct transport *http_new(struct ev_loop *loop, const struct http_options *options)
{
	struct http *http = must_alloc(sizeof *http);

	*http = (struct http){ .base = { http_send, http_now, http_after, http_forget },
		.loop = loop,
		.connections = options->connections ? (long)options->connections : CONNECTIONS,
		.ca_bundle = options->ca_bundle ? must_copy(options->ca_bundle) : NULL,
		.user_agent = options->user_agent ? must_copy(options->user_agent) : NULL };
	loop_start(http);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		http->unusable = "libcurl could not be started";
	else if (!(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS))
		http->unusable =
			"this libcurl has no asynchronous resolver: every look-up would stop the whole program";
	else
		multi_start(http);
	return &http->base;
}

static void exchanges_free(struct http *http, struct exchange *list)
{
	while (list) {
		struct exchange *next = list->next;

		curl_multi_remove_handle(http->multi, list->easy);
		curl_easy_cleanup(list->easy);
		curl_slist_free_all(list->request_headers);
		text_free(&list->request);
		text_free(&list->body);
		text_free(&list->headers);
		free(list);
		list = next;
	}
}

void http_rest(struct transport *transport)
{
	struct http *http = of(transport);

	if (!http->multi || http->active || http->finished)
		return;
	exchanges_free(http, http->idle);
	http->idle = NULL;
	multi_renew(http);
}

struct transport *http_free(struct transport *transport)
{
	struct http *http = transport ? of(transport) : NULL;

	if (!http)
		return NULL;
	exchanges_free(http, http->active);
	exchanges_free(http, http->finished);
	exchanges_free(http, http->idle);
	curl_multi_cleanup(http->multi);
	loop_end(http);
	curl_global_cleanup();
	free(http->ca_bundle);
	free(http->user_agent);
	free(http);
	return NULL;
}
