#ifndef COMMON_ENVIRONMENT_FILE_H
#define COMMON_ENVIRONMENT_FILE_H

/* Assignments as systemd.exec(5) describes them for EnvironmentFile=. */

#include <stdbool.h>

struct environment_reader {
	/* Each assignment, in order; both texts are the reader's own. */
	void (*assigned)(const char *name, const char *value, void *data);
	/* A line (from 1) that is no assignment, which systemd passes over too. */
	void (*broken)(unsigned line, const char *why, void *data);
	void *data;
};

/*
 * Reads a text: comments begin with '#' or ';', a value may stand in quotes of either kind, a backslash takes
 * the next character as it is and continues a line, and in double quotes stays before anything but one of
 * "\`$ or a line end.
 */
void environment_file_read(const char *text, const struct environment_reader *reader);

#endif
