#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

void streams_begin(void)
{
	signal(SIGPIPE, SIG_IGN);
	/* The lowest number that is free is the one asked for; writing to an output that was closed still
	 * fails. */
	for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		if (fcntl(stream, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* stdio does not keep why a write failed; a pipe without a reader says so itself. */
static bool reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

int streams_end(int code)
{
	bool failed = ferror(stdout) != 0;
	int reason = fflush(stdout) != 0 ? errno : 0;

	if ((!failed && !reason) || reader_is_gone())
		return code;
	return session_complain("standard output could not be written%s%s", reason ? ": " : "",
		reason ? strerror(reason) : "");
}
