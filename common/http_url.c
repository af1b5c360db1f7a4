#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http.h"
#include "macros.h"

/* Which URLs are talked to. */

static bool host_is_near(const char *host)
{
	/* Ourselves, and the addresses where instances and containers are told their credentials. */
	static const char *const near[] = { "localhost", "[::1]", "169.254.169.254", "169.254.170.2",
		"169.254.170.23", "[fd00:ec2::254]", "[fd00:ec2::23]" };
	unsigned a, b, c, d;
	char end;

	for (size_t i = 0; i < ARRAY_LENGTH(near); i++)
		if (!strcasecmp(host, near[i]))
			return true;
	return sscanf(host, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &end) == 4 && a == 127 && b < 256 &&
	       c < 256 && d < 256;
}

/* Copies the host, with the brackets of an IPv6 address, without user and port; false where there is none. */
static bool host_of(const char *authority, char *host, size_t size)
{
	size_t length = strcspn(authority, "/?#"), i = 0;

	for (size_t at = 0; at < length; at++)
		if (authority[at] == '@' || authority[at] == '\\' || (unsigned char)authority[at] <= ' ')
			return false;
	if (authority[0] == '[')
		i = strcspn(authority, "]") + 1;
	else
		i = strcspn(authority, ":/?#");
	if (i == 0 || i > length || i >= size || (authority[i] != ':' && i != length))
		return false;
	memcpy(host, authority, i);
	host[i] = '\0';
	return true;
}

bool http_url_allowed(const char *url, struct error *error)
{
	bool secure = !strncasecmp(url, "https://", 8), plain = !strncasecmp(url, "http://", 7);
	char host[256];

	if (!secure && !plain)
		return error_set(error, ERROR_INPUT, "%s is not an https:// URL", url);
	if (!host_of(url + (secure ? 8 : 7), host, sizeof host))
		return error_set(error, ERROR_INPUT, "%s names no host", url);
	if (plain && !host_is_near(host))
		return error_set(error, ERROR_INPUT,
			"%s is not encrypted: http:// is for this machine alone, use https://", url);
	return true;
}
