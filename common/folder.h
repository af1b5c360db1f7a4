#ifndef COMMON_FOLDER_H
#define COMMON_FOLDER_H

/*
 * A folder of files that this program makes and reads itself, opened once and worked in by its descriptor.
 *
 * Its owner may be somebody whom we do not trust: where root works in another user's folder, every access is
 * made with that user's rights. For everybody: no link is followed, nothing is opened that is not a regular
 * file of one name, nothing is waited for, and what is made is made new under a name that nobody can know.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "arena.h"
#include "error.h"

struct folder;

/*
 * Opens the folder; with `mode` (0 = it has to be there) it is made with this mode where it is missing, and
 * its parents with 0755. Root takes the rights of the first other user whose folder or link is on the way.
 * NULL and `error` where it cannot be had: ERROR_INPUT where root may not take those rights; `missing` (if
 * not NULL) tells "no such folder" apart.
 */
struct folder *folder_open(const char *path, mode_t mode, bool *missing, struct error *error);
struct folder *folder_close(struct folder *folder);
const char *folder_path(const struct folder *folder);

/* Gives the folder this mode and our group, where it belongs to whoever works in it; not one that is shared
 * by all users (sticky, as /tmp is). */
bool folder_set_mode(const struct folder *folder, mode_t mode, struct error *error);

enum found {
	FOUND_FILE,
	FOUND_NOTHING,
	FOUND_OTHER, /* no regular file of one name, or a larger one: not what we have made */
	FOUND_UNREADABLE, /* the kernel refused, now */
};

/*
 * Reads a file of at most `limit` bytes into the arena (terminated; the length into `length`). NULL with
 * `error` for all but FOUND_FILE; `found` may be NULL.
 */
char *folder_read(const struct folder *folder, struct arena *arena, const char *name, size_t limit,
	size_t *length, enum found *found, struct error *error);

/*
 * Renames what is there to NAME.damaged-1, and what was put aside before to a higher number, of which the
 * last goes. Returns the new name, from the arena; NULL and `error` where the kernel refuses.
 */
char *folder_put_aside(
	const struct folder *folder, struct arena *arena, const char *name, struct error *error);

/* When a file of it was changed last; 0 where that cannot be told. */
time_t folder_modified(const struct folder *folder, const char *name);

/* The names in it, sorted by byte; from the arena. */
bool folder_names(const struct folder *folder, struct arena *arena, const char *const **names, size_t *count,
	struct error *error);

/* Writes a new file, syncs it, and renames it to `name`: a reader sees the old or the new one, never half. */
bool folder_replace(const struct folder *folder, const char *name, const char *data, size_t length,
	mode_t mode, struct error *error);

/*
 * Takes the folder for this program as long as the lock is kept, and removes what killed programs had begun
 * to write there; `program` is told to others. NULL where it cannot be had: with ERROR_INPUT where somebody
 * else has it, who is named as far as known.
 */
struct folder_lock;
struct folder_lock *folder_lock(const struct folder *folder, const char *program, struct error *error);
struct folder_lock *folder_unlock(struct folder_lock *lock);

/* The process that holds the folder's lock, as it wrote itself there; 0 where nobody does, -1 and `error`
 * where that cannot be told. */
pid_t folder_holder(const struct folder *folder, struct error *error);

#endif
