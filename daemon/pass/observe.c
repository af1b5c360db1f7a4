#include "observe.h"

#include <string.h>

#include "common/footprint.h"
#include "common/text.h"
#include "kinds/kinds.h"
#include "model/plan/plan.h"
#include "model/tags.h"
#include "pauses.h"
#include "tagged.h"

enum {
	CLUSTERS_PER_CALL = 100,
	/* Of a family that nobody knows, the newest few tell whose it is. */
	UNKNOWN_REVISIONS = 20,
};

/* So much memory may the answers take in one pass, of the 128 MiB that the unit allows in all: enough for ten
 * thousand batches with their revisions. */
static const size_t ANSWERS_MIB = 96;
/* And so much all that the program holds, the definitions with it. */
static const size_t HEAP_MIB = 112;
/* Where a list had no end, a plan is made with so much or less in use. */
static const size_t PLAN_MIB = 48;

struct observing {
	struct observe_options options;
	struct view view;
	struct observed *observed;
	struct arena *arena;
	struct arena *scratch; /* lives as long as the reading: names, questions */
	struct resources wants;
	size_t family_count; /* wanted families */
	bool by_family; /* the account's list is longer than asking for each family */
	unsigned in_flight;
	size_t stage;
	struct error failed;
	bool endless; /* a list was given up for its size or its tokens */
};

/* One reading under way. */
struct question {
	struct observing *observing;
	const struct reading *reading;
	struct subject subject;
	const struct kind *kind; /* what cannot be planned if it fails; NULL: only deletions are off */
	const char *name;
	size_t pages;
	bool ended; /* nothing more of it is heard */
	struct pause pause;
};

static void advance(struct observing *observing);
static void ask(void *context, const struct reading *reading, const struct subject *subject);

/* Whether the whole site hangs on it: a list that is not complete says nothing of what is missing in it. */
static bool is_list(const struct question *question)
{
	return question->reading == &reading_rules || question->reading == &reading_revisions;
}

static bool is_named(const struct observing *observing, const struct kind *kind, const char *name)
{
	return resources_find(&observing->wants, kind, name, NULL) != NULL;
}

/* What cannot be planned now: everything that the call was to tell about. */
static void blame(const struct question *question, const struct error *error)
{
	struct observed *observed = question->observing->observed;
	struct error *kept = arena_alloc(question->observing->arena, sizeof *kept);

	*kept = *error;
	if (!question->subject.name_count)
		observed_add_unreadable(observed, question->kind, question->name, kept);
	for (size_t i = 0; i < question->subject.name_count; i++)
		observed_add_unreadable(observed, question->kind, question->subject.names[i], kept);
}

static void trouble(struct question *question, const struct error *error)
{
	struct observing *observing = question->observing;
	struct observed *observed = observing->observed;

	if (observed_complete(observed))
		observed->incomplete = *error;
	if (is_list(question) && observing->failed.code == ERROR_NONE)
		observing->failed = *error;
	else if (question->kind)
		blame(question, error);
	/* No batch or app of the definitions would tell of it. */
	if (question->subject.resource && !is_named(observing, question->kind, question->name))
		observed->partly_read = true;
}

/* What the tagging API may not tell is asked for one by one; what it broke off telling is missing. */
static void broken_off(const struct question *question)
{
	if (question->reading == &reading_tagged)
		question->observing->observed->partly_read = true;
}

/* A list without an end is given up before the memory is. */
static bool has_room(const struct observing *observing, struct error *error)
{
	bool answers = observing->observed->size > ANSWERS_MIB << 20;

	if (!answers && footprint_heap() <= HEAP_MIB << 20)
		return true;
	return error_set(error, ERROR_REPLY,
		"what AWS lists takes over %zu MiB of memory here%s, and the rest of it is not read; check endpoint and proxy",
		answers ? ANSWERS_MIB : HEAP_MIB, answers ? "" : " with all that is defined");
}

