#include "daemon/load.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/files.h"
#include "common/text.h"

#include "../check.h"
#include "written.h"

/* Each test has a folder of its own, which goes with it. */
static char folder[] = "/tmp/test_load.XXXXXX";
static struct arena *arena;
/* As for the daemon and for root: what others may write is refused. */
static bool strict = true;

static const char *at(const char *name)
{
	return arena_printf(arena, "%s/%s", folder, name);
}

static void begin(void)
{
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	if (!mkdtemp(folder))
		abort();
	arena = arena_new();
}

static void end(void)
{
	const char *const *names = NULL;
	size_t count = 0;

	CHECK(list_folder(arena, folder, &names, &count));
	for (size_t i = 0; i < count; i++)
		remove(at(names[i]));
	CHECK(rmdir(folder) == 0);
	arena = arena_free(arena);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	CHECK(make_file(at(name), text, strlen(text), mode));
}

/* All faults as lines "name:line:column: message; remedy", without the folder. */
static const char *faults_of(struct definitions *definitions)
{
	CLEANUP_TEXT struct text lines = { 0 };
	size_t prefix = strlen(folder) + 1;

	for (size_t i = 0; i < definitions->fault_count; i++) {
		const struct fault *fault = &definitions->faults[i];

		text_printf(&lines, "%s:%u:%u: %s; %s\n",
			text_starts(fault->at.file, at("")) ? fault->at.file + prefix : fault->at.file,
			fault->at.line, fault->at.column, fault->message, fault->remedy);
	}
	CHECK(definitions->broken == (strict && definitions->fault_count > 0));
	definitions_free(definitions);
	return arena_copy(arena, text_string(&lines));
}

static const char *load(void)
{
	struct error error = { 0 };
	struct definitions *definitions = load_definitions(arena, folder, strict, &error);

	return definitions ? faults_of(definitions) : arena_printf(arena, "error: %s", error.text);
}

/* What another user sees, in this process; only root can ask. */
static const char *load_as(uid_t user)
{
	const char *lines;

	if (setegid(user) != 0 || seteuid(user) != 0)
		abort();
	lines = load();
	if (seteuid(0) != 0 || setegid(0) != 0)
		abort();
	return lines;
}

#define APP   "{\"apps\": {\"jobs\": {\"network\": {\"subnets\": [\"subnet-1\"]}}}}"
#define BATCH "{\"batches\": {\"nightly\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\"}}}"

static void folders(void)
{
	struct error error = { 0 };

	begin();
	CHECK_TEXT(load(), "");
	CHECK(!load_definitions(arena, at("none"), true, &error) && error.code == ERROR_IO);
	CHECK(text_starts(error.text, at("none")));
	write_file("a.json", APP, 0644);
	CHECK(!load_definitions(arena, at("a.json"), true, &error));
	end();
}

static void files_make_one_set(void)
{
	struct definitions *definitions;

	begin();
	write_file("z.json", APP, 0644);
	write_file("a.json", BATCH, 0640);
	write_file(".hidden.json", "{", 0644);
	write_file("b.json~", "{", 0644);
	write_file("b.json.dpkg-new", "{", 0666);
	CHECK(mkdir(at("folder"), 0755) == 0);
	definitions = load_definitions(arena, arena_printf(arena, "%s/", folder), true, NULL);
	CHECK(definitions && !definitions->fault_count && definitions->app_count == 1 &&
		definitions->batch_count == 1);
	CHECK_TEXT(definitions->batches[0].at.file, at("a.json"));
	definitions_free(definitions);
	end();
}

static void names_are_told_in_order(void)
{
	begin();
	write_file("b.json", "{\n  \"apps\": 1\n}", 0644);
	write_file("a.json", "", 0644);
	CHECK(mkdir(at("c.json"), 0755) == 0);
	CHECK(text_starts(
		load(), "a.json:1:1: the file is empty; write one object, {} at least\nb.json:2:11: "));
	CHECK(text_ends(load(),
		"\nc.json:1:1: a folder, not a file; take it away, or give it a name that does not end in .json\n"));
	end();
}

