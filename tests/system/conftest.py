"""The world of a system test: an emulator, a proxy before it that records, readers that are not ours, our programs."""

import atexit
import contextlib
import copy
import datetime
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3
import pytest
from botocore.config import Config

TESTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
sys.path.insert(0, str(TESTS))

from proxy import Proxy  # noqa: E402


def reachable(program):
    """A copy that every user gets to: some tests drop root's rights, and root's own checkout may lie in /root."""
    if os.geteuid() != 0:
        return program
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fargate-batchd-program-"))
    atexit.register(shutil.rmtree, folder)
    # Below the name of its folder, which tells the flavour.
    place = folder / pathlib.Path(program).resolve().parent.name / pathlib.Path(program).name
    place.parent.mkdir()
    for path in (folder, place.parent):
        path.chmod(0o755)
    return str(shutil.copy(program, place))


CTL = reachable(os.environ.get("FARGATE_BATCHCTL", str(ROOT / "build/fargate-batchctl")))
DAEMON = reachable(os.environ.get("FARGATE_BATCHD", str(ROOT / "build/fargate-batchd")))
KEY, SECRET = "AKIAFAKETESTKEY00001", "fake/secret+key/of=the-tests-0123456789AB"
ACCOUNT, REGION = "123456789012", "ap-northeast-1"
OWNER = "fargate-batchd:owner"

ARTICLE = {
    "apps": {"batch": {
        "region": REGION,
        "repository": {"name": "batch", "lifecyclePolicy": {"keepUntagged": 1}},
        "cluster": "batch",
        "logGroup": {"name": "/fargate/batch", "retentionInDays": 30},
        "roles": {"execution": "ecsTaskExecutionRole", "task": "ecsTaskExecutionRole", "events": "ecsEventRole"},
        "image": {"tag": "latest"},
        "taskDefinition": {
            "cpu": "256", "memory": "512",
            "containerDefinitions": [
                {"name": "batch", "memoryReservation": 128, "environment": [{"name": "arg1", "value": "test"}]}]},
        "network": {"subnets": ["subnet-1111111", "subnet-2222222"], "securityGroups": ["sg-aaaaaaaaa"],
                    "assignPublicIp": "ENABLED"},
    }},
    "batches": {
        "no1": {"app": "batch", "description": "batch no1", "schedule": "cron(0/5 * * * ? *)",
                "environment": {"batch": "no1"}},
        "no2": {"app": "batch", "description": "batch no2", "schedule": "cron(0/5 * * * ? *)",
                "environment": {"batch": "no2"}},
    },
}


class Server:
    """tests/aws_server.py as a process."""

    def __init__(self, *arguments, **environment):
        self.process = subprocess.Popen(
            [sys.executable, str(TESTS / "aws_server.py"), *arguments], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | environment)
        line = self.process.stdout.readline().split()
        assert line[:1] == ["ready"], "the emulator did not start"
        self.url = line[1]

    def post(self, path, body=b""):
        urllib.request.urlopen(urllib.request.Request(
            self.url + path, data=body, method="POST", headers={"Content-Type": "text/plain"})).read()

    def reset(self):
        self.post("/moto-api/reset")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class Result:
    """How a program ended, and what it asked AWS on the way."""

    def __init__(self, code, out, err, calls, seconds):
        self.code, self.out, self.err, self.calls, self.seconds = code, out, err, calls, seconds

    @property
    def writes(self):
        return [call for call in self.calls if call.writes]

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        calls = "\n".join(f"  {call} {call.fault}" for call in self.calls)
        return f"exit {self.code}\n--- out\n{self.out}\n--- err\n{self.err}\n--- calls\n{calls}"


