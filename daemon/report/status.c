#include "status.h"

#include <string.h>
#include <unistd.h>

#include "common/folder.h"
#include "common/json.h"
#include "common/text.h"
#include "faults.h"
#include "metrics.h"

struct status {
	json_t *object; /* as it is written */
	json_t *definitions; /* borrowed: its member */
	struct metrics *metrics;
	size_t passes;
	size_t reloads; /* asked for since the start */
	size_t in_force; /* the last of them before the set in force was read */
};

/* Which reload it is about, and whether it "waits", is "in force" or was "refused"; number 0 is the start. */
static void set_reload(struct status *status, const char *state)
{
	json_t *reload = json_object_get(status->object, "reload");

	json_put(reload, "number", json_integer((json_int_t)status->reloads));
	json_put_text(reload, "state", state);
}

struct status *status_new(time_t now)
{
	static const char *const times[] = { "lastPass", "nextPass", "passSince", "credentialsExpire" };
	struct status *status = must_alloc(sizeof *status);

	status->metrics = metrics_new(now);
	status->definitions = json_must(json_pack("{s:n}", "notKept"));
	status->object = json_must(json_pack("{s:i, s:s, s:i, s:o}", "version", STATUS_VERSION, "program",
		VERSION, "pid", (int)getpid(), "definitions", status->definitions));
	json_put_time(status->object, "runningSince", now);
	json_put(status->object, "reload", json_object());
	json_put_time(json_object_get(status->object, "reload"), "asked", now);
	set_reload(status, "waits");
	/* The shape is the same before the first pass has ended. */
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++)
		json_put(status->object, times[i], json_null());
	status_put_lists(status->object, json_array);
	return status;
}

struct status *status_free(struct status *status)
{
	if (status) {
		json_decref(status->object);
		metrics_free(status->metrics);
	}
	free(status);
	return NULL;
}

/* Both lists of faults. */
static json_t *faults_json(const struct status_set *set)
{
	json_t *all = json_must(json_array());

	faults_add_json(all, set->settings_faults, set->settings_fault_count);
	if (set->definitions)
		faults_add_json(all, set->definitions->faults, set->definitions->fault_count);
	return all;
}

static void set_definitions(
	struct status *status, const char *state, const char *reason, json_t *faults, time_t now)
{
	json_put_text(status->definitions, "state", state);
	json_put(status->definitions, "reason", reason ? json_string(reason) : json_null());
	json_put(status->definitions, "faults", faults);
	json_put_time(status->definitions, "since", now);
}

void status_refused(struct status *status, const struct status_set *broken, const char *reason, time_t now)
{
	const char *before = json_text_of(status->definitions, "state", NULL);
	bool last_good = !before || strcmp(before, "last good") == 0;

	if (before)
		metrics_reload(status->metrics, false, now);
	set_reload(status, "refused");
	set_definitions(status, last_good ? "last good" : "refused", reason, faults_json(broken), now);
}

void status_asked(struct status *status, time_t now)
{
	status->reloads++;
	json_put_time(json_object_get(status->object, "reload"), "asked", now);
	set_reload(status, "waits");
}

void status_loaded(struct status *status, const struct status_set *set, bool from_files, time_t now)
{
	/* The first is the start, not a reload. */
	if (json_object_get(status->definitions, "loaded"))
		metrics_reload(status->metrics, true, now);
	metrics_new_client(status->metrics);
	status->in_force = status->reloads;
	set_reload(status, "in force");
	if (from_files)
		set_definitions(status, "good", NULL, faults_json(set), now);
	json_put_time(status->definitions, "loaded", now);
	json_put_text(status->definitions, "directory", set->directory);
	json_put(status->definitions, "apps", json_integer((json_int_t)set->definitions->app_count));
	json_put(status->definitions, "batches", json_integer((json_int_t)set->definitions->batch_count));
	json_put_text(status->object, "owner", set->owner);
	json_put_text(status->object, "endpoint", set->endpoint);
	json_put(status->object, "resyncInterval", json_real(set->resync_interval));
}

void status_kept(struct status *status, const char *error)
{
	json_put(status->definitions, "notKept", error ? json_text(error) : json_null());
}

