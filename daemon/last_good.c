#include <string.h>

#include "json.h"
#include "ledger.h"
#include "session.h"

/*
 * The last good set, beside the state: the texts of the definitions as they were read, and the settings. They
 * are read by the same code as the files themselves.
 */

enum { LAST_GOOD_LIMIT = 128 * 1024 * 1024, LAST_GOOD_DEPTH = 8 };

#define DEFINITIONS "last-good.json"
#define SETTINGS    "last-good-settings.json"

static void close_folder(struct folder **folder)
{
	folder_close(*folder);
}

static bool write_json(const struct folder *folder, const char *name, json_t *json, struct error *error)
{
	CLEANUP_FREE char *text = json_dumps(json, JSON_COMPACT);

	return text && folder_replace(folder, name, text, strlen(text), 0600, error);
}

static bool keep_settings(const struct session *session, const struct folder *folder, struct error *error)
{
	CLEANUP(json_decrefp)
	json_t *settings =
		session->settings->owned ? json_incref(session->settings->owned) : json_must(json_object());

	return write_json(folder, SETTINGS, settings, error);
}

bool session_keep(const struct session *session, struct error *error)
{
	CLEANUP(json_decrefp) json_t *files = json_must(json_array());
	CLEANUP(close_folder) struct folder *folder = state_open_folder(error);

	/* What was filled in from the set that is about to be replaced comes first. */
	if (!state_save(session->state, true, error))
		return false;
	for (size_t i = 0; i < session->definitions->text_count; i++) {
		const struct definition_text *text = &session->definitions->texts[i];

		json_add(files, json_must(json_pack("{s:s, s:s%}", "file", text->file, "text", text->text,
					text->length)));
	}
	return folder && keep_settings(session, folder, error) &&
	       write_json(folder, DEFINITIONS, files, error);
}

static struct definitions *read_kept(struct arena *arena, const json_t *files)
{
	struct definition_text *texts = arena_alloc(arena, (json_array_size(files) + 1) * sizeof *texts);
	json_t *file;
	size_t i;

	json_array_foreach (files, i, file) {
		const char *text = arena_copy(arena, json_text_of(file, "text", ""));

		texts[i] = (struct definition_text){ arena_copy(arena, json_text_of(file, "file", "?")), text,
			strlen(text) };
	}
	return definitions_read(arena, texts, json_array_size(files));
}

/* NULL where none is kept, or where it cannot be read. */
static struct definitions *read_last_good(const struct folder *folder, struct arena *arena)
{
	CLEANUP(json_decrefp) json_t *files = NULL;
	struct json_place where;
	size_t length;
	char *text = folder_read(folder, arena, DEFINITIONS, LAST_GOOD_LIMIT, &length, NULL, NULL);

	if (text)
		files = json_read(text, length, LAST_GOOD_DEPTH, arena, NULL, &where, NULL);
	return json_is_array(files) ? read_kept(arena, files) : NULL;
}

bool session_load_last_good(struct session *session)
{
	CLEANUP(close_folder) struct folder *folder = state_open_folder(NULL);
	size_t length;
	char *text;

	session->definitions = folder ? read_last_good(folder, session->arena) : NULL;
	text = session->definitions
		       ? folder_read(folder, session->arena, SETTINGS, SETTINGS_LIMIT, &length, NULL, NULL)
		       : NULL;
	if (!text)
		return false;
	session->settings = settings_read(session->arena,
		arena_printf(session->arena, "%s/" SETTINGS, folder_path(folder)), text, length);
	return !session->settings->broken && !session->definitions->broken;
}

void session_fill_ledger(struct session *session)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	CLEANUP(close_folder) struct folder *folder = NULL;
	struct definitions *kept;

	if (!state_lacks_names(session->state))
		return;
	folder = state_open_folder(NULL);
	kept = folder ? read_last_good(folder, arena) : NULL;
	if (kept && !kept->broken)
		ledger_fill(session->state, kept, aws_region(session->aws));
	state_has_names(session->state);
	definitions_free(kept);
}
