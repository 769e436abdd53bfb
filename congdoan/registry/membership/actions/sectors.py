"""The sector under which members are counted, when it changes while they are members.

A member of a union whose sector changes on a day leaves the old sector and enters the new one on that day: two lines
of reorganisation whose two units are the same, so that nothing of it is read as growth. What was booked from that day
on is booked again under the right sector. Whoever books something for a day before such a change has the change follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from uuid import UUID, uuid4

from django.db import connection

from congdoan.foundation.access.rules import Actor
from congdoan.registry.membership.actions.book import Book, Line
from congdoan.registry.membership.actions.ledger import (
    Booked,
    in_force,
    is_sector_change,
    ledger_of,
    reversal,
)
from congdoan.registry.membership.actions.rebuilding import rebuild
from congdoan.registry.membership.queries import UnitHistory

_REASON = "Đơn vị đổi khu vực"


def follow_sectors(
    actor: Actor, on: date, unit_ids: Sequence[int], reason: str, recorded_at: datetime
) -> None:
    """Units count under other sectors from ``on``: their members follow. (organisation.declare_follower)"""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT person_id FROM membership_membership
               WHERE unit_id = ANY(%(units)s) AND is_primary AND during && daterange(%(on)s, NULL)
               UNION
               SELECT person_id FROM membership_movement WHERE unit_id = ANY(%(units)s) AND "on" >= %(on)s""",
            {"units": list(unit_ids), "on": on},
        )
        people = [row[0] for row in cursor]
    _settle(actor, people, set(unit_ids), on, UnitHistory(unit_ids), recorded_at, reason)


def settle(actor: Actor, lines: Iterable[Line | Booked], history: UnitHistory, recorded_at: datetime) -> None:
    """After lines were booked: where the sector of a unit changes later than the day of a line, that change follows."""
    known: dict[tuple[int, date], bool] = {}
    late: dict[int, date] = {}
    units: set[int] = set()
    for line in lines:
        place = (line.unit_id, line.on)
        if place not in known:
            known[place] = len(history.sectors_from(*place)) > 1
        if known[place]:
            late[line.person_id] = min(line.on, late.get(line.person_id, line.on))
            units.add(line.unit_id)
    if late:
        _settle(actor, late, units, min(late.values()), history, recorded_at, _REASON)


def lift(actor: Actor, days: Mapping[int, date], recorded_at: datetime) -> None:
    """Before people (by id) leave a unit on a day: changes of sector later than that day are taken back for them, since
    they were members no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.person_id FROM membership_membership m
               JOIN unnest(%s::bigint[], %s::date[]) AS d(person_id, day) USING (person_id)
               WHERE m.is_primary AND upper_inf(m.during) AND lower(m.during) > d.day""",
            [list(days), list(days.values())],
        )
        people = [row[0] for row in cursor]
    if not people:
        return
    gone: list[Booked] = []
    left: dict[int, list[Booked]] = {}
    for person_id, ledger in ledger_of(people).items():
        standing = in_force(ledger)
        while standing and is_sector_change(standing[-1]) and standing[-1].on > days[person_id]:
            gone.append(standing.pop())
        left[person_id] = standing
    if not gone:
        return
    book = Book(
        actor,
        UnitHistory({line.unit_id for line in gone}),
        recorded_at=recorded_at,
        decision=None,
        batch=None,
    )
    for line in reversed(gone):
        book.add(reversal(line, _REASON))
    book.write()
    rebuild({person_id: left[person_id] for person_id in {line.person_id for line in gone}})


def _settle(
    actor: Actor,
    people: Iterable[int],
    units: set[int],
    from_on: date,
    history: UnitHistory,
    recorded_at: datetime,
    reason: str,
) -> None:
    batch = uuid4()
    wrong: list[Booked] = []
    right: list[Booked | Line] = []
    touched: set[int] = set()
    for person_id, ledger in ledger_of(people).items():
        standing = in_force(ledger)
        wanted = _wanted(standing, units, from_on, history, batch, reason)
        before = {day: list(lines) for day, lines in groupby(standing, key=lambda line: line.on)}
        after = {day: list(lines) for day, lines in groupby(wanted, key=lambda line: line.on)}
        for day in sorted(before.keys() | after.keys()):
            old, new = before.get(day, []), after.get(day, [])
            if [_what(line) for line in old] == [_what(line) for line in new]:
                continue
            # All lines of the day together, so that they keep their order, and both halves of a transfer their instant.
            wrong += old
            right += new
            touched.add(person_id)
    if not touched:
        return
    book = Book(actor, history_of(wrong, right), recorded_at=recorded_at, decision=None, batch=None)
    for line in wrong:
        book.add(reversal(line, reason))
    for kept in right:
        book.add(kept if isinstance(kept, Line) else _again(kept, reason))
    book.write()
    rebuild({person_id: in_force(ledger) for person_id, ledger in ledger_of(touched).items()})


def history_of(*lines: Sequence[Booked | Line]) -> UnitHistory:
    """What the units of some lines were."""
    return UnitHistory({line.unit_id for some in lines for line in some})


def _what(line: Booked | Line) -> tuple[str, int, int, str | None]:
    return line.kind, line.sign, line.unit_id, line.sector


def _again(line: Booked, reason: str) -> Line:
    return Line(
        line.kind,
        line.sign,
        line.person_id,
        line.unit_id,
        line.on,
        line.sector,
        line.sex,
        reason,
        counter_unit_id=line.counter_unit_id,
        decision_id=line.decision_id,
        batch=line.batch,
    )


def _wanted(
    standing: Sequence[Booked],
    units: set[int],
    from_on: date,
    history: UnitHistory,
    batch: UUID,
    reason: str,
) -> list[Booked | Line]:
    """The lines of one person as they should stand: from ``from_on`` on, each under the sector its unit then has, with a
    change of sector wherever the unit changes while the person is a member."""
    kept = [
        line
        for line in standing
        if not (is_sector_change(line) and line.unit_id in units and line.on >= from_on)
    ]
    wanted: list[Booked | Line] = []
    sector: str | None = None
    for position, line in enumerate(kept):
        is_ours = line.unit_id in units
        if line.sign == -1:
            wanted.append(replace(line, sector=sector) if is_ours and line.on >= from_on else line)
            continue
        sector = line.sector
        changes = history.sectors_from(line.unit_id, max(line.on, from_on)) if is_ours else []
        if changes and line.on >= from_on:
            sector = changes[0][1]
        wanted.append(replace(line, sector=sector))
        until = kept[position + 1].on if position + 1 < len(kept) else None
        for day, then in changes:
            if line.on < day and (until is None or day < until) and then != sector:
                pair = (("reorganise_out", -1, sector), ("reorganise_in", +1, then))
                wanted += [
                    Line(
                        kind,
                        sign,
                        line.person_id,
                        line.unit_id,
                        day,
                        under,
                        line.sex,
                        reason,
                        counter_unit_id=line.unit_id,
                        batch=batch,
                    )
                    for kind, sign, under in pair
                ]
                sector = then
    return wanted
