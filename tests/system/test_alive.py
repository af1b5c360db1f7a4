"""Whether it lives: status --alive, and metrics.prom that is never older than a minute."""

import os
import shutil
import signal
import subprocess
import time

import pytest
from conftest import wait_for
from test_daemon import end, start, status
from test_wait import ctl


def test_it_lives_whatever_aws_and_the_files_are_like(world, article):
    world.settings(resyncInterval=1)
    world.write(article)
    assert "does not run" in ctl(world, "status", "--alive", code=2).err
    process = start(world, AWS_ENDPOINT_URL="http://127.0.0.1:9")
    wait_for(lambda: status(world) and status(world)["lastPass"]["number"] >= 2, what="passes that fail")
    world.write('{ "batchs": {} }')
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: status(world)["definitions"]["state"] == "refused", what="the refusal")
    assert ctl(world, "status", code=1).out.startswith("degraded")
    assert ctl(world, "status", "--alive").out == "alive\n"
    end(process)
    assert "gone" in ctl(world, "status", "--alive", code=2).err


def test_a_loop_that_stands_still_does_not_live(world, article):
    world.settings(resyncInterval=1)
    world.write(article)
    process = start(world)
    wait_for(lambda: status(world) and not status(world)["passSince"], what="rest")
    process.send_signal(signal.SIGSTOP)
    ctl(world, "status", "--alive")
    time.sleep(11)
    stuck = world.run("status", "--alive")
    assert stuck.code == 1 and "one is due every 1" in stuck.err and not stuck.out, str(stuck)
    process.send_signal(signal.SIGCONT)
    wait_for(lambda: world.run("status", "--alive").code == 0, what="its return")
    end(process)


def test_a_pass_that_takes_long_lives(world, article):
    world.settings(resyncInterval=1)
    world.write(article)
    process = start(world)
    wait_for(lambda: status(world), what="the first pass")
    world.proxy.fault("stall", service="sts", seconds=14, times=1)
    wait_for(lambda: status(world)["passSince"] and world.proxy.calls and world.proxy.calls[-1].fault, what="a pass that waits")
    time.sleep(11)
    assert ctl(world, "status", "--alive").out == "alive\n"
    # A sign of life that is three minutes old is none.
    old = time.time() - 190
    os.utime(world.folder / "run/metrics.prom", (old, old))
    if status(world)["passSince"]:
        assert "gives no sign of life" in ctl(world, "status", "--alive", code=1).err
    end(process)


def test_prometheus_reads_the_metrics(world, article):
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("no promtool; as root: apt-get install -y --no-install-recommends prometheus")
    world.settings(resyncInterval=1, owner="a=b c")
    world.write(article)
    process = start(world)
    wait_for(lambda: status(world) and status(world)["lastPass"]["number"] >= 2, what="two passes")
    end(process)
    text = (world.folder / "run/metrics.prom").read_bytes()
    told = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True)
    assert told.returncode == 0 and not told.stdout + told.stderr, (told.stdout + told.stderr).decode()
    families = {line.split()[2]: line.split()[3] for line in text.decode().splitlines() if line.startswith("# TYPE ")}
    assert families["fargate_batchd_passes_total"] == "counter" and families["fargate_batchd_loop_time_seconds"] == "gauge"
