#!/usr/bin/env python3
"""The AWS of the tests: moto, and the front (tests/aws/) that corrects it and adds what it has not.

    build/venv/bin/python tests/aws_server.py [--port N] [--plain]

Prints `ready http://127.0.0.1:PORT` once it answers (port 0: a free one) and runs until it is terminated. --plain is moto
as it is. tests/aws/front.py says how a test orders lateness, throttling and tasks.

One request at a time reaches the backends: moto's own dictionaries are not made for several. HTTP/1.1 connections stay
open. Signatures and rights are checked after `POST /moto-api/reset-auth` with the number of calls still free of it.
"""

import argparse
import io
import os
import sys
import threading
import urllib.parse

from aws.front import Front, Request


def emulator():
    """moto as a function of a request."""
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    # Nothing of the caller's own AWS configuration may reach moto's botocore.
    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    moto = DomainDispatcherApplication(create_backend_app)

    def answer(request):
        got = []
        body = b"".join(moto(environment_of(request), lambda *head: got.append(head)))
        kept = {name: value for name, value in got[0][1] if name.lower() != "content-length"}
        return int(got[0][0].split(" ")[0]), kept, body

    return answer


def front():
    """The front before moto; one of them in a process, for moto has one world in a process."""
    answer = emulator()
    from aws import ecs, events, iam, tagging

    tagging.correct_tagging()
    events.correct_put_rule()
    ecs.correct_clusters()
    ecs.correct_task_definition_lists()
    iam.shorten_managed_policies()
    return Front(answer)


def environment_of(request):
    """A request as WSGI has it."""
    path, _, query = request.target.partition("?")
    host = request.headers.get("host", "localhost")
    environment = {
        "REQUEST_METHOD": request.method, "PATH_INFO": unquoted(path), "QUERY_STRING": query, "SCRIPT_NAME": "",
        "SERVER_NAME": host.partition(":")[0], "SERVER_PORT": host.partition(":")[2] or "80", "RAW_URI": request.target,
        "REQUEST_URI": request.target, "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
        "wsgi.multiprocess": False, "wsgi.run_once": False, "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers.get("content-type", ""), "REMOTE_ADDR": "127.0.0.1",
    }
    for name, value in request.headers.items():
        if name not in ("content-type", "content-length"):
            environment["HTTP_" + name.upper().replace("-", "_")] = value
    return environment


def unquoted(path):
    return urllib.parse.unquote_to_bytes(path).decode("latin-1")


def request_of(environment):
    headers = {name[5:].lower().replace("_", "-"): value for name, value in environment.items()
               if name.startswith("HTTP_")}
    headers["content-type"] = environment.get("CONTENT_TYPE", "")
    body = environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
    return Request(environment["REQUEST_METHOD"], environment.get("REQUEST_URI") or environment["PATH_INFO"], headers, body)


def application(answer):
    """One request at a time."""
    lock = threading.Lock()

    def serve(environment, start_response):
        with lock:
            status, headers, body = answer(request_of(environment))
        start_response(f"{status} {'OK' if status < 300 else 'Answer'}",
                       [*headers.items(), ("Content-Length", str(len(body)))])
        return [body]

    return serve


def make_handler():
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    class Handler(MotoRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # one segment per answer

        def log_request(self, *_):
            pass

    return Handler


def main():
    parser = argparse.ArgumentParser(description="moto, corrected toward AWS")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="leave moto as it is")
    arguments = parser.parse_args()
    from werkzeug.serving import make_server

    answer = emulator() if arguments.plain else front().answer
    server = make_server("127.0.0.1", arguments.port, application(answer), threaded=True, request_handler=make_handler())
    print(f"ready http://127.0.0.1:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
