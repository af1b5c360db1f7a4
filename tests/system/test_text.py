"""What others write into AWS, files, the environment and arguments reaches people as text, and commands no terminal."""

import json
import os
import pty
import re
import socket
import subprocess
import unicodedata

import pytest

from conftest import CTL, DAEMON, OWNER, REGION, ROOT, SECRET, Result, wait_for

# A title, a colour that is none of ours, C1, DEL, marks and separators, and a line that nobody has to believe.
MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
PLANT = f"x\x1b]0;t\x07\x1b[35m\x9b35m\x85\x7f{MARKS}\u2028\u2029\x08\r\nin sync: nothing to change\tö"
SHOWN = r"x\x1b]0;t\x07\x1b[35m\u009b35m\u0085\x7f\u061c\u200e\u200f\u202a"
# What a tag's value may hold by AWS's own rule: no controls, but every mark is a matter of the service.
OURS = re.compile(r"\x1b\[(?:0|1|2|31|32|33)m|\r\x1b\[K")


def is_control(character):
    return unicodedata.category(character) == "Cc" or character in MARKS + "\u2028\u2029"


def look_at(data, may="\n"):
    """Bytes that reached people: UTF-8, no character that commands, no line that somebody else began."""
    text = data.decode()
    found = sorted({hex(ord(character)) for character in text if is_control(character) and character not in may})
    assert not found, f"{found} in {text!r}"
    assert not any(line.startswith("in sync: nothing to change\\t") for line in text.splitlines()), repr(text)
    return text


def on_terminal(world, command, environment):
    """What a program writes to a terminal that shows colours, both streams, without what the program paints itself."""
    master, slave = pty.openpty()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, cwd=world.folder,
                               env=environment | {"TERM": "xterm-256color"})
    os.close(slave)
    seen = b""
    while True:
        try:
            block = os.read(master, 65536)
        except OSError:
            break
        seen += block
    os.close(master)
    process.wait(60)
    # The terminal driver's own work.
    return OURS.sub("", seen.replace(b"\r\n", b"\n").decode()).encode()


def run(world, command, environment=None):
    environment = world.environment | (environment or {})
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=90, cwd=world.folder,
                          env=environment)
    assert SECRET.encode() not in done.stdout + done.stderr
    assert done.returncode in (0, 1, 2), done
    return Result(done.returncode, look_at(done.stdout), look_at(done.stderr), [], 0)


def everywhere(world, verb, *arguments, environment=None, as_json=True):
    """A verb in a pipe, on a terminal and as JSON; gives the first and the last back."""
    command = world.command(verb, *arguments)
    plain = run(world, command, environment)
    look_at(on_terminal(world, command, world.environment | (environment or {})))
    if not as_json:
        return plain, None
    machine = run(world, [*command, "--json"], environment)
    look_at(on_terminal(world, [*command, "--json"], world.environment | (environment or {})))
    assert machine.code == plain.code, str(machine)
    return plain, json.loads(machine.out) if machine.out else None


def texts(value):
    """Every key and text in a JSON value."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from texts(member)
    elif isinstance(value, list):
        for element in value:
            yield from texts(element)
    elif isinstance(value, str):
        yield value


def holds(value, text=PLANT):
    return any(text in one for one in texts(value))


def planted(reply):
    """The same reply with the plant behind each text that is nobody's key."""
    if isinstance(reply, dict):
        return {key: planted(value) for key, value in reply.items()}
    return [planted(value) for value in reply] if isinstance(reply, list) else \
        reply + PLANT if isinstance(reply, str) else reply


# --- what AWS holds


