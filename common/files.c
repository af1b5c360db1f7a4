#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

void file_close(int *file)
{
	if (*file >= 0)
		close(*file);
}

char *file_read_opened(
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

int file_open(const char *path, size_t limit, size_t *size, bool *missing, struct error *error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (missing)
		*missing = file < 0 && errno == ENOENT;
	if (file < 0 || fstat(file, &status) != 0)
		error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(status.st_mode))
		error_set(error, ERROR_IO, "%s: not a regular file", path);
	else if ((size_t)status.st_size > limit)
		error_set(error, ERROR_IO, "%s: larger than %zu bytes", path, limit);
	else
		return *size = (size_t)status.st_size, file;
	file_close(&file);
	return -1;
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

bool folder_list(struct arena *arena, int opened, const char *path, const char *const **names, size_t *count,
	struct error *error)
{
	int again = openat(opened, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP(close_folder) DIR *folder = again < 0 ? NULL : fdopendir(again);
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
