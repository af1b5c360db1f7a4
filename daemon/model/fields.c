#include "fields.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "common/digest.h"
#include "common/json.h"
#include "common/shared.h"
#include "common/text.h"

/* Where the walk stands: the path as people read it, and the pattern that rules are found by. */
struct walk {
	struct arena *arena; /* for what stays */
	struct arena *scratch; /* as long as the walk */
	const struct field_rule *rules;
	size_t rule_count;
	struct text path, pattern;
	struct fields fields;
	size_t capacity;
	bool own; /* member names are the user's own: no rule, no change of case */
	bool known; /* what is below counts without a rule of its own */
	bool later; /* the first way of making the list saw what is below otherwise */
	bool pair; /* the value beside a name: it says something even where it is empty */
};

static void walk_value(struct walk *walk, const json_t *value, const json_t *around);

static const struct field_rule *rule_of(const struct walk *walk)
{
	const char *pattern = text_string(&walk->pattern);

	for (size_t i = 0; i < walk->rule_count; i++)
		if (strcmp(walk->rules[i].path, pattern) == 0)
			return &walk->rules[i];
	return NULL;
}

static void cut(struct text *text, size_t length)
{
	text->length = length;
	if (text->data)
		text->data[length] = '\0';
}

static char *scalar_text(struct arena *arena, const json_t *value)
{
	if (json_is_string(value))
		return arena_copy_n(arena, json_string_value(value), json_string_length(value));
	return json_canonical(arena, value);
}

/* `value` need not live longer than the call: what many say alike, under paths that all have, is kept once.
 */
static struct member *emit(struct walk *walk, const char *value)
{
	const struct field_rule *rule = rule_of(walk);
	struct fields *fields = &walk->fields;
	struct shared_text *path = share_text(walk->arena, text_string(&walk->path));

	if (!path->last || strcmp(path->last, value) != 0)
		path->last = arena_copy(walk->arena, value);

	if (fields->count == walk->capacity) {
		walk->capacity = walk->capacity * 2 + 16;
		fields->items = must_realloc(fields->items, walk->capacity * sizeof *fields->items);
	}
	fields->items[fields->count] = (struct member){
		.path = path->text,
		.value = path->last,
		.known = walk->known || (rule && !rule->declared),
		.later = walk->later,
	};
	return &fields->items[fields->count++];
}

/* Goes one member down and comes back. */
static void walk_member(struct walk *walk, const char *name, const json_t *value, const json_t *around)
{
	size_t path = walk->path.length, pattern = walk->pattern.length;

	if (path)
		text_add_char(&walk->path, '.');
	if (pattern)
		text_add_char(&walk->pattern, '.');
	text_add(&walk->path, name);
	text_add(&walk->pattern, walk->own ? "*" : name);
	if (!walk->own) {
		walk->path.data[path ? path + 1 : 0] = (char)tolower((unsigned char)name[0]);
		walk->pattern.data[pattern ? pattern + 1 : 0] = (char)tolower((unsigned char)name[0]);
	}
	walk_value(walk, value, around);
	cut(&walk->path, path);
	cut(&walk->pattern, pattern);
}

static void walk_object(struct walk *walk, const json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)object, name, value)
		walk_member(walk, name, value, object);
}

/* The user's own member names, or a whole document of ours: everything below counts. */
static void walk_known(struct walk *walk, const json_t *value, bool own)
{
	bool was_own = walk->own, was_known = walk->known;

	walk->own = own || was_own;
	walk->known = true;
	walk_value(walk, value, NULL);
	walk->own = was_own;
	walk->known = was_known;
}

/* A member of either case: EventBridge spells Name what ECS spells name. */
static const json_t *member_of(const json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);
	size_t length = strlen(name);
	char upper[64];

	if (value || length >= sizeof upper)
		return value;
	memcpy(upper, name, length + 1);
	upper[0] = (char)toupper((unsigned char)upper[0]);
	return json_object_get(object, upper);
}

/* The value of one key member; of one that is absent its default, so that both ways to say it are one key. */
static void add_key_text(struct walk *walk, const json_t *element, const char *key, size_t length)
{
	char *name = arena_copy_n(walk->scratch, key, length);
	const json_t *value = member_of(element, name);
	size_t pattern = walk->pattern.length;
	const struct field_rule *rule;

	text_printf(&walk->pattern, ".%s", name);
	rule = rule_of(walk);
	cut(&walk->pattern, pattern);
	text_add(&walk->path, value                  ? scalar_text(walk->scratch, value)
			      : rule && rule->absent ? rule->absent
						     : "");
}