def test_descriptions_and_values_of_a_resource(world, converged):
    events = world.client("events")
    events.put_rule(Name="batch-no1", ScheduleExpression="rate(1 day)", Description=PLANT)
    target = world.target("batch-no1")
    target["Input"] = json.dumps({"containerOverrides": [
        {"name": "batch", "environment": [{"name": "E" + PLANT, "value": "v" + PLANT}], "command": [PLANT]}]})
    events.put_targets(Rule="batch-no1", Targets=[target])
    plain, machine = everywhere(world, "diff")
    assert plain.code == 1 and SHOWN in plain.out, str(plain)
    [description] = [field for change in machine["changes"] for field in change["fields"] if field["path"] == "description"]
    assert description["old"] == PLANT and holds(machine, "v" + PLANT) and holds(machine, "E" + PLANT)
    assert everywhere(world, "diff", "--hide-values")[0].code == 1
    assert everywhere(world, "list")[0].code == 0
    assert everywhere(world, "apply")[0].code == 0


@pytest.mark.parametrize("service, operation", [
    ("events", "ListRules"), ("events", "DescribeRule"), ("events", "ListTargetsByRule"), ("tagging", "GetResources"),
    ("ecs", "DescribeClusters"), ("ecs", "DescribeTaskDefinition"), ("ecs", "ListTaskDefinitions"),
    ("ecr", "DescribeRepositories"), ("logs", "DescribeLogGroups"), ("events", "ListTagsForResource")])
def test_any_text_of_an_answer(world, converged, service, operation):
    world.proxy.patch(service, operation, lambda reply, _: planted(reply))
    for verb in ("diff", "list", "apply"):
        everywhere(world, verb)


def test_tags_and_the_owner_of_somebody_else(world, converged):
    """Where the tagging API and the service itself name an owner with anything in its name."""
    def retag(reply, _):
        for member in () if isinstance(reply, str) else ("ResourceTagMappingList", "Tags", "tags", "clusters"):
            if isinstance(reply.get(member), dict):  # of a log group
                reply[member] |= {OWNER: PLANT}
                continue
            for one in reply.get(member) or []:
                if one == OWNER:
                    reply[member][one] = PLANT
                if isinstance(one, str):
                    continue
                for tag in [one] if "Key" in one or "key" in one else one.get("Tags") or one.get("tags") or []:
                    key, value = ("Key", "Value") if "Key" in tag else ("key", "value")
                    tag[value] = PLANT if tag[key] == OWNER else tag[value]
        return reply
    world.proxy.patch("", "", retag)
    converged["batches"]["no1"]["tags"] = {"team": "a"}
    world.write(converged)
    plain, machine = everywhere(world, "diff")
    assert plain.code == 1 and SHOWN in plain.out, str(plain)
    assert any(change.get("owner") == PLANT for change in machine["changes"]), machine
    everywhere(world, "apply")
    everywhere(world, "list")


def test_errors_of_aws(world, converged):
    for what in ("ValidationException", "Odd" + PLANT):
        for operation in ("ListRules", "PutRule"):
            world.proxy.reset()
            converged["batches"]["no1"]["description"] = what[:3] + operation
            world.write(converged)
            world.proxy.fault(what, "events", operation, message=PLANT, times=None)
            for verb in ("diff", "apply", "list"):
                plain, machine = everywhere(world, verb, "--debug")
            plain, machine = everywhere(world, "apply")
            assert SHOWN in plain.err + plain.out and holds(machine), str(plain)


# --- what files hold


BROKEN = [
    {PLANT: 1}, {"apps": {PLANT: {}}}, {"apps": {"a": {PLANT: 1}}}, {"batches": {PLANT: {"app": "a"}}},
    {"batches": {"b": {"app": PLANT, "schedule": PLANT}}}, {"batches": {"b": {"app": "batch", "schedule": f"cron({PLANT})"}}},
    {"apps": {"a": {"region": PLANT, "accountId": PLANT, "cluster": PLANT, "assumeRoleArn": PLANT}}},
    {"apps": {"a": {"taskDefinition": {"cpu": PLANT, PLANT: 1, "containerDefinitions": [{"name": PLANT, PLANT: 2}]}}}},
    {"apps": {"a": {"image": {"uri": PLANT, "tag": PLANT}, "roles": {PLANT: 1}, "tags": {PLANT: PLANT, "aws:x": PLANT}}}},
    {"batches": {"b": {"app": "batch", "schedule": "rate(1 day)", "environment": {PLANT: 1}, "cpu": PLANT}}},
]


