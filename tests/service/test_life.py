"""Start, stop, restart, watchdog: the unit as systemd drives it."""

import json
import os
import signal
import threading
import time

from conftest import DEFINITIONS, KEY, REGION, SECRET, UNIT, free_port
from system.conftest import wait_for

BROKEN = '{\n  "apps": {},\n  "batchs": {}\n}\n'


def test_verify_says_nothing_and_the_sandbox_is_tight(service):
    done = service.machine.run("systemd-analyze", "verify", "--man=no", f"{UNIT}.service")
    assert done.stdout + done.stderr == ""
    done = service.machine.run("systemd-analyze", "security", "--offline=true", "--threshold=12", "--no-pager",
                               "/usr/lib/systemd/system/fargate-batchd.service")
    level = next(line for line in done.stdout.splitlines() if "Overall exposure level" in line)
    print(level)
    assert float(level.split(": ")[1].split()[0]) <= 1.2, level


def test_first_convergence_under_the_sandbox(service, article):
    """A name that has to be looked up, a certificate that has to be checked, signatures that the proxy checks."""
    service.environment(SSLKEYLOGFILE="/var/lib/fargate-batchd/keys")
    status = service.converge(article)
    assert status["lastPass"]["done"] >= 9 and status["state"] == "healthy", status
    assert service.rules() == ["batch-no1", "batch-no2"]
    assert service.names.asked and service.end.connections
    assert all(call.signature == "" and call.status == 200 for call in service.proxy.calls if call.writes)
    properties = service.show("User", "NRestarts", "StatusText", "Type", "WatchdogUSec")
    assert properties == {"User": UNIT, "NRestarts": "0", "Type": "notify", "WatchdogUSec": "1min",
                          "StatusText": properties["StatusText"]}
    assert "in sync: 1 app, 2 batches" in properties["StatusText"]
    sandbox = dict(line.split(":\t") for line in open(f"/proc/{service.pid}/status").read().splitlines() if ":\t" in line)
    assert not service.machine.shell("ls /var/lib/fargate-batchd/keys 2>/dev/null || true").stdout
    assert os.stat(f"/proc/{service.pid}/environ").st_uid == 0, "a process of the same user could look into it"
    assert service.show("MemorySwapMax", "MemoryMax") == {"MemorySwapMax": "0", "MemoryMax": str(128 << 20)}
    assert sandbox["NoNewPrivs"] == "1" and sandbox["Seccomp"] == "2" and int(sandbox["CapBnd"], 16) == 0


def test_state_and_runtime_directories(service, article):
    service.converge(article)
    out = service.machine.shell("stat -c '%a %U %n' /var/lib/fargate-batchd /run/fargate-batchd "
                                "/run/fargate-batchd/status.json /run/fargate-batchd/metrics.prom").stdout
    assert out.splitlines() == [f"750 {UNIT} /var/lib/fargate-batchd", f"755 {UNIT} /run/fargate-batchd",
                                f"644 {UNIT} /run/fargate-batchd/status.json",
                                f"644 {UNIT} /run/fargate-batchd/metrics.prom"]
    modes = service.machine.shell("find /var/lib/fargate-batchd -type f -printf '%m %u\\n'").stdout.split("\n")
    assert {line for line in modes if line} == {f"600 {UNIT}"}
    service.stop()
    assert service.status() is None, "systemd takes the runtime directory away"


def test_a_wrong_certificate_is_refused(service, article):
    service.environment(AWS_CA_BUNDLE="/etc/ssl/other-ca.pem")
    service.machine.write("/etc/ssl/other-ca.pem", (service.machine.root / "etc/ssl/test-ca.pem").read_text()[:0])
    service.define(article)
    service.start()
    status = service.wait_pass()
    assert status["state"] == "degraded" and not service.proxy.calls, status


def test_without_network_it_is_ready_at_once(service, article):
    """The name server is silent: READY within two seconds, then degraded, then well again by itself on reload."""
    service.names.silent = True
    service.define(article)
    begun = time.monotonic()
    service.start()
    assert time.monotonic() - begun <= 2
    status = service.wait_pass(seconds=60)
    assert status["state"] == "degraded" and status["problems"][0]["about"] == "site", status
    assert service.active() and service.show("NRestarts") == "0"
    assert service.journal(PRIORITY="3"), "somebody has to look at it"
    service.names.silent = False
    service.reload()
    wait_for(lambda: service.status()["state"] == "healthy", seconds=30, what="the recovery")
    service.wait_said("over:")


