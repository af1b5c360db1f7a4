"""Updates of each kind of field, and drift of each kind put back."""

import json

import pytest

from conftest import ACCOUNT, OWNER, REGION

NO1 = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/batch-no1"


def app(definitions):
    return definitions["apps"]["batch"]


def no1(definitions):
    return definitions["batches"]["no1"]


UPDATES = {
    "schedule": (lambda d: no1(d).update(schedule="rate(2 hours)"),
                 lambda w: w.rule("batch-no1")["ScheduleExpression"] == "rate(2 hours)", ["PutRule"]),
    "description": (lambda d: no1(d).update(description="ünï \"quoted\""),
                    lambda w: w.rule("batch-no1")["Description"] == "ünï \"quoted\"", ["PutRule"]),
    "description removed": (lambda d: no1(d).pop("description"),
                            lambda w: not w.rule("batch-no1").get("Description"), ["PutRule"]),
    "disabled": (lambda d: no1(d).update(enabled=False), lambda w: w.rule("batch-no1")["State"] == "DISABLED", None),
    "environment": (lambda d: no1(d).update(environment={"batch": "no1", "more": "x"}),
                    lambda w: w.environment_of("batch-no1") == {"batch": "no1", "more": "x"}, ["PutTargets"]),
    "environment removed": (lambda d: no1(d).pop("environment"),
                            lambda w: "containerOverrides" not in w.target("batch-no1").get("Input", ""), ["PutTargets"]),
    "command": (lambda d: no1(d).update(command=["run", "now"]),
                lambda w: w.input("batch-no1")["containerOverrides"][0]["command"] == ["run", "now"], ["PutTargets"]),
    "size": (lambda d: no1(d).update(cpu=1024, memory=4096),
             lambda w: (w.input("batch-no1")["cpu"], w.input("batch-no1")["memory"]) == ("1024", "4096"), ["PutTargets"]),
    "task count": (lambda d: no1(d).update(taskCount=2),
                   lambda w: w.target("batch-no1")["EcsParameters"]["TaskCount"] == 2, ["PutTargets"]),
    "retry policy": (lambda d: no1(d).update(retryPolicy={"maximumRetryAttempts": 1}),
                     lambda w: w.target("batch-no1")["RetryPolicy"]["MaximumRetryAttempts"] == 1, ["PutTargets"]),
    "network": (lambda d: app(d)["network"].update(securityGroups=["sg-b"]),
                lambda w: w.target("batch-no2")["EcsParameters"]["NetworkConfiguration"]["awsvpcConfiguration"][
                    "SecurityGroups"] == ["sg-b"], ["PutTargets", "PutTargets"]),
    "retention": (lambda d: app(d)["logGroup"].update(retentionInDays=7),
                  lambda w: w.client("logs").describe_log_groups()["logGroups"][0]["retentionInDays"] == 7,
                  ["PutRetentionPolicy"]),
    "retention removed": (lambda d: app(d)["logGroup"].update(retentionInDays=None),
                          lambda w: "retentionInDays" not in w.client("logs").describe_log_groups()["logGroups"][0],
                          ["DeleteRetentionPolicy"]),
    "lifecycle": (lambda d: app(d)["repository"].update(lifecyclePolicy={"keepUntagged": 3}),
                  lambda w: '"countNumber":3' in w.client("ecr").get_lifecycle_policy(repositoryName="batch")[
                      "lifecyclePolicyText"].replace(" ", ""), ["PutLifecyclePolicy"]),
    "lifecycle removed": (lambda d: app(d)["repository"].update(lifecyclePolicy=None),
                          lambda w: not has_lifecycle(w), ["DeleteLifecyclePolicy"]),
    "scan on push": (lambda d: app(d)["repository"].update(scanOnPush=True),
                     lambda w: w.client("ecr").describe_repositories()["repositories"][0][
                         "imageScanningConfiguration"]["scanOnPush"] is True, ["PutImageScanningConfiguration"]),
    "mutability": (lambda d: app(d)["repository"].update(imageTagMutability="IMMUTABLE"),
                   lambda w: w.client("ecr").describe_repositories()["repositories"][0][
                       "imageTagMutability"] == "IMMUTABLE", ["PutImageTagMutability"]),
    "capacity providers": (lambda d: app(d).update(cluster={"name": "batch", "capacityProviders": ["FARGATE_SPOT"]}),
                           lambda w: w.client("ecs").describe_clusters(clusters=["batch"])["clusters"][0][
                               "capacityProviders"] == ["FARGATE_SPOT"], ["PutClusterCapacityProviders"]),
    "cluster settings": (lambda d: app(d).update(cluster={"name": "batch", "settings": [
        {"name": "containerInsights", "value": "enabled"}]}),
        lambda w: w.client("ecs").describe_clusters(clusters=["batch"], include=["SETTINGS"])["clusters"][0][
            "settings"] == [{"name": "containerInsights", "value": "enabled"}], None),
    "a tag": (lambda d: no1(d).update(tags={"team": "x"}), lambda w: w.rule("batch-no1")["Tags"]["team"] == "x", None),
    "memory": (lambda d: app(d)["taskDefinition"].update(memory="1024"),
               lambda w: w.revision_of("batch-no1")["memory"] == "1024",
               ["RegisterTaskDefinition"] * 2 + ["PutTargets"] * 2),
    "container member": (lambda d: app(d)["taskDefinition"]["containerDefinitions"][0].update(stopTimeout=99),
                         lambda w: w.revision_of("batch-no2")["containerDefinitions"][0]["stopTimeout"] == 99,
                         ["RegisterTaskDefinition"] * 2 + ["PutTargets"] * 2),
    "task role": (lambda d: app(d)["roles"].update(task="batchTaskRole"),
                  lambda w: w.revision_of("batch-no1")["taskRoleArn"].endswith("/batchTaskRole"), None),
    "log group": (lambda d: app(d)["logGroup"].update(name="/fargate/new"),
                  lambda w: w.revision_of("batch-no1")["containerDefinitions"][0]["logConfiguration"]["options"][
                      "awslogs-group"] == "/fargate/new", None),
    "a third batch": (lambda d: d["batches"].update(no3={"app": "batch", "schedule": "rate(1 day)"}),
                      lambda w: w.rule("batch-no3")["State"] == "ENABLED",
                      ["PutRule", "PutTargets", "RegisterTaskDefinition"]),
}


