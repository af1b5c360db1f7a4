#include "aws/call.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/text.h"
#include "scripted.h"

#include "../check.h"

/* What a call ended with, copied out of its callback. */
struct outcome {
	int done;
	bool ok;
	struct failure failure;
	char reply[512], request_id[80];
	unsigned tries;
	double at, seconds;
	int pages, stop_at;
};

static struct scripted *scripted;
static struct aws *aws;
static bool inside_call;

static void on_done(const struct call_result *result, void *data)
{
	struct outcome *outcome = data;
	char *json = result->reply ? json_dumps(result->reply, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	CHECK(!inside_call);
	outcome->done++;
	outcome->ok = result->ok;
	outcome->failure = result->failure;
	snprintf(outcome->reply, sizeof outcome->reply, "%s", json ? json : "");
	snprintf(outcome->request_id, sizeof outcome->request_id, "%s", result->request_id);
	outcome->tries = result->tries;
	outcome->at = scripted_now(scripted) - SCRIPTED_START;
	outcome->seconds = result->seconds;
	free(json);
}

static bool on_page(const json_t *reply, void *data)
{
	struct outcome *outcome = data;

	CHECK(reply != NULL);
	return ++outcome->pages != outcome->stop_at;
}

static void clean_environment(void)
{
	static const char *const names[] = { "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
		"AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
		"CREDENTIALS_DIRECTORY", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_USE_FIPS_ENDPOINT",
		"AWS_USE_DUALSTACK_ENDPOINT" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		unsetenv(names[i]);
	setenv("HOME", "/nonexistent", 1);
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "planted-secret", 1);
}

static void begin_with(struct aws_options options)
{
	struct error error = { 0 };

	clean_environment();
	scripted = scripted_new();
	options.transport = scripted_transport(scripted);
	aws = aws_new(&options, &error);
	CHECK_TEXT(error.text, "");
}

static void begin(void)
{
	begin_with((struct aws_options){ .region_flag = "eu-west-1" });
}

static void end(void)
{
	aws = aws_free(aws);
	CHECK_NUMBER(scripted_pending(scripted), 0);
	scripted_free(scripted);
}

static void call(struct call_options options, struct outcome *outcome)
{
	options.done = on_done;
	options.data = outcome;
	inside_call = true;
	aws_call(aws, &options);
	inside_call = false;
}

static void describe(struct outcome *outcome)
{
	call((struct call_options){ .service = "ecs", .operation = "DescribeClusters" }, outcome);
}

#define SAY(...)   scripted_say(scripted, (struct scripted_answer){ __VA_ARGS__ })
#define TYPE(code) "{\"__type\":\"" code "\",\"message\":\"says AWS\"}"

static void one_call(void)
{
	struct outcome outcome = { 0 };
	const struct scripted_request *request;
	json_t *params = json_pack("{s:[s]}", "clusters", "a");

	begin();
	SAY(.match = "DescribeClusters", .status = 200, .body = "{\"clusters\":[]}", .delay = 0.25,
		.headers = { { "x-amzn-requestid", "id-1" } });
	call((struct call_options){ .service = "ecs", .operation = "DescribeClusters", .params = params },
		&outcome);
	json_decref(params);
	CHECK_NUMBER(outcome.done, 0);
	scripted_run(scripted);
	CHECK_NUMBER(outcome.done, 1);
	CHECK(outcome.ok);
	CHECK_TEXT(outcome.reply, "{\"clusters\":[]}");
	CHECK_TEXT(outcome.request_id, "id-1");
	CHECK_NUMBER(outcome.tries, 1);
	CHECK(outcome.seconds > 0.24 && outcome.seconds < 0.26);
	request = scripted_request(scripted, 0);
	CHECK_TEXT(request->method, "POST");
	CHECK_TEXT(request->url, "https://ecs.eu-west-1.amazonaws.com/");
	CHECK_TEXT(request->body, "{\"clusters\":[\"a\"]}");
	CHECK_TEXT(request->target, "AmazonEC2ContainerServiceV20141113.DescribeClusters");
	CHECK_TEXT(scripted_header(request, "Content-Type"), "application/x-amz-json-1.1");
	CHECK_TEXT(scripted_header(request, "X-Amz-Date"), "20261124T000000Z");
	CHECK(text_starts(scripted_header(request, "Authorization"),
		"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-west-1/ecs/aws4_request, "
		"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="));
	end();
}

static void transient(void)
{
	struct outcome outcome = { 0 }, second = { 0 };

	begin();
	SAY(.status = 503);
	SAY(.status = 0, .maybe_processed = true);
	SAY(.status = 200, .body = "{}");
	describe(&outcome);
	scripted_run(scripted);
	CHECK(outcome.ok);
	CHECK_NUMBER(outcome.tries, 3);
	CHECK(outcome.at < 0.16);
	/* Three attempts and no more. */
	SAY(.status = 500, .body = TYPE("ServerException"), .for_ever = true);
	describe(&second);
	scripted_run(scripted);
	CHECK(!second.ok);
	CHECK_NUMBER(second.failure.class, FAILURE_TRANSIENT);
	CHECK_TEXT(second.failure.code, "ServerException");
	CHECK_NUMBER(second.tries, 3);
	end();
}

/* Resets and throttling are answers that somebody gave; silence is waited for once, over all tries. */
static void silence_is_waited_for_once(void)
{
	struct call_options options = { .service = "sts",
		.operation = "GetCallerIdentity",
		.silence = 10,
		.deadline = SCRIPTED_START + 600 };
	struct outcome outcome = { 0 }, reset = { 0 }, busy = { 0 };

	begin();
	SAY(.status = 0, .delay = 5);
	SAY(.status = 0, .delay = 5, .for_ever = true);
	call(options, &outcome);
	scripted_run(scripted);
	CHECK_NUMBER(outcome.failure.class, FAILURE_TRANSIENT);
	CHECK_NUMBER(outcome.tries, 2);
	CHECK(outcome.at < 10.2);
	CHECK(scripted_request(scripted, 0)->timeout == 10);
	CHECK(scripted_request(scripted, 1)->timeout > 4.9 && scripted_request(scripted, 1)->timeout <= 5);
	end();
	begin();
	SAY(.status = 0, .for_ever = true);
	call(options, &reset);
	scripted_run(scripted);
	CHECK_NUMBER(reset.tries, 3);
	end();
	begin();
	for (int i = 0; i < 20; i++)
		SAY(.status = 429, .delay = 1);
	SAY(.status = 0, .delay = 5);
	SAY(.match = "GetCallerIdentity", .status = 200,
		.body = "<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>");
	call(options, &busy);
	scripted_run(scripted);
	CHECK(busy.ok && busy.at > 20);
	CHECK_NUMBER(busy.tries, 22);
	CHECK(scripted_count(scripted) == 22 && scripted_request(scripted, 20)->timeout == 10);
	end();
}

static void final_failures(void)
{
	static const struct {
		long status;
		const char *body;
		enum failure_class class;
	} cases[] = {
		{ 400, TYPE("ClusterNotFoundException"), FAILURE_NOT_FOUND },
		{ 400, TYPE("LimitExceededException"), FAILURE_QUOTA },
		{ 400, TYPE("AccessDeniedException"), FAILURE_DENIED },
		{ 403, TYPE("UnrecognizedClientException"), FAILURE_CREDENTIALS },
		{ 400, TYPE("InvalidParameterException"), FAILURE_REJECTED },
		{ 302, "", FAILURE_RUBBISH },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct outcome outcome = { 0 };

		begin();
		SAY(.status = cases[i].status, .body = cases[i].body, .for_ever = true);
		describe(&outcome);
		scripted_run(scripted);
		CHECK_NUMBER(outcome.failure.class, cases[i].class);
		CHECK_NUMBER(outcome.tries, 1);
		CHECK_NUMBER(outcome.done, 1);
		end();
	}
}

static void rubbish(void)
{
	static const char *const bodies[] = { "", "<html>hello</html>", "[1]", "{\"cut\":", "null" };
	struct outcome outcome = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
		outcome = (struct outcome){ 0 };
		begin();
		SAY(.status = 200, .body = bodies[i], .for_ever = true);
		describe(&outcome);
		scripted_run(scripted);
		CHECK_NUMBER(outcome.failure.class, FAILURE_RUBBISH);
		CHECK_NUMBER(outcome.tries, 3);
		end();
	}
	/* What must not be repeated ends at once: it may have worked. */
	outcome = (struct outcome){ 0 };
	begin();
	SAY(.status = 200, .body = "<html>", .for_ever = true);
	call((struct call_options){ .service = "ecs", .operation = "RegisterTaskDefinition", .once = true },
		&outcome);
	scripted_run(scripted);
	CHECK_NUMBER(outcome.failure.class, FAILURE_RUBBISH);
	CHECK_NUMBER(outcome.tries, 1);
	end();
}

