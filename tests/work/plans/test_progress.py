"""Progress of targets: net and not gross, strict where the plan is strict, in its window, at any body and day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.actions import Change, NewUnit, change_units, create_units, end_units
from congdoan.work.plans.actions import report_value
from congdoan.work.plans.models import Plan, Target
from congdoan.work.plans.queries import (
    children_progress,
    children_table,
    progress,
    progress_summary,
    target_progress,
    targets_of,
)
from tests.work.plans.conftest import BOOKED_AT, Country

ById = Callable[[str, str], Target]


def test_a_net_figure_that_shrinks_is_not_reached_before_the_window_ends(
    plans: dict[str, Plan], country: Country, target: ById
) -> None:
    country.members("HP-VB-1", date(2026, 2, 1), 2500)
    for month in (9, 10, 11):
        country.members("HP-VB-1", date(2026, month, 10), -180, "leave")
    goal = target("hai-phong-2026", "T-01")
    item = target_progress(goal, country["HP"], date(2026, 11, 18))
    assert (item.value, item.state) == (1960, "attention")
    assert item.forecast is not None and item.demand is not None and item.forecast < item.demand < item.value
    assert any("dự báo cuối kỳ xuống dưới" in note for note in item.notes)
    # A day before that nothing has shrunk for a long time, and what is reached is reached.
    assert target_progress(goal, country["HP"], date(2026, 8, 31)).state == "done"


def test_every_indicator_has_a_row(plans: dict[str, Plan], country: Country, today: date) -> None:
    seen: set[str] = set()
    for code, plan in plans.items():
        found = progress(plan, plan.issuer, today)
        assert len(found.targets) == plan.targets.count()
        summary = progress_summary(plan, plan.issuer, today)
        assert summary["code"] == code and summary["unit"] == plan.issuer.code
        assert {"indicator", "operator", "target", "value", "as_of", "status", "citation"} <= set(
            summary["targets"][0]
        )
        for item in found.targets:
            assert item.state_words
            if not plan.is_invented:
                assert item.citation
                seen.add(item.target.code[:4])
    assert seen == {f"I-{number:02d}" for number in range(1, 38)}


def test_net_growth_is_never_the_sum_of_admissions(
    plans: dict[str, Plan], country: Country, target: ById, folded: Callable[[], int]
) -> None:
    country.members("LC-H-1", date(2024, 5, 1), 1000, "opening")
    country.members("LC-H-1", date(2025, 2, 1), 500, "opening")
    country.members("LC-H-1", date(2025, 2, 1), 900, "admit")
    country.members("LC-H-1", date(2025, 3, 1), 60, "transfer_in")
    country.members("LC-H-1", date(2025, 3, 1), -40, "transfer_out")
    country.members("LC-H-1", date(2025, 4, 1), -100, "leave")
    country.members("LC-H-1", date(2025, 4, 1), -20, "retire")
    country.members("LC-H-1", date(2025, 7, 1), -300, "reorganise_out")
    for _ in range(2):
        item = target_progress(target("lai-chau-2025", "I-01"), country["LC"], date(2025, 12, 31))
        assert item.value == 800
        assert item.value_words == "+800"
        parts = {part.code: part.value for part in item.reading.parts}
        assert parts == {
            "opening": 1000,
            "admitted": 900,
            "transferred_in": 60,
            "transferred_out": -40,
            "left": -100,
            "retired": -20,
            "reorganised": -300,
            "begun": 500,
            "closing": 2000,
        }
        assert parts["closing"] - parts["opening"] - parts["reorganised"] - parts["begun"] == item.value
        folded()


def test_units_that_come_from_elsewhere_are_no_growth(
    plans: dict[str, Plan], country: Country, target: ById, system: Actor
) -> None:
    country.members("LC-H-1", date(2024, 5, 1), 1000, "opening")
    change_units(
        actor=system, on=date(2025, 3, 1), changes=[Change(country["LC-H-1"], parent=country["HP-AD"])]
    )
    country.members("LC-H-1", date(2025, 4, 1), 10)
    left = target_progress(target("lai-chau-2025", "I-01"), country["LC"], date(2025, 6, 30))
    assert left.value == 0
    assert {part.code: part.value for part in left.reading.parts}["reorganised"] == -1000


@pytest.mark.parametrize(("union_share", "met"), [(75, False), (76, True)])
def test_strictly_more_is_strict(
    plans: dict[str, Plan],
    country: Country,
    target: ById,
    system: Actor,
    union_share: int,
    met: bool,
) -> None:
    strict = target("hai-phong-2033", "I-27")
    report_value(
        actor=system,
        on=date(2025, 12, 31),
        target=strict,
        unit=country["HP"],
        value=Decimal(union_share),
        source="Báo cáo xếp loại năm 2025",
        day=date(2025, 12, 20),
    )
    item = target_progress(strict, country["HP"], date(2025, 12, 31))
    assert item.demand_words == "> 75%"
    assert item.value == union_share
    assert (item.state == "done") is met
    assert item.source == "Báo cáo xếp loại năm 2025"


def test_the_threshold_of_the_plan_decides(plans: dict[str, Plan], country: Country, target: ById) -> None:
    """20 in the district, 25 in the city until 2028: the same enterprises, two figures."""
    day = date(2024, 12, 1)
    country.enterprises("HP-VB", day, 4, band=20)
    country.enterprises("HP-VB", day, 6, band=25, has_union=True)
    country.enterprises("HP-VB", day, 2, band=100, is_stable=False)
    on = date(2025, 6, 1)
    district = target_progress(target("vinh-bao-2025", "I-14"), country["HP-VB"], on)
    assert district.value == 60
    assert district.reading.numerator is not None and district.reading.numerator.value == 6
    assert district.reading.denominator is not None and district.reading.denominator.value == 10
    assert district.reading.gap is not None and district.reading.gap.value == 4
    city = target_progress(target("hai-phong-2033", "I-31"), country["HP"], on)
    assert city.value == 100
    assert city.state == "done" and city.state_words == "Đạt"
    most = target_progress(target("vinh-bao-2025", "I-12"), country["HP-VB"], on)
    assert most.value == 50  # every enterprise of 20 or more, stable or not
    assert (most.state, most.demand_words, most.percent) == ("none", "hầu hết", None)
    assert most.state_words == "Chỉ theo dõi"
    assert any("đủ điều kiện" in note for note in most.notes)


def test_a_share_that_should_rise_says_which_way_it_went(
    plans: dict[str, Plan], country: Country, target: ById
) -> None:
    country.enterprises("NA-H", date(2021, 9, 1), 4, band=50, has_union=True)
    country.members("NA-H-1", date(2021, 9, 1), 100, "opening")
    country.members("NA-H-1", date(2022, 3, 1), 5)
    item = target_progress(target("nghe-an-2023", "I-25"), country["NA"], date(2022, 6, 30))
    assert (item.value, item.state) == (Decimal("52.5"), "none")
    assert "Đầu kỳ 50%; đến nay tăng 2,5 điểm phần trăm." in item.notes


def test_operating_enterprises_only(plans: dict[str, Plan], country: Country, target: ById) -> None:
    country.enterprises("NA-H", date(2021, 10, 1), 3, band=25, has_union=True)
    country.enterprises("NA-H", date(2021, 10, 1), 5, band=25, operating="not_started")
    item = target_progress(target("nghe-an-2023", "I-23"), country["NA"], date(2022, 1, 1))
    assert item.value == 100


def test_workers_month_counts_by_day_and_in_the_year(
    plans: dict[str, Plan], country: Country, target: ById
) -> None:
    country.unions("HP-VB-1", date(2025, 4, 30), 2)
    country.unions("HP-VB-1", date(2025, 5, 1), 1)
    country.unions("HP-VB-2", date(2025, 5, 31), 2)
    country.unions("HP-VB-2", date(2025, 6, 1), 1)
    month = target_progress(target("vinh-bao-2025", "I-15"), country["HP-VB"], date(2025, 6, 20))
    assert (month.value, month.state, month.read_on) == (3, "done", date(2025, 5, 31))
    year = target_progress(target("vinh-bao-2025", "I-13"), country["HP-VB"], date(2025, 6, 20))
    assert (year.value, year.missing) == (6, 1)
    assert year.demand_words == "từ 7 trở lên"
    before = target_progress(target("vinh-bao-2025", "I-15"), country["HP-VB"], date(2025, 4, 30))
    assert (before.value, before.state, before.state_words) == (None, "none", "Chưa đến kỳ")


def test_a_window_that_is_over_is_met_or_missed(
    plans: dict[str, Plan], country: Country, target: ById
) -> None:
    country.members("LC-H-1", date(2024, 5, 1), 1000, "opening")
    country.members("LC-H-1", date(2025, 3, 1), 1809)
    item = target("lai-chau-2025", "I-01")
    assert target_progress(item, country["LC"], date(2025, 12, 31)).state == "missed"
    country.members("LC-H-1", date(2025, 12, 31), 1)
    over = target_progress(item, country["LC"], date(2026, 11, 18))
    assert (over.state, over.value, over.read_on) == ("done", 1810, date(2025, 12, 31))
    country.members("LC-H-1", date(2026, 1, 1), 5000)
    assert target_progress(item, country["LC"], date(2026, 11, 18)).value == 1810


def test_expected_and_states_go_by_the_share_of_days(
    plans: dict[str, Plan], country: Country, target: ById
) -> None:
    country.members("HP-AD-1", date(2024, 5, 1), 10_000, "opening")
    country.members("HP-AD-1", date(2025, 12, 1), 40)
    country.members("HP-AD-1", date(2026, 2, 1), 600)
    on = date(2026, 7, 2)  # day 183 of 365
    item = target_progress(target("hai-phong-2026", "T-01"), country["HP"], on)
    assert item.expected is not None
    assert round(item.expected, 2) == round(Decimal(1900) * 183 / 365, 2)
    assert item.state == "behind"
    assert item.missing == 1300
    assert item.percent is not None and round(item.percent, 1) == Decimal("31.6")
    assert "cùng kỳ năm trước" in item.forecast_reason
    # nothing in the last 90 days, 40 in the same part of last year: half of 40 is still to come
    assert item.forecast == 620
    country.members("HP-AD-1", date(2026, 6, 1), 350)
    assert target_progress(target("hai-phong-2026", "T-01"), country["HP"], on).state == "attention"
    country.members("HP-AD-1", date(2026, 6, 2), 10)
    assert target_progress(target("hai-phong-2026", "T-01"), country["HP"], on).state == "on_track"
    country.members("HP-AD-1", date(2026, 6, 3), 1000)
    assert target_progress(target("hai-phong-2026", "T-01"), country["HP"], on).state == "done"


def test_a_stock_is_expected_to_grow_from_where_it_stood(
    plans: dict[str, Plan], country: Country, target: ById
) -> None:
    country.members("NA-H-1", date(2021, 9, 1), 150_000, "opening")
    country.members("NA-H-1", date(2022, 5, 1), 5_000)
    on = date(2022, 6, 30)
    stock = target_progress(target("nghe-an-2023", "I-22"), country["NA"], on)
    growth = target_progress(target("nghe-an-2023", "I-24"), country["NA"], on)
    assert (stock.value, growth.value) == (155_000, 5_000)
    assert stock.expected is not None and growth.expected is not None
    assert round(stock.expected - 150_000, 6) == round(growth.expected, 6)
    assert stock.state == growth.state == "behind"
    assert stock.forecast is not None and stock.forecast > 155_000


def test_an_ended_body_is_read_on_its_last_day(
    plans: dict[str, Plan], country: Country, target: ById, system: Actor
) -> None:
    country.members("HP-VB-1", date(2024, 5, 1), 100, "opening")
    country.members("HP-VB-1", date(2025, 3, 1), 30)
    on = date(2025, 7, 1)
    change_units(
        actor=system,
        on=on,
        changes=[Change(country[code], parent=country["HP"]) for code in ("HP-VB-1", "HP-VB-2")],
    )
    end_units(actor=system, on=on, units=[country["HP-VB"]])
    item = target_progress(target("vinh-bao-2025", "I-10"), country["HP-VB"], date(2026, 11, 18))
    assert (item.value, item.state, item.read_on) == (30, "ended", date(2025, 6, 30))
    assert "Đơn vị kết thúc ngày 30/06/2025; số liệu tính đến ngày cuối." in item.notes
    whole = progress(plans["vinh-bao-2025"], country["HP-VB"], date(2026, 11, 18))
    assert {row.read_on for row in whole.targets} <= {date(2025, 5, 31), date(2025, 6, 30)}


def test_yearly_targets_are_judged_in_the_year_of_the_day(
    plans: dict[str, Plan], country: Country, target: ById, system: Actor
) -> None:
    good = target("hai-phong-2033", "I-26")
    for year, value in ((2025, 82), (2026, 79)):
        report_value(
            actor=system,
            on=date(2026, 12, 31),
            target=good,
            unit=country["HP"],
            value=Decimal(value),
            source=f"Xếp loại {year}",
            day=date(year, 12, 1),
        )
    read = {year: target_progress(good, country["HP"], date(year, 12, 31)) for year in (2024, 2025, 2026)}
    assert [read[year].value for year in read] == [None, 82, 79]
    assert [read[year].state for year in read] == ["none", "done", "missed"]
    # Below its mark before the year is over: nothing says how much could be expected by now, but it is no mere note.
    assert target_progress(good, country["HP"], date(2026, 12, 20)).state == "attention"
    month = target_progress(target("hai-phong-2033", "I-36a"), country["HP"], date(2026, 11, 18))
    assert (month.span.from_on, month.span.to_on) == (date(2026, 5, 1), date(2026, 6, 1))


def test_known_at_forgets_later_bookings(plans: dict[str, Plan], country: Country, target: ById) -> None:
    country.members("LC-H-1", date(2025, 3, 1), 10)
    item = target("lai-chau-2025", "I-01")
    assert target_progress(item, country["LC"], date(2025, 6, 1)).value == 10
    assert target_progress(item, country["LC"], date(2025, 6, 1), BOOKED_AT - timedelta(days=1)).value == 0


def test_children_those_behind_first(plans: dict[str, Plan], country: Country, target: ById) -> None:
    country.members("HP-VB-1", date(2026, 2, 1), 30)
    country.members("HP-AD-1", date(2026, 2, 1), 10)
    found = children_progress(
        plans["hai-phong-2026"], target("hai-phong-2026", "T-01"), country["HP"], date(2026, 6, 30)
    )
    assert found.whole.value == 40
    assert found.remainder == 0
    assert {child.unit.code: child.share for child in found.children} == {
        "HP-VB": 75,
        "HP-AD": 25,
        "HP-TL": 0,
    }
    assert all("Chưa giao chỉ tiêu này cho đơn vị." in child.progress.notes for child in found.children)
    assert found.children[0].progress.trend


def queries(run: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        run()
    return len(caught)


def test_queries_do_not_grow_with_the_bodies(
    plans: dict[str, Plan], country: Country, today: date, system: Actor
) -> None:
    def fill(*codes: str) -> None:
        for code in codes:
            country.members(code, date(2026, 2, 1), 30)
            country.members(code, date(2025, 12, 1), 20)
            country.enterprises(code, date(2025, 2, 1), 3, band=25)

    fill("HP-VB-1", "HP-AD-1", "HP-TL-1")
    plan = plans["hai-phong-2026"]
    targets = targets_of(plan)
    page = queries(lambda: progress(plan, country["HP"], today))
    table = queries(lambda: children_table(plan, targets, country["HP"], today))
    more = create_units(
        actor=system,
        items=[
            NewUnit(f"HP-N{n}", f"Ngành {n}", f"N{n}", "sector_union", country["HP"], date(2020, 1, 1))
            for n in range(6)
        ],
    )
    country.units |= {unit.code: unit for unit in more}
    fill(*[unit.code for unit in more])
    found = children_table(plan, targets, country["HP"], today)
    assert len(found["T-01"].children) == 9
    assert found["T-01"].whole.value == 270
    assert queries(lambda: children_table(plan, targets, country["HP"], today)) == table
    assert queries(lambda: progress(plan, country["HP"], today)) == page
    assert page < 60
