#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/files.h"
#include "common/text.h"

enum { NAME_SIZE = 64, UID_SIZE = 16 };

static char *user_name(struct arena *arena, uid_t uid)
{
	const struct passwd *user = getpwuid(uid);

	if (user)
		return arena_copy(arena, user->pw_name);
	return arena_printf(arena, "uid %lu", (unsigned long)uid);
}

/* The uid that somebody logged in with, which sudo and su keep; false where nobody has, as in a service. */
static bool login_uid(struct arena *arena, uid_t *uid)
{
	static const char path[] = "/proc/self/loginuid";
	CLEANUP_FILE int file = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	char *text = file >= 0 ? file_read_opened(arena, file, path, UID_SIZE, &length, NULL) : NULL, *end;
	unsigned long number;

	if (!text)
		return false;
	text[length] = '\0';
	errno = 0;
	number = strtoul(text, &end, 10);
	*uid = (uid_t)number;
	return end != text && !errno && *uid == number && *uid != (uid_t)-1;
}

char *login_name(struct arena *arena)
{
	const char *sudo = getenv("SUDO_USER");
	char name[NAME_SIZE];
	uid_t uid;

	if (sudo && *sudo) {
		text_copy_mended(name, sizeof name, sudo);
		return arena_copy(arena, name);
	}
	return user_name(arena, login_uid(arena, &uid) ? uid : getuid());
}
