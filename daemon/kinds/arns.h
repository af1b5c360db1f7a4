#ifndef DAEMON_KINDS_ARNS_H
#define DAEMON_KINDS_ARNS_H

/* ARNs and other names that follow from account, region and partition; never written by hand. */

#include "model/observed.h"

/* A role's ARN: as it was read, else as it will be when it is created. `role` is a name or an ARN. From the
 * arena. */
const char *role_arn(const struct view *view, const char *role);

/* The name of a role in an ARN or a name, without its path. */
const char *role_name(const char *role);

/* "arn:<partition>:<service>:<region>:<account>:<rest>", from the arena. */
char *arn_of(const struct view *view, const char *service, const char *rest);

/* The last part of an ARN, behind its last '/' or ':'. */
const char *arn_tail(const char *arn);

/* The image of a batch: the tag, digest or URI it or its
 * app names, in the app's repository. From the arena. */
char *image_uri(const struct view *view, const struct app *app, const struct batch *batch);

#endif
