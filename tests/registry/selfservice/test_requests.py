"""Members ask for themselves: proved by a code to the contact on record, answered by their union, forgotten in time; and
nobody learns by the page whether somebody is a member."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from congdoan.faces.office.work_queue import work_queue
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.messaging.models import Delivery, Notice
from congdoan.kit.lists import ListContext, get_list, view_model
from congdoan.registry.cards.actions import issue
from congdoan.registry.enterprises.actions import EnterpriseData, register_enterprises
from congdoan.registry.joining.actions import TooManyAttempts
from congdoan.registry.membership.actions import Departure, Transfer, depart, transfer
from congdoan.registry.membership.models import Movement
from congdoan.registry.people.actions import EmploymentData, PeopleError, employ, update_people
from congdoan.registry.people.models import Person
from congdoan.registry.selfservice import actions, jobs, queries
from congdoan.registry.selfservice.actions import (
    AlreadyAnswered,
    RequestError,
    Scan,
    Stale,
    accept_change,
    accept_leave,
    ask_change,
    ask_code,
    ask_to_leave,
    end_lapsed,
    evidence_of,
    forget,
    refuse,
    send_code,
    withdraw,
)
from congdoan.registry.selfservice.models import Evidence, MemberRequest, Proof
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.registry.reorganisation.ground import decide

JOINED = date(2025, 3, 1)
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=timezone.get_fixed_timezone(420))
TO = "an-nguyen@congdoan.test"
NUMBER = "031090000000"


@pytest.fixture
def member(tree: Tree, system: Actor, settings: Any) -> Person:
    settings.MESSAGING = {**settings.MESSAGING, "email": True}
    (person,) = make_members(system, tree.unions["NA1"], JOINED, phone="0912000111", email=TO)
    update_people(actor=system, on=system.today, changes=[(person, {"card_number": "TLĐ 0001"})])
    return person


@pytest.fixture
def committee(tree: Tree, today: date) -> Actor:
    return acting(officer("bch", "committee", tree.unions["NA1"], reach="own"), today)


@pytest.fixture
def superior(tree: Tree, today: date) -> Actor:
    return acting(officer("cap-tren", "officer", tree.north), today)


def ask(key: uuid.UUID, *, card: str = "TLĐ 0001", number: str = NUMBER, now: datetime = NOW) -> None:
    ask_code(key=key, card=card, number=number, address="10.0.0.1", on=date(2026, 11, 18), now=now)


def code_of(key: uuid.UUID, n: int = 1, now: datetime = NOW) -> str:
    """The code that the worker sends for a form."""
    assert send_code(key=key, n=n, now=now)
    found = re.search(r"\b(\d{6})\b", str(mail.outbox[-1].body))
    assert found is not None
    return found.group(1)


def come_in(*, key: uuid.UUID, code: str, now: datetime) -> str:
    return actions.enter(key=key, code=code, on=date(2026, 11, 18), now=now)


def change(person: Person, **proposed: str) -> MemberRequest:
    return ask_change(
        person=person, proposed=proposed, reason="Chuyển nhà", on=date(2026, 11, 18), now=timezone.now()
    )


def seen(found: MemberRequest) -> str:
    person = Person.objects.get(pk=found.person_id)
    return queries.mark_of(person, queries.job_of(person.pk, date(2026, 11, 18)), found.fields)


def agree(actor: Actor, found: MemberRequest) -> MemberRequest:
    return accept_change(actor=actor, on=actor.today, pk=found.pk, seen=seen(found), now=timezone.now())


# --------------------------------------------------------------------------------------------------
# Proving
# --------------------------------------------------------------------------------------------------


def test_the_code_opens_once_in_time_and_in_few_tries(member: Person) -> None:
    key = uuid.uuid4()
    ask(key, card=" tlđ 0001", number="031 090 000 000")
    code = code_of(key)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert mail.outbox[-1].to == [TO]
    # What goes out says nothing of a union, and no log of it is kept.
    assert "đoàn" not in f"{mail.outbox[-1].subject} {mail.outbox[-1].body}".lower()
    assert not Delivery.objects.exists()
    assert code not in str([vars(row) for row in Proof.objects.all()])
    assert come_in(key=key, code=wrong, now=NOW) == ""
    assert come_in(key=key, code=code, now=NOW + timedelta(minutes=16)) == ""
    given = come_in(key=key, code=f" {code[:3]} {code[3:]}", now=NOW)
    assert queries.holder(given, NOW) == member
    assert queries.holder(given, NOW + timedelta(minutes=31)) is None
    assert queries.holder("x" * 20, NOW) is None
    assert given not in str([vars(row) for row in Proof.objects.all()])
    assert come_in(key=key, code=code, now=NOW) == ""


def test_wrong_tries_end_a_code(member: Person) -> None:
    key = uuid.uuid4()
    ask(key)
    code = code_of(key)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(actions.proving.MOST_TRIES):
        assert come_in(key=key, code=wrong, now=NOW) == ""
    assert come_in(key=key, code=code, now=NOW) == ""


def test_a_newer_code_takes_the_place_of_the_older(member: Person) -> None:
    key, later = uuid.uuid4(), NOW + timedelta(seconds=61)
    ask(key)
    first = code_of(key)
    with pytest.raises(TooManyAttempts, match="đợi một phút"):
        ask(key, card="", number="", now=NOW + timedelta(seconds=30))
    ask(key, card="", number="", now=later)
    assert not send_code(key=key, n=1, now=later)
    second = code_of(key, 2, later)
    assert first == second or come_in(key=key, code=first, now=later) == ""
    assert come_in(key=key, code=second, now=later)


def test_nobody_is_pestered_however_the_number_is_written(member: Person) -> None:
    ways = (NUMBER, "031 090 000 000", "031-090-000-000", "031.090.000.000", " 031090000000 ")
    for n in range(actions.proving.MOST_A_DAY):
        ask(uuid.uuid4(), number=ways[n % len(ways)], now=NOW + timedelta(minutes=n))
    with pytest.raises(TooManyAttempts, match="ngày mai"):
        ask(uuid.uuid4(), number=ways[1], now=NOW + timedelta(hours=1))
    with pytest.raises(TooManyAttempts, match="ngày mai"):
        ask(uuid.uuid4(), card="SAI", number=ways[2], now=NOW + timedelta(hours=1))
    ask(uuid.uuid4(), now=NOW + timedelta(hours=25))
    Parameter.objects.filter(code="selfservice.codes_per_hour").update(value=1)
    with pytest.raises(TooManyAttempts):
        ask(uuid.uuid4(), number="031090000001", now=NOW + timedelta(hours=25))


def test_sent_to_the_phone_when_that_is_set_up_and_never_to_who_is_no_member(
    member: Person, system: Actor, settings: Any
) -> None:
    key = uuid.uuid4()
    ask(key, number="031090999999")
    assert not send_code(key=key, n=1, now=NOW)
    depart(actor=system, items=[Departure(member, "leave", date(2026, 8, 1))])
    ask(key)
    assert not send_code(key=key, n=2, now=NOW)
    assert mail.outbox == []


@contextmanager
def statements() -> Iterator[list[str]]:
    found: list[str] = []
    with CaptureQueriesContext(connection) as asked:
        yield found
    found += [re.sub(r"'[^']*'|\d+", "?", query["sql"])[:60] for query in asked.captured_queries]


def test_the_page_is_no_oracle(member: Person) -> None:
    """A member, a member with another's card, and nobody are answered by the same page, after the same statements."""
    restless = re.compile(r'name="(csrfmiddlewaretoken|mark)" value="[^"]*"')
    told: list[tuple[int, str]] = []
    done: list[list[str]] = []
    for card, number in (("TLĐ 0001", NUMBER), ("TLĐ 0002", NUMBER), ("TLĐ 0001", "031090123456")):
        client = Client()
        values = proving(client, card, number)
        with statements() as asked:
            answer = client.post(reverse("portal:mine"), values)
        mark = re.search(r'name="mark" value="([^"]+)"', answer.content.decode())
        assert mark is not None
        wrong = client.post(reverse("portal:mine"), {"do": "code", "mark": mark.group(1), "code": "12"})
        told.append((answer.status_code, restless.sub("", answer.content.decode())))
        told.append((wrong.status_code, restless.sub("", wrong.content.decode())))
        done.append(asked)
    assert told[0] == told[2] == told[4] and told[1] == told[3] == told[5]
    assert done[0] == done[1] == done[2]
    # The message itself is a worker's, later; its order names nobody.
    orders = list(ProcrastinateJob.objects.filter(task_name="selfservice.send_code"))
    assert len(orders) == 3
    assert all(set(order.args) == {"key", "n"} for order in orders)


