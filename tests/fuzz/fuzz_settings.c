/* The settings file: whatever is in it, each fault says where and what to write instead, and what is wrong
 * keeps its default. */

#include <string.h>

#include "daemon/settings.h"

#include "fuzz.h"

static void look_at(const struct settings *settings)
{
	for (size_t i = 0; i < settings->fault_count; i++) {
		const struct fault *fault = &settings->faults[i];

		MUST(is_said(fault->at.file) && fault->at.line && fault->at.column);
		MUST(is_said(fault->message) && is_said(fault->remedy));
	}
	MUST(settings->broken == (settings->fault_count > 0));
	MUST(*settings->owner && strlen(settings->owner) <= 128);
	MUST(settings->resync_interval >= 1 && settings->runs_interval >= 1);
	MUST(settings->deletion.max_percent <= 100 && settings->keep_revisions >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	char *text = arena_copy_n(arena, (const char *)data, size);
	struct settings *settings = settings_read(arena, "settings.json", text, size);

	if (settings)
		look_at(settings);
	settings_free(settings);
	return 0;
}
