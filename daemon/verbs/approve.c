#include "verb.h"

#include "http.h"
#include "say.h"

int verb_approve(struct session *session, const struct options *options)
{
	struct error error = { 0 };
	const char *plan = options->word_count ? options->words[0] : NULL;
	time_t now;

	if (!plan)
		return session_complain("approve needs the name of a held plan, as diff and status show it");
	if (!session_load_valid(session))
		return EXIT_TROUBLE;
	if (!session_connect(session, &error))
		return session_complain("%s", error.text);
	if (!state_is_held(session->state, plan))
		return session_complain(
			"no plan %s is held; fargate-batchctl diff names those that are", plan);
	now = (time_t)session->transport->now(session->transport);
	if (!state_approve(session->state, plan, now, &error))
		return session_complain("%s", error.text);
	say(stdout,
		"plan %s is approved for one hour in %s; it is carried out in the next pass (systemctl "
		"reload fargate-batchd, or fargate-batchctl apply)\n",
		plan, state_directory(session->state));
	return EXIT_OK;
}
