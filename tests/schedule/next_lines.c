/*
 * The program that tests/schedule/compare.py questions: for each line "epoch<TAB>expression" it prints the
 * next three fire times behind that instant (fewer where it never fires again), "rate <seconds>", or
 * "invalid: <message>; <remedy>".
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/definition/schedule.h"

enum { TIMES = 3 };

static void answer(struct arena *arena, time_t after, const char *expression)
{
	const char *message, *remedy, *gap = "";
	struct schedule schedule;
	size_t offset;

	if (!schedule_parse(arena, expression, &schedule, &message, &remedy, &offset)) {
		printf("invalid: %zu: %s; %s\n", offset, message, remedy);
		return;
	}
	if (schedule.kind == SCHEDULE_RATE) {
		printf("rate %u\n", schedule.rate_seconds);
		return;
	}
	for (int i = 0; i < TIMES && schedule_next(&schedule, after, &after); i++, gap = " ")
		printf("%s%lld", gap, (long long)after);
	putchar('\n');
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getline(&line, &room, stdin)) > 0) {
		CLEANUP_ARENA struct arena *arena = arena_new();
		char *expression;
		long long after = strtoll(line, &expression, 10);

		line[strcspn(line, "\n")] = '\0';
		if (*expression != '\t') {
			fprintf(stderr, "no tab: %s\n", line);
			return 2;
		}
		answer(arena, (time_t)after, expression + 1);
	}
	free(line);
	return ferror(stdin) ? 2 : 0;
}
