"""Revisions are the way back: those of a batch that left stay until the batch itself goes."""

import copy

import pytest

from conftest import REGION, wait_for
from test_daemon import end, passes, start, status
from test_deletion import leaving_since, many, plan_of, states, without
from test_revisions import registered, tagged

TAGS = ("v1", "v2", "v3")


def deregistered(result):
    return [call.params["taskDefinition"].rpartition("/")[2] for call in result.calls
            if call.operation == "DeregisterTaskDefinition"]


def deployed(world, definitions, tags=TAGS):
    """One revision of each family for each tag; the definitions as they are in force then."""
    for tag in tags:
        world.write(tagged(definitions, tag))
        world.apply()
    return tagged(definitions, tags[-1])


@pytest.fixture
def thrice(world, article):
    """The article's two batches with three tags deployed."""
    return deployed(world, article)


@pytest.mark.parametrize("grace", [0, 15])
@pytest.mark.parametrize("left", ["all", "six"])
def test_nothing_is_deregistered_while_the_brake_holds(world, article, left, grace):
    eight = deployed(world, many(article, 8))
    rest = {} if left == "all" else without(eight, *(f"b{number:02}" for number in range(6)))
    world.settings(deletion={"graceMinutes": grace})
    world.write(rest)
    before = world.snapshot()
    for _ in range(2):
        held = world.apply(code=1)
        assert held.writes == [] and plan_of(held), str(held)
    assert world.snapshot() == before
    # The tags of before are found again.
    for tag in TAGS:
        world.write(tagged(eight, tag))
        assert registered(world.apply()) == []
    world.settled()


def test_an_approved_plan_keeps_them_through_its_grace(world, article):
    eight = deployed(world, many(article, 8))
    world.write({})
    assert world.run("approve", plan_of(world.apply(code=1))).code == 0
    first = world.apply()
    assert set(states(world).values()) == {"DISABLED"} and deregistered(first) == [], str(first)
    assert world.apply().writes == []
    world.write(tagged(eight, "v1"))
    back = world.apply()
    assert registered(back) == [] and deregistered(back) == [], str(back)
    assert all(len(world.active(f"batch-b{number:02}")) == 3 for number in range(8))


def test_a_batch_that_waits_in_its_grace_keeps_all_of_them(world, thrice):
    world.write(without(thrice, "no2"))
    first = world.apply()
    assert deregistered(first) == [] and world.rule("batch-no2")["State"] == "DISABLED", str(first)
    assert world.apply().writes == []
    leaving_since(world, "batch-no2", 16 * 60)
    last = world.apply()
    assert world.rule("batch-no2") is None
    assert sorted(deregistered(last)) == ["batch-no2:1", "batch-no2:2", "batch-no2:3"], str(last)
    operations = [call.operation for call in last.writes]
    assert operations.index("DeleteRule") < operations.index("DeregisterTaskDefinition")
    assert len(world.active("batch-no1")) == 3
    world.settled()


def test_none_go_while_another_batch_waits(world, article):
    """The rule goes on its day; what it ran follows when nothing waits any more."""
    thrice = deployed(world, many(article, 3))
    world.write(without(thrice, "b00"))
    world.apply()
    leaving_since(world, "batch-b00", 16 * 60)
    world.write(without(thrice, "b00", "b01"))
    mixed = world.apply()
    assert world.rule("batch-b00") is None and deregistered(mixed) == [], str(mixed)
    assert world.apply().writes == []
    leaving_since(world, "batch-b01", 16 * 60)
    last = world.apply()
    assert sorted(deregistered(last)) == [f"batch-b0{batch}:{number}" for batch in (0, 1) for number in (1, 2, 3)]
    world.settled()


def test_what_a_pass_left_behind_goes_in_a_later_one(world, thrice):
    """The rule is gone and its revisions are not: broken off in between."""
    world.settings(deletion={"graceMinutes": 0})
    world.proxy.fault("denied", "ecs", "DeregisterTaskDefinition", times=None)
    world.write(without(thrice, "no2"))
    world.apply(code=1)
    assert world.rule("batch-no2") is None and len(world.active("batch-no2")) == 3
    world.proxy.reset()
    # Not beside what is held.
    world.write({})
    assert world.apply(code=1).writes == []
    world.write(without(thrice, "no2"))
    later = world.apply()
    assert sorted(deregistered(later)) == ["batch-no2:1", "batch-no2:2", "batch-no2:3"], str(later)
    world.settled()


