"""Writes of membership. Every one books the ledger; memberships, measures and the audit follow in one transaction.

All work on lists: a form books a list of one, an import lists of thousands, by the same checks and the same
few statements a batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from congdoan.foundation.access.queries import require, scope
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.audit.actions import record
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.measures.actions import append
from congdoan.foundation.units.actions import hold_units
from congdoan.foundation.units.models import Decision, Unit
from congdoan.kit.bulk import copy_rows, reserved_ids
from congdoan.kit.text import nfc
from congdoan.registry.membership import rules
from congdoan.registry.membership.choices import DEPARTURES, KINDS
from congdoan.registry.membership.models import BookClosing, Membership, Movement
from congdoan.registry.membership.queries import UnitHistory, UnitThen
from congdoan.registry.people.actions import PersonChange
from congdoan.registry.people.models import Employment, Person

# --------------------------------------------------------------------------------------------------
# What can go wrong
# --------------------------------------------------------------------------------------------------


class MembershipError(ValueError):
    """A movement that cannot be booked; the message (Vietnamese) says who, why and what to do."""

    def __init__(self, message: str, *, person: Person | None = None, unit: Unit | None = None) -> None:
        super().__init__(message)
        self.person = person
        self.unit = unit


class AlreadyMember(MembershipError):
    """The person is a member somewhere on that day or later."""


class NotAMember(MembershipError):
    """The person is not a member on that day."""


class LaterMovement(MembershipError):
    """Something is booked after that day; it must be reversed first."""


class UnitCannotHold(MembershipError):
    """The unit did not exist on that day, or its kind holds no members."""


class ForeignWorkerRefused(MembershipError):
    """The law's conditions for foreign workers are not met; the message names them and their source."""


class ReasonMissing(MembershipError):
    """Booking into closed books, and reversing, need a reason."""


class WrongDay(MembershipError):
    """The day has not come yet."""


class CannotReverse(MembershipError):
    """The movement is reversed already, is a reversal, or something later rests on it."""


# --------------------------------------------------------------------------------------------------
# What is asked for
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Admission:
    """A person becomes a member of a unit on a day.

    ``kind``: admit, readmit or opening (a member already when the books begin). Someone with a past membership
    in the books is booked as readmit. ``joined_on``: first admission to the trade union, when it was earlier.
    ``contract_from``/``contract_to`` (last day) matter for foreign workers; left out, their employment tells.
    """

    person: Person
    unit: Unit
    on: date
    kind: str = "admit"
    application_on: date | None = None
    contract_from: date | None = None
    contract_to: date | None = None
    joined_on: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Transfer:
    """A member goes to another unit on a day."""

    person: Person
    to_unit: Unit
    on: date
    reason: str = ""


@dataclass(frozen=True)
class Departure:
    """A membership ends on a day; ``kind`` is one of choices.DEPARTURES. The day is the first without."""

    person: Person
    kind: str
    on: date
    reason: str = ""


@dataclass(frozen=True)
class Refusal:
    """An item that was not booked: its place in the list given, and why."""

    index: int
    error: MembershipError


@dataclass
class AdmitResult:
    """``movements``: ids of the booked movements by the place of their item. ``warnings``: (place, sentence)."""

    movements: dict[int, int] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.movements)


# --------------------------------------------------------------------------------------------------
# The book: lines gathered, then written at once
# --------------------------------------------------------------------------------------------------

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


@dataclass
class _Line:
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


class _Book:
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
        self.lines: list[_Line] = []

    def add(self, line: _Line) -> None:
        line.decision_id = line.decision_id or self.decision_id
        line.batch = line.batch or self.batch
        self.lines.append(line)

    def is_late(self, unit_id: int, on: date) -> bool:
        return self.history.is_closed(unit_id, on, self.recorded_at)

    def write(self) -> list[int]:
        """Movements by COPY, then the sum of their signs by cell and day. Returns their ids in order."""
        if not self.lines:
            return []
        ids = reserved_ids("membership_movement", len(self.lines))
        user_id = self.actor.user.pk if self.actor.user else None
        late: dict[tuple[int, date], bool] = {}
        for line in self.lines:
            place = (line.unit_id, line.on)
            if place not in late:
                late[place] = self.is_late(*place)
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
                    late[line.unit_id, line.on],
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


def _hold_units_of(person_ids: Iterable[int], *, everything: bool = False) -> None:
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


