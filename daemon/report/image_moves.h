#ifndef DAEMON_REPORT_IMAGE_MOVES_H
#define DAEMON_REPORT_IMAGE_MOVES_H

/* What a new tag does to many batches at once, in one line. */

#include "pass/pass.h"

struct image_move {
	const char *app;
	const char *before, *after; /* images */
	size_t batches;
	const char *text; /* "image batch:1 → batch:2 for 30 batches: no1, no2, no3, no4, no5, …" */
};

/* Each image that at least two batches of one app leave
 * for the same other one in this pass; from the arena. */
const struct image_move *image_moves(const struct pass *pass, size_t *count);

/* "batch:2" of "123456789012.dkr.ecr.eu-west-1.amazonaws.com/batch:2", where that tells it from the other
 * one. */
const char *image_in_short(const char *image, const char *other);

#endif
