#include "scripted.h"

#include <string.h>
#include <strings.h>

#include "common/arena.h"

/* Something that will happen: an answer comes, or an alarm goes off. */
struct event {
	struct event *next;
	double at;
	void *data;
	void (*fire)(void *data); /* an alarm, or: */
	http_done *done;
	struct scripted_answer answer;
	double sent;
};

struct entry {
	struct scripted_answer answer;
	bool used;
};

struct scripted {
	struct transport base;
	struct arena *arena;
	double now;
	struct event *events; /* by time, and as they came */
	struct entry *entries;
	size_t entry_count, entry_capacity;
	struct scripted_request **requests;
	size_t request_count, request_capacity, sent;
	struct arena *recent[2]; /* of the last requests and those before; NULLs: all are kept */
	scripted_server *server;
	void *server_data;
	size_t flying, most;
};

static struct scripted *of(struct transport *transport)
{
	return (struct scripted *)(void *)transport;
}

static void add_event(struct scripted *scripted, struct event *event)
{
	struct event **place = &scripted->events;

	while (*place && (*place)->at <= event->at)
		place = &(*place)->next;
	event->next = *place;
	*place = event;
}

static const char *target_of(struct scripted *scripted, const struct scripted_request *request)
{
	const char *target = scripted_header(request, "X-Amz-Target");

	if (!*target && !strncmp(request->body, "Action=", 7))
		target = arena_copy_n(scripted->arena, request->body + 7, strcspn(request->body + 7, "&"));
	return target;
}

static struct arena *requests_of(struct scripted *scripted)
{
	return scripted->recent[0] ? scripted->recent[0] : scripted->arena;
}

/* What came before the last answer is nobody's any more. */
static void forget_requests(struct scripted *scripted)
{
	if (!scripted->recent[0])
		return;
	arena_free(scripted->recent[1]);
	scripted->recent[1] = scripted->recent[0];
	scripted->recent[0] = arena_new();
}

static struct scripted_request *record(struct scripted *scripted, const struct http_request *request)
{
	struct arena *arena = requests_of(scripted);
	struct scripted_request *copy = arena_alloc(arena, sizeof *copy);

	copy->method = arena_copy(arena, request->method);
	copy->url = arena_copy(arena, request->url);
	copy->body = arena_copy_n(arena, request->body ? request->body : "", request->body_length);
	copy->at = scripted->now;
	copy->timeout = request->timeout;
	copy->once = request->once;
	for (size_t i = 0; i < request->header_count && i < ARRAY_LENGTH(copy->headers); i++)
		copy->headers[copy->header_count++] =
			(struct http_header){ arena_copy(arena, request->headers[i].name),
				arena_copy(arena, request->headers[i].value) };
	copy->target = target_of(scripted, copy);
	scripted->sent++;
	if (scripted->recent[0])
		return copy;
	arena_grow(arena, &scripted->requests, sizeof *scripted->requests, scripted->request_count,
		&scripted->request_capacity);
	return scripted->requests[scripted->request_count++] = copy;
}

static bool from_script(
	struct scripted *scripted, const struct scripted_request *request, struct scripted_answer *answer)
{
	for (size_t i = 0; i < scripted->entry_count; i++) {
		struct entry *entry = &scripted->entries[i];
		const char *match = entry->answer.match;

		if (entry->used || (match && !strstr(request->target, match) && !strstr(request->url, match)))
			continue;
		entry->used = !entry->answer.for_ever;
		*answer = entry->answer;
		return true;
	}
	return false;
}

static void scripted_send(
	struct transport *transport, const struct http_request *request, http_done *done, void *data)
{
	struct scripted *scripted = of(transport);
	struct scripted_request *copy;
	struct event *event = must_alloc(sizeof *event);

	forget_requests(scripted);
	copy = record(scripted, request);
	if (!from_script(scripted, copy, &event->answer)) {
		if (scripted->server)
			scripted->server(copy, &event->answer, scripted->server_data);
		else
			event->answer.status = 599;
	}
	event->answer.body = arena_copy(requests_of(scripted), event->answer.body ? event->answer.body : "");
	for (size_t i = 0; i < ARRAY_LENGTH(event->answer.headers); i++)
		event->answer.headers[i].value =
			arena_copy(requests_of(scripted), event->answer.headers[i].value);
	event->done = done;
	event->data = data;
	event->sent = scripted->now;
	event->at = scripted->now + event->answer.delay;
	if (++scripted->flying > scripted->most)
		scripted->most = scripted->flying;
	add_event(scripted, event);
}

