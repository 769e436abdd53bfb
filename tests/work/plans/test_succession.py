"""Targets after a reorganisation: re-based by the decision, adding up everywhere, and back again after an undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.messaging.models import Notice
from congdoan.foundation.units.models import Unit
from congdoan.registry.reorganisation.actions import undo
from congdoan.registry.reorganisation.queries import balance
from congdoan.work.plans.actions import DecisionData, Share, allocate
from congdoan.work.plans.models import Allocation, Distribution, Plan, Target
from congdoan.work.plans.queries import given_to, target_progress
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.registry.reorganisation.ground import decide, dump
from tests.work.plans.conftest import Country

ById = Callable[[str, str], Target]
ON = date(2026, 1, 20)
MOVED = date(2026, 7, 1)
PAPER = DecisionData("15/QĐ-LĐLĐ", ON)


@pytest.fixture
def given(plans: dict[str, Plan], country: Country, target: ById, system: Actor) -> Target:
    """1,900 from Hải Phòng: Vĩnh Bảo 900 (500 + 350, 50 held back), An Dương 600, Thủy (TL) 300, 100 held back."""
    found = target("hai-phong-2026", "T-01")
    for unit, shares, reserve in (
        ("HP", {"HP-VB": 900, "HP-AD": 600, "HP-TL": 300}, 100),
        ("HP-VB", {"HP-VB-1": 500, "HP-VB-2": 350}, 50),
    ):
        allocate(
            actor=system,
            on=ON,
            target=found,
            unit=country[unit],
            items=[Share(country[code], Decimal(n)) for code, n in shares.items()],
            reserve=Decimal(reserve),
            effective_on=date(2025, 6, 1) if unit == "HP" else date(2025, 6, 2),
            decision=PAPER,
        )
    return found


def numbers(target: Target, on: date) -> dict[str, int]:
    """What every body was given, by code."""
    units = dict(Unit.objects.values_list("pk", "code"))
    return {
        units[unit]: int(found.total)
        for (_, unit), found in given_to([target], units, on).items()
        if found.total
    }


def adds_up(target: Target) -> bool:
    """Σ children + reserve = total wherever a target is in force, and a body gives down what it is given."""
    found = Allocation.objects.filter(target=target, state="issued").prefetch_related("items")
    received = {item.unit_id: item.value for one in found for item in one.items.all() if not item.period}
    return all(
        one.total == one.reserve + sum(item.value for item in one.items.all() if not item.period)
        and received.get(one.unit_id, one.total) == one.total
        for one in found
    )


@pytest.fixture
def day(given: Target) -> date:
    """A day inside the target's window."""
    return date(2026, 3, 1)


def test_two_districts_become_one(given: Target, country: Country, system: Actor, day: date) -> None:
    before, first = dump(), numbers(given, day)
    made = decide(
        system, country["TLD"], ("merge", {"units": ["HP-VB"], "into": "HP-AD"}), on=day, done=False
    )
    sheet = balance(made, actor=system, on=system.today)
    assert sheet.is_clean, sheet.errors
    assert sheet.line("plans.AllocationItem.unit").passes == 1
    made = decide(system, country["TLD"], ("merge", {"units": ["HP-VB"], "into": "HP-AD"}), on=day)
    now = numbers(given, day)
    assert now["HP-AD"] == 1500 and now["HP-TL"] == 300
    assert (now["HP-VB-1"], now["HP-VB-2"]) == (500, 350)
    fresh = Allocation.objects.get(target=given, unit=country["HP-AD"], state="issued")
    assert (fresh.total, fresh.reserve, fresh.decision) == (1500, 650, made.decision)
    assert "sắp xếp" in fresh.reason.lower()
    again = Allocation.objects.get(target=given, unit=country["HP"], state="issued")
    assert (again.revision, again.total, again.reserve) == (2, 1900, 100)
    assert not Allocation.objects.filter(target=given, unit=country["HP-VB"], state="issued").exists()
    assert adds_up(given)
    assert numbers(given, date(2026, 2, 28)) == first
    assert target_progress(given, country["HP-AD"], day).demand == 1500
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    after = dump()
    assert [table for table in before if before[table] != after[table]] == []


def test_a_union_takes_its_number_to_another_district(
    given: Target, country: Country, system: Actor, day: date
) -> None:
    decide(system, country["TLD"], ("move", {"units": ["HP-VB-1"], "parent": "HP-TL"}), on=day)
    now = numbers(given, day)
    assert (now["HP-VB"], now["HP-TL"], now["HP-VB-1"], now["HP-AD"]) == (400, 800, 500, 600)
    fresh = Allocation.objects.get(target=given, unit=country["HP-TL"], state="issued")
    assert (fresh.total, fresh.reserve) == (800, 300)
    assert adds_up(given)


