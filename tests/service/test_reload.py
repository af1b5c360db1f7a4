"""systemctl reload: all or nothing, on every path back to READY."""

import json
import os
import time

import pytest

from conftest import DEFINITIONS, UNIT
from system.conftest import wait_for

BROKEN = '{\n  "apps": {},\n  "batchs": {}\n}\n'


def description(service, rule="batch-no1"):
    return service.rule(rule).get("Description")


def test_a_good_file(service, article):
    service.converge(article)
    service.mark()
    article["batches"]["no3"] = {"app": "batch", "schedule": "rate(1 day)"}
    service.define(article)
    time.sleep(1)
    assert service.rule("batch-no3") is None, "files are read at start and on reload only"
    service.reload()
    wait_for(lambda: service.rule("batch-no3"), what="the third batch")
    status = service.wait_pass(after=1)
    assert status["definitions"]["state"] == "good" and status["definitions"]["batches"] == 3
    service.wait_status("in sync: 1 app, 3 batches")
    assert service.active()
    assert [record for record in service.journal() if record["MESSAGE_ID"] == "e3732868e3eb40608142c5c6928c1d63"]


def test_reload_and_wait_leave_no_gap(service, article):
    service.converge(article)
    for number in range(5):
        article["batches"]["no1"]["description"] = f"waited for {number}"
        service.define(article)
        waited = service.machine.shell(f"systemctl reload {UNIT} && fargate-batchctl wait")
        assert waited.stdout.startswith("healthy"), waited
        assert description(service) == f"waited for {number}"
    service.define(BROKEN, "zz.json")
    refused = service.machine.shell(f"systemctl reload {UNIT}; fargate-batchctl wait", code=1)
    assert "reload refused" in refused.stdout
    service.machine.delete(f"{DEFINITIONS}/zz.json")
    mended = service.ctl("reload")
    assert mended.stdout.startswith("healthy"), mended


def test_a_broken_file_fails_the_reload_and_changes_nothing(service, article):
    service.converge(article)
    writes, pid = len(service.proxy.writes()), service.pid
    service.mark()
    service.define(BROKEN, "zz.json")
    failed = service.reload(code=1)
    assert "journalctl" in failed.stderr
    place = f"{DEFINITIONS}/zz.json:3:3"
    service.wait_status(place)
    assert place in service.said() and "batches" in service.said()
    fault = next(record for record in service.journal() if record["MESSAGE"].startswith(place))
    assert fault["PRIORITY"] == "3" and fault["DEFINITION_FILE"] == f"{DEFINITIONS}/zz.json"
    assert fault["DEFINITION_LINE"] == "3"
    status = service.status()
    assert status["state"] == "degraded" and status["definitions"]["state"] == "refused", status
    assert [entry for entry in status["definitions"]["faults"] if (entry["file"], entry["line"], entry["column"]) ==
            (f"{DEFINITIONS}/zz.json", 3, 3)], status
    shown = service.ctl("status", code=1).stdout
    assert place in shown and "reload refused" in shown
    assert service.active() and service.pid == pid and len(service.proxy.writes()) == writes
    assert 'fargate_batchd_definitions{state="refused"} 1' in service.metrics()
    # Corrected: everything as before, and said so.
    service.machine.delete(f"{DEFINITIONS}/zz.json")
    service.reload()
    wait_for(lambda: service.status()["state"] == "healthy", what="the end of it")
    assert "degraded" not in service.show("StatusText")
    service.wait_said("over: the definitions and settings in the files are in force")
    assert service.said().count(place) == 1, "each fault once: " + service.said()


def test_broken_settings_fail_it_too(service, article):
    service.converge(article)
    service.machine.write("/etc/fargate-batchd.json", '{\n  "resyncIntervall": 5\n}\n')
    service.reload(code=1)
    service.wait_status("/etc/fargate-batchd.json:2:3")
    assert "resyncInterval" in service.ctl("status", code=1).stdout


def test_settings_change_with_a_reload(service, article):
    service.converge(article)
    service.settings(resyncInterval=1)
    service.reload()
    passes = service.wait_pass(after=1)["lastPass"]["number"]
    service.wait_pass(after=passes + 1)


def test_a_new_owner_waits_for_a_restart(service, article):
    service.converge(article)
    service.mark()
    service.settings(owner="other")
    service.reload()
    assert service.wait_pass(after=1)["owner"] == "default"
    assert "owner" in service.said(PRIORITY="4")


