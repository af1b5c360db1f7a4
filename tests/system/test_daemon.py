"""The daemon in the foreground: passes on a timer, reload, a clean end."""

import contextlib
import json
import os
import pathlib
import signal
import time

import pytest

from conftest import ACCOUNT, CTL, DAEMON, REGION, at_another_time, now_iso, running, wait_for
from instance import REGION_ASKED, metadata_service


def start(world, popen=None, **environment):
    return world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions),
                       program=DAEMON, environment=environment, **(popen or {}))


def end(process, number=signal.SIGTERM):
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    return out + err


def passes(world):
    return len(world.proxy.of("events", "ListRules"))


def status(world):
    path = world.folder / "run" / "status.json"
    return json.loads(path.read_text()) if path.exists() else None


def test_converges_then_passes_on_a_timer_without_a_write(world, article):
    world.settings(resyncInterval=1)
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no1") and world.rule("batch-no2"), what="the first pass")
    world.proxy.clear()
    wait_for(lambda: passes(world) >= 3, seconds=20, what="three more passes")
    assert world.proxy.writes() == []
    assert running(process)
    text = end(process)
    assert process.returncode == 0, text


def test_leaves_status_and_metrics_after_each_pass(world, article):
    world.settings(resyncInterval=1)
    world.write(article)
    process = start(world)
    wait_for(lambda: passes(world) >= 2, what="two passes")
    time.sleep(0.5)
    end(process)
    assert (world.folder / "run" / "metrics.prom").read_text().rstrip().endswith("# EOF")
    assert (world.folder / "run" / "metrics.prom").stat().st_mode & 0o777 == 0o644


def test_every_problem_has_the_same_members(world, article):
    """What has no value is null, whatever the problem is about."""
    article["apps"]["away"] = {"region": "eu-west-1", "network": {"subnets": ["subnet-1"]}}
    article["batches"]["far"] = {"app": "away", "schedule": "rate(1 day)"}
    world.write(article)
    world.proxy.fault("denied", "events", "ListRules", times=None, match=lambda call: call.region == "eu-west-1")
    world.proxy.fault("denied", "events", "PutTargets", times=None, match=lambda call: call.params["Rule"] == "batch-no1")
    process = start(world)
    problems = wait_for(lambda: (status(world) or {}).get("problems"), what="the first pass")
    end(process)
    assert {problem["about"] for problem in problems} > {"change"}, problems
    members = {"about", "app", "batch", "kind", "name", "text", "errorCode", "requestId", "definitionFile", "definitionLine"}
    assert [set(problem) for problem in problems] == [members] * len(problems), problems
    [change] = [problem for problem in problems if problem["about"] == "change"]
    assert change["errorCode"] and change["requestId"] and change["definitionFile"].endswith("jobs.json") and change["definitionLine"] > 1


def test_repairs_drift_by_itself(world, article):
    world.settings(resyncInterval=1)
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no1") and world.rule("batch-no1")["Targets"])
    world.aws("events", "disable-rule", "--name", "batch-no1")
    wait_for(lambda: world.rule("batch-no1")["State"] == "ENABLED", seconds=20, what="the repair")
    end(process)
    assert process.returncode == 0


def test_sighup_reloads_a_good_file(world, article):
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no1") and world.rule("batch-no1")["Targets"])
    article["batches"]["no3"] = {"app": "batch", "schedule": "rate(1 day)"}
    world.write(article)
    time.sleep(1)
    assert world.rule("batch-no3") is None, "definitions are read at start and on reload only"
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: world.rule("batch-no3"), what="the third batch")
    end(process)
    assert process.returncode == 0


def test_sighup_with_a_broken_file_keeps_the_running_set(world, article):
    world.settings(resyncInterval=1)
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no1") and world.rule("batch-no2") and world.rule("batch-no2")["Targets"])
    world.write('{\n  "apps": {},\n  "batchs": {}\n}\n', "zz.json")
    (world.definitions / "jobs.json").unlink()
    process.send_signal(signal.SIGHUP)
    time.sleep(1)
    before = passes(world)
    wait_for(lambda: passes(world) >= before + 2, seconds=20, what="passes of the old set")
    assert running(process)
    world.client("events").disable_rule(Name="batch-no2")
    wait_for(lambda: world.rule("batch-no2")["State"] == "ENABLED", seconds=20, what="a repair from the old set")
    text = end(process)
    assert process.returncode == 0
    assert "zz.json:3:" in text and "batches" in text, text


