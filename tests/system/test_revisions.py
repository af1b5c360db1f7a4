"""Task definition revisions: one for each real change, found again, never in use when it goes."""

import copy

import pytest

from conftest import ACCOUNT, REGION

ECR = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/batch"


def registered(result):
    return [call for call in result.calls if call.operation == "RegisterTaskDefinition"]


def tagged(definitions, tag):
    changed = copy.deepcopy(definitions)
    changed["apps"]["batch"]["image"] = {"tag": tag}
    return changed


def test_a_moved_image_tag_moves_every_schedule(world, converged):
    world.write(tagged(converged, "green"))
    diff = world.diff(code=1)
    assert "latest" in diff.out and "green" in diff.out, str(diff)
    world.apply()
    for batch in ("no1", "no2"):
        revision = world.revision_of(f"batch-{batch}")
        assert revision["revision"] == 2 and revision["containerDefinitions"][0]["image"] == f"{ECR}:green"
        assert len(world.active(f"batch-{batch}")) == 2
    world.settled()


def test_old_content_comes_back_as_the_old_revision(world, converged):
    world.write(tagged(converged, "green"))
    world.apply()
    world.write(converged)
    result = world.apply()
    assert not registered(result), str(result)
    assert world.revision_of("batch-no1")["revision"] == 1
    assert len(world.active("batch-no1")) == 2
    world.settled()


def test_a_way_back_shows_what_differs_between_the_two(world, converged):
    """The revision that is left is read once, with a state that knows only its digest and without one."""
    world.write(tagged(converged, "green"))
    world.apply()
    world.write(converged)
    for state in (world.environment["STATE_DIRECTORY"], str(world.folder / "xdg")):
        diff = world.diff(code=1, environment={"STATE_DIRECTORY": state})
        assert diff.out.count(f"taskDefinition.containerDefinitions[batch].image: {ECR}:green → {ECR}:latest\n") == 2, str(diff)
        assert diff.out.endswith("0 to create, 2 to change, 0 to delete\n")
        read = [call.params["taskDefinition"] for call in diff.calls if call.operation == "DescribeTaskDefinition"]
        assert len(read) == len(set(read)), read
    [change] = [one for one in world.diff("--json", code=1).json["changes"] if one["batch"] == "no1"]
    assert [field["path"] for field in change["fields"]] == [
        "ecsParameters.taskDefinitionArn", "taskDefinition.containerDefinitions[batch].image"]
    applied = world.apply("--json").json["changes"]
    assert [one["fields"] for one in applied if one["batch"] == "no1"] == [change["fields"]]


def test_also_when_the_state_is_gone(world, converged):
    world.write(tagged(converged, "green"))
    world.apply()
    world.environment["STATE_DIRECTORY"] = str(world.folder / "xdg")
    world.write(converged)
    assert not registered(world.apply())
    assert world.revision_of("batch-no1")["revision"] == 1


def test_a_deregistered_revision_in_use_is_replaced(world, converged):
    world.client("ecs").deregister_task_definition(taskDefinition="batch-no1:1")
    result = world.apply()
    assert len(registered(result)) == 1, str(result)
    assert world.revision_of("batch-no1")["revision"] == 2
    assert world.revision_of("batch-no1")["status"] == "ACTIVE"
    world.settled()


def test_a_deregistered_old_revision_is_not_reused(world, converged):
    world.write(tagged(converged, "green"))
    world.apply()
    world.client("ecs").deregister_task_definition(taskDefinition="batch-no1:1")
    world.write(converged)
    world.apply()
    assert world.revision_of("batch-no1")["revision"] == 3
    assert world.revision_of("batch-no2")["revision"] == 1
    world.settled()


def test_a_revision_registered_by_hand_in_our_family_is_no_change(world, converged):
    world.client("ecs").register_task_definition(
        family="batch-no1", containerDefinitions=[{"name": "x", "image": "y", "memory": 64}])
    world.settled()
    assert world.revision_of("batch-no1")["revision"] == 1


