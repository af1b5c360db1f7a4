"""The first scenario: one app, two batches every five minutes, from nothing; read back with boto3 and the aws command."""

import json

from conftest import ACCOUNT, REGION

LIFECYCLE = {"rules": [{"rulePriority": 1, "description": "Keep only one untagged image, expire all others",
                        "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1},
                        "action": {"type": "expire"}}]}


def trust(service):
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}


def check_role(world, name, service, policy):
    role = world.client("iam").get_role(RoleName=name)["Role"]
    statements = role["AssumeRolePolicyDocument"]["Statement"]
    allowed = [statement["Principal"]["Service"] for statement in statements if statement["Effect"] == "Allow"]
    services = [one for item in allowed for one in (item if isinstance(item, list) else [item])]
    assert service in services
    attached = world.client("iam").list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [item["PolicyArn"] for item in attached] == [f"arn:aws:iam::aws:policy/service-role/{policy}"]
    assert {"Key": "fargate-batchd:owner", "Value": "default"} in role["Tags"]
    assert {"Key": "fargate-batchd:app", "Value": "batch"} in role["Tags"]


def test_the_roles(world, converged):
    check_role(world, "ecsTaskExecutionRole", "ecs-tasks.amazonaws.com", "AmazonECSTaskExecutionRolePolicy")
    check_role(world, "ecsEventRole", "events.amazonaws.com", "AmazonEC2ContainerServiceEventsRole")
    assert len(world.client("iam").list_roles()["Roles"]) == 2


def test_the_repository(world, converged):
    repositories = world.aws("ecr", "describe-repositories")["repositories"]
    assert [repository["repositoryName"] for repository in repositories] == ["batch"]
    policy = world.aws("ecr", "get-lifecycle-policy", "--repository-name", "batch")["lifecyclePolicyText"]
    assert json.loads(policy)["rules"][0]["selection"] == LIFECYCLE["rules"][0]["selection"]
    assert json.loads(policy)["rules"][0]["action"] == {"type": "expire"}
    assert len(json.loads(policy)["rules"]) == 1
    tags = world.client("ecr").list_tags_for_resource(resourceArn=repositories[0]["repositoryArn"])["tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {
        "fargate-batchd:owner": "default", "fargate-batchd:app": "batch"}


def test_the_log_group_and_the_cluster(world, converged):
    [group] = world.client("logs").describe_log_groups()["logGroups"]
    assert (group["logGroupName"], group["retentionInDays"]) == ("/fargate/batch", 30)
    tags = world.client("logs").list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"]
    assert tags == {"fargate-batchd:owner": "default", "fargate-batchd:app": "batch"}
    [cluster] = world.client("ecs").describe_clusters(clusters=["batch"], include=["TAGS"])["clusters"]
    assert cluster["status"] == "ACTIVE"
    assert {tag["key"]: tag["value"] for tag in cluster["tags"]} == {
        "fargate-batchd:owner": "default", "fargate-batchd:app": "batch"}


def test_the_task_definitions(world, converged):
    for batch in ("no1", "no2"):
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/batch-{batch}:1"
        revision = world.revision(arn)
        assert (revision["cpu"], revision["memory"], revision["family"]) == ("256", "512", f"batch-{batch}")
        assert revision["requiresCompatibilities"] == ["FARGATE"] and revision["networkMode"] == "awsvpc"
        role = f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole"
        assert (revision["executionRoleArn"], revision["taskRoleArn"]) == (role, role)
        [item] = revision["containerDefinitions"]
        assert item["name"] == "batch" and item["memoryReservation"] == 128 and item["essential"] is True
        assert item["image"] == f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/batch:latest"
        assert item["environment"] == [{"name": "arg1", "value": "test"}]
        # The log stream's prefix says which batch it was, which the article could not have.
        assert item["logConfiguration"] == {"logDriver": "awslogs", "options": {
            "awslogs-group": "/fargate/batch", "awslogs-region": REGION, "awslogs-stream-prefix": f"batch/{batch}"}}
        tags = revision["tags"]
        assert tags.pop("fargate-batchd:hash").startswith("v1-")
        assert tags == {"fargate-batchd:owner": "default", "fargate-batchd:app": "batch",
                        "fargate-batchd:batch": batch}


