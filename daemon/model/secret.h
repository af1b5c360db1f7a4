#ifndef DAEMON_MODEL_SECRET_H
#define DAEMON_MODEL_SECRET_H

/* Which values are the user's secrets: what may hold a password is told by its name, never by its value. */

#include <stdbool.h>
#include <stddef.h>

/* Whether what stands under a member of this name may be a password: variables, words of commands, options of
 * log drivers, labels. */
bool is_secret_name(const char *name, size_t length);

/* Whether one of the names on a path ("containerDefinitions[x].environment[PASSWORD]") is such a name. */
bool is_secret_path(const char *path);

#endif