static void empty_answers(void)
{
	struct outcome logs = { 0 }, role = { 0 }, identity = { 0 };
	json_t *params = json_pack("{s:s}", "RoleName", "r");

	begin();
	SAY(.match = "CreateLogGroup", .status = 200);
	SAY(.match = "AttachRolePolicy", .status = 200,
		.body = "<AttachRolePolicyResponse><ResponseMetadata/></AttachRolePolicyResponse>");
	SAY(.match = "GetCallerIdentity", .status = 200,
		.body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
	call((struct call_options){ .service = "logs", .operation = "CreateLogGroup" }, &logs);
	call((struct call_options){ .service = "iam", .operation = "AttachRolePolicy", .params = params },
		&role);
	call((struct call_options){ .service = "sts", .operation = "GetCallerIdentity" }, &identity);
	scripted_run(scripted);
	CHECK_TEXT(logs.reply, "{}");
	CHECK_TEXT(role.reply, "{}");
	CHECK_TEXT(identity.reply, "{\"Account\":\"1\"}");
	CHECK_TEXT(
		scripted_request(scripted, 1)->body, "Action=AttachRolePolicy&Version=2010-05-08&RoleName=r");
	CHECK_TEXT(scripted_request(scripted, 1)->url, "https://iam.amazonaws.com/");
	CHECK(strstr(scripted_header(scripted_request(scripted, 1), "Authorization"),
		"/us-east-1/iam/aws4_request"));
	json_decref(params);
	end();
}

static void once(void)
{
	static const struct {
		struct scripted_answer answer;
		enum failure_class class;
		unsigned tries;
	} cases[] = {
		{ { .status = 0, .maybe_processed = true }, FAILURE_UNKNOWN, 1 },
		{ { .status = 503 }, FAILURE_UNKNOWN, 1 },
		/* It never left: nothing can have been done. */
		{ { .status = 0, .for_ever = true }, FAILURE_TRANSIENT, 3 },
		/* AWS says that it did nothing. */
		{ { .status = 400,
			  .body = "{\"__type\":\"ClientException\",\"message\":\"Too many concurrent attempts to create a new revision of the specified family.\"}",
			  .for_ever = true },
			FAILURE_TRANSIENT, 3 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct outcome outcome = { 0 };

		begin();
		scripted_say(scripted, cases[i].answer);
		call(
			(struct call_options){
				.service = "ecs", .operation = "RegisterTaskDefinition", .once = true },
			&outcome);
		scripted_run(scripted);
		CHECK_NUMBER(outcome.failure.class, cases[i].class);
		CHECK_NUMBER(outcome.tries, cases[i].tries);
		CHECK(scripted_request(scripted, 0)->once);
		end();
	}
}

static void throttled(void)
{
	struct outcome patient = { 0 }, hasty = { 0 };

	begin();
	for (int i = 0; i < 8; i++)
		SAY(.status = 400, .body = TYPE("ThrottlingException"));
	SAY(.status = 200, .body = "{}");
	call((struct call_options){ .service = "ecs",
		     .operation = "DescribeClusters",
		     .once = true,
		     .deadline = SCRIPTED_START + 600 },
		&patient);
	scripted_run(scripted);
	CHECK(patient.ok);
	CHECK_NUMBER(patient.tries, 9);
	SAY(.status = 429, .for_ever = true);
	describe(&hasty);
	scripted_run(scripted);
	CHECK_NUMBER(hasty.failure.class, FAILURE_THROTTLED);
	CHECK_NUMBER(hasty.tries, 3);
	end();
}

static void deadline(void)
{
	struct outcome outcomes[30] = { 0 };
	int late = 0;

	begin();
	SAY(.status = 400, .body = TYPE("ThrottlingException"), .for_ever = true);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		call((struct call_options){ .service = "ecs",
			     .operation = "DescribeClusters",
			     .deadline = SCRIPTED_START + 10 },
			&outcomes[i]);
	scripted_run(scripted);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++) {
		CHECK_NUMBER(outcomes[i].done, 1);
		CHECK_NUMBER(outcomes[i].failure.class, FAILURE_THROTTLED);
		late += outcomes[i].at < 9.9 || outcomes[i].at > 10.2;
	}
	CHECK_NUMBER(late, 0);
	end();
}

static void retry_after(void)
{
	struct outcome outcome = { 0 };

	begin();
	SAY(.status = 503, .headers = { { "x-amz-retry-after", "2500" } });
	SAY(.status = 200, .body = "{}");
	describe(&outcome);
	scripted_run(scripted);
	CHECK(outcome.ok && outcome.at >= 2.5 && outcome.at < 2.6);
	end();
	/* A call that may wait for its turn waits so long too. */
	outcome = (struct outcome){ 0 };
	begin();
	SAY(.status = 400, .body = TYPE("ThrottlingException"),
		.headers = { { "x-amz-retry-after", "4500" } });
	SAY(.status = 200, .body = "{}");
	call(
		(struct call_options){
			.service = "ecs", .operation = "DescribeClusters", .deadline = SCRIPTED_START + 60 },
		&outcome);
	scripted_run(scripted);
	CHECK(outcome.ok && outcome.at >= 4.5);
	end();
}

static void retries_run_out(void)
{
	static struct outcome outcomes[40];
	unsigned tries = 0;

	begin();
	SAY(.status = 500, .for_ever = true);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		describe(&outcomes[i]);
	scripted_run(scripted);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		tries += outcomes[i].tries;
	/* 500 / 14 retries for all of them together. */
	CHECK_NUMBER(tries, 40 + 35);
	end();
}

static void pages(void)
{
	struct call_options options = { .service = "events",
		.operation = "ListRules",
		.page_in = "NextToken",
		.page_out = "NextToken",
		.page = on_page };
	struct outcome whole = { 0 }, cut = { .stop_at = 2 };
	json_t *params = json_pack("{s:i}", "Limit", 100);

	begin();
	options.params = params;
	SAY(.status = 200, .body = "{\"NextToken\":\"a\",\"Rules\":[1]}");
	SAY(.status = 500);
	SAY(.status = 200, .body = "{\"NextToken\":\"b\",\"Rules\":[2]}");
	SAY(.status = 200, .body = "{\"NextToken\":null,\"Rules\":[3]}");
	call(options, &whole);
	json_object_set_new(params, "Limit", json_integer(1));
	scripted_run(scripted);
	CHECK(whole.ok);
	CHECK_NUMBER(whole.pages, 2);
	CHECK_NUMBER(whole.tries, 4);
	CHECK_TEXT(whole.reply, "{\"NextToken\":null,\"Rules\":[3]}");
	CHECK_TEXT(scripted_request(scripted, 0)->body, "{\"Limit\":100}");
	CHECK_TEXT(scripted_request(scripted, 3)->body, "{\"Limit\":100,\"NextToken\":\"b\"}");
	/* The caller has seen enough. */
	SAY(.status = 200, .body = "{\"NextToken\":\"a\"}");
	SAY(.status = 200, .body = "{\"NextToken\":\"b\",\"Rules\":[9]}");
	call(options, &cut);
	scripted_run(scripted);
	CHECK(cut.ok);
	CHECK_NUMBER(cut.tries, 2);
	CHECK_TEXT(cut.reply, "{\"NextToken\":\"b\",\"Rules\":[9]}");
	json_decref(params);
	end();
}

/* Such a list has no end that could be believed in. */
static void tokens_that_are_no_text(void)
{
	static const char *const bodies[] = { "{\"NextToken\":5}", "{\"NextToken\":true}",
		"{\"NextToken\":{\"a\":\"b\"}}" };

	for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
		struct outcome outcome = { 0 };

		begin();
		SAY(.status = 200, .body = bodies[i]);
		call((struct call_options){ .service = "events",
			     .operation = "ListRules",
			     .page_in = "NextToken",
			     .page_out = "NextToken" },
			&outcome);
		scripted_run(scripted);
		CHECK_NUMBER(outcome.failure.class, FAILURE_RUBBISH);
		end();
	}
}

