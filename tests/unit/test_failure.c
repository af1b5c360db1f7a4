#include "aws/failure.h"
#include "aws/reply.h"

#include <jansson.h>
#include <stdlib.h>

#include "common/macros.h"
#include "common/text.h"

#include "../check.h"

static void classes(void)
{
	static const struct {
		const char *service;
		long status;
		const char *code, *message;
		enum failure_class class;
	} cases[] = {
		{ "events", 400, "LimitExceededException", "", FAILURE_QUOTA },
		{ "iam", 409, "LimitExceeded", "", FAILURE_QUOTA },
		{ "ecs", 400, "LimitExceededException", "", FAILURE_QUOTA },
		{ "ecr", 400, "LimitExceededException", "", FAILURE_QUOTA },
		{ "logs", 400, "LimitExceededException", "", FAILURE_QUOTA },
		{ "sts", 400, "LimitExceededException", "", FAILURE_THROTTLED },
		{ "scheduler", 402, "ServiceQuotaExceededException", "", FAILURE_QUOTA },
		{ "ecs", 400, "ThrottlingException", "Rate exceeded", FAILURE_THROTTLED },
		{ "iam", 400, "Throttling", "Rate exceeded", FAILURE_THROTTLED },
		{ "tagging", 400, "ThrottledException", "", FAILURE_THROTTLED },
		{ "ec2", 503, "RequestLimitExceeded", "", FAILURE_THROTTLED },
		{ "ec2", 503, "EC2ThrottledException", "", FAILURE_THROTTLED },
		{ "sqs", 403, "RequestThrottled", "", FAILURE_THROTTLED },
		{ "ecs", 429, "SomethingNew", "", FAILURE_THROTTLED },
		{ "ecs", 429, "", "", FAILURE_THROTTLED },
		{ "ecs", 503, "SlowDown", "", FAILURE_THROTTLED },
		{ "ecs", 400, "ClientException",
			"Too many concurrent attempts to create a new revision of the specified family.",
			FAILURE_TRANSIENT },
		{ "ecs", 400, "ClientException", "Unable to describe task definition.", FAILURE_NOT_FOUND },
		{ "ecs", 400, "ClientException", "Container.image should not be null or empty.",
			FAILURE_REJECTED },
		{ "events", 400, "ConcurrentModificationException", "", FAILURE_TRANSIENT },
		{ "iam", 409, "ConcurrentModification", "", FAILURE_TRANSIENT },
		{ "logs", 400, "OperationAbortedException", "", FAILURE_TRANSIENT },
		{ "ecs", 500, "ServerException", "", FAILURE_TRANSIENT },
		{ "ecs", 500, "SomethingNew", "", FAILURE_TRANSIENT },
		{ "ecs", 502, "", "", FAILURE_TRANSIENT },
		{ "ecs", 408, "", "", FAILURE_TRANSIENT },
		{ "iam", 503, "ServiceUnavailable", "", FAILURE_TRANSIENT },
		{ "ecs", 400, "ClusterNotFoundException", "", FAILURE_NOT_FOUND },
		{ "events", 400, "ResourceNotFoundException", "", FAILURE_NOT_FOUND },
		{ "ecr", 400, "RepositoryNotFoundException", "", FAILURE_NOT_FOUND },
		{ "ecr", 400, "LifecyclePolicyNotFoundException", "", FAILURE_NOT_FOUND },
		{ "iam", 404, "NoSuchEntity", "", FAILURE_NOT_FOUND },
		{ "iam", 404, "NoSuchEntityException", "", FAILURE_NOT_FOUND },
		{ "pipes", 404, "NotFoundException", "", FAILURE_NOT_FOUND },
		{ "ec2", 400, "InvalidSubnetID.NotFound", "", FAILURE_NOT_FOUND },
		{ "ecr", 400, "RepositoryAlreadyExistsException", "", FAILURE_EXISTS },
		{ "logs", 400, "ResourceAlreadyExistsException", "", FAILURE_EXISTS },
		{ "iam", 409, "EntityAlreadyExists", "", FAILURE_EXISTS },
		{ "scheduler", 409, "ConflictException", "Schedule x already exists.", FAILURE_EXISTS },
		{ "scheduler", 409, "ConflictException", "being deleted", FAILURE_CONFLICT },
		{ "ecr", 400, "RepositoryNotEmptyException", "", FAILURE_CONFLICT },
		{ "iam", 409, "DeleteConflict", "", FAILURE_CONFLICT },
		{ "ecs", 400, "ClusterContainsTasksException", "", FAILURE_CONFLICT },
		{ "events", 400, "ValidationException", "Rule can't be deleted since it has targets.",
			FAILURE_CONFLICT },
		{ "events", 400, "ValidationException", "Parameter ScheduleExpression is not valid.",
			FAILURE_REJECTED },
		{ "ecs", 400, "AccessDeniedException", "", FAILURE_DENIED },
		{ "iam", 403, "AccessDenied", "", FAILURE_DENIED },
		{ "ec2", 403, "UnauthorizedOperation", "", FAILURE_DENIED },
		{ "sts", 403, "RegionDisabledException", "", FAILURE_DENIED },
		{ "ecs", 403, "", "", FAILURE_DENIED },
		{ "ecs", 400, "UnrecognizedClientException", "", FAILURE_CREDENTIALS },
		{ "iam", 403, "InvalidClientTokenId", "", FAILURE_CREDENTIALS },
		{ "iam", 403, "SignatureDoesNotMatch", "", FAILURE_CREDENTIALS },
		{ "ecs", 400, "IncompleteSignatureException", "", FAILURE_CREDENTIALS },
		{ "ecs", 400, "MissingAuthenticationTokenException", "", FAILURE_CREDENTIALS },
		{ "ecs", 400, "ExpiredTokenException", "", FAILURE_CREDENTIALS },
		{ "sts", 403, "ExpiredToken", "", FAILURE_CREDENTIALS },
		{ "ec2", 401, "AuthFailure", "", FAILURE_CREDENTIALS },
		{ "ecs", 401, "", "", FAILURE_CREDENTIALS },
		{ "ecs", 400, "InvalidParameterException", "", FAILURE_REJECTED },
		{ "ecs", 400, "", "", FAILURE_REJECTED },
		{ "ecs", 409, "", "", FAILURE_CONFLICT },
		/* A page of some proxy does not tell that a thing is not there. */
		{ "iam", 404, "", "", FAILURE_RUBBISH },
		{ "ecs", 301, "", "", FAILURE_RUBBISH },
		/* Not the start of a code. */
		{ "ecs", 400, "ThrottlingExceptionX", "", FAILURE_REJECTED },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		if (!CHECK_NUMBER(failure_classify(
					  cases[i].service, cases[i].status, cases[i].code, cases[i].message),
			    cases[i].class))
			printf("  %s %ld %s\n", cases[i].service, cases[i].status, cases[i].code);
	CHECK_NUMBER(failure_classify("ecs", 400, NULL, NULL), FAILURE_REJECTED);
	CHECK_TEXT(failure_name(FAILURE_LOOP), "endless listing");
	for (int class = FAILURE_NONE; class <= FAILURE_CANCELLED; class ++)
		CHECK(failure_name((enum failure_class) class)[0]);
}

/* Reads an answer into `failure`, with one header. */
static bool answer(const char *service, long status, const char *body, const char *name, const char *value,
	struct failure *failure)
{
	struct http_header header = { name, value };
	struct http_response response = { .status = status,
		.body = body,
		.body_length = strlen(body),
		.headers = &header,
		.header_count = name != NULL };
	json_t *reply = NULL;
	bool ok = reply_read(service_find(service), "GetThing", &response, &reply, failure);

	CHECK(ok == (reply != NULL));
	json_decref(reply);
	return ok;
}

static void codes(void)
{
	struct failure failure;

	answer("ecs", 400, "{\"__type\":\"com.amazonaws.ecs#ClientException\",\"message\":\"m\"}", NULL, NULL,
		&failure);
	CHECK_TEXT(failure.code, "ClientException");
	CHECK_TEXT(failure.message, "m");
	CHECK_NUMBER(failure.status, 400);
	answer("events", 400, "{\"__type\":\"ValidationException\",\"Message\":\"M\"}", NULL, NULL, &failure);
	CHECK_TEXT(failure.message, "M");
	answer("scheduler", 404, "{\"Message\":\"none\"}", "x-amzn-errortype",
		"ResourceNotFoundException:http://internal.amazon.com/coral/", &failure);
	CHECK_TEXT(failure.code, "ResourceNotFoundException");
	CHECK_NUMBER(failure.class, FAILURE_NOT_FOUND);
	answer("pipes", 404, "{\"code\":\"NotFoundException\"}", NULL, NULL, &failure);
	CHECK_TEXT(failure.code, "NotFoundException");
	CHECK_TEXT(failure.message, "HTTP 404 without a message");
	answer("iam", 404,
		"<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no\nrole</"
		"Message></Error>"
		"<RequestId>x</RequestId></ErrorResponse>",
		NULL, NULL, &failure);
	CHECK_TEXT(failure.code, "NoSuchEntity");
	CHECK_TEXT(failure.message, "no\nrole");
	answer("ec2", 400,
		"<Response><Errors><Error><Code>InvalidSubnetID.NotFound</Code><Message>m</Message></Error></Errors></Response>",
		NULL, NULL, &failure);
	CHECK_NUMBER(failure.class, FAILURE_NOT_FOUND);
	answer("ec2", 400,
		"<Response><Errors><Error><Code>A</Code></Error><Error><Code>B</Code></Error></Errors></Response>",
		NULL, NULL, &failure);
	CHECK_TEXT(failure.code, "A");
	answer("iam", 404, "<html><body>Not Found</body></html>", NULL, NULL, &failure);
	CHECK_NUMBER(failure.class, FAILURE_RUBBISH);
	CHECK_TEXT(failure.code, "");
	answer("ecs", 400, "not json", NULL, NULL, &failure);
	CHECK_TEXT(failure.message, "HTTP 400 without an error code");
	/* Whatever bytes come, what is told is text. */
	answer("scheduler", 400, "{}", "x-amzn-errortype", "com.x#Odd\xff\x1b:http://x/#y", &failure);
	CHECK_TEXT(failure.code, "Odd?\x1b");
	answer("ecs", 200, "\x1f\x8b\x08\xc3", NULL, NULL, &failure);
	CHECK_TEXT(failure.message, "HTTP 200 with a body that is not JSON: \x1f?\x08");
	answer("ecs", 307, "", "location", "http://169.254.169.254/", &failure);
	CHECK(strstr(failure.message, "redirects are not followed"));
}

/* AWS repeats what it was sent where it does not take a signature, and an answer to AssumeRole is keys. */
static void secrets(void)
{
	static const char *const messages[] = {
		("Not taken. The Canonical String for this request should have been 'POST x-amz-security-token:SECRET'"),
		"Not taken. The String-to-Sign should have been SECRET",
		"Not taken. Authorization=AWS4-HMAC-SHA256 Credential=SECRET, Signature=SECRET",
		"Not taken. X-Amz-Security-Token=SECRET",
	};
	struct http_response response = {
		.status = 200, .body = "{\"SecretAccessKey\":\"SECRET\"}", .body_length = 28
	};
	struct failure failure;
	json_t *reply = NULL;
	char body[256];

	for (size_t i = 0; i < ARRAY_LENGTH(messages); i++) {
		snprintf(body, sizeof body, "{\"__type\":\"InvalidSignatureException\",\"message\":\"%s\"}",
			messages[i]);
		answer("ecs", 400, body, NULL, NULL, &failure);
		CHECK(text_starts(failure.message, "Not taken. ") && !strstr(failure.message, "SECRET"));
	}
	CHECK(!reply_read(service_find("sts"), "AssumeRole", &response, &reply, &failure));
	CHECK_TEXT(failure.message, "HTTP 200 with a body that is not the answer in XML");
}

static void odd_bodies(void)
{
	static const char *const bodies[] = { "", "{", "[]", "null", "\"text\"", "<ErrorResponse>",
		"<ErrorResponse><Error>text</Error></ErrorResponse>", "<Response><Errors/></Response>" };
	static const char *const services[] = { "ecs", "scheduler", "iam", "ec2" };
	struct failure failure;

	for (size_t s = 0; s < ARRAY_LENGTH(services); s++)
		for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
			CHECK(!answer(services[s], 400, bodies[i], NULL, NULL, &failure));
			CHECK_NUMBER(failure.class, FAILURE_REJECTED);
			CHECK(!answer(services[s], 200, bodies[i], NULL, NULL, &failure));
			CHECK_NUMBER(failure.class, FAILURE_RUBBISH);
		}
	CHECK(!answer("ecs", 400, "{\"__type\":7,\"message\":[]}", NULL, NULL, &failure));
	CHECK_TEXT(failure.code, "");
	CHECK(!answer("sts", 200, "<GetThingResponse/>", NULL, NULL, &failure));
	CHECK(!answer("sts", 200, "<OtherResponse><GetThingResult/></OtherResponse>", NULL, NULL, &failure));
	CHECK(answer(
		"sts", 200, "<GetThingResponse><GetThingResult/></GetThingResponse>", NULL, NULL, &failure));
	CHECK(answer("ec2", 200, "<GetThingResponse/>", NULL, NULL, &failure));
	/* What stands at the start of rubbish helps to see whose it is; a character is not cut in two. */
	answer("ecs", 200,
		"<html>\x1b[31m....................................................\xc3\xa4\xc3\xa4", NULL,
		NULL, &failure);
	CHECK(strstr(failure.message, "not JSON: <html>\x1b[31m"));
	CHECK(text_ends(failure.message, "."));
}

