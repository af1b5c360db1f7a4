"""What counts in a task definition: the order of files, empty variables; and revisions that an older program tagged."""

import copy
import json

import pytest

BASE, STAGE = ({"value": f"arn:aws:s3:::settings/{name}.env", "type": "s3"} for name in ("base", "stage"))
PLAIN, EMPTY = {"name": "LEVEL", "value": "info"}, {"name": "TRACE", "value": ""}


def with_container(definitions, **members):
    changed = copy.deepcopy(definitions)
    changed["apps"]["batch"]["taskDefinition"]["containerDefinitions"][0] |= members
    return changed


def registered(result):
    return [call.params["family"] for call in result.calls if call.operation == "RegisterTaskDefinition"]


def moves(world, definitions):
    """Applies a change of content: one revision for each batch, and at rest after it."""
    world.write(definitions)
    diff = world.diff(code=1)
    assert sorted(registered(world.apply())) == ["batch-no1", "batch-no2"]
    world.settled()
    return diff


def test_the_order_of_environment_files_counts(world, article):
    """ECS reads them from the top down, so it decides which value a variable has that both set."""
    world.converge(with_container(article, environmentFiles=[BASE, STAGE]))
    diff = moves(world, with_container(article, environmentFiles=[STAGE, BASE]))
    line = next(line for line in diff.out.splitlines() if "environmentFiles" in line)
    before, after = line.split(" → ")
    assert before.index("base.env") < before.index("stage.env") and after.index("stage.env") < after.index("base.env")
    assert world.revision_of("batch-no1")["containerDefinitions"][0]["environmentFiles"] == [STAGE, BASE]


def test_an_empty_variable_counts_both_ways(world, article):
    world.converge(with_container(article, environment=[PLAIN]))
    diff = moves(world, with_container(article, environment=[PLAIN, EMPTY]))
    assert "environment[TRACE]" in diff.out, str(diff)
    assert EMPTY in world.revision_of("batch-no1")["containerDefinitions"][0]["environment"]
    # The way back finds the first revision, and registers nothing.
    world.write(with_container(article, environment=[PLAIN]))
    back = world.diff(code=1)
    assert "environment[TRACE]" in back.out, str(back)
    assert registered(world.apply()) == []
    assert world.revision_of("batch-no1")["containerDefinitions"][0]["environment"] == [PLAIN]
    world.settled()


def test_an_empty_variable_that_goes_is_a_change(world, article):
    world.converge(with_container(article, environment=[PLAIN, EMPTY]))
    diff = moves(world, with_container(article, environment=[PLAIN]))
    assert "environment[TRACE]" in diff.out, str(diff)


@pytest.mark.parametrize("members", [
    {"systemControls": [{"namespace": "net.ipv4.ip_local_port_range", "value": ""}]},
    {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-datetime-format": ""}}},
    {"dockerLabels": {"com.example.stage": ""}},
])
def test_other_values_that_are_empty_count_too(world, article, members):
    world.converge(article)
    moves(world, with_container(article, **members))


def test_an_empty_text_is_not_sent(world, article):
    """Nor does it count: what AWS keeps does not depend on which of the two was applied first."""
    empty = with_container(article, user="", workingDirectory="", hostname="")
    world.converge(empty)
    container = world.revision_of("batch-no1")["containerDefinitions"][0]
    assert not {"user", "workingDirectory", "hostname"} & set(container)
    world.write(article)
    world.settled()
    world.write(with_container(article, user="1000"))
    assert registered(world.apply()) != []
    world.write(empty)
    assert registered(world.apply()) == []


def old_cache(world):
    """The remembered contents as a program kept them that knew neither empty variables nor the order of files."""
    changed = 0
    for path in (world.folder / "state").glob("cache-*"):
        content = json.loads(path.read_text())
        for kept in content["revisions"].values():
            kept.pop("content")
            kept["digest"] = "v1-" + "0" * 40
            changed += 1
        path.write_text(json.dumps(content))
    assert changed == 2


@pytest.mark.parametrize("kept", ["state", "no state"])
def test_an_upgrade_registers_nothing_for_what_it_always_saw_right(world, converged, kept):
    """Such a digest is made as before: not even a tag differs."""
    assert world.revision_of("batch-no1")["tags"]["fargate-batchd:hash"].startswith("v1-")
    if kept == "state":
        old_cache(world)
    else:
        for path in (world.folder / "state").glob("cache-*"):
            path.unlink()
    world.settled()


@pytest.mark.parametrize("members", [{"environment": [PLAIN, EMPTY]}, {"environmentFiles": [STAGE, BASE]}],
                         ids=["empty", "order"])
@pytest.mark.parametrize("kept", ["state", "no state"])
def test_an_upgrade_knows_a_revision_by_its_content(world, article, kept, members):
    """The older program's tag says the same of contents that differ: it is written anew, the revision stays."""
    world.converge(with_container(article, **members))
    ecs = world.client("ecs")
    for name in ("batch-no1", "batch-no2"):
        [arn] = world.active(name)
        ecs.tag_resource(resourceArn=arn, tags=[{"key": "fargate-batchd:hash", "value": "v1-" + "0" * 40}])
    if kept == "state":
        old_cache(world)
    else:
        for path in (world.folder / "state").glob("cache-*"):
            path.unlink()
    diff = world.diff("--json", code=1)
    paths = {field["path"] for change in diff.json["changes"] for field in change["fields"]}
    assert paths == {"tags[fargate-batchd:hash]"}, str(diff)
    assert registered(world.apply()) == []
    world.settled()
    assert len(world.active("batch-no1")) == 1
    assert world.revision_of("batch-no1")["tags"]["fargate-batchd:hash"].startswith("v2-")


def test_an_older_tag_on_another_content_finds_nothing(world, article):
    """The older program tagged a revision with an empty variable as if it had none."""
    world.converge(with_container(article, environment=[PLAIN]))
    plain = world.revision_of("batch-no1")["tags"]["fargate-batchd:hash"]
    moves(world, with_container(article, environment=[PLAIN, EMPTY]))
    ecs = world.client("ecs")
    for name in ("batch-no1", "batch-no2"):
        ecs.deregister_task_definition(taskDefinition=f"{name}:1")
    second = world.active("batch-no1")[0]
    ecs.tag_resource(resourceArn=second, tags=[{"key": "fargate-batchd:hash", "value": plain}])
    for path in (world.folder / "state").glob("cache-*"):
        path.unlink()
    moves(world, with_container(article, environment=[PLAIN]))
    assert world.revision_of("batch-no1")["containerDefinitions"][0]["environment"] == [PLAIN]
