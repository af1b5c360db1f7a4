#include <string.h>

#include "common/digest.h"
#include "common/json.h"
#include "inside.h"

enum {
	FIGHT_WINDOW = 3600,
	FIGHT_LIMIT = 3,
	CALM_LONGEST = 24 * 3600,
};

void state_left(struct state_site *site, const char *arn, time_t now)
{
	document_forget_before(&site->ledger, "left", now - FIGHT_WINDOW);
	json_put(json_object_in(site->ledger.json, "left"), arn, json_integer(now));
	site->ledger.dirty = true;
}

bool state_knows_left(const struct state_site *site, const char *arn)
{
	return json_object_get(json_object_get(site->ledger.json, "left"), arn) != NULL;
}

const char **state_left_since(
	const struct state *state, time_t since, struct arena *arena, size_t *count, size_t *capacity)
{
	const char **arns = NULL;

	*count = *capacity = 0;
	for (const struct state_site *site = state->sites; site; site = site->next) {
		const char *arn;
		json_t *when;

		json_object_foreach (json_object_get(site->ledger.json, "left"), arn, when) {
			if (json_integer_value(when) < since)
				continue;
			arena_grow(arena, &arns, sizeof *arns, *count, capacity);
			arns[(*count)++] = arena_copy(arena, arn);
		}
	}
	return arns;
}

/* What is fought over may be a value: long, cut within a character, and nobody's to read here. */
static const char *fight_name(const char *path, char name[DIGEST_HEX_SIZE])
{
	digest_text(path, strlen(path), name);
	return name;
}

static json_t *fight_of(const struct state_site *site, const char *arn, const char *path)
{
	char name[DIGEST_HEX_SIZE];

	return json_object_get(
		json_object_get(json_object_get(site->ledger.json, "fights"), arn), fight_name(path, name));
}

unsigned state_put_back(struct state_site *site, const char *arn, const char *path, time_t now)
{
	char name[DIGEST_HEX_SIZE];
	json_t *fights = json_object_in(json_object_in(site->ledger.json, "fights"), arn);
	json_t *fight = json_object_in(fights, fight_name(path, name)),
	       *times = json_object_get(fight, "times");
	json_t *recent = json_must(json_array()), *when;
	json_int_t pause;
	size_t i;

	json_array_foreach (times, i, when)
		if (json_integer_value(when) > now - FIGHT_WINDOW)
			json_add(recent, json_incref(when));
	json_add(recent, json_integer(now));
	json_put(fight, "times", recent);
	pause = json_integer_of(fight, "pause", 0);
	/* Peace for an hour after the last pause: a new fight begins from the beginning. */
	if (json_integer_of(fight, "until", 0) + FIGHT_WINDOW < now)
		pause = 0;
	if (json_array_size(recent) >= FIGHT_LIMIT || pause) {
		pause = pause ? pause * 2 : FIGHT_WINDOW / 4;
		pause = pause > CALM_LONGEST ? CALM_LONGEST : pause;
		json_put(fight, "pause", json_integer(pause));
		json_put(fight, "until", json_integer(now + pause));
	}
	site->ledger.dirty = true;
	return (unsigned)json_array_size(recent);
}

void state_forget_fights(struct state_site *site)
{
	if (json_object_del(site->ledger.json, "fights") == 0)
		site->ledger.dirty = true;
}

time_t state_calm_until(const struct state_site *site, const char *arn, const char *path)
{
	return (time_t)json_integer_of(fight_of(site, arn, path), "until", 0);
}

/* {"": {"rule batch-no1": "…"}, …}: what was asked for when it was last so, by assumed role and name. */
static json_t *fulfilled(const struct state_site *site, const char *role_arn)
{
	return json_object_get(json_object_get(site->ledger.json, "fulfilled"), role_arn ? role_arn : "");
}

const char *state_fulfilled(const struct state_site *site, const char *role_arn, const char *name)
{
	return json_text_of(fulfilled(site, role_arn), name, NULL);
}

size_t state_fulfilled_count(const struct state_site *site, const char *role_arn)
{
	return json_object_size(fulfilled(site, role_arn));
}

void state_fulfil(struct state_site *site, const char *role_arn, const char *name, const char *record)
{
	const char *before = state_fulfilled(site, role_arn, name);
	json_t *all;

	if (before && strcmp(before, record) == 0)
		return;
	all = json_object_in(json_object_in(site->ledger.json, "fulfilled"), role_arn ? role_arn : "");
	json_put_text(all, name, record);
	site->ledger.dirty = true;
}

void state_drop_fulfilled(struct state_site *site, const char *role_arn,
	bool (*wanted)(const char *name, void *data), void *data)
{
	json_t *all = fulfilled(site, role_arn), *record;
	const char *name;
	void *next;

	json_object_foreach_safe(all, next, name, record)
	{
		if (wanted(name, data))
			continue;
		json_object_del(all, name);
		site->ledger.dirty = true;
	}
}

/* {"rule": {"batch-no1": {"app": "batch"}}, …}: what was served here, by kind and name. */
static json_t *name_record(const struct state_site *site, const char *kind, const char *name)
{
	return json_object_get(json_object_get(json_object_get(site->ledger.json, "names"), kind), name);
}

struct served state_name(const struct state_site *site, const char *kind, const char *name)
{
	const json_t *record = name_record(site, kind, name);

	return (struct served){
		.known = record != NULL,
		.on_delete = json_bool_of(record, "onDelete", false),
		.left = json_bool_of(record, "left", false),
	};
}

/* Takes the new value over; what is kept already stays, and nothing has to be written. */
static void keep_name(struct state_site *site, const char *kind, const char *name, json_t *value)
{
	if (json_equal(name_record(site, kind, name), value)) {
		json_decref(value);
		return;
	}
	json_put(json_object_in(json_object_in(site->ledger.json, "names"), kind), name, value);
	site->ledger.dirty = true;
}

void state_serve_name(
	struct state_site *site, const char *kind, const char *name, const char *app, bool on_delete)
{
	json_t *value = json_must(json_pack("{s:s}", "app", app));

	if (on_delete)
		json_put(value, "onDelete", json_true());
	keep_name(site, kind, name, value);
}

void state_leave_name(struct state_site *site, const char *kind, const char *name, const char *app)
{
	json_t *before = name_record(site, kind, name);
	json_t *value =
		before ? json_must(json_deep_copy(before)) : json_must(json_pack("{s:s}", "app", app));

	json_put(value, "left", json_true());
	keep_name(site, kind, name, value);
}

void state_drop_names(struct state_site *site,
	bool (*gone)(const char *kind, const char *name, const char *app, void *data), void *data)
{
	const char *kind, *name;
	json_t *names, *record;
	void *next;

	json_object_foreach (json_object_get(site->ledger.json, "names"), kind, names) {
		json_object_foreach_safe(names, next, name, record)
		{
			if (!gone(kind, name, json_text_of(record, "app", ""), data))
				continue;
			json_object_del(names, name);
			site->ledger.dirty = true;
		}
	}
}
