#include "words.h"

#include <math.h>
#include <string.h>

char *words_size(struct arena *arena, size_t apps, size_t batches)
{
	return arena_printf(arena, "%zu app%s, %zu batch%s", apps, apps == 1 ? "" : "s", batches,
		batches == 1 ? "" : "es");
}

const char *words_name(const struct action *action)
{
	const char *arn = action->made && *action->made ? action->made : action->arn;
	const char *slash = action->kind->shape == SHAPE_REVISIONS ? strrchr(arn, '/') : NULL;

	return slash ? slash + 1 : action->name;
}

char *words_departure(struct arena *arena, const char *moved)
{
	return moved ? arena_printf(arena, "has moved %s", moved)
		     : arena_copy(arena, "has left the definitions");
}

char *words_wait(struct arena *arena, const struct wait *wait)
{
	return arena_printf(arena, "waiting up to %.0f s until %s: %s %s: %s", wait->most, wait->until,
		wait->what->kind->name, wait->what->name, wait->said);
}

char *words_clock(struct arena *arena, double ahead)
{
	static const struct {
		double seconds;
		const char *name;
	} units[] = { { 2 * 86400.0, "days" }, { 2 * 3600.0, "hours" }, { 0, "minutes" } };
	double apart = fabs(ahead);
	size_t unit = 0;

	if (apart <= 60)
		return NULL;
	while (apart < units[unit].seconds)
		unit++;
	return arena_printf(arena,
		"this machine's clock is %.1f %s %s AWS's: the end of a grace and what \"next\" tells go by it; set it right",
		apart / (unit == 0          ? 86400
				: unit == 1 ? 3600
					    : 60),
		units[unit].name, ahead > 0 ? "behind" : "ahead of");
}
