#ifndef DAEMON_MODEL_DURATION_H
#define DAEMON_MODEL_DURATION_H

#include <stdbool.h>

/*
 * Reads a duration as people write it: "90" or "90s", "15m", "2h", "1d"; whole numbers from 1, at most 365
 * days. False where it is none; `seconds` is then left as it was.
 */
bool duration_parse(const char *text, unsigned long *seconds);

#endif