def test_a_start_with_a_broken_file_and_no_last_good_set_ends_with_78(world):
    world.write('{ "batchs": {} }')
    process = start(world)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 78 and "jobs.json:1:" in out + err, out + err
    assert not world.proxy.calls


def test_an_empty_directory_is_a_healthy_start(world):
    process = start(world)
    time.sleep(2)
    assert running(process)
    end(process)
    assert process.returncode == 0 and not world.proxy.writes()


def test_an_unreachable_aws_fails_no_start(world, article):
    world.settings(resyncInterval=1)
    world.write(article)
    process = start(world, AWS_ENDPOINT_URL="http://127.0.0.1:9")
    time.sleep(3)
    assert running(process)
    text = end(process)
    assert process.returncode == 0, text
    assert "127.0.0.1" in text


def test_no_keys_fail_no_start(world, article):
    world.write(article)
    process = start(world, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    time.sleep(2)
    assert running(process)
    end(process)
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_in_the_middle_of_a_pass(world, article, number):
    """No new call, the ones in flight finish, exit 0 within 10 seconds."""
    article["batches"] = {f"b{n:02}": {"app": "batch", "schedule": "rate(1 day)"} for n in range(40)}
    world.write(article)
    world.proxy.delay = 0.05
    process = start(world)
    wait_for(lambda: len(world.proxy.writes()) > 6, what="the first writes")
    begun = time.monotonic()
    text = end(process, number)
    assert process.returncode == 0 and time.monotonic() - begun < 10, text
    assert all(call.status for call in world.proxy.calls)
    assert len(world.client("events").list_rules()["Rules"]) < 40
    world.proxy.delay = 0
    world.apply()
    assert len(world.client("ecs").list_task_definitions()["taskDefinitionArns"]) == 40


def test_a_second_daemon_and_an_apply_are_refused_beside_it(world, article):
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no2") and world.rule("batch-no2")["Targets"])
    second = start(world)
    out, err = second.communicate(timeout=20)
    assert second.returncode == 78 and str(process.pid) in out + err, out + err
    result = world.run("apply")
    assert result.code == 2 and "reload" in result.err and not result.calls, str(result)
    assert world.run("diff").code == 0 and world.run("list").code == 0 and world.run("check").code == 0
    end(process)
    assert process.returncode == 0
    assert world.apply().code == 0


def test_a_grace_that_ends_starts_a_pass(world, article):
    """Without waiting for the timer."""
    world.settings(resyncInterval=3600, deletion={"graceMinutes": 0})
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no2") and world.rule("batch-no2")["Targets"])
    del article["batches"]["no2"]
    world.write(article)
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: world.rule("batch-no2") is None, what="the deletion")
    end(process)


def test_ten_reloads_in_a_second(world, article):
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no2") and world.rule("batch-no2")["Targets"])
    world.proxy.delay = 0.02
    for number in range(10):
        article["batches"]["no1"]["description"] = f"number {number}"
        world.write(article)
        process.send_signal(signal.SIGHUP)
        time.sleep(0.1)
    wait_for(lambda: world.rule("batch-no1")["Description"] == "number 9", what="the last of them")
    end(process)
    assert process.returncode == 0


def test_values_of_the_environment_stay_out_of_the_daemons_words(world, article):
    world.settings(resyncInterval=1)
    article["batches"]["no1"]["environment"]["PASSWORD"] = "hunter2-hunter2"
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no1") and world.rule("batch-no1")["Targets"])
    article["batches"]["no1"]["environment"]["PASSWORD"] = "hunter3-hunter3"
    world.write(article)
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: world.environment_of("batch-no1")["PASSWORD"] == "hunter3-hunter3")
    before = passes(world)
    wait_for(lambda: passes(world) > before, what="another pass")
    text = end(process)
    for path in (world.folder / "run").rglob("*"):
        text += path.read_text()
    assert "hunter2" not in text and "hunter3" not in text, text


