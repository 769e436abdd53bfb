"""Plans of a past day in today's structure: figures and numbers given add up, names agree, and the page says which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import monthly, rows, rows_of_spans
from congdoan.foundation.succession.queries import standing_below
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period
from congdoan.work.plans.actions import DecisionData, Share, adjust_assessment, allocate
from congdoan.work.plans.models import Plan, Target
from congdoan.work.plans.queries import PlanReading, children_table, progress_summary, target_progress
from congdoan.work.reports.queries import gather
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.registry.reorganisation.ground import decide
from tests.work.plans.conftest import Country

ById = Callable[[str, str], Target]
PAST = date(2026, 4, 30)
PAPER = DecisionData("15/QĐ-LĐLĐ", date(2026, 1, 20))
UNIONS = ("HP-VB-1", "HP-VB-2", "HP-AD-1", "HP-AD-2", "HP-TL-1")


@pytest.fixture
def given(plans: dict[str, Plan], country: Country, target: ById, system: Actor) -> Target:
    """1,900 from Hải Phòng, Vĩnh Bảo's 900 given on; members join each month; then Vĩnh Bảo goes into An
    Dương, but for one union that had moved to Thủy (TL)."""
    found = target("hai-phong-2026", "T-01")
    for unit, shares, reserve in (
        ("HP", {"HP-VB": 900, "HP-AD": 600, "HP-TL": 300}, 100),
        ("HP-VB", {"HP-VB-1": 500, "HP-VB-2": 350}, 50),
    ):
        allocate(
            actor=system,
            on=date(2026, 1, 20),
            target=found,
            unit=country[unit],
            items=[Share(country[code], Decimal(n)) for code, n in shares.items()],
            reserve=Decimal(reserve),
            effective_on=date(2025, 6, 1) if unit == "HP" else date(2025, 6, 2),
            decision=PAPER,
        )
    start = 0
    for month in (1, 2, 3, 4, 6, 8):
        for number, code in enumerate(UNIONS, start=1):
            make_members(system, country[code], date(2026, month, 10), number, start=start)
            start += number
    decide(system, country["TLD"], ("move", {"units": ["HP-VB-2"], "parent": "HP-TL"}), on=date(2026, 6, 1))
    decide(system, country["TLD"], ("merge", {"units": ["HP-VB"], "into": "HP-AD"}), on=date(2026, 7, 1))
    return found


def below(target: Target, unit: Unit, today: date | None) -> dict[str, Any]:
    table = children_table(target.plan, [target], unit, PAST, structure_on=today)
    return {child.unit.code: child for child in table[target.code].children}


@pytest.mark.parametrize("is_folded", [False, True])
def test_figures_and_numbers_given_add_up(
    given: Target, country: Country, today: date, is_folded: bool
) -> None:
    if is_folded:
        fold()
    then, now = below(given, country["HP"], None), below(given, country["HP"], today)
    assert set(then) == {"HP-VB", "HP-AD", "HP-TL"} and set(now) == {"HP-AD", "HP-TL"}
    # Four months of 1 + 2 in Vĩnh Bảo, 3 + 4 in An Dương, 5 in Thủy; the second of Vĩnh Bảo is Thủy's today.
    assert {code: child.progress.value for code, child in then.items()} == {
        "HP-VB": 12,
        "HP-AD": 28,
        "HP-TL": 20,
    }
    assert {code: child.progress.value for code, child in now.items()} == {"HP-AD": 32, "HP-TL": 28}
    # What Vĩnh Bảo had been given goes along, less what it had given to the union that counts for Thủy today.
    assert {code: child.progress.demand for code, child in now.items()} == {"HP-AD": 1150, "HP-TL": 650}
    assert sum(child.progress.demand for child in then.values()) == 1800
    whole = target_progress(given, country["HP"], PAST, structure_on=today)
    assert whole.value == 60 == target_progress(given, country["HP"], PAST).value
    courses = {code: [point.value for point in child.progress.trend] for code, child in now.items()}
    assert courses["HP-AD"][-4:] == [8, 16, 24, 32] and courses["HP-TL"][-1] == 28
    # The union itself stands elsewhere, with its own number.
    moved = target_progress(given, country["HP-VB-2"], PAST, structure_on=today)
    assert (moved.value, moved.demand) == (8, 350)


@pytest.mark.parametrize("is_folded", [False, True])
def test_spans_and_months_equal_the_rows_of_each(
    given: Target, country: Country, today: date, is_folded: bool
) -> None:
    if is_folded:
        fold()
    ids = [country[code].pk for code in ("TLD", "HP", "HP-AD", "HP-TL", "HP-VB", "HP-VB-2")]
    groups = standing_below(ids, today=today)
    spans: list[tuple[date | None, date]] = [
        (None, date(2026, 3, 11)),
        (date(2026, 1, 10), date(2026, 4, 10)),
        (date(2025, 12, 1), today),
        (date(2026, 2, 11), date(2026, 2, 27)),
    ]

    def plain(found: Any) -> set[Any]:
        return {(row.unit_id, str(sorted(row.dims.items())), row.n) for row in found}

    together = rows_of_spans("members", ids, spans, groups=groups)
    for from_on, to_on in spans:
        one = rows("members", ids, from_on=from_on, to_on=to_on, groups=groups)
        assert plain(together[from_on, to_on]) == plain(one)
    for from_on, to_on in ((date(2026, 1, 5), date(2026, 6, 20)), (date(2026, 2, 1), date(2026, 2, 11))):
        months = monthly("members", ids, from_on=from_on, to_on=to_on, groups=groups)
        for pk in ids:
            flow = rows("members", [pk], from_on=from_on, to_on=to_on, groups=groups)
            assert sum(months[pk].values()) == sum(row.n for row in flow)
    assert months[country["HP"].pk] == {date(2026, 2, 1): 15}


def test_an_adjustment_of_the_old_structure_is_not_taken_for_todays(
    given: Target, country: Country, system: Actor, today: date
) -> None:
    adjust_assessment(
        actor=system,
        on=today,
        target=given,
        unit=country["HP-TL"],
        value=Decimal(200),
        reason="Doanh nghiệp lớn dời đi",
        effective_on=date(2026, 2, 1),
    )
    then = target_progress(given, country["HP-TL"], PAST)
    now = target_progress(given, country["HP-TL"], PAST, structure_on=today)
    assert then.assessed == 200
    assert now.assessed is None and any("cơ cấu lúc đó" in note for note in now.notes)


def test_pages_say_which_structure_and_figures_open_to_their_names(given: Target, country: Country) -> None:
    client = Client()
    client.force_login(officer("hai-phong", "leader", country["HP"]))
    page = client.get(f"/ke-hoach/hai-phong-2026/?ngay={PAST}")
    assert "cơ cấu lúc đó" in page.text and "Theo cơ cấu hiện nay:" not in page.text
    client.get("/?co_cau=hien-nay")
    for path in ("/ke-hoach/hai-phong-2026/", "/ke-hoach/hai-phong-2026/chi-tieu/T-01/", "/"):
        assert "Theo cơ cấu hiện nay:" in client.get(path).text, path
    page = client.get("/ke-hoach/hai-phong-2026/?muc=don-vi&chi_tieu=T-01")
    found = {row["unit"].code: row for row in page.context["children"]}
    assert {code: row["value_number"] for code, row in found.items()} == {"HP-AD": 32, "HP-TL": 28}
    for code, n in (("HP-AD", 32), ("HP-TL", 28)):
        url = found[code]["value_url"]
        assert "co_cau=hien-nay" in url
        assert f"{n} biến động" in client.get(url).text
    panel = client.get(page.context["tabs"][0]["url"]).context["slowest_url"]
    rows_shown = client.get(panel, headers={"HX-Request": "true"}).context["children"]
    assert {row["unit"].code for row in rows_shown} == {"HP-AD", "HP-TL"}
    # The table leaves as it is seen, and says how it was read.
    book = openpyxl.load_workbook(
        BytesIO(client.get("/ke-hoach/hai-phong-2026/?muc=don-vi&chi_tieu=T-01&xuat=xlsx").getvalue())
    )
    sheet = book.active
    assert "theo cơ cấu tổ chức hiện nay" in sheet["A3"].value
    assert [sheet.cell(line, 2).value for line in (6, 7)] == [row["unit"].code for row in found.values()]
    # A reader of a body that took others in may read what it took in.
    client.force_login(officer("an-duong", "leader", country["HP-AD"]))
    client.get(f"/?ngay={PAST}&co_cau=hien-nay")
    page = client.get("/ke-hoach/hai-phong-2026/chi-tieu/T-01/")
    assert page.context["item"].value == 32


def test_plain_data_says_which_structure(given: Target, country: Country, today: date) -> None:
    then = progress_summary(given.plan, country["HP-AD"], PAST)
    now = progress_summary(given.plan, country["HP-AD"], PAST, structure_on=today)
    values = [
        next(item["value"] for item in found["targets"] if item["indicator"] == "T-01")
        for found in (then, now)
    ]
    assert (then["structure"], now["structure"], values) == ("then", "today", [28, 32])


def test_a_report_reads_in_either_structure(given: Target, country: Country, today: date) -> None:
    period = Period.parse("2026-04")
    then = gather(given.plan, country["HP"], period, PAST)
    now = gather(given.plan, country["HP"], period, PAST, structure_on=today)
    assert (then.structure, now.structure) == ("then", "today")
    assert {child.code: child.members for child in then.children} == {"HP-VB": 12, "HP-AD": 28, "HP-TL": 20}
    assert {child.code: child.members for child in now.children} == {"HP-AD": 32, "HP-TL": 28}
    assert then.target("T-01").value == now.target("T-01").value == 60
    one = gather(given.plan, country["HP-AD"], period, PAST, structure_on=today)
    assert one.target("T-01").value == 32
    assert (one.reconciliations[0].net_growth, one.reconciliations[0].closing) == (8, 32)
    assert (one.reconciliations[0].amount("structure"), one.reconciliations[0].amount("reorganised")) == (
        0,
        0,
    )


def test_queries_do_not_grow_with_bodies(given: Target, country: Country, today: date) -> None:
    counts = []
    for code in ("HP", "LC"):
        with CaptureQueriesContext(
            connection,
        ) as found:
            reading = PlanReading(given.plan, country[code], PAST, structure_on=today)
            reading.progress()
            reading.children([given], trends_of=[given])
        counts.append(len(found))
    with CaptureQueriesContext(connection) as plain:
        reading = PlanReading(given.plan, country["HP"], PAST)
        reading.progress()
        reading.children([given], trends_of=[given])
    # One more asks what counts for whom; what was given to bodies that moved need not be looked up.
    assert counts[0] == counts[1] <= len(plain) + 1


def test_the_interface_reads_plans_in_both_structures(given: Target, country: Country) -> None:
    client = Client()
    client.force_login(officer("hai-phong", "leader", country["HP"]))
    ask = f"/api/v1/plans/hai-phong-2026?ngay={PAST}&don_vi="

    def value(answer: dict[str, Any]) -> float:
        return next(item["value"] for item in answer["targets"] if item["indicator"] == "T-01")

    then, now = client.get(f"{ask}HP-AD").json(), client.get(f"{ask}HP-AD&co_cau=hien-nay").json()
    assert (then["structure"], value(then)) == ("then", 28)
    assert (now["structure"], value(now)) == ("today", 32)
    assert then["as_of"] == now["as_of"] == f"{PAST}" and then["led_to"] is None
    # What the session holds for pages is not the answer's; the issuer is meant when no body is named.
    assert client.get(f"{ask}HP-AD").json() == then
    assert client.get(f"/api/v1/plans/hai-phong-2026?ngay={PAST}").json()["unit"] == "HP"
    # A body that ended leads on to who took over.
    gone = client.get("/api/v1/plans/hai-phong-2026?ngay=2026-08-31&don_vi=HP-VB").json()
    assert gone["led_to"] == [{"code": "HP-AD", "name": country["HP-AD"].name}]
    page = client.get("/ke-hoach/hai-phong-2026/?ngay=2026-08-31&co_cau=luc-do&don_vi=HP-VB")
    assert [heir["name"] for heir in page.context["ended"]["heirs"]] == [country["HP-AD"].name]
    assert "don_vi=HP-AD" in page.text and "đã kết thúc từ 01/07/2026" in page.text
    # Out of reach: neither another's body nor another's plan.
    client.force_login(officer("thuy", "leader", country["HP-TL"]))
    assert client.get("/api/v1/plans/hai-phong-2026").json()["unit"] == "HP-TL"
    assert client.get(f"{ask}HP-AD").status_code == 404
    assert client.get("/api/v1/plans/lai-chau-2025").status_code == 404
