#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_inside.h"
#include "macros.h"

/* The proxy that libcurl takes from the environment. */

/* The variable that counts for the URL, in libcurl's order; NULL where none is set. */
static const char *variable_of(const char *url)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy",
		"ALL_PROXY" };
	bool secure = !strncasecmp(url, "https:", 6);

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const char *value = getenv(names[i]);
		bool other = i < 3 && secure != (i < 2);

		if (value && *value && !other)
			return names[i];
	}
	return NULL;
}

/* Behind the scheme, which may be absent; NULL where it is unknown. */
static const char *behind_scheme(const char *value)
{
	static const char *const schemes[] = { "http", "https", "socks4", "socks4a", "socks5", "socks5h" };
	const char *slashes = strstr(value, "://");

	if (!slashes)
		return value;
	for (size_t i = 0; i < ARRAY_LENGTH(schemes); i++)
		if (strlen(schemes[i]) == (size_t)(slashes - value) &&
			!strncasecmp(schemes[i], value, strlen(schemes[i])))
			return slashes + 3;
	return NULL;
}

/* "HOST", "HOST:PORT", "[ADDRESS]:PORT", with a slash at the end or without. */
static bool is_host(const char *text)
{
	static const char marks[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-_";
	size_t length = strspn(text, marks);

	if (*text == '[') {
		length = 2 + strspn(text + 1, "0123456789ABCDEFabcdef.:");
		if (text[length - 1] != ']')
			return false;
	}
	if (!length)
		return false;
	text += length;
	if (*text == ':') {
		length = 1 + strspn(text + 1, "0123456789");
		if (length < 2 || strtoul(text + 1, NULL, 10) > 65535)
			return false;
		text += length;
	}
	return !*text || !strcmp(text, "/");
}

static bool is_proxy(const char *value)
{
	const char *user = behind_scheme(value), *at = user ? strrchr(user, '@') : NULL;

	if (!user)
		return false;
	for (; at && user < at; user++)
		if (!isgraph((unsigned char)*user) || strchr("/?#@\\'\"", *user))
			return false;
	return is_host(at ? at + 1 : user);
}

const char *proxy_misspelt(const char *url)
{
	const char *name = http_url_is_near(url) ? NULL : variable_of(url);
	const char *value = name ? getenv(name) : NULL;

	return value && !is_proxy(value) ? name : NULL;
}
