"""Reads of membership. The day is always an argument."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.queries import Groups, Row, cells, rows, rows_of_spans, stock
from congdoan.foundation.succession.catalogue import Route
from congdoan.foundation.succession.models import JournalEntry
from congdoan.foundation.units.models import Unit, UnitPlacement, UnitVersion
from congdoan.registry.membership import choices
from congdoan.registry.membership.contracts import contracts_waiting as contracts_waiting
from congdoan.registry.membership.models import BookClosing, Membership, Movement
from congdoan.registry.membership.silence import silence_of as silence_of
from congdoan.registry.membership.silence import silent_count as silent_count
from congdoan.registry.people.models import Person

# --------------------------------------------------------------------------------------------------
# Who is a member
# --------------------------------------------------------------------------------------------------


def members_on(unit_id: int, on: date, *, below: bool = True) -> QuerySet[Membership]:
    """Memberships that held at the end of a day at a unit, and at all below it as the tree stood then."""
    found = Membership.objects.filter(is_primary=True, during__contains=on)
    if not below:
        return found.filter(unit=unit_id)
    placed = UnitPlacement.objects.filter(ancestor=unit_id, during__contains=on)
    return found.filter(unit__in=placed.values("unit_id"))


def membership_on(person_id: int, on: date) -> Membership | None:
    """Where a person was a member on a day."""
    return (
        Membership.objects.filter(person=person_id, is_primary=True, during__contains=on)
        .select_related("unit", "sector")
        .first()
    )


def members_to_end(actor: Actor, on: date) -> QuerySet[Membership]:
    """Memberships that hold on a day where the actor may end them."""
    held = scope(actor, "membership.end").filter("unit")
    return Membership.objects.filter(held, is_primary=True, during__contains=on)


def people_seen(actor: Actor) -> QuerySet[Person]:
    """People for whom something is booked in books the actor may see: members now, or once."""
    booked = Movement.objects.filter(person=OuterRef("pk")).filter(
        scope(actor, "membership.view").filter("unit")
    )
    return Person.objects.filter(Exists(booked))


def movements_seen(actor: Actor, person_id: int, *, everything: bool) -> QuerySet[Movement]:
    """What is booked for a person: everything for who looks after them now, else only in the actor's own books."""
    found = Movement.objects.filter(person=person_id)
    if not everything:
        found = found.filter(scope(actor, "membership.view").filter("unit"))
    return found.select_related("unit", "counter_unit", "decision", "actor").order_by("on", "id")


def holds_members(unit_id: int, on: date) -> bool:
    """Whether a unit is of a kind that holds members on a day."""
    return UnitVersion.objects.filter(unit=unit_id, during__contains=on, kind__holds_members=True).exists()


def holding_units(actor: Actor, words: str, on: date) -> QuerySet[Unit]:
    """Units that hold members on a day, named by prefix words (kit.text), where the actor may admit or transfer."""
    may_write = scope(actor, "membership.admit").filter("pk") | scope(actor, "membership.transfer").filter(
        "pk"
    )
    then = UnitVersion.objects.filter(unit=OuterRef("pk"), during__contains=on, kind__holds_members=True)
    named = Unit.objects.filter(search=SearchQuery(words, search_type="raw", config="simple"))
    return named.filter(may_write).filter(Exists(then)).order_by("sort_key", "id")


def destinations(words: str, on: date) -> QuerySet[Unit]:
    """Any unit of the country that holds members on a day, named by prefix words: where a member may be handed over to,
    or come from. Only names; nothing of what a unit holds."""
    then = UnitVersion.objects.filter(unit=OuterRef("pk"), during__contains=on, kind__holds_members=True)
    named = Unit.objects.filter(search=SearchQuery(words, search_type="raw", config="simple"))
    return named.filter(Exists(then)).order_by("sort_key", "id")


# --------------------------------------------------------------------------------------------------
# The ledger
# --------------------------------------------------------------------------------------------------


def movements_in_force(*, batch: UUID | None = None, person_id: int | None = None) -> QuerySet[Movement]:
    """Movements that are neither a reversal nor reversed: what the memberships follow from, oldest first."""
    found = Movement.objects.filter(IN_FORCE)
    if batch is not None:
        found = found.filter(batch=batch)
    if person_id is not None:
        found = found.filter(person=person_id)
    return found.order_by("on", "id")


