#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.h"
#include "common/json.h"
#include "common/readable.h"
#include "common/text.h"
#include "common/trust.h"
#include "zones.h"

/*
 * MEMORY_LIMIT is what a set may take once it is read. While systemd reloads the unit three of them are there
 * at once within its MemoryMax=: the one in force, the new one, and that of `fargate-batchctl check`.
 */
enum { FILE_LIMIT = 1 << 20, MEMORY_LIMIT = 32 << 20, FILES_MOST = 10000 };

struct loading {
	struct arena *arena;
	bool strict; /* what others may write is refused, not only told */
	bool told_folder; /* others may write to the folder: so they may to each file */
	struct definition_text *texts;
	size_t count, capacity;
	size_t cost; /* of all texts, as json_cost tells it */
	struct fault *faults;
	size_t fault_count, fault_capacity, more_faults;
	bool unread; /* one of them is about a file that the kernel refused */
	struct named *named; /* what a person has named, and is not read again */
	size_t named_count;
};

/* A file that a person has named. */
struct named {
	const char *name; /* without its folder */
	dev_t device;
	ino_t number;
	bool inside; /* it is one of the folder's */
	size_t texts; /* how many texts there were once it was read */
};

/* A path as people are told it: the kernel takes names that are no UTF-8. */
static const char *mended(struct loading *loading, const char *text)
{
	return text_mend(arena_copy(loading->arena, text));
}

static void add(
	struct loading *loading, const char *file, const char *message, const char *remedy, bool warning)
{
	/* Warnings leave room for what has to be mended. */
	if (loading->fault_count >= (warning ? FAULTS_TOLD / 2 : FAULTS_TOLD)) {
		loading->more_faults += !warning;
		return;
	}
	arena_grow(loading->arena, &loading->faults, sizeof *loading->faults, loading->fault_count,
		&loading->fault_capacity);
	loading->faults[loading->fault_count++] = (struct fault){ { mended(loading, file), 1, 1 },
		mended(loading, message), mended(loading, remedy), warning, false };
}

static void add_fault(struct loading *loading, const char *file, const char *message, const char *remedy)
{
	add(loading, file, message, remedy, false);
}

static void add_unread(struct loading *loading, const char *file, int reason, const char *remedy)
{
	add_fault(loading, file,
		arena_printf(loading->arena, "the file cannot be read: %s", strerror(reason)), remedy);
	loading->unread = true;
}

static const char *kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a folder, not a file";
	case S_IFIFO:
		return "a named pipe, not a file";
	case S_IFSOCK:
		return "a socket, not a file";
	default:
		return "a device, not a file";
	}
}

/* Whether what was opened may command us; told where not, and where strict it may not be read. */
static bool trusted(struct loading *loading, const char *path, int file, const char *what)
{
	struct distrust why;

	if (loading->told_folder || trust_opened(loading->arena, file, what, path, &why))
		return true;
	add(loading, path, why.message, why.remedy, !loading->strict);
	loading->told_folder = strcmp(what, "folder") == 0;
	return !loading->strict;
}

/* Whether what was opened may be read as definitions; adds the fault where not. */
static bool acceptable(struct loading *loading, const char *path, const struct stat *status)
{
	struct arena *arena = loading->arena;

	if (!S_ISREG(status->st_mode)) {
		add_fault(loading, path, kind_of(status->st_mode),
			"take it away, or give it a name that does not end in .json");
		return false;
	}
	if (status->st_size > FILE_LIMIT) {
		add_fault(loading, path,
			arena_printf(arena, "the file has %lld bytes, more than 1 MiB",
				(long long)status->st_size),
			"divide it into several files");
		return false;
	}
	/* Under its other name it may be changed where nobody looks. */
	if (status->st_nlink > 1) {
		add_fault(loading, path,
			arena_printf(arena, "the file has %lu names (hard links)",
				(unsigned long)status->st_nlink),
			"write a copy in its place");
		return false;
	}
	return true;
}

