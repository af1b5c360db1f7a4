#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "digest.h"
#include "files.h"
#include "json.h"
#include "text.h"

#define SYSTEM_DIRECTORY "/var/lib/fargate-batchd"

enum {
	STATE_FILE_LIMIT = 16 * 1024 * 1024,
	APPROVAL_SECONDS = 3600,
	STRANGER_SECONDS = 24 * 3600,
	FIGHT_WINDOW = 3600,
	FIGHT_LIMIT = 3,
	CALM_LONGEST = 24 * 3600,
};

struct document {
	char *path; /* NULL: kept nowhere */
	json_t *json;
	bool dirty;
};

struct state_site {
	char *name; /* "<account>-<region>" */
	struct document cache; /* what was read and cannot change */
	struct document ledger; /* what was done */
	struct state_site *next;
};

struct state {
	char *directory; /* NULL: none can be had, and nothing is kept */
	struct error no_directory; /* why */
	char endpoint[9];
	struct document served, held, approvals;
	struct state_site *sites;
};

static json_t *object_in(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_object(value)) {
		value = json_must(json_object());
		json_put(object, key, value);
	}
	return value;
}

/* What cannot be read counts as empty: everything is found again from AWS. */
static void document_load(struct document *document)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	size_t length = 0;
	bool missing = false;
	char *text = document->path
			     ? file_read(arena, document->path, STATE_FILE_LIMIT, &length, &missing, NULL)
			     : NULL;

	json_decref(document->json);
	document->json = text ? json_loadb(text, length, 0, NULL) : NULL;
	if (!json_is_object(document->json)) {
		json_decref(document->json);
		document->json = json_must(json_object());
	}
	document->dirty = false;
}

static bool document_save(struct document *document, struct error *error)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	char *text;

	if (!document->dirty || !document->path)
		return true;
	text = json_canonical(arena, document->json);
	if (!file_replace(document->path, text, strlen(text), 0600, error))
		return error_wrap(error, "state");
	document->dirty = false;
	return true;
}

static void document_open(struct state *state, struct document *document, const char *name)
{
	CLEANUP_TEXT struct text path = { 0 };

	text_printf(&path, "%s/%s-%s.json", state->directory ? state->directory : "", name, state->endpoint);
	document->path = state->directory ? must_copy(text_string(&path)) : NULL;
	document_load(document);
}

static void document_close(struct document *document)
{
	json_decref(document->json);
	free(document->path);
}

static bool usable(const char *directory)
{
	return access(directory, R_OK | W_OK | X_OK) == 0;
}

/* The directory for a person without access to the system's. */
static bool own_directory(struct text *out, struct error *error)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (base && base[0] == '/')
		text_printf(out, "%s/fargate-batchd", base);
	else if (home && home[0] == '/')
		text_printf(out, "%s/.local/state/fargate-batchd", home);
	else
		return error_set(
			error, ERROR_IO, "no place for state: set STATE_DIRECTORY, XDG_STATE_HOME or HOME");
	return true;
}

static bool choose_directory(struct text *out, struct error *error)
{
	const char *given = getenv("STATE_DIRECTORY");

	if (given && *given)
		text_add_n(out, given, strcspn(given, ":"));
	else if (usable(SYSTEM_DIRECTORY))
		text_add(out, SYSTEM_DIRECTORY);
	else if (!own_directory(out, error))
		return false;
	return folder_make(text_string(out), 0700, error) ||
	       error_wrap(error, "no place for state; set STATE_DIRECTORY");
}

char *state_find_directory(struct arena *arena, struct error *error)
{
	CLEANUP_TEXT struct text directory = { 0 };

	return choose_directory(&directory, error) ? arena_copy(arena, text_string(&directory)) : NULL;
}

struct state *state_open(const char *endpoint)
{
	CLEANUP_TEXT struct text directory = { 0 };
	char hex[DIGEST_HEX_SIZE];
	struct state *state = must_alloc(sizeof *state);

