#include "tags.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "common/digest.h"
#include "common/json.h"
#include "common/shared.h"
#include "common/text.h"

enum { TAG_VALUE_LIMIT = 256, SHORT_DIGEST = 5 };

static size_t position_of(const struct tags *tags, const char *key)
{
	size_t low = 0, high = tags->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(tags->items[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *tags_value(const struct tags *tags, const char *key)
{
	size_t at = position_of(tags, key);

	return at < tags->count && strcmp(tags->items[at].key, key) == 0 ? tags->items[at].value : NULL;
}

/* An array of its own for these tags, with room for so many more. */
static void make_room(struct arena *arena, struct tags *tags, size_t more)
{
	struct tag *items = arena_alloc(arena, (tags->count + more) * sizeof *items);

	for (size_t i = 0; i < tags->count; i++)
		items[i] = tags->items[i];
	tags->items = items;
}

/* Puts a tag in where there is room for it; both texts stay where they are. */
static void put(struct tags *tags, const char *key, const char *value)
{
	size_t at = position_of(tags, key);

	if (at < tags->count && strcmp(tags->items[at].key, key) == 0) {
		tags->items[at].value = value;
		return;
	}
	for (size_t i = tags->count++; i > at; i--)
		tags->items[i] = tags->items[i - 1];
	tags->items[at] = (struct tag){ key, value };
}

/* A key, or what is said with it, as it is kept: what many carry alike is there once. */
static const char *shared_key(struct arena *arena, const char *key)
{
	return share_text(arena, key)->text;
}

static const char *shared_value(struct arena *arena, const char *key, const char *value)
{
	struct shared_text *shared = share_text(arena, key);

	if (text_compare(shared->last, value) != 0)
		shared->last = arena_copy(arena, value);
	return shared->last;
}

/* One after the other only where they are few: each takes an array of its own. */
void tags_set(struct arena *arena, struct tags *tags, const char *key, const char *value)
{
	make_room(arena, tags, 1);
	put(tags, shared_key(arena, key), shared_value(arena, key, value));
}

static void add_foreign(struct arena *arena, struct tags *tags, const char *key, const char *value)
{
	if (key && value && !text_starts(key, "aws:"))
		put(tags, shared_key(arena, key), shared_value(arena, key, value));
}

struct tags tags_read(struct arena *arena, const json_t *list)
{
	struct tags tags = { 0 };
	const char *key;
	json_t *value;
	size_t i;

	make_room(arena, &tags, json_is_object(list) ? json_object_size(list) : json_array_size(list));
	json_array_foreach (list, i, value) {
		const char *name = json_text_of(value, "Key", json_text_of(value, "key", NULL));

		add_foreign(
			arena, &tags, name, json_text_of(value, "Value", json_text_of(value, "value", "")));
	}
	if (json_is_object(list))
		json_object_foreach ((json_t *)(uintptr_t)list, key, value)
			add_foreign(arena, &tags, key, json_string_value(value));
	return tags;
}

json_t *tags_list(const struct tags *tags, bool lower)
{
	json_t *list = json_must(json_array());

	for (size_t i = 0; i < tags->count; i++) {
		json_t *tag = json_must(json_object());

		json_put_text(tag, lower ? "key" : "Key", tags->items[i].key);
		json_put_text(tag, lower ? "value" : "Value", tags->items[i].value);
		json_add(list, tag);
	}
	return list;
}

json_t *tags_keys(const struct tags *tags)
{
	json_t *keys = json_must(json_array());

	for (size_t i = 0; i < tags->count; i++)
		json_add(keys, json_must(json_string(tags->items[i].key)));
	return keys;
}

static void short_digest(const char *key, char out[SHORT_DIGEST + 1])
{
	char hex[DIGEST_HEX_SIZE];

	digest_text(key, strlen(key), hex);
	memcpy(out, hex, SHORT_DIGEST);
	out[SHORT_DIGEST] = '\0';
}

/* The keys in one tag value: as they are where that fits, else the beginning of each key's digest. */
static const char *remembered_keys(struct arena *arena, const struct tags *user)
{
	CLEANUP_TEXT struct text plain = { 0 }, digests = { 0 };
	bool spaces = false;

	text_add(&digests, "=");
	for (size_t i = 0; i < user->count; i++) {
		const char *key = user->items[i].key;
		char digest[SHORT_DIGEST + 1];

		spaces = spaces || strchr(key, ' ') || key[0] == '=';
		text_printf(&plain, "%s%s", i ? " " : "", key);
		short_digest(key, digest);
		text_add(&digests, digest);
	}
	return shared_value(
		arena, TAG_USER, text_string(spaces || plain.length > TAG_VALUE_LIMIT ? &digests : &plain));
}

/* Whether the tag that remembers says that this key was set by us. */
static bool remembered(const char *value, const char *key)
{
	size_t length = strlen(key);
	char digest[SHORT_DIGEST + 1];

	if (!value)
		return false;
	if (value[0] == '=') {
		short_digest(key, digest);
		for (value++; strlen(value) >= SHORT_DIGEST; value += SHORT_DIGEST)
			if (strncmp(value, digest, SHORT_DIGEST) == 0)
				return true;
		return false;
	}
	for (const char *found = strstr(value, key); found; found = strstr(found + 1, key))
		if ((found == value || found[-1] == ' ') && (!found[length] || found[length] == ' '))
			return true;
	return false;
}

void tags_gather_user(struct arena *arena, struct tags *user, const json_t *map, bool wins)
{
	const char *key;
	json_t *value;

	if (!json_object_size(map))
		return;
	make_room(arena, user, json_object_size(map));
	json_object_foreach ((json_t *)(uintptr_t)map, key, value)
		if (json_is_string(value) && (wins || !tags_value(user, key)))
			put(user, shared_key(arena, key), shared_value(arena, key, json_string_value(value)));
}

void tags_add_user(struct arena *arena, struct tags *tags, const struct tags *user)
{
	if (!user->count)
		return;
	make_room(arena, tags, user->count + 1);
	for (size_t i = 0; i < user->count; i++)
		put(tags, user->items[i].key, user->items[i].value);
	put(tags, TAG_USER, remembered_keys(arena, user));
}

const char *tags_strangers_key(const struct tags *want, const struct tags *have, const char *key)
{
	const char *ours = tags_value(have, TAG_USER);

	for (size_t i = 0; want->caseless && i < have->count; i++) {
		const char *other = have->items[i].key;

		if (strcasecmp(other, key) == 0 && strcmp(other, key) != 0 && !remembered(ours, other))
			return other;
	}
	return NULL;
}

void tags_compare(struct arena *arena, const struct tags *want, const struct tags *have, struct tags *set,
	struct tags *remove)
{
	const char *ours = tags_value(have, TAG_USER);
	bool shared = !tags_value(want, TAG_BATCH);

	for (size_t i = 0; i < want->count; i++) {
		const struct tag *tag = &want->items[i];
		const char *value = tags_value(have, tag->key);

		if (shared && strcmp(tag->key, TAG_APP) == 0)
			continue;
		if (text_compare(value, tag->value) != 0 && !tags_strangers_key(want, have, tag->key))
			tags_set(arena, set, tag->key, tag->value);
	}
	for (size_t i = 0; i < have->count; i++) {
		const char *key = have->items[i].key;
		bool derived = strcmp(key, TAG_ON_DELETE) == 0 || strcmp(key, TAG_USER) == 0;

		if ((derived || remembered(ours, key)) && !tags_value(want, key))
			tags_set(arena, remove, key, have->items[i].value);
	}
}
