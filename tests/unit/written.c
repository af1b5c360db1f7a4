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
