#include "instance.h"

#include <string.h>

#include "common/arena.h"
#include "common/text.h"
#include "credentials.h"
#include "endpoint.h"

/* Off an instance nobody answers, and somebody waits for the sentence that says so. */
#define TRY_SECONDS 1.0
enum { TRIES = 2 };

struct question {
	struct transport *transport;
	struct text base, token;
	unsigned failures;
	instance_done *done;
	void *data;
};

static void finish(struct question *question, const char *region)
{
	question->done(region, question->data);
	text_free(&question->base);
	text_free(&question->token);
	free(question);
}

static void unanswered(void *data)
{
	finish(data, NULL);
}

static void ask(struct question *question, const char *method, const char *path, struct http_header header,
	http_done *done)
{
	struct text url = { 0 };

	text_printf(&url, "%s%s", text_string(&question->base), path);
	question->transport->send(question->transport,
		&(struct http_request){ .method = method,
			.url = url.data,
			.headers = &header,
			.header_count = 1,
			.timeout = TRY_SECONDS },
		done, question);
	text_free(&url);
}

static void on_token(const struct http_response *response, void *data);
static void on_region(const struct http_response *response, void *data);

static void ask_token(struct question *question)
{
	ask(question, "PUT", "/latest/api/token",
		(struct http_header){ "X-aws-ec2-metadata-token-ttl-seconds", "60" }, on_token);
}

static void ask_region(struct question *question)
{
	ask(question, "GET", "/latest/meta-data/placement/region",
		(struct http_header){ "X-aws-ec2-metadata-token", text_string(&question->token) }, on_region);
}

/* A refusal is an answer: where version 2 is not offered, version 1 is not tried. */
static void ask_again(
	struct question *question, const struct http_response *response, void (*again)(struct question *))
{
	bool passing = response->status == 0 || response->status >= 500;

	if (passing && ++question->failures < TRIES)
		again(question);
	else
		finish(question, NULL);
}

/* It goes into a header as it is. */
static bool is_token(const char *text)
{
	const char *c = text;

	while (*c > ' ' && *c <= '~')
		c++;
	return c > text && !*c;
}

static void on_token(const struct http_response *response, void *data)
{
	struct question *question = data;

	if (response->status != 200 || !is_token(response->body)) {
		ask_again(question, response, ask_token);
		return;
	}
	text_add(&question->token, response->body);
	ask_region(question);
}

static void on_region(const struct http_response *response, void *data)
{
	struct question *question = data;
	CLEANUP_TEXT struct text region = { 0 };

	if (response->status != 200) {
		ask_again(question, response, ask_region);
		return;
	}
	text_add_n(&region, response->body, strcspn(response->body, "\r\n"));
	finish(question, region_is_label(text_string(&region)) ? text_string(&region) : NULL);
}

void instance_region(struct transport *transport, instance_done *done, void *data)
{
	struct question *question = must_alloc(sizeof *question);
	const char *given = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	size_t length;

	*question = (struct question){ .transport = transport, .done = done, .data = data };
	given = given ? given : "http://169.254.169.254";
	length = strlen(given);
	while (length && given[length - 1] == '/')
		length--;
	text_add_n(&question->base, given, length);
	if (environment_on("AWS_EC2_METADATA_DISABLED") || !http_url_is_near(text_string(&question->base)))
		transport->after(transport, 0, unanswered, question);
	else
		ask_token(question);
}
