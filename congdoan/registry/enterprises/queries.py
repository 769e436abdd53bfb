"""Reads of the register of employers, and the one place where an employer's standing is derived."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, FilteredRelation, Q, QuerySet

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.kit.identifiers import check_tax_code
from congdoan.kit.prepared import prepared_cursor
from congdoan.registry.enterprises.choices import BANDS, SOURCE_PRIORITY
from congdoan.registry.enterprises.models import (
    Enterprise,
    Hosting,
    Responsibility,
    Standing,
)
from congdoan.registry.enterprises.rules import VIEW

_SOURCE_RANK = " ".join(f"WHEN '{code}' THEN {rank}" for rank, code in enumerate(SOURCE_PRIORITY))
_BORDERS = f"ARRAY[{', '.join(map(str, BANDS))}]"

#: What an application asks of its employer, in the order of the model, which `Model.from_db` goes by.
_OF_APPLICATION = ("id", "code", "name", "sector_id", "territory_id")

#: How long an employer must have operated to be called on first (seed 003 §II.2.1: "nhiều năm").
PRIORITY_YEARS = 2
#: From how many workers on a foreign-invested employer is called large there.
PRIORITY_WORKERS = 100
#: A headcount this many days old no longer carries a density; it must be asked for again.
STALE_DAYS = 400
#: From how many workers on somebody must keep the headcount fresh.
STALE_WORKERS = 20

#: What counted of the enterprises chosen by ``{where}`` (a condition on enterprises_enterprise), in stretches
#: in which nothing changed. The time line is cut wherever something starts or ends; a stretch takes the newest
#: headcount at or before its first day (of one day the better source), what was last said of operation,
#: stability and Party organisation, and the body in charge; without one in charge an employer is not counted
#: anywhere. Who has not been judged operates from ``started_on``. One that has ended has nobody at work.
#: Time alone changes two things, so it cuts too: an employer comes to have operated for years, and a headcount
#: grows old. ``is_priority``: large, foreign-invested, in operation for years, without a union. ``is_stale``: in
#: operation, not small, and the headcount is old.
STANDING_SQL = f"""
    SELECT enterprise_id, unnest(range_agg(during)) AS during, unit_id, sector_id, headcount, band,
           operating, is_stable, has_party, has_union, is_priority, is_stale
    FROM (
        SELECT enterprise_id, during, unit_id, sector_id, headcount,
               COALESCE(({_BORDERS})[width_bucket(headcount, {_BORDERS})], -1) AS band,
               operating, is_stable, has_party, has_union,
               has_years AND sector_id = 'fdi' AND operating = 'operating' AND NOT has_union
                 AND COALESCE(headcount >= {PRIORITY_WORKERS}, FALSE) AS is_priority,
               is_old AND operating = 'operating' AND COALESCE(headcount >= {STALE_WORKERS}, FALSE) AS is_stale
        FROM (
            SELECT s.enterprise_id, daterange(s.day, s.next_day) AS during, r.unit_id, s.sector_id,
                   CASE WHEN j.operating = 'ended' THEN 0 ELSE h.workers END AS headcount,
                   COALESCE(j.operating, CASE WHEN s.started_on > s.day THEN 'not_started' ELSE 'operating' END)
                     AS operating,
                   COALESCE(j.is_stable, FALSE) AS is_stable,
                   COALESCE(j.has_party, FALSE) AS has_party,
                   EXISTS (SELECT 1 FROM enterprises_hosting g
                           WHERE g.enterprise_id = s.enterprise_id AND g.during @> s.day) AS has_union,
                   COALESCE((s.started_on + interval '{PRIORITY_YEARS} years')::date <= s.day, FALSE) AS has_years,
                   COALESCE(h."on" + {STALE_DAYS} <= s.day, FALSE) AS is_old
            FROM (
                SELECT c.id AS enterprise_id, c.sector_id, c.started_on, cut.day,
                       lead(cut.day) OVER (PARTITION BY c.id ORDER BY cut.day) AS next_day
                FROM (SELECT id, sector_id, registered_on, started_on FROM enterprises_enterprise WHERE {{where}}) c
                JOIN LATERAL (
                    SELECT c.registered_on AS day
                    UNION SELECT c.started_on
                    UNION SELECT (c.started_on + interval '{PRIORITY_YEARS} years')::date
                    UNION SELECT unnest(ARRAY[o."on", o."on" + {STALE_DAYS}])
                      FROM enterprises_headcountobservation o WHERE o.enterprise_id = c.id
                    UNION SELECT o."on" FROM enterprises_statusjudgement o WHERE o.enterprise_id = c.id
                    UNION SELECT unnest(ARRAY[lower(o.during), upper(o.during)])
                      FROM enterprises_responsibility o WHERE o.enterprise_id = c.id
                    UNION SELECT unnest(ARRAY[lower(o.during), upper(o.during)])
                      FROM enterprises_hosting o WHERE o.enterprise_id = c.id
                ) cut ON cut.day >= c.registered_on
            ) s
            JOIN enterprises_responsibility r ON r.enterprise_id = s.enterprise_id AND r.during @> s.day
            LEFT JOIN LATERAL (
                SELECT o.workers, o."on" FROM enterprises_headcountobservation o
                WHERE o.enterprise_id = s.enterprise_id AND o."on" <= s.day
                ORDER BY o."on" DESC, CASE o.source {_SOURCE_RANK} ELSE {len(SOURCE_PRIORITY)} END LIMIT 1
            ) h ON TRUE
            LEFT JOIN LATERAL (
                SELECT (array_agg(o.operating ORDER BY o."on" DESC))[1] AS operating,
                       (array_agg(o.is_stable ORDER BY o."on" DESC) FILTER (WHERE o.is_stable IS NOT NULL))[1]
                         AS is_stable,
                       (array_agg(o.has_party ORDER BY o."on" DESC) FILTER (WHERE o.has_party IS NOT NULL))[1]
                         AS has_party
                FROM enterprises_statusjudgement o
                WHERE o.enterprise_id = s.enterprise_id AND o."on" <= s.day
            ) j ON TRUE
        ) cut_up
    ) stretches
    GROUP BY enterprise_id, unit_id, sector_id, headcount, band, operating, is_stable, has_party, has_union,
             is_priority, is_stale
