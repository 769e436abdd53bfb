"""Plans an actor may see, and their targets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.work.plans.models import Plan, Target


def visible_plans(actor: Actor) -> QuerySet[Plan]:
    """Plans of bodies in the actor's reach, and those of the bodies above them, which bind them too."""
    reach = scope(actor, "plans.view")
    if reach.everything:
        return Plan.objects.all()
    own = [*reach.below, *reach.own]
    above = UnitPlacement.objects.filter(unit__in=own).values("ancestor_id")
    # There are few plans and many units: each issuer is looked up, not all units below gathered.
    below = UnitPlacement.objects.filter(unit=OuterRef("issuer"), ancestor__in=reach.below, is_last=True)
    return Plan.objects.filter(Q(issuer__in=own) | Exists(below) | Q(issuer__in=above))


def concerns(plan: Plan, unit: Unit) -> bool:
    """Whether the plan is the unit's own or that of a body it stood under while the plan ran."""
    if unit.pk == plan.issuer_id:
        return True
    return UnitPlacement.objects.filter(
        unit=unit, ancestor=plan.issuer_id, during__overlap=plan.during
    ).exists()


def targets_of(plan: Plan) -> list[Target]:
    """The targets of a plan in its order, with indicator and campaign. One query."""
    found = list(
        plan.targets.select_related("indicator", "campaign", "of_which").order_by("position", "code")
    )
    for target in found:
        target.plan = plan
    return found


def contents_of(plan: Plan, part: str) -> list[dict[str, Any]]:
    """The rows of one list of a plan (a key of rules.CONTENTS) as JSON holds them; campaigns in the order of days."""
    if part != "campaigns":
        return [dict(row) for row in getattr(plan, part)]
    return [
        {
            "code": campaign.code,
            "name": campaign.name,
            "from_on": campaign.during.lower.isoformat(),
            "to_on": campaign.during.upper.isoformat(),
            "is_yearly": campaign.is_yearly,
            "citation": campaign.citation,
        }
        for campaign in plan.campaigns.order_by("during", "code")
    ]


def mark_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """A short mark of what rows say, by which a form tells whether they are still the ones it showed."""
    return sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:20]
