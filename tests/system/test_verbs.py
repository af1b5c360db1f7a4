"""Verbs, flags, exit codes, and what --json holds."""

import json
import os
import re
import shutil
import signal

import pytest

from conftest import CTL, DAEMON, KEY, REGION, ROOT, SECRET, at_another_time, wait_for
from instance import REGION_ASKED, metadata_service

VERBS = ["check", "diff", "apply", "list", "next", "run", "runs", "logs", "status", "import", "approve", "policy",
         "release", "notify", "wait", "reload"]
BUILT = ["check", "diff", "apply", "list", "next", "status", "approve", "wait", "reload"]


def test_check_says_every_fault_of_every_file_with_its_place(world, article):
    article["apps"]["batch"]["clustr"] = "x"
    article["batches"]["no1"]["shedule"] = article["batches"]["no1"].pop("schedule")
    world.write(article, "a.json")
    world.write('{\n  "batches": {\n    "lost": { "app": "nobody", "schedule": "cron(0 0 * * * *)" }\n  }\n}\n', "b.json")
    world.write('{ "apps": {', "c.json")
    result = world.run("check")
    assert result.code == 1 and not result.calls, str(result)
    lines = (result.out + result.err).splitlines()
    faults = [line for line in lines if re.match(r"\S*[abc]\.json:\d+:\d+: .+; .+", line)]
    assert len(faults) >= 4, str(result)
    text = "\n".join(faults)
    assert "cluster" in text and "schedule" in text and "nobody" in text
    assert re.search(r"b\.json:3:\d+: ", text) and re.search(r"c\.json:1:\d+: ", text)


def test_a_file_whose_name_is_no_utf_8_is_told_all_the_same(world):
    with open(bytes(world.definitions) + b"/caf\xe9.json", "w") as file:
        file.write('{"oops": 1}')
    result = world.run("check", "--json")
    assert result.code == 1 and result.json["faults"][0]["file"].endswith("/caf?.json"), str(result)


def test_check_json(world, article):
    article["batches"]["no1"]["schedule"] = "rate(1 minutes)"
    path = world.write(article)
    result = world.run("check", "--json")
    assert result.code == 1
    [fault] = result.json["faults"]
    assert set(fault) >= {"file", "line", "column", "message", "remedy"}
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if "rate(1 minutes)" in text)
    assert fault["line"] == line and fault["file"].endswith("jobs.json")
    article["batches"]["no1"]["schedule"] = "rate(1 minute)"
    world.write(article)
    assert world.run("check", "--json").json["faults"] == []


def test_check_of_one_file(world, article):
    good = world.write(article, "good.json")
    bad = world.write('{"x": 1}', "bad.json")
    assert world.run("check", str(good)).code == 0
    assert world.run("check", str(bad)).code == 1
    assert world.run("check", str(world.folder / "absent.json")).code == 2


def test_check_of_one_file_knows_what_the_others_define(world, article):
    batches = {"batches": article.pop("batches")}
    apps = world.write(article, "apps.json")
    world.write('{"broken":', "broken.json")
    file = world.write(batches, "batches.json")
    assert world.run("check", str(file)).code == 0 and world.run("check", str(apps)).code == 0
    answer = world.run("check", "--json", str(file)).json
    assert answer["valid"] and answer["apps"] == 0 and answer["batches"] == len(batches["batches"]), answer
    # Within the folder a name may not come twice; elsewhere the file is the next version of what is there.
    twice = world.write(batches, "twice.json")
    result = world.run("check", str(twice))
    assert result.code == 1 and "twice.json:" in result.out and "is defined already at" in result.out, str(result)
    elsewhere = twice.rename(world.folder / "next.json")
    assert world.run("check", str(elsewhere)).code == 0
    # A file of the same name stands for the one that is there, with what it no longer defines.
    emptied = world.folder / "apps.json"
    emptied.write_text("{}")
    result = world.run("check", str(emptied), str(file))
    assert result.code == 1 and "there is no app" in result.out and "batches.json:" in result.out, str(result)


def test_check_annotates_on_github(world, article):
    article["batches"]["no1"]["enabled"] = "50%"
    article["apps"]["batch"]["taskDefinition"]["containerDefinitions"][0]["newThing"] = "x"
    path = world.write(article, "jobs, 50%: a.json")
    plain = world.run("check", "--format", "text")
    result = world.run("check", "--format", "github")
    assert result.code == plain.code == 1 and not result.err, str(result)
    lines = sorted(result.out.splitlines())
    name = str(path).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    assert len(lines) == len(plain.out.splitlines()) == 2, str(result)
    assert re.fullmatch(rf'::error file={re.escape(name)},line=\d+,col=\d+::"enabled" has to be .*50%25.*; write .*', lines[0])
    assert re.fullmatch(rf'::warning file={re.escape(name)},line=\d+,col=\d+::unknown key "newThing".*', lines[1]), lines
    world.settings_file.write_text('{"ownr": "x"}')
    assert "::error file=" + str(world.settings_file) + ",line=1," in world.run("check", "--format=github").out
    wrong = world.run("check", "--format", "gitlab")
    assert wrong.code == 2 and "github" in wrong.err and len(wrong.err.splitlines()) == 1, str(wrong)
    assert world.run("diff", "--format", "github").code == 2


def test_check_of_the_settings(world, article):
    world.write(article)
    world.settings_file.write_text('{"ownr": "x"}')
    result = world.run("check")
    assert result.code == 1 and "owner" in result.out + result.err, str(result)
    assert "settings.json:1:" in result.out + result.err


