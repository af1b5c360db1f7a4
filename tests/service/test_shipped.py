"""What is shipped beside the programs agrees with them. Needs no machine."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import ROOT

CTL, DAEMON = ROOT / "build/fargate-batchctl", ROOT / "build/fargate-batchd"
PAGES = sorted(path for path in (ROOT / "config").iterdir() if re.fullmatch(r".*\.[158]", path.name))
MESSAGES = re.findall(r'MESSAGE\((\w+), "([0-9a-f]{32})", (LOG_\w+), "([^"]*)"\)',
                      re.sub(r"\s*\\\n\s*", " ", (ROOT / "daemon/report/messages.h").read_text()))


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=ROOT)


def catalog():
    """Entries of the catalog: headers and text by id."""
    entries = {}
    text = "\n".join(line for line in (ROOT / "systemd/fargate-batchd.catalog").read_text().splitlines()
                     if not line.startswith("#"))
    for part in re.split(r"(?m)^-- ", text)[1:]:
        number, _, rest = part.partition("\n")
        headers, _, body = rest.partition("\n\n")
        entries[number.strip()] = (dict(line.split(": ", 1) for line in headers.splitlines()), body.strip())
    return entries


def test_table_and_catalog_agree():
    table = {number: subject for _, number, _, subject in MESSAGES}
    assert len(table) == len(MESSAGES) >= 20, "an id is used twice, or the table was not read"
    entries = catalog()
    assert entries.keys() == table.keys()
    for number, (headers, body) in entries.items():
        assert headers["Defined-By"] == "fargate-batchd" and headers["Documentation"].startswith("man:"), number
        plain = re.sub(r" of app @APP@", "", headers["Subject"])
        assert plain.startswith(table[number]), (headers["Subject"], table[number])
        assert "What to do:" in body, number
    for _, number, priority, _ in MESSAGES:
        if priority in ("LOG_ERR", "LOG_WARNING"):
            assert "Likely cause:" in entries[number][1], number


def test_the_catalog_names_only_fields_that_its_records_have():
    """A field that a record lacks would be shown by its bare name."""
    always = {"CHANGED", "DRIFT", "CHANGE_FAILED", "CONFLICT", "BLOCKED", "FIGHT"}
    entries = catalog()
    for name, number, _, _ in MESSAGES:
        used = set(re.findall(r"@(\w+)@", " ".join([entries[number][0]["Subject"], entries[number][1]])))
        allowed = {"APP", "RESOURCE_KIND", "RESOURCE"} if name in always else {"APP"} if name in ("WAITING", "IMAGE") else set()
        assert used <= allowed, (name, used)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_manual_pages_are_well_formed(page):
    if not shutil.which("mandoc"):
        pytest.skip("no mandoc; as root: apt-get install -y mandoc")
    done = run("mandoc", "-Tlint", "-W", "style", page)
    # Whether the manuals of other packages are installed here is no fault of the page.
    told = [line for line in (done.stdout + done.stderr).splitlines()
            if "referenced manual not found" not in line and "mandoc.db" not in line and "NetBSD" not in line]
    assert not told, "\n".join(told)


def page(name):
    return (ROOT / "config" / name).read_text()


def words(text):
    return set(re.findall(r"[A-Za-z][A-Za-z0-9_-]*", text))


def test_every_flag_and_verb_is_in_the_manual():
    usage = run(CTL, "--help").stdout
    verbs = re.findall(r"(?m)^  (\w+) +\w", usage)
    assert len(verbs) >= 12
    manual = page("fargate-batchctl.1")
    for verb in verbs:
        assert re.search(rf"(?m)^\.It Ic .*\b{verb}\b", manual), verb
        if f"{verb} is not built yet" not in run(CTL, verb).stderr:
            for flag in re.findall(r"(?m)^  (--[a-z-]+)", run(CTL, verb, "--help").stdout):
                assert f".It Fl -{flag[2:]}" in manual, (verb, flag)
    for flag in re.findall(r"(?m)^  (--[a-z-]+)", run(DAEMON, "--help").stdout):
        assert f".It Fl -{flag[2:]}" in page("fargate-batchd.8"), flag


def keys(schema, skip=("taskDefinition", "raw")):
    for name, below in schema.get("properties", {}).items():
        yield name
        if name not in skip:
            yield from keys(below)
    for part in ("items", "additionalProperties"):
        if isinstance(schema.get(part), dict):
            yield from keys(schema[part])
    for part in schema.get("anyOf", []) + schema.get("oneOf", []):
        yield from keys(part)


def test_every_key_of_the_definitions_is_in_the_manual():
    schema = json.loads((ROOT / "config/fargate-batch.schema.json").read_text())
    known = words(page("fargate-batch.d.5"))
    # "value" belongs to ECS's own settings.
    missing = {key for key in keys(schema) if key.lstrip("$") not in known} - {"value"}
    assert not missing, missing


def test_every_setting_is_in_the_manual():
    names = set(keys(json.loads((ROOT / "config/fargate-batchd.schema.json").read_text())))
    known = words(page("fargate-batchd.json.5"))
    assert len(names) >= 20
    assert not [name for name in names if name.lstrip("$") not in known]


def test_every_environment_variable_is_in_the_manual():
    names = set()
    for folder in ("common", "daemon"):
        for path in (ROOT / folder).rglob("*.c"):
            names |= set(re.findall(r'(?:getenv|environment|environment_on)\("([A-Z][A-Z0-9_]+)"\)', path.read_text()))
    known = words(page("fargate-batchd.8")) | words(page("fargate-batchctl.1"))
    assert len(names) >= 10
    assert not [name for name in sorted(names) if name not in known and not name.startswith("AWS_CONTAINER_")
                and name != "AWS_WEB_IDENTITY_TOKEN_FILE"]


def test_every_field_of_the_journal_is_in_the_manual():
    names = set()
    for path in (ROOT / "daemon/report").glob("*.c"):
        names |= set(re.findall(r'\{ "([A-Z][A-Z_]+)", ', path.read_text()))
    known = words(page("fargate-batchd.8"))
    assert {"APP", "BATCH", "RESOURCE"} <= names and not [name for name in names if name not in known]


def test_every_member_of_the_status_is_in_the_manual():
    names = set()
    for path in ("daemon/report/status.c", "daemon/report/status_pass.c"):
        text = (ROOT / path).read_text()
        names |= set(re.findall(r'"([a-z][A-Za-z]+)", ', text))
    known = words(page("fargate-batchctl.1"))
    missing = [name for name in names if name not in known]
    assert not missing, missing


def test_completion_knows_every_verb_and_flag():
    bash, zsh = ((ROOT / "config/completion" / name).read_text() for name in ("fargate-batchctl.bash", "_fargate-batchctl"))
    for verb in re.findall(r"(?m)^  (\w+) +\w", run(CTL, "--help").stdout):
        assert re.search(rf"verbs='[^']*\b{verb}\b", bash) and f"'{verb}:" in zsh, verb
    for verb in ("check", "diff", "apply", "list", "next", "status", "approve"):
        for flag in re.findall(r"(?m)^  (--[a-z-]+)", run(CTL, verb, "--help").stdout):
            assert flag in bash and flag in zsh, flag


EVERY_FLAG = {"--settings", "--definitions", "--endpoint-url", "--region", "--profile", "--debug", "--json", "--count",
              "--timeout", "--alive", "--approve", "--hide-values", "--format", "--reloaded"}


def complete(*typed):
    script = f"""
        source config/completion/fargate-batchctl.bash
        PATH=$PWD/build:$PATH
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        _fargate_batchctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return run("bash", "-c", script, "bash", "fargate-batchctl", *typed).stdout.split()


