#include "rules.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "common/text.h"
#include "fargate.h"
#include "letters.h"

/* What apps and batches both may have, as far as one member has to fit another. */

/* AWS takes 50 tags on a resource; the daemon sets up to eight of its own, and may come to set more. */
enum { TAGS_MOST = 40 };

size_t length_as_json(const json_t *value)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	return strlen(json_canonical(arena, value));
}

/* The next code point of what is valid UTF-8, and one step on. */
static uint32_t code_point(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	unsigned more = *at < 0x80 ? 0 : *at < 0xE0 ? 1 : *at < 0xF0 ? 2 : 3;
	uint32_t code = more ? *at & (0x3FU >> more) : *at;

	*text += more + 1;
	for (unsigned i = 1; i <= more; i++)
		code = code << 6 | (at[i] & 0x3F);
	return code;
}

/* What every service takes in a tag: letters of any script, digits, spaces and a few marks. */
static bool fits_a_tag(const char *text)
{
	while (*text) {
		uint32_t code = code_point(&text);

		if (!is_letter_number_space(code) && (code >= 0x80 || !strchr("_.:/=+-@", (int)code)))
			return false;
	}
	return true;
}

static const char tag_marks[] = "write letters, digits, spaces and _ . : / = + - @";

static void check_tag_key(struct reader *reader, const struct spot *spot, enum told told, const char *key)
{
	const char *name = quoted(reader, key);

	if (strncasecmp(key, "aws:", 4) == 0)
		fault_at(reader, spot, told,
			arena_printf(
				reader->arena, "the tag %s begins with \"aws:\", which is AWS's own", name),
			"leave it out: AWS alone sets such tags");
	else if (strncasecmp(key, "fargate-batchd:", 15) == 0)
		fault_at(reader, spot, told,
			arena_printf(reader->arena,
				"the tag %s begins with \"fargate-batchd:\", which is set by the daemon",
				name),
			"leave it out, or give it another name");
	else if (!fits_a_tag(key))
		fault_at(reader, spot, told,
			arena_printf(reader->arena, "the tag %s holds a mark that AWS does not take", name),
			tag_marks);
}

static void check_tag_value(struct reader *reader, const struct spot *spot, const char *text)
{
	if (!fits_a_tag(text))
		fault_at(reader, spot, AT_VALUE,
			arena_printf(reader->arena, "the tag's value %s holds a mark that AWS does not take",
				quoted(reader, text)),
			tag_marks);
}

void check_tags(struct reader *reader, const struct spot *spot, const json_t *tags)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)tags, key, value) {
		check_tag_key(reader, MEMBER(spot, key), AT_KEY, key);
		if (json_is_string(value))
			check_tag_value(reader, MEMBER(spot, key), json_string_value(value));
	}
}

void check_task_tags(struct reader *reader, const struct spot *spot, const struct app *app)
{
	const json_t *list = json_object_get(app->task_definition, "tags");

	check_no_twice(reader, spot, list, "key");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const struct spot *tag = ELEMENT(spot, i);
		const char *key = json_text_of(json_array_get(list, i), "key", "");
		const char *value = json_text_of(json_array_get(list, i), "value", "");

		check_tag_key(reader, MEMBER(tag, "key"), AT_VALUE, key);
		check_tag_value(reader, MEMBER(tag, "value"), value);
		if (strcmp(json_text_of(app->tags, key, value), value) != 0)
			fault_at(reader, MEMBER(tag, "value"), AT_VALUE,
				arena_printf(reader->arena, "the app's \"tags\" give %s another value",
					quoted(reader, key)),
				"keep one of the two");
	}
	check_tag_count(reader, spot, app->task_tags, app);
}

void check_tag_count(
	struct reader *reader, const struct spot *spot, const json_t *tags, const struct app *app)
{
	const json_t *app_tags = app ? app->tags : NULL, *task_tags = app ? app->task_tags : NULL;
	size_t count = json_object_size(app_tags);
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)task_tags, key, value)
		count += !json_object_get(app_tags, key);
	json_object_foreach ((json_t *)(uintptr_t)tags, key, value)
		count += !json_object_get(app_tags, key) && !json_object_get(task_tags, key);
	if (json_object_size(tags) && count > TAGS_MOST)
		fault_at(reader, spot, AT_KEY,
			arena_printf(reader->arena, "%zu tags%s", count,
				count > json_object_size(tags) ? " with those of the app" : ""),
			arena_printf(reader->arena,
				"write at most %d: AWS takes 50, and the daemon needs the rest", TAGS_MOST));
}