#: Neither a reversal nor reversed. Both of such a pair have the same day, unit and kind, so leaving both out
#: changes no sum.
IN_FORCE = Q(reverses__isnull=True) & ~Exists(Movement.objects.filter(reverses=OuterRef("pk")))


def movements_below(unit_id: int) -> Q:
    """Movements that count at a unit: at the units that stood below it on the day of the movement.

    The same rule by which measures carry a movement upwards: a last placement counts as open, so that what is
    booked on the day a unit ends still reaches those above it.
    """
    placed = UnitPlacement.objects.filter(unit=OuterRef("unit"), ancestor=unit_id).filter(
        Q(during__contains=OuterRef("on")) | Q(is_last=True, during__endswith__lte=OuterRef("on"))
    )
    return Q(Exists(placed))


@dataclass(frozen=True)
class Reconciliation:
    """How a body came from one number of members to another in [from_on, to_on).

    ``lines`` are (group, label, n) of choices.GROUPS but for "reorganised", n signed. ``structure`` is what came
    or went because units were placed elsewhere; ``reorganised`` what moved between units by a decision;
    ``opening_balances`` what began to be booked. None of the three is growth:
    opening + opening_balances + Σ lines + reorganised + structure = closing.
    """

    from_on: date
    to_on: date
    opening: int
    opening_balances: int
    lines: list[tuple[str, str, int]]
    reorganised: int
    structure: int
    closing: int

    @property
    def net_growth(self) -> int:
        """Thực tăng: closing − opening − opening balances − reorganised − structure."""
        return self.closing - self.opening - self.opening_balances - self.reorganised - self.structure

    @property
    def admitted(self) -> int:
        return next(n for group, _, n in self.lines if group == "admitted")


def reconciliation(
    unit_id: int,
    from_on: date,
    to_on: date,
    known_at: datetime | None = None,
    filters: dict[str, Any] | None = None,
    groups: Groups | None = None,
) -> Reconciliation:
    """The reconciliation of a unit and all below it over [from_on, to_on), from the measures.

    ``known_at`` asks what was known at an instant; ``filters`` on sector and sex narrow it; ``groups`` ask for another
    structure (measures.queries.rows). One query for both figures, two in another structure.
    """
    if groups is None:
        before, within = (None, from_on), (from_on, to_on)
        known = cells("members", filters)
        found = rows_of_spans("members", [unit_id], [before, within], known_at=known_at, known=known)
        return reconciled(from_on, to_on, sum(row.n for row in found[before]), found[within])
    eve = from_on - timedelta(days=1)
    opening = stock("members", [unit_id], on=eve, filters=filters, known_at=known_at, groups=groups)[unit_id]
    booked = rows(
        "members", [unit_id], from_on=from_on, to_on=to_on, filters=filters, known_at=known_at, groups=groups
    )
    return reconciled(from_on, to_on, opening, booked)


def reconciled(from_on: date, to_on: date, opening: int, booked: Iterable[Row]) -> Reconciliation:
    """The reconciliation over [from_on, to_on) of a body whose figures are at hand: its number of members on the eve,
    and the rows of the measure of members."""
    groups = dict.fromkeys(["opening", *(code for code, _ in choices.GROUPS)], 0)
    structure = 0
    for row in booked:
        if row.is_structure:
            structure += row.n
        else:
            groups[choices.KINDS[row.dims["movement"]].group] += row.n
    return Reconciliation(
        from_on=from_on,
        to_on=to_on,
        opening=opening,
        opening_balances=groups["opening"],
        lines=[(code, label, groups[code]) for code, label in choices.GROUPS if code != "reorganised"],
        reorganised=groups["reorganised"],
        structure=structure,
        closing=opening + structure + sum(groups.values()),
    )


# --------------------------------------------------------------------------------------------------
# What units were, for booking
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitThen:
    """A unit on a day, as far as the books care. ``grassroots_kind`` is the kind of the union of the grassroots
    level that it is or belongs to ('' when none); ``sector`` its own or the nearest above."""

    holds_members: bool
    kind_name: str
    grassroots_kind: str
    sector: str | None


