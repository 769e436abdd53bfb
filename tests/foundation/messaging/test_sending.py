"""Each message goes out once and none is lost: tries, office hours, digests, two workers at once, a killed worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.messaging import actions, sending
from congdoan.foundation.messaging.jobs import look_after
from congdoan.foundation.messaging.models import Delivery
from congdoan.foundation.messaging.sending import MAX_ATTEMPTS, recover, send_due
from tests.factories.officers import actor, make_user, officer
from tests.factories.tree import Tree
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
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def gateway(switch_on: Switch) -> Iterator[WebServer]:
    with web_server() as server:
        switch_on(webhook_url=server.url, webhook_secret="khoa")
        yield server


@pytest.fixture
def mail(settings: Any, switch_on: Switch) -> Iterator[MailServer]:
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        switch_on(email=True)
        yield box


@pytest.fixture
def real(transactional_db: None) -> Iterator[None]:
    """Real transactions; whatever was asked of a worker is taken back."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def tell(*users: User, kind: str = "tests.word", now: datetime = NOW) -> None:
    actions.notify(
        actor=Actor.system("kiểm thử", today=now.date()), kind=kind, subject="Lời nhắn", users=users, now=now
    )


def send(channel: str = "webhook", now: datetime = NOW) -> int:
    return send_due(channel, clock=lambda: now)


def state(channel: str = "webhook") -> tuple[str, int, str]:
    return Delivery.objects.values_list("state", "attempts", "last_error").get(channel=channel)


def test_a_message_goes_out_once(gateway: WebServer, reader: User) -> None:
    tell(reader)
    assert send() == 1
    assert send() == 0
    assert len(gateway.requests) == 1
    assert state() == ("sent", 1, "")
    assert Delivery.objects.get().sent_at == NOW


def test_nothing_goes_out_after_hours_even_if_it_waits(gateway: WebServer, reader: User) -> None:
    tell(reader)
    for late in (NOW.replace(hour=12), NOW.replace(hour=22), NOW + timedelta(days=3)):
        assert send(now=late) == 0
    assert gateway.requests == []
    assert send(now=NOW.replace(hour=14)) == 1


def test_a_busy_gateway_is_asked_again_later_and_later(gateway: WebServer, reader: User) -> None:
    gateway.answer = lambda request: (503, {}, b"")
    tell(reader)
    now, waits = NOW, []
    for _ in range(MAX_ATTEMPTS):
        assert send(now=now) == 0
        later = Delivery.objects.get().next_try_at
        waits.append((later - now) / timedelta(minutes=1))
        assert send(now=later - timedelta(seconds=1)) == 0
        now = later
    assert len(gateway.requests) == MAX_ATTEMPTS
    assert waits[:7] == [1, 2, 4, 8, 16, 32, 64]
    assert len({request.headers["idempotency-key"] for request in gateway.requests}) == 1
    found, attempts, words = state()
    assert (found, attempts) == ("failed", MAX_ATTEMPTS)
    assert "503" in words and str(MAX_ATTEMPTS) in words


def test_a_gateway_that_names_a_time_is_minded(gateway: WebServer, reader: User) -> None:
    gateway.answer = lambda request: (429, {"Retry-After": "1800"}, b"")
    tell(reader)
    send()
    assert Delivery.objects.get().next_try_at == NOW + timedelta(minutes=30)


def test_a_refusal_is_final(gateway: WebServer, reader: User) -> None:
    gateway.answer = lambda request: (400, {}, b"")
    tell(reader)
    send()
    send(now=NOW + timedelta(hours=1))
    assert len(gateway.requests) == 1
    assert state()[0] == "failed"


def test_a_gateway_that_is_away_does_not_burn_every_messages_tries(
    gateway: WebServer, standards: None
) -> None:
    users = [make_user(f"u{i}") for i in range(8)]
    User.objects.update(phone="0912345678")
    gateway.answer = lambda request: (503, {}, b"")
    tell(*User.objects.filter(pk__in=[user.pk for user in users]))
    send()
    assert len(gateway.requests) == 3
    assert Delivery.objects.filter(attempts=0).count() == 5


def test_a_fault_of_one_message_does_not_stop_the_others(gateway: WebServer, reader: User) -> None:
    other = make_user("nguoi-khac")
    other.phone = "0987654321"
    other.save()
    gateway.answer = lambda request: (400 if b"84912345678" in request.body else 200, {}, b"")
    tell(reader, other)
    assert send() == 1
    assert dict(Delivery.objects.values_list("notice__user__username", "state")) == {
        "nguoi-doc": "failed",
        "nguoi-khac": "sent",
    }


