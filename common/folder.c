#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "text.h"
#include "way.h"

/* Neither a pipe, nor a device, nor somebody's lease may make us wait; no link leads us elsewhere. */
enum { QUIETLY = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };

#define LOCK_NAME "lock"
enum { HOLDER_SIZE = 128 };

#define NEW_ENDING ".new"

/* What was put aside and is kept, of each name; after so long nobody writes a new file any more. */
enum { ASIDE_MOST = 3, LEFT_OVER_SECONDS = 3600 };

struct folder {
	char *path;
	int file; /* its descriptor */
	struct rights rights;
};

struct folder_lock {
	int file; /* the file that names the holder */
	int folder; /* the folder itself, which nobody can rename away from under us */
};

struct folder *folder_open(const char *path, mode_t mode, bool *missing, struct error *error)
{
	struct folder *folder = must_alloc(sizeof *folder);
	int reason = 0;

	folder->file = way_open(path, mode, &folder->rights, &reason, error);
	folder->path = must_copy(path);
	if (missing)
		*missing = folder->file < 0 && reason == ENOENT;
	return folder->file < 0 ? folder_close(folder) : folder;
}

struct folder *folder_close(struct folder *folder)
{
	if (!folder)
		return NULL;
	if (folder->file >= 0)
		close(folder->file);
	free(folder->path);
	free(folder);
	return NULL;
}

const char *folder_path(const struct folder *folder)
{
	return folder->path;
}

static bool fail(const struct folder *folder, const char *name, int reason, struct error *error)
{
	if (reason == ELOOP)
		return error_set(
			error, ERROR_IO, "%s/%s is a link, which is not followed", folder->path, name);
	return error_set(error, ERROR_IO, "%s/%s: %s", folder->path, name, strerror(reason));
}

static bool set_mode(const struct folder *folder, mode_t mode)
{
	struct stat status;

	if (fstat(folder->file, &status) != 0 || status.st_uid != geteuid() || (status.st_mode & S_ISVTX))
		return true;
	if (status.st_gid != getegid() && fchown(folder->file, (uid_t)-1, getegid()) != 0)
		return false;
	return (status.st_mode & 07777) == mode || fchmod(folder->file, mode) == 0;
}

bool folder_set_mode(const struct folder *folder, mode_t mode, struct error *error)
{
	bool set;

	if (!rights_take(&folder->rights, error))
		return false;
	set = set_mode(folder, mode) || error_set(error, ERROR_IO, "%s: %s", folder->path, strerror(errno));
	rights_return(&folder->rights);
	return set;
}

/* Opens a regular file of one name; -1 and `error` where
 * it is none. One that was just replaced has no name. */
static int open_plain(const struct folder *folder, const char *name, int flags, struct stat *status,
	enum found *found, struct error *error)
{
	int file = openat(folder->file, name, flags | QUIETLY, 0600);

	*found = FOUND_OTHER;
	if (file < 0 || fstat(file, status) != 0) {
		if (errno != ELOOP && errno != ENXIO)
			*found = errno == ENOENT ? FOUND_NOTHING : FOUND_UNREADABLE;
		fail(folder, name, errno, error);
	} else if (!S_ISREG(status->st_mode)) {
		error_set(error, ERROR_IO, "%s/%s is not a regular file", folder->path, name);
	} else if (status->st_nlink > 1) {
		error_set(error, ERROR_IO, "%s/%s has %lu names (hard links)", folder->path, name,
			(unsigned long)status->st_nlink);
	} else {
		*found = FOUND_FILE;
		return file;
	}
	file_close(&file);
	return -1;
}

char *folder_read(const struct folder *folder, struct arena *arena, const char *name, size_t limit,
	size_t *length, enum found *found, struct error *error)
{
	CLEANUP_FILE int file = -1;
	enum found what = FOUND_UNREADABLE;
	struct stat status;
	char *text = NULL;

	if (rights_take(&folder->rights, error)) {
		file = open_plain(folder, name, O_RDONLY, &status, &what, error);
		rights_return(&folder->rights);
	}
	if (file >= 0 && (size_t)status.st_size > limit) {
		what = FOUND_OTHER;
		error_set(error, ERROR_IO, "%s/%s is larger than %zu bytes", folder->path, name, limit);
	} else if (file >= 0) {
		text = file_read_opened(arena, file, name, (size_t)status.st_size, length, error);
		what = text ? FOUND_FILE : FOUND_UNREADABLE;
	}
	if (found)
		*found = what;
	return text;
}

