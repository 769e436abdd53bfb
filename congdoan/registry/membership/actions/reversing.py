"""Reversal: a mistake is booked back, and the memberships are mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc
from congdoan.registry.membership import rules
from congdoan.registry.membership.actions.book import (
    Book,
    Line,
    day_words,
    insert_memberships,
    lock_people,
    require_everywhere,
)
from congdoan.registry.membership.actions.errors import CannotReverse, ReasonMissing
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.models import Movement
from congdoan.registry.membership.queries import UnitHistory
from congdoan.registry.people.models import Person

_LEDGER_COLUMNS = (
    'id, kind, sign, person_id, unit_id, "on", counter_unit_id, decision_id, sector_id, sex, reverses_id, batch,'
    " recorded_at"
)


@dataclass
class _Booked:
    """A movement as read back from the ledger."""

    id: int
    kind: str
    sign: int
    person_id: int
    unit_id: int
    on: date
    counter_unit_id: int | None
    decision_id: int | None
    sector: str | None
    sex: str
    reverses_id: int | None
    batch: UUID | None
    recorded_at: datetime


def ledger_of(person_ids: Iterable[int]) -> dict[int, list[_Booked]]:
    """Whole ledgers of people, oldest first."""
    found: dict[int, list[_Booked]] = {pk: [] for pk in sorted(set(person_ids))}
    lock_people(found)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {_LEDGER_COLUMNS} FROM membership_movement WHERE person_id = ANY(%s) ORDER BY "on", id',
            [list(found)],
        )
        for row in cursor:
            found[row[3]].append(_Booked(*row))
    return found


def in_force(ledger: Sequence[_Booked]) -> list[_Booked]:
    reversed_ids = {line.reverses_id for line in ledger}
    return [line for line in ledger if line.reverses_id is None and line.id not in reversed_ids]


@transaction.atomic
def reverse(
    *,
    actor: Actor,
    movements: Iterable[Movement],
    reason: str,
    batch: UUID | None = None,
    recorded_at: datetime | None = None,
) -> int:
    """Take back movements that were a mistake: each is booked again with the opposite sign, on its own day, and
    the memberships are mended. Returns how many movements were reversed.

    The other half of a transfer or a reorganisation goes with it. Raises ReasonMissing, and CannotReverse when
    one is reversed already, is itself a reversal, or something later rests on it (reverse that first, or both
    together).
    """
    reason = nfc(reason)
    if len(reason) < 5:
        raise ReasonMissing("Hãy ghi rõ lý do đảo bút toán (ít nhất 5 chữ).")
    asked = {movement.pk: movement.person_id for movement in movements}
    if not asked:
        return 0
    ledgers = ledger_of(asked.values())
    chosen: list[_Booked] = []
    for person_id, ledger in ledgers.items():
        standing = {line.id: line for line in in_force(ledger)}
        wanted = [pk for pk, owner in asked.items() if owner == person_id]
        for pk in wanted:
            if pk not in standing:
                raise CannotReverse(
                    "Bút toán này đã được đảo, hoặc chính nó là bút toán đảo. Nếu cần, hãy ghi một biến động mới.",
                    person=Person.objects.get(pk=person_id),
                )
        picked = {pk: standing[pk] for pk in wanted}
        for line in list(picked.values()):
            for other in standing.values():
                if _is_other_half(line, other):
                    picked[other.id] = other
        chosen += [line for line in ledger if line.id in picked]
    units = Unit.objects.in_bulk({line.unit_id for line in chosen})
    for capability in {rules.capability_for(line.kind) for line in chosen}:
        require_everywhere(
            actor,
            capability,
            (units[line.unit_id] for line in chosen if rules.capability_for(line.kind) == capability),
        )
    book = Book(actor, UnitHistory(units), recorded_at=recorded_at, decision=None, batch=batch)
    for line in chosen:
        book.add(reversal(line, reason))
    book.write()
    gone = {line.id for line in chosen}
    _rebuild(
        {pk: [line for line in in_force(ledger) if line.id not in gone] for pk, ledger in ledgers.items()}
    )
    kinds = Counter(line.kind for line in chosen)
    first = chosen[0]
    record(
        actor=actor,
        verb="membership.reverse",
        unit_id=first.unit_id,
        obj=Person(pk=first.person_id) if len(ledgers) == 1 else None,
        reason=reason,
        summary=f"Đảo bút toán: {rules.kinds_words(kinds)}",
        data={"count": len(chosen), "movements": sorted(gone)[:2000], "batch": str(batch or "")},
    )
    return len(chosen)


def _is_other_half(line: _Booked, other: _Booked) -> bool:
    return (
        line.counter_unit_id is not None
        and other.unit_id == line.counter_unit_id
        and other.counter_unit_id == line.unit_id
        and (other.on, other.recorded_at, other.sign) == (line.on, line.recorded_at, -line.sign)
        and KINDS[other.kind].sign == -KINDS[line.kind].sign
    )


def reversal(line: _Booked, reason: str) -> Line:
    return Line(
        line.kind,
        -line.sign,
        line.person_id,
        line.unit_id,
        line.on,
        line.sector,
        line.sex,
        reason,
        counter_unit_id=line.counter_unit_id,
        decision_id=line.decision_id,
        reverses_id=line.id,
    )


def _rebuild(standing: dict[int, list[_Booked]]) -> None:
    """Write people's memberships anew from the movements in force. Raises CannotReverse when these do not follow
    on each other, or would leave a member in a unit that has ended."""
    ids = list(standing)
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM membership_membership WHERE person_id = ANY(%s) AND is_primary
               RETURNING person_id, unit_id, lower(during), joined_on, application_on""",
            [ids],
        )
        kept = {row[:3]: row[3:] for row in cursor}
    people = Person.objects.only("full_name", "sort_key").in_bulk(ids)
    joined_before: dict[int, date] = {}
    for (person_id, _, since), (joined_on, _) in kept.items():
        known = [day for day in (joined_on, joined_before.get(person_id)) if day is not None]
        joined_before[person_id] = min(known, default=since)
    rows: list[Sequence[Any]] = []
    for person_id, lines in standing.items():
        for position, line in enumerate(lines):
            following = lines[position + 1] if position + 1 < len(lines) else None
            previous = lines[position - 1] if position else None
            broken = (
                previous is None or previous.sign != 1 or previous.unit_id != line.unit_id
                if line.sign == -1
                else following is not None and following.sign != -1
            )
            if broken:
                raise CannotReverse(
                    f"{people[person_id].full_name}: còn bút toán ghi sau dựa vào bút toán này"
                    f" ({KINDS[line.kind].name} ngày {day_words(line.on)}). Hãy đảo bút toán sau trước, hoặc đảo"
                    " cùng lúc.",
                    person=people[person_id],
                )
            until = following.on if following is not None else None
            if line.sign == 1 and until != line.on:
                joined_on, application_on = kept.get(
                    (person_id, line.unit_id, line.on), (joined_before.get(person_id, lines[0].on), None)
                )
                rows.append(
                    (
                        person_id,
                        line.unit_id,
                        DateRange(line.on, until),
                        True,
                        people[person_id].sort_key,
                        line.sector,
                        line.sex,
                        joined_on,
                        application_on,
                    )
                )
    ended = dict(
        Unit.objects.filter(pk__in={row[1] for row in rows}, ended_on__isnull=False).values_list(
            "pk", "ended_on"
        )
    )
    for row in rows:
        end = ended.get(row[1])
        if end is not None and (row[2].upper is None or row[2].upper > end):
            raise CannotReverse(
                f"{people[row[0]].full_name}: đơn vị cũ đã kết thúc từ ngày {day_words(end)}, không thể trở lại."
                " Hãy ghi chuyển sinh hoạt đến đơn vị khác.",
                person=people[row[0]],
            )
    insert_memberships(rows)
