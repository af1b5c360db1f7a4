#!/usr/bin/env python3
"""Every fault at every call: what has to hold holds after each call, and two clean passes bring the reference back.

    build/venv/bin/python tests/faults/faults.py [--short N] [--pairs N [--seed S]] [--row NAME] [--only ROW/CALL/KIND]

Each row (rows.py) is prepared once, run once without a fault to count its calls and to learn the reference, and then
repeated for each call with each kind of fault (kinds.py) that can befall it. A case is a fork of this process, which has
the emulator in its memory: it begins with the row's own world, and leaves it alone. The invariants are in invariants.py.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "system")]

import aws_server  # noqa: E402
from aws.front import Request  # noqa: E402

FRONT = aws_server.front()

import boto3  # noqa: E402
import invariants  # noqa: E402
from conftest import CTL, KEY, REGION, SECRET, free_port  # noqa: E402
from kinds import NAMED, Struck, fitting, key_of, operation_of  # noqa: E402
from observe import comparable, observe  # noqa: E402
from proxy import Proxy  # noqa: E402
from rows import ROWS, strangers  # noqa: E402


# The state is kept by endpoint: all passes of a row have to find it at the same one, so there is one proxy at a time.
PORT = free_port()
PASS_SECONDS = 90


class Run:
    """Passes of fargate-batchctl in one folder, against the emulator of this process, watched call by call."""

    def __init__(self, row, folder, history=None):
        self.row, self.folder, self.history = row, folder, history or {}
        self.wrong, self.checked, self.calls, self.owed, self.process = [], 0, 0, None, None
        self.proxy = Proxy(self.answer, port=PORT).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proxy.stop()

    def answer(self, request):
        """What the emulator says, with the invariants held against what it did."""
        try:
            return self._watched(request)
        except Exception as error:  # the proxy would close the connection, and the case would look like a fault of AWS
            self.wrong.append(f"the harness itself: {error!r} ({request.service}:{request.operation})")
            raise

    def _watched(self, request):
        before = observe()
        answer = FRONT.answer(request)
        after = observe()
        self.calls += 1
        for invariant in invariants.ALL:
            self.checked += 1
            self.wrong += [f"{invariant.__name__}: {text} ({request.service}:{request.operation})"
                           for text in invariant(before, after, self.row)]
        self._pay()
        return answer

    def _pay(self):
        """A call whose caller gave it up is carried out some calls later."""
        if self.owed:
            self.owed[1] -= 1
            if self.owed[1] == 0:
                self.settle()

    def settle(self):
        owed, self.owed = self.owed, None
        if owed:
            self.carry_out(owed[0])

    def carry_out(self, call):
        return self.answer(call.request)

    def write(self, definitions):
        (self.folder / "definitions/jobs.json").write_text(json.dumps(definitions))
        (self.folder / "settings.json").write_text(json.dumps(self.row.settings))

    def apply(self):
        """One pass; its exit code, -9 where it was killed."""
        self.proxy.clear()
        self.process = subprocess.Popen(
            [CTL, "apply", "--settings", str(self.folder / "settings.json"), "--definitions",
             str(self.folder / "definitions")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, cwd=self.folder, env=self._environment())
        self.said, _ = self.process.communicate(timeout=PASS_SECONDS)
        self.settle()
        return self.process.returncode

    def _environment(self):
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.folder), "TZ": "UTC",
                "STATE_DIRECTORY": str(self.folder / "state"), "RUNTIME_DIRECTORY": str(self.folder / "run"),
                "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": self.proxy.url,
                "AWS_EC2_METADATA_DISABLED": "true"}

    def remember(self):
        for call in self.proxy.calls:
            if not call.writes:
                answers = self.history.setdefault(key_of(call), [])
                answers.append((call.status, {"Content-Type": call.answer_type}, call.answer))


def client(proxy):
    return lambda service: boto3.client(service, region_name=REGION, endpoint_url=proxy.url, aws_access_key_id=KEY,
                                        aws_secret_access_key=SECRET)


def prepare(row, folder):
    """The world before the pass that matters, in this process; gives the answers on the way, and what was wrong with it."""
    FRONT.answer(Request("POST", "/moto-api/reset", {}, b""))
    for name in ("definitions", "state", "run"):
        (folder / name).mkdir()
    with Run(row, folder) as run:
        run.proxy.keep_answers = True
        strangers(client(run.proxy))
        run.wrong.clear()
        for definitions in row.before:
            run.write(definitions)
            code = run.apply()
            if code != 0:
                run.wrong.append(f"cannot be prepared: {run.said[-1500:]}")
            run.remember()
        run.write(row.act)
        if row.ready:
            row.ready()
        return run.history, run.wrong


def warm_up():
    """One row for nothing: what the emulator loads at its first calls is then in the memory of every fork."""
    with tempfile.TemporaryDirectory() as place:
        prepare(ROWS[1], pathlib.Path(place))


def clean(row, folder, history):
    """The row without a fault: its calls, the world that it leads to, and what was wrong even so."""
    with Run(row, folder, history) as run:
        code = run.apply()
        calls = [(key_of(call), call.writes) for call in run.proxy.calls]
        again, world = run.apply(), comparable(observe())
        if code != row.code or again != row.code:
            run.wrong.append(f"ends with {code} and {again}, not {row.code}: {run.said}")
        if run.proxy.writes():
            run.wrong.append(f"is not at rest after one pass: {run.proxy.writes()[0]}")
        return {"calls": calls, "world": world, "wrong": run.wrong, "checked": run.checked, "asked": run.calls}


def faulty(row, folder, history, reference, faults):
    """Passes with one fault each, then two without."""
    with Run(row, folder, history) as run:
        struck = 0
        for kind, key, nth in faults:
            fault = Struck(run, NAMED[kind], key, nth)
            run.apply()
            struck += fault.happened
            run.proxy.faults.clear()
            if NAMED[kind].what == "unplug" and fault.happened:
                run.proxy.plug()
        code = 0
        for number in (1, 2):
            code = run.apply()
            world = comparable(observe())
            if world == reference:
                break
        if world != reference:
            differs = [line[:300] for line in world + reference if (line in world) != (line in reference)]
            run.wrong.append("not at the reference after two clean passes: " + "; ".join(differs[:4]) + run.said[-1500:])
        elif code != row.code:
            run.wrong.append(f"the clean pass ends with {code}: {run.said[-1500:]}")
        return {"struck": struck, "wrong": run.wrong, "checked": run.checked, "asked": run.calls}


def forked(folder, function, *arguments):
    """Runs a function in a fork with a copy of the folder; gives (pid, where its answer is to be read)."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, reader
    os.close(reader)
    try:
        with tempfile.TemporaryDirectory() as place:
            mine = pathlib.Path(place) / "run"
            shutil.copytree(folder, mine)
            result = function(mine, *arguments)
    except BaseException as error:  # whatever it is, it belongs to the parent
        result = {"struck": 0, "wrong": [f"the harness itself: {error!r}"], "checked": 0, "asked": 0}
    with os.fdopen(writer, "w") as out:
        json.dump(result, out)
    os._exit(0)


