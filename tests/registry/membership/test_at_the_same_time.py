"""Two officers act on the same person at the same moment, on real connections."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.queries import differences, stock
from congdoan.registry.membership.actions import (
    Admission,
    AlreadyMember,
    Departure,
    NotAMember,
    admit,
    depart,
)
from congdoan.registry.membership.models import Membership, Movement
from congdoan.registry.membership.queries import ledger_faults
from congdoan.registry.people.actions import AlreadyRegistered, PersonData, register_people
from tests.factories.people import make_members, make_people
from tests.factories.tree import Tree

DAY = date(2025, 9, 1)


def at_once(*works: Callable[[], object]) -> list[Exception]:
    """Run the works at the same moment, each on its own connection; the errors they ended with."""
    gate = threading.Barrier(len(works))
    errors: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait()
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_the_same_person_admitted_twice(tree: Tree, system: Actor, attempt: int) -> None:
    (person,) = make_people(system)
    here, there = tree.unions["NA1"], tree.unions["SB2"]
    errors = at_once(
        lambda: admit(actor=system, items=[Admission(person, here, DAY)]),
        lambda: admit(actor=system, items=[Admission(person, there, DAY)]),
    )
    (error,) = errors
    assert isinstance(error, AlreadyMember)
    unit = Membership.objects.get().unit
    assert str(error).startswith(f"{person.full_name} (sinh 1990) đã là đoàn viên của {unit.name}")
    assert Movement.objects.count() == 1
    assert stock("members", [tree.root.pk], on=DAY)[tree.root.pk] == 1
    assert not differences()
    assert not ledger_faults()


@pytest.mark.django_db(transaction=True)
def test_two_batches_with_the_same_people_in_other_order(tree: Tree, system: Actor) -> None:
    people = make_people(system, 200)
    one, other = tree.unions["NA1"], tree.unions["SB2"]
    errors = at_once(
        lambda: admit(actor=system, items=[Admission(p, one, DAY) for p in people], on_conflict="report"),
        lambda: admit(
            actor=system, items=[Admission(p, other, DAY) for p in reversed(people)], on_conflict="report"
        ),
    )
    assert errors == []
    assert Membership.objects.count() == 200
    assert not differences()
    assert not ledger_faults()


@pytest.mark.django_db(transaction=True)
def test_the_database_has_the_last_word(tree: Tree, system: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A membership that slips in between look and write is caught by the constraint and answered in words."""
    from congdoan.registry.membership.actions import admitting

    (person,) = make_members(system, tree.unions["NA1"], DAY)
    looked = admitting._booked_so_far
    looks: list[object] = []

    def look(ids: list[int]) -> object:
        looks.append(ids)
        return ({}, {}, set()) if len(looks) == 1 else looked(ids)

    monkeypatch.setattr(admitting, "_booked_so_far", look)
    with pytest.raises(AlreadyMember, match="CĐCS NA 1"):
        admit(actor=system, items=[Admission(person, tree.unions["SB2"], DAY)])
    assert len(looks) == 2
    assert Movement.objects.count() == 1
    assert not differences()


@pytest.mark.django_db(transaction=True)
def test_the_same_person_leaves_twice(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], date(2025, 1, 1))
    errors = at_once(
        *[lambda: depart(actor=system, items=[Departure(person, "leave", DAY)]) for _ in range(2)]
    )
    (error,) = errors
    assert isinstance(error, NotAMember)
    assert Movement.objects.count() == 2
    assert not differences()


@pytest.mark.django_db(transaction=True)
def test_the_same_citizen_registered_twice(db: None, system: Actor) -> None:
    data = PersonData("Nguyễn Văn An", citizen_id="031090000001")
    errors = at_once(*[lambda: register_people(actor=system, on=DAY, items=[data]) for _ in range(2)])
    (error,) = errors
    assert isinstance(error, AlreadyRegistered)
    assert error.person is not None
    assert "031090000001" not in str(error)
