#ifndef DAEMON_AWS_FAILURE_H
#define DAEMON_AWS_FAILURE_H

/* What a call that did not succeed means: the class of an error is a function of what came back, here and
 * only here. */

#include <stdbool.h>

enum failure_class {
	FAILURE_NONE = 0,
	FAILURE_NOT_FOUND, /* the thing asked about is not there: an outcome, not an error */
	FAILURE_EXISTS, /* a creation found the name taken */
	FAILURE_THROTTLED, /* slow down and ask again */
	FAILURE_TRANSIENT, /* 5xx, connection faults, concurrent modification: ask again */
	FAILURE_UNKNOWN, /* a call that must not be repeated may have been carried out: read before trying
			    again */
	FAILURE_DENIED, /* keys are right, rights are missing */
	FAILURE_CREDENTIALS, /* keys are missing, wrong or expired, also after a refresh */
	FAILURE_QUOTA, /* a quota is full: terminal until the next pass */
	FAILURE_REJECTED, /* AWS says that the request is wrong: terminal until the definition changes */
	FAILURE_CONFLICT, /* the thing's state forbids it now (in use, not empty, has targets) */
	FAILURE_RUBBISH, /* an answer nobody can read: the outcome of a write is unknown, a reading is not
			    complete */
	FAILURE_LOOP, /* the same page token twice, or too many pages: the reading is not complete */
	FAILURE_CANCELLED, /* we are stopping */
};

struct failure {
	enum failure_class class;
	long status; /* HTTP, 0 = no answer */
	char code[96]; /* AWS's, without prefix or suffix; "" where AWS said none */
	char message[512]; /* AWS's, or ours where AWS said nothing */
};

/* The class for a service's error code and HTTP status (quota, throttling and conflict differ by service). */
enum failure_class failure_classify(const char *service, long status, const char *code, const char *message);

/* Whether AWS said this code, which may or may not end in "Exception". */
bool failure_has_code(const struct failure *failure, const char *code);

/* Whether fresh keys, or the right time in the signature, may make the same call succeed. */
bool failure_expired(const struct failure *failure);
bool failure_skewed(const struct failure *failure);

/* "not found", "throttled" … for messages. */
const char *failure_name(enum failure_class class);

#endif
