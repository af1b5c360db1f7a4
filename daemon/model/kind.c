#include "kind.h"

#include <assert.h>

#include "common/json.h"

const struct kind *kind_of_target(const struct kind *schedule)
{
	return schedule->starts && schedule->starts->shape == SHAPE_TARGET ? schedule->starts : NULL;
}

const struct kind *kind_of_revisions(const struct kind *kind)
{
	while (kind && kind->shape != SHAPE_REVISIONS)
		kind = kind->starts;
	return kind;
}

bool kind_done(const struct kind *kind, const struct view *view, const struct request *request,
	const json_t *reply, struct said *said, struct error *error)
{
	const char *made = kind->made_path ? json_text_at(reply, kind->made_path) : NULL;

	if (made)
		said->arn = arena_copy(view->arena, made);
	return !kind->done || kind->done(view, request, reply, said, error);
}

struct request *requests_add(
	struct requests *requests, const char *service, const char *operation, json_t *params)
{
	struct request *request;

	assert(requests->count < REQUESTS_MOST);
	request = &requests->items[requests->count++];
	*request = (struct request){ .service = service, .operation = operation, .params = params };
	return request;
}

void requests_clear(struct requests *requests)
{
	for (size_t i = 0; i < requests->count; i++)
		request_clear(&requests->items[i]);
	requests->count = 0;
}

void notes_add(struct arena *arena, struct notes *notes, struct note note)
{
	arena_grow(arena, &notes->items, sizeof note, notes->count, &notes->capacity);
	notes->items[notes->count++] = note;
}
