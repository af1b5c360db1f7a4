#ifndef DAEMON_PASS_CONSENT_H
#define DAEMON_PASS_CONSENT_H

/* What a person let pass (state/approvals.h), beside what the plans of a pass say of the same resources. */

#include "pass.h"

/* What came back since it was approved, or left, is out of its plan. */
void consent_review(const struct pass *pass);
/* Whether the removal was approved before, with the plan that it left under. */
bool consent_covers(const struct pass *pass, const struct action *action);

#endif
