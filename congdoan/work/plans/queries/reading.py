"""Progress: of a plan, a target, the bodies below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import children_on
from congdoan.work.plans.models import AllocationItem, Plan, Target
from congdoan.work.plans.queries.finding import targets_of
from congdoan.work.plans.queries.session import Session
from congdoan.work.plans.queries.shapes import (
    ADDITIVE,
    STATE_ORDER,
    ChildProgress,
    ChildrenProgress,
    PlanProgress,
    TargetProgress,
)


def progress(
    plan: Plan,
    unit: Unit,
    as_of: date,
    known_at: datetime | None = None,
    *,
    with_trends: bool = True,
) -> PlanProgress:
    """How far each target of the plan is at a unit, seen at the end of ``as_of``.

    ``known_at`` forgets what was booked after an instant; trends are then left out.
    """
    targets = targets_of(plan)
    session = Session(plan, targets, [unit.pk], as_of, known_at)
    return PlanProgress(
        plan,
        unit,
        as_of,
        tuple(session.read(target, trends=with_trends and known_at is None)[unit.pk] for target in targets),
    )


def target_progress(
    target: Target, unit: Unit, as_of: date, known_at: datetime | None = None
) -> TargetProgress:
    """How far one target is at a unit."""
    session = Session(target.plan, [target], [unit.pk], as_of, known_at)
    return session.read(target, trends=known_at is None)[unit.pk]


def progress_summary(plan: Plan, unit: Unit, as_of: date) -> dict[str, Any]:
    """The progress of a plan as plain data: {"code", "unit", "targets": [{"indicator", "operator", "target",
    "value", "as_of", "status", "citation"}]}. Figures are numbers (None where there is none)."""
    found = progress(plan, unit, as_of, with_trends=False)
    return {
        "code": plan.code,
        "unit": unit.code,
        "targets": [
            {
                "indicator": item.target.code,
                "name": item.target.name,
                "measured_by": item.target.indicator_id,
                "operator": item.target.operator,
                "target": _plain(item.demand),
                "value": _plain(item.value),
                "as_of": item.read_on.isoformat(),
                "status": item.state,
                "citation": item.citation,
            }
            for item in found.targets
        ],
    }


def _plain(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else round(float(value), 4)


def children_progress(plan: Plan, target: Target, unit: Unit, as_of: date) -> ChildrenProgress:
    """What each body directly below contributes to a target, those behind first.

    The bodies are those that stand below on ``as_of`` and those the target was given to. The number of queries does
    not grow with them.
    """
    return children_table(plan, [target], unit, as_of)[target.code]


def children_table(
    plan: Plan, targets: Sequence[Target], unit: Unit, as_of: date, *, with_trends: bool = True
) -> dict[str, ChildrenProgress]:
    """`children_progress` for several targets at once, by target code."""
    for target in targets:
        target.plan = plan
    names = {version.unit_id: version.name for version in children_on(unit, as_of)}
    given = AllocationItem.objects.filter(
        allocation__target__in=targets, allocation__unit=unit, allocation__state="issued"
    ).values_list("unit_id", flat=True)
    ids = [*names, *(pk for pk in dict.fromkeys(given) if pk not in names)]
    units = Unit.objects.in_bulk(ids)
    session = Session(plan, targets, [unit.pk, *ids], as_of, None)
    result: dict[str, ChildrenProgress] = {}
    for target in targets:
        read = session.read(target, trends=with_trends)
        whole = read.pop(unit.pk)
        additive = target.indicator.kind in ADDITIVE
        children = [
            ChildProgress(
                units[pk],
                names.get(pk, units[pk].name),
                item,
                item.value * 100 / whole.value
                if additive and item.value is not None and whole.value
                else None,
            )
            for pk, item in read.items()
        ]
        children.sort(key=_slowest_first)
        remainder = None
        if additive and whole.value is not None:
            remainder = whole.value - sum((child.progress.value or Decimal(0)) for child in children)
        result[target.code] = ChildrenProgress(whole, tuple(children), remainder)
    return result


def _slowest_first(child: ChildProgress) -> tuple[int, Decimal, str]:
    item = child.progress
    return (
        STATE_ORDER.index(item.state),
        item.percent if item.percent is not None else Decimal(10**6),
        child.unit.sort_key,
    )
