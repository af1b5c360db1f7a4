"""Between a reload and the pass that carries it out: wait, reload, check --reloaded, and what status says meanwhile."""

import os
import signal
import subprocess
import time

from conftest import running, wait_for
from test_daemon import end, start, status

BROKEN = '{\n  "apps": {},\n  "batchs": {}\n}\n'


def started(world, article, **environment):
    """A daemon whose first pass has ended."""
    world.settings(resyncInterval=3600)
    world.write(article)
    process = start(world, **environment)
    wait_for(lambda: (written := status(world)) and written["lastPass"], what="the first pass")
    return process


def describe(world, article, text):
    article["batches"]["no1"]["description"] = text
    world.write(article)


def ctl(world, *words, code=0):
    result = world.run(*words)
    assert result.code == code, str(result)
    return result




def test_the_start_counts_too(world, article):
    world.settings(resyncInterval=3600)
    world.write(article)
    world.proxy.fault("stall", service="sts", seconds=3, times=1)
    process = start(world)
    wait_for(lambda: world.proxy.of("sts"), what="the first pass")
    assert "does not run" in ctl(world, "status", code=2).err
    late = ctl(world, "wait")
    assert late.out.startswith("healthy\n") and world.rule("batch-no1")["Targets"], str(late)
    end(process)


def test_a_reload_before_the_first_pass_has_ended(world, article):
    world.settings(resyncInterval=3600)
    world.write(article)
    world.proxy.fault("stall", service="sts", seconds=3, times=1)
    process = start(world)
    wait_for(lambda: world.proxy.of("sts"), what="the first pass")
    describe(world, article, "second")
    process.send_signal(signal.SIGHUP)
    early = wait_for(lambda: status(world) and ctl(world, "status", code=2), what="status.json of the reload")
    assert early.out.startswith("not yet looked at since the reload at "), str(early)
    ctl(world, "wait")
    assert world.rule("batch-no1")["Description"] == "second"
    end(process)


def test_what_was_reloaded_is_on_aws_when_wait_ends(world, article):
    process = started(world, article)
    for number in range(1, 6):
        describe(world, article, f"version {number}")
        assert ctl(world, "check", "--reloaded", str(process.pid)).err == "valid: 1 app, 2 batches\n"
        waited = ctl(world, "wait")
        assert world.rule("batch-no1")["Description"] == f"version {number}", str(waited)
        assert status(world)["reload"] == {"number": number, "state": "in force",
                                           "asked": status(world)["reload"]["asked"]}
    end(process)


def test_a_reload_during_a_pass_is_taken_at_once_and_waited_for(world, article):
    process = started(world, article)
    world.proxy.fault("stall", service="sts", seconds=4, times=1)
    describe(world, article, "first")
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: world.proxy.of("sts"), what="the pass that is held up")
    describe(world, article, "second")
    begun = time.monotonic()
    ctl(world, "check", "--reloaded", str(process.pid))
    assert time.monotonic() - begun < 3, "the signal has arrived, though its pass has to wait"
    early = ctl(world, "status", code=2)
    assert "not yet looked at since the reload" in early.out, str(early)
    ctl(world, "wait")
    assert world.rule("batch-no1")["Description"] == "second"
    assert status(world)["reload"]["number"] == 2 == status(world)["lastPass"]["reload"]
    end(process)


def test_a_refused_reload_is_not_waited_for(world, article):
    process = started(world, article)
    path = world.write(BROKEN, "zz.json")
    refused = ctl(world, "check", "--reloaded", str(process.pid), code=1)
    assert "zz.json:3:3" in refused.out
    waited = ctl(world, "wait", code=1)
    assert "reload refused" in waited.out and waited.out.count("zz.json:3:3") == 1
    # Each fault once, the other ones too.
    world.write(BROKEN, "yy.json")
    two = ctl(world, "reload", code=1)
    assert two.out.count("zz.json:3:3") == two.out.count("yy.json:3:3") == 1, str(two)
    (world.definitions / "yy.json").unlink()
    path.unlink()
    ctl(world, "reload")
    assert status(world)["reload"]["number"] == 3
    end(process)


def test_each_fault_once_in_the_journal(world, article, tmp_path):
    """systemd gives the command's words to the journal too: what the daemon tells there, the command does not repeat."""
    process = started(world, article)
    world.write(BROKEN, "zz.json")
    with open(tmp_path / "journal", "w+") as journal:
        state = os.fstat(journal.fileno())
        environment = world.environment | {"JOURNAL_STREAM": f"{state.st_dev}:{state.st_ino}"}
        ended = subprocess.run(world.command("check", "--reloaded", str(process.pid)), stdout=journal, stderr=journal,
                               env=environment, cwd=world.folder, timeout=20)
        assert ended.returncode == 1
        journal.seek(0)
        said = journal.read()
    wait_for(lambda: status(world)["definitions"]["state"] == "refused", what="the refusal")
    said += end(process)
    assert said.count("zz.json:3:3") == 1, said


