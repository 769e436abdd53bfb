"""The papers that things are done by: a decision is put on record once, whoever refers to it."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Decision, Unit
from congdoan.kit.text import nfc


@transaction.atomic
def keep_decision(
    *, actor: Actor, number: str, issued_on: date | None, issuer: Unit | None, title: str = ""
) -> Decision | None:
    """The decision with this number, day and issuer, made when it is new; None when all three are empty."""
    number = nfc(number)
    if not number and issued_on is None and issuer is None:
        return None
    found = Decision.objects.filter(number=number, issued_on=issued_on, issuer=issuer).first()
    if found is not None:
        return found
    made = Decision.objects.create(number=number, issued_on=issued_on, issuer=issuer, title=nfc(title)[:300])
    record(
        actor=actor,
        verb="units.keep_decision",
        unit_id=issuer.pk if issuer is not None else None,
        obj=made,
        summary=f"Ghi nhận quyết định {made}",
    )
    return made
