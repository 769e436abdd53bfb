"""Whatever happens in whatever order, the books, the memberships and the figures agree."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import differences, stock
from congdoan.foundation.units.actions import Change, TreeError, change_units
from congdoan.registry.membership.actions import (
    Admission,
    Departure,
    MembershipError,
    Transfer,
    admit,
    close_books,
    depart,
    reorganise,
    reverse,
    transfer,
)
from congdoan.registry.membership.choices import DEPARTURES
from congdoan.registry.membership.models import Movement
from congdoan.registry.membership.queries import ledger_faults, members_on, reconciliation
from tests.factories.people import make_people
from tests.factories.tree import Tree

DAYS = st.dates(date(2021, 1, 1), date(2026, 10, 31))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "admit",
                "admit",
                "admit",
                "transfer",
                "depart",
                "reverse",
                "reorganise",
                "move",
                "close",
                "fold",
            ]
        ),
        st.integers(0, 5),  # person
        st.integers(0, 7),  # union
        DAYS,
    ),
    max_size=22,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_history_adds_up(tree: Tree, system: Actor, steps: list[tuple[str, int, int, date]]) -> None:
    savepoint = transaction.savepoint()
    people = make_people(system, 6)
    unions = list(tree.unions.values())
    parents = [tree.north_a, tree.north_b, tree.south_a, tree.south_b]
    for verb, who, where, day in steps:
        person, union = people[who], unions[where]
        try:
            with transaction.atomic():
                if verb == "admit":
                    admit(actor=system, items=[Admission(person, union, day, reason="hồ sơ muộn")])
                elif verb == "transfer":
                    transfer(actor=system, items=[Transfer(person, union, day, "đổi nơi làm")])
                elif verb == "depart":
                    kind = DEPARTURES[where % len(DEPARTURES)]
                    depart(actor=system, items=[Departure(person, kind, day, "theo đơn")])
                elif verb == "reverse":
                    booked = list(Movement.objects.order_by("id"))
                    if booked:
                        reverse(actor=system, movements=[booked[where * 7 % len(booked)]], reason="ghi nhầm")
                elif verb == "reorganise":
                    reorganise(
                        actor=system, on=day, items=[(union, unions[who])], reason="sắp xếp lại tổ chức"
                    )
                elif verb == "move":
                    change_units(actor=system, on=day, changes=[Change(union, parent=parents[who % 4])])
                elif verb == "close":
                    close_books(actor=system, unit=parents[who % 4], until_on=day, reason="đã báo cáo")
                else:
                    fold()
        except (MembershipError, TreeError):
            pass  # refused, and nothing may be left of it: that is what follows checks
    assert ledger_faults() == []
    assert differences() == []
    units = [tree.root.pk, tree.north.pk, tree.south.pk, *[unit.pk for unit in (*parents, *unions)]]
    days = [date(2022, 6, 30), date(2024, 2, 29), date(2026, 10, 31)]
    for day in days:
        figures = stock("members", units, on=day)
        assert figures == {unit: members_on(unit, day).count() for unit in units}
    for unit in units[:3]:
        for since, until in zip(days, days[1:], strict=False):
            books = reconciliation(unit, since, until)
            assert books.opening == stock("members", [unit], on=since - timedelta(days=1))[unit]
            assert books.closing == stock("members", [unit], on=until - timedelta(days=1))[unit]
            assert books.net_growth == sum(n for _, _, n in books.lines)
    transaction.savepoint_rollback(savepoint)
