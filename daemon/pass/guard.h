#ifndef DAEMON_PASS_GUARD_H
#define DAEMON_PASS_GUARD_H

#include "pass.h"

/* A pass's step before it writes: the brake over all plans, with what persons have let pass. */
void pass_guard(struct pass *pass);

#endif