@pytest.mark.parametrize("globs, fine", [
    (["arn:aws:iam::123456789012:role/deploy-*"], True), (["arn:aws:iam::*:role/x", "*deploy-jobs"], True),
    (["arn:aws:iam::*"], True), (["arn:aws:iam::123456789012:role/deploy"], False), (["arn:aws:iam::210987654321:*"], False),
    ([], False)])
def test_only_the_roles_of_the_settings_are_taken_on(world, article, globs, fine):
    article["apps"]["batch"]["assumeRoleArn"] = "arn:aws:iam::123456789012:role/deploy-jobs"
    path = world.write(article)
    world.settings(assumeRoles=globs)
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if "assumeRoleArn" in text)
    for files in [], [path]:
        result = world.run("check", *files)
        assert result.code == (not fine), str(result)
        assert fine or f"jobs.json:{line}:" in result.out and '"assumeRoles" in the settings' in result.out, str(result)
    if not fine:
        result = world.run("apply")
        assert result.code == 2 and not result.calls, str(result)
    # What is wrong in a file that is not judged is another day's matter.
    other = world.write({"apps": {"other": dict(article["apps"]["batch"])}}, "other.json")
    del article["apps"]["batch"]["assumeRoleArn"]
    world.write(article)
    assert world.run("check", path).code == 0
    result = world.run("check", other)
    assert result.code == (not fine), str(result)


@pytest.mark.parametrize("verb", ["diff", "apply", "list"])
def test_broken_definitions_end_with_2(world, article, verb):
    article["batches"]["no1"]["shedule"] = "x"
    world.write(article)
    result = world.run(verb)
    assert result.code == 2 and not result.calls, str(result)
    assert re.search(r"jobs\.json:\d+:\d+: ", result.out + result.err), str(result)


@pytest.mark.parametrize("key, value", [("timezone", "Asia/Tokyo"), ("schedule", "at(2199-01-01T00:00:00)"),
                                        ("startDate", "2027-01-31T00:00:00Z"), ("endDate", "2199-01-31T00:00:00Z"),
                                        ("flexibleTimeWindow", 15), ("via", "scheduler")])
def test_what_scheduler_alone_can_do_stops_that_batch_alone(world, article, key, value):
    world.write(article)
    assert world.run("apply").code == 0
    before = world.client("events").describe_rule(Name="batch-no1"), world.target("batch-no1")
    article["batches"]["no1"][key] = value
    article["batches"]["no2"]["schedule"] = "rate(1 hour)"
    article["batches"]["no3"] = article["batches"]["no1"] | {"environment": {"batch": "no3"}}
    world.write(article)
    assert world.run("check").code == 0
    for verb in "diff", "apply":
        result = world.run(verb)
        assert result.code == 1, str(result)
        assert re.search(r"no1.*not in force yet: .*stays as it is, and goes on as before", result.out + result.err), str(result)
        assert re.search(r"no3.*not in force yet: .*rule batch-no3 is not made", result.out + result.err), str(result)
    after = world.client("events").describe_rule(Name="batch-no1"), world.target("batch-no1")
    assert [{k: v for k, v in one.items() if k != "ResponseMetadata"} for one in after] == [
        {k: v for k, v in one.items() if k != "ResponseMetadata"} for one in before]
    assert world.client("events").describe_rule(Name="batch-no2")["ScheduleExpression"] == "rate(1 hour)"
    assert "batch-no3" not in [rule["Name"] for rule in world.client("events").list_rules()["Rules"]]
    rows = {row["batch"]: row for row in json.loads(world.run("list", "--json").out)["batches"]}
    assert {name: row["state"] for name, row in rows.items()} == {"no1": "blocked", "no2": "in sync", "no3": "blocked"}
    assert (rows["no1"]["via"], rows["no1"]["next"], rows["no2"]["via"]) == ("scheduler", None, "rule")


def test_next_tells_times_by_the_clock_of_the_zone(world, article):
    article["batches"]["no1"] |= {"schedule": "cron(30 2 * 3,10 ? 2198)", "timezone": "Europe/Berlin",
                                  "startDate": "2198-03-24T00:00:00Z", "endDate": "2198-03-26T23:59:59Z"}
    world.write(article)
    result = world.run("next", "no1", "--json")
    assert result.code == 0 and not result.calls, str(result)
    [batch] = json.loads(result.out)["batches"]
    # The 25th is the last Sunday of March: no clock shows half past two.
    assert batch["times"] == ["2198-03-24T01:30:00Z", "2198-03-26T00:30:00Z"], batch
    assert batch["localTimes"] == ["2198-03-24T02:30:00+01:00", "2198-03-26T02:30:00+02:00"], batch
    text = world.run("next", "no1").out
    assert "in Europe/Berlin" in text and "2198-03-26T00:30:00Z  2198-03-26T02:30:00+02:00" in text, text


@pytest.mark.parametrize("key, value", [("adopt", True), ("readOnly", True), ("family", "x"),
                                        ("queue", "arn:aws:sqs:a:1:q")])
def test_what_is_not_supported_yet_is_said(world, article, key, value):
    article["batches"]["no1"][key] = value
    path = world.write(article)
    result = world.run("check")
    assert result.code == 1 and "not supported yet" in result.out + result.err, str(result)
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if f'"{key}"' in text)
    assert f"jobs.json:{line}:" in result.out + result.err, str(result)


