"""Reads of union bodies for daily work: what counts as a union, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import F, FilteredRelation, Q, QuerySet

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.queries import Groups, Row, cells_of, rows
from congdoan.foundation.units.models import Unit, UnitPlacement, UnitVersion
from congdoan.foundation.units.queries import nearest_with_authority
from congdoan.kit.text import nfc, search_prefix_query
from congdoan.registry.organisation.rules import RECOGNISE, VIEW

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


def recognising_body(unit_id: int, on: date) -> Unit | None:
    """The nearest body, from a union upwards, that may recognise unions on a day, and so decides on its committee and its
    end (Charter XII, Art. 14, unverified; the rows of KindAuthority carry their sources). None when there is none."""
    entitled = nearest_with_authority(unit_id, RECOGNISE, on)
    return Unit.objects.get(pk=entitled) if entitled is not None else None


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


@dataclass(frozen=True)
class Figures:
    """What a body and all below it come to on a day. ``founded``: unions newly founded this year up to that day."""

    members: int
    unions: int
    founded: int
    enterprises: int
    workers: int


def figures_on(unit_ids: Sequence[int], on: date, *, groups: Groups | None = None) -> dict[int, Figures]:
    """The figures of many bodies on a day. A constant number of queries, whatever the number of bodies. ``groups``: in
    another structure (measures.queries.rows)."""
    ids = list(unit_ids)
    since, until = date(on.year, 1, 1), date.fromordinal(on.toordinal() + 1)
    known = cells_of(("members", "unions", "enterprises", "workers"))
    found = {pk: dims for pk, dims in known["unions"].items() if dims.get("movement") == "found"}

    def totals(measure: str) -> dict[int, int]:
        counted = rows(measure, ids, from_on=None, to_on=until, known=known[measure], groups=groups)
        return _added_up(ids, counted)

    members, unions, employers, workers = map(totals, ("members", "unions", "enterprises", "workers"))
    founded = _added_up(
        ids,
        (
            row
            for row in rows("unions", ids, from_on=since, to_on=until, known=found, groups=groups)
            if not row.is_structure
        ),
    )
    return {pk: Figures(members[pk], unions[pk], founded[pk], employers[pk], workers[pk]) for pk in ids}


def _added_up(ids: Iterable[int], counted: Iterable[Row]) -> dict[int, int]:
    result = dict.fromkeys(ids, 0)
    for row in counted:
        result[row.unit_id] += row.n
    return result


@dataclass(frozen=True)
class Node:
    """A body as the tree of a day shows it. ``ended_on``: it stands there on that day and has ended since."""

    unit: Unit
    name: str
    kind: str
    kind_name: str
    has_children: bool
    ended_on: date | None
    figures: Figures


def nodes_on(
    versions: Sequence[UnitVersion],
    on: date,
    *,
    tree_on: date | None = None,
    groups: Groups | None = None,
) -> list[Node]:
    """Tree nodes for versions of a day, with their figures. A constant number of queries.

    ``tree_on`` is the day whose tree is shown when it is another than that of the figures; with ``groups`` the figures
    are those of what counts for each body there (succession.standing_below).
    """
    ids = [version.unit_id for version in versions]
    figures = figures_on(ids, on, groups=groups)
    parents = set(
        UnitVersion.objects.filter(parent__in=ids, during__contains=tree_on or on).values_list(
            "parent_id", flat=True
        )
    )
    return [
        Node(
            version.unit,
            version.name,
            version.kind.short_name,
            version.kind.name,
            version.unit_id in parents,
            version.unit.ended_on,
            figures[version.unit_id],
        )
        for version in versions
    ]


def roots(actor: Actor, on: date) -> list[UnitVersion]:
    """Where the actor's tree begins on a day: the bodies of the grants that stand below no other of them. A body
    that did not exist on that day is left out."""
    held = scope(actor, VIEW)
    found = UnitVersion.objects.filter(during__contains=on).select_related("unit", "kind__level")
    if held.everything:
        return list(found.filter(parent__isnull=True).order_by("unit__sort_key"))
    granted = {*held.below, *held.own}
    below = set(
        UnitPlacement.objects.filter(
            unit__in=granted, ancestor__in=held.below, depth__gt=0, during__contains=on
        ).values_list("unit_id", flat=True)
    )
    return list(found.filter(unit__in=granted - below).order_by("kind__level__rank", "unit__sort_key"))


def search_units(actor: Actor, typed: str, on: date, *, limit: int = 50) -> list[Unit]:
    """Units in the actor's scope whose name matches what was typed, without accents, or that have this code. One
    query."""
    query = search_prefix_query(typed)
    if not query:
        return []
    rows = Unit.objects.filter(scope(actor, VIEW).filter_on("pk", on), annulled_at__isnull=True)
    # Codes hold signs that the words of a text search lose.
    code = nfc(typed).strip()
    named = Q(search=SearchQuery(query, search_type="raw", config="simple"))
    rows = rows.filter(named | Q(code__in=[code, code.upper()]))
    return list(rows.order_by("sort_key", "pk")[:limit])


def unions_on(on: date) -> QuerySet[Unit]:
    """Grassroots unions that exist on a day and count in the figures, with the version of that day through the
    relation ``shown`` (shown__name, shown__kind, shown__sector, shown__parent)."""
    return (
        Unit.objects.annotate(shown=FilteredRelation("versions", condition=Q(versions__during__contains=on)))
        .filter(shown__kind__is_grassroots=True)
        .filter(profile__counted_as__in=["found", "opening", "formed"])
    )


def foundings(from_on: date, to_on: date) -> QuerySet[Unit]:
    """Grassroots unions newly founded in [from_on, to_on), with their first version through ``shown``."""
    return Unit.objects.annotate(
        shown=FilteredRelation("versions", condition=Q(versions__during__startswith=F("founded_on")))
    ).filter(
        founded_on__gte=from_on,
        founded_on__lt=to_on,
        profile__counted_as="found",
        shown__kind__is_grassroots=True,
    )