def collect(started):
    pid, reader = started
    with os.fdopen(reader) as out:
        text = out.read()
    os.waitpid(pid, 0)
    return json.loads(text) if text else {"struck": 0, "wrong": ["the case died"], "checked": 0, "asked": 0}


def in_turns(folder, cases):
    """Runs cases (name, function, arguments), each in a fork of its own; yields (name, result)."""
    for name, function, *arguments in cases:
        yield name, collect(forked(folder, function, *arguments))


def singles(calls):
    """Each call with each kind that fits: (name, [(kind, key, nth)])."""
    seen = collections.Counter()
    for number, call in enumerate(calls, 1):
        call = tuple(call)
        seen[call[0]] += 1
        for kind in fitting(call):
            yield f"{number}-{operation_of(call[0])}/{kind.name}", [(kind.name, call[0], seen[call[0]])]


def pairs(calls, number, chance):
    """A fault at some call of the first pass, and one at some call of the second."""
    for _ in range(number):
        one, two = (chance.randrange(len(calls)) + 1 for _ in range(2))
        first, second = (chance.choice(fitting(tuple(calls[at - 1]))).name for at in (one, two))
        name = "+".join(f"{at}-{operation_of(calls[at - 1][0])}/{kind}" for at, kind in ((one, first), (two, second)))
        yield name, [(first, None, one), (second, None, two)]


class Sum:
    def __init__(self):
        self.calls = self.cases = self.faults = self.asked = self.checked = self.failed = 0

    def add(self, row, case, result):
        name = f"{row.name}/{case}"
        self.checked += result["checked"]
        self.asked += result["asked"]
        self.cases += 1
        self.faults += result.get("struck", 0)
        self.failed += bool(result["wrong"])
        for text in dict.fromkeys(result["wrong"][:5]):
            print(f"  {name}: {text}", flush=True)


def chosen(row, calls, arguments, chance):
    if arguments.pairs:
        return list(pairs(calls, arguments.pairs // len(ROWS) + 1, chance))
    cases = list(singles(calls))
    if arguments.only:
        return [case for case in cases if f"{row.name}/{case[0]}" == arguments.only]
    # A step without a common factor with the number of kinds: each kind and each call has its turn.
    step = arguments.short
    return cases[ROWS.index(row) % step::step] if step else cases


def run_row(row, arguments, total, chance):
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        history, wrong = prepare(row, folder)
        reference = collect(forked(folder, lambda mine: clean(row, mine, history)))
        reference["wrong"] = wrong + reference["wrong"]
        total.add(row, "clean", reference)
        if "calls" not in reference:
            return  # said already
        total.calls += len(reference["calls"])
        cases = chosen(row, reference["calls"], arguments, chance)
        begun, before = time.monotonic(), total.failed
        for name, result in in_turns(folder, (
                (name, lambda mine, faults: faulty(row, mine, history, reference["world"], faults), faults)
                for name, faults in cases)):
            total.add(row, name, result)
        print(f"{row.name}: {len(reference['calls'])} calls, {len(cases)} cases, {total.failed - before} failed, "
              f"{time.monotonic() - begun:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description="every fault at every call")
    parser.add_argument("--short", type=int, default=0, metavar="N", help="each N-th case only")
    parser.add_argument("--pairs", type=int, default=0, metavar="N", help="N random pairs of faults instead")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--row", help="one row only")
    parser.add_argument("--only", help="one case, as it is named where it fails")
    arguments = parser.parse_args()
    if arguments.pairs:
        print(f"seed {arguments.seed}", flush=True)
    warm_up()
    total, wanted = Sum(), arguments.only.split("/")[0] if arguments.only else arguments.row
    for row in ROWS:
        if wanted in (None, row.name):
            run_row(row, arguments, total, random.Random(f"{arguments.seed} {row.name}"))
    print(f"{total.calls} calls in {len(ROWS)} rows, {total.faults} faults, {total.asked} calls watched, "
          f"{total.checked} invariants checked")
    print(f"{total.cases - total.failed} passed, {total.failed} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