@pytest.mark.parametrize("definitions", BROKEN)
def test_faults_of_definitions(world, article, definitions):
    """Faults quote what they are about, each word of it as text."""
    world.write(article)
    world.write(json.dumps(definitions), "zz.json")
    plain, machine = everywhere(world, "check")
    assert plain.code == 1 and machine["faults"], str(plain)
    assert r"\x1b" in plain.out or r"\u001B" in plain.out or "\u2028" not in str(machine), str(plain)
    for verb, as_json in (("diff", True), ("next", True), ("list", True), ("apply", True), ("approve", False)):
        assert everywhere(world, verb, *(["x"] if verb == "approve" else []), as_json=as_json)[0].code == 2


@pytest.mark.parametrize("text", ['{"apps": \x1b[35m}', '{"a\x1b[35m": 1}', "{\u202e}", '{"a": 1} \x9b', '{"a": tr\u2028ue}'])
def test_a_file_that_is_no_json(world, text):
    world.write(text)
    plain, machine = everywhere(world, "check")
    assert plain.code == 1 and machine["faults"]


def test_good_definitions_of_any_text(world, article):
    """Names are narrow, but descriptions, values and words are the user's own."""
    article["batches"]["no1"] |= {"description": "d\u202e\u009b", "environment": {"V": PLANT}, "command": [PLANT]}
    world.write(json.dumps(article))
    for verb in ("check", "diff", "apply", "apply", "list", "next", "diff"):
        plain, _ = everywhere(world, verb)
        assert plain.code == (verb == "diff" and plain.out != "in sync\n"), str(plain)
    assert world.environment_of("batch-no1")["V"] == PLANT


@pytest.mark.parametrize("settings", [
    {PLANT: 1}, {"owner": PLANT}, {"region": PLANT}, {"endpointUrl": PLANT}, {"endpointUrl": "https://x" + PLANT},
    {"deletion": {PLANT: 1}}, {"credentials": {"profile": PLANT}}, {"rates": {PLANT: 1}}, {"resyncInterval": PLANT}])
def test_settings(world, article, settings):
    world.write(article)
    world.settings_file.write_text(json.dumps(settings))
    for verb in ("check", "diff", "list"):
        everywhere(world, verb)
    if settings != {"credentials": {"profile": PLANT}}:
        assert everywhere(world, "check")[0].code == 1


NAMES = ["x\x1b[35m\x9b\u202e\n.json", "in sync: nothing to change\t.json", b"x\xff\x9b\xc3.json"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_and_folders(world, article, name):
    """The kernel takes names of any bytes but / and NUL."""
    folder = os.fsencode(world.folder) + b"/" + os.fsencode(name)
    os.mkdir(folder)
    path = os.path.join(folder, os.fsencode(name))
    with open(path, "w") as file:
        file.write('{"batchs": 1}')
    for arguments in ([path], ["--definitions", folder], ["--settings", path], ["--definitions", path], [folder],
                      ["--settings", folder], [path + b"/gone"]):
        plain, machine = everywhere(world, "check", *arguments)
        assert plain.code, str(plain)
    plain, machine = everywhere(world, "check", path)
    assert os.fsencode(name).decode(errors="replace").replace("\ufffd", "?") in machine["faults"][0]["file"], machine
    for verb in ("diff", "apply", "list", "next"):
        assert everywhere(world, verb, "--definitions", folder)[0].code == 2
    for directory in ("STATE_DIRECTORY", "RUNTIME_DIRECTORY", "XDG_STATE_HOME", "HOME"):
        for verb in ("status", "apply"):
            everywhere(world, verb, environment={directory: os.fsdecode(path)})


@pytest.mark.parametrize("text", [
    f"[default]\nregion = {PLANT}\n", f"[profile {PLANT}]\n", "[default]\nrole_arn = arn:\x1b[35m\u202e\nsource_profile = \x9b\n",
    "[default]\nsso_start_url = \x1b[35m\ncredential_process = /bin/\x1b[35m\x9b\n", "[default\x1b[35m\n\x9b = \u202e\n"])
def test_the_shared_aws_files(world, article, text):
    folder = world.folder / "home" / ".aws"
    folder.mkdir()
    (folder / "config").write_text(text)
    article["apps"]["batch"].pop("region")
    world.write(article)
    for keys in ({}, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}):
        for verb in ("diff", "apply", "list"):
            everywhere(world, verb, environment=keys)


