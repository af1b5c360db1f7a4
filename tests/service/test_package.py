"""make install, make uninstall, and the Debian package: installed, upgraded, purged on a booted machine."""

import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import time

import pytest

from conftest import DEFINITIONS, KEY, ROOT, SECRET, STATUS, UNIT, booting, wait_for
from earlier import as_before
from machine import ROOTS, Machine


def make(*arguments):
    done = subprocess.run(["make", "-s", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


def test_install_and_uninstall(tmp_path):
    """Everything goes where it was told to, and away again; what a person wrote stays."""
    root = tmp_path / "root"
    make("install", f"DESTDIR={root}", "prefix=/opt/fb", "sysconfdir=/opt/fb/etc")
    there = files(root)
    for name in ("bin/fargate-batchctl", "sbin/fargate-batchd", "lib/systemd/system/fargate-batchd.service",
                 "lib/sysusers.d/fargate-batchd.conf", "lib/systemd/catalog/fargate-batchd.catalog",
                 "share/man/man8/fargate-batchd.8", "share/man/man1/fargate-batchctl.1",
                 "share/man/man5/fargate-batch.d.5", "share/man/man5/fargate-batchd.json.5",
                 "share/fargate-batchd/fargate-batch.schema.json",
                 "share/fargate-batchd/fargate-batchd.schema.json", "share/doc/fargate-batchd/examples/article.json",
                 "share/bash-completion/completions/fargate-batchctl", "share/zsh/site-functions/_fargate-batchctl",
                 "etc/fargate-batchd.json"):
        assert f"opt/fb/{name}" in there, there
    assert all(name.startswith("opt/fb/") for name in there)
    unit = (root / "opt/fb/lib/systemd/system/fargate-batchd.service").read_text()
    assert "ExecStart=/opt/fb/sbin/fargate-batchd\n" in unit and "=/opt/fb/bin/fargate-batchctl check --reloaded $MAINPID\n" in unit
    assert "aws:/opt/fb/etc/fargate-batchd/credentials" in unit and "/usr/" not in unit.replace("/usr/share", "")

    settings, mine = root / "opt/fb/etc/fargate-batchd.json", root / "opt/fb/etc/fargate-batch.d/mine.json"
    settings.write_text('{"owner": "me"}')
    mine.write_text("{}")
    make("install", f"DESTDIR={root}", "prefix=/opt/fb", "sysconfdir=/opt/fb/etc")
    assert settings.read_text() == '{"owner": "me"}', "settings are never overwritten"
    make("uninstall", f"DESTDIR={root}", "prefix=/opt/fb", "sysconfdir=/opt/fb/etc")
    assert files(root) == ["opt/fb/etc/fargate-batch.d/mine.json", "opt/fb/etc/fargate-batchd.json"]
    mine.unlink()
    make("install", f"DESTDIR={root}", "prefix=/opt/fb", "sysconfdir=/opt/fb/etc")
    settings.write_bytes((ROOT / "config/fargate-batchd.json").read_bytes())
    make("uninstall", f"DESTDIR={root}", "prefix=/opt/fb", "sysconfdir=/opt/fb/etc")
    assert files(root) == [] and not (root / "opt/fb/share/fargate-batchd").exists()


def test_uninstall_finds_what_other_prefixes_were_given(tmp_path):
    """The README installs to /usr, the default is /usr/local: uninstall need not be told."""
    root = tmp_path / "root"
    for prefix in ("/usr", "/opt/fb"):
        make("install", f"DESTDIR={root}", f"prefix={prefix}")
    told = make("uninstall", f"DESTDIR={root}")
    assert files(root) == [] and not (root / "etc/fargate-batchd").exists() and "left: " not in told, told
    for path in ("usr/share/fargate-batchd", "opt/fb/share/doc/fargate-batchd"):
        assert not (root / path).exists(), path

    assert "name its prefix" in make("uninstall", f"DESTDIR={root}")
    make("install", f"DESTDIR={root}", "prefix=/usr")
    (root / "etc/fargate-batchd/installed").unlink()
    assert "name its prefix" not in make("uninstall", f"DESTDIR={root}", "prefix=/usr") and files(root) == []

    make("install", f"DESTDIR={root}", "prefix=/usr")
    mine = {"etc/fargate-batchd.json": "{}", "etc/fargate-batch.d/mine.json": "{}", "etc/fargate-batchd/credentials": "",
            "etc/default/fargate-batchd": "", "var/lib/fargate-batchd/lock": "",
            "etc/systemd/system/fargate-batchd.service.d/mine.conf": ""}
    for path, text in mine.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    told = make("uninstall", f"DESTDIR={root}")
    assert files(root) == sorted(mine)
    assert [line.split()[1] for line in told.splitlines() if line.startswith("left: ")] == [
        "/etc/fargate-batchd.json", "/etc/fargate-batch.d", "/etc/fargate-batchd", "/etc/default/fargate-batchd",
        "/etc/systemd/system/fargate-batchd.service.d", "/var/lib/fargate-batchd"], told


def test_the_copyright_file_says_what_the_tree_grants():
    """Nothing is granted as long as no licence lies in the tree."""
    granted = [path.name for path in ROOT.iterdir() if path.name.upper().startswith(("LICEN", "COPYING"))]
    text = (ROOT / "config/deb/copyright").read_text()
    assert not granted and "no licence" in text, granted


@pytest.fixture(scope="module")
def packages():
    # Both releases are tested side by side, and the package is assembled in one folder.
    with booting(), open(ROOTS / ".package-lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = [ROOT / make("deb", f"DEB_REVISION={revision}").split()[-1] for revision in (1, 2)]
        return [(path.name, path.read_bytes()) for path in made]


@pytest.fixture
def machine(release):
    with booting():
        machine = Machine(release, "package").make()
    try:
        with booting():
            machine.boot()
        yield machine
    finally:
        machine.remove()


def version(machine):
    return machine.run("dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", UNIT, code=None).stdout.strip()


def owner_and_mode(machine):
    return machine.run("stat", "-c", "%a %U:%G", DEFINITIONS).stdout.strip()


FOR_THE_DAEMON = f"750 root:{UNIT}"


def test_installed_upgraded_removed_purged(machine, packages):
    for name, content in packages:
        (machine.root / name).write_bytes(content)
    old, new = (f"/{name}" for name, _ in packages)

    machine.run("dpkg", "-i", old)
    assert version(machine).startswith("ii") and version(machine).endswith("-1")
    assert machine.run("systemctl", "is-active", UNIT).stdout == "active\n"
    assert machine.run("systemctl", "is-enabled", UNIT).stdout == "enabled\n"
    assert machine.run("getent", "passwd", UNIT).stdout.split(":")[5] == "/var/lib/fargate-batchd"
    assert machine.run("dpkg", "--verify", UNIT).stdout == ""
    assert owner_and_mode(machine) == FOR_THE_DAEMON
    machine.run("ls", DEFINITIONS, user=UNIT)
    assert machine.run("ls", DEFINITIONS, user="nobody", code=None).returncode != 0
    assert "What to do" in machine.run("journalctl", "-u", UNIT, "-x", "--no-pager").stdout, "the catalog is in force"
    assert machine.run("systemd-analyze", "verify", "--man=no", f"{UNIT}.service").stderr == ""

    # Settings of one's own survive an upgrade, and the new daemon runs.
    machine.write("/etc/fargate-batchd.json", '{"owner": "me"}\n')
    machine.write("/etc/fargate-batch.d/mine.json", "{}\n")
    machine.shell(f"chown root:games {DEFINITIONS} && chmod 0705 {DEFINITIONS}")
    before = machine.run("systemctl", "show", UNIT, "-p", "MainPID").stdout
    machine.run("dpkg", "-i", new)
    assert version(machine).endswith("-2")
    assert machine.run("systemctl", "is-active", UNIT).stdout == "active\n"
    assert machine.run("systemctl", "show", UNIT, "-p", "MainPID").stdout != before
    assert owner_and_mode(machine) == "705 root:games", "the administrator's own"
    assert machine.path("/etc/fargate-batchd.json").read_text() == '{"owner": "me"}\n'
    time.sleep(1)
    assert '"owner": "me"' in machine.run("cat", "/run/fargate-batchd/status.json").stdout

    # Disabled by the administrator: an upgrade does not enable it again.
    machine.run("systemctl", "disable", "--now", UNIT)
    machine.run("dpkg", "-i", new)
    assert machine.run("systemctl", "is-enabled", UNIT, code=None).stdout == "disabled\n"
    machine.run("systemctl", "enable", "--now", UNIT)

    machine.run("dpkg", "-r", UNIT)
    assert machine.run("systemctl", "is-active", UNIT, code=None).stdout == "inactive\n"
    assert machine.path("/etc/fargate-batchd.json").exists() and machine.path("/var/lib/fargate-batchd").exists()
    assert not machine.path("/usr/sbin/fargate-batchd").exists()
    assert owner_and_mode(machine) == "705 root:games"
    machine.shell(f"mv {DEFINITIONS} /root/mine")
    machine.run("dpkg", "-i", new)
    assert machine.run("systemctl", "is-active", UNIT).stdout == "active\n"
    assert owner_and_mode(machine) == FOR_THE_DAEMON
    machine.shell(f"mv /root/mine/* {DEFINITIONS} && rmdir /root/mine")

    machine.run("dpkg", "-P", UNIT)
    assert version(machine) in ("", "un")
    assert not machine.path("/var/lib/fargate-batchd").exists() and not machine.path("/etc/fargate-batchd.json").exists()
    assert machine.path("/etc/fargate-batch.d/mine.json").exists(), "definitions are the administrator's"
    assert machine.run("systemctl", "cat", UNIT, code=None).returncode != 0
    leftovers = machine.shell("find / -xdev -name '*fargate-batch*' -not -path '/proc/*' -not -path '/*.deb' "
                              "-not -path '/var/log/*'").stdout.split()
    assert leftovers == ["/etc/fargate-batch.d"], leftovers


def from_source(machine, target, *variables):
    """The command that make runs, in the machine, which has no make of its own. Below another make it would name its folder."""
    done = subprocess.run(["make", "--no-print-directory", "-n", target, *variables], cwd=ROOT, capture_output=True, text=True)
    command = done.stdout[done.stdout.index("bindir="):]
    return machine.run("sh", "-c", f"cd /source && {command}", code=None)


def source_folder(machine):
    """What make install reads, in the machine."""
    for folder in ("config", "systemd"):
        shutil.copytree(ROOT / folder, machine.path(f"/source/{folder}"))
    machine.path("/source/build").mkdir()
    for program in ("fargate-batchd", "fargate-batchctl"):
        shutil.copy(ROOT / "build" / program, machine.path("/source/build"))


@pytest.mark.parametrize("prefix", ["/usr", "/opt/fb"])
def test_installed_from_source_the_service_can_start(machine, prefix):
    """Nothing is left to do but to enable it; the folder is the daemon's to read, and stays as a person has set it."""
    source_folder(machine)
    told = from_source(machine, "install", f"prefix={prefix}", "unitdir=/usr/lib/systemd/system")
    assert told.returncode == 0, told
    assert [line.strip() for line in told.stdout.splitlines() if line.startswith(" ")] == [
        f"systemctl enable --now {UNIT}"], told.stdout
    assert owner_and_mode(machine) == FOR_THE_DAEMON
    machine.run("systemctl", "enable", "--now", UNIT)
    assert machine.run("systemctl", "is-active", UNIT).stdout == "active\n"
    assert "cannot read" not in machine.run("journalctl", "-u", UNIT, "--no-pager").stdout

    machine.shell(f"chown root:games {DEFINITIONS} && chmod 0705 {DEFINITIONS}")
    assert from_source(machine, "install", f"prefix={prefix}", "unitdir=/usr/lib/systemd/system").returncode == 0
    assert owner_and_mode(machine) == "705 root:games"


def test_uninstalled_on_a_machine(machine, packages):
    """A service that is in use stays, a package's files stay, and what is the administrator's is named."""
    source_folder(machine)
    assert from_source(machine, "install", "prefix=/usr").returncode == 0
    machine.run("systemctl", "enable", "--now", UNIT)
    machine.write("/etc/fargate-batchd/credentials", "", 0o600)

    refused = from_source(machine, "uninstall")
    assert refused.returncode == 1 and "systemctl disable --now fargate-batchd" in refused.stderr, refused
    assert machine.run("fargate-batchctl", "--version").stdout and machine.run("systemctl", "is-active", UNIT).stdout

    machine.run("systemctl", "disable", "--now", UNIT)
    done = from_source(machine, "uninstall")
    left = [line.removeprefix("left: ").split(" (")[0] for line in done.stdout.splitlines() if line.startswith("left: ")]
    assert done.returncode == 0 and left == ["/etc/fargate-batchd", STATE, "the user fargate-batchd"], done
    found = machine.shell("find / -xdev -name '*fargate-batch*' -not -path '/proc/*' -not -path '/source/*'").stdout.split()
    assert sorted(found) == ["/etc/fargate-batchd", STATE], found

    name, content = packages[0]
    (machine.root / name).write_bytes(content)
    machine.run("dpkg", "-i", f"/{name}")
    done = from_source(machine, "uninstall", "prefix=/usr")
    assert done.returncode == 0 and "files of the package fargate-batchd" in done.stdout, done
    assert machine.run("systemctl", "is-active", UNIT).stdout == "active\n"
    assert machine.run("dpkg", "--verify", UNIT).stdout == "" and owner_and_mode(machine) == FOR_THE_DAEMON


SIX = [f"b{number:02}" for number in range(6)]
STATE = "/var/lib/fargate-batchd"
# A package of an earlier version, which then leaves the state itself.
BEFORE = os.environ.get("FARGATE_BATCHD_PACKAGE_BEFORE")


@pytest.fixture
def upgradable(machine, packages, emulator):
    """The package of before, and its daemon at work."""
    emulator.reset()
    (name, content), (new_name, new_content) = packages
    (machine.root / name).write_bytes(pathlib.Path(BEFORE).read_bytes() if BEFORE else content)
    (machine.root / new_name).write_bytes(new_content)
    machine.new_package = f"/{new_name}"
    machine.write("/etc/default/fargate-batchd", f"AWS_ENDPOINT_URL={emulator.url}\nAWS_EC2_METADATA_DISABLED=true\n")
    machine.write("/etc/fargate-batchd/credentials",
                  f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n", 0o600)
    machine.run("dpkg", "--force-confdef", "-i", f"/{name}")
    machine.write("/etc/fargate-batchd.json", '{"resyncInterval": 3600}')
    return machine


def without(definitions, *names):
    batches = {name: batch for name, batch in definitions["batches"].items() if name not in names}
    return definitions | {"batches": batches}


def pass_after(machine, definitions=None, verb="reload"):
    """What status.json says after the pass that this begins."""
    def status():
        done = machine.run("cat", STATUS, code=None)
        return json.loads(done.stdout) if done.returncode == 0 else {"lastPass": None}

    if definitions is not None:
        machine.write(f"{DEFINITIONS}/jobs.json", json.dumps(definitions))
    before = status()["lastPass"]["number"] if verb == "reload" else 0
    machine.run("systemctl", verb, UNIT)
    return wait_for(lambda: (now := status())["lastPass"] and now["lastPass"]["number"] > before and now, seconds=30,
                    what="a pass")


def leaving(status):
    return {one["batch"]: one["deletedAfter"] for one in status["leaving"]}


@pytest.mark.parametrize("approved", ["before", "afterwards"])
def test_an_upgrade_keeps_what_waits_for_a_person(upgradable, article, approved):
    """From a state of mode 0700: a grace goes on, a plan is held by the same name, an approval counts."""
    machine = upgradable
    environment = dict(line.split("=", 1) for line in machine.path("/etc/default/fargate-batchd").read_text().split())
    nine = article | {"batches": {f"b{number:02}": {"app": "batch", "schedule": "rate(1 day)"} for number in range(9)}}
    pass_after(machine, nine, "restart")
    grace = leaving(pass_after(machine, without(nine, "b08")))
    [held] = pass_after(machine, without(nine, "b08", *SIX))["held"]
    assert list(grace) == ["b08"]
    if approved == "before":
        machine.run("fargate-batchctl", "approve", held["plan"], environment=environment)
    machine.run("systemctl", "stop", UNIT)
    state = machine.path(STATE)
    if not BEFORE:
        as_before(state)
    assert state.stat().st_mode & 0o777 == 0o700 and not list(state.glob("approvals-used-*"))

    machine.run("dpkg", "--force-confdef", "-i", machine.new_package)
    status = pass_after(machine, verb="restart")
    if approved == "afterwards":
        assert [one["plan"] for one in status["held"]] == [held["plan"]] and leaving(status) == grace, status
        assert machine.run("fargate-batchctl", "approve", held["plan"]).stdout.startswith(f"plan {held['plan']} is approved")
        status = pass_after(machine)
    assert not status["held"] and leaving(status).keys() == {"b08", *SIX}, status
    assert leaving(status)["b08"] == grace["b08"]
    assert state.stat().st_mode & 0o7777 == 0o750
    assert {path.name for path in state.iterdir() if path.stat().st_mode & 0o7777 != 0o600} == set()
    assert machine.run("fargate-batchctl", "status").stdout
    assert "damaged" not in machine.run("journalctl", "-u", UNIT, "--no-pager").stdout
