"""Admission: new members, members who come back, balances when the books begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.units.actions import hold_units
from congdoan.foundation.units.models import Decision, Unit
from congdoan.kit.text import nfc
from congdoan.registry.membership import rules
from congdoan.registry.membership.actions.book import (
    Book,
    Line,
    check_day,
    check_late,
    check_stands,
    day_words,
    holding_unit,
    insert_memberships,
    lock_people,
    require_everywhere,
)
from congdoan.registry.membership.actions.errors import (
    AlreadyMember,
    ForeignWorkerRefused,
    LaterMovement,
    MembershipError,
)
from congdoan.registry.membership.actions.requests import Admission, AdmitResult, Refusal
from congdoan.registry.membership.actions.sectors import settle
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.queries import UnitHistory, UnitThen
from congdoan.registry.people.models import Employment, Person


@dataclass
class _Past:
    """What the books say of a person before an admission."""

    until: date | None
    since: date
    unit_id: int
    joined_on: date | None


@transaction.atomic
def admit(
    *,
    actor: Actor,
    items: Sequence[Admission],
    decision: Decision | None = None,
    batch: UUID | None = None,
    recorded_at: datetime | None = None,
    on_conflict: str = "raise",
) -> AdmitResult:
    """Book admissions: new members, members who come back, balances when the books begin.

    With ``on_conflict="raise"`` the first obstacle stops everything; with "report" what can be booked is booked
    and the rest comes back in ``refused``. Raises Forbidden when the actor may not admit at one of the units, in
    both cases. Two who admit the same person at the same moment: the database lets one through, the other gets
    AlreadyMember with the unit.
    """
    result = AdmitResult()
    if not items:
        return result
    require_everywhere(actor, "membership.admit", (item.unit for item in items))
    held = hold_units(item.unit.pk for item in items)
    history = UnitHistory(held)
    law = _foreign_workers(actor, items, history)
    units = {item.unit.pk: item.unit for item in items}
    lock_people(item.person.pk for item in items)
    for attempt in range(3):
        book = Book(actor, history, recorded_at=recorded_at, decision=decision, batch=batch)
        refused: list[Refusal] = []
        memberships: list[Sequence[Any]] = []
        booked: list[int] = []
        pasts, last, dead = _booked_so_far([item.person.pk for item in items])
        seen: set[int] = set()
        for index, item in enumerate(items):
            try:
                check_stands(item.person, held[item.unit.pk], item.on)
                membership = _admission(book, item, pasts, dead, last, seen, law, units)
            except MembershipError as error:
                if on_conflict != "report":
                    raise
                refused.append(Refusal(index, error))
            else:
                memberships.append(membership)
                booked.append(index)
        try:
            with transaction.atomic():
                ids = book.write()
                insert_memberships(memberships)
            break
        except IntegrityError as error:
            # A membership came in between our look and our write; the next look sees it and says where.
            if getattr(error.__cause__, "sqlstate", "") != "23P01" or attempt == 2:
                raise
    settle(actor, book.lines, history, book.recorded_at)
    result.movements = dict(zip(booked, ids, strict=True))
    result.refused = refused
    result.warnings = [
        (index, f"{items[index].person.full_name} chưa đủ 15 tuổi vào ngày kết nạp; hãy kiểm tra ngày sinh.")
        for index in booked
        if rules.young(items[index].person.birth_on, items[index].on)
    ]
    if booked:
        first = items[booked[0]]
        kinds = Counter(line.kind for line in book.lines)
        record(
            actor=actor,
            verb="membership.admit",
            unit_id=first.unit.pk,
            obj=first.person if len(booked) == 1 else None,
            reason=first.reason,
            summary=f"{KINDS[book.lines[0].kind].name.capitalize()}: {first.person.full_name} vào {first.unit.name}"
            if len(booked) == 1
            else f"Ghi vào sổ {rules.kinds_words(kinds)} tại {len(units)} đơn vị",
            data={
                "count": len(booked),
                "kinds": dict(kinds),
                "batch": str(batch or ""),
                "decision": decision.number if decision else "",
                "on": str(first.on),
            },
        )
    return result


def _booked_so_far(
    person_ids: Sequence[int],
) -> tuple[dict[int, _Past], dict[int, date], set[int]]:
    """The newest membership of each person who has one, the day of the last movement in force of each who has one, and who
    is booked as dead. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.id, upper(p.during), lower(p.during), p.unit_id, p.joined_on, l.last_on, COALESCE(l.is_dead, FALSE)
               FROM unnest(%(ids)s::bigint[]) i(id)
               LEFT JOIN LATERAL (
                   SELECT during, unit_id, min(joined_on) OVER () AS joined_on FROM membership_membership
                   WHERE person_id = i.id AND is_primary ORDER BY during DESC LIMIT 1
               ) p ON TRUE
               LEFT JOIN LATERAL (
                   SELECT max(m."on") AS last_on, bool_or(m.kind = 'die') AS is_dead FROM membership_movement m
                   WHERE m.person_id = i.id AND m.reverses_id IS NULL
                     AND NOT EXISTS (SELECT FROM membership_movement r WHERE r.reverses_id = m.id)
               ) l ON TRUE
               WHERE p.unit_id IS NOT NULL OR l.last_on IS NOT NULL""",
            {"ids": list(person_ids)},
        )
        rows = cursor.fetchall()
    return (
        {row[0]: _Past(*row[1:5]) for row in rows if row[2] is not None},
        {row[0]: row[5] for row in rows if row[5] is not None},
        {row[0] for row in rows if row[6]},
    )


def _admission(
    book: Book,
    item: Admission,
    pasts: dict[int, _Past],
    dead: set[int],
    last: dict[int, date],
    seen: set[int],
    law: _ForeignWorkers,
    units: dict[int, Unit],
) -> Sequence[Any]:
    """Check one admission and put its line into the book; the membership row that follows."""
    # .id and not .pk, which Django looks up anew each time: sixteen times a row, a hundred thousand rows.
    person, unit, on = item.person, item.unit, item.on
    if item.kind not in rules.ADMISSION_KINDS:
        raise MembershipError(f"{person.full_name}: “{item.kind}” không phải là cách vào tổ chức.")
    if person.id in seen:
        raise AlreadyMember(
            f"{person.full_name} có hai lần trong danh sách này. Chỉ giữ một dòng cho mỗi người.",
            person=person,
            unit=unit,
        )
    check_day(book.actor, person, on)
    then = holding_unit(book, person, unit, on)
    past = pasts.get(person.id)
    if past is not None and (past.until is None or past.until > on):
        raise _already_member(person, past, units)
    # Whoever came and went on one day has no membership to show for it; the ledger has two lines all the same.
    if person.id in last and last[person.id] > on:
        raise LaterMovement(
            f"{person.full_name}: đã có biến động ghi sau ngày {day_words(on)}. Hãy đảo các bút toán sau đó trước, hoặc"
            " chọn ngày muộn hơn.",
            person=person,
        )
    if person.id in dead:
        raise MembershipError(
            f"{person.full_name} đã được ghi là từ trần. Nếu ghi nhầm, hãy đảo bút toán đó trước.",
            person=person,
        )
    law.check(item, then)
    check_late(book, person, unit, on, item.reason)
    kind = "readmit" if item.kind == "admit" and past is not None else item.kind
    seen.add(person.id)
    book.add(Line(kind, +1, person.id, unit.id, on, then.sector, person.sex, nfc(item.reason)))
    joined = min(day for day in (item.joined_on, past.joined_on if past else None, on) if day is not None)
    return (
        person.id,
        unit.id,
        DateRange(on, None),
        True,
        person.sort_key,
        then.sector,
        person.sex,
        joined,
        item.application_on,
    )


def _already_member(person: Person, past: _Past, units: dict[int, Unit]) -> AlreadyMember:
    unit = units.get(past.unit_id) or Unit.objects.get(pk=past.unit_id)
    born = f" (sinh {person.birth_on.year})" if person.birth_on else ""
    until = "" if past.until is None else f" đến trước ngày {day_words(past.until)}"
    return AlreadyMember(
        f"{person.full_name}{born} đã là đoàn viên của {unit.name} từ ngày {day_words(past.since)}{until}. Nếu"
        " người này sang đơn vị mới, hãy ghi chuyển sinh hoạt thay vì kết nạp.",
        person=person,
        unit=unit,
    )


class _ForeignWorkers:
    """The rule of foreign workers for one batch; loads the law and their contracts only when there are any."""

    def __init__(self, actor: Actor, contracts: dict[int, list[tuple[date, date | None]]]) -> None:
        self._actor, self._contracts = actor, contracts
        self._laws: dict[date, rules.ForeignWorkerLaw] = {}

    def check(self, item: Admission, then: UnitThen) -> None:
        person = item.person
        if not person.is_foreign:
            return
        contracts: list[tuple[date | None, date | None]] = []
        if item.contract_from:
            contracts.append((item.contract_from, item.contract_to))
        contracts += self._contracts.get(person.pk, [])
        obstacles = [
            rules.foreign_worker_obstacle(
                self._law(item.on),
                on=item.on,
                grassroots_kind=then.grassroots_kind,
                contract_from=contract_from,
                contract_to=contract_to,
                application_on=item.application_on,
            )
            for contract_from, contract_to in (contracts or [(None, None)])
        ]
        if all(obstacles):
            raise ForeignWorkerRefused(
                f"Không kết nạp được {person.full_name}: {obstacles[0]}.", person=person, unit=item.unit
            )

    def _law(self, on: date) -> rules.ForeignWorkerLaw:
        if on not in self._laws:
            self._laws[on] = rules.ForeignWorkerLaw.of(
                self._setting("foreign_worker.admission_from", on),
                self._setting("foreign_worker.contract_months", on),
            )
        return self._laws[on]

    def _setting(self, code: str, on: date) -> Any:
        try:
            return parameter(code, on=on)
        except LookupError:
            # Before the law was made nothing allowed it; the law of today says since when it does.
            return parameter(code, on=self._actor.today)


def _foreign_workers(actor: Actor, items: Sequence[Admission], history: UnitHistory) -> _ForeignWorkers:
    foreign = [item.person.pk for item in items if item.person.is_foreign]
    contracts: dict[int, list[tuple[date, date | None]]] = {}
    if foreign:
        for person_id, contract_from, contract_to in Employment.objects.filter(
            person__in=foreign, contract_from__isnull=False
        ).values_list("person_id", "contract_from", "contract_to"):
            contracts.setdefault(person_id, []).append((contract_from, contract_to))
    return _ForeignWorkers(actor, contracts)
