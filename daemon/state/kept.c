#include "kept.h"

const struct kept_file kept_files[KEPT_FILES] = {
	[KEPT_SERVED] = { "served", 16 * KEPT_MEBIBYTE,
		"what was served is not known until a pass has served it again: an app that left the definitions before is not found, and no account counts as the one an app was first applied to" },
	[KEPT_HELD] = { "held", 16 * KEPT_MEBIBYTE,
		"a plan that is held can be approved once a pass has named it again" },
	[KEPT_APPROVALS] = { "approvals", 16 * KEPT_MEBIBYTE,
		"what was approved and not begun has to be approved again" },
	[KEPT_APPROVALS_USED] = { "approvals-used", 16 * KEPT_MEBIBYTE,
		"what is being carried out under an approval has to be approved again" },
	[KEPT_CACHE] = { "cache", 16 * KEPT_MEBIBYTE,
		"revisions of task definitions are read again from AWS" },
	[KEPT_LEDGER] = { "ledger", 16 * KEPT_MEBIBYTE,
		"what leaves before it has been served again is held, and what left within the last hour does not count for the brake" },
	[KEPT_LAST_GOOD] = { "last-good", 128 * KEPT_MEBIBYTE, NULL },
	/* As large as the settings themselves may be. */
	[KEPT_LAST_GOOD_SETTINGS] = { "last-good-settings", 64 * 1024, NULL },
};

void kept_name(struct text *out, enum kept which, const char *of)
{
	text_printf(out, "%s%s%s.json", kept_files[which].name, of ? "-" : "", of ? of : "");
}

char *kept_read(const struct folder *folder, enum kept which, const char *name, struct arena *arena,
	size_t *length, enum found *found, struct error *error)
{
	return folder_read(folder, arena, name, kept_files[which].limit, length, found, error);
}

bool kept_replace(
	const struct folder *folder, const char *name, const char *text, size_t length, struct error *error)
{
	return folder_replace(folder, name, text, length, 0600, error);
}
