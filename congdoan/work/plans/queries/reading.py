"""Progress: of a plan, a target, the bodies below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from congdoan.foundation.succession.queries import groups_for
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import children_on
from congdoan.registry.membership.queries import Reconciliation, reconciled
from congdoan.work.plans.models import AllocationItem, Plan, Target
from congdoan.work.plans.queries.finding import targets_of
from congdoan.work.plans.queries.session import Facts, Session
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
    structure_on: date | None = None,
) -> PlanProgress:
    """How far each target of the plan is at a unit, seen at the end of ``as_of``.

    ``known_at`` forgets what was booked after an instant; trends are then left out. ``structure_on`` asks for the
    structure of that later day (docs/adr/0012); without it the unit is read as it stood.
    """
    targets = targets_of(plan)
    groups = groups_for([unit.pk], structure_on)
    session = Session(targets, [unit.pk], Facts(plan, targets, [unit.pk], as_of, known_at, groups))
    return PlanProgress(
        plan,
        unit,
        as_of,
        tuple(session.read(target, trends=with_trends and known_at is None)[unit.pk] for target in targets),
    )


def target_progress(
    target: Target,
    unit: Unit,
    as_of: date,
    known_at: datetime | None = None,
    *,
    structure_on: date | None = None,
) -> TargetProgress:
    """How far one target is at a unit; ``structure_on`` as for `progress`."""
    groups = groups_for([unit.pk], structure_on)
    session = Session([target], [unit.pk], Facts(target.plan, [target], [unit.pk], as_of, known_at, groups))
    return session.read(target, trends=known_at is None)[unit.pk]


def progress_summary(
    plan: Plan, unit: Unit, as_of: date, *, structure_on: date | None = None
) -> dict[str, Any]:
    """The progress of a plan as plain data: {"code", "unit", "structure", "targets": [{"indicator", "operator", "target",
    "value", "as_of", "status", "citation"}]}. Figures are numbers (None where there is none). ``structure`` is "then"
    (bodies as they stood) or "today" (the structure of ``structure_on``)."""
    found = progress(plan, unit, as_of, with_trends=False, structure_on=structure_on)
    return {
        "code": plan.code,
        "unit": unit.code,
        "structure": "then" if structure_on is None else "today",
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
    plan: Plan,
    targets: Sequence[Target],
    unit: Unit,
    as_of: date,
    *,
    with_trends: bool = True,
    structure_on: date | None = None,
) -> dict[str, ChildrenProgress]:
    """`children_progress` for several targets at once, by target code; ``structure_on`` as for `progress`."""
    reading = PlanReading(plan, unit, as_of, targets, structure_on=structure_on)
    return reading.children(targets, trends_of=targets if with_trends else ())


class PlanReading:
    """A plan at a unit and at the bodies directly below, seen at the end of ``as_of``: what they share is asked for
    once. For pages that show all of it. ``targets``: all of the plan when not told. ``structure_on``: the bodies below
    are those of that later day, each with what counts for it there (docs/adr/0012)."""

    def __init__(
        self,
        plan: Plan,
        unit: Unit,
        as_of: date,
        targets: Sequence[Target] | None = None,
        *,
        with_children: bool = True,
        structure_on: date | None = None,
    ) -> None:
        self.plan, self.unit, self.as_of, self.structure_on = plan, unit, as_of, structure_on
        self._targets = targets_of(plan) if targets is None else targets
        for target in self._targets:
            target.plan = plan
        self._names: dict[int, str] = {}
        self._units: dict[int, Unit] = {}
        self._given_to: set[tuple[int, int]] = set()
        if with_children:
            self._names = dict(children_on(unit, structure_on or as_of).values_list("unit_id", "name"))
        if with_children and structure_on is None:
            given = AllocationItem.objects.filter(
                allocation__target__in=self._targets, allocation__unit=unit, allocation__state="issued"
            ).values_list("allocation__target", "unit_id")
            self._given_to = set(given)
        ids = dict.fromkeys([*self._names, *(pk for _, pk in self._given_to)])
        if ids:
            self._units = Unit.objects.defer("search", "name_key").in_bulk(list(ids))
        shown = [unit.pk, *self._units]
        groups = groups_for(shown, structure_on)
        self._facts = Facts(plan, self._targets, shown, as_of, None, groups)
        self._whole = Session(self._targets, [unit.pk], self._facts)
        self._whole.figures.know(unit)

    def progress(self) -> PlanProgress:
        """How far each target is at the unit itself, without courses."""
        read = [self._whole.read(target, trends=False)[self.unit.pk] for target in self._targets]
        return PlanProgress(self.plan, self.unit, self.as_of, tuple(read))

    def with_course(self, target: Target) -> TargetProgress:
        """How far a target is at the unit itself, with its course."""
        return self._whole.read(target, trends=True)[self.unit.pk]

    def children(
        self, targets: Sequence[Target], *, trends_of: Sequence[Target]
    ) -> dict[str, ChildrenProgress]:
        """What each body below contributes, by target code; with the courses of ``trends_of``. The bodies are those
        that stand below on the day and those that one of the targets was given to."""
        chosen = {target.pk for target in targets}
        given = {pk for target, pk in self._given_to if target in chosen}
        units = {pk: unit for pk, unit in self._units.items() if pk in self._names or pk in given}
        session = Session(targets, list(units), self._facts, like=self._whole.figures, with_parts=False)
        session.figures.know(*units.values())
        return {
            target.code: self._children(session, units, target, trends=target in trends_of)
            for target in targets
        }

    def growth(self, from_on: date, to_on: date) -> Reconciliation:
        """The reconciliation of the unit's members over [from_on, to_on)."""
        figures, pk = self._whole.figures, self.unit.pk
        return reconciled(
            from_on,
            to_on,
            figures.stock("members", pk, from_on - timedelta(days=1), {}),
            figures.rows("members", from_on, to_on)[pk],
        )

    def _children(
        self, session: Session, units: dict[int, Unit], target: Target, *, trends: bool
    ) -> ChildrenProgress:
        whole = self._whole.read(target, trends=trends)[self.unit.pk]
        additive = target.indicator.kind in ADDITIVE
        children = [
            ChildProgress(
                units[pk],
                self._names.get(pk, units[pk].name),
                item,
                item.value * 100 / whole.value
                if additive and item.value is not None and whole.value
                else None,
            )
            for pk, item in session.read(target, trends=trends).items()
        ]
        children.sort(key=_slowest_first)
        remainder = None
        if additive and whole.value is not None:
            remainder = whole.value - sum((child.progress.value or Decimal(0)) for child in children)
        return ChildrenProgress(whole, tuple(children), remainder)


def _slowest_first(child: ChildProgress) -> tuple[int, Decimal, str]:
    item = child.progress
    return (
        STATE_ORDER.index(item.state),
        item.percent if item.percent is not None else Decimal(10**6),
        child.unit.sort_key,
    )
