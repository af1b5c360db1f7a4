#include "exchange.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "dispatch.h"
#include "finish.h"
#include "identity.h"
#include "lane.h"
#include "reply.h"

/* One request and its answer: what comes next of it is decided here, and only here. */

/* A clock is corrected where it is wrong enough to matter, and never so far that a broken answer could do
 * harm. */
#define SKEW_LEAST 60.0
/* An answer that was so long on its way says little about the time. */
#define WAY_MOST 20.0

/* No list of AWS is so long; each answer has a limit of its own. */
enum { PAGE_LIMIT = 10000, LISTING_MIB = 64 };

/* Takes the call back to its lane for another try. */
static void again(struct call *call, double ready_at)
{
	call->ready_at = ready_at;
	lane_add(call->lane, call);
}

/* Pages. */

static const char *next_token(const struct call *call)
{
	const char *token = NULL;

	if (call->options.page_in)
		token = json_text_of(call->reply, call->options.page_out, NULL);
	return token && *token ? token : NULL;
}

/* A token that is no text is not the end of the list. */
static bool has_odd_token(const struct call *call)
{
	const json_t *token =
		call->options.page_in ? json_object_get(call->reply, call->options.page_out) : NULL;

	return token && !json_is_string(token) && !json_is_null(token);
}

/* Notes the token; false where it was there before. */
static bool is_new_token(struct call *call, const char *token)
{
	unsigned char digest[DIGEST_SIZE];

	digest_sha256(token, strlen(token), digest);
	for (size_t i = 0; i < call->pages; i++)
		if (!memcmp(call->seen[i], digest, sizeof digest))
			return false;
	if (call->pages == call->seen_capacity) {
		call->seen_capacity = call->seen_capacity ? call->seen_capacity * 2 : 8;
		call->seen = must_realloc(call->seen, call->seen_capacity * sizeof *call->seen);
	}
	memcpy(call->seen[call->pages++], digest, sizeof digest);
	return true;
}

/* Why the list is not read any further; false where it is. */
static bool has_no_end(struct call *call, const char *token, struct failure *loop)
{
	char *message = loop->message;

	*loop = (struct failure){ .class = FAILURE_LOOP, .status = 200 };
	if (call->pages == PAGE_LIMIT)
		snprintf(message, sizeof loop->message, "the list has over %d pages", (int)PAGE_LIMIT);
	else if (call->bytes > (size_t)LISTING_MIB << 20)
		snprintf(message, sizeof loop->message, "the list has over %d MiB", (int)LISTING_MIB);
	else if (!is_new_token(call, token))
		snprintf(message, sizeof loop->message, "the list came to the same page token twice");
	return *message;
}

static void turn_page(struct call *call, const char *token, double now)
{
	static const struct failure stopped = { .class = FAILURE_CANCELLED,
		.message = "stopped between two pages" };
	struct failure loop;
	struct error error;

	if (has_no_end(call, token, &loop)) {
		call_finish(call, &loop);
		return;
	}
	json_put_text(call->params, call->options.page_in, token);
	json_decref(call->reply);
	call->reply = NULL;
	call->attempt = call->throttled = 0;
	call->spent = 0;
	/* The operation was encoded before: only the token is new. */
	wire_encode(call->lane->service, call->operation, call->params, &call->wire, &error);
	if (call->aws->stopped)
		call_finish(call, &stopped);
	else
		again(call, now);
}

static void succeed(struct call *call, double now)
{
	static const struct failure none;
	static const struct failure odd = {
		.class = FAILURE_RUBBISH, .status = 200, .message = "the token of the next page is no text"
	};
	const char *token = next_token(call);

	retry_succeeded(&call->lane->retries, call->spent);
	if (has_odd_token(call))
		call_finish(call, &odd);
	else if (token && (!call->options.page || call->options.page(call->reply, call->options.data)))
		turn_page(call, token, now);
	else
		call_finish(call, &none);
}

/* Failures. */

/* AWS's clock against ours, at the middle of the exchange; false where the answer does not tell. */
static bool clock_of(const struct http_response *response, double *ahead)
{
	double date;

	if (!reply_date(response, &date))
		return false;
	*ahead = date - (response->sent + response->received) / 2;
	return true;
}

