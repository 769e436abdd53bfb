"""A province's register goes in at once, and its figures agree with its rows."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import differences, stock
from congdoan.registry.enterprises.actions import (
    EnterpriseData,
    HeadcountData,
    JudgementData,
    register_enterprises,
)
from congdoan.registry.enterprises.queries import standing_faults
from tests.factories.tree import Tree


def many(tree: Tree, count: int) -> list[EnterpriseData]:
    bodies = [tree.north_a, tree.north_b, tree.south_a, tree.south_b]
    unions = list(tree.unions.values())
    return [
        EnterpriseData(
            name=f"Công ty TNHH số {number}",
            sector=("non_state", "fdi", "soe", "public_service")[number % 4],
            unit=bodies[number % 4],
            registered_on=date(2021, 10, 1),
            headcounts=[
                HeadcountData(10 + number % 700, on=date(2021 + year, 12, 1), source="survey", women=5)
                for year in range(4)
            ],
            judgements=[JudgementData(on=date(2022, 1, 1), operating="operating", is_stable=number % 3 > 0)],
            hosts=[(unions[number % 8], date(2023, 5, 1))] if number % 2 else [],
        )
        for number in range(count)
    ]


def test_a_register_goes_in_with_a_fixed_number_of_statements(tree: Tree, system: Actor) -> None:
    def statements(count: int) -> int:
        items = many(tree, count)
        with CaptureQueriesContext(connection) as seen:
            made = register_enterprises(actor=system, on=date(2021, 10, 1), items=items)
        assert len(made) == count
        return len(seen)

    statements(400)  # makes the combinations of dimensions known
    assert statements(40) == statements(400)
    assert standing_faults() == []
    assert differences() == []
    assert (
        stock("enterprises", [tree.root.pk], on=date(2024, 12, 31))[tree.root.pk] == 3 * (400 + 40 + 400) // 4
    )
    fold()
    assert differences() == []