void check_image(struct reader *reader, const struct spot *spot, const json_t *image)
{
	static const char *const ways[] = { "tag", "digest", "uri" };
	const char *first = NULL;

	if (!json_is_object(image))
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(ways); i++) {
		if (!json_object_get(image, ways[i]))
			continue;
		if (first)
			fault_at(reader, MEMBER(spot, ways[i]), AT_KEY,
				arena_printf(reader->arena,
					"\"%s\" beside \"%s\": an image is named in one way", ways[i], first),
				"keep one of the two");
		first = ways[i];
	}
	if (!first && !json_object_get(image, "pin"))
		fault_at(reader, spot, AT_KEY, "\"image\" names no image",
			"write \"tag\", \"digest\" or \"uri\" in it");
}

void check_no_twice(struct reader *reader, const struct spot *spot, const json_t *list, const char *key)
{
	json_t *seen = json_must(json_object());

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *text = json_string_value(key ? json_object_get(one, key) : one);

		if (text && json_object_get(seen, text)) {
			if (fault_is_cut(reader))
				continue;
			fault_at(reader, key ? MEMBER(ELEMENT(spot, i), key) : ELEMENT(spot, i), AT_VALUE,
				arena_printf(reader->arena, "%s comes twice in \"%s\"",
					told_text(reader, spot, text), spot->key),
				"write it once");
		} else if (text) {
			json_put(seen, text, json_true());
		}
	}
	json_decref(seen);
}

void check_network(struct reader *reader, const struct spot *spot, const json_t *network)
{
	check_no_twice(reader, MEMBER(spot, "subnets"), json_object_get(network, "subnets"), NULL);
	check_no_twice(
		reader, MEMBER(spot, "securityGroups"), json_object_get(network, "securityGroups"), NULL);
}

/* AWS has Fargate's two together, or Auto Scaling groups together. */
static void check_mix(struct reader *reader, const struct spot *spot, const json_t *strategy)
{
	const char *first = json_text_of(json_array_get(strategy, 0), "capacityProvider", "");

	for (size_t i = 1; i < json_array_size(strategy); i++) {
		const char *one = json_text_of(json_array_get(strategy, i), "capacityProvider", "");

		if (text_starts(first, "FARGATE") == text_starts(one, "FARGATE"))
			continue;
		fault_at(reader, MEMBER(ELEMENT(spot, i), "capacityProvider"), AT_VALUE,
			arena_printf(reader->arena,
				"%s beside %s: Fargate and other providers do not go together",
				quoted(reader, one), quoted(reader, first)),
			"write \"FARGATE\" and \"FARGATE_SPOT\" alone");
		return;
	}
}

void check_strategy(struct reader *reader, const struct spot *spot, const json_t *strategy)
{
	size_t count = json_array_size(strategy), bases = 0, weights = 0;

	check_no_twice(reader, spot, strategy, "capacityProvider");
	check_mix(reader, spot, strategy);
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(strategy, i);

		weights += json_integer_of(item, "weight", 0) != 0;
		if (json_integer_of(item, "base", 0) > 0 && bases++)
			fault_at(reader, MEMBER(ELEMENT(spot, i), "base"), AT_KEY, "more than one \"base\"",
				"give a base to one provider alone");
	}
	if (count > 1 && !weights)
		fault_at(reader, spot, AT_KEY,
			arena_printf(reader->arena, "no provider in \"%s\" has a weight", spot->key),
			"write \"weight\": 1 with one of them at least");
}

static const char *pair_remedy(struct reader *reader, int cpu)
{
	if (!fargate_has_cpu(cpu))
		return arena_printf(reader->arena, "write a cpu of %s", fargate_cpus(reader->arena));
	return arena_printf(
		reader->arena, "with cpu %d write a memory of %s", cpu, fargate_memories(reader->arena, cpu));
}

bool check_pair(struct reader *reader, const struct spot *spot, int cpu, int memory, bool memory_written)
{
	if (!cpu || !memory || fargate_has_pair(cpu, memory))
		return true;
	/* The cpu is wrong by itself, or the memory does not go with it. */
	fault_at(reader, MEMBER(spot, !fargate_has_cpu(cpu) || !memory_written ? "cpu" : "memory"), AT_VALUE,
		arena_printf(reader->arena, "Fargate has no tasks of cpu %d with memory %d", cpu, memory),
		pair_remedy(reader, cpu));
	return false;
}

static int told_size(
	struct reader *reader, const struct spot *spot, const json_t *value, int size, const char *remedy)
{
	if (!size && (json_is_string(value) || json_is_integer(value)))
		fault_at(reader, spot, AT_VALUE,
			arena_printf(
				reader->arena, "\"%s\" cannot be %s", spot->key, quoted_json(reader, value)),
			remedy);
	return size;
}

int check_cpu(struct reader *reader, const struct spot *spot, const json_t *value)
{
	return told_size(
		reader, spot, value, fargate_cpu(value), "write CPU units: \"256\", 256 or \"0.25 vCPU\"");
}

int check_memory(struct reader *reader, const struct spot *spot, const json_t *value)
{
	return told_size(reader, spot, value, fargate_memory(value), "write MiB: \"512\", 512 or \"0.5 GB\"");
}
