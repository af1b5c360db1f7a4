#include "daemon/settings.h"

#include <stdlib.h>
#include <unistd.h>

#include "../check.h"
#include "common/files.h"
#include "common/text.h"
#include "written.h"

static char folder[] = "/tmp/test-settings-XXXXXX";

/* The settings of this text; to be freed. */
static struct settings *load_text(struct arena *arena, const char *text)
{
	char *path = arena_printf(arena, "%s/settings.json", folder);
	struct error error = { 0 };
	struct settings *settings = NULL;

	if (CHECK(make_file(path, text, strlen(text), 0600)))
		settings = settings_load(arena, path, true, true, &error);
	unlink(path);
	if (!CHECK(settings != NULL))
		printf("  %s\n", error.text);
	return settings;
}

static void check_defaults(const struct settings *settings)
{
	CHECK_TEXT(settings->owner, "default");
	CHECK_TEXT(settings->region, NULL);
	CHECK_TEXT(settings->endpoint_url, NULL);
	CHECK(settings->resync_interval == 300);
	CHECK(settings->runs_interval == 60);
	CHECK_NUMBER(settings->deletion.max_batches, 5);
	CHECK_NUMBER(settings->deletion.max_percent, 30);
	CHECK_NUMBER(settings->deletion.grace_minutes, 15);
	CHECK(settings->deletion.enabled);
	CHECK_NUMBER(settings->keep_revisions, 5);
	CHECK_TEXT(settings->profile, NULL);
	CHECK(!settings->read_only);
}

static void check_missing(struct arena *arena)
{
	struct error error = { 0 };
	struct settings *settings = settings_load(arena, "/nonexistent/settings.json", false, true, &error);

	CHECK(settings && !settings->broken && !settings->fault_count);
	CHECK_NUMBER(error.code, ERROR_NONE);
	if (settings) {
		check_defaults(settings);
		CHECK_TEXT(settings->file, "/nonexistent/settings.json");
	}
	settings_free(settings);
	CHECK(!settings_load(arena, "/nonexistent/settings.json", true, true, &error));
	CHECK_NUMBER(error.code, ERROR_IO);
	CHECK_TEXT(error.text, "/nonexistent/settings.json: No such file or directory");
	CHECK(!settings_load(arena, "/nonexistent/settings.json", true, true, NULL));
	/* What is there and is no file is never taken for missing. */
	CHECK(!settings_load(arena, "/dev/null", false, true, &error));
	CHECK_TEXT(error.text, "/dev/null: not a regular file");
	CHECK(!settings_free(NULL));
}

static void check_large(struct arena *arena)
{
	char *path = arena_printf(arena, "%s/settings.json", folder);
	enum { MOST = 64 << 10 };
	char *text = arena_alloc(arena, MOST + 2);
	struct error error = { 0 };
	struct settings *settings;

	memset(text, ' ', MOST + 1);
	memcpy(text, "{}", 2);
	CHECK(make_file(path, text, MOST, 0600));
	settings = settings_load(arena, path, true, true, &error);
	CHECK(settings && !settings->broken);
	settings_free(settings);
	CHECK(make_file(path, text, MOST + 1, 0600));
	CHECK(!settings_load(arena, path, true, true, &error));
	CHECK_TEXT(error.text, arena_printf(arena, "%s: larger than 65536 bytes", path));
	unlink(path);
}

static void check_trust(struct arena *arena)
{
	char *path = arena_printf(arena, "%s/settings.json", folder);
	struct settings *settings;

	CHECK(make_file(path, "{\"owner\": \"theirs\"}", 19, 0666));
	settings = settings_load(arena, path, true, true, NULL);
	CHECK(settings && settings->broken && settings->fault_count == 1 && !settings->faults[0].warning);
	CHECK_TEXT(settings->faults[0].message, "others may write to the file (mode 0666)");
	CHECK_TEXT(settings->faults[0].remedy, arena_printf(arena, "run chmod go-w %s", path));
	CHECK_TEXT(settings->owner, "default");
	settings_free(settings);
	/* A person who is not root hears of it. */
	settings = settings_load(arena, path, true, false, NULL);
	CHECK(settings && !settings->broken && settings->fault_count == 1 && settings->faults[0].warning);
	CHECK_TEXT(settings->owner, "theirs");
	settings_free(settings);
	unlink(path);
}

