"""What may lie in the definitions' directory: nothing of it blocks, is trusted by mistake, or removes anything."""

import os
import socket
import threading
import time

import pytest

from conftest import DEFINITIONS, UNIT
from system.conftest import wait_for

SMALL = '{"batches": {"more": {"app": "batch", "schedule": "rate(1 day)"}}}'


def inside(service, name="x.json"):
    return service.machine.path(f"{DEFINITIONS}/{name}")


def link(target):
    def put(service):
        os.symlink(target, inside(service))
    return put


def fifo(service):
    os.mkfifo(inside(service), 0o640)


def unix_socket(service):
    # The path itself may be too long for a socket's address.
    here = os.open(inside(service).parent, os.O_PATH)
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(f"/proc/self/fd/{here}/x.json")
    finally:
        os.close(here)


def folder(service):
    inside(service).mkdir()


def device(service):
    os.mknod(inside(service), 0o660 | 0o020000, os.makedev(1, 3))


def world_writable(service):
    service.define(SMALL, "x.json", 0o666)


def group_writable(service):
    service.define(SMALL, "x.json", 0o664)


def a_strangers(service):
    os.chown(service.define(SMALL, "x.json", 0o644), 12345, 0)


def two_names(service):
    os.link(service.define(SMALL, "x.json"), inside(service).parent.parent / "other-name.json")


def unreadable(service):
    os.chown(service.define(SMALL, "x.json", 0o600), 0, 0)


def too_large(service):
    service.define("{}" + " " * (1 << 20), "x.json")


def empty(service):
    service.define("", "x.json")


def half_saved(service):
    service.define(SMALL[:30], "x.json")


REFUSED = {
    "a link to itself": link("x.json"), "a dangling link": link("nowhere.json"),
    "a link to a device": link("/dev/zero"), "a link to a terminal": link("/dev/tty"), "a pipe": fifo,
    "a socket": unix_socket, "a folder": folder, "a device": device, "writable by all": world_writable,
    "writable by the group": group_writable, "a stranger's": a_strangers,
    "a file with two names": two_names, "unreadable": unreadable, "too large": too_large, "empty": empty,
    "half-saved": half_saved,
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_quickly_and_nothing_changes(service, article, what):
    service.converge(article)
    writes = len(service.proxy.writes())
    REFUSED[what](service)
    begun = time.monotonic()
    service.reload(code=1)
    service.wait_status("x.json", seconds=5)
    assert time.monotonic() - begun < 5
    status = service.status()
    assert status["definitions"]["state"] == "refused", status
    assert any(fault["file"].endswith("x.json") for fault in status["definitions"]["faults"]), status
    assert len(service.proxy.writes()) == writes and service.active()
    service.machine.delete(f"{DEFINITIONS}/x.json")
    service.reload()
    wait_for(lambda: service.status()["state"] == "healthy", what="the end of it")


@pytest.mark.parametrize("spoil", ["chmod 0777", "chown 12345"])
def test_a_folder_of_others_is_refused(service, article, spoil):
    """Whoever may write there may take a file away, or link in another set."""
    service.converge(article)
    writes = len(service.proxy.writes())
    service.machine.shell(f"{spoil} {DEFINITIONS} && rm {DEFINITIONS}/*.json")
    service.reload(code=1)
    service.wait_status(DEFINITIONS, seconds=5)
    assert service.status()["definitions"]["state"] == "refused"
    service.stop()
    service.start()
    assert service.wait_pass()["state"] == "degraded" and len(service.proxy.writes()) == writes
    assert service.rules() == ["batch-no1", "batch-no2"]
    service.machine.shell(f"chmod 0750 {DEFINITIONS} && chown root {DEFINITIONS}")


def test_leftovers_are_skipped(service, article):
    service.define(article)
    for name in (".jobs.json.swp", "jobs.json~", "jobs.json.dpkg-new", "jobs.json.dpkg-old", "jobs.json.rpmsave",
                 "#jobs.json#", ".hidden.json", "README", "jobs.json.bak"):
        service.define("rubbish", name)
    service.start()
    assert service.wait_pass()["state"] == "healthy"
    assert service.rules() == ["batch-no1", "batch-no2"]


def test_a_link_to_a_file_elsewhere_is_read(service, article):
    """As configuration managers and image-based systems do it."""
    path = service.machine.write("/srv/jobs.json", "{}")
    inside(service, "jobs.json").parent.mkdir(exist_ok=True)
    service.define(article, "../../srv/jobs.json")
    os.symlink("/srv/jobs.json", inside(service, "jobs.json"))
    service.start()
    assert service.wait_pass()["lastPass"]["inSync"]
    assert path.exists() and len(service.rules()) == 2


def test_files_for_the_service_alone(service, article):
    """0640 root:fargate-batchd: the daemon reads it, another user does not."""
    service.converge(article)
    out = service.ctl("check", code=None, user="nobody")
    assert out.returncode == 2 and "jobs.json" in out.stdout
    assert service.ctl("check", user=UNIT).returncode == 0


def test_a_file_that_changes_while_it_is_read(service, article):
    """Each reload sees one version, whole, or refuses; nothing is ever removed."""
    import json
    service.converge(article)
    path, stop = inside(service, "jobs.json"), threading.Event()
    text = json.dumps(article, indent=2)
    longer = text + "\n" * 5000

    def churn():
        turn = False
        while not stop.is_set():
            turn = not turn
            path.write_text(longer if turn else text)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(15):
            service.reload(code=None)
    finally:
        stop.set()
        thread.join()
    assert service.active() and service.show("NRestarts") == "0"
    service.define(article)
    service.reload()
    wait_for(lambda: service.status()["state"] == "healthy", what="rest")
    assert [service.rule(name)["State"] for name in service.rules()] == ["ENABLED", "ENABLED"]
    assert not [call for call in service.proxy.calls if call.operation in ("DisableRule", "DeleteRule", "RemoveTargets")]


def test_settings_that_are_no_file(service, article):
    service.converge(article)
    service.machine.delete("/etc/fargate-batchd.json")
    os.mkfifo(service.machine.path("/etc/fargate-batchd.json"))
    try:
        service.reload(code=1)
        service.wait_status("fargate-batchd.json")
        assert service.active()
    finally:
        service.machine.delete("/etc/fargate-batchd.json")
    service.reload()
    wait_for(lambda: service.status()["state"] == "healthy", what="all defaults")
