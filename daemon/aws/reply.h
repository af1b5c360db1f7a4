#ifndef DAEMON_AWS_REPLY_H
#define DAEMON_AWS_REPLY_H

/* An HTTP answer as plain JSON members, or as the failure that it tells of. */

#include <jansson.h>
#include <stdbool.h>

#include "common/http.h"
#include "failure.h"
#include "service.h"

/*
 * True with a new reference in `reply`: an object, {} where the operation answers nothing; XML comes
 * as JSON with `<Operation>Result` unwrapped, its numbers and booleans as strings. False with
 * `failure` filled. The response must have a status.
 */
bool reply_read(const struct service *service, const char *operation, const struct http_response *response,
	json_t **reply, struct failure *failure);

/* AWS's request id, "" where none came. */
const char *reply_request_id(const struct http_response *response);

/* The Date of an answer that no cache kept, in seconds since the epoch; false where there is none to be
 * trusted. */
bool reply_date(const struct http_response *response, double *date);

#endif
