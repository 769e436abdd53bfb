"""What a body was given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, Q

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
        total, parts = _whole_and_parts(rows)
        periods = sorted(
            ((Period.parse(code), value) for code, value in parts.items()), key=lambda pair: pair[0].from_on
        )
        result[key] = Given(allocation, total, tuple(periods))
    return result


def given_to_groups(
    targets: Sequence[Target], groups: Mapping[int, Sequence[int]], on: date
) -> dict[tuple[int, int], Given]:
    """What bodies had been given on a day in another structure, by (target id, unit id). ``groups``: the units that count
    for each body (succession.queries.standing_below). One query.

    What came into a group from outside, less what went out of it: what a body passed on to units that count elsewhere
    today is theirs, so the parts of bodies beside each other add up to what was given to all of them. Percentages do not
    add up: they are told only where all units that received one received the same.
    """
    homes: dict[int, list[int]] = defaultdict(list)
    for body, members in groups.items():
        for pk in members:
            homes[pk].append(body)
    kinds = {target.pk: target.indicator.kind for target in targets}
    # The newest revision of each giver holds; a giver that is no more gives nothing: its successor does.
    newest = (
        Allocation.objects.filter(target__in=list(kinds), effective_on__lte=on)
        .filter(Q(unit__ended_on=None) | Q(unit__ended_on__gt=on))
        .exclude(state="draft")
        .order_by("target_id", "unit_id", "-effective_on", "-revision", "-pk")
        .distinct("target_id", "unit_id")
    )
    items = AllocationItem.objects.filter(allocation__in=newest.values("pk")).select_related(
        "allocation__decision"
    )
    flows: dict[tuple[int, int], list[tuple[int, AllocationItem]]] = defaultdict(list)
    for item in items.filter(Q(unit__in=list(homes)) | Q(allocation__unit__in=list(homes))):
        target_id, into = item.allocation.target_id, homes.get(item.unit_id, ())
        out_of = homes.get(item.allocation.unit_id, ())
        for body in into:
            if body not in out_of:
                flows[target_id, body].append((1, item))
        for body in out_of:
            if body not in into:
                flows[target_id, body].append((-1, item))
    result: dict[tuple[int, int], Given] = {}
    for key, moved in flows.items():
        received = [item for sign, item in moved if sign > 0]
        if not received:
            continue
        allocation = max((item.allocation for item in received), key=_age)
        if kinds[key[0]] in {"ratio", "average"}:
            values = {item.value for item in received}
            if len(values) == 1:
                result[key] = Given(allocation, values.pop(), ())
            continue
        by_giver: dict[tuple[int, int], list[tuple[int, AllocationItem]]] = defaultdict(list)
        for sign, item in moved:
            by_giver[item.allocation_id, item.unit_id].append((sign, item))
        total, periods = Decimal(0), dict[str, Decimal]()
        for rows in by_giver.values():
            whole, parts = _whole_and_parts([item for _, item in rows])
            total += rows[0][0] * whole
            for code, value in parts.items():
                periods[code] = periods.get(code, Decimal(0)) + rows[0][0] * value
        spread = sorted(
            ((Period.parse(code), value) for code, value in periods.items()), key=lambda pair: pair[0].from_on
        )
        # Where only some were given by period, the parts say nothing about the whole.
        complete = sum(periods.values(), Decimal(0)) == total
        result[key] = Given(allocation, total, tuple(spread) if complete else ())
    return result


def _whole_and_parts(rows: Sequence[AllocationItem]) -> tuple[Decimal, dict[str, Decimal]]:
    """What the items of one body in one allocation come to, and by period."""
    parts = {row.period: row.value for row in rows if row.period and _is_part(row.period)}
    whole = [row.value for row in rows if not row.period or not _is_part(row.period)]
    return sum(whole, Decimal(0)) if whole else sum(parts.values(), Decimal(0)), parts


def _age(allocation: Allocation) -> tuple[date, int, int]:
    return (allocation.effective_on, allocation.revision, allocation.pk)


def _is_part(code: str) -> bool:
    """Whether a period code is a quarter or month of the year item, not the year itself."""
    try:
        return Period.parse(code).length < 12
    except PeriodError:
        return False