def test_a_target_moved_by_hand_moves_back(world, converged):
    arn = world.client("ecs").register_task_definition(
        family="batch-no1", containerDefinitions=[{"name": "x", "image": "y", "memory": 64}])["taskDefinition"][
            "taskDefinitionArn"]
    target = world.target("batch-no1")
    target["EcsParameters"]["TaskDefinitionArn"] = arn
    world.client("events").put_targets(Rule="batch-no1", Targets=[target])
    result = world.apply()
    assert not registered(result), str(result)
    assert world.revision_of("batch-no1")["revision"] == 1
    world.settled()


def test_keeps_so_many_and_no_more(world, article):
    world.settings(keepRevisions=2)
    del article["batches"]["no2"]
    for number in range(6):
        world.write(tagged(article, f"v{number}"))
        world.apply()
        active = [int(arn.rpartition(":")[2]) for arn in world.active("batch-no1")]
        assert number + 1 in active and world.revision_of("batch-no1")["revision"] == number + 1
        # The one in use, the newest, and at most two besides.
        assert len(active) <= 3, active
    world.settled()
    assert len(world.active("batch-no1")) == 3


def test_what_our_schedule_still_uses_is_never_deregistered(world, article):
    """Its target cannot be moved: revisions come, and the one in use stays."""
    world.settings(keepRevisions=1)
    world.converge(article)
    used = world.revision_of("batch-no1")["taskDefinitionArn"]
    world.proxy.fault("denied", "events", "PutTargets", times=None, match=lambda call: call.params["Rule"] == "batch-no1")
    for number in range(5):
        world.write(tagged(article, f"v{number}"))
        world.apply(code=1)
        assert world.revision_of("batch-no1")["taskDefinitionArn"] == used
        assert world.revision(used)["status"] == "ACTIVE"
    assert len(world.active("batch-no2")) <= 2
    world.proxy.reset()
    world.apply()
    world.settled()
    assert world.revision(used)["status"] == "INACTIVE"


def test_what_a_strangers_schedule_uses_is_never_deregistered(world, article):
    world.settings(keepRevisions=1)
    world.converge(article)
    target = world.target("batch-no1") | {"Id": "theirs"}
    used = target["EcsParameters"]["TaskDefinitionArn"]
    world.client("events").put_rule(Name="stranger", ScheduleExpression="rate(1 day)")
    world.client("events").put_targets(Rule="stranger", Targets=[target])
    for number in range(4):
        world.write(tagged(article, f"v{number}"))
        world.apply()
    assert world.revision(used)["status"] == "ACTIVE"
    world.settled()


def test_nothing_goes_while_a_target_names_it(world, article):
    """Looked at when each deregistration arrives, not only at the end."""
    world.settings(keepRevisions=1)
    world.converge(article)
    gone = []

    def watch(call):
        if call.operation == "DeregisterTaskDefinition":
            used = [world.target(f"batch-{name}")["EcsParameters"]["TaskDefinitionArn"] for name in ("no1", "no2")]
            gone.append((call.params["taskDefinition"], used))

    world.proxy.watch(watch)
    for number in range(4):
        world.write(tagged(article, f"v{number}"))
        world.apply()
    assert len(gone) >= 4
    for revision, used in gone:
        assert revision not in used and revision.rpartition("/")[2] not in [arn.rpartition("/")[2] for arn in used]


def test_a_change_of_what_only_aws_fills_in_is_none(world, converged):
    """Defaults written out in the definition are the same content."""
    item = converged["apps"]["batch"]["taskDefinition"]["containerDefinitions"][0]
    item |= {"cpu": 0, "essential": True, "portMappings": [], "mountPoints": [], "volumesFrom": []}
    converged["apps"]["batch"]["taskDefinition"] |= {
        "volumes": [], "placementConstraints": [], "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "cpu": 256, "memory": 512, "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}}
    world.write(converged)
    result = world.apply()
    assert not result.writes, str(result)


def test_a_pasted_description_is_taken(world, converged):
    """What DescribeTaskDefinition alone gives is left out."""
    described = world.client("ecs").describe_task_definition(taskDefinition="batch-no1:1")["taskDefinition"]
    for name in ("family", "registeredAt"):
        described.pop(name, None)
    del described["containerDefinitions"][0]["image"]
    del described["containerDefinitions"][0]["logConfiguration"]
    converged["apps"]["batch"]["taskDefinition"] = described
    world.write(converged)
    assert not world.apply().writes


