"""From what brought them to who is a member still: applications of a span of days, counted by source, officer or kind.

Counted are those the reader may read and no others, as everywhere: of a workplace without a union nobody but the officers
named there learns a number, and only on a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import UnitPlacement
from congdoan.registry.joining import choices
from congdoan.registry.joining.models import Application
from congdoan.registry.joining.queries import named_units, visible_applications
from congdoan.registry.membership.models import Membership


@dataclass(frozen=True)
class Stages:
    """How many applied in the span, and where they are: waiting, admitted, not admitted or taken back; and how many of the
    admitted are members on a day still. ``key`` and ``words`` say which group."""

    key: str
    words: str
    sent: int
    waiting: int
    admitted: int
    refused: int
    members: int

    @property
    def share(self) -> float | None:
        """Admitted of those decided or waiting; None when nobody applied."""
        return self.admitted / self.sent if self.sent else None


#: What a funnel is grouped by: the fields that name a group.
GROUPINGS: dict[str, tuple[str, ...]] = {
    "loai": ("source__kind",),
    "nguon": ("source", "source__name"),
    "nguoi": ("source__made_by",),
    "noi": ("receiving_unit__code", "receiving_unit__name"),
}
TABS = (
    ("loai", "Theo cách đến"),
    ("nguon", "Theo nguồn, chiến dịch"),
    ("nguoi", "Theo cán bộ"),
    ("noi", "Theo nơi nhận"),
)
_WITHOUT = "không rõ nguồn"


def readable(actor: Actor) -> QuerySet[Application]:
    """Every application that the actor may read, for counting on a page."""
    mine = Q(pk__in=visible_applications(actor).values("pk"))
    if units := named_units(actor):
        mine |= Q(is_confidential=True, receiving_unit__in=units)
    return Application.objects.filter(mine)


def funnel(
    actor: Actor, *, from_on: date, to_on: date, on: date, by: str, below: int | None = None
) -> list[Stages]:
    """The groups of applications sent in [from_on, to_on), the largest first; at most 200. ``by`` of GROUPINGS; ``below``:
    received by this body or one that stood below it on the day. One query besides those of the scope."""
    fields = GROUPINGS[by]
    rows = readable(actor).filter(submitted_on__gte=from_on, submitted_on__lt=to_on)
    if below is not None:
        rows = rows.filter(
            receiving_unit__in=UnitPlacement.objects.filter(ancestor=below, during__contains=on).values(
                "unit_id"
            )
        )
    held = Membership.objects.filter(person=OuterRef("person"), is_primary=True, during__contains=on)
    grouped = (
        rows.annotate(is_member=Exists(held))
        .order_by()
        .values(*fields)
        .annotate(
            sent=Count("pk"),
            waiting=Count("pk", filter=Q(state__in=choices.OPEN_STATES)),
            admitted=Count("pk", filter=Q(state=choices.ADMITTED)),
            refused=Count("pk", filter=Q(state__in=[choices.REFUSED, choices.WITHDRAWN])),
            members=Count("pk", filter=Q(state=choices.ADMITTED, is_member=True)),
        )
        .order_by("-sent", *fields)[:200]
    )
    kinds = dict(choices.SOURCE_KINDS)
    found = []
    for row in grouped:
        key = str(row[fields[0]] or "")
        words = kinds.get(key, key) if by == "loai" else str(row[fields[-1]] or "")
        found.append(
            Stages(
                key,
                words or _WITHOUT,
                *(row[name] for name in ("sent", "waiting", "admitted", "refused", "members")),
            )
        )
    return found


def total(rows: Sequence[Stages]) -> Stages:
    """All groups as one."""
    names = ("sent", "waiting", "admitted", "refused", "members")
    return Stages("", "Tất cả", *(sum(getattr(row, name) for row in rows) for name in names))


def spans(today: date) -> list[tuple[str, date, date]]:
    """Spans an officer asks for: (words, from, first day after)."""
    month = today.replace(day=1)
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    after = date(today.year + (quarter.month == 10), (quarter.month + 2) % 12 + 1, 1)
    may = today.year if today.month >= 5 else today.year - 1
    return [
        ("Tháng này", month, following),
        ("Quý này", quarter, after),
        ("Năm nay", date(today.year, 1, 1), date(today.year + 1, 1, 1)),
        (f"Tháng Công nhân {may}", date(may, 5, 1), date(may, 6, 1)),
    ]
