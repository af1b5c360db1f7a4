"""The front: takes a request, throttles it, and has it answered by a file of its service or by the emulator.

`POST /_aws/settings` with any of
    {"late": {"service:Operation": seconds}, "buckets": {"service:Operation": [burst, rate]} or "as-aws",
     "pages": {"size": n, "seed": n, "empty": true}, "tasks": {family or "*": {...}} (ecs.py),
     "quotas": {code: value} (quotas.py), "metrics": [[region, rule, metric, value], ...] (cloudwatch.py)}
and `POST /_aws/clock {"ahead": seconds}`: how far the time of the front is before that of the machine.
`POST /moto-api/reset` takes all of it back.
"""

import json
import time
import uuid

from aws import cloudtrail, cloudwatch, ecs, events, iam, wire
from aws import quotas as service_quotas
from aws.buckets import Buckets
from aws.late import Late
from aws.pages import Pages

# (service, operation) -> function(front, request) that gives the members of the answer.
ANSWERS = ecs.ANSWERS | events.ANSWERS | cloudtrail.ANSWERS | service_quotas.ANSWERS


class Refused(Exception):
    """AWS's error in place of an answer."""

    def __init__(self, code, message, status=400, **members):
        super().__init__(message)
        self.code, self.status, self.members = code, status, members


class Request:
    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.service, self.operation, self.params, self.region, self.key = wire.describe(method, target, headers, body)

    def with_body(self, body):
        return Request(self.method, self.target, self.headers, body)

    def with_params(self, params):
        return self.with_body(json.dumps(params).encode())


class Front:
    """`emulator(request)` gives (status, headers, body)."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.reset()

    def reset(self):
        self.ahead = 0.0
        self.late, self.buckets, self.pages = Late(self.emulator, self.now), Buckets(), Pages()
        self.trail, self.tasks, self.quotas = cloudtrail.Trail(), ecs.Tasks(), {}

    def now(self):
        return time.time() + self.ahead

    def as_of(self, request):
        """The moment that a reading of our own tells of."""
        return self.now() - self.late.of(request)

    def answer(self, request):
        if request.target.startswith("/_aws/"):
            return self._control(request)
        if request.target.startswith("/moto-api/"):
            if request.target == "/moto-api/reset":
                self.reset()
            return self.emulator(request)
        answer = self._answer(request)
        self.trail.keep(self.now(), request, answer)
        return answer

    def _answer(self, request):
        request_id = str(uuid.uuid4())
        try:
            if not self.buckets.take(request.service, request.operation, request.region):
                raise Refused(wire.THROTTLING.get(request.service, "ThrottlingException"), "Rate exceeded")
            iam.check_age(self, request, Refused)
            if self.pages.cuts(request):
                answer = self.pages.answer(request, lambda asked: self._one(asked, request_id))
            else:
                answer = self._one(request, request_id)
            return answer if isinstance(answer, tuple) else wire.json_answer(answer, request_id)
        except Refused as refused:
            status, headers, body = wire.error_answer(request.service, refused.code, str(refused), refused.status,
                                                      request_id)
            return status, headers, json.dumps(json.loads(body) | refused.members).encode() if refused.members else body

    def _one(self, request, request_id):
        own = ANSWERS.get((request.service, request.operation))
        if own:
            return wire.json_answer(own(self, request, Refused), request_id)
        if self.late.concerns(request):
            return self.late.read(request)
        answer = self.emulator(request)
        self.late.saw(request, answer[0])
        return answer

    def _control(self, request):
        asked = json.loads(request.body or b"{}")
        if request.target == "/_aws/clock":
            self.ahead = asked["ahead"]
        self.late.seconds |= asked.get("late", {})
        self.tasks.plans |= asked.get("tasks", {})
        self.quotas |= asked.get("quotas", {})
        if "buckets" in asked:
            self.buckets = Buckets(asked["buckets"])
        if "pages" in asked:
            self.pages = Pages(**asked["pages"])
        for metric in asked.get("metrics", []):
            cloudwatch.put(*metric)
        return 200, {"Content-Type": "application/json"}, b"{}"
