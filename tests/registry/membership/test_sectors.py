"""A union changes its sector: its members are counted under the new one from that day, and history stays as it was."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse as address
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import differences, flow, stock
from congdoan.foundation.units.actions import NewUnit, TreeError, create_units
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.registry.membership.actions import (
    Admission,
    CannotReverse,
    Departure,
    MembershipError,
    Transfer,
    admit,
    close_books,
    depart,
    reverse,
    transfer,
)
from congdoan.registry.membership.models import Membership, Movement
from congdoan.registry.membership.queries import ledger_faults, members_on, movements_in_force, reconciliation
from congdoan.registry.organisation.actions import (
    Move,
    OrganisationError,
    Reclassification,
    move_units,
    reclassify_units,
)
from congdoan.registry.reorganisation.actions import undo
from congdoan.registry.reorganisation.queries import balance, saved_balance
from tests.factories.people import make_members, make_people
from tests.factories.tree import Tree
from tests.factories.users import make_actor
from tests.registry.reorganisation.ground import decide, dump, faults

JOINED = date(2024, 3, 1)
CHANGE = date(2025, 6, 1)
NOW = date(2025, 12, 31)


def well() -> bool:
    return not ledger_faults() and not differences()


def reclassify(actor: Actor, unit: Unit, sector: str, on: date = CHANGE) -> None:
    reclassify_units(actor=actor, on=on, items=[Reclassification(unit, sector=sector)])


def count(unit: Unit, sector: str, on: date) -> int:
    figure = stock("members", [unit.pk], on=on, filters={"sector": sector})[unit.pk]
    assert members_on(unit.pk, on).filter(sector=sector).count() == figure
    return figure


def test_members_are_counted_under_the_new_sector_from_its_day(tree: Tree, system: Actor) -> None:
    union = tree.unions["NA1"]
    people = make_members(system, union, JOINED, 4)
    depart(actor=system, items=[Departure(people[0], "leave", date(2025, 2, 1))])
    depart(actor=system, items=[Departure(people[1], "retire", date(2025, 8, 1))])
    (late,) = make_people(system, 1, start=10)
    admit(actor=system, items=[Admission(late, union, date(2025, 7, 1))])
    reclassify(system, union, "soe")
    for body in (union, tree.north, tree.root):
        assert (count(body, "non_state", date(2025, 5, 31)), count(body, "soe", date(2025, 5, 31))) == (3, 0)
        assert (count(body, "non_state", CHANGE), count(body, "soe", CHANGE)) == (0, 3)
        assert count(body, "soe", date(2025, 7, 1)) == 4
        assert (count(body, "non_state", NOW), count(body, "soe", NOW)) == (0, 3)
    year = {"from_on": date(2025, 1, 1), "to_on": date(2026, 1, 1)}
    left = flow("members", [union.pk], **year, filters={"movement": ["leave", "retire"], "sector": "soe"})
    assert left[union.pk] == -1
    told = reconciliation(union.pk, **year)
    assert (told.opening, told.net_growth, told.closing) == (4, -1, 3)
    assert well()


def test_a_change_taken_back_leaves_the_books_as_they_were(tree: Tree, system: Actor) -> None:
    union = tree.unions["NA1"]
    make_members(system, union, JOINED, 3)
    before = list(Membership.objects.order_by("person").values("person", "during", "sector", "joined_on"))
    reclassify(system, union, "soe")
    assert Membership.objects.count() == 6
    reclassify(system, union, "non_state")
    assert (
        list(Membership.objects.order_by("person").values("person", "during", "sector", "joined_on"))
        == before
    )
    assert movements_in_force().count() == 3
    assert Movement.objects.count() == 3 + 6 + 6
    assert count(union, "non_state", NOW) == 3
    assert well()


def test_who_takes_its_sector_from_above_follows_and_others_do_not(tree: Tree, system: Actor) -> None:
    union, other = tree.unions["NA1"], tree.unions["NA2"]
    make_members(system, union, JOINED, 2)
    make_members(system, other, JOINED, 2, start=20)
    reclassify(system, union, "soe")
    assert count(other, "fdi", NOW) == 2
    assert Movement.objects.filter(unit=other).count() == 2
    assert well()


@pytest.fixture
def group(tree: Tree, system: Actor) -> Unit:
    """A group of the foreign-invested union NA2, under whose sector its two members count; a third joins later."""
    (made,) = create_units(
        actor=system, items=[NewUnit("NA2T", "Tổ 1", "Tổ 1", "union_group", tree.unions["NA2"], JOINED)]
    )
    make_members(system, made, JOINED, 2)
    make_members(system, made, date(2025, 9, 1), 1, start=20)
    return made


def test_members_follow_the_sector_of_a_new_superior(tree: Tree, system: Actor, group: Unit) -> None:
    assert (count(group, "fdi", NOW), count(group, "non_state", NOW)) == (3, 0)
    move_units(actor=system, on=CHANGE, items=[Move(group, tree.unions["NB1"])])
    assert (count(group, "fdi", date(2025, 5, 31)), count(group, "non_state", CHANGE)) == (2, 2)
    # Who joined after the move had been counted under the old sector: never more.
    assert (count(group, "fdi", NOW), count(group, "non_state", NOW)) == (0, 3)
    assert reconciliation(tree.root.pk, CHANGE, NOW).net_growth == 1
    assert well()


def test_members_follow_the_superior_of_a_decision_and_back(tree: Tree, system: Actor, group: Unit) -> None:
    lines = Movement.objects.count()
    made = decide(system, tree.root, ("move", {"units": ["NA2T"], "parent": "NB1"}), on=CHANGE)
    assert (count(group, "fdi", date(2025, 5, 31)), count(group, "non_state", CHANGE)) == (2, 2)
    assert count(group, "non_state", NOW) == 3
    assert reconciliation(tree.root.pk, CHANGE, NOW).net_growth == 1
    assert not faults() and Movement.objects.count() > lines
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    assert (count(group, "fdi", CHANGE), count(group, "fdi", NOW), count(group, "non_state", NOW)) == (
        2,
        3,
        0,
    )
    assert reconciliation(tree.root.pk, CHANGE, NOW).net_growth == 1
    assert not faults()


def test_members_follow_when_their_union_is_merged_away(tree: Tree, system: Actor, group: Unit) -> None:
    make_members(system, tree.unions["NA2"], JOINED, 2, start=40)
    made = decide(system, tree.root, ("merge", {"units": ["NA2"], "into": "NB1"}), on=CHANGE)
    assert (count(group, "non_state", NOW), count(tree.unions["NB1"], "non_state", NOW)) == (3, 5)
    assert not faults()
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    assert (count(group, "fdi", NOW), count(tree.unions["NA2"], "fdi", NOW)) == (3, 5)
    assert not faults()


def test_members_follow_a_superior_that_comes_later(tree: Tree, system: Actor, group: Unit) -> None:
    """A move written down before its day: counted under the old sector up to it, under the new one from it on; whoever joins
    in between, too."""
    day = date(2027, 1, 1)
    move_units(actor=system, on=day, items=[Move(group, tree.unions["NB1"])])
    (late,) = make_people(system, 1, start=60)
    admit(actor=system, items=[Admission(late, group, NOW)])
    fold()
    assert (count(group, "fdi", date(2026, 12, 31)), count(group, "non_state", date(2026, 12, 31))) == (4, 0)
    assert (count(group, "fdi", day), count(group, "non_state", day)) == (0, 4)
    assert reconciliation(tree.root.pk, NOW, date(2027, 2, 1)).net_growth == 1
    assert not faults()


def test_a_decision_gives_unions_another_sector(tree: Tree, system: Actor, group: Unit) -> None:
    union = tree.unions["NA2"]
    make_members(system, union, JOINED, 2, start=40)
    fold()
    before = dump()
    made = decide(system, tree.root, ("change_sector", {"units": ["NA2", "NB1"], "sector": "soe"}), on=CHANGE)
    kept = saved_balance(made)
    assert kept is not None
    changed = {line.code: (line.what, line.was, line.becomes) for line in kept.units}
    assert changed["NA2"][0] == "sector" and "nước ngoài" in changed["NA2"][1]
    assert set(changed) == {"NA2", "NB1"}
    assert count(union, "fdi", date(2025, 5, 31)) == 4
    assert (count(union, "fdi", CHANGE), count(union, "soe", CHANGE)) == (0, 4)
    # The group takes its sector from the union, also for who joined it afterwards.
    assert (count(group, "soe", NOW), count(group, "fdi", NOW)) == (3, 0)
    assert reconciliation(tree.root.pk, CHANGE, NOW).net_growth == 1
    assert not faults()
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    fold()
    assert (count(union, "fdi", NOW), count(union, "soe", NOW)) == (5, 0)
    assert not faults()
    assert dump() == before


def test_a_sector_that_is_none_and_a_unit_that_changes_later(tree: Tree, system: Actor) -> None:
    reclassify(system, tree.unions["NB1"], "fdi", date(2025, 9, 1))
    steps = (
        ("change_sector", {"units": ["NA1"], "sector": "mặt trăng"}),
        ("change_sector", {"units": ["NB1"], "sector": "soe"}),
    )
    sheet = balance(decide(system, tree.root, *steps, on=CHANGE, done=False), actor=system, on=system.today)
    assert [problem.step for problem in sheet.errors] == [1, 2]
    assert "Không có khu vực" in sheet.errors[0].message and "01/09/2025" in sheet.errors[1].message


def test_what_is_booked_later_for_an_earlier_day_has_the_change_follow(tree: Tree, system: Actor) -> None:
    union, other = tree.unions["NA1"], tree.unions["NB1"]
    reclassify(system, union, "soe")
    early, moved, gone = make_people(system, 3)
    admit(actor=system, items=[Admission(early, union, JOINED), Admission(gone, union, JOINED)])
    admit(actor=system, items=[Admission(moved, other, JOINED)])
    transfer(actor=system, items=[Transfer(moved, union, date(2025, 1, 1))])
    assert count(union, "non_state", date(2025, 5, 31)) == 3
    assert count(union, "soe", CHANGE) == 3
    depart(actor=system, items=[Departure(gone, "leave", date(2025, 5, 1))])
    assert count(union, "soe", CHANGE) == 2
    assert well()
    leave = movements_in_force(person_id=gone.pk).get(kind="leave")
    reverse(actor=system, movements=[leave], reason="Ghi nhầm người")
    assert count(union, "soe", CHANGE) == 3
    assert well()


def test_reversing_an_admission_takes_its_changes_of_sector_along(tree: Tree, system: Actor) -> None:
    union = tree.unions["NA1"]
    one, _ = make_members(system, union, JOINED, 2)
    reclassify(system, union, "soe")
    pair = movements_in_force(person_id=one.pk).filter(kind="reorganise_in")
    with pytest.raises(CannotReverse, match="đổi khu vực"):
        reverse(actor=system, movements=pair, reason="Ghi nhầm sổ")
    admission = movements_in_force(person_id=one.pk).get(kind="admit")
    reverse(actor=system, movements=[admission], reason="Kết nạp nhầm người")
    assert not Membership.objects.filter(person=one).exists()
    assert count(union, "soe", NOW) == 1
    assert well()


def test_a_transfer_on_the_day_of_the_change_keeps_its_halves(tree: Tree, system: Actor) -> None:
    union, other = tree.unions["NA1"], tree.unions["NB2"]
    (person,) = make_members(system, other, JOINED)
    transfer(actor=system, items=[Transfer(person, union, CHANGE)])
    transfer(actor=system, items=[Transfer(person, other, date(2025, 8, 1))])
    reclassify(system, union, "soe")
    assert (count(union, "soe", CHANGE), count(other, "fdi", date(2025, 8, 1))) == (1, 1)
    assert well()
    back = movements_in_force(person_id=person.pk).get(kind="transfer_in", on=date(2025, 8, 1))
    assert reverse(actor=system, movements=[back], reason="Chưa chuyển về") == 2
    assert count(union, "soe", NOW) == 1
    assert well()


def test_closed_books_are_marked_and_a_day_to_come_is_refused(tree: Tree, system: Actor) -> None:
    union = tree.unions["NA1"]
    make_members(system, union, JOINED)
    close_books(actor=system, unit=tree.north, until_on=date(2025, 7, 1), reason="Báo cáo 6 tháng")
    reclassify(system, union, "soe")
    assert set(Movement.objects.filter(kind__startswith="reorganise").values_list("is_late", flat=True)) == {
        True
    }
    with pytest.raises(OrganisationError, match="chưa đến"):
        reclassify(system, union, "fdi", on=date(2030, 1, 1))
    assert well()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["admit", "depart", "transfer", "sector", "reverse"]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.dates(date(2021, 1, 1), date(2025, 12, 1)),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_in_any_history_members_count_under_the_sector_of_their_union(
    tree: Tree, system: Actor, steps: list[tuple[str, int, int, date]]
) -> None:
    savepoint = transaction.savepoint()
    people = make_people(system, 4)
    unions = [tree.unions[code] for code in ("NA1", "NA2", "NB1", "SA1")]
    for verb, who, where, on in steps:
        try:
            with transaction.atomic():
                if verb == "admit":
                    admit(actor=system, items=[Admission(people[who], unions[where], on)])
                elif verb == "depart":
                    depart(actor=system, items=[Departure(people[who], "leave", on)])
                elif verb == "transfer":
                    transfer(actor=system, items=[Transfer(people[who], unions[where], on)])
                elif verb == "sector":
                    reclassify(system, unions[where % 2], ["soe", "fdi", "non_state", "soe"][who], on)
                else:
                    last = movements_in_force(person_id=people[who].pk).last()
                    if last is not None:
                        reverse(actor=system, movements=[last], reason="Ghi nhầm sổ")
        except (MembershipError, TreeError):
            pass
    assert well()
    for row in Membership.objects.all():
        for version in UnitVersion.objects.filter(unit=row.unit_id, during__overlap=row.during):
            assert version.sector_id == row.sector_id
    transaction.savepoint_rollback(savepoint)


def test_by_the_screen(tree: Tree, system: Actor, today: date, client: Client) -> None:
    union = tree.unions["NA1"]
    make_members(system, union, JOINED, 2)
    page = address("organisation:reclassify", args=[union.code])
    client.force_login(make_actor(today, tree.south, "leader").user)
    assert client.post(page, {"sector": "soe", "on": "01/06/2025"}).status_code in (403, 404)
    client.force_login(make_actor(today, tree.north, "leader").user)
    assert "selected>" in client.get(page).content.decode()
    assert client.post(page, {"sector": "soe", "on": "1/6/2099"}).status_code == 422
    assert client.post(page, {"sector": "soe", "on": "1/6/2025"}).status_code == 302
    assert count(union, "soe", today) == 2
    assert well()
