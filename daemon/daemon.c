#include "daemon.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "common/footprint.h"
#include "common/http.h"
#include "pass/words.h"
#include "report/faults.h"
#include "report/report.h"
#include "report/status.h"
#include "session.h"

/* A stop waits this long for what is under way. */
static const double STOP_SECONDS = 9;

/* AWS is asked again so long after it was away: with the jitter, within a minute. */
static const double AWAY_SECONDS = 50;

/* A notification of more than 4 KiB is dropped as a whole. */
enum { NOTIFIED_LIMIT = 2000 };

#define ON_LAST_GOOD "running on the last good definitions, because the files are broken"

struct daemon {
	const struct options *options;
	struct session session;
	struct folder_lock *lock;
	struct report *report;
	struct status *status;
	struct pass *pass;
	bool reload_wanted, stopping;
	bool passed; /* a pass has ended */
	bool unkept; /* the set in force is not kept for the next start */
	bool forget_fights; /* the next pass is a person's */
	char *degraded; /* the fault for which it was started without the files; NULL = they are in force */
	ev_timer resync, reload, rest, give_up, watchdog, minute;
	ev_signal hangup, terminate, interrupt;
};

static void begin_pass(struct daemon *daemon);
static void write_status(struct daemon *daemon, const struct pass *pass);

/* A tenth more or less, so that many daemons do not ask at the same moment. */
static double with_jitter(double seconds)
{
	return seconds * (0.9 + 0.2 * (double)random() / (double)RAND_MAX);
}

/* The interval, or sooner where AWS was away, or where the grace of something that left is over before. */
static void wait_for_next(struct daemon *daemon, const struct pass *pass)
{
	double interval = daemon->session.settings->resync_interval;
	double seconds =
		with_jitter(pass_found_nobody(pass) && interval > AWAY_SECONDS ? AWAY_SECONDS : interval);
	time_t due = pass_next_deletion(pass), now = time(NULL);

	if (due > now && (double)(due - now) + 1 < seconds)
		seconds = (double)(due - now) + 1;
	ev_timer_stop(daemon->session.loop, &daemon->resync);
	ev_timer_set(&daemon->resync, seconds, 0);
	ev_timer_start(daemon->session.loop, &daemon->resync);
}

/* Tells systemd `state` ("" = nothing of it has changed) and a line for people. */
static void notify(const char *state, const char *format, ...) PRINTF_LIKE(2, 3);
static void notify(const char *state, const char *format, ...)
{
	CLEANUP_TEXT struct text line = { 0 };
	va_list arguments;

	va_start(arguments, format);
	text_vprintf(&line, format, arguments);
	va_end(arguments);
	text_tidy(&line, NOTIFIED_LIMIT);
	sd_notifyf(0, "%sSTATUS=%s", state, text_string(&line));
}

static char *size_of(const struct daemon *daemon)
{
	const struct definitions *definitions = daemon->session.definitions;

	return words_size(daemon->session.arena, definitions->app_count, definitions->batch_count);
}

/* What could be read of a session, for status. */
static struct status_set set_of(const struct session *session)
{
	const struct settings *settings = session->settings;
	const char *directory = session->options->definitions;

	return (struct status_set){
		.definitions = session->definitions,
		.directory = directory ? directory : DEFAULT_DEFINITIONS,
		.settings_faults = settings ? settings->faults : NULL,
		.settings_fault_count = settings ? settings->fault_count : 0,
		.owner = settings ? settings->owner : NULL,
		.endpoint = session->world,
		.resync_interval = settings ? settings->resync_interval : 0,
	};
}

static void say_faults(const struct fault *faults, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP_TEXT struct text told = { 0 };
		char line[16];
		const struct message_field fields[] = {
			{ "DEFINITION_FILE", faults[i].at.file },
			{ "DEFINITION_LINE", line },
		};

		snprintf(line, sizeof line, "%u", faults[i].at.line);
		fault_add_line(&told, &faults[i]);
		message_send(faults[i].warning ? MESSAGE_WARNING : MESSAGE_FAULT, fields,
			ARRAY_LENGTH(fields), "%s", text_string(&told));
	}
}

/* False with the first fault, for where there is room for one line. */
static bool has_none(const struct fault *faults, size_t count, struct error *error)
{
	CLEANUP_TEXT struct text line = { 0 };
	const struct fault *first = faults_first(faults, count);

	if (!first)
		return true;
	fault_add_line(&line, first);
	return error_set(error, ERROR_INPUT, "%s", text_string(&line));
}

