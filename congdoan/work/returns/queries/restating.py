"""What an accepted return said, and what is known now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import ancestors_on, children_on
from congdoan.registry.membership.models import Movement
from congdoan.registry.membership.queries import movements_below
from congdoan.work.returns import computing, rules
from congdoan.work.returns.definitions import (
    Span,
    digest,
    read_definition,
)
from congdoan.work.returns.models import (
    FrozenReturn,
    Obligation,
)


def structure_of(unit: Unit, on: date) -> dict[str, Any]:
    """Where a body stands on a day: what it is, the chain above it, those directly below; for freezing."""
    chain = ancestors_on(unit, on)
    return {
        "on": on.isoformat(),
        "unit": {"code": unit.code, "name": chain[-1].name, "kind": chain[-1].kind_id}
        if chain
        else {"code": unit.code, "name": unit.name, "kind": ""},
        "above": [
            {"code": version.unit.code, "name": version.name, "kind": version.kind_id}
            for version in chain[:-1]
        ],
        "below": [
            {"code": child.unit.code, "name": child.name, "kind": child.kind_id}
            for child in children_on(unit, on)
        ],
    }


@dataclass(frozen=True)
class RestatedCell:
    key: str
    label: str
    reported: Decimal | None
    now: Decimal | None

    @property
    def change(self) -> Decimal | None:
        if self.reported is None or self.now is None:
            return None
        return self.now - self.reported


@dataclass(frozen=True)
class Restatement:
    """What was reported and what is known now: only cells that the registers count. ``movements`` are those booked
    since for days of the period or before; ``counts`` the number of them all."""

    frozen: FrozenReturn
    cells: list[RestatedCell]
    movements: list[Movement]
    count: int
    is_sound: bool

    @property
    def changed(self) -> list[RestatedCell]:
        return [cell for cell in self.cells if cell.change]


def restatement(
    actor: Actor, frozen: FrozenReturn, obligation: Obligation, *, limit: int = 100
) -> Restatement:
    """What an accepted return said against what is known now. ``actor`` sees the movements of their own scope."""
    said = json.loads(frozen.body)
    definition = read_definition(said["definition"])
    span = Span(obligation.period, "", obligation.from_on, obligation.to_on)
    plans = computing.plans_of(definition, span, on=obligation.last_day)
    now = computing.compute(plans, [obligation.unit_id])[obligation.unit_id]
    reported = said["values"]["computed"]
    cells = [
        RestatedCell(key, plan.cell.label, rules.number(reported.get(key)), rules.number(now.get(key)))
        for key, plan in plans.items()
    ]
    late = (
        Movement.objects.filter(
            movements_below(obligation.unit_id), recorded_at__gt=frozen.known_at, on__lt=obligation.to_on
        )
        .filter(scope(actor, "membership.view").filter("unit"))
        .select_related("person", "unit", "decision", "actor")
        .order_by("recorded_at", "pk")
    )
    return Restatement(
        frozen=frozen,
        cells=cells,
        movements=list(late[:limit]),
        count=late.count(),
        is_sound=digest(frozen.body) == frozen.digest,
    )
