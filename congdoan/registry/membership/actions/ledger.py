"""Lines as read back from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from congdoan.registry.membership.actions.book import Line, hold_units_of, lock_people

_LEDGER_COLUMNS = (
    'id, kind, sign, person_id, unit_id, "on", counter_unit_id, decision_id, sector_id, sex, reverses_id, batch,'
    " recorded_at"
)


@dataclass
class Booked:
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


def ledger_of(person_ids: Iterable[int]) -> dict[int, list[Booked]]:
    """Whole ledgers of people, oldest first."""
    found: dict[int, list[Booked]] = {pk: [] for pk in sorted(set(person_ids))}
    hold_units_of(found, everything=True)
    lock_people(found)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {_LEDGER_COLUMNS} FROM membership_movement WHERE person_id = ANY(%s) ORDER BY "on", id',
            [list(found)],
        )
        for row in cursor:
            found[row[3]].append(Booked(*row))
    return found


def in_force(ledger: Sequence[Booked]) -> list[Booked]:
    reversed_ids = {line.reverses_id for line in ledger}
    return [line for line in ledger if line.reverses_id is None and line.id not in reversed_ids]


def is_sector_change(line: Booked) -> bool:
    """Whether a line is half of a change of sector inside one unit (actions.sectors)."""
    return line.counter_unit_id == line.unit_id


def reversal(line: Booked, reason: str) -> Line:
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