def test_what_is_accepted_already(world, article):
    article["batches"]["no1"]["via"] = "rule"
    world.write(article)
    world.settings(runsInterval=5)
    assert world.run("check").code == 0


def test_diff_in_words(world, converged):
    world.write(converged)
    assert world.diff().out.strip() == "" or "in sync" in world.diff().out
    converged["batches"]["no1"]["schedule"] = "rate(1 hour)"
    converged["batches"]["no3"] = {"app": "batch", "schedule": "rate(1 day)"}
    world.write(converged)
    diff = world.diff(code=1)
    assert "cron(0/5 * * * ? *)" in diff.out and "rate(1 hour)" in diff.out, str(diff)
    assert "no1" in diff.out and "no3" in diff.out and "no2" not in diff.out
    assert re.search(r"\d+ to create, \d+ to change, \d+ to delete", diff.out.strip().splitlines()[-1]), str(diff)
    assert "\x1b[" not in diff.out


def test_diff_json(world, article):
    world.write(article)
    diff = world.diff("--json", code=1)
    body = diff.json
    assert set(body) >= {"inSync", "changes", "held", "summary"} and body["inSync"] is False
    assert len(body["changes"]) >= 9
    for change in body["changes"]:
        assert set(change) >= {"app", "batch", "kind", "name", "action", "fields"}, change
        for field in change["fields"]:
            assert set(field) >= {"path", "old", "new"}, field
    assert {change["batch"] for change in body["changes"]} == {None, "no1", "no2"}
    assert {change["app"] for change in body["changes"]} == {"batch"}
    world.apply()
    body = world.diff("--json").json
    assert body["inSync"] is True and body["changes"] == [] and not body["held"]
    article["batches"]["no1"]["description"] = "other"
    world.write(article)
    [change] = world.diff("--json", code=1).json["changes"]
    assert (change["app"], change["batch"], change["kind"], change["name"]) == ("batch", "no1", "rule", "batch-no1")
    [field] = change["fields"]
    assert (field["old"], field["new"]) == ("batch no1", "other") and "escription" in field["path"]


def test_apply_json(world, article):
    world.write(article)
    first = world.apply("--json")
    assert first.json["inSync"] is True and first.json["changes"], str(first)
    assert all(not change.get("error") for change in first.json["changes"])
    assert world.apply("--json").json["changes"] == []


def test_apply_json_with_a_failure(world, article):
    world.write(article)
    world.proxy.fault("denied", "events", "PutTargets", times=None, match=lambda call: call.params["Rule"] == "batch-no1")
    result = world.apply("--json", code=1)
    assert result.json["inSync"] is False
    failed = [change for change in result.json["changes"] if change.get("error")]
    assert failed and {change["batch"] for change in failed} == {"no1"}, str(result)
    assert "AccessDenied" in json.dumps(failed)


def test_every_change_has_the_same_members(world, article):
    """What has no value is null: nobody who reads it has to ask first whether it is there."""
    world.client("events").put_rule(Name="batch-no2", ScheduleExpression="rate(1 day)")
    world.write(article)
    world.proxy.fault("denied", "events", "PutTargets", times=None, match=lambda call: call.params["Rule"] == "batch-no1")
    result = world.apply("--json", code=1).json
    told = {change["action"]: change for change in result["changes"]}
    every = {"app", "batch", "kind", "name", "action", "fields", "error", "arn"}
    changes = every | {"outcome", "errorCode", "requestId", "requestIds"}
    assert [set(change) ^ changes for change in result["changes"] if change["action"] == "create"].count(set()) == result["summary"]["create"]
    assert {change["outcome"] for change in result["changes"] if change.get("errorCode")} == {"failed"}, result
    assert set(told["conflict"]) == every | {"owner", "definitionFile", "definitionLine"}, told["conflict"]
    assert told["conflict"]["owner"] is None and told["conflict"]["definitionFile"].endswith("jobs.json")


def test_next_has_the_same_members_for_every_schedule(world, article):
    article["batches"]["no2"]["schedule"] = "rate(5 minutes)"
    world.write(article)
    times, rate = world.run("next", "--json").json["batches"]
    assert set(times) == set(rate) == {"app", "batch", "schedule", "timezone", "enabled", "times", "localTimes", "every",
                                      "flexibleTimeWindow"}
    assert times["every"] is None and len(times["times"]) == 5 and rate["every"] == 300 and rate["times"] == []
    assert times["timezone"] == rate["timezone"] == "UTC"


def test_the_plan_tells_the_truth(world, article):
    """What diff prints is what apply does."""
    world.write(article)
    planned = world.diff("--json", code=1).json["changes"]
    done = world.apply("--json").json["changes"]

    def names(changes):
        return sorted((change["kind"], change["name"], change["action"]) for change in changes)

    assert names(planned) == names(done)


def test_list(world, converged):
    table = world.run("list")
    assert table.code == 0 and not table.writes, str(table)
    lines = table.out.splitlines()
    row = next(line for line in lines if "no1" in line)
    assert "batch" in row and "cron(0/5 * * * ? *)" in row and "in sync" in row, table.out
    assert "1" in row and "latest" in row
    starts = {line.find("no1") if "no1" in line else line.find("no2") for line in lines if "cron(" in line}
    assert len(starts) == 1, table.out
    body = world.run("list", "--json").json
    assert [(item["app"], item["batch"], item["state"]) for item in body["batches"]] == [
        ("batch", "no1", "in sync"), ("batch", "no2", "in sync")]
    first = body["batches"][0]
    assert list(first) == ["app", "batch", "state", "schedule", "timezone", "via", "next", "lastRun", "image", "revision"]
    assert first["schedule"] == "cron(0/5 * * * ? *)" and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d[05]:00Z", first["next"])
    assert (first["timezone"], first["via"], first["lastRun"]) == ("UTC", "rule", None)


