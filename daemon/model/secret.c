#include "secret.h"

#include <string.h>
#include <strings.h>

#include "common/macros.h"

bool is_secret_name(const char *name, size_t length)
{
	static const char *const names[] = { "environment", "command", "entryPoint", "options",
		"dockerLabels", "labels", "driverOpts", "inputTemplate" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (strlen(names[i]) == length && strncasecmp(names[i], name, length) == 0)
			return true;
	return false;
}

bool is_secret_path(const char *path)
{
	/* A text that should hold the overrides, and cannot be read as that. */
	if (strcmp(path, "input") == 0)
		return true;
	while (*path) {
		size_t length = strcspn(path, ".[");

		if (is_secret_name(path, length))
			return true;
		path += length;
		path += *path != '\0';
	}
	return false;
}
