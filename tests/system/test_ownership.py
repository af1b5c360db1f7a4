"""Names that are taken: what is not ours is never written to, and both sides are named."""

import json

import pytest

from conftest import ACCOUNT, OWNER, REGION

EVENTS = f"arn:aws:events:{REGION}:{ACCOUNT}:rule"
THEIRS = [{"Key": OWNER, "Value": "another-team"}]


def rule_untagged(world):
    world.client("events").put_rule(Name="batch-no1", ScheduleExpression="rate(1 day)", State="DISABLED")
    return f"{EVENTS}/batch-no1"


def rule_of_another_owner(world):
    world.client("events").put_rule(Name="batch-no1", ScheduleExpression="rate(1 day)", State="DISABLED", Tags=THEIRS)
    return f"{EVENTS}/batch-no1"


def family_untagged(world):
    answer = world.client("ecs").register_task_definition(
        family="batch-no1", containerDefinitions=[{"name": "x", "image": "y", "memory": 64}])
    return answer["taskDefinition"]["taskDefinitionArn"]


def repository_untagged(world):
    return world.client("ecr").create_repository(repositoryName="batch")["repository"]["repositoryArn"]


def repository_of_another_owner(world):
    return world.client("ecr").create_repository(repositoryName="batch", tags=THEIRS)["repository"]["repositoryArn"]


def cluster_untagged(world):
    return world.client("ecs").create_cluster(clusterName="batch")["cluster"]["clusterArn"]


def cluster_of_another_owner(world):
    return world.client("ecs").create_cluster(
        clusterName="batch", tags=[{"key": OWNER, "value": "another-team"}])["cluster"]["clusterArn"]


def log_group_untagged(world):
    world.client("logs").create_log_group(logGroupName="/fargate/batch")
    return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/fargate/batch"


def log_group_of_another_owner(world):
    world.client("logs").create_log_group(logGroupName="/fargate/batch", tags={OWNER: "another-team"})
    return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/fargate/batch"


@pytest.mark.parametrize("take", [repository_untagged, repository_of_another_owner, cluster_untagged,
                                  cluster_of_another_owner, log_group_untagged, log_group_of_another_owner],
                         ids=lambda take: take.__name__)
def test_a_taken_name_of_the_app_stops_the_app(world, article, take):
    arn = take(world)
    article["apps"]["other"] = {"region": REGION, "network": article["apps"]["batch"]["network"]}
    article["batches"]["far"] = {"app": "other", "schedule": "rate(1 day)"}
    path = world.write(article)
    before = world.snapshot()
    diff = world.diff(code=1)
    assert arn in diff.out + diff.err, str(diff)
    if "another_owner" in take.__name__:
        assert "another-team" in diff.out + diff.err, str(diff)
    assert f"{path.name}:" in diff.out + diff.err, str(diff)
    result = world.run("apply")
    assert result.code == 1 and arn in result.out + result.err, str(result)
    # The app's own roles may be shared with the other app; all else of it is untouched, and the other app converges.
    touched = [str(call) for call in result.writes if call.service != "iam" and '"batch' in json.dumps(call.params)]
    assert touched == [], str(result)
    after = world.snapshot()
    for kind in ("rules", "clusters", "groups", "repositories"):
        for item in before[kind]:
            assert item in after[kind]
    assert world.rule("other-far")["State"] == "ENABLED", str(result)
    assert world.rule("batch-no1") is None and world.rule("batch-no2") is None


@pytest.mark.parametrize("take", [rule_untagged, rule_of_another_owner, family_untagged],
                         ids=lambda take: take.__name__)
