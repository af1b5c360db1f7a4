#include "trust.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define TRUSTED_USER "FARGATE_BATCHD_DEFINITIONS_UID"

static bool named_in_environment(uid_t user)
{
	const char *text = getenv(TRUSTED_USER);
	char *end;
	unsigned long number;

	if (!text || *text < '0' || *text > '9')
		return false;
	number = strtoul(text, &end, 10);
	return !*end && number == user;
}

static bool trusted(uid_t user)
{
	return user == 0 || user == geteuid() || named_in_environment(user);
}

/* Whether anybody but the owner has it as the group of the user database. */
static bool is_first_of_another(gid_t group, uid_t owner)
{
	const struct passwd *user;
	bool another = false;

	setpwent();
	while (!another && (user = getpwent()))
		another = user->pw_gid == group && user->pw_uid != owner;
	endpwent();
	return another;
}

/* As many systems give every user. One that no database knows is the owner's where its number is. */
static bool is_own_group(gid_t group, uid_t owner)
{
	const struct passwd *user = getpwuid(owner);
	char *name = user ? must_copy(user->pw_name) : NULL;
	bool own = user ? user->pw_gid == group : group == owner;
	const struct group *entry = getgrgid(group);

	for (char **member = entry ? entry->gr_mem : NULL; own && member && *member; member++)
		own = name && strcmp(*member, name) == 0;
	free(name);
	return own && !is_first_of_another(group, owner);
}

/* With a list of its own the bits of the group are the most that any user in the list has. */
static bool has_access_list(int file)
{
	return fgetxattr(file, "system.posix_acl_access", NULL, 0) > 0;
}

static bool others_may_write(int file, const struct stat *status)
{
	if (status->st_mode & S_IWOTH)
		return true;
	return (status->st_mode & S_IWGRP) &&
	       (has_access_list(file) || !is_own_group(status->st_gid, status->st_uid));
}

bool trust_opened(struct arena *arena, int file, const char *what, const char *path, struct distrust *why)
{
	struct stat status;

	if (fstat(file, &status) != 0) {
		why->message =
			arena_printf(arena, "whose the %s is cannot be told: %s", what, strerror(errno));
		why->remedy = "look at the disk it is on";
		return false;
	}
	if (!trusted(status.st_uid)) {
		why->message = arena_printf(arena,
			"the %s belongs to user %lu, neither root nor the user that runs this (%lu)", what,
			(unsigned long)status.st_uid, (unsigned long)geteuid());
		why->remedy = arena_printf(arena,
			"run chown root %s, or set " TRUSTED_USER "=%lu where that user may command this",
			path, (unsigned long)status.st_uid);
		return false;
	}
	if (others_may_write(file, &status)) {
		why->message = arena_printf(
			arena, "others may write to the %s (mode %04o)", what, status.st_mode & 07777U);
		why->remedy = arena_printf(arena, "run chmod go-w %s", path);
		return false;
	}
	return true;
}