/* True where signing anew may help, however wrong our clock is: a board without a battery wakes up in 1970.
 */
static bool correct_clock(struct call *call, const struct http_response *response)
{
	struct aws *aws = call->aws;
	double skew;

	/* Another call may have corrected the clock while this one was on its way. */
	if (call->corrected || !clock_of(response, &skew) || fabs(skew - call->skew) < SKEW_LEAST)
		return false;
	aws->skew = skew;
	call->corrected = true;
	return true;
}

static bool sign_again(struct call *call, const struct http_response *response, const struct failure *failure)
{
	if (failure->class != FAILURE_CREDENTIALS)
		return false;
	if (failure_skewed(failure) && correct_clock(call, response))
		return true;
	if (!failure_expired(failure) || call->refreshed)
		return false;
	call->refreshed = true;
	identity_expired(call->options.identity, call->access_key);
	return true;
}

static bool wait_turn(struct call *call, const char *retry_after, double now)
{
	struct aws *aws = call->aws;

	call->throttled++;
	if (call->options.deadline > 0) {
		if (now >= call->options.deadline)
			return false;
		again(call, now + retry_turn(&aws->random, call->throttled - 1, retry_after));
		return true;
	}
	if (++call->attempt >= RETRY_ATTEMPTS ||
		!retry_allowed(&call->lane->retries, RETRY_THROTTLED, &call->spent))
		return false;
	again(call, now + retry_delay(&aws->random, RETRY_THROTTLED, call->attempt, retry_after));
	return true;
}

/* What is left of the silence that the call bears, for one more try; 0 = it bears any. */
static double silence_left(const struct call *call, double now)
{
	double since = call->silent_since > 0 ? call->silent_since : now;

	return call->options.silence > 0 ? since + call->options.silence - now : 0;
}

/* Less than a second is not worth another try. */
static bool is_nobody_there(const struct call *call, double now)
{
	return call->options.silence > 0 && silence_left(call, now) < 1;
}

static bool try_again(struct call *call, const char *retry_after, double now)
{
	if (is_nobody_there(call, now) || ++call->attempt >= RETRY_ATTEMPTS ||
		!retry_allowed(&call->lane->retries, RETRY_TRANSIENT, &call->spent))
		return false;
	again(call, now + retry_delay(&call->aws->random, RETRY_TRANSIENT, call->attempt, retry_after));
	return true;
}

/* Whether the operation may have been carried out although its answer does not say so. */
static bool outcome_unknown(
	const struct call *call, const struct http_response *response, const struct failure *failure)
{
	return call->options.once && failure->class == FAILURE_TRANSIENT &&
	       (response->status >= 500 || (response->status == 0 && response->maybe_processed));
}

static void fail(struct call *call, const struct http_response *response, struct failure *failure, double now)
{
	const char *retry_after = http_header_of(response, "x-amz-retry-after");
	bool unreadable = failure->class == FAILURE_RUBBISH && response->status < 300 && !call->options.once;
	bool goes_on = false;

	call->result.failure = *failure;
	if (outcome_unknown(call, response, failure)) {
		failure->class = FAILURE_UNKNOWN;
	} else if (call->aws->stopped) {
		if (failure->class == FAILURE_THROTTLED || failure->class == FAILURE_TRANSIENT)
			failure->class = FAILURE_CANCELLED;
	} else if (sign_again(call, response, failure)) {
		again(call, now);
		goes_on = true;
	} else if (failure->class == FAILURE_THROTTLED) {
		goes_on = wait_turn(call, retry_after, now);
	} else if (failure->class == FAILURE_TRANSIENT || unreadable) {
		goes_on = try_again(call, retry_after, now);
	}
	if (!goes_on)
		call_finish(call, failure);
}

static void no_answer(const struct http_response *response, struct failure *failure)
{
	*failure = (struct failure){ .class = FAILURE_TRANSIENT };
	text_copy_mended(failure->message, sizeof failure->message, response->error.text);
}

static void note(
	struct call *call, const struct http_response *response, const struct failure *failure, double now)
{
	struct aws *aws = call->aws;
	const char *code = failure->code[0] || failure->class == FAILURE_NONE ? failure->code
									      : failure_name(failure->class);
	struct call_trace trace = { .service = call->options.service,
		.operation = call->operation,
		.region = call->lane->region,
		.request_id = call->result.request_id,
		.error_code = code,
		.status = response->status,
		.try = call->result.tries,
		.milliseconds = (response->received - response->sent) * 1000 };
	bool throttled = failure->class == FAILURE_THROTTLED;
	double ahead;