def test_a_taken_name_of_a_batch_stops_the_batch(world, article, take):
    arn = take(world)
    path = world.write(article)
    before = world.snapshot()
    diff = world.diff(code=1)
    assert arn in diff.out + diff.err, str(diff)
    place = next(number for number, line in enumerate(path.read_text().splitlines(), 1) if '"no1"' in line)
    assert f"{path.name}:{place}" in diff.out + diff.err, str(diff)
    result = world.run("apply")
    assert result.code == 1 and arn in result.out + result.err, str(result)
    assert world.rule("batch-no2")["State"] == "ENABLED"
    after = world.snapshot()
    # Nothing of the batch was made: neither a revision beside a foreign rule, nor a rule for a foreign family.
    assert [rule for rule in after["rules"] if rule["Name"] == "batch-no1"] == \
        [rule for rule in before["rules"] if rule["Name"] == "batch-no1"]
    mine = [name for name in after["revisions"] if "/batch-no1:" in name]
    assert mine == [name for name in before["revisions"] if "/batch-no1:" in name]
    shown = world.run("list")
    assert shown.code == 0 and "conflict" in shown.out, str(shown)
    again = world.run("apply")
    assert again.code == 1 and not again.writes, str(again)


def test_a_conflict_goes_when_the_name_is_free(world, article):
    rule_untagged(world)
    world.write(article)
    assert world.run("apply").code == 1
    world.client("events").delete_rule(Name="batch-no1")
    world.apply()
    world.settled()


