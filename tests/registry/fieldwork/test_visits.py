"""The log of visits: what is written, what is next, who reads what was said in confidence."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from congdoan.faces.office.work_queue import work_queue
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.accounts.models import User
from congdoan.registry.enterprises.actions import EnterpriseData
from congdoan.registry.enterprises.actions import register_enterprises as register
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.fieldwork.actions import FieldworkError, VisitData, finish_step, log_visit
from congdoan.registry.fieldwork.models import Visit
from congdoan.registry.fieldwork.queries import followed, followed_officer, visits
from congdoan.registry.joining.actions import SourceData, make_source, name_reader
from congdoan.registry.joining.queries import CameBy
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, officer
from tests.factories.tree import Tree


@pytest.fixture
def employer(tree: Tree, system: Actor) -> Enterprise:
    item = EnterpriseData("Công ty May Suối Mơ", "fdi", unit=tree.north_a, registered_on=date(2024, 1, 1))
    return register(actor=system, on=date(2024, 1, 1), items=[item])[0]


@pytest.fixture
def worker(tree: Tree, today: date) -> Actor:
    return acting(officer("can-bo", "officer", tree.north_a), today)


def data(tree: Tree, employer: Enterprise, on: date, **values: object) -> VisitData:
    return VisitData(employer, tree.north_a, on, "visit", "needs_time", **values)  # type: ignore[arg-type]


def test_a_next_step_stands_in_the_queue_until_it_is_done(
    tree: Tree, worker: Actor, employer: Enterprise, today: date
) -> None:
    step = {"next_step": "Gặp giám đốc", "next_on": today + timedelta(days=3)}
    made = log_visit(actor=worker, on=today, data=data(tree, employer, today, **step))
    lines = [item.title for item in work_queue(worker, tree.north_a, today)]
    assert "Gặp giám đốc:" in lines
    finish_step(actor=worker, on=today, visit=made)
    finish_step(actor=worker, on=today + timedelta(days=1), visit=made)
    made.refresh_from_db()
    assert made.next_done_on == today
    assert not [item for item in work_queue(worker, tree.north_a, today) if item.title == "Gặp giám đốc:"]


@pytest.mark.parametrize(
    ("shift", "values", "words"),
    [
        (1, {}, "chưa tới"),
        (0, {"next_step": "Gặp lại"}, "cả nội dung và ngày"),
        (0, {"next_step": "Gặp lại", "next_on": date(2026, 11, 17)}, "từ ngày tiếp xúc"),
    ],
)
def test_what_cannot_be_is_refused(
    tree: Tree,
    worker: Actor,
    employer: Enterprise,
    today: date,
    shift: int,
    values: dict[str, object],
    words: str,
) -> None:
    with pytest.raises(FieldworkError, match=words):
        log_visit(actor=worker, on=today, data=data(tree, employer, today + timedelta(days=shift), **values))
    assert not Visit.objects.exists()


def test_who_may_write_and_what_a_day_knew(
    tree: Tree, worker: Actor, employer: Enterprise, today: date
) -> None:
    stranger = acting(officer("phia-nam", "officer", tree.south_a), today)
    with pytest.raises(Forbidden):
        log_visit(actor=stranger, on=today, data=data(tree, employer, today))
    helper = acting(officer("cong-tac-vien", "collaborator", tree.north_a), today)
    with pytest.raises(Forbidden):
        log_visit(actor=helper, on=today, data=data(tree, employer, today))
    client = Client()
    client.force_login(helper.user)  # type: ignore[arg-type]
    closed = ("", "tiep-xuc/", "tiep-xuc/ghi/", "phieu/", "uu-tien/", "doi-chieu/", "doanh-nghiep/")
    assert {client.get(f"/khao-sat/{door}").status_code for door in closed} == {403}
    assert client.get("/", follow=True).redirect_chain == [("/khao-sat/cua-toi/", 302)]
    made = log_visit(actor=worker, on=today, data=data(tree, employer, today))
    assert list(visits(employer, today)) == [made]
    assert not visits(employer, today - timedelta(days=1))


def test_remarks_are_sealed_and_read_by_few(
    tree: Tree, worker: Actor, employer: Enterprise, today: date
) -> None:
    client = Client()
    client.force_login(worker.user)  # type: ignore[arg-type]
    typed = {
        "enterprise": employer.code,
        "on": "02/01/2024",
        "kind": "call",
        "result": "interested",
        "met": "Ông Bình kế toán",
        "remarks": "Sợ bị chuyển việc",
    }
    answer = client.post("/khao-sat/tiep-xuc/ghi/", typed)
    made = Visit.objects.get()
    assert answer.status_code == 302 and "Sợ".encode() not in bytes(made.remarks_sealed)
    address = f"/khao-sat/tiep-xuc/{made.pk}/"
    assert "Sợ bị chuyển việc" in client.get(address).text
    assert "Sợ bị" not in client.get("/khao-sat/tiep-xuc/").text
    colleague = officer("khong-kin", "officer", tree.north_a)
    role = colleague.grants.get().role
    role.capabilities = [name for name in role.capabilities if name != "fieldwork.confidential"]
    role.save()
    reader = Client()
    reader.force_login(colleague)
    page = reader.get(address).text
    assert "Suối Mơ" in page and "Sợ bị" not in page and "Ông Bình" not in page
    neighbour = Client()
    neighbour.force_login(officer("hang-xom", "officer", tree.north_b))
    assert neighbour.get(address).status_code == 404
    wrong = client.post("/khao-sat/tiep-xuc/ghi/", {**typed, "enterprise": "không có"})
    assert wrong.status_code == 422 and "Sợ bị chuyển việc" in wrong.text


def test_applications_are_counted_to_the_last_visit_that_left_the_source(
    tree: Tree, system: Actor, worker: Actor, today: date
) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    day = today - timedelta(days=9)
    first = log_visit(actor=worker, on=today, data=data(tree, workplace, day, makes_source=True))
    source = first.source
    assert source is not None and (source.kind, source.enterprise, source.during.lower) == (
        "visit",
        workplace,
        day,
    )
    later = log_visit(
        actor=worker, on=today, data=data(tree, workplace, today - timedelta(days=3), source=source)
    )
    plain = log_visit(actor=worker, on=today, data=data(tree, workplace, today))
    for n, ago in enumerate((9, 4, 3)):
        sent_on = today - timedelta(days=ago)
        apply(sent_on, enterprise=workplace, source=source, citizen_id=f"01219800050{n}")
    found = followed(worker, [first, later, plain])
    assert found == {first.pk: CameBy(2, 2, 0), later.pk: CameBy(1, 1, 0)}
    assert followed_officer(worker, author_id=worker.user.pk, on=today) == CameBy(3, 3, 0)  # type: ignore[union-attr]
    assert followed(acting(officer("phia-nam", "officer", tree.south_a), today), [first, later]) == {}
    counts = []
    for some in ([first], [first, later, plain]):
        with CaptureQueriesContext(connection) as asked:
            followed(worker, some)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_followed_at_a_workplace_without_a_union_is_told_to_those_named_alone(
    tree: Tree, system: Actor, worker: Actor, today: date
) -> None:
    without = make_workplace(system, tree.north_a, name="Công ty Hoa Sữa")
    made = log_visit(actor=worker, on=today, data=data(tree, without, today, makes_source=True))
    client = Client()
    client.force_login(worker.user)  # type: ignore[arg-type]
    pages = (f"/khao-sat/tiep-xuc/{made.pk}/", "/khao-sat/tiep-xuc/")

    def read() -> list[str]:
        return [re.sub(r"csrf[^>]{0,160}", "", client.get(address).text) for address in pages]

    before = read()
    assert "Đơn gia nhập đến sau đó" in before[0]
    application = apply(today, enterprise=without, source=made.source).application
    assert application.is_confidential and application.source == made.source
    assert read() == before and followed(worker, [made]) == {made.pk: CameBy()}
    receiver = application.receiving_unit
    give(worker.user, "officer", receiver)  # type: ignore[arg-type]
    name_reader(
        actor=acting(officer("lanh-dao", "leader", receiver), today),
        on=today,
        unit=receiver,
        user=worker.user,  # type: ignore[arg-type]
    )
    named = acting(User.objects.get(pk=worker.user.pk), today)  # type: ignore[union-attr]
    assert followed(named, [made]) == {made.pk: CameBy(1, 1, 0)}


def test_a_source_of_another_place_or_over_or_without_the_right_is_not_left(
    tree: Tree, system: Actor, worker: Actor, employer: Enterprise, today: date
) -> None:
    other = make_workplace(system, tree.north_a, name="Công ty Hoa Sữa")
    theirs = SourceData("leaflet", "Tờ rơi", tree.north_a, today - timedelta(days=5), enterprise=other)
    over = SourceData("leaflet", "Cũ", tree.north_a, today - timedelta(days=5), today)
    for given, words in ((theirs, "doanh nghiệp khác"), (over, "không còn dùng được")):
        with pytest.raises(FieldworkError, match=words):
            source = make_source(actor=system, data=given)
            log_visit(actor=worker, on=today, data=data(tree, employer, today, source=source))
    assert worker.user is not None
    role = worker.user.grants.get().role
    role.capabilities = [name for name in role.capabilities if name != "joining.invite"]
    role.save()
    without = acting(User.objects.get(pk=worker.user.pk), today)
    with pytest.raises(Forbidden):
        log_visit(actor=without, on=today, data=data(tree, employer, today, makes_source=True))
    client = Client()
    client.force_login(worker.user)
    assert "để lại" not in client.get("/khao-sat/tiep-xuc/ghi/").text
    assert not Visit.objects.exists()


def test_the_form_makes_a_source_with_the_visit(
    tree: Tree, worker: Actor, employer: Enterprise, today: date
) -> None:
    client = Client()
    client.force_login(worker.user)  # type: ignore[arg-type]
    typed = {"enterprise": employer.code, "on": "02/01/2024", "kind": "leaflets", "result": "interested"}
    assert client.post("/khao-sat/tiep-xuc/ghi/", {**typed, "source": "KHONGCO"}).status_code == 422
    assert client.post("/khao-sat/tiep-xuc/ghi/", {**typed, "source": "moi"}).status_code == 302
    made = Visit.objects.get()
    assert made.source is not None and made.source.kind == "leaflet"
    assert client.post("/khao-sat/tiep-xuc/ghi/", {**typed, "source": made.source.code}).status_code == 302
    assert Visit.objects.filter(source=made.source).count() == 2
    assert made.source.code in client.get(f"/khao-sat/tiep-xuc/{made.pk}/").text