class World:
    def __init__(self, folder, server, proxy):
        self.folder, self.server, self.proxy = folder, server, proxy
        for name in ("home", "state", "run", "definitions", "xdg"):
            (folder / name).mkdir()
        self.definitions = folder / "definitions"
        self.settings_file = folder / "settings.json"
        self.settings_file.write_text("{}")
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", "TZ": "UTC",
            "HOME": str(folder / "home"), "XDG_STATE_HOME": str(folder / "xdg"),
            "STATE_DIRECTORY": str(folder / "state"), "RUNTIME_DIRECTORY": str(folder / "run"),
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": proxy.url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self._clients = {}
        self.processes = []

    # Files.

    def write(self, definitions, name="jobs.json"):
        """Puts one definition file in place: an object, or a text as it is."""
        text = definitions if isinstance(definitions, str) else json.dumps(definitions, ensure_ascii=False, indent=2)
        path = self.definitions / name
        path.write_text(text)
        return path

    def settings(self, **members):
        self.settings_file.write_text(json.dumps(members))

    # Programs.

    def command(self, verb, *arguments):
        return [CTL, verb, "--settings", str(self.settings_file), "--definitions", str(self.definitions), *arguments]

    def start(self, verb, *arguments, environment=None, program=None, **popen):
        command = [program, *arguments] if program else self.command(verb, *arguments)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, env=self.environment | (environment or {}), cwd=self.folder, **popen)
        self.processes.append(process)
        return process

    def run(self, verb, *arguments, environment=None, timeout=90, command=None, **popen):
        """Runs a verb of fargate-batchctl (or a whole command) to its end."""
        self.proxy.clear()
        begun = time.monotonic()
        environment = self.environment | (environment or {})
        done = subprocess.run(command or self.command(verb, *arguments), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=timeout, cwd=self.folder, **popen,
                              env={name: value for name, value in environment.items() if value is not None})
        result = Result(done.returncode, done.stdout, done.stderr, self.proxy.calls, time.monotonic() - begun)
        assert SECRET not in done.stdout + done.stderr, "the secret key was printed"
        assert "runtime error:" not in done.stderr and "AddressSanitizer" not in done.stderr, str(result)
        assert "LeakSanitizer" not in done.stderr, str(result)
        return result

    def apply(self, *arguments, code=0, **rest):
        result = self.run("apply", *arguments, **rest)
        assert result.code == code, str(result)
        return result

    def diff(self, *arguments, code=0, **rest):
        result = self.run("diff", *arguments, **rest)
        assert result.code == code, str(result)
        assert not result.writes, str(result)
        return result

    def converge(self, definitions=None):
        """Writes the definitions, applies them, and holds the program to what it says of itself."""
        if definitions is not None:
            self.write(definitions)
        first = self.apply()
        self.settled()
        return first

    def settled(self):
        """The state that every converged pass must show: an empty diff, and an apply without a write."""
        diff = self.diff("--json")
        assert diff.json["inSync"] is True and diff.json["changes"] == [], str(diff)
        again = self.apply()
        assert again.writes == [], str(again)

    def end(self):
        """No program of this world outlives its test."""
        for process in self.processes:
            if running(process):
                process.send_signal(signal.SIGKILL)
            process.communicate()

    # Readers that are not ours: straight to the emulator, not through the proxy.

    def client(self, service, region=REGION):
        if (service, region) not in self._clients:
            self._clients[service, region] = boto3.client(
                service, region_name=region, endpoint_url=self.server.url, aws_access_key_id=KEY,
                aws_secret_access_key=SECRET, config=Config(retries={"total_max_attempts": 1}))
        return self._clients[service, region]

    def aws(self, *arguments):
        """The aws command line."""
        command = [str(pathlib.Path(sys.executable).parent / "aws"), "--endpoint-url", self.server.url, "--region",
                   REGION, "--output", "json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60,
                              env=self.environment | {"AWS_PAGER": "", "AWS_ENDPOINT_URL": self.server.url})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def rule(self, name, region=REGION):
        """A rule with its targets and tags, None where there is none."""
        events = self.client("events", region)
        try:
            rule = events.describe_rule(Name=name)
            rule.pop("ResponseMetadata")
            rule["Targets"] = events.list_targets_by_rule(Rule=name)["Targets"]
            tags = events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
        except events.exceptions.ResourceNotFoundException:
            return None
        rule["Tags"] = {tag["Key"]: tag["Value"] for tag in tags}
        return rule

    def target(self, name, region=REGION):
        """Our target of a rule."""
        return next(target for target in self.rule(name, region)["Targets"] if target["Id"] == "fargate-batchd")

    def input(self, name, region=REGION):
        return json.loads(self.target(name, region)["Input"])

    def environment_of(self, name, region=REGION):
        overrides = self.input(name, region)["containerOverrides"][0]
        return {pair["name"]: pair["value"] for pair in overrides.get("environment", [])}

    def revision(self, arn, region=REGION):
        """A task definition with its tags as a dictionary."""
        answer = self.client("ecs", region).describe_task_definition(taskDefinition=arn, include=["TAGS"])
        answer["taskDefinition"]["tags"] = {tag["key"]: tag["value"] for tag in answer.get("tags", [])}
        return answer["taskDefinition"]

    def revision_of(self, rule, region=REGION):
        """The task definition that a rule's target runs."""
        return self.revision(self.target(rule, region)["EcsParameters"]["TaskDefinitionArn"], region)

    def active(self, family, region=REGION):
        arns = self.client("ecs", region).list_task_definitions(familyPrefix=family, status="ACTIVE")
        return arns["taskDefinitionArns"]

    def snapshot(self, region=REGION):
        """Everything there is, comparable: to show that nothing was touched."""
        events, ecs, logs, ecr = (self.client(name, region) for name in ("events", "ecs", "logs", "ecr"))
        iam = self.client("iam")
        rules = [self.rule(rule["Name"], region) for rule in events.list_rules()["Rules"]]
        clusters = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"], include=["TAGS", "SETTINGS"])
        groups = logs.describe_log_groups()["logGroups"]
        repositories = ecr.describe_repositories()["repositories"]
        return json.loads(json.dumps({
            "rules": rules, "clusters": clusters["clusters"], "groups": groups,
            "groupTags": [logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"] for group in groups],
            "repositories": repositories,
            "repositoryTags": [ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
                               for repository in repositories],
            "revisions": ecs.list_task_definitions()["taskDefinitionArns"],
            "inactive": ecs.list_task_definitions(status="INACTIVE")["taskDefinitionArns"],
            "roles": [iam.get_role(RoleName=role["RoleName"])["Role"] for role in iam.list_roles()["Roles"]],
            "attached": [iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
                         for role in iam.list_roles()["Roles"]],
        }, default=str, sort_keys=True))


def at_another_time(*when):
    """The beginning of a command that runs with another clock; the sanitizer does not insist on being loaded first."""
    if not shutil.which("faketime"):
        pytest.skip("no faketime; as root: apt-get install -y faketime")
    return ["env", "ASAN_OPTIONS=verify_asan_link_order=0", "faketime", *when]


def sanitized():
    """Whether the programs carry the address sanitizer, which takes several times the memory."""
    return b"__asan_init" in pathlib.Path(DAEMON).read_bytes()


def running(process):
    return process.poll() is None


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(condition, seconds=15, every=0.05, what="it"):
    """Polls until the condition gives something true, and gives it back."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(every)


def now_iso(seconds=0):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="session")
def server():
    server = Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def proxy(server):
    with Proxy(server.url, keys={KEY: SECRET}) as proxy:
        yield proxy


def kill_below(folder):
    """Ends what still works there: a daemon outlives the faketime that started it, and holds its pipes open."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(process / "cwd") == str(folder):
                os.kill(int(process.name), signal.SIGKILL)


@pytest.fixture
def world(tmp_path, server, proxy):
    server.reset()
    proxy.reset()
    world = World(tmp_path, server, proxy)
    yield world
    kill_below(tmp_path)
    world.end()


@pytest.fixture
def article():
    return copy.deepcopy(ARTICLE)


@pytest.fixture
def converged(world, article):
    """The article's scenario, applied; the definitions may be changed and applied again."""
    world.write(article)
    world.apply()
    world.proxy.clear()
    return article
