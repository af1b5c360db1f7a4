#include "rights.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"

/* Our own, while another user's are taken. */
static struct {
	gid_t group;
	gid_t *groups;
	int count;
} own;

struct rights rights_of(uid_t uid, gid_t group)
{
	const struct passwd *user = getpwuid(uid);

	if (user)
		group = user->pw_gid;
	return (struct rights){ .another = true, .user = uid, .group = group ? group : uid };
}

static void keep_own(void)
{
	own.group = getegid();
	own.count = getgroups(0, NULL);
	own.groups = must_alloc((size_t)(own.count > 0 ? own.count : 1) * sizeof *own.groups);
	own.count = getgroups(own.count, own.groups);
	if (own.count < 0)
		abort();
}

/* A process without further groups need not be allowed to leave them. */
static bool set_groups(const gid_t *groups, int count)
{
	return own.count == 0 || setgroups((size_t)count, groups) == 0;
}

static void back(void)
{
	if (setegid(own.group) != 0 || !set_groups(own.groups, own.count))
		abort();
	free(own.groups);
	own.groups = NULL;
}

bool rights_take(const struct rights *rights, struct error *error)
{
	int reason;

	if (!rights->another)
		return true;
	keep_own();
	if (setegid(rights->group) == 0 && set_groups(NULL, 0) && seteuid(rights->user) == 0)
		return true;
	reason = errno;
	back();
	return error_set(error, ERROR_INPUT,
		"root may not take the rights of user %lu here (%s): allow it CAP_SETUID and CAP_SETGID, or run this as that user",
		(unsigned long)rights->user, strerror(reason));
}

void rights_return(const struct rights *rights)
{
	if (!rights->another)
		return;
	if (seteuid(0) != 0)
		abort();
	back();
}
