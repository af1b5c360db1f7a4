#ifndef DAEMON_AWS_FINISH_H
#define DAEMON_AWS_FINISH_H

/* A call is over, and whoever asked is told of it. */

#include "client.h"

/* The call is over with this failure (FAILURE_NONE: with its reply); `done` is called from the next event. */
void call_finish(struct call *call, const struct failure *failure);

/* Calls `done` for every call that is over. From events alone, never below aws_call(). */
void aws_deliver(struct aws *aws);

void call_free(struct call *call);

#endif
