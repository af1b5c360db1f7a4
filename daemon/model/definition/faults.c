#include "faults.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "model/secret.h"

/* Deeper than anything AWS takes, and shallow enough for every recursion here. */
enum { DEPTH_MOST = 32 };

void read_source(
	struct reader *reader, struct source *source, const char *text, size_t length, struct arena *scratch)
{
	struct json_place where = { 1, 1 };
	struct error error = { 0 };

	source->root = json_read(text, length, DEPTH_MOST, scratch, &source->places, &where, &error);
	if (source->root)
		keep_json(reader, source->root);
	else if (!source->aside)
		fault_add(reader, (struct fault){ .at = { source->file, where.line, where.column },
					  .message = arena_copy(reader->arena, error.text),
					  .remedy = json_remedy(&error) });
}

const json_t *keep_json(struct reader *reader, json_t *value)
{
	json_add(reader->owned, value);
	return value;
}

/* The JSON pointer of a spot. */
static void add_pointer(struct text *pointer, const struct spot *spot)
{
	if (!spot->up)
		return;
	add_pointer(pointer, spot->up);
	text_add_char(pointer, '/');
	if (!spot->key)
		text_printf(pointer, "%zu", spot->index);
	for (const char *at = spot->key; at && *at; at++) {
		if (*at == '~' || *at == '/')
			text_add(pointer, *at == '~' ? "~0" : "~1");
		else
			text_add_char(pointer, *at);
	}
}

struct position position_of(struct reader *reader, const struct spot *spot, enum told told)
{
	CLEANUP_TEXT struct text pointer = { 0 };
	struct json_place place;

	(void)reader;
	add_pointer(&pointer, spot);
	place = told == AT_KEY || spot->name
			? json_place_of(spot->source->places, text_string(&pointer))
			: json_place_of_value(spot->source->places, text_string(&pointer));
	return (struct position){
		.file = spot->source->file,
		.line = place.line ? place.line : 1,
		.column = place.column ? place.column : 1,
	};
}

static bool is_cut(struct reader *reader, bool warning)
{
	if (reader->told[warning] < FAULTS_TOLD)
		return false;
	reader->more[warning]++;
	return true;
}

static void keep_fault(struct reader *reader, struct fault fault)
{
	arena_grow(reader->arena, &reader->faults, sizeof *reader->faults, reader->fault_count,
		&reader->fault_capacity);
	reader->faults[reader->fault_count++] = fault;
	reader->broken = reader->broken || !fault.warning;
	reader->told[fault.warning] += !fault.rest;
}

void fault_add(struct reader *reader, struct fault fault)
{
	if (!is_cut(reader, fault.warning))
		keep_fault(reader, fault);
}

bool fault_is_cut(struct reader *reader)
{
	return is_cut(reader, false);
}

void fault_at(struct reader *reader, const struct spot *spot, enum told told, const char *message,
	const char *remedy)
{
	if (!spot->source->aside && !is_cut(reader, false))
		keep_fault(reader, (struct fault){ .at = position_of(reader, spot, told),
					   .message = message,
					   .remedy = remedy });
}

void warn_at(struct reader *reader, const struct spot *spot, enum told told, const char *message,
	const char *remedy)
{
	if (!spot->source->aside && !is_cut(reader, true))
		keep_fault(reader, (struct fault){ .at = position_of(reader, spot, told),
					   .message = message,
					   .remedy = remedy,
					   .warning = true });
}

void yield_last(struct reader *reader, const struct spot *spot, const char *message)
{
	size_t count = reader->fault_count;

	/* It may have been counted and no more. */
	if (!count || reader->faults[count - 1].message != message)
		return;
	arena_grow(reader->arena, &reader->yielding, sizeof *reader->yielding, reader->yielding_count,
		&reader->yielding_capacity);
	reader->yielding[reader->yielding_count++] =
		(struct yielding){ message, position_of(reader, spot, AT_KEY) };
}

void yield_to_slip(struct reader *reader, const struct spot *spot, const json_t *object, const char *key,
	const char *message)
{
	const char *written;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)object, written, value)
		if (text_nearest(written, &key, 1)) {
			yield_last(reader, MEMBER(spot, written), message);
			return;
		}
}

static bool is_at(const struct fault *fault, const struct position *at)
{
	return fault->at.line == at->line && fault->at.column == at->column &&
	       strcmp(fault->at.file, at->file) == 0;
}

