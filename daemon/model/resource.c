#include "resource.h"

#include <string.h>

#include "common/text.h"
#include "kind.h"

struct resource *resources_add(
	struct arena *arena, struct resources *all, const struct kind *kind, const char *name, const char *id)
{
	struct resource *resource = arena_alloc(arena, sizeof *resource);

	*resource = (struct resource){
		.kind = kind,
		.name = arena_copy(arena, name),
		.id = arena_copy(arena, id ? id : ""),
		.arn = "",
		.managed = true,
	};
	arena_grow(arena, &all->items, sizeof(struct resource *), all->count, &all->capacity);
	all->items[all->count++] = resource;
	return resource;
}

const char *resource_starts(const struct resource *resource)
{
	const char *path = resource->kind->revision_path;

	return path ? fields_value(&resource->fields, path) : NULL;
}

bool resource_is_stopped(const struct resource *resource)
{
	const struct kind *kind = resource->kind;

	return kind->state_path &&
	       text_compare(fields_value(&resource->fields, kind->state_path), kind->stopped) == 0;
}

bool resource_has_own_id(const struct resource *resource)
{
	return !resource->kind->own_id || strcmp(resource->id, resource->kind->own_id) == 0;
}

static int compare_name(const struct resource *a, const struct kind *kind, const char *name)
{
	int order = a->kind->rank - kind->rank;

	return order ? order : strcmp(a->name, name);
}

static int compare_resources(const struct resource *a, const struct resource *b)
{
	int order = compare_name(a, b->kind, b->name);

	if (!order && a->revision != b->revision)
		return a->revision < b->revision ? -1 : 1;
	return order ? order : strcmp(a->id, b->id);
}

static int compare_pointers(const void *a, const void *b)
{
	return compare_resources(*(struct resource *const *)a, *(struct resource *const *)b);
}

void resources_sort(struct resources *all)
{
	if (all->count)
		qsort(all->items, all->count, sizeof(struct resource *), compare_pointers);
}

size_t resources_from(const struct resources *all, const struct kind *kind, const char *name)
{
	size_t low = 0, high = all->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare_name(all->items[middle], kind, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct resource *resources_find(
	const struct resources *all, const struct kind *kind, const char *name, const char *id)
{
	for (size_t i = resources_from(all, kind, name); i < all->count; i++) {
		struct resource *resource = all->items[i];

		if (compare_name(resource, kind, name) != 0)
			return NULL;
		if (!id || strcmp(resource->id, id) == 0)
			return resource;
	}
	return NULL;
}
