"""Reads of the shared lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from congdoan.foundation.catalogues.models import Parameter, Sector
from congdoan.foundation.units.models import UnitPlacement


@dataclass(frozen=True)
class Setting:
    """A parameter's value on a day, with its source and whether anybody has verified it."""

    value: Any
    source: str
    verified: bool


def parameter(code: str, *, on: date, unit_id: int | None = None) -> Setting:
    """The value that holds on a day: the nearest body's own row above ``unit_id``, else the general one.

    Raises LookupError when nothing holds on that day.
    """
    if unit_id is not None:
        above = dict(
            UnitPlacement.objects.filter(unit=unit_id, during__contains=on).values_list(
                "ancestor_id", "depth"
            )
        )
        own = Parameter.objects.filter(code=code, unit__in=above, during__contains=on)
        nearest = min(own, key=lambda row: above[row.unit_id], default=None)
        if nearest is not None:
            return Setting(nearest.value, nearest.source, nearest.verified)
    row = Parameter.objects.filter(code=code, unit__isnull=True, during__contains=on).first()
    if row is None:
        raise LookupError(f"Tham số {code} chưa có giá trị vào ngày {on:%d/%m/%Y}.")
    return Setting(row.value, row.source, row.verified)


def parameters(codes: Iterable[str], *, on: date, unit_id: int | None = None) -> dict[str, Setting]:
    """`parameter` for several codes in two queries. Raises LookupError for the first that has no value."""
    wanted = list(codes)
    above: dict[int, int] = {}
    if unit_id is not None:
        above = dict(
            UnitPlacement.objects.filter(unit=unit_id, during__contains=on).values_list(
                "ancestor_id", "depth"
            )
        )
    found: dict[str, Parameter] = {}
    rows = Parameter.objects.filter(
        Q(unit__isnull=True) | Q(unit__in=above), code__in=wanted, during__contains=on
    )
    # The general row first, then from the farthest body to the nearest, which stays.
    for row in sorted(rows, key=lambda row: -above.get(row.unit_id, 1000)):
        found[row.code] = row
    for code in wanted:
        if code not in found:
            raise LookupError(f"Tham số {code} chưa có giá trị vào ngày {on:%d/%m/%Y}.")
    return {code: Setting(row.value, row.source, row.verified) for code, row in found.items()}


def sector_codes(group: str) -> list[str]:
    """Codes of the sectors of a group (state, non_state, informal)."""
    return list(Sector.objects.filter(group=group).values_list("code", flat=True))
