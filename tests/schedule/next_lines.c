/*
 * The program that tests/schedule/compare.py questions: for each line "epoch[ zone]<TAB>expression" it
 * prints the next three fire times behind that instant (fewer where it never fires again), "rate <seconds>",
 * or "invalid: <message>; <remedy>"; of a zone "none" where it is not known.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/definition/schedule.h"
#include "zoneinfo.h"

enum { TIMES = 3 };

static void answer(struct arena *arena, time_t after, const char *expression, const struct zone *zone)
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
	for (int i = 0; i < TIMES && schedule_next(&schedule, zone, after, &after); i++, gap = " ")
		printf("%s%lld", gap, (long long)after);
	putchar('\n');
}

/* In a zone where one stands in front of the expression. */
static void answer_in(struct arena *arena, time_t after, const char *name, const char *expression)
{
	const char *near;
	struct zone zone;

	if (*name && zoneinfo_read(arena, name, &zone, &near) != ZONE_FOUND)
		puts("none");
	else
		answer(arena, after, expression, *name ? &zone : NULL);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getline(&line, &room, stdin)) > 0) {
		CLEANUP_ARENA struct arena *arena = arena_new();
		char *zone, *expression;
		long long after = strtoll(line, &zone, 10);

		line[strcspn(line, "\n")] = '\0';
		expression = strchr(zone, '\t');
		if (!expression) {
			fprintf(stderr, "no tab: %s\n", line);
			return 2;
		}
		*expression++ = '\0';
		answer_in(arena, (time_t)after, *zone == ' ' ? zone + 1 : zone, expression);
	}
	free(line);
	return ferror(stdin) ? 2 : 0;
}
