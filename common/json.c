#include "json.h"

#include <string.h>

#include "text.h"

#define COMMA_MISSING  "a comma is missing"
#define COMMA_TOO_MANY "a comma with nothing behind it"
#define SAVE_AS_UTF_8  "save it as UTF-8 without a byte order mark"

/* Where a byte stands. */
static struct json_place place_at(const char *text, size_t position)
{
	struct json_place place = { 1, 1 };

	for (size_t i = 0; i < position; i++) {
		if (text[i] == '\n')
			place = (struct json_place){ place.line + 1, 1 };
		else
			place.column += ((unsigned char)text[i] & 0xC0) != 0x80;
	}
	return place;
}

static json_t *refuse(
	struct json_place *where, struct json_place place, struct error *error, const char *reason)
{
	*where = place;
	error_set(error, ERROR_INPUT, "%s", reason);
	return NULL;
}

/* Brackets outside of strings; told before any recursion goes that deep. */
static bool too_deep(const char *text, size_t length, unsigned depth, struct json_place *where)
{
	bool quoted = false;
	unsigned level = 0;

	for (size_t i = 0; i < length; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == '{' || text[i] == '['))
			level++;
		else if (!quoted && (text[i] == '}' || text[i] == ']'))
			level -= level > 0;
		if (level > depth) {
			*where = place_at(text, i);
			return true;
		}
	}
	return false;
}

/* What goes wrong: as Jansson says it where it is Jansson's
 * to say, as we tell it, and what to write instead. */
static const struct {
	const char *said, *told, *remedy;
} reasons[] = {
	{ NULL, "the file begins with a byte order mark", SAVE_AS_UTF_8 },
	{ NULL, "the file is UTF-16", SAVE_AS_UTF_8 },
	{ NULL, "the file holds a NUL byte", SAVE_AS_UTF_8 },
	{ NULL, "the file is empty", "write one object, {} at least" },
	{ NULL, "nested deeper", "write it flatter" },
	{ NULL, "the key ", "keep one of the two" },
	{ NULL, COMMA_MISSING, "write , here, between this one and the next" },
	{ NULL, COMMA_TOO_MANY, "leave it out: a comma stands between two, not behind the last" },
	{ "unable to decode byte", "a byte that is not UTF-8", SAVE_AS_UTF_8 },
	{ "end of file expected", "more text after the end of the JSON", "write one object { } in a file" },
	{ "premature end of input", "the file ends in the middle",
		"add what is missing: a quote, a } or a ]" },
	{ "\\u0000 is not allowed", "the character \\u0000", "leave it out" },
	{ "invalid Unicode '", "half of a character that \\u writes in two", "write the character itself" },
	{ "control character", "a control character inside quotes",
		"write \\n for a new line, \\t for a tab" },
	{ "'[' or '{' expected", "the file does not begin with {", "write one object { } in a file" },
	{ "too big", "a number of too many digits", "write one of at most 18 digits" },
	{ "real number overflow", "a number of too many digits", "write one of at most 18 digits" },
};

const char *json_remedy(const struct error *error)
{
	for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++)
		if (text_starts(error->text, reasons[i].told))
			return reasons[i].remedy;
	return "mind the quotes, commas and brackets: no comments, no comma after the last member";
}

/* Jansson stops behind what it stumbled over; where it
 * says what that was, its beginning is the better place. */
static size_t stumbled_at(const char *text, size_t length, const json_error_t *fault)
{
	size_t position = fault->position > 0 ? (size_t)fault->position : 0;
	const char *near = strstr(fault->text, " near '"), *end = strrchr(fault->text, '\'');
	size_t token = near && end > near + 7 ? (size_t)(end - near) - 7 : 0;

	if (position > length)
		position = length;
	if (token && token <= position && memcmp(text + position - token, near + 7, token) == 0)
		return position - token;
	while (position == length && length && strchr(" \t\r\n", text[length - 1]))
		position = --length;
	return position;
}

/* The byte behind the string that begins at `at`. */
static size_t behind_string(const char *text, size_t at, size_t end)
{
	for (at++; at < end && text[at] != '"'; at++)
		at += text[at] == '\\';
	return at + 1;
}

/* Levels of brackets that are looked through; nobody asks for a text as deep as this. */
enum { LEVELS_MOST = 64 };