def test_the_states_in_list(world, converged):
    events = world.client("events")
    converged["batches"] |= {name: {"app": "batch", "schedule": "rate(1 day)"} for name in ("edited", "gone", "off", "new")}
    converged["batches"]["off"]["enabled"] = False
    world.converge(converged)
    del converged["batches"]["no2"]
    world.write(converged)
    world.apply()
    events.put_rule(Name="batch-edited", ScheduleExpression="rate(9 days)")
    events.remove_targets(Rule="batch-gone", Ids=["fargate-batchd"])
    events.delete_rule(Name="batch-gone")
    batches = {item["batch"]: item for item in world.run("list", "--json").json["batches"]}
    states = {name: item["state"] for name, item in batches.items()}
    assert states == {"no1": "in sync", "no2": "leaving", "edited": "differs", "gone": "missing", "off": "disabled",
                      "new": "in sync"}
    # The revision is the live one, also of what is in no definition.
    assert batches["no2"]["revision"] == "batch-no2:1" and batches["no2"]["image"] is batches["no2"]["next"] is None
    assert batches["gone"]["revision"] is None and batches["no1"]["revision"] == "batch-no1:1"


def test_a_batch_that_is_blocked_or_moves_in_list(world, converged):
    converged["apps"]["other"] = {"region": REGION, "cluster": {"name": "shared", "managed": False}, "repository": False,
                                  "image": {"uri": "public.ecr.aws/x/y:1"},
                                  "network": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}
    converged["batches"]["blocked"] = {"app": "other", "schedule": "rate(1 day)"}
    converged["batches"]["no1"]["ruleName"] = "moved"
    world.write(converged)
    listed = world.run("list", "--json")
    states = {item["batch"]: item["state"] for item in listed.json["batches"]}
    assert states == {"blocked": "blocked", "no1": "moving", "no2": "in sync"}, str(listed)
    assert listed.code == 0
    diff = world.diff(code=1)
    assert "~ rule batch-no1 (moved: disabled)" in diff.out and "leaving" not in diff.out, str(diff)


def test_a_move_of_one_named_batch_never_runs_it_twice(world, converged):
    """Nothing is deleted where batches are named, but the old name stops before the new one starts."""
    converged["batches"]["no1"]["ruleName"] = "moved"
    world.write(converged)
    applied = world.apply("no1")
    assert (world.rule("batch-no1")["State"], world.rule("moved")["State"]) == ("DISABLED", "ENABLED"), str(applied)
    writes = [(call.operation, call.params.get("Name")) for call in applied.writes]
    assert writes.index(("DisableRule", "batch-no1")) < writes.index(("EnableRule", "moved")), str(applied)
    assert not world.apply("no1").writes
    world.apply()
    assert world.rule("batch-no1") is None and world.rule("moved")["State"] == "ENABLED"
    world.settled()


def test_apply_names_the_revisions_that_go(world, converged):
    world.settings(keepRevisions=1)
    for tag in ("v2", "v3"):
        converged["apps"]["batch"]["image"] = {"tag": tag}
        world.write(converged)
        result = world.apply()
    assert "deleted task-definition batch-no1:1 (batch no1)\n" in result.out, str(result)


def test_names_and_answers_that_are_no_utf_8(world, article):
    """JSON holds only UTF-8; a file's name, a cut message or a proxy's header need not be that."""
    world.write(article)
    path = os.path.join(os.fsencode(world.definitions), b"b\xff.json")
    with open(path, "w") as file:
        file.write('{"x": 1}')
    [fault] = world.run("check", "--json").json["faults"]
    assert fault["file"].endswith("/b?.json"), fault
    with open(path, "w") as file:
        file.write("{}")
    process = world.start("", "--definitions", str(world.definitions), program=DAEMON)
    wait_for(lambda: (world.folder / "run" / "status.json").exists(), what="the first pass")
    process.terminate()
    assert "Abort" not in process.communicate(timeout=20)[1] and process.returncode == 0
    for length in (498, 499, 500):
        world.proxy.reset()
        text = json.dumps({"__type": "Weird", "message": "x" * length + "\u65e5\u672c"})
        world.proxy.fault(lambda call, fault, answer: (400, {"Content-Type": "application/x-amz-json-1.1",
                                                             "x-amzn-RequestId": "r\xff\xe9"}, text.encode()),
                          "events", "ListRules", times=None)
        refused = world.run("diff", "--json")
        assert refused.code == 2 and "Weird: x" in refused.json["errors"][0]["error"], str(refused)


def test_nothing_that_aws_holds_steers_the_terminal(world, converged):
    target = world.target("batch-no1")
    target["Input"] = json.dumps({"containerOverrides": [
        {"name": "batch", "environment": [{"name": "E\x1b[2J", "value": "v\x1b[2J\r"}]}]})
    world.client("events").put_targets(Rule="batch-no1", Targets=[target])
    diff = world.diff(code=1)
    assert "\x1b" not in diff.out and "\\x1b[2J" in diff.out, str(diff)


