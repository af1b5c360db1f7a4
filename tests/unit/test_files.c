#include "common/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/readable.h"
#include "common/text.h"

#include "../check.h"
#include "written.h"

static char folder[] = "/tmp/test_files.XXXXXX";
static struct arena *arena;

static const char *in_folder(const char *name)
{
	return arena_printf(arena, "%s/%s", folder, name);
}

static void read_whole(void)
{
	const char *path = in_folder("a.json");
	struct error error = { 0 };
	size_t length = 0;
	bool missing = false;

	CHECK(!read_file(arena, path, 100, &length, &missing, &error) && missing && error.code == ERROR_IO);
	CHECK(text_starts(error.text, path));
	CHECK(make_file(path, "one", 3, 0600));
	CHECK_TEXT(read_file(arena, path, 100, &length, &missing, &error), "one");
	CHECK_NUMBER(length, 3);
	CHECK(make_file(path, "a\0b", 3, 0644));
	CHECK(memcmp(read_file(arena, path, 3, &length, NULL, &error), "a\0b", 4) == 0);
	CHECK(!read_file(arena, path, 2, &length, &missing, &error) && !missing);
}

static void what_is_no_file(void)
{
	struct error error = { 0 };
	size_t length;
	bool missing;

	CHECK(mkfifo(in_folder("pipe"), 0600) == 0);
	CHECK(!read_file(arena, in_folder("pipe"), 100, &length, &missing, &error) && !missing);
	CHECK(text_ends(error.text, "not a regular file"));
	CHECK(!read_file(arena, folder, 100, &length, &missing, &error) && !missing);
	CHECK(!read_file(arena, "/dev/zero", 100, &length, &missing, &error) && !missing);
	CHECK(symlink("loop", in_folder("loop")) == 0);
	CHECK(!read_file(arena, in_folder("loop"), 100, &length, &missing, &error) && !missing);
}

static void listing(void)
{
	const char *const *names = NULL;
	struct error error = { 0 };
	size_t count = 9;
	int opened = open(folder, O_RDONLY | O_CLOEXEC);

	CHECK(folder_list(arena, opened, folder, &names, &count, &error));
	CHECK_NUMBER(count, 3);
	CHECK_TEXT(names[0], "a.json");
	CHECK_TEXT(names[2], "pipe");
	close(opened);
	CHECK(!folder_list(arena, -1, in_folder("none"), &names, &count, &error));
	CHECK_TEXT(error.text, arena_printf(arena, "%s: %s", in_folder("none"), strerror(EBADF)));
}

static void clean(void)
{
	static const char *const left[] = { "a.json", "pipe", "loop", "." };

	for (size_t i = 0; i < ARRAY_LENGTH(left); i++)
		CHECK(remove(in_folder(left[i][0] == '.' ? "" : left[i])) == 0);
}

/* Root reads everything, and asks what somebody else could. */
static void what_another_may_read(void)
{
	const struct passwd *nobody = getpwnam("nobody");
	const char *paths[] = { in_folder("open"), in_folder("closed"), in_folder("absent"),
		in_folder("shut"), in_folder("shut/file"), in_folder("link") };
	bool readable[ARRAY_LENGTH(paths)];
	struct error error = { 0 };

	if (geteuid() != 0 || !nobody)
		return;
	CHECK(chmod(folder, 0755) == 0 && make_file(paths[0], "x", 1, 0644) &&
		make_file(paths[1], "x", 1, 0600));
	CHECK(mkdir(paths[3], 0700) == 0 && make_file(paths[4], "x", 1, 0644) &&
		symlink(paths[1], paths[5]) == 0);
	CHECK(readable_by(nobody, paths, ARRAY_LENGTH(paths), readable, &error));
	CHECK(readable[0] && !readable[1] && !readable[2] && !readable[3] && !readable[4] && !readable[5]);
	CHECK_TEXT(readable_remedy(arena, nobody, paths[1]),
		arena_printf(arena, "let user nobody read it: run chgrp nogroup %s && chmod g+r %s", paths[1],
			paths[1]));
	CHECK(strstr(readable_remedy(arena, nobody, paths[3]), "chmod g+rx "));
	CHECK_TEXT(readable_remedy(arena, nobody, paths[4]),
		"let user nobody into every folder on the way to it");
	/* A group that belongs to another user, as the daemon's does, is joined and not taken away from it.
	 */
	CHECK(chown(paths[1], 0, getpwnam("daemon")->pw_gid) == 0);
	nobody = getpwnam("nobody");
	CHECK_TEXT(readable_remedy(arena, nobody, paths[1]),
		arena_printf(arena,
			"let user nobody read it: run usermod -aG daemon nobody && chmod g+r %s, and let "
			"them "
			"log in anew",
			paths[1]));
	CHECK(chmod(paths[1], 0640) == 0);
	CHECK_TEXT(readable_remedy(arena, nobody, paths[1]),
		"let user nobody read it: run usermod -aG daemon nobody, and let them log in anew");
	CHECK(chmod(paths[1], 0600) == 0);
	/* What the remedy says helps. */
	CHECK(chown(paths[1], 0, nobody->pw_gid) == 0 && chmod(paths[1], 0640) == 0);
	CHECK(readable_by(nobody, paths, ARRAY_LENGTH(paths), readable, &error) && readable[1] &&
		readable[5]);
	CHECK(geteuid() == 0 && getegid() == 0);
	CHECK(unlink(paths[0]) == 0 && unlink(paths[1]) == 0 && unlink(paths[5]) == 0);
	CHECK(unlink(paths[4]) == 0 && rmdir(paths[3]) == 0);
}

int main(void)
{
	arena = arena_new();
	if (!mkdtemp(folder))
		return 2;
	read_whole();
	what_is_no_file();
	listing();
	what_another_may_read();
	clean();
	arena_free(arena);
	return check_end();
}
