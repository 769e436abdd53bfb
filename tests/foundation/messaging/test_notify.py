"""Who is told, of what, by which ways; and what leaves the product."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.accounts.models import User
from congdoan.foundation.messaging import actions, sending
from congdoan.foundation.messaging.models import Delivery, Notice, Preference
from congdoan.foundation.messaging.queries import responsible_users, unread_count, visible_notices
from tests.factories.officers import actor, give, make_user, officer
from tests.factories.tree import Tree
from tests.foundation.messaging.conftest import NOW

Switch = Callable[..., None]


def tell(
    system: Actor, *users: User, kind: str = "tests.word", now: datetime = NOW, **more: object
) -> list[Notice]:
    return actions.notify(
        actor=system, kind=kind, subject="Ông Bí Mật xin gia nhập", users=users, now=now, **more
    )  # type: ignore[arg-type]


def test_a_notice_is_there_at_once_also_at_night(system: Actor, reader: User, today: date) -> None:
    night = NOW.replace(hour=23)
    tell(system, reader, body="Hồ sơ của ông Bí Mật", url="/phe-duyet/", due_on=date(2026, 11, 30), now=night)
    found = visible_notices(actor(reader, today)).get()
    assert (found.title, found.text, found.url) == (
        "Ông Bí Mật xin gia nhập",
        "Hồ sơ của ông Bí Mật",
        "/phe-duyet/",
    )
    assert (found.due_on, found.created_at, found.read_at) == (date(2026, 11, 30), night, None)
    assert not Delivery.objects.exists()  # no channel is set up


def test_messages_wait_for_office_hours(system: Actor, reader: User, switch_on: Switch) -> None:
    switch_on(email=True)
    tell(system, reader)
    tell(system, reader, now=NOW.replace(hour=20))
    times = list(Delivery.objects.order_by("id").values_list("next_try_at", flat=True))
    assert times == [NOW, (NOW + timedelta(days=1)).replace(hour=7, minute=30)]


def test_what_is_undone_is_not_told(
    system: Actor, transactional_db: None, switch_on: Switch, reader: User
) -> None:
    switch_on(email=True)
    ProcrastinateJob.objects.filter(task_name=actions.SEND_TASK).exists()
    with pytest.raises(RuntimeError), transaction.atomic():
        tell(system, reader)
        raise RuntimeError
    assert not Notice.objects.exists() and not Delivery.objects.exists()
    asked = ProcrastinateJob.objects.filter(task_name=actions.SEND_TASK)
    assert not asked.exists()
    tell(system, reader)
    tell(system, reader)
    assert asked.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_an_occasion_is_told_once(system: Actor, reader: User) -> None:
    other = make_user("nguoi-khac")
    assert len(tell(system, reader, key="han:1")) == 1
    assert [notice.user for notice in tell(system, reader, other, key="han:1")] == [other]
    assert len(tell(system, reader, key="han:2")) == 1
    assert len(tell(system, reader, reader)) == 1  # and nobody twice in one call


def test_an_occasion_told_by_two_at_once_is_told_once(
    transactional_db: None, standards: None, system: Actor, reader: User
) -> None:
    start, errors = threading.Barrier(4), []

    def work() -> None:
        try:
            start.wait()
            with transaction.atomic():
                tell(system, reader, key="han:1")
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Notice.objects.count() == 1


def test_only_addresses_of_this_product(system: Actor, reader: User) -> None:
    for address in ("https://example.test/", "//example.test/", "javascript:alert(1)", "/\\example.test"):
        with pytest.raises(ValueError, match="trang của phần mềm"):
            tell(system, reader, url=address)
    with pytest.raises(KeyError):
        tell(system, reader, kind="no.such")


def test_who_is_switched_off_is_not_told(system: Actor, reader: User) -> None:
    reader.is_active = False
    reader.save()
    assert tell(system, reader) == []


def test_holders_are_those_of_the_unit_else_of_the_nearest_above(
    tree: Tree, system: Actor, today: date
) -> None:
    own = officer("cua-don-vi", "leader", tree.unions["NA1"])
    officer("chi-xem", "viewer", tree.unions["NA1"])
    district = officer("cua-huyen", "leader", tree.north_a)
    officer("chi-huyen", "leader", tree.north_a, reach="own")
    province = officer("cua-tinh", "leader", tree.north)
    officer("tinh-khac", "leader", tree.south)
    ended = make_user("da-thoi")
    give(ended, "leader", tree.unions["NA2"], until=date(2026, 1, 1))

    def found(unit: object, capability: str = "approvals.decide") -> list[User]:
        return responsible_users([(unit, capability)], on=today)  # type: ignore[list-item]

    assert found(tree.unions["NA1"]) == [own]
    assert found(tree.unions["NA2"]) == [district]
    district.is_active = False
    district.save()
    assert found(tree.unions["NA2"]) == [province]
    assert found(tree.unions["NA2"], "no.such") == []
    made = actions.notify(
        actor=system,
        kind="tests.word",
        subject="x",
        now=NOW,
        users=[own],
        holders=[(tree.unions["NA1"], "approvals.decide"), (tree.unions["NA2"], "approvals.decide")],
    )
    assert [notice.user for notice in made] == [own, province]


def test_telling_many_costs_what_telling_one_does(
    system: Actor, reader: User, switch_on: Switch, django_assert_num_queries: Callable[..., object]
) -> None:
    switch_on(email=True, webhook_url="http://127.0.0.1:1", webhook_secret="s")
    others = [make_user(f"u{i}") for i in range(30)]
    with django_assert_num_queries(6):
        tell(system, reader)
    with django_assert_num_queries(6):
        tell(system, *others)


def test_who_has_no_address_is_in_the_log(system: Actor, switch_on: Switch, standards: None) -> None:
    switch_on(email=True, webhook_url="http://127.0.0.1:1", webhook_secret="s")
    tell(system, make_user("khong-dia-chi"))
    held = dict(Delivery.objects.filter(state="held").values_list("channel", "last_error"))
    assert "email" in held["email"] and "điện thoại" in held["webhook"]


def test_a_user_chooses_channels_by_kind(system: Actor, reader: User, switch_on: Switch, today: date) -> None:
    switch_on(email=True, webhook_url="http://127.0.0.1:1", webhook_secret="s")
    me = actor(reader, today)

    def choose(**channels: list[str]) -> None:
        named = {code.replace("_", "."): chosen for code, chosen in channels.items()}
        actions.choose_channels(actor=me, user=reader, channels=named, is_digest=False)

    def ways(kind: str) -> set[str]:
        (notice,) = tell(system, reader, kind=kind)
        return set(notice.deliveries.values_list("channel", flat=True))

    assert ways("tests.word") == {"email", "webhook"}
    choose(tests_word=["webhook"])
    assert ways("tests.word") == {"webhook"}
    choose(tests_word=["app"])
    assert ways("tests.word") == set()
    choose(tests_word=[], tests_must=[])
    assert tell(system, reader) == []  # not wanted at all
    assert ways("tests.must") == {"email"}  # cannot be refused
    assert ways("tests.plain") == {"email"}  # was not touched


def test_nobody_chooses_for_another(system: Actor, reader: User, today: date) -> None:
    other = actor(make_user("nguoi-khac"), today)
    for who in (other, system):
        with pytest.raises(Forbidden):
            actions.choose_channels(actor=who, user=reader, channels={"tests.word": []}, is_digest=False)
    with pytest.raises(KeyError):
        actions.choose_channels(
            actor=actor(reader, today), user=reader, channels={"x.y": []}, is_digest=False
        )
    with pytest.raises(ValueError):
        actions.choose_channels(
            actor=actor(reader, today), user=reader, channels={"tests.word": ["fax"]}, is_digest=False
        )
    assert not Preference.objects.exists()


def test_reading_is_ones_own(system: Actor, reader: User, today: date) -> None:
    other = actor(make_user("nguoi-khac"), today)
    me = actor(reader, today)
    first, second, _ = [tell(system, reader)[0] for _ in range(3)]
    assert unread_count(me) == 3 and unread_count(other) == 0
    assert actions.mark_read(actor=other, notices=[first.pk]) == 0
    assert actions.mark_all_read(actor=other) == 0
    assert actions.mark_read(actor=me, notices=[first.pk, second.pk]) == 2
    assert actions.mark_read(actor=me, notices=[first.pk]) == 0  # the first reading counts
    assert unread_count(me) == 1
    assert actions.mark_all_read(actor=me) == 1
    assert unread_count(me) == 0


def test_what_leaves_names_no_person(system: Actor, reader: User, switch_on: Switch) -> None:
    switch_on(email=True, site="https://congdoan.test")
    (notice,) = tell(system, reader, body="Ông Bí Mật, CCCD 012345678901", due_on=date(2026, 11, 30))
    message = sending.message_of([notice.deliveries.get()])
    assert "Bí Mật" not in message.subject + message.body and "0123" not in message.body
    assert message.subject == "Bạn có lời nhắn (hạn 30/11/2026)"
    assert message.url == f"https://congdoan.test/thong-bao/{notice.pk}/"
    (notice,) = tell(system, reader, kind="tests.plain", body="Nghỉ lễ ba ngày")
    message = sending.message_of([notice.deliveries.get()])
    assert (message.subject, message.body) == (notice.title, "Nghỉ lễ ba ngày")