def test_an_endpoint_that_refuses(service, article):
    service.environment(AWS_ENDPOINT_URL=f"https://127.0.0.1:{free_port()}")
    service.define(article)
    service.start()
    assert service.wait_pass()["state"] == "degraded"
    assert service.active()


def test_without_keys(service, article):
    service.machine.delete("/etc/fargate-batchd/credentials")
    service.environment(AWS_EC2_METADATA_DISABLED="true")
    service.define(article)
    service.start()
    status = service.wait_pass()
    assert status["state"] == "degraded" and "key" in json.dumps(status["problems"]).lower(), status
    assert not service.proxy.calls
    # New keys need a restart, as the manual says.
    service.keys("AKIAFAKETESTKEY00001", "fake/secret+key/of=the-tests-0123456789AB")
    service.machine.run("systemctl", "restart", UNIT)
    wait_for(lambda: (status := service.status()) and status["state"] == "healthy", seconds=30, what="the recovery")


def test_an_empty_directory_is_a_healthy_start(service):
    service.start()
    status = service.wait_pass()
    assert status["state"] == "healthy" and status["batches"] == [], status
    assert service.ctl("status").stdout.startswith("healthy")


def test_broken_and_no_last_good_set_ends_with_78_and_stays_down(service):
    service.define(BROKEN)
    service.start(code=1)
    properties = service.show("ActiveState", "Result", "ExecMainStatus", "NRestarts")
    assert properties == {"ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "78", "NRestarts": "0"}
    time.sleep(6)  # RestartSec is 5
    assert service.show("NRestarts") == "0" and service.show("ActiveState") == "failed"
    assert f"{DEFINITIONS}/jobs.json:3:3:" in service.said()
    assert not service.proxy.calls


def test_broken_at_restart_goes_on_with_the_last_good_set(service, article):
    service.converge(article)
    service.mark()
    service.define(BROKEN, "zz.json")
    service.machine.run("systemctl", "restart", UNIT)
    status = service.wait_pass()
    assert status["state"] == "degraded" and status["definitions"]["state"] == "last good", status
    place = f"{DEFINITIONS}/zz.json:3:3"
    assert place in status["definitions"]["reason"] and len(status["batches"]) == 2
    assert place in service.said() and "last good" in service.said()
    service.wait_status(place)
    assert "degraded" in service.show("StatusText")
    shown = service.ctl("status", code=1).stdout
    assert "last good definitions" in shown and place in shown
    # It really keeps that set.
    service.client("events").disable_rule(Name="batch-no2")
    service.reload(code=1)
    assert service.status()["definitions"]["state"] == "last good"
    service.machine.delete(f"{DEFINITIONS}/zz.json")
    service.reload()
    wait_for(lambda: service.status()["state"] == "healthy", what="the end of it")
    assert service.rule("batch-no2")["State"] == "ENABLED"


def test_a_crash_is_restarted(service, article):
    service.drop_in("[Service]\nRestartSec=200ms\n")
    service.converge(article)
    os.kill(service.pid, signal.SIGSEGV)
    wait_for(lambda: service.show("NRestarts") == "1" and service.active(), what="the restart")
    writes = len(service.proxy.writes())
    wait_for(lambda: service.status(), what="the pass after it")
    assert service.status()["state"] == "healthy" and len(service.proxy.writes()) == writes


def test_a_person_who_tries_keys_is_never_locked_out(service, article):
    service.define(article)
    for number in range(8):
        service.keys(f"AKIAWRONGTESTKEY000{number}", "not/the+secret")
        service.machine.run("systemctl", "restart", UNIT)
    service.keys(KEY, SECRET)
    service.machine.run("systemctl", "restart", UNIT)
    assert service.ctl("wait").stdout.startswith("healthy")


def test_starts_that_fail_do_not_spin(service, article):
    service.define(article)
    service.drop_in("[Service]\nExecStartPre=/bin/false\n")
    service.start(code=None)
    time.sleep(12)
    assert 1 <= int(service.show("NRestarts")) <= 3


def test_a_stop_between_passes_is_quick(service, article):
    service.converge(article)
    service.mark()
    assert service.stop() < 2
    assert service.show("ExecMainStatus", "Result") == {"ExecMainStatus": "0", "Result": "success"}
    assert "stopping" in service.said()


def test_a_stop_in_the_middle_of_a_pass(service, article):
    """No new call, the one in flight finishes, 0 within ten seconds; the next start does the rest."""
    article["batches"] = {f"b{n:02}": {"app": "batch", "schedule": "rate(1 day)"} for n in range(100)}
    service.define(article)
    service.proxy.delay = 0.3
    service.start()
    wait_for(lambda: len(service.rules()) > 3, what="the first rules")
    assert service.stop() < 10
    assert service.show("ExecMainStatus", "Result") == {"ExecMainStatus": "0", "Result": "success"}
    assert all(call.status for call in service.proxy.calls), "an answer was not waited for"
    assert 0 < len(service.rules()) < 100
    service.proxy.delay = 0
    service.start()
    assert service.wait_pass()["lastPass"]["inSync"] and len(service.rules()) == 100
    revisions = service.client("ecs").list_task_definitions()["taskDefinitionArns"]
    assert len(revisions) == 100, "nothing is doubled"


def test_a_stop_while_an_answer_never_comes(service, article):
    service.proxy.fault("stall", service="ecs", operation="CreateCluster", seconds=40)
    service.define(article)
    service.start()
    wait_for(lambda: service.proxy.of("ecs", "CreateCluster"), what="the call that stalls")
    assert service.stop() <= 10.5
    assert service.show("ExecMainStatus", "Result") == {"ExecMainStatus": "0", "Result": "success"}


def test_killed_and_started_again_nothing_is_doubled(service, article):
    article["batches"] = {f"b{n:02}": {"app": "batch", "schedule": "rate(1 day)"} for n in range(20)}
    service.define(article)
    service.drop_in("[Service]\nRestart=no\n")
    service.proxy.delay = 0.05
    service.start()
    wait_for(lambda: len(service.proxy.writes()) > 15, what="writes")
    os.kill(service.pid, signal.SIGKILL)
    wait_for(lambda: service.show("ActiveState") == "failed", what="its end")
    service.proxy.delay = 0
    service.start()
    assert service.wait_pass()["lastPass"]["inSync"] and len(service.rules()) == 20
    assert len(service.client("ecs").list_task_definitions()["taskDefinitionArns"]) == 20


def test_the_watchdog_is_fed_and_bites(service, article):
    service.drop_in("[Service]\nWatchdogSec=3\nRestartSec=200ms\n")
    service.converge(article)
    pid = service.pid
    time.sleep(5)
    assert service.pid == pid, "it is fed from the loop"
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: service.show("NRestarts") == "1" and service.active(), seconds=20, what="the watchdog's restart")
    assert service.pid != pid


