"""Giving targets down: it adds up, by decision, revisions keep history, two officers do not overwrite each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.models import AuditEntry
from congdoan.work.plans.actions import (
    ChangedMeanwhile,
    DecisionData,
    DoesNotAddUp,
    PlanError,
    Share,
    adjust_assessment,
    allocate,
    largest_remainder,
    report_value,
    revise,
    suggest_split,
    withdraw_adjustment,
)
from congdoan.work.plans.models import Allocation, AllocationItem, Plan, Target
from congdoan.work.plans.queries import children_progress, target_progress
from tests.work.plans.conftest import Country

ById = Callable[[str, str], Target]
ON = date(2026, 1, 20)
DECISION = DecisionData("15/QĐ-LĐLĐ", ON)


def shares(country: Country, *values: int) -> list[Share]:
    codes = ("HP-VB", "HP-AD", "HP-TL")
    return [Share(country[code], Decimal(value)) for code, value in zip(codes, values, strict=False)]


@pytest.fixture
def issued(plans: dict[str, Plan], country: Country, target: ById, system: Actor) -> Allocation:
    """1,900 given down: 900, 600, 300 and 100 held back."""
    return allocate(
        actor=system,
        on=ON,
        target=target("hai-phong-2026", "T-01"),
        unit=country["HP"],
        items=shares(country, 900, 600, 300),
        reserve=Decimal(100),
        effective_on=ON,
        decision=DECISION,
    )


def test_what_is_given_and_held_back_is_the_whole(
    plans: dict[str, Plan], country: Country, target: ById, system: Actor
) -> None:
    with pytest.raises(DoesNotAddUp, match=r"còn thiếu 100 so với chỉ tiêu 1\.900") as caught:
        allocate(
            actor=system,
            on=ON,
            target=target("hai-phong-2026", "T-01"),
            unit=country["HP"],
            items=shares(country, 900, 600, 300),
            effective_on=ON,
            decision=DECISION,
        )
    assert caught.value.difference == 100
    assert not Allocation.objects.exists()


def test_periods_make_up_the_whole(
    plans: dict[str, Plan], country: Country, target: ById, system: Actor
) -> None:
    def give(**periods: int) -> Allocation:
        parts = {f"2026-{name}": Decimal(value) for name, value in periods.items()}
        items = [Share(country["HP-VB"], Decimal(900), parts), *shares(country, 0, 600, 400)[1:]]
        return allocate(
            actor=system,
            on=ON,
            target=target("hai-phong-2026", "T-01"),
            unit=country["HP"],
            items=items,
            effective_on=ON,
            decision=DECISION,
        )

    with pytest.raises(DoesNotAddUp, match="các quý, tháng cộng lại là 800"):
        give(Q1=200, Q2=300, Q3=200, Q4=100)
    give(Q1=100, Q2=500, Q3=200, Q4=100)
    item = target_progress(target("hai-phong-2026", "T-01"), country["HP-VB"], date(2026, 6, 30))
    assert (item.demand, item.expected) == (900, 600)
    assert item.expected_reason == "Theo số giao từng quý, tháng."


def test_the_database_holds_the_sum_too(issued: Allocation) -> None:
    with pytest.raises(IntegrityError, match="does not add up"), transaction.atomic():
        AllocationItem.objects.filter(allocation=issued, value=300).update(value=299)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="periods"), transaction.atomic():
        AllocationItem.objects.create(
            allocation=issued, unit=issued.items.first().unit, period="2026-Q1", value=5
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_only_children_with_authority_and_figures(
    plans: dict[str, Plan], country: Country, target: ById, system: Actor
) -> None:
    def give(code: str, unit: str, *items: Share) -> None:
        allocate(
            actor=system,
            on=ON,
            target=target("hai-phong-2026", code),
            unit=country[unit],
            items=items,
            effective_on=date(2025, 3, 1) if unit == "HP-VB" else ON,
            decision=DECISION,
        )

    with pytest.raises(PlanError, match="không trực thuộc"):
        give("T-01", "HP", Share(country["LC-H"], Decimal(1900)))
    with pytest.raises(PlanError, match="tỷ lệ"):
        give("T-06", "HP", *shares(country, 30, 30, 30))
    with pytest.raises(PlanError, match="chưa được giao"):
        give("T-01", "HP-VB", Share(country["HP-VB-1"], Decimal(5)))
    with pytest.raises(PlanError, match="hai lần"):
        give("T-01", "HP", *shares(country, 950), *shares(country, 950))


def test_a_revision_replaces_and_keeps(issued: Allocation, country: Country, system: Actor) -> None:
    again = revise(
        actor=system,
        on=date(2026, 7, 1),
        allocation=issued,
        items=shares(country, 1000, 600, 300),
        effective_on=date(2026, 7, 1),
        decision=DecisionData("80/QĐ-LĐLĐ", date(2026, 7, 1)),
        reason="Doanh nghiệp mở rộng ở Vĩnh Bảo",
    )
    issued.refresh_from_db()
    assert (issued.state, again.state, again.revision) == ("replaced", "issued", 2)
    target = again.target
    assert target_progress(target, country["HP-VB"], date(2026, 6, 30)).demand == 900
    assert target_progress(target, country["HP-VB"], date(2026, 7, 1)).demand == 1000
    assert AuditEntry.objects.filter(verb="plans.revise_allocation").count() == 1
    with pytest.raises(ChangedMeanwhile, match="lần 2"):
        revise(
            actor=system,
            on=date(2026, 7, 2),
            allocation=issued,
            items=shares(country, 1900),
            effective_on=date(2026, 7, 2),
            decision=DECISION,
        )


def test_a_draft_may_still_differ_and_gives_nothing(
    plans: dict[str, Plan], country: Country, target: ById, system: Actor
) -> None:
    for value in (10, 20):
        draft = allocate(
            actor=system,
            on=ON,
            target=target("hai-phong-2026", "T-01"),
            unit=country["HP"],
            items=shares(country, value),
            effective_on=ON,
        )
    assert Allocation.objects.get() == draft
    assert target_progress(draft.target, country["HP-VB"], date(2026, 6, 30)).demand is None
    assert target_progress(target("lai-chau-2025", "I-07"), country["LC"], date(2025, 6, 30)).value is None


def test_giving_down_fulfils_the_target_to_give_down(
    plans: dict[str, Plan], country: Country, target: ById, system: Actor
) -> None:
    Plan.objects.filter(code="lai-chau-2025").update(state="issued")
    allocate(
        actor=system,
        on=date(2025, 4, 1),
        target=target("lai-chau-2025", "I-01"),
        unit=country["LC"],
        items=[Share(country["LC-H"], Decimal(1810))],
        effective_on=date(2025, 4, 1),
        decision=DecisionData("20/QĐ-LĐLĐ", date(2025, 4, 1)),
    )
    table = target("lai-chau-2025", "I-07")
    assert target_progress(table, country["LC"], date(2025, 3, 31)).state == "none"
    assert target_progress(table, country["LC"], date(2025, 4, 1)).state == "done"


def test_children_are_measured_by_what_they_were_given(issued: Allocation, country: Country) -> None:
    country.members("HP-VB-1", date(2026, 2, 1), 900)
    country.members("HP-AD-1", date(2026, 2, 1), 250)
    found = children_progress(issued.target.plan, issued.target, country["HP"], date(2026, 6, 30))
    assert [(child.unit.code, child.progress.state) for child in found.children] == [
        ("HP-TL", "behind"),
        ("HP-AD", "attention"),
        ("HP-VB", "done"),
    ]


@settings(max_examples=200, deadline=None)
@given(
    total=st.integers(0, 500_000),
    weights=st.dictionaries(st.integers(0, 60), st.decimals(0, 10**6, places=2), min_size=1).filter(
        lambda found: any(found.values())
    ),
)
def test_shares_add_up_exactly_and_are_fair(total: int, weights: dict[int, Decimal]) -> None:
    found = largest_remainder(total, weights)
    assert sum(found.values()) == total
    whole = sum(weights.values())
    for key, share in found.items():
        assert abs(share - total * weights[key] / whole) < 1 + Decimal("0.000001")
        assert share >= 0


def test_suggestions_go_by_their_basis(
    plans: dict[str, Plan], country: Country, target: ById, system: Actor
) -> None:
    aim = target("hai-phong-2026", "T-01")
    empty = suggest_split(target=aim, unit=country["HP"], by="unorganised_workers", on=ON)
    assert "chia đều" in empty.basis
    assert sorted(empty.values.values()) == [633, 633, 634]
    country.enterprises("HP-VB", date(2025, 1, 1), 3, band=100)
    country.members("HP-VB-1", date(2025, 1, 1), 100)
    country.enterprises("HP-AD", date(2025, 1, 1), 1, band=100)
    by_workers = suggest_split(
        target=aim, unit=country["HP"], by="unorganised_workers", on=ON, reserve=Decimal(100)
    )
    assert by_workers.values == {
        country["HP-VB"].pk: 1200,
        country["HP-AD"].pk: 600,
        country["HP-TL"].pk: 0,
    }
    by_year = suggest_split(target=aim, unit=country["HP"], by="last_year", on=ON)
    assert by_year.values[country["HP-VB"].pk] == 1900


def test_an_adjustment_leaves_the_original_standing(
    issued: Allocation, country: Country, system: Actor
) -> None:
    country.members("HP-VB-1", date(2026, 2, 1), 700)
    item = target_progress(issued.target, country["HP-VB"], date(2026, 12, 31))
    assert item.state == "missed"
    with pytest.raises(PlanError, match="lý do"):
        adjust_assessment(
            actor=system,
            on=ON,
            target=issued.target,
            unit=country["HP-VB"],
            value=Decimal(650),
            reason=" ",
            effective_on=ON,
        )
    made = adjust_assessment(
        actor=system,
        on=date(2026, 9, 1),
        target=issued.target,
        unit=country["HP-VB"],
        value=Decimal(650),
        reason="Hai doanh nghiệp lớn dừng hoạt động từ tháng 8",
        effective_on=date(2026, 9, 1),
    )
    item = target_progress(issued.target, country["HP-VB"], date(2026, 12, 31))
    assert (item.state, item.demand, item.assessed) == ("done", 900, 650)
    assert any("Hai doanh nghiệp" in note for note in item.notes)
    withdraw_adjustment(actor=system, on=date(2026, 9, 2), adjustment=made, reason="Ghi nhầm đơn vị")
    assert target_progress(issued.target, country["HP-VB"], date(2026, 12, 31)).state == "missed"
    # The day on which it held reads as it stood; the days before and after by what was given.
    read = [
        target_progress(issued.target, country["HP-VB"], date(2026, 8, 31) + timedelta(n)) for n in range(3)
    ]
    assert [item.assessed for item in read] == [None, 650, None]
    before = timezone.now() - timedelta(days=1)
    assert target_progress(issued.target, country["HP-VB"], date(2026, 9, 1), before).assessed is None


def test_a_later_adjustment_takes_over_from_its_day(
    issued: Allocation, country: Country, system: Actor
) -> None:
    for day, value in ((date(2026, 9, 1), 650), (date(2026, 10, 1), 600)):
        adjust_assessment(
            actor=system,
            on=day,
            target=issued.target,
            unit=country["HP-VB"],
            value=Decimal(value),
            reason="Hai doanh nghiệp lớn dừng hoạt động từ tháng 8",
            effective_on=day,
        )
    read = {
        day: target_progress(issued.target, country["HP-VB"], day).assessed
        for day in (date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 1))
    }
    assert read == {date(2026, 8, 31): None, date(2026, 9, 30): 650, date(2026, 10, 1): 600}


def test_what_is_counted_is_not_entered_by_hand(
    plans: dict[str, Plan], country: Country, target: ById, system: Actor
) -> None:
    with pytest.raises(PlanError, match="tự đếm"):
        report_value(
            actor=system,
            on=ON,
            target=target("hai-phong-2026", "T-01"),
            unit=country["HP"],
            value=Decimal(5),
            source="Báo cáo",
            day=ON,
        )


@pytest.mark.django_db(transaction=True)
def test_two_officers_issue_a_revision_at_once(today: date) -> None:
    """One revision stands; the other officer gets one clear sentence and nothing of theirs is written."""
    from tests.work.plans.racing import prepare

    allocation, country, system = prepare(today)
    start = threading.Barrier(2)
    answers: list[object] = []

    def officer(value: int) -> None:
        try:
            start.wait(10)
            answers.append(
                revise(
                    actor=system,
                    on=date(2026, 7, 1),
                    allocation=allocation,
                    items=shares(country, value, 1900 - value),
                    effective_on=date(2026, 7, 1),
                    decision=DecisionData(f"{value}/QĐ", date(2026, 7, 1)),
                )
            )
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=officer, args=(value,)) for value in (1000, 1500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    made = [answer for answer in answers if isinstance(answer, Allocation)]
    refused = [answer for answer in answers if not isinstance(answer, Allocation)]
    assert len(made) == len(refused) == 1
    assert isinstance(refused[0], ChangedMeanwhile)
    assert "vừa được cán bộ khác giao lại" in str(refused[0])
    assert Allocation.objects.filter(state="issued").get() == made[0]
    assert Allocation.objects.count() == 2
