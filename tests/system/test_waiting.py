"""What passes by itself on AWS is waited for within the pass and is no failure; what AWS says is told meanwhile."""

import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from conftest import ACCOUNT, DAEMON, OWNER, wait_for

ROLE = f"arn:aws:iam::{ACCOUNT}:role/ecsEventRole"
PASS_ROLE = (f"User: arn:aws:iam::{ACCOUNT}:user/batch is not authorized to perform: iam:PassRole on resource: {ROLE} "
             "because no identity-based policy allows the iam:PassRole action")
NOT_ASSUMED = f"Provided role '{ROLE}' cannot be assumed by principal 'events.amazonaws.com'."
NO_GROUP = "The specified log group does not exist."
NO_REPOSITORY = f"The repository with name 'batch' does not exist in the registry with id '{ACCOUNT}'"
NO_RULE = "Rule batch-no1 does not exist on EventBus default."
ABORTED = "A conflicting operation is currently in progress against this resource. Please try again."
# A passing fault is asked for three times before anybody waits.
THREE = 3

MAKING = [
    ("events", "PutTargets", "ValidationException", NOT_ASSUMED, 2),
    ("events", "PutTargets", "AccessDeniedException", PASS_ROLE, 2),
    ("events", "PutTargets", "ResourceNotFoundException", NO_RULE, 2),
    ("events", "PutRule", "ConcurrentModificationException", "There is concurrent modification on a rule.", 2 * THREE),
    ("ecs", "RegisterTaskDefinition", "ClientException", "Role is not valid", 2),
    ("ecs", "RegisterTaskDefinition", "AccessDeniedException", PASS_ROLE, 2),
    ("ecs", "RegisterTaskDefinition", "ClientException",
     "Too many concurrent attempts to create a new revision of the specified family.", 2 * THREE),
    ("ecs", "CreateCluster", "InvalidParameterException",
     "Unable to assume the service linked role. Please verify that the ECS service linked role exists.", 2),
    ("logs", "PutRetentionPolicy", "ResourceNotFoundException", NO_GROUP, 2),
    ("logs", "PutRetentionPolicy", "OperationAbortedException", ABORTED, 2 * THREE),
    ("logs", "CreateLogGroup", "OperationAbortedException", ABORTED, 2 * THREE),
    ("ecr", "PutLifecyclePolicy", "RepositoryNotFoundException", NO_REPOSITORY, 2),
    ("iam", "AttachRolePolicy", "NoSuchEntity", "The role with name ecsEventRole cannot be found.", 2),
    ("iam", "AttachRolePolicy", "ConcurrentModification", "Concurrent modification of this role.", 2 * THREE),
    ("iam", "CreateRole", "Throttling", "Rate exceeded", 5),
    ("ecs", "RegisterTaskDefinition", "InvalidParameterException",
     "Error retrieving subnet information for [subnet-1111111]: Rate exceeded (ErrorCode: Throttling)", 4),
]


@pytest.mark.parametrize("service, operation, code, message, times", MAKING)
def test_what_is_made_is_waited_for(world, article, service, operation, code, message, times):
    world.write(article)
    world.proxy.fault(code, service, operation, times=times, message=message)
    result = world.apply()
    assert len([call for call in result.calls if call.fault]) == times, str(result)
    assert "failed " not in result.out + result.err and re.search(r"\b0 failed", result.out), str(result)
    if "Rate exceeded" not in message:
        [line] = [line for line in result.err.splitlines() if line.startswith("waiting up to ")]
        assert code in line and message in line and "request id" in line, str(result)
    world.settled()


def change_providers(_world, converged):
    converged["apps"]["batch"]["cluster"] = {"name": "batch", "capacityProviders": ["FARGATE", "FARGATE_SPOT"]}


def change_retention(_world, converged):
    converged["apps"]["batch"]["logGroup"]["retentionInDays"] = 7


def change_policy(_world, converged):
    converged["apps"]["batch"]["repository"]["lifecyclePolicy"] = {"keepUntagged": 2}


def change_tags(_world, converged):
    converged["apps"]["batch"]["tags"] = {"team": "night"}