/* "[batch]", or "[80/tcp]" for a key of two members. */
static void add_key(struct walk *walk, const json_t *element, const char *key)
{
	const char *second = strchr(key, '+');

	text_add_char(&walk->path, '[');
	if (second) {
		add_key_text(walk, element, key, (size_t)(second - key));
		text_add_char(&walk->path, '/');
		add_key_text(walk, element, second + 1, strlen(second + 1));
	} else {
		add_key_text(walk, element, key, strlen(key));
	}
	text_add_char(&walk->path, ']');
}

/* A name without a value has an empty one. */
static void walk_pair(struct walk *walk, const json_t *element, const struct field_rule *rule)
{
	const json_t *value = member_of(element, rule->value);
	bool known = walk->known, pair = walk->pair;

	walk->known = known || !rule->declared;
	walk->pair = true;
	if (value && !json_is_null(value))
		walk_value(walk, value, element);
	else
		emit(walk, "")->later = true;
	walk->known = known;
	walk->pair = pair;
}

/* What an element holds beside its name and value; no rule knows it. */
static void walk_rest(struct walk *walk, const json_t *element, const struct field_rule *rule)
{
	const json_t *key = member_of(element, rule->key), *known = member_of(element, rule->value);
	const char *name;
	json_t *value;
	bool later = walk->later;

	walk->later = true;
	json_object_foreach ((json_t *)(uintptr_t)element, name, value)
		if (value != key && value != known)
			walk_member(walk, name, value, element);
	walk->later = later;
}

static void walk_keyed(struct walk *walk, const json_t *array, const struct field_rule *rule)
{
	size_t path = walk->path.length, pattern = walk->pattern.length, i;
	json_t *element;

	text_add(&walk->pattern, "[]");
	json_array_foreach (array, i, element) {
		add_key(walk, element, rule->key);
		if (rule->form == FIELD_PAIRS) {
			walk_pair(walk, element, rule);
			walk_rest(walk, element, rule);
		} else {
			walk_value(walk, element, NULL);
		}
		cut(&walk->path, path);
	}
	cut(&walk->pattern, pattern);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has_rule(struct walk *walk, const char *member)
{
	size_t pattern = walk->pattern.length;
	bool has;

	text_printf(&walk->pattern, "[].%s", member);
	has = rule_of(walk) != NULL;
	cut(&walk->pattern, pattern);
	return has;
}

/* "list[<element>].member" for each member that no rule knows: a difference only where it is asked for. */
static void emit_unknown(struct walk *walk, const json_t *unknown, const char *element)
{
	size_t path = walk->path.length, pattern = walk->pattern.length;
	bool later = walk->later;

	walk->later = true;
	text_printf(&walk->path, "[%s]", element);
	text_add(&walk->pattern, "[]");
	walk_object(walk, unknown);
	walk->later = later;
	cut(&walk->path, path);
	cut(&walk->pattern, pattern);
}

/*
 * One element of an array that is one value. Of an object only the members that rules know are in it, since
 * AWS adds members; where they know none, it is whatever it is.
 */
static char *element_text(struct walk *walk, const json_t *element)
{
	json_t *known = json_must(json_object()), *unknown = json_must(json_object()), *value;
	const char *name;
	char *text;

	json_object_foreach ((json_t *)(uintptr_t)element, name, value)
		json_put(has_rule(walk, name) ? known : unknown, name, json_incref(value));
	text = json_canonical(walk->scratch, json_object_size(known) ? known : element);
	if (json_object_size(known))
		emit_unknown(walk, unknown, text);
	json_decref(known);
	json_decref(unknown);
	return text;
}

static bool in_order(char *const *texts, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(texts[i - 1], texts[i]) > 0)
			return false;
	return true;
}

/* An array as one value: in its order, or sorted where the order does not count. The first way sorted all
 * objects. */
static void emit_array(struct walk *walk, const json_t *array, enum field_form form)
{
	size_t count = json_array_size(array);
	char **texts = arena_alloc(walk->scratch, count * sizeof *texts);
	CLEANUP_TEXT struct text all = { 0 };
	bool later;

	for (size_t i = 0; i < count; i++)
		texts[i] = element_text(walk, json_array_get(array, i));
	later = form == FIELD_LIST && !in_order(texts, count);
	if (form == FIELD_SET)
		qsort(texts, count, sizeof *texts, compare_texts);
	text_add_char(&all, '[');
	for (size_t i = 0; i < count; i++) {
		text_add(&all, i ? "," : "");
		text_add(&all, texts[i]);
	}
	text_add_char(&all, ']');
	emit(walk, text_string(&all))->later |= later;
}

