#ifndef DAEMON_PASS_WORDS_H
#define DAEMON_PASS_WORDS_H

/* What people are told of a pass in the same words, whether a verb says them or the journal. All from the arena. */

#include "pass.h"

/* What an action is about: "batch-no1:3" of a revision, else the resource's own name. Borrowed. */
const char *words_name(const struct action *action);

/* "1 app, 2 batches". */
char *words_size(struct arena *arena, size_t apps, size_t batches);

/* "has left the definitions", or where it is defined elsewhere now "has moved from eu-west-1 to eu-west-3". */
char *words_departure(struct arena *arena, const char *moved);

/* What AWS does not take yet, how long that may last, and what it says. */
char *words_wait(struct arena *arena, const struct wait *wait);

/*
 * One sentence where this machine's clock is more than a minute from AWS's, which is so many seconds ahead of
 * it; NULL where it is not.
 */
char *words_clock(struct arena *arena, double ahead);

#endif
