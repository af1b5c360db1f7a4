#ifndef DAEMON_AWS_CREDENTIALS_H
#define DAEMON_AWS_CREDENTIALS_H

/*
 * Where our own keys come from, in the order that every AWS tool has: the environment (unless --profile is
 * given), a file `aws` under $CREDENTIALS_DIRECTORY, the shared files. Here it is only found out; roles are
 * assumed by identity.h.
 */

#include <stdbool.h>

#include "common/arena.h"
#include "common/error.h"
#include "profiles.h"

struct keys {
	const char *access_key, *secret_key;
	const char *session_token; /* NULL = none */
};

/* Either keys, or a role to be assumed with the keys of `from`, or the sentence why there are none. */
struct source {
	const char *origin, *renewal; /* of the keys: "the environment", and how new ones come into use */
	struct keys keys;
	const char *role_arn; /* NULL = the keys above */
	const char *external_id, *session_name;
	unsigned duration; /* seconds; 0 = the service's default */
	const struct source *from;
	const char *problem; /* NULL = none */
};

/* What environment and shared files say, once read. */
struct configuration {
	struct profiles profiles; /* of all files */
	struct profiles directory; /* of the one under $CREDENTIALS_DIRECTORY alone */
	const char *profile_name; /* --profile, AWS_PROFILE, the settings', "default" */
	bool profile_flag; /* the first of them: it alone comes before keys in the environment */
	const char *profile_setting; /* the third of them; NULL where not given */
	const struct profile *profile; /* NULL where nothing is said about "default" */
	const char *config_file, *credentials_file, *directory_file; /* NULL = no such place */
	bool strict; /* a file that others may write is an error, not only a warning */
	const char *warning; /* such a file; NULL = there is none */
	const char *
		slip; /* what is wrong in the service's own keys, which then count for nothing; NULL = nothing */
};

/*
 * Reads the files that are there, from the arena. False where one is broken (the service's own keys aside: then
 * credentials_find() says so) or unreadable, where (`strict`)
 * others may write one (trust.h), or where the profile asked for by name is in none of them (the nearest is
 * named).
 */
bool configuration_read(struct configuration *configuration, struct arena *arena, const char *profile_flag,
	const char *profile_setting, bool strict, struct error *error);

/* Our own keys' source; never NULL. */
const struct source *credentials_find(const struct configuration *configuration, struct arena *arena);

/* The value of an environment variable, NULL where unset or empty; "true" where it is a switch that is on. */
const char *environment(const char *name);
bool environment_on(const char *name);

#endif
