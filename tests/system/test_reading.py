"""What lists say twice, in another order or too late: everything is known once, and no question goes on for ever."""

import collections
import json

import pytest

from conftest import ACCOUNT, REGION


def revision(family, number):
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{family}:{number}"


@pytest.fixture
def crowded(world, article):
    """The account has more pages of other people's revisions than the definitions have families."""
    article["batches"]["no3"] = article["batches"]["no1"] | {"description": "batch no3"}
    world.write(article)
    world.apply()
    ecs = world.client("ecs")
    for _ in range(450):
        ecs.register_task_definition(family="zoo", containerDefinitions=[{"name": "x", "image": "x", "memory": 64}])
    return article


def asked_too_often(result):
    """The same words twice are once too many; but content and tags of a revision come from one operation, once for
    the plan and once before a write, and a rule's state is read before its target goes and before it goes itself."""
    asked = collections.Counter(str(call) for call in result.calls if not call.writes)
    often = ("ecs:DescribeTaskDefinition", "events:DescribeRule")
    return {text: count for text, count in asked.items() if count > (2 if text.startswith(often) else 1)}


def change_all_there_is(world, definitions):
    """A tag, a batch that leaves, an image that moves until old revisions go: each in a pass that ends."""
    world.settings(keepRevisions=2, deletion={"graceMinutes": 0})
    definitions["apps"]["batch"]["tags"] = {"team": "night"}
    world.write(definitions)
    result = world.run("apply", timeout=30)
    assert result.code == 0 and not asked_too_often(result), str(result)
    assert sum(call.operation == "DescribeTaskDefinition" for call in result.calls) <= 6, str(result)
    assert world.revision(revision("batch-no1", 1))["tags"]["team"] == "night"
    del definitions["batches"]["no2"]
    world.write(definitions)
    result = world.run("apply", timeout=30)
    assert result.code == 0 and not asked_too_often(result), str(result)
    gone = [call.params["taskDefinition"] for call in result.calls if call.operation == "DeregisterTaskDefinition"]
    assert gone == [revision("batch-no2", 1)] and world.rule("batch-no2") is None, gone
    for number in range(4):
        definitions["apps"]["batch"]["image"] = {"tag": f"v{number}"}
        world.write(definitions)
        result = world.run("apply", timeout=30)
        assert result.code == 0 and not asked_too_often(result), str(result)
        # Doubles are no newer ones: the one in use and two before it stay.
        active = [int(arn.rpartition(":")[2]) for arn in world.active("batch-no1")]
        assert active == list(range(max(1, number), number + 3)), active
    world.settled()


def test_more_pages_than_families(world, crowded):
    change_all_there_is(world, crowded)


TOKENS = {"GetResources": "PaginationToken", "ListRules": "NextToken", "ListTargetsByRule": "NextToken",
          "ListRuleNamesByTarget": "NextToken", "DescribeLogGroups": "nextToken", "ListTaskDefinitions": "nextToken",
          "ListClusters": "nextToken"}


def say_twice(world, operation, turned):
    """A second page has the entries of the first again, in the same order or turned round."""
    token, seen = TOKENS[operation], {}

    def asks_for_more(call):
        return "again" in call.params.get(token, "")

    def first(call, fault, answer):
        status, headers, body = answer
        reply = json.loads(body)
        seen[json.dumps(call.params)] = headers, reply
        return status, headers, json.dumps(reply | {token: "again " + json.dumps(call.params)}).encode()

    def second(call, fault, answer):
        headers, reply = seen[call.params[token].removeprefix("again ")]
        if turned:
            reply = {name: value[::-1] if isinstance(value, list) else value for name, value in reply.items()}
        return 200, headers, json.dumps(reply).encode()

    world.proxy.fault(second, operation=operation, times=None, match=asks_for_more)
    world.proxy.fault(first, operation=operation, times=None, when="after")


@pytest.mark.parametrize("turned", [False, True], ids=["in-order", "turned"])
@pytest.mark.parametrize("operation", TOKENS)
def test_a_list_that_says_everything_twice(world, article, operation, turned):
    world.client("events").put_rule(Name="stranger", ScheduleExpression="rate(1 day)")
    say_twice(world, operation, turned)
    world.converge(article)
    change_all_there_is(world, article)


def test_a_strangers_rule_is_asked_once_however_often_it_is_named(world, converged):
    """Also one that the list of rules lacks and that runs on two clusters."""
    world.client("ecs").create_cluster(clusterName="elsewhere")
    world.proxy.patch("events", "ListRuleNamesByTarget", lambda reply, _: {"RuleNames": ["ghost", "ghost"]})
    del converged["batches"]["no2"]
    world.settings(deletion={"graceMinutes": 0})
    world.write(converged)
    result = world.apply()
    ghost = [call for call in result.calls if call.operation == "ListTargetsByRule" and call.params["Rule"] == "ghost"]
    assert len(ghost) == 1, str(result)