def detach(world, _converged):
    world.client("iam").detach_role_policy(
        RoleName="ecsEventRole",
        PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceEventsRole")


def leave(world, converged):
    world.settings(deletion={"graceMinutes": 0})
    del converged["batches"]["no2"]


CHANGING = [
    (change_providers, "ecs", "PutClusterCapacityProviders", "UpdateInProgressException",
     "The specified cluster is in a busy state. Please try again later.", 2),
    (change_providers, "ecs", "PutClusterCapacityProviders", "ClientException", "Cluster was not ACTIVE.", 2),
    (change_providers, "ecs", "PutClusterCapacityProviders", "ClusterNotFoundException", "Cluster not found.", 2),
    (change_retention, "logs", "ListTagsForResource", "ResourceNotFoundException", NO_GROUP, 2),
    (change_policy, "ecr", "PutLifecyclePolicy", "RepositoryNotFoundException", NO_REPOSITORY, 2),
    (change_policy, "ecr", "ListTagsForResource", "RepositoryNotFoundException", NO_REPOSITORY, 2),
    (change_tags, "events", "ListTagsForResource", "ResourceNotFoundException", NO_RULE, 2),
    (detach, "iam", "AttachRolePolicy", "EntityTemporarilyUnmodifiable",
     "The request was rejected because it referenced an entity that is temporarily unmodifiable.", 2),
    (leave, "events", "DeleteRule", "ValidationException", "Rule can't be deleted since it has targets.", 2),
    (leave, "events", "RemoveTargets", "ConcurrentModificationException", "concurrent modification", 2 * THREE),
]


@pytest.mark.parametrize("change, service, operation, code, message, times", CHANGING)
def test_what_is_changed_is_waited_for(world, converged, change, service, operation, code, message, times):
    change(world, converged)
    world.write(converged)
    world.proxy.fault(code, service, operation, times=times, message=message,
                      status=409 if service == "iam" else 400)
    result = world.apply()
    assert len([call for call in result.calls if call.fault]) == times, str(result)
    assert "failed " not in result.out + result.err and "conflict" not in result.out + result.err, str(result)
    [line] = [line for line in result.err.splitlines() if line.startswith("waiting up to ")]
    assert code in line and message in line, str(result)
    world.settled()


@pytest.mark.parametrize("operation, change", [("PutTargets", None), ("RemoveTargets", leave)])
def test_an_entry_that_fails_inside_of_a_success_is_waited_for(world, converged, operation, change):
    """What is said of one target counts as it would of the call."""
    converged["batches"]["no1"]["environment"]["batch"] = "another"
    if change:
        change(world, converged)
    world.write(converged)
    world.proxy.fault("failed-entries", "events", operation, times=2, entry="ConcurrentModificationException",
                      message="the rule is being changed by another request")
    result = world.apply()
    assert "ConcurrentModificationException: the rule is being changed" in result.err, str(result)
    world.settled()


@pytest.mark.parametrize("entry, message, advice", [
    ("AccessDeniedException", PASS_ROLE, "; allow iam:PassRole to this identity"),
    ("LimitExceededException", "too many targets", "; raise the quota or remove something")])
def test_an_entry_that_fails_for_good_reads_as_a_call_that_does(world, converged, entry, message, advice):
    converged["batches"]["no1"]["environment"]["batch"] = "another"
    world.write(converged)
    world.proxy.fault("failed-entries", "events", "PutTargets", times=None, entry=entry, message=message)
    result = world.apply(code=1)
    assert f"events PutTargets: {entry}: {message}" in result.out and advice in result.out, str(result)
    assert result.seconds < 15, str(result)


def tags_not_found(world, service, code, message, times):
    """The tagging API knows nothing yet, and the resource's own service does not either."""
    world.proxy.fault(code, service, "ListTagsForResource", times=times, message=message)
    world.proxy.patch("tagging", "GetResources", lambda reply, call: reply | {"ResourceTagMappingList": []})


@pytest.mark.parametrize("service, code, message", [
    ("logs", "ResourceNotFoundException", NO_GROUP), ("ecr", "RepositoryNotFoundException", NO_REPOSITORY),
    ("events", "ResourceNotFoundException", NO_RULE)])
def test_what_was_made_a_moment_ago_is_no_strangers(world, converged, service, code, message):
    """It shows in its list, and its tags are not found: neither a conflict nor a difference."""
    tags_not_found(world, service, code, message, 2)
    result = world.run("diff")
    assert result.code == 0 and "conflict" not in result.out + result.err, str(result)
    assert [line for line in result.err.splitlines() if line.startswith("waiting up to ")], str(result)


def test_a_revision_that_was_registered_a_moment_ago_is_no_strangers(world, converged):
    for path in (world.folder / "state").rglob("*"):
        if path.is_file():
            path.unlink()
    world.proxy.fault("ClientException", "ecs", "DescribeTaskDefinition", times=2,
                      message="Unable to describe task definition.")
    result = world.diff()
    assert "waiting up to " in result.err, str(result)


def test_tags_that_are_never_found_are_no_conflict(world, converged):
    tags_not_found(world, "logs", "ResourceNotFoundException", NO_GROUP, None)
    result = world.run("apply")
    assert result.code == 1 and 25 < result.seconds < 60 and not result.writes, str(result)
    assert "conflict" not in result.out + result.err and "nobody knows whose it is" in result.err, str(result)


def test_a_rule_of_nobody_here_is_not_waited_for(world, converged):
    """A stranger's rule that goes while its tags are asked for; and nobody takes it for a stranger's for a day."""
    world.client("events").put_rule(Name="theirs", ScheduleExpression="rate(1 day)")
    world.proxy.fault("ResourceNotFoundException", "events", "ListTagsForResource", times=1, message=NO_RULE)
    result = world.diff()
    assert result.seconds < 5 and "waiting" not in result.err, str(result)
    assert len(world.diff().calls) and world.proxy.of("events", "ListTagsForResource"), "it is asked for again"


# What does not pass by itself.

@pytest.mark.parametrize("service, operation, code, message", [
    ("events", "PutTargets", "AccessDeniedException", PASS_ROLE),
    ("events", "PutTargets", "ValidationException", NOT_ASSUMED)])
def test_a_role_of_old_is_refused_at_once(world, converged, service, operation, code, message):
    """Roles that stand for longer than IAM needs: what is refused now stays refused."""
    converged["batches"]["no1"]["environment"]["batch"] = "another"
    world.write(converged)
    world.proxy.patch("iam", "GetRole", lambda reply, call: re.sub(
        r"<CreateDate>[^<]*</CreateDate>", "<CreateDate>2024-01-02T03:04:05Z</CreateDate>", reply))
    world.proxy.fault(code, service, operation, times=None, message=message)
    result = world.apply(code=1)
    assert len([call for call in result.calls if call.fault]) == 1 and result.seconds < 10, str(result)


def test_a_role_that_was_made_a_moment_before_the_pass_is_waited_for(world, converged):
    """By an earlier pass, which did not come to its end, or by anybody else."""
    converged["batches"]["no1"]["environment"]["batch"] = "another"
    world.write(converged)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    world.proxy.patch("iam", "GetRole", lambda reply, call: re.sub(
        r"<CreateDate>[^<]*</CreateDate>", f"<CreateDate>{now}</CreateDate>", reply))
    world.proxy.fault("ValidationException", "events", "PutTargets", times=2, message=NOT_ASSUMED)
    world.apply()


def test_an_explicit_denial_does_not_pass(world, article):
    world.write(article)
    world.proxy.fault("AccessDeniedException", "events", "PutTargets", times=None,
                      message=PASS_ROLE.replace("because", "with an explicit deny;"))
    result = world.apply(code=1)
    assert result.seconds < 15 and "a policy denies it explicitly" in result.out, str(result)


# While it waits.

def denied_for_ever(world, article):
    world.write(article)
    world.proxy.fault("AccessDeniedException", "events", "PutTargets", times=None, message=PASS_ROLE)


def test_ctrl_c_ends_a_pause_at_once_and_the_cause_is_told(world, article):
    denied_for_ever(world, article)
    process = world.start("apply")
    # The third pause, of 4 seconds, has begun.
    wait_for(lambda: len(world.proxy.of("events", "PutTargets")) >= 6, 30)
    time.sleep(0.2)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - begun < 1, out + err
    assert process.returncode == 130, out + err
    assert "skipped to create target batch-no1" in out and "iam:PassRole" in out, out + err


def test_the_cause_is_told_within_a_second(world, article):
    denied_for_ever(world, article)
    process = world.start("apply")
    wait_for(lambda: world.proxy.of("events", "PutTargets"), 30)
    ready, _, _ = select.select([process.stderr], [], [], 1)
    assert ready, "nothing was told"
    line = process.stderr.readline()
    assert re.match(r"waiting up to 120 s until IAM has told all services of the role: target batch-no\d: "
                    r"events PutTargets: AccessDeniedException: User: ", line), line
    assert "; allow iam:PassRole to this identity" in line, line
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)


