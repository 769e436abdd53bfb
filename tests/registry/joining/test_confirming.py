"""A code confirms the phone or the address of who applies: right, once, in time, in few tries; and nobody is pestered."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.messaging.models import Delivery, Notice
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.joining import jobs
from congdoan.registry.joining.actions import JoiningError, TooManyAttempts, confirm, send_code
from congdoan.registry.joining.models import Application, Confirmation
from congdoan.registry.joining.queries import confirmed_by
from tests.faces.portal.test_public_pages import door, filled
from tests.factories.applications import make_workplace
from tests.factories.tree import Tree
from tests.foundation.messaging.gateways import sms_centre

TO = "ngan-ha@congdoan.test"
KEY = uuid.UUID(int=7)
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=timezone.get_fixed_timezone(420))


@pytest.fixture
def by_mail(tree: Tree, settings: Any) -> None:
    settings.MESSAGING = {**settings.MESSAGING, "email": True}
    Parameter.objects.filter(code="joining.confirm_by").update(value="email")


def _send(now: datetime = NOW, *, key: uuid.UUID = KEY, to: str = TO, address: str = "10.0.0.1") -> str:
    send_code(
        submission_key=key, channel="email", contact=to, address=address, on=date(2026, 11, 18), now=now
    )
    found = re.search(r"\b(\d{6})\b", str(mail.outbox[-1].body))
    assert found is not None
    return found.group(1)


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.usefixtures("by_mail")
def test_the_code_sent_last_to_this_contact_confirms_it(monkeypatch: pytest.MonkeyPatch) -> None:
    first = _send()
    later = NOW + timedelta(seconds=61)
    monkeypatch.setattr(
        "congdoan.registry.joining.actions.confirming.secrets.randbelow", lambda n: int(_other(first))
    )
    second = _send(later)
    assert first != second

    def right(code: str, *, to: str = TO, at: datetime = later) -> bool:
        return confirm(submission_key=KEY, contact=to, code=code, now=at)

    assert not right(first)
    assert not right(second, to="nguoi-khac@congdoan.test")
    assert not right(second, at=later + timedelta(minutes=16))
    assert right(f" {second[:3]} {second[3:]} ", to=TO.upper())
    assert right("")
    assert not right("", to="nguoi-khac@congdoan.test")
    # What goes out says nothing of a union, and there is no log of it that others read.
    assert "đoàn" not in f"{mail.outbox[-1].subject} {mail.outbox[-1].body}".lower()
    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()
    kept = Confirmation.objects.get()
    assert second not in {str(value) for value in vars(kept).values()}


@pytest.mark.usefixtures("by_mail")
def test_five_wrong_tries_end_a_code() -> None:
    code = _send()
    assert not any(confirm(submission_key=KEY, contact=TO, code=_other(code), now=NOW) for _ in range(5))
    assert not confirm(submission_key=KEY, contact=TO, code=code, now=NOW)


@pytest.mark.usefixtures("by_mail")
def test_nobody_is_pestered() -> None:
    _send()
    with pytest.raises(TooManyAttempts):
        _send(NOW + timedelta(seconds=30))
    # By one application.
    for n in range(1, 5):
        _send(NOW + timedelta(hours=n))
    with pytest.raises(TooManyAttempts):
        _send(NOW + timedelta(hours=9))
    # By many applications to one address.
    day = NOW + timedelta(days=1)
    for n in range(5):
        _send(day, key=uuid.uuid4(), to="bi-phien@congdoan.test", address=f"10.0.1.{n}")
    with pytest.raises(TooManyAttempts):
        _send(day, key=uuid.uuid4(), to="bi-phien@congdoan.test", address="10.0.2.1")
    # By one network.
    Parameter.objects.filter(code="joining.codes_per_hour").update(value=1)
    _send(day, key=uuid.uuid4(), to="a@congdoan.test", address="10.0.3.1")
    with pytest.raises(TooManyAttempts):
        _send(day, key=uuid.uuid4(), to="b@congdoan.test", address="10.0.3.1")
    jobs.sweep_attempts(int((day + timedelta(days=2)).timestamp()))
    assert not Confirmation.objects.exists()


def test_an_sms_goes_to_the_mobile_and_a_wrong_number_is_said(tree: Tree, settings: Any) -> None:
    asked: Callable[[str], None] = lambda to: send_code(  # noqa: E731
        submission_key=uuid.uuid4(), channel="sms", contact=to, address=None, on=date(2026, 11, 18), now=NOW
    )
    with pytest.raises(JoiningError, match="Chưa gửi được"):
        asked("0912000111")
    Parameter.objects.filter(code="joining.confirm_by").update(value="sms")
    assert confirmed_by(date(2026, 11, 18)) == ""
    with sms_centre() as centre:
        settings.MESSAGING = {
            **settings.MESSAGING,
            "timeout": 2.0,
            "smpp_host": "127.0.0.1",
            "smpp_port": centre.port,
            "smpp_user": "congdoan",
            "smpp_password": "bi-mat",
            "smpp_sender": "CONGDOAN",
            "smpp_tls": False,
        }
        assert confirmed_by(date(2026, 11, 18)) == "sms"
        asked("0912 000 111")
        with pytest.raises(JoiningError, match="Chưa gửi được"):
            asked("0243 123 456")
        (sent,) = centre.messages
    assert sent.to == "84912000111"
    assert re.search(rb"\d{6}", sent.text)


@pytest.mark.usefixtures("by_mail")
def test_the_form_asks_for_the_code_and_then_sends(tree: Tree, system: Actor) -> None:
    workplace: Enterprise = make_workplace(system, tree.north_a, host=tree.unions["NA1"], name="Sao Mai")
    client, address = Client(), f"{door('join')}?noi={workplace.code}"
    values = filled(client.get(address), scan="", drawn="data:image/png;base64,iVBORw0KGgo=")
    without = client.post(address, values)
    assert without.status_code == 422
    assert "Hãy ghi để nhận mã xác nhận" in without.content.decode()
    values["email"] = TO
    asked = client.post(address, values)
    assert asked.status_code == 422
    assert "mã sáu chữ số" in asked.content.decode()
    assert not Application.objects.exists()
    found = re.search(r"\b(\d{6})\b", str(mail.outbox[-1].body))
    assert found is not None
    wrong = client.post(address, {**values, "confirm": _other(found.group(1))})
    assert "Mã không đúng" in wrong.content.decode()
    again = client.post(address, {**values, "resend": "1"})
    assert "đợi một phút" in again.content.decode()
    assert len(mail.outbox) == 1
    sent = client.post(address, {**values, "confirm": found.group(1)})
    assert sent.status_code == 200
    assert Application.objects.get().email == TO
    # Sent twice it is one, and asks for no second code.
    assert client.post(address, values).status_code == 200
    assert Application.objects.count() == 1


@pytest.mark.usefixtures("by_mail")
def test_after_the_last_code_the_page_says_what_to_do(tree: Tree, system: Actor) -> None:
    """Not to wait a minute: no code comes any more."""
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"], name="Sao Mai")
    for space, words, arrived in (
        ("portal", "Đơn này đã nhận đủ 5 mã.", "vừa gửi đến"),
        ("portal-en", "This application has been sent all 5 of its codes.", "that was sent to"),
    ):
        client, address = Client(), f"{reverse(f'{space}:join')}?noi={workplace.code}"
        values = filled(client.get(address), scan="", drawn="data:image/png;base64,iVBORw0KGgo=", email=TO)
        asked = client.post(address, values).content.decode()
        assert arrived in asked
        Confirmation.objects.update(sends=5)
        last = client.post(address, {**values, "resend": "1"}).content.decode()
        assert words in last
        assert "đợi một phút" not in last
        assert arrived not in last


@pytest.mark.usefixtures("by_mail")
def test_a_code_that_could_not_be_sent_is_not_said_to_have_been(
    tree: Tree, system: Actor, settings: Any
) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"], name="Sao Mai")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    for space, words, arrived in (
        ("portal", f"Chưa gửi được mã đến {TO}.", "vừa gửi đến"),
        ("portal-en", f"The code could not be sent to {TO}.", "that was sent to"),
    ):
        client, address = Client(), f"{reverse(f'{space}:join')}?noi={workplace.code}"
        values = filled(client.get(address), scan="", drawn="data:image/png;base64,iVBORw0KGgo=", email=TO)
        page = client.post(address, values)
        assert page.status_code == 422
        assert words in page.content.decode()
        assert arrived not in page.content.decode()


@pytest.mark.usefixtures("by_mail")
def test_who_cannot_join_is_told_before_any_code_is_sent(tree: Tree, system: Actor) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"], name="Sao Mai")
    client, address = Client(), f"{reverse('portal-en:join')}?noi={workplace.code}"
    answer = client.post(
        address,
        filled(client.get(address), nationality="CN", identity="E1234567", contract_kind="none", email=TO),
    )
    assert "at least 12 months" in answer.content.decode()
    assert mail.outbox == []
