#include "finish.h"

#include "identity.h"

void call_free(struct call *call)
{
	wire_free(&call->wire);
	json_decref(call->params);
	json_decref(call->reply);
	free(call->operation);
	free(call->access_key);
	free(call->seen);
	free(call);
}

void call_finish(struct call *call, const struct failure *failure)
{
	struct aws *aws = call->aws;

	call->result.ok = failure->class == FAILURE_NONE;
	call->result.failure = *failure;
	call->result.reply = call->result.ok ? call->reply : NULL;
	call->result.key_id = call->access_key;
	call->result.key_origin = identity_origin(call->options.identity);
	call->result.key_renewal = identity_renewal(call->options.identity);
	call->next = NULL;
	*aws->finished_end = call;
	aws->finished_end = &call->next;
}

void aws_deliver(struct aws *aws)
{
	while (aws->finished) {
		struct call *call = aws->finished;

		aws->finished = call->next;
		if (!aws->finished)
			aws->finished_end = &aws->finished;
		call->result.seconds = aws_now(aws) - call->began;
		call->options.done(&call->result, call->options.data);
		call_free(call);
	}
}