/* AWS repeats what it refuses: what may hold the user's secrets is left out, and the reason stays. */
static void refused_values(void)
{
	static const char *const cases[][2] = {
		{ "1 validation error detected: Value 'rate(0 days)' at 'scheduleExpression' failed",
			"1 validation error detected: Value 'rate(0 days)' at 'scheduleExpression' failed" },
		{ "Value '[Target(id=x, input={\"environment\":[{\"value\":\"SECRET\"}]})]' at 'targets' failed: too long",
			"Value '…' at 'targets' failed: too long" },
		{ "Value 'SECRET' at 'containerDefinitions.1.member.command' failed; Value 'a' at 'family' failed",
			"Value '…' at 'containerDefinitions.1.member.command' failed; Value 'a' at 'family' failed" },
		{ "Value 'SECRET' at 'x.Environment.1.member.value' failed",
			"Value '…' at 'x.Environment.1.member.value' failed" },
		{ "Invalid value '{\"PASSWORD\": \"SECRET", "Invalid value '…" },
		{ "Value '[KeyValuePair(name=A, value=SECRET)] and so on", "Value '…" },
	};
	struct failure failure;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		json_t *body =
			json_pack("{s:s, s:s}", "__type", "ValidationException", "message", cases[i][0]);
		char *text = json_dumps(body, 0);

		answer("events", 400, text, NULL, NULL, &failure);
		CHECK_TEXT(failure.message, cases[i][1]);
		free(text);
		json_decref(body);
	}
}

static bool date(const char *text, const char *age, double *when)
{
	struct http_header headers[] = { { "date", text }, { "age", age } };
	struct http_response response = { .headers = headers, .header_count = age ? 2 : 1 };

	return reply_date(&response, when);
}

static void dates(void)
{
	double when = 0;

	CHECK(date("Tue, 24 Nov 2026 03:04:05 GMT", NULL, &when));
	CHECK_NUMBER(when, 1795489445);
	CHECK(!date("Tue, 24 Nov 2026 03:04:05 GMT", "0", &when));
	CHECK(!date("2026-11-24T03:04:05Z", NULL, &when));
	CHECK(!date("", NULL, &when));
}

int main(void)
{
	classes();
	codes();
	secrets();
	odd_bodies();
	dates();
	refused_values();
	return check_end();
}
