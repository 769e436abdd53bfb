"""The screens of units and enterprises: who sees them, that they open, and that they stay few queries."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.queries import differences, stock
from congdoan.foundation.units.models import Unit
from congdoan.kit.lists import ListContext, filtered, get_list
from congdoan.registry.enterprises.actions import (
    Assignment,
    EnterpriseData,
    HeadcountData,
    HostData,
    assign,
    host,
    register_enterprises,
)
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.organisation.actions import NewUnion, found_unions
from tests.factories.tree import Tree
from tests.factories.users import make_actor


@pytest.fixture
def enterprise(tree: Tree, system: Actor) -> Enterprise:
    (made,) = register_enterprises(
        actor=system,
        on=date(2024, 1, 1),
        items=[
            EnterpriseData(
                "Công ty Sông Mây",
                "fdi",
                tax_code="0100112438",
                unit=tree.north_a,
                started_on=date(2019, 1, 1),
                headcounts=[HeadcountData(120, women=80), HeadcountData(150, on=date(2025, 1, 1))],
            )
        ],
    )
    return made


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(actor.user)
    return client


@pytest.fixture
def officer(tree: Tree) -> Client:
    return signed_in(make_actor(timezone.localdate(), tree.north))


PAGES = ("", "nguoi/", "truc-thuoc/", "doanh-nghiep/", "lich-su/")


def test_who_sees_what(tree: Tree, enterprise: Enterprise) -> None:
    """A superior and the body itself see; a neighbour, a stranger and a subordinate do not."""
    today = timezone.localdate()
    seers = {
        "superior": (make_actor(today, tree.north), 200),
        "own": (make_actor(today, tree.north_a), 200),
        "neighbour": (make_actor(today, tree.north_b), 404),
        "subordinate": (make_actor(today, tree.unions["NA1"]), 404),
        "stranger": (make_actor(today, None), 404),
    }
    for who, (actor, status) in seers.items():
        client = signed_in(actor)
        assert client.get(f"/doanh-nghiep/{enterprise.pk}/").status_code == status, who
        for page in PAGES:
            assert client.get(f"/don-vi/NA/{page}").status_code == status, (who, page)
        listed = ListContext(actor=actor, as_of=today)
        shown = filtered(get_list("enterprises.enterprises"), listed).count()
        assert shown == (1 if status == 200 else 0), who
    stranger = signed_in(seers["stranger"][0])
    assert stranger.get("/don-vi/").status_code == 403
    assert stranger.get("/doanh-nghiep/").status_code == 403
    assert Client().get("/don-vi/NA/").status_code == 302


def test_a_union_sees_the_employer_it_works_at(tree: Tree, system: Actor, enterprise: Enterprise) -> None:
    today = timezone.localdate()
    host(actor=system, items=[HostData(enterprise, tree.unions["NA1"], date(2025, 1, 1))])
    own = make_actor(today, tree.unions["NA1"], "committee")
    listed = ListContext(actor=own, as_of=today)
    assert filtered(get_list("enterprises.enterprises"), listed).count() == 1
    client = signed_in(own)
    page = client.get(f"/doanh-nghiep/{enterprise.pk}/").content.decode()
    assert "Ghi số lao động" in page and "/don-vi/NA1/" in page and "/don-vi/NA/" not in page
    assert "/don-vi/NA/" not in client.get("/doanh-nghiep/").content.decode()


def test_a_viewer_reads_and_does_not_write(tree: Tree, enterprise: Enterprise) -> None:
    client = signed_in(make_actor(timezone.localdate(), tree.north, "viewer"))
    page = client.get(f"/doanh-nghiep/{enterprise.pk}/")
    assert page.status_code == 200 and "Ghi số lao động" not in page.content.decode()
    for door in ("sua/", "so-lao-dong/", "danh-gia/", "cong-doan/", "phu-trach/"):
        assert client.get(f"/doanh-nghiep/{enterprise.pk}/{door}").status_code == 403
    for door in ("sua/", "doi-ten/", "chuyen/", "ket-thuc/"):
        assert client.get(f"/don-vi/NA1/{door}").status_code == 403
    assert client.get("/don-vi/thanh-lap/").status_code == 403


def test_the_body_that_was_in_charge_keeps_the_names_of_its_time(
    tree: Tree, system: Actor, enterprise: Enterprise
) -> None:
    assign(actor=system, items=[Assignment(enterprise, tree.north_b, date(2025, 7, 1))])
    former = make_actor(timezone.localdate(), tree.north_a)
    for day, shown in ((date(2025, 6, 30), 1), (date(2025, 7, 1), 0)):
        context = ListContext(actor=former, as_of=day, params={"don_vi": "NA"})
        assert filtered(get_list("enterprises.enterprises"), context).count() == shown
        assert stock("enterprises", [tree.north_a.pk], on=day)[tree.north_a.pk] == shown
    page = signed_in(former).get(f"/doanh-nghiep/{enterprise.pk}/")
    assert page.status_code == 200 and "Ghi số lao động" not in page.content.decode()


def test_an_enterprise_from_registration_to_a_union(officer: Client, tree: Tree) -> None:
    today = timezone.localdate()
    sent = officer.post(
        "/doanh-nghiep/dang-ky/",
        {
            "name": "Công ty TNHH Bến Đá",
            "tax_code": "0100112438",
            "sector": "fdi",
            "unit": "LĐLĐ huyện Bắc A (NA)",
            "registered_on": today.isoformat(),
            "workers": "60",
            "source": "survey",
        },
        follow=True,
    )
    made = Enterprise.objects.get(name="Công ty TNHH Bến Đá")
    assert sent.redirect_chain[-1][0] == f"/doanh-nghiep/{made.pk}/"
    assert "không đúng số kiểm tra" in sent.content.decode()
    wrong = officer.post(
        f"/doanh-nghiep/{made.pk}/so-lao-dong/",
        {"on": today.isoformat(), "source": "survey", "workers": "60", "women": "61"},
    )
    assert wrong.status_code == 422 and "lớn hơn tổng số lao động" in wrong.content.decode()
    judged = {"on": today.isoformat(), "operating": "operating", "is_stable": "1", "reason": "Đơn hàng đều"}
    assert officer.post(f"/doanh-nghiep/{made.pk}/danh-gia/", judged).status_code == 302
    hosted = {"unit": "NA1", "on": today.isoformat()}
    assert officer.post(f"/doanh-nghiep/{made.pk}/cong-doan/", hosted).status_code == 302
    filters = {"has_union": True, "is_stable": True, "band": {"min": 50}}
    assert stock("enterprises", [tree.root.pk], on=today, filters=filters)[tree.root.pk] == 1
    found = officer.get("/doanh-nghiep/?q=ben+da&co_cong_doan=1").content.decode()
    assert "Công ty TNHH Bến Đá" in found and "60 lao động" in found
    assert differences() == []


def test_coverage_squares_open_lists_that_agree(
    officer: Client, tree: Tree, system: Actor, enterprise: Enterprise
) -> None:
    page = officer.get("/doanh-nghiep/ban-do/").content.decode()
    assert "1 trong 1 doanh nghiệp chưa có công đoàn" in page and "co_cong_doan=0" in page
    host(actor=system, items=[HostData(enterprise, tree.unions["NA1"], date(2025, 1, 1))])
    page = officer.get("/doanh-nghiep/ban-do/").content.decode()
    assert "Cả 1 doanh nghiệp đã có công đoàn" in page


def test_a_union_is_founded_renamed_moved_and_ended_on_screen(officer: Client, tree: Tree) -> None:
    today = timezone.localdate()
    form = {
        "name": "Công đoàn cơ sở Công ty Bến Đá",
        "short_name": "CĐCS Bến Đá",
        "code": "BD1",
        "kind": "grassroots_union",
        "parent": "N",
        "founded_on": "2026-03-01",
        "sector": "fdi",
        "number": "15/QĐ-LĐLĐ",
        "issued_on": "2026-02-27",
        "issuer": "NA",
    }
    refused = officer.post("/don-vi/thanh-lap/", form)
    assert refused.status_code == 422 and "không có thẩm quyền" in refused.content.decode()
    done = officer.post("/don-vi/thanh-lap/", form | {"issuer": "N"}, follow=True)
    assert done.redirect_chain[-1][0] == "/don-vi/BD1/"
    named = {"name": "CĐCS Công ty Bến Đá Mới", "short_name": "CĐCS Bến Đá Mới", "on": "2026-05-01"}
    assert officer.post("/don-vi/BD1/doi-ten/", named).status_code == 302
    assert officer.post("/don-vi/BD1/chuyen/", {"parent": "NB", "on": "2026-06-01"}).status_code == 302
    history = officer.get("/don-vi/BD1/lich-su/").content.decode()
    assert "Đổi tên thành CĐCS Công ty Bến Đá Mới" in history and "LĐLĐ huyện Bắc B" in history
    assert "15/QĐ-LĐLĐ" in history
    assert officer.post("/don-vi/BD1/ket-thuc/", {"on": "2026-09-01"}).status_code == 302
    assert Unit.objects.get(code="BD1").ended_on == date(2026, 9, 1)
    assert stock("unions", [tree.north.pk], on=today)[tree.north.pk] == 0
    assert differences() == []


def test_old_and_new_structure_by_day(officer: Client, tree: Tree, system: Actor) -> None:
    from congdoan.registry.organisation.actions import Move, end_unions, move_units

    reform = date(2025, 7, 1)
    moved = [tree.unions["NA1"], tree.unions["NA2"]]
    move_units(actor=system, on=reform, items=[Move(unit, tree.north) for unit in moved])
    end_unions(actor=system, on=reform, units=[tree.north_a])
    old = officer.get("/don-vi/?ngay=2025-06-30").content.decode()
    assert "LĐLĐ huyện Bắc A" in old and "đã kết thúc từ 01/07/2025" in old and "CĐCS NA 1" not in old
    assert "CĐCS NA 1" in officer.get("/don-vi/NA/nhanh/?ngay=2025-06-30").content.decode()
    new = officer.get("/don-vi/?ngay=2025-07-01").content.decode()
    assert "LĐLĐ huyện Bắc A" not in new and "CĐCS NA 1" in new


def test_search_without_accents(officer: Client) -> None:
    page = officer.get("/don-vi/?q=huyen+bac").content.decode()
    assert "LĐLĐ huyện Bắc A" in page and "LĐLĐ huyện Nam A" not in page
    options = officer.get("/don-vi/goi-y/?truong=unit&unit=bac+b").content.decode()
    assert "LĐLĐ huyện Bắc B (NB)" in options


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_lists_and_tables_take_as_many_queries_for_one_row_as_for_many(
    officer: Client, tree: Tree, system: Actor
) -> None:
    urls = ("/don-vi/", "/don-vi/NA/truc-thuoc/", "/don-vi/danh-sach/", "/don-vi/thanh-lap-moi/",
            "/doanh-nghiep/", "/doanh-nghiep/ban-do/", "/don-vi/NA/doanh-nghiep/")  # fmt: skip

    def grow(start: int, count: int) -> None:
        on = date(2025, 1, 1)
        unions = found_unions(
            actor=system,
            items=[
                NewUnion(f"Q{n}", f"CĐCS Q{n}", f"Q{n}", "grassroots_union", tree.north_a, on, sector="fdi")
                for n in range(start, start + count)
            ],
        )
        register_enterprises(
            actor=system,
            on=on,
            items=[
                EnterpriseData(
                    f"Công ty {unit.code}", "fdi", unit=tree.north_a, headcounts=[HeadcountData(30)]
                )
                for unit in unions
            ],
        )

    grow(0, 1)
    one = {url: queries(officer, url) for url in urls}
    grow(1, 4)
    assert {url: queries(officer, url) for url in urls} == one


def test_unions_and_foundings_agree_with_their_figures(tree: Tree, system: Actor) -> None:
    from congdoan.foundation.measures.catalogue import measure
    from congdoan.foundation.measures.queries import flow
    from congdoan.registry.organisation.actions import Move, end_unions, move_units

    made = found_unions(
        actor=system,
        items=[
            NewUnion(
                f"Q{n}",
                f"CĐCS Q{n}",
                f"Q{n}",
                "grassroots_union",
                tree.north_a,
                date(2024, n, 1),
                sector="fdi",
            )
            for n in (1, 2, 3, 4)
        ],
    )
    move_units(
        actor=system, on=date(2025, 7, 1), items=[Move(made[0], tree.south), Move(made[1], tree.north)]
    )
    end_unions(actor=system, on=date(2025, 3, 1), units=[made[2]])
    unions = measure("unions")
    for unit in (tree.root, tree.north, tree.north_a, tree.south):
        for on in (date(2024, 2, 15), date(2025, 6, 30), date(2025, 7, 1)):
            link = unions.stock_names(unit.pk, on, {"sector": "fdi"})  # type: ignore[misc]
            shown = ListContext(actor=system, as_of=on, params=link.params)
            figure = stock("unions", [unit.pk], on=on, filters={"sector": "fdi"})[unit.pk]
            assert filtered(get_list(link.list_name), shown).count() == figure
        start, end = date(2024, 1, 1), date(2024, 4, 1)
        link = unions.flow_names(unit.pk, start, end, {"movement": "found"})  # type: ignore[misc]
        shown = ListContext(actor=system, as_of=date(2026, 1, 1), params=link.params)
        figure = flow("unions", [unit.pk], from_on=start, to_on=end, filters={"movement": "found"})[unit.pk]
        assert filtered(get_list(link.list_name), shown).count() == figure
