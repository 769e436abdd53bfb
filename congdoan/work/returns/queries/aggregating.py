"""Figures of a superior from the accepted returns below it and the computed rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from congdoan.foundation.measures.queries import stock
from congdoan.work.returns import computing, rules
from congdoan.work.returns.choices import FROZEN_STATES
from congdoan.work.returns.definitions import (
    Definition,
    read_definition,
)
from congdoan.work.returns.models import (
    Obligation,
)
from congdoan.work.returns.queries.comparing import span_of
from congdoan.work.returns.queries.standing import children_returns


@dataclass(frozen=True)
class AggregateCell:
    """A cell added up over the bodies below: ``value`` is the accepted figures and, where the registers know it, the
    rest (``rest``); ``covered`` of ``of`` bodies have been accepted with a figure."""

    key: str
    value: Decimal | None
    accepted: Decimal
    rest: Decimal | None
    covered: int
    of: int

    @property
    def is_whole(self) -> bool:
        return self.rest is not None or self.covered == self.of


@dataclass(frozen=True)
class Aggregate:
    """``covered`` of ``of`` returns below are accepted; ``members_share`` of the members belong to them (0..1)."""

    cells: Mapping[str, AggregateCell]
    covered: int
    of: int
    members_share: Decimal | None


def aggregate(obligation: Obligation, definition: Definition, on: date) -> Aggregate:
    """The figures of a superior's form from the accepted returns below it and the computed rest.

    Where the registers count a cell: Σ accepted + (computed of the superior − Σ computed of the accepted), so that an
    accepted figure stands and nothing is counted twice. Where they do not, Σ accepted, with the share covered. Shares
    and averages are left as computed: they do not add up.
    """
    owed = list(children_returns(obligation).select_related("made", "version"))
    accepted = [item for item in owed if hasattr(item, "made") and item.made.state in FROZEN_STATES]
    span = span_of(obligation, definition)
    plans = computing.plans_of(definition, span, on=on)
    additive = {key: plan for key, plan in plans.items() if len(plan.terms) == 1}
    bodies = [obligation.unit_id, *(item.unit_id for item in accepted)]
    counted = computing.compute(additive, bodies)
    # What the body below typed without a register says nothing about the register of the one above: left out there.
    frozen = [
        (
            item.unit_id,
            item.made.computed.keys(),
            rules.effective(read_definition(item.version.definition), item.made.computed, item.made.entered),
        )
        for item in accepted
    ]
    cells: dict[str, AggregateCell] = {}
    for key, cell in definition.cells.items():
        if cell.row.source == "formula" or (key in plans and key not in additive):
            continue
        given = [
            (unit, values[key])
            for unit, known, values in frozen
            if values.get(key) is not None and (key not in additive or key in known)
        ]
        total = sum((value for _, value in given if value is not None), Decimal(0))
        rest: Decimal | None = None
        if key in additive:
            own = rules.number(counted[obligation.unit_id].get(key)) or Decimal(0)
            rest = own - sum(
                (rules.number(counted[unit].get(key)) or Decimal(0) for unit, _ in given), Decimal(0)
            )
        value = total + rest if rest is not None else total if given else None
        cells[key] = AggregateCell(key, value, total, rest, len(given), len(owed))
    return Aggregate(cells, len(accepted), len(owed), members_share(obligation, accepted))


def members_share(obligation: Obligation, accepted: Sequence[Obligation]) -> Decimal | None:
    found = stock(
        "members", [obligation.unit_id, *(item.unit_id for item in accepted)], on=obligation.last_day
    )
    whole = found[obligation.unit_id]
    part = sum(found[item.unit_id] for item in accepted)
    return Decimal(part) / whole if whole else None