	if (response->received - response->sent < WAY_MOST && clock_of(response, &ahead))
		aws->ahead = ahead;
	aws->counts[call->count].errors += failure->class != FAILURE_NONE;
	aws->counts[call->count].throttled += throttled;
	/* What AWS refused for other reasons was let through; a fault tells nothing about the load. */
	if (throttled || (response->status >= 200 && response->status < 500))
		rate_answered(&call->lane->rate, now, response->sent, throttled);
	if (aws->trace)
		aws->trace(&trace, aws->trace_data);
}

static void unlink_flying(struct call *call)
{
	struct call **place = &call->aws->flying;

	while (*place != call)
		place = &(*place)->next;
	*place = call->next;
	call->aws->in_flight--;
}

static void answered(struct call *call, const struct http_response *response)
{
	struct failure failure = { 0 };
	double now = aws_now(call->aws);
	bool ok = false;

	unlink_flying(call);
	text_copy_mended(call->result.request_id, sizeof call->result.request_id, reply_request_id(response));
	if (response->status != 0)
		call->silent_since = 0;
	if (response->status == 0)
		no_answer(response, &failure);
	else
		ok = reply_read(call->lane->service, call->operation, response, &call->reply, &failure);
	note(call, response, &failure, now);
	if (ok)
		call->bytes += response->body_length;
	if (ok)
		succeed(call, now);
	else
		fail(call, response, &failure, now);
}

static void exchange_done(const struct http_response *response, void *data)
{
	struct call *call = data;
	struct aws *aws = call->aws;

	answered(call, response);
	aws_dispatch(aws);
	aws_deliver(aws);
}

/* Sending. */

static void add_header(struct http_header *headers, size_t *count, const char *name, const char *value)
{
	headers[(*count)++] = (struct http_header){ name, value };
}

void exchange_start(struct call *call, const struct sigv4_keys *keys, double now)
{
	struct aws *aws = call->aws;
	const struct wire *wire = &call->wire;
	struct endpoint *endpoint = &call->lane->endpoint;
	struct http_header headers[8];
	size_t count = 0;
	struct text path = { 0 }, url = { 0 };
	struct sigv4_request signing;
	struct http_request request;

	if (wire->content_type)
		add_header(headers, &count, "Content-Type", wire->content_type);
	if (wire->target.length)
		add_header(headers, &count, "X-Amz-Target", wire->target.data);
	text_printf(&path, "%s%s", endpoint->path, text_string(&wire->path));
	text_printf(&url, "%s%s%s%s", endpoint->url, text_string(&wire->path), wire->query.length ? "?" : "",
		text_string(&wire->query));
	signing = (struct sigv4_request){ .method = wire->method,
		.host = endpoint->host,
		.path = path.data,
		.query = text_string(&wire->query),
		.headers = headers,
		.header_count = count,
		.body = text_string(&wire->body),
		.body_length = wire->body.length };
	call->skew = aws->skew;
	sigv4_sign(&signing, keys, &call->lane->scope, (time_t)floor(now + aws->skew), &aws->signature);
	add_header(headers, &count, "X-Amz-Date", aws->signature.date);
	if (aws->signature.session_token)
		add_header(headers, &count, "X-Amz-Security-Token", aws->signature.session_token);
	add_header(headers, &count, "Authorization", text_string(&aws->signature.authorization));
	request = (struct http_request){ .method = wire->method,
		.url = url.data,
		.headers = headers,
		.header_count = count,
		.body = wire->body.length ? wire->body.data : NULL,
		.body_length = wire->body.length,
		.timeout = silence_left(call, now),
		.once = call->options.once };
	if (call->silent_since <= 0)
		call->silent_since = now;
	free(call->access_key);
	call->access_key = must_copy(keys->access_key);
	call->next = aws->flying;
	aws->flying = call;
	aws->in_flight++;
	call->result.tries++;
	aws->counts[call->count].calls++;
	aws->transport->send(aws->transport, &request, exchange_done, call);
	text_free(&path);
	text_free(&url);
}
