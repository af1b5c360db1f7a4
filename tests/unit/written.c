#include "written.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool make_file(const char *path, const char *data, size_t length, mode_t mode)
{
	int file;
	bool written;

	unlink(path);
	file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0)
		return false;
	written = write(file, data, length) == (ssize_t)length && fchmod(file, mode) == 0;
	return close(file) == 0 && written;
}

char *read_file(struct arena *arena, const char *path, size_t limit, size_t *length, bool *missing,
	struct error *error)
{
	CLEANUP_FILE int file = file_open(path, limit, length, missing, error);

	return file < 0 ? NULL : file_read_opened(arena, file, path, *length, length, error);
}

bool list_folder(struct arena *arena, const char *path, const char *const **names, size_t *count)
{
	CLEANUP_FILE int folder = open(path, O_RDONLY | O_CLOEXEC);

	return folder_list(arena, folder, path, names, count, NULL);
}
