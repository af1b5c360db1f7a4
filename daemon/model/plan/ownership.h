#ifndef DAEMON_MODEL_PLAN_OWNERSHIP_H
#define DAEMON_MODEL_PLAN_OWNERSHIP_H

/*
 * What is ours. A tag alone commands nothing: whoever may tag would otherwise delete with our rights. So tag
 * and name have to agree, or the definitions or the ledger say so; and what the ledger never served must look
 * like what we make before it is disabled or deleted.
 */

#include "model/resource.h"

/* What this state directory knows of a resource of one kind and name. */
struct served {
	bool known; /* it was served from here, or a person approved that it goes */
	bool on_delete; /* as of an app that said onDelete "delete" */
	bool left; /* it was disabled or marked from here */
};

enum claim {
	CLAIM_OURS,
	CLAIM_STRAY, /* ours by all that can be seen, but of an app that was never served from here */
	CLAIM_DOUBTFUL, /* it carries our tag, and nothing else says that it is ours */
};

/* Whether its name is the one that its :app and :batch tags give. */
bool ownership_named(const struct resource *have);

/* Whether the target starts a revision of this one's family, or the family by its name. */
bool ownership_starts(const struct resource *target, const struct resource *revision);

/* The AWS command that takes our tag off what is not ours; from the arena. */
char *ownership_untag_command(struct arena *arena, const char *arn);
/* The one that removes what an app left behind, with what is in it. */
char *ownership_removal_command(struct arena *arena, const struct resource *have);

#endif