static bool holds_objects(const json_t *array)
{
	return json_is_object(json_array_get(array, 0));
}

static void walk_indexed(struct walk *walk, const json_t *array)
{
	size_t path = walk->path.length, pattern = walk->pattern.length, i;
	json_t *element;

	text_add(&walk->pattern, "[]");
	json_array_foreach (array, i, element) {
		text_printf(&walk->path, "[%zu]", i);
		walk_value(walk, element, NULL);
		cut(&walk->path, path);
	}
	cut(&walk->pattern, pattern);
}

/* In a document of the user's own, a list of names and values, or of things with a name, is known by the
 * names. */
static struct field_rule guess(const json_t *array)
{
	const json_t *first = json_array_get(array, 0);
	struct field_rule rule = { .form = FIELD_VALUE, .key = "name", .value = "value" };

	if (json_object_get(first, "name"))
		rule.form = json_object_size(first) == 2 && json_object_get(first, "value") ? FIELD_PAIRS
											    : FIELD_KEYED;
	return rule;
}

static void walk_array(struct walk *walk, const json_t *array, const struct field_rule *rule)
{
	struct field_rule guessed = guess(array);

	if (!json_array_size(array))
		return;
	if (rule && (rule->form == FIELD_KEYED || rule->form == FIELD_PAIRS))
		walk_keyed(walk, array, rule);
	else if (rule && (rule->form == FIELD_SET || rule->form == FIELD_LIST))
		emit_array(walk, array, rule->form);
	else if (walk->own && guessed.form != FIELD_VALUE)
		walk_keyed(walk, array, &guessed);
	else if (holds_objects(array))
		walk_indexed(walk, array);
	else
		emit_array(walk, array, FIELD_VALUE);
}

/* "0.25 vCPU" is 256 units, "1 GB" is 1024 MiB; anything else stays as it is. */
static const char *units(struct arena *arena, const char *text, enum field_form form)
{
	char *end;
	double number = strtod(text, &end);

	while (*end == ' ')
		end++;
	if (end == text || !*end || strcasecmp(end, form == FIELD_CPU ? "vcpu" : "gb") != 0)
		return text;
	return arena_printf(arena, "%.0f", number * 1024);
}

static bool is_default(
	struct walk *walk, const struct field_rule *rule, const char *value, const json_t *around)
{
	const json_t *same;

	if (!rule)
		return false;
	same = rule->same_as && around ? member_of(around, rule->same_as) : NULL;
	if (same && strcmp(scalar_text(walk->scratch, same), value) == 0)
		return true;
	if (!rule->absent || (rule->beside && !(around && member_of(around, rule->beside))))
		return false;
	return strcmp(rule->absent, value) == 0;
}

static void walk_scalar(
	struct walk *walk, const json_t *scalar, const struct field_rule *rule, const json_t *around)
{
	const char *value = scalar_text(walk->scratch, scalar);

	if (rule && (rule->form == FIELD_CPU || rule->form == FIELD_MEMORY))
		value = units(walk->scratch, value, rule->form);
	/* AWS drops and adds empty texts; in a document of the
	 * user's own, and beside a name, they say something. */
	if ((*value || walk->own || walk->pair) && !is_default(walk, rule, value, around))
		emit(walk, value)->later |= !*value && !walk->own;
}

/* A string that holds JSON: its content where it can be read, else the string itself. */
static void walk_text(struct walk *walk, const json_t *string)
{
	json_t *content = json_loads(json_string_value(string), 0, NULL);

	if (content)
		walk_known(walk, content, true);
	else if (json_string_length(string))
		emit(walk, scalar_text(walk->scratch, string));
	json_decref(content);
}

static void walk_value(struct walk *walk, const json_t *value, const json_t *around)
{
	const struct field_rule *rule = rule_of(walk);

	if (!value || json_is_null(value) || (rule && rule->form == FIELD_IGNORED))
		return;
	if (json_is_object(value) && rule && rule->form == FIELD_MAP && !walk->own)
		walk_known(walk, value, true);
	else if (json_is_object(value))
		walk_object(walk, value);
	else if (json_is_array(value))
		walk_array(walk, value, rule);
	else if (json_is_string(value) && rule && rule->form == FIELD_JSON && !walk->own)
		walk_text(walk, value);
	else
		walk_scalar(walk, value, rule, around);
}

static int compare_members(const void *a, const void *b)
{
	const struct member *left = a, *right = b;
	int order = strcmp(left->path, right->path);

	return order ? order : text_compare(left->value, right->value);
}

