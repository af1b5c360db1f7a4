#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

static void close_file(int *file)
{
	if (*file >= 0)
		close(*file);
}
#define CLEANUP_FILE CLEANUP(close_file)

static char *read_all(
	struct arena *arena, int file, const char *path, size_t size, size_t *length, struct error *error)
{
	char *text = arena_alloc(arena, size + 1);
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(file, text + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
			return NULL;
		}
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*length = done;
	return text;
}

char *file_read(struct arena *arena, const char *path, size_t limit, size_t *length, bool *missing,
	struct error *error)
{
	CLEANUP_FILE int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (missing)
		*missing = file < 0 && errno == ENOENT;
	if (file < 0 || fstat(file, &status) != 0) {
		error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
		return NULL;
	}
	if (!S_ISREG(status.st_mode)) {
		error_set(error, ERROR_IO, "%s: not a regular file", path);
		return NULL;
	}
	if ((size_t)status.st_size > limit) {
		error_set(error, ERROR_IO, "%s: larger than %zu bytes", path, limit);
		return NULL;
	}
	return read_all(arena, file, path, (size_t)status.st_size, length, error);
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

bool file_give(int file, const char *path)
{
	CLEANUP_TEXT struct text folder = { 0 };
	const char *slash = strrchr(path, '/');
	struct stat status;

	if (geteuid() != 0)
		return true;
	text_add_n(&folder, slash ? path : ".", slash ? (size_t)(slash - path) : 1);
	if (stat(slash == path ? "/" : text_string(&folder), &status) != 0)
		return false;
	return status.st_uid == 0 || fchown(file, status.st_uid, status.st_gid) == 0;
}

static bool write_beside(const char *new, const char *path, const char *data, size_t length, mode_t mode)
{
	CLEANUP_FILE int file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);

	return file >= 0 && fchmod(file, mode) == 0 && file_give(file, path) &&
	       write_all(file, data, length) && fsync(file) == 0;
}

bool file_replace(const char *path, const char *data, size_t length, mode_t mode, struct error *error)
{
	CLEANUP_TEXT struct text new = { 0 };
	int reason;

	text_printf(&new, "%s.%ld.new", path, (long)getpid());
	if (write_beside(text_string(&new), path, data, length, mode) && rename(text_string(&new), path) == 0)
		return true;
	reason = errno;
	unlink(text_string(&new));
	return error_set(error, ERROR_IO, "%s: %s", path, strerror(reason));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

bool folder_list(
	struct arena *arena, const char *path, const char *const **names, size_t *count, struct error *error)
{
	CLEANUP(close_folder) DIR *folder = opendir(path);
	const char **all = NULL;
	size_t capacity = 0;
	struct dirent *entry;

	if (!folder)
		return error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
	*count = 0;
	while ((void)(errno = 0), (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		arena_grow(arena, &all, sizeof *all, *count, &capacity);
		all[(*count)++] = arena_copy(arena, entry->d_name);
	}
	if (errno)
		return error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
	if (*count)
		qsort(all, *count, sizeof *all, compare_names);
	*names = all;
	return true;
}

bool folder_make(const char *path, mode_t mode, struct error *error)
{
	CLEANUP_FREE char *part = must_copy(path);

	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return error_set(error, ERROR_IO, "%s: %s", part, strerror(errno));
		*slash = '/';
	}
	if (mkdir(part, mode) != 0 && errno != EEXIST)
		return error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
	return true;
}
