"""Approvals: for one plan, for one hour, once; who gave them, and what becomes of them."""

import getpass
import json
import subprocess

import pytest

from conftest import at_another_time, wait_for
from test_daemon import end, start, status
from test_deletion import leaving_since, many, plan_of, states, without

SIX = [f"b{number:02}" for number in range(6)]


@pytest.fixture
def nine(world, article):
    world.converge(many(article, 9))
    return article


def held(world, definitions=None):
    """The name of the plan that is held with these definitions."""
    if definitions is not None:
        world.write(definitions)
    result = world.apply(code=1)
    assert result.writes == [], str(result)
    return plan_of(result)


def approve(world, plan, **environment):
    result = world.run("approve", plan, environment=environment)
    assert result.code == 0, str(result)
    return result


def disabled(world):
    return sorted(name for name, state in states(world).items() if state == "DISABLED")


def back(world, definitions):
    world.write(definitions)
    world.apply()
    assert disabled(world) == []


@pytest.mark.parametrize("left", ["six", "all"])
def test_the_same_plan_needs_another_one_when_it_leaves_again(world, nine, left):
    rest = {} if left == "all" else without(nine, *SIX)
    plan = held(world, rest)
    approve(world, plan)
    world.apply()
    assert len(disabled(world)) == (9 if left == "all" else 6)
    back(world, nine)
    assert held(world, rest) == plan
    assert disabled(world) == []
    approve(world, plan)
    world.apply()
    assert len(disabled(world)) == (9 if left == "all" else 6)


@pytest.mark.parametrize("wait", ["within the hour", "after it"])
def test_an_emptied_folder_wants_one_for_its_grace_too(world, nine, wait):
    """Also where the grace is longer than an approval counts."""
    world.settings(deletion={"graceMinutes": 15 if wait == "within the hour" else 180})
    approve(world, held(world, {}))
    world.apply()
    assert len(disabled(world)) == 9 and world.apply().writes == []
    if wait == "within the hour":
        for name in list(states(world)):
            leaving_since(world, name, 16 * 60)
        world.apply()
    else:
        result = world.run("apply", command=at_another_time("+200 minutes") + world.command("apply"))
        assert result.code == 0, str(result)
    assert states(world) == {} and world.active("batch-b00") == []
    kept = json.loads(next((world.folder / "state").glob("approvals-used-*")).read_text())
    assert kept["arns"] == {}


def test_what_could_not_be_disabled_goes_on_under_it(world, nine):
    """The plan is half carried out: the rest of it is no new plan."""
    approve(world, held(world, {}))
    world.proxy.fault("denied", "events", "DisableRule", times=None,
                      match=lambda call: call.params["Name"] in ("batch-b03", "batch-b04"))
    world.apply(code=1)
    assert len(disabled(world)) == 7
    world.proxy.reset()
    world.apply()
    assert len(disabled(world)) == 9


def test_what_came_back_in_between_is_out_of_it(world, nine):
    approve(world, held(world, {}))
    world.proxy.fault("denied", "events", "DisableRule", times=None,
                      match=lambda call: call.params["Name"] in ("batch-b03", "batch-b04"))
    world.apply(code=1)
    # One that was disabled and one that was not come back, by the name of one and by a whole pass.
    world.write(without(nine, *(f"b{number:02}" for number in range(9) if number not in (0, 3))))
    world.apply("b03")
    world.apply(code=1)
    world.proxy.reset()
    world.write({})
    result = world.apply(code=1)
    assert len(disabled(world)) == 7 and "held: 2 to remove" in result.err, str(result)
    assert states(world)["batch-b00"] == states(world)["batch-b03"] == "ENABLED"


def test_one_that_was_not_used_is_void_when_one_of_them_comes_back(world, nine):
    rest = without(nine, *SIX)
    plan = held(world, rest)
    approve(world, plan)
    world.write(without(nine, *SIX[1:]))
    world.apply()
    back(world, nine)
    assert held(world, rest) == plan


def test_another_plan_between_approval_and_use_leaves_it_alone(world, nine):
    """More left for a moment, and none of the plan came back."""
    plan = held(world, without(nine, *SIX))
    approve(world, plan)
    assert held(world, without(nine, *SIX, "b06")) != plan
    world.write(without(nine, *SIX))
    world.apply()
    assert len(disabled(world)) == 6


