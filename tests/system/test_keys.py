"""What a person is told about keys: which, from where, what AWS said, what to do; and never the secret."""

import pytest

from conftest import DAEMON, KEY, SECRET, running, wait_for


def profile(world, key=KEY, secret=SECRET):
    path = world.folder / "home/.aws/credentials"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"[nightly]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    path.chmod(0o600)
    return path


def test_no_keys_at_all(world, article):
    world.write(article)
    none = world.diff(code=2, environment={"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None})
    assert "/etc/fargate-batchd/credentials and restart fargate-batchd" in none.err, str(none)


@pytest.mark.parametrize("code, advice", [
    ("InvalidClientTokenId", "check the access key"), ("SignatureDoesNotMatch", "check that the secret key belongs")])
def test_keys_that_are_refused(world, article, code, advice):
    world.write(article)
    world.proxy.fault(code, service="sts", status=403, times=None)
    refused = world.diff(code=2)
    assert f"the access key {KEY} is of the environment: {advice}" in refused.err and code in refused.err, str(refused)
    path = profile(world)
    refused = world.diff("--profile", "nightly", code=2)
    assert f'the access key {KEY} is of the profile "nightly" in {path}: {advice}' in refused.err, str(refused)
    assert "; put new ones there" in refused.err, str(refused)
    # The daemon has a copy of its start.
    handed = world.folder / "handed"
    handed.mkdir()
    (handed / "aws").write_text(f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
    without = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "CREDENTIALS_DIRECTORY": str(handed)}
    refused = world.diff(environment=without, code=2)
    assert "; put new ones into /etc/fargate-batchd/credentials and restart fargate-batchd" in refused.err, str(refused)


def test_keys_that_have_expired(world, article):
    world.write(article)
    path = profile(world)
    world.proxy.fault("ExpiredToken", service="sts", status=403, times=None)
    expired = world.diff("--profile", "nightly", code=2)
    assert (f'ExpiredToken: the access key {KEY} of the profile "nightly" in {path} has expired, and there is no newer '
            "one; put new ones there") in expired.err, str(expired)
    expired = world.diff(code=2)
    assert f"the access key {KEY} of the environment has expired" in expired.err, str(expired)
    assert "start again with new ones" in expired.err


def test_a_slip_in_the_keys_of_the_service_does_not_end_the_daemon(world, article):
    world.write(article)
    folder = world.folder / "handed-over"
    folder.mkdir()
    (folder / "aws").write_text(f"aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
    without = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "CREDENTIALS_DIRECTORY": str(folder)}
    daemon = world.start("", "--settings", str(world.settings_file), "--definitions", str(world.definitions), program=DAEMON,
                         environment=without)
    wait_for(lambda: not running(daemon) or world.run("status").code == 1, what="the first pass")
    told = world.run("status")
    assert running(daemon) and f"{folder}/aws:1: a line before the first [section]; put new ones into" in told.out, str(told)
    daemon.terminate()
    daemon.communicate(timeout=20)
    assert daemon.returncode == 0
