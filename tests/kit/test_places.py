"""Places as people paste them, and how far they are from one another."""

from __future__ import annotations

import pytest

from congdoan.kit.places import Place, PlaceError, parse_place


@pytest.mark.parametrize(
    "typed", ["20.84491, 106.68812", "20,84491; 106,68812", " (20.84491 106.68812) ", "20.84491,106.68812"]
)
def test_what_maps_write_is_read(typed: str) -> None:
    assert parse_place(typed) == Place(20.84491, 106.68812)
    assert str(parse_place(typed)) == "20.84491, 106.68812"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Hải Phòng", "vĩ độ, kinh độ"),
        ("20.8", "vĩ độ, kinh độ"),
        ("10.5, 20.1", "không ở Việt Nam"),
        ("48.85, 102.35", "không ở Việt Nam"),
        ("106.68812, 20.84491", "vĩ độ, kinh độ"),
    ],
)
def test_what_is_no_place_is_said(typed: str, words: str) -> None:
    with pytest.raises(PlaceError, match=words):
        parse_place(typed)


def test_nothing_is_no_place() -> None:
    assert parse_place("  ") is None


def test_kilometres() -> None:
    # Hà Nội to Hải Phòng: 89 km as the crow flies.
    assert Place(21.0278, 105.8342).km_to(Place(20.8449, 106.6881)) == pytest.approx(91, abs=3)
    # One minute north is a nautical mile.
    assert Place(20, 106).km_to(Place(20 + 1 / 60, 106)) == pytest.approx(1.855, abs=0.01)
