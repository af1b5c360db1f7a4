"""Files of the state directory that are damaged, cannot be read or cannot be written: told, put aside, tried again."""

import json
import os
import signal

import pytest

from conftest import DAEMON, wait_for

USER = 42424


@pytest.fixture
def files(world, converged, article):
    """The state files by what they hold, each of them there."""
    world.settings(deletion={"graceMinutes": 0, "maxBatches": 1}, resyncInterval=1)
    world.write({**article, "batches": {}})
    held = world.run("diff", "--json").json["held"]
    world.apply(code=1)
    assert world.run("approve", held[0]["plan"]).code == 0
    world.write(article)
    state = world.folder / "state"
    ledger = next(state.glob("cache-*")).name.replace("cache", "ledger")
    (state / ledger).write_text("{}")
    found = {path.name.split("-")[0]: path for path in state.glob("*.json")}
    assert set(found) == {"served", "held", "approvals", "cache", "ledger"}
    return found


LOSS = {"served": "what was served", "held": "a plan that is held", "approvals": "has to be approved again",
        "cache": "read again from AWS", "ledger": "does not count for the brake"}


@pytest.mark.parametrize("text", ['{"apps": {', "[]", "", "\0" * 100, "{}{"])
def test_apply_tells_what_is_damaged_once_and_puts_it_aside(world, files, text):
    for path in files.values():
        path.write_text(text)
    result = world.apply()
    for name, path in files.items():
        [line] = [line for line in result.err.splitlines() if f"{path} is damaged" in line]
        assert LOSS[name] in line and f"put aside as {path.name}.damaged-1" in line, line
        assert path.with_name(path.name + ".damaged-1").read_text() == text
    assert result.writes == []
    assert "damaged" not in world.apply().err


def test_three_of_each_are_kept(world, files):
    for number in range(5):
        files["served"].write_text(f"damage {number}")
        world.apply()
    aside = sorted(path.name for path in files["served"].parent.glob("served*damaged*"))
    assert [name[-1] for name in aside] == ["1", "2", "3"]
    assert files["served"].with_name(aside[0]).read_text() == "damage 4"


@pytest.mark.parametrize("verb", ["diff", "approve"])
def test_who_does_not_hold_the_directory_only_tells(world, files, verb):
    """A daemon beside it works on with what it has in memory; only what is written anew is put aside before."""
    for path in files.values():
        path.write_text("rubbish")
    result = world.run(verb, *(["abc"] if verb == "approve" else []))
    told = [name for name, path in files.items() if f"{path} is damaged" in result.err]
    assert set(told) >= {"served", "held", "approvals"}, str(result)
    assert all(files[name].read_text() == "rubbish" for name in ("served", "held", "approvals", "ledger"))


def test_a_cache_over_its_limit_is_told(world, files):
    files["cache"].write_text('{"revisions": {}}' + " " * (16 << 20))
    result = world.apply()
    assert f"{files['cache']} is larger than 16777216 bytes" in result.err and "read again" in result.err, str(result)
    assert files["cache"].with_name(files["cache"].name + ".damaged-1").exists()
    assert "revisions" in json.loads(files["cache"].read_text())


def start(world, **popen):
    return world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions),
                       program=DAEMON, **popen)


def status(world):
    path = world.folder / "run" / "status.json"
    return json.loads(path.read_text()) if path.exists() else {"definitions": {}, "state": None}


def passes(world):
    return (status(world).get("lastPass") or {}).get("number", 0)


def end(process):
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    return out + err


def test_the_daemon_tells_it_once(world, files):
    for path in files.values():
        path.write_text("rubbish")
    process = start(world)
    wait_for(lambda: passes(world) >= 3, what="three passes")
    assert status(world)["state"] == "healthy"
    told = end(process)
    for name, path in files.items():
        lines = [line for line in told.splitlines() if f"{path} is damaged" in line]
        assert len(lines) == 1 and LOSS[name] in lines[0], f"{name}: {told}"


