"""Who may see and act, and who fills in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.queries import may, scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.work.returns import rules
from congdoan.work.returns.models import (
    Delegation,
    Obligation,
    ReturnForm,
)


def visible_obligations(actor: Actor) -> QuerySet[Obligation]:
    """What the bodies in the actor's scope owe."""
    return Obligation.objects.filter(scope(actor, rules.VIEW).filter("unit"))


def visible_forms(actor: Actor) -> QuerySet[ReturnForm]:
    """The forms of the bodies where the actor may define forms."""
    return ReturnForm.objects.filter(scope(actor, rules.DEFINE).filter("owner"))


def visible_delegations(actor: Actor) -> QuerySet[Delegation]:
    """Delegations at the bodies whose returns the actor hands in."""
    return Delegation.objects.filter(scope(actor, rules.SUBMIT).filter("unit"))


def acts_for(actor: Actor, capability: str, unit: Unit) -> tuple[bool, User | None]:
    """(whether the actor may do it at the unit, in whose place when it is by delegation).

    A delegation gives what the absent person holds there on that day, no more, and only to one who may read the
    returns of that body anyway.
    """
    if may(actor, capability, unit):
        return True, None
    if actor.user is None or not may(actor, rules.VIEW, unit):
        return False, None
    given = Delegation.objects.filter(
        unit=unit, substitute=actor.user, during__contains=actor.today
    ).select_related("absent")
    for delegation in given:
        if may(Actor(user=delegation.absent, today=actor.today), capability, unit):
            return True, delegation.absent
    return False, None


def fillers_of(unit_ids: Sequence[int], on: date) -> dict[int, list[User]]:
    """Who fills in returns at the very bodies on a day: {unit id: users}; bodies without anybody are left out. Two
    queries."""
    held = list(
        Grant.objects.filter(
            unit__in=list(unit_ids), during__contains=on, role__capabilities__contains=[rules.FILL]
        ).values_list("unit_id", "user_id")
    )
    users = User.objects.filter(is_active=True).in_bulk({user_id for _, user_id in held})
    found: dict[int, list[User]] = {}
    for unit_id, user_id in held:
        if user_id in users and users[user_id] not in found.setdefault(unit_id, []):
            found[unit_id].append(users[user_id])
    return {unit_id: people for unit_id, people in found.items() if people}


def people_at(unit: Unit, on: date) -> QuerySet[User]:
    """Users with a role at the unit itself on a day: whom one can delegate to."""
    held = Grant.objects.filter(unit=unit, during__contains=on).values("user")
    return User.objects.filter(pk__in=held, is_active=True).order_by("full_name", "pk")
