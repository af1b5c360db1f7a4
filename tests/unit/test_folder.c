#include "common/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/text.h"

#include "../check.h"
#include "written.h"

/* A folder of our own files: what is read, what is made,
 * who may have it, and what somebody lays in our way. */

enum { ANOTHER = 12345, THIRD = 12346 };

static char top[] = "/tmp/test_folder.XXXXXX";
static struct arena *arena;

static const char *at(const char *name)
{
	return arena_printf(arena, "%s/%s", top, name);
}

static struct folder *open_folder(const char *name)
{
	struct error error = { 0 };
	struct folder *folder = folder_open(at(name), 0750, NULL, &error);

	if (!CHECK(folder != NULL))
		printf("%s\n", error.text);
	return folder;
}

static mode_t mode_of(const char *name)
{
	struct stat status;

	return CHECK(lstat(at(name), &status) == 0) ? status.st_mode & 07777 : 0;
}

static const char *content(const char *name)
{
	char buffer[64] = "";
	int file = open(at(name), O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : read(file, buffer, sizeof buffer - 1);

	close(file);
	return length < 0 ? "cannot be read" : arena_copy_n(arena, buffer, (size_t)length);
}

static void read_and_replace(void)
{
	struct folder *folder = open_folder("plain");
	struct error error = { 0 };
	size_t length = 0;
	enum found found;

	CHECK(!folder_read(folder, arena, "a", 100, &length, &found, &error) && found == FOUND_NOTHING);
	CHECK_TEXT(error.text, arena_printf(arena, "%s: %s", at("plain/a"), strerror(ENOENT)));
	umask(0777);
	CHECK(folder_replace(folder, "a", "one", 3, 0600, &error));
	umask(022);
	CHECK_NUMBER(mode_of("plain/a"), 0600);
	CHECK_TEXT(folder_read(folder, arena, "a", 3, &length, &found, &error), "one");
	CHECK(found == FOUND_FILE);
	CHECK(folder_replace(folder, "a", "x\0yz", 4, 0644, &error));
	CHECK_NUMBER(mode_of("plain/a"), 0644);
	CHECK(memcmp(folder_read(folder, arena, "a", 4, &length, NULL, &error), "x\0yz", 5) == 0 &&
		length == 4);
	CHECK(!folder_read(folder, arena, "a", 3, &length, &found, &error) && found == FOUND_OTHER);
	CHECK(text_ends(error.text, "is larger than 3 bytes"));
	CHECK(mkdir(at("plain/taken"), 0700) == 0);
	CHECK(!folder_replace(folder, "taken", "x", 1, 0600, &error));
	CHECK(system(arena_printf(arena, "test \"$(ls -A %s)\" = \"$(printf 'a\\ntaken')\"", at("plain"))) ==
		0);
	folder_close(folder);
}

static void an_old_reader_keeps_the_old_file(void)
{
	struct folder *folder = open_folder("plain");
	char text[8] = "";
	int file;

	CHECK(folder_replace(folder, "swap", "old", 3, 0600, NULL));
	file = open(at("plain/swap"), O_RDONLY | O_CLOEXEC);
	CHECK(folder_replace(folder, "swap", "newer", 5, 0600, NULL));
	CHECK_NUMBER(read(file, text, sizeof text - 1), 3);
	CHECK_TEXT(text, "old");
	close(file);
	folder_close(folder);
}

static void making(void)
{
	struct error error = { 0 };
	struct folder *folder;
	bool missing = false;

	CHECK(!folder_open(at("x/y"), 0, &missing, &error) && missing);
	umask(0077);
	folder_close(open_folder("x/y//z/"));
	umask(022);
	CHECK_NUMBER(mode_of("x/y/z"), 0750);
	CHECK(chmod(at("x/y/z"), 0700) == 0);
	folder = open_folder("x/y/z");
	CHECK_NUMBER(mode_of("x/y/z"), 0700);
	CHECK(folder_set_mode(folder, 0750, &error));
	CHECK_NUMBER(mode_of("x/y/z"), 0750);
	folder_close(folder);
	CHECK(chmod(at("x/y/z"), 01777) == 0);
	folder = open_folder("x/y/z");
	CHECK(folder_set_mode(folder, 0750, &error));
	CHECK_NUMBER(mode_of("x/y/z"), 01777);
	folder_close(folder);
	CHECK(!folder_open(at("plain/a/b"), 0750, &missing, &error) && !missing);
	CHECK(symlink("x/y", at("link")) == 0);
	folder = open_folder("link/z");
	CHECK_TEXT(folder_path(folder), at("link/z"));
	folder_close(folder);
	CHECK(symlink("circle", at("circle")) == 0);
	CHECK(!folder_open(at("circle"), 0750, NULL, &error));
	CHECK(text_ends(error.text, strerror(ELOOP)));
}

/* What is no plain file of one name is not read, and is replaced without being written to. */
static void what_is_no_file(void)
{
	static const char *const names[] = { "link", "pipe", "double" };
	struct folder *folder = open_folder("odd");
	struct error error = { 0 };
	size_t length;
	enum found found;

	CHECK(make_file(at("secret"), "secret", 6, 0600));
	CHECK(symlink(at("secret"), at("odd/link")) == 0 && mkfifo(at("odd/pipe"), 0600) == 0 &&
		link(at("secret"), at("odd/double")) == 0);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		CHECK(!folder_read(folder, arena, names[i], 100, &length, &found, &error) &&
			found == FOUND_OTHER);
		CHECK(text_starts(error.text, at(arena_printf(arena, "odd/%s", names[i]))));
		CHECK(folder_replace(folder, names[i], "new", 3, 0600, &error));
		CHECK_TEXT(folder_read(folder, arena, names[i], 100, &length, &found, &error), "new");
	}
	CHECK_TEXT(content("secret"), "secret");
	folder_close(folder);
}

