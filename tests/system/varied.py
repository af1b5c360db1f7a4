"""Definitions of many kinds. Each case is a function that returns the definitions, and looks at what AWS then holds.

A case is `name: (definitions, look)`; `look(world)` reads with boto3, straight from the emulator.
"""

import json

REGION, ACCOUNT = "ap-northeast-1", "123456789012"
ECR = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
NETWORK = {"subnets": ["subnet-1111111"], "securityGroups": ["sg-aaaaaaaaa"]}
HOURLY = "cron(0 * * * ? *)"
DIGEST = "sha256:" + "ab" * 32


def one(app=None, batch=None, **apps):
    """One app `jobs` with one batch `nightly`; `None` values take a member away."""
    full_app = {"region": REGION, "network": NETWORK} | (app or {})
    full_batch = {"app": "jobs", "schedule": HOURLY} | (batch or {})
    return {"apps": {"jobs": {key: value for key, value in full_app.items() if value is not None}} | apps,
            "batches": {"nightly": full_batch}}


def containers(*items, **task):
    return {"taskDefinition": {"containerDefinitions": list(items)} | task}


def container(world, name="jobs", rule="jobs-nightly"):
    return next(item for item in world.revision_of(rule)["containerDefinitions"] if item["name"] == name)


CASES = {}


def case(definitions):
    """Decorates the function that looks; its name is the case's."""
    def keep(look):
        CASES[look.__name__] = (definitions, look)
        return look
    return keep