class UnitHistory:
    """What some units were on any day, and which of their days are closed. Three queries for all of them."""

    def __init__(self, unit_ids: Iterable[int]) -> None:
        ids = list(set(unit_ids))
        self._versions: dict[int, list[tuple[Any, ...]]] = {}
        self._closings: dict[int, list[tuple[Any, ...]]] = {}
        self._seen: dict[tuple[int, date], UnitThen | None] = {}
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT v.unit_id, lower(v.during), upper(v.during), v.kind_id, k.name, k.holds_members,
                          k.is_grassroots, v.sector_id, v.parent_id
                   FROM units_unitversion v JOIN units_unitkind k ON k.code = v.kind_id
                   WHERE v.unit_id IN (SELECT ancestor_id FROM units_unitplacement WHERE unit_id = ANY(%s))""",
                [ids],
            )
            for unit_id, *rest in cursor:
                self._versions.setdefault(unit_id, []).append(tuple(rest))
            cursor.execute(
                """SELECT p.unit_id, lower(p.during), CASE WHEN p.is_last THEN NULL ELSE upper(p.during) END,
                          c.until_on, c.closed_at
                   FROM membership_bookclosing c JOIN units_unitplacement p ON p.ancestor_id = c.unit_id
                   WHERE p.unit_id = ANY(%s)""",
                [ids],
            )
            for unit_id, *rest in cursor:
                self._closings.setdefault(unit_id, []).append(tuple(rest))

    def on(self, unit_id: int, day: date) -> UnitThen | None:
        """The unit on a day; None when it did not exist."""
        key = (unit_id, day)
        if key not in self._seen:
            self._seen[key] = self._look(unit_id, day)
        return self._seen[key]

    def sectors_from(self, unit_id: int, day: date) -> list[tuple[date, str | None]]:
        """From which day on a unit counts under which sector: on ``day`` itself, then each day on which it changes,
        by a change of the unit or of what it takes its sector from."""
        chain, days = [unit_id], set()
        for body in chain:
            for row in self._versions.get(body, ()):
                if row[0] > day:
                    days.add(row[0])
                if row[6] is None and row[7] and row[7] not in chain:
                    chain.append(row[7])
        found: list[tuple[date, str | None]] = []
        for on in (day, *sorted(days)):
            then = self.on(unit_id, on)
            if then is not None and (not found or found[-1][1] != then.sector):
                found.append((on, then.sector))
        return found

    def _look(self, unit_id: int, day: date) -> UnitThen | None:
        own = self._version(unit_id, day)
        if own is None:
            return None
        sector, grassroots = None, ""
        above: tuple[Any, ...] | None = own
        while above is not None and (sector is None or not grassroots):
            sector = sector or above[6]
            grassroots = grassroots or (above[2] if above[5] else "")
            above = self._version(above[7], day) if above[7] else None
        return UnitThen(own[4], own[3], grassroots, sector)

    def _version(self, unit_id: int, day: date) -> tuple[Any, ...] | None:
        for row in self._versions.get(unit_id, ()):
            if row[0] <= day and (row[1] is None or day < row[1]):
                return row
        return None

    def is_closed(self, unit_id: int, day: date, at: datetime) -> bool:
        """Whether the books of that day were closed for the unit, by itself or from above, at an instant."""
        if not self._closings:
            return False
        return any(
            lower <= day < until_on and (upper is None or day < upper) and closed_at <= at
            for lower, upper, until_on, closed_at in self._closings.get(unit_id, ())
        )


def take_sector_from_above(unit_ids: Iterable[int], on: date) -> list[int]:
    """Of these units and all that stand below them from a day on: those with members and no sector of their own. They
    count under that of the nearest above, which is another when one of them comes under another superior. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.unit_id FROM units_unitversion v
               WHERE v.sector_id IS NULL AND v.during && daterange(%(on)s, NULL)
                 AND v.unit_id IN (SELECT p.unit_id FROM units_unitplacement p
                                   WHERE p.ancestor_id = ANY(%(units)s) AND p.during && daterange(%(on)s, NULL))
                 AND EXISTS (SELECT 1 FROM membership_membership m WHERE m.unit_id = v.unit_id AND m.is_primary
                               AND m.during && daterange(%(on)s, NULL))
               GROUP BY 1 ORDER BY 1""",
            {"units": list(unit_ids), "on": on},
        )
        return [pk for (pk,) in cursor]


def changed_sectors(batch: UUID) -> set[int]:
    """The units to which a rearrangement gave another sector of their own. One query."""
    rows = JournalEntry.objects.filter(batch=batch, model="units.UnitVersion").values_list(
        "before__unit_id", "before__sector_id", "after__unit_id", "after__sector_id"
    )
    sectors: dict[int, set[str | None]] = defaultdict(set)
    for unit_before, sector_before, unit_after, sector_after in rows:
        for unit_id, sector in ((unit_before, sector_before), (unit_after, sector_after)):
            if unit_id is not None:
                sectors[unit_id].add(sector)
    return {unit_id for unit_id, held in sectors.items() if len(held) > 1}


# --------------------------------------------------------------------------------------------------
# Who goes where when a unit is divided
# --------------------------------------------------------------------------------------------------

#: For a row y of members: the unit that takes them, by each rule of a division, the strongest first (`heirs_asked`).
HEIRS_SQL = {
    "people": """(SELECT l.heir FROM unnest(%(people)s::bigint[], %(people_into)s::bigint[]) l(pk, heir)
                  WHERE l.pk = y.person_id LIMIT 1)""",
    "employers": """(SELECT l.heir FROM people_employment w
                     JOIN unnest(%(employers)s::bigint[], %(employers_into)s::bigint[]) l(pk, heir)
                       ON l.pk = w.enterprise_id
                     WHERE w.person_id = y.person_id AND w.during @> %(on)s::date
                     ORDER BY w.during DESC, w.id LIMIT 1)""",
    "territories": """(SELECT l.heir FROM people_employment w
                       JOIN enterprises_enterprise c ON c.id = w.enterprise_id
                       JOIN unnest(%(territories)s::text[], %(territories_into)s::bigint[]) l(code, heir)
                         ON l.code = c.territory_id
                       WHERE w.person_id = y.person_id AND w.during @> %(on)s::date
                       ORDER BY w.during DESC, w.id LIMIT 1)""",
    "rest": "%(rest)s::bigint",
}


def heirs_asked(route: Route, on: date) -> dict[str, Any]:
    """What HEIRS_SQL needs to know of a division."""
    named = [(pk, part.into) for part in route.parts for pk in part.people]
    employers = [(pk, part.into) for part in route.parts for pk in part.enterprises]
    territories = [(code, part.into) for part in route.parts for code in part.territories]
    return {
        "people": [pk for pk, _ in named],
        "people_into": [into for _, into in named],
        "employers": [pk for pk, _ in employers],
        "employers_into": [into for _, into in employers],
        "territories": [code for code, _ in territories],
        "territories_into": [into for _, into in territories],
        "rest": route.rest,
        "on": on,
    }


@dataclass(frozen=True)
class Placed:
    """A member of a divided unit. ``into``: the unit that takes them (a founded one by its negative id), None when no rule
    says; ``rule``: which one says it, a key of HEIRS_SQL, or ''."""

    person_id: int
    full_name: str
    birth_on: date | None
    workplace: str
    sort_key: str
    into: int | None
    rule: str


def placed_members(
    units: Iterable[int],
    route: Route,
    on: date,
    *,
    only_homeless: bool = False,
    words: Sequence[str] = (),
    after: tuple[str, int] = ("", 0),
    limit: int = 0,
) -> list[Placed]:
    """The members of these units on a day, in the order of their names, with who takes them when a route divides them.
    ``words``: parts of names, folded; ``after``: where a page begins; ``limit`` 0: all. One query."""
    rules = list(HEIRS_SQL.items())
    which = " ".join(f"WHEN {sql} IS NOT NULL THEN '{name}'" for name, sql in rules)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT * FROM (
                    SELECT y.person_id, p.full_name, p.birth_on,
                           (SELECT c.name FROM people_employment w JOIN enterprises_enterprise c ON c.id = w.enterprise_id
                            WHERE w.person_id = y.person_id AND w.during @> %(on)s::date
                            ORDER BY w.during DESC, w.id LIMIT 1),
                           y.sort_key, COALESCE({", ".join(sql for _, sql in rules)}) AS heir,
                           CASE {which} ELSE '' END
                    FROM membership_membership y JOIN people_person p ON p.id = y.person_id
                    WHERE y.unit_id = ANY(%(units)s) AND y.is_primary AND y.during @> %(on)s::date
                      AND (y.sort_key, y.person_id) > (%(sort_key)s, %(pk)s)
                      AND p.name_key LIKE ALL(%(words)s)
                ) placed WHERE NOT %(homeless)s OR heir IS NULL
                ORDER BY sort_key, person_id LIMIT %(limit)s""",
            {
                **heirs_asked(route, on),
                "units": list(units),
                "sort_key": after[0],
                "pk": after[1],
                "words": [f"%{word}%" for word in words],
                "homeless": only_homeless,
                "limit": limit or None,
            },
        )
        return [
            Placed(pk, name, birth_on, workplace or "", sort_key, into, rule)
            for pk, name, birth_on, workplace, sort_key, into, rule in cursor
        ]


