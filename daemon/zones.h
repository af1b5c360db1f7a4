#ifndef DAEMON_ZONES_H
#define DAEMON_ZONES_H

#include "model/definition/definition.h"

/*
 * Finds the time zones that apps and batches name. Where `judged`, adds the faults that only this machine can
 * tell: a time zone that is none; and as warnings one that cannot be looked up, for want of the database, and
 * an at(…) that is over.
 */
void zones_find(struct definitions *definitions, bool judged);

#endif