def test_the_rules_and_their_targets(world, converged):
    for batch in ("no1", "no2"):
        rule = world.aws("events", "describe-rule", "--name", f"batch-{batch}")
        assert (rule["Description"], rule["ScheduleExpression"], rule["State"]) == (
            f"batch {batch}", "cron(0/5 * * * ? *)", "ENABLED")
        [target] = world.aws("events", "list-targets-by-rule", "--rule", f"batch-{batch}")["Targets"]
        assert target["Id"] == "fargate-batchd"
        assert target["Arn"] == f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/batch"
        assert target["RoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/ecsEventRole"
        parameters = target["EcsParameters"]
        assert parameters["TaskDefinitionArn"].endswith(f":task-definition/batch-{batch}:1")
        assert parameters.get("TaskCount", 1) == 1 and parameters["LaunchType"] == "FARGATE"
        awsvpc = parameters["NetworkConfiguration"]["awsvpcConfiguration"]
        assert set(awsvpc["Subnets"]) == {"subnet-1111111", "subnet-2222222"}
        assert awsvpc["SecurityGroups"] == ["sg-aaaaaaaaa"] and awsvpc["AssignPublicIp"] == "ENABLED"
        assert json.loads(target["Input"])["containerOverrides"] == [
            {"name": "batch", "environment": [{"name": "batch", "value": batch}]}]
        tags = world.rule(f"batch-{batch}")["Tags"]
        assert tags == {"fargate-batchd:owner": "default", "fargate-batchd:app": "batch",
                        "fargate-batchd:batch": batch}


def test_every_creation_carries_its_tags(world, article):
    """Ownership begins in the creating call: a failure right after it leaves nothing untagged."""
    world.write(article)
    result = world.apply()
    for service, operation, where, how_many in (
            ("ecs", "CreateCluster", "tags", 1), ("ecs", "RegisterTaskDefinition", "tags", 2),
            ("ecr", "CreateRepository", "tags", 1), ("logs", "CreateLogGroup", "tags", 1),
            ("events", "PutRule", "Tags", 2)):
        calls = world.proxy.of(service, operation)
        assert len(calls) == how_many, str(result)
        for call in calls:
            assert "fargate-batchd:owner" in json.dumps(call.params[where])
    for call in world.proxy.of("iam", "CreateRole"):
        assert "fargate-batchd:owner" in call.params.values()


def test_the_order_of_the_writes(world, article):
    world.write(article)
    world.apply()
    order = [call.operation for call in world.proxy.writes()]
    first = {operation: order.index(operation) for operation in order}
    last = {operation: len(order) - 1 - order[::-1].index(operation) for operation in order}
    assert last["CreateRole"] < first["RegisterTaskDefinition"]
    assert first["RegisterTaskDefinition"] < first["PutTargets"]
    # A rule is never without what it needs: its target follows it, and names a revision that is there.
    for batch in ("no1", "no2"):
        [rule] = [index for index, call in enumerate(world.proxy.writes())
                  if call.operation == "PutRule" and call.params["Name"] == f"batch-{batch}"]
        [target] = [index for index, call in enumerate(world.proxy.writes())
                    if call.operation == "PutTargets" and call.params["Rule"] == f"batch-{batch}"]
        assert rule < target
    assert world.proxy.calls[0].operation == "GetCallerIdentity" or all(
        call.operation != "GetCallerIdentity" for call in world.proxy.writes())
    who = min(index for index, call in enumerate(world.proxy.calls) if call.operation == "GetCallerIdentity")
    assert who < min(index for index, call in enumerate(world.proxy.calls) if call.writes)


def test_a_converged_pass_is_silent(world, converged):
    diff = world.diff()
    assert diff.code == 0
    asked = [(call.service, call.operation, json.dumps(call.params, sort_keys=True)) for call in diff.calls]
    assert len(asked) == len(set(asked)), "asked twice: " + str([one for one in asked if asked.count(one) > 1])
    again = world.apply()
    assert not again.writes and len(again.err.splitlines()) <= 1, str(again)


def test_also_with_an_empty_state(world, converged):
    """State is a help, never the truth."""
    for path in sorted((world.folder / "state").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    before = world.snapshot()
    world.settled()
    assert world.snapshot() == before


def test_in_whatever_order_and_fullness_aws_answers(world, converged):
    """Members reordered, defaults filled in, empties added: what AWS gives back is not what was put."""
    def fuller_revision(reply, _):
        definition = reply["taskDefinition"]
        definition |= {"enableFaultInjection": False, "inferenceAccelerators": [], "requiresAttributes": [
            {"name": "ecs.capability.task-eni"}], "registeredAt": 1795490677.29, "registeredBy": "arn:aws:iam::1:user/x"}
        for item in definition["containerDefinitions"]:
            item["environment"] = item.get("environment", [])[::-1]
            item |= {"systemControls": [], "dockerLabels": {}, "ulimits": [], "versionConsistency": "enabled"}
            item["logConfiguration"]["secretOptions"] = []
        reply["tags"] = reply.get("tags", [])[::-1] + [{"key": "aws:cloudformation:stack-id", "value": "x"}]

    def fuller_targets(reply, _):
        for target in reply["Targets"]:
            target["RetryPolicy"] = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
            parameters = target["EcsParameters"]
            parameters |= {"EnableECSManagedTags": False, "EnableExecuteCommand": False, "PropagateTags": "", "Tags": [],
                           "PlacementConstraints": [], "PlacementStrategy": [], "PlatformVersion": "LATEST"}
            parameters["NetworkConfiguration"]["awsvpcConfiguration"]["Subnets"].reverse()
            target["Input"] = json.dumps(json.loads(target["Input"]), indent=2)

    def fuller_rules(reply, _):
        reply["Rules"].reverse()
        for rule in reply["Rules"]:
            rule["State"] = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
        reply["NextToken"] = ""

    def fuller_clusters(reply, _):
        for cluster in reply["clusters"]:
            cluster |= {"settings": [{"name": "containerInsights", "value": "enhanced"}], "statistics": [],
                        "attachments": [], "capacityProviders": ["FARGATE_SPOT", "FARGATE"],
                        "defaultCapacityProviderStrategy": []}

    def reordered_lifecycle(reply, _):
        policy = json.loads(reply["lifecyclePolicyText"])
        for rule in policy["rules"]:
            rule["selection"]["tagPrefixList"] = []
        reply["lifecyclePolicyText"] = json.dumps({"rules": [dict(reversed(list(rule.items())))
                                                             for rule in policy["rules"]]}, indent=1)

    for path in sorted((world.folder / "state").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    world.proxy.patch("ecs", "DescribeTaskDefinition", fuller_revision)
    world.proxy.patch("events", "ListTargetsByRule", fuller_targets)
    world.proxy.patch("events", "ListRules", fuller_rules)
    world.proxy.patch("ecs", "DescribeClusters", fuller_clusters)
    world.proxy.patch("ecr", "GetLifecyclePolicy", reordered_lifecycle)
    world.proxy.merge("tagging", "GetResources", {"PaginationToken": ""})
    world.proxy.patch("logs", "DescribeLogGroups", lambda reply, _: [
        group.update({"logGroupClass": "STANDARD", "inheritedProperties": []}) for group in reply["logGroups"]] and None)
    world.settled()


def test_where_the_tagging_api_names_nothing(world, converged):
    """It is late, or does not know a kind: what it does not name is asked for by itself."""
    world.proxy.merge("tagging", "GetResources", {"ResourceTagMappingList": []})
    world.settled()


def test_where_the_tagging_api_is_denied(world, converged):
    world.proxy.fault("denied", "tagging", times=None)
    world.settled()


def test_where_the_tagging_api_is_late(world, converged):
    """Stale tags from it must not lead to a write."""
    def stale(reply, _):
        for item in reply["ResourceTagMappingList"]:
            item["Tags"] = [tag for tag in item["Tags"] if not tag["Key"].startswith("fargate-batchd:")] + [
                {"Key": "fargate-batchd:owner", "Value": "somebody-else"}]

    world.proxy.patch("tagging", "GetResources", stale)
    before = world.snapshot()
    result = world.run("apply")
    assert not result.writes, str(result)
    assert world.snapshot() == before


def test_connections_are_kept(world, article):
    world.write(article)
    result = world.apply()
    assert world.proxy.connections <= 20, f"{world.proxy.connections} connections for {len(result.calls)} calls"
    assert all(call.signature == "" for call in result.calls)


def test_signatures_and_rights_checked_by_the_emulator(world, article):
    """The emulator's own check of keys, signatures and rights, as AWS makes it."""
    iam = world.client("iam")
    iam.create_user(UserName="batch")
    key = iam.create_access_key(UserName="batch")["AccessKey"]
    iam.put_user_policy(UserName="batch", PolicyName="all", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
    secrets, world.proxy.keys = world.proxy.keys, {}
    own = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    world.server.post("/moto-api/reset-auth", b"0")
    try:
        world.write(article)
        world.apply(environment=own)
        assert not world.apply(environment=own).writes
        refused = world.run("diff", environment=own | {"AWS_SECRET_ACCESS_KEY": "not-it"})
        assert refused.code == 2, str(refused)
        assert "SignatureDoesNotMatch" in refused.err or "InvalidSignature" in refused.err, str(refused)
    finally:
        world.server.post("/moto-api/reset-auth", b"inf")
        world.proxy.keys = secrets