static void put_aside(void)
{
	struct folder *folder = open_folder("aside");
	struct error error = { 0 };

	for (int i = 0; i < 5; i++) {
		CHECK(folder_replace(folder, "a", arena_printf(arena, "%d", i), 1, 0600, &error));
		CHECK_TEXT(folder_put_aside(folder, arena, "a", &error), "a.damaged-1");
	}
	CHECK_TEXT(content("aside/a.damaged-1"), "4");
	CHECK_TEXT(content("aside/a.damaged-3"), "2");
	CHECK(access(at("aside/a.damaged-4"), F_OK) != 0 && access(at("aside/a"), F_OK) != 0);
	/* A link goes as it is. */
	CHECK(symlink(at("secret"), at("aside/a")) == 0);
	CHECK(folder_put_aside(folder, arena, "a", &error) != NULL);
	CHECK_TEXT(content("secret"), "secret");
	CHECK(!folder_put_aside(folder, arena, "none", &error) && text_ends(error.text, strerror(ENOENT)));
	folder_close(folder);
}

/* What somebody does between the opening of a file and its lock; NULL: nothing. */
static void (*before_flock)(void);

/* In place of the C library's. */
int flock(int file, int operation)
{
	void (*before)(void) = before_flock;

	before_flock = NULL;
	if (before)
		before();
	return (int)syscall(SYS_flock, file, operation);
}

static void take_lock_away(void)
{
	CHECK(rename(at("raced/lock"), at("raced/old")) == 0);
}

static void put_another_lock(void)
{
	take_lock_away();
	CHECK(make_file(at("raced/lock"), "", 0, 0600));
}

/* What was locked is then not what the next one would lock. */
static void a_lock_that_is_taken_away_meanwhile(void)
{
	void (*const races[])(void) = { take_lock_away, put_another_lock };
	struct folder *folder = open_folder("raced");
	struct folder_lock *lock;

	for (size_t i = 0; i < ARRAY_LENGTH(races); i++) {
		struct error error = { 0 };

		before_flock = races[i];
		CHECK(!folder_lock(folder, "first", &error) && error.code == ERROR_INPUT);
		CHECK(text_ends(error.text, "raced/lock was taken away while it was locked"));
	}
	lock = folder_lock(folder, "first", NULL);
	CHECK(lock != NULL);
	folder_unlock(lock);
	folder_close(folder);
}

static void locks(void)
{
	struct folder *folder = open_folder("locked"), *other = open_folder("locked");
	struct error error = { 0 };
	struct folder_lock *lock;

	umask(0777);
	lock = folder_lock(folder, "first", &error);
	umask(022);
	CHECK(lock != NULL);
	CHECK_NUMBER(mode_of("locked/lock"), 0600);
	CHECK(!folder_lock(other, "second", &error) && error.code == ERROR_INPUT);
	CHECK_TEXT(error.text,
		arena_printf(arena, "%s is in use by first (pid %ld)", at("locked"), (long)getpid()));
	/* Whoever renames the file does not free the folder. */
	CHECK(rename(at("locked/lock"), at("locked/old")) == 0);
	CHECK(!folder_lock(other, "second", &error) && error.code == ERROR_INPUT);
	CHECK(text_ends(error.text, "whose lock file was taken away"));
	folder_unlock(lock);
	lock = folder_lock(other, "second", &error);
	CHECK(lock != NULL);
	folder_unlock(lock);
	CHECK(unlink(at("locked/lock")) == 0);
	CHECK(symlink(at("secret"), at("locked/lock")) == 0);
	CHECK(!folder_lock(folder, "first", &error) && error.code == ERROR_IO);
	CHECK_TEXT(content("secret"), "secret");
	CHECK(unlink(at("locked/lock")) == 0 && mkfifo(at("locked/lock"), 0600) == 0);
	CHECK(!folder_lock(folder, "first", &error) && error.code == ERROR_IO);
	CHECK(text_ends(error.text, "is not a regular file"));
	folder_close(folder);
	folder_close(other);
}

