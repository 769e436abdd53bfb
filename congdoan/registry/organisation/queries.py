"""Reads of union bodies for daily work: what counts as a union, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, FilteredRelation, Q, QuerySet

from congdoan.foundation.units.models import Unit

#: What happened to the count of unions, from the rows of record: in on the founding day (found, or opening when
#: the union was there before its register), over to another kind or sector by its versions (change), out on the
#: day it ends. ``{where}`` is a condition on units_unit u. Yields (unit_id, dims, day, n).
UNION_EVENTS_SQL = """
    SELECT e.unit_id,
           jsonb_build_object('kind', e.kind_id, 'sector', e.sector_id, 'movement', e.movement) AS dims, e.day, e.n
    FROM (
        WITH lives AS (
            SELECT u.id AS unit_id, u.founded_on, u.ended_on, p.counted_as, v.during, v.kind_id, v.sector_id,
                   k.is_grassroots,
                   lag(v.kind_id) OVER life AS was_kind, lag(v.sector_id) OVER life AS was_sector,
                   lag(k.is_grassroots) OVER life AS was_grassroots
            FROM units_unit u
            JOIN organisation_unitprofile p ON p.unit_id = u.id AND p.counted_as <> ''
            JOIN units_unitversion v ON v.unit_id = u.id
            JOIN units_unitkind k ON k.code = v.kind_id
            WHERE {where}
            WINDOW life AS (PARTITION BY u.id ORDER BY lower(v.during))
        ), changed AS (
            SELECT * FROM lives WHERE was_kind IS NOT NULL
              AND (kind_id, sector_id, is_grassroots) IS DISTINCT FROM (was_kind, was_sector, was_grassroots)
        )
        SELECT unit_id, kind_id, sector_id, counted_as AS movement, founded_on AS day, 1 AS n
        FROM lives WHERE was_kind IS NULL AND is_grassroots
        UNION ALL
        SELECT unit_id, was_kind, was_sector, 'change', lower(during), -1 FROM changed WHERE was_grassroots
        UNION ALL
        SELECT unit_id, kind_id, sector_id, 'change', lower(during), 1 FROM changed WHERE is_grassroots
        UNION ALL
        SELECT unit_id, kind_id, sector_id, 'end', ended_on, -1
        FROM lives WHERE is_grassroots AND upper(during) = ended_on
    ) e
"""


def union_events(unit_ids: Iterable[int]) -> list[tuple[int, dict[str, Any], date, int]]:
    """What these units add to the count of unions: (unit id, dimensions, day, n). One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT unit_id, dims->>'kind', dims->>'sector', dims->>'movement', day, n
                FROM ({UNION_EVENTS_SQL.format(where="u.id = ANY(%s)")}) x""",
            [list(unit_ids)],
        )
        return [
            (unit_id, {"kind": kind, "sector": sector, "movement": movement}, day, n)
            for unit_id, kind, sector, movement, day, n in cursor
        ]


def unions_on(on: date) -> QuerySet[Unit]:
    """Grassroots unions that exist on a day and count in the figures, with the version of that day through the
    relation ``then`` (then__name, then__kind, then__sector, then__parent)."""
    return (
        Unit.objects.annotate(then=FilteredRelation("versions", condition=Q(versions__during__contains=on)))
        .filter(then__kind__is_grassroots=True)
        .filter(profile__counted_as__in=["found", "opening"])
    )


def foundings(from_on: date, to_on: date) -> QuerySet[Unit]:
    """Grassroots unions newly founded in [from_on, to_on), with their first version through ``then``."""
    return Unit.objects.annotate(
        then=FilteredRelation("versions", condition=Q(versions__during__startswith=F("founded_on")))
    ).filter(
        founded_on__gte=from_on,
        founded_on__lt=to_on,
        profile__counted_as="found",
        then__kind__is_grassroots=True,
    )
