#ifndef DAEMON_AWS_IDENTITY_H
#define DAEMON_AWS_IDENTITY_H

/* Whose keys sign a call: the chain's own or those of a role, assumed when they are first needed and kept
 * fresh. */

#include "call.h"
#include "credentials.h"
#include "sigv4.h"

struct call;

enum identity_state {
	IDENTITY_READY,
	IDENTITY_WAITING, /* keys are on their way; the client dispatches again when they are here */
	IDENTITY_FAILED, /* none, and why */
};

/* An identity for a source, made once for each role; `from` signs the AssumeRole. */
struct identity *identity_of_source(struct aws *aws, const struct source *source);

/*
 * The keys to sign with now, valid until the next event; starts a refresh where they are missing or run out
 * soon. STS is asked in the region of the call that waits for them, and throttled no longer than that one may
 * be, and borne in silence no longer either.
 */
enum identity_state identity_keys(struct identity *identity, const struct call *waiting, double now,
	struct sigv4_keys *keys, struct failure *failure);

/* AWS says that this access key has expired: it is not used again, if it still was the one in use. */
void identity_expired(struct identity *identity, const char *access_key);

/* Where the keys come from: "the environment", a profile and its file, or the role that is assumed; NULL =
 * none. */
const char *identity_origin(const struct identity *identity);

/* What a person does to bring new keys into use; NULL = nothing. */
const char *identity_renewal(const struct identity *identity);

/* Seconds since the epoch, 0 = never or not known. */
double identity_expiry(const struct identity *identity);

void identities_free(struct identity *list);

#endif
