#ifndef DAEMON_KINDS_KINDS_H
#define DAEMON_KINDS_KINDS_H

/* The table of kinds, and the readings that belong to none of them. */

#include "model/observed.h"

extern const struct kind kind_role, kind_repository, kind_log_group, kind_cluster, kind_task_definition,
	kind_rule, kind_target;

/* In order of rank. */
extern const struct kind *const kinds[];
extern const size_t kind_count;

/* What the shell begins a site's reading with, and what it asks once the lists are complete. */
extern const struct reading
	reading_tagged; /* tag:GetResources: everything with an owner tag, of these types */
extern const char *const tagged_types[];
extern const size_t tagged_type_count;
extern const struct reading reading_revisions; /* the ACTIVE revisions of all families, or of one */
extern const struct reading
	reading_started; /* a revision that a schedule starts and no list shows, by its ARN */
extern const struct reading reading_rules; /* all rules of the default event bus */
extern const struct reading reading_targets; /* one rule's targets */
extern const struct reading reading_all_clusters; /* the users of each cluster of the region */
extern const struct reading
	reading_users; /* the rules that run something on one cluster, and their targets */

/* The kind an ARN belongs to and the name in it (from the arena), NULL where it is none of ours. */
const struct kind *kind_of_arn(struct arena *arena, const char *arn, const char **name);

#endif
