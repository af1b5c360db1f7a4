"""Attacks from the side of another user: whoever owns the state or runtime directory gets no more of root than he has."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

from conftest import CTL, DAEMON, World, wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the attacker is another user, so these tests are root's")

# The service's user, as it were; nobody of the user database.
ATTACKER = 42424
SECRET = '{"apps": {"stolen-by-a-link": {"account": "123456789012"}}, "plans": ["stolen-by-a-link"]}'


class Theirs(World):
    """A world whose state and runtime directories belong to another user, where anybody gets to."""

    def __init__(self, folder, server, proxy):
        super().__init__(folder, server, proxy)
        self.state, self.runtime = folder / "state", folder / "run"
        for path in (self.state, self.runtime):
            os.chown(path, ATTACKER, ATTACKER)
        self.secret = folder / "secret"
        self.secret.write_text(SECRET)
        self.secret.chmod(0o600)

    def attack(self, command, *arguments):
        """A shell command of the attacker's in his state directory."""
        subprocess.run(["sh", "-ec", command, "attack", *map(str, arguments)], check=True,
                       cwd=self.state if self.state.is_dir() else self.folder,
                       user=ATTACKER, group=ATTACKER, extra_groups=[])

    def start_daemon(self):
        return self.start("", "--settings", str(self.settings_file), "--definitions", str(self.definitions),
                          program=DAEMON, user=ATTACKER, group=ATTACKER, extra_groups=[])

    def files(self):
        return sorted(path for path in self.state.rglob("*") if path.is_file() and not path.is_symlink())

    def nothing_got_out(self):
        """The secret is as it was, and no file of the attacker's holds any of it."""
        status = self.secret.stat()
        assert (status.st_uid, status.st_mode & 0o7777, self.secret.read_text()) == (0, 0o600, SECRET)
        for folder in (self.state, self.runtime):
            for path in folder.rglob("*"):
                assert path.lstat().st_uid == ATTACKER or path.samefile(self.secret), path
                if path.is_file() and path.lstat().st_uid == ATTACKER and not path.is_symlink():
                    assert "stolen-by-a-link" not in path.read_text(errors="replace"), path


@pytest.fixture
def theirs(server, proxy, article):
    server.reset()
    proxy.reset()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fargate-batchd-attack-"))
    folder.chmod(0o755)
    world = Theirs(folder, server, proxy)
    world.write(article)
    yield world
    world.end()
    shutil.rmtree(folder)


@pytest.fixture
def names(theirs):
    """The state files that one apply of root's leaves."""
    theirs.apply()
    names = [path.name for path in theirs.files() if path.name != "lock"]
    assert {name.split("-")[0] for name in names} >= {"served", "cache"}, names
    world = next(name for name in names if name.startswith("served")).removeprefix("served")
    place = next(name for name in names if name.startswith("cache")).removeprefix("cache")
    kinds = ("served", "held", "approvals", "approvals-used")
    return [kind + world for kind in kinds] + [kind + place for kind in ("cache", "ledger")]


def test_what_root_leaves_is_the_owners(theirs, names):
    for path in theirs.files():
        assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o777) == (ATTACKER, ATTACKER, 0o600)
    assert theirs.state.stat().st_mode & 0o7777 == 0o750
    assert len(theirs.apply().writes) == 0


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "dangling link"])
def test_something_else_in_place_of_the_lock(theirs, kind):
    if kind == "hard link":
        # As root: a kernel with fs.protected_hardlinks lets nobody else make one.
        os.link(theirs.secret, theirs.state / "lock")
    else:
        theirs.attack({"link": 'ln -s "$1" lock', "pipe": "mkfifo lock",
                       "dangling link": 'ln -s "$1".new lock'}[kind], theirs.secret)
    result = theirs.run("apply", timeout=30)
    assert result.code == 2 and "lock" in result.err and not result.calls, str(result)
    assert not theirs.secret.with_name("secret.new").exists()
    (theirs.state / "lock").unlink()
    theirs.nothing_got_out()
    theirs.apply()


@pytest.mark.parametrize("kind", ["ln {secret}", "ln -s {secret}", "mkfifo"])
def test_something_at_the_name_of_the_next_file(theirs, names, kind):
    """As names of new files were once made, from the process's own number."""
    lay = kind.format(secret=theirs.secret)
    again = ["--settings", str(theirs.settings_file), "--definitions", str(theirs.definitions)]
    for verb in ("apply", "diff"):
        for name in names:
            (theirs.state / name).unlink(missing_ok=True)
        script = 'for n in $names; do $lay "$n.$$.new"; chown -h $user "$n.$$.new"; done; cd /; exec "$@"'
        if kind.startswith("ln {"):
            script = script.replace("chown -h $user", ": ")
        result = theirs.run("", command=["sh", "-c", f"cd {theirs.state}; {script}", "sh", CTL, verb, *again],
                            environment={"names": " ".join(names), "lay": lay, "user": str(ATTACKER)}, timeout=30)
        assert result.code == 0, str(result)
        for path in theirs.state.glob("*.new"):
            path.unlink()
        theirs.nothing_got_out()


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe"])
@pytest.mark.parametrize("verb", ["apply", "diff", "approve"])
def test_something_else_in_place_of_each_state_file(theirs, names, kind, verb):
    for name in names:
        (theirs.state / name).unlink(missing_ok=True)
        if kind == "hard link":
            os.link(theirs.secret, theirs.state / name)
        else:
            theirs.attack({"link": 'ln -s "$1" "$2"', "pipe": 'mkfifo "$2"'}[kind], theirs.secret, name)
    result = theirs.run(verb, *(["stolen-by-a-link"] if verb == "approve" else []), timeout=30)
    assert result.code == (2 if verb == "approve" else 0), str(result)
    assert not result.writes and "stolen" not in result.out, str(result)
    theirs.nothing_got_out()