def test_a_terminal_shows_what_is_waited_for(world, article):
    world.write(article)
    world.proxy.fault("ValidationException", "events", "PutTargets", times=2, message=NOT_ASSUMED)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(world.command("apply"), stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                               env=world.environment, cwd=world.folder)
    world.processes.append(process)
    os.close(theirs)
    shown = b""
    while True:
        try:
            more = os.read(ours, 4096)
        except OSError:
            break
        if not more:
            break
        shown += more
    text = shown.decode()
    assert process.wait(30) == 0, text
    assert re.search(r"\r\x1b\[K\d+ of \d+, waiting up to 120 s until IAM has told all services of the role", text), text
    last = text.rstrip().splitlines()[-1]
    assert "waiting" not in last.split("\x1b[K")[-1], text


def test_the_daemon_tells_what_it_waits_for_and_stops_at_once(world, article):
    denied_for_ever(world, article)
    daemon = world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions),
                         program=DAEMON)
    wait_for(lambda: len(world.proxy.of("events", "PutTargets")) >= 6, 30)
    begun = time.monotonic()
    daemon.send_signal(signal.SIGTERM)
    out, err = daemon.communicate(timeout=10)
    assert time.monotonic() - begun < 2 and daemon.returncode == 0, err
    lines = [line for line in (out + err).splitlines() if "waiting up to 120 s" in line]
    assert len(lines) == 1 and "iam:PassRole" in lines[0], out + err


