"""The proxy itself: what every other test trusts."""

import concurrent.futures
import http.client
import socket
import time

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from conftest import KEY, REGION, SECRET
from proxy import signature_fault


def client(world, service, secret=SECRET, key=KEY, **config):
    return boto3.client(service, region_name=REGION, endpoint_url=world.proxy.url, aws_access_key_id=key,
                        aws_secret_access_key=secret, config=Config(retries={"total_max_attempts": 1}, **config))


def test_records_what_was_asked(world):
    client(world, "ecs").create_cluster(clusterName="recorded", tags=[{"key": "k", "value": "v"}])
    client(world, "sts").get_caller_identity()
    with pytest.raises(ClientError):
        client(world, "iam").get_role(RoleName="nobody")
    create, who, role = world.proxy.calls
    assert (create.service, create.operation, create.status) == ("ecs", "CreateCluster", 200)
    assert create.params == {"clusterName": "recorded", "tags": [{"key": "k", "value": "v"}]}
    assert create.region == REGION and create.writes and create.reached and create.signature == ""
    assert (who.service, who.operation, who.writes) == ("sts", "GetCallerIdentity", False)
    assert (role.service, role.status, role.error_code) == ("iam", 404, "NoSuchEntity")
    assert role.params["RoleName"] == "nobody" and not role.writes
    assert role.request_id


@pytest.mark.parametrize("service, operation, arguments", [
    ("ecs", "describe_clusters", {"clusters": ["ü ?&=+"]}), ("iam", "get_role", {"RoleName": "a+b=c,d.e@f-g"}),
    ("scheduler", "list_schedules", {"NamePrefix": "a b/c?d"}), ("tagging", "get_resources", {})])
def test_a_right_signature_passes_and_a_wrong_one_does_not(world, service, operation, arguments):
    name = {"tagging": "resourcegroupstaggingapi"}.get(service, service)
    for secret, right in ((SECRET, True), ("another", False)):
        world.proxy.clear()
        try:
            getattr(client(world, name, secret), operation)(**arguments)
        except ClientError as error:
            if not right:
                assert error.response["Error"]["Code"] == "SignatureDoesNotMatch"
        [call] = world.proxy.calls
        assert (call.signature == "") == right and call.reached == right
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        getattr(client(world, name, SECRET, "AKIDNOBODY"), operation)(**arguments)


def signed(headers=None, body=b"{}", target="/"):
    request = botocore.awsrequest.AWSRequest("POST", "http://127.0.0.1:1" + target, data=body, headers=headers or {})
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(KEY, SECRET), "ecs", REGION).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()} | {"host": "127.0.0.1:1"}


def test_a_changed_request_is_seen():
    def fault(headers, target="/", body=b"{}", now=None):
        wrong = signature_fault("POST", target, headers, body, {KEY: SECRET}, now)
        return wrong and wrong[0]

    headers = signed({"X-Amz-Target": "x.Y"})
    assert fault(headers) is None
    assert fault(headers, body=b"{ }") == "SignatureDoesNotMatch"
    assert fault(headers, target="/?a=b") == "SignatureDoesNotMatch"
    assert fault(headers | {"x-amz-target": "x.Z"}) == "SignatureDoesNotMatch"
    assert fault(headers | {"x-amz-more": "unsigned"}) == "SignatureDoesNotMatch"
    assert fault(headers, now=time.time() + 400) == "SignatureDoesNotMatch"
    assert fault({}) == "MissingAuthenticationTokenException"
    assert fault(signed(target="/a%20b/c?x=1&b=%2F&a="), target="/a%20b/c?x=1&b=%2F&a=") is None


def test_errors_are_in_the_protocol_of_the_service(world):
    for service, operation, arguments in (("events", "list_rules", {}), ("iam", "get_role", {"RoleName": "r"}),
                                          ("ec2", "describe_vpcs", {}), ("scheduler", "list_schedules", {})):
        for what, code in (("denied", "AccessDenied"), ("throttle", "hrott"), ("500", "InternalFailure"),
                           ("LimitExceededException", "LimitExceededException")):
            world.proxy.faults = []
            world.proxy.fault(what, service)
            with pytest.raises(ClientError) as error:
                getattr(client(world, service), operation)(**arguments)
            got = error.value.response["Error"]["Code"]
            assert code in got or (service == "ec2" and what == "throttle" and got == "RequestLimitExceeded")


def test_a_fault_before_does_not_happen_and_one_after_does(world):
    ecs = client(world, "ecs")
    for when, there in (("before", 0), ("after", 1)):
        world.proxy.fault("reset", "ecs", "CreateCluster", when=when)
        with pytest.raises(ConnectionClosedError):
            ecs.create_cluster(clusterName=when)
        call = world.proxy.of("ecs", "CreateCluster")[-1]
        assert (call.status, call.reached, call.fault) == (0, bool(there), "reset")
        found = world.client("ecs").describe_clusters(clusters=[when])["clusters"]
        assert len(found) == there


def test_the_nth_call_and_no_other(world):
    ecs = client(world, "ecs")
    world.proxy.fault("denied", "ecs", "ListClusters", nth=2, times=2)
    outcomes = []
    for _ in range(5):
        try:
            ecs.list_clusters()
            outcomes.append("ok")
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
    assert outcomes == ["ok", "AccessDeniedException", "AccessDeniedException", "ok", "ok"]