def test_a_directory_that_vanished(service, article):
    service.converge(article)
    os.rename(service.machine.path(DEFINITIONS), service.machine.path(DEFINITIONS + ".gone"))
    try:
        service.reload(code=None)
        service.wait_status("fargate-batch.d")
        assert service.status()["definitions"]["state"] == "refused"
    finally:
        os.rename(service.machine.path(DEFINITIONS + ".gone"), service.machine.path(DEFINITIONS))
    assert [service.rule(name)["State"] for name in service.rules()] == ["ENABLED", "ENABLED"]
    service.reload()
    wait_for(lambda: service.status()["state"] == "healthy", what="the end of it")


def test_an_emptied_directory_removes_nothing_without_a_word(service, article):
    """The reload is valid, the brake holds, and approve lets it pass."""
    service.settings(resyncInterval=3600, deletion={"graceMinutes": 0})
    service.converge(article)
    service.mark()
    service.machine.delete(f"{DEFINITIONS}/jobs.json")
    service.reload()
    status = service.wait_pass(after=1)
    assert status["state"] == "degraded" and len(status["held"]) == 1, status
    assert [service.rule(name)["State"] for name in service.rules()] == ["ENABLED", "ENABLED"]
    command = status["held"][0]["command"]
    assert command in service.said(PRIORITY="3") and command in service.ctl("status", code=1).stdout
    service.wait_status(command)
    # As the record says, by root at a prompt; then the next pass.
    environment = {"AWS_ACCESS_KEY_ID": "AKIAFAKETESTKEY00001", "AWS_SECRET_ACCESS_KEY":
                   "fake/secret+key/of=the-tests-0123456789AB", "AWS_ENDPOINT_URL": service.url,
                   "AWS_CA_BUNDLE": "/etc/ssl/test-ca.pem"}
    service.machine.run(*command.split(), environment=environment)
    service.reload()
    wait_for(lambda: service.rules() == [], what="the removal")
    wait_for(lambda: service.status()["state"] == "healthy", what="the end of it")


def test_ten_in_a_second(service, article):
    service.converge(article)
    service.proxy.delay = 0.02
    for number in range(10):
        article["batches"]["no1"]["description"] = f"number {number}"
        replace(service, json.dumps(article))
        service.machine.run("systemctl", "reload", "--no-block", UNIT)
        time.sleep(0.05)
    service.reload()
    wait_for(lambda: description(service) == "number 9", what="the last of them")
    wait_for(lambda: service.active() and "in sync" in service.show("StatusText"), what="rest")
    assert service.show("NRestarts") == "0"


def replace(service, text, name="jobs.json"):
    """As a configuration manager does: a file beside it, then a rename."""
    new = service.define(text, f".{name}.new")
    new.rename(new.parent / name)


def test_files_replaced_by_rename(service, article):
    service.converge(article)
    for number in range(5):
        article["batches"]["no1"]["description"] = f"renamed {number}"
        replace(service, json.dumps(article))
        service.reload()
    wait_for(lambda: description(service) == "renamed 4", what="the last of them")
    assert service.status()["definitions"]["state"] == "good"


def test_during_a_pass(service, article):
    """The pass ends with what it began with; then the new files come into force."""
    article["batches"] = {f"b{n:02}": {"app": "batch", "schedule": "rate(1 day)"} for n in range(30)}
    service.define(article)
    service.proxy.delay = 0.05
    service.start()
    wait_for(lambda: len(service.proxy.writes()) > 5, what="the first writes")
    article["batches"]["late"] = {"app": "batch", "schedule": "rate(1 day)"}
    service.define(article)
    service.reload()
    service.wait_status("a reload waits for the end of the pass that is under way")
    wait_for(lambda: service.rule("batch-late"), seconds=40, what="the late batch")
    assert service.wait_pass(after=1)["lastPass"]["inSync"]
    assert len(service.client("ecs").list_task_definitions()["taskDefinitionArns"]) == 31


def test_a_broken_file_during_a_pass(service, article):
    article["batches"] = {f"b{n:02}": {"app": "batch", "schedule": "rate(1 day)"} for n in range(30)}
    service.define(article)
    service.proxy.delay = 0.05
    service.start()
    wait_for(lambda: len(service.proxy.writes()) > 5, what="the first writes")
    service.define(BROKEN, "zz.json")
    service.reload(code=1)
    wait_for(lambda: len(service.rules()) == 30, seconds=40, what="the end of the pass")
    service.wait_status("zz.json:3:3")
    assert service.active()


@pytest.mark.parametrize("signal", ["HUP"])
def test_the_signal_alone(service, article, signal):
    service.converge(article)
    article["batches"]["no1"]["description"] = "by signal"
    service.define(article)
    service.machine.run("systemctl", "kill", f"--signal={signal}", "--kill-who=main", UNIT)
    wait_for(lambda: description(service) == "by signal", what="the change")
    wait_for(service.active, what="READY after RELOADING")
