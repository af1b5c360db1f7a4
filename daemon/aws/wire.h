#ifndef DAEMON_AWS_WIRE_H
#define DAEMON_AWS_WIRE_H

/* An operation and its members as the request that its service understands; nothing of it is signed yet. */

#include <jansson.h>
#include <stdbool.h>

#include "common/error.h"
#include "common/text.h"
#include "service.h"

struct wire {
	const char *method;
	struct text path, query; /* percent-encoded; query "" = none */
	struct text body; /* "" = none */
	struct text target; /* X-Amz-Target, "" = none */
	const char *content_type; /* NULL = none */
};

/* Fills `wire` anew. False where the operation is not known or a member that the path needs is missing. */
bool wire_encode(const struct service *service, const char *operation, const json_t *params,
	struct wire *wire, struct error *error);

void wire_free(struct wire *wire);

#endif
