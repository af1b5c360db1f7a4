"""Leaving: disabled, then deleted after the grace; the brake; approvals; what an app leaves behind."""

import copy
import json
import re
import time

import pytest

from conftest import ACCOUNT, REGION, now_iso

LEAVING = "fargate-batchd:leaving"


def many(article, count):
    article["batches"] = {f"b{number:02}": {"app": "batch", "schedule": "rate(1 day)"} for number in range(count)}
    return article


def without(definitions, *names):
    rest = copy.deepcopy(definitions)
    for name in names:
        del rest["batches"][name]
    return rest


def leaving_since(world, name, seconds):
    """Sets the clock of a leaving batch back, as if the grace had passed."""
    rule = world.rule(name)
    world.client("events").tag_resource(ResourceARN=rule["Arn"], Tags=[{"Key": LEAVING, "Value": now_iso(-seconds)}])


def plan_of(result):
    found = re.search(r"fargate-batchctl approve (\S+)", result.out + result.err)
    assert found, str(result)
    return found.group(1).strip("`'\".,:)")


def test_leaves_in_two_steps(world, converged):
    world.write(without(converged, "no2"))
    diff = world.diff(code=1)
    assert "no2" in diff.out, str(diff)
    first = world.apply()
    rule = world.rule("batch-no2")
    assert rule["State"] == "DISABLED" and rule["Targets"], str(first)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", rule["Tags"][LEAVING])
    operations = [call.operation for call in first.writes]
    assert operations.index("DisableRule") < operations.index("TagResource") if "DisableRule" in operations else True
    assert world.rule("batch-no1")["State"] == "ENABLED"
    # Within the grace nothing more happens, and a diff is in sync with a note.
    waiting = world.diff()
    assert "no2" in waiting.out + waiting.err, str(waiting)
    again = world.apply()
    assert not again.writes, str(again)
    listed = world.run("list")
    assert "leaving" in listed.out, str(listed)
    leaving_since(world, "batch-no2", 16 * 60)
    # What does not wait for the rule to go would overtake it here: its state is read once more before.
    world.proxy.fault("stall", service="events", operation="DescribeRule", nth=2, seconds=0.5, when="after")
    last = world.apply()
    assert world.rule("batch-no2") is None, str(last)
    assert world.active("batch-no2") == [], str(last)
    order = [call.operation for call in last.writes]
    assert order.index("RemoveTargets") < order.index("DeleteRule") < order.index("DeregisterTaskDefinition")
    # What the app shares stays.
    assert world.client("ecs").describe_clusters(clusters=["batch"])["clusters"][0]["status"] == "ACTIVE"
    world.settled()


def test_without_a_grace_in_one_pass(world, converged):
    world.settings(deletion={"graceMinutes": 0})
    world.write(without(converged, "no2"))
    result = world.apply()
    assert world.rule("batch-no2") is None and world.active("batch-no2") == [], str(result)
    operations = [call.operation for call in result.writes]
    assert operations.index("DisableRule" if "DisableRule" in operations else "PutRule") < operations.index("DeleteRule")
    world.settled()


def test_restored_before_the_grace_it_is_the_same_rule(world, converged):
    made = world.rule("batch-no2")
    world.write(without(converged, "no2"))
    world.apply()
    world.write(converged)
    world.apply()
    rule = world.rule("batch-no2")
    assert rule == made and LEAVING not in rule["Tags"]
    world.settled()


def test_restored_with_a_change(world, converged):
    world.write(without(converged, "no2"))
    world.apply()
    converged["batches"]["no2"]["schedule"] = "rate(3 hours)"
    converged["batches"]["no2"]["enabled"] = False
    world.converge(converged)
    rule = world.rule("batch-no2")
    assert rule["ScheduleExpression"] == "rate(3 hours)" and rule["State"] == "DISABLED" and LEAVING not in rule["Tags"]


def test_enabled_by_hand_while_leaving_it_is_not_deleted(world, converged):
    """Deleted only if it reads DISABLED: the grace begins anew."""
    world.write(without(converged, "no2"))
    world.apply()
    leaving_since(world, "batch-no2", 16 * 60)
    world.client("events").enable_rule(Name="batch-no2")
    world.run("apply")
    rule = world.rule("batch-no2")
    assert rule is not None and rule["State"] == "DISABLED"


