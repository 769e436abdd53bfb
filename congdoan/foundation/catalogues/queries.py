"""Reads of the shared lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

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


def sector_codes(group: str) -> list[str]:
    """Codes of the sectors of a group (state, non_state, informal)."""
    return list(Sector.objects.filter(group=group).values_list("code", flat=True))
