#ifndef DAEMON_PASS_FIGHTS_H
#define DAEMON_PASS_FIGHTS_H

/* Who fights whom: a field that keeps being changed back is not fought over, and is left alone longer each time. */

#include "pass.h"

/* Holds what is fought over; after a person has asked for that, everything is written once more. */
void fights_hold(struct pass_site *site);

/* A pass has written: counts what it put back, before drift_keep keeps the wishes anew. */
void fights_keep(struct pass_site *site);

#endif
