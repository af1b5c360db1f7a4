"""A state that an earlier version left: held plans, approvals and graces go on where they stood.

FARGATE_BATCHCTL_BEFORE=/path/to/fargate-batchctl: of that version, which then leaves the state itself.
"""

import os

import pytest

from earlier import as_before
from test_approvals import SIX, disabled
from test_deletion import leaving_since, many, plan_of, states, without

BEFORE = os.environ.get("FARGATE_BATCHCTL_BEFORE")


def before(world, *words, code=0):
    result = world.run("", command=[BEFORE, *world.command(*words)[1:]]) if BEFORE else world.run(*words)
    assert result.code == code, str(result)
    return result


def upgrade(world):
    state = world.folder / "state"
    state.chmod(0o700)
    if not BEFORE:
        as_before(state)
    assert not list(state.glob("approvals-used-*")) and state.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def nine(world, article):
    world.write(many(article, 9))
    before(world, "apply")
    return article


def held_before(world, definitions):
    world.write(definitions)
    result = before(world, "apply", code=1)
    assert result.writes == []
    return plan_of(result)


def test_a_held_plan_is_still_held(world, nine):
    plan = held_before(world, without(nine, *SIX))
    upgrade(world)
    approved = world.run("approve", plan)
    assert approved.code == 0, str(approved)
    world.apply()
    assert disabled(world) == [f"batch-{name}" for name in SIX]
    assert (world.folder / "state").stat().st_mode & 0o7777 == 0o750
    assert {path.name: path.stat().st_mode & 0o777 for path in (world.folder / "state").iterdir()
            if path.stat().st_mode & 0o777 != 0o600} == {}


def test_an_approval_still_counts_once(world, nine):
    plan = held_before(world, without(nine, *SIX))
    before(world, "approve", plan)
    upgrade(world)
    world.apply()
    assert disabled(world) == [f"batch-{name}" for name in SIX]
    world.write(nine)
    world.apply()
    assert disabled(world) == []
    world.write(without(nine, *SIX))
    assert plan_of(world.apply(code=1)) == plan and disabled(world) == []


def test_what_was_approved_needs_no_other_after_its_grace(world, nine):
    """Nor does it count when others leave meanwhile."""
    world.settings(deletion={"maxBatches": 5, "maxPercent": 100})
    plan = held_before(world, without(nine, *SIX))
    before(world, "approve", plan)
    before(world, "apply")
    assert len(disabled(world)) == 6
    upgrade(world)
    assert world.apply().writes == []
    world.write(without(nine, *SIX, "b06"))
    world.apply()
    assert len(disabled(world)) == 7
    for name in SIX:
        leaving_since(world, f"batch-{name}", 16 * 60)
    world.apply()
    assert sorted(states(world)) == ["batch-b06", "batch-b07", "batch-b08"]


def test_a_grace_goes_on(world, nine):
    world.write(without(nine, "b00"))
    before(world, "apply")
    upgrade(world)
    assert world.apply().writes == [] and states(world)["batch-b00"] == "DISABLED"
    leaving_since(world, "batch-b00", 16 * 60)
    world.apply()
    assert "batch-b00" not in states(world)