# --------------------------------------------------------------------------------------------------
# The page
# --------------------------------------------------------------------------------------------------


def proving(client: Client, card: str, number: str) -> dict[str, str]:
    page = client.get(reverse("portal:mine")).content.decode()
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert mark is not None
    return {"do": "prove", "mark": mark.group(1), "card": card, "number": number}


def signed_in(space: str = "portal") -> Client:
    client = Client()
    client.post(reverse(f"{space}:mine"), proving(client, "TLĐ 0001", NUMBER))
    proof = Proof.objects.latest("sent_at")
    code = code_of(proof.pk, now=timezone.now())
    mark = proving_mark(client, proof)
    answer = client.post(reverse(f"{space}:mine"), {"do": "code", "mark": mark, "code": code})
    assert answer.status_code == 302, answer.content.decode()
    cookie = client.cookies["doan-vien"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict"
    return client


def proving_mark(client: Client, proof: Proof) -> str:
    from django.core.signing import TimestampSigner

    from congdoan.faces.portal import challenges

    return TimestampSigner(salt=challenges._SIGNER_SALT).sign(f"{proof.pk.hex}.2.3")


def test_a_member_asks_sees_the_state_and_takes_it_back(member: Person, committee: Actor) -> None:
    client, door = signed_in(), reverse("portal:mine")
    page = client.get(door).content.decode()
    assert member.full_name in page and "CĐCS NA 1" in page
    # Numbers and contacts are shown in part.
    assert NUMBER not in page and "•••••••••000" in page
    assert "0912000111" not in page and TO not in page
    values = {
        "do": "change",
        "phone": "0987 654 321",
        "citizen_id": "031090555555",
        "reason": "Đổi số",
        "scan": SimpleUploadedFile("cccd.png", b"\x89PNG card", "image/png"),
    }
    assert client.post(door, values).status_code == 302
    found = MemberRequest.objects.get()
    assert set(found.fields) == {"phone", "citizen_id"}
    assert b"0987654321" not in bytes(found.content_sealed)
    shown = client.get(door).content.decode()
    assert "chờ công đoàn trả lời" in shown and "Sửa điện thoại, số căn cước" in shown
    member.refresh_from_db()
    assert member.phone == "0912000111"
    assert client.post(door, {"do": "withdraw", "pk": found.pk}).status_code == 302
    found.refresh_from_db()
    assert (found.state, bytes(found.content_sealed)) == ("withdrawn", b"")
    assert not Evidence.objects.exists()
    assert client.post(door, {"do": "out"}).status_code == 302
    assert "Nhận mã xác nhận" in client.get(door).content.decode()


def test_bad_input_comes_back_with_what_was_typed(member: Person) -> None:
    client, door = signed_in(), reverse("portal:mine")
    for values, words in (
        ({"reason": "x", "phone": ""}, "Chưa có mục nào khác"),
        ({"reason": "x", "phone": "0912000111"}, "Chưa có mục nào khác"),
        ({"reason": "x", "phone": "không nhớ"}, "Số điện thoại không đúng"),
        ({"reason": "x", "citizen_id": "12"}, "12 chữ số"),
        ({"reason": "x", "birth_on": "40/40/1990"}, "Không đọc được ngày"),
        ({"reason": "x", "scan": SimpleUploadedFile("x.png", b"text"), "address": "Ngõ 7"}, "Chỉ nhận ảnh"),
        ({"phone": "0987654321", "reason": ""}, "0987654321"),
    ):
        answer: HttpResponse = client.post(door, {"do": "change", **values})
        assert answer.status_code == 422, values
        assert words in answer.content.decode(), values
    assert client.post(door, {"do": "leave"}).status_code == 422
    assert Client().post(door, {"do": "change", "phone": "0987654321"}).status_code == 422
    assert client.post(door, {"do": "withdraw", "pk": "9" * 30}).status_code == 422
    assert not MemberRequest.objects.exists()


def test_a_file_that_the_browser_lost_is_asked_for_again(member: Person) -> None:
    for space, words in (("portal", "Hãy chọn lại tệp"), ("portal-en", "Please choose the file again")):
        client, door = signed_in(space), reverse(f"{space}:mine")
        for given, is_lost in (({"scan": SimpleUploadedFile("x.png", b"\x89PNG x")}, True), ({}, False)):
            answer = client.post(door, {"do": "change", "phone": "0987654321", "reason": "", **given})
            assert answer.status_code == 422
            assert (words in answer.content.decode()) is is_lost
        assert words not in client.get(door).content.decode()


def test_in_english_too(member: Person) -> None:
    client = signed_in("portal-en")
    client.post(reverse("portal-en:mine"), {"do": "change", "address": "12 Hoa Sua", "reason": "moved"})
    page = client.get(reverse("portal-en:mine")).content.decode()
    assert "Change address" in page and "waiting for the union" in page
    assert "Thông tin" not in page


# --------------------------------------------------------------------------------------------------
# Answering
# --------------------------------------------------------------------------------------------------


def test_agreed_the_register_changes_through_its_own_act(
    member: Person, committee: Actor, tree: Tree, system: Actor
) -> None:
    (firm,) = register_enterprises(
        actor=system, on=JOINED, items=[EnterpriseData("Công ty Sao Mai", sector="non_state")]
    )
    employ(actor=system, items=[EmploymentData(member, firm, JOINED, job_title="Công nhân")])
    found = change(
        member, full_name="Nguyễn Văn Ân", birth_on="1990-02-03", job_title="Tổ trưởng", phone="0987654321"
    )
    assert Notice.objects.filter(user=committee.user, kind="selfservice.asked").count() == 1
    agree(committee, found)
    member.refresh_from_db()
    assert (member.full_name, member.birth_on, member.phone) == (
        "Nguyễn Văn Ân",
        date(1990, 2, 3),
        "0987654321",
    )
    job = queries.job_of(member.pk, committee.today)
    assert job is not None and job.job_title == "Tổ trưởng"
    row = member.memberships.get()
    assert row.sort_key == member.sort_key
    found.refresh_from_db()
    assert (found.state, found.decided_by) == ("accepted", committee.user)
    written = AuditEntry.objects.filter(user=committee.user, verb="people.update").get()
    assert "Đoàn viên đề nghị" in written.reason
    trail = " ".join(f"{entry.summary} {entry.data}" for entry in AuditEntry.objects.all())
    assert "0987654321" not in trail and "Ngõ" not in trail


def test_what_changed_meanwhile_is_said(member: Person, committee: Actor, system: Actor) -> None:
    found = change(member, address="Ngõ 7")
    before = seen(found)
    update_people(actor=system, on=system.today, changes=[(member, {"address": "Ngõ 9"})])
    with pytest.raises(Stale, match="vừa được sửa"):
        accept_change(actor=committee, on=committee.today, pk=found.pk, seen=before, now=NOW)
    assert committee.user is not None
    client = Client()
    client.force_login(committee.user)
    page = client.get(reverse("selfservice:request", args=[found.pk])).content.decode()
    assert "đã đổi" in page and "Ngõ 9" in page and "Ngõ 7" in page
    mark = re.search(r'name="seen" value="([^"]+)"', page)
    assert mark is not None
    stale = client.post(
        reverse("selfservice:accept", args=[found.pk]), {"seen": before, "words": "Chào chị, đã ghi"}
    )
    assert stale.status_code == 422 and "vừa được sửa" in stale.content.decode()
    # What the officer wrote to the member is still there, beside what the register says now.
    assert "Chào chị, đã ghi" in stale.content.decode() and mark.group(1) in stale.content.decode()
    done = client.post(reverse("selfservice:accept", args=[found.pk]), {"seen": mark.group(1)})
    assert done.status_code == 302
    member.refresh_from_db()
    assert member.address == "Ngõ 7"


def test_a_number_that_is_somebody_elses_changes_nothing(
    member: Person, superior: Actor, tree: Tree, system: Actor
) -> None:
    make_members(system, tree.unions["NB1"], JOINED, start=7)
    found = change(member, citizen_id="031090000007")
    with pytest.raises(PeopleError, match="đã có trong sổ"):
        agree(superior, found)
    found.refresh_from_db()
    assert found.is_open


def test_refused_with_words_the_member_reads(member: Person, committee: Actor) -> None:
    found = change(member, full_name="Nguyễn An")
    with pytest.raises(RequestError, match="lý do"):
        refuse(actor=committee, on=committee.today, pk=found.pk, words=" ", now=NOW)
    refuse(actor=committee, on=committee.today, pk=found.pk, words="Hãy gửi ảnh căn cước", now=NOW)
    page = signed_in().get(reverse("portal:mine")).content.decode()
    assert "không đồng ý" in page and "Hãy gửi ảnh căn cước" in page
    assert change(member, full_name="Nguyễn An").is_open


def test_only_one_of_a_kind_is_open(member: Person) -> None:
    change(member, address="Ngõ 7")
    with pytest.raises(RequestError, match="đang có một đề nghị"):
        change(member, address="Ngõ 8")


def test_who_may_answer(member: Person, committee: Actor, superior: Actor, tree: Tree, today: date) -> None:
    found = change(member, address="Ngõ 7 Bí Mật")
    neighbour = acting(officer("hang-xom", "committee", tree.unions["NA2"], reach="own"), today)
    elsewhere = acting(officer("tinh-khac", "leader", tree.south), today)
    viewer = acting(officer("nguoi-xem", "viewer", tree.north), today)
    assert set(queries.visible_requests(committee)) == set(queries.visible_requests(superior)) == {found}
    for stranger in (neighbour, elsewhere, viewer):
        assert not queries.visible_requests(stranger).exists()
        assert stranger.user is not None
        client = Client()
        client.force_login(stranger.user)
        for name in ("request", "evidence"):
            assert client.get(reverse(f"selfservice:{name}", args=[found.pk])).status_code == 404
        assert client.post(reverse("selfservice:accept", args=[found.pk]), {"seen": "x"}).status_code == 404
        with pytest.raises(Forbidden):
            agree(stranger, found)
        with pytest.raises(Forbidden):
            refuse(actor=stranger, on=today, pk=found.pk, words="không được", now=NOW)


def test_numbers_ask_for_the_right_to_see_numbers(member: Person, committee: Actor, superior: Actor) -> None:
    found = ask_change(
        person=member,
        proposed={"citizen_id": "031090555555"},
        reason="",
        on=date(2026, 11, 18),
        now=NOW,
        scan=Scan("image/png", b"\x89PNG card"),
    )
    assert not queries.visible_requests(committee).exists()
    with pytest.raises(Forbidden):
        agree(committee, found)
    assert superior.user is not None
    client = Client()
    client.force_login(superior.user)
    page = client.get(reverse("selfservice:request", args=[found.pk])).content.decode()
    assert "031090555555" not in page and NUMBER not in page and "•••••••••555" in page
    shown = client.post(
        reverse("selfservice:numbers", args=[found.pk]), {"reason": "đối chiếu giấy tờ"}
    ).content.decode()
    assert "031090555555" in shown and NUMBER in shown
    assert AuditEntry.objects.filter(verb="people.reveal_identity", user=superior.user).count() == 1
    picture = client.get(reverse("selfservice:evidence", args=[found.pk]))
    assert picture.content == b"\x89PNG card"
    assert AuditEntry.objects.filter(verb="selfservice.read_evidence", user=superior.user).count() == 1
    agree(superior, found)
    assert Person.objects.get(pk=member.pk).citizen_id_key == queries.identity_key("031090555555")


def test_the_request_goes_with_the_member(
    member: Person,
    committee: Actor,
    tree: Tree,
    system: Actor,
    today: date,
    django_capture_on_commit_callbacks: Any,
) -> None:
    found = change(member, address="Ngõ 7")
    new = acting(officer("noi-moi", "committee", tree.unions["SA1"], reach="own"), today)
    with django_capture_on_commit_callbacks(execute=True):
        transfer(actor=system, items=[Transfer(member, tree.unions["SA1"], today)])
        # Before it has followed, the old union opens it no more.
        assert queries.request_for(committee, found.pk) is None
    assert not queries.visible_requests(committee).exists()
    assert set(queries.visible_requests(new)) == {found}
    agree(new, found)
    found.refresh_from_db()
    assert found.unit == tree.unions["SA1"]
    assert not queries.visible_requests(committee).exists()


def test_the_request_goes_where_bodies_are_rearranged(
    member: Person, system: Actor, tree: Tree, today: date
) -> None:
    found = change(member, address="Ngõ 7")
    decide(system, tree.root, ("merge", {"units": ["NA1"], "into": "NB2"}))
    assert actions.follow_all() == 1
    assert actions.follow_all() == 0
    heir = acting(officer("ke-thua", "committee", tree.unions["NB2"], reach="own"), today)
    assert set(queries.visible_requests(heir)) == {found}


def test_leaving_is_booked_by_the_officer(member: Person, committee: Actor, today: date) -> None:
    found = ask_to_leave(person=member, reason="Về quê", on=today, now=NOW)
    assert [item.title for item in work_queue(committee, found.unit, today) if "thôi" in item.title]
    accept_leave(actor=committee, on=today, pk=found.pk, now=NOW, decision_number="12/QĐ", decision_on=today)
    booked = Movement.objects.filter(person=member).latest("pk")
    assert (booked.kind, booked.on) == ("leave", today)
    assert booked.decision is not None and booked.decision.number == "12/QĐ"
    # Who left finds the answer, and can ask for nothing more.
    client = signed_in()
    assert "đã đồng ý" in client.get(reverse("portal:mine")).content.decode()
    again = client.post(reverse("portal:mine"), {"do": "leave", "sure": "on"})
    assert "không còn là đoàn viên" in again.content.decode()


def test_a_request_of_who_left_ends(member: Person, system: Actor, today: date) -> None:
    found = change(member, address="Ngõ 7")
    depart(actor=system, items=[Departure(member, "retire", today)])
    assert end_lapsed(on=today, now=NOW) == 1
    found.refresh_from_db()
    assert found.state == "lapsed"
    assert end_lapsed(on=today, now=NOW) == 0


def test_the_jobs_send_follow_and_forget(member: Person, system: Actor, tree: Tree) -> None:
    key = uuid.uuid4()
    ask(key, now=timezone.now())
    assert jobs.send(str(key), 1) and mail.outbox[-1].to == [TO]
    found = change(member, address="Ngõ 7")
    transfer(actor=system, items=[Transfer(member, tree.unions["NA2"], system.today)])
    assert jobs.follow(0) == 1
    depart(actor=system, items=[Departure(member, "leave", system.today)])
    assert jobs.sweep(int(timezone.now().timestamp()) + 2 * 86_400) == 1
    found.refresh_from_db()
    assert (found.state, found.unit) == ("lapsed", tree.unions["NA2"])
    assert not Proof.objects.exists()


def test_what_it_said_is_forgotten_in_time(member: Person, committee: Actor, today: date) -> None:
    found = ask_change(
        person=member,
        proposed={"address": "Ngõ 7"},
        reason="Chuyển nhà",
        on=today,
        now=NOW,
        scan=Scan("image/png", b"\x89PNG"),
    )
    ask(uuid.uuid4())
    agree(committee, found)
    assert forget(on=today + timedelta(days=89), now=NOW) == 0
    assert evidence_of(actor=committee, pk=found.pk) is not None
    assert forget(on=today + timedelta(days=90), now=NOW + timedelta(days=90)) == 1
    found.refresh_from_db()
    assert (bytes(found.content_sealed), found.state) == (b"", "accepted")
    assert not Evidence.objects.exists() and not Proof.objects.exists()
    assert committee.user is not None
    client = Client()
    client.force_login(committee.user)
    assert "đã được xóa" in client.get(reverse("selfservice:request", args=[found.pk])).content.decode()


def test_the_queue_and_the_list_cost_the_same_for_one_and_three(
    member: Person, committee: Actor, tree: Tree, system: Actor, today: date
) -> None:
    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queue:
            found = list(work_queue(committee, tree.unions["NA1"], today))
        with CaptureQueriesContext(connection) as page:
            spec = get_list("selfservice.requests")
            model = view_model(
                spec,
                ListContext(actor=committee, as_of=today),
                url="/",
                export_url="/",
                holds=committee.has_anywhere,
            )
        assert any("đề nghị sửa thông tin" in item.title for item in found)
        assert len(model["rows"]) == MemberRequest.objects.count()
        return len(queue), len(page)

    change(member, address="Ngõ 7")
    cost()  # the actor's grants are read once
    first = cost()
    for person in make_members(system, tree.unions["NA1"], JOINED, 2, start=10):
        change(person, address="Ngõ 8")
    assert cost() == first


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_answers(tree: Tree, system: Actor, settings: Any, today: date) -> None:
    (person,) = make_members(system, tree.unions["NA1"], JOINED)
    found = change(person, address="Ngõ 7")
    mark = seen(found)
    officers = [acting(officer(f"bch-{n}", "committee", tree.unions["NA1"]), today) for n in range(4)]
    outcomes: list[str] = []

    def one(n: int) -> None:
        try:
            if n % 2:
                refuse(actor=officers[n], on=today, pk=found.pk, words="không đúng", now=NOW)
            else:
                accept_change(actor=officers[n], on=today, pk=found.pk, seen=mark, now=NOW)
            outcomes.append("done")
        except AlreadyAnswered as error:
            outcomes.append("late" if "đã trả lời" in str(error) else str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "late", "late", "late"]
    found.refresh_from_db()
    address = Person.objects.get(pk=person.pk).address
    assert (address == "Ngõ 7") == (found.state == "accepted")


@pytest.mark.django_db(transaction=True)
def test_asked_twice_at_once_it_is_one(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], JOINED)
    outcomes: list[str] = []

    def one(n: int) -> None:
        try:
            change(person, address=f"Ngõ {n}")
            outcomes.append("asked")
        except RequestError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[n]) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["asked", "refused", "refused"]


