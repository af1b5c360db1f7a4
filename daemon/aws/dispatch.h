#ifndef DAEMON_AWS_DISPATCH_H
#define DAEMON_AWS_DISPATCH_H

/* Which call goes next, over all lanes, and how those that are over come to whoever asked. */

#include "client.h"

/* Sends what may go, in all lanes. Calls that are over meanwhile are told by aws_deliver. */
void aws_dispatch(struct aws *aws);

/* aws_deliver() comes with the next event, where a call is over. */
void aws_deliver_soon(struct aws *aws);

/* Ends all that waits in the lane. */
void lane_finish(struct lane *lane, const struct failure *failure);

#endif