static double now(struct transport *transport)
{
	return of(transport)->now;
}

static void after(struct transport *transport, double seconds, void (*fire)(void *data), void *data)
{
	struct scripted *scripted = of(transport);
	struct event *event = must_alloc(sizeof *event);

	event->at = scripted->now + (seconds > 0 ? seconds : 0);
	event->fire = fire;
	event->data = data;
	add_event(scripted, event);
}

static void forget(struct transport *transport, const void *data)
{
	struct scripted *scripted = of(transport);
	struct event **place = &scripted->events;

	while (*place) {
		struct event *event = *place;

		if (event->data != data) {
			place = &event->next;
			continue;
		}
		scripted->flying -= event->done != NULL;
		*place = event->next;
		free(event);
	}
}

struct scripted *scripted_new(void)
{
	struct scripted *scripted = must_alloc(sizeof *scripted);

	scripted->base = (struct transport){ scripted_send, now, after, forget };
	scripted->arena = arena_new();
	scripted->now = SCRIPTED_START;
	return scripted;
}

void scripted_free(struct scripted *scripted)
{
	while (scripted->events) {
		struct event *next = scripted->events->next;

		free(scripted->events);
		scripted->events = next;
	}
	arena_free(scripted->recent[0]);
	arena_free(scripted->recent[1]);
	arena_free(scripted->arena);
	free(scripted);
}

struct transport *scripted_transport(struct scripted *scripted)
{
	return &scripted->base;
}

void scripted_say(struct scripted *scripted, struct scripted_answer answer)
{
	arena_grow(scripted->arena, &scripted->entries, sizeof *scripted->entries, scripted->entry_count,
		&scripted->entry_capacity);
	scripted->entries[scripted->entry_count++] = (struct entry){ .answer = answer };
}

void scripted_forgets(struct scripted *scripted)
{
	scripted->recent[0] = arena_new();
}

void scripted_serve(struct scripted *scripted, scripted_server *server, void *data)
{
	scripted->server = server;
	scripted->server_data = data;
}

static void answer(struct scripted *scripted, struct event *event)
{
	struct http_response response = { .status = event->answer.status,
		.body = event->answer.body,
		.body_length = strlen(event->answer.body),
		.headers = event->answer.headers,
		.sent = event->sent,
		.received = scripted->now,
		.maybe_processed = event->answer.maybe_processed };

	while (response.header_count < ARRAY_LENGTH(event->answer.headers) &&
		event->answer.headers[response.header_count].name)
		response.header_count++;
	if (!response.status)
		error_set(&response.error, ERROR_NETWORK, "the script gave no answer");
	scripted->flying--;
	event->done(&response, event->data);
}

void scripted_run_until(struct scripted *scripted, double until)
{
	while (scripted->events && scripted->events->at <= until) {
		struct event *event = scripted->events;

		scripted->events = event->next;
		if (event->at > scripted->now)
			scripted->now = event->at;
		if (event->fire)
			event->fire(event->data);
		else
			answer(scripted, event);
		free(event);
	}
}

void scripted_run(struct scripted *scripted)
{
	scripted_run_until(scripted, scripted->now + 1e9);
}

void scripted_pass(struct scripted *scripted, double seconds)
{
	scripted->now += seconds;
}

double scripted_now(const struct scripted *scripted)
{
	return scripted->now;
}

size_t scripted_count(const struct scripted *scripted)
{
	return scripted->sent;
}

const struct scripted_request *scripted_request(const struct scripted *scripted, size_t index)
{
	return scripted->requests[index];
}

const char *scripted_header(const struct scripted_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (!strcasecmp(request->headers[i].name, name))
			return request->headers[i].value;
	return "";
}

size_t scripted_pending(const struct scripted *scripted)
{
	size_t count = 0;

	for (const struct event *event = scripted->events; event; event = event->next)
		count++;
	return count;
}

size_t scripted_most(const struct scripted *scripted)
{
	return scripted->most;
}
