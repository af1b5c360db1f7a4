#ifndef DAEMON_MODEL_REGION_H
#define DAEMON_MODEL_REGION_H

/* What a region's name looks like: one test for definitions, settings, flags and environment. Pure. */

#include <stdbool.h>

#include "common/error.h"

/*
 * Regions are named by where they lie; a new one has a new number or a new country, but not a new direction.
 * An extended regular expression that ECMAScript reads alike.
 */
#define REGION_PATTERN \
	"^[a-z]{2,8}(-[a-z]{2,8}){0,2}-(central|east|north|northeast|northwest|south|southeast|southwest|" \
	"west)" \
	"-[0-9]{1,2}$"

/* For suggestions only, NULL at the end: a region that is not here works all the same. */
extern const char *const known_regions[];

/* Whether the text can be a region; the error (which may be NULL) names the nearest known. */
bool region_check(const char *text, struct error *error);

#endif