	if (choose_directory(&directory, &state->no_directory))
		state->directory = must_copy(text_string(&directory));
	digest_text(endpoint, strlen(endpoint), hex);
	memcpy(state->endpoint, hex, sizeof state->endpoint - 1);
	document_open(state, &state->served, "served");
	document_open(state, &state->held, "held");
	document_open(state, &state->approvals, "approvals");
	return state;
}

struct state *state_close(struct state *state)
{
	if (!state)
		return NULL;
	document_close(&state->served);
	document_close(&state->held);
	document_close(&state->approvals);
	while (state->sites) {
		struct state_site *next = state->sites->next;

		free(state->sites->name);
		document_close(&state->sites->cache);
		document_close(&state->sites->ledger);
		free(state->sites);
		state->sites = next;
	}
	free(state->directory);
	free(state);
	return NULL;
}

const char *state_directory(const struct state *state)
{
	return state->directory;
}

void state_refresh(struct state *state)
{
	document_load(&state->approvals);
}

bool state_save(struct state *state, bool ledger, struct error *error)
{
	bool saved = document_save(&state->held, error);

	if (ledger)
		saved = document_save(&state->served, error) && saved;
	for (struct state_site *site = state->sites; site; site = site->next) {
		saved = document_save(&site->cache, error) && saved;
		if (ledger)
			saved = document_save(&site->ledger, error) && saved;
	}
	return saved;
}

/* Who holds the lock, as it wrote itself there: "fargate-batchd (pid 42)". */
static void holder_of(int lock, char *out, size_t size)
{
	ssize_t length = pread(lock, out, size - 1, 0);

	out[length > 0 ? length : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

static int cannot_lock(const char *path, struct error *error)
{
	error_set(error, ERROR_IO, "%s: %s; let this user write there, or set STATE_DIRECTORY", path,
		strerror(errno));
	return -1;
}

/*
 * The name is for people: a lock without one still holds. What root's `apply` leaves behind, the daemon's
 * user has to be able to open.
 */
static void sign(int lock, const char *path, const char *program)
{
	char line[128];
	int length = snprintf(line, sizeof line, "%s (pid %ld)\n", program, (long)getpid());

	if (!file_give(lock, path) || ftruncate(lock, 0) != 0 ||
		pwrite(lock, line, (size_t)length, 0) != length)
		errno = 0;
}

int state_lock(const struct state *state, const char *program, struct error *error)
{
	CLEANUP_TEXT struct text path = { 0 };
	char holder[128];
	int lock;

	if (!state->directory)
		return *error = state->no_directory, -1;
	text_printf(&path, "%s/lock", state->directory);
	lock = open(text_string(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock < 0)
		return cannot_lock(text_string(&path), error);
	if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		holder_of(lock, holder, sizeof holder);
		close(lock);
		error_set(error, ERROR_INPUT, "%s is in use by %s", state->directory,
			*holder ? holder : "another program");
		return -1;
	}
	sign(lock, text_string(&path), program);
	return lock;
}

json_t *state_apps(const struct state *state)
{
	return json_object_get(state->served.json, "apps");
}

json_t *state_sites(const struct state *state)
{
	return json_object_get(state->served.json, "sites");
}

bool state_served(const struct state *state, const char *app)
{
	return json_object_get(state_apps(state), app) != NULL;
}

const char *state_account_of(const struct state *state, const char *app)
{
	return json_text_of(json_object_get(state_apps(state), app), "account", NULL);
}

/* Takes the new value over; what is kept already stays, and nothing has to be written. */
static void keep_served(struct state *state, const char *kind, const char *name, json_t *value)
{
	json_t *all = object_in(state->served.json, kind);

	if (json_equal(json_object_get(all, name), value)) {
		json_decref(value);
		return;
	}
	json_put(all, name, value);
	state->served.dirty = true;
}

void state_serve(struct state *state, const char *app, const char *account)
{
	keep_served(state, "apps", app, json_must(json_pack("{s:s}", "account", account)));
}

void state_serve_site(struct state *state, const char *account, const char *region, const char *role_arn)
{
	CLEANUP_TEXT struct text name = { 0 };
	json_t *site = json_must(json_pack("{s:s, s:s}", "account", account, "region", region));

	json_put_text(site, "role", role_arn);
	text_printf(&name, "%s %s %s", account, region, role_arn ? role_arn : "-");
	keep_served(state, "sites", text_string(&name), site);
}

static void forget_served(struct state *state, const char *kind, const char *name)
{
	if (json_object_del(object_in(state->served.json, kind), name) == 0)
		state->served.dirty = true;
}

void state_forget(struct state *state, const char *app)
{
	forget_served(state, "apps", app);
}

void state_forget_site(struct state *state, const char *site)
{
	forget_served(state, "sites", site);
}

void state_hold(struct state *state, json_t *plans)
{
	if (json_equal(json_object_get(state->held.json, "plans"), plans) ||
		(!json_array_size(plans) && !json_object_get(state->held.json, "plans"))) {
		json_decref(plans);
		return;
	}
	json_put(state->held.json, "plans", plans);
	state->held.dirty = true;
}

bool state_is_held(const struct state *state, const char *plan)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(state->held.json, "plans"), i, one)
		if (strcmp(json_string_value(one) ? json_string_value(one) : "", plan) == 0)
			return true;
	return false;
}

