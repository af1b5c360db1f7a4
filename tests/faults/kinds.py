"""The kinds of fault, and what each is at the proxy. `strikes` is how many tries of its call it befalls in that pass:
throttling and a conflict pass, for the program waits for minutes until they do."""

import dataclasses
import json
import re

READS, WRITES, BOTH = ("reads",), ("writes",), ("reads", "writes")


@dataclasses.dataclass(frozen=True)
class Kind:
    name: str
    what: object  # as of proxy.Fault, or a name of Struck's own
    fits: tuple = BOTH
    strikes: float = float("inf")
    when: str = "before"
    operations: tuple = ()  # only these; empty = all


KINDS = [
    Kind("refused", "unplug", strikes=1), Kind("tls", "tls"), Kind("throttled", "throttle", strikes=2),
    Kind("expired", "ExpiredTokenException"), Kind("denied", "denied"),
    Kind("quota", "LimitExceededException", WRITES), Kind("conflict", "ConcurrentModificationException", WRITES, 2),
    Kind("5xx", "500"), Kind("5xx-applied", "500", WRITES, 1, "after"), Kind("lost", "reset", BOTH, 1, "after"),
    Kind("later", "later", WRITES, 1), Kind("cut", "truncate", BOTH, 1, "after"),
    Kind("rubbish", "rubbish", BOTH, 1, "after"), Kind("stale", "stale", READS, 1),
    Kind("partial", "failed-entries", WRITES, operations=("PutTargets", "RemoveTargets")),
    Kind("killed-before", "kill", BOTH, 1), Kind("killed-after", "kill", BOTH, 1, "after"),
]
NAMED = {kind.name: kind for kind in KINDS}


def fitting(call):
    """The kinds that can befall a call, given as (key, whether it writes)."""
    operation = operation_of(call[0])
    return [kind for kind in KINDS if ("writes" if call[1] else "reads") in kind.fits
            and (not kind.operations or operation in kind.operations)]


def key_of(call):
    """What makes a call the same in another run: all but the time in it."""
    params = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "(when)", json.dumps(call.params, sort_keys=True))
    return f"{call.service}:{call.operation} {params}"


def operation_of(key):
    return key.split(" ")[0].rpartition(":")[2]


def without_id(body):
    return re.sub(rb"<RequestId>[^<]*</RequestId>", b"", body)


class Struck:
    """One fault of a pass: befalls the `nth` call with `key` (None: the nth call of all)."""

    def __init__(self, run, kind, key, nth):
        self.run, self.kind, self.key, self.nth = run, kind, key, nth
        self.seen, self.call, self.struck, self.happened = 0, None, 0, False
        what = getattr(self, "_" + kind.what, kind.what)
        self.fault = run.proxy.fault(what, match=self.takes, times=None, when=kind.when if kind.what != "kill" else "before")

    def takes(self, call):
        key = key_of(call)
        if self.happened:
            self.struck += key == self.call
            return key == self.call and self.struck < self.kind.strikes
        self.seen += self.key in (None, key)
        if self.seen != self.nth or self.key not in (None, key) or self.kind not in fitting((key, call.writes)):
            return False
        self.call, self.happened = key, True
        return True

    def _kill(self, call, fault, answer):
        if self.kind.when == "after":
            self.run.carry_out(call)
        self.run.process.kill()
        self.run.process.wait()

    def _later(self, call, fault, answer):
        self.run.owed = [call, 3]

    def _stale(self, call, fault, answer):
        """An earlier answer to the same question, the newest that is not today's; today's where there was none."""
        now = self.run.carry_out(call)
        earlier = [old for old in self.run.history.get(key_of(call), []) if without_id(old[2]) != without_id(now[2])]
        self.happened = bool(earlier)
        return earlier[-1] if earlier else now
