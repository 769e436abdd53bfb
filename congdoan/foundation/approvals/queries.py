"""Reads of approvals."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from congdoan.foundation.access.queries import Scope, scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.approvals.models import Approval


def visible_approvals(actor: Actor) -> QuerySet[Approval]:
    """What the actor proposed, and what they could decide by its capability and unit (decided ones too)."""
    if actor.is_system:
        return Approval.objects.all()
    if actor.user is None:
        return Approval.objects.none()
    condition = Q(proposed_by=actor.user)
    held = {capability for grant in actor.grants() for capability in grant.capabilities}
    # A role holds dozens of capabilities over the same units: one condition for all of them.
    by_reach: dict[Scope, list[str]] = {}
    for capability in sorted(held):
        by_reach.setdefault(scope(actor, capability), []).append(capability)
    for reach, capabilities in by_reach.items():
        condition |= Q(capability__in=capabilities) & reach.filter("unit")
    return Approval.objects.filter(condition)


def waiting_for(actor: Actor) -> QuerySet[Approval]:
    """What waits for this actor's decision: for the work queue of the home page."""
    found = visible_approvals(actor).filter(state="open")
    return found.exclude(proposed_by=actor.user) if actor.user else found
