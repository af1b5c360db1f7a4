#include "verb.h"

#include <string.h>
#include <time.h>

#include "common/json.h"
#include "common/say.h"
#include "login.h"
#include "written.h"

static void say_approved(const struct session *session, const char *plan, const char *by, const json_t *arns)
{
	json_t *arn;
	size_t i;

	say(stdout,
		"plan %s is approved by %s for one hour in %s; it is carried out in the next pass (systemctl reload fargate-batchd, or fargate-batchctl apply):\n",
		plan, by, state_directory(session->state));
	json_array_foreach (arns, i, arn)
		say(stdout, "    %s\n", json_string_value(arn) ? json_string_value(arn) : "?");
}

/* Whether the daemon that runs here names the plan, whose state may be another. */
static bool is_held_by_daemon(struct arena *arena, const char *plan)
{
	bool missing, held = false;
	json_t *written = written_read(arena, &missing, NULL), *one;
	size_t i;

	json_array_foreach (json_object_get(written, "held"), i, one)
		held = held || strcmp(json_text_of(one, "plan", ""), plan) == 0;
	json_decref(written);
	return held;
}

static int not_held(struct arena *arena, const char *plan)
{
	if (is_held_by_daemon(arena, plan))
		return session_complain(
			"plan %s is held by the daemon, whose state this user may not write; as root: fargate-batchctl approve %s",
			plan, plan);
	return session_complain(
		"no plan %s is held; fargate-batchctl diff names those that are, and where no state directory is kept, fargate-batchctl apply --approve %s lets it pass",
		plan, plan);
}

/* The plan's name is enough: neither keys nor definitions are asked whose it is. */
int verb_approve(struct session *session, const struct options *options)
{
	struct error error = { 0 };
	const char *plan = options->word_count ? options->words[0] : NULL, *by;
	json_t *arns;

	if (!plan)
		return session_complain("approve needs the name of a held plan, as diff and status show it");
	session->state = state_open_of_plan(plan, &error);
	if (!session->state && error.code != ERROR_NONE && !is_held_by_daemon(session->arena, plan))
		return session_complain("%s", error.text);
	if (!session->state)
		return not_held(session->arena, plan);
	session_tell_state(session);
	arns = state_held(session->state, plan);
	if (!arns)
		return not_held(session->arena, plan);
	by = login_name(session->arena);
	if (!approvals_give(state_approvals(session->state), plan, by, arns, time(NULL), &error))
		return session_complain("%s", error.text);
	say_approved(session, plan, by, arns);
	return EXIT_OK;
}
