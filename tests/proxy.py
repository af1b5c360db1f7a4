#!/usr/bin/env python3
"""A recording proxy between an AWS client and the emulator, that can misbehave on order.

    tests/proxy.py --target http://127.0.0.1:5000 [--port N] [--delay 0.03] [--rate 20] [--keys ID:SECRET]

In a test it is an object: `with Proxy(target) as proxy:`. It keeps client connections open (HTTP/1.1, TCP_NODELAY),
pools its own toward the emulator, verifies each request's Signature Version 4, and records every call as service,
operation, params, status, time. Alone, it is steered over HTTP: GET /_proxy/calls, POST /_proxy/reset,
POST /_proxy/settings {"delay", "rate"}, POST /_proxy/faults {"what", "service", "operation", "nth", "times", "when"}.
"""

import argparse
import asyncio
import dataclasses
import datetime
import hashlib
import hmac
import json
import re
import socket
import sys
import threading
import time
import urllib.parse
import uuid

from aws import wire
from aws.buckets import Bucket
from aws.front import Request
from aws.wire import XML_SERVICES, error_answer, read_authorization

@dataclasses.dataclass
class Call:
    """One request as it arrived, and what was answered."""

    service: str
    operation: str
    params: dict
    region: str
    access_key: str
    connection: int
    time: float
    headers: dict
    status: int = 0  # 0: no whole answer was given
    seconds: float = 0.0
    request_id: str = ""
    error_code: str = ""
    signature: str = ""  # "" = right, else what is wrong with it
    fault: str = ""
    reached: bool = False  # the emulator carried it out
    answer: bytes = b""
    answer_type: str = ""
    request: object = None  # as it came, to be carried out by a test itself

    @property
    def writes(self):
        return not wire.reads(self.operation)

    def __str__(self):
        return f"{self.service}:{self.operation} {self.status} {json.dumps(self.params, ensure_ascii=False)}"


@dataclasses.dataclass
class Fault:
    """What to do wrong, and to which calls. `nth` counts matching calls from 1; `times` None = for ever."""

    # reset tls unplug truncate empty rubbish denied throttle 500 503 failed-entries stall, or an AWS error code; or a
    # function of the Call, this and the right answer (None if "before") that returns (status, headers, body), None = reset
    what: object
    service: str = ""
    operation: str = ""
    nth: int = 1
    times: int | None = 1
    when: str = "before"  # "after": the emulator carries it out first
    status: int = 400  # of an AWS error code
    message: str = "refused by the test"
    seconds: float = 60.0  # of a stall
    entry: str = "InternalException"  # the code of failed-entries
    match: object = None  # a function of the Call
    seen: int = 0
    done: int = 0

    def takes(self, call):
        if self.service and self.service != call.service or self.operation and self.operation != call.operation:
            return False
        if self.match is not None and not self.match(call):
            return False
        self.seen += 1
        if self.seen < self.nth or self.times is not None and self.done >= self.times:
            return False
        self.done += 1
        return True


# --- Signature Version 4, checked from what arrived


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _quote(text):
    return urllib.parse.quote(text, safe="-_.~")


def _canonical_query(query):
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    decoded = [(urllib.parse.unquote(key), urllib.parse.unquote(value)) for key, value in pairs]
    return "&".join(sorted(f"{_quote(key)}={_quote(value)}" for key, value in decoded))


def signature_fault(method, target, headers, body, secrets, now=None):
    """What is wrong with a request's signature as (code, sentence), or None."""
    parts = read_authorization(headers)
    if not parts:
        return "MissingAuthenticationTokenException", "no Authorization header that can be read"
    secret = secrets.get(parts["key"])
    if secret is None:
        return "UnrecognizedClientException", "The security token included in the request is invalid."
    signed = parts["signed"].split(";")
    if signed != sorted(signed):
        return "SignatureDoesNotMatch", "signed headers are not sorted"
    must = ["host"] + [name for name in headers if name.startswith("x-amz-")]
    missing = [name for name in must if name not in signed]
    if missing:
        return "SignatureDoesNotMatch", f"not signed: {', '.join(missing)}"
    stamp = headers.get("x-amz-date", "")
    try:
        sent = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        return "SignatureDoesNotMatch", f"x-amz-date is {stamp!r}"
    if stamp[:8] != parts["date"]:
        return "SignatureDoesNotMatch", "the date of the scope is not that of x-amz-date"
    if abs(sent.timestamp() - (time.time() if now is None else now)) > 300:
        return "SignatureDoesNotMatch", f"Signature expired: {stamp} is more than 5 min from the server's time"
    path, _, query = target.partition("?")
    canonical = "\n".join([
        method, urllib.parse.quote(path or "/", safe="/-_.~"), _canonical_query(query),
        *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed), "",
        parts["signed"], hashlib.sha256(body).hexdigest()])
    scope = f"{parts['date']}/{parts['region']}/{parts['service']}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for step in (parts["date"], parts["region"], parts["service"], "aws4_request"):
        key = _hmac(key, step)
    if not hmac.compare_digest(hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest(), parts["signature"]):
        return "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."
    return None


