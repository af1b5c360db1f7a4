#include "written.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/folder.h"
#include "common/text.h"
#include "report/status.h"
#include "state/state.h"

enum { FILE_LIMIT = 64 << 20, ARRIVAL_SECONDS = 10 };

/* So many intervals without a pass, and no loop is taken to be there; short ones have this much at least. */
enum { INTERVALS = 3, LEAST_SECONDS = 10 };

/* How often the file is looked at while something is waited for. */
static const struct timespec LOOK = { .tv_nsec = 100L * 1000 * 1000 };

/* The file's text; NULL with `missing` where there is none. */
static char *read_text(
	struct arena *arena, const char *directory, size_t *length, bool *missing, struct error *error)
{
	struct folder *folder = folder_open(directory, 0, missing, error);
	enum found found;
	char *text;

	if (!folder)
		return NULL;
	text = folder_read(folder, arena, STATUS_FILE, FILE_LIMIT, length, &found, error);
	*missing = found == FOUND_NOTHING;
	folder_close(folder);
	return text;
}

/* Whether this process has ended, or is another program that has come to the same number. */
static bool is_gone(struct arena *arena, pid_t process)
{
	static const char name[] = "(fargate-batchd) ";
	char line[64] = "", *begin;
	FILE *file;
	bool known;

	if (process <= 1 || (kill(process, 0) != 0 && errno == ESRCH))
		return true;
	file = fopen(arena_printf(arena, "/proc/%ld/stat", (long)process), "re");
	known = file && fgets(line, sizeof line, file);
	if (file)
		fclose(file);
	/* Where /proc shows nothing of others, the number alone has to do. */
	begin = known ? strchr(line, '(') : NULL;
	return begin && (!text_starts(begin, name) || begin[strlen(name)] == 'Z');
}

static json_t *parse(const char *directory, const char *text, size_t length, struct error *error)
{
	json_t *written = json_loadb(text, length, 0, NULL);

	if (written && json_integer_of(written, "version", 0) == STATUS_VERSION)
		return written;
	error_set(error, ERROR_INPUT, "%s/" STATUS_FILE " was not written by this version of the daemon",
		directory);
	return json_decref(written), NULL;
}

json_t *written_read(struct arena *arena, bool *missing, struct error *error)
{
	CLEANUP_FREE char *directory = status_directory(true);
	CLEANUP_ARENA struct arena *once = arena_new();
	size_t length = 0;
	char *text = read_text(once, directory, &length, missing, error);
	json_t *written = text ? parse(directory, text, length, error) : NULL;
	pid_t process = (pid_t)json_integer_of(written, "pid", 0);

	if (!text && *missing)
		error_set(error, ERROR_INPUT,
			"no %s/" STATUS_FILE
			": the daemon does not run; systemctl enable --now fargate-batchd starts it",
			directory);
	if (!written || !is_gone(arena, process))
		return written;
	error_set(error, ERROR_INPUT, "the daemon (process %ld) is gone; it last wrote at %s", (long)process,
		json_text_of(written, "written", "?"));
	return json_decref(written), NULL;
}

bool written_serves(const json_t *written, const char *owner, const char *endpoint, const struct site *site)
{
	const json_t *one;
	size_t i;

	if (text_compare(json_text_of(written, "owner", NULL), owner) != 0 ||
		text_compare(json_text_of(written, "endpoint", NULL), endpoint) != 0)
		return false;
	json_array_foreach (json_object_get(written, "sites"), i, one)
		if (text_compare(json_text_of(one, "account", NULL), site->account) == 0 &&
			text_compare(json_text_of(one, "region", NULL), site->region) == 0)
			return true;
	return false;
}

long long written_reload(const json_t *written)
{
	return json_integer_of(json_object_get(written, "reload"), "number", 0);
}

bool written_is_current(const json_t *written)
{
	const json_t *pass = json_object_get(written, "lastPass");
	const char *state = json_text_of(json_object_get(written, "reload"), "state", "");

	return strcmp(state, "refused") == 0 ||
	       (json_is_object(pass) && json_integer_of(pass, "reload", 0) >= written_reload(written));
}

/* When metrics.prom was written last; 0 where that cannot be told. */
static time_t last_sign(void)
{
	CLEANUP_FREE char *directory = status_directory(true);
	struct folder *folder = folder_open(directory, 0, NULL, NULL);
	time_t when = folder ? folder_modified(folder, METRICS_FILE) : 0;

	folder_close(folder);
	return when;
}

