"""What a body was given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch

from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period, PeriodError
from congdoan.work.plans.models import Allocation, AllocationItem, Target


@dataclass(frozen=True)
class Given:
    """What a body was given of a target: the whole, and by period where the decision says so."""

    allocation: Allocation
    total: Decimal
    periods: tuple[tuple[Period, Decimal], ...]


def allocation_in_force(target: Target, unit: Unit | int, on: date) -> Allocation | None:
    """The revision by which a body had given a target down on a day; None when it had not."""
    return (
        Allocation.objects.filter(target=target, unit=unit, effective_on__lte=on)
        .exclude(state="draft")
        .select_related("decision", "unit")
        .order_by("-effective_on", "-revision")
        .first()
    )


def allocation_history(target: Target, unit: Unit | int) -> list[Allocation]:
    """All revisions of a body for a target, the newest first, with their items."""
    return list(
        Allocation.objects.filter(target=target, unit=unit)
        .select_related("decision", "created_by", "unit")
        .prefetch_related(
            Prefetch(
                "items",
                AllocationItem.objects.select_related("unit").order_by("unit__sort_key", "unit_id", "period"),
            )
        )
        .order_by("-revision")
    )


def given_to(targets: Iterable[Target], unit_ids: Iterable[int], on: date) -> dict[tuple[int, int], Given]:
    """What bodies had been given on a day, by (target id, unit id). One query."""
    items = (
        AllocationItem.objects.filter(
            allocation__target__in=list(targets), unit__in=list(unit_ids), allocation__effective_on__lte=on
        )
        .exclude(allocation__state="draft")
        .select_related("allocation__decision")
    )
    newest: dict[tuple[int, int], Allocation] = {}
    grouped: dict[tuple[int, int, int], list[AllocationItem]] = defaultdict(list)
    for item in items:
        allocation = item.allocation
        key = (allocation.target_id, item.unit_id)
        held = newest.get(key)
        if held is None or _age(allocation) > _age(held):
            newest[key] = allocation
        grouped[(*key, allocation.pk)].append(item)
    result: dict[tuple[int, int], Given] = {}
    for key, allocation in newest.items():
        rows = grouped[(*key, allocation.pk)]
        periods = sorted(
            ((Period.parse(row.period), row.value) for row in rows if row.period and _is_part(row.period)),
            key=lambda pair: pair[0].from_on,
        )
        whole = [row.value for row in rows if not row.period or not _is_part(row.period)]
        total = sum(whole, Decimal(0)) if whole else sum((value for _, value in periods), Decimal(0))
        result[key] = Given(allocation, total, tuple(periods))
    return result


def _age(allocation: Allocation) -> tuple[date, int, int]:
    return (allocation.effective_on, allocation.revision, allocation.pk)


def _is_part(code: str) -> bool:
    """Whether a period code is a quarter or month of the year item, not the year itself."""
    try:
        return Period.parse(code).length < 12
    except PeriodError:
        return False
