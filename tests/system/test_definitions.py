"""Many kinds of definitions: each is applied, then a diff is empty, and a second apply writes nothing."""

import pytest

import varied


@pytest.mark.parametrize("name", varied.CASES)
def test_converges_and_stays(world, name):
    definitions, look = varied.CASES[name]
    varied.prepare(world, name)
    world.write(definitions)
    checked = world.run("check")
    assert checked.code == 0 and not checked.calls, str(checked)
    planned = world.diff("--json", code=1)
    assert planned.json["inSync"] is False
    world.apply()
    look(world)
    world.settled()
    look(world)


def test_there_are_enough_of_them():
    assert len(varied.CASES) >= 25