time_t folder_modified(const struct folder *folder, const char *name)
{
	struct stat status;
	bool found;

	if (!rights_take(&folder->rights, NULL))
		return 0;
	found = fstatat(folder->file, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
	rights_return(&folder->rights);
	return found ? status.st_mtime : 0;
}

bool folder_names(const struct folder *folder, struct arena *arena, const char *const **names, size_t *count,
	struct error *error)
{
	bool listed;

	if (!rights_take(&folder->rights, error))
		return false;
	listed = folder_list(arena, folder->file, folder->path, names, count, error);
	rights_return(&folder->rights);
	return listed;
}

static bool write_all(int file, const char *data, size_t length)
{
	while (length) {
		ssize_t done = write(file, data, length);

		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			data += done;
			length -= (size_t)done;
		}
	}
	return true;
}

/* ".NAME.<128 random bits>.new": whoever wants to be there first would have to guess it. */
static bool new_name(const char *name, struct text *out)
{
	uint64_t random[2];

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return false;
	text_printf(out, ".%s.%016" PRIx64 "%016" PRIx64 NEW_ENDING, name, random[0], random[1]);
	return true;
}

static bool write_new(
	const struct folder *folder, const char *name, const char *data, size_t length, mode_t mode)
{
	CLEANUP_FILE int file = openat(folder->file, name, O_WRONLY | O_CREAT | O_EXCL | QUIETLY, 0600);

	return file >= 0 && write_all(file, data, length) && fchmod(file, mode) == 0 && fsync(file) == 0;
}

static bool replace(const struct folder *folder, const char *name, const char *data, size_t length,
	mode_t mode, struct error *error)
{
	CLEANUP_TEXT struct text new = { 0 };
	int reason;

	if (new_name(name, &new) && write_new(folder, text_string(&new), data, length, mode) &&
		renameat(folder->file, text_string(&new), folder->file, name) == 0)
		return true;
	reason = errno;
	unlinkat(folder->file, text_string(&new), 0);
	return fail(folder, name, reason, error);
}

bool folder_replace(const struct folder *folder, const char *name, const char *data, size_t length,
	mode_t mode, struct error *error)
{
	bool replaced;

	if (!rights_take(&folder->rights, error))
		return false;
	replaced = replace(folder, name, data, length, mode, error);
	rights_return(&folder->rights);
	return replaced;
}

static char *put_aside(const struct folder *folder, struct arena *arena, const char *name)
{
	char *names[ASIDE_MOST];

	for (int i = 0; i < ASIDE_MOST; i++)
		names[i] = arena_printf(arena, "%s.damaged-%d", name, i + 1);
	for (int i = ASIDE_MOST - 1; i > 0; i--)
		renameat(folder->file, names[i - 1], folder->file, names[i]);
	return renameat(folder->file, name, folder->file, names[0]) == 0 ? names[0] : NULL;
}

char *folder_put_aside(
	const struct folder *folder, struct arena *arena, const char *name, struct error *error)
{
	char *aside;

	if (!rights_take(&folder->rights, error))
		return NULL;
	aside = put_aside(folder, arena, name);
	if (!aside)
		fail(folder, name, errno, error);
	rights_return(&folder->rights);
	return aside;
}

/* Who holds the lock, as it wrote itself there: "fargate-batchd (pid 42)". */
static void read_holder(int file, char holder[HOLDER_SIZE])
{
	ssize_t length = pread(file, holder, HOLDER_SIZE - 1, 0);

	holder[length > 0 ? length : 0] = '\0';
	holder[strcspn(holder, "\n")] = '\0';
}

static bool held(const struct folder *folder, int file, struct error *error)
{
	char holder[HOLDER_SIZE];

	read_holder(file, holder);
	text_mend(holder);
	return error_set(
		error, ERROR_INPUT, "%s is in use by %s", folder->path, *holder ? holder : "another program");
}

/* The name is for people: a lock without one still holds. */
static void sign(int file, const char *program)
{
	char line[128];
	int length = snprintf(line, sizeof line, "%s (pid %ld)\n", program, (long)getpid());

	if (ftruncate(file, 0) != 0 || pwrite(file, line, (size_t)length, 0) != length)
		errno = 0;
}

