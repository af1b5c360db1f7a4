#ifndef DAEMON_REPORT_PASS_JSON_H
#define DAEMON_REPORT_PASS_JSON_H

/* What a pass found and did, as JSON for programs: of diff and apply, and of status.json. New references. */

#include <jansson.h>

#include "pass/pass.h"

/*
 * {"inSync", "changes", "held", "approved", "notes", "errors", "summary"}; `hide_values`: what may be a
 * password is shown by its name alone.
 */
json_t *pass_json(const struct pass *pass, bool hide_values);

/* [{"plan", "reason", "resources", "command", "untag"}] of what waits for a person. */
json_t *held_json(const struct pass *pass);

/* {"app", "batch", "arn", "deletedAfter", "moved"} of what waits in its grace. */
json_t *waiting_json(const struct waiting *wait);

/* What stays though its app has left: [{"app", "kind", "name", "arn", "why", "command"}]. */
json_t *leftovers_json(const struct pass *pass);

#endif
