"""What lists say twice, in another order or too late: everything is known once, and no question goes on for ever."""

import collections
import itertools
import json
import resource

import pytest

from conftest import ACCOUNT, OWNER, REGION, sanitized


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


# A list of task definitions that is late.


def hide(world, *arns):
    """The lists do not show these revisions (yet)."""
    world.proxy.patch("ecs", "ListTaskDefinitions", lambda reply, _: {
        "taskDefinitionArns": [arn for arn in reply["taskDefinitionArns"] if arn not in arns]})


def described(result):
    return [call.params["taskDefinition"] for call in result.calls if call.operation == "DescribeTaskDefinition"]


def written(result):
    return [call for call in result.calls if call.operation in ("RegisterTaskDefinition", "DeregisterTaskDefinition")]


def test_a_late_list_registers_nothing_anew(world, converged):
    """One question says that what the target starts is there: no registration, no move, and the pass is in sync."""
    hide(world, revision("batch-no1", 1))
    for state in (world.environment["STATE_DIRECTORY"], str(world.folder / "xdg")):
        result = world.apply(environment={"STATE_DIRECTORY": state})
        assert not result.writes, str(result)
        assert described(result).count(revision("batch-no1", 1)) == 1, str(result)
    assert world.diff("--json").json["inSync"] is True


def test_a_late_list_holds_back_a_registration(world, converged):
    """What is wanted may be among what the list does not show; other families go on."""
    hide(world, revision("batch-no1", 1))
    converged["apps"]["batch"]["image"] = {"tag": "green"}
    world.write(converged)
    told = "the list of task definitions is not complete: it lacks batch-no1:1"
    diff = world.diff(code=2)
    assert told in diff.out + diff.err, str(diff)
    result = world.apply(code=1)
    assert told in result.out + result.err, str(result)
    assert [call.params["family"] for call in written(result)] == ["batch-no2"], str(result)
    assert world.revision_of("batch-no1")["revision"] == 1
    world.proxy.reset()
    world.apply()
    assert world.revision_of("batch-no1")["revision"] == 2
    world.settled()


def test_a_late_list_deregisters_nothing(world, article):
    world.settings(keepRevisions=5)
    for number in range(4):
        article["apps"]["batch"]["image"] = {"tag": f"v{number}"}
        world.write(article)
        world.apply()
    world.settings(keepRevisions=1)
    hide(world, revision("batch-no1", 4))
    result = world.apply()
    assert {call.params["taskDefinition"] for call in written(result)} == {
        revision("batch-no2", 1), revision("batch-no2", 2)}, str(result)
    world.proxy.reset()
    world.apply()
    assert world.active("batch-no1") == [revision("batch-no1", 3), revision("batch-no1", 4)]


def test_what_was_deregistered_outside_costs_one_question(world, converged):
    world.client("ecs").deregister_task_definition(taskDefinition="batch-no1:1")
    result = world.apply()
    assert described(result) == [revision("batch-no1", 1)], str(result)
    assert [call.params["family"] for call in written(result)] == ["batch-no1"], str(result)
    assert world.revision_of("batch-no1")["revision"] == 2
    assert described(world.apply()) == []


@pytest.mark.parametrize("number", [":77", ""], ids=["never-there", "family"])
def test_a_target_that_names_what_never_was_is_repaired(world, converged, number):
    target = world.target("batch-no1")
    target["EcsParameters"]["TaskDefinitionArn"] = revision("batch-no1", 77).removesuffix(":77") + number
    world.client("events").put_targets(Rule="batch-no1", Targets=[target])
    result = world.apply()
    assert not written(result) and len(described(result)) == len(number) // 3, str(result)
    assert world.revision_of("batch-no1")["revision"] == 1
    world.settled()


