"""status.json, metrics.prom, and the verb that reads them."""

import json
import re
import time

from prometheus_client import parser as classic

from conftest import STATUS
from system.conftest import wait_for


def samples(text):
    """Every sample by name and labels; that promtool has nothing to say is a system test."""
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in classic.text_string_to_metric_families(text) for sample in family.samples}


def value(all_samples, name, **labels):
    return all_samples["fargate_batchd_" + name, tuple(sorted(labels.items()))]


SHAPE = {
    "version": int, "program": str, "pid": int, "owner": str, "endpoint": str, "runningSince": str, "written": str,
    "state": str, "reasons": list, "reload": dict, "definitions": dict, "lastPass": dict, "nextPass": str,
    "resyncInterval": float, "passSince": type(None), "credentialsExpire": type(None),
    "sites": list, "apps": list, "batches": list, "leaving": list, "conflicts": list, "problems": list, "held": list,
    "fights": list, "leftovers": list,
}


def test_the_shape(service, article):
    status = service.converge(article)
    assert {name: type(member) for name, member in status.items()} == SHAPE
    assert status["version"] == 1 and status["state"] == "healthy" and status["reasons"] == []
    assert status["definitions"] == {
        "state": "good", "reason": None, "faults": [], "notKept": None, "since": status["definitions"]["since"],
        "loaded": status["definitions"]["loaded"], "directory": "/etc/fargate-batch.d", "apps": 1, "batches": 2}
    assert status["sites"] == [{"account": "123456789012", "region": "ap-northeast-1", "assumeRoleArn": None,
                                "error": None, "rules": {"used": 0, "quota": 300}}]
    for entry in [*status["apps"], *status["batches"]]:
        assert entry["state"] == "in sync" and entry["definitionFile"].endswith("jobs.json"), entry
        assert entry["definitionLine"] > 1
    for when in (status["runningSince"], status["written"], status["nextPass"], status["lastPass"]["ended"]):
        time.strptime(when, "%Y-%m-%dT%H:%M:%SZ")
    assert status["nextPass"] > status["lastPass"]["ended"]


def test_the_line_of_systemctl_status(service, article):
    service.settings(resyncInterval=1)
    status = service.converge(article)
    line = wait_for(lambda: (line := service.show("StatusText")).startswith("in sync") and line, what="the pass's line")
    when = re.fullmatch(r"in sync: 1 app, 2 batches, as of (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)", line)
    assert when and when[1] >= status["lastPass"]["ended"], line
    service.proxy.fault("denied", service="ecs", operation="DescribeClusters", times=None)
    service.wait_status("; 3 unknown: batch, batch/no1, batch/no2; ")
    assert "AccessDenied" in service.show("StatusText") and "request id" in service.show("StatusText")
    service.proxy.reset()
    service.wait_status("in sync: 1 app, 2 batches, as of ")


def test_replaced_at_the_end_of_every_pass(service, article):
    service.settings(resyncInterval=1)
    service.converge(article)
    first = service.machine.run("stat", "-c", "%i %Y", STATUS).stdout
    number = service.status()["lastPass"]["number"]
    assert service.wait_pass(after=number)["sites"][0]["rules"]["used"] == 2
    assert service.machine.run("stat", "-c", "%i %Y", STATUS).stdout != first
    # A reader never sees half a file.
    end = time.monotonic() + 3
    while time.monotonic() < end:
        json.loads(service.machine.run("cat", STATUS).stdout)
        assert service.metrics().endswith("# EOF\n")


def test_metrics(service, article):
    service.settings(resyncInterval=3600)
    service.proxy.fault("throttle", service="ecs", operation="CreateCluster", times=2)
    service.converge(article)
    counted = samples(service.metrics())
    assert value(counted, "passes_total", result="in_sync") == 1
    assert value(counted, "batches", state="in sync") == 2 and value(counted, "apps") == 1
    assert value(counted, "degraded") == 0 and value(counted, "definitions", state="good") == 1
    assert value(counted, "calls_total", service="ecs", operation="CreateCluster") == 3
    assert value(counted, "call_errors_total", service="ecs", operation="CreateCluster") == 2
    assert value(counted, "call_throttles_total", service="ecs", operation="CreateCluster") == 2
    calls = {}
    for call in service.proxy.calls:
        calls[call.service, call.operation] = calls.get((call.service, call.operation), 0) + 1
    told = {(dict(labels)["service"], dict(labels)["operation"]): number for (name, labels), number in counted.items()
            if name == "fargate_batchd_calls_total"}
    assert told == calls, "what the proxy saw is what was counted"
    assert value(counted, "rules_quota", account="123456789012", region="ap-northeast-1", role="") == 300
    assert value(counted, "changes_total", action="create", outcome="done") >= 9
    assert abs(value(counted, "last_success_time_seconds") - time.time()) < 60
    assert value(counted, "pass_duration_seconds_count") == 1


