"""Reads of approvals."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from congdoan.foundation.access.queries import Scope, scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.messaging.queries import responsible_users
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import version_on


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


def deciders_of(approval: Approval, *, on: date) -> list[User]:
    """Whom a proposal waits for: those who hold its capability at the unit or at the nearest body above where somebody
    else than the proposer does."""
    place: Unit | None = approval.unit
    while place is not None:
        held = responsible_users([(place, approval.capability)], on=on)
        others = [user for user in held if user.pk != approval.proposed_by_id]
        if others or not held:
            return others
        version = version_on(place, on)
        place = version.parent if version else None
    return []
