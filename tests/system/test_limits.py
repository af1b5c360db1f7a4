"""What there may be much of: the largest set that is taken fits into the unit's memory, pass and reload included."""

import json
import re
import signal
import subprocess

import pytest
from conftest import DAEMON, REGION, ROOT, sanitized, wait_for
from test_reading import tagged, without_end

# Of MemoryMax= in the unit; the rest is the kernel's: buffers of sockets, pages of files.
MOST = int(re.search(r"^MemoryMax=(\d+)M$", (ROOT / "systemd/fargate-batchd.service").read_text(), re.M)[1])
APP = {"region": REGION, "network": {"subnets": ["subnet-1111111"], "securityGroups": ["sg-aaaaaaaaa"]}}


def write_batches(world, count, batch, apps=1, **app):
    names = ["jobs"] + [f"app{number}" for number in range(1, apps)]
    world.write(json.dumps({"apps": {name: APP | app for name in names}}), "00.json")
    for start in range(0, count, 1000):
        world.write(json.dumps({"batches": {f"b{number:05}": batch(number) for number in range(start, min(count, start + 1000))}}),
                    f"f{start:06}.json")


def short(number):
    return {"app": "jobs", "schedule": f"cron({number % 60} * * * ? *)", "environment": {"batch": f"b{number}"}}


def rich(number):
    return short(number) | {
        "description": "does this and that every night for the team", "command": ["run", "--all", "--verbose", str(number)],
        "environment": {f"V{key}": f"value {key} of batch" for key in range(20)}, "tags": {"team": "a", "cost": "b"}}


def of_its_own_app(number):
    return short(number) | {"app": f"app{number}" if number else "jobs"}


def copied(number):
    return short(number) | {"environment": {}}


def peak(process):
    return int(re.search(r"VmHWM:\s+(\d+) kB", open(f"/proc/{process.pid}/status").read())[1]) / 1024


def last_pass(world):
    """Its number: two passes may well end in the same second."""
    path = world.folder / "run/status.json"
    return ((json.loads(path.read_text()) if path.exists() else {}).get("lastPass") or {}).get("number")


SETS = {
    "10,000 batches": (10000, short, {}),
    "20 variables each": (3300, rich, {}),
    "long task definitions": (480, copied, {"taskDefinition": {"containerDefinitions": [
        {"name": "jobs", "environment": [{"name": f"V{key}", "value": "x" * 20} for key in range(1000)]}]}}),
    "an app each": (1000, of_its_own_app, {"apps": 1000}),
    "both many and long": (5000, short, {"taskDefinition": {"containerDefinitions": [
        {"name": "jobs", "environment": [{"name": f"V{key}", "value": "x" * 40} for key in range(50)]}]}}),
    "many tags": (4500, copied, {"tags": {f"tag-number-{key}": f"value {key}" for key in range(40)}}),
}


@pytest.mark.parametrize("name", SETS)
def test_the_largest_sets_fit_into_the_memory_of_the_unit(world, name):
    """Nothing is on AWS yet, so a pass plans everything; a reload has two sets at once."""
    if sanitized():
        pytest.skip("the sanitizer takes several times the memory")
    count, batch, app = SETS[name]
    write_batches(world, count, batch, **app)
    world.settings(readOnly=True)
    assert world.run("check").code == 0
    log = open(world.folder / "log", "w")
    process = subprocess.Popen([DAEMON, "--settings", str(world.settings_file), "--definitions", str(world.definitions)],
                               env=world.environment, cwd=world.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    world.processes.append(process)
    first = wait_for(lambda: last_pass(world), seconds=240, what="the first pass")
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: last_pass(world) != first, seconds=240, what="the pass after the reload")
    print(f"{name}: {peak(process):.0f} MiB")
    assert peak(process) < MOST - 4


def test_lists_without_an_end_beside_the_largest_set(world):
    """What the definitions take is no room for answers: the reading is given up before the unit's memory is."""
    if sanitized():
        pytest.skip("the sanitizer takes several times the memory")
    write_batches(world, 9900, short)
    world.settings(readOnly=True)
    without_end(world, "GetResources", tagged)
    log = open(world.folder / "log", "w")
    process = subprocess.Popen([DAEMON, "--settings", str(world.settings_file), "--definitions", str(world.definitions)],
                               env=world.environment, cwd=world.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    world.processes.append(process)
    wait_for(lambda: last_pass(world), seconds=240, what="the first pass")
    print(f"lists without an end: {peak(process):.0f} MiB")
    assert peak(process) < MOST
    said = (world.folder / "log").read_text()
    assert "GetResources: the list has over 64 MiB" in said and "create" not in said, said[:2000]