/* What a killed program had begun to write goes, but not what may be under way. */
static void left_over(void)
{
	struct folder *folder = open_folder("killed");
	const struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
	static const char *const names[] = { ".a.json.0123.new", "a.json.new", ".hidden" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const char *path = at(arena_printf(arena, "killed/%s", names[i]));

		CHECK(make_file(path, "x", 1, 0600) && utimensat(AT_FDCWD, path, old, 0) == 0);
	}
	CHECK(make_file(at("killed/.b.json.0123.new"), "x", 1, 0600));
	folder_unlock(folder_lock(folder, "first", NULL));
	CHECK(access(at("killed/.a.json.0123.new"), F_OK) != 0 &&
		access(at("killed/.b.json.0123.new"), F_OK) == 0);
	CHECK(access(at("killed/a.json.new"), F_OK) == 0 && access(at("killed/.hidden"), F_OK) == 0);
	folder_close(folder);
}

static bool owned_by(const char *name, uid_t uid, gid_t gid)
{
	struct stat status;

	return lstat(at(name), &status) == 0 && status.st_uid == uid && status.st_gid == gid;
}

/* Root in the folder of another user does what that user could, and is root again afterwards. */
static void another_users_folder(void)
{
	struct folder *folder;
	struct error error = { 0 };
	struct folder_lock *lock;
	size_t length;

	CHECK(mkdir(at("theirs"), 0755) == 0 && chown(at("theirs"), ANOTHER, THIRD) == 0);
	folder = open_folder("theirs/deeper/state");
	CHECK(owned_by("theirs/deeper", ANOTHER, THIRD) && owned_by("theirs/deeper/state", ANOTHER, THIRD));
	CHECK(folder_replace(folder, "a", "x", 1, 0600, &error));
	CHECK(owned_by("theirs/deeper/state/a", ANOTHER, THIRD));
	lock = folder_lock(folder, "root", &error);
	CHECK(lock && owned_by("theirs/deeper/state/lock", ANOTHER, THIRD));
	folder_unlock(lock);
	/* Root's own file, laid open by nobody: not even its name is replaced where the user may not write.
	 */
	CHECK(make_file(at("theirs/deeper/state/roots"), "secret", 6, 0600));
	CHECK(!folder_read(folder, arena, "roots", 100, &length, NULL, &error));
	CHECK(text_ends(error.text, strerror(EACCES)));
	CHECK(chown(at("theirs/deeper/state"), 0, 0) == 0);
	CHECK(!folder_replace(folder, "b", "x", 1, 0600, &error));
	folder_close(folder);
	CHECK(geteuid() == 0 && getegid() == 0);
}

/* Where another user's folder or link leads, root goes with that user's rights. */
static void another_users_way(void)
{
	struct error error = { 0 };
	struct folder *folder;

	CHECK(mkdir(at("roots"), 0755) == 0 && symlink(at("roots"), at("theirs/away")) == 0);
	folder = open_folder("theirs/away");
	CHECK(!folder_replace(folder, "a", "x", 1, 0600, &error));
	folder_close(folder);
	CHECK(symlink("roots", at("astray")) == 0 && lchown(at("astray"), ANOTHER, THIRD) == 0);
	folder = open_folder("astray");
	CHECK(!folder_replace(folder, "a", "x", 1, 0600, &error));
	CHECK(!folder_lock(folder, "root", &error));
	folder_close(folder);
	CHECK(!folder_open(at("theirs/away/new"), 0750, NULL, &error));
	CHECK(system(arena_printf(arena, "test -z \"$(ls -A %s)\"", at("roots"))) == 0);
}

int main(void)
{
	arena = arena_new();
	if (!mkdtemp(top) || chmod(top, 0755) != 0)
		return 2;
	read_and_replace();
	an_old_reader_keeps_the_old_file();
	making();
	what_is_no_file();
	put_aside();
	locks();
	a_lock_that_is_taken_away_meanwhile();
	left_over();
	if (geteuid() == 0) {
		another_users_folder();
		another_users_way();
	}
	CHECK(system(arena_printf(arena, "rm -rf %s", top)) == 0);
	arena_free(arena);
	return check_end();
}