def test_a_target_that_names_its_family_shows_a_list_that_is_empty(world, converged):
    target = world.target("batch-no1")
    target["EcsParameters"]["TaskDefinitionArn"] = revision("batch-no1", 1).removesuffix(":1")
    world.client("events").put_targets(Rule="batch-no1", Targets=[target])
    hide(world, revision("batch-no1", 1))
    result = world.apply()
    assert not written(result), str(result)
    assert world.target("batch-no1")["EcsParameters"]["TaskDefinitionArn"] == revision("batch-no1", 1)


@pytest.mark.parametrize("fault", ["denied", "500"])
def test_nothing_is_registered_while_nobody_says_what_a_target_starts(world, converged, fault):
    hide(world, revision("batch-no1", 1))
    world.proxy.fault(fault, "ecs", "DescribeTaskDefinition", times=None)
    result = world.apply(code=1)
    assert not written(result) and "DescribeTaskDefinition" in result.out + result.err, str(result)
    world.proxy.reset()
    world.settled()


def test_a_revision_that_cannot_be_read_is_not_registered_again(world, converged):
    """Without a state its content is not known, and what is wanted may be in it."""
    world.proxy.fault("denied", "ecs", "DescribeTaskDefinition", times=None)
    world.environment["STATE_DIRECTORY"] = str(world.folder / "xdg")
    result = world.apply(code=1)
    assert not written(result), str(result)


# Lists without an end, of ever new tokens and ever new entries.


def without_end(world, operation, page):
    """`page(number)` makes the members of a page; each has a new token."""
    numbers = itertools.count()

    def answer(call, fault, _):
        # A record of all that would fill this process instead.
        call.params.clear()
        number = next(numbers)
        body = json.dumps(page(number) | {TOKENS[operation]: str(number)}).encode()
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, body

    world.proxy.fault(answer, operation=operation, times=None)


def rules(number):
    return {"Rules": [{"Name": f"{number}-{i}", "Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{number}-{i}",
                       "State": "ENABLED", "ScheduleExpression": "rate(5 minutes)"} for i in range(2000)]}


def tagged(number):
    tags = [{"Key": OWNER, "Value": "default"}] + [{"Key": f"{i}", "Value": "x" * 40} for i in range(5)]
    return {"ResourceTagMappingList": [{"ResourceARN": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{number}-{i}",
                                        "Tags": tags} for i in range(1000)]}


def limited():
    """What the unit allows, as malloc sees it."""
    resource.setrlimit(resource.RLIMIT_DATA, (128 << 20, 128 << 20))


MEMORY, BYTES = "what AWS lists takes over 96 MiB of memory here", "the list has over 64 MiB"


@pytest.mark.parametrize("verb, code, operation, page, limit", [
    ("diff", 2, "ListRules", rules, MEMORY), ("apply", 1, "ListRules", rules, MEMORY),
    ("apply", 1, "GetResources", tagged, BYTES)])
def test_a_list_that_fills_memory_is_given_up(world, converged, verb, code, operation, page, limit):
    """Nothing is deleted on its word, and nobody runs out of memory."""
    if sanitized():
        pytest.skip("the sanitizer takes memory of its own")
    world.settings(deletion={"graceMinutes": 0})
    del converged["batches"]["no2"]
    world.write(converged)
    without_end(world, operation, page)
    told = f"{operation}: {limit}"
    result = world.run(verb, preexec_fn=limited)
    assert result.code == code and told in result.out + result.err, str(result)[:4000]
    assert not result.writes, result.writes
    assert world.rule("batch-no2")["State"] == "ENABLED"


def test_a_list_of_too_many_bytes_is_given_up(world, converged):
    without_end(world, "ListTaskDefinitions", lambda number: {"taskDefinitionArns": [], "filler": "x" * 1_000_000})
    # The account's own list is given up for those by family, which have no end either.
    result = world.run("diff")
    assert result.code == 2 and BYTES in result.out + result.err, str(result)[:4000]
    lists = [call for call in result.calls if call.operation == "ListTaskDefinitions"]
    assert len(lists) < 150, len(lists)
