"""Closing the books."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc
from congdoan.registry.membership.actions.book import day_words
from congdoan.registry.membership.actions.errors import WrongDay
from congdoan.registry.membership.models import BookClosing


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
        raise WrongDay(f"Chưa thể khoá sổ đến sau ngày {day_words(actor.today)}.", unit=unit)
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
            summary=f"Khoá sổ biến động đoàn viên của {unit.name} đến trước ngày {day_words(until_on)}",
        )
    return closing
