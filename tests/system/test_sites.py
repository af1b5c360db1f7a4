"""Several identities and regions in one account: they see the same things, and never undo each other's work."""

import pytest

from conftest import ACCOUNT, REGION
from test_deletion import leaving_since

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
