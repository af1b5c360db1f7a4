"""A booted Debian in a container: its root is made once by mmdebstrap, kept, and copied for each use."""

import contextlib
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROOTS = ROOT / "build/roots"
PACKAGES = {
    "bookworm": "systemd-sysv dbus libcurl4 libssl3 libjansson4 libev4 libexpat1 libsqlite3-0",
    "trixie": "systemd-sysv dbus libcurl4t64 libssl3t64 libjansson4 libev4t64 libexpat1 libsqlite3-0",
}
RELEASES = tuple(PACKAGES)
# Where packages come from; without it Debian's own mirror, which mmdebstrap knows.
MIRROR = [os.environ["DEBIAN_MIRROR"]] if os.environ.get("DEBIAN_MIRROR") else []


class CannotBoot(Exception):
    """No container can be made or booted here."""


def missing():
    """What is missing here to try to boot a container; None where nothing is."""
    if os.geteuid() != 0:
        return "not root"
    for program in ("mmdebstrap", "systemd-nspawn", "nsenter"):
        if not shutil.which(program):
            return f"no {program}; as root: apt-get install -y mmdebstrap systemd-container util-linux"
    return None


def base(release):
    """The root as mmdebstrap has made it; made on first use, and anew when the list of packages changes."""
    packages = PACKAGES[release]
    name = f"{release}-{hashlib.sha256(packages.encode()).hexdigest()[:8]}"
    root = ROOTS / name
    if root.is_dir():
        return root
    ROOTS.mkdir(parents=True, exist_ok=True)
    for old in ROOTS.glob(f"{release}-*"):
        shutil.rmtree(old)
    new = ROOTS / f"{name}.new"
    shutil.rmtree(new, ignore_errors=True)
    done = subprocess.run(["mmdebstrap", "--variant=minbase", "--include", packages.replace(" ", ","), release, str(new),
                           *MIRROR], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(new, ignore_errors=True)
        raise CannotBoot(f"mmdebstrap {release} failed: {done.stderr.strip()[-2000:]}")
    new.rename(root)
    return root


def cgroup_folders(name):
    """Folders below this process's control groups, one in each hierarchy that systemd uses."""
    mounts = [line.split(" - ") for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()]
    places = {"": None, "name=systemd": None}
    for left, right in mounts:
        kind, _, options = right.split(" ", 2)
        if kind == "cgroup2":
            places[""] = left.split()[4]
        elif kind == "cgroup" and "name=systemd" in options.split(","):
            places["name=systemd"] = left.split()[4]
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if places.get(controllers):
            yield pathlib.Path(places[controllers] + path) / name


class Machine:
    """One container; commands go in with nsenter. It shares this machine's network."""

    def __init__(self, release, name="test"):
        self.release, self.process, self.leader, self.groups = release, None, None, []
        self.root = ROOTS / "running" / f"{release}-{name}"

    def make(self):
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", "--reflink=auto", str(base(self.release)), str(self.root)], check=True)
        self.write("/etc/hostname", f"{self.release}-test\n")
        self.write("/etc/machine-id", "")
        return self

    def boot(self, seconds=60):
        # Where the outer machine still has cgroup v1 mounted, systemd 256 and newer want the unified one.
        environment = os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        # Two machines in one control group would find each other's services in their own.
        self.groups = list(cgroup_folders(self.root.name))

        def enter():
            for group in self.groups:
                group.mkdir(exist_ok=True)
                (group / "cgroup.procs").write_text("0")

        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--resolv-conf=off",
             "--console=passive", "--directory", str(self.root)],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            start_new_session=True, preexec_fn=enter)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise CannotBoot(f"the container ended: {self.process.stderr.read().decode()}")
            if self._find_leader() and self.run("systemctl", "is-system-running", code=None).stdout.strip() in (
                    "running", "degraded"):
                return self
            time.sleep(0.1)
        raise CannotBoot(f"the container did not boot within {seconds} seconds\n{self._why_not()}")

    def _why_not(self):
        """What a container that runs and has not booted says of itself; without a systemd in it, what systemd-nspawn says."""
        if not self.leader:
            self.process.kill()
            return self.process.stderr.read().decode(errors="replace")
        told = ""
        for command in (["systemctl", "list-jobs", "--no-pager"], ["systemctl", "--failed", "--no-pager"],
                        ["journalctl", "-n", "50", "--no-pager", "-o", "short-monotonic"]):
            try:
                done = self.run(*command, code=None, timeout=10)
                told += f"$ {' '.join(command)}\n{done.stdout}{done.stderr}"
            except subprocess.TimeoutExpired:
                told += f"$ {' '.join(command)}\nno answer within 10 seconds\n"
        return told

    def _find_leader(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    self.leader = int(child)
                    return True
        return False

    def stop(self):
        if self.process and self.process.poll() is None:
            # SIGRTMIN+4 to systemd: power off; SIGTERM to systemd-nspawn asks it for the same.
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)
        if self.process:
            self.process.stderr.close()
        self.process = self.leader = None
        for group in self.groups:
            for folder in [*sorted(group.glob("**/"), reverse=True), group]:
                with contextlib.suppress(OSError):
                    folder.rmdir()
        self.groups = []

    def remove(self):
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def run(self, *command, code=0, user=None, input=None, timeout=60, environment=None):
        """Runs a command inside and wants this exit code (None: any)."""
        inside = ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-p", "-r", "-w"]
        if user:
            command = ("setpriv", "--reuid", user, "--regid", "nogroup" if user == "nobody" else user, "--init-groups", *command)
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TERM": "dumb",
                     "HOME": f"/var/lib/{user}" if user else "/root"}
        done = subprocess.run([*inside, *command], input=input, capture_output=True, text=True, timeout=timeout,
                              env=variables | (environment or {}), stdin=None if input else subprocess.DEVNULL)
        assert code is None or done.returncode == code, \
            f"{' '.join(command)}: exit {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}"
        return done

    def shell(self, script, **rest):
        return self.run("sh", "-c", script, **rest)

    # Files, by their path inside. Written from outside: nothing in there follows links out of the root.

    def path(self, inside):
        return self.root / inside.lstrip("/")

    def write(self, inside, text, mode=0o644):
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def delete(self, inside):
        path = self.path(inside)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
