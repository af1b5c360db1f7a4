#include "metrics.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "model/plan/batch_state.h"

/* What one operation was asked, over the whole life of the process. */
struct counter {
	char *service, *operation;
	unsigned long calls, errors, throttled;
	unsigned long seen_calls, seen_errors, seen_throttled; /* of the client in use, already in the sums */
};

/* In the order of enum verb. */
static const char *const verbs[] = { "create", "update", "disable", "delete" };

struct metrics {
	time_t started, succeeded, reloaded;
	unsigned long passes_in_sync, passes_degraded, passes_stopped, accepted, refused;
	double pass_seconds, last_seconds;
	time_t last_ended;
	unsigned long done[ARRAY_LENGTH(verbs)], failed[ARRAY_LENGTH(verbs)];
	double credentials_expiry;
	struct counter *counters;
	size_t count;
};

struct metrics *metrics_new(time_t now)
{
	struct metrics *metrics = must_alloc(sizeof *metrics);

	*metrics = (struct metrics){ .started = now };
	return metrics;
}

struct metrics *metrics_free(struct metrics *metrics)
{
	for (size_t i = 0; metrics && i < metrics->count; i++) {
		free(metrics->counters[i].service);
		free(metrics->counters[i].operation);
	}
	if (metrics)
		free(metrics->counters);
	free(metrics);
	return NULL;
}

void metrics_new_client(struct metrics *metrics)
{
	for (size_t i = 0; i < metrics->count; i++) {
		struct counter *counter = &metrics->counters[i];

		counter->seen_calls = counter->seen_errors = counter->seen_throttled = 0;
	}
}

void metrics_reload(struct metrics *metrics, bool accepted, time_t now)
{
	metrics->accepted += accepted;
	metrics->refused += !accepted;
	metrics->reloaded = now;
}

static struct counter *counter_of(struct metrics *metrics, const char *service, const char *operation)
{
	struct counter *fresh;

	for (size_t i = 0; i < metrics->count; i++)
		if (strcmp(metrics->counters[i].service, service) == 0 &&
			strcmp(metrics->counters[i].operation, operation) == 0)
			return &metrics->counters[i];
	metrics->counters = must_realloc(metrics->counters, (metrics->count + 1) * sizeof *metrics->counters);
	fresh = &metrics->counters[metrics->count++];
	*fresh = (struct counter){ .service = must_copy(service), .operation = must_copy(operation) };
	return fresh;
}

static void take_over(unsigned long *sum, unsigned long *seen, unsigned long now)
{
	*sum += now - *seen;
	*seen = now;
}

static void add_calls(struct metrics *metrics, const struct aws *aws)
{
	const struct call_count *counts;
	size_t count = aws_counts(aws, &counts);

	for (size_t i = 0; i < count; i++) {
		struct counter *counter = counter_of(metrics, counts[i].service, counts[i].operation);

		take_over(&counter->calls, &counter->seen_calls, counts[i].calls);
		take_over(&counter->errors, &counter->seen_errors, counts[i].errors);
		take_over(&counter->throttled, &counter->seen_throttled, counts[i].throttled);
	}
}

static void add_actions(struct metrics *metrics, const struct plan *plan)
{
	for (size_t i = 0; plan && i < plan->action_count; i++) {
		const struct action *action = plan->actions[i];

		metrics->done[action->verb] += action->outcome == OUTCOME_DONE;
		metrics->failed[action->verb] += action->outcome == OUTCOME_FAILED;
	}
}

void metrics_pass(struct metrics *metrics, const struct pass *pass, const json_t *status)
{
	bool in_sync = json_bool_of(json_object_get(status, "lastPass"), "inSync", false);

	metrics->passes_stopped += pass->stopped;
	metrics->passes_in_sync += !pass->stopped && in_sync;
	metrics->passes_degraded += !pass->stopped && !in_sync;
	metrics->last_seconds = pass->ended - pass->started;
	metrics->pass_seconds += metrics->last_seconds;
	metrics->last_ended = (time_t)pass->ended;
	if (in_sync)
		metrics->succeeded = metrics->last_ended;
	metrics->credentials_expiry = aws_credentials_expiry(pass->options.aws);
	add_calls(metrics, pass->options.aws);
	for (size_t i = 0; i < pass->site_count; i++)
		add_actions(metrics, pass->sites[i].plan);
}

