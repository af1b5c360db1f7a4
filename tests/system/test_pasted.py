"""What people paste: images and log groups that are elsewhere, newer values of ECR, comments, tags that others set."""

import copy
import json

import pytest

from conftest import ACCOUNT, OWNER, REGION

NETWORK = {"subnets": ["subnet-1111111"]}
BOX = "public.ecr.aws/docker/library/busybox:1.36"
LOGS = {"logDriver": "awslogs", "options": {
    "awslogs-group": "/ecs/bill", "awslogs-region": REGION, "awslogs-stream-prefix": "ecs"}}


def one(**app):
    return {"apps": {"bill": {"region": REGION, "network": NETWORK} | app},
            "batches": {"nightly": {"app": "bill", "schedule": "rate(1 day)"}}}


def pasted(**app):
    """A task definition that brings its own image and its own log group."""
    container = {"name": "bill", "image": BOX, "logConfiguration": copy.deepcopy(LOGS)}
    return one(taskDefinition={"family": "bill", "cpu": "256", "memory": "512", "containerDefinitions": [container]},
               **app)


def repositories(world):
    return [item["repositoryName"] for item in world.client("ecr").describe_repositories()["repositories"]]


def groups(world):
    return [item["logGroupName"] for item in world.client("logs").describe_log_groups()["logGroups"]]


def test_what_nothing_uses_is_not_made_and_told_once(world):
    world.write(pasted())
    diff = world.diff(code=1)
    for thing in ("repository bill is not made", "log group /fargate/bill is not made"):
        assert (diff.out + diff.err).count(thing) == 1, str(diff)
    world.apply()
    assert repositories(world) == [] and groups(world) == []
    told = world.diff("--json")
    assert {(note["kind"], note["name"]) for note in told.json["notes"]} == {
        ("repository", "bill"), ("log-group", "/fargate/bill")}
    quiet = world.apply()
    assert "not made" not in quiet.out + quiet.err, str(quiet)
    world.settled()
    container = world.revision_of("bill-nightly")["containerDefinitions"][0]
    assert container["image"] == BOX and container["logConfiguration"] == LOGS


@pytest.mark.parametrize("change, made", [
    ({"repository": "bill"}, "repository"), ({"repository": {"scanOnPush": True}}, "repository"),
    ({"logGroup": "/fargate/bill"}, "group")])
def test_what_is_written_is_made(world, change, made):
    definitions = pasted(**change)
    if made == "group":
        options = definitions["apps"]["bill"]["taskDefinition"]["containerDefinitions"][0]["logConfiguration"]["options"]
        options["awslogs-group"] = "/fargate/bill"
    world.converge(definitions)
    assert repositories(world) == (["bill"] if made == "repository" else [])
    assert groups(world) == (["/fargate/bill"] if made == "group" else [])


@pytest.mark.parametrize("container", [
    {"name": "bill", "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/bill:3"},
    {"name": "bill", "image": BOX, "logConfiguration": {"logDriver": "awslogs", "options": {}}},
])
def test_what_is_used_by_another_name_is_made(world, container):
    world.converge(one(taskDefinition={"containerDefinitions": [container]}))
    assert repositories(world) == ([] if container["image"] == BOX else ["bill"])
    assert groups(world) == ["/fargate/bill"]


def test_a_sidecar_that_logs_to_the_app_brings_the_group(world):
    definitions = pasted()
    definitions["apps"]["bill"]["taskDefinition"]["containerDefinitions"].append(
        {"name": "agent", "image": BOX, "essential": False})
    world.converge(definitions)
    assert groups(world) == ["/fargate/bill"]


def test_a_repository_of_before_stays(world):
    """An app whose image moved elsewhere: what was made for it is neither written to nor deleted."""
    world.settings(deletion={"graceMinutes": 0})
    world.converge(one(onDelete="delete"))
    world.converge(pasted(onDelete="delete"))
    assert repositories(world) == ["bill"] and groups(world) == ["/fargate/bill"]


