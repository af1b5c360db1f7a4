"""The front of the tests' AWS (tests/aws/): each behaviour that moto has not, or has otherwise, asked for with boto3."""

import datetime
import json
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import KEY, REGION, SECRET

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


class Aws:
    """boto3 straight to the server, without tries of its own."""

    def __init__(self, server):
        self.server = server

    def __getattr__(self, service):
        return self.client(service.replace("_", "-"))

    def client(self, service, key=KEY, secret=SECRET, token=None):
        return boto3.client(service, region_name=REGION, endpoint_url=self.server.url, aws_access_key_id=key,
                            aws_secret_access_key=secret, aws_session_token=token,
                            config=Config(retries={"total_max_attempts": 1}))

    def order(self, **settings):
        self.server.post("/_aws/settings", json.dumps(settings).encode())

    def ahead(self, seconds):
        self.server.post("/_aws/clock", json.dumps({"ahead": seconds}).encode())


@pytest.fixture
def aws(server):
    server.reset()
    yield Aws(server)
    server.reset()


def refused(code):
    return pytest.raises(ClientError, match=rf"\({code}\)")


def definition(aws, family="job"):
    answer = aws.ecs.register_task_definition(family=family, cpu="256", memory="512", networkMode="awsvpc",
                                              containerDefinitions=[{"name": "main", "image": "x"}])
    return answer["taskDefinition"]["taskDefinitionArn"]


@pytest.fixture
def job(aws):
    aws.ecs.create_cluster(clusterName="c")
    return definition(aws)


def run(aws, **asked):
    return aws.ecs.run_task(cluster="c", taskDefinition="job", **asked)


def task(aws, arn):
    return aws.ecs.describe_tasks(cluster="c", tasks=[arn])["tasks"][0]


# Lateness.


def test_tags_are_late_for_as_long_as_ordered(aws):
    aws.order(late={"events:ListTagsForResource": 5, "tagging:GetResources": 20})
    arn = aws.events.put_rule(Name="r", ScheduleExpression="rate(1 day)", Tags=[{"Key": "a", "Value": "1"}])["RuleArn"]
    aws.ahead(5)
    aws.events.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "2"}])

    def tags():
        return [tag["Value"] for tag in aws.events.list_tags_for_resource(ResourceARN=arn)["Tags"]]

    def found():
        return [one["ResourceARN"] for one in aws.resourcegroupstaggingapi.get_resources()["ResourceTagMappingList"]]

    assert tags() == ["1"] and found() == []
    aws.ahead(11)
    assert tags() == ["2"] and found() == []
    aws.ahead(26)
    assert found() == [arn]


def test_a_list_is_late_and_the_thing_itself_is_not(aws):
    aws.order(late={"ecs:ListTaskDefinitions": 5, "events:ListRules": 3})
    arn = definition(aws)
    aws.events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    assert aws.ecs.list_task_definitions()["taskDefinitionArns"] == [] and aws.events.list_rules()["Rules"] == []
    assert aws.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]["status"] == "ACTIVE"
    aws.ahead(4)
    assert aws.ecs.list_task_definitions()["taskDefinitionArns"] == []
    assert [rule["Name"] for rule in aws.events.list_rules()["Rules"]] == ["r"]
    aws.ahead(6)
    assert aws.ecs.list_task_definitions()["taskDefinitionArns"] == [arn]


def test_what_was_deleted_is_still_listed(aws):
    aws.events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    aws.order(late={"events:DescribeRule": 5})
    aws.ahead(6)
    aws.events.delete_rule(Name="r")
    assert aws.events.describe_rule(Name="r")["Name"] == "r"
    aws.ahead(12)
    with refused("ResourceNotFoundException"):
        aws.events.describe_rule(Name="r")


def test_a_role_is_late(aws):
    aws.order(late={"iam:GetRole": 2, "iam:CreateRole": 9})
    arn = aws.iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    with refused("NoSuchEntity"):
        aws.iam.get_role(RoleName="r")
    aws.ahead(3)
    assert aws.iam.get_role(RoleName="r")["Role"]["Arn"] == arn
    with refused("AccessDenied"):
        aws.sts.assume_role(RoleArn=arn, RoleSessionName="session")
    aws.ahead(10)
    assert aws.sts.assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]


