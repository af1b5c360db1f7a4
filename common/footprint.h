#ifndef COMMON_FOOTPRINT_H
#define COMMON_FOOTPRINT_H

#include <stddef.h>

/*
 * Gives back to the system what a program does not need while it sleeps for minutes: free pages of the heap,
 * and the libraries' pages that only hold what is in their files, which come back from the page cache when
 * they are next touched. The program's own code stays, and with it a debugger's breakpoints.
 */
void footprint_shrink(void);

/* Bytes of the heap in use, by the C library's own count. */
size_t footprint_heap(void);

#endif