def has_lifecycle(world):
    ecr = world.client("ecr")
    try:
        return bool(ecr.get_lifecycle_policy(repositoryName="batch"))
    except ecr.exceptions.LifecyclePolicyNotFoundException:
        return False


def holds_already(world, holds):
    try:
        return holds(world)
    except (KeyError, TypeError):  # what it looks for is not there yet
        return False


@pytest.mark.parametrize("name", UPDATES)
def test_update(world, converged, name):
    change, holds, writes = UPDATES[name]
    assert not holds_already(world, holds)
    change(converged)
    world.write(converged)
    diff = world.diff(code=1)
    assert diff.out.strip(), str(diff)
    result = world.apply()
    assert holds(world), str(result)
    if writes is not None:
        assert sorted(call.operation for call in result.writes) == sorted(writes), str(result)
    world.settled()


def test_a_tag_that_the_definition_dropped_goes_and_those_of_others_stay(world, article):
    article["apps"]["batch"]["tags"] = {"team": "x", "cost": "1"}
    world.converge(article)
    world.client("events").tag_resource(ResourceARN=NO1, Tags=[{"Key": "by-hand", "Value": "stays"}])
    world.client("ecs").tag_resource(resourceArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/batch",
                                     tags=[{"key": "by-hand", "value": "stays"}])
    world.settled()
    del article["apps"]["batch"]["tags"]["team"]
    world.converge(article)
    tags = world.rule("batch-no1")["Tags"]
    assert "team" not in tags and tags["cost"] == "1" and tags["by-hand"] == "stays"
    del article["apps"]["batch"]["tags"]
    world.converge(article)
    tags = world.rule("batch-no1")["Tags"]
    assert "cost" not in tags and tags["by-hand"] == "stays" and tags[OWNER] == "default"


# --- drift: made by another hand, put back by the next apply


def edit_target(world, change):
    events = world.client("events")
    target = world.target("batch-no1")
    change(target)
    events.put_targets(Rule="batch-no1", Targets=[target])


