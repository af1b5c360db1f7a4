#include "tagged.h"

#include <stdlib.h>
#include <string.h>

#include "kinds/kinds.h"

struct subject tagged_subject(struct arena *arena, const struct state_site *memory, time_t now)
{
	const char **types = arena_alloc(arena, tagged_type_count * sizeof *types);
	struct subject subject = { .name = "", .names = types };

	for (size_t i = 0; i < tagged_type_count; i++)
		if (!state_stranger(memory, tagged_types[i], now))
			types[subject.name_count++] = tagged_types[i];
	return subject;
}

bool tagged_leave_out(
	struct subject *subject, const struct failure *failure, struct state_site *memory, time_t now)
{
	const char **types = (const char **)(uintptr_t)subject->names;
	size_t kept = 0;
	bool named = false;

	if (!failure_has_code(failure, "InvalidParameter") || !subject->name_count)
		return false;
	for (size_t i = 0; i < subject->name_count; i++)
		named = named || strstr(failure->message, types[i]);
	for (size_t i = 0; i < subject->name_count; i++) {
		if (named && !strstr(failure->message, types[i]))
			types[kept++] = types[i];
		else
			state_keep_stranger(memory, types[i], now);
	}
	subject->name_count = kept;
	return true;
}

static json_int_t revision_of(const char *arn)
{
	const char *colon = strrchr(arn, ':');

	return colon ? atoll(colon + 1) : 0;
}

bool tagged_may_be_active(const struct state_site *memory, const char *family, const char *arn)
{
	return revision_of(arn) > state_inactive(memory, family);
}

void tagged_keep_inactive(struct state_site *memory, const char *family, const char *arn)
{
	if (tagged_may_be_active(memory, family, arn))
		state_keep_inactive(memory, family, revision_of(arn));
}
