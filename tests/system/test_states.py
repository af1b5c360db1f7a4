"""One question, one answer: what is told in several places is told there in the same words."""

import collections
import json
import re
import signal

import pytest

from conftest import DAEMON, wait_for


def daemon(world):
    return world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions), program=DAEMON)


def status(world):
    path = world.folder / "run" / "status.json"
    return json.loads(path.read_text()) if path.exists() else None


def end(process):
    process.terminate()
    return "".join(process.communicate(timeout=20))


def first_pass(world):
    return wait_for(lambda: (found := status(world)) and found["lastPass"] and found, what="the first pass")


@pytest.mark.parametrize("broken", [False, True])
def test_a_fault_reads_the_same_everywhere(world, article, broken):
    """In check, of every verb, in the daemon's record and in status; as JSON in check and in status."""
    world.write(article)
    process = daemon(world)
    before = first_pass(world)["reload"]["number"]
    article["apps"]["batch"]["taskDefinition"]["containerDefinitions"][0]["newThing"] = "x"
    if broken:
        article["batches"]["no1"]["enabled"] = "50%"
    world.write(article)
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: status(world)["reload"]["number"] > before and status(world)["definitions"]["faults"], what="the reload")
    lines = world.run("check").out.splitlines()
    assert len(lines) == 1 + broken and sum(": warning: unknown key " in line for line in lines) == 1, lines
    shown = world.run("status").out.splitlines()
    # Each once: the one for which the reload was refused stands behind that.
    refused = [line.split("Z: ", 1)[1] for line in shown if line.startswith("! reload refused since ")]
    assert len(refused) == broken and sorted(refused + [line[2:] for line in shown if line.startswith("  ")]) == sorted(lines), shown
    assert world.run("check", "--json").json["faults"] == status(world)["definitions"]["faults"]
    assert all(line in world.run("diff").err.splitlines() for line in lines)
    told = end(process)
    assert all(line in told for line in lines), told


# --- the state of a batch


def batches_of(answer):
    return {row["batch"]: row["state"] for row in answer["batches"]}


def counted(world):
    """How many batches metrics.prom has of each state, zeros left out."""
    found = {}
    for line in (world.folder / "run" / "metrics.prom").read_text().splitlines():
        sample = re.fullmatch(r'fargate_batchd_batches\{state="(.*)"\} (\d+)', line)
        if sample and int(sample[2]):
            found[sample[1]] = int(sample[2])
    return found


def said(world):
    """What the line of `status` has of them."""
    line = next(line for line in world.run("status").out.splitlines() if line.startswith("batches: "))
    counts = re.findall(r"(\d+) ([a-z ]+?)(?: \(([^)]*)\))?(?:, |$)", line.removeprefix("batches: "))
    return {state: int(number) for number, state, _ in counts}, {name for _, _, names in counts for name in names.split(", ") if name}


def tell_the_same(world, expected):
    """A daemon's pass, and then the same situation from list, status, metrics and JSON."""
    (world.folder / "run" / "status.json").unlink(missing_ok=True)
    process = daemon(world)
    states = batches_of(first_pass(world))
    listed = world.run("list", "--json")
    assert states == expected, states
    assert batches_of(listed.json) == expected, str(listed)
    assert batches_of(world.run("status", "--json").json) == expected
    rows = world.run("list").out.splitlines()[1:]
    assert len(rows) == len(expected) and all(
        any(f" {name} " in row and row.endswith(f"  {state}") for row in rows) for name, state in expected.items()), rows
    totals = dict(collections.Counter(expected.values()))
    assert counted(world) == totals
    assert said(world) == (totals, {name for name, state in expected.items() if state not in ("in sync", "disabled")})
    end(process)
    return listed


def test_in_sync_and_disabled(world, converged):
    converged["batches"]["no2"]["enabled"] = False
    world.write(converged)
    assert tell_the_same(world, {"no1": "in sync", "no2": "disabled"}).code == 0


def test_differs_and_missing(world, converged):
    """With readOnly nothing is written, so both stay."""
    world.settings(readOnly=True)
    events = world.client("events")
    events.put_rule(Name="batch-no1", ScheduleExpression="rate(9 days)")
    events.remove_targets(Rule="batch-no2", Ids=["fargate-batchd"])
    events.delete_rule(Name="batch-no2")
    assert tell_the_same(world, {"no1": "differs", "no2": "missing"}).code == 0


def test_moving_to_another_rule_name(world, converged):
    world.settings(readOnly=True)
    converged["batches"]["no1"]["ruleName"] = "moved"
    world.write(converged)
    tell_the_same(world, {"no1": "moving", "no2": "in sync"})


def test_moving_to_another_region(world, converged):
    converged["apps"]["batch"]["region"] = "eu-west-1"
    world.write(converged)
    world.settings(readOnly=True)
    tell_the_same(world, {"no1": "moving", "no2": "moving"})
    world.settings()
    world.apply()
    tell_the_same(world, {"no1": "in sync", "no2": "in sync"})


