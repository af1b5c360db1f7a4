#ifndef DAEMON_MODEL_TAGS_H
#define DAEMON_MODEL_TAGS_H

/* Tags: ours (`fargate-batchd:…`), the user's that we set, and everybody else's, which stay. */

#include "resource.h"

#define TAG_OWNER     "fargate-batchd:owner"
#define TAG_APP       "fargate-batchd:app"
#define TAG_BATCH     "fargate-batchd:batch"
#define TAG_HASH      "fargate-batchd:hash"
#define TAG_LEAVING   "fargate-batchd:leaving"
#define TAG_ON_DELETE "fargate-batchd:on-delete"
#define TAG_USER      "fargate-batchd:tags" /* which of the user's tags are set by us */

/* The value of a tag, NULL where absent. */
const char *tags_value(const struct tags *tags, const char *key);

/* Sets or replaces one; keeps the order. */
void tags_set(struct arena *arena, struct tags *tags, const char *key, const char *value);

/*
 * Reads a service's list of tags, whatever case its members have (Key/key), or a map as Scheduler gives it;
 * leaves out AWS's own (`aws:`).
 */
struct tags tags_read(struct arena *arena, const json_t *list);

/* The list as a service wants it: [{"Key":…,"Value":…}], or with lower-case members. A new reference. */
json_t *tags_list(const struct tags *tags, bool lower);
/* The keys alone, for untagging. */
json_t *tags_keys(const struct tags *tags);

/* Gathers the user's tags of a definition ({"key": "value"}); `wins`: also over what was gathered before. */
void tags_gather_user(struct arena *arena, struct tags *user, const json_t *map, bool wins);
/* Adds what was gathered, and the tag that remembers the keys. */
void tags_add_user(struct arena *arena, struct tags *tags, const struct tags *user);

/*
 * The key that a stranger set and that differs from this one in its capitals alone, where that is the same
 * key to AWS (`want` is caseless); NULL where there is none. It stays, and ours is not set.
 */
const char *tags_strangers_key(const struct tags *want, const struct tags *have, const char *key);

/*
 * What to set and what to take away so that `have` carries what `want` says: tags of strangers stay; a user's
 * tag that the definition no longer has goes; `:app` counts only on what belongs to one batch, `:leaving`
 * never.
 */
void tags_compare(struct arena *arena, const struct tags *want, const struct tags *have, struct tags *set,
	struct tags *remove);

#endif