@pytest.mark.parametrize("arguments, says", [
    (["aply"], "apply"), ([], ""), (["diff", "--jsn"], "--json"), (["diff", "--settings"], "--settings"),
    (["apply", "no9"], "no"), (["approve"], ""), (["--frobnicate"], "--frobnicate"), (["diff", "--json=maybe"], "--json"),
    (["--jsn", "diff"], "--json"), (["--debug"], "verb"), (["check", "--region", "eu-wst-1"], "eu-west-1"),
    (["next", "--endpoint-url", "http://example.com"], "--endpoint-url"), (["next", "--count", "0"], "--count"),
    (["list", "no9"], "no1"), (["status", "no1"], "status --help"), (["next", "no9"], "no1")])
def test_wrong_use(world, article, arguments, says):
    world.write(article)
    command = [CTL, *arguments]
    if arguments and arguments[0] in VERBS:
        command += ["--definitions", str(world.definitions)]
        if arguments[-1] == "--settings":
            command = [CTL, "diff", "--definitions", str(world.definitions), "--settings"]
    result = world.run("", command=command)
    assert result.code == 2, str(result)
    assert len(result.err.strip().splitlines()) == 1 and says in result.err and not result.out.strip(), str(result)


def test_flags_may_follow_arguments(world, article):
    world.write(article)
    result = world.run("", command=[CTL, "apply", "no1", "--definitions", str(world.definitions), "--json", "--settings",
                                    str(world.settings_file)])
    assert result.code == 0, str(result)
    assert result.json["changes"] and world.rule("batch-no2") is None


@pytest.mark.parametrize("arguments", [["run", "no1", "--env", "K=V"], ["run", "no1", "--", "bin/x", "--y"],
                                       ["logs", "no1", "--follow"], ["import", "--cluster", "x"]])
def test_a_verb_that_is_not_built_says_so_whatever_its_flags(world, arguments):
    result = world.run("", command=[CTL, *arguments])
    if arguments[0] in BUILT:
        return
    assert result.code == 2 and result.err == f"fargate-batchctl: {arguments[0]} is not built yet\n", str(result)
    asked = world.run("", command=[CTL, *arguments[:2], "--help", *arguments[2:]])
    late = world.run("", command=[CTL, *arguments[:4], "-h"])
    for helped in (asked, late) if "--" not in arguments else (asked,):
        assert helped.code == 0 and "(not built yet)" in helped.out and not helped.err, str(helped)


def test_a_word_for_the_job_is_no_call_for_help(world):
    """What stands behind "--" is the job's."""
    if "run" not in BUILT:
        assert world.run("", command=[CTL, "run", "no1", "--", "bin/x", "--help"]).code == 2


def test_flags_before_the_verb(world, article):
    world.write(article)
    early = world.run("", command=[CTL, "--json", "--definitions", str(world.definitions), "--settings",
                                   str(world.settings_file), "next", "no1", "--count=1"])
    assert early.code == 0 and len(early.json["batches"][0]["times"]) == 1, str(early)
    for flags in (["--debug", "--help"], ["--help"], ["-h"]):
        assert "approve" in world.run("", command=[CTL, *flags]).out
    assert world.run("", command=[CTL, "--debug", "--version"]).out.startswith("fargate-batchctl ")


@pytest.mark.parametrize("verb", ["check", "diff", "apply", "list", "next"])
def test_an_answer_that_cannot_be_written_ends_with_2(world, article, verb):
    """A full disk and a standard output that was closed: one line says so. A reader that had enough is no trouble."""
    world.write(article)
    command = " ".join(world.command(verb, "--json"))
    for redirection in (">/dev/full", ">&-"):
        result = world.run("", command=["sh", "-c", f"exec {command} {redirection}"])
        assert result.code == 2 and "standard output could not be written" in result.err, str(result)
        assert len(result.err.splitlines()) == 1, str(result)
    state = [path.read_text() for path in (world.folder / "state").iterdir()]
    assert all(text.startswith(("{", "fargate-batchctl apply (pid")) for text in state), state
    fine = world.run(verb, "--json")
    early = world.run("", command=["bash", "-c", f"{command} | true; exit ${{PIPESTATUS[0]}}"])
    assert early.code == fine.code and not early.err.strip(), str(early)


def test_apply_goes_on_when_its_reader_goes_away(world, article):
    article["batches"] |= {f"b{number}": {"app": "batch", "schedule": "rate(1 day)"} for number in range(8)}
    world.write(article)
    world.proxy.delay = 0.02
    command = " ".join(world.command("apply"))
    result = world.run("", command=["bash", "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}"])
    assert result.code == 0, str(result)
    assert len(result.out.splitlines()) == 1
    world.proxy.delay = 0
    world.settled()


def test_no_program_dies_of_a_connection_that_was_closed(world, article):
    """libcurl leaves SIGPIPE to the program, and a TLS connection that the other side has closed raises it."""
    world.write(article)
    world.proxy.fault("stall", "sts", seconds=2, times=None)
    for program, arguments in ((CTL, ["diff"]), (DAEMON, [])):
        process = world.start("", *arguments, "--definitions", str(world.definitions), "--settings",
                              str(world.settings_file), program=program)
        wait_for(lambda: world.proxy.of("sts"), what="the first call")
        ignored = re.search(r"SigIgn:\s*(\w+)", open(f"/proc/{process.pid}/status").read()).group(1)
        assert int(ignored, 16) & 1 << signal.SIGPIPE - 1, program
        process.kill()
        process.communicate()
        world.proxy.clear()


