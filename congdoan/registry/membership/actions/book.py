"""The book: lines gathered, then written at once; and the checks that every booking makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.measures.actions import append
from congdoan.foundation.units.actions import hold_units
from congdoan.foundation.units.models import Decision, Unit
from congdoan.kit.bulk import copy_rows, reserved_ids
from congdoan.kit.text import nfc
from congdoan.registry.membership.actions.errors import ReasonMissing, UnitCannotHold, WrongDay
from congdoan.registry.membership.queries import UnitHistory, UnitThen
from congdoan.registry.people.models import Person

_MOVEMENT_COLUMNS = {
    "id": "int8",
    "kind": "varchar",
    "sign": "int2",
    "person_id": "int8",
    "unit_id": "int8",
    "on": "date",
    "recorded_at": "timestamptz",
    "counter_unit_id": "int8",
    "decision_id": "int8",
    "reason": "varchar",
    "sector_id": "varchar",
    "sex": "varchar",
    "actor_id": "int8",
    "reverses_id": "int8",
    "batch": "uuid",
    "is_late": "bool",
}


_MEMBERSHIP_COLUMNS = {
    "person_id": "int8",
    "unit_id": "int8",
    "during": "daterange",
    "is_primary": "bool",
    "sort_key": "varchar",
    "sector_id": "varchar",
    "sex": "varchar",
    "joined_on": "date",
    "application_on": "date",
}


@dataclass(slots=True)
class Line:
    kind: str
    sign: int
    person_id: int
    unit_id: int
    on: date
    sector: str | None
    sex: str
    reason: str = ""
    counter_unit_id: int | None = None
    decision_id: int | None = None
    reverses_id: int | None = None
    batch: UUID | None = None


class Book:
    """Lines of one write. ``write`` sends movements and their deltas; late lines are found by the closings."""

    def __init__(
        self,
        actor: Actor,
        history: UnitHistory,
        *,
        recorded_at: datetime | None,
        decision: Decision | None,
        batch: UUID | None,
    ) -> None:
        self.actor, self.history, self.batch = actor, history, batch
        self.recorded_at = recorded_at or timezone.now()
        self.decision_id = decision.pk if decision else None
        self.lines: list[Line] = []
        self._late: dict[tuple[int, date], bool] = {}

    def add(self, line: Line) -> None:
        line.decision_id = line.decision_id or self.decision_id
        line.batch = line.batch or self.batch
        self.lines.append(line)

    def is_late(self, unit_id: int, on: date) -> bool:
        place = (unit_id, on)
        if place not in self._late:
            self._late[place] = self.history.is_closed(unit_id, on, self.recorded_at)
        return self._late[place]

    def write(self) -> list[int]:
        """Movements by COPY, then the sum of their signs by cell and day. Returns their ids in order."""
        if not self.lines:
            return []
        ids = reserved_ids("membership_movement", len(self.lines))
        user_id = self.actor.user.pk if self.actor.user else None
        copy_rows(
            "membership_movement",
            _MOVEMENT_COLUMNS,
            (
                (
                    pk,
                    line.kind,
                    line.sign,
                    line.person_id,
                    line.unit_id,
                    line.on,
                    self.recorded_at,
                    line.counter_unit_id,
                    line.decision_id,
                    line.reason[:300],
                    line.sector,
                    line.sex,
                    user_id,
                    line.reverses_id,
                    line.batch,
                    self.is_late(line.unit_id, line.on),
                )
                for pk, line in zip(ids, self.lines, strict=True)
            ),
        )
        summed: Counter[tuple[int, str, str, str, date]] = Counter()
        for line in self.lines:
            summed[line.unit_id, line.sector or "", line.sex, line.kind, line.on] += line.sign
        append(
            measure="members",
            rows=(
                (unit_id, {"sector": sector, "sex": sex, "movement": kind}, on, n)
                for (unit_id, sector, sex, kind, on), n in summed.items()
            ),
            recorded_at=self.recorded_at,
        )
        return ids


def hold_units_of(person_ids: Iterable[int], *, everything: bool = False) -> None:
    """Hold the units where these people are members (or, ``everything``, for which anything is booked for them), before
    the people themselves are locked: so no rearrangement takes the members away while one of them is booked."""
    ids = list(set(person_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unit_id FROM membership_movement WHERE person_id = ANY(%s)"
            if everything
            else "SELECT DISTINCT unit_id FROM membership_membership WHERE person_id = ANY(%s) AND upper_inf(during)",
            [ids],
        )
        units = [row[0] for row in cursor.fetchall()]
    hold_units(units)


def check_stands(person: Person, unit: Unit, on: date) -> None:
    """Members are admitted to, and come to, units that exist on: whoever was in one that ended meanwhile is booked
    where its members are now."""
    if unit.ended_on is not None and on < unit.ended_on:
        raise UnitCannotHold(
            f"{person.full_name}: {unit.name} đã kết thúc từ ngày {day_words(unit.ended_on)}. Hãy ghi vào đơn vị kế"
            " thừa của nó.",
            person=person,
            unit=unit,
        )


def lock_people(person_ids: Iterable[int]) -> None:
    """Whoever books for a person holds the person until the end of the transaction, so that every booking sees
    what the one before it committed. One order for all, so that two batches never wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM people_person WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [list(set(person_ids))],
        )


def insert_memberships(rows: Iterable[Sequence[Any]]) -> None:
    copy_rows("membership_membership", _MEMBERSHIP_COLUMNS, rows)


def require_everywhere(actor: Actor, capability: str, units: Iterable[Unit]) -> None:
    """Raise Forbidden unless the actor has the capability at every one of the units. One query."""
    if actor.is_system:
        return
    asked = {unit.pk: unit for unit in units}
    held = set(
        Unit.objects.filter(pk__in=asked)
        .filter(scope(actor, capability).filter("pk"))
        .values_list("pk", flat=True)
    )
    for pk, unit in asked.items():
        if pk not in held:
            raise refuse(capability, unit.name)


def day_words(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def check_day(actor: Actor, person: Person, on: date) -> None:
    if on > actor.today:
        raise WrongDay(
            f"{person.full_name}: ngày {day_words(on)} chưa đến. Hãy ghi khi việc đã có hiệu lực.",
            person=person,
        )


def check_late(book: Book, person: Person, unit: Unit, on: date, reason: str) -> None:
    if book.is_late(unit.id, on) and len(nfc(reason)) < 5:
        raise ReasonMissing(
            f"{person.full_name}: sổ của {unit.name} đã khoá đến sau ngày {day_words(on)}. Vẫn ghi được, nhưng"
            " phải nêu lý do; số liệu đã báo cáo trước đó không thay đổi.",
            person=person,
            unit=unit,
        )


def holding_unit(book: Book, person: Person, unit: Unit, on: date) -> UnitThen:
    then = book.history.on(unit.id, on)
    if then is None:
        raise UnitCannotHold(
            f"{person.full_name}: {unit.name} không tồn tại vào ngày {day_words(on)}. Hãy chọn đơn vị khác hoặc"
            " kiểm tra lại ngày.",
            person=person,
            unit=unit,
        )
    if not then.holds_members:
        raise UnitCannotHold(
            f"{person.full_name}: {unit.name} là {then.kind_name}, không trực tiếp có đoàn viên. Hãy chọn công"
            " đoàn cơ sở, nghiệp đoàn hoặc tổ chức bên dưới.",
            person=person,
            unit=unit,
        )
    return then