def test_a_token_is_late(aws):
    aws.order(late={"sts:AssumeRole": 4})
    arn = aws.iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    keys = aws.sts.assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    who = aws.client("sts", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    with refused("InvalidClientTokenId"):
        who.get_caller_identity()
    aws.ahead(5)
    assert who.get_caller_identity()["Account"] == "123456789012"


# Throttling, pages.


def test_a_bucket_empties_and_fills(aws):
    aws.order(buckets={"ecs:RegisterTaskDefinition": [2, 2]})
    definition(aws)
    definition(aws)
    with refused("ThrottlingException"):
        definition(aws)
    assert len(aws.ecs.list_task_definitions()["taskDefinitionArns"]) == 2, "another operation has no part in it"
    time.sleep(0.6)
    definition(aws)


def test_pages_of_any_size_in_any_order(aws):
    names = [f"r{number:02}" for number in range(12)]
    for name in names:
        aws.events.put_rule(Name=name, ScheduleExpression="rate(1 day)")

    def pages(**order):
        aws.order(pages=order)
        got, more = [], {}
        while True:
            page = aws.events.list_rules(**more)
            got.append([rule["Name"] for rule in page["Rules"]])
            if "NextToken" not in page:
                return got
            more = {"NextToken": page["NextToken"]}

    first, second = pages(size=5, seed=1), pages(size=5, seed=2)
    assert [len(page) for page in first] == [5, 5, 2]
    assert sorted(sum(first, [])) == sorted(sum(second, [])) == names and first != second
    assert [len(page) for page in pages(size=7, seed=1, empty=True)] == [0, 7, 5]


# Tasks.


def test_a_task_runs_and_ends_and_is_forgotten(aws, job):
    aws.order(tasks={"job": {"pending": 2, "running": 10, "exitCode": 3}})
    made = run(aws, startedBy="events-rule/x")["tasks"][0]
    assert made["lastStatus"] == "PENDING" and made["createdAt"] and made["version"] == 1
    aws.ahead(3)
    assert task(aws, made["taskArn"])["lastStatus"] == "RUNNING"
    assert aws.ecs.list_tasks(cluster="c")["taskArns"] == [made["taskArn"]]
    aws.ahead(13)
    ended = task(aws, made["taskArn"])
    assert (ended["lastStatus"], ended["stopCode"], ended["containers"][0]["exitCode"]) == (
        "STOPPED", "EssentialContainerExited", 3)
    assert ended["stoppedAt"] - ended["startedAt"] == datetime.timedelta(seconds=10) and ended["version"] == 3
    assert aws.ecs.list_tasks(cluster="c")["taskArns"] == []
    assert aws.ecs.list_tasks(cluster="c", desiredStatus="STOPPED")["taskArns"] == [made["taskArn"]]
    aws.ahead(3600)
    assert task(aws, made["taskArn"])
    aws.ahead(3613)
    gone = aws.ecs.describe_tasks(cluster="c", tasks=[made["taskArn"]])
    assert gone["tasks"] == [] and gone["failures"] == [{"arn": made["taskArn"], "reason": "MISSING"}]
    assert aws.ecs.list_tasks(cluster="c", desiredStatus="STOPPED")["taskArns"] == []


def test_a_task_that_is_stopped_by_hand(aws, job):
    made = run(aws)["tasks"][0]["taskArn"]
    aws.ahead(5)
    aws.ecs.stop_task(cluster="c", task=made, reason="enough")
    ended = task(aws, made)
    assert (ended["stopCode"], ended["stoppedReason"], ended["containers"][0]["exitCode"]) == (
        "UserInitiated", "enough", 143)


def test_the_same_client_token_makes_one_task(aws, job):
    first, second = (run(aws, clientToken="t")["tasks"][0]["taskArn"] for _ in range(2))
    assert first == second and aws.ecs.list_tasks(cluster="c")["taskArns"] == [first]
    with refused("ConflictException") as conflict:
        run(aws, clientToken="t", startedBy="other")
    assert conflict.value.response["resourceIds"] == [first]
    assert run(aws, clientToken="u")["tasks"][0]["taskArn"] != first


def test_run_task_refused_with_200(aws, job):
    aws.order(tasks={"*": {"refuse": "Capacity is unavailable at this time."}})
    answer = run(aws)
    assert answer["tasks"] == [] and answer["failures"] == [{"reason": "Capacity is unavailable at this time."}]


def test_what_run_task_and_list_tasks_refuse(aws, job):
    with refused("InvalidParameterException"):
        run(aws, startedBy="a.b@c")
    with refused("InvalidParameterException"):
        aws.ecs.list_tasks(cluster="c", startedBy="x", family="job")
    aws.ecs.deregister_task_definition(taskDefinition=job)
    with refused("ClientException"):
        aws.ecs.run_task(cluster="c", taskDefinition=job)


# What tells of the past, and what is allowed.


def test_lookup_events_tells_who_did_what(aws):
    for name in ("a", "b"):
        aws.events.put_rule(Name=name, ScheduleExpression="rate(1 day)")
    aws.events.disable_rule(Name="a")
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "PutRule"}]
    page = aws.cloudtrail.lookup_events(LookupAttributes=wanted, MaxResults=1)
    [newest] = page["Events"]
    record = json.loads(newest["CloudTrailEvent"])
    assert (newest["ReadOnly"], newest["Username"], record["requestParameters"]["name"]) == ("false", KEY, "b")
    [older] = aws.cloudtrail.lookup_events(LookupAttributes=wanted, NextToken=page["NextToken"])["Events"]
    assert json.loads(older["CloudTrailEvent"])["requestParameters"]["name"] == "a"
    with refused("InvalidLookupAttributesException"):
        aws.cloudtrail.lookup_events(LookupAttributes=wanted * 2)
    aws.order(late={"cloudtrail:LookupEvents": 900})
    assert aws.cloudtrail.lookup_events(LookupAttributes=wanted)["Events"] == []
    aws.ahead(901)
    assert len(aws.cloudtrail.lookup_events(LookupAttributes=wanted)["Events"]) == 2


