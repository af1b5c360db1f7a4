"""AWS, the network and people at their worst: nothing lost, nothing doubled, the others go on, and it is said."""

import contextlib
import json
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest

from conftest import ACCOUNT, REGION, at_another_time, wait_for


def batches(article, count):
    article["batches"] = {f"b{number:02}": {"app": "batch", "schedule": "rate(1 day)", "environment": {"n": str(number)}}
                          for number in range(count)}
    return article


def actives(world):
    return world.client("ecs").list_task_definitions(status="ACTIVE")["taskDefinitionArns"]


def test_one_failing_batch_and_the_others_converge(world, article):
    world.write(batches(article, 6))
    world.proxy.fault("denied", "events", "PutRule", times=None, match=lambda call: call.params["Name"] == "batch-b03")
    result = world.apply(code=1)
    text = result.out + result.err
    [refused] = [call for call in result.calls if call.fault]
    assert "b03" in text and "AccessDeniedException" in text and "is not authorized to perform" in text, str(result)
    assert refused.request_id in text, str(result)
    for number in (0, 1, 2, 4, 5):
        assert world.rule(f"batch-b{number:02}")["State"] == "ENABLED"
        assert world.target(f"batch-b{number:02}")
    world.proxy.faults.clear()
    world.apply()
    world.settled()


@pytest.mark.parametrize("service, operation", [
    ("ecs", "CreateCluster"), ("ecr", "CreateRepository"), ("logs", "CreateLogGroup"), ("iam", "CreateRole"),
    ("iam", "AttachRolePolicy"), ("ecs", "RegisterTaskDefinition"), ("events", "PutRule"), ("events", "PutTargets"),
    ("ecr", "PutLifecyclePolicy"), ("logs", "PutRetentionPolicy")])
def test_a_refused_write_says_whose_and_why(world, article, service, operation):
    world.write(article)
    world.proxy.fault("denied", service, operation, times=None)
    result = world.apply(code=1)
    text = result.out + result.err
    assert "AccessDenied" in text and operation in text, str(result)
    assert any(call.request_id in text for call in result.calls if call.fault), str(result)
    # One denial is not asked for again and again in one pass.
    refused = [json.dumps(call.params, sort_keys=True) for call in result.calls if call.fault]
    assert len(refused) == len(set(refused)), str(result)
    world.proxy.reset()
    world.apply()
    world.settled()


@pytest.mark.parametrize("message, advice", [
    ("User: x is not authorized to perform: iam:PassRole on resource: y because no identity-based policy allows it",
     "; allow iam:PassRole to this identity"),
    ("User: x is not authorized to perform: events:PutTargets with an explicit deny in a service control policy",
     "; a policy denies it explicitly"),
    ("You may not", "; allow events:PutTargets to this identity")])
def test_a_missing_right_is_named_as_aws_names_it(world, converged, message, advice):
    converged["batches"]["no1"]["environment"]["batch"] = "another"
    world.write(converged)
    world.proxy.fault("AccessDeniedException", "events", "PutTargets", times=None, message=message)
    result = world.apply(code=1)
    assert advice in result.out + result.err, str(result)


