#include "state.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/json.h"
#include "common/text.h"
#include "document.h"

#define SYSTEM_DIRECTORY "/var/lib/fargate-batchd"

enum {
	FOLDER_MODE = 0750, /* for a group of readers; the files are the owner's alone */
	STRANGER_SECONDS = 24 * 3600,
	FIGHT_WINDOW = 3600,
	FIGHT_LIMIT = 3,
	CALM_LONGEST = 24 * 3600,
};

struct state_site {
	char *name; /* "<account>-<region>" */
	struct document cache; /* what was read and cannot change */
	struct document ledger; /* what was done */
	struct state_site *next;
};

struct state {
	struct folder *folder; /* NULL: none can be had, and nothing is kept */
	struct error no_folder; /* why */
	char endpoint[9];
	struct document served, held;
	struct approvals approvals;
	struct state_site *sites;
};

static void open_document(struct state *state, struct document *document, const char *name, const char *loss)
{
	CLEANUP_TEXT struct text file = { 0 };

	text_printf(&file, "%s-%s.json", name, state->endpoint);
	document_open(document, state->folder, text_string(&file), loss);
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
	else
		return own_directory(out, error);
	return true;
}

struct folder *state_open_daemons_folder(bool *missing, struct error *error)
{
	CLEANUP_TEXT struct text directory = { 0 };
	const char *given = getenv("STATE_DIRECTORY");

	text_add_n(&directory, given && *given ? given : SYSTEM_DIRECTORY,
		given && *given ? strcspn(given, ":") : strlen(SYSTEM_DIRECTORY));
	return folder_open(text_string(&directory), 0, missing, error);
}

struct folder *state_open_folder(struct error *error)
{
	CLEANUP_TEXT struct text directory = { 0 };
	struct folder *folder;

	if (!choose_directory(&directory, error))
		return NULL;
	folder = folder_open(text_string(&directory), FOLDER_MODE, NULL, error);
	if (!folder)
		error_wrap(error, "no place for state; set STATE_DIRECTORY");
	return folder;
}

/* A version without records of approvals kept only the names of held plans, as a list. */
static void take_over_names(json_t *held)
{
	json_t *names = json_object_get(held, "plans"), *plans, *name;
	size_t i;

	if (!json_is_array(names))
		return;
	plans = json_must(json_object());
	json_array_foreach (names, i, name)
		if (json_is_string(name))
			json_put(plans, json_string_value(name), json_must(json_array()));
	json_put(held, "plans", plans);
}

/* `world` is the beginning of the endpoint's digest. */
static struct state *open_world(const char *world, struct error *error)
{
	struct state *state = must_alloc(sizeof *state);

	state->folder = state_open_folder(&state->no_folder);
	memcpy(state->endpoint, world, sizeof state->endpoint - 1);
	open_document(state, &state->served, "served",
		"what was served is not known until a pass has served it again: an app that left the definitions before is not found, and no account counts as the one an app was first applied to");
	open_document(state, &state->held, "held",
		"a plan that is held can be approved once a pass has named it again");
	take_over_names(state->held.json);
	approvals_open(&state->approvals, state->folder, state->endpoint);
	if (state->folder || state->no_folder.code != ERROR_INPUT)
		return state;
	error_set(error, ERROR_INPUT, "%s", state->no_folder.text);
	return state_close(state);
}

struct state *state_open(const char *endpoint, struct error *error)
{
	char hex[DIGEST_HEX_SIZE];

	digest_text(endpoint, strlen(endpoint), hex);
	return open_world(hex, error);
}

/* The world of a file of held plans; NULL where it is another file. */
static const char *world_of(const char *name)
{
	static const char before[] = "held-", after[] = ".json";
	size_t world = sizeof(((struct state *)0)->endpoint) - 1;

	if (strlen(name) != strlen(before) + world + strlen(after) || !text_starts(name, before) ||
		!text_ends(name, after))
		return NULL;
	return name + strlen(before);
}

/* Each of them by its number; NULL at the end. */
static struct document *nth_document(struct state *state, size_t n)
{
	struct document *const first[] = { &state->served, &state->held, &state->approvals.given,
		&state->approvals.used };
	struct state_site *site = state->sites;