/* Whether another fault stands at the member's name or at its value. */
static bool gives_way(const struct reader *reader, const struct fault *fault, const struct yielding *yielding)
{
	for (size_t i = 0; i < reader->fault_count; i++) {
		const struct fault *other = &reader->faults[i];

		if (other != fault && (is_at(other, &fault->at) || is_at(other, &yielding->key)))
			return true;
	}
	return false;
}

static bool yields(const struct reader *reader, const struct fault *fault)
{
	for (size_t i = 0; i < reader->yielding_count; i++)
		if (reader->yielding[i].message == fault->message)
			return gives_way(reader, fault, &reader->yielding[i]);
	return false;
}

/* Takes out what yields to another. */
static void drop_yielding(struct reader *reader)
{
	struct fault *all = arena_alloc(reader->arena, (reader->fault_count + 1) * sizeof *all);
	size_t kept = 0;

	reader->broken = false;
	for (size_t i = 0; i < reader->fault_count; i++) {
		if (yields(reader, &reader->faults[i]))
			continue;
		reader->broken = reader->broken || !reader->faults[i].warning;
		all[kept++] = reader->faults[i];
	}
	reader->faults = all;
	reader->fault_count = kept;
	reader->fault_capacity = kept + 1;
}

static void tell_rest(struct reader *reader)
{
	for (int warning = 0; warning < 2; warning++) {
		size_t more = reader->more[warning];

		if (more)
			keep_fault(reader,
				(struct fault){ .at = reader->faults[reader->fault_count - 1].at,
					.message = arena_printf(reader->arena, "%zu more %s%s not told", more,
						warning ? "warning" : "fault", more == 1 ? " is" : "s are"),
					.remedy = "mend those above first",
					.warning = warning,
					.rest = true });
	}
}

int compare_faults(const struct fault *a, const struct fault *b)
{
	int files = strcmp(a->at.file, b->at.file);

	if (a->rest != b->rest)
		return a->rest ? 1 : -1;
	if (files)
		return files;
	if (a->at.line != b->at.line)
		return a->at.line < b->at.line ? -1 : 1;
	if (a->at.column != b->at.column)
		return a->at.column < b->at.column ? -1 : 1;
	return strcmp(a->message, b->message);
}

static int compare(const void *a, const void *b)
{
	return compare_faults(a, b);
}

void end_faults(struct reader *reader)
{
	if (reader->fault_count)
		qsort(reader->faults, reader->fault_count, sizeof *reader->faults, compare);
	drop_yielding(reader);
	tell_rest(reader);
}

const char *place_text(struct reader *reader, struct position at)
{
	return arena_printf(reader->arena, "%s:%u:%u", at.file, at.line, at.column);
}

enum { QUOTED_MOST = 80 };

const char *quoted_json(struct reader *reader, const json_t *value)
{
	CLEANUP_FREE char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	size_t columns = 0, at = 0;

	if (!text)
		abort();
	while (text[at] && columns < QUOTED_MOST)
		columns += ((unsigned char)text[++at] & 0xC0) != 0x80;
	if (!text[at])
		return arena_copy(reader->arena, text);
	return arena_printf(reader->arena, "%.*s…%s", (int)at, text, json_is_string(value) ? "\"" : "");
}

const char *quoted(struct reader *reader, const char *text)
{
	json_t *value = json_must(json_string(text));
	const char *shown = quoted_json(reader, value);

	json_decref(value);
	return shown;
}

bool spot_is_secret(const struct spot *spot)
{
	while (spot && !(spot->key && is_secret_name(spot->key, strlen(spot->key))))
		spot = spot->up;
	return spot != NULL;
}

/* Whoever knows such a URL can speak for the batch, or to those who are notified. */
static bool is_secret_url(const char *key)
{
	return key && (strcmp(key, "ping") == 0 || strcmp(key, "url") == 0 || strcmp(key, "webhook") == 0);
}

const char *told_text(struct reader *reader, const struct spot *spot, const char *text)
{
	const char *equals = spot_is_secret(spot) ? strchr(text, '=') : NULL;

	if (is_secret_url(spot->key) && text != spot->key)
		return "\"…\"";
	if (!equals)
		return quoted(reader, text);
	return quoted(reader, arena_printf(reader->arena, "%.*s=…", (int)(equals - text), text));
}
