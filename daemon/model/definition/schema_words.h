#ifndef DAEMON_MODEL_DEFINITION_SCHEMA_WORDS_H
#define DAEMON_MODEL_DEFINITION_SCHEMA_WORDS_H

/* The words of faults that the tables give: what a member may be, what it is, what to write instead. */

#include "faults.h"
#include "schema.h"

/* How a message calls a member: `"cpu"`, `element 2 of "subnets"`, `the file`. */
const char *spot_label(struct reader *reader, const struct spot *spot);

/* `"cpu" has to be a text or a whole number, not true`, and what to write instead. */
const char *type_message(struct reader *reader, const struct spot *spot, const struct schema_member *member,
	const json_t *value);
const char *type_remedy(struct reader *reader, const struct spot *spot, const struct schema_member *member,
	const json_t *value);

/* `"a", "b" or "c"`; `write 1, 3 or 5`; `"a", "b", "c"`. */
const char *schema_values(struct arena *arena, const struct schema_member *member);
const char *schema_numbers(struct arena *arena, const struct schema_member *member);
const char *schema_keys(struct arena *arena, const struct schema *schema);

/* JSON text of a right value. */
const char *schema_example(struct arena *arena, const struct schema_member *member);

/* The known word that this one may have been meant to be, NULL where none is near; another case is always
 * near. */
const char *schema_nearest(const char *word, const char *const *known, size_t count);
const char *schema_nearest_key(struct arena *arena, const struct schema *schema, const char *key);

#endif