def test_a_rule_that_no_list_names_keeps_them(world, thrice):
    """A list may be late: before revisions without a batch go, their rule is asked for by its name."""
    world.settings(deletion={"graceMinutes": 0})
    world.write(without(thrice, "no2"))
    world.proxy.patch("events", "ListRules", lambda reply, _: reply | {
        "Rules": [rule for rule in reply["Rules"] if rule["Name"] != "batch-no2"]})
    world.proxy.patch("events", "ListRuleNamesByTarget", lambda reply, _: reply | {
        "RuleNames": [name for name in reply["RuleNames"] if name != "batch-no2"]})
    late = world.apply(code=1)
    assert deregistered(late) == [] and world.rule("batch-no2")["State"] == "ENABLED", str(late)
    assert "rule batch-no2 is there, though the list did not show it" in late.out, str(late)
    world.proxy.patches.clear()
    assert len(deregistered(world.apply())) == 3
    world.settled()


def test_with_deletion_switched_off_none_ever_goes(world, thrice):
    world.settings(deletion={"enabled": False, "graceMinutes": 0})
    world.write(without(thrice, "no2"))
    assert deregistered(world.apply()) == []
    leaving_since(world, "batch-no2", 24 * 3600)
    assert world.apply().writes == []
    # Nor where somebody else took the rule away.
    world.client("events").remove_targets(Rule="batch-no2", Ids=["fargate-batchd"])
    world.client("events").delete_rule(Name="batch-no2")
    assert world.apply().writes == [] and len(world.active("batch-no2")) == 3


def test_a_rule_that_is_kept_for_a_strangers_target_keeps_them(world, thrice):
    target = {"Id": "by-hand", "Arn": f"arn:aws:sns:{REGION}:123456789012:topic"}
    world.client("events").put_targets(Rule="batch-no2", Targets=[target])
    world.settings(deletion={"graceMinutes": 0})
    world.write(without(thrice, "no2"))
    assert deregistered(world.apply()) == []
    assert world.apply().writes == [] and len(world.active("batch-no2")) == 3
    # It stays for good, so nothing else waits for it.
    world.write(without(thrice, "no1", "no2") | {"batches": {"no3": thrice["batches"]["no1"]}})
    assert sorted(deregistered(world.apply())) == ["batch-no1:1", "batch-no1:2", "batch-no1:3"]


def test_a_pass_over_some_batches_takes_none(world, thrice):
    world.settings(deletion={"graceMinutes": 0})
    world.write(without(thrice, "no2"))
    assert world.apply("no1").writes == []
    assert len(world.active("batch-no2")) == 3


def test_none_go_beside_what_nobody_here_may_remove(world, thrice):
    world.client("events").put_rule(Name="far-away", ScheduleExpression="rate(1 day)", Tags=[
        {"Key": "fargate-batchd:owner", "Value": "default"}, {"Key": "fargate-batchd:app", "Value": "far"},
        {"Key": "fargate-batchd:batch", "Value": "away"}])
    world.settings(deletion={"graceMinutes": 0})
    world.write(without(thrice, "no2"))
    held = world.apply(code=1)
    assert plan_of(held) and world.rule("batch-no2") is None and deregistered(held) == [], str(held)
    world.client("events").delete_rule(Name="far-away")
    assert len(deregistered(world.apply())) == 3
    world.settled()


def test_the_families_of_before_go_with_the_batch(world, thrice):
    """It shared one family for a while: what it had before stays as long as it does."""
    shared = copy.deepcopy(thrice)
    shared["apps"]["batch"]["logStreams"] = "app"
    assert deregistered(world.converge(shared)) == []
    world.write(without(shared, "no2"))
    assert deregistered(world.apply()) == []
    leaving_since(world, "batch-no2", 16 * 60)
    assert sorted(deregistered(world.apply())) == ["batch-no2:1", "batch-no2:2", "batch-no2:3"]
    assert len(world.active("batch-no1")) == 3
    world.settled()


