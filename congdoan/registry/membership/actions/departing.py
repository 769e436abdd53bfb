"""Departure: a membership ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Decision, Unit
from congdoan.kit.text import nfc
from congdoan.registry.membership import rules
from congdoan.registry.membership.actions.book import Book, Line, check_day, check_late, require_everywhere
from congdoan.registry.membership.actions.errors import MembershipError
from congdoan.registry.membership.actions.requests import Departure
from congdoan.registry.membership.actions.sectors import lift
from congdoan.registry.membership.actions.standing import (
    OpenMembership,
    close_memberships,
    open_of_people,
    open_then,
)
from congdoan.registry.membership.choices import DEPARTURES, KINDS
from congdoan.registry.membership.queries import UnitHistory


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
    lift(actor, {item.person.pk: item.on for item in items}, recorded_at or timezone.now())
    held = open_of_people(item.person.pk for item in items)
    units = Unit.objects.in_bulk({row.unit_id for row in held.values()})
    require_everywhere(actor, "membership.end", units.values())
    book = Book(actor, UnitHistory(units), recorded_at=recorded_at, decision=decision, batch=batch)
    ended: list[tuple[OpenMembership, date]] = []
    for item in items:
        person, on = item.person, item.on
        if item.kind not in DEPARTURES:
            raise MembershipError(f"{person.full_name}: “{item.kind}” không phải là lý do ra khỏi tổ chức.")
        check_day(actor, person, on)
        row = open_then(person, held, on)
        del held[person.pk]
        check_late(book, person, units[row.unit_id], on, item.reason)
        book.add(Line(item.kind, -1, person.pk, row.unit_id, on, row.sector, row.sex, nfc(item.reason)))
        ended.append((row, on))
    book.write()
    close_memberships(ended)
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
