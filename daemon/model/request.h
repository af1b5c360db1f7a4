#ifndef DAEMON_MODEL_REQUEST_H
#define DAEMON_MODEL_REQUEST_H

/* One AWS operation as data: what a kind wants asked or done. The shell hands it to aws/call. */

#include <jansson.h>
#include <stdbool.h>

struct request {
	const char *service; /* "ecs" */
	const char *operation; /* "DescribeClusters" */
	json_t *params; /* new reference; request_clear releases it */
	bool once; /* not to be repeated when it may have been carried out */
};

static inline void request_clear(struct request *request)
{
	json_decref(request->params);
	*request = (struct request){ 0 };
}

#endif
