"""Reversal: a mistake is booked back, and the memberships are mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc
from congdoan.registry.membership import rules
from congdoan.registry.membership.actions.book import (
    Book,
    require_everywhere,
)
from congdoan.registry.membership.actions.errors import CannotReverse, ReasonMissing
from congdoan.registry.membership.actions.ledger import (
    Booked,
    in_force,
    is_sector_change,
    ledger_of,
    reversal,
)
from congdoan.registry.membership.actions.rebuilding import rebuild
from congdoan.registry.membership.actions.sectors import settle
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.models import Movement
from congdoan.registry.membership.queries import UnitHistory
from congdoan.registry.people.models import Person


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
    chosen: list[Booked] = []
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
        _check_sector_changes(person_id, wanted, picked)
        _take_sector_changes(list(standing.values()), picked)
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
    rebuild(
        {pk: [line for line in in_force(ledger) if line.id not in gone] for pk, ledger in ledgers.items()}
    )
    settle(actor, chosen, book.history, book.recorded_at)
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


def _is_other_half(line: Booked, other: Booked) -> bool:
    return (
        line.counter_unit_id is not None
        and other.unit_id == line.counter_unit_id
        and other.counter_unit_id == line.unit_id
        and (other.on, other.recorded_at, other.sign) == (line.on, line.recorded_at, -line.sign)
        and KINDS[other.kind].sign == -KINDS[line.kind].sign
    )


def _check_sector_changes(person_id: int, wanted: Sequence[int], picked: dict[int, Booked]) -> None:
    """A change of sector follows from the unit: it goes when the unit's does, or with the admission before it."""
    if all(is_sector_change(picked[pk]) for pk in wanted):
        raise CannotReverse(
            "Bút toán này đi theo việc đơn vị đổi khu vực. Nếu ghi nhầm, hãy ghi lại khu vực đúng của đơn vị từ cùng"
            " ngày; sổ đoàn viên sẽ theo.",
            person=Person.objects.get(pk=person_id),
        )


def _take_sector_changes(standing: Sequence[Booked], picked: dict[int, Booked]) -> None:
    """With an admission go the changes of sector that rest on it."""
    for position, line in enumerate(standing):
        if line.id not in picked or line.sign != 1:
            continue
        for following in standing[position + 1 :]:
            if not is_sector_change(following):
                break
            picked[following.id] = following
