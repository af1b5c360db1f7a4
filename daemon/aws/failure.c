#include "failure.h"

#include <stddef.h>
#include <string.h>

#include "common/macros.h"
#include "common/text.h"

/*
 * One row for each code that means more than "the request is wrong". Codes stand here without "Exception" at
 * their end, with which some services write them and some do not. A row with a service or a text goes before
 * one without.
 */
struct row {
	const char *code;
	enum failure_class class;
	const char *service; /* NULL = any */
	const char *says; /* a part of the message, NULL = any */
};

static const struct row rows[] = {
	/* The SDKs' list calls it throttling; on these it tells of a quota, and waiting does not help. */
	{ "LimitExceeded", FAILURE_QUOTA, "events", NULL },
	{ "LimitExceeded", FAILURE_QUOTA, "iam", NULL },
	{ "LimitExceeded", FAILURE_QUOTA, "ecs", NULL },
	{ "LimitExceeded", FAILURE_QUOTA, "ecr", NULL },
	{ "LimitExceeded", FAILURE_QUOTA, "logs", NULL },
	{ "LimitExceeded", FAILURE_THROTTLED, NULL, NULL },
	{ "ServiceQuotaExceeded", FAILURE_QUOTA, NULL, NULL },
	{ "TooManyTags", FAILURE_QUOTA, NULL, NULL },

	{ "Throttling", FAILURE_THROTTLED, NULL, NULL },
	{ "Throttled", FAILURE_THROTTLED, NULL, NULL },
	{ "RequestThrottled", FAILURE_THROTTLED, NULL, NULL },
	{ "TooManyRequests", FAILURE_THROTTLED, NULL, NULL },
	{ "ProvisionedThroughputExceeded", FAILURE_THROTTLED, NULL, NULL },
	{ "TransactionInProgress", FAILURE_THROTTLED, NULL, NULL },
	{ "RequestLimitExceeded", FAILURE_THROTTLED, NULL, NULL },
	{ "BandwidthLimitExceeded", FAILURE_THROTTLED, NULL, NULL },
	{ "SlowDown", FAILURE_THROTTLED, NULL, NULL },
	{ "PriorRequestNotComplete", FAILURE_THROTTLED, NULL, NULL },
	{ "EC2Throttled", FAILURE_THROTTLED, NULL, NULL },

	/* EC2 throttles ECS, which passes it on under a code of its own. */
	{ "InvalidParameter", FAILURE_THROTTLED, NULL, "Rate exceeded" },
	{ "Client", FAILURE_THROTTLED, "ecs", "Rate exceeded" },

	{ "Client", FAILURE_TRANSIENT, "ecs", "Too many concurrent attempts to create a new revision" },
	{ "ConcurrentModification", FAILURE_TRANSIENT, NULL, NULL },
	{ "OperationAborted", FAILURE_TRANSIENT, NULL, NULL },
	{ "RequestTimeout", FAILURE_TRANSIENT, NULL, NULL },
	{ "Server", FAILURE_TRANSIENT, NULL, NULL },
	{ "InternalError", FAILURE_TRANSIENT, NULL, NULL },
	{ "InternalFailure", FAILURE_TRANSIENT, NULL, NULL },
	{ "ServiceFailure", FAILURE_TRANSIENT, NULL, NULL },
	{ "ServiceUnavailable", FAILURE_TRANSIENT, NULL, NULL },

	{ "Client", FAILURE_NOT_FOUND, "ecs", "Unable to describe task definition" },
	{ "ResourceNotFound", FAILURE_NOT_FOUND, NULL, NULL },
	{ "NotFound", FAILURE_NOT_FOUND, NULL, NULL },
	{ "ClusterNotFound", FAILURE_NOT_FOUND, NULL, NULL },
	{ "RepositoryNotFound", FAILURE_NOT_FOUND, NULL, NULL },
	{ "LifecyclePolicyNotFound", FAILURE_NOT_FOUND, NULL, NULL },
	{ "ImageNotFound", FAILURE_NOT_FOUND, NULL, NULL },
	{ "NoSuchEntity", FAILURE_NOT_FOUND, NULL, NULL },
	{ "QueueDoesNotExist", FAILURE_NOT_FOUND, NULL, NULL },
	{ "AWS.SimpleQueueService.NonExistentQueue", FAILURE_NOT_FOUND, NULL, NULL },

	{ "Conflict", FAILURE_EXISTS, NULL, "already exist" },
	{ "Conflict", FAILURE_CONFLICT, NULL, NULL },
	{ "ResourceInUse", FAILURE_CONFLICT, NULL, NULL },
	{ "RepositoryNotEmpty", FAILURE_CONFLICT, NULL, NULL },
	{ "DeleteConflict", FAILURE_CONFLICT, NULL, NULL },
	{ "UpdateInProgress", FAILURE_CONFLICT, NULL, NULL },
	{ "IllegalStatus", FAILURE_CONFLICT, NULL, NULL },
	{ "ClusterContainsTasks", FAILURE_CONFLICT, NULL, NULL },
	{ "ClusterContainsServices", FAILURE_CONFLICT, NULL, NULL },
	{ "ClusterContainsContainerInstances", FAILURE_CONFLICT, NULL, NULL },
	{ "ClusterContainsCapacityProvider", FAILURE_CONFLICT, NULL, NULL },
	{ "Validation", FAILURE_CONFLICT, "events", "has targets" },

	{ "UnauthorizedOperation", FAILURE_DENIED, NULL, NULL },
	{ "NotAuthorized", FAILURE_DENIED, NULL, NULL },
	{ "OptInRequired", FAILURE_DENIED, NULL, NULL },
	{ "RegionDisabled", FAILURE_DENIED, NULL, NULL },

	{ "ExpiredToken", FAILURE_CREDENTIALS, NULL, NULL },
	{ "RequestExpired", FAILURE_CREDENTIALS, NULL, NULL },
	{ "RequestTimeTooSkewed", FAILURE_CREDENTIALS, NULL, NULL },
	{ "InvalidClientTokenId", FAILURE_CREDENTIALS, NULL, NULL },
	{ "InvalidAccessKeyId", FAILURE_CREDENTIALS, NULL, NULL },
	{ "InvalidToken", FAILURE_CREDENTIALS, NULL, NULL },
	{ "UnrecognizedClient", FAILURE_CREDENTIALS, NULL, NULL },
	{ "SignatureDoesNotMatch", FAILURE_CREDENTIALS, NULL, NULL },
	{ "InvalidSignature", FAILURE_CREDENTIALS, NULL, NULL },
	{ "IncompleteSignature", FAILURE_CREDENTIALS, NULL, NULL },
	{ "MissingAuthenticationToken", FAILURE_CREDENTIALS, NULL, NULL },
	{ "AuthFailure", FAILURE_CREDENTIALS, NULL, NULL },
};

