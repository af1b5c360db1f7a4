#include "verb.h"

#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "kinds/arns.h"
#include "kinds/kinds.h"
#include "model/definition/timing.h"
#include "report/standings.h"
#include "table.h"
#include "written.h"

/* One row: a batch of the definitions, or one that is in none any more. */
struct row {
	const char *app, *batch, *schedule, *timezone, *via, *next, *image, *revision;
	enum batch_state state;
};

struct rows {
	struct arena *arena;
	struct row *items;
	size_t count;
};

static const char *next_of(struct arena *arena, const struct batch *batch, time_t now)
{
	char when[ISO8601_SIZE];
	time_t next;

	/* What is not in force has no next run. */
	if (!batch->enabled || batch->needs_scheduler || !timing_next(arena, batch, now, &next))
		return NULL;
	text_iso8601(when, next);
	return arena_copy(arena, when);
}

/* "batch-no1:3" of what the live schedule starts. */
static const char *revision_of(const struct pass_site *site, const char *rule)
{
	const struct resource *target =
		resources_find(&site->observed->all, &kind_target, rule, kind_target.own_id);
	const char *arn = target ? resource_starts(target) : NULL;

	return arn ? arn_tail(arn) : NULL;
}

static void fill_in(struct row *row, const struct pass *pass, const struct standing *standing)
{
	const struct pass_site *site = standing->site;
	const struct batch *batch = standing->defined;

	row->schedule = batch->schedule;
	row->timezone = batch->timezone.name ? batch->timezone.name : "UTC";
	row->via = batch->needs_scheduler ? "scheduler" : "rule";
	row->next = next_of(pass->arena, batch, pass->now);
	if (!site || !site->plan)
		return;
	row->image = arn_tail(image_uri(&site->view, batch->app, batch));
	row->image = strchr(row->image, ':') ? row->image : image_uri(&site->view, batch->app, batch);
	row->revision = revision_of(site, batch->rule_name);
}

/* Of what is in no definition only what AWS has. */
static void fill_in_left(struct row *row, const struct standing *standing)
{
	row->schedule = fields_value(&standing->have->fields, standing->have->kind->expression_path);
	if (standing->site && standing->site->plan)
		row->revision = revision_of(standing->site, standing->have->name);
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
			row->revision, batch_state_word(row->state) };

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

		/* Runs are not watched yet. */
		json_add(batches, json_must(json_pack("{s:o, s:s, s:s, s:o, s:s, s:s, s:o, s:n, s:o, s:o}",
					  "app", json_text(row->app), "batch", row->batch, "state",
					  batch_state_word(row->state), "schedule", json_text(row->schedule),
					  "timezone", row->timezone, "via", row->via, "next",
					  json_text(row->next), "lastRun", "image", json_text(row->image),
					  "revision", json_text(row->revision))));
	}
	show_object(json_must(json_pack("{s:o}", "batches", batches)));
}

/*
 * What the daemon here has tried in its last pass, by batch: {"no1": {"app", "state"}}. Empty where none
 * serves what this pass looks at, or none has looked since the last reload.
 */
static json_t *tried_here(struct arena *arena, const struct pass *pass, const char *endpoint)
{
	bool missing, serves = false;
	CLEANUP(json_decrefp) json_t *written = written_read(arena, &missing, NULL);
	json_t *all = json_must(json_object()), *one;
	size_t i;

	for (size_t s = 0; written && s < pass->site_count; s++)
		serves = serves ||
			 written_serves(written, pass->options.owner, endpoint, &pass->sites[s].site);
	if (!serves || !written_is_current(written))
		return all;
	json_array_foreach (json_object_get(written, "batches"), i, one)
		json_object_set(all, json_text_of(one, "batch", ""), one);
	return all;
}

static enum batch_state state_of(const struct standing *standing, const json_t *tried)
{
	const json_t *one = json_object_get(tried, standing->batch);
	enum batch_state last;

	if (text_compare(json_text_of(one, "app", NULL), standing->app) != 0 ||
		!batch_state_of_word(json_text_of(one, "state", ""), &last))
		return standing->state;
	return batch_state_tried(standing->state, last);
}

static struct rows gather(const struct pass *pass, const char *endpoint)
{
	const struct standings all = standings_of(pass);
	CLEANUP(json_decrefp) json_t *tried = tried_here(pass->arena, pass, endpoint);
	struct rows rows = { .arena = pass->arena, .count = all.count };

	rows.items = arena_alloc(pass->arena, (all.count + 1) * sizeof *rows.items);
	for (size_t i = 0; i < all.count; i++) {
		const struct standing *one = &all.items[i];

		rows.items[i] = (struct row){
			.app = one->app, .batch = one->batch, .timezone = "UTC", .via = "rule"
		};
		rows.items[i].state = state_of(one, tried);
		if (one->defined)
			fill_in(&rows.items[i], pass, one);
		else
			fill_in_left(&rows.items[i], one);
	}
	return rows;
}

int verb_list(struct session *session, const struct options *options)
{
	struct show_options show = verb_show(options, stderr);
	struct error error = { 0 };
	struct pass_options pass_options;
	struct pass *pass;
	struct rows rows;
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
	rows = gather(pass, session->world);
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
