"""make install into a folder, as who makes packages calls it."""

import subprocess

import pytest

from conftest import ROOT

FOLDER = "etc/fargate-batch.d"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


def install(root):
    done = subprocess.run(["make", "-s", "install", f"DESTDIR={root}", "prefix=/usr"], cwd=ROOT, capture_output=True, text=True,
                          umask=0o022)
    assert done.returncode == 0, done.stderr
    return done


def test_nobody_but_the_daemon_shall_read_definitions(root):
    """The group is the installed machine's, not this one's."""
    assert "as root" not in install(root).stdout, "nothing is told of this machine"
    made = (root / FOLDER).stat()
    assert (made.st_mode & 0o7777, made.st_uid, made.st_gid) == (0o750, (root / "usr").stat().st_uid, (root / "usr").stat().st_gid)


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_a_folder_that_is_there_stays_as_it_is(root, mode):
    folder = root / FOLDER
    folder.mkdir(parents=True)
    folder.chmod(mode)
    install(root)
    assert folder.stat().st_mode & 0o7777 == mode


def test_a_link_to_a_folder_elsewhere_stays(root):
    (root / "etc").mkdir(parents=True)
    (root / FOLDER).symlink_to("/srv/jobs")
    install(root)
    assert (root / FOLDER).is_symlink()
