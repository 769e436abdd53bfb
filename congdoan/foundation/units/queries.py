"""Reads of the tree. The day is always an argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from congdoan.foundation.units.models import KindAuthority, Unit, UnitPlacement, UnitVersion
from congdoan.kit.numbers import whole_number

#: Codes by unit id. A unit's code never changes, so what was read once is remembered.
_codes: dict[int, str] = {}


def unit_code(unit_id: int) -> str:
    """The code of a unit, for addresses."""
    if unit_id not in _codes:
        _codes[unit_id] = Unit.objects.values_list("code", flat=True).get(pk=unit_id)
    return _codes[unit_id]


def remember_codes(codes: Mapping[int, str]) -> None:
    """Codes a reader has in hand already, so that the addresses of many units need no query each."""
    _codes.update(codes)


def unit_named(value: str) -> Unit | None:
    """The unit a parameter of an address speaks of: by code, else by number; None when there is none."""
    found = Unit.objects.filter(code=value).first() if value else None
    number = whole_number(value) if found is None else None
    if number is not None:
        found = Unit.objects.filter(pk=number).first()
    return found


def only_top() -> int | None:
    """The unit that stands above every other at all times; None when there are several tops."""
    tops = list(
        UnitVersion.objects.filter(parent__isnull=True).values_list("unit_id", flat=True).distinct()[:2]
    )
    return tops[0] if len(tops) == 1 else None


def version_on(unit: Unit | int, on: date) -> UnitVersion | None:
    """What the unit was on a day; None before its founding and after its end."""
    return (
        UnitVersion.objects.filter(unit=unit, during__contains=on)
        .select_related("kind__level", "parent", "sector", "territory", "decision")
        .first()
    )


def versions_on(unit_ids: Iterable[int], on: date) -> dict[int, UnitVersion]:
    """The versions of many units on a day, by unit id. One query."""
    found = UnitVersion.objects.filter(unit_id__in=list(unit_ids), during__contains=on).select_related(
        "unit", "kind__level", "sector", "territory"
    )
    return {version.unit_id: version for version in found}


def last_version(unit: Unit | int) -> UnitVersion | None:
    """The newest version, of an ended unit too."""
    return (
        UnitVersion.objects.filter(unit=unit)
        .select_related("kind__level", "parent", "sector", "territory", "decision")
        .order_by("-during")
        .first()
    )


def known_version(unit: Unit | int, on: date) -> UnitVersion | None:
    """The version on a day, or the nearest one when the unit did not exist then: for headings of archives."""
    return version_on(unit, on) or last_version(unit)


def nearest_with_authority(unit_id: int, act: str, on: date) -> int | None:
    """The nearest body, from the unit upwards, whose kind may decide ``act`` on a day (KindAuthority)."""
    return (
        UnitPlacement.objects.filter(
            unit=unit_id,
            during__contains=on,
            ancestor__versions__during__contains=on,
            ancestor__versions__kind__authorities__act=act,
            ancestor__versions__kind__authorities__during__contains=on,
        )
        .order_by("depth")
        .values_list("ancestor_id", flat=True)
        .first()
    )


def children_on(unit: Unit | int, on: date) -> QuerySet[UnitVersion]:
    """The versions of the units that stood directly below on a day, by Vietnamese name order."""
    return (
        UnitVersion.objects.filter(parent=unit, during__contains=on)
        .select_related("unit", "kind__level", "sector", "territory")
        .order_by("kind__level__rank", "unit__sort_key", "unit_id")
    )


def below_on(unit: Unit | int, on: date, *, itself: bool = True) -> QuerySet[UnitPlacement]:
    """Placements below a unit as the tree stood on a day; ``values("unit_id")`` for a sub-select."""
    found = UnitPlacement.objects.filter(ancestor=unit, during__contains=on)
    return found if itself else found.filter(depth__gt=0)


def counted_below_on(unit: Unit | int, on: date) -> QuerySet[UnitPlacement]:
    """Placements below a unit as figures of a day count them: as the tree stood on that day, and ended units where
    they last stood (what is booked on the day a unit ends still reaches those above it)."""
    return UnitPlacement.objects.filter(counted_on(on), ancestor=unit)


def counted_on(on: date) -> Q:
    """The placements by which figures of a day count units, as a condition: see `counted_below_on`."""
    return Q(during__contains=on) | Q(is_last=True, during__startswith__lte=on)


def ancestors_on(unit: Unit | int, on: date) -> list[UnitVersion]:
    """The chain from the top to the unit itself on a day; [] when it did not exist. Two queries."""
    placed = list(
        UnitPlacement.objects.filter(unit=unit, during__contains=on)
        .order_by("-depth")
        .values_list("ancestor_id", flat=True)
    )
    found = versions_on(placed, on)
    return [found[ancestor] for ancestor in placed if ancestor in found]


def may_decide(unit: Unit | int, act: str, on: date) -> KindAuthority | None:
    """The authority row that lets a body of this kind decide ``act`` on a day, with its source; None if none."""
    version = version_on(unit, on)
    if version is None:
        return None
    return KindAuthority.objects.filter(kind=version.kind_id, act=act, during__contains=on).first()


@dataclass(frozen=True)
class TreeFault:
    """A law of the tree that does not hold; the message names the unit."""

    law: str
    message: str


def tree_faults() -> list[TreeFault]:
    """Check the laws of the tree: versions cover a unit's life without gaps, no cycles, the closure is right.

    Used by ``congdoan check-data``; reads everything, so it takes seconds on a whole country.
    """
    from django.db import connection

    from congdoan.foundation.units.models import Unit as UnitModel

    faults: list[TreeFault] = []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT u.code FROM units_unit u
               LEFT JOIN LATERAL (SELECT range_agg(v.during) AS life FROM units_unitversion v WHERE v.unit_id = u.id) v
                 ON TRUE
               WHERE u.annulled_at IS NULL
                 AND v.life IS DISTINCT FROM datemultirange(daterange(u.founded_on, u.ended_on))"""
        )
        faults += [
            TreeFault("life", f"{code}: các phiên bản không phủ đúng thời gian tồn tại") for (code,) in cursor
        ]
        cursor.execute(
            f"""WITH wanted AS ({_CLOSURE_SQL.format(where="TRUE")}),
                have AS (SELECT unit_id, ancestor_id, depth, during FROM units_unitplacement)
                (SELECT unit_id FROM (SELECT unit_id, ancestor_id, depth, during FROM wanted
                                      EXCEPT SELECT * FROM have) a)
                UNION
                (SELECT unit_id FROM (SELECT * FROM have
                                      EXCEPT SELECT unit_id, ancestor_id, depth, during FROM wanted) b)
                LIMIT 100"""
        )
        wrong = [row[0] for row in cursor]
        codes = dict(UnitModel.objects.filter(pk__in=wrong).values_list("pk", "code"))
        faults += [
            TreeFault("closure", f"{codes[pk]}: vị trí trong cây không khớp với lịch sử") for pk in wrong
        ]
        cursor.execute(
            """SELECT c.code FROM units_unitversion v JOIN units_unit c ON c.id = v.unit_id
               JOIN units_unit p ON p.id = v.parent_id
               WHERE NOT v.during <@ daterange(p.founded_on, p.ended_on)"""
        )
        faults += [
            TreeFault("parent", f"{code}: trực thuộc một đơn vị không tồn tại trong thời gian đó")
            for (code,) in cursor
        ]
    return faults


#: The closure of versions over time: one row per unit, ancestor, depth and unbroken range.
_CLOSURE_SQL = """
    SELECT unit_id, ancestor_id, depth, unnest(range_agg(during)) AS during
    FROM (
        WITH RECURSIVE chain(unit_id, ancestor_id, depth, during) AS (
            SELECT v.unit_id, v.unit_id, 0, v.during FROM units_unitversion v WHERE {where}
            UNION ALL
            SELECT c.unit_id, v.parent_id, c.depth + 1, c.during * v.during
            FROM chain c
            JOIN units_unitversion v ON v.unit_id = c.ancestor_id AND v.during && c.during
            WHERE v.parent_id IS NOT NULL AND c.depth < 12
        )
        SELECT * FROM chain
    ) walked
    GROUP BY unit_id, ancestor_id, depth
"""
