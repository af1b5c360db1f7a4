#include <string.h>

#include "common/text.h"
#include "model/tags.h"
#include "parts.h"

/*
 * Task definitions: which revision has the content that is wanted, whether one has to be registered, and
 * which ones are too old to keep.
 */

/* The slice of one family's ACTIVE revisions, oldest first. */
struct family {
	struct resource **items;
	size_t count;
	struct resource *wanted; /* the one whose content is wanted, NULL = register */
};

static struct family family_of(const struct plan *plan, const struct resource *want)
{
	const struct resources *all = &plan->observed->all;
	size_t from = resources_from(all, want->kind, want->name), to = from;

	while (to < all->count && all->items[to]->kind == want->kind &&
		strcmp(all->items[to]->name, want->name) == 0)
		to++;
	/* An empty account has no array to point into. */
	if (to == from)
		return (struct family){ 0 };
	return (struct family){ .items = &all->items[from], .count = to - from };
}

static bool is_newest(const struct plan *plan, const struct resource *revision)
{
	struct family family = family_of(plan, revision);

	return family.count && family.items[family.count - 1] == revision;
}

bool plan_starts(const struct plan *plan, const struct resource *target, const struct resource *revision)
{
	const char *arn = resource_starts(target);
	size_t length = arn ? strlen(arn) : 0;

	if (!arn || strncmp(arn, revision->arn, length) != 0)
		return false;
	return !revision->arn[length] || (revision->arn[length] == ':' && is_newest(plan, revision));
}

static bool in_use(const struct plan *plan, const struct resource *revision)
{
	for (size_t i = plan->observed->all.count; i-- > 0;) {
		const struct resource *have = plan->observed->all.items[i];

		/* What starts a revision stands behind it in the table. */
		if (have->kind->rank <= revision->kind->rank)
			return false;
		if (plan_starts(plan, have, revision))
			return true;
	}
	return false;
}

/* Ours if one of its ACTIVE revisions is, foreign if it has ACTIVE ones and none is; one that could not be
 * read may have what is wanted. */
static bool may_register(
	struct plan *plan, const struct view *view, const struct resource *want, const struct family *family)
{
	if (observed_unreadable(plan->observed, want->kind, want->name))
		return plan_may_use(plan, view, want, NULL);
	for (size_t i = 0; i < family->count; i++)
		if (is_ours(view, family->items[i]))
			return true;
	if (!family->count)
		return true;
	return plan_may_use(plan, view, want, family->items[family->count - 1]);
}

/* A tag of another version than this content's digest
 * would have, or none, leaves only the content to go by. */
static bool hash_counts(const struct resource *have)
{
	return fields_same_version(have->hash, have->digest);
}

static bool same_content(
	struct plan *plan, const struct resource *want, const struct resource *have, const char *digest)
{
	if (have->digest)
		return strcmp(have->digest, digest) == 0;
	return have->content_read && fields_compare(plan->arena, &want->fields, &have->fields).count == 0;
}

/* Of several with the same content the one that a schedule starts already, so that nothing has to move. */
static bool is_better(const struct plan *plan, const struct resource *have, const struct resource *found)
{
	return !found || (in_use(plan, have) && !in_use(plan, found));
}

/*
 * The newest revision of ours with this hash and this content. Where the hash is right and the content reads
 * otherwise, somebody copied the tag, or AWS says what we wrote in its own way: the second time the same is
 * read, it is AWS.
 */
static struct resource *find_revision(struct plan *plan, const struct view *view, const struct resource *want,
	const struct family *family, const char *hash)
{
	char *digest = fields_digest(plan->arena, &want->fields, true);
	struct resource *doubtful = NULL, *found = NULL;

	for (size_t i = family->count; i-- > 0;) {
		struct resource *have = family->items[i];
		bool content = same_content(plan, want, have, digest);

		if (!is_ours(view, have))
			continue;
		if (content && (!hash_counts(have) || strcmp(have->hash, hash) == 0)) {
			found = is_better(plan, have, found) ? have : found;
			continue;
		}
		if (found || !hash_counts(have) || strcmp(have->hash, hash) != 0)
			continue;
		if (doubtful && strcmp(doubtful->digest, have->digest) == 0)
			return doubtful;
		if (!doubtful)
			doubtful = have;
	}
	return found;
}