	if (n < ARRAY_LENGTH(first))
		return first[n];
	for (n -= ARRAY_LENGTH(first); site && n >= 2; n -= 2)
		site = site->next;
	return !site ? NULL : n ? &site->ledger : &site->cache;
}

static bool is_damaged(struct state *state)
{
	struct document *document;
	bool damaged = false;

	for (size_t n = 0; !damaged && (document = nth_document(state, n)); n++)
		damaged = document->trouble != NULL;
	return damaged;
}

struct state *state_open_of_plan(const char *plan, struct error *error)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct folder *folder = state_open_folder(error);
	const char *const *names;
	size_t count = 0;
	struct state *found = NULL, *damaged = NULL;

	if (folder && folder_names(folder, arena, &names, &count, error))
		for (size_t i = 0; i < count && !found; i++) {
			struct state *state =
				world_of(names[i]) ? open_world(world_of(names[i]), error) : NULL;

			if (state && state_held(state, plan))
				found = state;
			else if (state && !damaged && is_damaged(state))
				damaged = state;
			else
				state_close(state);
		}
	folder_close(folder);
	if (found)
		state_close(damaged);
	return found ? found : damaged;
}

struct state *state_close(struct state *state)
{
	if (!state)
		return NULL;
	document_close(&state->served);
	document_close(&state->held);
	approvals_close(&state->approvals);
	while (state->sites) {
		struct state_site *next = state->sites->next;

		free(state->sites->name);
		document_close(&state->sites->cache);
		document_close(&state->sites->ledger);
		free(state->sites);
		state->sites = next;
	}
	folder_close(state->folder);
	free(state);
	return NULL;
}

const char *state_directory(const struct state *state)
{
	return state->folder ? folder_path(state->folder) : NULL;
}

void state_refresh(struct state *state)
{
	document_load(&state->approvals.given);
}

char *state_tell(struct state *state, struct arena *arena)
{
	struct document *document;
	char *text = NULL;

	for (size_t n = 0; !text && (document = nth_document(state, n)); n++)
		text = document_tell(document, arena);
	return text;
}

static void settle(struct state *state)
{
	struct document *document;

	for (size_t n = 0; (document = nth_document(state, n)); n++)
		document_settle(document);
}

/* The first that fails is told. */
static bool save(struct document *document, bool saved, struct error *error)
{
	return document_save(document, saved ? error : NULL) && saved;
}

/* In the order in which they come to be dirty, so that a full disk is told in the same words in each pass. */
bool state_save(struct state *state, bool ledger, struct error *error)
{
	bool saved = true;

	if (ledger)
		settle(state);
	for (struct state_site *site = state->sites; site; site = site->next) {
		if (ledger)
			saved = save(&site->ledger, saved, error);
		saved = save(&site->cache, saved, error);
	}
	if (ledger) {
		saved = save(&state->served, saved, error);
		saved = save(&state->approvals.used, saved, error);
	}
	return save(&state->held, saved, error);
}

struct folder_lock *state_lock(const struct state *state, const char *program, struct error *error)
{
	struct folder_lock *lock;

	if (!state->folder)
		return *error = state->no_folder, NULL;
	lock = folder_set_mode(state->folder, FOLDER_MODE, error) ? folder_lock(state->folder, program, error)
								  : NULL;
	if (!lock && error->code == ERROR_IO)
		error_wrap(error, "no lock for the state; let this user write there, or set STATE_DIRECTORY");
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
	json_t *all = json_object_in(state->served.json, kind);

	if (json_equal(json_object_get(all, name), value)) {
		json_decref(value);
		return;
	}
	json_put(all, name, value);
	state->served.dirty = true;
}