"""


@dataclass(frozen=True)
class StandingChange:
    """One stretch that is wrongly kept (``standing_id`` set) or missing (None)."""

    standing_id: int | None
    enterprise_id: int
    starts_on: date
    ends_on: date | None
    unit_id: int
    sector: str
    headcount: int | None
    band: int
    operating: str
    is_stable: bool
    has_party: bool
    has_union: bool
    is_priority: bool
    is_stale: bool

    @property
    def dims(self) -> dict[str, Any]:
        """The dimensions under which the stretch is counted."""
        return {
            "sector": self.sector,
            "band": self.band,
            "operating": self.operating,
            "is_stable": self.is_stable,
            "has_party": self.has_party,
            "has_union": self.has_union,
        }


def enterprise_named(code: str) -> Enterprise | None:
    """The employer of a code, with as much of it as an application asks; what else is read of it is one more query each."""
    if not code:
        return None
    with prepared_cursor() as cursor:
        cursor.execute(
            """SELECT id, code::text, name::text, sector_id::text, territory_id::text
               FROM enterprises_enterprise WHERE code = %s""",
            [code],
        )
        row = cursor.fetchone()
    return Enterprise.from_db(cursor.db.alias, _OF_APPLICATION, row) if row is not None else None


def standing_changes(enterprise_ids: list[int] | None) -> list[StandingChange]:
    """Where the kept standings of these enterprises (all when None) are not what the rows of record say.

    One query, set-based.
    """
    chosen = "TRUE" if enterprise_ids is None else "id = ANY(%(ids)s)"
    kept = "TRUE" if enterprise_ids is None else "enterprise_id = ANY(%(ids)s)"
    columns = (
        "enterprise_id, during, unit_id, sector_id, headcount, band, operating, is_stable, has_party, has_union,"
        " is_priority, is_stale"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH fresh AS (SELECT {columns} FROM ({STANDING_SQL.format(where=chosen)}) d),
                     kept AS (SELECT id, {columns} FROM enterprises_standing WHERE {kept})
                SELECT kept.id, COALESCE(fresh.enterprise_id, kept.enterprise_id),
                       lower(COALESCE(fresh.during, kept.during)), upper(COALESCE(fresh.during, kept.during)),
                       COALESCE(fresh.unit_id, kept.unit_id), COALESCE(fresh.sector_id, kept.sector_id),
                       CASE WHEN kept.id IS NULL THEN fresh.headcount ELSE kept.headcount END,
                       COALESCE(fresh.band, kept.band), COALESCE(fresh.operating, kept.operating),
                       COALESCE(fresh.is_stable, kept.is_stable), COALESCE(fresh.has_party, kept.has_party),
                       COALESCE(fresh.has_union, kept.has_union),
                       COALESCE(fresh.is_priority, kept.is_priority), COALESCE(fresh.is_stale, kept.is_stale)
                FROM fresh FULL JOIN kept
                  ON (fresh.enterprise_id, fresh.during, fresh.unit_id, fresh.sector_id,
                      COALESCE(fresh.headcount, -1), fresh.band, fresh.operating, fresh.is_stable,
                      fresh.has_party, fresh.has_union, fresh.is_priority, fresh.is_stale)
                   = (kept.enterprise_id, kept.during, kept.unit_id, kept.sector_id,
                      COALESCE(kept.headcount, -1), kept.band, kept.operating, kept.is_stable,
                      kept.has_party, kept.has_union, kept.is_priority, kept.is_stale)
                WHERE kept.id IS NULL OR fresh.enterprise_id IS NULL""",
            {"ids": enterprise_ids},
        )
        return [StandingChange(*row) for row in cursor]


@dataclass(frozen=True)
class StandingFault:
    """An enterprise whose kept standing is not what its rows of record say."""

    enterprise_id: int
    message: str