static bool read_session(struct session *session, struct error *error)
{
	const struct settings *settings;
	const struct definitions *definitions;

	if (!session_load(session, error)) {
		message_send(MESSAGE_FAULT, NULL, 0, "%s", error->text);
		return false;
	}
	settings = session->settings;
	definitions = session->definitions;
	say_faults(settings->faults, settings->fault_count);
	say_faults(definitions->faults, definitions->fault_count);
	return has_none(settings->faults, settings->fault_count, error) &&
	       has_none(definitions->faults, definitions->fault_count, error);
}

/* Reads everything anew into a session of its own; what is wrong is told, and nothing of it is used. */
static bool open_session(const struct options *options, struct session *session, struct error *error)
{
	*session = (struct session){ .arena = arena_new(), .options = options };
	if (!read_session(session, error))
		return false;
	if (session_connect(session, error))
		return true;
	message_send(MESSAGE_FAULT, NULL, 0, "%s", error->text);
	return false;
}

/* A set that is in force is kept for a restart with broken files; where that fails, each pass tries again. */
static void keep_session(struct daemon *daemon)
{
	struct error error = { 0 };
	time_t now = time(NULL);

	daemon->unkept = !session_keep(&daemon->session, &error);
	if (daemon->unkept)
		error_wrap(&error, "the set in force could not be kept for a start with broken files");
	report_kept(daemon->report, daemon->unkept ? error.text : NULL, now);
	status_kept(daemon->status, daemon->unkept ? error.text : NULL);
}

/* Files of the state that were passed over. */
static void tell_state(struct daemon *daemon)
{
	const char *text;

	while ((text = session_passed_over(&daemon->session)))
		message_send(MESSAGE_STATE_DAMAGED, NULL, 0, "%s", text);
}

static void close_session(struct session *session)
{
	struct arena *arena = session->arena;

	session->loop = NULL; /* the loop outlives every session */
	session_close(session);
	arena_free(arena);
}

static void say_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		(unsigned long long)now.tv_sec * 1000000ULL + (unsigned long long)now.tv_nsec / 1000ULL);
}

/* This set is in force from now on. */
static void tell_loaded(struct daemon *daemon, bool from_files)
{
	const struct status_set set = set_of(&daemon->session);

	status_loaded(daemon->status, &set, from_files, time(NULL));
}

static void refuse(struct daemon *daemon, struct session *fresh, const char *why)
{
	static const char what[] =
		"the reload was refused, the definitions and settings of before stay in force";
	const struct status_set read = set_of(fresh);

	status_refused(daemon->status, &read, why, time(NULL));
	close_session(fresh);
	report_not_in_force(daemon->report, MESSAGE_RELOAD_REFUSED, what, why, time(NULL));
	notify("READY=1\n", "degraded: %s: %s", what, why);
	/* The files are looked at again only on the next reload; AWS is looked at as before. */
	write_status(daemon, NULL);
}

static void keep_owner(struct session *fresh, const struct session *old)
{
	if (strcmp(fresh->settings->owner, old->settings->owner) == 0)
		return;
	message_send(MESSAGE_WARNING, NULL, 0, "a new owner holds only after a restart: %s stays",
		old->settings->owner);
	fresh->settings->owner = arena_copy(fresh->arena, old->settings->owner);
}

/* All or nothing: what is wrong leaves the running set as it is. */
static void reload(struct daemon *daemon)
{
	struct error error = { 0 };
	struct session fresh;

	say_reloading();
	daemon->reload_wanted = false;
	if (!open_session(daemon->options, &fresh, &error)) {
		refuse(daemon, &fresh, error.text);
		return;
	}
	daemon->forget_fights = true;
	keep_owner(&fresh, &daemon->session);
	aws_keep_clock(fresh.aws, daemon->session.aws);
	close_session(&daemon->session);
	daemon->session = fresh;
	tell_loaded(daemon, true);
	keep_session(daemon);
	message_send(MESSAGE_RELOADED, NULL, 0, "reloaded: %s", size_of(daemon));
	report_new_definitions(daemon->report);
	write_status(daemon, NULL);
	notify("READY=1\n", "reloaded: %s; a pass is under way", size_of(daemon));
	begin_pass(daemon);
}

static void planned(const struct pass *pass, void *data)
{
	(void)data;
	report_planned(pass);
}

static void progressed(const struct pass_site *site, const struct action *action, void *data)
{
	report_action(((struct daemon *)data)->report, site, action);
}

static void waits(const struct pass *pass, const struct wait *wait, void *data)
{
	(void)data;
	report_wait(pass, wait);
}

