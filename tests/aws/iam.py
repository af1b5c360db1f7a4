"""IAM and STS: what was made a moment ago is not known everywhere yet.

"late": {"iam:CreateRole": s}: a role cannot be assumed, nor handed to RunTask, for s seconds after its creation.
"late": {"sts:AssumeRole": s}: the keys that AssumeRole gave are refused for s seconds.
"""

import json
import re


def check_age(front, request, refused):
    """Refuses what AWS refuses while a role or a pair of keys is young."""
    made, seconds = front.trail.answered(request.key), front.late.seconds.get("sts:AssumeRole", 0)
    if made is not None and front.now() < made + seconds:
        raise refused("InvalidClientTokenId", "The security token included in the request is invalid", 403)
    seconds = front.late.seconds.get("iam:CreateRole", 0)
    if request.operation not in ("AssumeRole", "RunTask") or not seconds:
        return
    for role in re.findall(r"role/(?:[\w+=,.@/-]*/)?([\w+=,.@-]+)", str(request.params)):
        made = front.trail.role_made(role)
        if made is None or front.now() >= made + seconds:
            continue
        if request.operation == "AssumeRole":
            raise refused("AccessDenied", f"User: {request.key} is not authorized to perform: sts:AssumeRole on "
                          f"resource: {request.params['RoleArn']}", 403)
        raise refused("ClientException", "ECS was unable to assume the role that was provided for this task.")


def shorten_managed_policies():
    """Thousand and more policies are built anew at each reset; a handful is enough, and a reset then takes no second."""
    from moto.iam import models

    kept = ("AmazonECSTaskExecutionRolePolicy", "AmazonEC2ContainerServiceEventsRole", "AdministratorAccess",
            "ReadOnlyAccess", "CloudWatchLogsReadOnlyAccess", "AmazonEC2ContainerRegistryReadOnly")
    known = json.loads(models.aws_managed_policies_data)
    models.aws_managed_policies_data = json.dumps({name: known[name] for name in kept})