static void check_empty_object(struct arena *arena)
{
	struct settings *settings = load_text(arena, "{}");

	CHECK(settings && !settings->broken);
	if (settings) {
		check_defaults(settings);
		CHECK(!settings->rates);
	}
	settings_free(settings);
}

static void check_all(struct arena *arena)
{
	struct settings *settings = load_text(arena,
		"{\"$schema\": \"x.json\", \"$comment\": \"ours\", \"owner\": \"team a/b_c.d:e=f+g-h@i\", \"region\": \"eu-west-1\", "
		"\"endpointUrl\": \"http://127.0.0.1:5000\","
		" \"resyncInterval\": 1.5, \"runsInterval\": 1, \"deletion\": "
		"{\"maxBatches\": 0, \"maxPercent\": 100,"
		" \"graceMinutes\": 0, \"enabled\": false}, \"keepRevisions\": 1, "
		"\"rates\": {\"ecs\": 5, \"events\": 0.5,"
		" \"ecr\": 1, \"logs\": 1, \"iam\": 1, \"sts\": 1, \"tagging\": 1, "
		"\"scheduler\": 1, \"pipes\": 1, \"ec2\": 1},"
		" \"credentials\": {\"profile\": \"batch\"}, \"assumeRoles\": [\"*\"], \"readOnly\": true}");

	if (!CHECK(settings && !settings->broken && !settings->fault_count))
		return;
	CHECK_TEXT(settings->owner, "team a/b_c.d:e=f+g-h@i");
	CHECK_TEXT(settings->region, "eu-west-1");
	CHECK_TEXT(settings->endpoint_url, "http://127.0.0.1:5000");
	CHECK(settings->resync_interval == 1.5);
	CHECK(settings->runs_interval == 1);
	CHECK_NUMBER(settings->deletion.max_batches, 0);
	CHECK_NUMBER(settings->deletion.max_percent, 100);
	CHECK_NUMBER(settings->deletion.grace_minutes, 0);
	CHECK(!settings->deletion.enabled);
	CHECK_NUMBER(settings->keep_revisions, 1);
	CHECK(json_number_value(json_object_get(settings->rates, "events")) == 0.5);
	CHECK_TEXT(settings->profile, "batch");
	CHECK_NUMBER(json_array_size(settings->assume_roles), 1);
	CHECK(settings->read_only);
	settings_free(settings);
}

/* What is right and not in force yet is told, and stops nothing. */
static void check_later_ones(struct arena *arena)
{
	struct settings *settings = load_text(arena,
		"{\"owner\": \"theirs\", \"history\": {\"keep\": \"90d\", \"maxRuns\": 5},\n"
		"\"heartbeat\": {\"url\": \"https://hc-ping.com/x\", \"every\": 60},\n"
		"\"notify\": [{\"on\": [\"failed\"], \"apps\": [\"a*\"], \"repeat\": \"each\", \"logLines\": 0, \"command\": [\"/x\"]},"
		" {\"webhook\": \"http://127.0.0.1:80/x\", \"secret\": \"key\", \"format\": \"slack\", \"repeat\": \"1d\"}]}");

	CHECK(settings && !settings->broken);
	CHECK_NUMBER(settings->fault_count, 3);
	for (size_t i = 0; i < settings->fault_count; i++)
		CHECK(settings->faults[i].warning &&
			strstr(settings->faults[i].message, "is not in force yet"));
	CHECK_TEXT(settings->owner, "theirs");
	settings_free(settings);
	settings = load_text(arena, "{\"notify\": []}");
	CHECK(settings && !settings->fault_count);
	settings_free(settings);
}

/* One file and its faults, as they are told, in order. */
struct refusal {
	const char *text, *want;
};

#define OWNER \
	"write 1 to 128 letters, digits and _ . : / = + - @, with spaces only between them, for example \"default\""
#define ALL \
	"\"owner\", \"region\", \"endpointUrl\", \"resyncInterval\", \"runsInterval\", \"deletion\", \"keepRevisions\", \"rates\", \"credentials\", \"assumeRoles\", \"history\", \"heartbeat\", \"notify\" or \"readOnly\""
#define X32  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define URLS "write an https:// URL, or http:// and an address of this machine"

