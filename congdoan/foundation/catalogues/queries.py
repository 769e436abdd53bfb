"""Reads of the shared lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, Subquery

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
    return parameters([code], on=on, unit_id=unit_id)[code]


def parameters(codes: Iterable[str], *, on: date, unit_id: int | None = None) -> dict[str, Setting]:
    """`parameter` for several codes in one query. Raises LookupError for the first that has no value."""
    wanted = list(codes)
    rows = Parameter.objects.filter(code__in=wanted, during__contains=on)
    if unit_id is None:
        rows = rows.filter(unit__isnull=True)
    else:
        placed = UnitPlacement.objects.filter(unit=unit_id, ancestor=OuterRef("unit"), during__contains=on)
        rows = rows.annotate(depth=Subquery(placed.values("depth")[:1])).filter(
            Q(unit__isnull=True) | Q(depth__isnull=False)
        )
    found: dict[str, Setting] = {}
    read = rows.values_list(
        "code", "value", "source", "verified", "unit_id", *(["depth"] if unit_id is not None else [])
    )
    # The general row first, then from the farthest body to the nearest, which stays.
    for code, value, source, verified, *_ in sorted(
        read, key=lambda row: -1000 if row[4] is None else -row[5]
    ):
        found[code] = Setting(value, source, verified)
    for code in wanted:
        if code not in found:
            raise LookupError(f"Tham số {code} chưa có giá trị vào ngày {on:%d/%m/%Y}.")
    return {code: found[code] for code in wanted}


def sector_codes(group: str) -> list[str]:
    """Codes of the sectors of a group (state, non_state, informal)."""
    return list(Sector.objects.filter(group=group).values_list("code", flat=True))
