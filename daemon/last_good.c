#include <string.h>

#include "files.h"
#include "json.h"
#include "session.h"

/*
 * The last good set, beside the state: the texts of the definitions as they were read, and the settings. They
 * are read by the same code as the files themselves.
 */

enum { LAST_GOOD_LIMIT = 128 * 1024 * 1024, LAST_GOOD_DEPTH = 8 };

static char *path_of(const struct session *session, const char *name, struct error *error)
{
	char *directory = state_find_directory(session->arena, error);

	return directory ? arena_printf(session->arena, "%s/%s", directory, name) : NULL;
}

static bool write_json(const char *path, json_t *json, struct error *error)
{
	CLEANUP_FREE char *text = json_dumps(json, JSON_COMPACT);

	return text && file_replace(path, text, strlen(text), 0600, error);
}

static bool keep_settings(const struct session *session, struct error *error)
{
	CLEANUP(json_decrefp)
	json_t *settings =
		session->settings->owned ? json_incref(session->settings->owned) : json_must(json_object());
	char *path = path_of(session, "last-good-settings.json", error);

	return path && write_json(path, settings, error);
}

bool session_keep(const struct session *session, struct error *error)
{
	CLEANUP(json_decrefp) json_t *files = json_must(json_array());
	char *path = path_of(session, "last-good.json", error);

	for (size_t i = 0; i < session->definitions->text_count; i++) {
		const struct definition_text *text = &session->definitions->texts[i];

		json_add(files, json_must(json_pack("{s:s, s:s%}", "file", text->file, "text", text->text,
					text->length)));
	}
	return path && keep_settings(session, error) && write_json(path, files, error);
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

bool session_load_last_good(struct session *session)
{
	char *path = path_of(session, "last-good.json", NULL), *text;
	char *settings = path_of(session, "last-good-settings.json", NULL);
	CLEANUP(json_decrefp) json_t *files = NULL;
	struct json_place where;
	size_t length;

	text = path ? file_read(session->arena, path, LAST_GOOD_LIMIT, &length, NULL, NULL) : NULL;
	if (text)
		files = json_read(text, length, LAST_GOOD_DEPTH, session->arena, NULL, &where, NULL);
	if (!json_is_array(files))
		return false;
	session->settings = settings_load(session->arena, settings, true, NULL);
	if (!session->settings || session->settings->broken)
		return false;
	session->definitions = read_kept(session->arena, files);
	return !session->definitions->broken;
}
