#include "footprint.h"

#include <malloc.h>

void footprint_shrink(void)
{
	malloc_trim(0);
}

size_t footprint_heap(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}
