#include "image_moves.h"

#include <string.h>

#include "common/text.h"

/* So many names tell which batches they are. */
enum { NAMES_SHOWN = 5 };

struct moves {
	struct image_move *items;
	size_t count, capacity;
};

/* Of a target that moves: what differs between its two revisions, one of which may be new. */
static const struct differences *between_revisions(const struct action *target)
{
	if (target->revisions.count)
		return &target->revisions;
	for (size_t i = 0; i < target->need_count; i++)
		if (target->needs[i]->kind->shape == SHAPE_REVISIONS && target->needs[i]->replaces)
			return &target->needs[i]->differences;
	return NULL;
}

static bool is_image(const struct difference *one)
{
	return text_ends(one->path, "].image") && one->before && one->after;
}

static struct image_move *move_of(
	struct arena *arena, struct moves *found, const char *app, const struct difference *image)
{
	for (size_t i = found->count; i-- > 0;) {
		struct image_move *one = &found->items[i];

		if (strcmp(one->app, app) == 0 && strcmp(one->before, image->before) == 0 &&
			strcmp(one->after, image->after) == 0)
			return one;
	}
	arena_grow(arena, &found->items, sizeof *found->items, found->count, &found->capacity);
	found->items[found->count] = (struct image_move){ app, image->before, image->after, 0, "" };
	return &found->items[found->count++];
}

static void add_batch(struct arena *arena, struct moves *found, const struct action *target)
{
	const struct differences *all = between_revisions(target);

	for (size_t i = 0; all && i < all->count; i++) {
		struct image_move *move;

		if (!is_image(&all->items[i]))
			continue;
		move = move_of(arena, found, target->app, &all->items[i]);
		if (move->batches++ <= NAMES_SHOWN)
			move->text = arena_printf(arena, "%s%s%s", move->text, *move->text ? ", " : "",
				move->batches > NAMES_SHOWN ? "…" : target->batch);
		/* A second container of the same image makes no second batch. */
		return;
	}
}

const char *image_in_short(const char *image, const char *other)
{
	const char *slash = strrchr(image, '/'), *others = strrchr(other, '/');

	return slash && text_compare(slash, others) != 0 ? slash + 1 : image;
}

const struct image_move *image_moves(const struct pass *pass, size_t *count)
{
	struct moves found = { 0 };
	size_t action_count, kept = 0;
	struct action **actions = pass_actions(pass, &action_count);

	for (size_t i = 0; i < action_count; i++)
		if (actions[i]->kind->shape == SHAPE_TARGET && actions[i]->verb == VERB_UPDATE &&
			actions[i]->app && actions[i]->batch)
			add_batch(pass->arena, &found, actions[i]);
	for (size_t i = 0; i < found.count; i++) {
		struct image_move *one = &found.items[i];

		if (one->batches < 2)
			continue;
		one->text = arena_printf(pass->arena, "image %s → %s for %zu batches: %s",
			image_in_short(one->before, one->after), image_in_short(one->after, one->before),
			one->batches, one->text);
		found.items[kept++] = *one;
	}
	*count = kept;
	return found.items;
}
