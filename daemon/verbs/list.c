#include "verb.h"

#include <string.h>

#include "json.h"
#include "kinds/arns.h"
#include "kinds/kinds.h"
#include "model/schedule.h"
#include "model/tags.h"
#include "table.h"
#include "text.h"

/* One row: a batch of the definitions, or one that is leaving. */
struct row {
	const char *app, *batch, *schedule, *next, *image, *revision, *state;
};

struct rows {
	struct arena *arena;
	struct row *items;
	size_t count, capacity;
};

static void add_row(struct rows *rows, struct row row)
{
	arena_grow(rows->arena, &rows->items, sizeof row, rows->count, &rows->capacity);
	rows->items[rows->count++] = row;
}

static struct pass_site *site_of(const struct pass *pass, const struct app *app)
{
	for (size_t i = 0; i < pass->site_count; i++)
		if (site_has(&pass->sites[i].view, app))
			return &pass->sites[i];
	return NULL;
}

/* "conflict" and "unknown" say more than any difference; NULL where neither is the case. */
static const char *problem_state(const struct plan *plan, const struct batch *batch)
{
	for (size_t i = 0; i < plan->problem_count; i++) {
		const struct problem *problem = &plan->problems[i];

		if (strcmp(problem->app, batch->app->name) != 0 ||
			(problem->batch && strcmp(problem->batch, batch->name) != 0))
			continue;
		if (problem->conflict || problem->unreadable)
			return problem->conflict ? "conflict" : "unknown";
	}
	return NULL;
}

/* A schedule of the batch that is there, under its name or under the one that it moves away from. */
static bool is_there(const struct pass_site *site, const struct batch *batch)
{
	for (size_t i = 0; i < site->observed->all.count; i++) {
		const struct resource *have = site->observed->all.items[i];

		if (have->kind->shape != SHAPE_SCHEDULE)
			continue;
		if (strcmp(have->name, batch->rule_name) == 0 ||
			(is_ours(&site->view, have) &&
				text_compare(tags_value(&have->tags, TAG_APP), batch->app->name) == 0 &&
				text_compare(tags_value(&have->tags, TAG_BATCH), batch->name) == 0))
			return true;
	}
	return false;
}

/* Whether anything of the batch or of what it needs is to be changed, or stops it. */
static bool differs(const struct plan *plan, const struct batch *batch)
{
	if (plan_blocked(plan, batch->app, batch))
		return true;
	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];
		bool of_revisions = action->retiring && action->kind->shape == SHAPE_REVISIONS;

		if (text_compare(action->app, batch->app->name) == 0 && !of_revisions &&
			(!action->batch || strcmp(action->batch, batch->name) == 0))
			return true;
	}
	return false;
}

static const char *state_of(const struct pass_site *site, const struct batch *batch)
{
	const char *state = problem_state(site->plan, batch);

	if (state)
		return state;
	if (!is_there(site, batch))
		return "missing";
	return differs(site->plan, batch) ? "differs" : batch->enabled ? "in sync" : "disabled";
}

static const char *next_of(struct arena *arena, const struct batch *batch, time_t now)
{
	const char *message, *remedy;
	struct schedule schedule;
	char when[ISO8601_SIZE];
	size_t offset;
	time_t next;

	if (!batch->enabled ||
		!schedule_parse(arena, batch->schedule, &schedule, &message, &remedy, &offset) ||
		!schedule_next(&schedule, now, &next))
		return NULL;
	text_iso8601(when, next);
	return arena_copy(arena, when);
}

/* "batch-no1:3" of what the live schedule starts. */
static const char *revision_of(const struct pass_site *site, const struct batch *batch)
{
	const struct resource *target =
		resources_find(&site->observed->all, &kind_target, batch->rule_name, "fargate-batchd");
	const char *arn = target ? fields_value(&target->fields, "ecsParameters.taskDefinitionArn") : NULL;

	return arn ? arn_tail(arn) : NULL;
}

