#include <string.h>

#include "common/json.h"
#include "common/say.h"
#include "common/text.h"
#include "model/plan/batch_state.h"
#include "pass/words.h"
#include "report/faults.h"
#include "verb.h"
#include "written.h"

static const char *member(const json_t *object, const char *key)
{
	return json_text_of(object, key, "?");
}

/* "batch no1 (app batch)", "app batch", or what else the trouble is about. */
static void say_whose(const json_t *one)
{
	const char *app = json_text_of(one, "app", NULL), *batch = json_text_of(one, "batch", NULL);

	if (batch && *batch)
		say(stdout, "batch %s (app %s): ", batch, app ? app : "?");
	else if (app)
		say(stdout, "app %s: ", app);
	else if (json_text_of(one, "name", NULL))
		say(stdout, "%s: ", member(one, "name"));
}

static void say_place(const json_t *one)
{
	const char *file = json_text_of(one, "definitionFile", NULL);

	if (file)
		say(stdout, " (%s:%lld)", file, (long long)json_integer_of(one, "definitionLine", 0));
	say(stdout, "\n");
}

/* Each fault once: the one that stands behind "refused" already is left out. */
static void say_faults(const json_t *faults, const char *reason)
{
	const json_t *fault;
	size_t i;

	json_array_foreach (faults, i, fault) {
		const struct fault one = fault_of_json(fault);
		CLEANUP_TEXT struct text line = { 0 };

		fault_add_line(&line, &one);
		if (!reason || strcmp(text_string(&line), reason) != 0)
			say(stdout, "  %s\n", text_string(&line));
	}
}

static void say_definitions(struct arena *arena, const json_t *definitions)
{
	const char *state = member(definitions, "state"), *reason = json_text_of(definitions, "reason", NULL);

	say(stdout, "definitions: %s, %s, loaded %s\n", member(definitions, "directory"),
		words_size(arena, (size_t)json_integer_of(definitions, "apps", 0),
			(size_t)json_integer_of(definitions, "batches", 0)),
		member(definitions, "loaded"));
	if (reason)
		say(stdout, "! %s since %s: %s\n",
			strcmp(state, "last good") == 0 ? "running on the last good definitions"
							: "reload refused",
			member(definitions, "since"), reason);
	if (json_text_of(definitions, "notKept", NULL))
		say(stdout, "! %s\n", member(definitions, "notKept"));
	say_faults(json_object_get(definitions, "faults"), reason);
}

/* After an installation nothing is wrong, and nothing is there. */
static void say_next_step(const json_t *definitions)
{
	if (json_integer_of(definitions, "apps", 0) == 0 && strcmp(member(definitions, "state"), "good") == 0)
		say(stdout,
			"next: write a definition into %s (fargate-batch.d(5) has examples), then fargate-batchctl check, then systemctl reload fargate-batchd && fargate-batchctl wait\n",
			member(definitions, "directory"));
}

static void say_pass(const json_t *status)
{
	const json_t *pass = json_object_get(status, "lastPass");

	if (!json_is_object(pass)) {
		say(stdout, "last pass: none has ended yet\n");
		return;
	}
	say(stdout,
		"last pass: number %lld, ended %s after %.1f s: %lld done, %lld failed, %lld skipped, %lld held; next %s\n",
		(long long)json_integer_of(pass, "number", 0), member(pass, "ended"),
		json_number_value(json_object_get(pass, "seconds")),
		(long long)json_integer_of(pass, "done", 0), (long long)json_integer_of(pass, "failed", 0),
		(long long)json_integer_of(pass, "skipped", 0), (long long)json_integer_of(pass, "held", 0),
		member(status, "nextPass"));
}

/* "batches: 39 in sync, 1 disabled, 1 failing (no7)": names only of those that somebody may look for. */
static void say_batches(const json_t *batches)
{
	bool first = true;

	for (size_t s = 0; s < BATCH_STATES; s++) {
		CLEANUP_TEXT struct text names = { 0 };
		const char *word = batch_state_word((enum batch_state)s);
		size_t count = 0, i;
		const json_t *one;

		json_array_foreach (batches, i, one)
			if (strcmp(member(one, "state"), word) == 0 && ++count <= 10)
				text_printf(&names, "%s%s", names.length ? ", " : "", member(one, "batch"));
		if (!count)
			continue;
		say(stdout, "%s%zu %s", first ? "batches: " : ", ", count, word);
		first = false;
		if (s != BATCH_IN_SYNC && s != BATCH_DISABLED)
			say(stdout, " (%s%s)", names.data, count > 10 ? ", …" : "");
	}
	say(stdout, "%s\n", first ? "batches: none" : "");
}

