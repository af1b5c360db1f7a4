#include <string.h>

#include "pass/words.h"
#include "report.h"
#include "standings.h"
#include "troubles.h"

/* So much of it fits on a screen, and with READY=1 into one notification. */
enum { NAMES_SHOWN = 5, LINE_LIMIT = 1500 };

/* The states that stand in the line, in this order. */
static const enum batch_state told[] = { BATCH_FAILING, BATCH_CONFLICT, BATCH_BLOCKED, BATCH_HELD,
	BATCH_UNKNOWN };

struct names {
	size_t count;
	struct text text;
};

/* "app/no7, app/no9, …" */
static void add_name(struct names *names, const char *app, const char *batch)
{
	names->count++;
	if (names->count <= NAMES_SHOWN)
		text_printf(&names->text, "%s%s%s%s", names->count > 1 ? ", " : "", app, *batch ? "/" : "",
			batch);
	else if (names->count == NAMES_SHOWN + 1)
		text_add(&names->text, ", …");
}

/* Of a site of which nothing is known its own sentence tells. */
static bool is_known(const struct pass_site *site)
{
	return site && site->plan;
}

static void gather(const struct pass *pass, struct names names[BATCH_STATES])
{
	const struct standings all = standings_of(pass);

	for (size_t i = 0; i < pass->definitions.app_count; i++) {
		const struct app *app = &pass->definitions.apps[i];

		if (is_known(standings_site(pass, app)))
			add_name(&names[standings_of_app(&all, pass, app)], app->name, "");
	}
	for (size_t i = 0; i < all.count; i++)
		if (is_known(all.items[i].site))
			add_name(&names[all.items[i].state], all.items[i].app, all.items[i].batch);
}

/* "; 2 failing: app/no7, app/no9; 1 conflict: app/no3" */
static void add_states(const struct pass *pass, struct text *out)
{
	struct names names[BATCH_STATES] = { 0 };

	gather(pass, names);
	for (size_t i = 0; i < ARRAY_LENGTH(told); i++)
		if (names[told[i]].count)
			text_printf(out, "; %zu %s: %s", names[told[i]].count, batch_state_word(told[i]),
				text_string(&names[told[i]].text));
	for (size_t i = 0; i < BATCH_STATES; i++)
		text_free(&names[i].text);
}

/* "; 11 changes not written (readOnly): app": changes are counted as status does. */
static void add_unwritten(const struct troubles *troubles, const struct pass *pass, struct text *out)
{
	struct names names = { 0 };
	size_t open = pass_summary(pass).open;

	for (const struct trouble *one = troubles->first; one; one = one->next)
		if (one->message == MESSAGE_DIFFERS && *one->app)
			add_name(&names, one->app, one->batch);
	if (names.count && open)
		text_printf(out, "; %zu change%s not written (readOnly): %s", open, open == 1 ? "" : "s",
			text_string(&names.text));
	text_free(&names.text);
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
		words_size(pass->arena, pass->definitions.app_count, pass->definitions.batch_count), when);
	add_states(pass, out);
	add_unwritten(troubles, pass, out);
	add_sentences(troubles, out);
	text_tidy(out, LINE_LIMIT);
}