def test_broken_bodies(world):
    ecs = client(world, "ecs", read_timeout=1)
    world.proxy.keys = {}
    world.proxy.fault("truncate", when="after")
    plain = http.client.HTTPConnection("127.0.0.1", world.proxy.port)
    plain.request("POST", "/", "{}", {"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters",
                                      "Content-Type": "application/x-amz-json-1.1"})
    with pytest.raises(http.client.IncompleteRead):
        plain.getresponse().read()
    world.proxy.keys = {KEY: SECRET}
    world.proxy.fault("rubbish", "ecs", times=1)
    assert ecs.list_clusters()["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "text/html"
    world.proxy.fault("stall", "ecs", times=1)
    with pytest.raises(ReadTimeoutError):
        ecs.list_clusters()


def test_failed_entries(world):
    world.proxy.fault("failed-entries", "events", "PutTargets")
    answer = client(world, "events").put_targets(Rule="r", Targets=[{"Id": "a", "Arn": "arn:aws:sns:a:1:b"}])
    assert answer["FailedEntryCount"] == 1 and answer["FailedEntries"][0]["TargetId"] == "a"


def test_merges_members_into_answers(world):
    world.proxy.merge("ecs", "ListClusters", {"clusterArns": ["made-up"], "nextToken": "same"})
    answer = client(world, "ecs").list_clusters()
    assert answer["clusterArns"] == ["made-up"] and answer["nextToken"] == "same"


def test_limits_the_rate_by_service(world):
    world.proxy.rate = 5
    ecs, events = client(world, "ecs"), client(world, "events")
    codes = []
    for _ in range(12):
        try:
            ecs.list_clusters()
            codes.append("ok")
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])
    assert codes[:5] == ["ok"] * 5 and "ThrottlingException" in codes[5:]
    assert world.proxy.throttled == codes.count("ThrottlingException")
    events.list_rules()  # another service has its own rate


def test_keeps_connections_and_is_quick(world):
    connection = socket.create_connection(("127.0.0.1", world.proxy.port))
    request = b"GET /_proxy/calls HTTP/1.1\r\nHost: x\r\n\r\n"
    for _ in range(3):
        connection.sendall(request)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
    connection.close()
    assert world.proxy.connections == 1
    ecs = client(world, "ecs")
    ecs.list_clusters()
    world.proxy.clear()
    begun = time.monotonic()
    for _ in range(100):
        ecs.list_clusters()
    assert world.proxy.connections == 0 and len(world.proxy.calls) == 100
    assert time.monotonic() - begun < 10


def test_delays_each_call_by_itself(world):
    world.proxy.delay = 0.2
    clients = [client(world, "ecs") for _ in range(10)]
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda one: one.list_clusters(), clients))
    assert 0.2 <= time.monotonic() - begun < 1.5


def test_the_emulator_answers_as_aws_does(world):
    """What tests/aws_server.py corrects."""
    ecs, events, tagging = (world.client(name) for name in ("ecs", "events", "resourcegroupstaggingapi"))
    ecs.create_cluster(clusterName="c", tags=[{"key": "first", "value": "1"}])
    ecs.create_cluster(clusterName="c", tags=[{"key": "second", "value": "2"}])
    tags = ecs.describe_clusters(clusters=["c"], include=["TAGS"])["clusters"][0]["tags"]
    assert tags == [{"key": "first", "value": "1"}]
    for tag in ("first", "second"):
        events.put_rule(Name="r", ScheduleExpression="rate(5 minutes)", Tags=[{"Key": tag, "Value": "1"}])
    assert world.rule("r")["Tags"] == {"first": "1"}
    for number in range(103):
        ecs.register_task_definition(family=f"f{number % 3}", containerDefinitions=[{"name": "c", "image": "i", "memory": 128}])
    arns, token = [], ""
    while token is not None:
        page = ecs.list_task_definitions(maxResults=100, sort="DESC", **({"nextToken": token} if token else {}))
        arns += page["taskDefinitionArns"]
        token = page.get("nextToken")
    assert len(arns) == 103 and arns[0].endswith("f2:34") and arns[-1].endswith("f0:1")
    world.client("ecr").create_repository(repositoryName="repo", tags=[{"Key": "k", "Value": "v"}])
    world.client("logs").create_log_group(logGroupName="/g", tags={"k": "v"})
    world.client("logs").create_log_group(logGroupName="/untagged")
    kinds = ["events:rule", "ecr:repository", "logs:log-group", "ecs:cluster"]
    found = tagging.get_resources(ResourceTypeFilters=kinds)["ResourceTagMappingList"]
    assert sorted(item["ResourceARN"].split(":", 5)[5] for item in found) == [
        "cluster/c", "log-group:/g", "repository/repo", "rule/r"]
    for number in range(120):
        ecs.tag_resource(resourceArn=f"arn:aws:ecs:{REGION}:123456789012:task-definition/f{number % 3}:{number // 3 + 1}",
                         tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]) if number < 102 else None
    page = tagging.get_resources(ResourceTypeFilters=["ecs:task-definition"], ResourcesPerPage=100)
    assert len(page["ResourceTagMappingList"]) == 100 and page["PaginationToken"]
