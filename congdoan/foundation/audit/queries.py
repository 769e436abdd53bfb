"""Reads of the audit trail."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from congdoan.foundation.access.queries import administers_everything, scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.audit.rules import VIEW


def visible_entries(actor: Actor) -> QuerySet[AuditEntry]:
    """The entries of the units where the actor may read the audit, and the actor's own everywhere.

    Entries without a unit (roles, sign-ins of people without one) are for who manages the whole tree.
    """
    if actor.is_system:
        return AuditEntry.objects.all()
    if not actor.has_anywhere(VIEW):
        return AuditEntry.objects.none()
    condition = scope(actor, VIEW).filter("unit") | Q(user=actor.user)
    if administers_everything(actor):
        condition |= Q(unit__isnull=True)
    return AuditEntry.objects.filter(condition)
