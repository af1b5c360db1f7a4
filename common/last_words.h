#ifndef COMMON_LAST_WORDS_H
#define COMMON_LAST_WORDS_H

/* Where there is no way to go on: stands below all else, so that memory itself can end here. */

/* Says why, a text of the program's own, on standard error, and aborts. */
_Noreturn void say_and_abort(const char *why);

#endif
