#!/usr/bin/env python3
"""What a converged pass costs: 300 batches of one app behind the recording proxy, beside a plain boto3 reader of the same.

    make bench        or        build/venv/bin/python tests/bench/bench.py [--batches 300] [--runs 3]

Counts calls at the proxy, takes CPU from the child's resource usage and peak memory from /proc, and prints a table.
It judges nothing: figures depend on the machine, the ratios less so.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from proxy import Proxy  # noqa: E402

KEY, SECRET, REGION = "AKIABENCH", "bench", "ap-northeast-1"
CTL = os.environ.get("FARGATE_BATCHCTL", str(ROOT / "build/fargate-batchctl"))


def definitions(count):
    return {"apps": {"jobs": {
        "region": REGION, "repository": {"lifecyclePolicy": {"keepUntagged": 1}}, "logGroup": {"name": "/fargate/jobs",
                                                                                               "retentionInDays": 30},
        "network": {"subnets": ["subnet-1111111", "subnet-2222222"], "securityGroups": ["sg-aaaaaaaaa"]}}},
        "batches": {f"b{number:03}": {
            "app": "jobs", "description": f"batch {number}", "schedule": f"cron({number % 60} * * * ? *)",
            "environment": {"batch": f"b{number:03}"}} for number in range(count)}}


class Measured:
    def __init__(self, code, cpu, peak, wall, calls, connections, throttled, out):
        self.code, self.cpu, self.peak, self.wall = code, cpu, peak, wall
        self.calls, self.connections, self.throttled, self.out = calls, connections, throttled, out


def peak_of(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def measure(proxy, command, environment):
    """Runs a command to its end. Peak memory is polled: what rusage says of it counts the launching process too."""
    proxy.clear()
    begun = time.monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        peak = 0.0
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, peak_of(process.pid))
            time.sleep(0.001)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    return Measured(process.returncode, usage.ru_utime + usage.ru_stime, peak, wall, list(proxy.calls), proxy.connections,
                    proxy.throttled, text)


def middle(runs):
    """The run with the median wall time, its CPU replaced by the median."""
    middle_run = sorted(runs, key=lambda run: run.wall)[len(runs) // 2]
    middle_run.cpu = statistics.median(run.cpu for run in runs)
    middle_run.peak = max(run.peak for run in runs)
    return middle_run


def start_emulator():
    process = subprocess.Popen([sys.executable, str(ROOT / "tests/aws_server.py")], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    return process, process.stdout.readline().split()[1]


def without_rules(reply, _):
    reply["ResourceTagMappingList"] = [item for item in reply["ResourceTagMappingList"]
                                       if ":events:" not in item["ResourceARN"]]


def say(label, run, reader=None):
    calls = len(run.calls)
    writes = sum(call.writes for call in run.calls)
    ratio = f"{reader.calls.__len__() / calls:5.1f} {reader.cpu / max(run.cpu, 0.001):6.1f} " \
            f"{reader.peak / max(run.peak, 0.1):6.1f} {reader.wall / run.wall:6.1f}" if reader else ""
    print(f"{label:<44} {run.code:>4} {calls:>6} {writes:>6} {run.cpu:>8.3f} {run.peak:>7.1f} {run.wall:>8.2f} "
          f"{run.connections:>5}   {ratio}", flush=True)


def floor_of(calls, rate):
    """No client can be quicker than the busiest service's calls at that rate."""
    by_service = {}
    for call in calls:
        if call.fault != "rate":
            by_service[call.service] = by_service.get(call.service, 0) + 1
    return max((count - rate) / rate for count in by_service.values())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batches", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--calls", action="store_true", help="list the calls of a converged pass by operation")
    arguments = parser.parse_args()
    emulator, url = start_emulator()
    with tempfile.TemporaryDirectory() as folder, Proxy(url) as proxy:
        folder = pathlib.Path(folder)
        for name in ("jobs", "state", "state2", "run", "home"):
            (folder / name).mkdir()
        (folder / "jobs/jobs.json").write_text(json.dumps(definitions(arguments.batches)))
        (folder / "settings.json").write_text("{}")
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "STATE_DIRECTORY": str(folder / "state"),
                       "RUNTIME_DIRECTORY": str(folder / "run"), "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                       "AWS_ENDPOINT_URL": proxy.url, "AWS_EC2_METADATA_DISABLED": "true", "LANG": "C.UTF-8",
                       "AWS_DEFAULT_REGION": REGION, "PYTHONDONTWRITEBYTECODE": "1"}
        flags = ["--settings", str(folder / "settings.json"), "--definitions", str(folder / "jobs")]
        apply = [CTL, "apply", *flags]
        reader = [sys.executable, str(ROOT / "tests/bench/reader.py")]

        print(f"{arguments.batches} batches of one app, log streams by batch; median of {arguments.runs}; "
              f"ratios are boto3's figure to ours")
        print(f"{'':<44} {'exit':>4} {'calls':>6} {'writes':>6} {'CPU s':>8} {'MiB':>7} {'wall s':>8} {'conn':>5}   "
              f"{'calls':>5} {'CPU':>6} {'MiB':>6} {'wall':>6}")
        first = measure(proxy, apply, environment)
        say("first apply, from nothing", first)
        if first.code:
            print(first.out)

        def several(command):
            return middle([measure(proxy, command, environment) for _ in range(arguments.runs)])

        quick_reader = several(reader)
        ours = several(apply)
        say("converged pass", ours, quick_reader)
        say("boto3 reader", quick_reader)
        if ours.code:
            print(ours.out)
        if arguments.calls:
            counts = {}
            for call in ours.calls:
                counts[f"{call.service}:{call.operation}"] = counts.get(f"{call.service}:{call.operation}", 0) + 1
            for name, count in sorted(counts.items(), key=lambda item: -item[1]):
                print(f"    {count:>5} {name}")
        empty_state = environment["STATE_DIRECTORY"]
        environment["STATE_DIRECTORY"] = str(folder / "state2")
        say("converged pass, the state directory lost", measure(proxy, apply, environment), quick_reader)
        environment["STATE_DIRECTORY"] = empty_state
        proxy.patch("tagging", "GetResources", without_rules)
        say("converged pass, the tagging API knows no rules", several(apply), quick_reader)
        proxy.patches.clear()
        proxy.delay = 0.03
        slow_reader = measure(proxy, reader, environment)
        say("converged pass, 30 ms a call", several(apply), slow_reader)
        say("boto3 reader, 30 ms a call", slow_reader)
        proxy.delay = 0

        print(f"\nan account that allows {arguments.rate:g} calls a second and service")
        print(f"{'':<44} {'exit':>4} {'calls':>6} {'failed':>6} {'throttled':>10} {'wall s':>8} {'floor s':>8} {'ratio':>6}")
        urlopen_reset(url)
        for name in ("state", "state2"):
            for path in sorted((folder / name).rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
        for label in ("from nothing", "converged"):
            proxy.rate, proxy.buckets = arguments.rate, {}
            run = measure(proxy, apply + ["--json"], environment)
            try:
                failed = sum(bool(change.get("error")) for change in json.loads(run.out[run.out.index("{"):])["changes"])
            except (ValueError, KeyError):
                failed = -1
            floor = floor_of(run.calls, arguments.rate)
            print(f"{label:<44} {run.code:>4} {len(run.calls):>6} {failed:>6} "
                  f"{run.throttled:>4} ({100 * run.throttled / len(run.calls):2.0f} %) {run.wall:>8.2f} {floor:>8.2f} "
                  f"{run.wall / max(floor, 0.01):>6.2f}", flush=True)
        proxy.rate = 0
    emulator.terminate()
    emulator.wait()
    return 0


def urlopen_reset(url):
    import urllib.request
    urllib.request.urlopen(urllib.request.Request(url + "/moto-api/reset", data=b"", method="POST")).read()


if __name__ == "__main__":
    sys.exit(main())
