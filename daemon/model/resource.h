#ifndef DAEMON_MODEL_RESOURCE_H
#define DAEMON_MODEL_RESOURCE_H

/* The whole domain on one screen: where things are (site), what they carry (tags), what there is or should
 * be. */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "common/arena.h"
#include "fields.h"
#include "model/definition/definition.h"

struct kind;

/* One account and region, reached with one identity. */
struct site {
	const char *role_arn; /* assumed; NULL = the chain's own keys */
	const char *region;
	const char *partition; /* "aws", "aws-cn", … */
	const char *suffix; /* of its host names: "amazonaws.com", "amazonaws.com.cn", … */
	const char *account; /* as sts:GetCallerIdentity says; NULL until it answered */
};

struct tag {
	const char *key, *value;
};

struct tags {
	struct tag *items; /* sorted by key, without "aws:" ones */
	size_t count;
	bool caseless; /* wanted on what knows no case in keys: IAM's */
};

enum tag_reading {
	TAGS_UNREAD,
	TAGS_LATE, /* from the tagging API, which lags by seconds: good for comparing, not for the first write
		    */
	TAGS_STRONG, /* from the resource's own service in this pass */
};

struct sharer {
	struct app *app;
	struct position at;
	bool elsewhere; /* reached through another site of the account, which tells what it lacks */
};

/* What there should be (want) or what there is (have); identity is kind, name and id. */
struct resource {
	const struct kind *kind;
	const char *name; /* role, repository, log group, cluster, rule; the family of a revision; the rule of
			     a target */
	const char *id; /* a target's Id, a revision's ARN; "" for all others */
	const char *arn; /* "" until known */

	struct fields fields;
	bool content_read; /* `fields` are the content */
	struct tags tags;
	enum tag_reading tags_read;

	/* want */
	struct app *app; /* of a shared one: the first that wants it */
	struct sharer *sharers; /* the other apps that want it too */
	size_t sharer_count, sharer_capacity;
	struct tags user; /* the user's tags of all of them */
	struct batch *batch; /* NULL for what an app needs */
	struct position at;
	bool managed; /* false: used, never written to */
	unsigned part; /* the kind's own distinction (a role's use) */
	bool start_disabled; /* a rule that takes over from another is made disabled first */
	const char *revision_arn; /* a target's: what it will run; "family:(new)" until registered */
	struct fields found; /* of a revision that was found again: the content as the definitions say it */

	/* have */
	int revision;
	const char *hash; /* a revision's `fargate-batchd:hash` tag; NULL = none */
	const char *digest; /* a revision's content, known members only; NULL = not read */
	bool unlisted; /* a revision that AWS has, though the list did not show it */
	const char *document; /* a role's trust policy as it stands */
	time_t made; /* when AWS made it; 0 = not told */
	const char
		*overruled_by; /* what of the account decides in place of the definitions; NULL = nothing */
	const char *managed_by; /* an AWS service that owns the rule */
	bool tags_missing; /* AWS showed it, and did not find its tags */
	bool asked; /* its own service has been asked for it, beyond the list */
};

struct resources {
	struct resource **items;
	size_t count, capacity;
};

/* Adds an empty resource of this identity; texts are copied. */
struct resource *resources_add(struct arena *arena, struct resources *all, const struct kind *kind,
	const char *name, const char *id);

/* The ARN or family of the revision that its content says it starts; NULL where it starts none. */
const char *resource_starts(const struct resource *resource);
/* Whether a schedule reads stopped. */
bool resource_is_stopped(const struct resource *resource);
/* Whether it has the Id that its kind gives to what is ours. */
bool resource_has_own_id(const struct resource *resource);

/* Sorts by kind's rank, name, id: what plan_make walks. */
void resources_sort(struct resources *all);

/* The first of this kind and name in a sorted set, NULL where there is none; `id` NULL = any. */
struct resource *resources_find(
	const struct resources *all, const struct kind *kind, const char *name, const char *id);

/* The index of the first of this kind and name in a sorted set, or where it would stand. */
size_t resources_from(const struct resources *all, const struct kind *kind, const char *name);

#endif
