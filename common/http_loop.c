#include "arena.h"
#include "http_inside.h"

/* libcurl's multi interface on libev: libcurl says which sockets and which timer to watch, events go back to
 * it. */

static void collect_finished(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		struct exchange *exchange = NULL;
		/* The message dies with curl_multi_remove_handle. */
		CURLcode result = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&exchange);
		curl_multi_remove_handle(http->multi, message->easy_handle);
		exchange_finish(exchange, result);
	}
}

/* After an error of the multi handle every transfer is in doubt: all fail, and a new one is made. */
static void multi_restart(struct http *http)
{
	while (http->active) {
		struct exchange *exchange = http->active;

		curl_multi_remove_handle(http->multi, exchange->easy);
		exchange_finish(exchange, CURLE_FAILED_INIT);
	}
	multi_renew(http);
}

static void act(struct http *http, curl_socket_t socket, int events)
{
	int running;

	if (!http->multi)
		return;
	if (curl_multi_socket_action(http->multi, socket, events, &running) == CURLM_OK)
		collect_finished(http);
	else
		multi_restart(http);
	deliver_finished(http);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_deliver(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	deliver_finished(timer->data);
}

static void on_socket(struct ev_loop *loop, ev_io *io, int events)
{
	int action = (events & EV_READ ? CURL_CSELECT_IN : 0) | (events & EV_WRITE ? CURL_CSELECT_OUT : 0) |
		     (events & EV_ERROR ? CURL_CSELECT_ERR : 0);

	(void)loop;
	act(io->data, io->fd, action);
}

static void watch_end(struct http *http, struct watch *watch)
{
	ev_io_stop(http->loop, &watch->io);
	LIST_REMOVE(watch);
	free(watch);
}

static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *socket_user)
{
	struct http *http = user;
	struct watch *watch = socket_user;
	int events = (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0);

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		/* It may come for a socket that was never told. */
		if (watch)
			watch_end(http, watch);
		curl_multi_assign(http->multi, socket, NULL);
		return 0;
	}
	if (!watch) {
		watch = must_alloc(sizeof *watch);
		LIST_ADD(http->watches, watch);
		curl_multi_assign(http->multi, socket, watch);
	} else {
		ev_io_stop(http->loop, &watch->io);
	}
	ev_io_init(&watch->io, on_socket, socket, events);
	watch->io.data = http;
	ev_io_start(http->loop, &watch->io);
	return 0;
}

static int watch_timer(CURLM *multi, long milliseconds, void *user)
{
	struct http *http = user;

	(void)multi;
	ev_timer_stop(http->loop, &http->timer);
	if (milliseconds >= 0) {
		ev_timer_set(&http->timer, (double)milliseconds / 1000.0, 0.);
		ev_timer_start(http->loop, &http->timer);
	}
	return 0;
}

bool multi_start(struct http *http)
{
	http->multi = curl_multi_init();
	if (!http->multi) {
		http->unusable = "libcurl could not be started";
		return false;
	}
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, watch_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, http->connections);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, http->connections);
	/* The cache's own default shrinks with the number of transfers and would close what is used again at
	 * once. */
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, http->connections);
	return true;
}

void multi_renew(struct http *http)
{
	curl_multi_cleanup(http->multi);
	http->multi = NULL;
	ev_timer_stop(http->loop, &http->timer);
	multi_start(http);
}

void loop_start(struct http *http)
{
	ev_timer_init(&http->timer, on_timer, 0., 0.);
	ev_timer_init(&http->deliver, on_deliver, 0., 0.);
	http->timer.data = http->deliver.data = http;
}

void deliver_soon(struct http *http)
{
	ev_timer_stop(http->loop, &http->deliver);
	ev_timer_set(&http->deliver, 0., 0.);
	ev_timer_start(http->loop, &http->deliver);
}

/* Alarms. */

static void on_alarm(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct alarm *alarm = timer->data;
	void (*fire)(void *) = alarm->fire;
	void *data = alarm->data;

	(void)loop;
	(void)events;
	LIST_REMOVE(alarm);
	free(alarm);
	fire(data);
}

void alarm_set(struct http *http, double seconds, void (*fire)(void *data), void *data)
{
	struct alarm *alarm = must_alloc(sizeof *alarm);

	alarm->fire = fire;
	alarm->data = data;
	LIST_ADD(http->alarms, alarm);
	/* libev counts from when its present round began, which may be long ago. */
	ev_now_update(http->loop);
	ev_timer_init(&alarm->timer, on_alarm, seconds > 0 ? seconds : 0., 0.);
	alarm->timer.data = alarm;
	ev_timer_start(http->loop, &alarm->timer);
}

static void alarm_free(struct http *http, struct alarm *alarm)
{
	ev_timer_stop(http->loop, &alarm->timer);
	LIST_REMOVE(alarm);
	free(alarm);
}

void alarms_forget(struct http *http, const void *data)
{
	for (struct alarm *alarm = http->alarms, *next; alarm; alarm = next) {
		next = alarm->next;
		if (alarm->data == data)
			alarm_free(http, alarm);
	}
}

void loop_end(struct http *http)
{
	for (struct watch *watch = http->watches, *next; watch; watch = next) {
		next = watch->next;
		watch_end(http, watch);
	}
	for (struct alarm *alarm = http->alarms, *next; alarm; alarm = next) {
		next = alarm->next;
		alarm_free(http, alarm);
	}
	ev_timer_stop(http->loop, &http->timer);
	ev_timer_stop(http->loop, &http->deliver);
}
