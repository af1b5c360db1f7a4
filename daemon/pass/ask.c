#include "ask.h"

#include <string.h>

#include "common/text.h"

void ask_reading(const struct line *line, const struct view *view, const struct reading *reading,
	const struct subject *subject, call_page *page, call_done *done, void *data)
{
	json_t *params = reading->params(view, subject);

	aws_call(line->aws, &(struct call_options){
				    .service = reading->service,
				    .operation = reading->operation,
				    .params = params,
				    .identity = line->identity,
				    .region = line->region,
				    .page_in = reading->page_in,
				    .page_out = reading->page_out,
				    .page = reading->page_in ? page : NULL,
				    .done = done,
				    .data = data,
				    .deadline = line->deadline,
			    });
	json_decref(params);
}

void ask_request(const struct line *line, const struct request *request, call_done *done, void *data)
{
	aws_call(line->aws, &(struct call_options){
				    .service = request->service,
				    .operation = request->operation,
				    .params = request->params,
				    .identity = line->identity,
				    .region = line->region,
				    .once = request->once,
				    .done = done,
				    .data = data,
				    .deadline = line->deadline,
			    });
}

/*
 * "; allow iam:PassRole to this identity". AWS names the right that is missing, which need not be that of the
 * operation: a rule's target wants iam:PassRole, a creation with tags the right to tag.
 */
static const char *allow(struct arena *arena, const struct call_result *result)
{
	static const char words[] = "not authorized to perform: ";
	const char *prefix = strcmp(result->service, "tagging") == 0 ? "tag" : result->service;
	const char *said = strstr(result->failure.message, words), *right = "";
	size_t length = 0;

	if (strstr(result->failure.message, "explicit deny"))
		return "; a policy denies it explicitly, which no other policy can allow";
	if (said) {
		right = said + strlen(words);
		length = strspn(right, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:");
	}
	if (length)
		return arena_printf(arena, "; allow %.*s to this identity", (int)length, right);
	return arena_printf(arena, "; allow %s:%s to this identity", prefix, result->operation);
}

/* What is to be done about keys that AWS does not take; which ones they are, but never more than their id. */
static const char *check_keys(struct arena *arena, const struct call_result *result)
{
	const struct failure *failure = &result->failure;
	const char *advice =
		"check the access key and the session token, and that the account has this region enabled";

	/* Of sts:AssumeRole, which came before the call itself. */
	if (text_starts(failure->code, "AccessDenied"))
		return "; let the role trust this identity, and allow sts:AssumeRole to it";
	if (failure_skewed(failure))
		advice = "check that the secret key belongs to the access key, and this machine's clock";
	if (failure_expired(failure))
		advice = result->key_renewal ? result->key_renewal : "new ones are asked for";
	else if (result->key_renewal)
		advice = arena_printf(arena, "%s; %s", advice, result->key_renewal);
	if (!result->key_id || !result->key_origin)
		return arena_printf(arena, "; %s", advice);
	return arena_printf(
		arena, "; the access key %s is of %s: %s", result->key_id, result->key_origin, advice);
}

static const char *check_network(const struct failure *failure)
{
	if (failure->status)
		return "";
	if (strstr(failure->message, "certificate"))
		return "; check the endpoint, or name a file with its authority's certificate in AWS_CA_BUNDLE";
	return "; check endpoint, region, proxy and network";
}

/* What a person can do about it; "" where the answer itself says enough. */
static const char *advice(struct arena *arena, const struct call_result *result)
{
	const struct failure *failure = &result->failure;

	switch (failure->class) {
	case FAILURE_DENIED:
		return allow(arena, result);
	case FAILURE_CREDENTIALS:
		return check_keys(arena, result);
	case FAILURE_QUOTA:
		return "; raise the quota or remove something, the next pass tries again";
	case FAILURE_UNKNOWN:
		return "; it may have been carried out all the same: the next pass reads before it tries again";
	case FAILURE_TRANSIENT:
		return check_network(failure);
	case FAILURE_RUBBISH:
	case FAILURE_LOOP:
		return "; this is not how AWS answers: check endpoint and proxy";
	case FAILURE_NONE:
	case FAILURE_NOT_FOUND:
	case FAILURE_EXISTS:
	case FAILURE_THROTTLED:
	case FAILURE_REJECTED:
	case FAILURE_CONFLICT:
	case FAILURE_CANCELLED:
		break;
	}
	return "";
}

static enum error_code code_of(const struct call_result *result)
{
	switch (result->failure.class) {
	case FAILURE_CANCELLED:
		return ERROR_CANCELLED;
	case FAILURE_TRANSIENT:
		return ERROR_NETWORK;
	case FAILURE_CREDENTIALS:
		return ERROR_CREDENTIALS;
	default:
		return ERROR_AWS;
	}
}

char *ask_failure(struct arena *arena, const struct call_result *result)
{
	const struct failure *failure = &result->failure;
	const char *tries = result->tries > 1 ? arena_printf(arena, ", %u tries", result->tries) : "";
	const char *id = *result->request_id ? arena_printf(arena, "request id %s", result->request_id)
					     : "no request id";
	const char *said =
		arena_printf(arena, "%s%s%s", failure->code, *failure->code ? ": " : "", failure->message);

	/* Nothing was sent: what is missing here is the whole story. */
	if (failure->class == FAILURE_CREDENTIALS && !failure->status)
		return arena_copy(arena, failure->message);
	if (failure->class == FAILURE_CREDENTIALS && !result->tries)
		return arena_printf(arena, "%s%s", said, advice(arena, result));
	if (!result->tries)
		return arena_printf(arena, "%s %s: %s%s", result->service, result->operation, said,
			advice(arena, result));
	return arena_printf(arena, "%s %s: %s (%s%s)%s", result->service, result->operation, said, id, tries,
		advice(arena, result));
}

bool ask_error(struct arena *arena, const struct call_result *result, struct error *error)
{
	error_set(error, code_of(result), "%s", ask_failure(arena, result));
	snprintf(error->call.service, sizeof error->call.service, "%s", result->service);
	snprintf(error->call.operation, sizeof error->call.operation, "%s", result->operation);
	snprintf(error->call.code, sizeof error->call.code, "%s", result->failure.code);
	snprintf(error->call.request_id, sizeof error->call.request_id, "%s", result->request_id);
	return false;
}
