#include "aws/sigv4.h"

#include "../check.h"

/*
 * The comparison with an independent signer over many requests is tests/sigv4/compare.py; here is what a
 * change would break first. The expected values were worked out with botocore's signer.
 */

static const struct sigv4_keys keys = { "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", NULL };
static struct sigv4_scope scope = { .region = "us-east-1", .service = "service" };
static struct sigv4_signature signature;
enum { WHEN = 1440938160 }; /* 2015-08-30T12:36:00Z */

static const char *canonical(const char *method, const char *path, const char *query)
{
	struct sigv4_request request = {
		.method = method, .host = "example.amazonaws.com", .path = path, .query = query, .body = ""
	};

	sigv4_sign(&request, &keys, &scope, WHEN, &signature);
	return text_string(&signature.canonical);
}

static int line_is(const char *text, int line, const char *want)
{
	while (line-- > 0)
		text = strchr(text, '\n') + 1;
	return strncmp(text, want, strlen(want)) == 0 && text[strlen(want)] == '\n';
}

/* The first case of AWS's own test suite: a GET of "/" with nothing in it. */
static void vanilla(void)
{
	CHECK_TEXT(canonical("GET", "/", NULL),
		"GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
		"host;x-amz-date\n"
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_TEXT(text_string(&signature.authorization),
		"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
		"SignedHeaders=host;x-amz-date, "
		"Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
	CHECK_TEXT(signature.date, "20150830T123600Z");
	CHECK(!signature.session_token);
}

static void paths(void)
{
	static const char *const cases[][2] = { { "/", "/" }, { "", "/" }, { "/a/b", "/a/b" },
		{ "/a/b/", "/a/b/" }, { "//a///b", "/a/b" }, { "/a/./b/../c", "/a/c" }, { "/a/..", "/" },
		{ "/../..", "/" }, { "/..a/.b", "/..a/.b" },
		{ "/tags/arn%3Aaws%3Ascheduler", "/tags/arn%253Aaws%253Ascheduler" }, { "/~x", "/~x" } };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		if (!CHECK(line_is(canonical("GET", cases[i][0], NULL), 1, cases[i][1])))
			printf("  %s\n%s\n", cases[i][0], text_string(&signature.canonical));
}

static void queries(void)
{
	static const char *const cases[][2] = { { "", "" }, { "b=2&a=1", "a=1&b=2" },
		{ "a=2&a=1&a", "a=&a=1&a=2" }, { "ab=1&a=2&a-b=3", "a=2&a-b=3&ab=1" },
		{ "k=a%20b%2F", "k=a%20b%2F" }, { "b&&a=x=y", "=&a=x=y&b=" } };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		if (!CHECK(line_is(canonical("GET", "/", cases[i][0]), 2, cases[i][1])))
			printf("  %s\n%s\n", cases[i][0], text_string(&signature.canonical));
}

static void headers(void)
{
	struct http_header list[] = { { "X-Amz-Target", "  a   b\t c " }, { "Zz", "" }, { "x-dup", "2" },
		{ "X-Dup", "1" } };
	struct sigv4_keys with_token = { "AKIDEXAMPLE", "secret", "TOKEN==" };
	struct sigv4_request request = { .method = "POST",
		.host = "h",
		.path = "/",
		.headers = list,
		.header_count = ARRAY_LENGTH(list),
		.body = "{}",
		.body_length = 2 };

	sigv4_sign(&request, &with_token, &scope, WHEN, &signature);
	CHECK_TEXT(text_string(&signature.canonical),
		"POST\n/\n\nhost:h\nx-amz-date:20150830T123600Z\nx-amz-security-token:TOKEN==\nx-amz-target:a b c\n"
		"x-dup:2,1\nzz:\n\nhost;x-amz-date;x-amz-security-token;x-amz-target;x-dup;zz\n"
		"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
	CHECK_TEXT(signature.session_token, "TOKEN==");
	CHECK(!strstr(text_string(&signature.authorization), "secret"));
}

/* The key is kept from one request to the next, but not over a change of day, secret or clock. */
static void kept_key(void)
{
	struct sigv4_keys other = { "AKIDEXAMPLE", "another", NULL };
	struct sigv4_request request = {
		.method = "GET", .host = "example.amazonaws.com", .path = "/", .body = ""
	};
	struct sigv4_scope fresh = { .region = "us-east-1", .service = "service" };
	struct sigv4_signature again = { 0 };

	vanilla();
	sigv4_sign(&request, &other, &scope, WHEN, &signature);
	sigv4_sign(&request, &other, &fresh, WHEN, &again);
	CHECK_TEXT(signature.authorization.data, again.authorization.data);
	sigv4_sign(&request, &other, &scope, WHEN + 86400, &signature);
	CHECK(strstr(signature.authorization.data, "/20150831/"));
	CHECK(strcmp(signature.authorization.data, again.authorization.data) != 0);
	vanilla();
	sigv4_signature_free(&again);
}

int main(void)
{
	vanilla();
	paths();
	queries();
	headers();
	kept_key();
	sigv4_signature_free(&signature);
	return check_end();
}