static bool hear(struct question *question, const json_t *reply)
{
	struct observing *observing = question->observing;
	struct hearing hearing = {
		.view = &observing->view,
		.observed = observing->observed,
		.subject = question->subject,
		.ask = ask,
		.context = observing,
	};
	struct error error = { 0 };
	size_t before = arena_used(observing->arena);
	bool room = has_room(observing, &error);

	if (room && question->reading->heard(&hearing, reply, &error)) {
		observing->observed->size += arena_used(observing->arena) - before;
		return true;
	}
	question->ended = true;
	broken_off(question);
	error_wrap(&error, "%s %s", question->reading->service, question->reading->operation);
	snprintf(error.call.service, sizeof error.call.service, "%s", question->reading->service);
	snprintf(error.call.operation, sizeof error.call.operation, "%s", question->reading->operation);
	trouble(question, &error);
	observing->endless = observing->endless || !room;
	return false;
}

/* Revisions are listed account-wide while that takes fewer pages than asking family by family. */
static bool page(const json_t *reply, void *data)
{
	struct question *question = data;
	struct observing *observing = question->observing;

	/* Another site may want more of the same answer. */
	if (question->ended)
		return false;
	question->pages++;
	if (question->reading == &reading_revisions && !*question->subject.name &&
		question->pages >= observing->family_count) {
		observing->by_family = question->ended = true;
		return false;
	}
	return hear(question, reply);
}

static void send(void *data);

/*
 * Whether AWS does not find the tags of what it has just shown: it was made a moment ago, or went. Until that
 * is known it is nobody's, least of all a stranger's.
 */
static bool is_contradicted(const struct question *question, const struct call_result *result)
{
	const struct resource *have = question->subject.resource;

	return result->failure.class == FAILURE_NOT_FOUND && have &&
	       question->reading == have->kind->tags_reading;
}

/* What nobody here asks for is not waited for; its tags stay unread. */
static bool waits(struct question *question, const struct call_result *result)
{
	struct observing *observing = question->observing;
	const struct resource *have = question->subject.resource;

	return is_named(observing, have->kind, have->name) &&
	       pause_before(
		       observing->options.line.pauses, &question->pause, have, result, false, send, question);
}

/* What nobody here asks for is gone, or will be asked about by the next pass. */
static void hear_no_tags(struct question *question, const struct call_result *result)
{
	struct observing *observing = question->observing;

	struct error error = { 0 };

	if (is_named(observing, question->kind, question->name)) {
		ask_error(observing->arena, result, &error);
		error_wrap(
			&error, "it is there, and AWS does not find its tags, so nobody knows whose it is");
		trouble(question, &error);
		return;
	}
	question->subject.resource->tags_missing = true;
	hear(question, NULL);
}

static void answered(const struct call_result *result, void *data)
{
	struct question *question = data;
	struct observing *observing = question->observing;
	bool contradicted = is_contradicted(question, result);
	struct error error = { 0 };

	if (contradicted && waits(question, result))
		return;
	if (question->reading == &reading_tagged &&
		tagged_leave_out(&question->subject, &result->failure, observing->options.memory,
			observing->options.now)) {
		send(question);
		return;
	}
	if (contradicted) {
		hear_no_tags(question, result);
	} else if (result->ok || result->failure.class == FAILURE_NOT_FOUND) {
		if (!question->ended)
			hear(question, result->ok ? result->reply : NULL);
	} else if (result->failure.class == FAILURE_CANCELLED) {
		error_set(&observing->failed, ERROR_CANCELLED, "interrupted");
	} else {
		if (result->failure.class != FAILURE_DENIED)
			broken_off(question);
		observing->endless = observing->endless || result->failure.class == FAILURE_LOOP;
		ask_error(observing->arena, result, &error);
		trouble(question, &error);
	}
	observing->in_flight--;
	if (!observing->in_flight)
		advance(observing);
}

static void send(void *data)
{
	struct question *question = data;
	struct observing *observing = question->observing;

	shared_ask(observing->options.shared, &observing->options.line, &observing->view, question->reading,
		&question->subject, page, answered, question);
}

