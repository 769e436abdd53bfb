"""Who has been told of a plan or a target, and who has read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.messaging.models import Notice
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.work.plans.models import Distribution, DistributionReader, Plan
from congdoan.work.plans.rules import ANSWERS


def key_of(distribution_id: int, occasion: str) -> str:
    """The key of the notices of a distribution: the first ones ("dau") and each day's reminders."""
    return f"plans.distributed:{distribution_id}:{occasion}"


def with_reading(rows: QuerySet[DistributionReader]) -> QuerySet[DistributionReader]:
    """The rows with ``read_at``: when the reader first opened a notice of the distribution; None until then."""
    opened = Notice.objects.filter(
        user=OuterRef("user"),
        key__startswith=Concat(
            Value("plans.distributed:"), Cast(OuterRef("distribution_id"), CharField()), Value(":")
        ),
        read_at__isnull=False,
    )
    return rows.annotate(read_at=Subquery(opened.order_by("read_at").values("read_at")[:1]))


def visible_readers(actor: Actor) -> QuerySet[DistributionReader]:
    """Receipts of what was made known by the bodies at which the actor gives targets down, with ``read_at``."""
    return with_reading(
        DistributionReader.objects.filter(scope(actor, "plans.allocate").filter("distribution__unit"))
    )


def answering_users(unit_ids: Sequence[int], on: date) -> dict[int, list[int]]:
    """Users who answer for the figures of the very bodies on a day: {unit id: user ids}, bodies without any left out.
    One query."""
    found: dict[int, list[int]] = {}
    held = (
        Grant.objects.filter(
            unit__in=list(unit_ids),
            during__contains=on,
            user__is_active=True,
            role__capabilities__contains=[ANSWERS],
        )
        .order_by("user")
        .values_list("unit_id", "user_id")
    )
    for unit_id, user_id in held:
        if user_id not in found.setdefault(unit_id, []):
            found[unit_id].append(user_id)
    return found


def told_already(plan: Plan, unit: Unit) -> QuerySet[DistributionReader]:
    """Whom a body has made a plan known to."""
    return DistributionReader.objects.filter(
        distribution__plan=plan, distribution__unit=unit, distribution__kind="plan"
    )


def bodies_below(unit: Unit, on: date, *, whole: bool) -> list[int]:
    """The bodies that stand directly below a body on a day, or all of them, by the order of the tree. One query."""
    rows = UnitPlacement.objects.filter(ancestor=unit, during__contains=on)
    rows = rows.filter(depth__gt=0) if whole else rows.filter(depth=1)
    return list(rows.order_by("depth", "unit__sort_key").values_list("unit_id", flat=True))


def has_bodies_below(unit: Unit) -> bool:
    """Whether any body stands, or stood last, directly below a body."""
    return UnitPlacement.objects.filter(ancestor=unit, depth=1, is_last=True).exists()


@dataclass(frozen=True)
class Reached:
    """How far a distribution has come, in bodies: a body has read it when one of its people has."""

    distribution: Distribution
    bodies: int
    read: int
    without_account: int

    @property
    def unread(self) -> int:
        return self.bodies - self.read - self.without_account


def distributions_of(plan: Plan, unit: Unit, *, limit: int = 50) -> list[Reached]:
    """What a body has made known of a plan, the newest first. Two queries."""
    found = list(
        Distribution.objects.filter(plan=plan, unit=unit).select_related("made_by").order_by("-id")[:limit]
    )
    counted = {
        row["distribution"]: row
        for row in with_reading(DistributionReader.objects.filter(distribution__in=found))
        .values("distribution")
        .annotate(
            bodies=Count("unit", distinct=True),
            read=Count("unit", distinct=True, filter=Q(read_at__isnull=False)),
            reachable=Count("unit", distinct=True, filter=Q(user__isnull=False)),
        )
    }
    shown = []
    for item in found:
        row = counted.get(item.pk, {"bodies": 0, "read": 0, "reachable": 0})
        shown.append(Reached(item, row["bodies"], row["read"], row["bodies"] - row["reachable"]))
    return shown