def placed_counts(units: Iterable[int], route: Route, on: date) -> dict[int | None, int]:
    """How many members of these units each unit takes; None: nobody says who takes them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT COALESCE({", ".join(HEIRS_SQL.values())}) AS heir, count(*) FROM membership_membership y
                WHERE y.unit_id = ANY(%(units)s) AND y.is_primary AND y.during @> %(on)s::date GROUP BY 1""",
            {**heirs_asked(route, on), "units": list(units)},
        )
        return dict(cursor.fetchall())


def closings_of(unit_id: int) -> QuerySet[BookClosing]:
    """When the books of a unit were closed, by itself or by a body that stands or stood last above it; the newest days
    first."""
    above = UnitPlacement.objects.filter(unit=unit_id, is_last=True).values("ancestor_id")
    return (
        BookClosing.objects.filter(unit__in=above)
        .select_related("unit", "closed_by")
        .order_by("-until_on", "-pk")
    )


def closed_until(unit_id: int, on: date) -> date | None:
    """The day (exclusive) up to which the books of a unit are closed, by itself or from above; None if open."""
    placed = UnitPlacement.objects.filter(unit=unit_id, during__contains=on).values("ancestor_id")
    return (
        BookClosing.objects.filter(unit__in=placed).order_by("-until_on").values_list("until_on", flat=True)
    ).first()


