#include "footprint.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only segments that are never written: in all others, relocations included, dropping would lose data. */
static void drop_segment(const struct dl_phdr_info *library, const ElfW(Phdr) * segment)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = library->dlpi_addr + segment->p_vaddr, end = begin + segment->p_memsz;

	begin -= begin % page;
	madvise((void *)begin, end - begin, MADV_DONTNEED);
}

static int drop_library(struct dl_phdr_info *library, size_t size, void *data)
{
	(void)size;
	(void)data;
	/* Backwards: the first segment holds this table, and reading it would bring its pages back. */
	for (size_t i = library->dlpi_phnum; *library->dlpi_name && i-- > 0;) {
		const ElfW(Phdr) *segment = &library->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W))
			drop_segment(library, segment);
	}
	return 0;
}

void footprint_shrink(void)
{
	malloc_trim(0);
	dl_iterate_phdr(drop_library, NULL);
}

size_t footprint_heap(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}