/* Each page has its own three attempts. */
static void faults_on_pages(void)
{
	struct outcome outcome = { 0 };

	begin();
	for (int page = 0; page < 4; page++) {
		SAY(.status = 500);
		SAY(.status = 500);
		SAY(.status = 200, .body = page == 0   ? "{\"nextToken\":\"a\"}"
					   : page == 1 ? "{\"nextToken\":\"b\"}"
					   : page == 2 ? "{\"nextToken\":\"c\"}"
						       : "{}");
	}
	call((struct call_options){ .service = "ecs",
		     .operation = "ListTasks",
		     .page_in = "nextToken",
		     .page_out = "nextToken" },
		&outcome);
	scripted_run(scripted);
	CHECK(outcome.ok);
	CHECK_NUMBER(outcome.tries, 12);
	end();
}

/* A call that goes on goes on in its old place. */
static void pages_keep_their_place(void)
{
	struct outcome first = { 0 }, others[5] = { 0 };

	begin_with((struct aws_options){ .region_flag = "eu-west-1", .in_flight = 1 });
	SAY(.match = "ListTasks", .status = 200, .body = "{\"nextToken\":\"a\"}", .delay = 1);
	SAY(.match = "ListTasks", .status = 200, .body = "{}", .delay = 1);
	SAY(.match = "DescribeClusters", .status = 200, .body = "{}", .delay = 1, .for_ever = true);
	call((struct call_options){ .service = "ecs",
		     .operation = "ListTasks",
		     .page_in = "nextToken",
		     .page_out = "nextToken" },
		&first);
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		describe(&others[i]);
	scripted_run(scripted);
	CHECK_NUMBER(first.at, 2);
	CHECK_NUMBER(others[0].at, 3);
	CHECK_NUMBER(others[4].at, 7);
	end();
}

