"""Programs beside the service see what it sees: the environment file of the unit, and its keys."""

import json

from conftest import UNIT
from system.conftest import KEY

DEFAULTS = "/etc/default/fargate-batchd"


def root(service, *words, code=0, **environment):
    """fargate-batchctl as root types it: nothing of the service in the environment."""
    return service.machine.run("fargate-batchctl", *words, code=code, environment=environment)


def test_root_sees_what_the_service_sees(service, article):
    service.converge(article)
    assert root(service, "diff").stdout == "in sync\n"
    rows = json.loads(root(service, "list", "--json").stdout)["batches"]
    assert [row["state"] for row in rows] == ["in sync", "in sync"]
    assert {call.access_key for call in service.proxy.calls} == {KEY}


def test_the_own_environment_comes_first(service, article):
    service.converge(article)
    nobody = root(service, "diff", code=2, AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert "127.0.0.1:9" in nobody.stderr
    wrong = root(service, "diff", code=2, AWS_ACCESS_KEY_ID="AKIANOBODYATALL00000", AWS_SECRET_ACCESS_KEY="x")
    assert "AKIANOBODYATALL00000 is of the environment" in wrong.stderr


def test_as_systemd_reads_it(service, article):
    """Quotes, continued lines and comments mean the same to the unit and to whoever works beside it; a broken line is told."""
    url = service.url
    path = service.machine.path(DEFAULTS)
    path.write_text(path.read_text().replace(f"AWS_ENDPOINT_URL={url}",
                                             f"# the endpoint\nAWS_ENDPOINT_URL=\"{url[:9]}\\\n{url[9:]}\"\n"
                                             "; nothing\nexport AWS_REGION=nowhere\nNOT AN ASSIGNMENT\n"))
    service.converge(article)
    beside = root(service, "diff")
    assert f"{DEFAULTS}:5: passed over" in beside.stderr and f"{DEFAULTS}:6: passed over" in beside.stderr, beside.stderr
    assert "in sync" in beside.stdout


def test_who_may_not_read_the_keys_says_so(service, article):
    service.converge(article)
    service.machine.shell("chmod 0755 /etc/fargate-batch.d; chmod 0644 /etc/fargate-batch.d/*.json")
    nobody = service.ctl("diff", user="nobody", code=2)
    assert "no AWS credentials" in nobody.stderr


def test_a_file_that_others_may_write_is_not_read(service, article):
    service.converge(article)
    service.machine.shell(f"chmod 0666 {DEFAULTS}")
    refused = root(service, "diff", code=2)
    assert f"{DEFAULTS} is not read: it has to belong to root" in refused.stderr, refused.stderr
    service.machine.shell(f"chmod 0644 {DEFAULTS}; chown 1 {DEFAULTS}")
    assert "is not read" in root(service, "check").stderr
    service.machine.shell(f"chown 0 {DEFAULTS}")
    assert UNIT and root(service, "check").stderr.startswith("valid")


def test_roots_check_says_what_the_daemon_cannot_read(service, article):
    service.converge(article)
    path = "/etc/fargate-batch.d/closed.json"
    service.machine.shell(f"umask 077; echo '{{}}' > {path}")
    refused = root(service, "check", code=1)
    command = f"chgrp fargate-batchd {path} && chmod g+r {path}"
    assert f"{path}:1:1: user fargate-batchd, who runs the daemon, cannot read the file" in refused.stdout, refused
    assert f"let user fargate-batchd read it: run {command}" in refused.stdout, refused
    assert root(service, "check", path, code=1).stdout == refused.stdout
    service.reload(code=1)
    assert command in service.said(all=True), service.said(all=True)
    service.machine.shell(command)
    assert root(service, "check").stdout == ""
    service.machine.shell("chgrp root /etc/fargate-batch.d; chmod 0700 /etc/fargate-batch.d")
    folder = root(service, "check", code=1).stdout
    assert folder.count("\n") == 1 and "cannot read the folder" in folder and "chmod g+rx /etc/fargate-batch.d" in folder
    # Another folder is no matter of the service.
    service.machine.shell(f"mkdir -m 0700 /root/jobs && mv {path} /root/jobs && chmod 0600 /root/jobs/closed.json")
    assert root(service, "check", "--definitions", "/root/jobs").stdout == ""
