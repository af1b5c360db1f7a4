#include "duration.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 365 * 24 * 3600 };

/* Seconds of the unit that the text is; 0 where it is none. */
static unsigned long unit_of(const char *text)
{
	static const struct {
		const char *name;
		unsigned long seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 24 * 3600 } };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(text, units[i].name) == 0)
			return units[i].seconds;
	return 0;
}

bool duration_parse(const char *text, unsigned long *seconds)
{
	unsigned long number, unit;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	number = strtoul(text, &end, 10);
	unit = unit_of(end);
	if (!number || !unit || number > LONGEST / unit)
		return false;
	*seconds = number * unit;
	return true;
}
