"""The service as installed, in a booted container, with the emulator and its recording proxy beside it.

One machine for each Debian release serves all tests of that release. Between tests the service is stopped and its files,
state and drop-ins are emptied, so that every test begins as after `make install`.
"""

import contextlib
import copy
import json
import os
import pathlib
import subprocess
import sys
import time

import boto3
import pytest
from botocore.config import Config

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from machine import RELEASES, ROOT, CannotBoot, Machine, missing  # noqa: E402
from network import NameServer, TlsEnd, make_authority  # noqa: E402
from proxy import Proxy  # noqa: E402
from system.conftest import ACCOUNT, ARTICLE, KEY, REGION, SECRET, Server, free_port, wait_for  # noqa: E402,F401

UNIT = "fargate-batchd"
NAME = "aws.service-test.example"
NAME_SERVERS = {"bookworm": "127.0.0.77", "trixie": "127.0.0.78"}
DEFINITIONS = "/etc/fargate-batch.d"
STATUS, METRICS = "/run/fargate-batchd/status.json", "/run/fargate-batchd/metrics.prom"


def pytest_addoption(parser):
    parser.addoption("--release", choices=RELEASES, help="only this one (the first also runs what needs no machine)")


def pytest_generate_tests(metafunc):
    if "release" in metafunc.fixturenames:
        only = metafunc.config.getoption("--release")
        metafunc.parametrize("release", [only] if only else RELEASES, scope="session", indirect=True)


def pytest_collection_modifyitems(config, items):
    if config.getoption("--release") not in (None, RELEASES[0]):
        items[:] = [item for item in items if "release" in item.fixturenames]


WHY_SKIPPED = []


@contextlib.contextmanager
def booting():
    """Without root or a container nothing of this can be shown; FARGATE_BATCHD_MUST_BOOT=1 makes that a failure."""
    try:
        if missing():
            raise CannotBoot(missing())
        yield
    except CannotBoot as error:
        if os.environ.get("FARGATE_BATCHD_MUST_BOOT") == "1":
            raise
        WHY_SKIPPED.append(str(error))
        pytest.skip(f"no container can be booted: {error}")


def pytest_terminal_summary(terminalreporter):
    if WHY_SKIPPED:
        terminalreporter.write_line(f"THE SERVICE TESTS WERE SKIPPED: no container can be booted: {WHY_SKIPPED[0]}",
                                    red=True, bold=True)


@pytest.fixture(scope="session")
def release(request):
    return request.param


