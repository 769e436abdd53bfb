"""Whom to call on first, with reasons; the weights are data of a body; nothing tells of applications."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Parameter
from congdoan.kit.lists import ListContext, filtered, get_list, read_page
from congdoan.registry.enterprises.actions import EnterpriseData, HeadcountData, JudgementData
from congdoan.registry.enterprises.actions import register_enterprises as register
from congdoan.registry.enterprises.models import Enterprise, Responsibility
from congdoan.registry.fieldwork.actions import VisitData, log_visit
from congdoan.registry.fieldwork.queries import applied_from, called_on, priority_of
from congdoan.registry.joining.actions import name_reader
from tests.factories.applications import apply
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.tree import Tree

SINCE = date(2024, 1, 1)


@pytest.fixture
def boss(tree: Tree, system: Actor, today: date) -> Actor:
    def item(name: str, sector: str, workers: int, **values: object) -> EnterpriseData:
        given: dict[str, object] = {"unit": tree.north_a, "registered_on": SINCE, **values}
        return EnterpriseData(name, sector, headcounts=[HeadcountData(workers, on=SINCE)], **given)  # type: ignore[arg-type]

    stable = [JudgementData(on=SINCE, is_stable=True)]
    register(
        actor=system,
        on=SINCE,
        items=[
            item("FDI lâu năm", "fdi", 150, started_on=date(2015, 1, 1)),
            item("FDI mới", "fdi", 900, started_on=date(2026, 6, 1)),
            item("Ổn định", "non_state", 60, judgements=stable),
            item("Vừa", "non_state", 22),
            item("Nhỏ", "non_state", 8),
            item("Quá nhỏ", "non_state", 4),
            item("Đã có", "fdi", 400, started_on=date(2015, 1, 1), hosts=[(tree.unions["NA1"], SINCE)]),
            item("Cơ quan", "administrative", 100),
            item("Nơi khác", "fdi", 700, started_on=date(2015, 1, 1), unit=tree.south_a),
        ],
    )
    return acting(officer("can-bo", "officer", tree.north_a), today)


def names(actor: Actor, today: date) -> list[str]:
    page = read_page(get_list("fieldwork.priority"), ListContext(actor=actor, as_of=today))
    return [row.name for row in page.rows]


def test_large_fdi_first_then_by_the_weights(boss: Actor, today: date) -> None:
    assert names(boss, today) == ["FDI lâu năm", "Ổn định", "FDI mới", "Vừa", "Nhỏ"]
    priority = priority_of(None, today)
    rows = {row.name: row for row in called_on(boss, today, priority)}
    assert priority.reasons(rows["FDI lâu năm"]) == ["large_fdi", "threshold"]
    assert priority.reasons(rows["Nhỏ"]) == []
    for row in rows.values():
        assert row.score == sum(priority.weights[name] for name in priority.reasons(row))


def test_a_body_sets_weights_and_threshold_of_its_own(boss: Actor, tree: Tree, today: date) -> None:
    for code, value in (("priority.weights", {"stable": 500}), ("priority.threshold", 25)):
        Parameter.objects.create(
            code=code,
            name=code,
            value=value,
            unit=tree.north_a,
            during=DateRange(SINCE, None),
            source="Kế hoạch của huyện",
        )
    assert names(boss, today)[0] == "Ổn định"
    page = Client()
    page.force_login(boss.user)  # type: ignore[arg-type]
    shown = page.get("/khao-sat/uu-tien/").text
    assert "Kế hoạch của huyện" in shown and "Ngưỡng 25 lao động" in shown


def test_pages_filters_and_the_last_visit(boss: Actor, tree: Tree, today: date) -> None:
    spec = get_list("fieldwork.priority")
    seen: list[str] = []
    context = ListContext(actor=boss, as_of=today)
    for _ in range(5):
        page = read_page(spec, context, size=1)
        seen += [row.name for row in page.rows]
        context = ListContext(actor=boss, as_of=today, params={"sau": page.next_key})
    assert seen == names(boss, today)
    asked = ListContext(actor=boss, as_of=today, params={"ly_do": "stable", "tu_lao_dong": "50"})
    (row,) = filtered(spec, asked)
    log_visit(actor=boss, on=today, data=VisitData(row, tree.north_a, today, "call", "no_one"))
    client = Client()
    client.force_login(boss.user)  # type: ignore[arg-type]
    assert today.strftime("%d/%m/%Y") in client.get("/khao-sat/uu-tien/?ly_do=stable&ngay=2026-11-18").text
    assert client.get("/khao-sat/uu-tien/?ly_do=la&tu_lao_dong=x&dia_ban=y&don_vi=z").status_code == 200
    # Before anybody was registered there was nobody to call on.
    assert names(boss, date(2023, 1, 1)) == []


def test_where_people_applied_is_shown_to_those_named_alone_and_moves_no_order(
    boss: Actor, tree: Tree, today: date, client: Client
) -> None:
    place = Enterprise.objects.get(name="Vừa")
    before = names(boss, today)
    Responsibility.objects.filter(enterprise=place).update(unit=tree.north)
    for number in range(2):
        apply(today, enterprise=place, citizen_id=f"01219800009{number}")
    leader, named = officer("lanh-dao", "leader", tree.north), officer("duoc-cu", "officer", tree.north)
    name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=named)
    priority = priority_of(tree.north.pk, today)
    assert applied_from(acting(leader, today), today, priority) == []
    (one,) = applied_from(acting(named, today), today, priority)
    assert (one.row.name, one.waiting) == ("Vừa", 2)
    client.force_login(leader)
    assert "Nơi đã có người gửi đơn" not in client.get("/khao-sat/uu-tien/").text
    client.force_login(named)
    assert "2</strong> đơn đang chờ" in client.get("/khao-sat/uu-tien/").text
    # Neither the order nor the names of the list say a word.
    listed = names(acting(named, today), today)
    assert [name for name in listed if name in before] == before
    assert listed == names(acting(leader, today), today)


def test_who_is_near_the_office_comes_first_among_equals(
    boss: Actor, tree: Tree, today: date, client: Client
) -> None:
    spec = get_list("fieldwork.priority")
    near = Enterprise.objects.get(name="Nhỏ")
    assert boss.user is not None
    boss.user.home_unit = tree.north_a
    boss.user.save()
    client.force_login(boss.user)
    Enterprise.objects.filter(name="Vừa").update(latitude=20.9, longitude=106.9)
    # A place typed as maps give it, in the forms of the register.
    edited = client.post(
        f"/doanh-nghiep/{near.pk}/sua/",
        {"name": near.name, "sector": near.sector_id, "place": "20.86, 106.69"},
    )
    assert edited.status_code == 302
    wrong = client.post(f"/don-vi/{tree.north_a.code}/sua/", {"place": "106.69, 20.86"})
    assert wrong.status_code == 422 and "vĩ độ" in wrong.text
    assert names(boss, today)[-1] == "Nhỏ"
    before = {row.name: row.score for row in read_page(spec, ListContext(actor=boss, as_of=today)).rows}
    assert client.post(f"/don-vi/{tree.north_a.code}/sua/", {"place": "20.85, 106.68"}).status_code == 302
    rows = {row.name: row for row in read_page(spec, ListContext(actor=boss, as_of=today)).rows}
    priority = priority_of(tree.north_a.pk, today)
    assert priority.reasons(rows["Nhỏ"]) == ["near"]
    assert priority.km(rows["Nhỏ"]) == pytest.approx(1.5, abs=0.1)
    assert rows["Nhỏ"].score == before["Nhỏ"] + priority.weights["near"]
    # 23 km away, and nowhere.
    assert rows["Vừa"].score == before["Vừa"]
    for row in rows.values():
        assert row.score == sum(priority.weights[name] for name in priority.reasons(row))
    by_distance = ListContext(actor=boss, as_of=today, params={"sap": "cach"})
    assert [row.name for row in read_page(spec, by_distance).rows][:2] == ["Nhỏ", "Vừa"]
    only = ListContext(actor=boss, as_of=today, params={"ly_do": "near"})
    assert [row.name for row in filtered(spec, only)] == ["Nhỏ"]
