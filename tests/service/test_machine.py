"""The machines of these tests themselves."""

import pytest

from conftest import booting
from machine import CannotBoot, Machine


def test_a_machine_that_cannot_boot_says_why(release):
    """Its jobs and its journal: whoever sees the failure has no machine any more to look into."""
    with booting():
        machine = Machine(release, "hanging").make()
    machine.write("/etc/systemd/system/hanging.service",
                  "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo waiting for what never comes; sleep infinity'\n")
    wants = machine.path("/etc/systemd/system/multi-user.target.wants/hanging.service")
    wants.parent.mkdir(parents=True, exist_ok=True)
    wants.symlink_to("/etc/systemd/system/hanging.service")
    try:
        with pytest.raises(CannotBoot) as error:
            machine.boot(seconds=15)
    finally:
        machine.remove()
    assert "hanging.service" in str(error.value) and "waiting for what never comes" in str(error.value), error.value
