#ifndef COMMON_ERROR_H
#define COMMON_ERROR_H

/*
 * The one error idiom: a value, the last parameter, untouched on success, wrapped with context on the way up.
 * A function that can fail returns false (or NULL) and fills the error; expected outcomes ("not found",
 * "unchanged") are return values with names, never errors. Only the shell logs.
 */

#include <stdbool.h>

#include "macros.h"

enum error_code {
	ERROR_NONE = 0,
	ERROR_INPUT, /* a definition, setting or flag is wrong: a person has to change it */
	ERROR_IO, /* a local file or the kernel refused */
	ERROR_NETWORK, /* no answer: DNS, connect, TLS, time-out, broken body */
	ERROR_CREDENTIALS, /* no keys, or keys that do not work */
	ERROR_AWS, /* AWS answered with an error */
	ERROR_REPLY, /* AWS answered with something we cannot read, so the reading is not complete */
	ERROR_CANCELLED, /* we were asked to stop */
};

/* The call to a service that the error came from, as that service's own records know it; "" where it came from none. */
struct error_call {
	char service[32], operation[64], code[96], request_id[96];
};

struct error {
	enum error_code code;
	char text[1024]; /* one sentence without a full stop at the end, in UTF-8; may be shortened */
	struct error_call call;
};

/* Fills `error` (which may be NULL) with a code and a formatted sentence. Returns false, to be returned on.
 */
bool error_set(struct error *error, enum error_code code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "<formatted>: " in front of the text of a filled error. Returns false, to be returned on. */
bool error_wrap(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