static void endless(const struct scripted_request *request, struct scripted_answer *answer, void *data)
{
	static char body[64];
	int *round = data, *page = round;

	(void)request;
	snprintf(body, sizeof body, "{\"nextToken\":\"t%d\"}", (*page)++);
	*answer = (struct scripted_answer){ .status = 200, .body = body };
}

static void loops(void)
{
	struct call_options options = {
		.service = "ecs", .operation = "ListTasks", .page_in = "nextToken", .page_out = "nextToken"
	};
	struct outcome same = { 0 }, circle = { 0 }, many = { 0 };
	int page = 0;

	begin();
	SAY(.status = 200, .body = "{\"nextToken\":\"a\"}");
	SAY(.status = 200, .body = "{\"nextToken\":\"a\"}");
	call(options, &same);
	scripted_run(scripted);
	CHECK_NUMBER(same.failure.class, FAILURE_LOOP);
	CHECK_NUMBER(same.tries, 2);
	SAY(.status = 200, .body = "{\"nextToken\":\"a\"}");
	SAY(.status = 200, .body = "{\"nextToken\":\"b\"}");
	SAY(.status = 200, .body = "{\"nextToken\":\"a\"}");
	call(options, &circle);
	scripted_run(scripted);
	CHECK_NUMBER(circle.failure.class, FAILURE_LOOP);
	CHECK_NUMBER(circle.tries, 3);
	scripted_serve(scripted, endless, &page);
	call(options, &many);
	scripted_run(scripted);
	CHECK_NUMBER(many.failure.class, FAILURE_LOOP);
	CHECK_NUMBER(many.tries, 10001);
	CHECK_TEXT(many.failure.message, "the list has over 10000 pages");
	end();
}

/* A server of ever new page tokens, and the most memory that was in use when it was asked. */
struct flood {
	size_t page, length;
	size_t before, most;
};

