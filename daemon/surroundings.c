#include "surroundings.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "common/environment_file.h"
#include "common/files.h"
#include "session.h"

#define DEFAULTS "/etc/default/fargate-batchd"

enum { DEFAULTS_LIMIT = 64 * 1024 };

static void assigned(const char *name, const char *value, void *data)
{
	(void)data;
	setenv(name, value, 0);
}

static void broken(unsigned line, const char *why, void *data)
{
	(void)data;
	session_complain(DEFAULTS ":%u: passed over: %s; write NAME=value", line, why);
}

static bool is_roots(int file)
{
	struct stat status;

	return fstat(file, &status) == 0 && status.st_uid == 0 && !(status.st_mode & (S_IWGRP | S_IWOTH));
}

static void take_defaults(struct arena *arena)
{
	const struct environment_reader reader = { .assigned = assigned, .broken = broken };
	struct error error = { 0 };
	size_t length;
	bool missing = false;
	CLEANUP_FILE int file = file_open(DEFAULTS, DEFAULTS_LIMIT, &length, &missing, &error);
	char *text;

	/* Who may not read it is no part of the service's world. */
	if (file < 0)
		return;
	if (!is_roots(file)) {
		session_complain(DEFAULTS
			" is not read: it has to belong to root, and nobody else may write it; run chown root:root and chmod go-w");
		return;
	}
	text = file_read_opened(arena, file, DEFAULTS, length, &length, &error);
	if (text)
		environment_file_read(text, &reader);
	else
		session_complain("%s", error.text);
}

void surroundings_take(struct arena *arena)
{
	take_defaults(arena);
	/* libcurl would write the keys of every connection to the file that it names. */
	unsetenv("SSLKEYLOGFILE");
}
