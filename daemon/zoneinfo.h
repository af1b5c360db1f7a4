#ifndef DAEMON_ZONEINFO_H
#define DAEMON_ZONEINFO_H

/* The system's time zone database (Debian: tzdata), in /usr/share/zoneinfo or where TZDIR says, as for libc. */

#include "common/arena.h"
#include "common/error.h"
#include "model/definition/zone.h"

enum zone_found { ZONE_FOUND, ZONE_UNKNOWN, ZONE_NO_DATABASE };

/*
 * Reads the zone of this name. `near` (NULL where nothing is) is the name that an unknown one may have been
 * meant to be; from the arena.
 */
enum zone_found zoneinfo_read(struct arena *arena, const char *name, struct zone *out, const char **near);

/* Where the database is looked for. */
const char *zoneinfo_folder(void);

#endif