@case(one())
def smallest(world):
    revision = world.revision_of("jobs-nightly")
    assert (revision["cpu"], revision["memory"], revision["networkMode"]) == ("256", "512", "awsvpc")
    assert revision["requiresCompatibilities"] == ["FARGATE"]
    assert revision["executionRoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole"
    item = container(world)
    assert item["image"] == f"{ECR}/jobs:latest"
    assert item["logConfiguration"]["options"]["awslogs-stream-prefix"] == "jobs/nightly"
    awsvpc = world.target("jobs-nightly")["EcsParameters"]["NetworkConfiguration"]["awsvpcConfiguration"]
    assert awsvpc["Subnets"] == ["subnet-1111111"] and awsvpc.get("AssignPublicIp", "DISABLED") == "DISABLED"


@case(one(containers(
    {"name": "jobs", "dependsOn": [{"containerName": "agent", "condition": "START"}]},
    {"name": "agent", "image": "public.ecr.aws/x/agent:3", "essential": False, "memory": 64},
    {"name": "proxy", "image": "public.ecr.aws/x/proxy:1", "essential": False, "links": []})))
def sidecars(world):
    assert {item["name"] for item in world.revision_of("jobs-nightly")["containerDefinitions"]} == {
        "jobs", "agent", "proxy"}
    assert container(world, "agent")["image"] == "public.ecr.aws/x/agent:3"
    assert container(world)["image"] == f"{ECR}/jobs:latest"
    assert container(world)["dependsOn"] == [{"containerName": "agent", "condition": "START"}]


@case(one(containers({"name": "jobs", "secrets": [
    {"name": "ZETA", "valueFrom": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/zeta"},
    {"name": "ALPHA", "valueFrom": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:alpha-AbCdEf"}]})))
def secrets(world):
    assert {item["name"] for item in container(world)["secrets"]} == {"ZETA", "ALPHA"}


@case(one(containers(
    {"name": "jobs", "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/tmp/scratch"},
                                     {"sourceVolume": "data", "containerPath": "/data", "readOnly": True}]},
    volumes=[{"name": "scratch"},
             {"name": "data", "efsVolumeConfiguration": {
                 "fileSystemId": "fs-12345678", "transitEncryption": "ENABLED",
                 "authorizationConfig": {"accessPointId": "fsap-1234567890abcdef0", "iam": "ENABLED"}}}])))
def volumes_and_efs(world):
    volumes = {item["name"]: item for item in world.revision_of("jobs-nightly")["volumes"]}
    assert volumes["data"]["efsVolumeConfiguration"]["fileSystemId"] == "fs-12345678"
    assert len(container(world)["mountPoints"]) == 2


@case(one(containers({"name": "jobs", "healthCheck": {"command": ["CMD-SHELL", "test -f /ok || exit 1"]}})))
def health_check_with_defaults(world):
    assert container(world)["healthCheck"]["command"] == ["CMD-SHELL", "test -f /ok || exit 1"]


@case(one(containers({"name": "jobs", "healthCheck": {
    "command": ["CMD", "true"], "interval": 60, "timeout": 10, "retries": 2, "startPeriod": 30}})))
def health_check_in_full(world):
    check = container(world)["healthCheck"]
    assert (check["interval"], check["timeout"], check["retries"], check["startPeriod"]) == (60, 10, 2, 30)


@case(one({"taskDefinition": {"cpu": 1024, "memory": 2048, "runtimePlatform": {
    "cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}, "ephemeralStorage": {"sizeInGiB": 100}}}))
def arm64_with_storage(world):
    revision = world.revision_of("jobs-nightly")
    assert revision["runtimePlatform"]["cpuArchitecture"] == "ARM64"
    assert revision["ephemeralStorage"] == {"sizeInGiB": 100}
    assert (revision["cpu"], revision["memory"]) == ("1024", "2048")


@case(one({"taskDefinition": {"runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}}}))
def the_default_platform_spelled_out(world):
    assert world.active("jobs-nightly")


@case(one({"cluster": {"name": "jobs", "capacityProviders": ["FARGATE", "FARGATE_SPOT"]}},
          {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 3},
                                        {"capacityProvider": "FARGATE", "weight": 1, "base": 1}]}))
def capacity_providers(world):
    parameters = world.target("jobs-nightly")["EcsParameters"]
    assert "LaunchType" not in parameters
    strategy = {item["capacityProvider"]: (item.get("weight", 0), item.get("base", 0))
                for item in parameters["CapacityProviderStrategy"]}
    assert strategy == {"FARGATE_SPOT": (3, 0), "FARGATE": (1, 1)}
    [cluster] = world.client("ecs").describe_clusters(clusters=["jobs"])["clusters"]
    assert set(cluster["capacityProviders"]) == {"FARGATE", "FARGATE_SPOT"}


@case(one(None, {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]}))
def the_strategy_brings_its_provider(world):
    [cluster] = world.client("ecs").describe_clusters(clusters=["jobs"])["clusters"]
    assert "FARGATE_SPOT" in cluster["capacityProviders"]


UNICODE = {"GREETING": "こんにちは、世界 🚀", "QUOTES": "\"double\" and 'single' and \\back\\slash",
           "LINES": "one\ntwo\ttabbed\r\n", "HTML": "<a href=\"?x=1&y=2\">ü</a>", "DOLLAR": "$HOME `id` $(id) %s %n",
           "EMPTYISH": " ", "CONTROL": "\u0001\u001f\u007f", "SLASH": "a/b\\/c", "JSON": "{\"a\": [1, \"b\"]}",
           "BMP": "\u2028\u2029\ufeff", "ASTRAL": "\U0001d11e\U0010ffff"}


@case(one(containers({"name": "jobs", "environment": [
    {"name": name, "value": value} for name, value in reversed(UNICODE.items())]}), {"environment": UNICODE}))
def unicode_and_special_text(world):
    assert world.environment_of("jobs-nightly") == UNICODE
    assert {item["name"]: item["value"] for item in container(world)["environment"]} == UNICODE


@case(one({"tags": {"team": "night shift", "cost": "42", "url": "https://x/a=b@c"}}, {"tags": {"team": "own"}}))
def tags(world):
    rule = world.rule("jobs-nightly")["Tags"]
    assert (rule["team"], rule["cost"], rule["url"]) == ("own", "42", "https://x/a=b@c")
    repository = world.client("ecr").list_tags_for_resource(
        resourceArn=f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/jobs")["tags"]
    assert {"Key": "team", "Value": "night shift"} in repository
    [cluster] = world.client("ecs").describe_clusters(clusters=["jobs"], include=["TAGS"])["clusters"]
    assert {"key": "team", "value": "night shift"} in cluster["tags"]
    assert world.revision_of("jobs-nightly")["tags"]["team"] == "own"
    group = world.client("logs").list_tags_for_resource(
        resourceArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/fargate/jobs")["tags"]
    assert group["team"] == "night shift"


def three_batches(app):
    return {"apps": {"jobs": {"region": REGION, "network": NETWORK} | app}, "batches": {
        name: {"app": "jobs", "schedule": HOURLY, "environment": {"batch": name}} for name in ("a", "b", "c")}}


@case(three_batches({"logStreams": "app"}))
def one_family_for_all(world):
    assert world.active("jobs") == [f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/jobs:1"]
    used = {world.target(f"jobs-{name}")["EcsParameters"]["TaskDefinitionArn"] for name in "abc"}
    assert used == set(world.active("jobs"))
    options = container(world, rule="jobs-a")["logConfiguration"]["options"]
    assert options["awslogs-stream-prefix"] == "jobs"


@case(three_batches({"logStreamPrefix": "runs/{batch}/{tag}/of-{app}", "image": {"tag": "v1.2"}}))
def log_stream_prefix_template(world):
    for name in "abc":
        options = container(world, rule=f"jobs-{name}")["logConfiguration"]["options"]
        assert options["awslogs-stream-prefix"] == f"runs/{name}/v1.2/of-jobs"


def lifecycle(world):
    policy = world.client("ecr").get_lifecycle_policy(repositoryName="jobs")["lifecyclePolicyText"]
    return json.loads(policy)["rules"]


@case(one({"repository": {"name": "jobs", "lifecyclePolicy": {"keepUntagged": 5}}}))
def keep_untagged(world):
    [rule] = lifecycle(world)
    assert rule["selection"] == {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 5}


@case(one({"repository": {"name": "jobs", "lifecyclePolicy": {
    "keepUntagged": 1, "keepLast": 30, "expireAfterDays": 365}}}))
def lifecycle_of_three_rules(world):
    selections = [rule["selection"] for rule in sorted(lifecycle(world), key=lambda rule: rule["rulePriority"])]
    assert {(item["tagStatus"], item["countType"], item["countNumber"]) for item in selections} >= {
        ("untagged", "imageCountMoreThan", 1)}
    assert {30, 365, 1} == {item["countNumber"] for item in selections}


RAW = {"rules": [{"rulePriority": 7, "description": "ünïcode", "action": {"type": "expire"}, "selection": {
    "tagStatus": "tagged", "tagPrefixList": ["beta", "alpha"], "countType": "sinceImagePushed", "countUnit": "days",
    "countNumber": 14}}]}


@case(one({"repository": {"name": "jobs", "scanOnPush": True, "imageTagMutability": "IMMUTABLE",
                          "lifecyclePolicy": {"raw": RAW}}}))
def raw_lifecycle_scan_and_mutability(world):
    assert [rule["description"] for rule in lifecycle(world)] == ["ünïcode"]
    [repository] = world.client("ecr").describe_repositories(repositoryNames=["jobs"])["repositories"]
    assert repository["imageScanningConfiguration"]["scanOnPush"] is True
    assert repository["imageTagMutability"] == "IMMUTABLE"


@case(one({"repository": True}))
def repository_by_default(world):
    assert world.client("ecr").describe_repositories(repositoryNames=["jobs"])["repositories"]


@case(one({"image": {"digest": DIGEST}}))
def image_by_digest(world):
    assert container(world)["image"] == f"{ECR}/jobs@{DIGEST}"


@case(one({"repository": False, "image": {"uri": "docker.io/library/busybox:1.36"}}))
def image_elsewhere(world):
    assert container(world)["image"] == "docker.io/library/busybox:1.36"
    assert world.client("ecr").describe_repositories()["repositories"] == []


@case(one({"image": {"tag": "v1"}}, {"image": {"tag": "v2-rc.1"}}))
def image_of_one_batch(world):
    assert container(world)["image"] == f"{ECR}/jobs:v2-rc.1"


SHARED = {"cluster": {"name": "shared", "managed": False}, "repository": {"name": "team/shared", "managed": False},
          "logGroup": {"name": "/shared", "managed": False}}


@case(one(SHARED))
def somebody_elses_cluster_repository_and_log_group(world):
    assert world.target("jobs-nightly")["Arn"].endswith(":cluster/shared")
    assert container(world)["image"] == f"{ECR}/team/shared:latest"
    assert container(world)["logConfiguration"]["options"]["awslogs-group"] == "/shared"
    assert "tags" not in world.client("ecs").describe_clusters(clusters=["shared"], include=["TAGS"])["clusters"][0] \
        or not world.client("ecs").describe_clusters(clusters=["shared"], include=["TAGS"])["clusters"][0]["tags"]


@case(one(None, {"cpu": "512", "memory": 1024, "command": ["python", "-m", "job", "--flag=a b", "", "\"q\""],
                 "environment": {"B": "2", "A": "1"}}))
def batch_size_and_command(world):
    overrides = world.input("jobs-nightly")
    assert (overrides["cpu"], overrides["memory"]) == ("512", "1024")
    assert overrides["containerOverrides"][0]["command"] == ["python", "-m", "job", "--flag=a b", "", "\"q\""]
    assert world.environment_of("jobs-nightly") == {"A": "1", "B": "2"}


@case(one(None, {"retryPolicy": {"maximumRetryAttempts": 2, "maximumEventAgeInSeconds": 900},
                 "deadLetterQueue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"}))
def retries_and_dead_letters(world):
    target = world.target("jobs-nightly")
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 900}
    assert target["DeadLetterConfig"] == {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"}


@case(one(None, {"retryPolicy": {"maximumRetryAttempts": 0}, "deadLetterQueue": "dead"}))
def no_retries_and_a_queue_by_name(world):
    target = world.target("jobs-nightly")
    assert target["RetryPolicy"]["MaximumRetryAttempts"] == 0
    assert target["DeadLetterConfig"] == {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"}


@case(one({"network": {"subnets": [f"subnet-{number:08x}" for number in (5, 3, 9, 1, 7, 2, 8, 4, 6, 16, 15, 14)],
                       "securityGroups": ["sg-2", "sg-1", "sg-3"], "assignPublicIp": "DISABLED"}}))
def many_subnets(world):
    awsvpc = world.target("jobs-nightly")["EcsParameters"]["NetworkConfiguration"]["awsvpcConfiguration"]
    assert len(awsvpc["Subnets"]) == 12 and set(awsvpc["SecurityGroups"]) == {"sg-1", "sg-2", "sg-3"}


@case(one(None, {"enabled": False}))
def disabled_batch(world):
    assert world.rule("jobs-nightly")["State"] == "DISABLED"
    assert world.target("jobs-nightly")


@case(three_batches({"enabled": False}))
def disabled_app(world):
    assert [world.rule(f"jobs-{name}")["State"] for name in "abc"] == ["DISABLED"] * 3


@case(one(None, {"ruleName": "Legacy.Rule_name-1"}))
def own_rule_name(world):
    assert world.rule("Legacy.Rule_name-1")["State"] == "ENABLED"
    assert world.rule("jobs-nightly") is None


def two_apps():
    shared = {"region": REGION, "network": NETWORK, "cluster": "common", "logGroup": "/common"}
    return {"apps": {"first": dict(shared), "second": dict(shared, roles={"task": "secondTaskRole"})},
            "batches": {"a": {"app": "first", "schedule": HOURLY}, "b": {"app": "second", "schedule": "rate(1 day)"}}}


@case(two_apps())
def two_apps_share_cluster_and_roles(world):
    assert world.target("first-a")["Arn"] == world.target("second-b")["Arn"]
    assert world.revision_of("second-b")["taskRoleArn"].endswith(":role/secondTaskRole")
    assert world.revision_of("first-a")["taskRoleArn"].endswith(":role/ecsTaskExecutionRole")
    assert len(world.client("ecs").list_clusters()["clusterArns"]) == 1
    assert len(world.client("iam").list_roles()["Roles"]) == 3


@case({"apps": {"east": {"region": "us-east-1", "network": NETWORK}, "west": {"region": "eu-west-1", "network": NETWORK}},
       "batches": {"e": {"app": "east", "schedule": HOURLY}, "w": {"app": "west", "schedule": HOURLY}}})
def two_regions(world):
    assert world.rule("east-e", "us-east-1")["State"] == "ENABLED" and world.rule("east-e", "eu-west-1") is None
    assert world.rule("west-w", "eu-west-1")["State"] == "ENABLED" and world.rule("west-w", "us-east-1") is None
    options = world.revision_of("west-w", "eu-west-1")["containerDefinitions"][0]["logConfiguration"]["options"]
    assert options["awslogs-region"] == "eu-west-1"


@case(one(containers(
    {"name": "jobs", "portMappings": [{"containerPort": 9090, "protocol": "udp"}, {"containerPort": 8080}],
     "ulimits": [{"name": "nofile", "softLimit": 65536, "hardLimit": 65536}],
     "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
     "entryPoint": ["/bin/sh", "-c"], "command": ["echo \"hi\" && exit 0"], "workingDirectory": "/srv", "user": "1000:1000",
     "readonlyRootFilesystem": True, "stopTimeout": 120, "dockerLabels": {"b": "2", "a": "1"},
     "systemControls": [{"namespace": "net.ipv4.tcp_keepalive_time", "value": "500"}],
     "startTimeout": 60, "privileged": False, "interactive": False})))
def container_members_in_plenty(world):
    item = container(world)
    assert {port["containerPort"] for port in item["portMappings"]} == {8080, 9090}
    assert item["ulimits"][0]["softLimit"] == 65536 and item["entryPoint"] == ["/bin/sh", "-c"]
    assert item["linuxParameters"]["initProcessEnabled"] is True and item["stopTimeout"] == 120
    assert item["dockerLabels"] == {"a": "1", "b": "2"} and item["readonlyRootFilesystem"] is True


@case(one({"tags": {"team": "x"}}, {"propagateTags": "TASK_DEFINITION", "enableECSManagedTags": True, "taskCount": 3,
                                    "platformVersion": "1.4.0"}))
def ecs_parameters(world):
    parameters = world.target("jobs-nightly")["EcsParameters"]
    assert (parameters["TaskCount"], parameters["PlatformVersion"]) == (3, "1.4.0")
    assert (parameters["PropagateTags"], parameters["EnableECSManagedTags"]) == ("TASK_DEFINITION", True)


@case(one(None, {"network": {"subnets": ["subnet-own"], "securityGroups": ["sg-own"], "assignPublicIp": "ENABLED"}}))
def network_of_one_batch(world):
    awsvpc = world.target("jobs-nightly")["EcsParameters"]["NetworkConfiguration"]["awsvpcConfiguration"]
    assert awsvpc == {"Subnets": ["subnet-own"], "SecurityGroups": ["sg-own"], "AssignPublicIp": "ENABLED"}


@case(one({"logGroup": {"name": "/aws/my-jobs", "retentionInDays": 3653}, "cluster": {
    "name": "insights", "settings": [{"name": "containerInsights", "value": "enabled"}]}}))
def cluster_settings_and_retention(world):
    [cluster] = world.client("ecs").describe_clusters(clusters=["insights"], include=["SETTINGS"])["clusters"]
    assert cluster["settings"] == [{"name": "containerInsights", "value": "enabled"}]
    [group] = world.client("logs").describe_log_groups(logGroupNamePrefix="/aws/my-jobs")["logGroups"]
    assert group["retentionInDays"] == 3653


@case(one({"roles": {"execution": f"arn:aws:iam::{ACCOUNT}:role/platform/theirExecution", "task": "ourTask",
                     "events": "ourEvents"}}))
def roles_by_arn_and_by_name(world):
    revision = world.revision_of("jobs-nightly")
    assert revision["executionRoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/platform/theirExecution"
    assert world.target("jobs-nightly")["RoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/ourEvents"
    tags = world.client("iam").get_role(RoleName="theirExecution")["Role"].get("Tags", [])
    assert tags == []


@case(one(containers({"name": "jobs", "logConfiguration": {"logDriver": "awsfirelens", "options": {"Name": "stdout"}}},
                     {"name": "router", "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable",
                      "firelensConfiguration": {"type": "fluentbit"}, "user": "0"})))
def another_log_driver(world):
    assert container(world)["logConfiguration"]["logDriver"] == "awsfirelens"


@case(one({"taskDefinition": {"cpu": ".5 vCPU", "memory": "1 GB"}}))
def sizes_in_words(world):
    revision = world.revision_of("jobs-nightly")
    assert (revision["cpu"], revision["memory"]) in (("512", "1024"), (".5 vCPU", "1 GB"))


@case({"apps": {"a-1": {"region": REGION, "network": NETWORK, "accountId": ACCOUNT}}, "batches": {
    name: {"app": "a-1", "schedule": schedule} for name, schedule in {
        "Upper_Case-1": "cron(15 10 ? * MON-FRI *)", "x": "cron(0 0 L * ? *)", "third": "cron(0 8 ? * 3#2 *)",
        "rate": "rate(1 minute)", "days": "rate(7 days)", "year": "cron(0 12 1 1 ? 2030)",
        "lists": "cron(0,30 8-18/2 ? JAN,JUL MON,WED *)"}.items()}})
def schedules_of_all_forms(world):
    assert world.rule("a-1-Upper_Case-1")["ScheduleExpression"] == "cron(15 10 ? * MON-FRI *)"
    assert len(world.client("events").list_rules()["Rules"]) == 7


@case(one({"taskDefinition": {"containerDefinitions": [
    {"name": "main", "cpu": 128, "memory": 256, "essential": True, "environment": [], "mountPoints": [], "secrets": [],
     "portMappings": [], "volumesFrom": [], "environmentFiles": [
         {"type": "s3", "value": "arn:aws:s3:::bucket/env.env"}]}], "volumes": [], "placementConstraints": [],
    "pidMode": "task"}}, {"environment": {"A": "1"}}))
def pasted_with_its_empties(world):
    item = container(world, "main")
    assert item["cpu"] == 128 and item["memory"] == 256
    assert item["environmentFiles"] == [{"type": "s3", "value": "arn:aws:s3:::bucket/env.env"}]
    assert world.environment_of("jobs-nightly") == {"A": "1"}
    assert world.input("jobs-nightly")["containerOverrides"][0]["name"] == "main"


@case(one(containers({"name": "jobs", "restartPolicy": {"enabled": True, "restartAttemptPeriod": 180},
                      "versionConsistency": "disabled"}, enableFaultInjection=False)))
def newer_members(world):
    assert world.active("jobs-nightly")


@case(one({"tags": {"team": "x"}} | containers({"name": "jobs"}, tags=[
    {"key": "team", "value": "x"}, {"key": "stage", "value": "task"}, {"key": "empty"}]), {"tags": {"stage": "own"}}))
def tags_of_the_task_definition(world):
    tags = world.revision_of("jobs-nightly")["tags"]
    assert (tags["team"], tags["stage"], tags["empty"]) == ("x", "own", "")
    [cluster] = world.client("ecs").describe_clusters(clusters=["jobs"], include=["TAGS"])["clusters"]
    assert "stage" not in {tag["key"] for tag in cluster["tags"]}
    assert "empty" not in world.rule("jobs-nightly")["Tags"]


def logs(group, **options):
    return {"logDriver": "awslogs", "options": {
        "awslogs-group": group, "awslogs-region": REGION, "awslogs-stream-prefix": "x"} | options}


@case(one(containers(
    {"name": "web", "image": "nginx", "cpu": 0, "portMappings": [
        {"containerPort": 80, "hostPort": 80, "protocol": "tcp", "name": "web-80-tcp", "appProtocol": "http"}],
     "environment": [], "environmentFiles": [], "mountPoints": [], "volumesFrom": [], "ulimits": [],
     "logConfiguration": {"logDriver": "awsfirelens"}},
    {"name": "router", "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable", "user": "0", "mountPoints": [
        {"sourceVolume": "settings", "containerPath": "/settings"}],
     "firelensConfiguration": {"type": "fluentbit", "options": {
         "config-file-type": "file", "config-file-value": "/settings/extra.conf"}},
     "logConfiguration": logs("router", **{"awslogs-create-group": "true"}) | {"secretOptions": []}},
    volumes=[{"name": "settings", "efsVolumeConfiguration": {
        "fileSystemId": "fs-12345678", "rootDirectory": "/", "transitEncryption": "DISABLED",
        "authorizationConfig": {"iam": "DISABLED"}}}], cpu="0.5 vCPU", memory="1 GB")))
def a_log_router_that_reads_its_settings_from_efs(world):
    assert container(world, "router")["firelensConfiguration"]["type"] == "fluentbit"
    assert container(world, "web")["logConfiguration"] == {"logDriver": "awsfirelens"}


@case(one(containers(
    {"name": "app", "image": "busybox", "dependsOn": [{"containerName": "envoy", "condition": "HEALTHY"}]},
    {"name": "envoy", "image": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1", "user": "1337", "ulimits": [
        {"name": "nofile", "hardLimit": 15000, "softLimit": 15000}],
     "healthCheck": {"command": ["/healthcheck"], "interval": 5, "timeout": 2}},
    proxyConfiguration={"type": "APPMESH", "containerName": "envoy", "properties": [
        {"name": "IgnoredUID", "value": "1337"}, {"name": "IgnoredGID", "value": ""}, {"name": "AppPorts", "value": "80"}]},
    inferenceAccelerators=None, ipcMode=None, placementConstraints=[], tags=[{"key": "Kind", "value": "mesh"}])))
def a_proxy_with_empty_properties(world):
    properties = world.revision_of("jobs-nightly")["proxyConfiguration"]["properties"]
    assert {"name": "IgnoredGID", "value": ""} in properties and len(properties) == 3
    assert container(world, "envoy")["healthCheck"]["command"] == ["/healthcheck"]


@case(one({"repository": {"name": "team/jobs", "lifecyclePolicy": {"raw": {"rules": [
    {"rulePriority": 40, "selection": {"tagStatus": "tagged", "tagPrefixList": ["pr-"], "countType": "sinceImagePushed",
                                       "countUnit": "days", "countNumber": 10}, "action": {"type": "expire"}},
    {"rulePriority": 10, "selection": {"tagStatus": "tagged", "tagPatternList": ["*-main", "main"],
                                       "countType": "imageCountMoreThan", "countNumber": 100}, "action": {"type": "expire"}},
    {"rulePriority": 50, "description": "the rest", "selection": {
        "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 500}, "action": {"type": "expire"}}]}}}}))
def lifecycle_rules_out_of_order(world):
    policy = world.client("ecr").get_lifecycle_policy(repositoryName="team/jobs")["lifecyclePolicyText"]
    assert {rule["rulePriority"] for rule in json.loads(policy)["rules"]} == {10, 40, 50}


def prepare(world, name):
    """What a case takes for granted on AWS."""
    if name == "somebody_elses_cluster_repository_and_log_group":
        world.client("ecs").create_cluster(clusterName="shared")
        world.client("ecr").create_repository(repositoryName="team/shared")
        world.client("logs").create_log_group(logGroupName="/shared")
    if name == "roles_by_arn_and_by_name":
        world.client("iam").create_role(RoleName="theirExecution", Path="/platform/", AssumeRolePolicyDocument="{}")
