#ifndef COMMON_HTTP_INSIDE_H
#define COMMON_HTTP_INSIDE_H

/* The inside of the real transport, for the http_*.c files alone. */

#include <curl/curl.h>

#include "http.h"
#include "text.h"

enum { HTTP_BODY_LIMIT = 8 * 1024 * 1024 };

struct http;

/* One exchange: a libcurl handle with its buffers, used again for the next request when it is done. */
struct exchange {
	struct exchange *next, **place; /* the list it is on: idle, active or finished */
	struct http *http;
	CURL *easy;
	struct curl_slist *request_headers;
	struct text request, body;
	struct text headers; /* names and values by turns, each with its end */
	size_t headers_size; /* of all that came, 1xx answers included */
	size_t request_read; /* of a body that libcurl asks for piece by piece */
	CURLcode result;
	const char *too_large; /* what the answer had too much of; NULL = of nothing */
	double sent;
	char detail[CURL_ERROR_SIZE];
	http_done *done;
	void *data;
};

struct watch {
	struct watch *next, **place;
	ev_io io;
};

struct alarm {
	struct alarm *next, **place;
	ev_timer timer;
	void (*fire)(void *data);
	void *data;
};

struct http {
	struct transport base;
	struct ev_loop *loop;
	CURLM *multi;
	ev_timer timer; /* libcurl's own */
	ev_timer deliver; /* for exchanges that failed before they began */
	struct exchange *idle, *active, *finished;
	struct watch *watches;
	struct alarm *alarms;
	char *ca_bundle, *user_agent;
	long connections;
	const char *unusable; /* why nothing can be sent, NULL as a rule */
};

/* The lists are linked both ways, with the place that points here in place of the one before. */
#define LIST_ADD(list, element) \
	do { \
		(element)->next = (list); \
		(element)->place = &(list); \
		if (list) \
			(list)->place = &(element)->next; \
		(list) = (element); \
	} while (0)
#define LIST_REMOVE(element) \
	do { \
		*(element)->place = (element)->next; \
		if ((element)->next) \
			(element)->next->place = (element)->place; \
	} while (0)

/* http_answer.c */

/* What libcurl hands over goes into the exchange: its options for one handle. */
void answer_prepare(struct exchange *exchange);

/* Takes the exchange off its list, to be told of by deliver_finished(). */
void exchange_finish(struct exchange *exchange, CURLcode result);
/* Its handle and buffers are free for the next request. */
void exchange_idle(struct exchange *exchange);

/* Calls the callers, which may send again. Never inside a callback of libcurl. */
void deliver_finished(struct http *http);

/* http_proxy.c */

/*
 * The name of the variable that gives the proxy for the URL, where its value is not the address of one: what
 * libcurl then says of host and port may be parts of a password. NULL where it is, or none is given.
 */
const char *proxy_misspelt(const char *url);

/* http_loop.c */

/* Makes the multi handle; false with `unusable` set where there is none. */
bool multi_start(struct http *http);
/* A new one in its place: its connections are closed. No transfer is on it. */
void multi_renew(struct http *http);
void loop_start(struct http *http);
/* Stops every watcher; the multi handle is gone by then, as it may still tell about sockets until its end. */
void loop_end(struct http *http);
/* deliver_finished() is called from the next event. */
void deliver_soon(struct http *http);
void alarm_set(struct http *http, double seconds, void (*fire)(void *data), void *data);
void alarms_forget(struct http *http, const void *data);

#endif