static void fields_sort(struct fields *fields)
{
	if (fields->count)
		qsort(fields->items, fields->count, sizeof *fields->items, compare_members);
}

/* While it grows the list is on the heap; it is kept in the arena at its own size. */
struct fields fields_of(
	struct arena *arena, const struct field_rule *rules, size_t rule_count, const json_t *body)
{
	CLEANUP_ARENA struct arena *scratch = arena_new();
	struct walk walk = { .arena = arena, .scratch = scratch, .rules = rules, .rule_count = rule_count };
	struct member *grown;

	walk_value(&walk, body, NULL);
	text_free(&walk.path);
	text_free(&walk.pattern);
	grown = walk.fields.items;
	walk.fields.items = arena_alloc(arena, walk.fields.count * sizeof *grown);
	if (walk.fields.count)
		memcpy(walk.fields.items, grown, walk.fields.count * sizeof *grown);
	free(grown);
	fields_sort(&walk.fields);
	return walk.fields;
}

struct fields fields_joined(struct arena *arena, const struct fields *a, const struct fields *b)
{
	struct fields both = { .count = a->count + b->count };

	both.items = arena_alloc(arena, both.count * sizeof *both.items);
	if (a->count)
		memcpy(both.items, a->items, a->count * sizeof *a->items);
	if (b->count)
		memcpy(both.items + a->count, b->items, b->count * sizeof *b->items);
	fields_sort(&both);
	return both;
}

void fields_add_removed(struct arena *arena, struct fields *fields, const char *path)
{
	struct member wish = { .path = arena_copy(arena, path) };
	struct fields one = { .items = &wish, .count = 1 };

	*fields = fields_joined(arena, fields, &one);
}

/* Where nothing is there yet to write to, it is only counted. */
static void differ(struct differences *all, const char *path, const char *before, const char *after)
{
	if (all->items)
		all->items[all->count] = (struct difference){ path, before, after };
	all->count++;
}

/* Whether `path` is `above` itself or something below it. */
static bool is_below(const char *path, const char *above)
{
	size_t length = above ? strlen(above) : 0;

	return above && strncmp(path, above, length) == 0 && strchr(".[", path[length]);
}

static void walk_both(struct differences *all, const struct fields *want, const struct fields *have)
{
	const char *removed = NULL;
	size_t w = 0, h = 0;

	while (w < want->count || h < have->count) {
		const struct member *a = w < want->count ? &want->items[w] : NULL;
		const struct member *b = h < have->count ? &have->items[h] : NULL;
		int order = !a ? 1 : !b ? -1 : strcmp(a->path, b->path);

		if (a && order <= 0 && !a->value)
			removed = a->path;
		if (a && order < 0 && a->value)
			differ(all, a->path, NULL, a->value);
		else if (b && order > 0 && (b->known || is_below(b->path, removed)))
			differ(all, b->path, b->value, NULL);
		else if (a && b && order == 0 && text_compare(a->value, b->value) != 0)
			differ(all, a->path, b->value, a->value);
		w += order <= 0;
		h += order >= 0;
	}
}

struct differences fields_compare(struct arena *arena, const struct fields *want, const struct fields *have)
{
	struct differences all = { 0 };

	walk_both(&all, want, have);
	if (!all.count)
		return all;
	all.items = arena_alloc(arena, all.count * sizeof *all.items);
	all.count = 0;
	walk_both(&all, want, have);
	return all;
}

char *fields_digest(struct arena *arena, const struct fields *fields, bool known_only)
{
	CLEANUP_TEXT struct text all = { 0 };
	char hex[DIGEST_HEX_SIZE];
	bool later = false;

	/* Values may hold any character but NUL, so NUL ends each. */
	for (size_t i = 0; i < fields->count; i++) {
		const struct member *member = &fields->items[i];

		if (!member->value || (known_only && !member->known))
			continue;
		text_add_n(&all, member->path, strlen(member->path) + 1);
		text_add_n(&all, member->value, strlen(member->value) + 1);
		later = later || member->later;
	}
	digest_text(text_string(&all), all.length, hex);
	return arena_printf(arena, "v%d-%.40s", later ? 2 : 1, hex);
}

bool fields_same_version(const char *digest, const char *other)
{
	size_t length = digest ? strcspn(digest, "-") + 1 : 0;

	return digest && other && strncmp(digest, other, length) == 0;
}

const char *fields_value(const struct fields *fields, const char *path)
{
	size_t low = 0, high = fields->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(fields->items[middle].path, path);

		if (order == 0)
			return fields->items[middle].value;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
