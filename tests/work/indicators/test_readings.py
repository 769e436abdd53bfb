"""Readings of indicators: stock, flow, net and ratio, narrowed as targets narrow them, on any day, for any body."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import append
from congdoan.foundation.units.actions import Change, change_units, end_units
from congdoan.registry.membership.queries import reconciliation
from congdoan.work.indicators.actions import install_catalogue
from congdoan.work.indicators.catalogue import load_catalogue
from congdoan.work.indicators.models import Indicator
from congdoan.work.indicators.queries import read, read_many, trends
from congdoan.work.indicators.rules import GROWTH_KINDS, UncountableThreshold
from tests.factories.tree import Tree

NOW = datetime(2026, 11, 18, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
YEAR = (date(2025, 1, 1), date(2026, 1, 1))


@pytest.fixture
def catalogue(db: None) -> dict[str, Indicator]:
    install_catalogue()
    return {indicator.code: indicator for indicator in Indicator.objects.all()}


def book(measure: str, unit_id: int, day: date, n: int, **dims: object) -> None:
    with transaction.atomic():
        append(measure=measure, rows=[(unit_id, dims, day, n)], recorded_at=NOW)


def members(unit_id: int, day: date, n: int, movement: str = "admit", sector: str = "non_state") -> None:
    book("members", unit_id, day, n, sector=sector, sex="m", movement=movement)


def employers(unit_id: int, day: date, n: int, band: int, **dims: object) -> None:
    full: dict[str, Any] = {
        "sector": "non_state",
        "band": band,
        "operating": "operating",
        "is_stable": True,
        "has_party": False,
        "has_union": False,
    } | dims
    book("enterprises", unit_id, day, n, **full)
    book("workers", unit_id, day, n * band, **full)


def test_the_catalogue_is_installed_once_and_kept_up(catalogue: dict[str, Indicator]) -> None:
    assert set(catalogue) == set(load_catalogue().indicators)
    Indicator.objects.filter(pk="members_total").update(name="Tên cũ")
    Indicator.objects.create(code="own", name="Của cơ quan", kind="stock", unit_name="người")
    assert install_catalogue() == len(catalogue)
    assert Indicator.objects.get(pk="members_total").name == catalogue["members_total"].name
    assert Indicator.objects.filter(pk="own").exists()


def test_gross_and_net_are_two_figures(tree: Tree, catalogue: dict[str, Indicator]) -> None:
    union = tree.unions["NA1"].pk
    members(union, date(2024, 6, 1), 100, "opening")
    members(union, date(2025, 2, 1), 40)
    members(union, date(2025, 3, 1), -15, "leave")
    members(union, date(2025, 4, 1), -20, "reorganise_out")

    def value(code: str) -> Decimal | None:
        return read(catalogue[code], unit_id=tree.north.pk, window=YEAR, as_of=date(2025, 6, 30)).value

    assert value("members_admitted") == 40
    assert value("members_left") == -15
    assert value("members_net_growth") == 25
    assert value("members_total") == 105
    assert "opening" not in GROWTH_KINDS and "reorganise_out" not in GROWTH_KINDS


def test_net_growth_is_that_of_the_reconciliation(
    tree: Tree, catalogue: dict[str, Indicator], system: Actor
) -> None:
    for number, (code, movement, n) in enumerate(
        [
            ("NA1", "opening", 500),
            ("NA1", "admit", 70),
            ("NA2", "readmit", 5),
            ("NB1", "transfer_in", 9),
            ("NB1", "transfer_out", -4),
            ("NA1", "strike_off", -3),
            ("NA2", "die", -1),
            ("NB2", "reorganise_in", 40),
        ]
    ):
        members(tree.unions[code].pk, date(2025, 1, 5) + timedelta(days=20 * number), n, movement)
    change_units(actor=system, on=date(2025, 8, 1), changes=[Change(tree.unions["NA1"], parent=tree.south_a)])
    for unit in (tree.root, tree.north, tree.south, tree.north_a):
        reading = read(
            catalogue["members_net_growth"], unit_id=unit.pk, window=YEAR, as_of=date(2025, 12, 31)
        )
        told = reconciliation(unit.pk, *YEAR)
        assert reading.value == told.net_growth
        parts = {part.code: part.value for part in reading.parts}
        assert (parts["opening"], parts["closing"]) == (told.opening, told.closing)
        assert sum(n for code, n in parts.items() if code not in {"opening", "closing"}) == (
            parts["closing"] - parts["opening"]
        )


def test_a_share_shows_both_sides_and_what_is_missing(tree: Tree, catalogue: dict[str, Indicator]) -> None:
    district = tree.north_a.pk
    employers(district, date(2025, 1, 1), 3, 25, has_union=True)
    employers(district, date(2025, 1, 1), 1, 25)
    employers(district, date(2025, 1, 1), 5, 20)
    employers(district, date(2025, 1, 1), 2, 25, operating="suspended")

    def coverage(**scope: object) -> Any:
        return read(
            catalogue["enterprise_coverage"],
            unit_id=tree.north.pk,
            window=YEAR,
            as_of=date(2025, 6, 30),
            scope=scope,
        )

    wide = coverage(min_headcount=20, operating=True)
    assert wide.value is not None and round(wide.value, 3) == Decimal("33.333")
    assert (wide.numerator.value, wide.denominator.value, wide.gap.value) == (3, 9, 6)
    assert coverage(min_headcount=25, operating=True).value == 75
    assert coverage(min_headcount=25).value == 50
    assert coverage(min_headcount=25, sector_group="state").state == "empty"
    assert coverage(min_headcount=25, eligible=True).wider == ("đủ điều kiện theo Điều lệ",)
    names = coverage(min_headcount=25, operating=True).gap.names
    assert names.list_name == "enterprises.enterprises" and names.params["co_cong_doan"] == "0"
    with pytest.raises(UncountableThreshold, match="ngưỡng 22 lao động"):
        coverage(min_headcount=22)


def test_sectors_are_translated(tree: Tree, catalogue: dict[str, Indicator]) -> None:
    union = tree.unions["NA1"].pk
    for sector, n in (("non_state", 1), ("fdi", 2), ("soe", 4), ("informal", 8)):
        members(union, date(2025, 1, 1), n, "opening", sector)

    def total(**scope: object) -> Decimal | None:
        found = read(
            catalogue["members_total"], unit_id=union, window=YEAR, as_of=date(2025, 6, 30), scope=scope
        )
        assert not found.wider
        return found.value

    assert total() == 15
    assert total(sector_group="non_state") == 3
    assert total(sector_group="state") == 4
    assert total(sector_group="non_state", sectors=["fdi", "soe"]) == 2


def test_a_body_that_ended_is_read_on_its_last_day(
    tree: Tree, catalogue: dict[str, Indicator], system: Actor
) -> None:
    members(tree.unions["NA1"].pk, date(2025, 2, 1), 10)
    moved = [Change(tree.unions[code], parent=tree.north_b) for code in ("NA1", "NA2")]
    change_units(actor=system, on=date(2025, 7, 1), changes=moved)
    end_units(actor=system, on=date(2025, 7, 1), units=[tree.north_a])
    found = read_many(
        catalogue["members_net_growth"],
        [tree.north_a.pk, tree.north_b.pk],
        window=YEAR,
        as_of=date(2025, 12, 31),
    )
    ended, living = found[tree.north_a.pk], found[tree.north_b.pk]
    assert (ended.value, ended.state, ended.read_on) == (10, "ended", date(2025, 6, 30))
    assert "số liệu tính đến ngày cuối" in ended.note
    assert (living.value, living.state) == (0, "counted")
    course = trends(catalogue["members_net_growth"], [tree.north_a.pk], window=YEAR, as_of=date(2025, 12, 31))
    assert [point.value for point in course[tree.north_a.pk]][-1] is None


def test_what_no_room_counts_is_reported(tree: Tree, catalogue: dict[str, Indicator]) -> None:
    found = read(catalogue["party_introduced"], unit_id=tree.north.pk, window=YEAR, as_of=date(2025, 6, 30))
    assert (found.value, found.state) == (None, "reported")
    early = read(catalogue["unions_founded"], unit_id=tree.north.pk, window=YEAR, as_of=date(2024, 6, 30))
    assert (early.value, early.state) == (None, "not_begun")


def test_a_course_ends_with_the_reading(tree: Tree, catalogue: dict[str, Indicator]) -> None:
    union = tree.unions["NA1"].pk
    members(union, date(2024, 6, 1), 100, "opening")
    members(union, date(2025, 2, 10), 40)
    members(union, date(2025, 5, 10), -5, "retire")
    on = date(2025, 6, 15)
    for code, expected in (
        ("members_net_growth", [0, 0, 40, 40, 40, 35, 35]),
        ("members_total", [100, 100, 140, 140, 140, 135, 135]),
    ):
        course = trends(catalogue[code], [tree.north.pk], window=YEAR, as_of=on)[tree.north.pk]
        assert [point.value for point in course] == expected
        assert course[-1].on == on
        reading = read(catalogue[code], unit_id=tree.north.pk, window=YEAR, as_of=on)
        assert course[-1].value == reading.value
