"""Roles of ours that a team hardens, and roles that are not where the definitions say. Repairing never widens access."""

import copy
import json
import urllib.parse

import pytest

from conftest import ACCOUNT, OWNER, REGION

TASKS, LAMBDA = "ecs-tasks.amazonaws.com", "lambda.amazonaws.com"
OTHER = {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}
SAME = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def statement(effect="Allow", service=TASKS, action="sts:AssumeRole", **more):
    return {"Effect": effect, "Principal": {"Service": service}, "Action": action} | more


def harden(world, *statements, role="ecsTaskExecutionRole"):
    world.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": list(statements)}))


def trust(world, role="ecsTaskExecutionRole"):
    return world.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]


@pytest.mark.parametrize("statements", [
    [statement(Condition=SAME)],
    [statement(service=[LAMBDA, TASKS], Condition=SAME)],
    [statement(action=["sts:TagSession", "sts:AssumeRole"], Condition=SAME)],
    [statement(), statement("Deny", Sid="OnlyThisAccount", Condition=OTHER)],
    [statement(Condition=SAME), statement("Deny", service=[TASKS, LAMBDA], Condition=OTHER)],
    [statement(), statement("Deny", action="sts:TagSession")],
    [statement(), statement("Deny", service=LAMBDA)],
    [statement(), {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": OTHER}],
], ids=["condition", "of-two", "of-two-actions", "guard", "both", "other-action", "other-service", "everyone"])
def test_a_hardened_trust_policy_stays(world, converged, statements):
    harden(world, *statements)
    before = trust(world)
    world.settled()
    assert trust(world) == before


@pytest.mark.parametrize("action", ["sts:*", "STS:assume*", "*"])
def test_actions_may_be_patterns(world, converged, action):
    """IAM's emulator refuses to keep them, so they are put into its answers."""
    def changed(text, _):
        return text.replace(urllib.parse.quote("sts:AssumeRole", safe=""), urllib.parse.quote(action, safe=""))

    world.proxy.patch("iam", "GetRole", changed)
    assert world.diff("--json").json["inSync"] is True
    harden(world, statement(), statement("Deny"))
    assert differences(world) == {f"trust.deny[{TASKS}]": ("sts:AssumeRole", None)}


def differences(world):
    diff = world.diff("--json", code=1)
    return {field["path"]: (field["old"], field["new"]) for change in diff.json["changes"]
            for field in change["fields"]}


@pytest.mark.parametrize("denial, left", [
    (statement("Deny"), None),
    (statement("Deny", service=[TASKS, LAMBDA]), statement("Deny", service=[LAMBDA])),
    (statement("Deny", action=["sts:AssumeRole", "sts:TagSession"]), statement("Deny", action=["sts:TagSession"])),
], ids=["alone", "of-two", "of-two-actions"])
@pytest.mark.parametrize("allowed", [True, False])
def test_what_shuts_the_service_out_goes_and_is_named(world, converged, denial, left, allowed):
    """A Deny without a Condition; whoever and whatever else it shuts out stays shut out."""
    guard = statement("Deny", Condition=OTHER)
    harden(world, *([statement(Condition=SAME)] if allowed else []), guard, denial)
    named = differences(world)
    assert named.pop(f"trust.deny[{TASKS}]") == ("sts:AssumeRole", None), named
    assert named == ({} if allowed else {f"trust.{TASKS}": (None, "sts:AssumeRole")})
    world.apply()
    after = trust(world)
    assert guard in after and denial not in after
    assert [one for one in after if one["Effect"] == "Allow"] == [statement(Condition=SAME) if allowed else statement()]
    assert len(after) == (3 if left else 2) and (not left or left in after), after
    world.settled()


def test_a_service_that_nothing_lets_in_is_let_in(world, converged):
    harden(world, statement(service=LAMBDA, Condition=SAME))
    assert differences(world) == {f"trust.{TASKS}": (None, "sts:AssumeRole")}
    world.apply()
    assert trust(world) == [statement(service=LAMBDA, Condition=SAME), statement()]
    world.settled()


ARN = f"arn:aws:iam::{ACCOUNT}:role/team/jobsTask"


def named_by_arn(article, arn=ARN):
    changed = copy.deepcopy(article)
    changed["apps"]["batch"]["roles"]["task"] = arn
    return changed


def make_role(world, path, owner=None):
    return world.client("iam").create_role(
        RoleName="jobsTask", Path=path, Tags=[{"Key": OWNER, "Value": owner}] if owner else [],
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement()]}))["Role"]["Arn"]


@pytest.mark.parametrize("owner", [None, "default", "another-team"])
def test_a_role_under_another_path_is_a_conflict(world, article, owner):
    live = make_role(world, "/old/", owner)
    path = world.write(named_by_arn(article))
    diff = world.diff(code=1)
    assert live in diff.out and ARN in diff.out and f"{path.name}:" in diff.out, str(diff)
    result = world.apply(code=1)
    assert result.seconds < 20 and live in result.out + result.err, str(result)
    assert not [call for call in result.calls if call.operation == "RegisterTaskDefinition"], str(result)
    assert world.active("batch-no1") == []
    world.converge(named_by_arn(article, live))
    assert world.revision_of("batch-no1")["taskRoleArn"] == live


def test_a_role_of_another_account_is_a_conflict(world, article):
    """ECS hands on roles of its own account alone."""
    foreign = "arn:aws:iam::999999999999:role/jobsTask"
    world.write(named_by_arn(article, foreign))
    result = world.apply(code=1)
    assert foreign in result.out + result.err and ACCOUNT in result.out + result.err, str(result)
    assert not [call for call in result.writes if "jobsTask" in json.dumps(call.params)], str(result)
    assert world.active("batch-no1") == []


def test_one_app_names_the_path_and_another_the_name(world, article):
    """The role is made under the path, and both run with that one from the start."""
    definitions = named_by_arn(article)
    definitions["apps"]["shop"] = {"region": REGION, "network": definitions["apps"]["batch"]["network"],
                                   "roles": {"task": "jobsTask"}}
    definitions["batches"]["till"] = {"app": "shop", "schedule": "rate(1 day)"}
    world.converge(definitions)
    assert world.revision_of("shop-till")["taskRoleArn"] == ARN == world.revision_of("batch-no1")["taskRoleArn"]
    assert len(world.active("shop-till")) == 1