/* What a new revision replaces: the one in use, else the newest of ours. */
static struct resource *replaced(
	const struct plan *plan, const struct view *view, const struct family *family)
{
	struct resource *newest = NULL;

	for (size_t i = 0; i < family->count; i++) {
		if (!is_ours(view, family->items[i]))
			continue;
		newest = family->items[i];
		if (in_use(plan, newest))
			return newest;
	}
	return newest;
}

/* What only the old one has is no difference as a rule,
 * since AWS adds members; here it is all that there is. */
static struct differences what_goes(
	const struct plan *plan, const struct resource *want, const struct resource *old)
{
	struct differences back = fields_compare(plan->arena, &old->fields, &want->fields);

	for (size_t i = 0; i < back.count; i++)
		back.items[i] =
			(struct difference){ back.items[i].path, back.items[i].after, back.items[i].before };
	return back;
}

/* A creation lists its fields; one that replaces a revision lists what differs between the two. */
static void add_registration(
	struct plan *plan, const struct view *view, struct resource *want, const struct family *family)
{
	struct resource *old = replaced(plan, view, family);
	struct action *action = plan_compare(plan, view, want, NULL);

	if (!old)
		return;
	if (!old->content_read) {
		plan_read(plan, old);
		return;
	}
	action->replaces = old;
	action->differences = fields_compare(plan->arena, &want->fields, &old->fields);
	if (!action->differences.count)
		action->differences = what_goes(plan, want, old);
}

static void plan_family(struct plan *plan, const struct view *view, struct resource *want)
{
	struct family family = family_of(plan, want);
	const struct resource *unlisted = observed_unlisted(plan->observed, want->kind, want->name);
	char *hash;

	if (!may_register(plan, view, want, &family))
		return;
	want_fields(view, want);
	hash = fields_digest(plan->arena, &want->fields, false);
	tags_set(plan->arena, &want->tags, TAG_HASH, hash);
	family.wanted = find_revision(plan, view, want, &family, hash);
	if (family.wanted) {
		want->arn = family.wanted->arn;
		want->revision_arn = family.wanted->arn;
		want->found = want->fields;
		/* The content is the same, so only tags can differ. */
		want->fields = family.wanted->fields;
		plan_compare(plan, view, want, family.wanted);
	} else if (unlisted) {
		plan_problem(plan, want, NULL, false,
			"the list of task definitions is not complete: it lacks %s:%d, which a schedule starts; nothing is registered or deregistered in this family before a pass reads it whole",
			want->name, unlisted->revision);
	} else {
		want->revision_arn = arena_printf(plan->arena, "%s:(new)", want->name);
		add_registration(plan, view, want, &family);
	}
}

static struct resource *revision_by_arn(const struct plan *plan, const char *arn)
{
	for (size_t i = 0; i < plan->observed->all.count; i++) {
		struct resource *have = plan->observed->all.items[i];

		if (have->kind->shape == SHAPE_REVISIONS && strcmp(have->arn, arn) == 0)
			return have;
	}
	return NULL;
}

void plan_show_move(struct plan *plan, const struct resource *family, struct action *target)
{
	const char *arn = resource_starts(target->have);
	struct resource *old = arn ? revision_by_arn(plan, arn) : NULL;

	/* A registration shows for itself what is new in it. */
	if (!old || !*family->arn || strcmp(old->arn, family->arn) == 0)
		return;
	if (!old->content_read) {
		plan_read(plan, old);
		return;
	}
	target->revisions = fields_compare(plan->arena, &family->found, &old->fields);
	for (size_t i = 0; i < target->revisions.count; i++)
		target->revisions.items[i].path =
			arena_printf(plan->arena, "taskDefinition.%s", target->revisions.items[i].path);
}

void plan_revisions(struct plan *plan, const struct view *view, const struct plan_options *options)
{
	(void)options;
	for (size_t i = 0; i < plan->wants.count; i++)
		if (plan->wants.items[i]->kind->shape == SHAPE_REVISIONS)
			plan_family(plan, view, plan->wants.items[i]);
}