def test_a_batch_that_moved_to_another_app_keeps_what_it_had_there(world, thrice):
    moved = copy.deepcopy(thrice)
    moved["apps"]["other"] = moved["apps"]["batch"]
    moved["batches"]["no2"]["app"] = "other"
    world.converge(moved)
    assert world.rule("batch-no2") is None and len(world.active("batch-no2")) == 3
    world.write(without(moved, "no2"))
    assert deregistered(world.apply()) == []
    leaving_since(world, "other-no2", 16 * 60)
    assert sorted(deregistered(world.apply())) == ["batch-no2:1", "batch-no2:2", "batch-no2:3", "other-no2:1"]
    world.settled()


def test_they_go_with_an_app_that_goes(world, thrice):
    other = {"region": REGION, "network": thrice["apps"]["batch"]["network"], "logStreams": "app"}
    both = {"apps": thrice["apps"] | {"other": other},
            "batches": thrice["batches"] | {"far": {"app": "other", "schedule": "rate(1 day)"},
                                            "near": {"app": "other", "schedule": "rate(1 day)"}}}
    for tag in TAGS:
        other["image"] = {"tag": tag}
        world.converge(both)
    world.write(thrice)
    assert deregistered(world.apply()) == []
    leaving_since(world, "other-far", 16 * 60)
    assert deregistered(world.apply()) == [] and world.rule("other-far") is None
    leaving_since(world, "other-near", 16 * 60)
    assert sorted(deregistered(world.apply())) == ["other:1", "other:2", "other:3"]
    world.settled()


def test_what_waits_in_one_region_keeps_those_of_another(world, thrice):
    far = thrice["apps"]["batch"] | {"region": "eu-west-1"}
    both = {"apps": thrice["apps"] | {"far": far},
            "batches": thrice["batches"] | {"away": {"app": "far", "schedule": "rate(1 day)"}}}
    world.converge(both)
    world.write(without(both, "no2"))
    world.apply()
    leaving_since(world, "batch-no2", 16 * 60)
    world.write(without(both, "no2", "away"))
    mixed = world.apply()
    assert world.rule("batch-no2") is None and deregistered(mixed) == [], str(mixed)
    world.write(without(both, "no2"))
    assert len(deregistered(world.apply())) == 3
    world.settled()


def test_what_is_served_keeps_so_many_while_others_leave(world, article):
    """keepRevisions counts for what is served, and what leaves beside it is not counted by it."""
    world.settings(keepRevisions=1)
    thrice = deployed(world, article, ("v1", "v2"))
    world.write(without(tagged(thrice, "v3"), "no2"))
    mixed = world.apply()
    assert deregistered(mixed) == ["batch-no1:1"], str(mixed)
    assert len(world.active("batch-no2")) == 2


def test_what_a_target_starts_that_is_not_fought_over_stays(world, article):
    """Somebody keeps putting an old revision back: it is in use as long as nobody moves it away."""
    world.settings(resyncInterval=1)
    thrice = deployed(world, article)
    world.write(thrice)
    process = start(world)
    target, wanted = world.target("batch-no1"), "task-definition/batch-no1:3"
    target["EcsParameters"]["TaskDefinitionArn"] = target["EcsParameters"]["TaskDefinitionArn"][:-1] + "1"
    for number in range(3):
        wait_for(lambda: world.target("batch-no1")["EcsParameters"]["TaskDefinitionArn"].endswith(wanted))
        before = passes(world)
        wait_for(lambda: passes(world) > before + 1, what="another pass")
        world.client("events").put_targets(Rule="batch-no1", Targets=[target])
    wait_for(lambda: world.target("batch-no1")["EcsParameters"]["TaskDefinitionArn"].endswith(wanted))
    end(process)
    world.client("events").put_targets(Rule="batch-no1", Targets=[target])
    world.settings(resyncInterval=1, keepRevisions=1)
    process = start(world)
    found = wait_for(lambda: (found := status(world)) and found["pid"] == process.pid and found.get("lastPass") and found)
    text = end(process)
    assert "keeps being changed outside" in text, text
    assert found["lastPass"]["skipped"] == 0 and len(world.active("batch-no1")) == 3, found