static void links(void)
{
	begin();
	write_file("real", APP, 0644);
	CHECK(symlink("real", at("good.json")) == 0);
	CHECK_TEXT(load(), "");
	CHECK(symlink("loop.json", at("loop.json")) == 0);
	CHECK_TEXT(load(),
		"loop.json:1:1: a link that leads in a circle; take it away, or let it lead to a file\n");
	CHECK(remove(at("loop.json")) == 0 && symlink("nowhere", at("lost.json")) == 0);
	CHECK_TEXT(
		load(), "lost.json:1:1: a link that leads nowhere; take it away, or let it lead to a file\n");
	CHECK(remove(at("lost.json")) == 0 && symlink("/dev/null", at("null.json")) == 0);
	CHECK_TEXT(load(),
		"null.json:1:1: a device, not a file; take it away, or give it a name that does not end in .json\n");
	end();
}

static void what_never_ends(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	begin();
	CHECK(mkfifo(at("pipe.json"), 0600) == 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", at("socket.json"));
	CHECK(bind(file, (struct sockaddr *)&address, sizeof address) == 0);
	alarm(5);
	CHECK_TEXT(load(),
		"pipe.json:1:1: a named pipe, not a file; take it away, or give it a name that does not end in .json\n"
		"socket.json:1:1: a socket or a device, not a file; take it away, or give it a name that does not end in .json\n");
	alarm(0);
	close(file);
	end();
}

static void sizes(void)
{
	CLEANUP_TEXT struct text text = { 0 };

	begin();
	text_add(&text, "{}");
	while (text.length < 1 << 20)
		text_add_char(&text, '\n');
	write_file("a.json", text_string(&text), 0644);
	CHECK_TEXT(load(), "");
	text_add_char(&text, '\n');
	write_file("a.json", text_string(&text), 0644);
	CHECK_TEXT(load(),
		"a.json:1:1: the file has 1048577 bytes, more than 1 MiB; divide it into several files\n");
	end();
}

static void too_many_files(void)
{
	begin();
	for (int i = 0; i <= 10000; i++)
		close(open(at(arena_printf(arena, "%05d.json", i)), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	CHECK_TEXT(
		load(), arena_printf(arena,
				"%s:1:1: 10001 files, more than 10000; write several batches into one file\n",
				folder));
	end();
}

/* What counts is what a text takes once it is read: brackets take a hundred times their length. */
static void more_than_memory_is_for(void)
{
	CLEANUP_TEXT struct text text = { 0 };
	const char *told;

	begin();
	text_add(&text, "{\"x\": [{}");
	while (text.length < 300000)
		text_add(&text, ",{}");
	text_add(&text, "]}");
	write_file("a.json", text_string(&text), 0644);
	CHECK(text_starts(load(), "a.json:1:2: unknown key \"x\""));
	write_file("b.json", text_string(&text), 0644);
	told = load();
	CHECK_TEXT(told,
		arena_printf(arena,
			"%s:1:1: the files are more than one daemon's memory is for: read, they would take "
			"over 32 MiB; take away what is no definition, or divide the apps between two "
			"daemons\n",
			folder));
	end();
}

static void many_unreadable_files(void)
{
	const char *lines;
	size_t count = 0;

	begin();
	for (int i = 0; i < 300; i++)
		CHECK(symlink("nowhere", at(arena_printf(arena, "%03d.json", i))) == 0);
	lines = load();
	for (const char *line = lines; (line = strchr(line, '\n')); line++)
		count++;
	CHECK_NUMBER(count, 201);
	CHECK(text_ends(lines,
		"\n199.json:1:1: 100 more files cannot be read, and are not told; mend those above first\n"));
	end();
}

static void who_may_write(void)
{
	begin();
	write_file("a.json", "{}", 0666);
	CHECK_TEXT(
		load(), arena_printf(arena,
				"a.json:1:1: others may write to the file (mode 0666); run chmod go-w %s\n",
				at("a.json")));
	CHECK(chmod(at("a.json"), 0644) == 0 && chmod(folder, 0777) == 0);
	CHECK_TEXT(load(),
		arena_printf(arena, "%s:1:1: others may write to the folder (mode 0777); run chmod go-w %s\n",
			folder, folder));
	/* Everybody else only hears of it, once. */
	CHECK(chmod(at("a.json"), 0666) == 0);
	strict = false;
	CHECK_TEXT(load(),
		arena_printf(arena, "%s:1:1: others may write to the folder (mode 0777); run chmod go-w %s\n",
			folder, folder));
	strict = true;
	end();
}

/* Root's, and that of a user of the database, may hold others: here nobody is in them. */
static void whose_group(void)
{
	if (geteuid() != 0)
		return;
	begin();
	CHECK(chmod(folder, 02775) == 0);
	write_file("a.json", "{}", 0664);
	CHECK_TEXT(load(), "");
	CHECK(chown(folder, 23456, 23456) == 0 && chown(at("a.json"), 23456, 23456) == 0);
	CHECK_TEXT(load_as(23456), "");
	CHECK(chown(at("a.json"), 23456, 12345) == 0);
	CHECK(text_starts(load_as(23456), "a.json:1:1: others may write to the file (mode 0664)"));
	/* "nogroup" is many users' group. */
	CHECK(chown(at("a.json"), 65534, 65534) == 0 && chown(folder, 65534, 65534) == 0);
	CHECK(text_starts(load_as(65534), folder));
	end();
}

static void whose_it_is(void)
{
	if (geteuid() != 0)
		return;
	begin();
	CHECK(chmod(folder, 0755) == 0);
	write_file("a.json", "{}", 0644);
	CHECK(chown(at("a.json"), 12345, 0) == 0);
	CHECK_TEXT(load(),
		arena_printf(arena,
			"a.json:1:1: the file belongs to user 12345, neither root nor the user that "
			"runs this (0); run chown root %s, or set FARGATE_BATCHD_DEFINITIONS_UID=12345 "
			"where that user may command this\n",
			at("a.json")));
	CHECK(text_starts(load_as(65534), "a.json:1:1: the file belongs to user 12345, "));
	CHECK_TEXT(load_as(12345), "");
	strict = false;
	CHECK(text_starts(load_as(65534), "a.json:1:1: the file belongs to user 12345, "));
	strict = true;
	/* The folder's owner is trusted no more than any: he could put another in its place. */
	CHECK(chown(folder, 12345, 0) == 0 && chown(at("a.json"), 0, 0) == 0);
	CHECK(text_starts(load(), arena_printf(arena, "%s:1:1: the folder belongs to user 12345, ", folder)));
	CHECK(text_starts(load_as(65534), folder));
	CHECK_TEXT(load_as(12345), "");
	CHECK(setenv("FARGATE_BATCHD_DEFINITIONS_UID", "12345", 1) == 0);
	CHECK_TEXT(load(), "");
	CHECK(setenv("FARGATE_BATCHD_DEFINITIONS_UID", "12345x", 1) == 0);
	CHECK(text_starts(load(), folder));
	CHECK(unsetenv("FARGATE_BATCHD_DEFINITIONS_UID") == 0);
	CHECK(chown(folder, 0, 0) == 0 && chmod(at("a.json"), 0600) == 0);
	CHECK(text_starts(
		load_as(65534), "a.json:1:1: the file cannot be read: Permission denied; let user "));
	CHECK_TEXT(load_as(12345),
		"a.json:1:1: the file cannot be read: Permission denied; let user 12345 read it\n");
	end();
}

static void hard_links(void)
{
	begin();
	write_file("a.json", "{}", 0644);
	CHECK(link(at("a.json"), at("a.bak")) == 0);
	CHECK_TEXT(load(), "a.json:1:1: the file has 2 names (hard links); write a copy in its place\n");
	CHECK(unlink(at("a.bak")) == 0);
	CHECK_TEXT(load(), "");
	end();
}

static void files_by_name(void)
{
	const char *files[2];
	struct definitions *definitions;
	struct error error = { 0 };

	begin();
	write_file("batch", BATCH, 0644);
	write_file(".app", APP, 0644);
	files[0] = at("batch");
	files[1] = at(".app");
	definitions = load_definition_files(arena, files, 2, "/nowhere", true, &error);
	CHECK(definitions && definitions->batch_count == 1 && !definitions->fault_count);
	definitions_free(definitions);
	files[1] = folder;
	CHECK(!load_definition_files(arena, files, 2, "/nowhere", true, &error) &&
		strstr(error.text, " is a folder; name it with "));
	files[1] = at("none.json");
	CHECK(!load_definition_files(arena, files, 2, "/nowhere", true, &error) &&
		text_starts(error.text, at("none.json")));
	end();
}

/* What only this machine can say: its zones, and what is over. */
static void zones(void)
{
	struct definitions *definitions;

	begin();
	write_file("a.json",
		"{\"apps\": {\"jobs\": {\"timezone\": \"Asia/Tokio\", \"network\": {\"subnets\": [\"subnet-1\"]}}},\n"
		"\"batches\": {\"b\": {\"app\": \"jobs\", \"schedule\": \"cron(0 3 * * ? *)\"},\n"
		"\"c\": {\"app\": \"jobs\", \"schedule\": \"cron(0 3 * * ? *)\", \"timezone\": \"Mars\"},\n"
		"\"d\": {\"app\": \"jobs\", \"schedule\": \"at(2020-01-01T00:00:00)\", \"timezone\": \"UTC\"},\n"
		"\"e\": {\"app\": \"jobs\", \"schedule\": \"at(2027-03-28T02:30:00)\", \"timezone\": \"Europe/Berlin\"},\n"
		"\"f\": {\"app\": \"jobs\", \"schedule\": \"rate(1 day)\", \"timezone\": \"Europe/Berlin\"}}}\n",
		0644);
	definitions = load_definitions(arena, folder, strict, NULL);
	CHECK(definitions->broken);
	CHECK(definitions_batch(definitions, "f")->timezone.zone ==
		definitions_batch(definitions, "e")->timezone.zone);
	CHECK_TEXT(faults_of(definitions),
		"a.json:1:32: there is no time zone \"Asia/Tokio\"; write \"Asia/Tokyo\"\n"
		"a.json:3:67: there is no time zone \"Mars\"; write a name of the tz database, for example \"Europe/Berlin\"\n"
		"a.json:4:1: \"d\" does not fire any more: at(2020-01-01T00:00:00) is over; write a later time, or remove the batch\n"
		"a.json:5:1: \"e\" never fires: in Europe/Berlin no clock shows at(2027-03-28T02:30:00); write a time that a change of clocks does not skip\n");
	end();
}

/* Without the database nothing is refused for it. */
static void no_zones(void)
{
	struct definitions *definitions;

	begin();
	setenv("TZDIR", folder, 1);
	write_file("a.json",
		"{\"apps\": {\"jobs\": {\"timezone\": \"Asia/Tokyo\", \"network\": {\"subnets\": [\"subnet-1\"]}}}}\n",
		0644);
	definitions = load_definitions(arena, folder, strict, NULL);
	CHECK(!definitions->broken);
	CHECK_NUMBER(definitions->fault_count, 1);
	CHECK(definitions->fault_count && definitions->faults[0].warning);
	definitions_free(definitions);
	unsetenv("TZDIR");
	end();
}

int main(void)
{
	folders();
	files_make_one_set();
	names_are_told_in_order();
	links();
	what_never_ends();
	sizes();
	too_many_files();
	more_than_memory_is_for();
	many_unreadable_files();
	who_may_write();
	whose_group();
	whose_it_is();
	hard_links();
	files_by_name();
	zones();
	no_zones();
	return check_end();
}