/* What `fargate-batchctl status` and the metrics' collector read. */
static void write_status(struct daemon *daemon, const struct pass *pass)
{
	struct error error = { 0 };
	time_t now = time(NULL);

	if (pass)
		status_passed(daemon->status, pass,
			now + (time_t)ev_timer_remaining(daemon->session.loop, &daemon->resync),
			(time_t)aws_credentials_expiry(daemon->session.aws));
	report_files(daemon->report, status_write(daemon->status, now, &error) ? NULL : error.text, now);
}

static void finished(struct pass *pass, void *data)
{
	struct daemon *daemon = data;
	CLEANUP_TEXT struct text status = { 0 };

	if (daemon->unkept)
		keep_session(daemon);
	tell_state(daemon);
	report_pass(daemon->report, pass);
	wait_for_next(daemon, pass);
	write_status(daemon, pass);
	report_status(daemon->report, pass, &status);
	daemon->pass = pass_free(pass);
	daemon->passed = true;
	if (daemon->stopping) {
		ev_break(daemon->session.loop, EVBREAK_ALL);
		return;
	}
	notify("", "%s", text_string(&status));
	/* From an event of its own: both free the way to AWS, and this is called from inside it. */
	ev_timer_start(daemon->session.loop, daemon->reload_wanted ? &daemon->reload : &daemon->rest);
}

static void begin_pass(struct daemon *daemon)
{
	struct pass_options options = session_pass(&daemon->session);

	if (daemon->pass)
		return;
	ev_timer_stop(daemon->session.loop, &daemon->resync);
	options.write = !daemon->session.settings->read_only;
	options.resident = true;
	options.forget_fights = daemon->forget_fights;
	daemon->forget_fights = false;
	options.planned = planned;
	options.progress = progressed;
	options.waits = waits;
	options.done = finished;
	options.data = options.done_data = daemon;
	daemon->pass = pass_start(&options);
	/* Before the first one has ended there is no file yet. */
	status_began(daemon->status, time(NULL));
	if (daemon->passed)
		write_status(daemon, NULL);
}

static void timer_fired(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	begin_pass(timer->data);
}

static void reload_is_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	if (!((struct daemon *)timer->data)->pass)
		reload(timer->data);
}

/* Until the next pass nothing is asked: what this one had in use goes back to the system. */
static void rest(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct daemon *daemon = timer->data;

	(void)loop;
	(void)events;
	if (daemon->pass)
		return;
	http_rest(daemon->session.transport);
	footprint_shrink();
}

/* A reload during a pass waits for its end: the pass works with the definitions it began with. */
static void hung_up(struct ev_loop *loop, ev_signal *signal, int events)
{
	struct daemon *daemon = signal->data;

	(void)loop;
	(void)events;
	daemon->reload_wanted = true;
	if (daemon->stopping)
		return;
	/* Whoever asked looks here whether it has arrived, also where it has to wait. */
	status_asked(daemon->status, time(NULL));
	write_status(daemon, NULL);
	if (daemon->pass)
		notify("", "a reload waits for the end of the pass that is under way");
	else
		ev_timer_start(daemon->session.loop, &daemon->reload);
}