bool state_approve(struct state *state, const char *plan, time_t now, struct error *error)
{
	json_put(state->approvals.json, plan, json_integer(now + APPROVAL_SECONDS));
	state->approvals.dirty = true;
	return document_save(&state->approvals, error);
}

bool state_approved(const struct state *state, const char *plan, time_t now)
{
	return json_integer_of(state->approvals.json, plan, 0) > now;
}

struct state_site *state_site(struct state *state, const char *account, const char *region)
{
	CLEANUP_TEXT struct text name = { 0 }, cache = { 0 }, ledger = { 0 };
	struct state_site *site;

	text_printf(&name, "%s-%s", account, region);
	for (site = state->sites; site; site = site->next)
		if (strcmp(site->name, text_string(&name)) == 0)
			return site;
	text_printf(&cache, "cache-%s", text_string(&name));
	text_printf(&ledger, "ledger-%s", text_string(&name));
	site = must_alloc(sizeof *site);
	site->name = must_copy(text_string(&name));
	document_open(state, &site->cache, text_string(&cache));
	document_open(state, &site->ledger, text_string(&ledger));
	site->next = state->sites;
	state->sites = site;
	return site;
}

const char *state_revision(const struct state_site *site, const char *arn, const char *hash)
{
	const json_t *kept = json_object_get(json_object_get(site->cache.json, "revisions"), arn);

	if (!hash || strcmp(json_text_of(kept, "hash", ""), hash) != 0)
		return NULL;
	return json_text_of(kept, "digest", NULL);
}

void state_keep_revision(struct state_site *site, const char *arn, const char *hash, const char *digest)
{
	const char *kept = state_revision(site, arn, hash);

	if (!hash || (kept && strcmp(kept, digest) == 0))
		return;
	json_put(object_in(site->cache.json, "revisions"), arn,
		json_pack("{s:s, s:s}", "hash", hash, "digest", digest));
	site->cache.dirty = true;
}

void state_drop_revisions(struct state_site *site, bool (*known)(const char *arn, void *data), void *data)
{
	json_t *revisions = json_object_get(site->cache.json, "revisions"), *value;
	const char *arn;
	void *next;

	json_object_foreach_safe(revisions, next, arn, value)
	{
		if (known(arn, data))
			continue;
		json_object_del(revisions, arn);
		site->cache.dirty = true;
	}
}