static size_t memory_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void flooded(const struct scripted_request *request, struct scripted_answer *answer, void *data)
{
	static char body[110000];
	struct flood *flood = data;
	size_t used = memory_in_use();

	(void)request;
	flood->before = flood->before ? flood->before : used;
	flood->most = used > flood->most ? used : flood->most;
	snprintf(body, sizeof body, "{\"nextToken\":\"%0*zu\"}", (int)flood->length, flood->page++);
	*answer = (struct scripted_answer){ .status = 200, .body = body };
}

/* Its bytes count too, tokens included, and no page takes more memory than the one before it. */
static void a_list_of_long_tokens(void)
{
	enum { LENGTH = 100000, PAGES = (64 << 20) / (LENGTH + 16) + 1 };
	struct flood flood = { .length = LENGTH };
	struct outcome outcome = { 0 };

	begin();
	scripted_forgets(scripted);
	scripted_serve(scripted, flooded, &flood);
	call((struct call_options){ .service = "ecs",
		     .operation = "ListTasks",
		     .page_in = "nextToken",
		     .page_out = "nextToken",
		     .page = on_page },
		&outcome);
	scripted_run(scripted);
	CHECK_NUMBER(outcome.failure.class, FAILURE_LOOP);
	CHECK_TEXT(outcome.failure.message, "the list has over 64 MiB");
	CHECK_NUMBER(outcome.pages, PAGES);
	CHECK_NUMBER(scripted_count(scripted), PAGES);
	printf("%zu pages of long tokens: %zu KiB more in use at most\n", flood.page,
		(flood.most - flood.before) >> 10);
	CHECK(flood.most - flood.before < 2 << 20);
	end();
}

static void skew(void)
{
	struct outcome first = { 0 }, next = { 0 }, wrong = { 0 };

	begin();
	SAY(.status = 403, .body = TYPE("InvalidSignatureException"), .delay = 1,
		.headers = { { "date", "Tue, 24 Nov 2026 01:00:00 GMT" } });
	SAY(.match = "DescribeClusters", .status = 200, .body = "{}", .for_ever = true);
	describe(&first);
	scripted_run(scripted);
	CHECK(first.ok);
	CHECK_NUMBER(first.tries, 2);
	/* An hour less the half second of the way there, and the second that has passed. */
	CHECK_TEXT(scripted_header(scripted_request(scripted, 1), "X-Amz-Date"), "20261124T010000Z");
	/* Kept for the calls after it. */
	describe(&next);
	scripted_run(scripted);
	CHECK_TEXT(scripted_header(scripted_request(scripted, 2), "X-Amz-Date"), "20261124T010000Z");
	/* A secret that is wrong looks the same, but the clocks agree: not again. */
	SAY(.match = "ListTasks", .status = 403, .body = TYPE("SignatureDoesNotMatch"), .for_ever = true,
		.headers = { { "date", "Tue, 24 Nov 2026 01:00:01 GMT" } });
	call((struct call_options){ .service = "ecs", .operation = "ListTasks" }, &wrong);
	scripted_run(scripted);
	CHECK_NUMBER(wrong.failure.class, FAILURE_CREDENTIALS);
	CHECK_NUMBER(wrong.tries, 1);
	end();
}

/* The clock was set while several calls were under way: each of them is signed again. */
static void skew_of_several(void)
{
	struct outcome outcomes[3] = { 0 };

	begin();
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		SAY(.status = 403, .body = TYPE("InvalidSignatureException"), .delay = 1 + (double)i,
			.headers = { { "date", "Tue, 24 Nov 2026 01:00:00 GMT" } });
	SAY(.status = 200, .body = "{}", .for_ever = true);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		describe(&outcomes[i]);
	scripted_run(scripted);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++) {
		CHECK(outcomes[i].ok);
		CHECK_NUMBER(outcomes[i].tries, 2);
	}
	end();
}

/* However far off: ten years to either side, and back again when the clock is set. */
static void skew_of_years(void)
{
	static const struct {
		const char *date, *signs;
	} rows[] = {
		{ "Mon, 24 Nov 2036 01:00:00 GMT", "20361124T010000Z" },
		{ "Fri, 24 Nov 2016 01:00:00 GMT", "20161124T010000Z" },
		{ "Tue, 24 Nov 2026 00:00:00 GMT", "20261124T000000Z" },
	};
	struct aws *other;

	begin();
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct outcome outcome = { 0 };

		SAY(.status = 403, .body = TYPE("RequestTimeTooSkewed"),
			.headers = { { "date", rows[i].date } });
		SAY(.status = 200, .body = "{}");
		describe(&outcome);
		scripted_run(scripted);
		CHECK(outcome.ok);
		CHECK_NUMBER(outcome.tries, 2);
		CHECK_TEXT(
			scripted_header(scripted_request(scripted, 2 * i + 1), "X-Amz-Date"), rows[i].signs);
		CHECK_NUMBER(aws_clock(aws) / 86400, i == 0 ? 3653 : i == 1 ? -3651 : 0);
	}
	/* A reload makes a new way to AWS, and has nothing to learn again. */
	other = aws_new(&(struct aws_options){ .transport = scripted_transport(scripted) }, NULL);
	aws_keep_clock(other, aws);
	CHECK(aws_clock(other) == aws_clock(aws));
	aws_free(other);
	end();
}

