#ifndef DAEMON_AWS_EXCHANGE_H
#define DAEMON_AWS_EXCHANGE_H

/* One request of a call, from its signature to what its answer means. */

#include "client.h"

/* Signs and sends; the call is then flying, and exchange_done goes on with it. */
void exchange_start(struct call *call, const struct sigv4_keys *keys, double now);

#endif