def standing_faults(*, limit: int = 100) -> list[StandingFault]:
    """Recompute every standing and name those that differ: [] when all is well (``congdoan check-data``)."""
    wrong: dict[int, date] = {}
    for change in standing_changes(None):
        wrong[change.enterprise_id] = min(change.starts_on, wrong.get(change.enterprise_id, change.starts_on))
    some = dict(sorted(wrong.items())[:limit])
    codes = dict(Enterprise.objects.filter(pk__in=some).values_list("pk", "code"))
    return [
        StandingFault(
            pk, f"{codes[pk]}: tình trạng ghi từ ngày {day:%d/%m/%Y} không khớp với các lần ghi nhận"
        )
        for pk, day in some.items()
    ]


def find_by_tax_code(tax_codes: Iterable[str]) -> dict[str, Enterprise]:
    """Enterprises by tax code, as it is stored (kit.identifiers.check_tax_code(...).value). One query; of several
    with one code the first registered."""
    wanted = {check_tax_code(code).value for code in tax_codes} - {""}
    found: dict[str, Enterprise] = {}
    for enterprise in Enterprise.objects.filter(tax_code__in=wanted).order_by("-pk"):
        found[enterprise.tax_code] = enterprise
    return found


def find_by_code(codes: Iterable[str]) -> dict[str, Enterprise]:
    """Enterprises by their own code in the register. One query."""
    return {enterprise.code: enterprise for enterprise in Enterprise.objects.filter(code__in=list(codes))}


def standing_on(on: date) -> QuerySet[Enterprise]:
    """Enterprises with what counted of them on a day, through the relation ``now`` (now__unit, now__headcount …);
    those that counted nowhere on that day are left out."""
    return Enterprise.objects.annotate(
        now=FilteredRelation("standings", condition=Q(standings__during__contains=on))
    ).filter(now__isnull=False)


def listed_on(on: date) -> QuerySet[Enterprise]:
    """``standing_on`` with the standing's columns as attributes of each row: unit_id, unit_name, headcount, band,
    operating, is_stable, has_party, has_union, is_priority, is_stale. Filters name these: a filter on now__… would
    join the standings once more."""
    return standing_on(on).annotate(
        unit_id=F("now__unit_id"),
        unit_name=F("now__unit__name"),
        unit_code=F("now__unit__code"),
        headcount=F("now__headcount"),
        band=F("now__band"),
        operating=F("now__operating"),
        is_stable=F("now__is_stable"),
        has_party=F("now__has_party"),
        has_union=F("now__has_union"),
        is_priority=F("now__is_priority"),
        is_stale=F("now__is_stale"),
    )


def visible_enterprises(actor: Actor, capability: str = VIEW) -> QuerySet[Enterprise]:
    """Enterprises an actor may open: those a body in scope was ever in charge of, or hosts a union."""
    held = scope(actor, capability)
    if held.everything:
        return Enterprise.objects.all()
    return Enterprise.objects.filter(
        Q(pk__in=Responsibility.objects.filter(held.filter("unit")).values("enterprise_id"))
        | Q(pk__in=Hosting.objects.filter(held.filter("unit")).values("enterprise_id"))
    )


def writable_ids(actor: Actor, enterprise_ids: Iterable[int], *, on: date, capability: str) -> set[int]:
    """Which of these enterprises an actor may write: in charge of it on ``on`` or hosting a union there then. An
    employer that nobody was ever in charge of may be written by whoever has the right anywhere. One query."""
    held = scope(actor, capability)
    wanted = list(enterprise_ids)
    if held.everything:
        return set(wanted)
    in_charge = Responsibility.objects.filter(enterprise__in=wanted, during__contains=on)
    hosting = Hosting.objects.filter(enterprise__in=wanted, during__contains=on)
    allowed = set(
        in_charge.filter(held.filter("unit"))
        .values_list("enterprise_id", flat=True)
        .union(hosting.filter(held.filter("unit")).values_list("enterprise_id", flat=True))
    )
    if actor.has_anywhere(capability) and allowed != set(wanted):
        taken = set(
            Responsibility.objects.filter(enterprise__in=wanted).values_list("enterprise_id", flat=True)
        )
        allowed |= set(wanted) - taken
    return allowed


def in_charge_count(unit_id: int, on: date) -> int:
    """How many enterprises a body is in charge of on a day or later."""
    return (
        Responsibility.objects.filter(unit=unit_id)
        .filter(Q(during__endswith__gt=on) | Q(during__upper_inf=True))
        .count()
    )


def standing_of(enterprise_id: int, on: date) -> Standing | None:
    """What counted of one enterprise on a day; None when it counted nowhere."""
    return (
        Standing.objects.filter(enterprise=enterprise_id, during__contains=on)
        .select_related("unit", "sector")
        .first()
    )


def years_before(day: date, years: int) -> date:
    """The last day whose anniversary has come: the same day some years before; 28/02 for 29/02, and on 28/02 of a
    common year 29/02 where there was one."""
    year = day.year - years
    if (day.month, day.day) in {(2, 28), (2, 29)} and not (day.day == 28 and isleap(day.year)):
        return date(year, 2, 29 if isleap(year) else 28)
    return day.replace(year=year)
