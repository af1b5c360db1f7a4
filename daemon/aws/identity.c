#include "identity.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "common/json.h"
#include "common/text.h"
#include "dispatch.h"

/* Refresh begins this long before the keys expire, and from the second on calls wait for it. */
enum { REFRESH_S = 15 * 60, MUST_REFRESH_S = 10 * 60, BETWEEN_REFRESHES_S = 60 };

#define SESSION_NAME "fargate-batchd"

struct identity {
	struct identity *next;
	struct aws *aws;
	const struct source *source;
	struct identity *from;
	struct text access_key, secret_key, session_token;
	bool have;
	double expiry; /* 0 = never or not known */
	bool refreshing, tried;
	double tried_at;
	struct failure failure; /* of the last refresh */
};

static void set_text(struct text *text, const char *value)
{
	if (text->data)
		explicit_bzero(text->data, text->length);
	text_clear(text);
	text_add(text, value ? value : "");
}

static void set_keys(struct identity *identity, const struct keys *keys, double expiry)
{
	set_text(&identity->access_key, keys->access_key);
	set_text(&identity->secret_key, keys->secret_key);
	set_text(&identity->session_token, keys->session_token);
	identity->expiry = expiry;
	identity->have = true;
	identity->failure = (struct failure){ 0 };
}

static void set_failure(struct identity *identity, enum failure_class class, const char *message)
{
	identity->failure = (struct failure){ .class = class };
	text_copy_mended(identity->failure.message, sizeof identity->failure.message, message);
}

static struct identity *identity_new(struct aws *aws, const struct source *source, struct identity *from)
{
	struct identity *identity = must_alloc(sizeof *identity);

	identity->aws = aws;
	identity->source = source;
	identity->from = from;
	if (source->problem) {
		set_failure(identity, FAILURE_CREDENTIALS, source->problem);
		identity->tried = true;
		identity->tried_at = aws_now(aws);
	} else if (!source->role_arn) {
		set_keys(identity, &source->keys, 0);
	}
	identity->next = aws->identities;
	aws->identities = identity;
	return identity;
}

struct identity *identity_of_source(struct aws *aws, const struct source *source)
{
	struct identity *from = source->role_arn ? identity_of_source(aws, source->from) : NULL;

	return identity_new(aws, source, from);
}

struct identity *aws_identity(struct aws *aws, const char *role_arn)
{
	struct source *source;

	if (!role_arn)
		return aws->own;
	for (struct identity *known = aws->identities; known; known = known->next)
		if (known->from == aws->own && !text_compare(known->source->role_arn, role_arn) &&
			!known->source->from)
			return known;
	source = arena_alloc(aws->arena, sizeof *source);
	source->role_arn = arena_copy(aws->arena, role_arn);
	source->session_name = SESSION_NAME;
	return identity_new(aws, source, aws->own);
}

/*
 * Keys that do not come from a role cannot be renewed by us, but somebody may have renewed the file. Where
 * there were none at all, a role that is configured now is not taken up: that needs a new client.
 */
static const struct source *find_again(const struct identity *identity, struct arena *arena)
{
	const struct configuration *before = &identity->aws->configuration;
	struct configuration configuration;
	const struct source *source;

	if (!configuration_read(&configuration, arena, before->profile_flag ? before->profile_name : NULL,
		    before->profile_setting, before->strict, NULL))
		return NULL;
	source = credentials_find(&configuration, arena);
	while (source->role_arn && !identity->source->problem)
		source = source->from;
	return source->role_arn ? NULL : source;
}

/* The code is AWS's own for it. */
static void say_expired(struct identity *identity)
{
	CLEANUP_TEXT struct text text = { 0 };

	text_printf(&text, "ExpiredToken: the access key %s of %s has expired, and there is no newer one; %s",
		text_string(&identity->access_key), identity->source->origin, identity->source->renewal);
	set_failure(identity, FAILURE_CREDENTIALS, text_string(&text));
}

static void read_again(struct identity *identity)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	const struct source *source = find_again(identity, arena);

	if (source && source->problem)
		set_failure(identity, FAILURE_CREDENTIALS, source->problem);
	else if (source && text_compare(source->keys.access_key, identity->access_key.data) != 0)
		set_keys(identity, &source->keys, 0);
	else if (!identity->source->problem)
		say_expired(identity);
}

/* Roles. */

static void take_role(struct identity *identity, const json_t *reply)
{
	const json_t *credentials = json_object_get(reply, "Credentials");
	struct keys keys = { .access_key = json_text_of(credentials, "AccessKeyId", NULL),
		.secret_key = json_text_of(credentials, "SecretAccessKey", NULL),
		.session_token = json_text_of(credentials, "SessionToken", NULL) };
	const char *text = json_text_of(credentials, "Expiration", NULL);
	time_t expiry = 0;
	char whole[ISO8601_SIZE] = "";

	/* Some answer with a fraction of a second, which does not matter here. */
	if (text && strlen(text) >= 19)
		snprintf(whole, sizeof whole, "%.19sZ", text);
	if (!keys.access_key || !keys.secret_key || !keys.session_token ||
		!text_parse_iso8601(whole, &expiry))
		set_failure(
			identity, FAILURE_RUBBISH, "sts:AssumeRole answered without complete credentials");
	else
		set_keys(identity, &keys, (double)expiry);
}

