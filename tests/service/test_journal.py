"""What the journal tells: the story of a batch, what needs a person, and what to do."""

import json
import re

from conftest import ROOT, UNIT
from system.conftest import wait_for

IDS = dict(re.findall(r'MESSAGE\((\w+), "([0-9a-f]{32})"', (ROOT / "daemon/report/messages.h").read_text()))
DRIFT, CHANGED, FIGHT, ENDED = IDS["DRIFT"], IDS["CHANGED"], IDS["FIGHT"], IDS["ENDED"]


def each(value):
    """A field that stands several times is a list in journalctl's JSON."""
    return value if isinstance(value, list) else [value]


def test_every_record_has_an_id_and_every_change_is_an_audit_line(service, article):
    service.converge(article)
    records = service.journal()
    assert records and all(record.get("MESSAGE_ID") in IDS.values() for record in records)
    changes = [record for record in records if "ACTION" in record]
    assert len(changes) == service.status()["lastPass"]["done"]
    requests = {call.request_id for call in service.proxy.calls}
    for record in changes:
        assert record["MESSAGE_ID"] == CHANGED and record["PRIORITY"] == "6"
        assert record["APP"] == "batch" and record["RESOURCE_KIND"] and record["RESOURCE"] and record["PASS"], record
        assert record["DEFINITION_FILE"].endswith("jobs.json") and int(record["DEFINITION_LINE"]) > 1, record
        assert record["AWS_SERVICE"] in ("ecr", "ecs", "events", "iam", "logs"), record
        assert record["AWS_OPERATION"] and set(each(record["AWS_REQUEST_ID"])) <= requests, record
    assert all(record["PASS"] == changes[0]["PASS"] for record in records if record["MESSAGE_ID"] == IDS["PASS"])
    assert not [record for record in records if int(record["PRIORITY"]) <= 4], "nothing needs a person"


def test_the_story_of_one_batch(service, article):
    service.converge(article)
    out = service.machine.run("journalctl", "-u", UNIT, "BATCH=no1", "-o", "json", "--no-pager").stdout
    records = [json.loads(line) for line in out.splitlines()]
    assert {record["BATCH"] for record in records} == {"no1"}
    kinds = [record["RESOURCE_KIND"] for record in records][-3:]
    assert kinds == ["task-definition", "rule", "target"], kinds


def test_a_converged_pass_says_nothing(service, article):
    service.settings(resyncInterval=1)
    service.converge(article)
    service.mark()
    number = service.status()["lastPass"]["number"]
    writes = len(service.proxy.writes())
    service.wait_pass(after=number + 3)
    assert len(service.proxy.writes()) == writes
    assert service.journal() == []


def drift(service, change, undone, field):
    """Changes something by hand, waits until it is put back, and gives the record that tells it."""
    service.mark()
    change()
    wait_for(undone, what="the repair", seconds=20)
    return wait_for(lambda: next((record for record in service.journal(MESSAGE_ID=DRIFT)
                                  if field in record["MESSAGE"]), None),
                    what=f"the drift of {field} in\n{service.said()}")


def test_drift_is_put_back_and_told(service, article):
    service.settings(resyncInterval=1)
    service.converge(article)
    events = service.client("events")

    record = drift(service, lambda: service.aws("events", "disable-rule", "--name", "batch-no1"),
                   lambda: service.rule("batch-no1")["State"] == "ENABLED", "state")
    assert record["BATCH"] == "no1" and record["PRIORITY"] == "5" and record["ACTION"] == "update"
    assert "changed outside" in record["MESSAGE"] and "put back" in record["MESSAGE"]
    assert "DISABLED → ENABLED" in record["MESSAGE"] and record["AWS_REQUEST_ID"]

    def edit_input():
        [target] = service.rule("batch-no2")["Targets"]
        target["Input"] = '{"containerOverrides":[]}'
        service.aws("events", "put-targets", "--rule", "batch-no2", "--targets", json.dumps([target]))

    record = drift(service, edit_input, lambda: "no2" in service.rule("batch-no2")["Targets"][0]["Input"], "input")
    assert record["BATCH"] == "no2" and record["RESOURCE_KIND"] == "target"

    group = service.client("logs")
    record = drift(
        service, lambda: service.aws("logs", "put-retention-policy", "--log-group-name", "/fargate/batch",
                                     "--retention-in-days", "1"),
        lambda: group.describe_log_groups()["logGroups"][0]["retentionInDays"] == 30, "retentionInDays")
    assert "1 → 30" in record["MESSAGE"] and "BATCH" not in record

    iam = service.client("iam")
    policy = iam.list_attached_role_policies(RoleName="ecsEventRole")["AttachedPolicies"][0]["PolicyArn"]
    record = drift(
        service, lambda: service.aws("iam", "detach-role-policy", "--role-name", "ecsEventRole", "--policy-arn", policy),
        lambda: iam.list_attached_role_policies(RoleName="ecsEventRole")["AttachedPolicies"], "olic")
    assert record["RESOURCE_KIND"] == "role"

    record = drift(service, lambda: (events.remove_targets(Rule="batch-no1", Ids=["fargate-batchd"]),
                                     events.delete_rule(Name="batch-no1")),
                   lambda: service.rule("batch-no1") and service.rule("batch-no1")["Targets"], "batch-no1")
    assert "gone outside" in record["MESSAGE"]
    assert not [record for record in service.journal() if int(record["PRIORITY"]) <= 3]