def detach(world, role, policy):
    world.client("iam").detach_role_policy(
        RoleName=role, PolicyArn=f"arn:aws:iam::aws:policy/service-role/{policy}")


DRIFT = {
    "rule disabled": (lambda w: w.aws("events", "disable-rule", "--name", "batch-no1"), "batch-no1"),
    "rule deleted": (lambda w: (w.client("events").remove_targets(Rule="batch-no1", Ids=["fargate-batchd"]),
                                w.client("events").delete_rule(Name="batch-no1")), "batch-no1"),
    "schedule edited": (lambda w: w.client("events").put_rule(
        Name="batch-no1", ScheduleExpression="rate(1 day)", Description="batch no1"), "batch-no1"),
    "target input edited": (lambda w: edit_target(w, lambda t: t.update(Input=json.dumps(
        {"containerOverrides": [{"name": "batch", "environment": [{"name": "batch", "value": "wrong"}]}]}))), "batch"),
    "target input removed": (lambda w: edit_target(w, lambda t: t.pop("Input")), "batch"),
    "target input rubbish": (lambda w: edit_target(w, lambda t: t.update(Input="{}")), "batch"),
    "target network edited": (lambda w: edit_target(w, lambda t: t["EcsParameters"]["NetworkConfiguration"][
        "awsvpcConfiguration"].update(AssignPublicIp="DISABLED")), "ENABLED"),
    "target role edited": (lambda w: edit_target(w, lambda t: t.update(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/other")), "ecsEventRole"),
    "target count edited": (lambda w: edit_target(w, lambda t: t["EcsParameters"].update(TaskCount=9)), "9"),
    "retries added": (lambda w: edit_target(w, lambda t: t.update(RetryPolicy={
        "MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 60})), "maximumRetryAttempts"),
    "target removed": (lambda w: w.client("events").remove_targets(Rule="batch-no1", Ids=["fargate-batchd"]),
                       "batch-no1"),
    "events policy detached": (lambda w: detach(w, "ecsEventRole", "AmazonEC2ContainerServiceEventsRole"),
                               "AmazonEC2ContainerServiceEventsRole"),
    "execution policy detached": (lambda w: detach(w, "ecsTaskExecutionRole", "AmazonECSTaskExecutionRolePolicy"),
                                  "AmazonECSTaskExecutionRolePolicy"),
    "trust changed": (lambda w: w.client("iam").update_assume_role_policy(RoleName="ecsEventRole", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": {"Service": "events.amazonaws.com"},
                                                 "Action": "sts:AssumeRole"}]})), "ecsEventRole"),
    "retention changed": (lambda w: w.aws("logs", "put-retention-policy", "--log-group-name", "/fargate/batch",
                                          "--retention-in-days", "1"), "30"),
    "log group deleted": (lambda w: w.client("logs").delete_log_group(logGroupName="/fargate/batch"), "/fargate/batch"),
    "lifecycle policy edited": (lambda w: w.client("ecr").put_lifecycle_policy(
        repositoryName="batch", lifecyclePolicyText=json.dumps({"rules": [{
            "rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9},
            "action": {"type": "expire"}}]})), "9"),
    "lifecycle policy deleted": (lambda w: w.client("ecr").delete_lifecycle_policy(repositoryName="batch"), "ifecycle"),
    "repository deleted": (lambda w: w.client("ecr").delete_repository(repositoryName="batch"), "batch"),
    "cluster deleted": (lambda w: w.client("ecs").delete_cluster(cluster="batch"), "cluster"),
    "batch tag removed": (lambda w: w.client("events").untag_resource(
        ResourceARN=NO1, TagKeys=["fargate-batchd:batch"]), "fargate-batchd:batch"),
    "revision deregistered": (lambda w: w.client("ecs").deregister_task_definition(taskDefinition="batch-no1:1"),
                              "batch-no1"),
}


def comparable(snapshot):
    """Without what a re-creation changes by nature."""
    for item in snapshot["groups"] + snapshot["repositories"] + snapshot["roles"]:
        for name in ("creationTime", "createdAt", "CreateDate", "RoleId", "RoleLastUsed"):
            item.pop(name, None)
    snapshot["rules"].sort(key=lambda rule: rule["Name"])
    for rule in snapshot["rules"]:
        rule["Targets"].sort(key=lambda target: target["Id"])
        for target in rule["Targets"]:
            target["Input"] = json.loads(target.get("Input", "null"))
    return snapshot


@pytest.mark.parametrize("name", DRIFT)
def test_drift_is_named_and_put_back(world, converged, name):
    drift, named = DRIFT[name]
    before = comparable(world.snapshot())
    drift(world)
    diff = world.diff(code=1)
    assert named in diff.out, str(diff)
    world.apply()
    after = comparable(world.snapshot())
    if name == "revision deregistered":
        assert world.revision_of("batch-no1")["status"] == "ACTIVE"
        assert after["revisions"][0].endswith("batch-no1:2") and len(after["revisions"]) == 2
    elif name == "repository deleted" or name == "cluster deleted":
        assert [item["repositoryName"] for item in after["repositories"]] == ["batch"]
        assert [item["status"] for item in after["clusters"] if item["clusterName"] == "batch"] == ["ACTIVE"]
    elif name == "retries added":
        policy = world.target("batch-no1").get("RetryPolicy", {"MaximumRetryAttempts": 185})
        assert policy["MaximumRetryAttempts"] == 185
    else:
        assert after == before
    world.settled()


def test_a_second_target_by_hand_stays(world, converged):
    events = world.client("events")
    events.put_targets(Rule="batch-no1", Targets=[{"Id": "by-hand", "Arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"}])
    world.settled()
    converged["batches"]["no1"]["environment"]["batch"] = "other"
    world.converge(converged)
    assert {target["Id"] for target in world.rule("batch-no1")["Targets"]} == {"by-hand", "fargate-batchd"}
    assert world.environment_of("batch-no1") == {"batch": "other"}


def test_a_foreign_policy_on_our_role_stays(world, converged):
    world.client("iam").attach_role_policy(RoleName="ecsTaskExecutionRole",
                                           PolicyArn="arn:aws:iam::aws:policy/CloudWatchLogsReadOnlyAccess")
    world.settled()
    attached = world.client("iam").list_attached_role_policies(RoleName="ecsTaskExecutionRole")["AttachedPolicies"]
    assert len(attached) == 2


def test_what_a_definition_does_not_say_is_left_alone(world, article):
    """Absent members of a repository, cluster or log group are unmanaged."""
    article["apps"]["batch"] |= {"repository": "batch", "logGroup": "/fargate/batch"}
    world.converge(article)
    world.client("logs").put_retention_policy(logGroupName="/fargate/batch", retentionInDays=3)
    world.client("ecr").put_image_scanning_configuration(
        repositoryName="batch", imageScanningConfiguration={"scanOnPush": True})
    world.client("ecs").put_cluster_capacity_providers(
        cluster="batch", capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=[])
    world.settled()


@pytest.mark.parametrize("letter", ["語", "é", "😀", "\u2028"])
def test_long_values_in_any_script_change(world, converged, letter):
    for shift in ("", "a", "ab", "abc"):
        text = shift + letter * 100
        converged["batches"]["no1"] |= {"description": text, "environment": {"batch": text}, "command": [text]}
        world.converge(converged)
        assert world.rule("batch-no1")["Description"] == text
        assert world.environment_of("batch-no1") == {"batch": text}


def test_apply_of_one_batch_leaves_the_others(world, article):
    world.write(article)
    result = world.apply("no1")
    assert world.rule("batch-no1")["State"] == "ENABLED" and world.rule("batch-no2") is None, str(result)
    assert world.active("batch-no2") == []
    diff = world.diff("--json", code=1)
    assert {change.get("batch") for change in diff.json["changes"]} == {"no2"}
    world.converge()


def test_apply_of_one_batch_deletes_nothing(world, converged):
    del converged["batches"]["no2"]
    converged["batches"]["no1"]["description"] = "changed"
    world.write(converged)
    world.settings(deletion={"graceMinutes": 0})
    world.apply("no1")
    assert world.rule("batch-no2")["State"] == "ENABLED"
    assert world.rule("batch-no1")["Description"] == "changed"
