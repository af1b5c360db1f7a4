#include "common/http.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/text.h"

#include "../check.h"

/* A server on the loopback, one thread for each connection; what it does is said by the path. */

enum { REQUEST_SIZE = 3 * 1024 * 1024 };

static int port;
static atomic_int accepted, requests, open_now, open_most;

static bool put(int fd, const char *text)
{
	size_t length = strlen(text);

	while (length) {
		ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		text += sent;
		length -= (size_t)sent;
	}
	return true;
}

/* Reads one request whole; false at the end of the connection. */
static bool take(int fd, char *out, size_t size)
{
	size_t length = 0, wanted = 0;
	const char *body = NULL, *says;

	while (!body || length < wanted) {
		ssize_t got = recv(fd, out + length, size - 1 - length, 0);

		if (got <= 0)
			return false;
		length += (size_t)got;
		out[length] = '\0';
		body = strstr(out, "\r\n\r\n");
		says = strstr(out, "Content-Length: ");
		if (body)
			wanted = (size_t)(body + 4 - out) +
				 (says && says < body ? strtoul(says + 16, NULL, 10) : 0);
	}
	return true;
}

static void answer_ok(int fd, const char *body)
{
	char head[128];

	snprintf(head, sizeof head,
		"HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nX-Amzn-RequestId:  id-1 \r\n\r\n", strlen(body));
	put(fd, head);
	put(fd, body);
}

static void answer_huge(int fd)
{
	static char block[65536];

	memset(block, 'x', sizeof block - 1);
	put(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	for (int i = 0; i < 200; i++)
		put(fd, block);
}

static void answer_headers(int fd)
{
	put(fd, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 2000; i++)
		put(fd, "X-Long: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n");
	put(fd, "\r\n");
}

/* More than libcurl takes of one line. */
static void answer_long_header(int fd)
{
	put(fd, "HTTP/1.1 200 OK\r\nX-Long: ");
	for (int i = 0; i < 4000; i++)
		put(fd, "012345678901234567890123456789012345678901234567890123456789012345678901");
	put(fd, "\r\nContent-Length: 0\r\n\r\n");
}

static void answer_slowly(int fd)
{
	put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
	for (int i = 0; i < 80 && put(fd, "x"); i++)
		usleep(100000);
}

/* False where the connection is to be closed. */
static bool serve_one(int fd, const char *request, int number)
{
	const char *path = strchr(request, ' ') + 1;

	if (text_starts(path, "/echo"))
		answer_ok(fd, request);
	else if (text_starts(path, "/redirect"))
		put(fd, "HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n");
	else if (text_starts(path, "/continue"))
		put(fd, "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Late: 1\r\nContent-Length: 2\r\n\r\n{}");
	else if (text_starts(path, "/declared"))
		put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nxxx");
	else if (text_starts(path, "/cut"))
		put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789");
	else if (text_starts(path, "/nothing"))
		put(fd, "HTTP/1.1 204 No Content\r\n\r\n");
	else if (text_starts(path, "/huge"))
		answer_huge(fd);
	else if (text_starts(path, "/headers"))
		answer_headers(fd);
	else if (text_starts(path, "/header"))
		answer_long_header(fd);
	else if (text_starts(path, "/slow"))
		answer_slowly(fd);
	else if (text_starts(path, "/wait")) {
		usleep(50000);
		answer_ok(fd, "{}");
	} else if (text_starts(path, "/die-again") && number == 1)
		answer_ok(fd, "first");
	else if (text_starts(path, "/after-death"))
		answer_ok(fd, "second");
	return text_starts(path, "/echo") || text_starts(path, "/redirect") ||
	       text_starts(path, "/continue") || text_starts(path, "/nothing") ||
	       text_starts(path, "/wait") || (text_starts(path, "/die-again") && number == 1);
}

static void *serve(void *data)
{
	int fd = (int)(intptr_t)data, number = 0, now = atomic_fetch_add(&open_now, 1) + 1;
	/* Not touched before it is needed. */
	char *request = malloc(REQUEST_SIZE);

	if (now > atomic_load(&open_most))
		atomic_store(&open_most, now);
	while (take(fd, request, REQUEST_SIZE)) {
		atomic_fetch_add(&requests, 1);
		/* Whatever comes second on a connection that began with "/die" is swallowed. */
		if (number == 1 && strstr(request, " /die-again"))
			break;
		if (!serve_one(fd, request, ++number))
			break;
	}
	atomic_fetch_sub(&open_now, 1);
	close(fd);
	free(request);
	return NULL;
}

static void *listen_on(void *data)
{
	int listening = (int)(intptr_t)data;

	for (;;) {
		int fd = accept(listening, NULL, NULL);
		pthread_t thread;

		if (fd < 0)
			return NULL;
		atomic_fetch_add(&accepted, 1);
		if (!pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd))
			pthread_detach(thread);
	}
}