/* However something was found, and how often: it is asked about once. */
static void ask_about(struct observing *observing, const struct reading *reading,
	const struct subject *subject, const struct kind *kind, const char *name)
{
	struct question *question;

	if (!observed_ask(observing->observed, reading, subject))
		return;
	question = arena_alloc(observing->scratch, sizeof *question);
	*question = (struct question){
		.observing = observing,
		.reading = reading,
		.subject = *subject,
		.kind = kind,
		.name = name,
	};
	observing->in_flight++;
	send(question);
}

static void ask(void *context, const struct reading *reading, const struct subject *subject)
{
	if (subject->resource && reading == subject->resource->kind->tags_reading)
		subject->resource->asked = true;
	ask_about(context, reading, subject, subject->resource ? subject->resource->kind : NULL,
		subject->resource ? subject->resource->name : subject->name);
}

static void ask_named(struct observing *observing, const struct kind *kind)
{
	struct subject subject = { 0 };
	const char **names = arena_alloc(observing->scratch, (observing->wants.count + 1) * sizeof *names);
	size_t count = 0;

	for (size_t i = 0; i < observing->wants.count; i++)
		if (observing->wants.items[i]->kind == kind)
			names[count++] = observing->wants.items[i]->name;
	for (size_t i = 0; i < count; i += kind->names_per_call) {
		subject.name = names[i];
		subject.names = names + i;
		subject.name_count = count - i < kind->names_per_call ? count - i : kind->names_per_call;
		ask_about(observing, kind->by_name, &subject, kind, names[i]);
	}
}

/* Lists, and whatever the definitions name. */
static void ask_first(struct observing *observing)
{
	struct subject all = { .name = "" }, tagged = tagged_subject(observing->scratch,
						     observing->options.memory, observing->options.now);

	for (size_t i = 0; i < observing->wants.count; i++)
		observing->family_count += observing->wants.items[i]->kind->shape == SHAPE_REVISIONS;
	ask_about(observing, &reading_tagged, &tagged, NULL, "");
	for (size_t i = 0; i < observing->options.kind_count; i++) {
		const struct kind *kind = observing->options.kinds[i];

		if (kind->list)
			ask_about(observing, kind->list, &all, NULL, "");
		else if (kind->by_name)
			ask_named(observing, kind);
	}
}

/* The kind and name of what is ours by its tag and no definition names any more; NULL of anything else. */
static const struct kind *unnamed(
	const struct observing *observing, const struct tagged *tagged, const char **name)
{
	const struct kind *kind = kind_of_arn(observing->scratch, tagged->arn, name);
	bool ours = text_compare(tags_value(&tagged->tags, TAG_OWNER), observing->view.owner) == 0;

	return kind && ours && !is_named(observing, kind, *name) ? kind : NULL;
}

/* Only the tagging API knows these names. */
static void ask_tagged(struct observing *observing)
{
	for (size_t i = 0; i < observing->observed->tagged_count; i++) {
		const struct tagged *tagged = observing->observed->tagged[i];
		const char **names = arena_alloc(observing->scratch, sizeof *names);
		const struct kind *kind = unnamed(observing, tagged, names);
		struct subject subject = { .name = names[0], .names = names, .name_count = 1 };

		if (!kind)
			continue;
		if (kind->shape == SHAPE_PLAIN && tags_value(&tagged->tags, TAG_ON_DELETE))
			ask_about(observing, kind->by_name, &subject, NULL, names[0]);
		if (kind->shape == SHAPE_REVISIONS && observing->by_family &&
			tagged_may_be_active(observing->options.memory, names[0], tagged->arn))
			ask_about(observing, kind->list, &subject, NULL, names[0]);
	}
}

static void ask_families(struct observing *observing)
{
	observed_sort(observing->observed);
	for (size_t i = 0; observing->by_family && i < observing->wants.count; i++) {
		const struct resource *want = observing->wants.items[i];
		struct subject subject = { .name = want->name };

		if (want->kind->shape == SHAPE_REVISIONS)
			ask_about(observing, want->kind->list, &subject, want->kind, want->name);
	}
	ask_tagged(observing);
}

/* A revision once read is never read again, while its hash tag says the same. */
static bool remember(struct observing *observing, struct resource *have)
{
	const char *digest = have->tags_read == TAGS_UNREAD
				     ? NULL
				     : state_revision(observing->options.memory, have->arn, have->hash);

	have->digest = arena_copy(observing->arena, digest);
	return digest != NULL;
}