def test_one_family_for_all_moves_once(world, article):
    article["apps"]["batch"]["logStreams"] = "app"
    world.converge(article)
    world.write(tagged(article, "green"))
    result = world.apply()
    assert len(registered(result)) == 1, str(result)
    used = {world.target(f"batch-{name}")["EcsParameters"]["TaskDefinitionArn"] for name in ("no1", "no2")}
    assert used == {f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/batch:2"}
    world.settled()


def test_from_one_family_to_one_each(world, article):
    article["apps"]["batch"]["logStreams"] = "app"
    world.converge(article)
    del article["apps"]["batch"]["logStreams"]
    world.converge(article)
    assert world.revision_of("batch-no1")["family"] == "batch-no1"


def test_the_hash_tag_removed_by_hand(world, converged):
    world.client("ecs").untag_resource(resourceArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/batch-no1:1",
                                       tagKeys=["fargate-batchd:hash"])
    result = world.run("apply")
    assert result.code == 0 and not registered(result), str(result)
    assert world.revision_of("batch-no1")["revision"] == 1
    world.settled()


def test_a_hash_of_another_version_is_compared_by_content(world, converged):
    world.client("ecs").tag_resource(resourceArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/batch-no1:1",
                                     tags=[{"key": "fargate-batchd:hash", "value": "v0-ffffffff"}])
    result = world.run("apply")
    assert result.code == 0 and not registered(result), str(result)
    world.settled()


def run_by_a_stranger(world, definition, cluster):
    world.client("events").put_rule(Name="theirs", ScheduleExpression="rate(1 day)")
    world.client("events").put_targets(Rule="theirs", Targets=[{
        "Id": "x", "Arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{cluster}",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/x",
        "EcsParameters": {"TaskDefinitionArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{definition}"}}])


@pytest.mark.parametrize("definition, cluster", [("batch-no2:1", "batch"), ("batch-no2", "batch"),
                                                 ("batch-no2:1", "elsewhere")])
def test_a_revision_stays_that_a_strangers_rule_starts(world, converged, definition, cluster):
    """By its number or as the newest of its family, and on whatever cluster."""
    world.client("ecs").create_cluster(clusterName="elsewhere")
    run_by_a_stranger(world, definition, cluster)
    del converged["batches"]["no2"]
    world.settings(deletion={"graceMinutes": 0})
    world.write(converged)
    world.apply()
    assert world.rule("batch-no2") is None and len(world.active("batch-no2")) == 1
    world.client("events").remove_targets(Rule="theirs", Ids=["x"])
    world.apply()
    assert world.active("batch-no2") == []


def test_what_was_registered_twice_goes_again(world, article):
    """The answer was lost, and the listing did not name the revision yet."""
    world.write(article)
    world.proxy.fault("reset", "ecs", "RegisterTaskDefinition", when="after", times=None)
    world.apply(code=1)
    world.proxy.reset()
    world.proxy.patch("ecs", "ListTaskDefinitions", lambda reply, _: {"taskDefinitionArns": []})
    world.apply()
    world.proxy.reset()
    assert len(world.active("batch-no1")) == 2
    world.apply()
    used = [world.target(f"batch-{name}")["EcsParameters"]["TaskDefinitionArn"] for name in ("no1", "no2")]
    assert used == world.active("batch-no1") + world.active("batch-no2")
    world.settled()


def test_a_member_that_only_the_old_revision_has_is_shown_as_it_goes(world, article):
    """Members that no rule of ours knows count too, where nothing else differs."""
    container = article["apps"]["batch"]["taskDefinition"]["containerDefinitions"][0]
    container["restartPolicy"] = {"enabled": True}
    world.converge(article)
    del container["restartPolicy"]
    world.write(article)
    diff = world.diff(code=1)
    assert "restartPolicy.enabled: true → (none)" in diff.out, str(diff)
    world.apply()
    assert "restartPolicy" not in world.revision_of("batch-no1")["containerDefinitions"][0]
    world.settled()