static const struct refusal refusals[] = {
	{ "", "1:1: the file is empty; write one object, {} at least" },
	{ "\xEF\xBB\xBF{}",
		"1:1: the file begins with a byte order mark; save it as UTF-8 without a byte order mark" },
	{ "[]", "1:1: the file has to be an object, not a list; write for example {\"resyncInterval\": 300}" },
	{ "\n 7", "2:2: the file does not begin with {; write one object { } in a file" },
	{ "{\n  \"ownr\": \"x\"\n}", "2:3: unknown key \"ownr\"; write \"owner\"" },
	{ "{\"resync_interval\": 5}", "1:2: unknown key \"resync_interval\"; write \"resyncInterval\"" },
	{ "{\"somethingElse\": 5}", "1:2: unknown key \"somethingElse\"; remove it, or write one of " ALL },
	{ "{\"a~b/c\": 5}", "1:2: unknown key \"a~b/c\"; remove it, or write one of " ALL },
	{ "{\"owner\": 7}", "1:11: \"owner\" has to be a text, not 7; " OWNER },
	{ "{\"owner\": null}", "1:11: \"owner\" has to be a text, not null; leave it out" },
	{ "{\"owner\": \"\"}", "1:11: \"owner\" is empty; " OWNER ", or leave it out" },
	{ "{\"owner\": \"a\tb\"}", NULL }, /* Jansson's own words for where the text ends too early */
	{ "{\"owner\": \"a;b\"}", "1:11: \"a;b\" is not the name of an owner; " OWNER },
	{ "{\"owner\": \" a\"}", "1:11: \" a\" is not the name of an owner; " OWNER },
	{ "{\"owner\": \"" X32 X32 X32 X32 "x\"}",
		"1:11: \"owner\" is 129 characters long; write at most 128 characters" },
	{ "{\"region\": \"Frankfurt\"}",
		"1:12: \"Frankfurt\" is not a region; write for example \"ap-northeast-1\"" },
	{ "{\"region\": \"eu\\nwest\"}",
		"1:12: \"eu\\nwest\" is not a region; write for example \"ap-northeast-1\"" },
	{ "{\"endpointUrl\": \"127.0.0.1:5000\"}", "1:17: 127.0.0.1:5000 is not an https:// URL; " URLS },
	{ "{\"endpointUrl\": \"http://example.com\"}",
		"1:17: http://example.com is not encrypted: http:// is for this machine alone, use https://; " URLS },
	{ "{\"resyncInterval\": \"300\"}",
		"1:20: \"resyncInterval\" has to be a number, not the text \"300\"; write 300" },
	{ "{\"resyncInterval\": 0.5}",
		"1:20: \"resyncInterval\" cannot be 0.5; write a number from 1 to 31536000" },
	{ "{\"runsInterval\": 0}", "1:18: \"runsInterval\" cannot be 0; write a number from 1 to 31536000" },
	{ "{\"deletion\": true}",
		"1:14: \"deletion\" has to be an object, not true; write for example {\"maxBatches\": 5}" },
	{ "{\"deletion\": {\"maxBatches\": 2.5}}",
		"1:29: \"maxBatches\" has to be a whole number, not 2.5; write for example 5" },
	{ "{\"deletion\": {\"maxBatches\": -1}}",
		"1:29: \"maxBatches\" cannot be -1; write a number from 0 to 1000000" },
	{ "{\"deletion\": {\"maxPercent\": 101}}",
		"1:29: \"maxPercent\" cannot be 101; write a number from 0 to 100" },
	{ "{\"deletion\": {\"graceMinutes\": 9223372036854775807}}",
		"1:31: \"graceMinutes\" cannot be 9223372036854775807; write a number from 0 to 5256000" },
	{ "{\"deletion\": {\"enabled\": \"yes\"}}",
		"1:26: \"enabled\" has to be true or false, not the text \"yes\"; write true" },
	{ "{\"deletion\": {\"maxBatch\": 3}}", "1:15: unknown key \"maxBatch\"; write \"maxBatches\"" },
	{ "{\"deletion\": {\"owner\": 3}}",
		"1:15: unknown key \"owner\"; remove it, or write one of \"maxBatches\", \"maxPercent\", \"graceMinutes\" or \"enabled\"" },
	{ "{\"keepRevisions\": 0}", "1:19: \"keepRevisions\" cannot be 0; write a number from 1 to 1000000" },
	{ "{\"rates\": {\"ecs\": 0}}", "1:19: \"ecs\" cannot be 0; write a number from 0.01 to 10000" },
	{ "{\"rates\": {\"ecs\": \"5\"}}", "1:19: \"ecs\" has to be a number, not the text \"5\"; write 5" },
	{ "{\"rates\": {\"event\": 5}}", "1:12: unknown key \"event\"; write \"events\"" },
	{ "{\"rates\": [5]}",
		"1:11: \"rates\" has to be an object, not a list; write for example {\"events\": 20}" },
	{ "{\"credentials\": {\"roleArn\": \"x\"}}",
		"1:18: unknown key \"roleArn\"; remove it, or write \"profile\"" },
	{ "{\"history\": {\"keep\": \"99999d\", \"maxRuns\": 0}}",
		"1:2: \"history\" is not in force yet; leave it out: this version keeps no runs\n"
		"1:22: \"99999d\" is longer than a year; write at most \"365d\"\n"
		"1:43: \"maxRuns\" cannot be 0; write a number from 1 to 1000000" },
	{ "{\"heartbeat\": {\"url\": \"http://example.com/c0ffee\"}}",
		"1:2: \"heartbeat\" is not in force yet; ask fargate-batchctl status --alive whether the daemon lives\n"
		"1:23: \"…\" is not an https URL; write for example \"https://hc-ping.com/c0ffee\"" },
	{ "{\"notify\": [{},\n {\"command\": [\"x\"], \"sns\": \"arn:aws:sns:eu-west-1:123456789012:x\"},\n"
	  " {\"command\": [\"x\"], \"format\": \"slack\"},\n {\"webhook\": \"ftp://c0ffee\"}]}",
		"1:2: \"notify\" is not in force yet; ask fargate-batchctl status what is wrong\n"
		"1:13: the notifier has no way out; write exactly one of \"command\", \"webhook\" and \"sns\"\n"
		"2:2: one notifier has several ways out; write exactly one of \"command\", \"webhook\" and \"sns\"\n"
		"3:21: \"format\" is for a webhook; leave it out\n"
		"4:14: \"…\" is not an https URL; write for example \"https://example.com/hook\"" },
	{ "{\"region\": \"eu-west1\"}", "1:12: \"eu-west1\" is not a region; write \"eu-west-1\"" },
	{ "{\"credentials\": {\"profil\": \"x\"}}", "1:18: unknown key \"profil\"; write \"profile\"" },
	{ "{\"credentials\": {\"profile\": \"\"}}",
		"1:29: \"profile\" is empty; write the name of a profile of the shared AWS files, for example \"default\", or leave it out" },
	{ "{\"assumeRoles\": \"*\"}",
		"1:17: \"assumeRoles\" has to be a list, not the text \"*\"; write [\"*\"]" },
	{ "{\"assumeRoles\": [\"*\", \"role[1]\"]}",
		"1:23: \"role[1]\" is not the ARN of a role, with * for any text; write for example \"arn:aws:iam::123456789012:role/deploy-*\"" },
	{ "{\"readOnly\": 1}", "1:14: \"readOnly\" has to be true or false, not 1; write true" },
	/* all of them, in the file's order */
	{ "{\"readOnly\": 1,\n \"owners\": 2,\n \"keepRevisions\": []}",
		"1:14: \"readOnly\" has to be true or false, not 1; write true\n"
		"2:2: unknown key \"owners\"; write \"owner\"\n"
		"3:19: \"keepRevisions\" has to be a whole number, not a list; write for example 5" },
};

