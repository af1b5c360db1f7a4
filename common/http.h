#ifndef COMMON_HTTP_H
#define COMMON_HTTP_H

/*
 * One HTTP exchange at a time and place: request in, response out, over libcurl's multi interface on libev.
 * `struct transport` is the seam that tests replace: scripted replies and a virtual clock in place of
 * sockets.
 */

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "error.h"

struct http_header {
	const char *name, *value;
};

struct http_request {
	const char *method; /* "POST" */
	const char *url; /* complete, already encoded */
	const struct http_header *headers; /* beside those libcurl makes itself (Host, Content-Length) */
	size_t header_count;
	const char *body; /* NULL for none; only read before `send` returns */
	size_t body_length;
	double timeout; /* seconds for the whole exchange; 0 = the default of 30 */
	/* Never sent twice: without it the transport may send again what a kept-alive connection swallowed
	 * when it died. */
	bool once;
};

/* What came back; valid only while the callback runs. `status` 0 means that no complete answer came. */
struct http_response {
	long status;
	const char *body; /* terminated */
	size_t body_length;
	const struct http_header *headers;
	size_t header_count;
	double sent, received; /* seconds since the epoch, as `now` tells them */
	bool maybe_processed; /* status 0 and the request had left: the server may have carried it out */
	struct error error; /* why, where status is 0 */
};

/* Called once for each request sent, never from inside `send`. */
typedef void http_done(const struct http_response *response, void *data);

struct transport {
	void (*send)(
		struct transport *transport, const struct http_request *request, http_done *done, void *data);
	double (*now)(struct transport *transport); /* seconds since the epoch */
	/* Calls `fire` once, `seconds` from now (also for 0), never from inside `after`. */
	void (*after)(struct transport *transport, double seconds, void (*fire)(void *data), void *data);
	/* Ends every exchange and alarm with this `data` without calling back. */
	void (*forget)(struct transport *transport, const void *data);
};

/* The value of a response header, NULL where absent; `name` in any case. */
const char *http_header_of(const struct http_response *response, const char *name);

struct http_options {
	const char *ca_bundle; /* path, NULL = the system's */
	const char *user_agent; /* NULL = none */
	unsigned connections; /* to one host and in all; 0 = 20 */
};

/*
 * Whether the URL is one that the real transport would talk to: https, or this machine and the addresses
 * where instances and containers are told their keys. The error says why not.
 */
bool http_url_allowed(const char *url, struct error *error);
/* Whether it may be an endpoint of AWS: http only on this machine. */
bool http_endpoint_allowed(const char *url, struct error *error);

/* An endpoint as it is asked and signed, from an arena. */
struct http_parts {
	const char *scheme; /* "https", or "http" on this machine */
	const char *host; /* in lower case, as the Host header says it: without the scheme's own port */
	const char *path; /* as it was written, without a slash at the end; "" as a rule */
};

/* Takes such a URL apart. */
bool http_endpoint_parts(const char *url, struct arena *arena, struct http_parts *out, struct error *error);

/* Whether the URL leads to this machine or to a metadata address: never asked for through a proxy. */
bool http_url_is_near(const char *url);

/*
 * The real transport. https only, except for loopback and the metadata addresses; no redirects; TLS
 * >= 1.2 with peer and host verified; connect time-out 5 s; less than 100 bytes/s for 10 s ends it; a body
 * over 8 MiB is refused.
 */
struct transport *http_new(struct ev_loop *loop, const struct http_options *options);

/*
 * Closes the connections and frees the buffers that nothing uses, for a time with nothing to ask; what is
 * under way goes on, and then nothing is freed. Not from inside a callback.
 */
void http_rest(struct transport *transport);

/* Ends every exchange under way without calling back, frees all; accepts NULL, returns NULL. */
struct transport *http_free(struct transport *transport);

#endif
