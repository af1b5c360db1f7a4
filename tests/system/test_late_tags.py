"""The tagging API is seconds late: it finds names, and nothing is decided on what it says of them."""

import copy

import pytest

from conftest import OWNER, REGION, now_iso

LEAVING, ON_DELETE = "fargate-batchd:leaving", "fargate-batchd:on-delete"


def tags_as_of_now(world):
    """What the tagging API says now; given to `late`, it goes on saying so."""
    return world.client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": OWNER}])["ResourceTagMappingList"]


def late(world, page):
    world.proxy.merge("tagging", "GetResources", {"ResourceTagMappingList": page})


def tag(world, rule, **tags):
    world.client("events").tag_resource(
        ResourceARN=world.rule(rule)["Arn"],
        Tags=[{"Key": f"fargate-batchd:{key}", "Value": value} for key, value in tags.items()])


def without(definitions, batch):
    rest = copy.deepcopy(definitions)
    del rest["batches"][batch]
    return rest


def strong_reads(result):
    return [call for call in result.calls if call.operation == "ListTagsForResource"
            or call.operation == "DescribeTaskDefinition"]


def test_delete_taken_back_is_taken_back(world, converged):
    world.settings(deletion={"graceMinutes": 0})
    other = {"region": REGION, "network": converged["apps"]["batch"]["network"], "onDelete": "delete"}
    both = {"apps": converged["apps"] | {"other": other},
            "batches": converged["batches"] | {"far": {"app": "other", "schedule": "rate(1 day)"}}}
    world.converge(both)
    page = tags_as_of_now(world)
    del other["onDelete"]
    world.converge(both)
    late(world, page)
    world.write(converged)
    for _ in range(3):
        world.apply()
    names = {one["repositoryName"] for one in world.client("ecr").describe_repositories()["repositories"]}
    assert names == {"batch", "other"}
    assert world.rule("other-far") is None


def test_a_rule_that_left_came_back_and_left_again_waits_anew(world, converged):
    """The leaving of before, long past its grace, is what the tagging API still shows."""
    world.write(without(converged, "no2"))
    world.apply()
    tag(world, "batch-no2", leaving=now_iso(-3600))
    page = tags_as_of_now(world)
    world.converge(converged)
    late(world, page)
    world.write(without(converged, "no2"))
    assert "DeleteRule" not in [call.operation for call in world.apply().writes]
    again = world.apply()
    assert not again.writes and world.rule("batch-no2")["State"] == "DISABLED", str(again)
    assert "no2" in world.diff().err


def test_a_grace_does_not_begin_anew(world, converged):
    """Disabled and marked a moment ago; the tagging API shows no leaving yet."""
    page = tags_as_of_now(world)
    world.write(without(converged, "no2"))
    world.apply()
    tag(world, "batch-no2", leaving=now_iso(-600))
    left = world.rule("batch-no2")["Tags"][LEAVING]
    late(world, page)
    world.diff()
    again = world.apply()
    assert not again.writes and world.rule("batch-no2")["Tags"][LEAVING] == left, str(again)


def test_a_grace_that_is_over_for_the_tagging_api_alone_is_not_over(world, converged):
    """A batch that was switched off left, came back, and left again: only the tag tells."""
    converged["batches"]["no2"]["enabled"] = False
    world.converge(converged)
    world.write(without(converged, "no2"))
    world.apply()
    tag(world, "batch-no2", leaving=now_iso(-3600))
    page = tags_as_of_now(world)
    world.converge(converged)
    late(world, page)
    world.write(without(converged, "no2"))
    world.diff(code=1)
    world.apply()
    left = world.rule("batch-no2")["Tags"][LEAVING]
    assert left > now_iso(-60)
    assert not world.apply().writes


def test_what_comes_back_loses_the_mark_that_the_tagging_api_does_not_show(world, converged):
    page = tags_as_of_now(world)
    world.write(without(converged, "no2"))
    world.apply()
    late(world, page)
    world.write(converged)
    world.apply()
    rule = world.rule("batch-no2")
    assert rule["State"] == "ENABLED" and LEAVING not in rule["Tags"]


@pytest.mark.parametrize("kind", ["app", "batch"])
def test_a_change_of_tags_is_no_difference_for_long(world, converged, kind):
    page = tags_as_of_now(world)
    name = "batch" if kind == "app" else "no2"
    converged["apps" if kind == "app" else "batches"][name]["tags"] = {"team": "blue"}
    world.converge(converged)
    late(world, page)
    diff = world.diff()
    assert strong_reads(diff) and "team" not in diff.out, str(diff)
    assert not world.apply().writes


def test_a_rule_that_was_given_to_us_is_no_conflict(world, converged):
    tag(world, "batch-no2", owner="another-team")
    page = tags_as_of_now(world)
    tag(world, "batch-no2", owner="default")
    late(world, page)
    world.diff()
    assert not world.apply().writes


def test_a_rule_that_was_given_away_is_a_conflict_also_for_diff(world, converged):
    page = tags_as_of_now(world)
    tag(world, "batch-no2", owner="another-team")
    late(world, page)
    converged["batches"]["no2"]["description"] = "other"
    world.write(converged)
    diff = world.diff(code=1)
    assert "another-team" in diff.out and "to change" not in diff.out.replace("0 to change", ""), str(diff)


def test_a_strong_reading_costs_one_call_for_what_changes_and_none_otherwise(world, converged):
    converged_pass = world.diff()
    assert strong_reads(converged_pass) == []
    converged["batches"]["no2"]["description"] = "other"
    world.write(converged)
    [read] = strong_reads(world.diff(code=1))
    assert read.params["ResourceARN"].endswith("rule/batch-no2")
    [read] = strong_reads(world.apply())
    assert read.params["ResourceARN"].endswith("rule/batch-no2")


def test_without_its_strong_tags_nothing_leaves(world, converged):
    world.settings(deletion={"graceMinutes": 0})
    world.write(without(converged, "no2"))
    world.proxy.fault("denied", "events", "ListTagsForResource", times=None)
    result = world.apply(code=1)
    assert not result.writes and world.rule("batch-no2")["State"] == "ENABLED", str(result)
    assert world.diff(code=2)
    world.proxy.reset()
    world.apply()
    assert world.rule("batch-no2") is None
