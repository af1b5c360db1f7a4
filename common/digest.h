#ifndef COMMON_DIGEST_H
#define COMMON_DIGEST_H

/* SHA-256 and HMAC-SHA-256 (OpenSSL). Aborts only where OpenSSL itself cannot work. */

#include <stddef.h>

enum { DIGEST_SIZE = 32, DIGEST_HEX_SIZE = 65 };

void digest_sha256(const void *data, size_t length, unsigned char out[DIGEST_SIZE]);
void digest_hmac(
	const void *key, size_t key_length, const void *data, size_t length, unsigned char out[DIGEST_SIZE]);
/* Lower-case hexadecimal, terminated. */
void digest_hex(const unsigned char digest[DIGEST_SIZE], char out[DIGEST_HEX_SIZE]);
/* The two steps in one: the digest of a text as hexadecimal. */
void digest_text(const void *data, size_t length, char out[DIGEST_HEX_SIZE]);

#endif
