#include "state/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"

/* The state directory: what is kept, what is kept apart, what a broken file does. */

static char directory[] = "/tmp/fargate-batchd-state-XXXXXX";

static struct state *open_state(const char *endpoint)
{
	struct state *state = state_open(endpoint, NULL);

	CHECK(state_directory(state) != NULL);
	return state;
}

static void served(void)
{
	struct state *state = open_state("aws");

	CHECK(!state_served(state, "batch"));
	state_serve(state, "batch", "123456789012");
	state_serve_site(state, "123456789012", "eu-west-1", NULL);
	CHECK(state_save(state, true, NULL));
	state_close(state);
	state = open_state("aws");
	CHECK(state_served(state, "batch"));
	CHECK_TEXT(state_account_of(state, "batch"), "123456789012");
	CHECK(!state_account_of(state, "other"));
	CHECK_NUMBER(json_object_size(state_sites(state)), 1);
	state_forget_site(state, "123456789012 eu-west-1 -");
	CHECK_NUMBER(json_object_size(state_sites(state)), 0);
	state_close(state);
	/* Another world knows nothing of it. */
	state = open_state("http://127.0.0.1:5000");
	CHECK(!state_served(state, "batch"));
	state_close(state);
	state = open_state("aws");
	state_forget(state, "batch");
	CHECK(state_save(state, true, NULL));
	state_close(state);
	state = open_state("aws");
	CHECK(!state_served(state, "batch"));
	state_close(state);
}

static bool is_of_batch(const char *kind, const char *name, const char *app, void *data)
{
	(void)kind, (void)name, (void)data;
	return strcmp(app, "batch") == 0;
}

static void names(void)
{
	struct state *state = open_state("aws");
	struct state_site *site = state_site(state, "123456789012", "eu-west-1");

	CHECK(!state_name(site, "rule", "nightly").known);
	state_serve_name(site, "rule", "nightly", "batch", false);
	state_serve_name(site, "repository", "other", "other", true);
	state_leave_name(site, "rule", "approved", "other");
	CHECK(state_save(state, true, NULL));
	state_close(state);
	state = open_state("aws");
	site = state_site(state, "123456789012", "eu-west-1");
	CHECK(state_name(site, "rule", "nightly").known && !state_name(site, "rule", "nightly").left);
	CHECK(!state_name(site, "task-definition", "nightly").known);
	CHECK(!state_name(state_site(state, "123456789012", "eu-west-2"), "rule", "nightly").known);
	CHECK(state_name(site, "rule", "approved").known && state_name(site, "rule", "approved").left);
	/* What leaves keeps its app's word; what is served
	 * again has not left, and its app may say otherwise. */
	state_leave_name(site, "repository", "other", "other");
	CHECK(state_name(site, "repository", "other").left &&
		state_name(site, "repository", "other").on_delete);
	state_serve_name(site, "repository", "other", "other", false);
	CHECK(!state_name(site, "repository", "other").left &&
		!state_name(site, "repository", "other").on_delete);
	state_drop_names(site, is_of_batch, NULL);
	CHECK(!state_name(site, "rule", "nightly").known && state_name(site, "rule", "approved").known);
	state_close(state);
}

/* Only where apps were served by a version that kept no names they are to be filled in. */
static void names_of_before(void)
{
	static const char endpoint[] = "http://127.0.0.1:5001";
	struct state *state = open_state(endpoint);
	char command[256];

	CHECK(!state_lacks_names(state));
	state_serve(state, "batch", "123456789012");
	CHECK(!state_lacks_names(state) && state_save(state, true, NULL));
	state_close(state);
	snprintf(command, sizeof command, "sed -i 's/\"names\":true/\"other\":true/' %s/served-*.json",
		directory);
	CHECK(system(command) == 0);
	state = open_state(endpoint);
	CHECK(state_lacks_names(state));
	state_has_names(state);
	CHECK(!state_lacks_names(state));
	state_close(state);
}

static void only_readings_without_ledger(void)
{
	struct state *state = open_state("aws");
	struct state_site *site = state_site(state, "1", "eu-west-1");

	state_serve(state, "batch", "1");
	state_keep_revision(site, "arn:x:1", "v1-a", "v1-b");
	CHECK(state_save(state, false, NULL));
	state_close(state);
	state = open_state("aws");
	site = state_site(state, "1", "eu-west-1");
	CHECK(!state_served(state, "batch"));
	CHECK_TEXT(state_revision(site, "arn:x:1", "v1-a"), "v1-b");
	CHECK(!state_revision(site, "arn:x:1", "v1-other"));
	CHECK(!state_revision(site, "arn:x:2", "v1-a"));
	CHECK(!state_revision(state_site(state, "1", "eu-west-2"), "arn:x:1", "v1-a"));
	state_close(state);
}