# --- what the command line and the environment hold


@pytest.mark.parametrize("arguments", [
    [PLANT], ["check", "--" + PLANT], ["check", "--json=" + PLANT], ["diff", "--definitions", PLANT], ["check", PLANT],
    ["diff", "--settings", PLANT], ["diff", "--region", PLANT], ["diff", "--profile", PLANT], ["diff", "--endpoint-url", PLANT],
    ["diff", "--endpoint-url", "https://" + PLANT], ["apply", PLANT], ["next", PLANT], ["next", "--count", PLANT],
    ["approve", PLANT], ["list", PLANT], ["run", PLANT], ["status", PLANT], [b"check\xff\x9b"], ["approve", b"x\xff\x9b"],
    ["diff", "--region", b"x\xff\x9b"], ["diff", "--profile", b"x\xff\x9b"], ["next", b"no\xff"], ["-" + PLANT]])
def test_arguments(world, article, arguments):
    world.write(article)
    places = ["--settings", str(world.settings_file), "--definitions", str(world.definitions)]
    command = [CTL, *arguments, *(place for at in (0, 2) for place in places[at:at + 2] if places[at] not in arguments)]
    plain = run(world, command)
    assert plain.code == 2 and plain.err and plain.err.count("\n") == 1, str(plain)
    look_at(on_terminal(world, command, world.environment))


@pytest.mark.parametrize("program", [CTL, DAEMON], ids=["ctl", "daemon"])
def test_the_name_of_the_program(world, program):
    link = world.folder / "x\x1b[35m\u202e"
    link.symlink_to(program)
    assert run(world, [str(link), "--nothing"]).code == 2


@pytest.mark.parametrize("name", [
    "AWS_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EVENTS", "AWS_CA_BUNDLE", "HTTPS_PROXY", "http_proxy",
    "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY", "RUNTIME_DIRECTORY"])
def test_the_environment(world, article, name):
    article["apps"]["batch"].pop("region")
    world.write(article)
    without_keys = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/x",
                    "AWS_REGION": REGION}
    for value in (PLANT, "https://x" + PLANT):
        for environment in ({name: value}, without_keys | {name: value}):
            for verb in ("diff", "list", "status"):
                everywhere(world, verb, environment=environment)


# --- what the daemon leaves


def listener(world):
    """systemd's end of the notification socket."""
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    end.bind(str(world.folder / "notify"))
    end.settimeout(20)
    return end


def planted_status(status):
    """status.json as the service's user may leave it: the plant in every text, key and list that is not checked."""
    kept = ("version", "pid")
    whole = {key: planted(value) for key, value in status.items() if key not in kept}
    one = {name: PLANT for name in ("app", "batch", "name", "text", "arn", "reason", "command", "definitionFile", "state",
                                    "deletedAfter", "file", "message", "remedy", PLANT)}
    whole |= {name: [one, one | {"batch": ""}, PLANT] for name in ("conflicts", "problems", "held", "fights", "leaving")}
    whole["batches"] = [{"state": state, "batch": PLANT} for state in ("failing", "conflict", "in sync", PLANT)]
    whole["definitions"] |= {"reason": PLANT, "faults": [one]}
    return {key: status[key] for key in kept} | whole | {"reasons": [PLANT], "state": PLANT, "credentialsExpire": PLANT,
                                                         PLANT: PLANT}


