"""Many bodies at once give what a reading of each gives."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from congdoan.foundation.access.rules import Actor
from congdoan.registry.membership.actions import Departure, Transfer, depart, transfer
from congdoan.registry.organisation.actions import Move, move_units
from congdoan.work.indicators.actions import install_catalogue
from congdoan.work.indicators.models import Indicator
from congdoan.work.indicators.queries import read
from congdoan.work.returns.computing import compute, plans_of
from congdoan.work.returns.definitions import read_definition, shipped_forms
from congdoan.work.returns.rules import number, stored
from tests.factories.people import make_members
from tests.factories.tree import Tree


@pytest.mark.parametrize("code", ["2-HDCD", "giao-ban-quy"])
def test_computed_cells_are_readings_of_their_indicators(tree: Tree, system: Actor, code: str) -> None:
    install_catalogue()
    first, second = tree.unions["NA1"], tree.unions["SA2"]
    people = make_members(system, first, date(2025, 11, 20), 12)
    make_members(system, second, date(2026, 2, 10), 5, start=50)
    depart(actor=system, items=[Departure(people[0], "leave", date(2026, 3, 4), reason="Thôi việc")])
    transfer(actor=system, items=[Transfer(people[1], second, date(2026, 4, 1), reason="Chuyển việc")])
    move_units(actor=system, on=date(2026, 5, 1), items=[Move(tree.unions["NA1"], tree.north_b)])
    definition = read_definition(shipped_forms()[code])
    span = definition.span({"half": "2026-H1", "quarter": "2026-Q2"}[definition.cadence])
    plans = plans_of(definition, span, on=system.today)
    bodies = [tree.root.pk, tree.north.pk, tree.north_a.pk, tree.north_b.pk, first.pk]
    found = compute(plans, bodies)
    compared = 0
    for key, plan in plans.items():
        row = plan.cell.row
        if row.source != "indicator":
            continue
        indicator = Indicator.objects.get(code=row.indicator)
        window = {
            "start": (span.from_on - timedelta(days=1), span.from_on),
            "year": (date(2025, 12, 1) if definition.cutoffs else date(2026, 1, 1), span.to_on),
        }.get(row.window, (span.from_on, span.to_on))
        for body in bodies:
            reading = read(
                indicator,
                unit_id=body,
                window=window,
                as_of=window[1] - timedelta(days=1),
                scope=plan.cell.scope,
            )
            wanted = stored(reading.value, plan.decimals) if reading.value is not None else None
            assert number(found[body].get(key)) == number(wanted), (key, body)
            compared += 1
    assert compared > 50
    assert found[tree.north_b.pk]["members_end.total"] == 10, "what a moved union has came with it"