def test_a_role_that_may_not_be_assumed(world, article):
    article["apps"]["batch"]["assumeRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/deploy"
    world.write(article)
    world.proxy.fault("denied", "sts", "AssumeRole", times=None)
    result = world.run("diff")
    one_sentence(result, "cannot assume arn:aws:iam::123456789012:role/deploy")
    [refused] = result.calls
    assert refused.request_id in result.err and "let the role trust this identity" in result.err, str(result)
    world.proxy.reset()
    world.proxy.fault("rubbish", "sts", "AssumeRole", times=None)
    one_sentence(world.run("diff"), "check endpoint and proxy")


@pytest.mark.parametrize("service, operation", [
    ("sts", "GetCallerIdentity"), ("ecs", "DescribeClusters"), ("ecr", "DescribeRepositories"),
    ("logs", "DescribeLogGroups"), ("iam", "GetRole"), ("events", "ListRules"), ("ecs", "ListTaskDefinitions")])
@pytest.mark.parametrize("what", ["denied", "rubbish", "truncate"])
def test_a_reading_that_fails_is_never_taken_for_nothing(world, converged, service, operation, what):
    """Neither a creation of what is there already, nor a diff that says in sync."""
    before = world.snapshot()
    world.proxy.fault(what, service, operation, times=None)
    diff = world.run("diff")
    assert diff.code == 2, str(diff)
    assert diff.err.strip(), str(diff)
    result = world.run("apply")
    assert result.code in (1, 2) and not result.writes, str(result)
    assert world.snapshot() == before
    world.proxy.reset()
    world.settled()


@pytest.mark.parametrize("what", ["500", "503", "reset", "throttle", "truncate"])
def test_a_passing_trouble_is_waited_out(world, converged, what):
    """One bad answer here and there: nobody notices."""
    for operation in ("GetCallerIdentity", "ListRules", "DescribeClusters", "ListTargetsByRule", "GetRole"):
        world.proxy.fault(what, operation=operation, times=1)
    world.diff()
    assert len([call for call in world.proxy.calls if call.fault]) == 5


@pytest.mark.parametrize("operation", ["CreateRole", "CreateRepository", "CreateCluster", "CreateLogGroup", "PutRule",
                                       "PutTargets", "RegisterTaskDefinition", "PutLifecyclePolicy", "AttachRolePolicy",
                                       "PutRetentionPolicy"])
@pytest.mark.parametrize("what", ["reset", "truncate", "500", "rubbish"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_doubles_nothing(world, article, operation, what, when):
    """The write was carried out or it was not, and nobody can know: the next pass finds out."""
    world.write(article)
    world.proxy.fault(what, operation=operation, when=when, times=1)
    first = world.run("apply")
    assert first.code in (0, 1), str(first)
    world.apply()
    assert sorted(arn.rpartition("/")[2] for arn in actives(world)) in (
        [["batch-no1:1", "batch-no2:1"]] if (operation, when) != ("RegisterTaskDefinition", "before")
        else [["batch-no1:1", "batch-no2:1"]]), str(first)
    assert len(world.client("iam").list_roles()["Roles"]) == 2
    world.settled()


def test_lost_answers_of_registrations_leave_no_second_revision(world, article):
    world.write(batches(article, 4))
    world.proxy.fault("reset", "ecs", "RegisterTaskDefinition", when="after", times=None)
    world.run("apply")
    world.proxy.reset()
    world.apply()
    assert len(actives(world)) == 4, actives(world)
    world.settled()


def test_put_targets_that_succeeds_with_failures_inside(world, article):
    world.write(article)
    world.proxy.fault("failed-entries", "events", "PutTargets", times=None,
                      message="the rule is being changed by another request",
                      match=lambda call: call.params["Rule"] == "batch-no1")
    result = world.apply(code=1)
    text = result.out + result.err
    assert "no1" in text and "the rule is being changed by another request" in text, str(result)
    assert world.rule("batch-no1")["Targets"] == [] and world.target("batch-no2")
    world.diff(code=1)
    world.proxy.reset()
    world.apply()
    world.settled()


def test_remove_targets_that_fails_inside(world, converged):
    world.settings(deletion={"graceMinutes": 0})
    del converged["batches"]["no2"]
    world.write(converged)
    world.proxy.fault("failed-entries", "events", "RemoveTargets", times=None)
    assert world.run("apply").code == 1
    assert world.rule("batch-no2")["State"] == "DISABLED"
    world.proxy.reset()
    world.apply()
    assert world.rule("batch-no2") is None


def test_a_full_quota_is_an_error_and_no_reason_to_ask_again(world, article):
    world.write(article)
    world.proxy.fault("LimitExceededException", "events", "PutRule", times=None,
                      message="The requested resource exceeds the maximum number allowed.")
    result = world.apply(code=1)
    assert len(world.proxy.of("events", "PutRule")) == 2, str(result)
    assert "LimitExceededException" in result.out + result.err
    assert result.seconds < 10


def test_an_account_of_20_calls_a_second(world, article):
    """Converged without a failed item, and near the floor of that rate."""
    world.write(batches(article, 40))
    world.proxy.rate = 20
    result = world.apply(timeout=120)
    share = world.proxy.throttled / len(result.calls)
    assert share < 1 / 3, f"{world.proxy.throttled} of {len(result.calls)} throttled"
    assert len(world.client("events").list_rules()["Rules"]) == 40
    again = world.apply()
    assert not again.writes, str(again)


def test_throttling_that_passes_is_no_failure(world, article):
    world.write(article)
    world.proxy.fault("throttle", "events", times=15)
    world.proxy.fault("throttle", "iam", times=4)
    world.apply()
    world.settled()


LOOPS = [("events", "ListRules", {"NextToken": "again"}), ("ecs", "ListTaskDefinitions", {"nextToken": "again"}),
         ("tagging", "GetResources", {"PaginationToken": "again"}), ("logs", "DescribeLogGroups", {"nextToken": "again"}),
         ("events", "ListTargetsByRule", {"NextToken": "again"})]


@pytest.mark.parametrize("service, operation, members", LOOPS, ids=[loop[1] for loop in LOOPS])
def test_a_listing_without_an_end(world, converged, service, operation, members):
    """The same page token again: the listing is incomplete, so nothing is deleted, and a diff cannot say in sync."""
    world.settings(deletion={"graceMinutes": 0})
    del converged["batches"]["no2"]
    world.write(converged)
    world.proxy.merge(service, operation, members)
    if service == "tagging":
        # The emulator refuses a token that it did not give: the same page comes again, as from a service that loops.
        page = []
        world.proxy.patches.clear()
        world.proxy.patch(service, operation, lambda reply, _: page.append(reply) or reply | members)

        def again(call, fault, answer):
            return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(page[0] | members).encode()

        world.proxy.fault(again, service, operation, times=None, match=lambda call: "PaginationToken" in call.params)
    diff = world.run("diff", timeout=60)
    if operation != "GetResources":
        assert diff.code == 2, str(diff)
    else:
        # What it did not name is asked for by itself: the batch that left is seen, or the reading was not complete.
        assert diff.code in (1, 2), str(diff)
    assert len([call for call in diff.calls if call.operation == operation]) < 20, str(diff)
    result = world.run("apply", timeout=60)
    if operation != "GetResources":
        assert not [call for call in result.writes if "Delete" in call.operation or "Disable" in call.operation], str(result)
        assert world.rule("batch-no2")["State"] == "ENABLED"


@pytest.mark.parametrize("what", ["denied", "500", "rubbish", "reset"])
def test_a_batch_that_left_is_seen_without_the_tagging_api(world, converged, what):
    """What it does not name is asked for by itself: a rule in nobody's definitions costs one question."""
    del converged["batches"]["no2"]
    world.write(converged)
    world.proxy.fault(what, "tagging", times=None)
    diff = world.run("diff")
    assert diff.code in (1, 2), str(diff)
    assert diff.code == 2 or "no2" in diff.out, str(diff)


def test_items_twice_and_items_of_strangers_in_a_list(world, converged):
    def double(reply, _):
        reply["Rules"] = reply["Rules"] * 2 + [
            {"Name": "x", "Arn": f"arn:aws:events:{REGION}:999999999999:rule/x", "State": "ENABLED", "EventBusName": "default"},
            {"Name": "y", "Arn": None, "State": None}]

    world.proxy.patch("events", "ListRules", double)
    result = world.run("apply")
    assert not result.writes, str(result)


@pytest.mark.parametrize("service, operation, member", [
    ("events", "ListRules", "Rules"), ("events", "ListTargetsByRule", "Targets"), ("ecs", "DescribeClusters", "clusters"),
    ("ecs", "ListTaskDefinitions", "taskDefinitionArns"), ("logs", "DescribeLogGroups", "logGroups"),
    ("tagging", "GetResources", "ResourceTagMappingList")])
@pytest.mark.parametrize("item", [None, 5, "x", [], {}, {"Name": None, "Id": 7}])
def test_an_item_that_cannot_be_read_may_be_the_one_looked_for(world, converged, service, operation, member, item):
    """So nothing is created in its place, and nothing deleted."""
    world.proxy.patch(service, operation, lambda reply, _: reply | {member: [item, *reply[member][1:]]})
    diff = world.run("diff")
    assert diff.code == 2 or service == "tagging", str(diff)
    result = world.run("apply")
    assert result.code in (0, 1, 2) and not result.writes, str(result)


def one_sentence(result, *words):
    assert result.code == 2 and not result.writes, str(result)
    assert result.seconds < 30, str(result)
    lines = [line for line in result.err.splitlines() if line.strip()]
    assert len(lines) <= 2, str(result)
    assert any(word in result.err for word in words), str(result)


def test_nobody_listens_at_the_endpoint(world, article):
    world.write(article)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for verb in ("diff", "apply", "list"):
            result = world.run(verb, "--endpoint-url", f"http://127.0.0.1:{port}")
            one_sentence(result, f"127.0.0.1:{port}", "127.0.0.1 port")
            assert result.seconds < 15


def test_an_endpoint_with_a_name_that_is_not_there(world, article):
    world.write(article)
    one_sentence(world.run("diff", "--endpoint-url", "https://aws.invalid"), "aws.invalid")


def test_an_endpoint_without_tls_elsewhere_is_refused(world, article):
    world.write(article)
    result = world.run("diff", "--endpoint-url", "http://192.0.2.1")
    one_sentence(result, "http", "192.0.2.1")
    assert result.seconds < 5


@pytest.mark.parametrize("what", ["never answers", "swallows packets"])
@pytest.mark.parametrize("role", [None, f"arn:aws:iam::{ACCOUNT}:role/deploy"])
def test_a_silent_endpoint(world, article, what, role):
    if role:
        article["apps"]["batch"]["assumeRoleArn"] = role
    world.write(article)
    with socket.socket() as silent, socket.socket() as first:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64 if what == "never answers" else 0)
        if what == "swallows packets":
            # The queue of connections is full, and the kernel drops what asks for another.
            first.connect(silent.getsockname())
        result = world.run("diff", "--endpoint-url", f"http://127.0.0.1:{silent.getsockname()[1]}")
        one_sentence(result, "check endpoint, region, proxy and network")
        assert 8 < result.seconds < 12, str(result)


def test_no_keys_anywhere(world, article):
    world.write(article)
    without = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    for verb in ("diff", "apply", "list"):
        one_sentence(world.run(verb, environment=without), "AWS_ACCESS_KEY_ID", "credentials", "keys")


def test_a_wrong_key(world, article):
    world.write(article)
    wrong = world.run("diff", environment={"AWS_SECRET_ACCESS_KEY": "wrong"})
    one_sentence(wrong, "SignatureDoesNotMatch")
    assert "check that the secret key belongs to the access key" in wrong.err, str(wrong)
    one_sentence(world.run("apply", environment={"AWS_ACCESS_KEY_ID": "AKIANOBODY"}), "UnrecognizedClientException",
                 "InvalidClientTokenId", "security token")


def test_an_unknown_region(world, article):
    article["apps"]["batch"]["region"] = "tokyo"
    world.write(article)
    result = world.run("diff")
    assert result.code == 2 and "tokyo" in result.out + result.err and not result.calls, str(result)


def test_a_region_with_a_slip_of_the_pen(world, article):
    article["apps"]["batch"]["region"] = "eu-wset-1"
    path = world.write(article)
    said = f'{path}:4:17: "eu-wset-1" is not a region; write "eu-west-1"\n'
    for verb, code in (("check", 1), ("diff", 2)):
        result = world.run(verb)
        assert result.code == code and result.out + result.err == said and not result.calls, str(result)
    del article["apps"]["batch"]["region"]
    world.write(article)
    result = world.run("diff", "--region", "eu-wset-1")
    one_sentence(result, "--region")
    assert "did you mean eu-west-1" in result.err, str(result)
    one_sentence(world.run("diff", environment={"AWS_REGION": "eu-wset-1"}), "did you mean eu-west-1")


def test_no_region_anywhere(world, article):
    del article["apps"]["batch"]["region"]
    world.write(article)
    one_sentence(world.run("diff"), "region")


def test_the_wrong_account(world, article):
    article["apps"]["batch"]["accountId"] = "111111111111"
    world.write(article)
    result = world.run("diff")
    assert result.code in (1, 2) and "111111111111" in result.out + result.err and ACCOUNT in result.out + result.err
    result = world.run("apply")
    assert result.code in (1, 2) and not result.writes, str(result)


def test_a_profile(world, article):
    (world.folder / "credentials").write_text(
        "[default]\naws_access_key_id = AKIANOBODY\naws_secret_access_key = no\n\n[work]\naws_access_key_id = "
        f"{world.environment['AWS_ACCESS_KEY_ID']}\naws_secret_access_key = {world.environment['AWS_SECRET_ACCESS_KEY']}\n")
    (world.folder / "config").write_text("[profile work]\nregion = eu-west-1\n")
    del article["apps"]["batch"]["region"]
    world.write(article)
    files = {"AWS_SHARED_CREDENTIALS_FILE": str(world.folder / "credentials"), "AWS_CONFIG_FILE": str(world.folder / "config")}
    result = world.run("diff", "--profile", "work", environment=files | {"AWS_ACCESS_KEY_ID": "AKIAOTHER"})
    assert result.code == 1 and {call.region for call in result.calls if call.service == "events"} == {"eu-west-1"}
    result = world.run("diff", environment=files | {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None,
                                                    "AWS_PROFILE": "work"})
    assert result.code == 1, str(result)
    one_sentence(world.run("diff", "--profile", "wrok", environment=files), "wrok")


def test_a_profile_of_the_settings_does_not_beat_the_environment(world, article):
    """As AWS_PROFILE does: only --profile comes before keys in the environment."""
    keys = {name.lower(): world.environment[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    right = "\n".join(f"{name} = {value}" for name, value in keys.items())
    wrong = "aws_access_key_id = AKIANOBODY\naws_secret_access_key = no"
    (world.folder / "credentials").write_text(f"[right]\n{right}\n\n[wrong]\n{wrong}\n")
    world.write(article)
    world.settings(credentials={"profile": "wrong"})
    files = {"AWS_SHARED_CREDENTIALS_FILE": str(world.folder / "credentials")}
    none = files | {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    world.diff(code=1, environment=files)
    one_sentence(world.run("diff", environment=none), "UnrecognizedClientException", "InvalidClientTokenId")
    world.diff(code=1, environment=none | {"AWS_PROFILE": "right"})
    world.settings(credentials={"profile": "right"})
    world.diff(code=1, environment=none)
    one_sentence(world.run("diff", "--profile", "wrong", environment=files), "UnrecognizedClientException",
                 "InvalidClientTokenId")
    world.settings(credentials={"profile": "rihgt"})
    one_sentence(world.run("diff", environment=none), 'did you mean "right"')


def test_endpoints_by_service_flag_and_settings(world, article):
    world.write(article)
    dead = "http://127.0.0.1:9"
    one = {"AWS_ENDPOINT_URL": dead}
    assert world.run("diff", "--endpoint-url", world.proxy.url, environment=one).code == 1
    world.settings(endpointUrl=world.proxy.url)
    assert world.run("diff", environment={"AWS_ENDPOINT_URL": None}).code == 1
    assert world.run("diff", environment=one).code == 2
    names = ("ECR", "ECS", "EVENTBRIDGE", "CLOUDWATCH_LOGS", "IAM", "STS", "RESOURCE_GROUPS_TAGGING_API")
    each = {f"AWS_ENDPOINT_URL_{name}": world.proxy.url for name in names}
    assert world.run("diff", environment=one | each).code == 1
    assert world.run("diff", environment={"AWS_ENDPOINT_URL_EVENTBRIDGE": dead}).code == 2


@pytest.mark.parametrize("offset, told", [("+20m", "20.0 minutes ahead of"), ("-3h", "3.0 hours behind"),
                                          ("+400d", "400.0 days ahead of"), ("-3650d", "3650.0 days behind")])
def test_a_clock_that_is_wrong(world, article, offset, told):
    """The offset is taken from the answer's Date, and the request is signed again, however far off; it is told once."""
    world.write(article)
    result = world.run("apply", command=[*at_another_time("-f", offset), *world.command("apply")])
    assert result.code == 0, str(result)
    assert result.err.count("clock") == 1 and f"this machine's clock is {told} AWS's" in result.err, str(result)
    assert "clock" not in world.apply().err


def test_interrupted_in_the_middle(world, article):
    """What is in flight is waited for, the rest left, exit 130; the next pass finishes, and nothing is doubled."""
    world.write(batches(article, 30))
    world.proxy.delay = 0.05
    process = world.start("apply")
    wait_for(lambda: len(world.proxy.of("events", "PutRule")) >= 3, what="the first rules")
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, out + err
    assert time.monotonic() - begun < 5
    calls = list(world.proxy.calls)
    assert all(call.status for call in calls), [str(call) for call in calls if not call.status]
    made = len(world.client("events").list_rules()["Rules"])
    assert made < 30
    world.proxy.delay = 0
    world.apply()
    assert len(actives(world)) == 30 and len(world.client("events").list_rules()["Rules"]) == 30
    world.settled()


def test_interrupted_while_reading(world, converged):
    world.proxy.fault("stall", "events", "ListRules", seconds=3, when="after")
    process = world.start("diff")
    wait_for(lambda: world.proxy.of("events", "ListRules"))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=15)
    assert process.returncode == 130


def test_terminated_like_interrupted(world, article):
    world.write(batches(article, 20))
    world.proxy.delay = 0.05
    process = world.start("apply")
    wait_for(lambda: world.proxy.of("events", "PutRule"), what="the first rule")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode in (130, 143)
    world.proxy.delay = 0
    world.apply()
    assert len(actives(world)) == 20


def test_killed_in_the_middle(world, article):
    world.write(batches(article, 20))
    world.proxy.delay = 0.02
    for writes in (1, 5, 12, 30):
        world.proxy.clear()
        process = world.start("apply")
        wait_for(lambda: len(world.proxy.writes()) >= writes or process.poll() is not None)
        process.kill()
        process.communicate()
    world.proxy.delay = 0
    time.sleep(0.3)
    world.apply()
    assert len(actives(world)) == 20, actives(world)
    world.settled()


def test_an_answer_without_measure(world, converged):
    """A body over 8 MiB is refused without swallowing it."""
    world.proxy.patch("events", "ListRules", lambda reply, _: reply | {"Padding": "x" * (9 << 20)})
    result = world.run("diff")
    assert result.code == 2, str(result)


@pytest.mark.parametrize("status, headers, body", [
    (200, {}, b"\x1f\x8b\x08\x00\xff\xfe\x80"), (502, {}, b"<html>caf\xe9"),
    (400, {"x-amzn-RequestId": "\xff\x1b[1m"}, b'{"__type": "AccessDeniedException"}'),
    (400, {"x-amzn-ErrorType": "\xff\xfeOdd"}, b"{}")])
def test_bytes_that_are_no_text_are_told_as_text(world, converged, status, headers, body):
    """A compressed body, a page in Latin-1, a header of rubbish: one answer must not end the program."""
    world.proxy.fault(lambda *_: (status, headers, body), "events", "ListRules", times=None)
    for verb in ("diff", "apply"):
        plain = world.run(verb)
        assert plain.code == 2 - (verb == "apply") and "ListRules" in plain.err and "\x1b" not in plain.err, str(plain)
        whole = world.run(verb, "--json")
        assert whole.code == plain.code and "ListRules" in whole.json["errors"][0]["error"], str(whole)


def test_redirects_are_never_followed(world, converged):
    world.proxy.fault(lambda *_: (302, {"Location": world.proxy.url + "/elsewhere"}, b""), "events", "ListRules", times=None)
    result = world.run("diff")
    assert result.code == 2, str(result)
    assert not [call for call in result.calls if "/elsewhere" in call.operation]


def test_request_ids_and_reasons_in_readings(world, converged):
    world.proxy.fault("denied", "events", "ListRules", times=None)
    result = world.run("diff")
    assert result.code == 2 and "AccessDeniedException" in result.err and "ListRules" in result.err, str(result)
    [call] = [call for call in result.calls if call.fault]
    assert call.request_id in result.err, str(result)
    assert not re.search(r"\(null\)|%s", result.err)


def test_no_keys_of_connections_are_written_down(world, converged):
    """libcurl would do so where SSLKEYLOGFILE says it."""
    keys = world.folder / "keys"
    assert world.run("diff", environment={"SSLKEYLOGFILE": str(keys)}).code == 0
    assert not keys.exists()


def test_an_empty_bundle_is_none(world, article):
    """AWS_CA_BUNDLE="" says nothing: the system's authorities are asked, as by AWS's own programs."""
    world.write(article)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        certificate = world.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                        "-keyout", str(certificate), "-out", str(world.folder / "public.pem")], check=True,
                       capture_output=True)
        certificate.write_text(certificate.read_text() + (world.folder / "public.pem").read_text())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True):
                        pass

        threading.Thread(target=serve, daemon=True).start()
        url = f"https://localhost:{listener.getsockname()[1]}"
        result = world.run("diff", "--endpoint-url", url, environment={"AWS_CA_BUNDLE": ""})
    assert result.code == 2 and "self-signed certificate" in result.err, str(result)
