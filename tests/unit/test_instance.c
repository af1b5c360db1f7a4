#include "aws/instance.h"

#include <stdlib.h>

#include "common/arena.h"
#include "common/text.h"
#include "scripted.h"

#include "../check.h"

#define SAY(...) scripted_say(scripted, (struct scripted_answer){ __VA_ARGS__ })

static struct scripted *scripted;
static unsigned told;
static char region[64];

static void begin(void)
{
	unsetenv("AWS_EC2_METADATA_DISABLED");
	unsetenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	scripted = scripted_new();
	told = 0;
	strcpy(region, "not told");
}

static void on_region(const char *text, void *data)
{
	CHECK(data == &told);
	snprintf(region, sizeof region, "%s", text ? text : "none");
	told++;
}

static void ask(void)
{
	instance_region(scripted_transport(scripted), on_region, &told);
	CHECK_NUMBER(told, 0);
	scripted_run(scripted);
	CHECK_NUMBER(told, 1);
}

static double seconds(void)
{
	return scripted_now(scripted) - SCRIPTED_START;
}

static void end(void)
{
	CHECK_NUMBER(scripted_pending(scripted), 0);
	scripted_free(scripted);
}

static void a_token_and_then_the_region(void)
{
	const struct scripted_request *request;

	begin();
	SAY(.match = "/latest/api/token", .status = 200, .body = "TOKEN==");
	SAY(.match = "/placement/region", .status = 200, .body = "eu-west-1\n");
	ask();
	CHECK_TEXT(region, "eu-west-1");
	CHECK_NUMBER(scripted_count(scripted), 2);
	request = scripted_request(scripted, 0);
	CHECK_TEXT(request->method, "PUT");
	CHECK_TEXT(request->url, "http://169.254.169.254/latest/api/token");
	CHECK(atoi(scripted_header(request, "X-aws-ec2-metadata-token-ttl-seconds")) > 0);
	CHECK(request->timeout == 1);
	request = scripted_request(scripted, 1);
	CHECK_TEXT(request->method, "GET");
	CHECK_TEXT(request->url, "http://169.254.169.254/latest/meta-data/placement/region");
	CHECK_TEXT(scripted_header(request, "X-aws-ec2-metadata-token"), "TOKEN==");
	CHECK(request->timeout == 1);
	end();
}

static void silence_ends_soon(void)
{
	begin();
	SAY(.status = 0, .delay = 1, .for_ever = true);
	ask();
	CHECK_TEXT(region, "none");
	CHECK_NUMBER(scripted_count(scripted), 2);
	CHECK(seconds() <= 2);
	end();
	begin();
	SAY(.status = 0, .delay = 1);
	SAY(.match = "token", .status = 200, .body = "T", .delay = 0.9);
	SAY(.status = 0, .delay = 1, .for_ever = true);
	ask();
	CHECK_TEXT(region, "none");
	CHECK(seconds() < 3);
	end();
}

static void one_fault_is_passed_over(void)
{
	begin();
	SAY(.match = "token", .status = 503);
	SAY(.match = "token", .status = 200, .body = "T");
	SAY(.match = "region", .status = 200, .body = "us-gov-west-1");
	ask();
	CHECK_TEXT(region, "us-gov-west-1");
	end();
	begin();
	SAY(.match = "token", .status = 200, .body = "T");
	SAY(.match = "region", .status = 0);
	SAY(.match = "region", .status = 200, .body = "us-gov-west-1");
	ask();
	CHECK_TEXT(region, "us-gov-west-1");
	end();
}

/* Without a token nothing is asked: no step back to version 1. */
static void what_is_no_answer_of_that_service_is_none(void)
{
	static const struct scripted_answer tokens[] = { { .status = 403 }, { .status = 404 },
		{ .status = 405 }, { .status = 200, .body = "" },
		{ .status = 200, .body = "a\r\nX-Other: b" } };
	static const struct scripted_answer regions[] = { { .status = 404, .body = "eu-west-1" },
		{ .status = 401 }, { .status = 200, .body = "" }, { .status = 200, .body = "<html>" },
		{ .status = 200, .body = "eu-west-1.example.com" } };

	for (size_t i = 0; i < ARRAY_LENGTH(tokens); i++) {
		begin();
		scripted_say(scripted, tokens[i]);
		ask();
		CHECK_TEXT(region, "none");
		CHECK_NUMBER(scripted_count(scripted), 1);
		end();
	}
	for (size_t i = 0; i < ARRAY_LENGTH(regions); i++) {
		begin();
		SAY(.match = "token", .status = 200, .body = "T");
		scripted_say(scripted, regions[i]);
		ask();
		CHECK_TEXT(region, "none");
		CHECK_NUMBER(scripted_count(scripted), 2);
		end();
	}
}

static void the_environment_is_heard(void)
{
	static const char *const refused[] = { "https://metadata.example.com", "http://192.0.2.1",
		"rubbish" };

	begin();
	setenv("AWS_EC2_METADATA_DISABLED", "TRUE", 1);
	ask();
	CHECK_TEXT(region, "none");
	CHECK_NUMBER(scripted_count(scripted), 0);
	end();
	begin();
	setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://[fd00:ec2::254]/", 1);
	SAY(.match = "token", .status = 200, .body = "T");
	SAY(.match = "region", .status = 200, .body = "eu-west-1");
	ask();
	CHECK_TEXT(region, "eu-west-1");
	CHECK_TEXT(scripted_request(scripted, 0)->url, "http://[fd00:ec2::254]/latest/api/token");
	end();
	/* What is not near might be asked through a proxy. */
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		begin();
		setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", refused[i], 1);
		ask();
		CHECK_TEXT(region, "none");
		CHECK_NUMBER(scripted_count(scripted), 0);
		end();
	}
}

int main(void)
{
	a_token_and_then_the_region();
	silence_ends_soon();
	one_fault_is_passed_over();
	what_is_no_answer_of_that_service_is_none();
	the_environment_is_heard();
	return check_end();
}