def test_a_terminal_that_goes_away_interrupts_apply(world, article):
    article["batches"] |= {f"b{number}": {"app": "batch", "schedule": "rate(1 day)"} for number in range(20)}
    world.write(article)
    world.proxy.delay = 0.05
    process = world.start("apply")
    wait_for(lambda: world.proxy.of("events", "PutRule"), what="the first rule")
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert all(call.status for call in world.proxy.calls)
    world.proxy.delay = 0
    world.converge()


def test_apply_beside_a_daemon_says_to_reload(world, converged):
    process = world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions),
                          program=DAEMON)
    wait_for(lambda: (world.folder / "run" / "status.json").exists(), what="the first pass")
    result = world.run("apply")
    assert result.code == 2 and not result.writes and len(result.err.splitlines()) == 1, str(result)
    assert f"fargate-batchd (pid {process.pid})" in result.err and "systemctl reload fargate-batchd" in result.err
    assert world.run("diff").code == 0 and world.run("list").code == 0
    process.terminate()
    process.communicate(timeout=20)
    locked = world.run("", command=["flock", str(world.folder / "state" / "lock"), *world.command("apply")])
    assert locked.code == 2 and "is in use by" in locked.err, str(locked)


def test_status_of_a_daemon_that_is_gone(world, converged):
    """Neither a zombie, nor a process that got the same number later, is the daemon."""
    process = world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions),
                          program=DAEMON)
    path = world.folder / "run" / "status.json"
    wait_for(lambda: path.exists() and world.run("status").code == 0, what="the first pass")
    process.kill()
    wait_for(lambda: world.run("status").code == 2, what="a status that says so")
    path.write_text(re.sub(r'("pid": ?)\d+', rf"\g<1>{os.getpid()}", path.read_text()))
    result = world.run("status")
    assert result.code == 2 and "is gone" in result.err and not result.out, str(result)
    path.unlink()
    missing = world.run("status", "--json")
    assert missing.code == 2 and not missing.out and "status.json" in missing.err, str(missing)


def as_nobody(world):
    """Lets another user reach the world's folder; skips where only root could be that."""
    if os.getuid() != 0:
        pytest.skip("needs another user")
    for path in (world.folder, *world.folder.parents):
        if path.owner() == "root" and path != path.parent and str(path).startswith("/tmp/pytest"):
            path.chmod(0o755)


def test_what_root_applies_leaves_the_state_to_the_daemons_user(world, converged):
    as_nobody(world)
    state = world.folder / "theirs"
    state.mkdir(mode=0o700)
    shutil.chown(state, "nobody", "nogroup")
    world.apply(environment={"STATE_DIRECTORY": str(state)})
    assert {path.name: path.owner() for path in state.iterdir() if path.owner() != "nobody"} == {}
    world.apply(environment={"STATE_DIRECTORY": str(state)}, user="nobody")


def test_reading_needs_no_state(world, converged):
    """diff and list work for any user who can read the files; only apply needs a place, and says how to give one."""
    as_nobody(world)
    nowhere = {name: None for name in ("STATE_DIRECTORY", "XDG_STATE_HOME", "HOME", "RUNTIME_DIRECTORY")}
    locked = world.folder / "locked"
    locked.mkdir(mode=0o700)
    for environment in (nowhere, nowhere | {"HOME": "/"}, nowhere | {"STATE_DIRECTORY": str(locked)}):
        for verb in ("diff", "list"):
            result = world.run(verb, environment=environment, user="nobody")
            assert result.code == 0 and not result.err, str(result)
        result = world.run("apply", environment=environment, user="nobody")
        assert result.code == 2 and not result.writes and len(result.err.splitlines()) == 1, str(result)
        assert "STATE_DIRECTORY" in result.err and "reload" not in result.err, str(result)


def test_check_of_what_cannot_be_read_ends_with_2(world, article):
    as_nobody(world)
    world.write('{"x": 1}', "a.json")
    world.write(article, "b.json").chmod(0)
    result = world.run("check", user="nobody")
    assert result.code == 2 and "a.json:1:2: " in result.out and "b.json:1:1: " in result.out, str(result)
    assert world.run("check", "--json", user="nobody").json["valid"] is False
    folder = world.run("check", str(world.definitions))
    assert folder.code == 2 and "--definitions" in folder.err and not folder.out, str(folder)


def test_apply_with_read_only_settings_writes_nothing(world, article):
    world.write(article)
    world.settings(readOnly=True)
    result = world.run("apply")
    assert result.code == 2 and not result.calls and "readOnly" in result.err and "diff" in result.err, str(result)
    assert world.run("diff").code == 1


def test_a_schedule_that_has_fired_for_the_last_time(world, article):
    article["batches"]["no1"]["schedule"] = "cron(0 0 1 1 ? 2030)"
    world.write(article)
    late = at_another_time("2031-01-01 00:00:00")
    assert "never again" in world.run("", command=[*late, *world.command("next", "no1")]).out
    assert world.run("", command=[*late, *world.command("next", "no1", "--json")]).json["batches"][0]["times"] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(world, verb):
    result = world.run("", command=[CTL, verb, "--help"])
    assert result.code == 0 and "fargate-batchctl " + verb in result.out and not result.err, str(result)
    if verb not in BUILT:
        assert "not built yet" in result.out, str(result)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in BUILT])
def test_a_verb_that_is_not_built_says_so(world, article, verb):
    world.write(article)
    result = world.run(verb, *(["no1"] if verb in ("run", "logs") else []))
    assert result.code == 2 and result.err == f"fargate-batchctl: {verb} is not built yet\n" and not result.writes, str(result)