static void held(void)
{
	struct state *state = open_state("aws");

	CHECK(!state_held(state, "abc"));
	state_hold(state, json_pack("{s:[s,s]}", "abc", "arn:a", "arn:b"), true);
	CHECK_NUMBER(json_array_size(state_held(state, "abc")), 2);
	CHECK(!state_held(state, "abd"));
	/* Where only a part was looked at, what was held before is not known to be over. */
	state_hold(state, json_pack("{s:[s]}", "abd", "arn:a"), false);
	CHECK(state_held(state, "abc") && state_held(state, "abd"));
	CHECK(state_save(state, false, NULL));
	state_close(state);
	state = open_state("aws");
	CHECK(state_held(state, "abc") && state_held(state, "abd"));
	state_hold(state, json_object(), true);
	CHECK(!state_held(state, "abc") && !state_held(state, "abd"));
	state_close(state);
}

static void memory(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	size_t count, capacity;
	struct state *state = open_state("aws");
	struct state_site *site = state_site(state, "1", "eu-west-1");

	CHECK(!state_stranger(site, "arn:r", 5000));
	state_keep_stranger(site, "arn:r", 5000);
	CHECK(state_stranger(site, "arn:r", 5000 + 86399));
	CHECK(!state_stranger(site, "arn:r", 5000 + 86400));
	CHECK(!state_stranger(site, "arn:r", 4000));
	state_left(site, "arn:a", 10000);
	state_left(site, "arn:b", 12000);
	CHECK(state_knows_left(site, "arn:a") && !state_knows_left(site, "arn:d"));
	state_left_since(state, 10000, arena, &count, &capacity);
	CHECK_NUMBER(count, 2);
	CHECK_TEXT(state_left_since(state, 11000, arena, &count, &capacity)[0], "arn:b");
	CHECK_NUMBER(count, 1);
	state_close(state);
}

static void fights(void)
{
	struct state *state = open_state("aws");
	struct state_site *site = state_site(state, "1", "eu-west-1");

	CHECK_NUMBER(state_put_back(site, "arn:r", "state=ENABLED", 100), 1);
	CHECK_NUMBER(state_put_back(site, "arn:r", "state=ENABLED", 200), 2);
	CHECK_NUMBER(state_calm_until(site, "arn:r", "state=ENABLED"), 0);
	CHECK_NUMBER(state_put_back(site, "arn:r", "state=ENABLED", 300), 3);
	CHECK_NUMBER(state_calm_until(site, "arn:r", "state=ENABLED"), 300 + 900);
	/* Longer each time. */
	state_put_back(site, "arn:r", "state=ENABLED", 1300);
	CHECK_NUMBER(state_calm_until(site, "arn:r", "state=ENABLED"), 1300 + 1800);
	/* What was put back long ago is no fight. */
	CHECK_NUMBER(state_put_back(site, "arn:q", "state=ENABLED", 100), 1);
	CHECK_NUMBER(state_put_back(site, "arn:q", "state=ENABLED", 5000), 1);
	CHECK_NUMBER(state_calm_until(site, "arn:r", "description=x"), 0);
	/* A value that was cut within a character is no other than any. */
	for (unsigned i = 1; i <= 3; i++)
		CHECK_NUMBER(state_put_back(site, "arn:t", "description=\xE6\x97\xA5\xE6\x9C", i), i);
	CHECK_NUMBER(state_calm_until(site, "arn:t", "description=\xE6\x97\xA5\xE6\x9C"), 3 + 900);
	state_close(state);
}

static void locks(void)
{
	struct state *state = open_state("aws");
	struct error error = { 0 };
	struct folder_lock *lock = state_lock(state, "first", &error);

	CHECK(lock != NULL);
	CHECK(!state_lock(state, "second", &error));
	CHECK(strstr(error.text, "first (pid ") != NULL);
	CHECK_NUMBER(error.code, ERROR_INPUT);
	folder_unlock(lock);
	lock = state_lock(state, "second", &error);
	CHECK(lock != NULL);
	folder_unlock(lock);
	state_close(state);
}

