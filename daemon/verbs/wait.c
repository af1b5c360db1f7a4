#include "verb.h"

#include <unistd.h>

#include "written.h"

enum { DEFAULT_TIMEOUT = 300 }; /* seconds */

/* Until the daemon has looked at AWS with what was read last; then as `status`. */
static int wait_and_tell(struct session *session, const struct options *options)
{
	struct error error = { 0 };
	json_t *written =
		written_wait(session->arena, options->timeout ? options->timeout : DEFAULT_TIMEOUT, &error);
	int code;

	if (!written)
		return session_complain("%s", error.text);
	code = status_tell(session->arena, written);
	json_decref(written);
	return code;
}

int verb_wait(struct session *session, const struct options *options)
{
	return wait_and_tell(session, options);
}

int verb_reload(struct session *session, const struct options *options)
{
	struct error error = { 0 };
	pid_t process = written_find_daemon(&error);

	if (process < 0 && geteuid() != 0)
		return session_complain("%s; as root: fargate-batchctl reload", error.text);
	if (process <= 0 || !written_ask_reload(session->arena, process, &error))
		return session_complain("%s", error.text);
	return wait_and_tell(session, options);
}
