#include "readers.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "common/readable.h"

/* As the unit and sysusers.d name it. */
#define DAEMON_USER "fargate-batchd"

static void tell(struct session *session, const struct passwd *user, const char *path, const char *what)
{
	struct arena *arena = session->arena;

	definitions_add_fault(session->definitions,
		(struct fault){ .at = { path, 1, 1 },
			.message = arena_printf(arena, "user %s, who runs the daemon, cannot read the %s",
				user->pw_name, what),
			.remedy = readable_remedy(arena, user, path) });
}

/* The folder, the settings, and each file that was read of the folder. */
static const char **paths_of(const struct session *session, size_t *count)
{
	const struct definitions *definitions = session->definitions;
	const char **paths = arena_alloc(session->arena, (definitions->text_count + 2) * sizeof *paths);

	paths[(*count)++] = DEFAULT_DEFINITIONS;
	if (!session->options->settings && access(DEFAULT_SETTINGS, F_OK) == 0)
		paths[(*count)++] = DEFAULT_SETTINGS;
	for (size_t i = 0; i < definitions->text_count; i++)
		if (definitions->texts[i].role == TEXT_JUDGED)
			paths[(*count)++] = definitions->texts[i].file;
	return paths;
}

void readers_check(struct session *session)
{
	const char *folder = session->options->definitions;
	const struct passwd *user = getpwnam(DAEMON_USER);
	size_t count = 0;
	const char **paths;
	bool *readable;

	if (geteuid() != 0 || !user || (folder && strcmp(folder, DEFAULT_DEFINITIONS) != 0))
		return;
	paths = paths_of(session, &count);
	readable = arena_alloc(session->arena, count * sizeof *readable);
	if (!readable_by(user, paths, count, readable, NULL))
		return;
	if (!readable[0])
		tell(session, user, paths[0], "folder");
	for (size_t i = 1; i < count; i++)
		if (!readable[i] && (readable[0] || strcmp(paths[i], DEFAULT_SETTINGS) == 0))
			tell(session, user, paths[i], "file");
}