@pytest.mark.parametrize("name", ["last-good.json", "last-good-settings.json"])
@pytest.mark.parametrize("text", ["rubbish", "7", '["rubbish"'])
def test_a_damaged_last_good_set(world, converged, name, text):
    path = world.folder / "state" / name
    process = start(world)
    wait_for(path.exists, what="the set")
    end(process)
    path.write_text(text)
    world.write("{")
    process = start(world)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 78 and f"{path} is damaged" in err and "no set to go on with" in err, err
    assert path.with_name(name + ".damaged-1").read_text() == text
    _, err = start(world).communicate(timeout=20)
    assert "is damaged" not in err


def test_a_last_good_set_that_this_version_refuses(world, converged):
    path = world.folder / "state" / "last-good.json"
    process = start(world)
    wait_for(path.exists, what="the set")
    end(process)
    path.write_text(json.dumps([{"file": "/etc/old.json", "text": '{"aps": {}}'}]))
    world.write("{")
    process = start(world)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 78 and "/etc/old.json:1:2: unknown key" in err and path.exists(), err


def test_a_set_that_cannot_be_kept_is_tried_again_with_each_pass(world, article):
    world.settings(resyncInterval=1)
    path = world.folder / "state" / "last-good.json"
    path.mkdir()
    world.write(article)
    process = start(world)
    wait_for(lambda: passes(world) >= 3, what="three passes")
    now = status(world)
    assert now["state"] == "degraded" and "the definitions in force could not be kept" in now["reasons"]
    assert str(path) in now["definitions"]["notKept"]
    shown = world.run("status")
    assert shown.code == 1 and str(path) in shown.out
    path.rmdir()
    wait_for(lambda: status(world)["state"] == "healthy", what="the set")
    assert status(world)["definitions"]["notKept"] is None
    assert json.loads(path.read_text())
    told = end(process)
    assert told.count("could not be kept") == 1 and told.count("over: the set in force is kept for the next start") == 1, told


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system is mounted, which is root's to do")
def test_a_full_disk(world, article):
    """The same where the disk is really full, and what it has to do it does."""
    world.settings(resyncInterval=1)
    world.write(article)
    script = ('mount -t tmpfs -o size=64k,mode=0750 none "$STATE_DIRECTORY"; '
              'dd if=/dev/zero of="$STATE_DIRECTORY/filler" bs=4k 2>/dev/null; exec "$@"')
    process = world.start("", "-m", "sh", "-c", script, "sh", DAEMON, "--settings", str(world.settings_file),
                          "--definitions", str(world.definitions), program="unshare")
    wait_for(lambda: passes(world) >= 2, what="two passes")
    now = status(world)
    assert "No space left" in now["definitions"]["notKept"] and world.rule("batch-no1")["Targets"]
    os.unlink(f"/proc/{process.pid}/root{world.folder}/state/filler")
    wait_for(lambda: status(world)["state"] == "healthy", what="the end of it")
    kept = f"/proc/{process.pid}/root{world.folder}/state/last-good.json"
    assert os.path.getsize(kept) > 100
    end(process)


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed, so this is root's")
def test_a_file_that_cannot_be_read_is_left_as_it_is(world, files):
    """It may be whole: nothing takes its place until a person has looked."""
    for path in (world.folder / "state", *(world.folder / "state").iterdir()):
        os.chown(path, USER, USER)
    os.chown(files["served"], 0, 0)
    before = files["served"].read_text()
    assert "batch" in before
    result = world.apply()
    told = [line for line in result.err.splitlines() if f"{files['served']}: Permission denied" in line]
    assert len(told) == 2 and "left as it is" in told[0] and LOSS["served"] in told[0], str(result)
    process = start(world)
    wait_for(lambda: passes(world) >= 2, what="two passes")
    assert status(world)["state"] == "degraded" and "Permission denied" in json.dumps(status(world)["problems"])
    end(process)
    assert files["served"].read_text() == before
    os.chown(files["served"], USER, USER)
    assert world.apply().err == "" and files["served"].read_text() == before
