#include "readable.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"

static bool can_open(const char *path)
{
	CLEANUP_FILE int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return file >= 0;
}

/* In a process of its own, which gives root's rights away for good. */
static _Noreturn void look_as(
	const struct passwd *user, const char *const *paths, size_t count, bool *readable)
{
	if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
		setuid(user->pw_uid) != 0)
		_exit(1);
	for (size_t i = 0; i < count; i++)
		readable[i] = can_open(paths[i]);
	_exit(0);
}

static bool ended_well(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool readable_by(const struct passwd *user, const char *const *paths, size_t count, bool *readable,
	struct error *error)
{
	size_t size = (count + 1) * sizeof *readable;
	bool *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), told;
	pid_t child;

	if (shared == MAP_FAILED)
		return error_set(error, ERROR_IO, "mmap: %s", strerror(errno));
	child = fork();
	if (child == 0)
		look_as(user, paths, count, shared);
	told = child > 0 && ended_well(child);
	if (told)
		memcpy(readable, shared, count * sizeof *readable);
	munmap(shared, size);
	return told || error_set(error, ERROR_IO, "what user %s may read cannot be told", user->pw_name);
}

/* The name of a group that is the own one of a user other than this one, as the daemon's is; NULL: it is not.
 */
static const char *group_of_another(struct arena *arena, gid_t number, const struct passwd *user)
{
	const struct group *group = number != 0 && number != user->pw_gid ? getgrgid(number) : NULL;
	const char *name = group ? arena_copy(arena, group->gr_name) : NULL;
	char texts[4096];
	struct passwd owner, *found = NULL;

	if (name && getpwnam_r(name, &owner, texts, sizeof texts, &found) == 0 && found &&
		found->pw_gid == number)
		return name;
	return NULL;
}

static char *join_remedy(struct arena *arena, const char *group, const char *user, const char *chmod)
{
	return arena_printf(arena, "let user %s read it: run usermod -aG %s %s%s, and let them log in anew",
		user, group, user, chmod);
}

char *readable_remedy(struct arena *arena, const struct passwd *user, const char *path)
{
	struct stat status = { 0 };
	bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
	mode_t wanted = folder ? S_IRGRP | S_IXGRP : S_IRGRP;
	const char *joined = group_of_another(arena, status.st_gid, user);
	const struct group *group = getgrgid(user->pw_gid);

	if (!group || (status.st_mode & wanted >> 3) == wanted >> 3 ||
		(status.st_gid == user->pw_gid && (status.st_mode & wanted) == wanted))
		return arena_printf(arena, "let user %s into every folder on the way to it", user->pw_name);
	if (joined)
		return join_remedy(arena, joined, user->pw_name,
			(status.st_mode & wanted) == wanted
				? ""
				: arena_printf(arena, " && chmod g+%s %s", folder ? "rx" : "r", path));
	return arena_printf(arena, "let user %s read it: run chgrp %s %s && chmod g+%s %s", user->pw_name,
		group->gr_name, path, folder ? "rx" : "r", path);
}
