"""The processes of the web server."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from congdoan.config.server import settle


@pytest.fixture
def usual_collector() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("usual_collector")
def test_what_a_settled_process_holds_is_not_gone_over_again() -> None:
    settle()
    assert gc.get_freeze_count() > 50_000
    assert len(gc.get_objects()) < gc.get_freeze_count() / 10
