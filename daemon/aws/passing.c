#include "passing.h"

#include <stddef.h>
#include <string.h>

#include "common/macros.h"

/* IAM is known everywhere within seconds as a rule, within two minutes at the worst; all else is quicker. */
#define ROLE_SECONDS 120
#define SECONDS      30

static const char role_known[] = "IAM has told all services of the role";
static const char group_known[] = "the log group is known everywhere";
static const char repository_known[] = "the repository is known everywhere";
static const char rule_known[] = "the rule is known everywhere";
static const char cluster_ready[] = "the cluster is ready";
static const char change_over[] = "another change has ended";

/* Asked only about what this pass has made or read: that AWS does not find it is then no answer. */
static const struct passing rows[] = {
	{ "events", NULL, "Validation", "cannot be assumed by principal", ROLE_SECONDS, true, role_known },
	{ NULL, NULL, NULL, "not authorized to perform: iam:PassRole", ROLE_SECONDS, true, role_known },
	{ "ecs", NULL, "Client", "Role is not valid", ROLE_SECONDS, true, role_known },
	{ "iam", NULL, "NoSuchEntity", "role with name", ROLE_SECONDS, false, role_known },
	{ "iam", NULL, "EntityTemporarilyUnmodifiable", NULL, ROLE_SECONDS, false, change_over },
	{ "iam", NULL, "ConcurrentModification", NULL, ROLE_SECONDS, false, change_over },
	/* It is made with the first cluster of an account, and not at once. */
	{ "ecs", NULL, "InvalidParameter", "service linked role", ROLE_SECONDS, false,
		"the account's own role for ECS is there" },

	{ "logs", NULL, "ResourceNotFound", NULL, SECONDS, false, group_known },
	/* A list that is asked whose it is, and does not show it yet. */
	{ "logs", "CreateLogGroup", "ResourceAlreadyExists", NULL, SECONDS, false, group_known },
	{ "logs", NULL, "OperationAborted", NULL, SECONDS, false, change_over },
	{ "ecr", NULL, "RepositoryNotFound", NULL, SECONDS, false, repository_known },
	{ "ecs", NULL, "ClusterNotFound", NULL, SECONDS, false, cluster_ready },
	{ "ecs", NULL, "Client", "Cluster was not ACTIVE", SECONDS, false, cluster_ready },
	{ "ecs", NULL, "UpdateInProgress", NULL, SECONDS, false, cluster_ready },
	{ "ecs", NULL, "Client", "Too many concurrent attempts to create a new revision", SECONDS, false,
		change_over },
	{ "ecs", NULL, "Client", "Unable to describe task definition", SECONDS, false,
		"the revision is known everywhere" },
	{ "events", NULL, "ResourceNotFound", NULL, SECONDS, false, rule_known },
	{ "events", NULL, "ConcurrentModification", NULL, SECONDS, false, change_over },
	{ "events", "DeleteRule", "Validation", "has targets", SECONDS, false, "its targets are gone" },
};

static bool matches(const struct passing *row, const char *service, const char *operation,
	const struct failure *failure, bool new_role)
{
	return (!row->service || strcmp(row->service, service) == 0) &&
	       (!row->operation || strcmp(row->operation, operation) == 0) &&
	       (!row->code || failure_has_code(failure, row->code)) &&
	       (!row->says || strstr(failure->message, row->says)) && (!row->new_role || new_role);
}

const struct passing *passing_find(
	const char *service, const char *operation, const struct failure *failure, bool new_role)
{
	/* A policy that denies does not change by itself. */
	if (!*failure->code || strstr(failure->message, "explicit deny"))
		return NULL;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (matches(&rows[i], service, operation, failure, new_role))
			return &rows[i];
	return NULL;
}
