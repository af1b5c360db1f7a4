#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

/* The few macros of the unit tests: a test is a function, a check counts itself and says where it failed. */

#include <stdio.h>
#include <string.h>

static int checks_passed, checks_failed;

#define CHECK(condition)        check_that((condition) ? 1 : 0, __FILE__, __LINE__, #condition)
#define CHECK_TEXT(got, want)   check_text((got), (want), __FILE__, __LINE__, #got)
#define CHECK_NUMBER(got, want) check_number((long long)(got), (long long)(want), __FILE__, __LINE__, #got)

__attribute__((unused)) static int check_that(int holds, const char *file, int line, const char *what)
{
	if (holds) {
		checks_passed++;
	} else {
		checks_failed++;
		printf("FAIL %s:%d: %s\n", file, line, what);
	}
	return holds;
}

__attribute__((unused)) static int check_text(
	const char *got, const char *want, const char *file, int line, const char *what)
{
	int same = got && want ? strcmp(got, want) == 0 : got == want;

	if (!check_that(same, file, line, what))
		printf("  got  %s\n  want %s\n", got ? got : "(null)", want ? want : "(null)");
	return same;
}

__attribute__((unused)) static int check_number(
	long long got, long long want, const char *file, int line, const char *what)
{
	if (!check_that(got == want, file, line, what))
		printf("  got  %lld\n  want %lld\n", got, want);
	return got == want;
}

/* The last line of every test program, and its exit code. */
__attribute__((unused)) static int check_end(void)
{
	printf("%d passed, %d failed\n", checks_passed, checks_failed);
	return checks_failed ? 1 : 0;
}

#endif
