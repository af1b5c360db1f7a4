#include "way.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "text.h"

enum { LINKS_MOST = 40 };

struct way {
	int at; /* where we are; < 0: given up, for `reason` */
	int reason;
	char *rest; /* what is still to go, relative to `at`; from the heap */
	mode_t mode; /* of the last one, where it is missing; 0 = that is an error */
	bool made;
	unsigned links;
};

static void close_way(struct way *way)
{
	if (way->at >= 0)
		close(way->at);
	free(way->rest);
}

/* Goes to `next`, or gives up with errno where that is none. */
static bool go_to(struct way *way, int next)
{
	way->reason = next < 0 ? errno : 0;
	if (way->at >= 0)
		close(way->at);
	way->at = next;
	return next >= 0;
}

static bool give_up(struct way *way, int reason)
{
	errno = reason;
	return go_to(way, -1);
}

/* Takes the next name off the way; false at its end. */
static bool next_name(struct way *way, char name[NAME_MAX + 1], bool *last)
{
	char *rest = way->rest + strspn(way->rest, "/");
	size_t length = strcspn(rest, "/");

	if (!length)
		return false;
	if (length > NAME_MAX)
		return give_up(way, ENAMETOOLONG);
	memcpy(name, rest, length);
	name[length] = '\0';
	rest += length + strspn(rest + length, "/");
	*last = !*rest;
	memmove(way->rest, rest, strlen(rest) + 1);
	return true;
}

static void put_before(struct way *way, const char *name)
{
	struct text rest = { 0 };

	text_printf(&rest, "%s/%s", name, way->rest);
	free(way->rest);
	way->rest = rest.data;
}

/* Opens the name where we are; a folder is made where it is missing and may be. */
static int open_name(struct way *way, const char *name, bool last, int flags)
{
	int file = openat(way->at, name, flags | O_CLOEXEC);

	if (file >= 0 || errno != ENOENT || !way->mode)
		return file;
	if (mkdirat(way->at, name, last ? way->mode : 0755) == 0)
		way->made = last;
	else if (errno != EEXIST)
		return -1;
	return openat(way->at, name, flags | O_CLOEXEC);
}

/* A link of root's is root's word on where to go. */
static bool follow(struct way *way, int link)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(link, "", target, sizeof target - 1);

	if (length < 0 || ++way->links > LINKS_MOST)
		return give_up(way, length < 0 ? errno : ELOOP);
	target[length] = '\0';
	put_before(way, target);
	return target[0] != '/' || go_to(way, open("/", O_PATH | O_CLOEXEC));
}

/* One step of root's; false at the end of the way, or where it comes to another user's, who is `owner`. */
static bool step_as_root(struct way *way, struct stat *owner)
{
	char name[NAME_MAX + 1];
	bool last, going;
	int next;

	if (way->at < 0 || fstat(way->at, owner) != 0 || owner->st_uid != 0 || !next_name(way, name, &last))
		return false;
	next = open_name(way, name, last, O_PATH | O_NOFOLLOW);
	if (next < 0)
		return go_to(way, next);
	if (fstat(next, owner) != 0 || !S_ISLNK(owner->st_mode))
		return go_to(way, next);
	going = owner->st_uid == 0 && follow(way, next);
	if (owner->st_uid != 0)
		put_before(way, name);
	close(next);
	return going;
}

/* Goes as far as everything belongs to root, and finds the rights for the rest. */
static void go_as_root(struct way *way, struct rights *rights)
{
	struct stat owner = { 0 };

	while (step_as_root(way, &owner))
		continue;
	if (way->at >= 0 && owner.st_uid != 0)
		*rights = rights_of(owner.st_uid, owner.st_gid);
}

/* Where this may lead the kernel judges. */
static int go_on(struct way *way)
{
	char name[NAME_MAX + 1];
	bool last;
	int file;

	while (way->at >= 0 && next_name(way, name, &last))
		go_to(way, open_name(way, name, last, O_PATH));
	file = way->at < 0 ? -1 : openat(way->at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file >= 0 && way->made && fchmod(file, way->mode) != 0) {
		way->reason = errno;
		close(file);
		return -1;
	}
	if (way->at >= 0 && file < 0)
		way->reason = errno;
	return file;
}

int way_open(const char *path, mode_t mode, struct rights *rights, int *reason, struct error *error)
{
	CLEANUP(close_way) struct way way = { .at = -1, .rest = must_copy(path), .mode = mode };
	int file;

	*rights = (struct rights){ 0 };
	go_to(&way, open(path[0] == '/' ? "/" : ".", O_PATH | O_CLOEXEC));
	if (geteuid() == 0)
		go_as_root(&way, rights);
	if (!rights_take(rights, error)) {
		*reason = EPERM;
		error_wrap(error, "%s", path);
		return -1;
	}
	file = go_on(&way);
	rights_return(rights);
	*reason = way.reason;
	if (file < 0)
		error_set(error, ERROR_IO, "%s: %s", path, strerror(way.reason));
	return file;
}
