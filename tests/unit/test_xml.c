#include "common/xml.h"

#include <stdlib.h>

#include "common/text.h"

#include "../check.h"

static char root[32];

/* The answer as compact JSON with sorted keys, or "error: ..."; valid until the next call. */
static const char *read_n(const char *text, size_t length)
{
	static char out[4096];
	struct error error = { 0 };
	json_t *value = xml_to_json(text, length, root, sizeof root, &error);
	char *json = value ? json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	if (value)
		snprintf(out, sizeof out, "%s", json);
	else
		snprintf(out, sizeof out, "error %d: %s", (int)error.code, error.text);
	free(json);
	json_decref(value);
	return out;
}

static const char *read(const char *text)
{
	return read_n(text, strlen(text));
}

static void answers(void)
{
	CHECK_TEXT(read("<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
			"\n  <GetCallerIdentityResult>\n "
			"<Account>123456789012</Account><UserId/></GetCallerIdentityResult>"
			"<ResponseMetadata><RequestId>abc</RequestId></ResponseMetadata></"
			"GetCallerIdentityResponse>"),
		"{\"GetCallerIdentityResult\":{\"Account\":\"123456789012\",\"UserId\":\"\"},\"ResponseMetadata\":{\"RequestId\":\"abc\"}}");
	CHECK_TEXT(root, "GetCallerIdentityResponse");
	CHECK_TEXT(
		read("<R><Tags><member><Key>a</Key></member><member><Key>b</Key></member></Tags><Empty></Empty></R>"),
		"{\"Empty\":\"\",\"Tags\":[{\"Key\":\"a\"},{\"Key\":\"b\"}]}");
	CHECK_TEXT(read("<R><subnetSet><item><id>x</id></item></subnetSet></R>"),
		"{\"subnetSet\":[{\"id\":\"x\"}]}");
	CHECK_TEXT(read("<R><e>1</e><e>2</e><e>3</e></R>"), "{\"e\":[\"1\",\"2\",\"3\"]}");
	CHECK_TEXT(read("<R><a><member>1</member><other>2</other></a></R>"),
		"{\"a\":{\"member\":[\"1\"],\"other\":\"2\"}}");
	CHECK_TEXT(read("<R><a>x &lt;&amp;&#228; <![CDATA[<b>]]></a></R>"), "{\"a\":\"x <&\xc3\xa4 <b>\"}");
	CHECK_TEXT(read("<R>text alone</R>"), "{}");
	CHECK_TEXT(read("<R><member>1</member></R>"), "{\"member\":[\"1\"]}");
	CHECK_TEXT(read("<R/>"), "{}");
}

static void refused(void)
{
	struct text deep = { 0 };

	CHECK(strstr(read("<!DOCTYPE R [<!ENTITY a \"b\">]><R>&a;</R>"), "a DOCTYPE is not accepted"));
	CHECK(strstr(read("<R>&unknown;</R>"), "error"));
	CHECK(strstr(read("<R><a>1</a>"), "error 6"));
	CHECK(strstr(read("<R><a>1</b></R>"), "error"));
	CHECK(strstr(read(""), "error"));
	CHECK(strstr(read("{\"json\": 1}"), "error"));
	CHECK(strstr(read("<R/><R/>"), "error"));
	CHECK(strstr(read_n("<R>\0</R>", 8), "error"));
	CHECK(strstr(read("<R>\xff</R>"), "error"));
	for (int i = 0; i < 1000; i++)
		text_add(&deep, "<a>");
	CHECK(strstr(read(text_string(&deep)), "nested deeper than 32"));
	text_clear(&deep);
	for (int i = 0; i < 32; i++)
		text_add(&deep, "<a>");
	for (int i = 0; i < 32; i++)
		text_add(&deep, "</a>");
	CHECK(text_starts(read(text_string(&deep)), "{\"a\":{\"a\":"));
	text_free(&deep);
}

/* Every cut of an answer is an error, and none leaks. */
static void cut(void)
{
	const char *whole = "<R><Tags><member><Key>a</Key></member></Tags><b>x</b></R>";
	int read_whole = 0;

	for (size_t length = 0; length < strlen(whole); length++)
		read_whole += !text_starts(read_n(whole, length), "error");
	CHECK_NUMBER(read_whole, 0);
}

int main(void)
{
	answers();
	refused();
	cut();
	return check_end();
}
