"""What has to hold after every call, whatever failed before it. Each is a function of the world before the call, the world
after it, and the row; it gives sentences about what is wrong."""

import datetime

from observe import ours

LEAVING, APP, BATCH = "fargate-batchd:leaving", "fargate-batchd:app", "fargate-batchd:batch"


def of(world, kind):
    return {name: thing for (each, name), thing in world.items() if each == kind}


def batch_of(rule):
    return rule["tags"].get(APP), rule["tags"].get(BATCH)


def revision_of(target):
    return target["EcsParameters"]["TaskDefinitionArn"].rpartition("/")[2]


def nothing_foreign_is_touched(before, after, row):
    for place, thing in before.items():
        if not ours(thing) and after.get(place) != thing:
            yield f"{' '.join(place)} of somebody else was changed"
    for name, rule in of(before, "rule").items():
        theirs = [target for target in rule["targets"] if target["Id"] != "fargate-batchd"]
        if theirs and theirs != [target for target in of(after, "rule").get(name, {"targets": []})["targets"]
                                 if target["Id"] != "fargate-batchd"]:
            yield f"a target of somebody else on {name} was changed"


def what_is_made_carries_our_tags(before, after, row):
    for place, thing in after.items():
        if place not in before and not ours(thing):
            yield f"{' '.join(place)} was made without our owner tag"


def never_two_schedules_of_a_batch_are_enabled(before, after, row):
    enabled = [batch_of(rule) for rule in of(after, "rule").values() if ours(rule) and rule["state"] == "ENABLED"]
    for batch in set(enabled):
        if enabled.count(batch) > 1:
            yield f"{batch[1]} has {enabled.count(batch)} schedules that are enabled"


def no_revision_is_doubled(before, after, row):
    active = {name: thing for name, thing in of(after, "revision").items() if thing["status"] == "ACTIVE" and ours(thing)}
    contents = [(name.rpartition(":")[0], str({**thing, "tags": None})) for name, thing in active.items()]
    for content in set(contents):
        if contents.count(content) > 1:
            yield f"{content[0]} has {contents.count(content)} equal revisions that are active"


def no_schedule_runs_what_is_gone(before, after, row):
    for name, rule in of(after, "rule").items():
        for target in rule["targets"] if ours(rule) else []:
            revision = of(after, "revision").get(revision_of(target))
            if revision is None or revision["status"] != "ACTIVE":
                yield f"{name} runs {revision_of(target)}, which is not active"


def nothing_is_deleted_without_its_grace(before, after, row):
    now, others = datetime.datetime.now(datetime.timezone.utc), of(after, "rule").values()
    for name, rule in of(before, "rule").items():
        if ("rule", name) in after:
            continue
        if rule["state"] != "DISABLED":
            yield f"{name} was deleted while it was {rule['state']}"
        moved = any(batch_of(other) == batch_of(rule) for other in others)
        left = rule["tags"].get(LEAVING)
        waited = left and now - datetime.datetime.fromisoformat(left.replace("Z", "+00:00"))
        if not moved and (not left or waited < datetime.timedelta(minutes=row.grace)):
            yield f"{name} was deleted {waited or 'without having left'} after it left"


def nothing_is_taken_while_something_is_held(before, after, row):
    if not row.held:
        return
    for name, rule in of(before, "rule").items():
        if rule["state"] == "ENABLED" and of(after, "rule").get(name, {"state": "deleted"})["state"] != "ENABLED":
            yield f"{name} was disabled or deleted while a plan is held"
    for name, revision in of(before, "revision").items():
        if revision["status"] == "ACTIVE" and of(after, "revision")[name]["status"] != "ACTIVE":
            yield f"{name} was deregistered while a plan is held"


def what_is_wanted_stays(before, after, row):
    for name in row.stays:
        if ("rule", name) in before and before["rule", name]["state"] == "ENABLED" and before["rule", name]["targets"]:
            rule = after.get(("rule", name))
            if rule is None or rule["state"] != "ENABLED" or not rule["targets"]:
                yield f"{name} is wanted, and was taken out of work"


def data_stays(before, after, row):
    for place, thing in before.items():
        if place[0] in ("repository", "log group", "role", "cluster") and (
                place not in after or thing.get("status") != after[place].get("status")):
            yield f"{' '.join(place)} was deleted"


def statements(role):
    """What a trust policy allows, statement by statement."""
    return [str(statement) for statement in role["trust"]["Statement"] if statement["Effect"] == "Allow"]


def no_trust_is_widened(before, after, row):
    for name, role in of(after, "role").items():
        known = of(before, "role").get(name)
        if known and set(statements(role)) - set(statements(known)):
            yield f"role {name} trusts more than before"
        for text in statements(role):
            if not known and not any(f"'{service}.amazonaws.com'" in text for service in ("ecs-tasks", "events")):
                yield f"role {name} was made to trust {text}"


ALL = (nothing_foreign_is_touched, what_is_made_carries_our_tags, never_two_schedules_of_a_batch_are_enabled,
       no_revision_is_doubled, no_schedule_runs_what_is_gone, nothing_is_deleted_without_its_grace,
       nothing_is_taken_while_something_is_held, what_is_wanted_stays, data_stays, no_trust_is_widened)