/* Without a directory everything is as if it had never been kept, and only the lock is refused. */
static void nowhere(void)
{
	struct error error = { 0 };
	struct state *state;

	setenv("STATE_DIRECTORY", "/proc/nowhere", 1);
	state = state_open("aws", NULL);
	CHECK(!state_directory(state));
	state_serve(state, "batch", "1");
	CHECK(state_served(state, "batch"));
	CHECK(state_site(state, "1", "eu-west-1") != state_site(state, "1", "eu-west-2"));
	CHECK(state_site(state, "1", "eu-west-1") == state_site(state, "1", "eu-west-1"));
	CHECK(state_save(state, true, NULL));
	CHECK(!state_lock(state, "first", &error));
	CHECK_NUMBER(error.code, ERROR_IO);
	CHECK(strstr(error.text, "no place for state; set STATE_DIRECTORY: /proc/nowhere: ") == error.text);
	state_close(state);
	setenv("STATE_DIRECTORY", directory, 1);
}

static void broken_file(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	char path[256];
	struct stat status;
	struct state *state = open_state("aws");
	FILE *file;

	state_serve(state, "batch", "1");
	CHECK(state_save(state, true, NULL));
	state_close(state);
	CHECK(system("ls /tmp/fargate-batchd-state-*/served-*.json > /dev/null") == 0);
	snprintf(path, sizeof path, "%s/approvals-x.json", directory);
	CHECK(stat(directory, &status) == 0);
	snprintf(
		path, sizeof path, "for f in %s/served-*.json; do printf '{\"apps\":' > $f; done", directory);
	CHECK(system(path) == 0);
	state = open_state("aws");
	CHECK(!state_served(state, "batch"));
	CHECK(strstr(state_tell(state, arena),
		" is damaged (it is no JSON); it counts as empty: what was served is "));
	CHECK(!state_tell(state, arena));
	/* Only who holds the directory puts it aside. */
	CHECK(state_save(state, false, NULL));
	CHECK(system("ls /tmp/fargate-batchd-state-*/served-*.damaged-1 2> /dev/null") != 0);
	CHECK(state_save(state, true, NULL));
	CHECK(system("ls /tmp/fargate-batchd-state-*/served-*.json.damaged-1 > /dev/null") == 0);
	state_close(state);
	state = open_state("aws");
	CHECK(!state_tell(state, arena));
	state_close(state);
	file = popen("stat -c %a /tmp/fargate-batchd-state-*/cache-*.json | sort -u", "r");
	CHECK(file && fgets(path, sizeof path, file) && strcmp(path, "600\n") == 0);
	pclose(file);
}

/* What would be too large to read again is not written, and says so; what was kept before stays. */
static void too_large(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	struct state *state = open_state("aws");
	struct state_site *site = state_site(state, "1", "eu-west-9");
	struct error error = { 0 };

	state_keep_revision(site, "arn:first", "v1-a", "v1-b");
	CHECK(state_save(state, true, &error));
	for (int i = 0; i < 100000; i++)
		state_keep_revision(site,
			arena_printf(
				arena, "arn:aws:ecs:eu-west-9:123456789012:task-definition/batch-no1:%d", i),
			"v1-0123456789012345678901234567890123456789",
			"v1-0123456789012345678901234567890123456789");
	CHECK(!state_save(state, true, &error));
	CHECK(strstr(error.text, "/cache-1-eu-west-9-") &&
		strstr(error.text, " would be larger than 16 MiB"));
	CHECK_TEXT(state_revision(site, "arn:first", "v1-a"), "v1-b");
	state_close(state);
	state = open_state("aws");
	CHECK_TEXT(state_revision(state_site(state, "1", "eu-west-9"), "arn:first", "v1-a"), "v1-b");
	CHECK(!state_tell(state, arena));
	state_close(state);
}

int main(void)
{
	char command[128];

	CHECK(mkdtemp(directory) != NULL);
	setenv("STATE_DIRECTORY", directory, 1);
	served();
	names();
	names_of_before();
	only_readings_without_ledger();
	held();
	memory();
	fights();
	locks();
	nowhere();
	broken_file();
	too_large();
	snprintf(command, sizeof command, "rm -rf %s", directory);
	CHECK(system(command) == 0);
	return check_end();
}
