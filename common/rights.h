#ifndef COMMON_RIGHTS_H
#define COMMON_RIGHTS_H

/*
 * The rights of another user, taken by root for as long as it works with what belongs to that user: whatever
 * is put in its way there, it can do no more than the user could.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"

struct rights {
	bool another; /* false: our own, and nothing is changed */
	uid_t user;
	gid_t group; /* the only one */
};

/* Those of the user `uid`, with the group that the user database names, else `group`, but never root's. */
struct rights rights_of(uid_t uid, gid_t group);

/*
 * Takes them, for the whole process; false with ERROR_INPUT, and nothing changed, where the kernel refuses.
 * rights_return gives them back (and aborts where that is refused: nothing may go on half as somebody else).
 * Not to be taken twice.
 */
bool rights_take(const struct rights *rights, struct error *error);
void rights_return(const struct rights *rights);

#endif
