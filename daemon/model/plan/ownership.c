#include "ownership.h"

#include <string.h>

#include "common/text.h"
#include "model/kind.h"
#include "model/tags.h"

static bool is_joined(const char *name, const char *app, const char *batch)
{
	size_t length = strlen(app);

	return batch && strncmp(name, app, length) == 0 && name[length] == '-' &&
	       strcmp(name + length + 1, batch) == 0;
}

bool ownership_named(const struct resource *have)
{
	const char *app = tags_value(&have->tags, TAG_APP), *batch = tags_value(&have->tags, TAG_BATCH);
	const char *prefix = have->kind->name_prefix ? have->kind->name_prefix : "";

	if (!app || !text_starts(have->name, prefix))
		return false;
	if (have->kind->shape == SHAPE_SCHEDULE || (have->kind->shape == SHAPE_REVISIONS && batch))
		return is_joined(have->name, app, batch);
	return strcmp(have->name + strlen(prefix), app) == 0;
}

/* The part of an ARN between two of its colons; arn:partition:service:region:account:resource. */
static char *arn_part(struct arena *arena, const char *arn, size_t index)
{
	for (; index && strchr(arn, ':'); index--)
		arn = strchr(arn, ':') + 1;
	return arena_copy_n(arena, arn, strcspn(arn, ":"));
}

char *ownership_untag_command(struct arena *arena, const char *arn)
{
	return arena_printf(arena,
		"aws %s untag-resource --resource-arn %s --tag-keys " TAG_OWNER " --region %s",
		arn_part(arena, arn, 2), arn, arn_part(arena, arn, 3));
}

char *ownership_removal_command(struct arena *arena, const struct resource *have)
{
	return arena_printf(arena, "aws %s %s --region %s", have->kind->removal_command, have->name,
		arn_part(arena, have->arn, 3));
}

bool ownership_starts(const struct resource *target, const struct resource *revision)
{
	const char *arn = resource_starts(target);
	size_t length = (size_t)(strrchr(revision->arn, ':') - revision->arn);

	return arn && strncmp(arn, revision->arn, length) == 0 && (!arn[length] || arn[length] == ':');
}
