"""A stranger who may tag, and no more: a tag alone commands nothing. And those who move machines go on working."""

import copy
import json
import re
import shlex
import shutil

import pytest

from conftest import ACCOUNT, DAEMON, REGION, now_iso, running, wait_for

LEAVING = "fargate-batchd:leaving"
LONG_AGO = "2020-01-01T00:00:00Z"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:theirs"


def forged(app="batch", batch=None, **more):
    """Our tags, as whoever may tag writes them."""
    tags = {"owner": "default", "app": app} | ({"batch": batch} if batch else {}) | more
    return {f"fargate-batchd:{key.replace('_', '-')}": value for key, value in tags.items()}


def upper(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def lower(tags):
    return [{"key": key, "value": value} for key, value in tags.items()]


def foreign_rule(world, name, state="ENABLED", target=True):
    """Somebody else's rule, which nobody has tagged yet."""
    events = world.client("events")
    arn = events.put_rule(Name=name, ScheduleExpression="rate(1 day)", State=state)["RuleArn"]
    if target:
        events.put_targets(Rule=name, Targets=[{"Id": "theirs", "Arn": QUEUE}])
    return arn


def tag(world, arn, tags):
    world.client("events").tag_resource(ResourceARN=arn, Tags=upper(tags))


def foreign_revision(world, family):
    answer = world.client("ecs").register_task_definition(
        family=family, containerDefinitions=[{"name": "x", "image": "y", "memory": 64}])
    return answer["taskDefinition"]["taskDefinitionArn"]


def untouched(world, before, kinds=("rules", "revisions", "inactive", "repositories", "groups", "clusters")):
    after = world.snapshot()
    for kind in kinds:
        assert after[kind] == before[kind], kind


def plan_of(result):
    return re.search(r"fargate-batchctl approve (\S+)", result.out + result.err).group(1)


def commands_of(result):
    return re.findall(r"^ +(aws \S+ untag-resource .*)$", result.out + result.err, re.MULTILINE)


def take_off(world, result):
    """The way out that is printed, as it is printed."""
    commands = commands_of(result)
    assert commands, str(result)
    for command in commands:
        world.aws(*shlex.split(command)[1:])
    return commands


def empty_state(world):
    shutil.rmtree(world.folder / "state")
    (world.folder / "state").mkdir()


def without(definitions, *batches):
    rest = copy.deepcopy(definitions)
    for batch in batches:
        del rest["batches"][batch]
    return rest


def leaving_since(world, name, seconds):
    tag(world, world.rule(name)["Arn"], {LEAVING: now_iso(-seconds)})


def states(world):
    return {rule["Name"]: rule["State"] for rule in world.client("events").list_rules()["Rules"]}


def add_other(definitions, **members):
    """A second app with one batch."""
    other = {"region": REGION, "network": definitions["apps"]["batch"]["network"]} | members
    return {"apps": definitions["apps"] | {"other": other},
            "batches": definitions["batches"] | {"far": {"app": "other", "schedule": "rate(1 day)"}}}


def repositories(world):
    return sorted(one["repositoryName"] for one in world.client("ecr").describe_repositories()["repositories"])


# What a stranger may not do with our rights.


@pytest.mark.parametrize("names", ["theirs", "as ours would be called"])
@pytest.mark.parametrize("target", [False, True], ids=["no target", "target"])
def test_foreign_disabled_rules_are_not_deleted(world, converged, names, target):
    world.settings(deletion={"graceMinutes": 0, "maxBatches": 100, "maxPercent": 100})
    for number in range(12):
        name = f"report-{number}" if names == "theirs" else f"batch-x{number}"
        tag(world, foreign_rule(world, name, "DISABLED", target), forged(batch=f"x{number}", leaving=LONG_AGO))
    before = world.snapshot()
    result = world.apply(code=1)
    assert not result.writes, str(result)
    assert "nothing else says that they are ours" in result.out + result.err and plan_of(result), str(result)
    assert len(take_off(world, world.diff(code=1))) == 12
    untouched(world, before | {"rules": world.snapshot()["rules"]})
    world.settled()


@pytest.mark.parametrize("name", ["nightly-report", "batch-x"])
def test_a_foreign_enabled_rule_is_not_disabled(world, converged, name):
    tag(world, foreign_rule(world, name), forged(batch="x"))
    before = world.snapshot()
    result = world.apply(code=1)
    assert not result.writes, str(result)
    untouched(world, before)
    assert f"rule/{name}" in result.out + result.err


def test_a_rule_of_our_id_that_starts_somebody_elses_family_is_not_disabled(world, converged):
    """Of another installation, say, in the same account."""
    revision = foreign_revision(world, "batch-x")
    arn = foreign_rule(world, "batch-x", target=False)
    world.client("events").put_targets(Rule="batch-x", Targets=[{
        "Id": "fargate-batchd", "Arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/batch", "RoleArn": "arn:aws:iam::1:role/x",
        "EcsParameters": {"TaskDefinitionArn": revision}}])
    tag(world, arn, forged(batch="x"))
    before = world.snapshot()
    assert not world.apply(code=1).writes
    untouched(world, before)


@pytest.mark.parametrize("family", ["invoices", "batch-x"])
def test_a_foreign_task_definition_is_not_deregistered(world, converged, family):
    arn = foreign_revision(world, family)
    world.client("ecs").tag_resource(resourceArn=arn, tags=lower(forged(batch="x")))
    before = world.snapshot()
    result = world.run("apply")
    assert not result.writes, str(result)
    untouched(world, before)
    if family == "invoices":
        assert result.code == 1 and arn in result.out + result.err, str(result)
        assert "aws ecs untag-resource" in take_off(world, result)[0]
        world.settled()


def test_a_foreign_rule_with_the_tags_of_a_batch_of_ours_stops_nothing(world, converged):
    """It is no old name of the batch: neither is it disabled, nor is ours."""
    tag(world, foreign_rule(world, "nightly-report"), forged(batch="no1"))
    before = world.snapshot()
    result = world.apply(code=1)
    assert not result.writes, str(result)
    untouched(world, before)
    assert states(world) == {"batch-no1": "ENABLED", "batch-no2": "ENABLED", "nightly-report": "ENABLED"}


def test_a_foreign_repository_is_not_deleted_with_an_app(world, converged):
    world.settings(deletion={"graceMinutes": 0})
    world.converge(add_other(converged, onDelete="delete"))
    ecr = world.client("ecr")
    arn = ecr.create_repository(repositoryName="images")["repository"]["repositoryArn"]
    ecr.tag_resource(resourceArn=arn, tags=upper(forged("other", on_delete="delete")))
    world.write(converged)
    for _ in range(3):
        result = world.run("apply")
    assert repositories(world) == ["batch", "images"]
    assert result.code == 1 and arn in result.out + result.err, str(result)
    take_off(world, result)
    # Its revisions, which were the way back while a plan was held.
    assert [call.operation for call in world.apply().writes] == ["DeregisterTaskDefinition"]
    world.settled()


@pytest.mark.parametrize("batch", [None, "no2"], ids=["the app's", "a batch's"])
def test_a_foreign_family_that_is_called_as_an_app_does_not_go_with_it(world, converged, batch):
    """What the schedules of a batch start is known, and this is not it: whatever batch its tags name."""
    world.settings(deletion={"graceMinutes": 0})
    arn = foreign_revision(world, "batch")
    world.client("ecs").tag_resource(resourceArn=arn, tags=lower(forged(batch=batch)))
    world.write(without(converged, "no2"))
    for _ in range(3):
        result = world.run("apply")
    assert world.active("batch") == [arn] and world.rule("batch-no2") is None, str(result)
    other = add_other(converged)
    world.write({"apps": {"other": other["apps"]["other"]}, "batches": {"far": other["batches"]["far"]}})
    for _ in range(3):
        result = world.run("apply")
    assert world.active("batch") == [arn] and world.rule("batch-no1") is None, str(result)


def test_a_forged_time_of_leaving_ends_no_grace_before_it_begins(world, converged):
    """An app without a batch is marked and waits; what marks it is in the ledger."""
    both = add_other(converged, onDelete="delete")
    del both["batches"]["far"]
    world.write(both)
    world.apply()
    world.client("ecr").tag_resource(resourceArn=f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/other",
                                     tags=upper({LEAVING: LONG_AGO}))
    world.write(converged)
    result = world.apply()
    assert "DeleteRepository" not in [call.operation for call in result.writes], str(result)
    assert repositories(world) == ["batch", "other"]
    assert not world.apply().writes
    world.client("ecr").tag_resource(resourceArn=f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/other",
                                     tags=upper({LEAVING: now_iso(-3600)}))
    world.apply()
    assert repositories(world) == ["batch"]


def test_a_foreign_repository_that_is_approved_is_not_emptied(world, converged):
    """A person let it go, and whoever owns it may have images there: AWS refuses then."""
    world.settings(deletion={"graceMinutes": 0})
    ecr = world.client("ecr")
    arn = ecr.create_repository(repositoryName="images")["repository"]["repositoryArn"]
    ecr.tag_resource(resourceArn=arn, tags=upper(forged("other", on_delete="delete")))
    assert world.run("approve", plan_of(world.apply(code=1))).code == 0
    deletions = [call.params for _ in range(2) for call in world.run("apply").writes if call.operation == "DeleteRepository"]
    assert deletions and not any(params.get("force") for params in deletions), deletions


def test_what_an_app_uses_and_does_not_manage_is_not_deleted_with_it(world, converged):
    world.settings(deletion={"graceMinutes": 0})
    ecr = world.client("ecr")
    arn = ecr.create_repository(repositoryName="other")["repository"]["repositoryArn"]
    world.converge(add_other(converged, onDelete="delete", repository={"name": "other", "managed": False}))
    ecr.tag_resource(resourceArn=arn, tags=upper(forged("other", on_delete="delete")))
    world.write(converged)
    for _ in range(3):
        result = world.apply()
    assert repositories(world) == ["batch", "other"]
    assert "aws ecr delete-repository" in result.err, str(result)


def test_an_app_that_never_said_delete_keeps_its_things_whatever_their_tags_say(world, converged):
    world.settings(deletion={"graceMinutes": 0})
    world.converge(add_other(converged))
    ecr, ecs, logs = (world.client(name) for name in ("ecr", "ecs", "logs"))
    mark = {"fargate-batchd:on-delete": "delete"}
    repository = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/other"
    ecr.tag_resource(resourceArn=repository, tags=upper(mark))
    ecs.tag_resource(resourceArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/other", tags=lower(mark))
    logs.tag_resource(resourceArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/fargate/other", tags=mark)
    world.write(converged)
    for _ in range(3):
        result = world.apply()
    assert world.rule("other-far") is None and repositories(world) == ["batch", "other"]
    diff = world.diff()
    for said in (result.err, diff.err):
        found = re.findall(r"aws (\S+ delete-\S+) .*", said)
        assert sorted(found) == ["ecr delete-repository", "ecs delete-cluster", "logs delete-log-group"], said
    notes = world.diff("--json").json["notes"]
    assert [note["arn"] for note in notes if "delete-repository" in note["command"]] == [repository]
    for command in re.findall(r"(aws \S+ delete-.*)", diff.err):
        world.aws(*shlex.split(command)[1:])
    assert "note" not in world.diff().err and repositories(world) == ["batch"]


def test_what_somebody_else_disabled_counts_under_the_brake(world, article):
    """Ours by all that can be seen, long past their grace, and this state directory has disabled none of them."""
    article["batches"] = {f"b{number:02}": {"app": "batch", "schedule": "rate(1 day)"} for number in range(9)}
    world.converge(article)
    gone = [f"b{number:02}" for number in range(6)]
    empty_state(world)
    for name in gone:
        world.client("events").disable_rule(Name=f"batch-{name}")
        leaving_since(world, f"batch-{name}", 7200)
    world.write(without(article, *gone))
    held = world.apply(code=1)
    assert not held.writes and "6 batches leave within an hour" in held.err, str(held)
    assert not commands_of(held)
    world.write(without(article, *gone[:5]))
    world.apply()
    assert sorted(states(world)) == ["batch-b05", "batch-b06", "batch-b07", "batch-b08"]


def test_a_stranger_that_is_approved_after_all(world, converged):
    """A person says so: disabled, and after its grace, which the ledger watches, deleted without another approval."""
    tag(world, foreign_rule(world, "nightly-report", target=False), forged(batch="x"))
    assert world.run("approve", plan_of(world.apply(code=1))).code == 0
    world.apply()
    assert states(world)["nightly-report"] == "DISABLED"
    assert not world.apply().writes
    leaving_since(world, "nightly-report", 3600)
    world.apply()
    assert "nightly-report" not in states(world)
    world.settled()


# What has to go on working.


def test_a_moved_machine(world, converged):
    """The same files with an empty state directory: in sync, and what leaves from then on leaves."""
    converged["batches"]["no2"]["ruleName"] = "every-two"
    world.converge(converged)
    empty_state(world)
    world.settled()
    world.write(without(converged, "no2"))
    world.apply()
    assert states(world)["every-two"] == "DISABLED"
    leaving_since(world, "every-two", 3600)
    world.apply()
    assert list(states(world)) == ["batch-no1"] and world.active("batch-no2") == []


def test_ci_with_an_empty_state_directory(world, converged):
    """Each run begins with nothing; the grace is on the rule."""
    world.write(without(converged, "no2"))
    empty_state(world)
    world.apply()
    assert states(world)["batch-no2"] == "DISABLED"
    empty_state(world)
    assert not world.apply().writes
    leaving_since(world, "batch-no2", 3600)
    empty_state(world)
    world.apply()
    assert list(states(world)) == ["batch-no1"] and world.active("batch-no2") == []


def test_a_renamed_rule_with_an_empty_state_directory(world, converged):
    """From the usual name to another one, which both can be seen to be of the batch."""
    converged["batches"]["no1"]["ruleName"] = "every-five"
    world.write(converged)
    empty_state(world)
    world.converge()
    assert states(world) == {"batch-no2": "ENABLED", "every-five": "ENABLED"}


def test_a_renamed_rule_from_name_to_name(world, converged):
    converged["batches"]["no1"]["ruleName"] = "every-five"
    world.converge(converged)
    converged["batches"]["no1"]["ruleName"] = "nightly"
    world.converge(converged)
    assert states(world) == {"batch-no2": "ENABLED", "nightly": "ENABLED"}


def test_a_rule_renamed_by_somebody_else_meanwhile(world, converged):
    """Nothing here says that the old rule is the batch's: never two run, and a person decides."""
    converged["batches"]["no1"]["ruleName"] = "every-five"
    world.converge(converged)
    empty_state(world)
    converged["batches"]["no1"]["ruleName"] = "nightly"
    world.write(converged)
    seen = []
    world.proxy.watch(lambda call: seen.append(states(world)) if call.writes and call.service == "events" else None)
    held = world.apply(code=1)
    assert states(world) == {"batch-no2": "ENABLED", "every-five": "ENABLED", "nightly": "DISABLED"}, str(held)
    assert not world.apply(code=1).writes
    alone = world.apply("no1", code=1)
    assert not alone.writes and "nightly" in world.diff("--json", code=1).json["changes"][0]["name"], str(alone)
    assert "never both run" in world.diff(code=1).out
    assert world.run("approve", plan_of(held)).code == 0
    world.apply()
    assert states(world)["nightly"] == "ENABLED" and states(world).get("every-five") != "ENABLED"
    world.apply()
    world.proxy.watchers.clear()
    assert states(world) == {"batch-no2": "ENABLED", "nightly": "ENABLED"}
    assert not [one for one in seen if one.get("nightly") == one.get("every-five") == "ENABLED"], seen
    world.settled()


def test_a_rule_renamed_meanwhile_whose_tag_is_taken_off(world, converged):
    """The other way out: it was never the batch's."""
    tag(world, foreign_rule(world, "theirs"), forged(batch="no3"))
    converged["batches"]["no3"] = {"app": "batch", "schedule": "rate(1 day)"}
    world.write(converged)
    held = world.apply(code=1)
    assert states(world)["batch-no3"] == "DISABLED", str(held)
    take_off(world, held)
    world.apply()
    assert states(world)["batch-no3"] == "ENABLED" and states(world)["theirs"] == "ENABLED"
    world.settled()


def old_state(world):
    """What a version that kept no names has left: apps, sites, and the last good set."""
    served = next((world.folder / "state").glob("served-*"))
    kept = json.loads(served.read_text())
    kept.pop("names", None)
    served.write_text(json.dumps(kept))
    for path in (world.folder / "state").glob("ledger-*"):
        ledger = json.loads(path.read_text())
        ledger.pop("names", None)
        path.write_text(json.dumps(ledger))


def test_an_upgrade_knows_the_names_of_the_last_good_set(world, converged):
    """The daemon is stopped, upgraded, and started with files that have lost a batch and an app meanwhile."""
    world.settings(deletion={"graceMinutes": 0}, resyncInterval=3600)
    converged["batches"]["no2"]["ruleName"] = "every-two"
    world.write(add_other(converged, onDelete="delete", repository="images"))
    run_daemon(world)
    assert repositories(world) == ["batch", "images"]
    old_state(world)
    world.write(without(converged, "no2"))
    run_daemon(world)
    assert list(states(world)) == ["batch-no1"] and repositories(world) == ["batch"]


def run_daemon(world):
    """Until its first pass has ended; gives what `status` says then."""
    status = world.folder / "run" / "status.json"
    status.unlink(missing_ok=True)
    daemon = world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions),
                         program=DAEMON)
    wait_for(lambda: not running(daemon) or status.exists() and json.loads(status.read_text()).get("lastPass"), what="a pass")
    said = world.run("status").out
    daemon.terminate()
    out, err = daemon.communicate(timeout=30)
    assert daemon.returncode == 0, out + err
    return said


# Where no state is kept, a person lets a plan pass in the pass itself.


def test_an_approval_for_one_pass(world, article):
    article["batches"] = {f"b{number:02}": {"app": "batch", "schedule": "rate(1 day)"} for number in range(9)}
    world.converge(article)
    gone = [f"b{number:02}" for number in range(6)]
    world.write(without(article, *gone))
    empty_state(world)
    plan = plan_of(world.apply(code=1))
    empty_state(world)
    mistyped = world.apply("--approve", "0123456789ab", code=1)
    assert not mistyped.writes and "no such plan was held" in mistyped.err, str(mistyped)
    empty_state(world)
    said = world.apply("--approve", "0123456789ab", f"--approve={plan}")
    assert f"plan {plan}: approved by" in said.err, str(said)
    assert list(states(world).values()).count("DISABLED") == 6
    for name in gone:
        leaving_since(world, f"batch-{name}", 7200)
    empty_state(world)
    assert plan_of(world.apply(code=1)) == plan
    empty_state(world)
    world.apply("--approve", plan)
    assert len(states(world)) == 3
    empty_state(world)
    over = world.apply("--approve", plan)
    assert "no such plan was held" in over.err and not over.writes


def test_an_approval_for_one_pass_is_none_for_the_next(world, article):
    """With a kept state: what was disabled goes on, what failed needs another."""
    article["batches"] = {f"b{number:02}": {"app": "batch", "schedule": "rate(1 day)"} for number in range(9)}
    world.converge(article)
    gone = [f"b{number:02}" for number in range(6)]
    world.write(without(article, *gone))
    plan = plan_of(world.apply(code=1))
    world.proxy.fault("denied", "events", "DisableRule", times=None,
                      match=lambda call: call.params["Name"] == "batch-b00")
    world.apply("--approve", plan, code=1)
    world.proxy.reset()
    assert states(world)["batch-b00"] == "ENABLED" and states(world)["batch-b01"] == "DISABLED"
    for name in gone[1:]:
        leaving_since(world, f"batch-{name}", 7200)
    world.run("apply")
    assert not [name for name in states(world) if name in [f"batch-{one}" for one in gone[1:]]]


def test_an_approval_beside_names_of_batches_is_refused(world, converged):
    refused = world.apply("no1", "--approve", "0123456789ab", code=2)
    assert "--approve beside names" in refused.err and not refused.calls
    assert world.run("diff", "--approve", "0123456789ab").code == 2


def test_another_machines_app_without_a_state(world, converged):
    """A stray in CI: approved in each run, disabled first and deleted after its grace."""
    both = add_other(converged)
    world.converge(both)
    world.write(converged)
    empty_state(world)
    held = world.apply(code=1)
    assert "in no definition that was ever applied from here" in held.err and not held.writes, str(held)
    assert "aws events untag-resource" in commands_of(held)[0]
    plan = plan_of(held)
    empty_state(world)
    world.apply("--approve", plan)
    assert states(world)["other-far"] == "DISABLED"
    leaving_since(world, "other-far", 7200)
    empty_state(world)
    world.apply("--approve", plan)
    # Its revisions go with it, as with any batch.
    assert "other-far" not in states(world) and world.active("other-far") == []
    empty_state(world)
    world.settled()


def test_what_is_held_as_json_and_in_status(world, converged):
    arn = foreign_rule(world, "nightly-report")
    tag(world, arn, forged(batch="x"))
    untag = f"aws events untag-resource --resource-arn {arn} --tag-keys fargate-batchd:owner --region {REGION}"
    answer = world.diff("--json", code=1).json
    [held] = answer["held"]
    assert held["resources"] == [arn] and held["untag"] == [untag] and answer["approved"] == []
    assert held["command"] == f"fargate-batchctl approve {held['plan']}"
    [change] = answer["changes"]
    assert (change["action"], change["name"], change["outcome"]) == ("disable", "nightly-report", "held")
    said = run_daemon(world)
    status = json.loads((world.folder / "run" / "status.json").read_text())
    assert status["held"] == answer["held"]
    assert f"approve {held['plan']}" in said and untag in said, said
    [approved] = world.apply("--json", "--approve", held["plan"]).json["approved"]
    assert approved["plan"] == held["plan"] and approved["resources"] == [arn]
