#include "troubles.h"

#include <ctype.h>
#include <search.h>
#include <string.h>

#include "common/arena.h"
#include "common/last_words.h"
#include "common/text.h"

enum { TELL_AGAIN = 3600 };

/* One sentence of a trouble, without what differs each time, and when it was last told. */
struct telling {
	char *sentence;
	time_t told;
	struct telling *next;
};

static void drop(struct trouble *trouble)
{
	while (trouble->tellings) {
		struct telling *next = trouble->tellings->next;

		free(trouble->tellings->sentence);
		free(trouble->tellings);
		trouble->tellings = next;
	}
	free(trouble->key);
	free(trouble->over);
	free(trouble->text);
	free(trouble->app);
	free(trouble->batch);
	free(trouble->kind);
	free(trouble->resource);
	free(trouble);
}

/* A trouble begins with its key. */
static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct trouble *troubles_find(const struct troubles *troubles, const char *key)
{
	struct trouble *const *found = tfind(&key, &troubles->by_key, compare_keys);

	return found ? *found : NULL;
}

static char *copy_or_empty(const char *text)
{
	return must_copy(text ? text : "");
}

static struct trouble *add(struct troubles *troubles, const char *key, const struct trouble_about *about)
{
	struct trouble *fresh = must_alloc(sizeof *fresh);

	fresh->key = must_copy(key);
	fresh->app = copy_or_empty(about ? about->app : NULL);
	fresh->batch = copy_or_empty(about ? about->batch : NULL);
	fresh->kind = copy_or_empty(about ? about->kind : NULL);
	fresh->resource = copy_or_empty(about ? about->resource : NULL);
	if (!tsearch(fresh, &troubles->by_key, compare_keys))
		say_and_abort("out of memory");
	fresh->before = troubles->last;
	*(troubles->last ? &troubles->last->next : &troubles->first) = fresh;
	return troubles->last = fresh;
}

static void set(char **member, const char *value)
{
	char *copy = must_copy(value);

	free(*member);
	*member = copy;
}

/* Behind ", 3 tries", or NULL where the text does not begin so. */
static const char *behind_tries(const char *text)
{
	size_t digits = text_starts(text, ", ") ? strspn(text + 2, "0123456789") : 0;

	return digits && text_starts(text + 2 + digits, " tries") ? text + 2 + digits + strlen(" tries")
								  : NULL;
}

/* Request ids, how often it was tried, and numbers (milliseconds, ports) make no new sentence. */
static char *sentence_of(const char *text)
{
	struct text sentence = { 0 };

	while (*text) {
		const char *id = text_starts(text, "request id ") ? strpbrk(text, ",)") : NULL;
		const char *tries = behind_tries(text);

		if (id || tries)
			text = id ? id : tries;
		else if (isdigit((unsigned char)*text))
			text++;
		else
			text_add_char(&sentence, *text++);
	}
	text_add(&sentence, "");
	return sentence.data ? sentence.data : must_copy("");
}

static struct telling *telling_of(struct trouble *trouble)
{
	char *sentence = sentence_of(trouble->text);
	struct telling *fresh;

	for (struct telling *one = trouble->tellings; one; one = one->next)
		if (strcmp(one->sentence, sentence) == 0) {
			free(sentence);
			return one;
		}
	fresh = must_alloc(sizeof *fresh);
	*fresh = (struct telling){ sentence, 0, trouble->tellings };
	return trouble->tellings = fresh;
}

bool trouble_is_due(struct trouble *trouble, time_t now)
{
	struct telling *telling = telling_of(trouble);

	if (telling->told && telling->told + TELL_AGAIN > now)
		return false;
	telling->told = now;
	return true;
}

struct trouble *troubles_note(struct troubles *troubles, const char *key, enum message message,
	const char *over, const char *text, const struct trouble_about *about, time_t now, bool *tell)
{
	struct trouble *trouble = troubles_find(troubles, key);

	if (!trouble)
		trouble = add(troubles, key, about);
	trouble->message = message;
	trouble->seen = true;
	set(&trouble->over, over);
	set(&trouble->text, text);
	*tell = trouble_is_due(trouble, now);
	return trouble;
}

/* Takes it out of the list and out of the tree. */
static void take_out(struct troubles *troubles, struct trouble *trouble)
{
	*(trouble->before ? &trouble->before->next : &troubles->first) = trouble->next;
	*(trouble->next ? &trouble->next->before : &troubles->last) = trouble->before;
	tdelete(trouble, &troubles->by_key, compare_keys);
}

void troubles_free(struct troubles *troubles)
{
	while (troubles->first) {
		struct trouble *trouble = troubles->first;

		take_out(troubles, trouble);
		drop(trouble);
	}
}

static void end(
	struct troubles *troubles, struct trouble *trouble, void (*over)(const struct trouble *trouble))
{
	over(trouble);
	take_out(troubles, trouble);
	drop(trouble);
}

void troubles_end(struct troubles *troubles, void (*over)(const struct trouble *trouble))
{
	struct trouble *next;

	for (struct trouble *trouble = troubles->first; trouble; trouble = next) {
		next = trouble->next;
		if (!trouble->seen && !trouble->standing)
			end(troubles, trouble, over);
		else
			trouble->seen = false;
	}
}

void troubles_drop(struct troubles *troubles, const char *key, void (*over)(const struct trouble *trouble))
{
	struct trouble *trouble = troubles_find(troubles, key);

	if (trouble)
		end(troubles, trouble, over);
}