def test_counters_go_on_over_reloads(service, article):
    service.converge(article)
    before = samples(service.metrics())
    for number in range(3):
        service.reload()
        service.wait_pass(after=number + 1)
    service.define('{"batchs": {}}', "zz.json")
    service.reload(code=1)
    service.wait_status("zz.json")
    after = samples(service.metrics())
    assert value(after, "reloads_total", result="accepted") == 3
    assert value(after, "reloads_total", result="refused") == 1
    assert value(after, "definitions", state="refused") == 1 and value(after, "degraded") == 1
    for key, number in before.items():
        if key[0].endswith("_total"):
            assert after[key] >= number, key
    of_clusters = {"service": "ecs", "operation": "DescribeClusters"}
    seen = sum((call.service, call.operation) == ("ecs", "DescribeClusters") for call in service.proxy.calls)
    assert value(after, "calls_total", **of_clusters) == seen


def test_a_label_with_quotes(service):
    service.settings(owner="a=b c")
    service.start()
    service.wait_pass()
    assert value(samples(service.metrics()), "build", version="0.1.0", owner="a=b c") == 1


def test_the_verb(service, article):
    unknown = service.ctl("status", code=2)
    assert "does not run" in unknown.stderr and unknown.stdout == ""
    service.converge(article)
    healthy = service.ctl("status", user="nobody")
    assert healthy.stdout.startswith("healthy\n") and "batches: 2 in sync\n" in healthy.stdout
    assert json.loads(service.ctl("status", "--json").stdout) == service.status()
    service.machine.shell("cp /run/fargate-batchd/status.json /root/ && sed -i 's/\"version\": 1/\"version\": 2/' "
                          "/root/status.json")
    other = service.machine.run("fargate-batchctl", "status", code=2, environment={"RUNTIME_DIRECTORY": "/root"})
    assert "version" in other.stderr
    service.machine.shell("echo '{' > /root/status.json")
    service.machine.run("fargate-batchctl", "status", code=2, environment={"RUNTIME_DIRECTORY": "/root"})
    service.machine.shell("sed 's/\"pid\": [0-9]*/\"pid\": 99999/' /run/fargate-batchd/status.json > /root/status.json")
    gone = service.machine.run("fargate-batchctl", "status", code=2, environment={"RUNTIME_DIRECTORY": "/root"})
    assert "is gone" in gone.stderr


def test_states_of_batches(service, article):
    """One that fails, one that is disabled, one in sync, one that leaves."""
    service.settings(resyncInterval=1)
    service.proxy.fault("denied", service="events", operation="PutRule", times=None,
                        match=lambda call: call.params["Name"] == "batch-bad")
    article["batches"]["bad"] = {"app": "batch", "schedule": "rate(1 day)"}
    article["batches"]["off"] = {"app": "batch", "schedule": "rate(1 day)", "enabled": False}
    service.define(article)
    service.start()
    status = service.wait_pass()
    assert {batch["batch"]: batch["state"] for batch in status["batches"]} == {
        "bad": "failing", "no1": "in sync", "no2": "in sync", "off": "disabled"}
    assert status["state"] == "degraded" and status["lastPass"]["failed"] == 1
    shown = service.ctl("status", code=1).stdout
    assert "1 failing (bad)" in shown and "PutRule" in shown
    del article["batches"]["no2"], article["batches"]["bad"]
    service.define(article)
    service.reload()
    wait_for(lambda: [entry["batch"] for entry in service.status()["leaving"]] == ["no2"], what="no2 leaving")
    assert "no2" in service.ctl("status").stdout
    assert service.rule("batch-no2")["State"] == "DISABLED"
