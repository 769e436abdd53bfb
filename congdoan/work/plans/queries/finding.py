"""Plans an actor may see, and their targets."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import UnitPlacement
from congdoan.work.plans.models import Plan, Target


def visible_plans(actor: Actor) -> QuerySet[Plan]:
    """Plans of bodies in the actor's reach, and those of the bodies above them, which bind them too."""
    reach = scope(actor, "plans.view")
    if reach.everything:
        return Plan.objects.all()
    own = [*reach.below, *reach.own]
    above = UnitPlacement.objects.filter(unit__in=own).values("ancestor_id")
    return Plan.objects.filter(reach.filter("issuer") | Q(issuer__in=above))


def targets_of(plan: Plan) -> list[Target]:
    """The targets of a plan in its order, with indicator and campaign. One query."""
    found = list(
        plan.targets.select_related("indicator", "campaign", "of_which").order_by("position", "code")
    )
    for target in found:
        target.plan = plan
    return found
