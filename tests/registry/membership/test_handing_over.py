"""A member goes between two unions whose officers have no right at the other: proposed by one, accepted by the other."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import docx
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from congdoan.faces.office.work_queue import work_queue
from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.approvals.actions import AlreadyDecided, decide
from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.measures.queries import differences
from congdoan.foundation.messaging.models import Notice
from congdoan.registry.membership.actions import (
    HandedOverMeanwhile,
    MembershipError,
    Transfer,
    WrongDay,
    propose_transfer,
    remind_handovers,
    transfer,
)
from congdoan.registry.membership.models import Membership
from congdoan.registry.membership.queries import ledger_faults
from congdoan.registry.people.models import Person
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.factories.users import make_actor

JOINED = date(2025, 3, 1)


@pytest.fixture
def person(tree: Tree, system: Actor) -> Person:
    (made,) = make_members(system, tree.unions["NA1"], JOINED)
    return made


@pytest.fixture
def old(tree: Tree, today: date) -> Actor:
    return make_actor(today, tree.unions["NA1"])


@pytest.fixture
def new(tree: Tree, today: date) -> Actor:
    return make_actor(today, tree.unions["SB1"])


def here(person: Person) -> str:
    return Membership.objects.get(person=person, during__endswith__isnull=True).unit.code


def well() -> bool:
    return not ledger_faults() and not differences()


def test_the_old_union_proposes_and_the_new_one_accepts(
    tree: Tree, person: Person, old: Actor, new: Actor, today: date
) -> None:
    on = today - timedelta(days=3)
    with pytest.raises(Forbidden):
        transfer(actor=old, items=[Transfer(person, tree.unions["SB1"], on)])
    made = propose_transfer(actor=old, item=Transfer(person, tree.unions["SB1"], on, "Đổi nơi làm việc"))
    assert here(person) == "NA1"
    assert made.title in [item.title for item in work_queue(new, tree.unions["SB1"], today)]
    (mine,) = [item for item in work_queue(old, tree.unions["NA1"], today) if item.title == made.title]
    assert mine.state_text == "chờ trả lời"
    with pytest.raises(Forbidden):
        decide(actor=old, on=today, approval=made, approve=True)
    decide(actor=new, on=today, approval=made, approve=True)
    assert here(person) == "SB1"
    assert Membership.objects.get(person=person, unit=tree.unions["SB1"]).during.lower == on
    assert well()
    with pytest.raises(AlreadyDecided):
        decide(actor=new, on=today, approval=made, approve=True)


def test_the_new_union_asks_and_the_old_one_refuses(
    tree: Tree, person: Person, old: Actor, new: Actor, today: date
) -> None:
    made = propose_transfer(actor=new, item=Transfer(person, tree.unions["SB1"], today))
    assert made.unit == tree.unions["NA1"]
    decide(actor=old, on=today, approval=made, approve=False, note="Chưa bàn giao xong")
    assert here(person) == "NA1"
    (line,) = [item for item in work_queue(new, tree.unions["SB1"], today) if item.title == made.title]
    assert (line.state_text, line.detail) == ("không được duyệt", "Chưa bàn giao xong")
    again = propose_transfer(actor=new, item=Transfer(person, tree.unions["SB1"], today))
    with pytest.raises(MembershipError, match="đang chờ"):
        propose_transfer(actor=old, item=Transfer(person, tree.unions["SB1"], today))
    assert again.state == "open"


def test_an_agreed_day_that_lies_ahead_is_accepted_when_it_comes(
    tree: Tree, person: Person, old: Actor, new: Actor, today: date
) -> None:
    on = today + timedelta(days=10)
    made = propose_transfer(actor=old, item=Transfer(person, tree.unions["SB1"], on))
    with pytest.raises(WrongDay):
        decide(actor=new, on=today, approval=made, approve=True)
    made.refresh_from_db()
    assert made.state == "open" and here(person) == "NA1"
    decide(actor=Actor(user=new.user, today=on), on=on, approval=made, approve=True)
    assert here(person) == "SB1"
    assert well()


@pytest.mark.parametrize(
    ("elsewhere", "words"), [("SB1", "rồi"), ("NB1", "không còn sinh hoạt tại CĐCS NA 1")]
)
def test_what_was_done_meanwhile_is_said_once_and_books_nothing(
    tree: Tree, person: Person, old: Actor, new: Actor, system: Actor, today: date, elsewhere: str, words: str
) -> None:
    made = propose_transfer(actor=old, item=Transfer(person, tree.unions["SB1"], today))
    transfer(actor=system, items=[Transfer(person, tree.unions[elsewhere], today)])
    with pytest.raises(HandedOverMeanwhile, match=words):
        decide(actor=new, on=today, approval=made, approve=True)
    made.refresh_from_db()
    assert made.state == "open" and here(person) == elsewhere
    decide(actor=new, on=today, approval=made, approve=False)
    assert well()


def test_the_proposer_must_still_have_the_right(
    tree: Tree, person: Person, old: Actor, new: Actor, today: date
) -> None:
    made = propose_transfer(actor=old, item=Transfer(person, tree.unions["SB1"], today))
    Grant.objects.filter(user=old.user).delete()
    with pytest.raises(MembershipError, match="không còn được giao quyền"):
        decide(actor=new, on=today, approval=made, approve=True)
    assert here(person) == "NA1"


def test_a_stranger_proposes_nothing(tree: Tree, person: Person, today: date) -> None:
    stranger = make_actor(today, tree.unions["NB2"])
    with pytest.raises(Forbidden):
        propose_transfer(actor=stranger, item=Transfer(person, tree.unions["SB1"], today))
    assert not Approval.objects.exists()


def test_by_the_screens(
    tree: Tree, person: Person, old: Actor, new: Actor, today: date, client: Client
) -> None:
    client.force_login(new.user)
    page = reverse("membership:request_transfer")
    asked = {"citizen_id": "031090000000", "to_unit": "CĐCS SB 1 (SB1)", "on": today.strftime("%d/%m/%Y")}
    wrong = client.post(page, asked | {"full_name": "Nguyễn Văn Khác"})
    assert wrong.status_code == 422 and "Không thấy đoàn viên" in wrong.content.decode()
    sent = client.post(page, asked | {"full_name": "nguyen van an"})
    assert sent.status_code == 302, sent.content.decode()
    client.force_login(old.user)
    made = Approval.objects.get()
    assert made.title in client.get("/").content.decode()
    client.post(reverse("approvals:decide", args=[made.pk]), {"quyet-dinh": "duyet"})
    assert here(person) == "SB1"
    client.force_login(new.user)
    moving = reverse("membership:transfer", args=[person.pk])
    back = {"to_unit": "CĐCS NA 1 (NA1)", "on": today.strftime("%d/%m/%Y")}
    assert client.post(moving, back).status_code == 302
    assert Approval.objects.filter(state="open").get().unit == tree.unions["NA1"]
    assert here(person) == "SB1"


def letter_of(client: Client, person: Person) -> str:
    sent = client.get(reverse("membership:introduction", args=[person.pk]))
    assert sent.content[:2] == b"PK", sent.status_code
    document = docx.Document(io.BytesIO(sent.content))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_the_letter_says_where_somebody_goes_and_is_for_both_sides(
    tree: Tree, person: Person, old: Actor, new: Actor, today: date, client: Client
) -> None:
    client.force_login(old.user)
    # Nobody has said where: the worker takes it to the union they find.
    assert "Kính gửi: ………" in letter_of(client, person)
    client.force_login(new.user)
    door = reverse("membership:introduction", args=[person.pk])
    assert client.get(door).status_code == 404
    made = propose_transfer(actor=old, item=Transfer(person, tree.unions["SB1"], today, "chuyển chỗ làm"))
    waiting = letter_of(client, person)
    assert person.full_name in waiting and "lý do: chuyển chỗ làm" in waiting
    assert f"Kính gửi: {tree.unions['SB1'].name}" in waiting
    assert f"{timezone.localdate() + timedelta(days=30):%d/%m/%Y}" in waiting
    decide(actor=new, on=today, approval=made, approve=True)
    booked = letter_of(client, person)
    assert f"{tree.unions['NA1'].name} giới thiệu" in booked
    assert f"Kính gửi: {tree.unions['SB1'].name}" in booked
    stranger = make_actor(today, tree.unions["NB2"])
    client.force_login(stranger.user)
    assert client.get(door).status_code == 404


def test_a_transfer_that_lies_is_recalled_once_a_week_to_both(
    tree: Tree, person: Person, old: Actor, new: Actor, today: date
) -> None:
    made = propose_transfer(actor=old, item=Transfer(person, tree.unions["SB1"], today))
    # Proposed on Wednesday the 18th; the 24th is a holiday, so five working days are over on the 26th.
    begun = datetime(2026, 11, 18, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    Approval.objects.update(proposed_at=begun)
    days = [date(2026, 11, day) for day in (23, 24, 25, 26, 27, 28, 30)]
    told = [remind_handovers(actor=Actor.system("nhắc", today=day), on=day) for day in days]
    assert told == [0, 0, 0, 2, 0, 0, 2]
    notices = Notice.objects.filter(kind="membership.handover")
    assert {notice.user for notice in notices} == {old.user, new.user}
    decide(actor=new, on=today, approval=made, approve=False, note="chưa rõ")
    later = date(2026, 12, 7)
    assert remind_handovers(actor=Actor.system("nhắc", today=later), on=later) == 0