@pytest.mark.parametrize("program", [CTL, DAEMON], ids=["ctl", "daemon"])
def test_help_and_version(world, program):
    shown = world.run("", command=[program, "--help"])
    assert shown.code == 0 and "usage: " in shown.out and not shown.err, str(shown)
    flags = shown if program == DAEMON else world.run("", command=[program, "diff", "--help"])
    for flag in ("--settings", "--definitions", "--endpoint-url", "--region", "--profile", "--debug"):
        assert flag in flags.out, str(flags)
    assert max(len(line) for line in (shown.out + flags.out).splitlines()) <= 110
    version = world.run("", command=[program, "--version"])
    assert version.code == 0 and re.search(r"\d+\.\d+\.\d+", version.out), str(version)


def test_help_tells_every_state_of_a_batch(world):
    manual = (ROOT / "config" / "fargate-batchctl.1").read_text().split(".Sh BATCH STATES")[1].split(".Sh ")[0]
    states = re.findall(r"(?m)^\.It Cm (.*)$", manual)
    assert len(states) >= 12
    told = world.run("", command=[CTL, "list", "--help"]).out.split("States:")[1].split(".")[0]
    assert [" ".join(state.split()) for state in told.split(",")] == states


def test_help_tells_the_flags_that_mean_something(world):
    def told(*words):
        return set(re.findall(r"(?m)^  (--[a-z-]+)", world.run("", command=[CTL, *words, "--help"]).out))

    files, aws, always = {"--settings", "--definitions"}, {"--endpoint-url", "--region", "--profile", "--debug"}, {"--help", "--version"}
    assert told() == files | aws | always
    assert told("check") == files | always | {"--json", "--format", "--reloaded"}
    assert told("next") == files | always | {"--json", "--count"}
    assert told("list") == files | aws | always | {"--json"}
    assert told("approve") == always and told("wait") == always | {"--timeout"}
    # A script may give the same flags to every verb.
    assert "unknown flag" not in world.run("", command=[CTL, "status", "--region", "eu-west-1"]).err


def test_colour_only_on_a_terminal(world, article):
    import pty
    world.write(article)
    for extra, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        master, slave = pty.openpty()
        process = world.start("diff", environment={"TERM": "xterm-256color"} | extra)
        process.communicate()
        import subprocess
        process = subprocess.Popen(world.command("diff"), stdout=slave, stderr=slave, stdin=subprocess.DEVNULL,
                                   env=world.environment | {"TERM": "xterm-256color"} | extra)
        os.close(slave)
        seen = b""
        while True:
            try:
                block = os.read(master, 65536)
            except OSError:
                break
            if not block:
                break
            seen += block
        process.wait(60)
        os.close(master)
        assert (b"\x1b[" in seen) == coloured, (extra, seen[:300])


def test_hidden_values(world, converged):
    converged["batches"]["no1"]["environment"] = {"batch": "no1", "PASSWORD": "hunter2-hunter2"}
    world.write(converged)
    assert "hunter2-hunter2" in world.diff(code=1).out
    hidden = world.diff("--hide-values", code=1)
    assert "hunter2-hunter2" not in hidden.out + hidden.err and "PASSWORD" in hidden.out, str(hidden)


def test_secrets_are_in_no_output(world, article):
    """Neither the secret key, nor the session token, nor a signature; with --debug too."""
    token = "FwoGZXIvYXdzEBYaDFakeSessionToken/+=="
    world.write(article)
    for verb in ("diff", "apply", "apply", "list"):
        result = world.run(verb, "--debug", environment={"AWS_SESSION_TOKEN": token})
        text = result.out + result.err
        assert SECRET not in text and token not in text and "Signature=" not in text, str(result)
        for call in result.calls:
            signature = call.headers.get("authorization", "").rpartition("Signature=")[2]
            assert signature and signature not in text
        assert call.headers.get("x-amz-security-token") == token
    for path in world.folder.rglob("*"):
        if path.is_file() and path.parent != world.definitions:
            data = path.read_bytes()
            assert SECRET.encode() not in data and token.encode() not in data, path


def test_debug_tells_each_call(world, converged):
    result = world.run("diff", "--debug")
    lines = [line for line in result.err.splitlines() if "ListRules" in line]
    assert len(lines) == 1, str(result)
    [call] = [call for call in result.calls if call.operation == "ListRules"]
    assert "events" in lines[0] and "200" in lines[0] and call.request_id in lines[0], lines[0]
    told = sum(1 for line in result.err.splitlines() if any(call.operation in line for call in result.calls))
    assert told >= len(result.calls)
    assert KEY not in result.err


def test_progress_in_a_pipe_is_plain_lines(world, article):
    world.write(article)
    result = world.apply()
    assert "\r" not in result.out + result.err and "\x1b" not in result.out + result.err
    assert "batch-no1" in result.out + result.err


def test_a_state_of_ones_own_without_access(world, article):
    """A person without access to the service's state keeps one under $XDG_STATE_HOME."""
    as_nobody(world)
    shutil.chown(world.folder / "xdg", "nobody")
    world.write(article)
    environment = {"STATE_DIRECTORY": None, "RUNTIME_DIRECTORY": None}
    result = world.run("apply", environment=environment, user="nobody")
    assert result.code == 0, str(result)
    found = [path for path in (world.folder / "xdg").rglob("*") if path.is_file()]
    assert found and all(path.stat().st_mode & 0o777 == 0o600 for path in found), found


