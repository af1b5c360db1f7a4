#include "document.h"

#include <string.h>

#include "common/json.h"
#include "common/text.h"

static const char *loss_of(const struct document *document)
{
	return kept_files[document->which].loss;
}

static void forget_trouble(struct document *document)
{
	free(document->trouble);
	free(document->aside);
	document->trouble = document->aside = NULL;
	document->unreadable = document->told = false;
}

/* What was put aside is still to be told, whatever stands in its place by now. */
static void end_trouble(struct document *document)
{
	if (!document->aside || document->told)
		forget_trouble(document);
}

/* The same trouble as before was told before. */
static void note_trouble(struct document *document, const char *text, bool unreadable)
{
	bool told = document->told && document->trouble && strcmp(document->trouble, text) == 0;

	forget_trouble(document);
	document->trouble = must_copy(text);
	document->unreadable = unreadable;
	document->told = told;
}

static json_t *read_object(struct document *document)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	CLEANUP_TEXT struct text trouble = { 0 };
	struct error error = { 0 };
	json_error_t fault;
	enum found found;
	size_t length = 0;
	char *text =
		kept_read(document->folder, document->which, document->name, arena, &length, &found, &error);
	json_t *json = text ? json_loadb(text, length, 0, &fault) : NULL;

	if (json_is_object(json)) {
		end_trouble(document);
		return json;
	}
	if (found == FOUND_NOTHING)
		end_trouble(document);
	else if (text) {
		text_printf(&trouble, "%s/%s is damaged (%s)", folder_path(document->folder), document->name,
			json ? "it is no object" : "it is no JSON");
		note_trouble(document, text_string(&trouble), false);
	} else
		note_trouble(document, error.text, found == FOUND_UNREADABLE);
	json_decref(json);
	return NULL;
}

void document_load(struct document *document)
{
	json_decref(document->json);
	document->json = document->folder ? read_object(document) : NULL;
	if (!document->json)
		document->json = json_must(json_object());
	document->dirty = false;
}

static bool settle(struct document *document, struct error *error)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	if (!document->trouble || document->aside)
		return true;
	if (document->unreadable)
		return error_set(error, ERROR_IO, "%s", document->trouble);
	document->aside = folder_put_aside(document->folder, arena, document->name, error);
	if (document->aside)
		document->aside = must_copy(document->aside);
	return document->aside != NULL;
}

void document_settle(struct document *document)
{
	settle(document, NULL);
}

static bool write_object(const struct document *document, struct error *error)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	const char *text = json_canonical(arena, document->json);
	size_t limit = kept_files[document->which].limit;

	if (strlen(text) > limit)
		return error_set(error, ERROR_IO,
			"%s/%s would be larger than %zu MiB and stays as it was; after the next start, %s",
			folder_path(document->folder), document->name, limit / KEPT_MEBIBYTE,
			loss_of(document));
	return kept_replace(document->folder, document->name, text, strlen(text), error);
}

bool document_save(struct document *document, struct error *error)
{
	if (!document->dirty || !document->folder)
		return true;
	if (!settle(document, error) || !write_object(document, error))
		return error_wrap(error, "state");
	document->dirty = false;
	return true;
}

char *document_tell(struct document *document, struct arena *arena)
{
	if (!document->trouble || document->told)
		return NULL;
	document->told = true;
	if (document->unreadable)
		return arena_printf(arena, "%s; it is left as it is and counts as empty: %s",
			document->trouble, loss_of(document));
	if (document->aside)
		return arena_printf(arena, "%s; it is put aside as %s: %s", document->trouble,
			document->aside, loss_of(document));
	return arena_printf(arena, "%s; it counts as empty: %s", document->trouble, loss_of(document));
}

void document_open(struct document *document, const struct folder *folder, enum kept which, const char *of)
{
	CLEANUP_TEXT struct text name = { 0 };

	kept_name(&name, which, of);
	*document =
		(struct document){ .folder = folder, .which = which, .name = must_copy(text_string(&name)) };
	document_load(document);
}

void document_close(struct document *document)
{
	json_decref(document->json);
	forget_trouble(document);
	free(document->name);
}

void document_forget_before(struct document *document, const char *key, time_t before)
{
	json_t *all = json_object_get(document->json, key), *seen;
	const char *arn;
	void *next;

	json_object_foreach_safe(
		all, next, arn, seen) if (json_integer_value(seen) < before && json_object_del(all, arn) == 0)
		document->dirty = true;
}
