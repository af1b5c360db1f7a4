"""The tagging API: what it names long after it is gone costs nothing, and what a partition refuses is not asked for."""

import json

import pytest

from conftest import ACCOUNT, OWNER, REGION


def many_pages(world):
    """An account whose ACTIVE revisions fill more pages than there are families here: ours are asked for by family."""
    def page(call, _fault, _answer):
        body = {"taskDefinitionArns": [], "nextToken": f"page-{len(world.proxy.calls)}"}
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()
    world.proxy.fault(page, "ecs", "ListTaskDefinitions", times=None,
                      match=lambda call: "familyPrefix" not in call.params)


def still_named(world, revisions):
    """AWS names a revision for ever after it is deregistered; the emulator is told to."""
    named = [{"ResourceARN": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{revision}",
              "Tags": [{"Key": OWNER, "Value": "default"}, {"Key": "fargate-batchd:app", "Value": "batch"}]}
             for revision in revisions]
    world.proxy.patch("tagging", "GetResources", lambda reply, call: reply | {
        "ResourceTagMappingList": reply["ResourceTagMappingList"] + named})


def asked_families(result):
    return sorted(call.params["familyPrefix"] for call in result.calls
                  if call.operation == "ListTaskDefinitions" and "familyPrefix" in call.params)


def test_deregistered_revisions_that_are_still_named_cost_no_call(world, converged):
    many_pages(world)
    gone = [f"batch-gone{number}:{revision}" for number in range(8) for revision in (1, 2, 10)]
    still_named(world, gone)
    first = world.diff()
    assert len(asked_families(first)) == 2 + 8, str(first)
    for again in (world.diff(), world.apply()):
        assert asked_families(again) == ["batch-no1", "batch-no2"], str(again)


def test_a_newer_revision_of_such_a_family_is_found(world, converged):
    many_pages(world)
    still_named(world, ["batch-gone:1"])
    world.diff()
    assert "batch-gone" not in asked_families(world.diff())
    still_named(world, ["batch-gone:2"])
    assert "batch-gone" in asked_families(world.diff())


def test_a_list_that_could_not_be_read_tells_nothing(world, converged):
    still_named(world, ["batch-gone:1"])
    world.proxy.fault("denied", "ecs", "ListTaskDefinitions", times=None,
                      match=lambda call: call.params.get("familyPrefix") == "batch-gone")
    many_pages(world)
    world.run("diff")
    world.proxy.faults.clear()
    many_pages(world)
    assert "batch-gone" in asked_families(world.diff())


@pytest.mark.parametrize("message, left", [
    ("Unsupported resource type(s): [events:rule, ecs:cluster]",
     ["ecs:task-definition", "ecr:repository", "logs:log-group"]),
    ("One or more of the filters is not valid in this region.", None)])
def test_types_that_a_partition_refuses_are_left_out(world, converged, message, left):
    world.proxy.fault("InvalidParameterException", "tagging", "GetResources", times=None, message=message,
                      match=lambda call: "events:rule" in call.params.get("ResourceTypeFilters", []))
    result = world.diff()
    asked = [call.params.get("ResourceTypeFilters") for call in result.calls if call.operation == "GetResources"]
    assert len(asked) == 2 and asked[1] == left, str(result)
    assert "nothing is deleted" not in result.err, str(result)
    # It is remembered: a refusal each pass would be a call, and an error, each pass.
    again = world.apply()
    asked = [call.params.get("ResourceTypeFilters") for call in again.calls if call.operation == "GetResources"]
    assert asked == [left] and not again.writes, str(again)


def test_other_refusals_of_the_tagging_api_are_what_they_are(world, converged):
    world.proxy.fault("InvalidParameterException", "tagging", "GetResources", times=None, message="No.")
    result = world.run("diff")
    assert len([call for call in result.calls if call.operation == "GetResources"]) == 2, str(result)
    assert "InvalidParameterException: No." in result.err, str(result)
