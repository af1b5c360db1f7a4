"""One question, one answer: what is told in several places is told there in the same words."""

import json
import signal

import pytest

from conftest import DAEMON, wait_for


def daemon(world):
    return world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions), program=DAEMON)


def status(world):
    path = world.folder / "run" / "status.json"
    return json.loads(path.read_text()) if path.exists() else None


def end(process):
    process.terminate()
    return "".join(process.communicate(timeout=20))


def first_pass(world):
    return wait_for(lambda: (found := status(world)) and found["lastPass"] and found, what="the first pass")


@pytest.mark.parametrize("broken", [False, True])
def test_a_fault_reads_the_same_everywhere(world, article, broken):
    """In check, of every verb, in the daemon's record and in status; as JSON in check and in status."""
    world.write(article)
    process = daemon(world)
    before = first_pass(world)["reload"]["number"]
    article["apps"]["batch"]["taskDefinition"]["containerDefinitions"][0]["newThing"] = "x"
    if broken:
        article["batches"]["no1"]["enabled"] = "50%"
    world.write(article)
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: status(world)["reload"]["number"] > before and status(world)["definitions"]["faults"], what="the reload")
    lines = world.run("check").out.splitlines()
    assert len(lines) == 1 + broken and sum(": warning: unknown key " in line for line in lines) == 1, lines
    shown = world.run("status").out.splitlines()
    assert [line for line in shown if line.startswith("  ")] == [f"  {line}" for line in lines], shown
    assert world.run("check", "--json").json["faults"] == status(world)["definitions"]["faults"]
    assert all(line in world.run("diff").err.splitlines() for line in lines)
    told = end(process)
    assert all(line in told for line in lines), told
