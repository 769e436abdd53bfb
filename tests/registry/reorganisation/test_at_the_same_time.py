"""Bookings while a reorganisation is carried out, on real connections: everything lands in exactly one place."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import stock
from congdoan.registry.membership.actions import (
    Admission,
    Departure,
    MembershipError,
    Transfer,
    admit,
    depart,
    transfer,
)
from congdoan.registry.membership.models import Membership
from congdoan.registry.reorganisation.actions import WrongState, commit
from tests.factories.people import make_members, make_people
from tests.factories.tree import Tree
from tests.registry.membership.test_at_the_same_time import at_once
from tests.registry.reorganisation.ground import DAY, decide, faults

JOINED = date(2025, 3, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_an_admission_in_the_midst_lands_in_one_place(tree: Tree, system: Actor, attempt: int) -> None:
    """Whoever is admitted to a union while it is merged away is carried along, or is told that it is no more."""
    one, other = tree.unions["NA1"], tree.unions["NA2"]
    make_members(system, one, JOINED, 30)
    newcomers = make_people(system, 20, start=100)
    made = decide(system, tree.root, ("merge", {"units": ["NA1"], "into": "NA2"}), done=False)

    def arrive() -> None:
        for person in newcomers:
            admit(actor=system, items=[Admission(person, one, date(2026, 6, 1))])

    errors = at_once(
        arrive,
        lambda: (time.sleep(0.02 * attempt), commit(actor=system, on=system.today, reorganisation=made)),
    )
    assert all(isinstance(error, MembershipError) and "đã kết thúc" in str(error) for error in errors)
    here = Membership.objects.filter(during__upper_inf=True)
    assert here.filter(unit=one).count() == 0
    admitted = Membership.objects.filter(person__in=newcomers).values("person").distinct().count()
    assert here.filter(unit=other).count() == 30 + admitted
    assert stock("members", [tree.root.pk], on=DAY)[tree.root.pk] == 30 + admitted
    assert faults() == []
    fold()
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_the_merger_waits_for_an_admission_that_has_begun(tree: Tree, system: Actor) -> None:
    one, other = tree.unions["NA1"], tree.unions["NA2"]
    (person,) = make_people(system)
    made = decide(system, tree.root, ("merge", {"units": ["NA1"], "into": "NA2"}), done=False)
    begun = threading.Event()

    def arrive() -> None:
        with transaction.atomic():
            admit(actor=system, items=[Admission(person, one, date(2026, 6, 1))])
            begun.set()
            time.sleep(0.5)

    def merge() -> None:
        begun.wait(10)
        commit(actor=system, on=system.today, reorganisation=made)

    assert at_once(arrive, merge) == []
    assert Membership.objects.get(during__upper_inf=True).unit == other
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_an_admission_waits_for_a_merger_that_has_begun(tree: Tree, system: Actor) -> None:
    one = tree.unions["NA1"]
    (person,) = make_people(system)
    make_members(system, one, JOINED, 3, start=50)
    made = decide(system, tree.root, ("merge", {"units": ["NA1"], "into": "NA2"}), done=False)
    begun = threading.Event()

    def merge() -> None:
        with transaction.atomic():
            commit(actor=system, on=system.today, reorganisation=made)
            begun.set()
            time.sleep(0.5)

    def arrive() -> None:
        begun.wait(10)
        admit(actor=system, items=[Admission(person, one, date(2026, 6, 1))])

    (error,) = at_once(merge, arrive)
    assert isinstance(error, MembershipError)
    assert "CĐCS NA 1 đã kết thúc từ ngày 01/07/2026" in str(error)
    assert not Membership.objects.filter(person=person).exists()
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_transfers_and_departures_in_the_midst(tree: Tree, system: Actor) -> None:
    one, far = tree.unions["NA1"], tree.unions["SB2"]
    people = make_members(system, one, JOINED, 40)
    made = decide(system, tree.root, ("merge", {"units": ["NA1"], "into": "NA2"}), done=False)

    def each(work: Callable[[Any], object], some: list[Any]) -> Callable[[], None]:
        def run() -> None:
            for person in some:
                with suppress(MembershipError):
                    work(person)

        return run

    def leave(person: Any) -> None:
        depart(actor=system, items=[Departure(person, "leave", DAY, "theo đơn")])

    def go(person: Any) -> None:
        transfer(actor=system, items=[Transfer(person, far, date(2026, 6, 20), "đổi nơi làm")])

    errors = at_once(
        each(leave, people[:20]),
        each(go, people[20:]),
        lambda: (time.sleep(0.05), commit(actor=system, on=system.today, reorganisation=made)),
    )
    assert [error for error in errors if not isinstance(error, MembershipError)] == []
    assert Membership.objects.filter(unit=one, during__upper_inf=True).count() == 0
    assert faults() == []
    fold()
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_two_carry_it_out_at_once(tree: Tree, system: Actor) -> None:
    make_members(system, tree.unions["NA1"], JOINED, 5)
    made = decide(system, tree.root, ("merge", {"units": ["NA1"], "into": "NA2"}), done=False)
    (error,) = at_once(
        *[lambda: commit(actor=system, on=system.today, reorganisation=made) for _ in range(2)]
    )
    assert isinstance(error, WrongState)
    assert connection.in_atomic_block is False
    assert faults() == []
