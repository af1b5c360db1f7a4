/*
 * Files of the state directory: one input stands for all of them. Whatever is in them, everything that a pass
 * asks and writes goes on, and what was written is read back.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/digest.h"
#include "common/files.h"
#include "common/json.h"
#include "daemon/session.h"
#include "state/state.h"

#include "fuzz.h"

enum { NOW = 1800000000, FILES = 8 };

static char directory[64];
static char endpoint[9];

static void remove_directory(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	const char *const *names;
	size_t count = 0;
	int opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (opened < 0 || !folder_list(arena, opened, directory, &names, &count, NULL))
		return;
	close(opened);
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
		"last-good-settings.json", "approvals-used-%s.json" };

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

static bool every_other_name(const char *kind, const char *name, const char *app, void *data)
{
	MUST(kind && app);
	return every_other(name, data);
}

static bool is_back(const char *arn, void *data)
{
	MUST(arn && !data);
	return strcmp(arn, "arn:c") == 0;
}

static void ask_approvals(struct state *state)
{
	struct approvals *approvals = state_approvals(state);
	struct approval approval;

	(void)state_held(state, "abc");
	(void)approvals_find(approvals, "abc", NOW, &approval);
	(void)approvals_await(approvals, "arn:a", NOW);
	(void)approvals_cover(approvals, "arn:a", NOW);
	if (approvals_any(approvals, NOW))
		approvals_review(approvals, NOW, is_back, NULL);
	approvals_disabled(approvals, "arn:a", NOW);
	approvals_deleted(approvals, "arn:b");
}

static void approve(struct state *state)
{
	static const char *const arns[] = { "arn:a", "arn:b" };
	struct approvals *approvals = state_approvals(state);
	struct approval approval;

	state_hold(state, json_pack("{s:[s,s]}", "abc", arns[0], arns[1]), false);
	MUST(approvals_give(approvals, "abc", "alice", state_held(state, "abc"), NOW, NULL));
	MUST(approvals_find(approvals, "abc", NOW, &approval));
	approvals_use(approvals, &approval, arns, 2);
	approvals_disabled(approvals, "arn:a", NOW);
}

static void ask(struct state *state, struct state_site *site)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	size_t left, capacity;
	const char *name;
	json_t *one;
	int count = 0;

	json_object_foreach (state_apps(state), name, one)
		MUST(state_served(state, name) && (state_account_of(state, name) || true));
	json_object_foreach (state_sites(state), name, one)
		MUST(json_text_of(one, "region", "") && (json_text_of(one, "role", NULL) || true));
	ask_approvals(state);
	(void)state_revision(site, "arn:a", "v1-a");
	(void)state_stranger(site, "arn:a", NOW);
	(void)state_left_since(state, NOW - 3600, arena, &left, &capacity);
	(void)state_knows_left(site, "arn:a");
	(void)state_calm_until(site, "arn:a", "State");
	(void)state_name(site, "rule", "batch-no1");
	(void)state_lacks_names(state);
	state_drop_names(site, every_other_name, &count);
	state_drop_revisions(site, every_other, &count);
}

static void tell(struct state *state, struct state_site *site)
{
	state_serve(state, "batch", "1");
	state_serve_site(state, "1", "eu-west-1", NULL);
	approve(state);
	state_keep_revision(site, "arn:a", "v1-a", "v1-b");
	state_keep_stranger(site, "arn:b", NOW);
	state_left(site, "arn:c", NOW);
	state_serve_name(site, "rule", "batch-no1", "batch", false);
	state_leave_name(site, "repository", "batch", "batch");
	MUST(state_put_back(site, "arn:a", "State", NOW) >= 1);
	MUST(state_save(state, true, NULL));
}

/* What was told is known, whatever stood there before. */
static void read_back(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct state *state = state_open("aws", NULL);
	struct state_site *site = state_site(state, "1", "eu-west-1");
	struct approvals *approvals = state_approvals(state);
	struct approval approval;
	size_t left, capacity;

	MUST(state_served(state, "batch") && state_account_of(state, "batch"));
	MUST(state_held(state, "abc") && !approvals_find(approvals, "abc", NOW, &approval));
	MUST(approvals_cover(approvals, "arn:a", NOW) && approvals_await(approvals, "arn:b", NOW));
	MUST(state_revision(site, "arn:a", "v1-a") && state_stranger(site, "arn:b", NOW));
	MUST(state_name(site, "rule", "batch-no1").known && state_name(site, "repository", "batch").left);
	MUST(state_knows_left(site, "arn:c") && state_left_since(state, NOW - 3600, arena, &left, &capacity));
	state_close(state);
}

static void load_last_good(struct arena *arena)
{
	struct session session = { .arena = arena };

	if (session_load_last_good(&session, NULL))
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
	state = state_open("aws", NULL);
	site = state_site(state, "1", "eu-west-1");
	ask(state, site);
	tell(state, site);
	state_close(state);
	read_back();
	return 0;
}