/* Whether somebody has to say whose this is, or what is in it. */
static bool needs_tags(struct observing *observing, struct resource *have)
{
	bool named = is_named(observing, have->kind, have->name);

	if (!have->kind->tags_reading || have->managed_by)
		return false;
	if (have->kind->shape == SHAPE_REVISIONS)
		return named && !have->content_read && !remember(observing, have);
	if (have->tags_read != TAGS_UNREAD)
		return false;
	if (have->kind->shape == SHAPE_SCHEDULE && !named)
		return !state_stranger(observing->options.memory, have->arn, observing->options.now);
	return named;
}

static bool is_too_old(const struct resources *all, size_t at)
{
	size_t newer = at + UNKNOWN_REVISIONS;

	return all->items[at]->kind->shape == SHAPE_REVISIONS && all->items[at]->tags_read == TAGS_UNREAD &&
	       newer < all->count && all->items[newer]->kind == all->items[at]->kind &&
	       strcmp(all->items[newer]->name, all->items[at]->name) == 0;
}

/* What a schedule of ours starts; a stranger's targets are nobody's business. */
static void ask_targets_of(struct observing *observing, struct resource *have)
{
	struct subject subject = { .name = have->name };

	if (have->kind->shape != SHAPE_SCHEDULE || !is_ours(&observing->view, have))
		return;
	ask_about(observing, &reading_targets, &subject, have->kind, have->name);
}

/* Answers add to the set while it is walked, so only what stands there now is asked about. */
static void ask_tags(struct observing *observing)
{
	const struct resources *all = &observing->observed->all;
	size_t count;

	observed_sort(observing->observed);
	count = all->count;
	for (size_t i = 0; i < count; i++) {
		struct subject subject = { .name = all->items[i]->name, .resource = all->items[i] };

		if (!is_too_old(all, i) && needs_tags(observing, all->items[i]))
			ask(observing, all->items[i]->kind->tags_reading, &subject);
		ask_targets_of(observing, all->items[i]);
	}
}

/* For schedules whose owner has just been told. */
static void ask_targets(struct observing *observing)
{
	const struct resources *all = &observing->observed->all;
	size_t count = all->count;

	for (size_t i = 0; i < count; i++) {
		struct resource *have = all->items[i];

		ask_targets_of(observing, have);
		if (have->kind->shape == SHAPE_SCHEDULE && have->tags_read == TAGS_STRONG &&
			!have->tags_missing && !is_ours(&observing->view, have) &&
			!is_named(observing, have->kind, have->name))
			state_keep_stranger(observing->options.memory, have->arn, observing->options.now);
	}
}

/* What a schedule starts and no list shows has been deregistered, or the list is late: AWS says which. */
static void ask_started(struct observing *observing)
{
	const struct resources *all = &observing->observed->all;
	size_t count = all->count;

	observed_sort(observing->observed);
	for (size_t i = 0; i < count; i++) {
		const struct resource *have = all->items[i];
		struct subject subject = { .name = resource_starts(have) };
		const char *family = NULL, *numbered;
		const struct kind *kind = NULL;

		if (subject.name)
			kind = kind_of_arn(observing->scratch, subject.name, &family);
		if (!kind || kind->shape != SHAPE_REVISIONS || !is_named(observing, kind, family))
			continue;
		/* Without a number it is the newest, whichever that is. */
		numbered = strchr(strrchr(subject.name, '/'), ':');
		if (!resources_find(all, kind, family, numbered ? subject.name : NULL))
			ask_about(observing, &reading_started, &subject, kind, family);
	}
}

/* Whether a revision that is remembered is still ACTIVE. */
static bool is_listed(const char *arn, void *data)
{
	struct observing *observing = data;
	const char *family;
	const struct kind *kind = kind_of_arn(observing->scratch, arn, &family);

	return kind && resources_find(&observing->observed->all, kind, family, arn);
}