def test_a_role_that_exists_is_used_and_left_alone(world, article):
    world.client("iam").create_role(RoleName="ecsEventRole", AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": []}))
    before = world.client("iam").get_role(RoleName="ecsEventRole")["Role"]
    world.write(article)
    world.apply()
    assert world.client("iam").get_role(RoleName="ecsEventRole")["Role"] == before
    assert not world.client("iam").list_attached_role_policies(RoleName="ecsEventRole")["AttachedPolicies"]
    world.settled()


def test_a_role_of_another_owner_is_used_and_left_alone(world, article):
    world.client("iam").create_role(RoleName="ecsTaskExecutionRole", AssumeRolePolicyDocument="{}", Tags=THEIRS)
    before = world.client("iam").get_role(RoleName="ecsTaskExecutionRole")["Role"]
    world.write(article)
    world.apply()
    assert world.client("iam").get_role(RoleName="ecsTaskExecutionRole")["Role"] == before
    world.settled()


def test_a_new_owner_starts_with_conflicts(world, converged):
    world.settings(owner="second")
    before = world.snapshot()
    result = world.run("apply")
    assert result.code == 1 and not [call for call in result.writes if call.service != "iam"], str(result)
    assert "default" in result.out + result.err
    assert world.snapshot() == before


def test_two_owners_side_by_side(world, converged):
    """Another installation's batches are nobody's business here, also when ours leave."""
    events = world.client("events")
    events.put_rule(Name="theirs", ScheduleExpression="rate(1 day)", Tags=THEIRS)
    events.put_rule(Name="nobodys", ScheduleExpression="rate(1 day)")
    before = [world.rule("theirs"), world.rule("nobodys")]
    world.settings(deletion={"graceMinutes": 0})
    del converged["batches"]["no2"]
    world.converge(converged)
    assert world.rule("batch-no2") is None
    assert [world.rule("theirs"), world.rule("nobodys")] == before


def test_an_unmanaged_thing_that_is_not_there(world, article):
    article["apps"]["batch"]["cluster"] = {"name": "nowhere", "managed": False}
    world.write(article)
    result = world.run("apply")
    assert result.code == 1 and "nowhere" in result.out + result.err, str(result)
    assert world.client("ecs").list_clusters()["clusterArns"] == []


def test_what_carries_our_owner_but_no_definition_ever_named_is_held(world, converged):
    """Another machine's batches of the same owner: not disabled on our own account, but a held plan."""
    events = world.client("events")
    events.put_rule(Name="far-away", ScheduleExpression="rate(1 day)", Tags=[
        {"Key": OWNER, "Value": "default"}, {"Key": "fargate-batchd:app", "Value": "far"},
        {"Key": "fargate-batchd:batch", "Value": "away"}])
    before = world.rule("far-away")
    world.settings(deletion={"graceMinutes": 0})
    result = world.run("apply")
    assert result.code == 1 and not result.writes, str(result)
    assert "fargate-batchctl approve" in result.out + result.err, str(result)
    assert world.rule("far-away") == before


def test_the_account_is_checked_before_any_write(world, article):
    article["apps"]["batch"]["accountId"] = "999999999999"
    world.write(article)
    result = world.run("apply")
    assert result.code in (1, 2) and not result.writes, str(result)
    assert "999999999999" in result.out + result.err and ACCOUNT in result.out + result.err, str(result)


def test_an_app_stays_in_the_account_it_was_first_applied_to(world, converged):
    """Keys of another account must not build everything a second time."""
    world.proxy.patch("sts", "GetCallerIdentity", lambda text, _: text.replace(ACCOUNT, "555555555555"))
    converged["batches"]["no1"]["description"] = "changed"
    world.write(converged)
    result = world.run("apply")
    assert result.code in (1, 2) and not result.writes, str(result)
    assert "555555555555" in result.out + result.err, str(result)


def test_a_rule_of_an_aws_service_is_never_ours(world, article):
    rule_untagged(world)
    world.proxy.patch("events", "ListRules", lambda reply, _: [
        rule.update(ManagedBy="autoscaling.amazonaws.com") for rule in reply["Rules"]] and None)
    world.write(article)
    result = world.run("apply")
    assert result.code == 1 and "batch-no1" in result.out + result.err, str(result)
    assert world.rule("batch-no1")["State"] == "DISABLED"


def test_a_role_that_a_stranger_made_in_between_is_left_alone(world, article):
    """IAM said that it is not there, and then that it exists."""
    world.client("iam").create_role(RoleName="ecsEventRole", AssumeRolePolicyDocument="{}")
    world.write(article)
    world.proxy.fault("NoSuchEntity", "iam", "GetRole", status=404, times=1,
                      match=lambda call: call.params["RoleName"] == "ecsEventRole")
    world.apply()
    assert not world.client("iam").list_attached_role_policies(RoleName="ecsEventRole")["AttachedPolicies"]
    world.settled()


def test_what_is_served_is_known_before_the_first_write(world, article):
    """A pass that is killed in the middle has served its apps, in this account, all the same."""
    served = []

    def look(call):
        if call.writes and not served:
            served.append("".join(path.read_text() for path in (world.folder / "state").glob("served-*")))

    world.write(article)
    world.proxy.watch(look)
    world.apply()
    assert '"batch"' in served[0] and ACCOUNT in served[0]


@pytest.mark.parametrize("change", ["target", "rule", "left"])
def test_a_rule_that_was_given_away_is_not_written_to(world, converged, change):
    """The tagging API still names us as its owner; the rule itself does not any more."""
    events = world.client("events")
    if change == "left":
        del converged["batches"]["no1"]
        world.settings(deletion={"graceMinutes": 0})
    else:
        converged["batches"]["no1"].update({"command": ["x"]} if change == "target" else {"description": "other"})
    page = world.client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": OWNER}])
    events.untag_resource(ResourceARN=f"{EVENTS}/batch-no1", TagKeys=[OWNER])
    world.proxy.merge("tagging", "GetResources", {"ResourceTagMappingList": page["ResourceTagMappingList"]})
    before = world.rule("batch-no1")
    world.write(converged)
    # Where no file names it any more, it is nobody's business here.
    result = world.apply(code=0 if change == "left" else 1)
    assert world.rule("batch-no1") == before, str(result)
    assert not [call for call in result.writes if "batch-no1" in json.dumps(call.params)], str(result)


def test_a_rule_that_a_late_list_does_not_show_is_not_taken_over(world, article):
    """PutRule overwrites whatever has the name; AWS's lists may be seconds behind."""
    world.client("events").put_rule(Name="batch-no1", ScheduleExpression="rate(7 days)", State="DISABLED")
    world.proxy.patch("events", "ListRules", lambda reply, _: reply | {
        "Rules": [rule for rule in reply["Rules"] if rule["Name"] != "batch-no1"]})
    world.write(article)
    result = world.run("apply")
    assert result.code == 1 and "rule batch-no1" in result.out + result.err and "though the list" in result.out + result.err
    rule = world.rule("batch-no1")
    assert rule["ScheduleExpression"] == "rate(7 days)" and rule["State"] == "DISABLED" and not rule["Targets"]
    assert world.rule("batch-no2")["State"] == "ENABLED"
