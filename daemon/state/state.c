#include "state.h"

#include <stdlib.h>
#include <string.h>

#include "common/digest.h"
#include "common/json.h"
#include "common/text.h"
#include "inside.h"

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
	document_open(&state->served, state->folder, KEPT_SERVED, state->endpoint);
	document_open(&state->held, state->folder, KEPT_HELD, state->endpoint);
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
	size_t world = sizeof(((struct state *)0)->endpoint) - 1, length = strlen(kept_files[KEPT_HELD].name);

	if (strlen(name) != length + 1 + world + strlen(".json") ||
		!text_starts(name, kept_files[KEPT_HELD].name) || name[length] != '-' ||
		!text_ends(name, ".json"))
		return NULL;
	return name + length + 1;
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
	lock = folder_set_mode(state->folder, KEPT_FOLDER_MODE, error)
		       ? folder_lock(state->folder, program, error)
		       : NULL;
	if (!lock && error->code == ERROR_IO)
		error_wrap(error, "no lock for the state; let this user write there, or set STATE_DIRECTORY");
	return lock;
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

static void open_of_site(struct state *state, struct document *document, enum kept which, const char *site)
{
	CLEANUP_TEXT struct text of = { 0 };

	text_printf(&of, "%s-%s", site, state->endpoint);
	document_open(document, state->folder, which, text_string(&of));
}

struct state_site *state_site(struct state *state, const char *account, const char *region)
{
	CLEANUP_TEXT struct text name = { 0 };
	struct state_site *site;

	text_printf(&name, "%s-%s", account, region);
	for (site = state->sites; site; site = site->next)
		if (strcmp(site->name, text_string(&name)) == 0)
			return site;
	site = must_alloc(sizeof *site);
	site->name = must_copy(text_string(&name));
	open_of_site(state, &site->cache, KEPT_CACHE, site->name);
	open_of_site(state, &site->ledger, KEPT_LEDGER, site->name);
	take_over_approved(state, &site->ledger);
	site->next = state->sites;
	state->sites = site;
	return site;
}
