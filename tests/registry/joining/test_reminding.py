"""Reminders: to those who decide, once an occasion; never one by which confidential applications could be told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.messaging.models import Delivery, Notice
from congdoan.registry.joining.actions import name_reader, refuse, remind_due
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user, officer
from tests.factories.tree import Tree

#: The application of the 18th falls due on this Thursday.
DUE = date(2026, 12, 10)


@pytest.fixture
def sent(tree: Tree, system: Actor, today: date) -> int:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    found = apply(today, enterprise=workplace, full_name="Lò Thị Ngân Hà").application
    assert found.due_on == DUE
    return int(found.pk)


def _remind(on: date) -> int:
    return remind_due(actor=Actor.system("nhắc", today=on), on=on)


def test_the_committee_is_told_three_days_before_once_and_each_week_when_late(
    tree: Tree, sent: int, system: Actor
) -> None:
    officer("bch", "committee", tree.unions["NA1"])
    officer("bch-khac", "committee", tree.unions["NA2"])
    told = [
        DUE - timedelta(days=4),
        *(DUE - timedelta(days=n) for n in (3, 2, 1, 0)),
        DUE + timedelta(days=1),
    ]
    assert [_remind(day) for day in told] == [0, 1, 0, 0, 0, 1]
    # Saturday is not worked; Monday is a new week of being late, told once.
    assert [_remind(DUE + timedelta(days=n)) for n in (2, 4, 4, 5, 11)] == [0, 1, 0, 0, 1]
    notices = Notice.objects.filter(kind="joining.due").order_by("pk")
    assert {notice.user.username for notice in notices} == {"bch"}
    assert "1 đơn" in notices[0].title
    assert "quá hạn" in notices[2].text
    assert not any("Ngân Hà" in f"{notice.title} {notice.text}" for notice in notices)
    refuse(actor=system, on=DUE + timedelta(days=12), pk=sent, reason="not_worker")
    assert _remind(DUE + timedelta(days=18)) == 0


def test_those_named_are_reminded_on_the_same_days_in_the_same_words_whatever_there_is(
    tree: Tree, system: Actor, today: date
) -> None:
    reader, leader = make_user("duoc-chi-dinh"), make_user("lanh-dao")
    give(reader, "officer", tree.north)
    give(leader, "leader", tree.north)
    name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=reader)
    days = [today + timedelta(days=n) for n in range(28)]

    def notices() -> list[tuple[str, str, str, str]]:
        rows = Notice.objects.order_by("key", "user").values_list("user__username", "title", "text", "key")
        return list(rows)

    for day in days:
        _remind(day)
    without = notices()
    deliveries = Delivery.objects.count()
    Notice.objects.all().delete()
    workplace = make_workplace(system, tree.north, name="Công ty Hoa Sữa")
    apply(today, enterprise=workplace, full_name="Giàng Kín Đáo")
    for day in days:
        _remind(day)
    assert notices() == without
    assert Delivery.objects.count() == deliveries
    assert {row[0] for row in without} == {"duoc-chi-dinh"}
    # Mondays and Thursdays that are worked (24/11 is a Tuesday off).
    assert len(without) == 8


def test_nobody_is_reminded_after_the_naming_or_the_right_has_ended(
    tree: Tree, system: Actor, today: date
) -> None:
    reader, leader = make_user("duoc-chi-dinh"), make_user("lanh-dao")
    grant = give(reader, "officer", tree.north)
    give(leader, "leader", tree.north)
    thursday = today + timedelta(days=1)
    name_reader(
        actor=acting(leader, today), on=today, unit=tree.north, user=reader, until=today + timedelta(days=5)
    )
    assert _remind(thursday) == 1
    assert _remind(thursday + timedelta(days=7)) == 0
    Notice.objects.all().delete()
    grant.delete()
    assert _remind(thursday) == 0
