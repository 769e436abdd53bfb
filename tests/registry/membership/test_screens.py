"""What officers see and do on the screens of members, and what stays hidden."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.measures.catalogue import measure
from congdoan.foundation.measures.queries import flow, stock
from congdoan.foundation.units.models import Unit
from congdoan.kit.lists import ListContext, count_words, filtered, get_list, names_url, read_page
from congdoan.registry.membership.actions import (
    Departure,
    Transfer,
    depart,
    reorganise,
    reverse,
    transfer,
)
from congdoan.registry.membership.models import BookClosing, Membership, Movement
from congdoan.registry.people.actions import PersonData, register_people
from congdoan.registry.people.models import Person
from tests.factories.officers import officer
from tests.factories.people import make_members, make_people
from tests.factories.tree import Tree
from tests.factories.users import make_actor

DAY = date(2025, 3, 1)
LATER = date(2025, 9, 1)


def browser(actor: Actor) -> Client:
    client = Client()
    assert actor.user is not None
    client.force_login(actor.user)
    return client


def listed(actor: Actor, name: str, on: date, **params: str) -> list[Any]:
    return list(filtered(get_list(name), ListContext(actor=actor, as_of=on, params=params)))


# --- scope ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "sees"),
    [
        (None, 0),  # a stranger
        ("south", 2),  # a neighbour sees its own
        ("NA2", 1),  # a subordinate sees its own only
        ("north_a", 3),
        ("north", 4),  # a superior
        ("root", 6),
    ],
)
def test_lists_pages_and_exports_begin_with_what_the_reader_may_see(
    tree: Tree, system: Actor, today: date, where: str | None, sees: int
) -> None:
    first = make_members(system, tree.unions["NA1"], DAY, 2)[0]
    make_members(system, tree.unions["NA2"], DAY, 1, start=10)
    make_members(system, tree.unions["NB1"], DAY, 1, start=20)
    make_members(system, tree.unions["SA1"], DAY, 2, start=30)
    unit = tree.unions[where] if where in tree.unions else getattr(tree, where or "", None)
    actor = make_actor(today, unit)
    client = browser(actor)
    if where is None:
        for path in ("/doan-vien/", "/bien-dong/", "/doan-vien/?xuat=xlsx", "/doan-vien/ket-nap/"):
            assert client.get(path).status_code == 403
        assert client.get(f"/doan-vien/{first.pk}/").status_code == 404
        return
    assert len(listed(actor, "membership.members", today)) == sees
    assert len(listed(actor, "membership.movements", today)) == sees
    # Asking for a unit out of reach gives nothing, not more.
    if where != "root":
        assert len(listed(actor, "membership.members", today, don_vi="R")) == sees
    page = client.get("/doan-vien/")
    assert page.status_code == 200
    assert page.content.decode().count('class="row-link"') == sees
    visible = where in ("north", "north_a", "root")
    assert client.get(f"/doan-vien/{first.pk}/").status_code == (200 if visible else 404)
    for path in ("chuyen", "ra", "sua", "ket-nap-lai"):
        assert client.get(f"/doan-vien/{first.pk}/{path}/").status_code == (200 if visible else 404)
    assert client.post(f"/doan-vien/{first.pk}/dinh-danh/", {"reason": "đối chiếu hồ sơ"}).status_code == (
        200 if visible else 404
    )
    sheet = client.get("/doan-vien/?xuat=xlsx")
    rows = load_workbook(io.BytesIO(b"".join(sheet.streaming_content))).active
    assert rows is not None
    assert rows.max_row == 5 + sees


def test_who_may_look_may_not_write(tree: Tree, system: Actor, today: date) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    client = browser(make_actor(today, tree.north, "viewer"))
    page = client.get(f"/doan-vien/{person.pk}/").content.decode()
    assert "/chuyen/" not in page
    assert "/dao/" not in page
    movement = Movement.objects.get()
    for path in ("chuyen", "ra", "sua", "ket-nap-lai", f"dao/{movement.pk}"):
        assert client.get(f"/doan-vien/{person.pk}/{path}/").status_code == 403
        assert client.post(f"/doan-vien/{person.pk}/{path}/", {"reason": "ghi nhầm rồi"}).status_code == 403
    assert Movement.objects.count() == 1


# --- figures open to their names ------------------------------------------------------------------


def test_movements_say_what_they_add_up_to(tree: Tree, system: Actor, today: date) -> None:
    people = make_members(system, tree.unions["NA1"], DAY, 5)
    depart(actor=system, items=[Departure(person, "leave", LATER) for person in people[:2]])
    transfer(actor=system, items=[Transfer(people[2], tree.unions["NA2"], LATER)])
    link = measure("members").flow_names
    assert link is not None
    kinds, whole = ["admit", "leave", "transfer_in", "transfer_out"], make_actor(today, tree.root)

    def said(unit: Unit, filters: list[str]) -> str:
        params = link(unit.pk, DAY, today, {"movement": filters}).params
        context = ListContext(actor=whole, as_of=today, params=params)
        return count_words(get_list("membership.movements"), context)

    # 5 in, 2 out; the transfer inside the body is two bookings that come to nothing
    assert said(tree.north, kinds) == "cộng lại +3 · 9 biến động"
    assert said(tree.unions["NA1"], kinds) == "cộng lại +2 · 8 biến động"
    assert said(tree.unions["NA1"], ["leave"]) == "cộng lại −2 · 2 biến động"
    assert said(tree.unions["NA1"], ["admit"]) == "5 biến động"
    assert said(tree.south, kinds) == "0 biến động"


def test_the_count_of_a_list_is_its_figure(tree: Tree, system: Actor, today: date) -> None:
    make_members(system, tree.unions["NA1"], DAY, 5)
    moved = make_members(system, tree.unions["NA2"], DAY, 3, start=10)
    gone = make_members(system, tree.unions["NB1"], DAY, 4, start=20)
    make_members(system, tree.unions["SA1"], DAY, 2, start=30, sex="")
    transfer(actor=system, items=[Transfer(p, tree.unions["SA2"], LATER) for p in moved[:2]])
    depart(actor=system, items=[Departure(p, "retire", LATER) for p in gone[:2]])
    reverse(actor=system, movements=[Movement.objects.filter(kind="retire").first()], reason="ghi nhầm")  # type: ignore[list-item]
    reorganise(actor=system, on=LATER, items=[(tree.unions["NA1"], tree.unions["SB1"])], reason="sáp nhập")
    declared = measure("members")
    assert declared.stock_names is not None
    assert declared.flow_names is not None
    whole = make_actor(today, tree.root)
    units = [tree.root, tree.north, tree.north_a, tree.south, tree.south_b, tree.unions["NA1"]]
    for on in (DAY, date(2025, 8, 31), LATER, today):
        for unit in units:
            for filters in ({}, {"sector": ["fdi"]}, {"sex": "f"}, {"sex": ["", "m"], "sector": "non_state"}):
                figure = stock("members", [unit.pk], on=on, filters=filters)[unit.pk]
                link = declared.stock_names(unit.pk, on, filters)
                day = date.fromisoformat(link.params["ngay"])
                assert len(listed(whole, link.list_name, day, **link.params)) == figure
                context = ListContext(actor=whole, as_of=day, params=link.params)
                count = get_list(link.list_name).count
                assert count is not None
                assert count(context) == figure
    kinds = (["admit", "readmit"], ["transfer_out"], ["transfer_in"], ["retire", "die"], ["reorganise_in"])
    for since, until in ((DAY, LATER), (LATER, date(2025, 9, 2)), (DAY, date(2026, 1, 1))):
        for unit in units:
            for kind in kinds:
                filters = {"movement": kind}
                figure = flow("members", [unit.pk], from_on=since, to_on=until, filters=filters)[unit.pk]
                link = declared.flow_names(unit.pk, since, until, filters)
                assert len(listed(whole, link.list_name, today, **link.params)) == abs(figure)
    assert names_url("membership.members", {"don_vi": "N"}) == "/doan-vien/?don_vi=N"


# --- searching ------------------------------------------------------------------------------------


def test_search_without_marks_by_number_and_by_telephone(tree: Tree, system: Actor, today: date) -> None:
    union = tree.unions["NA1"]
    people = register_people(
        actor=system,
        on=today,
        items=[
            PersonData("Đặng Thị Hoà", citizen_id="031190000001", phone="0912000001"),
            PersonData("Nguyễn Văn Hòa", citizen_id="031190000002"),
            PersonData("Trần Hòa An", citizen_id="031190000003"),
        ],
    )
    from congdoan.registry.membership.actions import Admission, admit

    admit(actor=system, items=[Admission(person, union, DAY) for person in people])
    officer = make_actor(today, tree.north)
    viewer = make_actor(today, tree.north, "viewer")

    def names(actor: Actor, typed: str) -> list[str]:
        return [row.person.full_name for row in listed(actor, "membership.members", today, q=typed)]

    assert sorted(names(viewer, "hoa")) == ["Nguyễn Văn Hòa", "Trần Hòa An", "Đặng Thị Hoà"]
    assert names(viewer, "dang thi h") == ["Đặng Thị Hoà"]
    assert names(viewer, "Trần HOÀ") == ["Trần Hòa An"]
    assert names(viewer, "không có ai") == []
    assert names(officer, "031190000002") == ["Nguyễn Văn Hòa"]
    assert names(officer, "0311 9000 0002") == ["Nguyễn Văn Hòa"]
    assert names(viewer, "031190000002") == []
    assert names(officer, "0912 000 001") == ["Đặng Thị Hoà"]
    assert names(viewer, "0912000001") == []


@pytest.mark.parametrize("limits", [(0, 400, 1), (0, 1, 1), (0, 1, 10**9), (10**9, 400, 1)])
def test_whichever_way_a_search_takes_it_finds_the_same(
    tree: Tree, system: Actor, today: date, monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int, int]
) -> None:
    """All names at once, a few at a time, from a stretch of their order, or a small body checked one by one; page by
    page, there and back."""
    from congdoan.registry.membership import finding

    make_members(system, tree.unions["NA1"], DAY, 30)
    make_members(system, tree.unions["SA1"], DAY, 12, start=40)
    small, names, estimate = limits
    monkeypatch.setattr(finding, "SMALL", small)
    monkeypatch.setattr(finding, "NAMES", names)
    monkeypatch.setattr(finding, "estimate", lambda rows: estimate)
    actor = make_actor(today, tree.north)
    spec = get_list("membership.members")
    truth = [
        row.pk
        for row in Membership.objects.filter(
            unit=tree.unions["NA1"], person__name_key__contains="thi"
        ).order_by("sort_key", "id")
    ]
    assert len(truth) == 10
    for order in ("", "-ten"):
        expected = truth[::-1] if order else truth
        params = {"q": "thi", "sap": order}
        pages = []
        position: dict[str, str] = {}
        while True:
            page = read_page(spec, ListContext(actor=actor, as_of=today, params=params | position), size=4)
            pages.append([row.pk for row in page.rows])
            if not page.next_key:
                break
            position = {"sau": page.next_key}
        assert [pk for rows in pages for pk in rows] == expected
        back = read_page(
            spec, ListContext(actor=actor, as_of=today, params=params | {"truoc": page.previous_key}), size=4
        )
        assert [row.pk for row in back.rows] == pages[-2]
        assert sorted(row.pk for row in listed(actor, spec.name, today, **params)) == sorted(truth)
        context = ListContext(actor=actor, as_of=today, params=params)
        read_page(spec, context, size=4)
        assert spec.count is not None
        assert spec.count(context) == 10


@pytest.mark.parametrize("order", ["", "-ten"])
def test_a_small_body_is_paged_as_a_large_one(
    tree: Tree, system: Actor, today: date, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    """There and back, with those of one name on the border of a page, and none of another body."""
    from congdoan.registry.membership import finding

    make_members(system, tree.unions["NA1"], DAY, 30)
    make_members(system, tree.unions["SA1"], DAY, 12, start=40)
    Membership.objects.filter(unit=tree.unions["NA1"], person__name_key__contains="thi").update(sort_key="X")
    spec = get_list("membership.members")
    actor = make_actor(today, tree.north)

    def walk() -> tuple[list[list[int]], list[list[int]], Any]:
        def page(**position: str) -> Any:
            params = {"don_vi": "NA1", "sap": order, **position}
            context = ListContext(actor=actor, as_of=today, params=params)
            return read_page(spec, context, size=4), context

        there, back = [], []
        shown, context = page()
        assert spec.count is not None
        count = spec.count(context)
        there.append([row.pk for row in shown.rows])
        while shown.next_key:
            shown, _ = page(sau=shown.next_key)
            there.append([row.pk for row in shown.rows])
        while shown.previous_key:
            shown, _ = page(truoc=shown.previous_key)
            back.append([row.pk for row in shown.rows])
        return there, back, count

    monkeypatch.setattr(finding, "SMALL", 1)
    large = walk()
    monkeypatch.setattr(finding, "SMALL", 10**6)
    assert walk() == large
    there, back, count = large
    truth = list(
        Membership.objects.filter(unit=tree.unions["NA1"])
        .order_by("sort_key", "id")
        .values_list("pk", flat=True)
    )
    assert [pk for rows in there for pk in rows] == (truth[::-1] if order else truth)
    assert back[-1] == there[0] and count == 30


# --- what stays hidden ----------------------------------------------------------------------------


def test_identity_numbers_are_never_in_pages_or_exports_until_a_reason_is_given(
    tree: Tree, system: Actor, today: date
) -> None:
    (person,) = make_members(
        system, tree.unions["NA1"], DAY, citizen_id="031190123456", phone="0912345678", address="12 Lê Lợi"
    )
    officer = browser(make_actor(today, tree.north))
    viewer = browser(make_actor(today, tree.north, "viewer"))
    inspector = browser(make_actor(today, tree.north, "inspector"))
    paths = ["/doan-vien/", f"/doan-vien/{person.pk}/", "/bien-dong/", f"/doan-vien/{person.pk}/sua/"]
    for client in (officer, viewer, inspector):
        for path in paths:
            assert "031190123456" not in client.get(path).content.decode()
        workbook = load_workbook(io.BytesIO(b"".join(client.get("/doan-vien/?xuat=xlsx").streaming_content)))
        cells = [str(cell.value) for row in workbook.active.iter_rows() for cell in row]  # type: ignore[union-attr]
        assert "031190123456" not in cells
        assert ("•••••••••456" in cells) is (client is officer)
        assert ("0912345678" in cells) is (client is officer)
    page = viewer.get(f"/doan-vien/{person.pk}/").content.decode()
    assert "0912345678" not in page
    assert "12 Lê Lợi" not in page
    assert "01/01/1990" not in page
    assert "1990" in page
    assert viewer.post(f"/doan-vien/{person.pk}/dinh-danh/", {"reason": "tò mò thôi"}).status_code == 403
    assert not AuditEntry.objects.filter(verb="people.reveal_identity").exists()

    refused = officer.post(f"/doan-vien/{person.pk}/dinh-danh/", {"reason": "x"})
    assert "031190123456" not in refused.content.decode()
    assert not AuditEntry.objects.filter(verb="people.reveal_identity").exists()
    shown = officer.post(f"/doan-vien/{person.pk}/dinh-danh/", {"reason": "đối chiếu hồ sơ"})
    assert "031190123456" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    entry = AuditEntry.objects.get(verb="people.reveal_identity")
    assert entry.reason == "đối chiếu hồ sơ"
    assert entry.unit_id == tree.unions["NA1"].pk
    assert "031190123456" not in entry.summary + str(entry.data)


def test_an_old_unit_keeps_its_own_books_and_no_more(tree: Tree, system: Actor, today: date) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY, phone="0912345678")
    transfer(actor=system, items=[Transfer(person, tree.unions["SA1"], LATER)])
    old = browser(make_actor(today, tree.north))
    page = old.get(f"/doan-vien/{person.pk}/")
    assert page.status_code == 200
    words = page.content.decode()
    assert "Chuyển sinh hoạt đi" in words
    assert "Chuyển sinh hoạt đến" not in words
    assert "0912345678" not in words
    assert old.post(f"/doan-vien/{person.pk}/ra/", {"kind": "leave", "on": "2026-01-01"}).status_code == 403
    assert old.post(f"/doan-vien/{person.pk}/dinh-danh/", {"reason": "đối chiếu"}).status_code == 200
    assert not AuditEntry.objects.filter(verb="people.reveal_identity").exists()


# --- booking on screen ----------------------------------------------------------------------------


def admission(where: Unit, **changes: str) -> dict[str, str]:
    return {
        "full_name": "Lý Thị Mơ",
        "birth": "08/03/1995",
        "sex": "f",
        "nationality": "VN",
        "citizen_id": "031195000777",
        "unit": f"{where.name} ({where.code})",
        "on": "2026-11-01",
        "decision_number": "12/QĐ-CĐCS",
        "decision_on": "2026-10-30",
        **changes,
    }


def test_admitting_on_screen(tree: Tree, system: Actor, today: date) -> None:
    union = tree.unions["NA1"]
    client = browser(make_actor(today, tree.north))
    answer = client.post("/doan-vien/ket-nap/", admission(union), follow=True)
    person = Person.objects.get()
    assert answer.redirect_chain[0][0] == f"/doan-vien/{person.pk}/"
    assert "Đã kết nạp Lý Thị Mơ" in answer.content.decode()
    movement = Movement.objects.get()
    assert (movement.kind, movement.on) == ("admit", date(2026, 11, 1))
    assert movement.decision is not None
    assert movement.decision.number == "12/QĐ-CĐCS"
    # The same number again is the same person: shown, not written.
    again = client.post("/doan-vien/ket-nap/", admission(union, full_name="Lý Thị Mơ Mộng"))
    assert again.status_code == 422
    assert "trùng số định danh" in again.content.decode()
    # The same name and birth date may be somebody else: asked, then written.
    other = admission(union, citizen_id="")
    asked = client.post("/doan-vien/ket-nap/", other)
    assert asked.status_code == 422
    assert "trùng tên và ngày sinh" in asked.content.decode()
    assert Person.objects.count() == 1
    assert client.post("/doan-vien/ket-nap/", {**other, "same_person": "on"}).status_code == 302
    assert Person.objects.count() == 2


def test_what_an_action_refuses_is_said_above_the_form_and_leaves_nothing(
    tree: Tree, system: Actor, today: date
) -> None:
    client = browser(make_actor(today, tree.north))
    refused = client.post("/doan-vien/ket-nap/", admission(tree.unions["NA1"], nationality="KR"))
    words = refused.content.decode()
    assert refused.status_code == 422
    assert "12 tháng" in words
    assert "Luật Công đoàn 50/2024/QH15" in words
    assert 'value="Lý Thị Mơ"' in words
    assert not Person.objects.exists()
    outside = client.post("/doan-vien/ket-nap/", admission(tree.unions["SA1"]))
    assert outside.status_code == 403
    assert not Person.objects.exists()
    for change, says in (
        ({"on": "2099-01-01"}, "chưa tới"),
        ({"unit": "không có"}, "Không thấy đơn vị"),
        ({"full_name": ""}, "bắt buộc"),
        ({"birth": "31/02/1990"}, "không phải là một ngày có thật"),
    ):
        page = client.post("/doan-vien/ket-nap/", admission(tree.unions["NA1"], **change))
        assert page.status_code == 422
        assert says in page.content.decode()


def test_moving_ending_coming_back_and_reversing_on_screen(tree: Tree, system: Actor, today: date) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    client = browser(make_actor(today, tree.north))
    where = f"/doan-vien/{person.pk}/"
    assert (
        client.post(where + "chuyen/", {"to_unit": "CĐCS NB 1 (NB1)", "on": "2025-09-01"}).status_code == 302
    )
    assert Membership.objects.get(during__upper_inf=True).unit == tree.unions["NB1"]
    assert client.post(where + "ra/", {"kind": "leave", "on": "2026-02-01"}).status_code == 302
    assert not Membership.objects.filter(during__upper_inf=True).exists()
    assert client.post(where + "ket-nap-lai/", {"unit": "NA2", "on": "2026-03-01"}).status_code == 302
    last = Movement.objects.latest("id")
    assert last.kind == "readmit"
    page = client.get(where).content.decode()
    assert len(re.findall(r'href="[^"]*/dao/', page)) == 5
    assert client.post(f"{where}dao/{last.pk}/", {"reason": "kết nạp nhầm người"}).status_code == 302
    assert not Membership.objects.filter(during__upper_inf=True).exists()
    refused = client.post(f"{where}dao/{last.pk}/", {"reason": "kết nạp nhầm người"})
    assert "đã được đảo" in refused.content.decode()


def test_correcting_data_on_screen(tree: Tree, system: Actor, today: date) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY, citizen_id="031190123456", sex="")
    client = browser(make_actor(today, tree.north))
    path = f"/doan-vien/{person.pk}/sua/"
    data = {
        "full_name": "Nguyễn Văn Ân",
        "birth": "1991",
        "sex": "f",
        "nationality": "VN",
        "citizen_id": "",
        "phone": "0912 345 678",
        "reason": "đối chiếu căn cước",
    }
    assert client.post(path, data).status_code == 302
    key = person.citizen_id_key
    person.refresh_from_db()
    assert (person.full_name, person.birth_precision, person.phone) == ("Nguyễn Văn Ân", "year", "0912345678")
    assert person.citizen_id_key == key
    assert stock("members", [tree.root.pk], on=today, filters={"sex": "f"})[tree.root.pk] == 1
    assert AuditEntry.objects.get(verb="people.update").reason == "đối chiếu căn cước"
    other = make_people(system, start=70)[0]
    taken = client.post(path, {**data, "citizen_id": "031090000070"})
    assert taken.status_code == 422
    assert other.full_name in taken.content.decode()


def test_a_page_of_the_list_costs_the_same_queries_whatever_its_rows(
    tree: Tree, system: Actor, today: date
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = browser(make_actor(today, tree.north))
    client.get("/doan-vien/")
    counts = []
    for start, size in ((0, 1), (10, 2), (20, 40)):
        make_members(system, tree.unions["NA1"], DAY, size, start=start)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/doan-vien/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] == counts[2]
    assert counts[0] <= 22


def test_the_books_of_a_body_are_closed_by_who_may_and_once(
    tree: Tree, client: Client, system: Actor
) -> None:
    leader = officer("chu-tich", "leader", tree.north)
    client.force_login(leader)
    page = client.get("/bien-dong/khoa-so/")
    assert page.status_code == 200 and "Chưa khoá sổ lần nào" in page.text
    tomorrow = date.fromordinal(timezone.localdate().toordinal() + 1)
    ahead = client.post("/bien-dong/khoa-so/", {"last_day": f"{tomorrow:%d/%m/%Y}", "reason": "Báo cáo năm"})
    assert ahead.status_code == 422 and "Chưa thể khoá sổ" in ahead.text
    for _ in range(2):
        done = client.post("/bien-dong/khoa-so/", {"last_day": "31/12/2025", "reason": "Báo cáo năm 2025"})
        assert done.status_code == 302
    assert list(BookClosing.objects.values_list("unit", "until_on")) == [(tree.north.pk, date(2026, 1, 1))]
    assert "31/12/2025" in client.get("/bien-dong/khoa-so/").text
    assert client.get(f"/bien-dong/khoa-so/?don_vi={tree.south.code}").status_code == 404
    # What stands below sees whose closing binds it; who may not close is refused.
    assert "Báo cáo năm 2025" in client.get(f"/bien-dong/khoa-so/?don_vi={tree.north_a.code}").text
    client.force_login(officer("can-bo", "officer", tree.north))
    assert client.get("/bien-dong/khoa-so/").status_code == 403
