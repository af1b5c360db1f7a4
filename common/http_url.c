#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http.h"
#include "last_words.h"
#include "macros.h"

/* Which URLs are talked to: libcurl takes them apart, so that what is checked is what it connects to. */

static void url_freep(CURLU **parts)
{
	curl_url_cleanup(*parts);
}

static void text_freep(char **text)
{
	curl_free(*text);
}

#define CLEANUP_URL  CLEANUP(url_freep)
#define CLEANUP_PART CLEANUP(text_freep)

static CURLU *url_new(void)
{
	CURLU *parts = curl_url();

	if (!parts)
		say_and_abort("out of memory");
	return parts;
}

/* NULL where the URL has none of it. */
static char *part_of(CURLU *parts, CURLUPart what, unsigned flags)
{
	char *text = NULL;

	if (curl_url_get(parts, what, &text, flags) == CURLUE_OUT_OF_MEMORY)
		say_and_abort("out of memory");
	return text;
}

static bool is_one_of(const char *host, const char *const *hosts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(host, hosts[i]))
			return true;
	return false;
}

/* What may be AWS without encryption: an emulator of it. */
static bool host_is_here(const char *host)
{
	static const char *const here[] = { "localhost", "[::1]" };
	unsigned a, b, c, d;
	char end;

	if (is_one_of(host, here, ARRAY_LENGTH(here)))
		return true;
	return sscanf(host, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &end) == 4 && a == 127 && b < 256 &&
	       c < 256 && d < 256;
}

/* What may give keys without encryption: this machine, and where instances and containers are told theirs. */
static bool host_is_near(const char *host)
{
	static const char *const keys[] = { "169.254.169.254", "169.254.170.2", "169.254.170.23",
		"[fd00:ec2::254]", "[fd00:ec2::23]" };

	return host_is_here(host) || is_one_of(host, keys, ARRAY_LENGTH(keys));
}

static bool is_clean(const char *url)
{
	for (; *url; url++)
		if (*url <= ' ' || *url > '~')
			return false;
	return true;
}

/*
 * The URL where it may be told: what stands before an @ may be a password, behind a ? a token, and where it
 * is badly written, behind a colon too.
 */
static const char *showable(const char *url)
{
	static const char plain[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-_~:/[]";
	const char *scheme = strstr(url, "://"), *host = scheme ? scheme + 3 : url;
	const char *colon = host + strcspn(host, *host == '[' ? "]" : ":/");

	if (*colon == ']')
		colon++;
	if (*colon == ':')
		colon += 1 + strspn(colon + 1, "0123456789");
	return url[strspn(url, plain)] || (*colon && *colon != '/') ? "the URL" : url;
}

/* libcurl takes what stands behind more than two slashes for the host, which nobody means. */
static const char *authority_of(const char *url)
{
	if (!strncasecmp(url, "https://", 8))
		return url + 8;
	return strncasecmp(url, "http://", 7) ? NULL : url + 7;
}

static const char *wrong_with(CURLUcode code)
{
	switch (code) {
	case CURLUE_OUT_OF_MEMORY:
		say_and_abort("out of memory");
	case CURLUE_BAD_PORT_NUMBER:
		return "has a port that is none; write a number from 1 to 65535";
	case CURLUE_USER_NOT_ALLOWED:
		return "holds a user name or a password; leave them out, keys have their own places";
	default:
		return "names no host";
	}
}

/* What is wrong with the URL, NULL where it could be taken apart. */
static const char *take_apart(const char *url, CURLU *parts)
{
	const char *authority = authority_of(url);
	CLEANUP_PART char *port = NULL;
	CURLUcode code;

	if (!is_clean(url))
		return "holds a blank or a character that URLs do not have";
	if (!authority)
		return "is not an https:// URL";
	if (*authority == '/')
		return wrong_with(CURLUE_NO_HOST);
	code = curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER);
	if (code != CURLUE_OK)
		return wrong_with(code);
	port = part_of(parts, CURLUPART_PORT, 0);
	return port && strtol(port, NULL, 10) == 0 ? wrong_with(CURLUE_BAD_PORT_NUMBER) : NULL;
}

bool http_url_is_near(const char *url)
{
	CLEANUP_URL CURLU *parts = url_new();
	CLEANUP_PART char *host = NULL;

	if (take_apart(url, parts))
		return false;
	host = part_of(parts, CURLUPART_HOST, 0);
	return host && host_is_near(host);
}

static bool is_secure(const char *url)
{
	return !strncasecmp(url, "https:", 6);
}

static bool is_allowed(const char *url, CURLU *parts, bool (*plain)(const char *host), struct error *error)
{
	const char *wrong = take_apart(url, parts);
	CLEANUP_PART char *host = wrong ? NULL : part_of(parts, CURLUPART_HOST, 0);

	if (wrong)
		return error_set(error, ERROR_INPUT, "%s %s", showable(url), wrong);
	if (!is_secure(url) && !(host && plain(host)))
		return error_set(error, ERROR_INPUT,
			"%s is not encrypted: http:// is for this machine alone, use https://",
			showable(url));
	return true;
}

bool http_url_allowed(const char *url, struct error *error)
{
	CLEANUP_URL CURLU *parts = url_new();

	return is_allowed(url, parts, host_is_near, error);
}

bool http_endpoint_allowed(const char *url, struct error *error)
{
	CLEANUP_URL CURLU *parts = url_new();

	return is_allowed(url, parts, host_is_here, error);
}

bool http_endpoint_parts(const char *url, struct arena *arena, struct http_parts *out, struct error *error)
{
	CLEANUP_URL CURLU *parts = url_new();
	CLEANUP_PART char *host = NULL, *port = NULL, *path = NULL;
	size_t length;

	if (!is_allowed(url, parts, host_is_here, error))
		return false;
	host = part_of(parts, CURLUPART_HOST, 0);
	port = part_of(parts, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
	path = part_of(parts, CURLUPART_PATH, 0);
	for (char *c = host; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	for (length = strlen(path); length && path[length - 1] == '/'; length--)
		continue;
	out->scheme = is_secure(url) ? "https" : "http";
	out->host = arena_printf(arena, "%s%s%s", host, port ? ":" : "", port ? port : "");
	out->path = arena_copy_n(arena, path, length);
	return true;
}
