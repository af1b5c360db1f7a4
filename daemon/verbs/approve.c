#include "verb.h"

#include "http.h"
#include "login.h"
#include "say.h"

static void say_approved(const struct session *session, const char *plan, const char *by, const json_t *arns)
{
	json_t *arn;
	size_t i;

	say(stdout,
		"plan %s is approved by %s for one hour in %s; it is carried out in the next pass (systemctl "
		"reload fargate-batchd, or fargate-batchctl apply):\n",
		plan, by, state_directory(session->state));
	json_array_foreach (arns, i, arn)
		say(stdout, "    %s\n", json_string_value(arn) ? json_string_value(arn) : "?");
}

int verb_approve(struct session *session, const struct options *options)
{
	struct error error = { 0 };
	const char *plan = options->word_count ? options->words[0] : NULL, *by;
	json_t *arns;
	time_t now;

	if (!plan)
		return session_complain("approve needs the name of a held plan, as diff and status show it");
	if (!session_load_valid(session))
		return EXIT_TROUBLE;
	if (!session_connect(session, &error))
		return session_complain("%s", error.text);
	session_tell_state(session);
	arns = state_held(session->state, plan);
	if (!arns)
		return session_complain(
			"no plan %s is held; fargate-batchctl diff names those that are, and where no state "
			"directory is kept, fargate-batchctl apply --approve %s lets it pass",
			plan, plan);
	now = (time_t)session->transport->now(session->transport);
	by = login_name(session->arena);
	if (!approvals_give(state_approvals(session->state), plan, by, arns, now, &error))
		return session_complain("%s", error.text);
	say_approved(session, plan, by, arns);
	return EXIT_OK;
}