char *status_directory(bool or_default)
{
	const char *directory = getenv("RUNTIME_DIRECTORY");
	struct text path = { 0 };

	if (!directory || !*directory)
		directory = or_default ? "/run/fargate-batchd" : NULL;
	if (!directory)
		return NULL;
	/* systemd divides several directories by colons; ours is the first. */
	text_add_n(&path, directory, strcspn(directory, ":"));
	return path.data;
}

/* What is planned and neither carried out nor told elsewhere: all of it where nothing may be written. */
static void add_open(json_t *reasons, const json_t *pass)
{
	json_int_t open = json_integer_of(pass, "open", 0);

	if (open)
		json_add(reasons, json_sprintf("%lld change%s not written, because the settings say readOnly",
					  (long long)open, open == 1 ? " is" : "s are"));
}

static void add_reasons(json_t *reasons, const json_t *list, const char *what)
{
	size_t count = json_array_size(list);

	if (count)
		json_add(reasons, json_sprintf("%zu %s%s", count, what, count == 1 ? "" : "s"));
}

/* Whether a pass has ended that began with the set in force. */
static bool is_looked_at(const struct status *status)
{
	const json_t *pass = json_object_get(status->object, "lastPass");

	return json_is_object(pass) && json_integer_of(pass, "reload", 0) >= (json_int_t)status->in_force;
}

/* "healthy", "degraded" (in short why), or that there is nothing yet to judge by. */
static void judge(struct status *status)
{
	json_t *reasons = json_must(json_array());
	const char *state = json_text_of(status->definitions, "state", "good");

	if (strcmp(state, "last good") == 0)
		json_add(reasons, json_string("runs on the last good definitions"));
	else if (strcmp(state, "good") != 0)
		json_add(reasons, json_string("the last reload was refused"));
	if (json_text_of(status->definitions, "notKept", NULL))
		json_add(reasons, json_string("the definitions in force could not be kept"));
	add_open(reasons, json_object_get(status->object, "lastPass"));
	add_reasons(reasons, json_object_get(status->object, "conflicts"), "conflict");
	add_reasons(reasons, json_object_get(status->object, "problems"), "problem");
	add_reasons(reasons, json_object_get(status->object, "held"), "held plan");
	add_reasons(reasons, json_object_get(status->object, "fights"), "fight");
	json_put_text(status->object, "state",
		json_array_size(reasons) ? "degraded"
		: is_looked_at(status)   ? "healthy"
					 : "unknown");
	json_put(status->object, "reasons", reasons);
}

void status_began(struct status *status, time_t now)
{
	json_put_time(status->object, "passSince", now);
}

void status_passed(struct status *status, const struct pass *pass, time_t next, time_t expiry)
{
	status_add_pass(status->object, pass, ++status->passes);
	json_put(json_object_get(status->object, "lastPass"), "reload",
		json_integer((json_int_t)status->in_force));
	json_put_time(status->object, "nextPass", next);
	json_put_time(status->object, "passSince", 0);
	json_put_time(status->object, "credentialsExpire", expiry);
	metrics_pass(status->metrics, pass, status->object);
}

/* The metrics, and with them (`status`, which may be NULL) the status, whatever becomes of the other. */
static bool replace(const char *status, const struct text *metrics, struct error *error)
{
	CLEANUP_FREE char *path = status_directory(false);
	struct folder *folder = path ? folder_open(path, 0, NULL, error) : NULL;
	bool written = true;

	if (!folder)
		return !path;
	if (status)
		written = folder_replace(folder, STATUS_FILE, status, strlen(status), 0644, error);
	written =
		folder_replace(folder, METRICS_FILE, metrics->data, metrics->length, 0644, error) && written;
	folder_close(folder);
	return written;
}

bool status_write_metrics(struct status *status, time_t now, struct error *error)
{
	CLEANUP_TEXT struct text metrics = { 0 };

	metrics_write(status->metrics, status->object, now, &metrics);
	return replace(NULL, &metrics, error);
}

bool status_write(struct status *status, time_t now, struct error *error)
{
	CLEANUP_TEXT struct text metrics = { 0 };
	CLEANUP_FREE char *text = NULL;

	judge(status);
	json_put_time(status->object, "written", now);
	text = json_told(status->object);
	metrics_write(status->metrics, status->object, now, &metrics);
	return replace(text, &metrics, error);
}
