#ifndef DAEMON_PASS_OUTCOMES_H
#define DAEMON_PASS_OUTCOMES_H

/* What a pass has done is kept: what it registered, what left, and under whose approval. */

#include "pass.h"

/* Keeps what the site's actions have done. */
void outcomes_keep(struct pass_site *site);

#endif