def test_reload_is_both_in_one_word(world, article):
    process = started(world, article)
    describe(world, article, "new")
    reloaded = ctl(world, "reload", "--timeout", "30s")
    assert reloaded.out.startswith("healthy\n") and world.rule("batch-no1")["Description"] == "new"
    end(process)


def test_nobody_to_wait_for(world, article):
    world.write(article)
    for verb in ("wait", "reload"):
        alone = ctl(world, verb, code=2)
        assert "daemon" in alone.err and not alone.out, str(alone)
    process = started(world, article)
    end(process, signal.SIGKILL)
    for directory in ("state", "nowhere"):
        begun = time.monotonic()
        alone = world.run("wait", environment={"STATE_DIRECTORY": str(world.folder / directory),
                                               "RUNTIME_DIRECTORY": str(world.folder / "home")})
        assert alone.code == 2 and "does not run" in alone.err and time.monotonic() - begun < 5, str(alone)
    gone = ctl(world, "wait", code=2)
    assert "gone" in gone.err
    nobody = ctl(world, "reload", code=2)
    assert "no daemon runs" in nobody.err
    assert "no daemon" in ctl(world, "check", "--reloaded", str(process.pid), code=2).err


def test_the_time_is_over(world, article):
    process = started(world, article)
    world.proxy.fault("stall", service="sts", seconds=8, times=1)
    begun = time.monotonic()
    over = ctl(world, "reload", "--timeout", "1s", code=2)
    assert "1 s are over" in over.err and 1 <= time.monotonic() - begun < 5, str(over)
    assert running(process)
    wrong = ctl(world, "wait", "--timeout", "1w", code=2)
    assert "15m" in wrong.err
    end(process)


def test_check_signals_nobody_else(world, article):
    world.write(article)
    sleeper = world.start("", "60", program="/bin/sleep")
    stranger = ctl(world, "check", "--reloaded", str(sleeper.pid), code=2)
    assert "no daemon" in stranger.err and running(sleeper)


def beside(world, name):
    """The environment of a person with a state of their own."""
    (world.folder / name).mkdir(exist_ok=True)
    return {"STATE_DIRECTORY": str(world.folder / name)}


def test_nobody_gets_a_second_world_beside_the_daemon(world, article):
    process = started(world, article)
    describe(world, article, "by hand")
    second = world.run("apply", environment=beside(world, "own"))
    assert second.code == 2 and "systemctl reload fargate-batchd" in second.err and not second.writes, str(second)
    assert f"process {process.pid}" in second.err and "account 123456789012" in second.err
    assert world.diff(code=1, environment=beside(world, "own")).code == 1, "reading does no harm"
    world.settings(owner="another")
    other = world.run("apply", environment=beside(world, "own"))
    assert other.code == 1 and "belongs to the owner" in other.err + other.out, str(other)
    world.settings()
    article["apps"]["batch"]["region"] = "eu-west-1"
    world.write(article)
    elsewhere = world.run("apply", environment=beside(world, "third"))
    assert elsewhere.code == 0, str(elsewhere)
    end(process)


def test_approve_finds_the_plan_wherever_it_is_held(world, article):
    article["batches"] |= {f"b{number}": {"app": "batch", "schedule": "rate(1 day)"} for number in range(6)}
    process = started(world, article)
    article["batches"] = {"no1": article["batches"]["no1"]}
    world.write(article)
    plan = ctl(world, "reload", code=1) and status(world)["held"][0]["plan"]
    nobody = world.run("approve", plan, environment=beside(world, "own"))
    assert nobody.code == 2 and "held by the daemon" in nobody.err and f"approve {plan}" in nobody.err, str(nobody)
    (world.folder / "file").write_text("")
    homeless = {"STATE_DIRECTORY": str(world.folder / "file" / "state"), "RUNTIME_DIRECTORY": str(world.folder / "run")}
    nobody = world.run("approve", plan, environment=homeless)
    assert nobody.code == 2 and f"{plan} is held by the daemon" in nobody.err and "as root" in nobody.err, str(nobody)
    assert "no place for state" in world.run("approve", "0123456789ab", environment=homeless).err
    # Neither endpoint nor keys nor files are needed to find it.
    (world.definitions / "jobs.json").write_text("broken")
    found = world.run("approve", plan, environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": None})
    assert found.code == 0, str(found)
    world.write(article)
    ctl(world, "reload")
    assert {rule["Name"] for rule in world.client("events").list_rules()["Rules"] if rule["State"] == "ENABLED"} == {"batch-no1"}
    unknown = world.run("approve", "0123456789ab")
    assert unknown.code == 2 and "no plan 0123456789ab" in unknown.err
    end(process)
