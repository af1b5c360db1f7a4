"""Readings that are late: answered as AWS stood some seconds ago, each operation by its own seconds.

moto keeps one world for each account number. A late reading asks a second world, under a number of its own, that is given
the same writes, but only those that are old enough. Its number never leaves this file.
"""

from aws import wire

ACCOUNT = "123456789012"


class Late:
    def __init__(self, emulator, now):
        self.emulator, self.now = emulator, now
        self.seconds = {}  # "service:Operation" -> how late
        self.writes = []  # (when, request)
        self.worlds = {}  # seconds -> [account number, writes it has had]

    def of(self, request):
        return self.seconds.get(f"{request.service}:{request.operation}", 0)

    def concerns(self, request):
        """Whether a reading is to be late here; what keys of AssumeRole are worth is in iam.py."""
        return self.of(request) > 0 and wire.reads(request.operation) and request.service != "sts"

    def saw(self, request, status):
        """Keeps what AWS carried out and what was not a reading."""
        if status < 300 and not wire.reads(request.operation):
            self.writes.append((self.now(), request))

    def read(self, request):
        """The answer of the world that is as late as this operation."""
        seconds = self.of(request)
        world = self.worlds.setdefault(seconds, [f"9{len(self.worlds):011}", 0])
        while world[1] < len(self.writes) and self.writes[world[1]][0] <= self.now() - seconds:
            self._ask(world[0], self.writes[world[1]][1])
            world[1] += 1
        return self._ask(world[0], request)

    def _ask(self, account, request):
        there = request.with_body(request.body.replace(ACCOUNT.encode(), account.encode()))
        there.target = request.target.replace(ACCOUNT, account)
        there.headers = request.headers | {"x-moto-account-id": account}
        status, headers, body = self.emulator(there)
        return status, headers, body.replace(account.encode(), ACCOUNT.encode())