def test_a_lock_that_was_renamed_still_holds(theirs):
    theirs.settings(resyncInterval=3600)
    daemon = theirs.start_daemon()
    wait_for(lambda: (theirs.runtime / "status.json").exists(), what="the first pass")
    assert theirs.run("apply").code == 2
    for away in ("mv lock away", "rm lock", "touch lock"):
        theirs.attack(away)
        result = theirs.run("apply")
        assert result.code == 2 and "in use" in result.err and not result.calls, str(result)
    second = theirs.start_daemon()
    _, err = second.communicate(timeout=20)
    assert second.returncode == 78 and "in use" in err, err
    daemon.send_signal(signal.SIGTERM)
    daemon.communicate(timeout=20)
    assert daemon.returncode == 0
    theirs.apply()


def test_a_link_in_place_of_the_directory(theirs):
    """Where the way leads through a folder of the attacker's, root goes on with his rights alone."""
    roots = theirs.folder / "roots"
    roots.mkdir(0o755)
    os.chown(theirs.folder, ATTACKER, ATTACKER)
    for lay in ('rmdir "$1"', 'ln -s "$2" "$1"'):
        theirs.attack(lay, theirs.state, roots)
    for verb in ("apply", "diff"):
        result = theirs.run(verb, timeout=30)
        assert result.code == 2 if verb == "apply" else result.code == 1, str(result)
        assert not result.writes, str(result)
    assert list(roots.iterdir()) == []
    os.chown(theirs.folder, 0, 0)


@pytest.mark.parametrize("verb", ["apply", "diff"])
def test_a_signal_ends_root_whatever_lies_there(theirs, names, verb):
    for name in names:
        theirs.attack('rm -f "$1"; mkfifo "$1"', name)
    lay = f'cd {theirs.state}; for n in $names; do mkfifo "$n.$$.new"; chown {ATTACKER} "$n.$$.new"; done; exec "$@"'
    theirs.proxy.clear()
    process = theirs.start("", "-c", lay, "sh", *theirs.command(verb), program="sh",
                           environment={"names": " ".join(names)})
    wait_for(lambda: theirs.proxy.of("ecs") and not time.sleep(1), what="its calls")
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "lease"])
def test_something_else_in_place_of_the_status(theirs, kind):
    path, secret = theirs.runtime / "status.json", theirs.secret
    secret.write_text(json.dumps({"version": 1, "pid": os.getpid(), "state": "stolen"}))
    holder = None
    if kind == "hard link":
        os.link(secret, path)
    elif kind == "lease":
        # The kernel would have root wait for the holder of a lease.
        theirs.attack('echo "{}" > "$1"', path)
        holder = subprocess.Popen(["python3", "-c", "import fcntl, signal, sys, time\n"
                                   "signal.signal(signal.SIGIO, signal.SIG_IGN)\n"
                                   "file = open(sys.argv[1], 'r+')\n"
                                   "fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)\n"
                                   "print('held', flush=True)\ntime.sleep(60)", str(path)],
                                  user=ATTACKER, group=ATTACKER, extra_groups=[], stdout=subprocess.PIPE, text=True)
        assert holder.stdout.readline() == "held\n"
    else:
        theirs.attack({"link": 'ln -s "$1" "$2"', "pipe": 'mkfifo "$2"'}[kind], secret, path)
    begun = time.monotonic()
    result = theirs.run("status", timeout=30)
    if holder:
        holder.kill()
        holder.communicate()
    assert result.code == 2 and "stolen" not in result.out + result.err and time.monotonic() - begun < 5, str(result)


@pytest.mark.parametrize("verb", ["apply", "diff", "approve", "status"])
def test_root_that_may_not_take_the_owners_rights(theirs, verb):
    words = ["abc"] if verb == "approve" else []
    result = theirs.run("", command=["setpriv", "--inh-caps", "-setuid,-setgid", "--bounding-set", "-setuid,-setgid",
                                         *theirs.command(verb, *words)])
    assert result.code == 2 and "may not take the rights of user 42424" in result.err, str(result)
    assert not result.calls and theirs.files() == []


def test_modes_are_set_whatever_the_umask(theirs, article):
    """An upgrade from a directory that was 0700 keeps what is in it."""
    theirs.state.chmod(0o700)
    for umask in (0o777, 0o000):
        theirs.apply(umask=umask)
        assert theirs.state.stat().st_mode & 0o7777 == 0o750
        assert {path.stat().st_mode & 0o777 for path in theirs.files()} == {0o600}
    served = [path.read_text() for path in theirs.files() if path.name.startswith("served")]
    theirs.state.chmod(0o700)
    theirs.apply()
    assert [path.read_text() for path in theirs.files() if path.name.startswith("served")] == served
    assert theirs.state.stat().st_mode & 0o7777 == 0o750