/* Where the key at `second` stood before in the same object; `second` where it was written otherwise. */
static size_t first_of(const char *text, size_t second, size_t length)
{
	size_t seen[LEVELS_MOST] = { 0 }, level = 0;

	for (size_t i = 0; i < second && level < LEVELS_MOST; i++) {
		if (text[i] == '"') {
			size_t end = behind_string(text, i, second);

			if (!seen[level] && end - i == length &&
				memcmp(text + i, text + second, length) == 0 &&
				text[end + strspn(text + end, " \t\r\n")] == ':')
				seen[level] = i;
			i = end - 1;
		} else if (text[i] == '{' || text[i] == '[') {
			if (++level < LEVELS_MOST)
				seen[level] = 0;
		} else if (text[i] == '}' || text[i] == ']') {
			level -= level > 0;
		}
	}
	return level < LEVELS_MOST && seen[level] ? seen[level] : second;
}

/* How much of a key a message tells. */
static int told_length(const char *key, size_t length)
{
	enum { MOST = 200 };

	return (int)(length <= MOST ? length : text_whole(key, MOST));
}

/* The key that comes again ends where Jansson stopped. */
static json_t *refuse_twice(const char *text, size_t length, const json_error_t *fault,
	struct json_place *where, struct error *error)
{
	size_t end = (size_t)fault->position <= length ? (size_t)fault->position : length, begin = end - 1;
	struct json_place first;

	while (begin > 0 && (text[begin - 1] != '"' || (begin > 1 && text[begin - 2] == '\\')))
		begin--;
	begin -= begin > 0;
	*where = place_at(text, begin);
	first = place_at(text, first_of(text, begin, end - begin));
	error_set(error, ERROR_INPUT, "the key \"%.*s\" comes twice, the first time at line %u, column %u",
		told_length(text + begin + 1, end - begin - 2), text + begin + 1, first.line, first.column);
	return NULL;
}

/*
 * So much of the parser's sentence as may be shown to everybody: what it stumbled over may be a password, so
 * only punctuation is told; the place says the rest.
 */
static size_t without_value(const char *sentence)
{
	const char *near = strstr(sentence, " near '");

	return near && strlen(near + strlen(" near '")) > 2 ? (size_t)(near - sentence) : strlen(sentence);
}

/* The token that Jansson stumbled over, and the end of the one in front of it. */
struct stumble {
	size_t begin, before;
};

static size_t behind_token(const char *text, size_t at, size_t length)
{
	size_t end = at + strcspn(text + at, "{}[],:\" \t\r\n");

	if (text[at] == '"')
		end = behind_string(text, at, length);
	return end > at ? end : at + 1;
}

static struct stumble stumble_before(const char *text, size_t length, size_t position)
{
	struct stumble stumble = { 0 };
	size_t end = 0;

	for (size_t at = 0; end < position; end = behind_token(text, at, length)) {
		at = end + strspn(text + end, " \t\r\n");
		if (at >= position)
			break;
		stumble = (struct stumble){ at, end };
	}
	return stumble;
}

/* Where Jansson wants the end of an object or list: what stands there begins the next member or element. */
static bool comma_fault(const char *text, size_t length, const json_error_t *fault, struct json_place *where,
	struct error *error)
{
	size_t position = fault->position > 0 ? (size_t)fault->position : 0;
	struct stumble stumble = stumble_before(text, length, position <= length ? position : length);
	bool closes = text[stumble.begin] == '}' || text[stumble.begin] == ']';

	if (!stumble.before)
		return false;
	if (closes && text[stumble.before - 1] == ',') {
		*where = place_at(text, stumble.before - 1);
		return error_set(error, ERROR_INPUT, COMMA_TOO_MANY), true;
	}
	if (closes || strchr(",:", text[stumble.begin]) ||
		(!text_starts(fault->text, "'}' expected") && !text_starts(fault->text, "']' expected")))
		return false;
	*where = place_at(text, stumble.before);
	return error_set(error, ERROR_INPUT, COMMA_MISSING), true;
}

static json_t *refuse_fault(const char *text, size_t length, const json_error_t *fault,
	struct json_place *where, struct error *error)
{
	if (text_starts(fault->text, "duplicate object key") && fault->position > 0)
		return refuse_twice(text, length, fault, where, error);
	*where = place_at(text, stumbled_at(text, length, fault));
	if (strstr(fault->text, "near end of file"))
		return refuse(where, *where, error, "the file ends in the middle");
	for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++)
		if (reasons[i].said && text_starts(fault->text, reasons[i].said))
			return refuse(where, *where, error, reasons[i].told);
	if (comma_fault(text, length, fault, where, error))
		return NULL;
	error_set(error, ERROR_INPUT, "not JSON: %.*s", (int)without_value(fault->text), fault->text);
	return NULL;
}