void state_serve(struct state *state, const char *app, const char *account)
{
	/* The first one: from now on names are kept. */
	if (!json_object_size(state_apps(state)))
		state_has_names(state);
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
	if (json_object_del(json_object_in(state->served.json, kind), name) == 0)
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

void state_hold(struct state *state, json_t *plans, bool all)
{
	json_t *before = json_object_get(state->held.json, "plans");

	if (!all && json_is_object(before))
		json_object_update_missing(plans, before);
	if (json_equal(before, plans) || (!json_object_size(plans) && !before)) {
		json_decref(plans);
		return;
	}
	json_put(state->held.json, "plans", plans);
	state->held.dirty = true;
}

json_t *state_held(const struct state *state, const char *plan)
{
	json_t *arns = json_object_get(json_object_get(state->held.json, "plans"), plan);

	return json_is_array(arns) ? arns : NULL;
}

struct approvals *state_approvals(struct state *state)
{
	return &state->approvals;
}

/* A version without records of approvals kept in the ledger what it had disabled under one. */
static void take_over_approved(struct state *state, struct document *ledger)
{
	const char *arn;
	json_t *disabled;

	json_object_foreach (json_object_get(ledger->json, "approved"), arn, disabled)
		approvals_take_over(&state->approvals, arn, (time_t)json_integer_value(disabled));
	ledger->dirty = json_object_del(ledger->json, "approved") == 0;
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
	open_document(state, &site->cache, text_string(&cache),
		"revisions of task definitions are read again from AWS");
	open_document(state, &site->ledger, text_string(&ledger),
		"what leaves before it has been served again is held, and what left within the last hour does not count for the brake");
	take_over_approved(state, &site->ledger);
	site->next = state->sites;
	state->sites = site;
	return site;
}

/* Digests that were made without empty variables and the order of files stand under "digest": they are read
 * anew. */
const char *state_revision(const struct state_site *site, const char *arn, const char *hash)
{
	const json_t *kept = json_object_get(json_object_get(site->cache.json, "revisions"), arn);

	if (!hash || strcmp(json_text_of(kept, "hash", ""), hash) != 0)
		return NULL;
	return json_text_of(kept, "content", NULL);
}

void state_keep_revision(struct state_site *site, const char *arn, const char *hash, const char *digest)
{
	const char *kept = state_revision(site, arn, hash);

	if (!hash || (kept && strcmp(kept, digest) == 0))
		return;
	json_put(json_object_in(site->cache.json, "revisions"), arn,
		json_pack("{s:s, s:s}", "hash", hash, "content", digest));
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

json_int_t state_inactive(const struct state_site *site, const char *family)
{
	return json_integer_of(json_object_get(site->cache.json, "inactive"), family, 0);
}

void state_keep_inactive(struct state_site *site, const char *family, json_int_t revision)
{
	json_put(json_object_in(site->cache.json, "inactive"), family, json_integer(revision));
	site->cache.dirty = true;
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
	json_put(json_object_in(site->cache.json, "strangers"), arn, json_integer(now));
	site->cache.dirty = true;
}

void state_left(struct state_site *site, const char *arn, time_t now)
{
	forget_before(&site->ledger, "left", now - FIGHT_WINDOW);
	json_put(json_object_in(site->ledger.json, "left"), arn, json_integer(now));
	site->ledger.dirty = true;
}

bool state_knows_left(const struct state_site *site, const char *arn)
{
	return json_object_get(json_object_get(site->ledger.json, "left"), arn) != NULL;
}

const char **state_left_since(
	const struct state *state, time_t since, struct arena *arena, size_t *count, size_t *capacity)
{
	const char **arns = NULL;

	*count = *capacity = 0;
	for (const struct state_site *site = state->sites; site; site = site->next) {
		const char *arn;
		json_t *when;

		json_object_foreach (json_object_get(site->ledger.json, "left"), arn, when) {
			if (json_integer_value(when) < since)
				continue;
			arena_grow(arena, &arns, sizeof *arns, *count, capacity);
			arns[(*count)++] = arena_copy(arena, arn);
		}
	}
	return arns;
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
	json_t *fights = json_object_in(json_object_in(site->ledger.json, "fights"), arn);
	json_t *fight = json_object_in(fights, fight_name(path, name)),
	       *times = json_object_get(fight, "times");
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

void state_forget_fights(struct state_site *site)
{
	if (json_object_del(site->ledger.json, "fights") == 0)
		site->ledger.dirty = true;
}

time_t state_calm_until(const struct state_site *site, const char *arn, const char *path)
{
	return (time_t)json_integer_of(fight_of(site, arn, path), "until", 0);
}

/* {"": {"rule batch-no1": "…"}, …}: what was asked for when it was last so, by assumed role and name. */
static json_t *fulfilled(const struct state_site *site, const char *role_arn)
{
	return json_object_get(json_object_get(site->ledger.json, "fulfilled"), role_arn ? role_arn : "");
}

const char *state_fulfilled(const struct state_site *site, const char *role_arn, const char *name)
{
	return json_text_of(fulfilled(site, role_arn), name, NULL);
}

size_t state_fulfilled_count(const struct state_site *site, const char *role_arn)
{
	return json_object_size(fulfilled(site, role_arn));
}

void state_fulfil(struct state_site *site, const char *role_arn, const char *name, const char *record)
{
	const char *before = state_fulfilled(site, role_arn, name);
	json_t *all;

	if (before && strcmp(before, record) == 0)
		return;
	all = json_object_in(json_object_in(site->ledger.json, "fulfilled"), role_arn ? role_arn : "");
	json_put_text(all, name, record);
	site->ledger.dirty = true;
}

void state_drop_fulfilled(struct state_site *site, const char *role_arn,
	bool (*wanted)(const char *name, void *data), void *data)
{
	json_t *all = fulfilled(site, role_arn), *record;
	const char *name;
	void *next;

	json_object_foreach_safe(all, next, name, record)
	{
		if (wanted(name, data))
			continue;
		json_object_del(all, name);
		site->ledger.dirty = true;
	}
}

/* {"rule": {"batch-no1": {"app": "batch"}}, …}: what was served here, by kind and name. */
static json_t *name_record(const struct state_site *site, const char *kind, const char *name)
{
	return json_object_get(json_object_get(json_object_get(site->ledger.json, "names"), kind), name);
}

struct served state_name(const struct state_site *site, const char *kind, const char *name)
{
	const json_t *record = name_record(site, kind, name);

	return (struct served){
		.known = record != NULL,
		.on_delete = json_bool_of(record, "onDelete", false),
		.left = json_bool_of(record, "left", false),
	};
}

/* Takes the new value over; what is kept already stays, and nothing has to be written. */
static void keep_name(struct state_site *site, const char *kind, const char *name, json_t *value)
{
	if (json_equal(name_record(site, kind, name), value)) {
		json_decref(value);
		return;
	}
	json_put(json_object_in(json_object_in(site->ledger.json, "names"), kind), name, value);
	site->ledger.dirty = true;
}

void state_serve_name(
	struct state_site *site, const char *kind, const char *name, const char *app, bool on_delete)
{
	json_t *value = json_must(json_pack("{s:s}", "app", app));

	if (on_delete)
		json_put(value, "onDelete", json_true());
	keep_name(site, kind, name, value);
}

void state_leave_name(struct state_site *site, const char *kind, const char *name, const char *app)
{
	json_t *before = name_record(site, kind, name);
	json_t *value =
		before ? json_must(json_deep_copy(before)) : json_must(json_pack("{s:s}", "app", app));

	json_put(value, "left", json_true());
	keep_name(site, kind, name, value);
}

void state_drop_names(struct state_site *site,
	bool (*gone)(const char *kind, const char *name, const char *app, void *data), void *data)
{
	const char *kind, *name;
	json_t *names, *record;
	void *next;

	json_object_foreach (json_object_get(site->ledger.json, "names"), kind, names) {
		json_object_foreach_safe(names, next, name, record)
		{
			if (!gone(kind, name, json_text_of(record, "app", ""), data))
				continue;
			json_object_del(names, name);
			site->ledger.dirty = true;
		}
	}
}

bool state_lacks_names(const struct state *state)
{
	return json_object_size(state_apps(state)) && !json_object_get(state->served.json, "names");
}

void state_has_names(struct state *state)
{
	json_put(state->served.json, "names", json_true());
	state->served.dirty = true;
}
