"""make install, make uninstall, and the Debian package: installed, upgraded, purged on a booted machine."""

import fcntl
import subprocess
import time

import pytest

from conftest import ROOT, UNIT, booting
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
                 "share/fargate-batchd/fargate-batch.schema.json", "share/doc/fargate-batchd/examples/article.json",
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
    assert "What to do" in machine.run("journalctl", "-u", UNIT, "-x", "--no-pager").stdout, "the catalog is in force"
    assert machine.run("systemd-analyze", "verify", "--man=no", f"{UNIT}.service").stderr == ""

    # Settings of one's own survive an upgrade, and the new daemon runs.
    machine.write("/etc/fargate-batchd.json", '{"owner": "me"}\n')
    machine.write("/etc/fargate-batch.d/mine.json", "{}\n")
    before = machine.run("systemctl", "show", UNIT, "-p", "MainPID").stdout
    machine.run("dpkg", "-i", new)
    assert version(machine).endswith("-2")
    assert machine.run("systemctl", "is-active", UNIT).stdout == "active\n"
    assert machine.run("systemctl", "show", UNIT, "-p", "MainPID").stdout != before
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
    machine.run("dpkg", "-i", new)
    assert machine.run("systemctl", "is-active", UNIT).stdout == "active\n"

    machine.run("dpkg", "-P", UNIT)
    assert version(machine) in ("", "un")
    assert not machine.path("/var/lib/fargate-batchd").exists() and not machine.path("/etc/fargate-batchd.json").exists()
    assert machine.path("/etc/fargate-batch.d/mine.json").exists(), "definitions are the administrator's"
    assert machine.run("systemctl", "cat", UNIT, code=None).returncode != 0
    leftovers = machine.shell("find / -xdev -name '*fargate-batch*' -not -path '/proc/*' -not -path '/*.deb' "
                              "-not -path '/var/log/*'").stdout.split()
    assert leftovers == ["/etc/fargate-batch.d"], leftovers
