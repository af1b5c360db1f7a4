"""What a person is told about keys: which, from where, what AWS said, what to do; and never the secret."""

import pytest

from conftest import KEY, SECRET


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
