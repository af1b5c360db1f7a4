#include <string.h>

#include "daemon/show.h"
#include "report.h"
#include "troubles.h"

/* So much of it fits on a screen, and with READY=1 into one notification. */
enum { NAMES_SHOWN = 5, LINE_LIMIT = 1500 };

static bool same_owner(const struct trouble *a, const struct trouble *b)
{
	return strcmp(a->app, b->app) == 0 && strcmp(a->batch, b->batch) == 0;
}

/* Whose name counts here: what only may not be written does not fail. */
static bool counts(const struct trouble *trouble, bool failing)
{
	return *trouble->app && failing == (trouble->message != MESSAGE_DIFFERS);
}

/* Whether an earlier trouble is about the same app or batch. */
static bool is_named(const struct trouble *first, const struct trouble *trouble, bool failing)
{
	for (const struct trouble *one = first; one != trouble; one = one->next)
		if (counts(one, failing) && same_owner(one, trouble))
			return true;
	return false;
}

/* "app/no7, app/no9", and how many they are. */
static size_t list_names(const struct troubles *troubles, bool failing, struct text *names)
{
	size_t count = 0;

	for (const struct trouble *one = troubles->first; one; one = one->next) {
		if (!counts(one, failing) || is_named(troubles->first, one, failing))
			continue;
		if (++count <= NAMES_SHOWN)
			text_printf(names, "%s%s%s%s", count > 1 ? ", " : "", one->app,
				*one->batch ? "/" : "", one->batch);
	}
	if (count > NAMES_SHOWN)
		text_add(names, ", …");
	return count;
}

/* "; 2 failing: app/no7, app/no9; 11 changes not written (readOnly): app": changes are counted as status
 * does. */
static void add_names(const struct troubles *troubles, const struct pass *pass, struct text *out)
{
	CLEANUP_TEXT struct text failing = { 0 }, unwritten = { 0 };
	size_t count = list_names(troubles, true, &failing), open = pass_summary(pass).open;

	if (count)
		text_printf(out, "; %zu failing: %s", count, text_string(&failing));
	if (list_names(troubles, false, &unwritten) && open)
		text_printf(out, "; %zu change%s not written (readOnly): %s", open, open == 1 ? "" : "s",
			text_string(&unwritten));
}

/* Whole sentences: all that wait for an approval, then the first of the rest. */
static void add_sentences(const struct troubles *troubles, struct text *out)
{
	const struct trouble *first = NULL;

	for (const struct trouble *one = troubles->first; one; one = one->next) {
		if (one->message == MESSAGE_HELD)
			text_printf(out, "; %s", one->text);
		else if (!first && strcmp(one->key, TROUBLE_DEFINITIONS) != 0)
			first = one;
	}
	if (first)
		text_printf(out, "; %s", first->text);
}

/* Whether anything is wrong with what AWS has; that the files are not in force is another matter. */
static bool is_wrong(const struct troubles *troubles)
{
	for (const struct trouble *one = troubles->first; one; one = one->next)
		if (strcmp(one->key, TROUBLE_DEFINITIONS) != 0)
			return true;
	return false;
}

void report_status(const struct report *report, const struct pass *pass, struct text *out)
{
	const struct troubles *troubles = report_troubles(report);
	const struct trouble *files = troubles_find(troubles, TROUBLE_DEFINITIONS);
	char when[ISO8601_SIZE];

	text_iso8601(when, (time_t)pass->ended);
	if (files)
		text_printf(out, "degraded: %s; AWS ", files->text);
	text_printf(out, "%s: %s, as of %s", is_wrong(troubles) ? "degraded" : "in sync",
		show_size(pass->arena, pass->definitions.app_count, pass->definitions.batch_count), when);
	add_names(troubles, pass, out);
	add_sentences(troubles, out);
	text_tidy(out, LINE_LIMIT);
}