# --------------------------------------------------------------------------------------------------
# Checking
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LedgerFault:
    """A law of the ledger that does not hold; the message names person or unit by number, never by name."""

    law: str
    message: str


_FOLD_SQL = """
    SELECT person_id, unit_id, sign, sector_id, sex, "on", id,
           lead(sign) OVER w AS next_sign, lead(unit_id) OVER w AS next_unit, lead("on") OVER w AS next_on,
           lead(sector_id) OVER w AS next_sector, lead(sex) OVER w AS next_sex,
           lag(sign) OVER w AS previous_sign
    FROM membership_movement m
    WHERE m.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM membership_movement r WHERE r.reverses_id = m.id)
    WINDOW w AS (PARTITION BY person_id ORDER BY "on", id)
"""

_FAULTS: Sequence[tuple[str, str]] = (
    (
        "sequence",
        f"""SELECT 'Người số ' || person_id || ': các bút toán không nối tiếp nhau (bút toán số ' || id || ')'
            FROM ({_FOLD_SQL}) f
            WHERE (sign = 1 AND (next_sign = 1 OR next_unit <> unit_id))
               OR (sign = -1 AND COALESCE(previous_sign, -1) = -1)""",
    ),
    (
        "counting",
        f"""SELECT 'Người số ' || person_id || ': ra khỏi đơn vị với khu vực hoặc giới tính khác lúc vào'
            FROM ({_FOLD_SQL}) f
            WHERE sign = 1 AND next_sign = -1
              AND (next_sector IS DISTINCT FROM sector_id OR next_sex IS DISTINCT FROM sex)""",
    ),
    (
        "membership",
        f"""WITH wanted AS (
                SELECT person_id, unit_id, daterange("on", next_on) AS during, sector_id, sex
                FROM ({_FOLD_SQL}) f WHERE sign = 1 AND (next_on IS NULL OR next_on > "on")
            ), have AS (
                SELECT person_id, unit_id, during, sector_id, sex FROM membership_membership WHERE is_primary
            )
            SELECT DISTINCT 'Người số ' || person_id || ': tư cách đoàn viên không khớp với sổ biến động'
            FROM ((SELECT * FROM wanted EXCEPT ALL SELECT * FROM have)
                  UNION ALL (SELECT * FROM have EXCEPT ALL SELECT * FROM wanted)) x""",
    ),
    (
        "one_primary",
        """SELECT 'Người số ' || person_id || ': là đoàn viên ở hai đơn vị cùng lúc'
           FROM (SELECT person_id, upper(during) AS until_on,
                        lead(lower(during)) OVER (PARTITION BY person_id ORDER BY during) AS next_from
                 FROM membership_membership WHERE is_primary) x
           WHERE next_from < COALESCE(until_on, 'infinity')""",
    ),
    (
        "unit_life",
        """SELECT 'Đơn vị ' || u.code || ': còn ' || count(*) || ' tư cách đoàn viên ngoài thời gian tồn tại'
           FROM membership_membership m JOIN units_unit u ON u.id = m.unit_id
           WHERE NOT m.during <@ daterange(u.founded_on, u.ended_on) GROUP BY u.code""",
    ),
    (
        "unit_kind",
        """SELECT 'Đơn vị ' || u.code || ': có đoàn viên nhưng loại đơn vị này không giữ đoàn viên'
           FROM units_unit u WHERE EXISTS (
               SELECT 1 FROM membership_membership m
               JOIN units_unitversion v ON v.unit_id = m.unit_id AND v.during && m.during
               JOIN units_unitkind k ON k.code = v.kind_id AND NOT k.holds_members
               WHERE m.unit_id = u.id)""",
    ),
    (
        "reversal",
        """SELECT 'Bút toán số ' || r.id || ': bút toán đảo không khớp với bút toán được đảo'
           FROM membership_movement r JOIN membership_movement m ON m.id = r.reverses_id
           WHERE (r.kind, r.person_id, r.unit_id, r."on", r.sex) IS DISTINCT FROM
                 (m.kind, m.person_id, m.unit_id, m."on", m.sex)
              OR r.sector_id IS DISTINCT FROM m.sector_id OR r.sign <> -m.sign OR m.reverses_id IS NOT NULL""",
    ),
    (
        "named",
        """SELECT 'Bút toán số ' || id || ': nhắc đến đơn vị, khu vực, quyết định hoặc người ghi không có'
           FROM membership_movement m
           WHERE (counter_unit_id IS NOT NULL AND counter_unit_id NOT IN (SELECT id FROM units_unit))
              OR (sector_id IS NOT NULL AND sector_id NOT IN (SELECT code FROM catalogues_sector))
              OR (decision_id IS NOT NULL AND decision_id NOT IN (SELECT id FROM units_decision))
              OR (actor_id IS NOT NULL AND actor_id NOT IN (SELECT id FROM accounts_user))
           UNION ALL
           SELECT 'Bút toán số ' || id || ': đảo một bút toán không có' FROM membership_movement r
           WHERE reverses_id IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM membership_movement m WHERE m.id = r.reverses_id)""",
    ),
)


def ledger_faults(*, limit: int = 100) -> list[LedgerFault]:
    """Check the laws of the ledger: movements follow on each other, memberships follow from movements, nobody is
    a member twice at a time, members only where and while a unit holds them. Empty when all is well.

    Used by ``congdoan check-data``; reads the whole ledger.
    """
    found: list[LedgerFault] = []
    with connection.cursor() as cursor:
        for law, text in _FAULTS:
            cursor.execute(f"{text} LIMIT %s", [limit])
            found += [LedgerFault(law, message) for (message,) in cursor]
    return found