@pytest.mark.parametrize("verb", ["", "check", "diff", "apply", "list", "next", "status", "wait", "reload", "approve"])
def test_completion_offers_the_flags_that_the_help_lists(verb):
    typed = [verb] if verb else []
    listed = re.findall(r"(?m)^  (--[a-z-]+)", run(CTL, *typed, "--help").stdout)
    assert "--help" in listed and sorted(complete(*typed, "--")) == sorted(listed)
    if shutil.which("zsh"):
        shown = {word.lstrip("-") for word in complete_in_zsh(" ".join(["fargate-batchctl", *typed, "--"]))}
        assert {flag for flag in EVERY_FLAG if flag[2:] in shown - set(typed)} == set(listed) & EVERY_FLAG, shown


def test_completion_in_bash():
    assert complete("ap") == ["apply", "approve"]
    assert complete("--region", "eu-west-1", "sta") == ["status"]
    assert "--hide-values" in complete("diff", "--") and "--hide-values" not in complete("list", "--")
    assert "--approve" in complete("apply", "--") and "--approve" not in complete("diff", "--")
    assert complete("next", "--definitions", "config/examples", "no") == ["no1", "no2"]


def test_completion_in_bash_takes_a_value_behind_an_equals_sign():
    """Bash makes three words of --flag=value."""
    assert complete("next", "--definitions", "=", "config/examples", "no") == ["no1", "no2"]
    assert complete("--definitions", "=", "config/examples", "ne") == ["next"]
    assert complete("--definitions", "=", "config/ex") == ["config/examples"]
    assert complete("check", "config/examples/sm") == ["config/examples/smallest.json"]


def complete_in_zsh(line):
    """What zsh shows for the TAB behind this line, typed into a zsh of its own."""
    script = """
        zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z "PS1= fpath=(config/completion \\$fpath) PATH=$PWD/build:\\$PATH; autoload -Uz compinit; compinit -u -D
            bindkey '^I' list-choices; LISTMAX=1000; print loaded"
        until [[ $out == *loaded*loaded* ]]; do zpty -r z part; out+=$part; done
        zpty -n -w z "$1"$'\\t'
        repeat 30; do sleep 0.1; while zpty -r -t z part; do print -rn -- "$part"; done; done
        zpty -d z
    """
    return words(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", " ", run("zsh", "-fc", script, "zsh", line).stdout))


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh; as root: apt-get install -y zsh")
def test_completion_in_zsh():
    assert {"apply", "approve", "status"} <= complete_in_zsh("fargate-batchctl ")
    assert {"hide-values", "settings"} <= {word.lstrip("-") for word in complete_in_zsh("fargate-batchctl diff --")}
    for line in ("next --definitions config/examples ", "next --definitions=config/examples "):
        assert {"no1", "no2", "year-end"} <= complete_in_zsh("fargate-batchctl " + line)


def test_the_unit_is_what_the_promises_say():
    unit = (ROOT / "systemd/fargate-batchd.service").read_text()
    for line in ("Type=notify", "NotifyAccess=main", "WatchdogSec=60", "Restart=on-failure", "RestartSec=5s",
                 "RestartPreventExitStatus=78", "User=fargate-batchd", "StateDirectory=fargate-batchd",
                 "StartLimitIntervalSec=0"):
        assert f"\n{line}\n" in unit, line
    if shutil.which("systemd-analyze"):
        done = run("systemd-analyze", "security", "--offline=true", "--threshold=12", "--no-pager",
                   pathlib.Path("systemd/fargate-batchd.service").resolve())
        assert done.returncode == 0, done.stdout[-200:]