def test_deletion_switched_off(world, converged):
    world.settings(deletion={"enabled": False, "graceMinutes": 0})
    world.write(without(converged, "no2"))
    world.apply()
    assert world.rule("batch-no2")["State"] == "DISABLED"
    again = world.apply()
    assert world.rule("batch-no2")["State"] == "DISABLED" and not again.writes, str(again)
    assert world.active("batch-no2")


def test_a_foreign_target_keeps_the_rule(world, converged):
    """A rule that carries another's target is disabled rather than deleted."""
    world.client("events").put_targets(Rule="batch-no2", Targets=[
        {"Id": "by-hand", "Arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"}])
    world.settings(deletion={"graceMinutes": 0})
    world.write(without(converged, "no2"))
    world.run("apply")
    world.run("apply")
    rule = world.rule("batch-no2")
    assert rule is not None and rule["State"] == "DISABLED"
    assert "by-hand" in {target["Id"] for target in rule["Targets"]}


def test_the_brake_by_number(world, article):
    world.converge(many(article, 8))
    world.settings(deletion={"graceMinutes": 0, "maxBatches": 5})
    rest = without(article, *(f"b{number:02}" for number in range(6)))
    rest["batches"]["b07"]["description"] = "goes on"
    world.write(rest)
    diff = world.diff(code=1)
    plan = plan_of(diff)
    held = world.run("apply")
    assert held.code == 1 and plan_of(held) == plan, str(held)
    # Nothing at all is disabled or deleted; everything else in the pass goes on.
    assert [world.rule(f"batch-b{number:02}")["State"] for number in range(8)] == ["ENABLED"] * 8
    assert world.rule("batch-b07")["Description"] == "goes on"
    again = world.run("apply")
    assert again.code == 1 and not again.writes, str(again)
    assert world.run("approve", "0000nosuchplan").code == 2
    approved = world.run("approve", plan)
    assert approved.code == 0 and not approved.writes, str(approved)
    world.apply()
    assert {rule["Name"] for rule in world.client("events").list_rules()["Rules"]} == {"batch-b06", "batch-b07"}
    world.settled()


def test_an_approval_is_for_exactly_that_plan(world, article):
    world.converge(many(article, 9))
    world.settings(deletion={"graceMinutes": 0})
    world.write(without(article, *(f"b{number:02}" for number in range(6))))
    plan = plan_of(world.run("apply"))
    assert world.run("approve", plan).code == 0
    world.write(without(article, *(f"b{number:02}" for number in range(7))))
    other = world.run("apply")
    assert other.code == 1 and plan_of(other) != plan, str(other)
    assert len(world.client("events").list_rules()["Rules"]) == 9


def test_the_brake_by_share(world, article):
    world.converge(many(article, 12))
    world.settings(deletion={"graceMinutes": 0, "maxBatches": 100, "maxPercent": 30})
    world.write(without(article, "b00", "b01", "b02", "b03"))
    held = world.run("apply")
    assert held.code == 1 and plan_of(held), str(held)
    world.write(without(article, "b00", "b01", "b02"))
    world.apply()
    assert len(world.client("events").list_rules()["Rules"]) == 9


def test_the_brake_counts_the_hour_before(world, article):
    world.converge(many(article, 9))
    world.settings(deletion={"maxBatches": 5})
    world.write(without(article, "b00", "b01", "b02"))
    world.apply()
    world.write(without(article, "b00", "b01", "b02", "b03", "b04", "b05"))
    held = world.run("apply")
    assert held.code == 1, str(held)
    assert [world.rule(f"batch-b{number:02}")["State"] for number in (3, 4, 5)] == ["ENABLED"] * 3


def test_below_the_brake_it_goes(world, article):
    world.converge(many(article, 9))
    world.settings(deletion={"graceMinutes": 0})
    world.write(without(article, "b00", "b01"))
    world.apply()
    assert len(world.client("events").list_rules()["Rules"]) == 7


