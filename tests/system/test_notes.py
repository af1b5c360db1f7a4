"""What others decide and no write can mend: said, and neither a difference, nor a write at each pass, nor a trouble."""

import signal

import pytest

from conftest import DAEMON, wait_for


def overrule(world, days=90):
    """The emulator knows no retention policy of an account: AWS then answers the policy's days and its name."""
    def change(reply, _call):
        for group in reply["logGroups"]:
            group |= {"retentionInDays": days, "retentionPolicyName": "org-90"}
    world.proxy.patch("logs", "DescribeLogGroups", change)


@pytest.fixture
def shared(world, article):
    """A cluster of somebody else that runs on Fargate alone, and a batch that wants Spot."""
    world.client("ecs").create_cluster(clusterName="shared", capacityProviders=["FARGATE"])
    article["apps"]["batch"]["cluster"] = {"name": "shared", "managed": False}
    article["batches"]["no1"]["capacityProviderStrategy"] = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    return article


def note(result):
    [line] = [line for line in result.err.splitlines() if line.startswith("note: ")]
    return line


def test_a_retention_policy_of_the_account_is_not_fought(world, article):
    overrule(world)
    world.write(article)
    world.apply()
    for verb in ("apply", "diff", "apply"):
        result = world.run(verb)
        assert result.code == 0 and not result.writes, str(result)
        assert note(result) == (
            'note: app batch: log-group /fargate/batch: 30 days is asked for, and the account\'s retention policy '
            '"org-90" makes it 90 days, whatever is written: it overrides a group\'s own'), str(result)
    told = world.diff("--json").json
    assert told["inSync"] is True and told["notes"] == [{
        "app": "batch", "batch": None, "kind": "log-group", "name": "/fargate/batch",
        "text": note(result).partition("note: app batch: ")[2]}]


def test_a_policy_that_says_the_same_says_nothing(world, article):
    overrule(world, days=30)
    world.converge(article)
    assert "note" not in world.diff().err


def test_when_the_policy_goes_the_definition_counts_again(world, converged):
    world.client("logs").put_retention_policy(logGroupName="/fargate/batch", retentionInDays=90)
    result = world.apply()
    assert [call.operation for call in result.writes] == ["PutRetentionPolicy"], str(result)


def test_spot_on_a_cluster_of_others_that_lacks_it_is_told(world, shared):
    world.write(shared)
    assert "note: batch no1: cluster shared: no run can start: its capacityProviderStrategy names FARGATE_SPOT" in (
        note(world.apply()))
    assert "FARGATE_SPOT" in note(world.diff())
    world.client("ecs").put_cluster_capacity_providers(
        cluster="shared", capacityProviders=["FARGATE", "FARGATE_SPOT"], defaultCapacityProviderStrategy=[])
    assert "note" not in world.diff().err


def test_the_daemon_says_it_once_and_is_healthy(world, article):
    overrule(world)
    world.settings(resyncInterval=1)
    world.write(article)
    process = world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions),
                          program=DAEMON)
    wait_for(lambda: len(world.proxy.of("events", "ListRules")) >= 4, seconds=30, what="four passes")
    status = world.run("status")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (out + err).count("org-90") == 1, out + err
    assert status.code == 0, str(status)
    assert len(world.proxy.of("logs", "PutRetentionPolicy")) <= 1
