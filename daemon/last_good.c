#include <string.h>

#include "common/json.h"
#include "pass/ledger.h"
#include "report/faults.h"
#include "session.h"
#include "state/kept.h"
#include "zones.h"

/*
 * The last good set, beside the state: the texts of the definitions as they were read, and the settings. They
 * are read by the same code as the files themselves.
 */

enum { DEPTH = 8 };

static void close_folder(struct folder **folder)
{
	folder_close(*folder);
}

static bool write_json(const struct folder *folder, enum kept which, json_t *json, struct error *error)
{
	CLEANUP_TEXT struct text name = { 0 };
	CLEANUP_FREE char *text = json_dumps(json, JSON_COMPACT);

	kept_name(&name, which, NULL);
	return text && kept_replace(folder, text_string(&name), text, strlen(text), error);
}

static bool keep_settings(const struct session *session, const struct folder *folder, struct error *error)
{
	CLEANUP(json_decrefp)
	json_t *settings =
		session->settings->owned ? json_incref(session->settings->owned) : json_must(json_object());

	return write_json(folder, KEPT_LAST_GOOD_SETTINGS, settings, error);
}

bool session_keep(const struct session *session, struct error *error)
{
	CLEANUP(json_decrefp) json_t *files = json_must(json_array());
	CLEANUP(close_folder) struct folder *folder = state_open_folder(error);

	/* What was filled in from the set that is about to be replaced comes first. */
	if (session->filled && !state_save(session->state, true, error))
		return false;
	for (size_t i = 0; i < session->definitions->text_count; i++) {
		const struct definition_text *text = &session->definitions->texts[i];

		json_add(files, json_must(json_pack("{s:s, s:s%}", "file", text->file, "text", text->text,
					text->length)));
	}
	return folder && keep_settings(session, folder, error) &&
	       write_json(folder, KEPT_LAST_GOOD, files, error);
}

static struct definitions *read_kept(struct arena *arena, const json_t *files)
{
	struct definition_text *texts = arena_alloc(arena, (json_array_size(files) + 1) * sizeof *texts);
	struct definitions *definitions;
	json_t *file;
	size_t i;

	json_array_foreach (files, i, file) {
		const char *text = arena_copy(arena, json_text_of(file, "text", ""));

		texts[i] =
			(struct definition_text){ .file = arena_copy(arena, json_text_of(file, "file", "?")),
				.text = text,
				.length = strlen(text) };
	}
	definitions = definitions_read(arena, texts, json_array_size(files));
	zones_find(definitions, false);
	return definitions;
}

static const char *name_of(struct arena *arena, enum kept which)
{
	CLEANUP_TEXT struct text name = { 0 };

	kept_name(&name, which, NULL);
	return arena_copy(arena, text_string(&name));
}

/*
 * One of the two files; NULL where there is none, or with `error` where it is damaged (`damaged` then holds
 * its name) or cannot be read.
 */
static json_t *read_json(const struct folder *folder, struct arena *arena, enum kept which, json_type type,
	const char **damaged, struct error *error)
{
	struct error reason = { 0 };
	struct json_place where;
	enum found found;
	size_t length;
	const char *name = name_of(arena, which);
	char *text = kept_read(folder, which, name, arena, &length, &found, &reason);
	json_t *json = text ? json_read(text, length, DEPTH, arena, NULL, &where, &reason) : NULL;

	if ((json && json_typeof(json) == type) || found == FOUND_NOTHING)
		return json;
	if (text)
		error_set(error, ERROR_IO, "%s/%s is damaged: %s", folder_path(folder), name,
			json ? "it is not what was written there" : reason.text);
	else
		error_set(error, ERROR_IO, "%s", reason.text);
	if (found != FOUND_UNREADABLE)
		*damaged = name;
	json_decref(json);
	return NULL;
}

static struct definitions *read_definitions(
	const struct folder *folder, struct arena *arena, const char **damaged, struct error *error)
{
	CLEANUP(json_decrefp)
	json_t *files = read_json(folder, arena, KEPT_LAST_GOOD, JSON_ARRAY, damaged, error);

	return files ? read_kept(arena, files) : NULL;
}

static struct settings *read_settings(
	const struct folder *folder, struct arena *arena, const char **damaged, struct error *error)
{
	CLEANUP(json_decrefp)
	json_t *settings = read_json(folder, arena, KEPT_LAST_GOOD_SETTINGS, JSON_OBJECT, damaged, error);
	const char *text = settings ? json_canonical(arena, settings) : NULL;

	return text ? settings_read(arena,
			      arena_printf(arena, "%s/%s", folder_path(folder),
				      name_of(arena, KEPT_LAST_GOOD_SETTINGS)),
			      text, strlen(text))
		    : NULL;
}

/* Rules may have become stricter since the set was kept. */
static bool is_good(const struct fault *faults, size_t count, bool broken, struct error *error)
{
	CLEANUP_TEXT struct text line = { 0 };
	const struct fault *first = broken ? faults_first(faults, count) : NULL;

	if (!first)
		return !broken;
	fault_add_line(&line, first);
	return error_set(
		error, ERROR_INPUT, "the last good set is none for this version: %s", text_string(&line));
}

static bool load_from(
	struct session *session, const struct folder *folder, const char **damaged, struct error *error)
{
	session->definitions = read_definitions(folder, session->arena, damaged, error);
	if (session->definitions)
		session->settings = read_settings(folder, session->arena, damaged, error);
	if (!session->definitions || !session->settings)
		return false;
	return is_good(session->settings->faults, session->settings->fault_count, session->settings->broken,
		       error) &&
	       is_good(session->definitions->faults, session->definitions->fault_count,
		       session->definitions->broken, error);
}

bool session_load_last_good(struct session *session, struct error *error)
{
	CLEANUP(close_folder) struct folder *folder = state_open_folder(error);
	const char *damaged = NULL, *aside;
	struct error reason = { 0 };

	if (!folder || load_from(session, folder, &damaged, &reason))
		return folder != NULL;
	aside = damaged ? folder_put_aside(folder, session->arena, damaged, NULL) : NULL;
	if (reason.code != ERROR_NONE)
		error_set(error, reason.code, "%s%s%s", reason.text, aside ? "; it is put aside as " : "",
			aside ? aside : "");
	return false;
}

void session_fill_ledger(struct session *session)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	CLEANUP(close_folder) struct folder *folder = NULL;
	struct definitions *kept;
	struct error error = { 0 };
	const char *damaged;

	if (!state_lacks_names(session->state))
		return;
	folder = state_open_folder(NULL);
	kept = folder ? read_definitions(folder, arena, &damaged, &error) : NULL;
	if (error.code != ERROR_NONE)
		session->passed_over = arena_printf(session->arena,
			"%s; the names of what it served are not known, so a batch of it that has left is held",
			error.text);
	if (kept && !kept->broken)
		ledger_fill(session->state, kept, aws_region(session->aws));
	state_has_names(session->state);
	session->filled = true;
	definitions_free(kept);
}

const char *session_passed_over(struct session *session)
{
	const char *text = session->passed_over;

	session->passed_over = NULL;
	return text ? text : state_tell(session->state, session->arena);
}
