#ifndef DAEMON_MODEL_DEFINITION_CALENDAR_H
#define DAEMON_MODEL_DEFINITION_CALENDAR_H

/* Months and days of the Gregorian calendar, from 1970 on. Pure. */

/* Days of a month, 1 to 12. */
int month_length(int year, int month);

/* Days from 1970-01-01 to the first of a month. */
long month_start(int year, int month);

/* The weekday of a day that is told in days since 1970-01-01: 1 = Sunday. */
int weekday_of(long days);

#endif