/* What the role's own calls fail with: what passes, or
 * is no answer of AWS, is that; else there are no keys. */
static void role_refused(struct identity *identity, const struct call_result *result)
{
	const struct failure *failure = &result->failure;
	enum failure_class class = failure->class;
	bool passing = class == FAILURE_TRANSIENT || class == FAILURE_THROTTLED ||
		       class == FAILURE_CANCELLED || class == FAILURE_RUBBISH;
	CLEANUP_TEXT struct text text = { 0 };

	/* To be stopped is no attempt. */
	if (class == FAILURE_CANCELLED)
		identity->tried = false;
	identity->failure = *failure;
	identity->failure.class = passing ? class : FAILURE_CREDENTIALS;
	text_printf(&text, "cannot assume %s: %s", identity->source->role_arn, failure->message);
	if (*result->request_id)
		text_printf(&text, " (request id %s)", result->request_id);
	text_copy_mended(identity->failure.message, sizeof identity->failure.message, text_string(&text));
}

static void on_role(const struct call_result *result, void *data)
{
	struct identity *identity = data;

	identity->refreshing = false;
	if (result->ok)
		take_role(identity, result->reply);
	else
		role_refused(identity, result);
	aws_dispatch(identity->aws);
}

static void assume_role(struct identity *identity, const struct call *waiting)
{
	const struct source *source = identity->source;
	json_t *params = json_must(json_object());
	struct call_options options = { .service = "sts",
		.operation = "AssumeRole",
		.params = params,
		.identity = identity->from,
		.region = waiting->lane->region,
		.done = on_role,
		.data = identity,
		.deadline = waiting->options.deadline,
		.silence = waiting->options.silence };

	json_put_text(params, "RoleArn", source->role_arn);
	json_put_text(params, "RoleSessionName", source->session_name);
	json_put_text(params, "ExternalId", source->external_id);
	if (source->duration)
		json_put(params, "DurationSeconds", json_integer(source->duration));
	identity->refreshing = true;
	aws_call(identity->aws, &options);
	json_decref(params);
}

static void refresh(struct identity *identity, const struct call *waiting, double now)
{
	identity->tried = true;
	identity->tried_at = now;
	if (identity->source->role_arn)
		assume_role(identity, waiting);
	else
		read_again(identity);
}

/* How long the keys are still good, by AWS's clock, which says when they expire. */
static double left(const struct identity *identity, double now)
{
	return identity->expiry > 0 ? identity->expiry - (now + identity->aws->skew) : HUGE_VAL;
}

static bool needs_refresh(const struct identity *identity, double now)
{
	bool soon = identity->have && left(identity, now) < REFRESH_S;
	bool lately = identity->tried && now >= identity->tried_at &&
		      now < identity->tried_at + BETWEEN_REFRESHES_S;

	return (!identity->have || soon) && !identity->refreshing && !lately;
}

enum identity_state identity_keys(struct identity *identity, const struct call *waiting, double now,
	struct sigv4_keys *keys, struct failure *failure)
{
	bool expired, must;

	if (needs_refresh(identity, now))
		refresh(identity, waiting, now);
	expired = left(identity, now) <= 0;
	must = left(identity, now) < MUST_REFRESH_S;
	if (identity->refreshing && (!identity->have || must))
		return IDENTITY_WAITING;
	if (identity->have && !expired) {
		*keys = (struct sigv4_keys){ text_string(&identity->access_key),
			text_string(&identity->secret_key), text_string(&identity->session_token) };
		return IDENTITY_READY;
	}
	*failure = identity->failure;
	if (failure->class == FAILURE_NONE)
		*failure =
			(struct failure){ .class = FAILURE_CREDENTIALS, .message = "the keys have expired" };
	return IDENTITY_FAILED;
}

void identity_expired(struct identity *identity, const char *access_key)
{
	if (identity->have && !strcmp(text_string(&identity->access_key), access_key)) {
		identity->have = false;
		set_failure(identity, FAILURE_CREDENTIALS, "the keys have expired");
	}
}

const char *identity_origin(const struct identity *identity)
{
	return identity->source->role_arn ? identity->source->role_arn : identity->source->origin;
}

const char *identity_renewal(const struct identity *identity)
{
	return identity->source->renewal;
}

double identity_expiry(const struct identity *identity)
{
	return identity->have ? identity->expiry : 0;
}

void identities_free(struct identity *list)
{
	while (list) {
		struct identity *next = list->next;

		/* Not to be found again in freed memory. */
		set_text(&list->secret_key, "");
		set_text(&list->session_token, "");
		text_free(&list->access_key);
		text_free(&list->secret_key);
		text_free(&list->session_token);
		free(list);
		list = next;
	}
}