def test_fifty_reloads_end_as_cleanly_as_none(world, article):
    """Good and broken files in turn; where the programs are built with the leak sanitizer, its verdict is the exit code."""
    world.settings(resyncInterval=3600)
    world.write(article)
    process = start(world)
    wait_for(lambda: passes(world) >= 1, what="the first pass")
    for number in range(50):
        before = passes(world)
        if number % 5 == 4:
            (world.definitions / "broken.json").write_text("{ \"apps\": ")
        process.send_signal(signal.SIGHUP)
        if number % 5 == 4:
            wait_for(lambda: status(world)["definitions"]["state"] == "refused", what="the refusal")
            (world.definitions / "broken.json").unlink()
        else:
            wait_for(lambda: passes(world) > before, what=f"the pass after reload {number}")
    text = end(process)
    assert process.returncode == 0 and "Sanitizer" not in text, text
    assert world.rule("batch-no1")["State"] == "ENABLED"


@pytest.mark.parametrize("what, service, operation", [
    ("reset", "", ""), ("503", "events", "ListRules"), ("503", "sts", "GetCallerIdentity")])
def test_aws_that_was_away_is_asked_again_within_a_minute(world, article, what, service, operation):
    world.settings(resyncInterval=3600)
    world.write(article)
    world.proxy.fault(what, service, operation, times=None)
    process = start(world)
    wait_for(lambda: status(world) and status(world)["lastPass"], seconds=60, what="the pass that finds nobody")
    assert now_iso() < status(world)["nextPass"] < now_iso(60), status(world)
    world.proxy.reset()
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: status(world)["lastPass"]["number"] == 2, what="the pass that reads everything")
    assert status(world)["nextPass"] > now_iso(1800), "from then on the interval again"
    end(process)


def test_keys_that_aws_refuses_wait_for_the_interval(world, article):
    world.settings(resyncInterval=3600)
    world.write(article)
    world.proxy.fault("InvalidClientTokenId", "sts", "GetCallerIdentity", times=None, status=403)
    process = start(world)
    wait_for(lambda: status(world) and status(world)["lastPass"], what="the first pass")
    assert status(world)["nextPass"] > now_iso(1800), status(world)
    end(process)


def test_status_without_definitions_says_what_to_do_next(world, article):
    absent = world.run("", command=[CTL, "status"])
    assert absent.code == 2 and "systemctl enable --now fargate-batchd" in absent.err, str(absent)
    process = start(world)
    wait_for(lambda: status(world) and status(world)["lastPass"], what="the first pass")
    fresh = world.run("", command=[CTL, "status"])
    assert fresh.code == 0 and f"next: write a definition into {world.definitions}" in fresh.out, str(fresh)
    assert "fargate-batchctl check" in fresh.out and "reload" in fresh.out
    world.write(article)
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: status(world)["lastPass"]["number"] == 2, what="the pass after the reload")
    assert "next: write" not in world.run("", command=[CTL, "status"]).out
    end(process)


def test_a_grace_that_is_over_starts_a_pass(world, article):
    """The interval is an hour; what left goes when its time has come."""
    world.settings(resyncInterval=3600, deletion={"graceMinutes": 1})
    world.converge(article)
    del article["batches"]["no2"]
    world.write(article)
    world.apply()
    rule = world.rule("batch-no2")
    assert rule["State"] == "DISABLED"
    world.client("events").tag_resource(ResourceARN=rule["Arn"], Tags=[
        {"Key": "fargate-batchd:leaving", "Value": now_iso(-56)}])
    process = start(world)
    first = wait_for(lambda: status(world), what="the first pass")
    assert first["leaving"] and first["nextPass"] < now_iso(30), first
    assert world.rule("batch-no2"), "not before its time"
    wait_for(lambda: world.rule("batch-no2") is None, what="the deletion")
    wait_for(lambda: status(world)["lastPass"]["number"] == 2, what="the end of the pass")
    assert status(world)["nextPass"] > now_iso(1800), "from then on the interval again"
    end(process)


def test_a_reload_while_it_starts_is_carried_out_afterwards(world):
    for number in range(3000):
        world.write("{}", f"{number:04}.json")
    process = start(world)
    wait_for(lambda: any("/definitions" in name for name in open_files(process)) or status(world), every=0,
             what="the reading of the definitions")
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: (found := status(world)) and found["lastPass"] and found["lastPass"]["number"] >= 2,
             what="the reload")
    text = end(process)
    assert process.returncode == 0 and "reloaded: 0 apps, 0 batches" in text, text