def test_a_message_that_cannot_be_put_together_does_not_stand_in_the_way(
    mail: MailServer, reader: User
) -> None:
    other = make_user("nguoi-khac")
    other.email = "dia-chi\n@hong.test"
    other.save()
    tell(other)
    tell(reader)
    assert send("email") == 1
    assert len(mail.mails) == 1
    broken = Delivery.objects.get(notice__user=other)
    assert (broken.state, broken.attempts) == ("waiting", 1)
    assert "GT-" in broken.last_error and "hong" not in broken.last_error


def test_who_cannot_or_will_not_be_reached_any_more_is_held(gateway: WebServer, reader: User) -> None:
    tell(reader)
    reader.is_active = False
    reader.save()
    assert send() == 0
    assert state()[0] == "held" and "khóa" in state()[2]
    reader.is_active = True
    reader.save()
    Delivery.objects.update(state="waiting")
    actions.choose_channels(
        actor=actor(reader, NOW.date()), user=reader, channels={"tests.word": ["app"]}, is_digest=False
    )
    assert send() == 0
    assert state()[0] == "held" and "không nhận" in state()[2]
    assert gateway.requests == []


def test_a_channel_switched_off_holds_what_waits(
    real: None, gateway: WebServer, reader: User, switch_on: Switch
) -> None:
    tell(reader)
    switch_on(webhook_url="")
    look_after(timestamp=0)
    assert state()[0] == "held" and "chưa được bật" in state()[2]


def test_a_digest_is_one_mail_a_day_but_for_what_is_obligatory(mail: MailServer, reader: User) -> None:
    actions.choose_channels(actor=actor(reader, NOW.date()), user=reader, channels={}, is_digest=True)
    tell(reader)
    tell(reader, kind="tests.plain", now=NOW.replace(hour=15))
    tell(reader, kind="tests.must")
    assert send("email") == 1
    assert mail.mails[0]["Subject"].strip() == "Bạn có việc phải biết"
    tomorrow = NOW.replace(hour=7, minute=30) + timedelta(days=1)
    assert send("email", now=NOW.replace(hour=16)) == 0
    assert send("email", now=tomorrow) == 1
    digest = mail.mails[1]
    assert digest["Subject"].strip() == "Bạn có 2 thông báo mới"
    assert "- Bạn có lời nhắn" in digest.get_content() and "- Lời nhắn" in digest.get_content()
    assert send("email", now=tomorrow) == 0
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_a_digest_tried_again_is_the_same_digest(mail: MailServer, reader: User) -> None:
    """What came in between goes with the next: the same Message-ID never says two things."""
    actions.choose_channels(actor=actor(reader, NOW.date()), user=reader, channels={}, is_digest=True)
    tell(reader)
    tell(reader)
    tomorrow = NOW.replace(hour=7, minute=30) + timedelta(days=1)
    mail.answers = {"MAIL": "451 busy"}
    send("email", now=tomorrow)
    mail.answers = {}
    tell(reader)
    Delivery.objects.update(next_try_at=tomorrow)
    assert send("email", now=tomorrow + timedelta(minutes=5)) == 2
    subjects = [mail["Subject"].strip() for mail in mail.mails]
    assert sorted(subjects) == ["Bạn có 2 thông báo mới", "Bạn có lời nhắn"]
    assert len({mail["Message-ID"] for mail in mail.mails}) == 2


def test_two_workers_send_each_message_once(real: None, gateway: WebServer, standards: None) -> None:
    users = [make_user(f"u{i}") for i in range(12)]
    User.objects.update(phone="0912345678")
    tell(*User.objects.filter(pk__in=[user.pk for user in users]))
    gateway.answer = lambda request: time.sleep(0.02) or (200, {}, b"")  # type: ignore[func-returns-value,return-value]
    start, sent, errors = threading.Barrier(3), [], []

    def work() -> None:
        try:
            start.wait()
            sent.append(send())
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sum(sent) == 12
    keys = [request.headers["idempotency-key"] for request in gateway.requests]
    assert len(keys) == len(set(keys)) == 12
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_two_workers_send_one_digest(real: None, mail: MailServer, reader: User) -> None:
    actions.choose_channels(actor=actor(reader, NOW.date()), user=reader, channels={}, is_digest=True)
    for _ in range(6):
        tell(reader)
    tomorrow = NOW.replace(hour=8) + timedelta(days=1)
    start = threading.Barrier(3)

    def work() -> None:
        try:
            start.wait()
            send("email", now=tomorrow)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [mail["Subject"].strip() for mail in mail.mails] == ["Bạn có 6 thông báo mới"]


_WORKER = """
import sys
from datetime import datetime
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
import tests.foundation.messaging.conftest
from congdoan.foundation.messaging.sending import send_due
now = datetime.fromisoformat(sys.argv[3])
send_due(sys.argv[2], clock=lambda: now)
"""