def test_a_fight_is_told_and_not_fought(service, article):
    service.settings(resyncInterval=1)
    service.converge(article)
    service.mark()
    for _ in range(3):
        service.aws("events", "disable-rule", "--name", "batch-no1")
        wait_for(lambda: service.rule("batch-no1")["State"] == "ENABLED", what="the repair")
    service.aws("events", "disable-rule", "--name", "batch-no1")
    record = wait_for(lambda: service.journal(MESSAGE_ID=FIGHT), what="the fight")[0]
    assert record["PRIORITY"] == "3" and record["BATCH"] == "no1" and "state" in record["MESSAGE"]
    number = service.status()["lastPass"]["number"]
    status = service.wait_pass(after=number + 2)
    assert status["state"] == "degraded" and status["fights"][0]["batch"] == "no1", status
    assert service.rule("batch-no1")["State"] == "DISABLED", "left alone for a while"
    assert len(service.journal(MESSAGE_ID=FIGHT)) == 1, "told once"
    assert "fight" in service.ctl("status", code=1).stdout
    assert [batch["state"] for batch in status["batches"]] == ["held", "in sync"]
    assert "systemctl reload fargate-batchd" in record["MESSAGE"]
    assert service.machine.shell(f"systemctl reload {UNIT} && fargate-batchctl wait").stdout.startswith("healthy")
    assert service.rule("batch-no1")["State"] == "ENABLED", "a person asked for it"
    assert service.journal(MESSAGE_ID=ENDED)


def test_a_trouble_is_told_once_and_when_it_ends(service, article):
    service.settings(resyncInterval=1)
    service.proxy.fault("denied", service="logs", operation="CreateLogGroup", times=None)
    service.define(article)
    service.start()
    number = service.wait_pass()["lastPass"]["number"]
    status = service.wait_pass(after=number + 3)
    failed = service.journal(MESSAGE_ID=IDS["CHANGE_FAILED"])
    assert len(failed) == 1, [record["MESSAGE"] for record in failed]
    assert failed[0]["AWS_OPERATION"] == "CreateLogGroup" and "AccessDenied" in failed[0]["AWS_ERROR_CODE"]
    assert failed[0]["PRIORITY"] == "3" and failed[0]["RESOURCE"]
    assert [problem["errorCode"] for problem in status["problems"]] == [failed[0]["AWS_ERROR_CODE"]], status
    assert service.ctl("status", code=1).stdout.count("AccessDenied") >= 1
    service.wait_status("cannot create log-group /fargate/batch")
    service.proxy.reset()
    wait_for(lambda: service.status()["state"] == "healthy", what="the end of it")
    assert len(service.journal(MESSAGE_ID=ENDED)) == 1


def test_a_reading_that_failed_keeps_its_call(service, article):
    """By the request id the same call is found in CloudTrail: of a list, of what an app needs, of all tags."""
    service.converge(article)
    for operation, about, message in (("ListRules", "site", "SITE_FAILED"), ("DescribeClusters", "need", "BLOCKED"),
                                      ("GetResources", "reading", "INCOMPLETE")):
        service.proxy.fault("denied", operation=operation, times=None)
        assert service.machine.shell(f"systemctl reload {UNIT} && fargate-batchctl wait", code=1)
        record = service.journal(MESSAGE_ID=IDS[message])[-1]
        assert record["AWS_OPERATION"] == operation and "AccessDenied" in record["AWS_ERROR_CODE"], record
        assert record["AWS_SERVICE"] and record["AWS_REQUEST_ID"] in record["MESSAGE"]
        [problem, *_] = [problem for problem in service.status()["problems"] if problem["about"] == about]
        assert problem["errorCode"] == record["AWS_ERROR_CODE"] and problem["requestId"]
        service.proxy.reset()


