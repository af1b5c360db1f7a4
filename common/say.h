#ifndef COMMON_SAY_H
#define COMMON_SAY_H

/*
 * The one door to people: whatever a program writes to standard output or standard error goes through here.
 * What comes out is UTF-8 in which nothing commands a terminal: what somebody else put into a text is shown
 * as text_add_visible shows it, and cannot begin a line of its own.
 */

#include <jansson.h>
#include <stdio.h>

#include "macros.h"

enum colour { PLAIN, GREEN, YELLOW, RED, BOLD, FAINT };

/* A line, where the format ends in a new line, or a part of one: all other line ends are shown as "\n". */
void say(FILE *to, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same in a colour, which ends before the line does. */
void say_in(FILE *to, enum colour colour, const char *format, ...) PRINTF_LIKE(3, 4);
/* Several lines that are the program's own, such as a help text: line ends and tabs stay. */
void say_lines(FILE *to, const char *lines);
/* One JSON value over several lines, as json_told writes it, and a new line. */
void say_json(FILE *to, const json_t *value);
/* Takes back the part of a line that stands on a terminal. */
void say_nothing(FILE *to);

#endif
