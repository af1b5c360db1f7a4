#ifndef COMMON_WAY_H
#define COMMON_WAY_H

/* The way to a folder, gone step by step, so that root notices where it leaves what belongs to root. */

#include <sys/types.h>

#include "rights.h"

/*
 * Opens the folder at `path` for reading its names and working in it. With `mode` (0 = it has to be there) it
 * is made with this mode where it is missing, and its parents with 0755. Where root meets a folder or link of
 * another user on the way, the rest is gone with that user's rights, which `rights` then holds.
 * Returns the descriptor; -1 with `reason` (an errno) and `error`, which has ERROR_INPUT where root may not
 * take those rights.
 */
int way_open(const char *path, mode_t mode, struct rights *rights, int *reason, struct error *error);

#endif
