#ifndef DAEMON_MODEL_DEFINITION_LETTERS_H
#define DAEMON_MODEL_DEFINITION_LETTERS_H

/* What AWS's services mean by letters, numbers and spaces
 * of any script (\p{L}\p{N}\p{Z} in their patterns). */

#include <stdbool.h>
#include <stdint.h>

/* Whether a code point is one of them: marks that stand above or below letters, and pictures, are not. */
bool is_letter_number_space(uint32_t code);

#endif
