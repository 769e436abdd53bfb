"""Each channel against a server that speaks its protocol: what arrives, and what each failure means."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from congdoan.foundation.messaging.channels import channel_of, channels_on
from congdoan.foundation.messaging.channels.message import Message, Refused, TryLater, Unsure, mobile_of
from congdoan.foundation.messaging.channels.sms import short_text
from congdoan.foundation.messaging.models import ChannelToken
from tests.factories.officers import make_user
from tests.foundation.messaging.conftest import NOW
from tests.foundation.messaging.gateways import (
    MailServer,
    Request,
    SmsCentre,
    WebServer,
    mail_server,
    sms_centre,
    web_server,
)

Switch = Callable[..., None]
MESSAGE = Message(
    key="0123456789abcdef",
    kind="tests.word",
    subject="Bạn có việc cần duyệt (hạn 30/11/2026)",
    body="",
    url="https://congdoan.test/thong-bao/7/",
    to_email="nguoi-doc@congdoan.test",
    to_phone="84912345678",
)


@pytest.fixture
def mail(settings: Any, switch_on: Switch) -> Iterator[MailServer]:
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.DEFAULT_FROM_EMAIL = "Công đoàn <congdoan@congdoan.test>"
        switch_on(email=True)
        yield box


@pytest.fixture
def web(switch_on: Switch) -> Iterator[WebServer]:
    with web_server() as server:
        switch_on(
            webhook_url=server.url + "/tin",
            webhook_secret="khoa-ky",
            zalo_app_id="app-1",
            zalo_app_secret="bi-mat-app",
            zalo_refresh_token="dau-tien",
            zalo_template="12345",
            zalo_url=server.url + "/gui",
            zalo_token_url=server.url + "/cap-quyen",
        )
        yield server


@pytest.fixture
def centre(switch_on: Switch) -> Iterator[SmsCentre]:
    with sms_centre() as server:
        switch_on(
            smpp_host="127.0.0.1",
            smpp_port=server.port,
            smpp_user="congdoan",
            smpp_password="bi-mat",
            smpp_sender="CONGDOAN",
        )
        yield server


def send(channel: str) -> None:
    channel_of(channel).send(MESSAGE)


def test_every_channel_is_off_until_it_is_set(settings: Any) -> None:
    settings.MESSAGING = {**settings.MESSAGING, "email": False}
    assert channels_on() == []


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0912 345 678", "84912345678"),
        ("+84 912.345.678", "84912345678"),
        ("024 3825 1234", ""),
        ("", ""),
        ("x", ""),
    ],
)
def test_only_mobile_numbers_get_messages(db: None, typed: str, number: str) -> None:
    user = make_user("nguoi-doc")
    user.phone = typed
    assert mobile_of(user) == number


# E-mail


def test_an_email_arrives(mail: MailServer) -> None:
    send("email")
    (got,) = mail.mails
    assert got["Subject"].strip() == MESSAGE.subject
    assert got["To"] == MESSAGE.to_email
    assert got["Message-ID"] == "<0123456789abcdef@congdoan.test>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert MESSAGE.url in got.get_content()


@pytest.mark.parametrize(
    ("verb", "reply", "raised"),
    [
        ("RCPT", "550 no such user", Refused),
        ("RCPT", "450 greylisted", TryLater),
        ("MAIL", "451 busy", TryLater),
        ("DATA", "554 spam", Refused),
        ("EHLO", "421 closing", TryLater),
    ],
)
def test_what_the_mail_server_says_decides(
    mail: MailServer, verb: str, reply: str, raised: type[Exception]
) -> None:
    mail.answers = {verb: reply} | ({"HELO": reply} if verb == "EHLO" else {})
    with pytest.raises(raised) as said:
        send("email")
    assert mail.mails == []
    assert "nguoi-doc" not in str(said.value)  # the log holds no addresses


def test_no_mail_server_is_tried_later(mail: MailServer, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    with pytest.raises(TryLater):
        send("email")


# Webhook


def test_the_gateway_gets_signed_json(web: WebServer) -> None:
    send("webhook")
    (got,) = web.requests
    assert got.json == {
        "id": MESSAGE.key,
        "kind": "tests.word",
        "to": {"phone": "84912345678"},
        "subject": MESSAGE.subject,
        "body": "",
        "url": MESSAGE.url,
    }
    assert got.headers["idempotency-key"] == MESSAGE.key
    stamp = got.headers["x-congdoan-timestamp"]
    right = hmac.new(b"khoa-ky", stamp.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-congdoan-signature"] == f"sha256={right}"
    assert abs(int(stamp) - time.time()) < 60


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (200, None),
        (202, None),
        (409, None),
        (429, TryLater),
        (503, TryLater),
        (400, Refused),
        (401, Refused),
        (302, Refused),
    ],
)
def test_what_the_gateway_says_decides(web: WebServer, status: int, raised: type[Exception] | None) -> None:
    web.answer = lambda request: (status, {"Retry-After": "120", "Location": web.url + "/khac"}, b"")
    if raised is None:
        send("webhook")
    else:
        with pytest.raises(raised) as said:
            send("webhook")
        if raised is TryLater:
            assert said.value.after == 120  # type: ignore[attr-defined]
    assert len(web.requests) == 1  # no redirect was followed


def test_a_slow_gateway_is_left_after_the_time_limit(web: WebServer, switch_on: Switch) -> None:
    switch_on(timeout=0.3)

    def slow(request: Request) -> tuple[int, dict[str, str], bytes]:
        time.sleep(1.5)
        return 200, {}, b""

    web.answer = slow
    begun = time.monotonic()
    with pytest.raises(TryLater):
        send("webhook")
    assert time.monotonic() - begun < 1.2


def test_no_gateway_is_tried_later(web: WebServer, switch_on: Switch) -> None:
    switch_on(webhook_url="http://127.0.0.1:1/")
    with pytest.raises(TryLater):
        send("webhook")


# Zalo


class ZaloServer:
    """Gives access for a renewal key that works once, and takes messages with the access that holds now."""

    def __init__(self) -> None:
        self.refresh, self.access, self.renewals = "dau-tien", "", 0
        self.sent: list[dict[str, Any]] = []
        self.code = 0

    def answer(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, json.dumps(self._found(request)).encode()

    def _found(self, request: Request) -> dict[str, Any]:
        if request.path == "/cap-quyen":
            form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
            right = {"refresh_token": self.refresh, "app_id": "app-1", "grant_type": "refresh_token"}
            if form != right or request.headers["secret_key"] != "bi-mat-app":
                return {"error": -14014, "error_name": "Invalid refresh token."}
            self.renewals += 1
            self.refresh, self.access = f"lam-moi-{self.renewals}", f"quyen-{self.renewals}"
            return {"access_token": self.access, "refresh_token": self.refresh, "expires_in": "90000"}
        if request.headers.get("access_token") != self.access:
            return {"error": -124, "message": "Access token invalid"}
        if self.code:
            return {"error": self.code, "message": "…"}
        self.sent.append(request.json)
        return {"error": 0, "message": "Success", "data": {"msg_id": "1", "sent_time": "1"}}


@pytest.fixture
def zalo(db: None, web: WebServer) -> ZaloServer:
    server = ZaloServer()
    web.answer = server.answer
    return server


def prepare_and_send(now: Any = NOW) -> None:
    channel_of("zalo").prepare(now)
    send("zalo")


def test_zalo_gets_a_template_with_renewed_access(zalo: ZaloServer) -> None:
    prepare_and_send()
    prepare_and_send(NOW + timedelta(hours=20))
    assert zalo.renewals == 1  # the access holds 25 hours
    prepare_and_send(NOW + timedelta(hours=24, minutes=55))
    assert zalo.renewals == 2
    assert len(zalo.sent) == 3
    first = zalo.sent[0]
    assert (first["phone"], first["template_id"]) == ("84912345678", "12345")
    assert first["template_data"] == {"noi_dung": MESSAGE.subject, "lien_ket": MESSAGE.url}
    kept = ChannelToken.objects.get()
    for secret in (b"quyen", b"lam-moi"):
        assert secret not in bytes(kept.access) + bytes(kept.refresh)


def test_access_taken_back_early_is_renewed_for_the_next_try(zalo: ZaloServer) -> None:
    prepare_and_send()
    zalo.access = "thu-hoi"
    with pytest.raises(TryLater):
        prepare_and_send()
    prepare_and_send()
    assert (zalo.renewals, len(zalo.sent)) == (2, 2)


def test_a_used_up_key_waits_for_a_new_one_in_the_settings(zalo: ZaloServer, switch_on: Switch) -> None:
    zalo.refresh = "khac"
    with pytest.raises(TryLater, match="refresh token"):
        prepare_and_send()
    switch_on(zalo_refresh_token="khac")
    prepare_and_send()
    assert len(zalo.sent) == 1


@pytest.mark.parametrize(
    ("code", "raised"), [(-108, Refused), (-118, Refused), (-115, TryLater), (-144, TryLater)]
)
def test_what_zalo_says_decides(zalo: ZaloServer, code: int, raised: type[Exception]) -> None:
    channel_of("zalo").prepare(NOW)
    zalo.code = code
    with pytest.raises(raised, match=str(code)):
        send("zalo")


def test_an_answer_that_says_nothing_leaves_it_open(
    zalo: ZaloServer, web: WebServer, switch_on: Switch
) -> None:
    channel_of("zalo").prepare(NOW)
    web.answer = lambda request: (502, {}, b"<html>")
    with pytest.raises(Unsure):
        send("zalo")
    switch_on(timeout=0.2)
    web.answer = lambda request: time.sleep(1) or (200, {}, b"{}")  # type: ignore[func-returns-value,return-value]
    with pytest.raises(Unsure):
        send("zalo")


# SMS


def test_an_sms_arrives_without_accents_in_one_part(centre: SmsCentre) -> None:
    send("sms")
    (got,) = centre.messages
    assert (got.sender, got.to, got.coding) == ("CONGDOAN", "84912345678", 0)
    assert got.text.decode() == "Ban co viec can duyet (han 30/11/2026) https://congdoan.test/thong-bao/7/"
    assert centre.binds == [("congdoan", "bi-mat")]


def test_a_long_sms_stays_one_part() -> None:
    long = Message(**{**MESSAGE.__dict__, "subject": "Đề nghị “gấp” – " + "ấ" * 300})
    text = short_text(long)
    assert len(text) <= 160 and text.isascii() and text.endswith("...")


def test_a_wrong_password_and_no_centre_are_tried_later(centre: SmsCentre, switch_on: Switch) -> None:
    centre.password = "khac"
    with pytest.raises(TryLater, match="tài khoản"):
        send("sms")
    switch_on(smpp_port=1)
    with pytest.raises(TryLater, match="kết nối"):
        send("sms")
    assert centre.messages == []


@pytest.mark.parametrize(("status", "raised"), [(0x58, TryLater), (0x14, TryLater), (0x0B, Refused)])
def test_what_the_centre_says_decides(centre: SmsCentre, status: int, raised: type[Exception]) -> None:
    centre.status = status
    with pytest.raises(raised, match=str(status)):
        send("sms")


def test_a_centre_that_falls_silent_leaves_it_open(centre: SmsCentre, switch_on: Switch) -> None:
    switch_on(timeout=0.3)
    centre.silent = True
    with pytest.raises(Unsure):
        send("sms")
    assert len(centre.messages) == 1