def test_the_state_is_private(world, converged):
    files = [path for path in (world.folder / "state").rglob("*") if path.is_file()]
    assert all(path.stat().st_mode & 0o077 == 0 for path in files), files


def test_files_that_are_skipped_and_files_that_are_faults(world, converged):
    for name in (".hidden.json", "jobs.json~", "notes.txt", "jobs.json.dpkg-new", ".jobs.json.swp"):
        (world.definitions / name).write_text("{ not json")
    assert world.run("check").code == 0
    (world.definitions / "pipe.json").parent.mkdir(exist_ok=True)
    os.mkfifo(world.definitions / "pipe.json")
    result = world.run("check", timeout=10)
    assert result.code in (1, 2) and "pipe.json" in result.out + result.err, str(result)
    (world.definitions / "pipe.json").unlink()
    (world.definitions / "loop.json").symlink_to("loop.json")
    result = world.run("check")
    assert result.code in (1, 2) and "loop.json" in result.out + result.err, str(result)


def test_the_region_of_the_instance_where_nobody_names_one(world, article):
    del world.environment["AWS_EC2_METADATA_DISABLED"]
    del article["apps"]["batch"]["region"]
    article["apps"]["other"] = article["apps"]["batch"] | {"cluster": "other", "repository": "other", "logGroup": "/other"}
    world.write(article)
    with metadata_service() as (environment, asked):
        for verb, code in (("diff", 1), ("list", 0), ("apply", 0), ("diff", 0)):
            asked.clear()
            result = world.run(verb, environment=environment)
            assert result.code == code, str(result)
            assert {call.region for call in result.calls if call.service == "events"} == {"eu-north-1"}, str(result)
            assert asked == REGION_ASKED
    assert world.rule("batch-no1", region="eu-north-1")["State"] == "ENABLED"


def test_the_instance_is_asked_only_where_an_app_needs_it(world, article):
    del world.environment["AWS_EC2_METADATA_DISABLED"]
    world.write(article)
    with metadata_service() as (environment, asked):
        for verb in ("diff", "apply", "list"):
            assert world.run(verb, environment=environment).code in (0, 1)
        del article["apps"]["batch"]["region"]
        world.write(article)
        for verb in ("check", "next"):
            assert world.run(verb, environment=environment).code == 0
        assert world.run("diff", "--region", REGION, environment=environment).code == 0
        assert world.run("diff", environment=environment | {"AWS_DEFAULT_REGION": REGION}).code == 0
        disabled = world.run("diff", environment=environment | {"AWS_EC2_METADATA_DISABLED": "true"})
        assert disabled.code == 2 and "no region for app batch" in disabled.err, str(disabled)
        assert asked == []


def test_an_instance_that_does_not_answer_is_not_waited_for(world, article):
    del world.environment["AWS_EC2_METADATA_DISABLED"]
    del article["apps"]["batch"]["region"]
    path = world.write(article)
    said = f'no region for app batch ({path}:3): write "region" there, or give --region or AWS_REGION\n'
    with metadata_service(seconds=30) as (environment, asked):
        result = world.run("diff", environment=environment)
        assert result.code == 2 and result.err == "fargate-batchctl: " + said and not result.out, str(result)
        assert 1 < result.seconds < 4 and len(asked) == 2, str(result)
    with metadata_service(region="<html>") as (environment, asked):
        result = world.run("diff", environment=environment)
        assert result.code == 2 and said in result.err, str(result)
    result = world.run("diff", environment=environment)
    assert result.code == 2 and said in result.err and result.seconds < 2, str(result)


def test_a_region_from_each_place(world, article):
    """The app's, --region, AWS_REGION, AWS_DEFAULT_REGION, the settings', the profile's, in this order."""
    del article["apps"]["batch"]["region"]
    world.write(article)
    config = world.folder / "config"
    config.write_text("[default]\nregion = eu-west-3\n")
    environment = {"AWS_CONFIG_FILE": str(config)}

    def region(*arguments):
        calls = world.run("diff", *arguments, environment=environment).calls
        return {call.region for call in calls if call.service == "events"}

    assert region() == {"eu-west-3"}
    world.settings(region="eu-west-2")
    assert region() == {"eu-west-2"}
    environment["AWS_DEFAULT_REGION"] = "us-west-1"
    assert region() == {"us-west-1"}
    environment["AWS_REGION"] = "us-west-2"
    assert region() == {"us-west-2"}
    assert region("--region", "sa-east-1") == {"sa-east-1"}
    article["apps"]["batch"]["region"] = REGION
    world.write(article)
    assert region("--region", "sa-east-1") == {REGION}


def test_diff_and_list_of_some_batches(world, converged):
    assert world.diff().out == "in sync\n"
    for name in ("batch-no1", "batch-no2"):
        world.client("events").disable_rule(Name=name)
    one = world.diff("no2", code=1)
    assert "rule batch-no2" in one.out and "no1" not in one.out, str(one)
    assert {change["batch"] for change in world.diff("no1", "--json", code=1).json["changes"]} == {"no1"}
    rows = world.run("list", "no2", "--json").json["batches"]
    assert [(row["batch"], row["state"]) for row in rows] == [("no2", "differs")]
    for verb in ("diff", "list"):
        wrong = world.run(verb, "no3")
        assert wrong.code == 2 and "did you mean no1?" in wrong.err and not wrong.calls, str(wrong)