def open_files(process):
    """What the process has open; a descriptor may be gone before it is looked at."""
    names = []
    for link in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            names.append(os.readlink(link))
    return names


def test_read_only_tells_what_differs(world, article):
    world.settings(readOnly=True, resyncInterval=1)
    world.write(article)
    process = start(world)
    found = wait_for(lambda: (found := status(world)) and found["lastPass"]["number"] >= 3 and found, what="passes")
    assert found["state"] == "degraded" and found["lastPass"]["open"] == 11, found
    assert found["reasons"] == ["11 changes are not written, because the settings say readOnly"]
    assert not world.proxy.writes()
    text = end(process)
    assert text.count("batch no1 differs, and readOnly forbids to write it: create task-definition batch-no1; "
                      "create rule batch-no1; create target batch-no1 (") == 1, text


def toggle(world, article, process, number):
    """Enables or disables a batch in the files, and waits until it is so."""
    article["batches"]["no1"]["enabled"] = bool(number % 2)
    world.write(article)
    process.send_signal(signal.SIGHUP)
    state = "ENABLED" if number % 2 else "DISABLED"
    wait_for(lambda: world.rule("batch-no1")["State"] == state, what=f"{state}, time {number}")


def test_what_the_files_ask_for_is_no_fight(world, article):
    """Enabled and disabled in the files many times within an hour: each time it is done at once."""
    world.settings(resyncInterval=3600)
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no2") and world.rule("batch-no2")["Targets"])
    for number in range(9):
        toggle(world, article, process, number)
    text = end(process)
    assert process.returncode == 0 and "keeps being changed" not in text, text


def test_a_rule_that_left_and_is_enabled_again_and_again_is_not_fought_over(world, article):
    """Another daemon with these files, say: one of the two gives in."""
    world.settings(resyncInterval=1)
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no2") and world.rule("batch-no2")["Targets"])
    del article["batches"]["no2"]
    world.write(article)
    process.send_signal(signal.SIGHUP)
    for number in range(4):
        wait_for(lambda: world.rule("batch-no2")["State"] == "DISABLED", what=f"disabled, time {number}")
        time.sleep(0.2)
        world.client("events").enable_rule(Name="batch-no2")
    before = passes(world)
    wait_for(lambda: passes(world) > before + 2, what="more passes")
    assert world.rule("batch-no2")["State"] == "ENABLED"
    text = end(process)
    assert "keeps being changed outside" in text, text


def test_the_same_change_on_several_targets_is_no_fight(world, article):
    """Each is put back at once, though together they are changed four times within an hour."""
    world.settings(resyncInterval=1)
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no2") and world.rule("batch-no2")["Targets"])
    for name in ("batch-no1", "batch-no2", "batch-no1", "batch-no2"):
        before = passes(world)
        target = world.rule(name)["Targets"][0]
        target["EcsParameters"]["TaskCount"] = 7
        world.client("events").put_targets(Rule=name, Targets=[target])
        wait_for(lambda: world.rule(name)["Targets"][0]["EcsParameters"]["TaskCount"] == 1, what=f"the repair of {name}")
        wait_for(lambda: passes(world) > before + 1, what="another pass")
    text = end(process)
    assert "keeps being changed" not in text, text


def test_a_wish_that_was_refused_at_first_is_no_fight_when_it_is_carried_out(world, article):
    """Each time the first try with the new files is denied, and a later pass of the same files does it."""
    world.settings(resyncInterval=1)
    world.write(article)
    process = start(world)
    wait_for(lambda: world.rule("batch-no2") and world.rule("batch-no2")["Targets"])
    for number in range(7):
        world.proxy.fault("denied", "events", "EnableRule" if number % 2 else "DisableRule")
        toggle(world, article, process, number)
    text = end(process)
    assert "keeps being changed" not in text, text