def test_status_as_anybody_may_have_left_it(world, article):
    world.write(article)
    process = world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions), program=DAEMON)
    path = world.folder / "run" / "status.json"
    wait_for(lambda: path.exists() and json.loads(path.read_text()).get("lastPass"), what="the first pass")
    for ascii_only in (True, False):
        whole = planted_status(json.loads(path.read_text()))
        path.write_text(json.dumps(whole, ensure_ascii=ascii_only))
        plain, machine = everywhere(world, "status")
        assert plain.code == 1 and plain.out.count(SHOWN) > 20, str(plain)
        assert machine == whole
    path.write_text(json.dumps({"version": whole["version"], "pid": 0, "written": PLANT}))
    assert SHOWN in everywhere(world, "status", as_json=False)[0].err
    process.terminate()
    process.communicate()


@pytest.mark.parametrize("typed", [["approve", ""], ["next", ""], ["--profile", ""]])
def test_completion_runs_nothing_that_files_hold(world, article, typed):
    """Bash expands the words that it offers: a plan in status.json, a profile, a batch are names and nothing else."""
    world.write(article)
    process = world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions), program=DAEMON)
    path, owned = world.folder / "run" / "status.json", world.folder / "owned"
    wait_for(lambda: path.exists() and json.loads(path.read_text()).get("lastPass"), what="the first pass")
    bad = f"$(touch {owned})"
    held = [{"plan": plan, "reason": "x", "resources": [], "command": "x"} for plan in ("0123abcd", bad, "`id`", PLANT)]
    path.write_text(json.dumps(json.loads(path.read_text()) | {"held": held}, indent=2))
    (world.folder / "home" / ".aws").mkdir()
    (world.folder / "home" / ".aws" / "config").write_text(f"[profile {bad}]\n[profile dev]\n")
    script = f"""
        source {ROOT}/config/completion/fargate-batchctl.bash
        COMP_WORDS=({CTL} --definitions {world.definitions} --settings {world.settings_file} "$@"); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _fargate_batchctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    offered = run(world, ["bash", "-c", script, "bash", *typed]).out.split()
    process.terminate()
    process.communicate()
    assert not owned.exists()
    assert offered == {"approve": ["0123abcd"], "next": ["no1", "no2"], "--profile": ["dev"]}[typed[0]]


def test_what_the_daemon_tells(world, article):
    """Its lines, STATUS= (where a new line would be a new assignment), status.json and metrics.prom."""
    world.settings(resyncInterval=1)
    world.write(article)
    world.apply()
    world.client("events").put_rule(Name="batch-no1", ScheduleExpression="rate(1 day)", Description=PLANT)
    world.proxy.fault("Odd" + PLANT, "events", "PutRule", message=PLANT + "\nMAINPID=1", times=None)
    systemd = listener(world)
    process = world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions), "--debug",
                          program=DAEMON, environment={"NOTIFY_SOCKET": str(world.folder / "notify")})
    path = world.folder / "run" / "status.json"
    wait_for(lambda: path.exists() and json.loads(path.read_text()).get("lastPass"), what="the first pass")
    world.write(json.dumps({PLANT: 1}), "x\x1b[35m\u202e.json")
    process.send_signal(1)
    wait_for(lambda: holds(json.loads(path.read_text()).get("definitions"), "x\x1b[35m\u202e.json"), what="the refusal")
    process.terminate()
    out, err = process.communicate(timeout=20)
    look_at((out + err).encode())
    assert SHOWN in err, err
    look_at((world.folder / "run" / "metrics.prom").read_bytes())
    left = look_at(path.read_bytes())
    assert holds(json.loads(left)), left
    told = []
    systemd.settimeout(0.5)
    try:
        while True:
            told.append(systemd.recv(65536))
    except TimeoutError:
        pass
    status = [line for block in told for line in look_at(block).splitlines() if line.startswith("STATUS=")]
    assert status and any(r"\x1b" in line for line in status), told
    names = {line.partition("=")[0] for block in told for line in block.decode().splitlines()}
    assert names <= {"READY", "STATUS", "RELOADING", "MONOTONIC_USEC", "STOPPING", "WATCHDOG"}, names


# --- what nobody else is told at all


def test_secrets_are_told_by_their_names(world, article):
    """Variables and words of commands: in the journal, STATUS=, status.json and metrics, and where AWS repeats them."""
    article["batches"]["no1"] |= {"environment": {"PASSWORD": "hunter2-old"}, "command": ["job", "--password", "hunter2-old"]}
    container = article["apps"]["batch"]["taskDefinition"]["containerDefinitions"][0]
    container |= {"entryPoint": ["sh", "hunter2-old"], "dockerLabels": {"auth": "hunter2-old"},
                  "healthCheck": {"command": ["CMD", "hunter2-old"]}}
    world.converge(article)
    article = json.loads(json.dumps(article).replace("hunter2-old", "hunter2-new"))
    world.write(article)
    shown = world.diff(code=1)
    assert "hunter2-old" in shown.out and "hunter2-new" in shown.out
    for arguments in (["--hide-values"], ["--hide-values", "--json"]):
        hidden = world.diff(*arguments, code=1)
        assert "hunter2" not in hidden.out + hidden.err and "PASSWORD" in hidden.out and "command" in hidden.out, str(hidden)
    value = str(article["batches"]["no1"]).replace("'", '"')
    world.proxy.fault("ValidationException", "events", "PutTargets", times=1, message=(
        f"1 validation error detected: Value '[Target(id=fargate-batchd, input={value})]' at 'targets' failed to satisfy "
        "constraint: Member must have length less than or equal to 1"))
    systemd = listener(world)
    process = world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions), "--debug",
                          program=DAEMON, environment={"NOTIFY_SOCKET": str(world.folder / "notify")})
    path = world.folder / "run" / "status.json"
    wait_for(lambda: path.exists() and json.loads(path.read_text()).get("lastPass"), what="the first pass")
    left = path.read_text() + (world.folder / "run" / "metrics.prom").read_text()
    process.terminate()
    out, err = process.communicate(timeout=20)
    systemd.settimeout(0.5)
    try:
        while True:
            left += systemd.recv(65536).decode()
    except TimeoutError:
        pass
    assert "failed to satisfy constraint: Member must have length" in err, err
    assert "hunter2" not in out + err + left, out + err + left


@pytest.mark.parametrize("arguments, environment", [
    (["diff", "--password=hunter2"], {}), (["diff", "--endpoint-url", "https://me:hunter2@x"], {}),
    (["diff", "--endpoint-url", "https://me:hun ter2"], {}), (["diff"], {"AWS_ENDPOINT_URL": "https://x/?token=hunter2"}),
    (["diff"], {"AWS_ENDPOINT_URL": "https://aws.invalid", "HTTPS_PROXY": "http://me:hun ter2@127.0.0.1:1"}),
    (["diff"], {"AWS_ENDPOINT_URL": "https://aws.invalid", "HTTPS_PROXY": "http://me:hunter2/x@127.0.0.1:1"}),
    (["apply"], {"AWS_ENDPOINT_URL": "https://aws.invalid", "HTTPS_PROXY": "http://me:hunter2@127.0.0.1:1"})])
def test_passwords_in_arguments_and_environment(world, article, arguments, environment):
    world.write(article)
    result = world.run(*arguments, environment=environment)
    assert result.code == 2 and result.err and "hun" not in result.err and "ter2" not in result.err, str(result)
