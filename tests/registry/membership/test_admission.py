"""Who may become a member, and what the books say afterwards."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.measures.queries import differences, flow, stock
from congdoan.foundation.units.actions import NewUnit, create_units, end_units
from congdoan.registry.membership.actions import (
    Admission,
    AlreadyMember,
    Departure,
    ForeignWorkerRefused,
    LaterMovement,
    MembershipError,
    UnitCannotHold,
    WrongDay,
    admit,
    depart,
    reverse,
)
from congdoan.registry.membership.models import Membership, Movement
from congdoan.registry.membership.queries import ledger_faults, members_on
from tests.factories.people import make_members, make_people
from tests.factories.tree import Tree
from tests.factories.users import make_actor

DAY = date(2025, 9, 1)


def test_admission_is_booked_counted_and_audited(tree: Tree, system: Actor) -> None:
    people = make_people(system, 3)
    union = tree.unions["NA1"]
    result = admit(actor=system, items=[Admission(person, union, DAY) for person in people])
    assert result.count == 3
    assert not result.refused
    assert Movement.objects.get(pk=result.movements[0]).person_id == people[0].pk
    assert members_on(tree.north.pk, DAY).count() == 3
    assert members_on(tree.north.pk, date(2025, 8, 31)).count() == 0
    assert stock("members", [tree.root.pk, tree.south.pk], on=DAY) == {tree.root.pk: 3, tree.south.pk: 0}
    women = flow("members", [union.pk], from_on=DAY, to_on=date(2025, 9, 2), filters={"sex": "f"})
    assert women[union.pk] == 1
    sectors = {"sector": "non_state", "movement": ["admit"]}
    assert flow("members", [union.pk], from_on=DAY, to_on=date(2025, 9, 2), filters=sectors)[union.pk] == 3
    assert AuditEntry.objects.filter(verb="membership.admit").count() == 1
    assert not differences()
    assert not ledger_faults()


def test_the_number_of_statements_does_not_grow_with_the_batch(
    tree: Tree, system: Actor, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    few, many = make_people(system, 2), make_people(system, 300, start=2)
    union = tree.unions["NA1"]
    admit(actor=system, items=[Admission(person, union, DAY) for person in few])
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        admit(actor=system, items=[Admission(person, union, DAY) for person in many])


def test_a_member_is_not_admitted_again_and_the_answer_says_where(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    with pytest.raises(AlreadyMember) as caught:
        admit(actor=system, items=[Admission(person, tree.unions["SB1"], date(2025, 10, 1))])
    assert person.full_name in str(caught.value)
    assert "CĐCS NA 1" in str(caught.value)
    assert "01/09/2025" in str(caught.value)
    with pytest.raises(AlreadyMember):  # an earlier day would overlap as well
        admit(actor=system, items=[Admission(person, tree.unions["SB1"], date(2025, 1, 1))])
    assert Movement.objects.count() == 1


def test_report_books_what_can_be_booked(tree: Tree, system: Actor) -> None:
    member, *others = make_people(system, 4)
    union = tree.unions["NA1"]
    admit(actor=system, items=[Admission(member, union, DAY)])
    batch = uuid4()
    result = admit(
        actor=system,
        batch=batch,
        on_conflict="report",
        items=[
            Admission(others[0], union, DAY),
            Admission(member, union, DAY),
            Admission(others[1], tree.north, DAY),
            Admission(others[0], union, DAY),
            Admission(others[2], union, DAY),
        ],
    )
    assert sorted(result.movements) == [0, 4]
    assert [(refusal.index, type(refusal.error)) for refusal in result.refused] == [
        (1, AlreadyMember),
        (2, UnitCannotHold),
        (3, AlreadyMember),
    ]
    assert Movement.objects.filter(batch=batch).count() == 2
    assert not ledger_faults()
    assert not differences()


def test_who_comes_back_is_readmitted(tree: Tree, system: Actor) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    depart(actor=system, items=[Departure(person, "leave", date(2026, 1, 1))])
    admit(actor=system, items=[Admission(person, tree.unions["NA2"], date(2026, 3, 1))])
    assert list(Movement.objects.order_by("id").values_list("kind", flat=True)) == [
        "admit",
        "leave",
        "readmit",
    ]
    assert Membership.objects.get(unit=tree.unions["NA2"]).joined_on == DAY
    depart(actor=system, items=[Departure(person, "die", date(2026, 4, 1))])
    with pytest.raises(MembershipError, match="từ trần"):
        admit(actor=system, items=[Admission(person, tree.unions["NA2"], date(2026, 5, 1))])


def test_only_units_that_hold_members_and_exist(tree: Tree, system: Actor) -> None:
    (person,) = make_people(system)
    with pytest.raises(UnitCannotHold, match="không trực tiếp có đoàn viên"):
        admit(actor=system, items=[Admission(person, tree.north_a, DAY)])
    with pytest.raises(UnitCannotHold, match="không tồn tại"):
        admit(actor=system, items=[Admission(person, tree.unions["NA1"], date(2019, 12, 31))])
    end_units(actor=system, on=date(2025, 7, 1), units=[tree.unions["NA1"]])
    with pytest.raises(UnitCannotHold, match="không tồn tại"):
        admit(actor=system, items=[Admission(person, tree.unions["NA1"], DAY)])
    with pytest.raises(WrongDay, match="chưa đến"):
        admit(actor=system, items=[Admission(person, tree.unions["NA2"], date(2026, 11, 19))])


def test_a_group_counts_under_the_sector_of_its_union(tree: Tree, system: Actor) -> None:
    (group,) = create_units(
        actor=system,
        items=[NewUnit("NA2T", "Tổ 1", "Tổ 1", "union_group", tree.unions["NA2"], date(2021, 1, 1))],
    )
    make_members(system, group, DAY)
    assert stock("members", [tree.north.pk], on=DAY, filters={"sector": "fdi"})[tree.north.pk] == 1


def test_under_fifteen_warns_and_does_not_block(tree: Tree, system: Actor) -> None:
    (child,) = make_people(system, birth_on=date(2012, 1, 1))
    result = admit(actor=system, items=[Admission(child, tree.unions["NA1"], DAY)])
    assert result.count == 1
    assert "15 tuổi" in result.warnings[0][1]


# --- foreign workers (requirements R-01, B1) ------------------------------------------------------

GOOD = {
    "on": date(2025, 9, 1),
    "contract_from": date(2025, 1, 1),
    "contract_to": date(2025, 12, 31),
    "application_on": date(2025, 8, 1),
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, ""),
        ({"contract_to": None}, ""),
        ({"contract_to": date(2025, 12, 30)}, "chưa đủ 12 tháng"),
        ({"contract_from": None}, "chưa có hợp đồng"),
        ({"contract_from": date(2025, 9, 2), "contract_to": None}, "không có hiệu lực vào ngày kết nạp"),
        (
            {"on": date(2025, 6, 30), "application_on": date(2025, 6, 1)},
            "chỉ được kết nạp từ ngày 01/07/2025",
        ),
        ({"on": date(2025, 7, 1), "application_on": date(2025, 6, 1)}, ""),
        ({"on": date(2023, 7, 1), "application_on": date(2023, 6, 1)}, "chỉ được kết nạp từ ngày"),
        ({"application_on": None}, "chưa có đơn gia nhập"),
        ({"application_on": date(2025, 9, 2)}, "đơn gia nhập ghi sau"),
    ],
)
def test_foreign_workers(tree: Tree, system: Actor, change: dict[str, date], says: str) -> None:
    (person,) = make_people(system, nationality="KR", citizen_id="", passport="M12345678")
    item = Admission(person, tree.unions["NA2"], **{**GOOD, **change})  # type: ignore[arg-type]
    if not says:
        assert admit(actor=system, items=[item]).count == 1
        return
    with pytest.raises(ForeignWorkerRefused, match=says) as caught:
        admit(actor=system, items=[item])
    assert "Luật Công đoàn 50/2024/QH15" in str(caught.value)
    assert not Movement.objects.exists()


def test_foreign_workers_join_no_occupational_union(tree: Tree, system: Actor) -> None:
    (union,) = create_units(
        actor=system,
        items=[NewUnit("NO", "NĐCS xe ôm", "NĐCS", "occupational_union", tree.north_a, date(2021, 1, 1))],
    )
    (person,) = make_people(system, nationality="KR", citizen_id="", passport="M12345678")
    with pytest.raises(ForeignWorkerRefused, match="không gia nhập nghiệp đoàn"):
        admit(actor=system, items=[Admission(person, union, **GOOD)])  # type: ignore[arg-type]


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "role", "may"),
    [
        (None, "officer", False),
        ("south_a", "officer", False),
        ("north_a", "viewer", False),
        ("north_a", "officer", True),
        ("north", "officer", True),
    ],
)
def test_admitting_needs_the_right_at_the_unit(
    tree: Tree, system: Actor, today: date, where: str | None, role: str, may: bool
) -> None:
    (person,) = make_people(system)
    actor = make_actor(today, getattr(tree, where) if where else None, role)
    items = [Admission(person, tree.unions["NA1"], DAY)]
    if may:
        assert admit(actor=actor, items=items).count == 1
        assert Movement.objects.get().actor == actor.user
    else:
        with pytest.raises(Forbidden, match="NA 1"):
            admit(actor=actor, items=items)
        assert not Movement.objects.exists()


def test_nobody_is_admitted_before_a_day_on_which_they_came_and_went(tree: Tree, system: Actor) -> None:
    """Coming and going on one day leaves no membership, but two lines of the ledger that another would stand before."""
    (person,) = make_people(system, 1)
    union = tree.unions["NA1"]
    admit(actor=system, items=[Admission(person, union, DAY)])
    depart(actor=system, items=[Departure(person, "leave", DAY)])
    assert not Membership.objects.exists()
    with pytest.raises(LaterMovement, match="đảo các bút toán sau đó"):
        admit(actor=system, items=[Admission(person, union, date(2025, 8, 1))])
    assert not ledger_faults()
    # Once they are taken back it may be booked, and on the day itself it may in any case.
    admit(actor=system, items=[Admission(person, union, DAY)])
    assert not ledger_faults()
    reverse(actor=system, movements=list(Movement.objects.order_by("-pk")), reason="ghi nhầm")
    admit(actor=system, items=[Admission(person, union, date(2025, 8, 1))])
    assert not ledger_faults()
    assert not differences()
    assert members_on(union.pk, date(2025, 8, 1)).count() == 1