/* At most `size` bytes from the beginning; -1 where the kernel refuses. */
static ssize_t read_from_start(int file, char *text, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = pread(file, text + done, size - done, (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static bool same_content(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* One version of the file, not half of the old and half of the new; once more where it changed meanwhile. */
static void read_text(struct loading *loading, const char *path, int file, struct stat status)
{
	for (int tries = 0; tries < 2; tries++) {
		char *text = arena_alloc(loading->arena, (size_t)status.st_size + 1);
		ssize_t length = read_from_start(file, text, (size_t)status.st_size);
		struct stat after;

		if (length < 0 || fstat(file, &after) != 0) {
			add_unread(loading, path, errno, "look at the disk it is on");
			return;
		}
		if (length == status.st_size && same_content(&status, &after)) {
			arena_grow(loading->arena, &loading->texts, sizeof *loading->texts, loading->count,
				&loading->capacity);
			loading->texts[loading->count++] = (struct definition_text){
				.file = mended(loading, path), .text = text, .length = (size_t)length
			};
			loading->cost += json_cost(text, (size_t)length);
			return;
		}
		status = after;
		if (!acceptable(loading, path, &status))
			return;
	}
	add_fault(loading, path, "the file changed while it was read",
		"write it under another name and rename it");
}

static int open_file(int folder, const char *name)
{
	/* Neither a pipe nor a device may make us wait. */
	return openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static const char *let_us_read(struct arena *arena, const char *path)
{
	const struct passwd *user = getpwuid(geteuid());

	if (user)
		return readable_remedy(arena, user, path);
	return arena_printf(arena, "let user %lu read it", (unsigned long)geteuid());
}

/* Why an open failed, as a fault; nothing for a file that went away since the folder was listed. */
static void refused(struct loading *loading, const char *path)
{
	int reason = errno;
	struct stat status;

	if (lstat(path, &status) != 0)
		return;
	if (S_ISLNK(status.st_mode) && (reason == ENOENT || reason == ELOOP || reason == ENOTDIR))
		add_fault(loading, path,
			reason == ELOOP ? "a link that leads in a circle" : "a link that leads nowhere",
			"take it away, or let it lead to a file");
	else if (reason == ENXIO)
		add_fault(loading, path, "a socket or a device, not a file",
			"take it away, or give it a name that does not end in .json");
	else
		add_unread(loading, path, reason, let_us_read(loading->arena, path));
}

static void load_opened(struct loading *loading, const char *path, int opened)
{
	CLEANUP_FILE int file = opened;
	struct stat status;

	if (fstat(file, &status) != 0)
		refused(loading, path);
	else if (acceptable(loading, path, &status) && trusted(loading, path, file, "file"))
		read_text(loading, path, file, status);
}

/* The set of all that was read, with what could not be read among its faults. */
static struct definitions *finish(struct loading *loading)
{
	struct definitions *definitions = definitions_read(loading->arena, loading->texts, loading->count);

	for (size_t i = 0; i < loading->fault_count; i++)
		definitions_add_fault(definitions, loading->faults[i]);
	if (loading->more_faults)
		definitions_add_fault(
			definitions, (struct fault){ .at = loading->faults[FAULTS_TOLD - 1].at,
					     .message = arena_printf(loading->arena,
						     "%zu more files cannot be read, and are not told",
						     loading->more_faults),
					     .remedy = "mend those above first",
					     .rest = true });
	definitions->texts = loading->texts;
	definitions->text_count = loading->count;
	definitions->unread = loading->unread;
	zones_find(definitions, true);
	return definitions;
}

/* A folder of more than anybody writes is refused as a whole: what was read of it says nothing. */
static struct definitions *too_much(
	struct loading *loading, const char *directory, const char *message, const char *remedy)
{
	loading->count = loading->fault_count = loading->more_faults = 0;
	add_fault(loading, arena_copy(loading->arena, directory), message, remedy);
	return finish(loading);
}

static struct definitions *too_large(struct loading *loading, const char *directory)
{
	return too_much(loading, directory,
		arena_printf(loading->arena,
			"the files are more than one daemon's memory is for: read, they would take over %d MiB",
			MEMORY_LIMIT >> 20),
		"take away what is no definition, or divide the apps between two daemons");
}

static bool is_definition(const char *name)
{
	return name[0] != '.' && text_ends(name, ".json");
}

/* Whether a file of the folder is one that was named, or one that such a file stands for. */
static bool is_named(const struct loading *loading, int folder, const char *name)
{
	struct stat status;
	bool found = false;

	if (!loading->named_count || fstatat(folder, name, &status, 0) != 0)
		return false;
	for (size_t i = 0; i < loading->named_count; i++) {
		struct named *named = &loading->named[i];
		bool same = named->device == status.st_dev && named->number == status.st_ino;

		named->inside |= same;
		found |= same || strcmp(named->name, name) == 0;
	}
	return found;
}

static const char *path_in(struct arena *arena, const char *directory, const char *name)
{
	return arena_printf(arena, "%s%s%s", directory, text_ends(directory, "/") ? "" : "/", name);
}

static void load_listed(
	struct loading *loading, const char *directory, int folder, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count && loading->cost <= MEMORY_LIMIT; i++) {
		const char *path;
		int file;

		if (!is_definition(names[i]) || is_named(loading, folder, names[i]))
			continue;
		path = path_in(loading->arena, directory, names[i]);
		file = open_file(folder, names[i]);
		if (file < 0)
			refused(loading, path);
		else
			load_opened(loading, path, file);
	}
}

static bool folder_refused(struct arena *arena, const char *directory, int reason, struct error *error)
{
	if (reason != EACCES)
		return error_set(error, ERROR_IO, "%s: %s", directory, strerror(reason));
	return error_set(
		error, ERROR_IO, "%s: %s; %s", directory, strerror(reason), let_us_read(arena, directory));
}

struct definitions *load_definitions(
	struct arena *arena, const char *directory, bool strict, struct error *error)
{
	struct loading loading = { .arena = arena, .strict = strict };
	CLEANUP_FILE int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *const *names;
	size_t count, wanted = 0;

	if (folder < 0)
		return folder_refused(arena, directory, errno, error), NULL;
	if (!trusted(&loading, directory, folder, "folder"))
		return finish(&loading);
	if (!folder_list(arena, folder, directory, &names, &count, error))
		return NULL;
	for (size_t i = 0; i < count; i++)
		wanted += is_definition(names[i]);
	if (wanted > FILES_MOST)
		return too_much(&loading, directory,
			arena_printf(arena, "%zu files, more than %d", wanted, FILES_MOST),
			"write several batches into one file");
	load_listed(&loading, directory, folder, names, count);
	if (loading.cost > MEMORY_LIMIT)
		return too_large(&loading, directory);
	return finish(&loading);
}

static bool is_folder(int file)
{
	struct stat status;

	return fstat(file, &status) == 0 && S_ISDIR(status.st_mode);
}

/* A file that a person has named; -1 and `error` where it is none. */
static int open_named(const char *path, struct error *error)
{
	int file = open_file(AT_FDCWD, path);

	if (file < 0) {
		error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
	} else if (is_folder(file)) {
		close(file);
		file = -1;
		error_set(error, ERROR_INPUT, "%s is a folder; name it with --definitions %s", path, path);
	}
	return file;
}

static struct named named_of(const char *path, int file)
{
	const char *slash = strrchr(path, '/');
	struct stat status = { 0 };

	if (fstat(file, &status) != 0)
		status = (struct stat){ 0 };
	return (struct named){
		.name = slash ? slash + 1 : path, .device = status.st_dev, .number = status.st_ino
	};
}

/* What a folder has beside the named files; what is wrong there is another day's matter. */
static struct loading load_aside(const struct loading *loading, const char *directory)
{
	struct loading aside = { .arena = loading->arena,
		.strict = loading->strict,
		.named = loading->named,
		.named_count = loading->named_count,
		.cost = loading->cost };
	CLEANUP_FILE int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *const *names;
	size_t count;

	if (folder >= 0 && trusted(&aside, directory, folder, "folder") &&
		folder_list(aside.arena, folder, directory, &names, &count, NULL))
		load_listed(&aside, directory, folder, names, count < FILES_MOST ? count : FILES_MOST);
	return aside;
}

/* Puts what is aside in front of what was named; what is named and lies elsewhere stands alone. */
static void join(struct loading *loading, const struct loading *aside)
{
	struct definition_text *all =
		arena_alloc(loading->arena, (aside->count + loading->count + 1) * sizeof *all);
	size_t count = 0;

	for (size_t i = 0; i < aside->count; i++) {
		all[count] = aside->texts[i];
		all[count++].role = TEXT_ASIDE;
	}
	for (size_t i = 0, of = 0; i < loading->count; i++) {
		while (loading->named[of].texts <= i)
			of++;
		all[count] = loading->texts[i];
		all[count++].role = loading->named[of].inside ? TEXT_JUDGED : TEXT_JUDGED_ALONE;
	}
	loading->texts = all;
	loading->count = count;
}

struct definitions *load_definition_files(struct arena *arena, const char *const *files, size_t count,
	const char *directory, bool strict, struct error *error)
{
	struct loading loading = { .arena = arena, .strict = strict }, aside;

	loading.named = arena_alloc(arena, (count + 1) * sizeof *loading.named);
	for (size_t i = 0; i < count; i++) {
		int file;

		if (loading.cost > MEMORY_LIMIT)
			return too_large(&loading, files[0]);
		file = open_named(files[i], error);

		if (file < 0)
			return NULL;
		loading.named[loading.named_count++] = named_of(files[i], file);
		load_opened(&loading, arena_copy(arena, files[i]), file);
		loading.named[i].texts = loading.count;
	}
	aside = load_aside(&loading, directory);
	if (aside.cost <= MEMORY_LIMIT)
		join(&loading, &aside);
	return finish(&loading);
}