static void skew_not_believed(void)
{
	static const struct http_header headers[][2] = {
		{ { "date", "Tue, 24 Nov 2026 01:00:00 GMT" }, { "age", "17" } },
		{ { "date", "tomorrow" } },
		{ { NULL, NULL } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
		struct outcome outcome = { 0 };

		begin();
		SAY(.status = 403, .body = TYPE("RequestTimeTooSkewed"), .for_ever = true,
			.headers = { headers[i][0], headers[i][1] });
		describe(&outcome);
		scripted_run(scripted);
		CHECK_NUMBER(outcome.failure.class, FAILURE_CREDENTIALS);
		CHECK_NUMBER(outcome.tries, 1);
		end();
	}
}

static void expired(void)
{
	struct outcome outcome = { 0 }, again = { 0 };

	begin();
	SAY(.status = 400, .body = TYPE("ExpiredTokenException"), .for_ever = true);
	describe(&outcome);
	scripted_run(scripted);
	CHECK_NUMBER(outcome.failure.class, FAILURE_CREDENTIALS);
	CHECK(strstr(outcome.failure.message, "expired"));
	CHECK_NUMBER(outcome.tries, 1);
	end();
	begin();
	SAY(.status = 400, .body = TYPE("ExpiredTokenException"));
	SAY(.status = 200, .body = "{}");
	setenv("AWS_ACCESS_KEY_ID", "AKIDNEWER", 1);
	describe(&again);
	scripted_run(scripted);
	CHECK(again.ok);
	CHECK_NUMBER(again.tries, 2);
	CHECK(strstr(
		scripted_header(scripted_request(scripted, 1), "Authorization"), "Credential=AKIDNEWER/"));
	end();
}

static void stop(void)
{
	static struct outcome outcomes[50];
	struct outcome late = { 0 };
	int ok = 0, cancelled = 0;

	begin();
	SAY(.status = 200, .body = "{}", .delay = 1, .for_ever = true);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		describe(&outcomes[i]);
	CHECK_NUMBER(scripted_count(scripted), 20);
	aws_stop(aws);
	CHECK_NUMBER(outcomes[49].done, 0);
	describe(&late);
	CHECK_NUMBER(late.done, 0);
	scripted_run(scripted);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++) {
		CHECK_NUMBER(outcomes[i].done, 1);
		ok += outcomes[i].ok;
		cancelled += outcomes[i].failure.class == FAILURE_CANCELLED;
	}
	CHECK_NUMBER(ok, 20);
	CHECK_NUMBER(cancelled, 30);
	CHECK_NUMBER(late.failure.class, FAILURE_CANCELLED);
	CHECK_NUMBER(scripted_count(scripted), 20);
	end();
}

static void stop_between(void)
{
	struct outcome retried = { 0 }, paged = { 0 }, unknown = { 0 };

	begin();
	SAY(.match = "DescribeClusters", .status = 500, .delay = 1);
	SAY(.match = "ListTasks", .status = 200, .body = "{\"nextToken\":\"a\"}", .delay = 1);
	SAY(.match = "RunTask", .status = 500, .delay = 1);
	describe(&retried);
	call((struct call_options){ .service = "ecs",
		     .operation = "ListTasks",
		     .page_in = "nextToken",
		     .page_out = "nextToken" },
		&paged);
	call((struct call_options){ .service = "ecs", .operation = "RunTask", .once = true }, &unknown);
	aws_stop(aws);
	scripted_run(scripted);
	CHECK_NUMBER(retried.failure.class, FAILURE_CANCELLED);
	CHECK_NUMBER(paged.failure.class, FAILURE_CANCELLED);
	CHECK_NUMBER(unknown.failure.class, FAILURE_UNKNOWN);
	CHECK_NUMBER(scripted_count(scripted), 3);
	end();
}

static void free_in_the_middle(void)
{
	static struct outcome outcomes[30];

	begin();
	SAY(.status = 500, .delay = 1, .for_ever = true);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		describe(&outcomes[i]);
	scripted_run_until(scripted, SCRIPTED_START + 1);
	end();
}

static void cannot_be_sent(void)
{
	struct outcome outcome = { 0 };

	begin_with((struct aws_options){ 0 });
	describe(&outcome);
	scripted_run(scripted);
	CHECK_NUMBER(outcome.failure.class, FAILURE_REJECTED);
	CHECK(strstr(outcome.failure.message, "no region"));
	call((struct call_options){ .service = "ecs", .operation = "X", .region = "eu-west-1.example.com" },
		&outcome);
	scripted_run(scripted);
	CHECK_TEXT(outcome.failure.message, "\"eu-west-1.example.com\" is not a region");
	call((struct call_options){ .service = "s4", .operation = "X", .region = "eu-west-1" }, &outcome);
	scripted_run(scripted);
	CHECK(strstr(outcome.failure.message, "s4 is no service"));
	call(
		(struct call_options){
			.service = "scheduler", .operation = "GetSchedule", .region = "eu-west-1" },
		&outcome);
	scripted_run(scripted);
	CHECK(strstr(outcome.failure.message, "without Name"));
	CHECK_NUMBER(outcome.done, 4);
	CHECK_NUMBER(scripted_count(scripted), 0);
	end();
	begin_with((struct aws_options){
		.region_flag = "eu-west-1", .endpoint_url_flag = "http://example.com" });
	describe(&outcome);
	scripted_run(scripted);
	CHECK_NUMBER(outcome.failure.class, FAILURE_REJECTED);
	CHECK(strstr(outcome.failure.message, "is not encrypted"));
	end();
}

