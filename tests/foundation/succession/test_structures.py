"""A past day in today's structure: every body counts once at each height, figures equal a recount, lists equal figures."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.test import Client

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import rows, series, stock
from congdoan.foundation.succession.queries import standing_below, today_of
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.foundation.units.queries import version_on
from congdoan.kit.lists import ListContext, filtered, get_list
from congdoan.registry.membership.models import Membership
from congdoan.registry.membership.queries import reconciliation
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.registry.reorganisation.ground import DAY, decide

JOINED = date(2025, 3, 1)
PAST = date(2026, 6, 30)


@pytest.fixture
def rearranged(tree: Tree, system: Actor) -> Tree:
    """Members everywhere; then a union goes into one of another province, one is dissolved with its members leaving, a
    district moves to the other province."""
    for number, (_, unit) in enumerate(sorted(tree.unions.items())):
        make_members(system, unit, JOINED, number + 2, start=number * 20)
    fold()
    decide(
        system,
        tree.root,
        ("merge", {"units": ["NA1"], "into": "SA1"}),
        ("dissolve", {"unit": "NB1", "leave": "leave", "reason": "doanh nghiệp giải thể"}),
        ("move", {"units": [tree.north_b.code], "parent": tree.south.code}),
    )
    return tree


def recount(body: Unit, on: date, today: date) -> int:
    """Members on a day at the units that count for a body today, one by one: the slow and plain way."""
    n = 0
    for membership in Membership.objects.filter(during__contains=on):
        unit_id = today_of([membership.unit_id])[membership.unit_id]
        # Nobody took over: what it was belongs where its superior stands now.
        while Unit.objects.get(pk=unit_id).ended_on is not None:
            last = UnitVersion.objects.filter(unit=unit_id).order_by("-during")[0]
            assert last.parent_id is not None
            unit_id = today_of([last.parent_id])[last.parent_id]
        up: int | None = unit_id
        while up is not None and up != body.pk:
            version = version_on(up, today)
            up = version.parent_id if version else None
        n += up == body.pk
    return n


def bodies(tree: Tree) -> list[Unit]:
    return [tree.root, tree.north, tree.south, tree.north_a, tree.north_b, tree.south_a, tree.unions["SA1"]]


@pytest.mark.parametrize("is_folded", [False, True])
def test_figures_equal_a_recount(rearranged: Tree, today: date, is_folded: bool) -> None:
    if is_folded:
        fold()
    found = bodies(rearranged)
    groups = standing_below([body.pk for body in found], today=today)
    for on in (PAST, DAY, today):
        figures = stock("members", list(groups), on=on, groups=groups)
        assert figures == {body.pk: recount(body, on, today) for body in found}
    # Today both structures are one, and the top holds everything on every day.
    assert stock("members", list(groups), on=today, groups=groups) == stock("members", list(groups), on=today)
    root = rearranged.root.pk
    assert stock("members", [root], on=PAST, groups=groups) == stock("members", [root], on=PAST)
    # As it stood, the figures of that day are others.
    assert stock("members", list(groups), on=PAST, groups=groups) != stock("members", list(groups), on=PAST)


def test_every_body_counts_once_at_each_height(rearranged: Tree, today: date) -> None:
    groups = standing_below([rearranged.root.pk, rearranged.north.pk, rearranged.south.pk], today=today)
    for members in groups.values():
        assert len(members) == len(set(members))
    everyone = Counter(groups[rearranged.north.pk] + groups[rearranged.south.pk] + [rearranged.root.pk])
    assert everyone == Counter(groups[rearranged.root.pk])
    assert set(groups[rearranged.root.pk]) == set(Unit.objects.values_list("pk", flat=True))
    ended = rearranged.unions["NA1"].pk
    assert ended in groups[rearranged.south.pk] and ended not in groups[rearranged.north.pk]
    # A body that is no more still shows what was its own.
    assert standing_below([ended], today=today) == {ended: [ended]}


@pytest.mark.parametrize("is_folded", [False, True])
def test_a_series_has_the_figure_of_each_day(rearranged: Tree, today: date, is_folded: bool) -> None:
    if is_folded:
        fold()
    groups = standing_below([body.pk for body in bodies(rearranged)], today=today)
    days = [JOINED, PAST, DAY, date(2026, 9, 30), today]
    for pk in groups:
        wanted = [stock("members", [pk], on=day, groups=groups)[pk] for day in days]
        assert series("members", pk, days, groups=groups) == wanted


def test_within_a_structure_nothing_is_moved(rearranged: Tree, today: date) -> None:
    groups = standing_below([rearranged.south.pk], today=today)
    counted = reconciliation(rearranged.south.pk, date(2026, 1, 1), today, groups=groups)
    assert (counted.structure, counted.reorganised) == (0, 0)
    assert counted.closing == stock("members", [rearranged.south.pk], on=today)[rearranged.south.pk]
    assert all(
        not row.is_structure
        for row in rows("members", [rearranged.south.pk], from_on=None, to_on=today, groups=groups)
    )


@pytest.mark.parametrize("code", ["root", "north", "south", "north_a", "south_a"])
def test_lists_hold_exactly_the_names_of_a_figure(rearranged: Tree, today: date, code: str) -> None:
    body = getattr(rearranged, code)
    groups = standing_below([body.pk], today=today)
    reader = Actor(user=officer("nguoi-xem", "leader", body), today=today)
    for name, measure in (("membership.members", "members"), ("organisation.unions", "unions")):
        context = ListContext(actor=reader, as_of=PAST, params={"don_vi": body.code}, structure="today")
        count = filtered(get_list(name), context).count()
        assert count == stock(measure, [body.pk], on=PAST, groups=groups)[body.pk], name
    counter = get_list("membership.members").count
    assert counter is not None
    context = ListContext(actor=reader, as_of=PAST, params={"don_vi": body.code}, structure="today")
    assert counter(context) == stock("members", [body.pk], on=PAST, groups=groups)[body.pk]


def test_the_page_says_which_structure_it_reads(rearranged: Tree, today: date) -> None:
    client = Client()
    client.force_login(officer("nam", "leader", rearranged.south))
    path = f"/don-vi/{rearranged.south.code}/"
    then = client.get(f"{path}?ngay=2026-06-30").context["key_figures"][0][1]
    page = client.get(f"{path}?co_cau=hien-nay")
    groups = standing_below([rearranged.south.pk], today=page.wsgi_request.actor.today)
    figure = stock("members", [rearranged.south.pk], on=PAST, groups=groups)[rearranged.south.pk]
    assert page.context["key_figures"][0][1] == str(figure) != then
    assert "Theo cơ cấu hiện nay" in page.text
    # The list behind the figure shows as many names, in the same structure.
    names = client.get(page.context["key_figures"][0][2])
    assert f"{figure} đoàn viên" in names.text and "Theo cơ cấu hiện nay" in names.text
    assert "theo cơ cấu lúc đó" in client.get("/ke-hoach/").text
    # A link of a page that reads bodies as they stood opens as they stood: the list takes nothing from the session.
    plainly = client.get(f"/doan-vien/?don_vi={rearranged.south.code}")
    assert f"{then} đoàn viên" in plainly.text and "theo cơ cấu lúc đó" in plainly.text
    # Of today there is one structure only.
    assert "cơ cấu hiện nay" not in client.get(f"{path}?ngay=").text


def test_the_number_of_queries_does_not_grow(
    rearranged: Tree, today: date, django_assert_num_queries: Any
) -> None:
    for count in (1, 3):
        ids = [body.pk for body in bodies(rearranged)[:count]]
        with django_assert_num_queries(3):
            stock("members", ids, on=PAST, groups=standing_below(ids, today=today))


def test_the_tree_reads_in_both_structures(rearranged: Tree, today: date) -> None:
    client = Client()
    client.force_login(officer("nam", "leader", rearranged.south))
    then = client.get("/don-vi/?ngay=2026-06-30")
    assert rearranged.north_b.name not in then.text and "như vào ngày 30/06/2026" in then.text
    page = client.get("/don-vi/?co_cau=hien-nay")
    # Today's bodies, with what counts for them on the day shown, and the names behind it.
    found = {node.unit.pk: (node.figures.members, url) for node, url in page.context["opened"]}
    assert rearranged.north_b.pk in found
    groups = standing_below(found, today=page.wsgi_request.actor.today)
    figures = stock("members", list(found), on=PAST, groups=groups)
    assert {pk: n for pk, (n, _) in found.items()} == figures
    assert "Cây tổ chức hiện nay" in page.text and "Theo cơ cấu hiện nay" in page.text
    n, url = found[rearranged.north_b.pk]
    assert f"{n} đoàn viên" in client.get(url).text
    below = client.get(f"/don-vi/{rearranged.south.code}/nhanh/")
    assert rearranged.north_b.name in below.text
    # A search finds bodies by what they are called; it counts nothing and says so.
    assert "theo cơ cấu lúc đó" in client.get("/don-vi/?q=CĐ").text


def test_the_interface_reads_in_both_structures_and_says_which(rearranged: Tree, today: date) -> None:
    client = Client()
    client.force_login(officer("nam", "leader", rearranged.south))
    ask = f"/api/v1/lists/membership.members?ngay=2026-06-30&don_vi={rearranged.south.code}&size=500"
    then, now = client.get(ask).json(), client.get(f"{ask}&co_cau=hien-nay").json()
    assert (then["structure"], now["structure"]) == ("then", "today")
    south = rearranged.south.pk
    groups = standing_below([south], today=client.get(ask).wsgi_request.actor.today)
    assert len(then["rows"]) == stock("members", [south], on=PAST)[south]
    assert len(now["rows"]) == stock("members", [south], on=PAST, groups=groups)[south] != len(then["rows"])
    # What was asked for once is not kept, and a list that knows bodies only as they stood says that it read them so.
    assert client.get(ask).json() == then
    plans = client.get("/api/v1/lists/plans.plans?ngay=2026-06-30&co_cau=hien-nay").json()
    assert plans["structure"] == "then"


def test_lists_of_a_unit_that_ended_lead_to_its_heirs(rearranged: Tree) -> None:
    client = Client()
    client.force_login(officer("tong", "leader", rearranged.root))
    for path in ("/doan-vien/", "/bien-dong/", "/doanh-nghiep/", "/don-vi/danh-sach/"):
        page = client.get(f"{path}?don_vi=NA1&sap=-ten")
        assert page.status_code == 200, path
        heirs = page.context["list"]["ended"]["heirs"]
        assert [heir["name"] for heir in heirs] == [rearranged.unions["SA1"].name], path
        assert "đã kết thúc từ 01/07/2026" in page.text
        assert "don_vi=SA1" in heirs[0]["url"] and "sap=-ten" in heirs[0]["url"]
    # While it stood it is read plainly; so is one that stands, and what was never its own is not told to strangers.
    assert client.get("/doan-vien/?don_vi=NA1&ngay=2026-06-30").context["list"]["ended"] is None
    assert client.get("/doan-vien/?don_vi=SA1&ngay=").context["list"]["ended"] is None
    ask = "/api/v1/lists/membership.members?don_vi="
    assert client.get(f"{ask}NA1").json()["led_to"] == [
        {"code": "SA1", "name": rearranged.unions["SA1"].name}
    ]
    assert client.get(f"{ask}SA1").json()["led_to"] is None
    assert client.get(f"{ask}NB1").json()["led_to"] == []
    client.force_login(officer("bac", "leader", rearranged.north))
    # The heir stands elsewhere: that it ended is said, and not who took over.
    assert client.get("/doan-vien/?don_vi=NA1").context["list"]["ended"]["heirs"] == []
    client.force_login(officer("nam-b", "leader", rearranged.south_b))
    assert client.get("/doan-vien/?don_vi=NA1").context["list"]["ended"] is None
