"""A worker who is asked for more is told to look: only who agreed, in office hours, once and once again, in words that say
nothing; and nothing of it stands where others read."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.messaging.models import Delivery, Notice
from congdoan.registry.joining import choices
from congdoan.registry.joining.actions import (
    Papers,
    admit,
    answer,
    ask_more,
    name_reader,
    refuse,
    send_prompts,
    withdraw,
)
from congdoan.registry.joining.actions.applying import Submitted
from congdoan.registry.joining.models import Event, Prompt
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user
from tests.factories.officers import officer as officer_at
from tests.factories.tree import Tree
from tests.foundation.messaging.gateways import sms_centre

TO = "ngan-ha@congdoan.test"
VN = timezone.get_fixed_timezone(420)
#: Far ahead of the clock, so that whatever was asked just now is due.
MORNING = datetime(2027, 3, 1, 9, 0, tzinfo=VN)
DAY = timedelta(days=1)


@pytest.fixture
def by_mail(settings: Any) -> None:
    settings.MESSAGING = {**settings.MESSAGING, "email": True}


@pytest.fixture
def officer(tree: Tree, today: date) -> Actor:
    """Named at the province to read what comes from workplaces without a union."""
    user = make_user("duoc-chi-dinh")
    give(user, "officer", tree.north)
    leader = make_user("lanh-dao")
    give(leader, "leader", tree.north)
    name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=user)
    return acting(user, today)


@pytest.fixture
def sent(tree: Tree, system: Actor, today: date) -> Submitted:
    """From a workplace without a union."""
    return apply(today, enterprise=make_workplace(system, tree.north), email=TO)


def ask(officer: Actor, sent: Submitted) -> None:
    ask_more(actor=officer, pk=sent.application.pk, words="Gửi bản chụp hợp đồng")


def kinds(sent: Submitted) -> list[str]:
    return list(sent.application.events.order_by("pk").values_list("kind", flat=True))


@pytest.mark.usefixtures("by_mail")
def test_who_agreed_is_told_once_and_reminded_once(officer: Actor, sent: Submitted) -> None:
    assert sent.application.is_confidential
    ask(officer, sent)
    assert mail.outbox == []
    assert send_prompts(now=MORNING) == 1
    (letter,) = mail.outbox
    assert letter.to == [TO]
    said = f"{letter.subject} {letter.body} {letter.from_email}".lower()
    assert "nhập mã theo dõi" in said
    for word in ("đoàn viên", "công đoàn", "gia nhập", "union", "http", "sao mai", sent.code.lower()):
        assert word not in said
    assert [send_prompts(now=MORNING + 2 * DAY), send_prompts(now=MORNING + 3 * DAY)] == [0, 1]
    assert letter.extra_headers["Message-ID"] != mail.outbox[1].extra_headers["Message-ID"]
    assert send_prompts(now=MORNING + 30 * DAY) == 0
    assert kinds(sent) == ["submit", choices.ASK, choices.PROMPT, choices.PROMPT]
    assert not Prompt.objects.exists()
    # Nothing of it stands anywhere else.
    for trail in (Notice, Delivery):
        assert not trail.objects.exists()
    assert not AuditEntry.objects.filter(verb__startswith="joining.ask").exists()


@pytest.mark.usefixtures("by_mail")
def test_who_agreed_is_told_of_a_decision_once_and_reads_of_which_union(
    tree: Tree, system: Actor, today: date
) -> None:
    """By the same words, so that whoever carries or sees the message cannot tell a yes from a no or from a question."""
    union = tree.unions["NA1"]
    place = make_workplace(system, tree.north_a, host=union)
    committee = acting(officer_at("bch", "officer", union), today)
    taken, turned = (apply(today, enterprise=place, email=TO, citizen_id=f"01219800071{n}") for n in range(2))
    admit(actor=committee, on=today, pks=[taken.application.pk], papers=Papers("9/QĐ-CĐCS", today))
    refuse(actor=committee, on=today, pk=turned.application.pk, reason="not_worker")
    assert send_prompts(now=MORNING) == 2
    assert len({(letter.subject, letter.body) for letter in mail.outbox}) == 1
    assert send_prompts(now=MORNING + 30 * DAY) == 0
    assert [kinds(one)[-2:] for one in (taken, turned)] == [
        [choices.ADMIT, choices.PROMPT],
        [choices.REFUSE, choices.PROMPT],
    ]
    assert not Prompt.objects.exists()
    page = Client().post(reverse("portal:follow"), {"code": taken.code}).content.decode()
    assert f"Bạn là đoàn viên của {union.name} từ ngày {today:%d/%m/%Y}." in page
    page = Client().post(reverse("portal-en:follow"), {"code": taken.code}).content.decode()
    assert f"You have been a member of {union.name} since {today:%d/%m/%Y}." in page
    assert (
        "đoàn viên của" not in Client().post(reverse("portal:follow"), {"code": turned.code}).content.decode()
    )


@pytest.mark.usefixtures("by_mail")
def test_nobody_is_told_outside_office_hours_or_after_answering(
    officer: Actor, sent: Submitted, today: date
) -> None:
    ask(officer, sent)
    night, sunday = MORNING.replace(hour=22), datetime(2027, 3, 7, 9, 0, tzinfo=VN)
    assert [send_prompts(now=night), send_prompts(now=sunday)] == [0, 0]
    answer(code=sent.code, words="Đây ạ")
    assert send_prompts(now=MORNING) == 0
    # Asked again it begins anew; taken back it ends.
    ask(officer, sent)
    assert send_prompts(now=MORNING) == 1
    ask(officer, sent)
    assert send_prompts(now=MORNING) == 1
    withdraw(code=sent.code, on=today)
    assert send_prompts(now=MORNING + 5 * DAY) == 0
    assert not Prompt.objects.exists()


@pytest.mark.usefixtures("by_mail")
def test_the_reminder_may_be_switched_off_and_english_is_answered_in_english(
    officer: Actor, tree: Tree, system: Actor, today: date
) -> None:
    Parameter.objects.filter(code="joining.answer_reminder_days").update(value=0)
    sent = apply(today, enterprise=make_workplace(system, tree.north), email=TO, language="en")
    ask(officer, sent)
    assert send_prompts(now=MORNING) == 1
    assert "enter your code" in str(mail.outbox[0].body)
    assert not Prompt.objects.exists()


@pytest.mark.parametrize(
    "values", [{"consents": ["membership"], "email": TO}, {"email": ""}], ids=["did not agree", "no address"]
)
@pytest.mark.usefixtures("by_mail")
def test_who_did_not_agree_or_cannot_be_reached_is_not_told(
    officer: Actor, tree: Tree, system: Actor, today: date, values: dict[str, Any]
) -> None:
    sent = apply(today, enterprise=make_workplace(system, tree.north), **values)
    ask(officer, sent)
    assert not Prompt.objects.exists()
    assert send_prompts(now=MORNING) == 0
    assert mail.outbox == []
    assert kinds(sent) == ["submit", choices.ASK]


def test_an_sms_goes_first_and_what_fails_is_tried_again_and_given_up(
    officer: Actor, sent: Submitted, settings: Any
) -> None:
    with sms_centre() as centre:
        settings.MESSAGING = {
            **settings.MESSAGING,
            "timeout": 2.0,
            "email": True,
            "smpp_host": "127.0.0.1",
            "smpp_port": centre.port,
            "smpp_user": "congdoan",
            "smpp_password": "bi-mat",
            "smpp_sender": "THONG BAO",
            "smpp_tls": False,
        }
        ask(officer, sent)
        assert send_prompts(now=MORNING) == 1
        (message,) = centre.messages
        assert message.to == "84912000111"
        assert b"nhap ma theo doi" in message.text
    # Nobody answers at the gateway any more.
    ask(officer, sent)
    now, tries = MORNING, 0
    while Prompt.objects.exists():
        assert send_prompts(now=now) == 0
        # At once nothing is tried again.
        assert send_prompts(now=now) == 0
        now, tries = now + DAY, tries + 1
        if now.weekday() == 5:
            now += 2 * DAY
    assert tries == 5
    assert kinds(sent)[-1] == choices.UNREACHED
    assert mail.outbox == []
    page = Client().post(reverse("portal:follow"), {"code": sent.code}).content.decode()
    assert "Chưa nhắn được cho bạn" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("by_mail")
def test_two_workers_at_once_send_one_message(officer: Actor, sent: Submitted) -> None:
    ask(officer, sent)
    gate, counts = threading.Barrier(3), []

    def send() -> None:
        gate.wait()
        counts.append(send_prompts(now=MORNING))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 1]
    assert len(mail.outbox) == 1
    assert Event.objects.filter(kind=choices.PROMPT).count() == 1


@pytest.mark.usefixtures("by_mail")
def test_the_officer_reads_whether_the_worker_was_told(officer: Actor, sent: Submitted) -> None:
    client = Client()
    assert officer.user is not None
    client.force_login(officer.user)
    address = reverse("joining:ask", args=[sent.application.pk])
    page = client.post(address, {"words": "Gửi bản chụp hợp đồng"}, follow=True).content.decode()
    assert "người làm đơn được nhắn trong giờ làm việc" in page
    send_prompts(now=MORNING)
    page = client.get(reverse("joining:application", args=[sent.application.pk])).content.decode()
    assert "Phần mềm: nhắn người làm đơn mở trang theo dõi" in page.replace("Nhắn", "nhắn")
