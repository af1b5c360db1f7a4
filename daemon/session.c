#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "aws/credentials.h"
#include "aws/instance.h"
#include "common/http.h"
#include "common/say.h"
#include "common/text.h"
#include "model/region.h"
#include "pass/words.h"
#include "report/faults.h"

/* How long a pass by hand lets throttled calls wait for their turn. */
static const double PASS_TIMEOUT = 1800;

int session_complain(const char *format, ...)
{
	CLEANUP_TEXT struct text text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	text_vprintf(&text, format, arguments);
	va_end(arguments);
	say(stderr, "%s: %s\n", program_invocation_short_name, text_string(&text));
	return EXIT_TROUBLE;
}

bool session_load(struct session *session, struct error *error)
{
	const struct options *options = session->options;
	const char *directory = options->definitions ? options->definitions : DEFAULT_DEFINITIONS;

	session->settings = settings_load(
		session->arena, options->settings, options->settings != NULL, options->strict, error);
	if (!session->settings)
		return false;
	session->definitions = load_definitions(session->arena, directory, options->strict, error);
	if (session->definitions)
		definitions_limit_roles(session->definitions, session->settings->assume_roles);
	return session->definitions != NULL;
}

bool session_load_valid(struct session *session)
{
	struct error error = { 0 };

	if (!session_load(session, &error)) {
		session_complain("%s", error.text);
		return false;
	}
	faults_show(stderr, session->settings->faults, session->settings->fault_count);
	faults_show(stderr, session->definitions->faults, session->definitions->fault_count);
	return !session->settings->broken && !session->definitions->broken;
}

/* One line for each exchange; what is secret never gets here. */
static void trace(const struct call_trace *call, void *data)
{
	(void)data;
	say(stderr, "debug: %s %s %s status=%ld try=%u ms=%.0f request-id=%s%s%s\n", call->service,
		call->operation, call->region, call->status, call->try, call->milliseconds,
		*call->request_id ? call->request_id : "-", *call->error_code ? " error=" : "",
		call->error_code);
}

struct asking {
	struct ev_loop *loop;
	struct arena *arena;
	char *region;
};

static void answered(const char *region, void *data)
{
	struct asking *asking = data;

	asking->region = arena_copy(asking->arena, region);
	ev_break(asking->loop, EVBREAK_ALL);
}

/*
 * The region of the instance that this runs on, NULL where none answers. On a loop of its own: at a reload
 * the daemon's loop is under way, and none of its timers may begin a pass with the set that is being
 * replaced. Its signals wait for the 3 seconds that this takes at most, which stop and watchdog bear.
 */
static const char *ask_instance(const struct session *session)
{
	struct asking asking = { .loop = ev_loop_new(EVFLAG_AUTO), .arena = session->arena };
	struct transport *transport;

	if (!asking.loop)
		return NULL;
	transport = http_new(asking.loop, &(struct http_options){ 0 });
	instance_region(transport, answered, &asking);
	ev_run(asking.loop, 0);
	http_free(transport);
	ev_loop_destroy(asking.loop);
	return asking.region;
}

/* Where nothing more special is said; the instance is asked only where an app needs it. */
static const char *default_region(const struct session *session)
{
	const struct definitions *definitions = session->definitions;
	const char *region = aws_region(session->aws);
	bool needed = false;

	for (size_t i = 0; i < definitions->app_count; i++)
		needed |= !definitions->apps[i].region;
	return region || !needed ? region : ask_instance(session);
}

/* Gives an app without a region the one where nothing more special is said, which may be NULL. */
static bool place_app(struct app *app, const char *region, struct error *error)
{
	if (app->region)
		return true;
	if (!region)
		return error_set(error, ERROR_INPUT,
			"no region for app %s (%s:%u): write \"region\" there, or give --region or AWS_REGION",
			app->name, app->at.file, app->at.line);
	if (!region_check(region, error))
		return error_wrap(error,
			"app %s, whose region is that of --region, AWS_REGION, settings, profile or instance",
			app->name);
	app->region = region;
	return true;
}

static bool place_apps(struct session *session, struct error *error)
{
	struct definitions *definitions = session->definitions;
	const char *region = default_region(session);

	for (size_t i = 0; i < definitions->app_count; i++)
		if (!place_app(&definitions->apps[i], region, error))
			return false;
	return true;
}