# What a client sees that speaks another TLS than its server.
TLS_ALERT = b"\x15\x03\x01\x00\x02\x02\x28"


def denial(call):
    """AWS's own words where a right is missing."""
    message = (f"User: arn:aws:iam::123456789012:user/batch is not authorized to perform: {call.service}:"
               f"{call.operation} because no identity-based policy allows the {call.service}:{call.operation} action")
    if call.service in XML_SERVICES:
        return "AccessDenied", message, 403
    return "AccessDeniedException", message, 400


def _host_and_port(url):
    parsed = urllib.parse.urlsplit(url)
    return parsed.hostname, parsed.port or 80


class Proxy:
    """See the top of this file. Attributes may be set while it runs."""

    def __init__(self, target, keys=None, port=0, keep_answers=False):
        # A URL, or a function of a Request that answers in this process.
        self.target = target if callable(target) else _host_and_port(target)
        self.keys = dict(keys or {})  # access key -> secret; empty = signatures are not checked
        self.port = port
        self.keep_answers = keep_answers
        self.reset()
        self._idle, self._serving, self._writers = [], set(), set()
        self._loop = self._thread = self._server = None

    def reset(self):
        """Forgets the record and all that was ordered."""
        self.calls, self.faults, self.patches, self.watchers = [], [], [], []
        self.delay, self.rate, self.buckets = 0.0, 0, {}
        self.connections, self.throttled = 0, 0
        self.open_connections, self.most_connections = getattr(self, "open_connections", 0), 0

    # What a test orders.

    def fault(self, what, service="", operation="", **rest):
        self.faults.append(Fault(what, service, operation, **rest))
        return self.faults[-1]

    def patch(self, service, operation, change):
        """`change(reply, call)` alters a successful answer: JSON in place or as a new value, XML as a new text."""
        self.patches.append((service, operation, change))

    def merge(self, service, operation, members):
        self.patch(service, operation, lambda reply, call: reply | members)

    def watch(self, function):
        """`function(call)` is run as each call arrives, before anything is done with it."""
        self.watchers.append(function)

    # What a test asks.

    def of(self, service="", operation=""):
        return [call for call in list(self.calls)
                if (not service or call.service == service) and (not operation or call.operation == operation)]

    def writes(self):
        return [call for call in list(self.calls) if call.writes]

    def clear(self):
        """Forgets the record only."""
        self.calls = []
        self.connections, self.most_connections, self.throttled = 0, self.open_connections, 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    # Life.

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        ready = threading.Event()

        def run():
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._listen())
            self.port = self._server.sockets[0].getsockname()[1]
            ready.set()
            self._loop.run_forever()

        self._thread = threading.Thread(target=run, name="proxy", daemon=True)
        self._thread.start()
        ready.wait()
        return self

    async def _listen(self):
        self._server = await asyncio.start_server(self._client, "127.0.0.1", self.port, limit=1 << 20, backlog=256)

    def plug(self):
        """Listens again after the fault "unplug", at the same port."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def stop(self):
        async def end():
            self._server.close()
            for task in list(self._serving):
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)
            for _, writer in self._idle:
                writer.close()
            await asyncio.sleep(0)
            self._loop.stop()

        asyncio.run_coroutine_threadsafe(end(), self._loop)
        self._thread.join(10)
        self._loop.close()

    # One client connection.

    async def _client(self, reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = asyncio.current_task()
        self._serving.add(task)
        self._writers.add(writer)
        self.connections += 1
        number = self.connections
        self.open_connections += 1
        self.most_connections = max(self.most_connections, self.open_connections)
        try:
            while True:
                request = await self._read_request(reader, writer)
                if request is None or not await self._exchange(number, writer, *request):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open_connections -= 1
            self._serving.discard(task)
            self._writers.discard(writer)
            writer.close()

    @staticmethod
    async def _read_request(reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if colon:
                headers[name.strip().lower()] = value.strip()
        if headers.pop("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return method, target, headers, body

    async def _exchange(self, number, writer, method, target, headers, body):
        """Answers one request; False ends the connection."""
        if target.startswith("/_proxy/"):
            return await self._control(writer, target, body)
        request = Request(method, target, headers, body)
        call = Call(request.service, request.operation, request.params, request.region, request.key, number, time.time(),
                    headers, request=request)
        begun = time.monotonic()
        self.calls.append(call)
        for watcher in list(self.watchers):
            watcher(call)
        answer = await self._answer(call, method, target, headers, body)
        call.seconds = time.monotonic() - begun
        return await self._send(writer, call, answer, headers)

    async def _answer(self, call, method, target, headers, body):
        if self.delay:
            await asyncio.sleep(self.delay)
        refusal = self._refusal(call, method, target, headers, body)
        if refusal:
            return refusal
        fault = next((fault for fault in list(self.faults) if fault.takes(call)), None)
        if fault:
            call.fault = fault.what if isinstance(fault.what, str) else "function"
            if fault.when == "before":
                return await self._break(call, fault, None)
        answer = await self._forward(method, target, headers, body)
        call.reached = True
        answer = self._patched(call, answer)
        return await self._break(call, fault, answer) if fault else answer

    def _refusal(self, call, method, target, headers, body):
        if self.keys:
            wrong = signature_fault(method, target, headers, body, self.keys)
            if wrong:
                call.signature = f"{wrong[0]}: {wrong[1]}"
                return self._error(call, wrong[0], wrong[1], 403)
        if self.rate:
            bucket = self.buckets.setdefault((call.region, call.service), Bucket(self.rate, self.rate))
            if not bucket.take():
                self.throttled += 1
                call.fault = "rate"
                return self._throttle(call)
        return None

    def _error(self, call, code, message, status):
        return error_answer(call.service, code, message, status, str(uuid.uuid4()))

    def _throttle(self, call):
        code = wire.THROTTLING.get(call.service, "ThrottlingException")
        return self._error(call, code, "Rate exceeded", 503 if call.service == "ec2" else 400)

    def _patched(self, call, answer):
        status, headers, body = answer
        changes = [change for service, operation, change in self.patches
                   if service in ("", call.service) and operation in ("", call.operation)]
        if not changes or status != 200:
            return answer
        reply = body.decode() if call.service in XML_SERVICES else json.loads(body or b"{}")
        for change in changes:
            changed = change(reply, call)
            reply = reply if changed is None else changed
        return status, headers, (reply if isinstance(reply, str) else json.dumps(reply)).encode()

    async def _break(self, call, fault, answer):
        """What goes back in place of the right answer; None = the connection is reset."""
        what = fault.what
        if callable(what):
            return what(call, fault, answer)
        if what == "reset":
            return None
        if what == "tls":
            return TLS_ALERT
        if what == "unplug":
            self._server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            return None
        if what == "stall":
            await asyncio.sleep(fault.seconds)
            return answer or None
        if what == "truncate":
            whole = answer or (200, {"Content-Type": "application/x-amz-json-1.1"}, b'{"cut": "in the middle of it"}')
            return whole[0], whole[1] | {"x-cut": "1"}, whole[2]
        if what == "empty":
            return 200, {"Content-Type": "application/x-amz-json-1.1"}, b""
        if what == "rubbish":
            return 200, {"Content-Type": "text/html"}, b"<html><body>It works!</body></html>"
        if what == "denied":
            return self._error(call, *denial(call))
        if what == "throttle":
            return self._throttle(call)
        if what == "failed-entries":
            return self._failed_entries(call, fault)
        if what in ("500", "503"):
            code = {"500": "InternalFailure", "503": "ServiceUnavailable"}[what]
            return self._error(call, code, "the service has a bad day", int(what))
        return self._error(call, what, fault.message, fault.status)

    @staticmethod
    def _failed_entries(call, fault):
        ids = [target.get("Id") for target in call.params.get("Targets", [])] or call.params.get("Ids", [])
        entries = [{"TargetId": name, "ErrorCode": fault.entry, "ErrorMessage": fault.message} for name in ids]
        return (200, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": str(uuid.uuid4())},
                json.dumps({"FailedEntryCount": len(entries), "FailedEntries": entries}).encode())

    # Toward the emulator.

    async def _forward(self, method, target, headers, body):
        if callable(self.target):
            return self.target(Request(method, target, headers, body))
        lines = [f"{method} {target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items() if name not in ("connection", "content-length")]
        lines += [f"content-length: {len(body)}", "connection: keep-alive", "", ""]
        data = "\r\n".join(lines).encode("latin-1") + body
        while True:
            fresh = not self._idle
            reader, writer = await self._connect() if fresh else self._idle.pop()
            try:
                writer.write(data)
                answer, open_still = await self._read_answer(reader)
            except (ConnectionError, asyncio.IncompleteReadError):
                writer.close()
                if fresh:
                    return 502, {"Content-Type": "text/plain"}, b"the emulator is gone"
                continue  # an idle connection that the emulator had closed
            if open_still:
                self._idle.append((reader, writer))
            else:
                writer.close()
            return answer

    async def _connect(self):
        reader, writer = await asyncio.open_connection(*self.target, limit=1 << 22)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return reader, writer

    @staticmethod
    async def _read_answer(reader):
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if ": " in line)
        lower = {name.lower(): value for name, value in headers.items()}
        if lower.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while True:
                size = int((await reader.readline()).split(b";")[0], 16)
                body += (await reader.readexactly(size + 2))[:-2]
                if not size:
                    break
        elif "content-length" in lower:
            body = await reader.readexactly(int(lower["content-length"]))
        else:
            body = await reader.read()
        kept = {name: value for name, value in headers.items()
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "server", "date")}
        open_still = first.startswith("HTTP/1.1") and lower.get("connection", "").lower() != "close"
        return (int(first.split(" ")[1]), kept, body), open_still

    # Back to the client.

    async def _send(self, writer, call, answer, request_headers):
        if answer is None:
            writer.transport.abort()
            return False
        if answer is TLS_ALERT:
            writer.write(TLS_ALERT)
            await writer.drain()
            return False
        status, headers, body = answer
        cut = headers.pop("x-cut", None)
        if not cut:
            call.status = status
        call.request_id = next((value for name, value in headers.items() if name.lower() == "x-amzn-requestid"), "")
        call.error_code = _error_code(status, body)
        if self.keep_answers:
            call.answer, call.answer_type = body, headers.get("Content-Type", "")
        lines = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'Answer'}",
                 "Date: " + time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()),
                 *(f"{name}: {value}" for name, value in headers.items()), f"Content-Length: {len(body)}", "", ""]
        data = "\r\n".join(lines).encode("latin-1")
        writer.write(data + (body[:len(body) // 2] if cut else body))
        await writer.drain()
        return not cut and request_headers.get("connection", "").lower() != "close"

    async def _control(self, writer, target, body):
        asked = json.loads(body) if body else {}
        answer = {}
        if target == "/_proxy/reset":
            self.reset()
        elif target == "/_proxy/settings":
            for name in ("delay", "rate"):
                if name in asked:
                    setattr(self, name, asked[name])
        elif target == "/_proxy/faults":
            self.fault(**asked)
        else:
            keep = ("service", "operation", "params", "status", "time", "seconds", "region", "signature", "fault")
            answer = {"connections": self.connections, "throttled": self.throttled,
                      "calls": [{name: getattr(call, name) for name in keep} for call in self.calls]}
        data = json.dumps(answer).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
        await writer.drain()
        return True


def _error_code(status, body):
    if status < 300:
        return ""
    found = re.search(rb'"__type"\s*:\s*"(?:[^"]*#)?([^"]+)"|<Code>([^<]+)</Code>', body)
    return (found.group(1) or found.group(2)).decode() if found else str(status)


def main():
    parser = argparse.ArgumentParser(description="recording proxy in front of an AWS emulator")
    parser.add_argument("--target", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--keys", default="", help="ID:SECRET; signatures are checked against it")
    arguments = parser.parse_args()
    keys = dict([arguments.keys.split(":", 1)]) if arguments.keys else {}
    proxy = Proxy(arguments.target, keys=keys, port=arguments.port).start()
    proxy.delay, proxy.rate = arguments.delay, arguments.rate
    print(f"ready {proxy.url}", flush=True)
    try:
        proxy._thread.join()
    except KeyboardInterrupt:
        proxy.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
