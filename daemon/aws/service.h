#ifndef DAEMON_AWS_SERVICE_H
#define DAEMON_AWS_SERVICE_H

/*
 * The services we speak to, one row each: where they are, how they are spoken to, how they are signed. The
 * rows hold what the service models say that AWS publishes for its SDKs.
 */

#include <stdbool.h>

enum protocol {
	PROTOCOL_JSON, /* POST /, the operation in X-Amz-Target */
	PROTOCOL_REST, /* method and path by operation, members in path, query and JSON body */
	PROTOCOL_QUERY, /* POST / with a form, XML back */
	PROTOCOL_EC2, /* the same with other names for lists */
};

struct service {
	const char *name; /* botocore's, but "tagging" for the Resource Groups Tagging API */
	enum protocol protocol;
	const char *prefix; /* of the host name */
	const char *signing_name; /* in the signature's scope */
	const char *target; /* JSON: what stands before the operation in X-Amz-Target */
	const char *content_type; /* of a request with a body */
	const char *version; /* query: the API's version */
	const char *environment; /* AWS_ENDPOINT_URL_<this> */
	double rate; /* requests a second that last, once AWS throttles */
};

/* NULL for a service without a row. */
const struct service *service_find(const char *name);

/* Whether a complete answer to this operation has no members, so that an empty body is the whole answer. */
bool service_answers_nothing(const struct service *service, const char *operation);

/* How an operation of a REST service travels. Members that are named in neither path nor query are the JSON
 * body. */
struct rest_operation {
	const char *service, *operation, *method;
	const char *path; /* "/schedules/{Name}" */
	/* "Member=parameter" in the query, several divided by blanks; NULL for none. */
	const char *query;
};

const struct rest_operation *service_rest(const struct service *service, const char *operation);

#endif