def test_the_region_of_the_instance_at_start_and_at_a_reload(world, article):
    named = article["apps"]["batch"].pop("region")
    world.write(article)
    del world.environment["AWS_EC2_METADATA_DISABLED"]
    with metadata_service() as (environment, asked):
        process = start(world, **environment)
        wait_for(lambda: world.rule("batch-no2", region="eu-north-1"), what="the first pass")
        assert asked == REGION_ASKED
        wait_for(lambda: status(world))
        article["batches"]["no3"] = {"app": "batch", "schedule": "rate(1 day)"}
        world.write(article)
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: world.rule("batch-no3", region="eu-north-1"), what="the pass after the reload")
        assert asked == 2 * REGION_ASKED
    # Nobody answers any more: the reload is refused, and what is in force goes on.
    article["batches"]["no4"] = {"app": "batch", "schedule": "rate(1 day)"}
    world.write(article)
    process.send_signal(signal.SIGHUP)
    refused = wait_for(lambda: status(world)["definitions"].get("reason"), what="the refusal")
    assert "no region for app batch" in refused
    article["apps"]["batch"]["region"] = named
    world.write(article)
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: world.rule("batch-no4"), what="the pass in the region that is named now")
    end(process)
    assert process.returncode == 0


def test_a_stop_and_a_reload_while_the_instance_is_asked(world, article):
    del article["apps"]["batch"]["region"]
    world.write(article)
    del world.environment["AWS_EC2_METADATA_DISABLED"]
    with metadata_service(seconds=0.8) as (environment, asked):
        process = start(world, **environment)
        wait_for(lambda: asked, what="the question")
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(asked) == 4, what="the reload's question")
        text = end(process)
        assert process.returncode == 0, text


def test_a_clock_that_is_wrong_is_told_once(world, converged):
    """One record, whatever passes and reloads follow; what was learnt of the clock outlives a reload."""
    world.settings(resyncInterval=1)
    process = world.start("", *at_another_time("-f", "+3d")[1:], DAEMON, "--settings", str(world.settings_file),
                          "--definitions", str(world.definitions), program="env")
    wait_for(lambda: passes(world) >= 2, what="two passes")
    pid = json.loads((world.folder / "run/status.json").read_text())["pid"]
    world.proxy.clear()
    os.kill(pid, signal.SIGHUP)
    wait_for(lambda: len([call for call in world.proxy.of("sts", "GetCallerIdentity") if call.status]) >= 2,
             what="the passes after the reload")
    assert all(call.status in (0, 200) for call in world.proxy.of("sts", "GetCallerIdentity")), "signed by AWS's clock at once"
    os.kill(pid, signal.SIGTERM)
    err = process.communicate(timeout=20)[1]
    assert err.count("this machine's clock is 3.0 days ahead of AWS's") == 1, err