bool state_stranger(const struct state_site *site, const char *arn, time_t now)
{
	json_int_t seen = json_integer_of(json_object_get(site->cache.json, "strangers"), arn, 0);

	return seen > 0 && seen <= now && now < seen + STRANGER_SECONDS;
}

static void forget_before(struct document *document, const char *key, time_t before)
{
	json_t *all = json_object_get(document->json, key), *seen;
	const char *arn;
	void *next;

	json_object_foreach_safe(
		all, next, arn, seen) if (json_integer_value(seen) < before && json_object_del(all, arn) == 0)
		document->dirty = true;
}

void state_keep_stranger(struct state_site *site, const char *arn, time_t now)
{
	forget_before(&site->cache, "strangers", now - STRANGER_SECONDS);
	json_put(object_in(site->cache.json, "strangers"), arn, json_integer(now));
	site->cache.dirty = true;
}

void state_left(struct state_site *site, const char *arn, bool approved, time_t now)
{
	forget_before(&site->ledger, "left", now - FIGHT_WINDOW);
	forget_before(&site->ledger, "approved", now - FIGHT_WINDOW);
	json_put(object_in(site->ledger.json, approved ? "approved" : "left"), arn, json_integer(now));
	site->ledger.dirty = true;
}

bool state_knows_left(const struct state_site *site, const char *arn)
{
	return json_object_get(json_object_get(site->ledger.json, "left"), arn) ||
	       json_object_get(json_object_get(site->ledger.json, "approved"), arn);
}

unsigned state_left_since(const struct state *state, time_t since)
{
	unsigned count = 0;

	for (const struct state_site *site = state->sites; site; site = site->next) {
		const char *arn;
		json_t *when;

		json_object_foreach (json_object_get(site->ledger.json, "left"), arn, when)
			count += json_integer_value(when) >= since;
	}
	return count;
}

/* What is fought over may be a value: long, cut within a character, and nobody's to read here. */
static const char *fight_name(const char *path, char name[DIGEST_HEX_SIZE])
{
	digest_text(path, strlen(path), name);
	return name;
}

static json_t *fight_of(const struct state_site *site, const char *arn, const char *path)
{
	char name[DIGEST_HEX_SIZE];

	return json_object_get(
		json_object_get(json_object_get(site->ledger.json, "fights"), arn), fight_name(path, name));
}

unsigned state_put_back(struct state_site *site, const char *arn, const char *path, time_t now)
{
	char name[DIGEST_HEX_SIZE];
	json_t *fights = object_in(object_in(site->ledger.json, "fights"), arn);
	json_t *fight = object_in(fights, fight_name(path, name)), *times = json_object_get(fight, "times");
	json_t *recent = json_must(json_array()), *when;
	json_int_t pause;
	size_t i;

	json_array_foreach (times, i, when)
		if (json_integer_value(when) > now - FIGHT_WINDOW)
			json_add(recent, json_incref(when));
	json_add(recent, json_integer(now));
	json_put(fight, "times", recent);
	pause = json_integer_of(fight, "pause", 0);
	/* Peace for an hour after the last pause: a new fight begins from the beginning. */
	if (json_integer_of(fight, "until", 0) + FIGHT_WINDOW < now)
		pause = 0;
	if (json_array_size(recent) >= FIGHT_LIMIT || pause) {
		pause = pause ? pause * 2 : FIGHT_WINDOW / 4;
		pause = pause > CALM_LONGEST ? CALM_LONGEST : pause;
		json_put(fight, "pause", json_integer(pause));
		json_put(fight, "until", json_integer(now + pause));
	}
	site->ledger.dirty = true;
	return (unsigned)json_array_size(recent);
}

time_t state_calm_until(const struct state_site *site, const char *arn, const char *path)
{
	return (time_t)json_integer_of(fight_of(site, arn, path), "until", 0);
}
