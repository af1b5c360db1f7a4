"""Several identities and regions in one account: they see the same things, and never undo each other's work."""

import pytest

from conftest import ACCOUNT, REGION
from test_deletion import leaving_since, plan_of

ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"


@pytest.fixture
def roles(world):
    """The proxy knows no keys of assumed roles, so it checks no signature here."""
    keys, world.proxy.keys = world.proxy.keys, {}
    yield
    world.proxy.keys = keys


def with_other(article, **members):
    article["apps"]["other"] = {"region": REGION, "network": article["apps"]["batch"]["network"]} | members
    article["batches"]["far"] = {"app": "other", "schedule": "rate(1 day)"}
    return article


def enabled(world, region=REGION):
    return sorted(rule["Name"] for rule in world.client("events", region).list_rules()["Rules"]
                  if rule["State"] == "ENABLED")


def test_an_app_with_another_role_in_the_same_account(world, converged, roles):
    world.converge(with_other(converged, assumeRoleArn=ROLE))
    assert enabled(world) == ["batch-no1", "batch-no2", "other-far"]
    del converged["batches"]["far"]
    world.settings(deletion={"graceMinutes": 0})
    world.write(converged)
    result = world.apply()
    # One of the two sees to it, once.
    assert [call.operation for call in result.writes].count("DeleteRule") == 1, str(result)
    assert world.rule("other-far") is None and enabled(world) == ["batch-no1", "batch-no2"]
    world.settled()


def test_an_app_that_is_reached_through_a_role_from_now_on(world, converged, roles):
    converged["apps"]["batch"]["assumeRoleArn"] = ROLE
    world.write(converged)
    result = world.apply()
    assert not result.writes, str(result)
    assert enabled(world) == ["batch-no1", "batch-no2"]
    # The way there without the role is given up: nothing is read twice.
    again = world.apply()
    assert len([call for call in again.calls if call.operation == "ListRules"]) == 1, str(again)
    del converged["batches"]["no2"]
    world.write(converged)
    world.apply()
    assert enabled(world) == ["batch-no1"]


def test_a_role_that_cannot_be_assumed_takes_nothing_away(world, converged, roles):
    """Whose account that is nobody knows now: the batches of it may be the ones that are seen here."""
    world.converge(with_other(converged, assumeRoleArn=ROLE))
    world.proxy.fault("denied", "sts", "AssumeRole", times=None)
    result = world.run("apply")
    assert result.code in (1, 2) and not result.writes, str(result)
    assert enabled(world) == ["batch-no1", "batch-no2", "other-far"]


def test_a_batch_that_moves_to_an_app_with_another_role(world, converged, roles):
    with_other(converged, assumeRoleArn=ROLE)["batches"]["no2"]["app"] = "other"
    world.converge(converged)
    assert enabled(world) == ["batch-no1", "other-far", "other-no2"] and world.rule("batch-no2") is None


def test_what_two_identities_share_has_the_tags_of_both(world, article, roles):
    article["apps"]["batch"]["tags"] = {"team": "x", "both": "first"}
    world.write(with_other(article, assumeRoleArn=ROLE, cluster="batch", tags={"cost": "y", "both": "second"}))
    world.apply()
    world.settled()
    [cluster] = world.client("ecs").describe_clusters(clusters=["batch"], include=["TAGS"])["clusters"]
    tags = {tag["key"]: tag["value"] for tag in cluster["tags"]}
    assert (tags["team"], tags["cost"], tags["both"]) == ("x", "y", "first")


def test_roles_that_two_regions_share_have_the_tags_of_both(world, article):
    article["apps"]["batch"]["tags"] = {"team": "x"}
    world.write(with_other(article, region="eu-west-1", tags={"cost": "y"}))
    world.apply()
    world.settled()
    tags = {tag["Key"]: tag["Value"] for tag in world.client("iam").list_role_tags(RoleName="ecsEventRole")["Tags"]}
    assert (tags["team"], tags["cost"]) == ("x", "y")


def role_readings(calls):
    """The roles that were asked about, as often as they were."""
    return sorted((call.operation, call.params["RoleName"]) for call in calls
                  if call.operation in ("GetRole", "ListAttachedRolePolicies"))


def test_a_role_is_read_once_for_all_regions_and_identities_of_an_account(world, article, roles):
    """IAM has no regions: one answer is for each site of the account."""
    with_other(article, region="eu-west-3")
    article["apps"]["third"] = dict(article["apps"]["other"], region=REGION, assumeRoleArn=ROLE)
    article["batches"]["third"] = {"app": "third", "schedule": "rate(1 day)"}
    world.converge(article)
    readings = role_readings(world.apply().calls)
    assert readings == sorted(set(readings)) and len(readings) == 4, readings


def test_a_role_that_one_identity_may_not_read_is_read_with_the_other(world, article, roles):
    with_other(article, assumeRoleArn=ROLE)
    world.converge(article)
    world.proxy.fault("denied", "iam", "GetRole", times=1)
    result = world.run("apply")
    denied = [call for call in result.calls if call.operation == "GetRole" and call.status != 200]
    assert len(denied) == 1 and len(role_readings(result.calls)) == 5, role_readings(result.calls)