static int server_start(pthread_t *thread)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 64) ||
		getsockname(fd, (struct sockaddr *)&address, &length))
		abort();
	port = ntohs(address.sin_port);
	pthread_create(thread, NULL, listen_on, (void *)(intptr_t)fd);
	return fd;
}

/* The client under test. */

static struct ev_loop *loop;
static struct transport *http;
static bool inside_send;

struct outcome {
	int done;
	long status;
	size_t length;
	bool maybe_processed;
	char body[4096], request_id[32], late[8], early[8], error[1024];
};

static const char *header(const struct http_response *response, const char *name)
{
	const char *value = http_header_of(response, name);

	return value ? value : "";
}

static void on_done(const struct http_response *response, void *data)
{
	struct outcome *outcome = data;

	CHECK(!inside_send);
	CHECK_NUMBER(response->body[response->body_length], 0);
	CHECK(response->received >= response->sent && response->sent > 1e9);
	outcome->done++;
	outcome->status = response->status;
	outcome->length = response->body_length;
	outcome->maybe_processed = response->maybe_processed;
	snprintf(outcome->body, sizeof outcome->body, "%s", response->body);
	snprintf(outcome->request_id, sizeof outcome->request_id, "%s", header(response, "x-amzn-requestid"));
	snprintf(outcome->late, sizeof outcome->late, "%s", header(response, "x-late"));
	snprintf(outcome->early, sizeof outcome->early, "%s", header(response, "x-early"));
	snprintf(outcome->error, sizeof outcome->error, "%s", response->status ? "" : response->error.text);
}

static void send_to(
	const char *method, const char *path, const char *body, bool once, struct outcome *outcome)
{
	struct http_header headers[] = { { "X-Amz-Target", "A.B" }, { "Content-Type", "application/json" } };
	char url[128];
	struct http_request request = { .method = method,
		.url = url,
		.headers = headers,
		.header_count = body ? 2 : 1,
		.body = body,
		.body_length = body ? strlen(body) : 0,
		.timeout = 1.5,
		.once = once };

	if (*path == '/')
		snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, path);
	else
		snprintf(url, sizeof url, "%s", path);
	*outcome = (struct outcome){ 0 };
	inside_send = true;
	http->send(http, &request, on_done, outcome);
	inside_send = false;
	CHECK_NUMBER(outcome->done, 0);
}

static void on_end(void *data)
{
	(void)data;
	ev_break(loop, EVBREAK_ONE);
}

static void run_for(double seconds)
{
	http->after(http, seconds, on_end, NULL);
	ev_run(loop, 0);
}

static void run_until_done(const struct outcome *outcome)
{
	for (int i = 0; i < 400 && !outcome->done; i++)
		run_for(0.01);
	CHECK_NUMBER(outcome->done, 1);
}

static void exchange(
	const char *method, const char *path, const char *body, bool once, struct outcome *outcome)
{
	send_to(method, path, body, once, outcome);
	run_until_done(outcome);
}

static void begin(unsigned connections)
{
	struct http_options options = { .connections = connections, .user_agent = "test/1" };

	http = http_new(loop, &options);
	accepted = requests = open_most = 0;
}

static void end(void)
{
	http = http_free(http);
	CHECK(!http);
}

