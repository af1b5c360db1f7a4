#include "common/digest.h"

#include "../check.h"

static void hash(void)
{
	char out[DIGEST_HEX_SIZE];

	digest_text("", 0, out);
	CHECK_TEXT(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_text("abc", 3, out);
	CHECK_TEXT(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	/* The context is used again: nothing of the text before may be left in it. */
	digest_text("", 0, out);
	CHECK_TEXT(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 4231, cases 1, 2, 6. */
static void hmac(void)
{
	unsigned char digest[DIGEST_SIZE], key[131];
	char out[DIGEST_HEX_SIZE];
	const char *long_text = "Test Using Larger Than Block-Size Key - Hash Key First";

	memset(key, 0x0b, 20);
	digest_hmac(key, 20, "Hi There", 8, digest);
	digest_hex(digest, out);
	CHECK_TEXT(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	digest_hmac("Jefe", 4, "what do ya want for nothing?", 28, digest);
	digest_hex(digest, out);
	CHECK_TEXT(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	digest_hmac(key, sizeof key, long_text, strlen(long_text), digest);
	digest_hex(digest, out);
	CHECK_TEXT(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void hmac_of_nothing(void)
{
	unsigned char digest[DIGEST_SIZE];
	char out[DIGEST_HEX_SIZE];

	digest_hmac("", 0, "", 0, digest);
	digest_hex(digest, out);
	CHECK_TEXT(out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	/* The key of the time before is not meant. */
	digest_hmac("Jefe", 4, "", 0, digest);
	digest_hmac(NULL, 0, "", 0, digest);
	digest_hex(digest, out);
	CHECK_TEXT(out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

int main(void)
{
	hash();
	hmac();
	hmac_of_nothing();
	return check_end();
}
