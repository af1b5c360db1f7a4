#include "digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "last_words.h"

/*
 * Fetching an algorithm and making a context cost more than hashing a request, and a pass signs hundreds:
 * both are made once and live as long as the process. One thread uses them.
 */
static EVP_MD *sha256;
static EVP_MD_CTX *hash;
static EVP_MAC_CTX *mac;

static void must(int worked, const char *what)
{
	if (!worked)
		say_and_abort(what);
}

static void hash_prepare(void)
{
	if (hash)
		return;
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	must(sha256 != NULL, "OpenSSL: SHA-256 does not work");
	hash = EVP_MD_CTX_new();
	must(hash != NULL, "OpenSSL: a digest context does not work");
}

static void mac_prepare(void)
{
	char name[] = "SHA256";
	OSSL_PARAM digest[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *hmac;

	if (mac)
		return;
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	must(hmac != NULL, "OpenSSL: HMAC does not work");
	mac = EVP_MAC_CTX_new(hmac);
	must(mac && EVP_MAC_CTX_set_params(mac, digest), "OpenSSL: HMAC-SHA-256 does not work");
	EVP_MAC_free(hmac);
}

void digest_sha256(const void *data, size_t length, unsigned char out[DIGEST_SIZE])
{
	hash_prepare();
	must(EVP_DigestInit_ex2(hash, sha256, NULL) && EVP_DigestUpdate(hash, data, length) &&
			EVP_DigestFinal_ex(hash, out, NULL),
		"OpenSSL: SHA-256 does not work");
}

void digest_hmac(
	const void *key, size_t key_length, const void *data, size_t length, unsigned char out[DIGEST_SIZE])
{
	size_t written;

	mac_prepare();
	/* A NULL key would mean "the key of the time before". */
	must(EVP_MAC_init(mac, key_length ? key : "", key_length, NULL) &&
			EVP_MAC_update(mac, data, length) && EVP_MAC_final(mac, out, &written, DIGEST_SIZE),
		"OpenSSL: HMAC-SHA-256 does not work");
}

void digest_hex(const unsigned char digest[DIGEST_SIZE], char out[DIGEST_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[DIGEST_HEX_SIZE - 1] = '\0';
}

void digest_text(const void *data, size_t length, char out[DIGEST_HEX_SIZE])
{
	unsigned char digest[DIGEST_SIZE];

	digest_sha256(data, length, digest);
	digest_hex(digest, out);
}