def test_a_second_plan_beside_what_is_on_its_way(world, nine):
    """What waits under the first is no part of the second, and both go to their end."""
    approve(world, held(world, without(nine, *SIX)))
    world.apply()
    second = held(world, {})
    shown = world.diff(code=1)
    assert "held: 3 to remove" in shown.out, str(shown)
    for name in SIX:
        leaving_since(world, f"batch-{name}", 16 * 60)
    # The grace of the first ends while the second is held.
    world.apply(code=1)
    assert sorted(states(world)) == ["batch-b06", "batch-b07", "batch-b08"] and disabled(world) == []
    approve(world, second)
    world.apply()
    assert len(disabled(world)) == 3


def test_what_is_enabled_by_hand_needs_another_one(world, nine):
    approve(world, held(world, {}))
    world.apply()
    world.client("events").enable_rule(Name="batch-b00")
    assert "held: 1 to remove" in world.apply(code=1).err
    assert states(world)["batch-b00"] == "ENABLED"


def test_what_waits_from_before_is_told_from_what_was_approved(world, nine):
    """It left under the limits; when the folder is emptied, its deletion is part of the plan."""
    world.write(without(nine, "b00"))
    world.apply()
    approve(world, held(world, {}))
    world.apply()
    for name in list(states(world)):
        leaving_since(world, name, 16 * 60)
    result = world.apply(code=1)
    assert list(states(world)) == ["batch-b00"] and "held: 1 to remove" in result.err, str(result)


def test_a_pass_that_was_killed_has_used_it(world, nine):
    """It disabled some, and kept no record of that."""
    rest = without(nine, *SIX)
    plan = held(world, rest)
    approve(world, plan)
    done = []

    def watch(call):
        if call.operation == "TagResource":
            done.append(call)
        if len(done) == 3:
            process.kill()

    world.proxy.watch(watch)
    process = world.start("apply")
    process.wait(30)
    world.proxy.watchers.clear()
    assert 0 < len(disabled(world)) and process.returncode == -9
    world.apply()
    assert disabled(world) == [f"batch-{name}" for name in SIX]
    # They do not count against what leaves next, and are not approved for another time.
    world.write(without(nine, *SIX, "b06"))
    world.apply()
    back(world, nine)
    assert held(world, rest) == plan


def test_it_is_over_after_an_hour(world, nine):
    plan = held(world, without(nine, *SIX))
    approve(world, plan)
    later = world.run("apply", command=at_another_time("+61 minutes") + world.command("apply"))
    assert later.code == 1 and later.writes == [] and plan_of(later) == plan, str(later)
    # The next one cleans up after it.
    other = held(world, {})
    result = world.run("approve", other, command=at_another_time("+61 minutes") + world.command("approve", other))
    assert result.code == 0, str(result)
    given = json.loads(next(path for path in (world.folder / "state").glob("approvals-*")
                            if "used" not in path.name).read_text())
    assert list(given) == [other]


def test_one_for_two_regions(world, article):
    """One plan over all accounts and regions; each is used where its things are."""
    article = many(article, 3)
    article["apps"]["far"] = article["apps"]["batch"] | {"region": "eu-west-1"}
    article["batches"] |= {f"f{number:02}": {"app": "far", "schedule": "rate(1 day)"} for number in range(3)}
    world.converge(article)
    approve(world, held(world, {}))
    world.proxy.fault("denied", "events", "DisableRule", times=None, match=lambda call: call.params["Name"].startswith("far-"))
    world.apply(code=1)
    world.proxy.reset()
    world.apply()
    far = {rule["State"] for rule in world.client("events", "eu-west-1").list_rules()["Rules"]}
    assert far == {"DISABLED"} and len(disabled(world)) == 3
    world.write(article)
    world.apply()
    held(world, {})


def test_a_plan_stays_held_while_a_region_cannot_be_read(world, nine):
    nine["apps"]["far"] = nine["apps"]["batch"] | {"region": "eu-west-1"}
    nine["batches"]["away"] = {"app": "far", "schedule": "rate(1 day)"}
    world.converge(nine)
    plan = held(world, {})
    world.proxy.fault("denied", "events", "ListRules", times=None, match=lambda call: call.region == "eu-west-1")
    world.run("apply")
    approve(world, plan)
    world.proxy.reset()
    world.apply()
    assert len(disabled(world)) == 9


