"""What is forgotten in time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from congdoan.foundation.catalogues.queries import parameter
from congdoan.registry.membership.models import Membership
from congdoan.registry.selfservice import choices
from congdoan.registry.selfservice.models import Evidence, MemberRequest, Proof


@transaction.atomic
def forget(*, on: date, now: datetime) -> int:
    """Empty what ended longer than the parameter's days ago: the photo, the values, the reason; that something was asked and
    answered stays. Proofs go after a day. Returns how many requests were emptied."""
    Proof.objects.filter(sent_at__lt=now - timedelta(days=1)).delete()
    days = int(parameter("selfservice.evidence_days", on=on).value)
    ended = MemberRequest.objects.exclude(state=choices.OPEN).filter(
        decided_on__lte=on - timedelta(days=days)
    )
    Evidence.objects.filter(request__in=ended).delete()
    return ended.exclude(content_sealed=b"").update(content_sealed=b"")


@transaction.atomic
def end_lapsed(*, on: date, now: datetime) -> int:
    """End open requests of who is a member no longer: nobody could answer them. Returns how many."""
    held = Membership.objects.filter(person=OuterRef("person"), is_primary=True, during__contains=on)
    gone = MemberRequest.objects.filter(state=choices.OPEN).exclude(Exists(held))
    return gone.update(
        state=choices.LAPSED,
        decided_on=on,
        decided_at=now,
        words="Bạn không còn là đoàn viên của công đoàn nào trong sổ.",
    )
