#ifndef COMMON_MACROS_H
#define COMMON_MACROS_H

/* The few macros everything may use: array length, format checks, cleanup attributes. */

#include <stdlib.h>

/* Built with the address sanitizer. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))

/* Runs `release(&variable)` when the variable leaves its scope. */
#define CLEANUP(release) __attribute__((cleanup(release)))

static inline void free_pointer(void *pointer)
{
	free(*(void **)pointer);
}

/* A heap block that is freed when the variable leaves its scope. */
#define CLEANUP_FREE CLEANUP(free_pointer)

#endif
