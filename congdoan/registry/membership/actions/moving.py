"""Transfer and reorganisation: out of the one unit, into the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.units.actions import hold_units
from congdoan.foundation.units.models import Decision, Unit
from congdoan.kit.text import nfc
from congdoan.registry.membership.actions.book import (
    Book,
    Line,
    check_day,
    check_late,
    check_stands,
    day_words,
    holding_unit,
    insert_memberships,
    require_everywhere,
)
from congdoan.registry.membership.actions.errors import (
    AlreadyMember,
    ForeignWorkerRefused,
    LaterMovement,
    WrongDay,
)
from congdoan.registry.membership.actions.requests import Transfer
from congdoan.registry.membership.actions.sectors import lift, settle
from congdoan.registry.membership.actions.standing import (
    OpenMembership,
    close_memberships,
    open_of_people,
    open_then,
)
from congdoan.registry.membership.models import Membership
from congdoan.registry.membership.queries import UnitHistory


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
    return book_moves(
        actor,
        items,
        kinds=("transfer_out", "transfer_in"),
        decision=decision,
        batch=batch,
        recorded_at=recorded_at,
        rights_at=partial(require_everywhere, actor, "membership.transfer"),
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
        raise WrongDay(f"Mọi đoàn viên trong một lần sắp xếp phải cùng ngày {day_words(on)}.")
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
                f"{later.person.full_name} ({later.unit.name}) có biến động sau ngày {day_words(on)}. Hãy đảo bút"
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
    return book_moves(
        actor,
        people,
        kinds=("reorganise_out", "reorganise_in"),
        decision=decision,
        batch=batch or uuid4(),
        recorded_at=recorded_at,
        rights_at=partial(require_everywhere, actor, "membership.transfer"),
    )


def book_moves(
    actor: Actor,
    items: Sequence[Transfer],
    *,
    kinds: tuple[str, str],
    decision: Decision | None,
    batch: UUID | None,
    recorded_at: datetime | None,
    rights_at: Callable[[Iterable[Unit]], None] | None = None,
) -> int:
    """Book moves of one kind; the caller has opened the transaction. ``rights_at`` is called with the units touched and
    raises Forbidden; without it the caller has settled the right (a hand-over that both sides agreed to)."""
    if not items:
        return 0
    targets = hold_units(item.to_unit.pk for item in items)
    lift(actor, {item.person.pk: item.on for item in items}, recorded_at or timezone.now())
    held = open_of_people(item.person.pk for item in items)
    units = targets | Unit.objects.in_bulk({row.unit_id for row in held.values()} - targets.keys())
    if rights_at is not None:
        rights_at(units.values())
    book = Book(actor, UnitHistory(units), recorded_at=recorded_at, decision=decision, batch=batch)
    ended: list[tuple[OpenMembership, date]] = []
    begun: list[Sequence[Any]] = []
    for item in items:
        person, on, to_unit = item.person, item.on, item.to_unit
        check_day(actor, person, on)
        check_stands(person, units[to_unit.pk], on)
        row = open_then(person, held, on)
        del held[person.pk]
        if row.unit_id == to_unit.pk:
            raise AlreadyMember(
                f"{person.full_name} đang sinh hoạt tại {to_unit.name}. Hãy chọn đơn vị khác.",
                person=person,
                unit=to_unit,
            )
        then = holding_unit(book, person, to_unit, on)
        if person.is_foreign and then.grassroots_kind != "grassroots_union":
            source = parameter("foreign_worker.contract_months", on=actor.today).source
            raise ForeignWorkerRefused(
                f"{person.full_name}: người lao động nước ngoài chỉ sinh hoạt tại công đoàn cơ sở ({source}).",
                person=person,
                unit=to_unit,
            )
        for unit in (units[row.unit_id], to_unit):
            check_late(book, person, unit, on, item.reason)
        reason = nfc(item.reason)
        leaving = Line(
            kinds[0], -1, person.pk, row.unit_id, on, row.sector, row.sex, reason, counter_unit_id=to_unit.pk
        )
        coming = Line(
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
    close_memberships(ended)
    insert_memberships(begun)
    settle(actor, [line for line in book.lines if line.sign == 1], book.history, book.recorded_at)
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