def test_leaving(world, converged):
    del converged["batches"]["no2"]
    world.write(converged)
    tell_the_same(world, {"no1": "in sync", "no2": "leaving"})
    # And once more where it was disabled before.
    tell_the_same(world, {"no1": "in sync", "no2": "leaving"})
    world.settings(deletion={"graceMinutes": 0})
    tell_the_same(world, {"no1": "in sync"})


def test_held_by_the_brake(world, converged):
    converged["batches"] = {}
    world.write(converged)
    tell_the_same(world, {"no1": "held", "no2": "held"})


def test_conflict(world, converged):
    world.client("events").put_rule(Name="batch-taken", ScheduleExpression="rate(9 days)")
    converged["batches"]["taken"] = {"app": "batch", "schedule": "rate(1 day)"}
    world.write(converged)
    tell_the_same(world, {"no1": "in sync", "no2": "in sync", "taken": "conflict"})


def test_conflict_of_an_app(world, article):
    world.client("logs").create_log_group(logGroupName="/fargate/batch")
    world.write(article)
    tell_the_same(world, {"no1": "conflict", "no2": "conflict"})


def test_failing(world, converged):
    world.proxy.fault("denied", service="events", operation="PutRule", times=None,
                      match=lambda call: call.params["Name"] != "batch-no2")
    converged["batches"]["no1"]["description"] = "another"
    converged["batches"]["new"] = {"app": "batch", "schedule": "rate(1 day)"}
    world.write(converged)
    tell_the_same(world, {"new": "failing", "no1": "failing", "no2": "in sync"})


def test_failing_to_leave(world, converged):
    world.proxy.fault("denied", service="events", operation="DisableRule", times=None)
    del converged["batches"]["no2"]
    world.write(converged)
    tell_the_same(world, {"no1": "in sync", "no2": "failing"})


def test_blocked_by_a_change_of_the_app_that_fails(world, converged):
    world.proxy.fault("denied", service="logs", operation="PutRetentionPolicy", times=None)
    converged["apps"]["batch"]["logGroup"]["retentionInDays"] = 60
    converged["batches"]["new"] = {"app": "batch", "schedule": "rate(1 day)"}
    world.write(converged)
    tell_the_same(world, {"new": "blocked", "no1": "blocked", "no2": "blocked"})
    assert [app["state"] for app in status(world)["apps"]] == ["failing"]


def test_blocked_by_what_is_not_there(world, converged):
    converged["apps"]["other"] = converged["apps"]["batch"] | {"cluster": {"name": "shared", "managed": False}}
    converged["batches"]["stuck"] = {"app": "other", "schedule": "rate(1 day)"}
    world.write(converged)
    tell_the_same(world, {"no1": "in sync", "no2": "in sync", "stuck": "blocked"})


def test_unknown_where_something_was_not_read(world, converged):
    world.proxy.fault("denied", service="ecr", operation="DescribeRepositories", times=None)
    assert tell_the_same(world, {"no1": "unknown", "no2": "unknown"}).code == 2


def test_unknown_where_nothing_was_read(world, converged):
    """Not missing: nobody knows what is there."""
    world.proxy.fault("denied", service="sts", operation="GetCallerIdentity", times=None)
    assert tell_the_same(world, {"no1": "unknown", "no2": "unknown"}).code == 2


def test_waiting_for_a_list_of_aws_that_is_late(world, converged):
    world.proxy.patch("ecs", "ListTaskDefinitions", lambda reply, _: {"taskDefinitionArns": []})
    converged["batches"]["no1"]["image"] = {"tag": "2"}
    world.write(converged)
    assert tell_the_same(world, {"no1": "waiting", "no2": "in sync"}).code == 2
    world.proxy.reset()
    tell_the_same(world, {"no1": "in sync", "no2": "in sync"})


def test_list_takes_from_the_daemon_only_what_is_of_its_own_world(world, converged):
    """What a daemon for another owner could not do says nothing of these batches."""
    world.proxy.fault("denied", service="events", operation="PutRule", times=None)
    converged["batches"]["no1"]["description"] = "another"
    world.write(converged)
    process = daemon(world)
    assert batches_of(first_pass(world))["no1"] == "failing"
    assert batches_of(world.run("list", "--json").json)["no1"] == "failing"
    path = world.folder / "run" / "status.json"
    kept = path.read_text()
    path.write_text(json.dumps(json.loads(kept) | {"owner": "somebody"}))
    assert batches_of(world.run("list", "--json").json)["no1"] == "differs"
    for batches in ({}, ["no1", 7, {"batch": 3, "state": []}, {"batch": "no1", "app": "batch", "state": "done"}]):
        path.write_text(json.dumps(json.loads(kept) | {"batches": batches}))
        assert batches_of(world.run("list", "--json").json)["no1"] == "differs", batches
    path.write_text(kept.replace('"number": 0', '"number": 7', 1))
    assert batches_of(world.run("list", "--json").json)["no1"] == "differs", "not looked at since the reload"
    end(process)
    assert batches_of(world.run("list", "--json").json)["no1"] == "differs", "the daemon has ended"
