"""Killed after each kind of write of a pass, whatever the pass was for: the next one ends where an undisturbed one does."""

import json

import pytest

from conftest import OWNER

# What AWS makes up, or when it was.
VARYING = {"createdAt", "creationTime", "CreateDate", "RoleId", "registeredAt", "fargate-batchd:leaving"}


def create(world, article):
    world.write(article)


def update(world, article):
    world.write(article)
    world.apply()
    app, batches = article["apps"]["batch"], article["batches"]
    app["image"]["tag"] = "v2"
    app["logGroup"]["retentionInDays"] = 7
    app["repository"] |= {"lifecyclePolicy": {"keepLast": 4}, "scanOnPush": True}
    batches["no1"]["schedule"] = "rate(2 hours)"
    batches["no2"] |= {"enabled": False, "environment": {"batch": "other"}}
    world.write(article)


def delete(world, article):
    world.settings(deletion={"graceMinutes": 0})
    world.write(article)
    world.apply()
    del article["batches"]["no2"]
    world.write(article)


def move(world, article):
    world.write(article)
    world.apply()
    article["batches"]["no1"]["ruleName"] = "every-five"
    world.write(article)


def strangers(world):
    events, theirs = world.client("events"), [{"Key": OWNER, "Value": "another-team"}]
    events.put_rule(Name="theirs", ScheduleExpression="rate(1 day)", Tags=theirs)
    events.put_rule(Name="nobodys", ScheduleExpression="rate(1 day)")
    world.client("ecs").create_cluster(clusterName="nobodys")
    world.client("ecr").create_repository(repositoryName="nobodys")


def without_varying(value):
    if isinstance(value, dict):
        return {name: without_varying(each) for name, each in value.items() if name not in VARYING}
    if isinstance(value, list):
        return sorted(map(without_varying, value), key=lambda each: json.dumps(each, sort_keys=True))
    return value


def everything(world):
    return without_varying(world.snapshot() | {"contents": [
        json.loads(json.dumps(world.revision(arn), default=str)) for arn in
        world.client("ecs").list_task_definitions()["taskDefinitionArns"]]})


def begin(world, article, scenario):
    world.server.reset()
    world.proxy.reset()
    world.settings()
    for path in (world.folder / "state").iterdir():
        path.unlink()
    strangers(world)
    scenario(world, json.loads(json.dumps(article)))


def killed_after(world, operation):
    """An apply that is killed once the first call of this operation was carried out, before its answer comes."""
    holder = {}

    def kill(call, fault, answer):
        holder["process"].kill()
        holder["process"].wait()

    world.proxy.fault(kill, operation=operation, when="after")
    holder["process"] = world.start("apply")
    holder["process"].communicate(timeout=60)
    assert holder["process"].returncode == -9, operation
    world.proxy.faults.clear()


class Watch:
    """What has to hold before every write to a rule or revision: nobody runs twice, nothing runs a revision that is gone."""

    def __init__(self, world):
        self.world, self.wrong = world, []
        world.proxy.watch(self.look)

    def look(self, call):
        if not call.writes or call.service not in ("events", "ecs"):
            return
        active = set(self.world.client("ecs").list_task_definitions()["taskDefinitionArns"])
        running = []
        for name in self.world.client("events").list_rules()["Rules"]:
            rule = self.world.rule(name["Name"])
            if rule and rule["State"] == "ENABLED" and "fargate-batchd:batch" in rule["Tags"]:
                running.append(rule["Tags"]["fargate-batchd:batch"])
                self.wrong += [f"{name['Name']} runs what is gone before {call}" for target in rule["Targets"]
                               if target["EcsParameters"]["TaskDefinitionArn"] not in active]
        if len(running) != len(set(running)):
            self.wrong.append(f"{running} before {call}")


@pytest.mark.parametrize("scenario", [create, update, delete, move], ids=lambda scenario: scenario.__name__)
def test_killed_after_each_kind_of_write(world, article, scenario):
    begin(world, article, scenario)
    operations = list(dict.fromkeys(call.operation for call in world.apply().writes))
    wanted = everything(world)
    for operation in operations:
        begin(world, article, scenario)
        watch = Watch(world)
        killed_after(world, operation)
        again = world.apply()
        world.proxy.watchers.clear()
        assert everything(world) == wanted, f"{operation}\n{again}"
        assert not watch.wrong, f"{operation}: {watch.wrong}\n{again}"
        assert not world.apply().writes, operation