def install(root, prefix="/usr"):
    done = subprocess.run(["make", "-s", "install", f"DESTDIR={root}", f"prefix={prefix}"], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def all_in(fields, record):
    return all(record.get(name) == value for name, value in fields.items())


class Service:
    def __init__(self, machine, server, proxy, end, names):
        self.machine, self.server, self.proxy, self.end, self.names = machine, server, proxy, end, names
        self.url = f"https://{NAME}:{end.port}"
        self.user = self.id("-u")
        self.group = self.id("-g")
        self.marked = 0
        self._clients = {}

    def id(self, what):
        return int(self.machine.run("id", what, UNIT).stdout)

    # A fresh beginning.

    def reset(self):
        machine = self.machine
        machine.run("systemctl", "stop", UNIT, code=None)
        machine.shell("umount -q /var/lib/fargate-batchd; umount -q /run/fargate-batchd; "
                      "rm -rf /run/systemd/system/fargate-batchd.service.d /etc/systemd/system/fargate-batchd.service.d "
                      "/etc/fargate-batch.d /etc/other-name.json /var/lib/fargate-batchd /run/fargate-batchd; "
                      "install -d /etc/fargate-batch.d; "
                      "systemctl daemon-reload; systemctl reset-failed fargate-batchd", code=None)
        machine.write("/etc/default/fargate-batchd",
                      f"AWS_ENDPOINT_URL={self.url}\nAWS_CA_BUNDLE=/etc/ssl/test-ca.pem\n"
                      "AWS_EC2_METADATA_DISABLED=true\n")
        self.keys(KEY, SECRET)
        self.settings()
        self.names.silent = False
        self.server.reset()
        self.proxy.reset()
        self.mark()

    def keys(self, key, secret):
        path = self.machine.write("/etc/fargate-batchd/credentials",
                                  f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n", 0o600)
        path.parent.chmod(0o700)

    def settings(self, **members):
        self.machine.write("/etc/fargate-batchd.json", json.dumps({"resyncInterval": 3600} | members))

    def environment(self, **variables):
        """More lines for the service's environment file."""
        path = self.machine.path("/etc/default/fargate-batchd")
        path.write_text(path.read_text() + "".join(f"{name}={value}\n" for name, value in variables.items()))

    def define(self, definitions, name="jobs.json", mode=0o640):
        """Puts a definition file in place as a careful team would: root's, readable by the service's group alone."""
        text = definitions if isinstance(definitions, str) else json.dumps(definitions, indent=2)
        path = self.machine.write(f"{DEFINITIONS}/{name}", text, mode)
        os.chown(path, 0, self.group)
        return path

    def drop_in(self, text):
        self.machine.write("/etc/systemd/system/fargate-batchd.service.d/test.conf", text)
        self.machine.run("systemctl", "daemon-reload")

    # The unit.

    def start(self, code=0):
        return self.machine.run("systemctl", "start", UNIT, code=code)

    def stop(self):
        begun = time.monotonic()
        self.machine.run("systemctl", "stop", UNIT)
        return time.monotonic() - begun

    def reload(self, code=0):
        return self.machine.run("systemctl", "reload", UNIT, code=code)

    def show(self, *properties):
        """The unit's properties: one as a text, several as a dictionary."""
        out = self.machine.run("systemctl", "show", UNIT, "-p", ",".join(properties)).stdout
        values = dict(line.split("=", 1) for line in out.splitlines())
        return values[properties[0]] if len(properties) == 1 else values

    @property
    def pid(self):
        """The daemon's process as this machine sees it (the container has its own numbers)."""
        inside = self.show("MainPID")
        for path in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                text = path.read_text()
            except OSError:
                continue
            if "\nName:\tfargate-batchd\n" in "\n" + text:
                numbers = next(line.split()[1:] for line in text.splitlines() if line.startswith("NSpid:"))
                if numbers[-1] == inside and len(numbers) > 1 and self._is_here(path.parent):
                    return int(path.parent.name)
        raise AssertionError("the daemon does not run")

    def _is_here(self, process):
        """Whether the process belongs to this container: its parent is this container's systemd."""
        fields = (process / "stat").read_text().rpartition(")")[2].split()
        return int(fields[1]) == self.machine.leader

    def active(self):
        return self.show("ActiveState") == "active"

    def wait_status(self, text, seconds=20):
        return wait_for(lambda: text in self.show("StatusText"), seconds=seconds, every=0.1,
                        what=f"STATUS= with {text!r}, is {self.show('StatusText')!r}")

    def wait_pass(self, after=0, seconds=30):
        """Waits for a status.json of a pass that began after this time; gives it."""
        return wait_for(lambda: (status := self.status()) and status["lastPass"] and status["lastPass"]["number"] > after
                        and status, seconds=seconds, every=0.1, what=f"pass {after + 1}")

    def converge(self, definitions=None):
        if definitions is not None:
            self.define(definitions)
        self.start()
        status = self.wait_pass()
        assert status["lastPass"]["inSync"], status
        return status

    # What it says.

    def status(self):
        done = self.machine.run("cat", STATUS, code=None)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def metrics(self):
        return self.machine.run("cat", METRICS).stdout

    def ctl(self, *arguments, code=0, user=None):
        return self.machine.run("fargate-batchctl", *arguments, code=code, user=user)

    def mark(self):
        """From here on journal() tells what is new."""
        self.machine.run("journalctl", "--sync", code=None)
        self.marked = time.time()

    def journal(self, all=False, **fields):
        """The daemon's own records since the mark, as dictionaries, with these fields; `all`: of every process of the unit."""
        self.machine.run("journalctl", "--sync", code=None)
        # Not by cursor: bookworm's journalctl finds nothing after one of before a restart of journald.
        out = self.machine.run("journalctl", "-u", UNIT, "-o", "json", "--no-pager", "-q",
                               f"--since=@{int(self.marked)}").stdout
        records = [record for record in map(json.loads, out.splitlines())
                   if int(record["__REALTIME_TIMESTAMP"]) >= self.marked * 1e6]
        return [record for record in records if (all or record.get("_COMM") == UNIT) and
                all_in(fields, record)]

    def said(self, all=False, **fields):
        return "\n".join(str(record["MESSAGE"]) for record in self.journal(all=all, **fields))

    def wait_said(self, text, seconds=20, all=False):
        return wait_for(lambda: text in self.said(all=all) and self.said(all=all), seconds=seconds, every=0.2,
                        what=f"{text!r} in\n{self.said(all=True)}")

    # The other side.

    def client(self, service):
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service, region_name=REGION, endpoint_url=self.server.url, aws_access_key_id=KEY,
                aws_secret_access_key=SECRET, config=Config(retries={"total_max_attempts": 1}))
        return self._clients[service]

    def aws(self, *arguments):
        """The aws command line, as a person would use it."""
        done = subprocess.run(
            [str(pathlib.Path(sys.executable).parent / "aws"), "--endpoint-url", self.server.url, "--region", REGION,
             "--output", "json", *arguments], capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_PAGER": ""})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def rule(self, name):
        events = self.client("events")
        try:
            rule = events.describe_rule(Name=name)
        except events.exceptions.ResourceNotFoundException:
            return None
        rule["Targets"] = events.list_targets_by_rule(Rule=name)["Targets"]
        return rule

    def rules(self):
        names, page = [], {}
        while page is not None:
            answer = self.client("events").list_rules(**page)
            names += [rule["Name"] for rule in answer["Rules"]]
            page = {"NextToken": answer["NextToken"]} if answer.get("NextToken") else None
        return sorted(names)


@pytest.fixture(scope="session")
def emulator():
    server = Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def booted(release, emulator, tmp_path_factory):
    """The installed service on a running machine, with everything around it."""
    authority, certificate, key = make_authority(tmp_path_factory.mktemp("tls"), NAME)
    with booting():
        machine = Machine(release).make()
    install(machine.root)
    machine.write("/etc/ssl/test-ca.pem", authority.read_text())
    machine.write("/etc/resolv.conf", f"nameserver {NAME_SERVERS[release]}\noptions timeout:2 attempts:1\n")
    names = NameServer(NAME_SERVERS[release], {NAME: "127.0.0.1"})
    with Proxy(emulator.url, keys={KEY: SECRET}) as proxy:
        end = TlsEnd(("127.0.0.1", int(proxy.url.rpartition(":")[2])), certificate, key)
        try:
            with booting():
                machine.boot()
            machine.shell("systemd-sysusers && systemctl daemon-reload && journalctl --update-catalog")
            yield Service(machine, emulator, proxy, end, names)
        finally:
            machine.remove()
            end.stop()
            names.stop()


@pytest.fixture
def service(booted):
    booted.reset()
    yield booted


@pytest.fixture
def article():
    return copy.deepcopy(ARTICLE)
