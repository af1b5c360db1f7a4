#include "calendar.h"

#include <stdbool.h>

int month_length(int year, int month)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return lengths[month - 1] + (month == 2 && leap);
}

long month_start(int year, int month)
{
	long before = year - 1, days = before * 365 + before / 4 - before / 100 + before / 400;

	for (int m = 1; m < month; m++)
		days += month_length(year, m);
	return days - 719162;
}

/* The first of January 1970 was a Thursday. */
int weekday_of(long days)
{
	return (int)((days + 4) % 7) + 1;
}