def killed_while_sending(channel: str, environment: dict[str, str], seen: Callable[[], bool]) -> None:
    """Start a real worker on the test database, and kill it once the far side has the message."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(connection.settings_dict["NAME"]), channel, NOW.isoformat()],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "congdoan.config.settings", **environment},
    )
    try:
        end = time.monotonic() + 60
        while not seen():
            assert process.poll() is None, "the worker ended by itself"
            assert time.monotonic() < end, "the message did not come in time"
            time.sleep(0.05)
        assert state(channel)[0] == "sending"
        # While the worker lives, nobody takes its message away, however long it takes.
        assert recover(channel, now=NOW + timedelta(hours=1)) == 0
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()


def recovered(channel: str) -> None:
    """The database notices a moment later that the worker's connection is gone."""
    end = time.monotonic() + 20
    while not recover(channel, now=NOW + timedelta(minutes=1)):
        assert time.monotonic() < end, "the dead worker's message was not taken back"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_message_of_a_killed_worker_is_sent_again_under_the_same_key(
    real: None, gateway: WebServer, reader: User
) -> None:
    let_go = threading.Event()

    def slow_at_first(request: Request) -> Answer:
        if len(gateway.requests) == 1:
            let_go.wait(60)
        return 200, {}, b""

    gateway.answer = slow_at_first
    tell(reader)
    environment = {
        "CONGDOAN_WEBHOOK_URL": gateway.url,
        "CONGDOAN_WEBHOOK_SECRET": "khoa",
        "CONGDOAN_MESSAGE_TIMEOUT": "50",
    }
    killed_while_sending("webhook", environment, lambda: len(gateway.requests) == 1)
    let_go.set()
    assert send(now=NOW + timedelta(seconds=10)) == 0  # not before it is surely dead
    recovered("webhook")
    assert send(now=NOW + timedelta(minutes=1)) == 1
    first, second = gateway.requests
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.body == second.body
    assert state()[:2] == ("sent", 2)


@pytest.mark.slow
def test_an_sms_of_a_killed_worker_is_held_for_a_person(real: None, reader: User, switch_on: Switch) -> None:
    centre: SmsCentre
    with sms_centre() as centre:
        centre.silent = True
        named = {"smpp_host": "127.0.0.1", "smpp_user": "x", "smpp_password": "bi-mat", "smpp_sender": "CD"}
        switch_on(**named, smpp_port=centre.port)
        tell(reader)
        environment = {f"CONGDOAN_{name.upper()}": value for name, value in named.items()}
        environment |= {"CONGDOAN_SMPP_PORT": str(centre.port), "CONGDOAN_MESSAGE_TIMEOUT": "50"}
        killed_while_sending("sms", environment, lambda: len(centre.messages) == 1)
        recovered("sms")
        assert state("sms")[0] == "held" and "không rõ" in state("sms")[2]
        assert send("sms", now=NOW + timedelta(hours=1)) == 0
        assert len(centre.messages) == 1
        system = Actor.system("kiểm thử", today=NOW.date())
        centre.silent = False
        assert actions.send_again(actor=system, deliveries=[Delivery.objects.get().pk], now=NOW) == 1
        assert send("sms") == 1
        assert len(centre.messages) == 2


def test_a_worker_that_was_only_slow_to_begin_sends_nothing_twice(gateway: WebServer, reader: User) -> None:
    tell(reader)
    taken = sending.take("webhook", now=NOW)
    assert taken is not None
    assert recover("webhook", now=NOW + timedelta(minutes=1)) == 1
    assert send(now=NOW + timedelta(minutes=1)) == 1
    hours = sending.office_hours(NOW.date())
    assert sending._send(sending.channel_of("webhook"), taken, now=NOW, hours=hours) == ""
    assert len(gateway.requests) == 1


def test_sending_again_is_for_who_administers_the_user(
    tree: Tree, gateway: WebServer, system: Actor, today: Any
) -> None:
    member = officer("nguoi-doc", "officer", tree.unions["NA1"])
    member.phone = "0912345678"
    member.save()
    gateway.answer = lambda request: (400, {}, b"")
    tell(member)
    send()
    pk = Delivery.objects.get().pk
    above = actor(officer("quan-tri-bac", "administrator", tree.north), today)
    for who in (
        actor(officer("quan-tri-nam", "administrator", tree.south), today),
        actor(officer("lanh-dao-bac", "leader", tree.north), today),
        actor(member, today),
    ):
        assert actions.send_again(actor=who, deliveries=[pk], now=NOW) == 0
    gateway.answer = lambda request: (200, {}, b"")
    assert actions.send_again(actor=above, deliveries=[pk], now=NOW) == 1
    assert actions.send_again(actor=above, deliveries=[pk], now=NOW) == 0  # it is on its way already
    assert AuditEntry.objects.get(verb="messaging.send_again").unit == tree.unions["NA1"]
    assert send() == 1
    assert actions.send_again(actor=above, deliveries=[pk], now=NOW) == 0  # what was sent stays sent
