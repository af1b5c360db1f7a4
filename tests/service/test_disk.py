"""Full disks, a directory that is gone, a journal that does not listen: the daemon goes on."""

import json
import os
import signal
import time

from conftest import STATUS, UNIT
from test_journal import IDS
from system.conftest import wait_for


def small(service, path, size="64k"):
    """A small file system in place of a directory of the service."""
    service.machine.shell(f"mount -t tmpfs -o size={size},mode=0755 none {path} && chown {UNIT}: {path}")


def fill(service, path):
    service.machine.shell(f"dd if=/dev/zero of={path}/filler bs=4k 2>/dev/null; true")


def test_a_full_state_directory(service, article):
    """What it has to keep it cannot; what it has to do it does, and says so once."""
    service.settings(resyncInterval=1)
    service.machine.shell("install -d -m 0700 -o fargate-batchd -g fargate-batchd /var/lib/fargate-batchd")
    small(service, "/var/lib/fargate-batchd")
    fill(service, "/var/lib/fargate-batchd")
    service.define(article)
    service.start()
    status = service.wait_pass()
    assert service.rules() == ["batch-no1", "batch-no2"], "it converges all the same"
    number = status["lastPass"]["number"]
    status = service.wait_pass(after=number + 2)
    assert status["state"] == "degraded" and "state" in [problem["about"] for problem in status["problems"]], status
    assert "No space left" in status["definitions"]["notKept"], status["definitions"]
    told = [record["MESSAGE"] for record in service.journal(MESSAGE_ID=IDS["STATE_FAILED"])]
    assert any("No space left" in text for text in told) and len(told) <= 2, "\n".join(told)
    service.client("events").disable_rule(Name="batch-no1")
    wait_for(lambda: service.rule("batch-no1")["State"] == "ENABLED", what="the repair")
    service.machine.delete("/var/lib/fargate-batchd/filler")
    service.machine.run("rm", "-f", "/var/lib/fargate-batchd/filler")
    wait_for(lambda: service.status()["state"] == "healthy", what="the end of it")
    kept = service.machine.run("cat", "/var/lib/fargate-batchd/last-good.json").stdout
    assert json.loads(kept), "the set in force is kept as soon as there is room"
    assert service.show("NRestarts") == "0"


def test_a_full_runtime_directory(service, article):
    service.settings(resyncInterval=1)
    service.converge(article)
    # The service has its own view of the mounts: the small file system has to be in place before it starts.
    service.stop()
    service.drop_in("[Service]\nRuntimeDirectory=\nEnvironment=RUNTIME_DIRECTORY=/run/small\nReadWritePaths=/run/small\n")
    service.machine.shell("mkdir -p /run/small")
    small(service, "/run/small")
    try:
        fill(service, "/run/small")
        service.mark()
        service.start()
        service.wait_said("No space left")
        service.client("events").disable_rule(Name="batch-no1")
        wait_for(lambda: service.rule("batch-no1")["State"] == "ENABLED", what="the repair")
        time.sleep(3)
        assert len(service.journal(MESSAGE_ID=IDS["STATE_FAILED"])) == 1, service.said()
        service.machine.run("rm", "-f", "/run/small/filler")
        wait_for(lambda: service.machine.run("cat", "/run/small/status.json", code=None).returncode == 0, what="the file")
        wait_for(lambda: service.journal(MESSAGE_ID=IDS["ENDED"]), what="the end of it")
        left = service.machine.run("ls", "-A", "/run/small").stdout.split()
        assert sorted(left) == ["metrics.prom", "status.json"], "no half-written file stays"
    finally:
        service.machine.run("systemctl", "stop", UNIT)
        service.machine.run("umount", "/run/small")


def test_status_file_replaced_by_a_folder(service, article):
    """Somebody's mistake: it is told, and the daemon goes on."""
    service.settings(resyncInterval=1)
    service.converge(article)
    service.mark()
    service.machine.shell(f"rm -f {STATUS} && mkdir {STATUS}")
    service.wait_said("status.json")
    assert service.active()
    service.machine.run("rmdir", STATUS)
    wait_for(service.status, what="the file again")


def test_the_journal_away(service, article):
    """journald stops and its socket goes: passes go on, and records come again when it does."""
    service.settings(resyncInterval=1)
    service.converge(article)
    number = service.status()["lastPass"]["number"]
    units = ("systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald-audit.socket",
             "systemd-journald.service")
    service.machine.run("systemctl", "stop", *units, code=None)
    service.machine.shell("mv /run/systemd/journal/socket /run/systemd/journal/away", code=None)
    try:
        service.client("events").disable_rule(Name="batch-no1")
        wait_for(lambda: service.rule("batch-no1")["State"] == "ENABLED", what="the repair without a journal")
        assert service.wait_pass(after=number + 2)["state"] == "healthy"
    finally:
        service.machine.shell("mv /run/systemd/journal/away /run/systemd/journal/socket", code=None)
        service.machine.run("systemctl", "restart", "systemd-journald.socket", "systemd-journald.service", code=None)
    assert service.active() and service.show("NRestarts") == "0"
    service.mark()
    service.client("events").disable_rule(Name="batch-no1")
    service.wait_said("put back")


def test_a_state_directory_of_rubbish(service, article):
    """A help, never the truth: what cannot be read counts as empty, and is told and put aside."""
    service.converge(article)
    service.stop()
    service.machine.shell("for f in $(find /var/lib/fargate-batchd -type f); do printf '{\"rubbish' > $f; done")
    writes = len(service.proxy.writes())
    service.mark()
    service.start()
    assert service.wait_pass()["lastPass"]["inSync"]
    told = [record["MESSAGE"] for record in service.journal(MESSAGE_ID=IDS["STATE_DAMAGED"])]
    assert len(told) == len(set(told)) and any("served-" in text and "put aside as" in text for text in told), told
    assert len(service.proxy.writes()) == writes and service.rules() == ["batch-no1", "batch-no2"]


def test_killed_while_writing_leaves_whole_files(service, article):
    service.drop_in("[Service]\nRestartSec=50ms\nStartLimitIntervalSec=0\n[Unit]\nStartLimitIntervalSec=0\n")
    service.settings(resyncInterval=1)
    service.converge(article)
    for _ in range(6):
        restarts = int(service.show("NRestarts"))
        os.kill(service.pid, signal.SIGKILL)
        wait_for(lambda: int(service.show("NRestarts")) > restarts and service.active(), what="the restart")
        time.sleep(0.1)
    status = wait_for(service.status, what="a pass")
    assert status["state"] == "healthy", status
    files = [path for path in service.machine.path("/var/lib/fargate-batchd").rglob("*") if path.suffix == ".json"]
    assert files
    for path in files:
        json.loads(path.read_text())