static bool open_state(struct session *session, struct error *error)
{
	session->world = aws_world(session->aws, session->arena, error);

	session->state = session->world ? state_open(session->world, error) : NULL;
	return session->state != NULL;
}

bool session_connect(struct session *session, struct error *error)
{
	const struct options *options = session->options;
	const struct settings *settings = session->settings;
	struct http_options http = { .ca_bundle = environment("AWS_CA_BUNDLE") };

	session->loop = ev_default_loop(EVFLAG_AUTO);
	http.user_agent = arena_printf(session->arena, "fargate-batchd/%s", VERSION);
	session->transport = http_new(session->loop, &http);
	session->aws = aws_new(
		&(struct aws_options){
			.transport = session->transport,
			.endpoint_url_flag = options->endpoint_url,
			.endpoint_url_setting = settings->endpoint_url,
			.region_flag = options->region,
			.region_setting = settings->region,
			.profile_flag = options->profile,
			.profile_setting = settings->profile,
			.strict = options->strict,
			.rates = settings->rates,
			.trace = options->debug ? trace : NULL,
		},
		error);
	if (!session->aws)
		return false;
	if (aws_warning(session->aws))
		session_complain("%s", aws_warning(session->aws));
	if (!place_apps(session, error) || !open_state(session, error))
		return false;
	session_fill_ledger(session);
	return true;
}

static void waits(const struct pass *pass, const struct wait *wait, void *data)
{
	(void)data;
	if (wait->news)
		say(stderr, "%s\n", words_wait(pass->arena, wait));
}

struct pass_options session_pass(const struct session *session)
{
	const struct settings *settings = session->settings;

	return (struct pass_options){
		.aws = session->aws,
		.transport = session->transport,
		.definitions = session->definitions,
		.state = session->state,
		.owner = settings->owner,
		.keep_revisions = settings->keep_revisions,
		.deletion = {
			.max_batches = settings->deletion.max_batches,
			.max_percent = settings->deletion.max_percent,
			.grace_minutes = settings->deletion.grace_minutes,
			.enabled = settings->deletion.enabled,
		},
		.timeout = PASS_TIMEOUT,
		.waits = waits,
	};
}

struct running {
	struct ev_loop *loop;
	struct pass *pass;
};

static void ended(struct pass *pass, void *data)
{
	(void)pass;
	ev_break(((struct running *)data)->loop, EVBREAK_ALL);
}

static void interrupted(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct running *running = watcher->data;

	(void)loop;
	(void)events;
	if (!running->pass->stopped)
		say(stderr, "stopping: what is under way is waited for\n");
	pass_stop(running->pass);
}

static bool is_ignored(int signal)
{
	struct sigaction action;

	return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void session_tell_state(struct session *session)
{
	const char *text;

	while ((text = session_passed_over(session)))
		session_complain("%s", text);
}

static void say_clock(const struct session *session)
{
	const char *wrong = words_clock(session->arena, aws_clock(session->aws));

	if (wrong)
		session_complain("%s", wrong);
}

struct pass *session_run_pass(struct session *session, struct pass_options *options)
{
	struct running running = { .loop = session->loop };
	const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	ev_signal watchers[ARRAY_LENGTH(signals)];
	/* A terminal that goes away stops it too, but not where nohup started us. */
	size_t count = ARRAY_LENGTH(signals) - is_ignored(SIGHUP);

	options->done = ended;
	options->done_data = &running;
	running.pass = pass_start(options);
	for (size_t i = 0; i < count; i++) {
		ev_signal_init(&watchers[i], interrupted, signals[i]);
		watchers[i].data = &running;
		ev_signal_start(session->loop, &watchers[i]);
	}
	ev_run(session->loop, 0);
	for (size_t i = 0; i < count; i++)
		ev_signal_stop(session->loop, &watchers[i]);
	session_tell_state(session);
	say_clock(session);
	return running.pass;
}

void session_close(struct session *session)
{
	folder_unlock(session->lock);
	state_close(session->state);
	aws_free(session->aws);
	http_free(session->transport);
	if (session->loop)
		ev_loop_destroy(session->loop);
	definitions_free(session->definitions);
	settings_free(session->settings);
	*session = (struct session){ 0 };
}
