"""Whoever may write what a program reads may command it: folder, files, settings and keys are those of root or of the user."""

import json
import os
import pathlib
import shutil
import signal
import struct
import tempfile

import pytest

from conftest import CTL, DAEMON, KEY, SECRET, World, wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="other users are needed, so these tests are root's")

SERVICE, PERSON, STRANGER = 42424, 42425, 42426


class Shared(World):
    """A world that every user gets to."""

    def __init__(self, folder, server, proxy):
        super().__init__(folder, server, proxy)
        self.state, self.runtime = folder / "state", folder / "run"
        self.credentials = folder / "credentials"
        self.credentials.write_text(f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            del self.environment[name]
        self.environment["AWS_SHARED_CREDENTIALS_FILE"] = str(self.credentials)

    def as_user(self, user):
        for path in (self.state, self.runtime, self.folder / "xdg"):
            os.chown(path, user, user)
        return {"user": user, "group": user, "extra_groups": []}

    def start_daemon(self):
        return self.start("", "--settings", str(self.settings_file), "--definitions", str(self.definitions),
                          program=DAEMON, **self.as_user(SERVICE))

    def person(self, verb, *arguments):
        return self.run(verb, *arguments, **self.as_user(PERSON))

    def status(self):
        path = self.runtime / "status.json"
        return json.loads(path.read_text()) if path.exists() else {"definitions": {"state": None}}


@pytest.fixture
def shared(server, proxy, article):
    server.reset()
    proxy.reset()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fargate-batchd-trust-"))
    folder.chmod(0o755)
    world = Shared(folder, server, proxy)
    world.settings(resyncInterval=1)
    world.write(article)
    yield world
    world.end()
    shutil.rmtree(folder)


def folder(world):
    os.chown(world.definitions, STRANGER, STRANGER)
    return world.definitions


def open_folder(world):
    world.definitions.chmod(0o777)
    return world.definitions


def file(world):
    os.chown(world.definitions / "jobs.json", STRANGER, STRANGER)
    return world.definitions / "jobs.json"


def group(world):
    os.chown(world.definitions / "jobs.json", 0, STRANGER)
    (world.definitions / "jobs.json").chmod(0o664)
    return world.definitions / "jobs.json"


def settings(world):
    os.chown(world.settings_file, STRANGER, STRANGER)
    return world.settings_file


def credentials(world):
    world.credentials.chmod(0o646)
    return world.credentials


WAYS = [folder, open_folder, file, group, settings, credentials]


@pytest.mark.parametrize("way", WAYS)
def test_the_daemon_does_not_start_on_it(shared, way):
    path = way(shared)
    process = shared.start_daemon()
    out, err = process.communicate(timeout=20)
    assert process.returncode == 78 and str(path) in out + err, out + err
    assert f"chmod go-w {path}" in out + err or f"chown root {path}" in out + err, out + err
    assert not shared.proxy.calls


@pytest.mark.parametrize("way", WAYS)
def test_a_reload_is_refused_and_the_last_good_set_stays(shared, article, way):
    process = shared.start_daemon()
    wait_for(lambda: shared.rule("batch-no1") and shared.rule("batch-no1")["Targets"], what="the first pass")
    del article["batches"]["no1"]
    shared.write(article)
    path = way(shared)
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: shared.status()["definitions"]["state"] == "refused", what="the refusal")
    assert str(path) in shared.status()["definitions"]["reason"]
    shared.client("events").disable_rule(Name="batch-no1")
    wait_for(lambda: shared.rule("batch-no1")["State"] == "ENABLED", what="a repair from the set of before")
    assert shared.run("status").code == 1


@pytest.mark.parametrize("way", [each for each in WAYS if each is not credentials])
def test_a_start_goes_on_with_the_last_good_set(shared, article, way):
    process = shared.start_daemon()
    wait_for(lambda: shared.rule("batch-no1") and shared.rule("batch-no1")["Targets"], what="the first pass")
    process.terminate()
    process.communicate(timeout=20)
    shared.write({"apps": {}, "batches": {}})
    path = way(shared)
    shared.start_daemon()
    wait_for(lambda: shared.status()["definitions"]["state"] == "last good", what="the start")
    assert str(path) in shared.status()["definitions"]["reason"]
    shared.client("events").disable_rule(Name="batch-no1")
    wait_for(lambda: shared.rule("batch-no1")["State"] == "ENABLED", what="a repair from the set of before")


@pytest.mark.parametrize("verb", ["check", "diff", "apply", "list"])
@pytest.mark.parametrize("way", WAYS)
def test_root_refuses_it(shared, way, verb):
    path = way(shared)
    result = shared.run(verb)
    if verb == "check" and way is credentials:
        assert result.code == 0, "check reads no keys"
        return
    assert result.code == (1 if verb == "check" else 2) and str(path) in result.out + result.err, str(result)
    assert not result.calls


@pytest.mark.parametrize("verb, code", [("check", 0), ("next", 0), ("diff", 1), ("apply", 0)])
@pytest.mark.parametrize("way", WAYS)
def test_a_person_is_warned(shared, way, verb, code):
    path = way(shared)
    result = shared.person(verb)
    told = str(path) in result.out + result.err
    assert result.code == code and told == (way is not credentials or verb in ("diff", "apply")), str(result)


def test_a_reload_hears_what_the_daemon_would(shared):
    folder(shared)
    command = shared.command("check")
    assert shared.run("", command=command, **shared.as_user(SERVICE)).code == 0
    reloaded = shared.run("", command=[*command, "--reloaded", "4000000"], **shared.as_user(SERVICE))
    assert reloaded.code == 1 and "no daemon" in reloaded.err, str(reloaded)


def test_the_user_of_a_container_may_command(shared):
    for path in (shared.definitions, shared.definitions / "jobs.json", shared.settings_file, shared.credentials):
        os.chown(path, STRANGER, STRANGER)
        path.chmod(0o775 if path.is_dir() else 0o664)
    assert shared.run("diff").code == 2
    result = shared.run("diff", environment={"FARGATE_BATCHD_DEFINITIONS_UID": str(STRANGER)})
    assert result.code == 1 and "may write" not in result.err, str(result)


def test_a_list_of_users_beside_the_bits(shared):
    """Where a file has an access list, its group's bits are what anybody in that list may."""
    path = shared.definitions / "jobs.json"
    for rights, code in ((4, 1), (6, 2)):
        # The owner, the stranger, the group, the most that the two may, everybody else.
        entries = ((1, 6, -1), (2, rights, STRANGER), (4, 4, -1), (16, rights, -1), (32, 4, -1))
        os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2) + b"".join(
            struct.pack("<HHi", *entry) for entry in entries))
        result = shared.run("diff")
        assert result.code == code and (str(path) in result.err) == (code == 2), str(result)


def test_a_person_who_may_not_reload_is_told_who_may(shared):
    shared.start_daemon()
    wait_for(lambda: shared.status()["definitions"]["state"] == "good", what="the first pass")
    refused = shared.run("", command=[CTL, "reload"], user=PERSON, group=PERSON, extra_groups=[])
    assert refused.code == 2 and refused.err.endswith("; as root: fargate-batchctl reload\n"), str(refused)
