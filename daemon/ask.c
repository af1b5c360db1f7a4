#include "ask.h"

#include <string.h>

#include "text.h"

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

/* What a person can do about it; "" where the answer itself says enough. */
static const char *advice(struct arena *arena, const struct call_result *result)
{
	const char *prefix = strcmp(result->service, "tagging") == 0 ? "tag" : result->service;

	switch (result->failure.class) {
	case FAILURE_DENIED:
		return arena_printf(arena, "; allow %s:%s to this identity", prefix, result->operation);
	case FAILURE_QUOTA:
		return "; raise the quota or remove something, the next pass tries again";
	case FAILURE_UNKNOWN:
		return "; it may have been carried out all the same: the next pass reads before it tries "
		       "again";
	case FAILURE_NONE:
	case FAILURE_NOT_FOUND:
	case FAILURE_EXISTS:
	case FAILURE_THROTTLED:
	case FAILURE_TRANSIENT:
	case FAILURE_CREDENTIALS:
	case FAILURE_REJECTED:
	case FAILURE_CONFLICT:
	case FAILURE_RUBBISH:
	case FAILURE_LOOP:
	case FAILURE_CANCELLED:
		break;
	}
	return "";
}

char *ask_failure(struct arena *arena, const struct call_result *result)
{
	const struct failure *failure = &result->failure;
	const char *tries = result->tries > 1 ? arena_printf(arena, ", %u tries", result->tries) : "";
	const char *id = *result->request_id ? arena_printf(arena, "request id %s", result->request_id)
					     : "no request id";

	/* Nothing was sent: what is missing here is the whole story. */
	if (failure->class == FAILURE_CREDENTIALS && !failure->status)
		return text_mend(arena_copy(arena, failure->message));
	return text_mend(arena_printf(arena, "%s %s: %s%s%s (%s%s)%s", result->service, result->operation,
		failure->code, *failure->code ? ": " : "", failure->message, id, tries,
		advice(arena, result)));
}