/* Seconds since the member's time; 0 where it has none. */
static double since(const json_t *object, const char *member)
{
	time_t when;

	return text_parse_iso8601(json_text_of(object, member, ""), &when) ? difftime(time(NULL), when) : 0;
}

bool written_is_alive(const json_t *written, struct error *error)
{
	double interval = json_number_value(json_object_get(written, "resyncInterval"));
	double most = interval * INTERVALS > LEAST_SECONDS ? interval * INTERVALS : LEAST_SECONDS;
	bool under_way = json_text_of(written, "passSince", NULL) != NULL;

	if (written_find_daemon(NULL) == 0)
		return error_set(error, ERROR_INPUT, "nobody holds the lock of the state directory");
	if (under_way && difftime(time(NULL), last_sign()) > METRICS_SECONDS * INTERVALS)
		return error_set(error, ERROR_INPUT,
			"the pass that began %.0f seconds ago gives no sign of life",
			since(written, "passSince"));
	if (!under_way && since(json_object_get(written, "lastPass"), "ended") > most)
		return error_set(error, ERROR_INPUT,
			"the last pass ended %.0f seconds ago, and one is due every %.0f",
			since(json_object_get(written, "lastPass"), "ended"), interval);
	return true;
}

/* Seconds of a clock that nobody sets. */
static double monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Whether a reload after this number has arrived at the daemon. */
static bool has_arrived(struct arena *arena, long long before)
{
	bool missing;
	json_t *written = written_read(arena, &missing, NULL);
	bool arrived = written && written_reload(written) > before;

	json_decref(written);
	return arrived;
}

bool written_ask_reload(struct arena *arena, pid_t process, struct error *error)
{
	double end = monotonic() + ARRIVAL_SECONDS;
	bool missing;
	json_t *written = written_read(arena, &missing, NULL);
	long long before = written ? written_reload(written) : -1;

	json_decref(written);
	if (is_gone(arena, process))
		return error_set(error, ERROR_INPUT, "process %ld is no daemon that runs", (long)process);
	if (kill(process, SIGHUP) != 0)
		return error_set(error, ERROR_INPUT, "the daemon (process %ld) cannot be signalled: %s",
			(long)process, strerror(errno));
	while (before >= 0 && !has_arrived(arena, before)) {
		if (monotonic() > end)
			return error_set(error, ERROR_IO,
				"the daemon (process %ld) has not taken the reload within %d s; see journalctl -u fargate-batchd",
				(long)process, ARRIVAL_SECONDS);
		nanosleep(&LOOK, NULL);
	}
	return true;
}

pid_t written_find_daemon(struct error *error)
{
	bool missing = false;
	struct folder *folder = state_open_daemons_folder(&missing, error);
	pid_t process = folder ? folder_holder(folder, error) : missing ? 0 : -1;

	if (folder && process == 0)
		error_set(error, ERROR_INPUT, "no daemon runs: nobody holds %s", folder_path(folder));
	folder_close(folder);
	return process;
}

/*
 * Whether a file may still come where there is none of a running daemon: it writes the first after its first
 * pass. Who may not look at the lock waits for it; not where the one that wrote the file has gone.
 */
static bool may_come(bool missing)
{
	pid_t process = written_find_daemon(NULL);

	return process > 0 || (process < 0 && missing);
}

static void time_is_over(const struct error *unread, unsigned long seconds, struct error *error)
{
	if (unread->code != ERROR_NONE)
		*error = *unread;
	else
		error_set(error, ERROR_IO,
			"no pass has ended since the last reload, and %lu s are over; fargate-batchctl status says what is known",
			seconds);
}

json_t *written_wait(struct arena *arena, unsigned long seconds, struct error *error)
{
	double end = monotonic() + (double)seconds;

	for (;;) {
		struct error unread = { 0 };
		bool missing = false, over = monotonic() > end;
		json_t *written = written_read(arena, &missing, &unread);

		if (written && written_is_current(written))
			return written;
		json_decref(written);
		if (over || (!written && !may_come(missing))) {
			time_is_over(&unread, seconds, error);
			return NULL;
		}
		nanosleep(&LOOK, NULL);
	}
}
