"""What shares costly ground is named by files that exist, and keeps together."""

from __future__ import annotations

from pathlib import Path

from tests.plugins.sharing import SHARED, ground_of

_ROOT = Path(__file__).parents[2]


def test_every_shared_ground_is_there() -> None:
    assert all((_ROOT / begin).exists() for begin in SHARED)


def test_who_shares_a_ground_stays_together_and_others_do_not() -> None:
    assert ground_of("tests/journeys/test_a.py::test_1") == ground_of("tests/journeys/test_b.py::test_2[x@y]")
    assert ground_of("tests/kit/test_text.py::test_1") != ground_of("tests/kit/test_text.py::test_2")