def test_apply_by_name_leaves_the_tags_of_other_apps(world, article):
    article["apps"]["batch"]["tags"] = {"team": "x"}
    world.converge(with_other(article, cluster="batch", tags={"cost": "y"}))
    result = world.apply("far")
    assert not result.writes, str(result)


def test_an_app_that_leaves_a_region(world, converged):
    """Made in the new one, disabled in the old one, gone from there after the grace; what holds data stays, and is told."""
    new = "eu-west-1"
    converged["apps"]["batch"]["region"] = new
    world.write(converged)
    world.apply()
    assert [world.rule(f"batch-{name}", new)["State"] for name in ("no1", "no2")] == ["ENABLED", "ENABLED"]
    assert [world.rule(f"batch-{name}")["State"] for name in ("no1", "no2")] == ["DISABLED", "DISABLED"]
    for name in ("batch-no1", "batch-no2"):
        leaving_since(world, name, 16 * 60)
    world.apply()
    assert not world.client("events").list_rules()["Rules"] and not world.active("batch-no1")
    assert world.client("ecr").describe_repositories()["repositories"] and world.active("batch-no1", new)
    world.settled()
    asked = {call.region for call in world.apply().calls if call.service not in ("iam", "sts")}
    assert asked == {new}, asked


NEW = "eu-west-1"


def states(world, names, region):
    rules = world.client("events", region).list_rules()["Rules"]
    return {rule["Name"]: rule["State"] for rule in rules if rule["Name"] in names}


def switches(calls):
    """When which rule surely stopped, or may have begun to run: (time, region, name, runs)."""
    for call in calls:
        name = call.params.get("Name") if call.service == "events" and call.status == 200 else None
        if call.operation in ("EnableRule", "PutRule") and name and call.params.get("State") != "DISABLED":
            yield call.time, call.region, name, True
        elif call.operation in ("DisableRule", "PutRule") and name:
            yield call.time + call.seconds, call.region, name, False


def never_twice(calls, names):
    """Of each name one ran in the old region before these calls, and at no time two."""
    running = {name: {REGION} for name in names}
    for _, region, name, runs in sorted(switches(calls)):
        (running[name].add if runs else running[name].discard)(region)
        assert len(running[name]) < 2, f"{name} runs in {running[name]}"
    return running


def moved(world, article, count):
    """So many batches, in the old region at first, then defined in the new one."""
    article["batches"] = {f"b{number:02}": {"app": "batch", "schedule": "rate(1 day)"} for number in range(count)}
    world.converge(article)
    article["apps"]["batch"]["region"] = NEW
    world.write(article)
    return {f"batch-b{number:02}" for number in range(count)}


def all_are(names, state):
    return dict.fromkeys(names, state)


def test_a_move_to_another_region_never_has_two_that_run(world, article):
    names = moved(world, article, 4)
    result = world.apply()
    assert never_twice(result.calls, names) == {name: {NEW} for name in names}, str(result)
    assert states(world, names, NEW) == all_are(names, "ENABLED") and states(world, names, REGION) == all_are(names, "DISABLED")
    assert not world.apply().writes


def test_a_move_that_the_brake_holds_runs_in_the_old_region_until_it_is_approved(world, article):
    names = moved(world, article, 8)
    world.settings(deletion={"maxBatches": 5})
    diff = world.diff(code=1)
    plan = plan_of(diff)
    held = world.run("apply")
    assert held.code == 1 and plan_of(held) == plan, str(held)
    assert states(world, names, REGION) == all_are(names, "ENABLED") and states(world, names, NEW) == all_are(names, "DISABLED")
    assert len([target for name in names for target in world.client("events", NEW).list_targets_by_rule(Rule=name)["Targets"]]) == 8
    assert f"runs in {REGION} until it is disabled there" in diff.out, str(diff)
    again = world.run("apply")
    assert again.code == 1 and not again.writes and plan_of(again) == plan, str(again)

    assert world.run("approve", plan).code == 0
    result = world.apply()
    assert never_twice(result.calls, names) == {name: {NEW} for name in names}, str(result)
    assert states(world, names, NEW) == all_are(names, "ENABLED") and states(world, names, REGION) == all_are(names, "DISABLED")
    assert not world.apply().writes


def test_a_move_whose_new_schedule_cannot_be_made_leaves_the_old_one_running(world, article):
    names = moved(world, article, 2)
    world.proxy.fault("denied", "events", "PutTargets", times=None)
    result = world.run("apply")
    assert result.code == 1 and states(world, names, REGION) == all_are(names, "ENABLED"), str(result)
    assert "ENABLED" not in states(world, names, NEW).values()
    world.proxy.reset()
    result = world.apply()
    assert never_twice(result.calls, names) == {name: {NEW} for name in names}, str(result)
