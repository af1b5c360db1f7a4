/*
 * Files of the state directory: one input stands for all of them. Whatever is in them, everything that a pass
 * asks and writes goes on, and what was written is read back.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "digest.h"
#include "files.h"
#include "json.h"
#include "session.h"
#include "state.h"

#include "fuzz.h"

enum { NOW = 1800000000, FILES = 7 };

static char directory[64];
static char endpoint[9];

static void remove_directory(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	const char *const *names;
	size_t count = 0;

	if (!folder_list(arena, directory, &names, &count, NULL))
		return;
	for (size_t i = 0; i < count; i++)
		remove(arena_printf(arena, "%s/%s", directory, names[i]));
	rmdir(directory);
}

/* In memory where that can be had: the state is synced to disk each time. */
static void make_directory(void)
{
	char hex[DIGEST_HEX_SIZE];

	if (*directory)
		return;
	snprintf(directory, sizeof directory, "%s/fuzz-state-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	MUST(mkdtemp(directory) && setenv("STATE_DIRECTORY", directory, 1) == 0);
	atexit(remove_directory);
	digest_text("aws", 3, hex);
	memcpy(endpoint, hex, sizeof endpoint - 1);
}

static void write_files(struct arena *arena, const uint8_t *data, size_t size)
{
	static const char *const names[FILES] = { "served-%s.json", "held-%s.json", "approvals-%s.json",
		"cache-1-eu-west-1-%s.json", "ledger-1-eu-west-1-%s.json", "last-good.json",
		"last-good-settings.json" };

	for (size_t i = 0; i < FILES; i++) {
		const char *mark = strstr(names[i], "%s");
		const char *path = arena_printf(arena, "%s/%.*s%s%s", directory,
			(int)(mark ? (size_t)(mark - names[i]) : strlen(names[i])), names[i],
			mark ? endpoint : "", mark ? mark + 2 : "");
		size_t length = 0;
		char *text = fuzz_part(&data, &size, &length);
		int file;

		remove(path);
		if (!text)
			continue;
		file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		MUST(file >= 0 && write(file, text, length) == (ssize_t)length && close(file) == 0);
		free(text);
	}
}

static bool every_other(const char *arn, void *data)
{
	int *count = data;

	MUST(arn);
	return (*count)++ & 1;
}

static void ask(struct state *state, struct state_site *site)
{
	const char *name;
	json_t *one;
	int count = 0;

	json_object_foreach (state_apps(state), name, one)
		MUST(state_served(state, name) && (state_account_of(state, name) || true));
	json_object_foreach (state_sites(state), name, one)
		MUST(json_text_of(one, "region", "") && (json_text_of(one, "role", NULL) || true));
	(void)state_is_held(state, "abc");
	(void)state_approved(state, "abc", NOW);
	(void)state_revision(site, "arn:a", "v1-a");
	(void)state_stranger(site, "arn:a", NOW);
	(void)state_left_since(state, NOW - 3600);
	(void)state_knows_left(site, "arn:a");
	(void)state_calm_until(site, "arn:a", "State");
	state_drop_revisions(site, every_other, &count);
}

static void tell(struct state *state, struct state_site *site)
{
	state_serve(state, "batch", "1");
	state_serve_site(state, "1", "eu-west-1", NULL);
	state_hold(state, json_pack("[s]", "abc"));
	MUST(state_approve(state, "abc", NOW, NULL));
	state_keep_revision(site, "arn:a", "v1-a", "v1-b");
	state_keep_stranger(site, "arn:b", NOW);
	state_left(site, "arn:c", false, NOW);
	MUST(state_put_back(site, "arn:a", "State", NOW) >= 1);
	MUST(state_save(state, true, NULL));
}

/* What was told is known, whatever stood there before. */
static void read_back(void)
{
	struct state *state = state_open("aws");
	struct state_site *site = state_site(state, "1", "eu-west-1");

	MUST(state_served(state, "batch") && state_account_of(state, "batch"));
	MUST(state_is_held(state, "abc") && state_approved(state, "abc", NOW));
	MUST(state_revision(site, "arn:a", "v1-a") && state_stranger(site, "arn:b", NOW));
	MUST(state_knows_left(site, "arn:c") && state_left_since(state, NOW - 3600) >= 1);
	state_close(state);
}

static void load_last_good(struct arena *arena)
{
	struct session session = { .arena = arena };

	if (session_load_last_good(&session))
		MUST(!session.definitions->broken && !session.settings->broken);
	session_close(&session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct state *state;
	struct state_site *site;

	make_directory();
	write_files(arena, data, size);
	load_last_good(arena);
	state = state_open("aws");
	site = state_site(state, "1", "eu-west-1");
	ask(state, site);
	tell(state, site);
	state_close(state);
	read_back();
	return 0;
}