# What a list does not show yet.

LATE = [("logs", "DescribeLogGroups", "logGroups", "CreateLogGroup", 2),
        ("ecr", "DescribeRepositories", None, "CreateRepository", 1)]


def hide(world, service, operation, member, times):
    """A reading that does not show what was made a moment ago."""
    if member is None:
        world.proxy.fault("RepositoryNotFoundException", service, operation, times=times, message=NO_REPOSITORY)
        return
    left = [times]

    def change(reply, _call):
        left[0] -= 1
        return reply | {member: []} if left[0] >= 0 else reply
    world.proxy.patch(service, operation, change)


@pytest.mark.parametrize("service, operation, member, creation, times", LATE)
def test_what_was_made_a_moment_ago_and_shows_late_is_ours(world, converged, service, operation, member, creation, times):
    hide(world, service, operation, member, times)
    result = world.apply()
    assert creation in [call.operation for call in result.calls] and "failed to" not in result.out, str(result)
    world.proxy.patches.clear()
    world.settled()


def test_what_shows_late_is_found_on_any_page(world, converged):
    """The prefix finds others too, and ours is not on the last page."""
    for number in range(60):
        world.client("logs").create_log_group(logGroupName=f"/fargate/batch-{number:02}")
    hide(world, "logs", "DescribeLogGroups", "logGroups", 2)
    result = world.apply()
    assert result.seconds < 15 and "waiting" not in result.err, str(result)


@pytest.mark.parametrize("service, operation, member, creation, times", LATE)
def test_a_strangers_that_shows_late_is_left_alone(world, article, service, operation, member, creation, times):
    if service == "logs":
        world.client("logs").create_log_group(logGroupName="/fargate/batch", tags={OWNER: "somebody"})
    else:
        world.client("ecr").create_repository(repositoryName="batch")
    world.write(article)
    hide(world, service, operation, member, 1)
    result = world.apply(code=1)
    assert "AlreadyExistsException" in result.out and "it is not ours" in result.out, str(result)
    assert [call.operation for call in result.writes if call.service == service] == [creation], str(result)