static void no_keys(void)
{
	struct aws_options options = { .region_flag = "eu-west-1" };
	struct outcome outcome = { 0 }, later = { 0 };

	clean_environment();
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	scripted = scripted_new();
	options.transport = scripted_transport(scripted);
	aws = aws_new(&options, NULL);
	describe(&outcome);
	scripted_run(scripted);
	CHECK_NUMBER(outcome.failure.class, FAILURE_CREDENTIALS);
	CHECK(strstr(outcome.failure.message, "/nonexistent/.aws/credentials"));
	CHECK_NUMBER(scripted_count(scripted), 0);
	/* A service waits for its keys without a restart. */
	setenv("AWS_ACCESS_KEY_ID", "AKIDLATER", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "planted-secret", 1);
	scripted_pass(scripted, 300);
	SAY(.status = 200, .body = "{}");
	describe(&later);
	scripted_run(scripted);
	CHECK(later.ok);
	end();
}

static void counters(void)
{
	const struct call_count *counts;
	struct outcome outcome = { 0 };

	begin();
	SAY(.status = 400, .body = TYPE("ThrottlingException"));
	SAY(.status = 500);
	SAY(.status = 200, .body = "{}");
	describe(&outcome);
	scripted_run(scripted);
	SAY(.status = 200, .body = "{}");
	call((struct call_options){ .service = "ecs", .operation = "ListTasks" }, &outcome);
	scripted_run(scripted);
	CHECK_NUMBER(aws_counts(aws, &counts), 2);
	CHECK_TEXT(counts[0].operation, "DescribeClusters");
	CHECK_NUMBER(counts[0].calls, 3);
	CHECK_NUMBER(counts[0].errors, 2);
	CHECK_NUMBER(counts[0].throttled, 1);
	CHECK_NUMBER(counts[1].calls, 1);
	CHECK_NUMBER(counts[1].errors, 0);
	end();
}

/* All of AWS is one, whatever the region, also one that no app uses; an emulator is another. */
static void worlds(void)
{
	static const char *const regions[] = { "eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1",
		"eusc-de-east-1", "no region" };
	CLEANUP_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < ARRAY_LENGTH(regions); i++) {
		begin_with((struct aws_options){ .region_flag = regions[i] });
		CHECK_TEXT(aws_world(aws, arena, NULL), "aws");
		end();
	}
	begin_with((struct aws_options){ .endpoint_url_flag = "http://127.0.0.1:5000/" });
	CHECK_TEXT(aws_world(aws, arena, NULL), "http://127.0.0.1:5000");
	end();
	begin_with((struct aws_options){
		.endpoint_url_flag = "https://vpce-1.events.eu-west-1.vpce.amazonaws.com" });
	CHECK_TEXT(aws_world(aws, arena, NULL), "aws");
	end();
}

static void on_trace(const struct call_trace *trace, void *data)
{
	struct text *lines = data;

	text_printf(lines, "%s:%s %s %ld try %u %.0f ms %s %s\n", trace->service, trace->operation,
		trace->region, trace->status, trace->try, trace->milliseconds, trace->request_id,
		trace->error_code);
}

static void traces(void)
{
	struct outcome outcome = { 0 };
	struct text lines = { 0 };

	begin_with(
		(struct aws_options){ .region_flag = "eu-west-1", .trace = on_trace, .trace_data = &lines });
	SAY(.status = 0);
	SAY(.status = 400, .body = TYPE("InvalidParameterException"), .delay = 0.25,
		.headers = { { "x-amzn-requestid", "id-7\xff\x1b[1m" } });
	describe(&outcome);
	scripted_run(scripted);
	CHECK_TEXT(lines.data,
		"ecs:DescribeClusters eu-west-1 0 try 1 0 ms  a passing fault\n"
		"ecs:DescribeClusters eu-west-1 400 try 2 250 ms id-7?\x1b[1m InvalidParameterException\n");
	text_free(&lines);
	end();
}

/* Calls begun from a callback, and the order in which a lane sends. */
static void chain(const struct call_result *result, void *data)
{
	int *left = data;

	CHECK(result->ok);
	if (--*left > 0)
		aws_call(aws,
			&(struct call_options){
				.service = "ecs", .operation = "ListTasks", .done = chain, .data = left });
}

static void callbacks_may_call(void)
{
	int left = 100;

	begin();
	SAY(.status = 200, .body = "{}", .for_ever = true);
	aws_call(aws, &(struct call_options){
			      .service = "ecs", .operation = "ListTasks", .done = chain, .data = &left });
	scripted_run(scripted);
	CHECK_NUMBER(left, 0);
	CHECK_NUMBER(scripted_count(scripted), 100);
	end();
}