/* Measured with Jansson 2.14 on 64 bits: what stands between two marks, with the place of each value. */
enum { COST_OBJECT = 256, COST_ARRAY = 144, COST_STRING = 100, COST_ELEMENT = 56 };

size_t json_cost(const char *text, size_t length)
{
	size_t cost = length;

	for (size_t i = 0; i < length; i++) {
		size_t end;

		switch (text[i]) {
		case '{':
			cost += COST_OBJECT;
			break;
		case '[':
			cost += COST_ARRAY;
			break;
		case ',':
			cost += COST_ELEMENT;
			break;
		case '"':
			end = behind_string(text, i, length);
			cost += COST_STRING + (end - i);
			i = end - 1;
			break;
		default:
			break;
		}
	}
	return cost;
}

json_t *json_read(const char *text, size_t length, unsigned depth, struct arena *arena,
	struct json_places **places, struct json_place *where, struct error *error)
{
	const struct json_place start = { 1, 1 };
	struct json_place deep;
	json_error_t fault;
	json_t *value;

	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		return refuse(where, start, error, "the file begins with a byte order mark");
	if (length >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0))
		return refuse(where, start, error, "the file is UTF-16");
	if (strspn(text, " \t\r\n") >= length)
		return refuse(where, start, error, "the file is empty");
	if (memchr(text, '\0', length))
		return refuse(where, place_at(text, strlen(text)), error, "the file holds a NUL byte");
	if (too_deep(text, length, depth, &deep)) {
		*where = deep;
		error_set(error, ERROR_INPUT, "nested deeper than %u levels", depth);
		return NULL;
	}
	value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault);
	if (!value)
		return refuse_fault(text, length, &fault, where, error);
	if (places)
		*places = json_places_of(text, length, arena);
	return value;
}

json_t *json_must(json_t *value)
{
	if (!value)
		abort();
	return value;
}

char *json_canonical(struct arena *arena, const json_t *value)
{
	char *dumped = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	char *text;

	if (!dumped)
		abort();
	text = arena_copy(arena, dumped);
	free(dumped);
	return text;
}

/* What was written as JSON, with what commands a terminal escaped; `lines`: over several of them. */
static char *tell(const json_t *value, bool lines)
{
	/* Fifteen digits read back as the number that was written, and 0.1 stays 0.1. */
	CLEANUP_FREE char *dumped = json_dumps(
		value, (lines ? JSON_INDENT(2) : JSON_COMPACT) | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY);
	struct text told = { 0 };
	const char *plain = dumped;

	if (!dumped)
		abort();
	for (const char *at = dumped; *at;) {
		uint32_t character = 0;
		size_t length = text_character(at, &character);

		/* What stands outside of strings is ASCII, and of controls only line ends. */
		if (text_is_control(character) && character != '\n') {
			text_add_n(&told, plain, (size_t)(at - plain));
			text_printf(&told, "\\u%04X", (unsigned)character);
			plain = at + length;
		}
		at += length;
	}
	text_add(&told, plain);
	return told.data;
}

const char *json_text_of(const json_t *object, const char *key, const char *otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value) ? json_string_value(value) : otherwise;
}

const char *json_text_at(const json_t *object, const char *path)
{
	const char *dot;

	while ((dot = strchr(path, '.')) != NULL) {
		object = json_object_getn(object, path, (size_t)(dot - path));
		path = dot + 1;
	}
	return json_text_of(object, path, NULL);
}

json_int_t json_integer_of(const json_t *object, const char *key, json_int_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool json_bool_of(const json_t *object, const char *key, bool otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

json_t *json_text(const char *text)
{
	CLEANUP_FREE char *mended = text ? text_mend(must_copy(text)) : NULL;

	return mended ? json_must(json_string(mended)) : json_null();
}

void json_put(json_t *object, const char *key, json_t *value)
{
	if (value && json_object_set_new(object, key, value) != 0)
		abort();
}

json_t *json_object_in(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_object(value)) {
		value = json_must(json_object());
		json_put(object, key, value);
	}
	return value;
}

void json_put_text(json_t *object, const char *key, const char *value)
{
	if (value)
		json_put(object, key, json_text(value));
}

void json_put_time(json_t *object, const char *key, time_t when)
{
	char text[ISO8601_SIZE];

	text_iso8601(text, when);
	json_put(object, key, when ? json_string(text) : json_null());
}

void json_add(json_t *array, json_t *value)
{
	if (value && json_array_append_new(array, value) != 0)
		abort();
}

char *json_told(const json_t *value)
{
	return tell(value, true);
}

char *json_told_line(const json_t *value)
{
	return tell(value, false);
}