static void gave_up(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void terminated(struct ev_loop *loop, ev_signal *signal, int events)
{
	struct daemon *daemon = signal->data;

	(void)events;
	if (daemon->stopping)
		return;
	daemon->stopping = true;
	sd_notify(0, "STOPPING=1\nSTATUS=stopping");
	message_send(MESSAGE_STOPPING, NULL, 0, "stopping");
	if (!daemon->pass) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	pass_stop(daemon->pass);
	ev_timer_start(loop, &daemon->give_up);
}

/* For whoever watches over it, however long the next pass is away or this one takes. */
static void write_metrics(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct daemon *daemon = timer->data;
	struct error error = { 0 };
	time_t now = time(NULL);

	(void)loop;
	(void)events;
	report_files(
		daemon->report, status_write_metrics(daemon->status, now, &error) ? NULL : error.text, now);
}

static void feed_watchdog(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	sd_notify(0, "WATCHDOG=1");
}

/* A signal that comes before it is handled waits until it is: otherwise a SIGHUP would end the start. */
static void mask_signals(int how)
{
	sigset_t all;

	sigemptyset(&all);
	sigaddset(&all, SIGHUP);
	sigaddset(&all, SIGTERM);
	sigaddset(&all, SIGINT);
	sigprocmask(how, &all, NULL);
}

static void handle(struct daemon *daemon, ev_signal *watcher, int number,
	void (*function)(struct ev_loop *, ev_signal *, int))
{
	ev_signal_init(watcher, function, number);
	watcher->data = daemon;
	ev_signal_start(daemon->session.loop, watcher);
}

static void watch(struct daemon *daemon)
{
	struct ev_loop *loop = daemon->session.loop;
	uint64_t microseconds = 0;

	handle(daemon, &daemon->hangup, SIGHUP, hung_up);
	handle(daemon, &daemon->terminate, SIGTERM, terminated);
	handle(daemon, &daemon->interrupt, SIGINT, terminated);
	mask_signals(SIG_UNBLOCK);
	ev_timer_init(&daemon->resync, timer_fired, 0, 0);
	daemon->resync.data = daemon;
	ev_timer_init(&daemon->reload, reload_is_due, 0, 0);
	daemon->reload.data = daemon;
	ev_timer_init(&daemon->rest, rest, 0, 0);
	daemon->rest.data = daemon;
	ev_timer_init(&daemon->give_up, gave_up, STOP_SECONDS, 0);
	ev_timer_init(&daemon->minute, write_metrics, METRICS_SECONDS, METRICS_SECONDS);
	daemon->minute.data = daemon;
	ev_timer_start(loop, &daemon->minute);
	if (sd_watchdog_enabled(0, &microseconds) > 0) {
		double half = (double)microseconds / 2e6;

		ev_timer_init(&daemon->watchdog, feed_watchdog, half, half);
		ev_timer_start(loop, &daemon->watchdog);
	}
}

static bool lock(struct daemon *daemon)
{
	struct error error = { 0 };

	daemon->lock = state_lock(daemon->session.state, "fargate-batchd", &error);
	if (!daemon->lock)
		message_send(MESSAGE_FAULT, NULL, 0, "%s", error.text);
	return daemon->lock != NULL;
}

static void run(struct daemon *daemon)
{
	daemon->report = report_new();
	/* Only with the lock: another daemon's set is not ours to replace. */
	if (!daemon->degraded)
		keep_session(daemon);
	tell_loaded(daemon, !daemon->degraded);
	message_send(MESSAGE_START, NULL, 0, "fargate-batchd %s: %s", VERSION, size_of(daemon));
	if (daemon->degraded) {
		report_not_in_force(
			daemon->report, MESSAGE_DEGRADED, ON_LAST_GOOD, daemon->degraded, time(NULL));
		write_status(daemon, NULL);
	}
	watch(daemon);
	if (daemon->degraded)
		notify("READY=1\n", "degraded: " ON_LAST_GOOD ": %s; first pass: %s", daemon->degraded,
			size_of(daemon));
	else
		notify("READY=1\n", "first pass: %s", size_of(daemon));
	begin_pass(daemon);
	ev_run(daemon->session.loop, 0);
	pass_free(daemon->pass);
	report_free(daemon->report);
}

/* The files, or where they are broken the set that was last in force; false where there is neither. */
static bool open_first(struct daemon *daemon)
{
	struct error error = { 0 }, kept = { 0 };
	struct status_set broken;

	if (open_session(daemon->options, &daemon->session, &error))
		return true;
	broken = set_of(&daemon->session);
	status_refused(daemon->status, &broken, error.text, time(NULL));
	close_session(&daemon->session);
	daemon->session = (struct session){ .arena = arena_new(), .options = daemon->options };
	if (!session_load_last_good(&daemon->session, &kept)) {
		if (kept.code != ERROR_NONE)
			message_send(MESSAGE_STATE_DAMAGED, NULL, 0,
				"%s; there is no set to go on with while the files are broken", kept.text);
		return false;
	}
	if (!session_connect(&daemon->session, &kept))
		return false;
	daemon->degraded = must_copy(error.text);
	return true;
}

int daemon_run(const struct options *options)
{
	struct daemon daemon = { .options = options };
	struct ev_loop *loop;
	int code = EXIT_CONFIGURATION;

	mask_signals(SIG_BLOCK);
	srandom((unsigned)(time(NULL) ^ getpid()));
	daemon.status = status_new(time(NULL));
	if (open_first(&daemon) && lock(&daemon)) {
		run(&daemon);
		code = EXIT_OK;
	}
	loop = daemon.session.loop;
	close_session(&daemon.session);
	folder_unlock(daemon.lock);
	free(daemon.degraded);
	status_free(daemon.status);
	if (loop)
		ev_loop_destroy(loop);
	return code;
}