static void first_come_first_served(void)
{
	static struct outcome outcomes[60];
	json_t *params = json_object();

	begin_with((struct aws_options){ .region_flag = "eu-west-1", .in_flight = 2 });
	SAY(.status = 200, .body = "{}", .delay = 0.1, .for_ever = true);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++) {
		json_object_set_new(params, "n", json_integer((json_int_t)i));
		call(
			(struct call_options){
				.service = i < 50 ? "ecs" : "events", .operation = "X", .params = params },
			&outcomes[i]);
	}
	scripted_run(scripted);
	CHECK_NUMBER(scripted_most(scripted), 2);
	for (size_t i = 1; i < 50; i++)
		CHECK(outcomes[i].at >= outcomes[i - 1].at);
	/* The few of another service did not wait for the many. */
	CHECK(outcomes[59].at < 2);
	CHECK(outcomes[49].at > 2.9);
	json_decref(params);
	end();
}

/* A server with a token bucket: what the account allows. */
struct account {
	double rate, burst, tokens, at;
	size_t throttled;
};

static void allow(const struct scripted_request *request, struct scripted_answer *answer, void *data)
{
	struct account *account = data;

	account->tokens += (request->at - account->at) * account->rate;
	account->at = request->at;
	if (account->tokens > account->burst)
		account->tokens = account->burst;
	*answer = (struct scripted_answer){ .status = 200, .body = "{}", .delay = 0.03 };
	if (account->tokens >= 1) {
		account->tokens -= 1;
		return;
	}
	account->throttled++;
	answer->status = 400;
	answer->body = TYPE("ThrottlingException");
}

static void converge(const char *service, double rate, double burst, size_t calls)
{
	struct account account = { .rate = rate, .burst = burst, .tokens = burst, .at = SCRIPTED_START };
	struct outcome *outcomes = calloc(calls, sizeof *outcomes);
	double floor = ((double)calls - burst) / rate, last = 0;
	size_t ok = 0;

	begin();
	scripted_serve(scripted, allow, &account);
	for (size_t i = 0; i < calls; i++)
		call((struct call_options){ .service = service,
			     .operation = "ListTasks",
			     .deadline = SCRIPTED_START + 600 },
			&outcomes[i]);
	scripted_run(scripted);
	for (size_t i = 0; i < calls; i++) {
		ok += outcomes[i].ok;
		if (outcomes[i].at > last)
			last = outcomes[i].at;
	}
	printf("%s at %.0f/s, burst %.0f: %zu calls in %.2f s, floor %.2f s, %zu of %zu throttled\n", service,
		rate, burst, calls, last, floor, account.throttled, scripted_count(scripted));
	CHECK_NUMBER(ok, calls);
	CHECK(last <= floor * 1.3);
	CHECK(account.throttled * 3 < calls);
	free(outcomes);
	end();
}

/* RegisterTaskDefinition: everything at once, then what AWS lets through. */
static void registrations(void)
{
	struct account account = { .rate = 1, .burst = 20, .tokens = 20, .at = SCRIPTED_START };
	static struct outcome outcomes[60];
	double last = 0;

	begin();
	scripted_serve(scripted, allow, &account);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		call((struct call_options){ .service = "ecs",
			     .operation = "RegisterTaskDefinition",
			     .once = true,
			     .deadline = SCRIPTED_START + 600 },
			&outcomes[i]);
	scripted_run(scripted);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++) {
		CHECK(outcomes[i].ok);
		if (outcomes[i].at > last)
			last = outcomes[i].at;
	}
	printf("registrations: 60 in %.1f s, floor 40 s, %zu throttled\n", last, account.throttled);
	CHECK(last < 40 * 1.4);
	CHECK(account.throttled < 40);
	end();
}

/* What a person set in `rates` is kept from the first call on. */
static void set_rate(void)
{
	static struct outcome outcomes[50];
	json_t *rates = json_pack("{s:i}", "ecs", 10);

	begin_with((struct aws_options){ .region_flag = "eu-west-1", .rates = rates });
	json_decref(rates);
	SAY(.status = 200, .body = "{}", .for_ever = true);
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		describe(&outcomes[i]);
	scripted_run(scripted);
	CHECK(outcomes[9].ok && outcomes[9].at < 0.01);
	CHECK(outcomes[49].ok && outcomes[49].at > 3.9 && outcomes[49].at < 4.2);
	end();
}

int main(void)
{
	one_call();
	transient();
	silence_is_waited_for_once();
	final_failures();
	rubbish();
	empty_answers();
	once();
	throttled();
	deadline();
	retry_after();
	retries_run_out();
	pages();
	tokens_that_are_no_text();
	faults_on_pages();
	pages_keep_their_place();
	loops();
	a_list_of_long_tokens();
	skew();
	skew_of_several();
	skew_of_years();
	skew_not_believed();
	expired();
	stop();
	stop_between();
	free_in_the_middle();
	cannot_be_sent();
	no_keys();
	counters();
	worlds();
	traces();
	callbacks_may_call();
	first_come_first_served();
	converge("ecs", 20, 5, 325);
	converge("ecs", 20, 20, 325);
	converge("events", 20, 20, 325);
	converge("events", 20, 5, 325);
	converge("tagging", 20, 10, 325);
	converge("events", 5, 5, 200);
	registrations();
	set_rate();
	return check_end();
}
