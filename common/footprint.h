#ifndef COMMON_FOOTPRINT_H
#define COMMON_FOOTPRINT_H

#include <stddef.h>

/* Gives the free pages of the heap back to the system, for a program that sleeps for minutes. */
void footprint_shrink(void);

/* Bytes of the heap in use, by the C library's own count. */
size_t footprint_heap(void);

#endif