@pytest.mark.parametrize("emptied", ["no file", "{}", "no batches", "other file"])
def test_an_empty_set_is_held_whatever_the_limits(world, converged, emptied):
    world.settings(deletion={"graceMinutes": 0, "maxBatches": 100, "maxPercent": 100})
    path = world.definitions / "jobs.json"
    if emptied == "no file":
        path.unlink()
    elif emptied == "{}":
        world.write({})
    elif emptied == "no batches":
        world.write(converged | {"batches": {}})
    else:
        path.rename(world.definitions / "jobs.json~")
    before = world.snapshot()
    held = world.run("apply")
    assert held.code == 1 and not held.writes, str(held)
    plan = plan_of(held)
    assert plan_of(world.diff(code=1)) == plan
    assert world.snapshot() == before
    assert world.run("approve", plan).code == 0
    world.apply()
    assert world.client("events").list_rules()["Rules"] == []


@pytest.mark.parametrize("broken", ["directory away", "file unreadable", "file broken"])
def test_what_cannot_be_read_deletes_nothing(world, converged, broken):
    world.settings(deletion={"graceMinutes": 0})
    if broken == "directory away":
        world.definitions.rename(world.folder / "elsewhere")
    elif broken == "file unreadable":
        (world.definitions / "jobs.json").unlink()
        (world.definitions / "jobs.json").symlink_to("jobs.json")
    else:
        world.write('{"apps": {', "another.json")
    before = world.snapshot()
    result = world.run("apply")
    assert result.code == 2 and not result.writes, str(result)
    assert world.snapshot() == before


@pytest.mark.parametrize("operation", ["ListRules", "ListTaskDefinitions", "GetResources", "ListTargetsByRule"])
@pytest.mark.parametrize("what", ["denied", "500", "rubbish"])
def test_a_failed_listing_deletes_nothing(world, converged, operation, what):
    world.settings(deletion={"graceMinutes": 0})
    world.write(without(converged, "no2"))
    world.proxy.fault(what, operation=operation, times=None)
    result = world.run("apply")
    removing = [str(call) for call in result.writes
                if call.operation in ("DeleteRule", "DisableRule", "RemoveTargets", "DeregisterTaskDefinition")]
    if operation != "GetResources":
        # What it does not name is asked for by itself; each other listing is needed.
        assert removing == [] and result.code in (1, 2), str(result)
        assert world.rule("batch-no2")["State"] == "ENABLED"
    world.proxy.reset()
    world.apply()
    assert world.rule("batch-no2") is None
    world.settled()


def test_an_app_keeps_its_things_by_default(world, converged):
    world.settings(deletion={"graceMinutes": 0})
    other = {"region": REGION, "network": converged["apps"]["batch"]["network"]}
    world.converge({"apps": converged["apps"] | {"other": other},
                    "batches": converged["batches"] | {"far": {"app": "other", "schedule": "rate(1 day)"}}})
    world.write({"apps": converged["apps"], "batches": converged["batches"]})
    world.apply()
    world.apply()
    assert world.rule("other-far") is None
    assert len(world.client("ecr").describe_repositories()["repositories"]) == 2
    assert {cluster["status"] for cluster in world.client("ecs").describe_clusters(
        clusters=["batch", "other"])["clusters"]} == {"ACTIVE"}
    assert len(world.client("logs").describe_log_groups()["logGroups"]) == 2
    world.settled()


def test_an_app_that_said_delete_takes_its_things_along(world, converged):
    world.settings(deletion={"graceMinutes": 0})
    other = {"region": REGION, "network": converged["apps"]["batch"]["network"], "onDelete": "delete"}
    world.converge({"apps": converged["apps"] | {"other": other},
                    "batches": converged["batches"] | {"far": {"app": "other", "schedule": "rate(1 day)"}}})
    [cluster] = world.client("ecs").describe_clusters(clusters=["other"], include=["TAGS"])["clusters"]
    assert {"key": "fargate-batchd:on-delete", "value": "delete"} in cluster["tags"]
    world.write({"apps": converged["apps"], "batches": converged["batches"]})
    for _ in range(3):
        result = world.run("apply")
        assert result.code == 0, str(result)
        time.sleep(1.1)  # the things of an app are told leaving first
    assert world.rule("other-far") is None
    assert [item["repositoryName"] for item in world.client("ecr").describe_repositories()["repositories"]] == ["batch"]
    assert [item["logGroupName"] for item in world.client("logs").describe_log_groups()["logGroups"]] == ["/fargate/batch"]
    assert [cluster["clusterName"] for cluster in world.client("ecs").describe_clusters(
        clusters=["batch", "other"])["clusters"] if cluster["status"] == "ACTIVE"] == ["batch"]
    # Strangers may use the roles.
    assert len(world.client("iam").list_roles()["Roles"]) == 2
    world.settled()


