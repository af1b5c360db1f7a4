#ifndef DAEMON_AWS_INSTANCE_H
#define DAEMON_AWS_INSTANCE_H

/* What the machine that we run on knows of itself: the instance metadata service of EC2, version 2 alone. */

#include "common/http.h"

/* `region` is borrowed for the callback; NULL where nobody answers, or not as that service does. */
typedef void instance_done(const char *region, void *data);

/*
 * Asks for the region of this instance. AWS_EC2_METADATA_DISABLED=true: nobody is asked.
 * AWS_EC2_METADATA_SERVICE_ENDPOINT: another address, which has to be near (http_url_is_near). `done` is
 * called once, never from inside here, and within 3 seconds.
 */
void instance_region(struct transport *transport, instance_done *done, void *data);

#endif
