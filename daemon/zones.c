#include "zones.h"

#include <string.h>
#include <time.h>

#include "common/text.h"
#include "model/definition/timing.h"
#include "zoneinfo.h"

/* What was found under a name; many batches name the same one, which is read once. */
struct found {
	const char *name, *near;
	enum zone_found result;
	struct zone zone;
};

struct finding {
	struct definitions *definitions;
	bool judged;
	size_t told;
	const struct found **items;
	size_t count, capacity;
};

static const struct found *find(struct finding *finding, const char *name)
{
	struct arena *arena = finding->definitions->arena;
	struct found *found;

	for (size_t i = 0; i < finding->count; i++)
		if (strcmp(finding->items[i]->name, name) == 0)
			return finding->items[i];
	found = arena_alloc(arena, sizeof *found);
	found->name = name;
	found->result = zoneinfo_read(arena, name, &found->zone, &found->near);
	arena_grow(arena, &finding->items, sizeof *finding->items, finding->count, &finding->capacity);
	finding->items[finding->count++] = found;
	return found;
}

/* What is wrong with the files that stand aside is another day's matter, and one fault a place is enough. */
static bool is_to_tell(const struct finding *finding, struct position at)
{
	const struct definitions *set = finding->definitions;

	if (!finding->judged || finding->told >= FAULTS_TOLD || !definitions_are_judged(set, at))
		return false;
	for (size_t i = 0; i < set->fault_count; i++)
		if (strcmp(set->faults[i].at.file, at.file) == 0 && set->faults[i].at.line == at.line &&
			set->faults[i].at.column == at.column)
			return false;
	return true;
}

static void tell(struct finding *finding, struct fault fault)
{
	finding->told++;
	definitions_add_fault(finding->definitions, fault);
}

static void find_zone(struct finding *finding, struct timezone_name *zone)
{
	struct arena *arena = finding->definitions->arena;
	struct fault fault = { .at = zone->at };
	const struct found *found;

	if (!zone->name || timing_is_utc(zone->name))
		return;
	found = find(finding, zone->name);
	zone->zone = found->result == ZONE_FOUND ? &found->zone : NULL;
	if (zone->zone || !is_to_tell(finding, zone->at))
		return;
	fault.warning = found->result == ZONE_NO_DATABASE;
	if (fault.warning) {
		fault.message = arena_printf(arena,
			"the time zone \"%s\" cannot be looked up: there are no time zones in %s", zone->name,
			zoneinfo_folder());
		fault.remedy = "install tzdata";
	} else {
		fault.message = arena_printf(arena, "there is no time zone \"%s\"", zone->name);
		fault.remedy = found->near ? arena_printf(arena, "write \"%s\"", found->near)
					   : "write a name of the tz database, for example \"Europe/Berlin\"";
	}
	tell(finding, fault);
}

/* Of one time: it may be over, or be one that no clock there shows. */
static void judge_time(struct finding *finding, const struct batch *batch, time_t now)
{
	struct arena *arena = finding->definitions->arena;
	struct fault fault = { .at = batch->at };
	time_t next;

	if (!text_starts(batch->schedule, "at(") || !timing_is_known(batch) ||
		timing_next(arena, batch, now, &next) || !is_to_tell(finding, batch->at))
		return;
	fault.warning = timing_next(arena, batch, 0, &next);
	fault.message = fault.warning ? arena_printf(arena, "\"%s\" does not fire any more: %s is over",
						batch->name, batch->schedule)
				      : arena_printf(arena, "\"%s\" never fires: in %s no clock shows %s",
						batch->name, batch->timezone.name, batch->schedule);
	fault.remedy = fault.warning ? "write a later time, or remove the batch"
				     : "write a time that a change of clocks does not skip";
	tell(finding, fault);
}

void zones_find(struct definitions *definitions, bool judged)
{
	struct finding finding = { .definitions = definitions, .judged = judged };
	time_t now = time(NULL);

	for (size_t i = 0; i < definitions->app_count; i++)
		find_zone(&finding, &definitions->apps[i].timezone);
	for (size_t i = 0; i < definitions->batch_count; i++) {
		struct batch *batch = &definitions->batches[i];

		if (batch->own_timezone)
			find_zone(&finding, &batch->timezone);
		else
			batch->timezone.zone = batch->app->timezone.zone;
		judge_time(&finding, batch, now);
	}
}