def test_another_rule_name_moves_the_schedule_without_a_doubled_run(world, converged):
    """New rule made disabled, old one disabled, new one enabled, old one deleted; no grace, no brake."""
    converged["batches"]["no1"]["ruleName"] = "every-five"
    world.write(converged)
    states = []

    def watch(call):
        if call.writes and call.service == "events":
            states.append({rule["Name"]: rule["State"] for rule in world.client("events").list_rules()["Rules"]})

    world.proxy.watch(watch)
    result = world.apply()
    world.proxy.watchers.clear()
    if world.rule("batch-no1") is not None:
        result = world.apply()
    assert world.rule("batch-no1") is None and world.rule("every-five")["State"] == "ENABLED", str(result)
    for state in states:
        assert not (state.get("batch-no1") == "ENABLED" and state.get("every-five") == "ENABLED"), states
    assert world.environment_of("every-five") == {"batch": "no1"}
    world.settled()


def test_a_batch_under_another_app_name(world, converged):
    """The app is renamed in the files: its batches move to new names, and what the old app made stays."""
    renamed = {"apps": {"renamed": converged["apps"]["batch"]}, "batches": {
        name: dict(batch, app="renamed") for name, batch in converged["batches"].items()}}
    world.settings(deletion={"graceMinutes": 0})
    world.write(renamed)
    for _ in range(2):
        world.run("apply")
    assert world.rule("renamed-no1")["State"] == "ENABLED"
    old = world.rule("batch-no1")
    assert old is None or old["State"] == "DISABLED"


def test_a_held_plan_stays_held_while_others_are_applied(world, article):
    """A pass over some batches looks at no removal, so it ends no hold."""
    world.converge(many(article, 12))
    rest = without(article, *(f"b{number:02}" for number in range(2, 12)))
    world.write(rest)
    plan = plan_of(world.diff(code=1))
    world.apply("b00")
    approved = world.run("approve", plan)
    assert approved.code == 0 and str(world.folder / "state") in approved.out, str(approved)


def states(world):
    return {rule["Name"]: rule["State"] for rule in world.client("events").list_rules()["Rules"]}


def test_a_move_by_name_stops_the_old_rule_and_deletes_nothing(world, converged):
    converged["batches"]["no1"]["ruleName"] = "every-five"
    world.write(converged)
    world.apply("no1")
    assert states(world) == {"batch-no1": "DISABLED", "batch-no2": "ENABLED", "every-five": "ENABLED"}
    world.apply()
    assert states(world) == {"batch-no2": "ENABLED", "every-five": "ENABLED"}


def test_a_move_waits_while_something_cannot_be_read(world, converged):
    """The old rule may not be disabled then, so the new one must not run beside it."""
    world.client("events").put_rule(Name="nobodys", ScheduleExpression="rate(1 day)", State="DISABLED")
    converged["batches"]["no1"]["ruleName"] = "every-five"
    world.write(converged)
    world.proxy.fault("denied", "events", "ListTagsForResource", times=None,
                      match=lambda call: call.params["ResourceARN"].endswith("/nobodys"))
    result = world.apply(code=1)
    assert states(world)["batch-no1"] == "ENABLED" and states(world)["every-five"] == "DISABLED", str(result)
    world.proxy.reset()
    world.apply()
    assert "batch-no1" not in states(world) and states(world)["every-five"] == "ENABLED"


def test_a_move_that_was_broken_off_reads_the_owner_of_the_new_rule_before_it_starts_it(world, converged):
    converged["batches"]["no1"]["ruleName"] = "every-five"
    world.write(converged)
    world.proxy.fault("denied", "events", "DisableRule", times=None)
    world.apply(code=1)
    world.proxy.reset()
    order = [(call.operation, call.params.get("Name") or call.params.get("ResourceARN", "").rpartition("/")[2])
             for call in world.apply().calls]
    assert order.index(("ListTagsForResource", "every-five")) < order.index(("EnableRule", "every-five")), order