def test_get_metric_data_of_a_rule(aws):
    aws.order(metrics=[[REGION, "r", "FailedInvocations", 2], [REGION, "other", "FailedInvocations", 5]])
    now = datetime.datetime.now(datetime.timezone.utc)
    metric = {"Namespace": "AWS/Events", "MetricName": "FailedInvocations",
              "Dimensions": [{"Name": "RuleName", "Value": "r"}]}
    [result] = aws.cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "f", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}],
        StartTime=now - datetime.timedelta(minutes=5), EndTime=now + datetime.timedelta(minutes=1))["MetricDataResults"]
    assert result["Id"] == "f" and result["Values"] == [2.0]


def test_quotas(aws):
    def value(code):
        return aws.service_quotas.get_service_quota(ServiceCode="events", QuotaCode=code)["Quota"]["Value"]

    assert value("L-244521F2") == 300
    aws.order(quotas={"L-244521F2": 500})
    assert value("L-244521F2") == 500
    names = [one["QuotaName"] for one in aws.service_quotas.list_service_quotas(ServiceCode="fargate")["Quotas"]]
    assert "Fargate On-Demand vCPU resource count" in names
    with refused("NoSuchResourceException"):
        value("L-00000000")


# Patterns.


def event(**detail):
    return json.dumps({"id": "1", "account": "123456789012", "source": "aws.ecs", "time": "2026-01-01T00:00:00Z",
                       "region": REGION, "resources": [], "detail-type": "ECS Task State Change", "detail": detail})


@pytest.mark.parametrize("wanted, detail, result", [
    ({"a": ["x", "y"]}, {"a": "y"}, True), ({"a": ["x"]}, {"a": ["z", "x"]}, True), ({"a": ["x"]}, {}, False),
    ({"a": [{"prefix": "ab"}]}, {"a": "abc"}, True), ({"a": [{"suffix": {"equals-ignore-case": "BC"}}]}, {"a": "abc"}, True),
    ({"a": [{"wildcard": "a*c"}]}, {"a": "abbc"}, True), ({"a": [{"wildcard": "a\\*c"}]}, {"a": "abc"}, False),
    ({"a": [{"anything-but": ["x"]}]}, {"a": "y"}, True), ({"a": [{"anything-but": "x"}]}, {}, False),
    ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": 5}, True), ({"a": [{"anything-but": "x"}]}, {"a": None}, True),
    ({"a": [{"exists": False}]}, {}, True), ({"a": {"b": [{"exists": False}]}}, {}, True),
    ({"a": [{"exists": True}]}, {"a": []}, False), ({"a": [{"exists": True}]}, {"a": {"b": 1}}, False),
    ({"a": [None]}, {"a": None}, True), ({"a": [None]}, {}, False), ({"a": [300]}, {"a": 300.0}, True),
    ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 5}, True), ({"a": [{"numeric": ["=", 5]}]}, {"a": "5"}, False),
    ({"a": [{"cidr": "10.0.0.0/8"}]}, {"a": "10.1.2.3"}, True),
    ({"$or": [{"a": [1]}, {"b": [2]}]}, {"b": 2}, True),
    ({"c": {"n": ["x"], "e": [{"anything-but": 0}]}}, {"c": [{"n": "x", "e": 1}, {"n": "y", "e": 0}]}, True),
    ({"c": {"n": ["x"], "e": [{"anything-but": 0}]}}, {"c": [{"n": "x", "e": 0}, {"n": "y", "e": 1}]}, False)])
def test_event_patterns(aws, wanted, detail, result):
    pattern = json.dumps({"source": ["aws.ecs"], "detail": wanted})
    assert aws.events.test_event_pattern(EventPattern=pattern, Event=event(**detail))["Result"] is result


@pytest.mark.parametrize("wanted, reason", [
    ({"a": "x"}, '"a" must be an object or an array'), ({"a": []}, "Empty arrays are not allowed"),
    ({"a": [{"begins": "x"}]}, "Unrecognized match type begins"),
    ({"a": [{"prefix": "x", "suffix": "y"}]}, "Only one key allowed in match expression"),
    ({"a": [{"numeric": ["~", 5]}]}, "Bad numeric range operator: ~"),
    ({"a": [{"numeric": ["<", "5"]}]}, "Value of < must be numeric"),
    ({"a": [{"prefix": ["x"]}]}, "prefix match pattern must be a string"),
    ({"a": [{"anything-but": [None]}]}, "Inside anything but list, null is not supported."),
    ({"a": [{"wildcard": "a**"}]}, "Consecutive wildcard characters at pos")])
def test_bad_event_patterns(aws, wanted, reason):
    with refused("InvalidEventPatternException") as invalid:
        aws.events.test_event_pattern(EventPattern=json.dumps({"detail": wanted}), Event=event())
    assert f"Event pattern is not valid. Reason: {reason}" in str(invalid.value)