static void methods(void)
{
	static const char *const bodies[] = { "{\"a\":1}", "", NULL };
	static const char *const names[] = { "POST", "GET", "PUT", "DELETE" };
	struct outcome outcome;
	char line[64];

	begin(0);
	for (size_t n = 0; n < ARRAY_LENGTH(names); n++)
		for (size_t b = 0; b < ARRAY_LENGTH(bodies); b++)
			for (int once = 0; once < 2; once++) {
				/* GET and DELETE come without a body, PUT never does. */
				if ((n == 1 || n == 3) != (bodies[b] == NULL) && n != 0)
					continue;
				exchange(names[n], "/echo", bodies[b], once, &outcome);
				snprintf(line, sizeof line, "%s /echo HTTP/1.1\r\n", names[n]);
				CHECK_NUMBER(outcome.status, 200);
				CHECK(text_starts(outcome.body, line));
				CHECK(strstr(outcome.body, "\r\nX-Amz-Target: A.B\r\n") != NULL);
				CHECK(strstr(outcome.body, "\r\nUser-Agent: test/1\r\n") != NULL);
				CHECK(!strstr(outcome.body, "Expect"));
				CHECK(!strstr(outcome.body, "Transfer-Encoding"));
				CHECK(text_ends(
					outcome.body, bodies[b] && *bodies[b] ? bodies[b] : "\r\n\r\n"));
				CHECK(!strstr(outcome.body, "Content-Length") == (n == 1 || n == 3));
				CHECK_TEXT(outcome.request_id, "id-1");
			}
	/* Those without a body that must not go twice had a connection of their own. */
	CHECK(accepted <= 6);
	end();
}

static void kept_alive(void)
{
	struct outcome outcomes[40];

	begin(3);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		send_to("POST", "/wait", "{}", false, &outcomes[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++) {
		run_until_done(&outcomes[i]);
		CHECK_NUMBER(outcomes[i].status, 200);
	}
	CHECK_NUMBER(accepted, 3);
	CHECK_NUMBER(requests, 40);
	end();
}

/* Two names of one machine are two hosts, which share the connections. */
static void connections_in_all(void)
{
	struct outcome outcomes[30];
	char other[64];

	begin(3);
	snprintf(other, sizeof other, "http://localhost:%d/wait", port);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		send_to("POST", i % 2 ? other : "/wait", "{}", false, &outcomes[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++) {
		run_until_done(&outcomes[i]);
		CHECK_NUMBER(outcomes[i].status, 200);
	}
	/* The server may see the end of a connection after the beginning of the next. */
	CHECK(open_most <= 6);
	end();
}

/* libcurl would ask for a "100 Continue", which nobody gives, and wait a second for it. */
static void large_request(void)
{
	enum { SIZE = 2 * 1024 * 1024 };
	char *body = malloc(SIZE + 1);
	struct outcome outcome;
	double began;

	memset(body, 'x', SIZE);
	body[SIZE] = '\0';
	begin(0);
	for (int once = 0; once < 2; once++) {
		began = http->now(http);
		exchange("POST", "/echo", body, once, &outcome);
		CHECK_NUMBER(outcome.status, 200);
		CHECK(outcome.length > SIZE);
		CHECK(!strstr(outcome.body, "Expect"));
		CHECK(http->now(http) - began < 0.9);
	}
	end();
	free(body);
}

static void answers(void)
{
	struct outcome outcome;

	begin(0);
	exchange("GET", "/redirect", NULL, false, &outcome);
	CHECK_NUMBER(outcome.status, 302);
	CHECK_NUMBER(requests, 1);
	exchange("GET", "/continue", NULL, false, &outcome);
	CHECK_NUMBER(outcome.status, 200);
	CHECK_TEXT(outcome.late, "1");
	CHECK_TEXT(outcome.early, "");
	exchange("DELETE", "/nothing", NULL, false, &outcome);
	CHECK_NUMBER(outcome.status, 204);
	CHECK_NUMBER(outcome.length, 0);
	end();
}

static void broken_answers(void)
{
	static const struct {
		const char *path, *says;
	} cases[] = {
		{ "/huge", "the answer is larger than 8 MiB" },
		{ "/declared", "" },
		{ "/headers", "the headers of the answer are larger than 64 KiB" },
		{ "/header", "the headers of the answer are larger than 64 KiB" },
		{ "/cut", "" },
		{ "/closed", "" },
		{ "/slow", "" },
	};
	struct outcome outcome;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		begin(0);
		exchange("POST", cases[i].path, "{}", i % 2, &outcome);
		if (!CHECK_NUMBER(outcome.status, 0))
			printf("  %s\n", cases[i].path);
		CHECK(outcome.maybe_processed);
		CHECK(strstr(outcome.error, cases[i].path) && strstr(outcome.error, cases[i].says));
		CHECK_NUMBER(requests, 1);
		end();
	}
}

static void never_sent(void)
{
	static const char *const urls[] = { "http://127.0.0.1:1/", "http://example.com/",
		"file:///etc/passwd", "http://127.0.0.1@example.com/", "https://" };
	struct outcome outcome;

	begin(0);
	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
		exchange("POST", urls[i], "{}", true, &outcome);
		CHECK_NUMBER(outcome.status, 0);
		CHECK(!outcome.maybe_processed);
		CHECK(outcome.error[0]);
	}
	CHECK_NUMBER(requests, 0);
	end();
}