def _lock_people(person_ids: Iterable[int]) -> None:
    """Whoever books for a person holds the person until the end of the transaction, so that every booking sees
    what the one before it committed. One order for all, so that two batches never wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM people_person WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [list(set(person_ids))],
        )


def _insert_memberships(rows: Iterable[Sequence[Any]]) -> None:
    copy_rows("membership_membership", _MEMBERSHIP_COLUMNS, rows)


def _require_everywhere(actor: Actor, capability: str, units: Iterable[Unit]) -> None:
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


def _day_words(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _check_day(actor: Actor, person: Person, on: date) -> None:
    if on > actor.today:
        raise WrongDay(
            f"{person.full_name}: ngày {_day_words(on)} chưa đến. Hãy ghi khi việc đã có hiệu lực.",
            person=person,
        )


def _check_late(book: _Book, person: Person, unit: Unit, on: date, reason: str) -> None:
    if book.is_late(unit.pk, on) and len(nfc(reason)) < 5:
        raise ReasonMissing(
            f"{person.full_name}: sổ của {unit.name} đã khoá đến sau ngày {_day_words(on)}. Vẫn ghi được, nhưng"
            " phải nêu lý do; số liệu đã báo cáo trước đó không thay đổi.",
            person=person,
            unit=unit,
        )


def _holding_unit(book: _Book, person: Person, unit: Unit, on: date) -> UnitThen:
    then = book.history.on(unit.pk, on)
    if then is None:
        raise UnitCannotHold(
            f"{person.full_name}: {unit.name} không tồn tại vào ngày {_day_words(on)}. Hãy chọn đơn vị khác hoặc"
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


# --------------------------------------------------------------------------------------------------
# Admission
# --------------------------------------------------------------------------------------------------


def _check_stands(person: Person, unit: Unit, on: date) -> None:
    """Members are admitted to, and come to, units that exist on: whoever was in one that ended meanwhile is booked
    where its members are now."""
    if unit.ended_on is not None and on < unit.ended_on:
        raise UnitCannotHold(
            f"{person.full_name}: {unit.name} đã kết thúc từ ngày {_day_words(unit.ended_on)}. Hãy ghi vào đơn vị kế"
            " thừa của nó.",
            person=person,
            unit=unit,
        )


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
    _require_everywhere(actor, "membership.admit", (item.unit for item in items))
    held = hold_units(item.unit.pk for item in items)
    history = UnitHistory(held)
    law = _foreign_workers(actor, items, history)
    units = {item.unit.pk: item.unit for item in items}
    _lock_people(item.person.pk for item in items)
    for attempt in range(3):
        book = _Book(actor, history, recorded_at=recorded_at, decision=decision, batch=batch)
        refused: list[Refusal] = []
        memberships: list[Sequence[Any]] = []
        booked: list[int] = []
        pasts = _pasts([item.person.pk for item in items])
        dead = _dead(pasts)
        seen: set[int] = set()
        for index, item in enumerate(items):
            try:
                _check_stands(item.person, held[item.unit.pk], item.on)
                membership = _admission(book, item, pasts, dead, seen, law, units)
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
                _insert_memberships(memberships)
            break
        except IntegrityError as error:
            # A membership came in between our look and our write; the next look sees it and says where.
            if getattr(error.__cause__, "sqlstate", "") != "23P01" or attempt == 2:
                raise
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


def _pasts(person_ids: Sequence[int]) -> dict[int, _Past]:
    """The newest membership of each person, if any. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (person_id) person_id, upper(during), lower(during), unit_id,
                      min(joined_on) OVER (PARTITION BY person_id)
               FROM membership_membership WHERE is_primary AND person_id = ANY(%s)
               ORDER BY person_id, during DESC""",
            [list(person_ids)],
        )
        return {row[0]: _Past(*row[1:]) for row in cursor}


def _dead(pasts: dict[int, _Past]) -> set[int]:
    if not pasts:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT person_id FROM membership_movement WHERE person_id = ANY(%s) AND kind = 'die'
               GROUP BY 1 HAVING sum(sign) <> 0""",
            [list(pasts)],
        )
        return {row[0] for row in cursor}


