#include "command_words.h"

#include <stdbool.h>
#include <string.h>

#include "common/text.h"

#define LETTERS  "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define BLANKS   " \t\r\n"

/* What a shell does more with than to hand it on: outside of quotes, and between double ones. */
#define SHELL_SIGNS        "|&;<>()$`*?[]{}#~"
#define SHELL_SIGNS_QUOTED "$`"

/* So many words are told one by one. */
enum { WORDS_TOLD = 12 };

enum split { SPLIT_WORDS, SPLIT_NEEDS_SHELL, SPLIT_OPEN_QUOTE };

static bool is_program(const char *word)
{
	static const char *const known[] = { "bash", "bundle", "curl", "dotnet", "env", "java", "make",
		"node", "npm", "npx", "perl", "php", "pipenv", "poetry", "python", "python3", "rake", "ruby",
		"sh", "uv" };

	/* No digits and no capitals: a path, and hardly anything that a machine has drawn. */
	if (*word == '/' || text_starts(word, "./") || text_starts(word, "bin/"))
		return word[strspn(word, LETTERS "/._-")] == '\0';
	for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
		if (strcmp(word, known[i]) == 0)
			return true;
	return false;
}

static bool is_script(const char *word)
{
	static const char *const endings[] = { ".jar", ".js", ".mjs", ".php", ".pl", ".py", ".rb", ".sh",
		".ts" };

	if (word[strspn(word, LETTERS CAPITALS "0123456789/._-")] || *word == '-')
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(endings); i++)
		if (text_ends(word, endings[i]) && strlen(word) > strlen(endings[i]))
			return true;
	return false;
}

/* "-m" or "--dry-run": no value stands in it. */
static bool is_flag(const char *word)
{
	if (text_starts(word, "--"))
		return word[2 + strspn(word + 2, LETTERS "-")] == '\0';
	return word[0] == '-' && word[1] && strchr(LETTERS CAPITALS, word[1]) && !word[2];
}

static void tell_word(const char *word, size_t number, struct text *told)
{
	bool plain = (number == 1 && is_program(word)) || is_script(word) || is_flag(word);

	if (number <= WORDS_TOLD)
		text_printf(told, "%s\"%s\"", number > 1 ? ", " : "", plain ? word : "…");
	else if (number == WORDS_TOLD + 1)
		text_add(told, ", …");
}

/* One word from `*at` on, without its quotes; moves `*at` behind it. */
static enum split split_word(const char **at, struct text *word)
{
	char quote = '\0';

	for (; **at && (quote || !strchr(BLANKS, **at)); ++*at) {
		if (quote ? **at == quote : strchr("'\"", **at) != NULL)
			quote = quote ? '\0' : **at;
		else if (quote != '\'' && strchr(quote ? SHELL_SIGNS_QUOTED : SHELL_SIGNS, **at))
			return SPLIT_NEEDS_SHELL;
		else if (quote != '\'' && **at == '\\' && (*at)[1])
			text_add_char(word, *++*at);
		else
			text_add_char(word, **at);
	}
	return quote ? SPLIT_OPEN_QUOTE : SPLIT_WORDS;
}

/* Sets a variable for the program behind it, which only a shell does. */
static bool is_assignment(const char *word)
{
	size_t name = strspn(word, LETTERS CAPITALS "0123456789_");

	return name && word[name] == '=';
}

static enum split split_all(const char *command, struct text *told, size_t *count)
{
	CLEANUP_TEXT struct text word = { 0 };

	for (const char *at = command + strspn(command, BLANKS); *at; at += strspn(at, BLANKS)) {
		enum split split;

		text_clear(&word);
		split = split_word(&at, &word);
		if (split != SPLIT_WORDS)
			return split;
		if (++*count == 1 && is_assignment(text_string(&word)))
			return SPLIT_NEEDS_SHELL;
		tell_word(text_string(&word), *count, told);
	}
	return SPLIT_WORDS;
}

const char *command_remedy(struct arena *arena, const char *command)
{
	CLEANUP_TEXT struct text told = { 0 };
	size_t count = 0;

	switch (split_all(command, &told, &count)) {
	case SPLIT_NEEDS_SHELL:
		return "write [\"sh\", \"-c\", \"…\"] with this text for the …: only a shell understands it";
	case SPLIT_OPEN_QUOTE:
		return "write one text per word, and mind the quote that is not closed";
	default:
		break;
	}
	if (!count)
		return "write one text per word, for example [\"python\", \"job.py\"]";
	return arena_printf(arena, "write its %zu word%s as a list: [%s]%s", count, count == 1 ? "" : "s",
		text_string(&told),
		strstr(text_string(&told), "…") ? ", where … is a word that may be secret" : "");
}
