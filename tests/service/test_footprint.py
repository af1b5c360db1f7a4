"""What it costs to let it run: the figures of the README's table."""

import os
import pathlib
import signal
import time

from conftest import UNIT
from system.conftest import wait_for


def memory(pid):
    """KiB that are resident, and those of them that are its own; the rest are pages of files, the libraries' above all."""
    lines = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    number = {name: int(value.split()[0]) for name, value in lines.items()}
    return number["Rss"], number["Anonymous"]


def switches(pid):
    """Voluntary and forced context switches of all threads."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += sum(int(line.split()[1]) for line in (task / "status").read_text().splitlines() if "ctxt_switches" in line)
    return total


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_memory_and_rest_with_three_hundred_batches(service, article):
    """Resident at most 22 MiB, its own of them at most 6; no wake-up within a minute but the watchdog's."""
    article["batches"] = {f"b{n:03}": {"app": "batch", "schedule": "rate(1 day)", "environment": {"batch": f"b{n}"}}
                          for n in range(300)}
    service.define(article)
    service.start()
    status = service.wait_pass(seconds=120)
    assert status["lastPass"]["inSync"] and len(status["batches"]) == 300
    service.reload()
    service.wait_pass(after=1, seconds=60)
    time.sleep(1)
    pid = service.pid
    resident, own = memory(pid)
    before = switches(pid)
    time.sleep(60)
    woken = switches(pid) - before
    print(f"300 batches: resident {resident / 1024:.1f} MiB, own {own / 1024:.1f} MiB, "
          f"{woken} context switches in a minute (the watchdog's 2 among them)")
    assert resident <= 22 * 1024 and own <= 6 * 1024, (resident, own)
    assert woken <= 10, woken


def test_descriptors_and_memory_over_two_hundred_passes(service, article):
    """A reload and a pass each time: what the definitions of before held is given back."""
    service.converge(article)
    pid, seen, number = service.pid, [], 1
    for turn in range(200):
        os.kill(pid, signal.SIGHUP)
        number = service.wait_pass(after=number)["lastPass"]["number"]
        if turn in (20, 199):
            wait_for(lambda: service.active(), what="READY")
            seen.append((descriptors(pid), memory(pid)[1]))
    (early, own), (late, later) = seen
    print(f"200 reloads and passes: descriptors {early} → {late}, own {own} → {later} KiB")
    assert late <= early and later <= own * 1.05 + 128, seen
    assert service.show("NRestarts") == "0" and UNIT