static void say_troubles(const json_t *list, const char *what)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		say(stdout, "! %s: ", what);
		say_whose(one);
		say(stdout, "%s", member(one, "text"));
		if (json_text_of(one, "arn", NULL))
			say(stdout, ": %s", member(one, "arn"));
		say_place(one);
	}
}

static void say_held(const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const json_t *untag = json_object_get(one, "untag"), *command;
		size_t u;

		say(stdout, "! held: %zu to remove, because %s; if this is what you want: %s\n",
			json_array_size(json_object_get(one, "resources")), member(one, "reason"),
			member(one, "command"));
		json_array_foreach (untag, u, command)
			say(stdout, "    what is not ours is left alone once our tag is off: %s\n",
				json_string_value(command) ? json_string_value(command) : "");
	}
}

static void say_leaving(struct arena *arena, const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const char *after = json_text_of(one, "deletedAfter", NULL);
		const char *batch = json_text_of(one, "batch", "");

		say(stdout, "note: %s%s (app %s) %s: %s%s\n", *batch ? "batch " : member(one, "arn"), batch,
			member(one, "app"), words_departure(arena, json_text_of(one, "moved", NULL)),
			after ? "deleted after " : "disabled, and kept", after ? after : "");
	}
}

static void say_leftovers(const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		say(stdout, "note: %s %s stays: %s; to remove it: %s\n", member(one, "kind"),
			member(one, "name"), member(one, "why"), member(one, "command"));
}

/* "healthy", "degraded: 1 conflict", or that the last reload was not looked at yet. */
static void say_state(const json_t *status)
{
	const json_t *reload = json_object_get(status, "reload");
	const json_t *reasons = json_object_get(status, "reasons"), *reason;
	size_t i;

	if (!written_is_current(status)) {
		say(stdout, "not yet looked at since the %s at %s; fargate-batchctl wait waits for it\n",
			written_reload(status) ? "reload" : "start", member(reload, "asked"));
		return;
	}
	say(stdout, "%s", member(status, "state"));
	json_array_foreach (reasons, i, reason)
		say(stdout, "%s%s", i ? ", " : ": ",
			json_is_string(reason) ? json_string_value(reason) : "?");
	say(stdout, "\n");
}

static void say_all(struct arena *arena, const json_t *status)
{
	say_state(status);
	say(stdout, "running since %s: fargate-batchd %s, process %lld\n", member(status, "runningSince"),
		member(status, "program"), (long long)json_integer_of(status, "pid", 0));
	say_definitions(arena, json_object_get(status, "definitions"));
	say_pass(status);
	say_batches(json_object_get(status, "batches"));
	say_troubles(json_object_get(status, "conflicts"), "conflict");
	say_troubles(json_object_get(status, "problems"), "problem");
	say_held(json_object_get(status, "held"));
	say_troubles(json_object_get(status, "fights"), "fight");
	say_leaving(arena, json_object_get(status, "leaving"));
	say_leftovers(json_object_get(status, "leftovers"));
	say_next_step(json_object_get(status, "definitions"));
	if (json_text_of(status, "credentialsExpire", NULL))
		say(stdout, "keys expire %s\n", member(status, "credentialsExpire"));
}

/* What was wrong before the reload may be mended by it, so nothing is judged yet. */
static int code_of(const json_t *written)
{
	if (!written_is_current(written))
		return EXIT_TROUBLE;
	return strcmp(member(written, "state"), "healthy") == 0 ? EXIT_OK : EXIT_DIFFERENT;
}

int status_tell(struct arena *arena, const json_t *written)
{
	say_all(arena, written);
	return code_of(written);
}

/* For health checks that restart: only whether the loop lives. */
static int tell_alive(const json_t *written)
{
	struct error error = { 0 };

	if (!written_is_alive(written, &error))
		return session_complain("%s", error.text), EXIT_DIFFERENT;
	say(stdout, "alive\n");
	return EXIT_OK;
}

int verb_status(struct session *session, const struct options *options)
{
	struct error error = { 0 };
	bool missing;
	json_t *written = written_read(session->arena, &missing, &error);
	int code;

	if (!written)
		return session_complain("%s", error.text);
	code = code_of(written);
	if (options->alive)
		code = tell_alive(written);
	else if (options->json)
		show_object(json_incref(written));
	else
		say_all(session->arena, written);
	json_decref(written);
	return code;
}