def _admission(
    book: _Book,
    item: Admission,
    pasts: dict[int, _Past],
    dead: set[int],
    seen: set[int],
    law: _ForeignWorkers,
    units: dict[int, Unit],
) -> Sequence[Any]:
    """Check one admission and put its line into the book; the membership row that follows."""
    person, unit, on = item.person, item.unit, item.on
    if item.kind not in rules.ADMISSION_KINDS:
        raise MembershipError(f"{person.full_name}: “{item.kind}” không phải là cách vào tổ chức.")
    if person.pk in seen:
        raise AlreadyMember(
            f"{person.full_name} có hai lần trong danh sách này. Chỉ giữ một dòng cho mỗi người.",
            person=person,
            unit=unit,
        )
    _check_day(book.actor, person, on)
    then = _holding_unit(book, person, unit, on)
    past = pasts.get(person.pk)
    if past is not None and (past.until is None or past.until > on):
        raise _already_member(person, past, units)
    if person.pk in dead:
        raise MembershipError(
            f"{person.full_name} đã được ghi là từ trần. Nếu ghi nhầm, hãy đảo bút toán đó trước.",
            person=person,
        )
    law.check(item, then)
    _check_late(book, person, unit, on, item.reason)
    kind = "readmit" if item.kind == "admit" and past is not None else item.kind
    seen.add(person.pk)
    book.add(_Line(kind, +1, person.pk, unit.pk, on, then.sector, person.sex, nfc(item.reason)))
    joined = min(day for day in (item.joined_on, past.joined_on if past else None, on) if day is not None)
    return (
        person.pk,
        unit.pk,
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
    until = "" if past.until is None else f" đến trước ngày {_day_words(past.until)}"
    return AlreadyMember(
        f"{person.full_name}{born} đã là đoàn viên của {unit.name} từ ngày {_day_words(past.since)}{until}. Nếu"
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


# --------------------------------------------------------------------------------------------------
# Transfer, departure, reorganisation
# --------------------------------------------------------------------------------------------------


@dataclass
class _Open:
    """A membership that is open, locked for the write."""

    id: int
    person_id: int
    unit_id: int
    since: date
    sector: str | None
    sex: str
    sort_key: str
    joined_on: date | None
    application_on: date | None


_OPEN_COLUMNS = "id, person_id, unit_id, lower(during), sector_id, sex, sort_key, joined_on, application_on"


def _open_of_people(person_ids: Iterable[int]) -> dict[int, _Open]:
    """Open memberships by person; their units are held first, then the people locked."""
    ids = list(set(person_ids))
    _hold_units_of(ids)
    _lock_people(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_OPEN_COLUMNS} FROM membership_membership
                WHERE person_id = ANY(%s) AND is_primary AND upper_inf(during)""",
            [ids],
        )
        return {row[1]: _Open(*row) for row in cursor}


def _open_then(person: Person, held: dict[int, _Open], on: date) -> _Open:
    """The open membership that holds on a day. Raises NotAMember or LaterMovement."""
    row = held.get(person.pk)
    if row is None or row.since > on:
        earlier = Membership.objects.filter(person=person, is_primary=True, during__contains=on).exists()
        if earlier:
            raise LaterMovement(
                f"{person.full_name}: đã có biến động ghi sau ngày {_day_words(on)}. Hãy đảo các bút toán sau đó"
                " trước, hoặc chọn ngày muộn hơn.",
                person=person,
            )
        raise NotAMember(
            f"{person.full_name} không phải là đoàn viên vào ngày {_day_words(on)}. Hãy kiểm tra lại ngày hoặc"
            " kết nạp trước.",
            person=person,
        )
    return row


def _close_memberships(ended: Sequence[tuple[_Open, date]]) -> None:
    """End memberships: from the day they hold no more; one that began on that very day leaves no row."""
    emptied = [row.id for row, on in ended if row.since == on]
    closed = [(row.id, on) for row, on in ended if row.since != on]
    with connection.cursor() as cursor:
        if emptied:
            cursor.execute("DELETE FROM membership_membership WHERE id = ANY(%s)", [emptied])
        if closed:
            cursor.execute(
                """UPDATE membership_membership m SET during = daterange(lower(m.during), e.until_on)
                   FROM unnest(%s::bigint[], %s::date[]) AS e(id, until_on) WHERE m.id = e.id""",
                [[pk for pk, _ in closed], [on for _, on in closed]],
            )


@transaction.atomic
def transfer(
    *,
    actor: Actor,
    items: Sequence[Transfer],
    decision: Decision | None = None,
    batch: UUID | None = None,
    recorded_at: datetime | None = None,
) -> int:
    """Book transfers: out of the one unit, into the other, on the same day. Returns how many people.

    Needs membership.transfer at both units. Raises NotAMember, LaterMovement, UnitCannotHold, ReasonMissing.
    """
    return _move(
        actor,
        items,
        kinds=("transfer_out", "transfer_in"),
        decision=decision,
        batch=batch,
        recorded_at=recorded_at,
    )


@transaction.atomic
def reorganise(
    *,
    actor: Actor,
    on: date,
    items: Sequence[tuple[Unit, Unit] | Transfer],
    decision: Decision | None = None,
    batch: UUID | None = None,
    reason: str = "",
    recorded_at: datetime | None = None,
) -> int:
    """Members go from unit to unit because the organisation is rearranged: booked apart, never read as a loss.

    ``items`` are pairs (from, to), which move everybody who is a member of the first on ``on``, or single members
    as Transfer (their own ``on`` must be ``on``). Returns how many people. The units to leave may end on ``on``
    (end them after this). Raises as `transfer`.
    """
    people: list[Transfer] = [item for item in items if isinstance(item, Transfer)]
    if any(item.on != on for item in people):
        raise WrongDay(f"Mọi đoàn viên trong một lần sắp xếp phải cùng ngày {_day_words(on)}.")
    pairs = {item[0].pk: item for item in items if not isinstance(item, Transfer)}
    if pairs:
        later = (
            Membership.objects.filter(unit__in=pairs, is_primary=True, during__endswith__gt=on)
            .select_related("person", "unit")
            .first()
        ) or Membership.objects.filter(
            unit__in=pairs, is_primary=True, during__startswith__gt=on
        ).select_related("person", "unit").first()
        if later is not None:
            raise LaterMovement(
                f"{later.person.full_name} ({later.unit.name}) có biến động sau ngày {_day_words(on)}. Hãy đảo bút"
                " toán đó trước, hoặc sắp xếp vào ngày muộn hơn.",
                person=later.person,
                unit=later.unit,
            )
        for row in (
            Membership.objects.filter(unit__in=pairs, is_primary=True, during__contains=on)
            .select_related("person")
            .only("unit_id", "person__full_name", "person__nationality", "person__sex", "person__sort_key")
            .order_by("unit_id", "sort_key", "id")
        ):
            people.append(Transfer(row.person, pairs[row.unit_id][1], on, reason))
    return _move(
        actor,
        people,
        kinds=("reorganise_out", "reorganise_in"),
        decision=decision,
        batch=batch or uuid4(),
        recorded_at=recorded_at,
    )


def _move(
    actor: Actor,
    items: Sequence[Transfer],
    *,
    kinds: tuple[str, str],
    decision: Decision | None,
    batch: UUID | None,
    recorded_at: datetime | None,
) -> int:
    if not items:
        return 0
    targets = hold_units(item.to_unit.pk for item in items)
    held = _open_of_people(item.person.pk for item in items)
    units = targets | Unit.objects.in_bulk({row.unit_id for row in held.values()} - targets.keys())
    _require_everywhere(actor, "membership.transfer", units.values())
    book = _Book(actor, UnitHistory(units), recorded_at=recorded_at, decision=decision, batch=batch)
    ended: list[tuple[_Open, date]] = []
    begun: list[Sequence[Any]] = []
    for item in items:
        person, on, to_unit = item.person, item.on, item.to_unit
        _check_day(actor, person, on)
        _check_stands(person, units[to_unit.pk], on)
        row = _open_then(person, held, on)
        del held[person.pk]
        if row.unit_id == to_unit.pk:
            raise AlreadyMember(
                f"{person.full_name} đang sinh hoạt tại {to_unit.name}. Hãy chọn đơn vị khác.",
                person=person,
                unit=to_unit,
            )
        then = _holding_unit(book, person, to_unit, on)
        if person.is_foreign and then.grassroots_kind != "grassroots_union":
            source = parameter("foreign_worker.contract_months", on=actor.today).source
            raise ForeignWorkerRefused(
                f"{person.full_name}: người lao động nước ngoài chỉ sinh hoạt tại công đoàn cơ sở ({source}).",
                person=person,
                unit=to_unit,
            )
        for unit in (units[row.unit_id], to_unit):
            _check_late(book, person, unit, on, item.reason)
        reason = nfc(item.reason)
        leaving = _Line(
            kinds[0], -1, person.pk, row.unit_id, on, row.sector, row.sex, reason, counter_unit_id=to_unit.pk
        )
        coming = _Line(
            kinds[1], +1, person.pk, to_unit.pk, on, then.sector, row.sex, reason, counter_unit_id=row.unit_id
        )
        book.add(leaving)
        book.add(coming)
        ended.append((row, on))
        begun.append(
            (
                person.pk,
                to_unit.pk,
                DateRange(on, None),
                True,
                row.sort_key,
                then.sector,
                row.sex,
                row.joined_on,
                row.application_on,
            )
        )
    book.write()
    _close_memberships(ended)
    _insert_memberships(begun)
    first, (left, _) = items[0], ended[0]
    word = "Sắp xếp tổ chức" if kinds[0] == "reorganise_out" else "Chuyển sinh hoạt"
    record(
        actor=actor,
        verb="membership.reorganise" if kinds[0] == "reorganise_out" else "membership.transfer",
        unit_id=left.unit_id,
        obj=first.person if len(items) == 1 else None,
        reason=first.reason,
        summary=f"{word}: {first.person.full_name} từ {units[left.unit_id].name} đến {first.to_unit.name}"
        if len(items) == 1
        else f"{word}: {len(items)} đoàn viên",
        data={
            "count": len(items),
            "batch": str(batch or ""),
            "units": sorted(units)[:2000],
            "on": str(first.on),
        },
    )
    return len(items)


@transaction.atomic
def depart(
    *,
    actor: Actor,
    items: Sequence[Departure],
    decision: Decision | None = None,
    batch: UUID | None = None,
    recorded_at: datetime | None = None,
) -> int:
    """End memberships: leave, strike off, expel, retire, die. Returns how many people.

    Needs membership.end at the units. Raises NotAMember, LaterMovement, ReasonMissing, MembershipError for a
    kind that is no departure.
    """
    if not items:
        return 0
    held = _open_of_people(item.person.pk for item in items)
    units = Unit.objects.in_bulk({row.unit_id for row in held.values()})
    _require_everywhere(actor, "membership.end", units.values())
    book = _Book(actor, UnitHistory(units), recorded_at=recorded_at, decision=decision, batch=batch)
    ended: list[tuple[_Open, date]] = []
    for item in items:
        person, on = item.person, item.on
        if item.kind not in DEPARTURES:
            raise MembershipError(f"{person.full_name}: “{item.kind}” không phải là lý do ra khỏi tổ chức.")
        _check_day(actor, person, on)
        row = _open_then(person, held, on)
        del held[person.pk]
        _check_late(book, person, units[row.unit_id], on, item.reason)
        book.add(_Line(item.kind, -1, person.pk, row.unit_id, on, row.sector, row.sex, nfc(item.reason)))
        ended.append((row, on))
    book.write()
    _close_memberships(ended)
    first = items[0]
    record(
        actor=actor,
        verb="membership.depart",
        unit_id=ended[0][0].unit_id,
        obj=first.person if len(items) == 1 else None,
        reason=first.reason,
        summary=f"{KINDS[first.kind].name.capitalize()}: {first.person.full_name}"
        if len(items) == 1
        else f"Ghi vào sổ {rules.kinds_words(Counter(line.kind for line in book.lines))}",
        data={"count": len(items), "batch": str(batch or ""), "on": str(first.on)},
    )
    return len(items)


# --------------------------------------------------------------------------------------------------
# Reversal
# --------------------------------------------------------------------------------------------------

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


def _ledger_of(person_ids: Iterable[int]) -> dict[int, list[_Booked]]:
    """Whole ledgers of people, oldest first."""
    found: dict[int, list[_Booked]] = {pk: [] for pk in sorted(set(person_ids))}
    _hold_units_of(found, everything=True)
    _lock_people(found)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {_LEDGER_COLUMNS} FROM membership_movement WHERE person_id = ANY(%s) ORDER BY "on", id',
            [list(found)],
        )
        for row in cursor:
            found[row[3]].append(_Booked(*row))
    return found


def _in_force(ledger: Sequence[_Booked]) -> list[_Booked]:
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
    ledgers = _ledger_of(asked.values())
    chosen: list[_Booked] = []
    for person_id, ledger in ledgers.items():
        standing = {line.id: line for line in _in_force(ledger)}
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
        _require_everywhere(
            actor,
            capability,
            (units[line.unit_id] for line in chosen if rules.capability_for(line.kind) == capability),
        )
    book = _Book(actor, UnitHistory(units), recorded_at=recorded_at, decision=None, batch=batch)
    for line in chosen:
        book.add(_reversal(line, reason))
    book.write()
    gone = {line.id for line in chosen}
    _rebuild(
        {pk: [line for line in _in_force(ledger) if line.id not in gone] for pk, ledger in ledgers.items()}
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


def _reversal(line: _Booked, reason: str) -> _Line:
    return _Line(
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
                    f" ({KINDS[line.kind].name} ngày {_day_words(line.on)}). Hãy đảo bút toán sau trước, hoặc đảo"
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
                f"{people[row[0]].full_name}: đơn vị cũ đã kết thúc từ ngày {_day_words(end)}, không thể trở lại."
                " Hãy ghi chuyển sinh hoạt đến đơn vị khác.",
                person=people[row[0]],
            )
    _insert_memberships(rows)


# --------------------------------------------------------------------------------------------------
# What follows when a person's data is changed
# --------------------------------------------------------------------------------------------------


def follow_people(actor: Actor, on: date, changes: Sequence[PersonChange], recorded_at: datetime) -> None:
    """Names and sexes were corrected: lists are ordered anew; what was booked under the wrong sex is reversed and
    booked under the right one, so that the ledger alone still gives every figure. (people.declare_follower)"""
    renamed = [change.person for change in changes if "sort_key" in change.before]
    if renamed:
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE membership_membership m SET sort_key = p.sort_key FROM people_person p
                   WHERE p.id = m.person_id AND p.id = ANY(%s)""",
                [[person.pk for person in renamed]],
            )
    sexes = {change.person.pk: change.person.sex for change in changes if "sex" in change.before}
    if not sexes:
        return
    ledgers = _ledger_of(sexes)
    wrong = [
        line for ledger in ledgers.values() for line in _in_force(ledger) if line.sex != sexes[line.person_id]
    ]
    book = _Book(
        actor,
        UnitHistory({line.unit_id for line in wrong}),
        recorded_at=recorded_at,
        decision=None,
        batch=None,
    )
    reason = "Sửa giới tính trong thông tin cá nhân"
    for line in wrong:
        book.add(_reversal(line, reason))
    for line in wrong:
        again = _Line(
            line.kind,
            line.sign,
            line.person_id,
            line.unit_id,
            line.on,
            line.sector,
            sexes[line.person_id],
            reason,
            counter_unit_id=line.counter_unit_id,
            decision_id=line.decision_id,
            batch=line.batch,
        )
        book.add(again)
    book.write()
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE membership_membership m SET sex = p.sex FROM people_person p
               WHERE p.id = m.person_id AND p.id = ANY(%s) AND m.sex <> p.sex""",
            [list(sexes)],
        )


# --------------------------------------------------------------------------------------------------
# Closing the books
# --------------------------------------------------------------------------------------------------


@transaction.atomic
def close_books(
    *,
    actor: Actor,
    unit: Unit,
    until_on: date,
    reason: str,
    recorded_at: datetime | None = None,
) -> BookClosing:
    """Close the books of a unit and all below it up to ``until_on`` (exclusive), for example when a report was
    accepted. Movements of those days are still booked afterwards, marked late, with a reason; the figures as they
    were known are asked for with ``known_at``. Closing the same days again changes nothing.
    """
    require(actor, "membership.close_books", unit)
    if until_on > date.fromordinal(actor.today.toordinal() + 1):
        raise WrongDay(f"Chưa thể khoá sổ đến sau ngày {_day_words(actor.today)}.", unit=unit)
    closing, new = BookClosing.objects.get_or_create(
        unit=unit,
        until_on=until_on,
        defaults={
            "closed_at": recorded_at or timezone.now(),
            "closed_by": actor.user,
            "reason": nfc(reason)[:300],
        },
    )
    if new:
        record(
            actor=actor,
            verb="membership.close_books",
            unit_id=unit.pk,
            obj=closing,
            reason=reason,
            summary=f"Khoá sổ biến động đoàn viên của {unit.name} đến trước ngày {_day_words(until_on)}",
        )
    return closing