static void begin(struct text *out, const char *name, const char *type, const char *help)
{
	text_printf(
		out, "# HELP fargate_batchd_%s %s\n# TYPE fargate_batchd_%s %s\n", name, help, name, type);
}

static void gauge(struct text *out, const char *name, const char *help, double value)
{
	begin(out, name, "gauge", help);
	text_printf(out, "fargate_batchd_%s %.15g\n", name, value);
}

/* A label's value as people are to see it, where the format wants backslash and quote escaped once more. */
static void add_label(struct text *out, const char *name, const char *value)
{
	CLEANUP_TEXT struct text seen = { 0 };

	text_add_visible(&seen, value, "");
	text_printf(out, "%s=\"", name);
	for (const char *c = text_string(&seen); *c; c++)
		text_printf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
	text_add_char(out, '"');
}

static void write_passes(const struct metrics *metrics, struct text *out)
{
	unsigned long passes = metrics->passes_in_sync + metrics->passes_degraded + metrics->passes_stopped;

	begin(out, "passes_total", "counter", "Passes that have ended, by how.");
	text_printf(out, "fargate_batchd_passes_total{result=\"in_sync\"} %lu\n", metrics->passes_in_sync);
	text_printf(out, "fargate_batchd_passes_total{result=\"degraded\"} %lu\n", metrics->passes_degraded);
	text_printf(out, "fargate_batchd_passes_total{result=\"stopped\"} %lu\n", metrics->passes_stopped);
	begin(out, "pass_duration_seconds", "summary", "How long passes take.");
	text_printf(out, "fargate_batchd_pass_duration_seconds_sum %.6f\n", metrics->pass_seconds);
	text_printf(out, "fargate_batchd_pass_duration_seconds_count %lu\n", passes);
	gauge(out, "last_pass_duration_seconds", "How long the last pass took.", metrics->last_seconds);
	gauge(out, "last_pass_time_seconds", "When the last pass ended; 0: never.",
		(double)metrics->last_ended);
	gauge(out, "last_success_time_seconds", "When a pass last ended in sync; 0: never.",
		(double)metrics->succeeded);
}

static void write_changes(const struct metrics *metrics, struct text *out)
{
	begin(out, "changes_total", "counter", "Changes on AWS, by what was done and how it ended.");
	for (size_t i = 0; i < ARRAY_LENGTH(verbs); i++) {
		text_printf(out, "fargate_batchd_changes_total{action=\"%s\",outcome=\"done\"} %lu\n",
			verbs[i], metrics->done[i]);
		text_printf(out, "fargate_batchd_changes_total{action=\"%s\",outcome=\"failed\"} %lu\n",
			verbs[i], metrics->failed[i]);
	}
}

static void write_calls(const struct metrics *metrics, struct text *out)
{
	static const struct {
		const char *name, *help;
		size_t at;
	} families[] = {
		{ "calls_total", "Requests sent to AWS, each try and page.",
			offsetof(struct counter, calls) },
		{ "call_errors_total", "Answers of AWS that were none of success.",
			offsetof(struct counter, errors) },
		{ "call_throttles_total", "Answers by which AWS slowed us down.",
			offsetof(struct counter, throttled) },
	};

	for (size_t f = 0; f < ARRAY_LENGTH(families); f++) {
		/* A family without a sample says nothing. */
		if (metrics->count)
			begin(out, families[f].name, "counter", families[f].help);
		for (size_t i = 0; i < metrics->count; i++) {
			const struct counter *counter = &metrics->counters[i];

			text_printf(out, "fargate_batchd_%s{service=\"%s\",operation=\"%s\"} %lu\n",
				families[f].name, counter->service, counter->operation,
				*(const unsigned long *)(const void *)((const char *)counter +
								       families[f].at));
		}
	}
}

static size_t count_state(const json_t *batches, const char *state)
{
	size_t count = 0, i;
	json_t *one;

	json_array_foreach (batches, i, one)
		count += strcmp(json_text_of(one, "state", ""), state) == 0;
	return count;
}