/* A proxy is for what lies elsewhere, and its password is told to nobody. */
static void proxies(void)
{
	static const char *const odd[] = { "htp://me:SECRET@127.0.0.1:1", "me:SECRET@x@127.0.0.1:1:2",
		"http://me:SECRET@[", "http://me:SECRET@127.0.0.1:1",
		/* With a blank, a quote, a slash and what else divides an address, and twice. */
		"http://me:SEC RET@127.0.0.1:1", "http://me:SEC'RET@127.0.0.1:1", "htp://me:S ECRE T@h ",
		"http://me:\"SECRET\" x@127.0.0.1:1:2", "http://me:1/SECRET@127.0.0.1:1",
		"http://me:SECRET/x@127.0.0.1:1", "http://SECRET/x@127.0.0.1:1", "me:SECRET#x@127.0.0.1:1",
		"me:SECRET", "http://me:SECRET%40127.0.0.1:1", "http://SECRET?@127.0.0.1:1",
		"http://me:SEC@RET@127.0.0.1:1", "http://me:SECRET@h]:1", "http://me:SECRET@[]]",
		"socks9://me:SECRET@127.0.0.1:1", "http://me:SECRET\n@127.0.0.1:1",
		"http:/me:SECRET@127.0.0.1:1", "//me:SECRET@127.0.0.1:1", "http://me:SECRET@127.0.0.1:99999",
		"http://me:S\xff SECRET@127.0.0.1:1" };
	static const char *const near[] = { "https://127.0.0.1:1/", "https://localhost:1/",
		"https://[::1]:1/", "http://127.0.0.1:1/" };
	static const char *const even[] = { "http://proxy.invalid:3128", "proxy.invalid", "127.0.0.1:1/",
		"http://me:SECRET@127.0.0.1:1", "socks5h://me:SECRET@[::1]:1",
		"HTTP://me:SECRET%2F!$&*();=+,~@h_x-1.invalid:1/" };
	struct outcome outcome, good;

	for (size_t i = 0; i < ARRAY_LENGTH(odd); i++) {
		setenv("HTTPS_PROXY", odd[i], 1);
		begin(0);
		exchange("POST", "https://aws.invalid/", "{}", false, &outcome);
		CHECK_NUMBER(outcome.status, 0);
		if (!CHECK(strstr(outcome.error, "roxy") || strstr(outcome.error, "port 1")) ||
			!CHECK(!strstr(outcome.error, "SEC") && !strstr(outcome.error, "RET") &&
				!strstr(outcome.error, "ECRE")))
			printf("  %s\n", outcome.error);
		end();
	}
	for (size_t i = 0; i < ARRAY_LENGTH(even); i++) {
		setenv("HTTPS_PROXY", even[i], 1);
		begin(0);
		exchange("POST", "https://aws.invalid/", "{}", false, &good);
		if (!CHECK(good.error[0] && !strstr(good.error, "is not [SCHEME") &&
			    !strstr(good.error, "SECRET")))
			printf("  %s\n", good.error);
		end();
	}
	CHECK(strstr(
		outcome.error, "the proxy of HTTPS_PROXY is not [SCHEME://][USER:PASSWORD@]HOST[:PORT]"));
	setenv("HTTPS_PROXY", "http://proxy.invalid:3128", 1);
	setenv("http_proxy", "http://proxy.invalid:3128", 1);
	for (size_t i = 0; i < ARRAY_LENGTH(near); i++) {
		begin(0);
		exchange("POST", near[i], "{}", false, &outcome);
		if (!CHECK(strstr(outcome.error, "Failed to connect to")))
			printf("  %s\n", outcome.error);
		end();
	}
	unsetenv("HTTPS_PROXY");
	unsetenv("http_proxy");
}

