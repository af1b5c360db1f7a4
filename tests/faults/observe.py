"""What the emulator in this process holds, read from its own memory: exact, and cheap enough for after each call."""

import json
import re

from moto.ecr.models import ecr_backends
from moto.ecs.models import ecs_backends
from moto.events.models import events_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from conftest import ACCOUNT, OWNER, REGION

WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def observe():
    """{(kind, name): {"tags": {...}, ...}} of everything there is, strangers' things too."""
    return dict([*rules(), *revisions(), *roles(), *places()])


def rules():
    events = events_backends[ACCOUNT][REGION]
    for rule in events.event_buses["default"].rules.values():
        yield ("rule", rule.name), {
            "tags": events.tagger.get_tag_dict_for_resource(rule.arn), "state": rule.state,
            "schedule": rule.scheduled_expression, "description": rule.description,
            "targets": sorted(rule.targets, key=lambda target: target["Id"])}


def revisions():
    for family, all_of_it in ecs_backends[ACCOUNT][REGION].task_definitions.items():
        for number, revision in all_of_it.items():
            yield ("revision", f"{family}:{number}"), {
                "tags": {tag["key"]: tag["value"] for tag in revision.tags or []}, "status": revision.status,
                "containers": revision.container_definitions, "cpu": revision.cpu, "memory": revision.memory,
                "execution": getattr(revision, "execution_role_arn", None),
                "task": getattr(revision, "task_role_arn", None)}


def roles():
    for role in iam_backends[ACCOUNT]["aws"].roles.values():
        trust = role.assume_role_policy_document
        yield ("role", role.name), {
            "tags": {tag["Key"]: tag["Value"] for tag in role.tags or []},
            "trust": json.loads(trust) if isinstance(trust, str) else trust, "attached": sorted(role.managed_policies),
            "inline": dict(role.policies)}


def places():
    ecr, ecs, logs = (all_of[ACCOUNT][REGION] for all_of in (ecr_backends, ecs_backends, logs_backends))
    for repository in ecr.repositories.values():
        yield ("repository", repository.name), {
            "tags": ecr.tagger.get_tag_dict_for_resource(repository.arn), "policy": repository.lifecycle_policy,
            "scan": repository.image_scanning_configuration, "mutability": repository.image_tag_mutability}
    for cluster in ecs.clusters.values():
        yield ("cluster", cluster.name), {
            "tags": {tag["key"]: tag["value"] for tag in cluster.tags or []}, "status": cluster.status}
    for group in logs.groups.values():
        yield ("log group", group.name), {"tags": dict(logs.list_tags_for_resource(group.arn)), "days": group.retention_in_days}


def ours(thing):
    return thing["tags"].get(OWNER) == "default"


def comparable(world):
    """A world as text, without the moment at which something was done; equal texts are equal worlds."""
    return [WHEN.sub("(when)", f"{kind} {name} {json.dumps(thing, sort_keys=True, default=str)}")
            for (kind, name), thing in sorted(world.items())]
