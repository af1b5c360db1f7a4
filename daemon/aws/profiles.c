#include "profiles.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Where the reading of one file stands. */
struct reading {
	struct profiles *profiles;
	struct arena *arena;
	enum profiles_form form;
	const char *file;
	unsigned line;
	bool in_section, skipped; /* skipped: a section that is no profile, such as [services x] */
	size_t section; /* index of the profile, as the list may move */
	bool has_key;
	size_t indent; /* of the key before: what is deeper belongs to it */
};

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

/* A comment behind a value begins after a blank: a '#' inside a secret key is part of it. */
static void cut_comment(char *text)
{
	for (char *c = text; *c; c++)
		if ((*c == '#' || *c == ';') && c > text && (c[-1] == ' ' || c[-1] == '\t')) {
			*c = '\0';
			return;
		}
}

static size_t profile_at(struct profiles *profiles, struct arena *arena, const char *name)
{
	for (size_t i = 0; i < profiles->count; i++)
		if (!strcmp(profiles->list[i].name, name))
			return i;
	arena_grow(arena, &profiles->list, sizeof *profiles->list, profiles->count, &profiles->capacity);
	profiles->list[profiles->count] = (struct profile){ .name = arena_copy(arena, name) };
	return profiles->count++;
}

/* The profile's name in a section's title, NULL where the section is none. */
static char *profile_name(enum profiles_form form, char *title)
{
	char *name = title;
	size_t length;

	if (form == PROFILES_CONFIG && strcmp(title, "default") != 0) {
		if (strncmp(title, "profile", 7) != 0 || !isspace((unsigned char)title[7]))
			return NULL;
		name = trim(title + 7);
	}
	length = strlen(name);
	if (length > 1 && (*name == '"' || *name == '\'') && name[length - 1] == *name) {
		name[length - 1] = '\0';
		name++;
	}
	return name;
}

static bool read_section(struct reading *reading, char *line, struct error *error)
{
	char *end = strchr(line, ']'), *name;

	if (!end)
		return error_set(
			error, ERROR_INPUT, "%s:%u: a section without ]", reading->file, reading->line);
	*end = '\0';
	name = profile_name(reading->form, trim(line + 1));
	reading->in_section = true;
	reading->has_key = false;
	reading->skipped = !name;
	if (name)
		reading->section = profile_at(reading->profiles, reading->arena, name);
	return true;
}

static struct profile_entry *find(const struct profile *profile, const char *key)
{
	for (size_t i = 0; profile && i < profile->count; i++)
		if (!strcmp(profile->entries[i].key, key))
			return &profile->entries[i];
	return NULL;
}

static void set_entry(struct reading *reading, char *key, const char *value)
{
	struct profile *profile = &reading->profiles->list[reading->section];
	struct profile_entry *entry;

	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	entry = find(profile, key);
	if (!entry) {
		arena_grow(reading->arena, &profile->entries, sizeof *profile->entries, profile->count,
			&profile->capacity);
		entry = &profile->entries[profile->count++];
		entry->key = arena_copy(reading->arena, key);
	}
	entry->value = arena_copy(reading->arena, value);
	entry->file = reading->file;
}

static bool read_line(struct reading *reading, char *line, struct error *error)
{
	size_t indent = strspn(line, " \t");
	char *text, *equals;

	text = trim(line);
	if (!*text || *text == '#' || *text == ';')
		return true;
	if (*text == '[')
		return read_section(reading, text, error);
	if (!reading->in_section)
		return error_set(error, ERROR_INPUT, "%s:%u: a line before the first [section]",
			reading->file, reading->line);
	if (reading->has_key && indent > reading->indent)
		return true;
	equals = strchr(text, '=');
	if (!equals || equals == text)
		return error_set(error, ERROR_INPUT, "%s:%u: neither a [section] nor key = value",
			reading->file, reading->line);
	*equals = '\0';
	reading->has_key = true;
	reading->indent = indent;
	cut_comment(equals + 1);
	if (!reading->skipped)
		set_entry(reading, trim(text), trim(equals + 1));
	return true;
}

bool profiles_add(struct profiles *profiles, struct arena *arena, enum profiles_form form, const char *file,
	const char *text, struct error *error)
{
	struct reading reading = {
		.profiles = profiles, .arena = arena, .form = form, .file = arena_copy(arena, file)
	};
	char *copy = arena_copy(arena, text), *next;

	if (!strncmp(copy, "\xef\xbb\xbf", 3))
		copy += 3;
	for (char *line = copy; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		reading.line++;
		if (!read_line(&reading, line, error))
			return false;
	}
	return true;
}

const struct profile *profiles_find(const struct profiles *profiles, const char *name)
{
	for (size_t i = 0; i < profiles->count; i++)
		if (!strcmp(profiles->list[i].name, name))
			return &profiles->list[i];
	return NULL;
}

const char *profile_file(const struct profile *profile, const char *key)
{
	const struct profile_entry *entry = find(profile, key);

	return entry ? entry->file : NULL;
}

const char *profile_get(const struct profile *profile, const char *key)
{
	const struct profile_entry *entry = find(profile, key);

	return entry && *entry->value ? entry->value : NULL;
}
