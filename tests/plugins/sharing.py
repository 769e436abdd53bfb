"""Which tests run in the same process when the suite is spread over several: those that share costly ground.

The marks of pytest-xdist (``xdist_group``) would say it beside the tests, but they are written into the names of tests,
and pytest 9.2 does not take them from there any more: every test went wherever there was room, two demonstrations were
built for the journeys, and two benches dropped each other's databases.
"""

from __future__ import annotations

from typing import Any

import pytest

#: Beginnings of names → the ground that is shared.
SHARED = {
    "tests/journeys/": "journeys",
    "tests/config/test_bench.py": "bench",
}


def ground_of(nodeid: str) -> str:
    """The ground a test stands on; its own when it shares none."""
    return next((ground for begin, ground in SHARED.items() if nodeid.startswith(begin)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The scheduler of ``--dist loadgroup``, with the grounds above as its groups."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadGroupScheduling

    class ByGround(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return ground_of(nodeid)

    return ByGround(config, log)