/* Whether what was opened is still what the name leads to. */
static bool is_there(const struct folder *folder, const struct stat *opened)
{
	struct stat there;

	return fstatat(folder->file, LOCK_NAME, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       there.st_dev == opened->st_dev && there.st_ino == opened->st_ino;
}

static int lock_file(const struct folder *folder, struct error *error)
{
	struct stat status;
	enum found found;
	int file = open_plain(folder, LOCK_NAME, O_RDWR | O_CREAT, &status, &found, error);

	if (file < 0)
		return -1;
	if (flock(file, LOCK_EX | LOCK_NB) != 0)
		held(folder, file, error);
	else if (!is_there(folder, &status))
		error_set(error, ERROR_INPUT, "%s/" LOCK_NAME " was taken away while it was locked",
			folder->path);
	else if (fchmod(file, 0600) != 0)
		fail(folder, LOCK_NAME, errno, error);
	else
		return file;
	close(file);
	return -1;
}

/*
 * The owner of the folder may rename the file that is locked, and another program would lock the next one;
 * the folder has no second name. A file system that locks no folders is left with the file.
 */
static bool lock_folder(const struct folder *folder, struct folder_lock *lock, struct error *error)
{
	lock->folder = openat(folder->file, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock->folder < 0)
		return error_set(error, ERROR_IO, "%s: %s", folder->path, strerror(errno));
	if (flock(lock->folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return error_set(error, ERROR_INPUT,
			"%s is in use by another program, whose " LOCK_NAME " file was taken away",
			folder->path);
	return true;
}

static bool is_left_over(const struct folder *folder, const char *name, time_t before)
{
	struct stat status;

	return name[0] == '.' && text_ends(name, NEW_ENDING) &&
	       fstatat(folder->file, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
	       status.st_mtime < before;
}

/* What a program that was killed had begun to write; a younger one may be under way. */
static void remove_left_over(const struct folder *folder)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	const char *const *names;
	size_t count;

	if (!folder_list(arena, folder->file, folder->path, &names, &count, NULL))
		return;
	for (size_t i = 0; i < count; i++)
		if (is_left_over(folder, names[i], time(NULL) - LEFT_OVER_SECONDS))
			unlinkat(folder->file, names[i], 0);
}

struct folder_lock *folder_lock(const struct folder *folder, const char *program, struct error *error)
{
	struct folder_lock *lock = must_alloc(sizeof *lock);
	bool locked;

	*lock = (struct folder_lock){ -1, -1 };
	if (!rights_take(&folder->rights, error))
		return folder_unlock(lock);
	lock->file = lock_file(folder, error);
	locked = lock->file >= 0 && lock_folder(folder, lock, error);
	if (locked) {
		sign(lock->file, program);
		remove_left_over(folder);
	}
	rights_return(&folder->rights);
	return locked ? lock : folder_unlock(lock);
}

/* "fargate-batchd (pid 42)" */
static pid_t process_in(const char *holder)
{
	const char *number = strstr(holder, "(pid ");
	long process = number ? strtol(number + strlen("(pid "), NULL, 10) : 0;

	return process > 1 && process <= INT_MAX ? (pid_t)process : -1;
}

static pid_t find_holder(const struct folder *folder, struct error *error)
{
	struct stat status;
	char holder[HOLDER_SIZE];
	enum found found;
	CLEANUP_FILE int file = open_plain(folder, LOCK_NAME, O_RDONLY, &status, &found, error);
	pid_t process;

	if (file < 0)
		return found == FOUND_NOTHING ? 0 : -1;
	if (flock(file, LOCK_SH | LOCK_NB) == 0)
		return 0;
	read_holder(file, holder);
	process = process_in(holder);
	if (process < 0)
		error_set(error, ERROR_INPUT, "%s/" LOCK_NAME " does not say whose it is", folder->path);
	return process;
}

pid_t folder_holder(const struct folder *folder, struct error *error)
{
	pid_t process;

	if (!rights_take(&folder->rights, error))
		return -1;
	process = find_holder(folder, error);
	rights_return(&folder->rights);
	return process;
}

struct folder_lock *folder_unlock(struct folder_lock *lock)
{
	if (!lock)
		return NULL;
	if (lock->file >= 0)
		close(lock->file);
	if (lock->folder >= 0)
		close(lock->folder);
	free(lock);
	return NULL;
}
