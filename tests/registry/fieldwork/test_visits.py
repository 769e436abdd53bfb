"""The log of visits: what is written, what is next, who reads what was said in confidence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from congdoan.faces.office.work_queue import work_queue
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.registry.enterprises.actions import EnterpriseData
from congdoan.registry.enterprises.actions import register_enterprises as register
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.fieldwork.actions import FieldworkError, VisitData, finish_step, log_visit
from congdoan.registry.fieldwork.models import Visit
from congdoan.registry.fieldwork.queries import visits
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
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