def test_a_look_at_other_definitions_ends_no_hold(world, nine):
    plan = held(world, without(nine, *SIX))
    other = world.folder / "other"
    other.mkdir()
    (other / "jobs.json").write_text(json.dumps(nine))
    # The last of a flag counts.
    world.run("diff", "--definitions", str(other))
    approve(world, plan)
    world.apply()
    assert len(disabled(world)) == 6


def test_who_gave_it_is_told(world, nine):
    plan = held(world, without(nine, *SIX))
    given = approve(world, plan, SUDO_USER="alice\x1b[31m")
    assert "by alice" in given.out and "\x1b" not in given.out and given.out.count(":rule/batch-b0") == 6
    used = world.apply()
    assert lines_with(used.err, "alice", plan) and "\x1b" not in used.err, str(used)
    again = held(world, {})
    given = approve(world, again, SUDO_USER=None)
    assert f"by {getpass.getuser()} " in given.out, str(given)
    shown = world.diff("--json", code=1).json
    [approved] = shown["approved"]
    assert approved["plan"] == again and approved["by"] == getpass.getuser() and len(approved["resources"]) == 3


def test_who_logged_in_is_told_where_nobody_called_sudo(world, nine):
    """The login uid stays through su and sudo; nobody has that name here."""
    as_login = ["sh", "-c", 'echo 471147 > /proc/self/loginuid && exec "$@"', "sh"]
    if subprocess.run([*as_login, "true"], stderr=subprocess.DEVNULL).returncode:
        pytest.skip("this user may not set a login uid")
    plan = held(world, without(nine, *SIX))
    given = world.run("approve", command=as_login + world.command("approve", plan), environment={"SUDO_USER": None})
    assert given.code == 0 and "by uid 471147 for one hour" in given.out, str(given)


def lines_with(text, *words):
    return [line for line in text.splitlines() if all(word in line for word in words)]


def test_the_daemon_records_its_use(world, nine):
    world.settings(resyncInterval=1)
    world.write(without(nine, *SIX))
    process = start(world)
    found = wait_for(lambda: (found := status(world)) and found["held"], what="the held plan")
    approve(world, found[0]["plan"], SUDO_USER="alice")
    wait_for(lambda: not status(world)["held"], what="the removals")
    assert len(disabled(world)) == 6
    lines = end(process).splitlines()
    [told] = lines_with("\n".join(lines), "approved by alice")
    assert f"plan {found[0]['plan']}" in told and "6 removals" in told, told
    assert all(f":rule/batch-{name}" in told for name in SIX)
    first = next(line for line in lines if "disabled rule batch-b0" in line)
    assert lines.index(told) < lines.index(first)


def given_before_records(world, plan):
    """As a version has left it that kept no records: when the approval ends."""
    for path in (world.folder / "state").glob("approvals-*"):
        path.write_text(json.dumps({plan: json.loads(path.read_text())[plan]["at"] + 3600}))


def used_before_records(world):
    """The same of what was done under it: when each was disabled, in the ledger, which kept no names."""
    used, ledger_file = (next((world.folder / "state").glob(name)) for name in ("approvals-used-*", "ledger-*"))
    ledger = json.loads(ledger_file.read_text())
    ledger["approved"] = {arn: one["disabled"] for arn, one in json.loads(used.read_text())["arns"].items()}
    del ledger["names"]
    ledger_file.write_text(json.dumps(ledger))
    used.unlink()


@pytest.mark.parametrize("left", ["six", "all"])
def test_an_upgrade_keeps_what_was_approved_and_what_was_begun_under_it(world, nine, left):
    rest = {} if left == "all" else without(nine, *SIX)
    count = 9 if left == "all" else 6
    plan = held(world, rest)
    approve(world, plan)
    given_before_records(world, plan)
    world.apply()
    assert len(disabled(world)) == count
    used_before_records(world)
    assert world.apply().writes == []
    for name in disabled(world):
        leaving_since(world, name, 16 * 60)
    world.apply()
    assert len(states(world)) == 9 - count