def test_a_taken_log_group_may_be_used_as_it_is(world):
    """The first way out that is told loses nobody's logs."""
    logs = world.client("logs")
    logs.create_log_group(logGroupName="/ecs/bill")
    world.write(pasted(logGroup="/ecs/bill"))
    for answer in (world.diff(code=1), world.run("apply")):
        assert answer.code == 1
        line = next(line for line in (answer.out + answer.err).splitlines() if "/ecs/bill is not ours" in line)
        assert 'write "logGroup": {"name": "/ecs/bill", "managed": false}' in line, line
        assert "remove the other" not in line
    check = world.run("check")
    assert check.code == 0, str(check)
    world.converge(pasted(logGroup={"name": "/ecs/bill", "managed": False}))
    assert logs.list_tags_for_resource(
        resourceArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/bill")["tags"] == {}


def mutability(world):
    [repository] = world.client("ecr").describe_repositories()["repositories"]
    return repository["imageTagMutability"], repository.get("imageTagMutabilityExclusionFilters")


def excluding(*filters, value="IMMUTABLE_WITH_EXCLUSION"):
    return one(repository={"imageTagMutability": value, "imageTagMutabilityExclusionFilters": [
        {"filterType": "WILDCARD", "filter": text} for text in filters]})


def test_tag_mutability_with_exclusions(world):
    world.converge(excluding("latest", "dev-*"))
    assert mutability(world)[0] == "IMMUTABLE_WITH_EXCLUSION"
    assert {item["filter"] for item in mutability(world)[1]} == {"latest", "dev-*"}
    # Their order does not count, what they hold does.
    world.write(excluding("dev-*", "latest"))
    world.settled()
    world.write(excluding("latest", "test-*"))
    assert "imageTagMutabilityExclusionFilters" in world.diff(code=1).out
    world.converge()
    assert {item["filter"] for item in mutability(world)[1]} == {"latest", "test-*"}
    # Whatever somebody sets by hand is put back whole.
    world.client("ecr").put_image_tag_mutability(repositoryName="bill", imageTagMutability="MUTABLE")
    world.converge()
    assert mutability(world)[0] == "IMMUTABLE_WITH_EXCLUSION" and len(mutability(world)[1]) == 2
    world.converge(one(repository={"imageTagMutability": "IMMUTABLE"}))
    assert mutability(world) == ("IMMUTABLE", None) or mutability(world) == ("IMMUTABLE", [])


def test_exclusions_that_the_app_does_not_mention_stay(world):
    world.converge(excluding("latest"))
    world.converge(one())
    assert mutability(world)[0] == "IMMUTABLE_WITH_EXCLUSION" and len(mutability(world)[1]) == 1


def test_a_comment_changes_nothing(world):
    definitions = one()
    world.converge(definitions)
    definitions["$comment"] = "of the file"
    definitions["apps"]["bill"]["$comment"] = "of the app"
    definitions["batches"]["nightly"]["$comment"] = "of the batch"
    world.write(definitions)
    assert world.run("check").code == 0
    world.settled()
    assert "$comment" not in json.dumps(world.revision_of("bill-nightly"), default=str)


def tags_of_role(world, name="ecsTaskExecutionRole"):
    return {tag["Key"]: tag["Value"] for tag in world.client("iam").list_role_tags(RoleName=name)["Tags"]}


def case_blind(world):
    """IAM takes keys that differ in case alone for one, which the emulator does not: TagRole replaces, of both."""
    def tag(call):
        if call.operation != "TagRole":
            return
        wanted = {value.lower() for name, value in call.params.items() if name.endswith(".Key")}
        role = call.params["RoleName"]
        old = [key for key in tags_of_role(world, role) if key.lower() in wanted]
        world.client("iam").untag_role(RoleName=role, TagKeys=old)

    world.proxy.watch(tag)


def test_a_strangers_tag_in_other_capitals_stays_on_a_role(world):
    definitions = one(tags={"team": "night"})
    world.converge(definitions)
    world.client("iam").tag_role(RoleName="ecsTaskExecutionRole", Tags=[{"Key": "CostCenter", "Value": "42"}])
    definitions["apps"]["bill"]["tags"]["costcenter"] = "7"
    case_blind(world)
    world.write(definitions)
    diff = world.diff(code=1)
    assert "CostCenter of role ecsTaskExecutionRole stays" in diff.out + diff.err, str(diff)
    world.apply()
    world.settled()
    tags = tags_of_role(world)
    assert tags["CostCenter"] == "42" and "costcenter" not in tags, tags
    assert tags_of_role(world, "ecsEventRole")["costcenter"] == "7"
    assert world.rule("bill-nightly")["Tags"]["costcenter"] == "7"


def test_a_tag_of_ours_changes_its_capitals_on_a_role(world):
    case_blind(world)
    world.converge(one(tags={"Team": "night"}))
    world.converge(one(tags={"team": "night"}))
    assert tags_of_role(world)["team"] == "night" and "Team" not in tags_of_role(world)


def test_a_variable_without_a_value_is_an_empty_one(world):
    world.converge(one(taskDefinition={"containerDefinitions": [
        {"name": "bill", "environment": [{"name": "A", "value": None}, {"name": "B"}, {"name": "C", "value": "x"}]}]}))
    environment = world.revision_of("bill-nightly")["containerDefinitions"][0]["environment"]
    assert {item["name"]: item.get("value") for item in environment} == {"A": "", "B": "", "C": "x"}


def test_nulls_in_a_lifecycle_policy_are_left_out(world):
    world.converge(one(repository={"lifecyclePolicy": {"raw": {"rules": [
        {"rulePriority": 1, "description": None, "action": {"type": "expire", "targetStorageClass": None}, "selection": {
            "tagStatus": "untagged", "tagPrefixList": None, "countType": "imageCountMoreThan", "countUnit": None,
            "countNumber": 3}}]}}}))
    text = world.client("ecr").get_lifecycle_policy(repositoryName="bill")["lifecyclePolicyText"]
    assert "null" not in text and json.loads(text)["rules"][0]["selection"]["countNumber"] == 3
