#include "document.h"

#include <string.h>

#include "json.h"

enum { LIMIT = 16 * 1024 * 1024 };

void document_load(struct document *document)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	size_t length = 0;
	char *text = document->folder ? folder_read(document->folder, arena, document->name, LIMIT, &length,
						NULL, NULL)
				      : NULL;

	json_decref(document->json);
	document->json = text ? json_loadb(text, length, 0, NULL) : NULL;
	if (!json_is_object(document->json)) {
		json_decref(document->json);
		document->json = json_must(json_object());
	}
	document->dirty = false;
}

bool document_save(struct document *document, struct error *error)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	char *text;

	if (!document->dirty || !document->folder)
		return true;
	text = json_canonical(arena, document->json);
	if (!folder_replace(document->folder, document->name, text, strlen(text), 0600, error))
		return error_wrap(error, "state");
	document->dirty = false;
	return true;
}

void document_open(struct document *document, const struct folder *folder, const char *name)
{
	*document = (struct document){ .folder = folder, .name = must_copy(name) };
	document_load(document);
}

void document_close(struct document *document)
{
	json_decref(document->json);
	free(document->name);
}