def test_with_deletion_switched_off_a_move_leaves_the_old_rule_disabled(world, converged):
    world.settings(deletion={"enabled": False})
    converged["batches"]["no1"]["ruleName"] = "every-five"
    world.converge(converged)
    assert states(world) == {"batch-no1": "DISABLED", "batch-no2": "ENABLED", "every-five": "ENABLED"}


def test_the_brake_counts_the_hour_also_without_a_record(world, article):
    """The pass that disabled them was killed, or the state was lost: the time is on the rules."""
    world.converge(many(article, 9))
    world.write(without(article, "b00", "b01", "b02"))
    world.apply()
    for path in (world.folder / "state").glob("ledger-*"):
        path.unlink()
    world.write(without(article, "b00", "b01", "b02", "b03", "b04", "b05"))
    held = world.apply(code=1)
    assert plan_of(held) and [world.rule(f"batch-b{number:02}")["State"] for number in (3, 4, 5)] == ["ENABLED"] * 3


def test_what_was_approved_does_not_count_against_what_leaves_next(world, article):
    world.converge(many(article, 9))
    gone = [f"b{number:02}" for number in range(6)]
    world.write(without(article, *gone))
    assert world.run("approve", plan_of(world.apply(code=1))).code == 0
    world.apply()
    world.write(without(article, *gone, "b06"))
    world.apply()
    assert [world.rule(f"batch-b{number:02}")["State"] for number in range(9)] == ["DISABLED"] * 7 + ["ENABLED"] * 2


def test_an_approval_of_strays_is_none_for_what_leaves_beside_them(world, converged):
    world.client("events").put_rule(Name="far-away", ScheduleExpression="rate(1 day)", Tags=[
        {"Key": "fargate-batchd:owner", "Value": "default"}, {"Key": "fargate-batchd:app", "Value": "far"},
        {"Key": "fargate-batchd:batch", "Value": "away"}])
    assert world.run("approve", plan_of(world.apply(code=1))).code == 0
    world.write(without(converged, "no2"))
    world.apply()
    [ledger] = (world.folder / "state").glob("ledger-*")
    left = json.loads(ledger.read_text())["left"]
    assert [arn.rpartition("/")[2] for arn in left] == ["batch-no2"]


def test_a_shared_cluster_stays_while_a_schedule_of_ours_runs_on_it(world, converged):
    """The app that made it has left before; the other one's rule carries a stranger's target, and is kept."""
    world.settings(deletion={"graceMinutes": 0})
    both = copy.deepcopy(converged)
    for name in ("aa", "bb"):
        both["apps"][name] = {"region": REGION, "cluster": "shared", "onDelete": "delete",
                              "network": both["apps"]["batch"]["network"]}
        both["batches"][f"of-{name}"] = {"app": name, "schedule": "rate(1 day)"}
    world.converge(both)
    del both["apps"]["aa"], both["batches"]["of-aa"]
    world.converge(both)
    target = {"Id": "by-hand", "Arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"}
    world.client("events").put_targets(Rule="bb-of-bb", Targets=[target])
    world.write(converged)
    world.apply()
    world.apply()
    assert active_clusters(world) == ["batch", "shared"] and world.rule("bb-of-bb")["State"] == "DISABLED"
    world.client("events").remove_targets(Rule="bb-of-bb", Ids=["by-hand"])
    result = world.apply()
    operations = [call.operation for call in result.writes]
    assert operations.index("DeleteRule") < operations.index("DeleteCluster"), str(result)
    assert active_clusters(world) == ["batch"]


def active_clusters(world):
    answer = world.client("ecs").describe_clusters(clusters=["batch", "shared"])
    return sorted(cluster["clusterName"] for cluster in answer["clusters"] if cluster["status"] == "ACTIVE")


def test_a_batch_that_comes_and_goes_counts_once(world, article):
    world.converge(many(article, 9))
    world.settings(deletion={"maxBatches": 3})
    gone = ["b00", "b01", "b02"]
    for _ in range(2):
        world.write(without(article, *gone))
        world.apply()
        assert [states(world)[f"batch-{name}"] for name in gone] == ["DISABLED"] * 3
        world.write(article)
        world.apply()
    # They still count, though all of them are back: a fourth is too many.
    world.write(without(article, "b03"))
    held = world.apply(code=1)
    assert "4 batches leave within an hour" in held.out + held.err and states(world)["batch-b03"] == "ENABLED", str(held)
