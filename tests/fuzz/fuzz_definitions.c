/*
 * Definition files as people write them: one input stands for up to four files of a folder. What is no fault
 * goes on as in a pass over an empty account: it is planned, and each action becomes requests.
 */

#include "common/text.h"
#include "kinds/kinds.h"
#include "model/definition/schedule.h"
#include "model/plan/plan.h"

#include "fuzz.h"

enum { FILES_MOST = 4 };

/* Each fault says where it is, what is wrong and what to write instead. */
static void look_at_faults(const struct definitions *set)
{
	bool broken = false;

	for (size_t i = 0; i < set->fault_count; i++) {
		const struct fault *fault = &set->faults[i];

		MUST(is_said(fault->at.file) && fault->at.line && fault->at.column);
		MUST(is_said(fault->message) && is_said(fault->remedy));
		broken = broken || !fault->warning;
	}
	MUST(set->broken == broken);
}

static void look_at_batch(struct arena *arena, const struct batch *batch)
{
	struct schedule schedule;
	const char *message, *remedy;
	size_t offset;
	time_t next;

	MUST(batch->app && batch->rule_name && batch->family && batch->network);
	MUST(*batch_log_prefix(arena, batch));
	MUST(schedule_parse(arena, batch->schedule, &schedule, &message, &remedy, &offset));
	if (schedule_next(&schedule, NULL, 1800000000, &next))
		MUST(next > 1800000000);
}

static bool never(const char *app, void *data)
{
	(void)app, (void)data;
	return false;
}

static void look_at_plan(const struct view *view)
{
	const struct plan_options options = { .now = 1800000000,
		.keep_revisions = 5,
		.grace_seconds = 900,
		.deletion_enabled = true,
		.removals = true,
		.served = never };
	struct plan *plan = plan_make(view, kinds, kind_count, &options);

	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];
		struct change change = action_change(action, "2027-01-15T08:00:00Z");
		struct requests requests = { 0 };

		MUST(action->verb == VERB_CREATE);
		action->kind->requests(view, &change, &requests);
		MUST(requests.count > 0);
		requests_clear(&requests);
	}
}

/* The site of the first app; apps that live elsewhere are not planned. */
static void plan_site(struct definitions *set)
{
	struct site site = { .partition = "aws", .account = "123456789012" };
	const struct site *sites[] = { &site };
	struct observed observed = { .arena = set->arena };
	struct view view = { .arena = set->arena,
		.site = &site,
		.sites = sites,
		.site_count = 1,
		.owner = "default",
		.definitions = set,
		.observed = &observed };

	for (size_t i = 0; i < set->app_count; i++)
		if (!set->apps[i].region)
			set->apps[i].region = "eu-west-1";
	if (!set->app_count)
		return;
	site.region = set->apps[0].region;
	site.role_arn = set->apps[0].assume_role_arn;
	observed.site = site;
	observed_sort(&observed);
	look_at_plan(&view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	static const char *const names[FILES_MOST] = { "b.json", "a.json", "c.json", "d.json" };
	struct definition_text texts[FILES_MOST] = { { 0 } };
	char *parts[FILES_MOST] = { 0 };
	struct definitions *set;
	size_t count = 0;

	while (count < FILES_MOST && (parts[count] = fuzz_part(&data, &size, &texts[count].length))) {
		texts[count].file = names[count];
		texts[count].text = parts[count];
		count++;
	}
	set = definitions_read(arena, texts, count);
	look_at_faults(set);
	for (size_t i = 0; !set->broken && i < set->batch_count; i++)
		look_at_batch(arena, &set->batches[i]);
	if (!set->broken)
		plan_site(set);
	definitions_free(set);
	for (size_t i = 0; i < count; i++)
		free(parts[i]);
	return 0;
}