static void check_refusal(struct arena *arena, const struct refusal *row)
{
	struct settings *settings = load_text(arena, row->text);
	CLEANUP_TEXT struct text got = { 0 };

	if (!settings)
		return;
	CHECK(settings->broken);
	CHECK(settings->fault_count > 0);
	for (size_t i = 0; i < settings->fault_count; i++) {
		const struct fault *fault = &settings->faults[i];

		CHECK_TEXT(fault->at.file, settings->file);
		text_printf(&got, "%s%u:%u: %s; %s", i ? "\n" : "", fault->at.line, fault->at.column,
			fault->message, fault->remedy);
	}
	if (row->want)
		CHECK_TEXT(text_string(&got), row->want);
	/* What is wrong never gets in: its default stays. */
	check_defaults(settings);
	settings_free(settings);
}

int main(void)
{
	CLEANUP_ARENA struct arena *arena = arena_new();

	if (!mkdtemp(folder))
		return 1;
	check_missing(arena);
	check_large(arena);
	check_trust(arena);
	check_empty_object(arena);
	check_all(arena);
	check_later_ones(arena);
	for (size_t i = 0; i < ARRAY_LENGTH(refusals); i++)
		check_refusal(arena, &refusals[i]);
	rmdir(folder);
	return check_end();
}