/* The connection dies while a second request is on it: only what may be repeated is sent again. */
static void sent_once(void)
{
	struct outcome outcome;

	begin(0);
	exchange("POST", "/die-again", "{}", true, &outcome);
	CHECK_TEXT(outcome.body, "first");
	exchange("POST", "/die-again", "{\"register\":1}", true, &outcome);
	CHECK_NUMBER(outcome.status, 0);
	CHECK(outcome.maybe_processed);
	CHECK(strstr(outcome.error, "the connection ended before an answer came") != NULL);
	CHECK_NUMBER(requests, 2);
	exchange("POST", "/die-again", "{}", false, &outcome);
	exchange("POST", "/die-again", "{}", false, &outcome);
	CHECK_TEXT(outcome.body, "first");
	CHECK_NUMBER(requests, 5);
	exchange("POST", "/echo", NULL, true, &outcome);
	CHECK_NUMBER(outcome.status, 200);
	end();
}

static void chain(const struct http_response *response, void *data)
{
	int *left = data;
	char url[64];

	CHECK_NUMBER(response->status, 200);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/echo", port);
	if (--*left > 0)
		http->send(http, &(struct http_request){ .method = "GET", .url = url }, chain, left);
}

static void sending_from_callbacks(void)
{
	struct http_response first = { .status = 200 };
	int left = 50;

	begin(0);
	chain(&first, &left);
	for (int i = 0; i < 400 && left; i++)
		run_for(0.01);
	CHECK_NUMBER(left, 0);
	CHECK_NUMBER(accepted, 1);
	end();
}

static void count(void *data)
{
	++*(int *)data;
}

static void alarms(void)
{
	double began;
	int fired = 0, forgotten = 0;

	begin(0);
	began = http->now(http);
	http->after(http, 0, count, &fired);
	http->after(http, 0.05, count, &forgotten);
	CHECK_NUMBER(fired, 0);
	http->forget(http, &forgotten);
	run_for(0.12);
	CHECK_NUMBER(fired, 1);
	CHECK_NUMBER(forgotten, 0);
	CHECK(http->now(http) - began > 0.11 && http->now(http) - began < 0.5);
	/* Freed before it goes off. */
	http->after(http, 0.01, count, &fired);
	end();
	CHECK_NUMBER(fired, 1);
}

static void forgotten(void)
{
	struct outcome lost, kept;

	begin(0);
	send_to("POST", "/wait", "{}", false, &lost);
	send_to("POST", "/wait", "{}", false, &kept);
	run_for(0.02);
	http->forget(http, &lost);
	run_until_done(&kept);
	CHECK_NUMBER(lost.done, 0);
	CHECK_NUMBER(kept.status, 200);
	/* Freed in the middle of one. */
	send_to("POST", "/wait", "{}", false, &lost);
	run_for(0.02);
	end();
	CHECK_NUMBER(lost.done, 0);
}

/* With connections open and nothing to do, the loop sleeps. */
static void idle(void)
{
	struct outcome outcome;
	unsigned before;

	begin(0);
	exchange("POST", "/echo", "{}", false, &outcome);
	run_for(0.1);
	before = ev_iteration(loop);
	run_for(0.7);
	CHECK(ev_iteration(loop) - before <= 3);
	end();
}

static void closed_at_rest(void)
{
	struct outcome outcome;

	begin(0);
	exchange("POST", "/echo", "{}", false, &outcome);
	http_rest(http);
	/* The server's thread sees the end of it a moment later. */
	for (int i = 0; i < 100 && open_now; i++)
		run_for(0.01);
	CHECK_NUMBER(open_now, 0);
	exchange("POST", "/echo", "{}", false, &outcome);
	CHECK_NUMBER(outcome.status, 200);
	CHECK_NUMBER(accepted, 2);
	/* What is under way goes on. */
	send_to("POST", "/wait", "{}", false, &outcome);
	run_for(0.02);
	http_rest(http);
	run_until_done(&outcome);
	CHECK_NUMBER(outcome.status, 200);
	CHECK_NUMBER(accepted, 2);
	end();
}

int main(void)
{
	pthread_t thread;
	int listening = server_start(&thread);

	loop = ev_loop_new(0);
	methods();
	kept_alive();
	connections_in_all();
	large_request();
	answers();
	broken_answers();
	never_sent();
	proxies();
	sent_once();
	sending_from_callbacks();
	alarms();
	forgotten();
	idle();
	closed_at_rest();
	ev_loop_destroy(loop);
	shutdown(listening, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(listening);
	return check_end();
}
