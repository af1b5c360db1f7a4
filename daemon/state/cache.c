#include <string.h>

#include "common/json.h"
#include "inside.h"

enum { STRANGER_SECONDS = 24 * 3600 };

/* Digests that were made without empty variables and the order of files stand under "digest": they are read
 * anew. */
const char *state_revision(const struct state_site *site, const char *arn, const char *hash)
{
	const json_t *kept = json_object_get(json_object_get(site->cache.json, "revisions"), arn);

	if (!hash || strcmp(json_text_of(kept, "hash", ""), hash) != 0)
		return NULL;
	return json_text_of(kept, "content", NULL);
}

void state_keep_revision(struct state_site *site, const char *arn, const char *hash, const char *digest)
{
	const char *kept = state_revision(site, arn, hash);

	if (!hash || (kept && strcmp(kept, digest) == 0))
		return;
	json_put(json_object_in(site->cache.json, "revisions"), arn,
		json_pack("{s:s, s:s}", "hash", hash, "content", digest));
	site->cache.dirty = true;
}

void state_drop_revisions(struct state_site *site, bool (*known)(const char *arn, void *data), void *data)
{
	json_t *revisions = json_object_get(site->cache.json, "revisions"), *value;
	const char *arn;
	void *next;

	json_object_foreach_safe(revisions, next, arn, value)
	{
		if (known(arn, data))
			continue;
		json_object_del(revisions, arn);
		site->cache.dirty = true;
	}
}

json_int_t state_inactive(const struct state_site *site, const char *family)
{
	return json_integer_of(json_object_get(site->cache.json, "inactive"), family, 0);
}

void state_keep_inactive(struct state_site *site, const char *family, json_int_t revision)
{
	json_put(json_object_in(site->cache.json, "inactive"), family, json_integer(revision));
	site->cache.dirty = true;
}

bool state_stranger(const struct state_site *site, const char *arn, time_t now)
{
	json_int_t seen = json_integer_of(json_object_get(site->cache.json, "strangers"), arn, 0);

	return seen > 0 && seen <= now && now < seen + STRANGER_SECONDS;
}

void state_keep_stranger(struct state_site *site, const char *arn, time_t now)
{
	document_forget_before(&site->cache, "strangers", now - STRANGER_SECONDS);
	json_put(json_object_in(site->cache.json, "strangers"), arn, json_integer(now));
	site->cache.dirty = true;
}
