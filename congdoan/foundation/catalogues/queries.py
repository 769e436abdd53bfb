"""Reads of the shared lists."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from congdoan.foundation.catalogues.models import Sector
from congdoan.kit.prepared import prepared_cursor


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
    """`parameter` for several codes in one query. Raises LookupError for the first that has no value.

    Asked by almost every request, so it is said in the database's own words and planned once.
    """
    wanted = list(codes)
    with prepared_cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (held.code) held.code::text, held.value::text, held.source::text, held.verified
               FROM catalogues_parameter held
               LEFT JOIN units_unitplacement placed ON placed.unit_id = %(unit)s::bigint
                   AND placed.ancestor_id = held.unit_id AND placed.during @> %(on)s::date
               WHERE held.code = ANY(%(codes)s::text[]) AND held.during @> %(on)s::date
                   AND (held.unit_id IS NULL OR placed.depth IS NOT NULL)
               ORDER BY held.code, placed.depth NULLS LAST""",
            {"unit": unit_id, "on": on, "codes": wanted},
        )
        found = {
            code: Setting(json.loads(value), source, verified)
            for code, value, source, verified in cursor.fetchall()
        }
    for code in wanted:
        if code not in found:
            raise LookupError(f"Tham số {code} chưa có giá trị vào ngày {on:%d/%m/%Y}.")
    return {code: found[code] for code in wanted}


def sector_codes(group: str) -> list[str]:
    """Codes of the sectors of a group (state, non_state, informal)."""
    return list(Sector.objects.filter(group=group).values_list("code", flat=True))
