"""Transfers, departures, reorganisation, reversal, closed books: the ledger says it all."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.measures.queries import differences, flow, stock
from congdoan.foundation.units.actions import end_units
from congdoan.registry.membership.actions import (
    Admission,
    AlreadyMember,
    CannotReverse,
    Departure,
    LaterMovement,
    MembershipError,
    NotAMember,
    ReasonMissing,
    Transfer,
    UnitCannotHold,
    admit,
    close_books,
    depart,
    reorganise,
    reverse,
    transfer,
)
from congdoan.registry.membership.models import Membership, Movement
from congdoan.registry.membership.queries import (
    closed_until,
    ledger_faults,
    members_on,
    movements_in_force,
    reconciliation,
)
from congdoan.registry.people.actions import update_people
from tests.factories.people import make_members, make_people
from tests.factories.tree import Tree
from tests.factories.users import make_actor

DAY = date(2025, 3, 1)
LATER = date(2025, 9, 1)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def all_is_well() -> bool:
    return not ledger_faults() and not differences()


def test_transfer_is_out_and_in_on_one_day(tree: Tree, system: Actor) -> None:
    people = make_members(system, tree.unions["NA1"], DAY, 2)
    moved = transfer(
        actor=system, items=[Transfer(p, tree.unions["SA2"], LATER, "đổi nơi làm") for p in people]
    )
    assert moved == 2
    assert members_on(tree.north.pk, date(2025, 8, 31)).count() == 2
    assert members_on(tree.north.pk, LATER).count() == 0
    assert members_on(tree.south.pk, LATER).count() == 2
    assert stock("members", [tree.root.pk], on=LATER)[tree.root.pk] == 2
    # In the north they count in the sector they came in under, in the south in the new one.
    assert stock("members", [tree.root.pk], on=LATER, filters={"sector": "non_state"})[tree.root.pk] == 0
    assert stock("members", [tree.root.pk], on=LATER, filters={"sector": "fdi"})[tree.root.pk] == 2
    books = reconciliation(tree.north.pk, LATER, date(2025, 10, 1))
    assert (books.opening, books.closing, books.net_growth) == (2, 0, -2)
    assert {group: n for group, _, n in books.lines}["transferred_out"] == -2
    assert all_is_well()


def test_what_a_transfer_and_a_departure_refuse(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    (stranger,) = make_people(system, start=50)
    with pytest.raises(NotAMember):
        transfer(actor=system, items=[Transfer(stranger, tree.unions["SA2"], LATER)])
    with pytest.raises(AlreadyMember):
        transfer(actor=system, items=[Transfer(person, tree.unions["NA1"], LATER)])
    with pytest.raises(UnitCannotHold):
        transfer(actor=system, items=[Transfer(person, tree.south_a, LATER)])
    with pytest.raises(MembershipError, match="không phải là lý do"):
        depart(actor=system, items=[Departure(person, "admit", LATER)])
    transfer(actor=system, items=[Transfer(person, tree.unions["SA2"], LATER)])
    with pytest.raises(LaterMovement, match="đảo các bút toán sau đó"):
        depart(actor=system, items=[Departure(person, "leave", date(2025, 6, 1))])
    with pytest.raises(NotAMember):
        depart(actor=system, items=[Departure(person, "leave", date(2024, 6, 1))])


def test_a_membership_of_no_day_leaves_no_row(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    depart(actor=system, items=[Departure(person, "leave", DAY)])
    assert not Membership.objects.exists()
    assert stock("members", [tree.root.pk], on=DAY)[tree.root.pk] == 0
    assert all_is_well()


def test_reorganisation_is_no_growth_and_no_loss(tree: Tree, system: Actor) -> None:
    old, new = tree.unions["NA1"], tree.unions["SB1"]
    make_members(system, old, DAY, 5)
    make_members(system, new, DAY, 2, start=10)
    assert reorganise(actor=system, on=LATER, items=[(old, new)], reason="sáp nhập") == 5
    end_units(actor=system, on=LATER, units=[old])
    books = reconciliation(tree.north.pk, LATER, date(2025, 10, 1))
    assert (books.opening, books.reorganised, books.closing, books.net_growth) == (5, -5, 0, 0)
    books = reconciliation(tree.south.pk, DAY, date(2025, 10, 1))
    assert (books.opening, books.reorganised, books.closing, books.net_growth) == (0, 5, 7, 2)
    assert books.admitted == 2
    assert members_on(new.pk, LATER).count() == 7
    assert len(set(Movement.objects.filter(kind__startswith="reorganise").values_list("batch"))) == 1
    assert all_is_well()


def test_reorganisation_refuses_when_someone_moved_later(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    depart(actor=system, items=[Departure(person, "leave", LATER)])
    with pytest.raises(LaterMovement, match=person.full_name):
        reorganise(
            actor=system,
            on=date(2025, 6, 1),
            items=[(tree.unions["NA1"], tree.unions["NA2"])],
            reason="sắp xếp",
        )


def test_a_reversal_takes_back_figure_and_membership(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    depart(actor=system, items=[Departure(person, "leave", LATER)])
    leave = Movement.objects.get(kind="leave")
    with pytest.raises(ReasonMissing):
        reverse(actor=system, movements=[leave], reason=" ")
    reverse(actor=system, movements=[leave], reason="ghi nhầm người")
    again = Movement.objects.get(reverses=leave)
    assert (again.kind, again.sign, again.on, again.unit_id) == ("leave", 1, LATER, leave.unit_id)
    assert members_on(tree.north.pk, date(2026, 1, 1)).count() == 1
    assert stock("members", [tree.root.pk], on=date(2026, 1, 1))[tree.root.pk] == 1
    left = flow(
        "members", [tree.root.pk], from_on=DAY, to_on=date(2026, 1, 1), filters={"movement": ["leave"]}
    )
    assert left[tree.root.pk] == 0
    for movement in (leave, again):
        with pytest.raises(CannotReverse, match="đã được đảo"):
            reverse(actor=system, movements=[movement], reason="ghi nhầm người")
    assert all_is_well()


def test_a_transfer_is_reversed_whole(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    transfer(actor=system, items=[Transfer(person, tree.unions["SA2"], LATER)])
    reverse(actor=system, movements=[Movement.objects.get(kind="transfer_in")], reason="ghi nhầm đơn vị")
    assert Movement.objects.count() == 5
    membership = Membership.objects.get()
    assert (membership.unit_id, membership.during.upper) == (tree.unions["NA1"].pk, None)
    assert membership.joined_on == DAY
    transfer(actor=system, items=[Transfer(person, tree.unions["SB2"], LATER)])
    assert all_is_well()


def test_what_later_movements_rest_on_is_not_reversed_alone(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    depart(actor=system, items=[Departure(person, "leave", LATER)])
    admitted = Movement.objects.get(kind="admit")
    with pytest.raises(CannotReverse, match="đảo bút toán sau trước"):
        reverse(actor=system, movements=[admitted], reason="ghi nhầm người")
    reverse(actor=system, movements=movements_in_force(person_id=person.pk), reason="ghi nhầm người")
    assert not Membership.objects.exists()
    assert all_is_well()


def test_nobody_is_brought_back_into_an_ended_unit(tree: Tree, system: Actor) -> None:
    old, new = tree.unions["NA1"], tree.unions["NA2"]
    make_members(system, old, DAY)
    reorganise(actor=system, on=LATER, items=[(old, new)], reason="sáp nhập")
    end_units(actor=system, on=LATER, units=[old])
    with pytest.raises(CannotReverse, match="đã kết thúc"):
        reverse(actor=system, movements=[Movement.objects.get(kind="reorganise_in")], reason="ghi nhầm")
    assert all_is_well()


def test_closed_books_take_late_movements_with_a_reason_and_remember_what_was_known(
    tree: Tree, system: Actor
) -> None:
    def at(day: int) -> datetime:
        return datetime(2025, 10, day, 8, tzinfo=HANOI)

    first, second = make_people(system, 2)
    union = tree.unions["NA1"]
    admit(actor=system, items=[Admission(first, union, DAY)], recorded_at=at(1))
    close_books(actor=system, unit=tree.north, until_on=LATER, reason="đã báo cáo", recorded_at=at(2))
    assert closed_until(union.pk, LATER) == LATER
    assert closed_until(tree.unions["SA1"].pk, LATER) is None
    with pytest.raises(ReasonMissing, match="đã khoá"):
        admit(actor=system, items=[Admission(second, union, DAY)], recorded_at=at(3))
    admit(actor=system, items=[Admission(second, union, DAY, reason="hồ sơ về muộn")], recorded_at=at(3))
    late = Movement.objects.get(person=second)
    assert late.is_late
    assert not Movement.objects.get(person=first).is_late
    assert reconciliation(tree.north.pk, DAY, LATER).closing == 2
    assert reconciliation(tree.north.pk, DAY, LATER, known_at=at(2)).closing == 1
    # The first open day is booked as usual.
    depart(actor=system, items=[Departure(second, "leave", LATER)], recorded_at=at(4))
    assert not Movement.objects.get(kind="leave").is_late
    assert all_is_well()


def test_movements_are_never_changed(tree: Tree, system: Actor) -> None:
    from django.db import transaction
    from django.db.utils import ProgrammingError

    make_members(system, tree.unions["NA1"], DAY)
    for change in (
        lambda: Movement.objects.update(reason="khác"),
        lambda: Movement.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()


def test_a_corrected_sex_and_name_reach_the_books(tree: Tree, system: Actor, today: date) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY, sex="")
    transfer(actor=system, items=[Transfer(person, tree.unions["NA2"], LATER)])
    update_people(actor=system, on=today, changes=[(person, {"sex": "f", "full_name": "Đặng Thị Yến"})])
    assert stock("members", [tree.root.pk], on=LATER, filters={"sex": "f"})[tree.root.pk] == 1
    assert stock("members", [tree.root.pk], on=LATER, filters={"sex": ""})[tree.root.pk] == 0
    assert set(Membership.objects.values_list("sort_key", "sex")) == {(person.sort_key, "f")}
    assert all_is_well()
    reverse(actor=system, movements=movements_in_force(person_id=person.pk), reason="ghi nhầm người")
    assert all_is_well()


@pytest.mark.parametrize(
    ("where", "may"), [(None, False), ("south", False), ("north_a", False), ("north", True), ("root", True)]
)
def test_moving_and_reversing_need_the_right_at_both_units(
    tree: Tree, system: Actor, today: date, where: str | None, may: bool
) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    actor = make_actor(today, getattr(tree, where) if where else None)
    items = [Transfer(person, tree.unions["NB1"], LATER)]
    if not may:
        with pytest.raises(Forbidden):
            transfer(actor=actor, items=items)
        transfer(actor=system, items=items)
        with pytest.raises(Forbidden):
            reverse(actor=actor, movements=[Movement.objects.get(kind="transfer_in")], reason="ghi nhầm")
        with pytest.raises(Forbidden):
            close_books(actor=actor, unit=tree.root, until_on=LATER, reason="")
        return
    assert transfer(actor=actor, items=items) == 1
    assert reverse(actor=actor, movements=[Movement.objects.get(kind="transfer_in")], reason="ghi nhầm") == 2


@pytest.mark.parametrize("column", ["counter_unit_id", "sector_id", "decision_id", "actor_id", "reverses_id"])
def test_a_line_that_names_what_is_not_there_is_found(tree: Tree, system: Actor, column: str) -> None:
    """The database checks only whose line it is and where: the rest is looked at by the check of the books."""
    make_members(system, tree.unions["NA1"], DAY, 2)
    assert all_is_well()
    line = Movement.objects.order_by("id").first()
    assert line is not None
    line.pk = None
    setattr(line, column, "không có" if column == "sector_id" else 999_999_999)
    line.save(force_insert=True)
    messages = [fault.message for fault in ledger_faults() if fault.law == "named"]
    assert len(messages) == 1
    assert f"Bút toán số {line.pk}:" in messages[0]
