"""Figures are exact at once, folded or not, on any day, and follow units that are placed elsewhere."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import append, fold
from congdoan.foundation.measures.queries import (
    cells,
    differences,
    flow,
    monthly,
    rows,
    rows_of_spans,
    series,
    stock,
)
from congdoan.foundation.units.actions import Change, change_units, end_units
from congdoan.foundation.units.models import UnitPlacement
from tests.factories.tree import Tree

NOW = datetime(2026, 11, 18, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
CODE = "tested"


def put(unit_id: int, day: date, n: int, **dims: object) -> None:
    with transaction.atomic():
        append(measure=CODE, rows=[(unit_id, dims, day, n)], recorded_at=NOW)


def totals_agree() -> bool:
    return not [item for item in differences() if item.measure == f"totals:{CODE}"]


def test_exact_before_and_after_folding(tree: Tree) -> None:
    put(tree.unions["NA1"].pk, date(2024, 3, 5), 7, sex="f")
    put(tree.unions["NA1"].pk, date(2024, 12, 31), 3, sex="m")
    put(tree.unions["SB2"].pk, date(2025, 1, 1), 2, sex="f")
    ids = [tree.root.pk, tree.north.pk, tree.north_a.pk, tree.unions["NA1"].pk, tree.south.pk]

    def seen() -> list[dict[int, int]]:
        days = [date(2024, 3, 4), date(2024, 3, 5), date(2024, 12, 31), date(2025, 1, 1)]
        return [stock(CODE, ids, on=day) for day in days]

    before = seen()
    assert [figures[tree.root.pk] for figures in before] == [0, 7, 10, 12]
    assert [figures[tree.south.pk] for figures in before] == [0, 0, 0, 2]
    assert fold() == 3
    assert seen() == before
    assert stock(CODE, ids, on=date(2025, 1, 1), filters={"sex": "f"})[tree.root.pk] == 9
    assert flow(CODE, ids, from_on=date(2024, 3, 6), to_on=date(2025, 1, 1))[tree.root.pk] == 3
    assert totals_agree()


def test_known_at_forgets_what_was_booked_later(tree: Tree) -> None:
    put(tree.unions["NA1"].pk, date(2024, 3, 5), 7)
    with transaction.atomic():
        append(
            measure=CODE,
            rows=[(tree.unions["NA1"].pk, {}, date(2024, 3, 5), -2)],
            recorded_at=NOW + timedelta(days=3),
        )
    fold()
    assert stock(CODE, [tree.root.pk], on=date(2024, 4, 1))[tree.root.pk] == 5
    assert stock(CODE, [tree.root.pk], on=date(2024, 4, 1), known_at=NOW)[tree.root.pk] == 7


def test_a_moved_unit_takes_its_stock_along_and_marks_it_structure(tree: Tree, system: Actor) -> None:
    union = tree.unions["NA1"]
    put(union.pk, date(2024, 3, 5), 7)
    fold()
    moved_on = date(2025, 7, 1)
    change_units(actor=system, on=moved_on, changes=[Change(union, parent=tree.south_a)])
    put(union.pk, date(2025, 8, 1), 1)
    put(union.pk, date(2025, 1, 1), 2)  # back-dated, booked after the move
    ids = [tree.north_a.pk, tree.north.pk, tree.south_a.pk, tree.south.pk, tree.root.pk]
    for _ in range(2):
        assert list(stock(CODE, ids, on=date(2025, 6, 30)).values()) == [9, 9, 0, 0, 9]
        assert list(stock(CODE, ids, on=moved_on).values()) == [0, 0, 9, 9, 9]
        assert list(flow(CODE, ids, from_on=date(2025, 6, 1), to_on=date(2026, 1, 1)).values()) == [
            0,
            0,
            1,
            1,
            1,
        ]
        structure = {
            row.unit_id: row.n
            for row in rows(CODE, ids, from_on=moved_on, to_on=date(2025, 7, 2))
            if row.is_structure
        }
        assert structure == {tree.north_a.pk: -9, tree.north.pk: -9, tree.south_a.pk: 9, tree.south.pk: 9}
        assert series(CODE, tree.south.pk, [date(2025, 6, 30), moved_on, date(2025, 8, 1)]) == [0, 9, 10]
        fold()
    assert totals_agree()


def test_what_is_booked_on_the_last_day_reaches_those_above(tree: Tree, system: Actor) -> None:
    union = tree.unions["NB2"]
    put(union.pk, date(2024, 3, 5), 4)
    fold()
    end_units(actor=system, on=date(2025, 1, 1), units=[union])
    put(union.pk, date(2025, 1, 1), -4)
    fold()
    assert stock(CODE, [tree.root.pk], on=date(2024, 12, 31))[tree.root.pk] == 4
    assert stock(CODE, [tree.root.pk], on=date(2025, 1, 1))[tree.root.pk] == 0
    assert flow(CODE, [tree.root.pk], from_on=date(2025, 1, 1), to_on=date(2025, 1, 2))[tree.root.pk] == -4
    assert totals_agree()


def test_months_of_many_units_beside_each_other(tree: Tree, system: Actor) -> None:
    put(tree.unions["NA1"].pk, date(2025, 1, 20), 7)
    put(tree.unions["NA1"].pk, date(2025, 2, 3), -2)
    put(tree.unions["SB2"].pk, date(2025, 2, 28), 4)
    put(tree.unions["SB2"].pk, date(2025, 3, 10), 5)
    change_units(
        actor=system, on=date(2025, 2, 15), changes=[Change(tree.unions["NA1"], parent=tree.south_a)]
    )
    ids = [tree.north.pk, tree.south.pk, tree.root.pk]
    january, february, march = date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)
    for _ in range(2):
        assert monthly(CODE, ids, from_on=date(2025, 1, 10), to_on=date(2025, 3, 10)) == {
            tree.north.pk: {january: 7, february: -7},
            tree.south.pk: {february: 9},
            tree.root.pk: {january: 7, february: 2},
        }
        assert monthly(CODE, ids, from_on=date(2025, 1, 21), to_on=date(2025, 3, 11), growth_only=True) == {
            tree.north.pk: {february: -2},
            tree.south.pk: {february: 4, march: 5},
            tree.root.pk: {february: 2, march: 5},
        }
        fold()


def test_deltas_need_the_transaction_of_their_cause(transactional_db: None) -> None:
    with pytest.raises(RuntimeError):
        append(measure=CODE, rows=[(1, {}, date(2024, 1, 1), 1)], recorded_at=NOW)


def check_spans(ids: list[int]) -> None:
    """Many spans in one query say what each span says by itself."""
    spans = [
        (None, date(2022, 7, 1)),
        (date(2021, 2, 3), date(2024, 5, 6)),
        (date(2024, 1, 1), date(2025, 1, 1)),
        (date(2025, 3, 4), date(2025, 3, 4)),
    ]
    found = rows_of_spans(CODE, ids, spans)
    for from_on, to_on in spans:
        alone = rows(CODE, ids, from_on=from_on, to_on=to_on)
        key = lambda row: (row.unit_id, str(row.dims), row.is_structure, row.n)  # noqa: E731
        assert sorted(found[from_on, to_on], key=key) == sorted(alone, key=key)
    known = cells(CODE)
    if not known:
        return
    first = max(known)
    added = rows_of_spans(CODE, ids, spans, known=known, kinds=dict.fromkeys(known, first))
    for span in spans:
        sums: Counter[tuple[int, bool]] = Counter()
        for row in found[span]:
            sums[row.unit_id, row.is_structure] += row.n
        assert {(row.unit_id, row.is_structure): row.n for row in added[span]} == {
            place: n for place, n in sums.items() if n
        }


DAYS = st.dates(date(2020, 1, 2), date(2026, 11, 1))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 7), DAYS, st.integers(-5, 9).filter(bool)),
        st.tuples(st.just("move"), st.integers(0, 7), DAYS, st.integers(0, 3)),
        st.tuples(st.just("fold"), st.just(0), st.just(date(2020, 1, 2)), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_history_adds_up(tree: Tree, system: Actor, steps: list[tuple[str, int, date, int]]) -> None:
    """Whatever is booked, moved and folded in whatever order: every unit's stock is the sum of the deltas of the
    units that stood below it on that day, and the totals agree with a recount."""
    savepoint = transaction.savepoint()
    unions = list(tree.unions.values())
    parents = [tree.north_a, tree.north_b, tree.south_a, tree.south_b]
    booked: list[tuple[int, date, int]] = []
    last_move: dict[int, date] = {}
    for verb, which, day, number in steps:
        union = unions[which]
        if verb == "put":
            put(union.pk, day, number)
            booked.append((union.pk, day, number))
        elif verb == "move" and day > last_move.get(union.pk, date(2020, 1, 1)):
            change_units(actor=system, on=day, changes=[Change(union, parent=parents[number])])
            last_move[union.pk] = day
        elif verb == "fold":
            fold()
    ids = [tree.root.pk, tree.north.pk, tree.south.pk, *[parent.pk for parent in parents]]
    check_spans(ids)
    for day in (date(2021, 6, 30), date(2024, 2, 29), date(2026, 11, 18)):
        expected = dict.fromkeys(ids, 0)
        for unit_id, ancestor_id in UnitPlacement.objects.filter(
            ancestor__in=ids, during__contains=day
        ).values_list("unit_id", "ancestor_id"):
            expected[ancestor_id] += sum(n for pk, on, n in booked if pk == unit_id and on <= day)
        assert stock(CODE, ids, on=day) == expected
    fold()
    check_spans(ids)
    assert totals_agree()
    transaction.savepoint_rollback(savepoint)
