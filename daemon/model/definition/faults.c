#include "inside.h"

#include <stdint.h>
#include <string.h>

#include "common/text.h"
#include "model/secret.h"

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

static void add_fault(struct reader *reader, struct fault fault)
{
	struct definitions *set = reader->set;

	arena_grow(
		reader->arena, &set->faults, sizeof *set->faults, set->fault_count, &reader->fault_capacity);
	set->faults[set->fault_count++] = fault;
	set->broken = set->broken || !fault.warning;
	reader->told[fault.warning] += !fault.rest;
}

static bool is_cut(struct reader *reader, bool warning)
{
	if (reader->told[warning] < FAULTS_TOLD)
		return false;
	reader->more[warning]++;
	return true;
}

bool fault_is_cut(struct reader *reader)
{
	return is_cut(reader, false);
}

void tell_rest(struct reader *reader)
{
	for (int warning = 0; warning < 2; warning++) {
		size_t more = reader->more[warning];

		if (more)
			add_fault(reader,
				(struct fault){ .at = reader->set->faults[reader->set->fault_count - 1].at,
					.message = arena_printf(reader->arena, "%zu more %s%s not told", more,
						warning ? "warning" : "fault", more == 1 ? " is" : "s are"),
					.remedy = "mend those above first",
					.warning = warning,
					.rest = true });
	}
}

void fault_at(struct reader *reader, const struct spot *spot, enum told told, const char *message,
	const char *remedy)
{
	if (spot->source->role != TEXT_ASIDE && !is_cut(reader, false))
		add_fault(reader, (struct fault){ .at = position_of(reader, spot, told),
					  .message = message,
					  .remedy = remedy });
}

void warn_at(struct reader *reader, const struct spot *spot, enum told told, const char *message,
	const char *remedy)
{
	if (spot->source->role != TEXT_ASIDE && !is_cut(reader, true))
		add_fault(reader, (struct fault){ .at = position_of(reader, spot, told),
					  .message = message,
					  .remedy = remedy,
					  .warning = true });
}

void yield_last(struct reader *reader, const struct spot *spot, const char *message)
{
	size_t count = reader->set->fault_count;

	/* It may have been counted and no more. */
	if (!count || reader->set->faults[count - 1].message != message)
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
static bool gives_way(
	const struct definitions *set, const struct fault *fault, const struct yielding *yielding)
{
	for (size_t i = 0; i < set->fault_count; i++) {
		const struct fault *other = &set->faults[i];

		if (other != fault && (is_at(other, &fault->at) || is_at(other, &yielding->key)))
			return true;
	}
	return false;
}

static bool yields(const struct reader *reader, const struct fault *fault)
{
	for (size_t i = 0; i < reader->yielding_count; i++)
		if (reader->yielding[i].message == fault->message)
			return gives_way(reader->set, fault, &reader->yielding[i]);
	return false;
}

void drop_yielding(struct reader *reader)
{
	struct definitions *set = reader->set;
	struct fault *all = arena_alloc(reader->arena, (set->fault_count + 1) * sizeof *all);
	size_t kept = 0;

	set->broken = false;
	for (size_t i = 0; i < set->fault_count; i++) {
		if (yields(reader, &set->faults[i]))
			continue;
		set->broken = set->broken || !set->faults[i].warning;
		all[kept++] = set->faults[i];
	}
	set->faults = all;
	set->fault_count = kept;
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

const char *told_text(struct reader *reader, const struct spot *spot, const char *text)
{
	const char *equals = spot_is_secret(spot) ? strchr(text, '=') : NULL;

	/* Whoever knows the URL can speak for the batch. */
	if (spot->key && strcmp(spot->key, "ping") == 0 && text != spot->key)
		return "\"…\"";
	if (!equals)
		return quoted(reader, text);
	return quoted(reader, arena_printf(reader->arena, "%.*s=…", (int)(equals - text), text));
}

const char *nearest_entry(const char *name, const struct entries *entries)
{
	CLEANUP_FREE const char **known = must_alloc((entries->count + 1) * sizeof *known);

	for (size_t i = 0; i < entries->count; i++)
		known[i] = entries->items[i].name;
	return text_nearest(name, known, entries->count);
}

void fault_in_text(
	struct reader *reader, const char *file, struct json_place place, const struct error *error)
{
	if (!is_cut(reader, false))
		add_fault(reader,
			(struct fault){ .at = { .file = file, .line = place.line, .column = place.column },
				.message = arena_copy(reader->arena, error->text),
				.remedy = json_remedy(error) });
}