static void add_batch(struct rows *rows, const struct pass *pass, const struct batch *batch)
{
	const struct pass_site *site = site_of(pass, batch->app);
	struct row row = {
		.app = batch->app->name,
		.batch = batch->name,
		.schedule = batch->schedule,
		.next = next_of(rows->arena, batch, pass->now),
		.state = "unknown",
	};

	if (site && site->plan) {
		row.image = arn_tail(image_uri(&site->view, batch->app, batch));
		row.image = strchr(row.image, ':') ? row.image : image_uri(&site->view, batch->app, batch);
		row.revision = revision_of(site, batch);
		row.state = state_of(site, batch);
	}
	add_row(rows, row);
}

/* Schedules of ours whose batch is in no definition any more. */
static void add_leaving(struct rows *rows, const struct pass *pass)
{
	for (size_t i = 0; i < pass->site_count; i++) {
		const struct pass_site *site = &pass->sites[i];

		for (size_t r = 0; site->plan && r < site->observed->all.count; r++) {
			const struct resource *have = site->observed->all.items[r];
			const char *batch = tags_value(&have->tags, TAG_BATCH);

			if (have->kind->shape != SHAPE_SCHEDULE || !is_ours(&site->view, have) || !batch ||
				definitions_batch(&pass->definitions, batch))
				continue;
			add_row(rows, (struct row){ .app = tags_value(&have->tags, TAG_APP),
					      .batch = batch,
					      .schedule = fields_value(&have->fields, "scheduleExpression"),
					      .state = "leaving" });
		}
	}
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *left = a, *right = b;
	int order = text_compare(left->app, right->app);

	return order ? order : text_compare(left->batch, right->batch);
}

static void print_table(const struct rows *rows)
{
	static const char *const headings[] = { "APP", "BATCH", "SCHEDULE", "NEXT RUN", "IMAGE", "REVISION",
		"STATE" };
	struct table table = { .arena = rows->arena, .columns = ARRAY_LENGTH(headings) };

	for (size_t i = 0; i < ARRAY_LENGTH(headings); i++)
		table_add(&table, headings[i]);
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->items[i];
		const char *cells[] = { row->app, row->batch, row->schedule, row->next, row->image,
			row->revision, row->state };

		for (size_t c = 0; c < ARRAY_LENGTH(cells); c++)
			table_add(&table, cells[c]);
	}
	table_print(stdout, &table);
}

static void print_json(const struct rows *rows)
{
	json_t *batches = json_must(json_array());

	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->items[i];

		json_add(batches,
			json_must(json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:s}", "app", json_text(row->app),
				"batch", row->batch, "schedule", json_text(row->schedule), "nextRun",
				json_text(row->next), "image", json_text(row->image), "revision",
				json_text(row->revision), "state", row->state)));
	}
	show_object(json_must(json_pack("{s:o}", "batches", batches)));
}

static void gather(struct rows *rows, const struct pass *pass)
{
	for (size_t i = 0; i < pass->definitions.batch_count; i++)
		add_batch(rows, pass, &pass->definitions.batches[i]);
	if (!pass->options.only_count)
		add_leaving(rows, pass);
	if (rows->count)
		qsort(rows->items, rows->count, sizeof *rows->items, compare_rows);
}

int verb_list(struct session *session, const struct options *options)
{
	struct show_options show = verb_show(options, stderr);
	struct error error = { 0 };
	struct pass_options pass_options;
	struct rows rows = { 0 };
	struct pass *pass;
	bool failed;

	if (!session_load_valid(session) || !verb_batches(session->definitions, options))
		return EXIT_TROUBLE;
	if (!session_connect(session, &error))
		return session_complain("%s", error.text);
	pass_options = session_pass(session);
	pass_options.only = options->words;
	pass_options.only_count = options->word_count;
	pass = session_run_pass(session, &pass_options);
	failed = pass_summary(pass).errors || pass_summary(pass).unreadable;
	rows.arena = pass->arena;
	gather(&rows, pass);
	if (options->json)
		print_json(&rows);
	else
		print_table(&rows);
	if (failed)
		show_troubles(stderr, stderr, pass, &show);
	failed = failed || pass->stopped;
	pass_free(pass);
	return failed ? EXIT_TROUBLE : EXIT_OK;
}
