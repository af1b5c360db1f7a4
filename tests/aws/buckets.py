"""Throttling by token bucket, as AWS does it: per account, region and operation, or group of operations."""

import time

# The figures that AWS publishes, calls at once and calls a second; a test may order its own, or AS_AWS as it is.
AS_AWS = {
    "ecs:RegisterTaskDefinition": (20, 1), "ecs:DescribeClusters": (50, 20), "events:*": (50, 50),
    "cloudtrail:LookupEvents": (2, 2),
}


class Bucket:
    """`rate` calls a second, with room for `burst`."""

    def __init__(self, burst, rate):
        self.burst, self.rate, self.level, self.at = float(burst), rate, float(burst), time.monotonic()

    def take(self):
        now = time.monotonic()
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


class Buckets:
    """Which operations have one is a table `{"service:Operation" or "service:*": (burst, rate)}`."""

    def __init__(self, table=None):
        self.table = AS_AWS if table == "as-aws" else table or {}
        self.levels = {}

    def take(self, service, operation, region):
        """Whether the call may pass."""
        for name in (f"{service}:{operation}", f"{service}:*"):
            if name in self.table:
                return self.levels.setdefault((region, name), Bucket(*self.table[name])).take()
        return True
