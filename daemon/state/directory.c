#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "kept.h"
#include "state.h"

#define SYSTEM_DIRECTORY "/var/lib/fargate-batchd"

static bool usable(const char *directory)
{
	return access(directory, R_OK | W_OK | X_OK) == 0;
}

/* The directory for a person without access to the system's. */
static bool own_directory(struct text *out, struct error *error)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (base && base[0] == '/')
		text_printf(out, "%s/fargate-batchd", base);
	else if (home && home[0] == '/')
		text_printf(out, "%s/.local/state/fargate-batchd", home);
	else
		return error_set(
			error, ERROR_IO, "no place for state: set STATE_DIRECTORY, XDG_STATE_HOME or HOME");
	return true;
}

static bool choose_directory(struct text *out, struct error *error)
{
	const char *given = getenv("STATE_DIRECTORY");

	if (given && *given)
		text_add_n(out, given, strcspn(given, ":"));
	else if (usable(SYSTEM_DIRECTORY))
		text_add(out, SYSTEM_DIRECTORY);
	else
		return own_directory(out, error);
	return true;
}

struct folder *state_open_daemons_folder(bool *missing, struct error *error)
{
	CLEANUP_TEXT struct text directory = { 0 };
	const char *given = getenv("STATE_DIRECTORY");

	text_add_n(&directory, given && *given ? given : SYSTEM_DIRECTORY,
		given && *given ? strcspn(given, ":") : strlen(SYSTEM_DIRECTORY));
	return folder_open(text_string(&directory), 0, missing, error);
}

struct folder *state_open_folder(struct error *error)
{
	CLEANUP_TEXT struct text directory = { 0 };
	struct folder *folder;

	if (!choose_directory(&directory, error))
		return NULL;
	folder = folder_open(text_string(&directory), KEPT_FOLDER_MODE, NULL, error);
	if (!folder)
		error_wrap(error, "no place for state; set STATE_DIRECTORY");
	return folder;
}