static void write_batches(const json_t *status, struct text *out)
{
	const json_t *batches = json_object_get(status, "batches");

	gauge(out, "apps", "Apps of the definitions in force.",
		(double)json_array_size(json_object_get(status, "apps")));
	begin(out, "batches", "gauge", "Batches by state.");
	for (size_t i = 0; i < BATCH_STATES; i++) {
		const char *word = batch_state_word((enum batch_state)i);

		text_add(out, "fargate_batchd_batches{");
		add_label(out, "state", word);
		text_printf(out, "} %zu\n", count_state(batches, word));
	}
}

static void write_troubles(const json_t *status, struct text *out)
{
	static const char *const lists[] = { "conflicts", "problems", "held", "fights" };

	begin(out, "troubles", "gauge", "What needs a person, by the list of status.json that says it.");
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
		text_printf(out, "fargate_batchd_troubles{list=\"%s\"} %zu\n", lists[i],
			json_array_size(json_object_get(status, lists[i])));
	gauge(out, "degraded", "1: something needs a person.",
		strcmp(json_text_of(status, "state", ""), "degraded") == 0);
}

/* One sample for each account and region that could be read. */
static void write_rules(
	const json_t *status, const char *name, const char *member, const char *help, struct text *out)
{
	const json_t *sites = json_object_get(status, "sites"), *site;
	size_t i;

	begin(out, name, "gauge", help);
	json_array_foreach (sites, i, site) {
		const json_t *rules = json_object_get(site, "rules");

		if (!json_is_object(rules))
			continue;
		text_printf(out, "fargate_batchd_%s{", name);
		add_label(out, "account", json_text_of(site, "account", ""));
		text_add_char(out, ',');
		add_label(out, "region", json_text_of(site, "region", ""));
		text_add_char(out, ',');
		add_label(out, "role", json_text_of(site, "assumeRoleArn", ""));
		text_printf(out, "} %lld\n", (long long)json_integer_of(rules, member, 0));
	}
}

static void write_definitions(const struct metrics *metrics, const json_t *status, struct text *out)
{
	static const char *const known[] = { "good", "refused", "last good" };
	const char *state = json_text_of(json_object_get(status, "definitions"), "state", "");

	begin(out, "definitions", "gauge",
		"1 for how the definitions in force relate to the files: good, refused, last good.");
	for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
		text_printf(out, "fargate_batchd_definitions{state=\"%s\"} %d\n", known[i],
			strcmp(state, known[i]) == 0);
	begin(out, "reloads_total", "counter", "Reloads, by whether what was read came into force.");
	text_printf(out, "fargate_batchd_reloads_total{result=\"accepted\"} %lu\n", metrics->accepted);
	text_printf(out, "fargate_batchd_reloads_total{result=\"refused\"} %lu\n", metrics->refused);
	gauge(out, "last_reload_time_seconds", "When the daemon was last asked to reload; 0: never.",
		(double)metrics->reloaded);
}

void metrics_write(const struct metrics *metrics, const json_t *status, time_t now, struct text *out)
{
	begin(out, "build", "gauge", "1, with the version and the owner of what we make.");
	text_add(out, "fargate_batchd_build{");
	add_label(out, "version", json_text_of(status, "program", ""));
	text_add_char(out, ',');
	add_label(out, "owner", json_text_of(status, "owner", ""));
	text_add(out, "} 1\n");
	gauge(out, "start_time_seconds", "When the daemon started.", (double)metrics->started);
	gauge(out, "loop_time_seconds", "When this was written: within a minute, where the daemon lives.",
		(double)now);
	write_passes(metrics, out);
	write_changes(metrics, out);
	write_calls(metrics, out);
	write_batches(status, out);
	write_troubles(status, out);
	write_rules(status, "rules", "used", "Rules on the event bus, ours and others'.", out);
	write_rules(status, "rules_quota", "quota", "How many rules an event bus may hold by default.", out);
	write_definitions(metrics, status, out);
	if (metrics->credentials_expiry > 0)
		gauge(out, "credentials_expiry_time_seconds", "When the keys in use expire.",
			metrics->credentials_expiry);
	/* For the reader it is a comment, for people the sign that nothing is missing. */
	text_add(out, "# EOF\n");
}