def test_taken_back_or_answered_it_is_over(member: Person, committee: Actor, today: date) -> None:
    found = change(member, address="Ngõ 7")
    withdraw(person=member, pk=found.pk, now=NOW, on=today)
    with pytest.raises(AlreadyAnswered):
        withdraw(person=member, pk=found.pk, now=NOW, on=today)
    for act in (agree, _decline):
        with pytest.raises(AlreadyAnswered) as told:
            act(committee, found)
        assert str(told.value) == "Đoàn viên đã rút đề nghị này. Hãy tải lại trang."
    # Their own page speaks to the member, the officer's of them.
    assert "bạn đã rút" in signed_in().get(reverse("portal:mine")).content.decode()
    english = signed_in("portal-en").get(reverse("portal-en:mine")).content.decode()
    assert "withdrawn by you" in english and "đã rút" not in english
    assert committee.user is not None
    client = Client()
    client.force_login(committee.user)
    assert "đoàn viên đã rút" in client.get(reverse("selfservice:request", args=[found.pk])).content.decode()


def _decline(actor: Actor, found: MemberRequest) -> MemberRequest:
    return refuse(actor=actor, on=actor.today, pk=found.pk, words="Hãy gửi ảnh căn cước", now=NOW)


def test_who_comes_late_is_told_what_became_of_it(member: Person, committee: Actor, system: Actor) -> None:
    refused = change(member, address="Ngõ 7")
    _decline(committee, refused)
    agreed = change(member, address="Ngõ 8")
    agree(committee, agreed)
    lapsed = change(member, address="Ngõ 9")
    depart(actor=system, items=[Departure(member, "retire", system.today)])
    end_lapsed(on=system.today, now=NOW)
    for found, words in (
        (refused, f"{committee.name} đã trả lời đề nghị này (không đồng ý). Hãy tải lại trang."),
        (agreed, f"{committee.name} đã trả lời đề nghị này (đã đồng ý). Hãy tải lại trang."),
        (lapsed, "Đề nghị này không còn hiệu lực. Hãy tải lại trang."),
    ):
        with pytest.raises(AlreadyAnswered) as told:
            _decline(committee, found)
        assert str(told.value) == words


def test_an_answer_without_a_reason_says_how_long_it_must_be(member: Person, committee: Actor) -> None:
    found = change(member, address="Ngõ 7")
    with pytest.raises(RequestError, match="ít nhất 5 ký tự"):
        refuse(actor=committee, on=committee.today, pk=found.pk, words="sai", now=NOW)
    assert found.is_open


def test_a_card_of_this_register_proves_as_well(member: Person, committee: Actor, today: date) -> None:
    card = issue(actor=committee, on=today, person=member.pk)
    key = uuid.uuid4()
    ask(key, card=card.number)
    assert queries.holder(come_in(key=key, code=code_of(key), now=NOW), NOW) == member
