#ifndef DAEMON_AWS_SIGV4_H
#define DAEMON_AWS_SIGV4_H

/*
 * AWS Signature Version 4 as a pure function of request, keys and time. For all services but S3, whose paths
 * are signed in another way.
 */

#include <stddef.h>
#include <time.h>

#include "common/digest.h"
#include "common/http.h"
#include "common/text.h"

struct sigv4_keys {
	const char *access_key, *secret_key;
	const char *session_token; /* NULL or "" = none */
};

struct sigv4_request {
	const char *method;
	const char *host; /* as the Host header says it */
	const char *path; /* as it is sent, percent-encoded once; "" counts as "/" */
	const char *query; /* as it is sent, percent-encoded, in any order; NULL = none */
	const struct http_header *headers; /* all that are to be signed beside Host; any order and case */
	size_t header_count;
	const char *body;
	size_t body_length;
};

/*
 * The signing key of one day, region, service and secret: worked out where it does not fit and kept for the
 * next request. Zeroed before its first use.
 */
struct sigv4_scope {
	const char *region, *service; /* the caller's; they do not change */
	char day[9];
	unsigned char secret[DIGEST_SIZE]; /* a digest of the secret that the key was made from */
	unsigned char key[DIGEST_SIZE];
};

enum { SIGV4_DATE_SIZE = 17 };

/* What goes into the request: x-amz-date, x-amz-security-token where there is a token, authorization. */
struct sigv4_signature {
	char date[SIGV4_DATE_SIZE];
	const char *session_token; /* the keys' own, NULL = none */
	struct text authorization; /* text_free it */
	struct text canonical; /* the canonical request, for tests and for nobody's log; text_free it */
};

/* `signature` may be used again for the next request; it keeps its memory. */
void sigv4_sign(const struct sigv4_request *request, const struct sigv4_keys *keys, struct sigv4_scope *scope,
	time_t when, struct sigv4_signature *signature);

void sigv4_signature_free(struct sigv4_signature *signature);

#endif