def test_nothing_looks_into_it(world, converged):
    """Another process of the same user: no core dump, no debugger, no environment."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    for folder in ("state", "run", "home"):
        os.chown(world.folder / folder, 65534, 65534)
    process = start(world, popen={"user": 65534, "group": 65534, "extra_groups": []})
    wait_for(lambda: os.stat(f"/proc/{process.pid}/exe") and "batchd" in os.readlink(f"/proc/{process.pid}/exe"), what="it")
    wait_for(lambda: os.stat(f"/proc/{process.pid}/environ").st_uid == 0, what="what is in it to be nobody's")
    assert os.stat(f"/proc/{process.pid}").st_uid == 65534


RECORD = {"MESSAGE", "MESSAGE_ID", "PRIORITY", "_SOURCE_REALTIME_TIMESTAMP"}


@pytest.mark.parametrize("flag", [True, False], ids=["flag", "environment"])
def test_records_as_json_lines(world, article, flag):
    world.write(article)
    world.client("events").put_rule(Name="batch-no2", ScheduleExpression="rate(1 day)", Description="\x1b[31mnot ours")
    begun = time.time()
    if flag:
        process = world.start("", "--log-format", "json", "--settings", str(world.settings_file), "--definitions",
                              str(world.definitions), program=DAEMON)
    else:
        process = start(world, FARGATE_BATCHD_LOG="json")
    wait_for(lambda: status(world), what="the first pass")
    text = end(process)
    records = [json.loads(line) for line in text.splitlines()]
    assert all(RECORD <= record.keys() for record in records), text
    assert all(begun - 1 <= int(record["_SOURCE_REALTIME_TIMESTAMP"]) / 1e6 <= time.time() for record in records)
    made = next(record for record in records if record.get("BATCH") == "no1" and record.get("ACTION") and
                record["RESOURCE_KIND"] == "rule")
    assert made["APP"] == "batch" and made["BATCH"] == "no1" and made["PRIORITY"] == "6"
    assert made["AWS_OPERATION"] == "PutRule" and made["AWS_REQUEST_ID"]
    assert [record for record in records if record["PRIORITY"] == "3" and record.get("BATCH") == "no2"], text


def test_a_log_format_that_is_none(world):
    for words, environment in ((["--log-format", "xml"], {}), ([], {"FARGATE_BATCHD_LOG": "xml"})):
        process = world.start("", *words, "--definitions", str(world.definitions), program=DAEMON,
                              environment=environment)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 2 and "xml: write text or json" in err and not out, err


def records_of(text):
    """What the daemon told as JSON lines."""
    return [json.loads(line) for line in text.splitlines()]


def settle(world, count=2):
    """Waits until so many more passes have ended."""
    number = status(world)["lastPass"]["number"]
    wait_for(lambda: status(world)["lastPass"]["number"] >= number + count, what=f"{count} more passes")


def reload(world, process):
    number = status(world)["reload"]["number"]
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: status(world)["lastPass"]["reload"] > number, what="the pass after the reload")


def test_drift_stays_drift_over_a_reload_and_a_start(world, article):
    """A wish that is new beside it is told as that; what was never there is asked for, however often it is started."""
    world.write(article)
    world.proxy.fault("denied", "events", "PutTargets", times=1)
    process = start(world, FARGATE_BATCHD_LOG="json")
    wait_for(lambda: (found := status(world)) and found["lastPass"], what="the first pass")
    text = end(process)
    process = start(world, FARGATE_BATCHD_LOG="json")
    wait_for(lambda: status(world)["lastPass"], what="the pass after the start")
    wait_for(lambda: world.rule("batch-no1")["Targets"] and world.rule("batch-no2")["Targets"], what="the targets")
    world.aws("events", "disable-rule", "--name", "batch-no1")
    article["batches"]["no1"]["description"] = "another wish"
    world.write(article)
    reload(world, process)
    text += end(process)
    assert "outside" not in text.split('reloaded')[0], text
    told = [record["MESSAGE"] for record in records_of(text) if record.get("BATCH") == "no1"]
    assert any("changed outside: rule batch-no1: state: DISABLED → ENABLED; put back" in one for one in told), told
    assert any("changed rule batch-no1: description: batch no1 → another wish" in one for one in told), told
    world.aws("events", "disable-rule", "--name", "batch-no2")
    process = start(world, FARGATE_BATCHD_LOG="json")
    wait_for(lambda: world.rule("batch-no2")["State"] == "ENABLED", what="the repair")
    text = end(process)
    assert "batch no2: changed outside: rule batch-no2: state: DISABLED → ENABLED; put back" in text, text


def test_a_revision_that_is_deregistered_outside(world, converged):
    process = start(world)
    wait_for(lambda: status(world) and status(world)["lastPass"], what="the first pass")
    world.client("ecs").deregister_task_definition(taskDefinition="batch-no1:1")
    reload(world, process)
    text = end(process)
    assert "batch no1: batch-no1:1 was deregistered outside: created task-definition batch-no1:2" in text, text
    assert "changed target batch-no1: ecsParameters.taskDefinitionArn: batch-no1:1 → batch-no1:2" in text, text


def test_a_change_of_several_calls_keeps_each_request_id(world, converged, article):
    """A rule whose content and tags differ takes PutRule and a tagging call."""
    article["batches"]["no1"] |= {"description": "new", "tags": {"team": "night"}}
    world.write(article)
    process = start(world, FARGATE_BATCHD_LOG="json")
    wait_for(lambda: status(world) and status(world)["lastPass"], what="the first pass")
    records = records_of(end(process))
    changed = next(record for record in records if record.get("RESOURCE_KIND") == "rule" and record.get("ACTION"))
    assert changed["AWS_OPERATION"] == ["PutRule", "TagResource"], changed
    assert len(set(changed["AWS_REQUEST_ID"])) == 2 and all(changed["AWS_REQUEST_ID"]), changed


def test_what_a_new_name_leaves_behind_is_named(world, article):
    """Under onDelete "delete" the repository, cluster and log group go with their app, not with their names."""
    article["apps"]["batch"]["onDelete"] = "delete"
    world.converge(article)
    article["apps"]["batch"] |= {"repository": "images", "cluster": "night", "logGroup": "/jobs"}
    world.converge(article)
    diff = world.run("diff")
    for name, command in (("repository batch", "aws ecr delete-repository"), ("cluster batch", "aws ecs delete-cluster"),
                          ("log-group /fargate/batch", "aws logs delete-log-group")):
        assert f"note: {name} stays: app batch uses it no more; to remove it: {command}" in diff.out + diff.err, str(diff)
    process = start(world)
    wait_for(lambda: status(world) and status(world)["lastPass"], what="the first pass")
    assert sorted(one["name"] for one in status(world)["leftovers"]) == ["/fargate/batch", "batch", "batch"]
    shown = world.run("status")
    assert shown.code == 0 and "note: cluster batch stays: app batch uses it no more" in shown.out, str(shown)
    end(process)
    assert world.client("ecr").describe_repositories(repositoryNames=["batch"]), "and nothing of it is deleted"


def test_another_region_is_a_move(world, article):
    article["apps"]["batch"]["onDelete"] = "delete"
    world.converge(article)
    before = article["apps"]["batch"]["region"]
    article["apps"]["batch"]["region"] = "eu-west-3"
    world.write(article)
    diff = world.run("diff")
    assert diff.code == 1 and f"~ rule batch-no1 moves from {before} to eu-west-3 (moved: disabled)" in diff.out, str(diff)
    process = start(world)
    wait_for(lambda: status(world) and status(world)["lastPass"], what="the first pass")
    shown = world.run("status").out
    assert f"note: batch no1 (app batch) has moved from {before} to eu-west-3: deleted after" in shown, shown
    assert f"note: cluster batch stays: app batch has moved from {before} to eu-west-3; to remove it: aws ecs" in shown
    text = end(process)
    assert f"batch no1: moved from {before} to eu-west-3: disabled rule batch-no1" in text, text
    assert f"batch no1 has moved from {before} to eu-west-3: deleted there in 15 minutes unless it comes back" in text
    assert "left the definitions" not in text + shown


def test_a_new_tag_has_one_line_before_its_parts(world, article):
    """There and back: the image old → new, in short, once for all batches and in the record of each."""
    world.converge(article)
    process = start(world)
    wait_for(lambda: status(world) and status(world)["lastPass"], what="the first pass")
    text = ""
    for tag in ("2", "latest"):
        article["apps"]["batch"]["image"] = {"tag": tag}
        world.write(article)
        shown = world.run("diff")
        old, new = ("latest", "2") if tag == "2" else ("2", "latest")
        assert shown.out.startswith(f"app batch: image batch:{old} → batch:{new} for 2 batches: no1, no2\n"), str(shown)
        reload(world, process)
    text = end(process)
    for old, new in (("latest", "2"), ("2", "latest")):
        summary = f"app batch: image batch:{old} → batch:{new} for 2 batches: no1, no2\n"
        assert text.count(summary) == 1, text
        parts = [line for line in text.split(summary)[1].splitlines() if line.startswith("batch no1: ")]
        assert any(f"batch:{old} → " in line and f"batch:{new}" in line for line in parts), parts
    back = next(line for line in text.splitlines() if "batch-no1:2 → batch-no1:1" in line)
    assert "taskDefinition.containerDefinitions[batch].image: batch:2 → batch:latest" in back, back
    assert "arn:aws:ecs" not in back and "amazonaws.com" not in back, back


def test_status_names_what_leaves_with_its_app_by_its_arn(world, converged):
    network = converged["apps"]["batch"]["network"]
    other = {"region": REGION, "network": network, "onDelete": "delete"}
    world.converge({"apps": converged["apps"] | {"other": other},
                    "batches": converged["batches"] | {"far": {"app": "other", "schedule": "rate(1 day)"}}})
    world.settings(deletion={"graceMinutes": 60}, resyncInterval=1)
    world.write({"apps": converged["apps"], "batches": converged["batches"]})
    process = start(world)
    wait_for(lambda: status(world) and len(status(world)["leaving"]) >= 2, seconds=60, what="what leaves")
    notes = [line for line in world.run("status").out.splitlines() if line.startswith("note: ")]
    end(process)
    assert any(line.startswith(f"note: arn:aws:ecr:{REGION}:{ACCOUNT}:repository/other (app other) has left the definitions")
               for line in notes), notes
    assert any(line.startswith("note: batch far (app other) has left the definitions") for line in notes), notes
    assert not any("?" in line for line in notes), notes
