"""What becomes of employers when union bodies are rearranged: who is in charge of them, and which unions work there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.succession.actions import watching
from congdoan.foundation.succession.catalogue import Handler, Passage, Route, Tally, declare_succession
from congdoan.foundation.succession.models import JournalEntry
from congdoan.registry.enterprises.actions import rebuild_standings
from congdoan.registry.enterprises.models import Hosting, Responsibility

_BATCH = 2000


@dataclass(frozen=True)
class _Held:
    """A row of responsibility or hosting that holds on the day or later."""

    id: int
    enterprise_id: int
    unit_id: int
    starts_on: date
    ends_on: date | None
    territory: str | None


def _held(table: str, passage: Passage) -> list[_Held]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.id, r.enterprise_id, r.unit_id, lower(r.during), upper(r.during), e.territory_id
                FROM {table} r JOIN enterprises_enterprise e ON e.id = r.enterprise_id
                WHERE r.unit_id = ANY(%s) AND (upper_inf(r.during) OR upper(r.during) > %s) ORDER BY r.id""",
            [list(passage.routes), passage.on],
        )
        return [_Held(*row) for row in cursor.fetchall()]


def place(
    passage: Passage, unit_id: int, enterprise_id: int, territory: str | None, after: int = -1
) -> int | None:
    """Where an employer of a unit goes: with its part when the unit is divided; None when nobody takes it."""
    end = passage.final(unit_id, after)
    while isinstance(end, Route):
        into = next((part.into for part in end.parts if enterprise_id in part.enterprises), None)
        if into is None and territory is not None:
            into = next((part.into for part in end.parts if territory in part.territories), None)
        into = into if into is not None else end.rest
        if into is None:
            return None
        end = passage.final(into, end.step)
    return end


class InCharge(Handler):
    """Whoever succeeds is in charge from the day on; where nobody succeeds, the superior is."""

    table = "enterprises_responsibility"

    def _goes(self, passage: Passage) -> list[tuple[_Held, int | None]]:
        found: list[tuple[_Held, int | None]] = []
        for row in _held(self.table, passage):
            to = place(passage, row.unit_id, row.enterprise_id, row.territory)
            if to is None and not passage.routes[row.unit_id].parts:
                above = passage.were.get(row.unit_id)
                to = passage.heir(above) if above is not None else None
            found.append((row, to))
        return found

    def tally(self, passage: Passage) -> list[Tally]:
        return _counted(self._goes(passage), "homeless")

    def apply(self, passage: Passage) -> None:
        moved = [(row, to) for row, to in self._goes(passage) if to is not None and to != row.unit_id]
        enterprises = sorted({row.enterprise_id for row, _ in moved})
        if not moved:
            return
        _lock(enterprises)
        # Whoever wrote meanwhile was let through before the lock.
        moved = [(row, to) for row, to in self._goes(passage) if to is not None and to != row.unit_id]
        with watching(passage.batch, Responsibility, "enterprise_id", enterprises):
            _cut(self.table, passage.on, [row for row, _ in moved])
            Responsibility.objects.bulk_create(
                [
                    Responsibility(
                        enterprise_id=row.enterprise_id,
                        unit_id=to,
                        during=DateRange(max(row.starts_on, passage.on), row.ends_on),
                    )
                    for row, to in moved
                ],
                batch_size=_BATCH,
            )


class Hosts(Handler):
    """The union of the successor works where its predecessor did; a union without a successor works nowhere."""

    table = "enterprises_hosting"

    def _goes(self, passage: Passage) -> list[tuple[_Held, int | None]]:
        return [
            (row, place(passage, row.unit_id, row.enterprise_id, row.territory))
            for row in _held(self.table, passage)
        ]

    def tally(self, passage: Passage) -> list[Tally]:
        return _counted(self._goes(passage), "ended")

    def apply(self, passage: Passage) -> None:
        moved = [(row, to) for row, to in self._goes(passage) if to != row.unit_id]
        enterprises = sorted({row.enterprise_id for row, _ in moved})
        if moved:
            _lock(enterprises)
            moved = [(row, to) for row, to in self._goes(passage) if to != row.unit_id]
            with watching(passage.batch, Hosting, "enterprise_id", enterprises):
                _cut(self.table, passage.on, [row for row, _ in moved])
                kept: dict[tuple[int, int], list[DateRange]] = {}
                for hosting in Hosting.objects.filter(enterprise__in=enterprises):
                    kept.setdefault((hosting.enterprise_id, hosting.unit_id), []).append(hosting.during)
                fresh = []
                for row, to in moved:
                    if to is None:
                        continue
                    during = DateRange(max(row.starts_on, passage.on), row.ends_on)
                    there = kept.setdefault((row.enterprise_id, to), [])
                    if not any(_overlap(during, other) for other in there):
                        there.append(during)
                        fresh.append(Hosting(enterprise_id=row.enterprise_id, unit_id=to, during=during))
                Hosting.objects.bulk_create(fresh, batch_size=_BATCH)
        # This rule is applied after the one above: both have written by now.
        rebuild_standings(_touched(passage), recorded_at=passage.recorded_at)

    def undone(self, passage: Passage) -> None:
        rebuild_standings(_touched(passage), recorded_at=passage.recorded_at)


def _counted(goes: list[tuple[_Held, int | None]], without: str) -> list[Tally]:
    counted = Counter((row.unit_id, to) for row, to in goes)
    return [
        Tally(unit, n, to, without if to is None else "kept" if to == unit else "passed")
        for (unit, to), n in counted.items()
    ]


def _overlap(one: DateRange, other: DateRange) -> bool:
    return (other.upper is None or one.lower < other.upper) and (one.upper is None or other.lower < one.upper)


def _cut(table: str, on: date, rows: list[_Held]) -> None:
    """From the day on these rows hold no more; those that would begin later are gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE id = ANY(%s)", [[row.id for row in rows if row.starts_on >= on]]
        )
        cursor.execute(
            f"UPDATE {table} SET during = daterange(lower(during), %s) WHERE id = ANY(%s)",
            [on, [row.id for row in rows if row.starts_on < on]],
        )


def _lock(enterprise_ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM enterprises_enterprise WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [enterprise_ids],
        )


def _touched(passage: Passage) -> set[int]:
    """Employers of which the rearrangement changed who is in charge or which union works there."""
    found: set[int] = set()
    for before, after in JournalEntry.objects.filter(
        batch=passage.batch, model__in=["enterprises.Responsibility", "enterprises.Hosting"]
    ).values_list("before__enterprise_id", "after__enterprise_id"):
        found |= {pk for pk in (before, after) if pk is not None}
    return found


declare_succession(
    "enterprises.Responsibility",
    "unit",
    "own",
    label="Doanh nghiệp phụ trách",
    why="đơn vị kế thừa phụ trách từ ngày hiệu lực",
    order=20,
    handler=InCharge(),
)
declare_succession(
    "enterprises.Hosting",
    "unit",
    "own",
    label="Nơi hoạt động của công đoàn",
    why="công đoàn kế thừa hoạt động tại nơi đơn vị cũ đã hoạt động",
    order=21,
    handler=Hosts(),
)
declare_succession("enterprises.Standing", "unit", "derived", why="tính lại từ các lần ghi nhận")
