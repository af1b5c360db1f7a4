#include "zoneinfo.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/files.h"
#include "common/text.h"

/* The largest of all has 4 KiB; a name has three parts at most. */
enum { FILE_LIMIT = 64 << 10, DEPTH_MOST = 3 };

const char *zoneinfo_folder(void)
{
	const char *folder = getenv("TZDIR");

	return folder && *folder ? folder : "/usr/share/zoneinfo";
}

/* Zones begin with a capital; what else lies there are tables, and the same zones with other seconds. */
static bool may_be_zone(const char *name)
{
	return isupper((unsigned char)*name) && strcmp(name, "Factory") != 0 && !strstr(name, "..") &&
	       !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/")];
}

struct names {
	struct arena *arena;
	const char **items;
	size_t count, capacity;
};

/* All names below an opened folder, `above` in front of each. */
static void gather(struct names *names, int opened, const char *above, int depth)
{
	const char *const *listed;
	size_t count;

	if (!folder_list(names->arena, opened, above, &listed, &count, NULL))
		return;
	for (size_t i = 0; i < count; i++) {
		const char *name = arena_printf(names->arena, "%s%s", above, listed[i]);
		CLEANUP_FILE int folder = -1;

		if (!may_be_zone(name))
			continue;
		folder = openat(opened, listed[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (folder >= 0 && depth < DEPTH_MOST) {
			gather(names, folder, arena_printf(names->arena, "%s/", name), depth + 1);
		} else if (folder < 0) {
			arena_grow(names->arena, &names->items, sizeof *names->items, names->count,
				&names->capacity);
			names->items[names->count++] = name;
		}
	}
}

/* "asia/tokyo" and "tokyo" are Asia/Tokyo; else the one with the fewest slips. */
static const char *nearest(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcasecmp(names->items[i], name) == 0)
			return names->items[i];
	for (size_t i = 0; i < names->count; i++) {
		const char *city = strrchr(names->items[i], '/');

		if (city && strcasecmp(city + 1, name) == 0)
			return names->items[i];
	}
	return text_nearest(name, names->items, names->count);
}

static enum zone_found not_found(struct arena *arena, const char *name, const char **near)
{
	CLEANUP_FILE int folder = open(zoneinfo_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct names names = { .arena = arena };

	*near = NULL;
	if (folder >= 0)
		gather(&names, folder, "", 1);
	if (!names.count)
		return ZONE_NO_DATABASE;
	*near = nearest(&names, name);
	return ZONE_UNKNOWN;
}

enum zone_found zoneinfo_read(struct arena *arena, const char *name, struct zone *out, const char **near)
{
	const char *path = arena_printf(arena, "%s/%s", zoneinfo_folder(), name), *bytes = NULL;
	size_t size, length;

	*near = NULL;
	if (may_be_zone(name)) {
		CLEANUP_FILE int file = file_open(path, FILE_LIMIT, &size, NULL, NULL);

		if (file >= 0)
			bytes = file_read_opened(arena, file, path, size, &length, NULL);
	}
	if (bytes && zone_decode(arena, bytes, length, out))
		return ZONE_FOUND;
	return not_found(arena, name, near);
}
