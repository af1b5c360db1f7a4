#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http.h"
#include "macros.h"

/* Which URLs are talked to. */

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

static bool is_port(const char *digits)
{
	long port = strtol(digits, NULL, 10);

	return port >= 1 && port <= 65535;
}

/*
 * Copies the host, with the brackets of an IPv6 address, without port; what is wrong with the authority, NULL
 * where it is right.
 */
static const char *host_of(const char *authority, char *host, size_t size)
{
	size_t length = strcspn(authority, "/?#"), i = 0, digits;

	for (size_t at = 0; at < length; at++)
		if (authority[at] == '@' || authority[at] == '\\')
			return "holds a user name or a password; leave them out, keys have their own places";
	if (authority[0] == '[')
		i = strcspn(authority, "]") + 1;
	else
		i = strcspn(authority, ":/?#");
	if (i == 0 || i > length || i >= size || (authority[i] != ':' && i != length))
		return "names no host";
	digits = i < length ? strspn(authority + i + 1, "0123456789") : 0;
	if (i < length && (i + 1 + digits != length || (digits && !is_port(authority + i + 1))))
		return "has a port that is none; write a number from 1 to 65535";
	memcpy(host, authority, i);
	host[i] = '\0';
	return NULL;
}

/* Behind the scheme; NULL where it is neither of the two. */
static const char *authority_of(const char *url, bool *secure)
{
	*secure = !strncasecmp(url, "https://", 8);
	if (*secure)
		return url + 8;
	return strncasecmp(url, "http://", 7) ? NULL : url + 7;
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

bool http_url_is_near(const char *url)
{
	char host[256];
	bool secure;
	const char *authority = authority_of(url, &secure);

	return authority && !host_of(authority, host, sizeof host) && host_is_near(host);
}

static bool is_allowed(const char *url, bool (*plain)(const char *host), struct error *error)
{
	bool secure;
	const char *authority = authority_of(url, &secure), *wrong;
	char host[256];

	if (!is_clean(url))
		wrong = "holds a blank or a character that URLs do not have";
	else if (!authority)
		wrong = "is not an https:// URL";
	else
		wrong = host_of(authority, host, sizeof host);
	if (wrong)
		return error_set(error, ERROR_INPUT, "%s %s", showable(url), wrong);
	if (!secure && !plain(host))
		return error_set(error, ERROR_INPUT,
			"%s is not encrypted: http:// is for this machine alone, use https://",
			showable(url));
	return true;
}

bool http_url_allowed(const char *url, struct error *error)
{
	return is_allowed(url, host_is_near, error);
}

bool http_endpoint_allowed(const char *url, struct error *error)
{
	return is_allowed(url, host_is_here, error);
}