static enum failure_class by_status(long status)
{
	switch (status) {
	case 401:
		return FAILURE_CREDENTIALS;
	case 403:
		return FAILURE_DENIED;
	case 408:
		return FAILURE_TRANSIENT;
	case 409:
		return FAILURE_CONFLICT;
	case 429:
		return FAILURE_THROTTLED;
	default:
		break;
	}
	if (status >= 500)
		return FAILURE_TRANSIENT;
	return status >= 400 ? FAILURE_REJECTED : FAILURE_RUBBISH;
}

/* Somebody else on the way answered where AWS would have said a code: a 404 then tells nothing about the
 * thing. */
static enum failure_class without_code(long status)
{
	return status == 404 || status == 405 || status == 410 ? FAILURE_RUBBISH : by_status(status);
}

static bool same_code(const char *code, const char *wanted)
{
	size_t length = strlen(wanted);

	return !strncmp(code, wanted, length) && (!code[length] || !strcmp(code + length, "Exception"));
}

static bool matches(const struct row *row, const char *service, const char *code, const char *message)
{
	return same_code(code, row->code) && (!row->service || !strcmp(row->service, service)) &&
	       (!row->says || strstr(message, row->says));
}

enum failure_class failure_classify(const char *service, long status, const char *code, const char *message)
{
	if (!code || !*code)
		return without_code(status);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (matches(&rows[i], service, code, message ? message : ""))
			return rows[i].class;
	if (strstr(code, "AlreadyExists"))
		return FAILURE_EXISTS;
	if (text_starts(code, "AccessDenied"))
		return FAILURE_DENIED;
	/* EC2: InvalidSubnetID.NotFound */
	if (text_ends(code, ".NotFound"))
		return FAILURE_NOT_FOUND;
	if (status == 429 || status >= 500)
		return by_status(status);
	return FAILURE_REJECTED;
}

bool failure_has_code(const struct failure *failure, const char *code)
{
	return same_code(failure->code, code);
}

static bool code_among(const char *code, const char *const *codes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (same_code(code, codes[i]))
			return true;
	return false;
}

bool failure_expired(const struct failure *failure)
{
	static const char *const codes[] = { "ExpiredToken" };

	return code_among(failure->code, codes, ARRAY_LENGTH(codes));
}

bool failure_skewed(const struct failure *failure)
{
	static const char *const codes[] = { "RequestTimeTooSkewed", "RequestExpired", "InvalidSignature",
		"AuthFailure", "SignatureDoesNotMatch" };

	return code_among(failure->code, codes, ARRAY_LENGTH(codes));
}

const char *failure_name(enum failure_class class)
{
	static const char *const names[] = {
		[FAILURE_NONE] = "no failure",
		[FAILURE_NOT_FOUND] = "not found",
		[FAILURE_EXISTS] = "exists already",
		[FAILURE_THROTTLED] = "throttled",
		[FAILURE_TRANSIENT] = "a passing fault",
		[FAILURE_UNKNOWN] = "outcome unknown",
		[FAILURE_DENIED] = "denied",
		[FAILURE_CREDENTIALS] = "credentials do not work",
		[FAILURE_QUOTA] = "quota full",
		[FAILURE_REJECTED] = "rejected",
		[FAILURE_CONFLICT] = "in conflict",
		[FAILURE_RUBBISH] = "unreadable answer",
		[FAILURE_LOOP] = "endless listing",
		[FAILURE_CANCELLED] = "cancelled",
	};

	return (size_t) class < ARRAY_LENGTH(names) ? names[class] : "unknown";
}