def test_a_second_daemon_and_apply_are_refused(service, article):
    service.converge(article)
    second = service.machine.run("fargate-batchd", code=None, user=UNIT, environment={
        "STATE_DIRECTORY": "/var/lib/fargate-batchd", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"})
    assert second.returncode == 78 and "fargate-batchd" in second.stdout + second.stderr, second
    apply = service.machine.run("fargate-batchctl", "apply", code=2, environment={
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": REGION})
    assert "systemctl reload fargate-batchd" in apply.stderr
    service.machine.run("mv", "/var/lib/fargate-batchd/lock", "/var/lib/fargate-batchd/away")
    again = service.machine.run("fargate-batchctl", "apply", code=2, environment={
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": REGION})
    assert "in use" in again.stderr


def test_the_state_is_the_services_own(service, article):
    """An upgrade from 0700 changes the modes; a group may look into the directory, and into no file of today."""
    service.machine.shell(f"install -d -m 0700 -o {UNIT} -g {UNIT} /var/lib/fargate-batchd")
    service.converge(article)
    names = service.machine.shell("stat -c '%a %U:%G' /var/lib/fargate-batchd /var/lib/fargate-batchd/*").stdout
    first, *rest = names.split("\n")[:-1]
    assert first == f"750 {UNIT}:{UNIT}" and rest and set(rest) == {f"600 {UNIT}:{UNIT}"}, names


def test_time_to_ready_with_three_hundred_batches(service, article):
    article["batches"] = {f"b{n:03}": {"app": "batch", "schedule": "rate(1 day)"} for n in range(300)}
    service.define(article)
    service.proxy.delay = 0.5
    begun = time.monotonic()
    service.start()
    assert time.monotonic() - begun <= 2


def test_nothing_asks_the_journal_for_a_secret(service, article):
    article["batches"]["no1"]["environment"]["PASSWORD"] = "hunter2-hunter2"
    service.converge(article)
    article["batches"]["no1"]["environment"]["PASSWORD"] = "hunter3-hunter3"
    service.define(article)
    service.reload()
    service.wait_pass(after=1)
    out = service.machine.run("journalctl", "-o", "export", "--no-pager").stdout
    out += json.dumps(service.status()) + service.metrics() + service.ctl("status").stdout
    for secret in ("hunter2", "hunter3", "fake/secret+key"):
        assert secret not in out, secret
    assert threading.active_count() < 200
