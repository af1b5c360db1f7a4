#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

/*
 * What the fuzz targets share. Each is one file fuzz_NAME.c with libFuzzer's entry point, and a small corpus
 * in corpus/NAME; whatever it ever stumbled over stays there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What has to hold for every input; ends the run where it does not, so that the input is kept. */
#define MUST(condition) must_hold((condition) ? 1 : 0, __FILE__, __LINE__, #condition)

__attribute__((unused)) static void must_hold(int holds, const char *file, int line, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

/* Something to say. */
__attribute__((unused)) static bool is_said(const char *text)
{
	return text && *text;
}

/* The byte that no UTF-8 text holds: between the parts of one input that stand for several files. */
enum { FUZZ_CUT = 0xFF };

/* The next part of the input, as a text of its own on the heap, so that a reader that runs over its end is
 * seen; NULL behind the last. */
__attribute__((unused)) static char *fuzz_part(const uint8_t **data, size_t *size, size_t *length)
{
	size_t taken = 0;
	char *part;

	if (!*data)
		return NULL;
	while (taken < *size && (*data)[taken] != FUZZ_CUT)
		taken++;
	part = malloc(taken + 1);
	if (!part)
		abort();
	for (size_t i = 0; i < taken; i++)
		part[i] = (char)(*data)[i];
	part[taken] = '\0';
	*length = taken;
	*data = taken < *size ? *data + taken + 1 : NULL;
	*size -= taken < *size ? taken + 1 : taken;
	return part;
}

#endif