def test_a_trouble_is_part_of_the_batchs_story_until_its_end(service, article):
    service.settings(resyncInterval=1)
    service.proxy.fault("denied", service="events", operation="PutRule", times=None)
    service.define(article)
    service.start()
    service.wait_pass()
    service.wait_status("2 failing: batch/no")
    service.proxy.reset()
    wait_for(lambda: service.status()["state"] == "healthy", what="the end of it")
    story = service.journal(BATCH="no1")
    [failed] = [record for record in story if record["MESSAGE_ID"] == IDS["CHANGE_FAILED"]]
    [ended] = [record for record in story if record["MESSAGE_ID"] == ENDED]
    assert failed["AWS_SERVICE"] == "events" and failed["AWS_OPERATION"] == "PutRule" and "ACTION" not in failed
    assert "ACTION" not in ended and ended["PRIORITY"] == "5"
    for name in ("APP", "RESOURCE_KIND", "RESOURCE"):
        assert ended[name] == failed[name], (name, ended)


def test_keys_that_do_not_work_say_what_aws_said(service, article):
    service.keys("AKIAFAKETESTKEY00009", "wrong")
    service.define(article)
    service.start()
    service.wait_pass()
    [record] = service.journal(MESSAGE_ID=IDS["SITE_FAILED"])
    assert record["AWS_SERVICE"] == "sts" and record["AWS_OPERATION"] == "GetCallerIdentity", record
    assert record["AWS_ERROR_CODE"] and record["AWS_ERROR_CODE"] in service.show("StatusText")


def test_a_new_image_is_told_from_the_old_one_to_the_new(service, article):
    service.converge(article)
    service.mark()
    article["apps"]["batch"]["image"]["tag"] = "2026-11-24"
    service.define(article)
    service.reload()
    service.wait_pass(after=1)
    [revision, target] = service.journal(MESSAGE_ID=CHANGED, BATCH="no1")
    assert "created task-definition batch-no1:2: containerDefinitions[batch].image: batch:latest → batch:2026-11-24 (" in (
        revision["MESSAGE"]), revision
    assert "batch-no1:1 → batch-no1:2 (" in target["MESSAGE"] and "arn:" not in target["MESSAGE"], target


def test_drift_is_told_beside_a_batch_that_fails(service, article):
    service.settings(resyncInterval=1)
    service.proxy.fault("denied", service="events", operation="PutRule", times=None,
                        match=lambda call: call.params["Name"] == "batch-no2")
    service.define(article)
    service.start()
    service.wait_pass()
    record = drift(service, lambda: service.aws("events", "disable-rule", "--name", "batch-no1"),
                   lambda: service.rule("batch-no1")["State"] == "ENABLED", "state")
    assert record["BATCH"] == "no1" and "put back" in record["MESSAGE"]


def test_a_conflict_names_both_sides(service, article):
    service.client("logs").create_log_group(logGroupName="/fargate/batch")
    service.define(article)
    service.start()
    status = service.wait_pass()
    [record] = service.journal(MESSAGE_ID=IDS["CONFLICT"])
    assert record["RESOURCE"].startswith("arn:aws:logs:") and record["RESOURCE"] in record["MESSAGE"]
    assert "jobs.json:" in record["MESSAGE"] and record["PRIORITY"] == "3"
    assert status["conflicts"][0]["arn"] == record["RESOURCE"]
    assert service.proxy.writes() == [] and service.rules() == []
    assert {batch["state"] for batch in status["batches"]} == {"conflict"}


def test_a_long_message_keeps_its_characters(service, article):
    """A text cut in the middle of a character would be shown as a blob."""
    service.settings(resyncInterval=1)
    article["batches"]["no1"]["tags"] = {f"tag-{number:02}": "é" * 200 for number in range(40)}
    service.converge(article)
    service.mark()
    article["batches"]["no1"]["tags"] = {f"tag-{number:02}": "ü" * 201 for number in range(40)}
    service.define(article)
    service.reload()
    service.wait_pass(after=1)
    wait_for(lambda: service.journal(BATCH="no1"), what="the changes")
    for record in service.journal():
        assert isinstance(record["MESSAGE"], str), "journalctl gives bytes where the text is none"
        assert len(record["MESSAGE"].encode()) <= 4000
    assert any(record["MESSAGE"].endswith("…") for record in service.journal(BATCH="no1"))


def test_the_catalog_explains(service, article):
    service.converge(article)
    out = service.machine.run("journalctl", "-u", UNIT, "-x", "--no-pager").stdout
    assert "The daemon has started" in out and "Defined-By: fargate-batchd" in out and "What to do:" in out
    assert "A resource was changed: rule of app batch" in out, "names of fields are filled in"
    known = service.machine.run("journalctl", "--list-catalog", *IDS.values()).stdout
    assert len(known.splitlines()) == len(IDS)