def test_who_leaves_the_province_leaves_its_number_in_the_reserve(
    given: Target, country: Country, system: Actor, day: date
) -> None:
    steps = ("move", {"units": ["HP-AD"], "parent": "NA"})
    sheet = balance(decide(system, country["TLD"], steps, on=day, done=False), actor=system, on=system.today)
    assert sheet.is_clean
    decide(system, country["TLD"], steps, on=day)
    top = Allocation.objects.get(target=given, unit=country["HP"], state="issued")
    assert (top.total, top.reserve) == (1900, 700)
    assert adds_up(given)


def test_districts_end_and_the_province_takes_charge(
    given: Target, country: Country, system: Actor, day: date
) -> None:
    made = decide(
        system, country["TLD"], ("end_level", {"kind": "district_federation", "below": "HP"}), on=day
    )
    now = numbers(given, day)
    assert (now["HP-VB-1"], now["HP-VB-2"]) == (500, 350)
    top = Allocation.objects.get(target=given, unit=country["HP"], state="issued")
    assert (top.total, top.reserve) == (1900, 1050)
    assert adds_up(given)
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    assert numbers(given, day)["HP-VB"] == 900


def test_a_plan_goes_on_with_the_successor(given: Target, country: Country, system: Actor, day: date) -> None:
    new = {"code": "HPM", "name": "LĐLĐ thành phố mới", "kind": "provincial_federation", "parent": "TLD"}
    made = decide(system, country["TLD"], ("merge", {"units": ["HP", "LC"], "new": new}), on=day)
    plan = Plan.objects.get(pk=given.plan_id)
    assert plan.issuer.code == "HPM"
    top = Allocation.objects.get(target=given, unit__code="HPM", state="issued")
    assert (top.total, top.reserve) == (1900, 100)
    assert adds_up(given)
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    plan.refresh_from_db()
    assert plan.issuer.code == "HP"


@pytest.mark.parametrize("keeps", [False, True])
def test_a_divided_union_shares_its_number_by_its_members(
    given: Target, country: Country, system: Actor, day: date, keeps: bool
) -> None:
    people = make_members(system, country["HP-VB-1"], date(2025, 6, 1), 10)
    new = {"code": "HP-AD-9", "name": "CĐCS mới", "kind": "grassroots_union", "parent": "HP-AD"}
    parts = [{"into": "HP-AD-9", "people": [person.pk for person in people[:3]]}]
    steps = (
        ("found", new),
        ("split", {"unit": "HP-VB-1", "parts": parts, "rest": "" if keeps else "HP-VB-2", "keeps": keeps}),
    )
    before = dump()
    planned = decide(system, country["TLD"], *steps, on=day, done=False)
    sheet = balance(planned, actor=system, on=system.today)
    assert sheet.is_clean, sheet.errors
    assert any(
        "chia theo số đoàn viên" in problem.message and "150" in problem.message for problem in sheet.problems
    )
    made = decide(system, country["TLD"], *steps, on=day)
    now = numbers(given, day)
    # 3 of 10 members went: 150 of 500, to another district; the other 350 stay or go to the neighbour.
    assert now["HP-AD-9"] == 150
    assert now["HP-VB-2"] == (350 if keeps else 700)
    below = Allocation.objects.get(target=given, unit=country["HP-VB"], state="issued")
    assert {item.unit.code: item.value for item in below.items.select_related("unit")} == (
        {"HP-VB-1": 350, "HP-VB-2": 350} if keeps else {"HP-VB-2": 700}
    )
    assert (now["HP-VB"], now["HP-AD"]) == (750, 750)
    assert adds_up(given)
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    after = dump()
    assert [table for table in before if before[table] != after[table]] == []


def test_whoever_has_another_number_learns_it_and_learns_of_the_undo(
    given: Target, country: Country, system: Actor, day: date
) -> None:
    people = {
        code: officer(f"nguoi-{code}", "officer", country[code], reach="own")
        for code in ("HP-AD", "HP-TL", "HP-VB-1")
    }
    steps = (
        ("merge", {"units": ["HP-VB"], "into": "HP-AD"}),
        ("merge", {"units": ["HP-VB-2"], "into": "HP-VB-1"}),
    )
    decide(system, country["TLD"], *steps, on=day, done=False)
    assert not Notice.objects.exists()
    made = decide(system, country["TLD"], *steps, on=day)
    told = {notice.user: notice for notice in Notice.objects.select_related("user")}
    # Thủy keeps its number and hears nothing.
    assert set(told) == {people["HP-AD"], people["HP-VB-1"]}
    words = told[people["HP-AD"]].text
    assert "600 thành 1.500" in words and "500 thành 850" in words
    assert "12/QĐ-TLĐ" in words
    assert Distribution.objects.latest("pk").unit == country["HP"]
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    back = Notice.objects.filter(user=people["HP-VB-1"]).latest("pk")
    assert "850 thành 500" in back.text and "hoàn tác" in back.text
    assert Notice.objects.count() == 4