/* Families that the tagging API names and whose own lists show nothing. */
static void keep_inactive(struct observing *observing)
{
	const struct observed *observed = observing->observed;

	for (size_t i = 0; i < observed->tagged_count && observed_complete(observed); i++) {
		const char *name = NULL;
		const struct kind *kind = unnamed(observing, observed->tagged[i], &name);

		if (kind && kind->shape == SHAPE_REVISIONS &&
			!resources_find(&observed->all, kind, name, NULL))
			tagged_keep_inactive(observing->options.memory, name, observed->tagged[i]->arn);
	}
}

static void keep_revisions(struct observing *observing)
{
	const struct resources *all = &observing->observed->all;

	observed_sort(observing->observed);
	if (observing->by_family)
		keep_inactive(observing);
	/* Only a list of all families tells which revisions are gone. */
	if (!observing->by_family && !observing->options.part)
		state_drop_revisions(observing->options.memory, is_listed, observing);
	for (size_t i = 0; i < all->count; i++) {
		const struct resource *have = all->items[i];

		if (have->kind->shape == SHAPE_REVISIONS && have->digest && have->content_read)
			state_keep_revision(observing->options.memory, have->arn, have->hash, have->digest);
	}
}

static void (*const stages[])(struct observing *) = {
	ask_first,
	ask_families,
	ask_tags,
	ask_targets,
	ask_started,
	keep_revisions,
};
/* What follows on strong tags, whenever they were read. */
enum { LAST_STAGES = 3 };

/* What an endless list has filled is no memory for a plan, and nothing can be said on its word. */
static void keep_room(struct observing *observing)
{
	if (observing->endless && observing->failed.code == ERROR_NONE && footprint_heap() > PLAN_MIB << 20)
		observing->failed = observing->observed->incomplete;
}

static void end(struct observing *observing)
{
	const struct error *failed;

	keep_room(observing);
	failed = observing->failed.code != ERROR_NONE ? &observing->failed : NULL;
	observing->scratch = arena_free(observing->scratch);
	observing->options.done(failed, observing->options.data);
}

/* Goes through the stages until one of them has asked something. */
static void advance(struct observing *observing)
{
	bool failed = observing->failed.code != ERROR_NONE;

	while (!failed && !observing->in_flight && observing->stage < ARRAY_LENGTH(stages))
		stages[observing->stage++](observing);
	if (!observing->in_flight)
		end(observing);
}

static struct observing *begin(struct arena *arena, const struct observe_options *options)
{
	struct observing *observing = arena_alloc(arena, sizeof *observing);
	struct view names;

	observing->options = *options;
	observing->view = *options->view;
	observing->observed = options->observed;
	observing->arena = arena;
	observing->scratch = arena_new();
	names = observing->view;
	names.arena = observing->scratch;
	for (size_t i = 0; i < options->kind_count; i++)
		options->kinds[i]->want(&names, &observing->wants);
	resources_sort(&observing->wants);
	return observing;
}

void observe_site(struct arena *arena, const struct observe_options *options)
{
	advance(begin(arena, options));
}

/* Every cluster that anything here runs on, and all that the region has. */
static void ask_users(struct observing *observing)
{
	const struct resources *all = &observing->observed->all;
	struct subject everything = { .name = "" };

	for (size_t i = 0; i < all->count; i++) {
		const struct resource *have = all->items[i];
		const char *arn = have->kind == &kind_cluster         ? have->arn
				  : have->kind->shape == SHAPE_TARGET ? fields_value(&have->fields, "arn")
								      : NULL;
		struct subject subject = { .name = arn };

		if (arn)
			ask(observing, &reading_users, &subject);
	}
	ask(observing, &reading_all_clusters, &everything);
}

void observe_more(struct arena *arena, const struct observe_options *options,
	struct resource *const *resources, size_t count, bool users)
{
	struct observing *observing = begin(arena, options);

	observing->stage = ARRAY_LENGTH(stages) - LAST_STAGES;
	for (size_t i = 0; i < count; i++) {
		struct subject subject = { .name = resources[i]->name, .resource = resources[i] };

		ask(observing, resources[i]->kind->tags_reading, &subject);
	}
	if (users)
		ask_users(observing);
	advance(observing);
}
